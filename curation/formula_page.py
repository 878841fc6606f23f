"""The page of docs on formulas, made from the registry."""

import math
from collections.abc import Iterator

from garrod.interfaces.formula_results import READINGS
from garrod.physiology.formula import Formula, Needs
from garrod.physiology.formulas import FORMULAS
from garrod.physiology.measures import CHOICES, MEASURES, RATIO


def formulas_page() -> str:
    """Return the page: how inputs are written, then a section a formula."""
    lines = [
        "# Formulas",
        "",
        "Made from the registry that `garrod dose formula` works from.",
        "A result says its equation with the numbers in it, its unit, whether it is absolute or indexed to 1.73 m² of body "
        "surface, for whom it holds and where it comes from.",
        "The papers are named as the source; none of them was opened in full, and each section says at which pages, tables, "
        "abstracts or open codes the coefficients were read.",
        "Coefficients that were recalled and not read at a source feed no dose, and a result made with them says so.",
        "",
        "`garrod dose formula cockcroft-gault sex=female age=43a weight=71.5kg creatinine=106umol/L` works out one; "
        "`--table FILE` takes JSON lines, or columns by tabs or commas whose header names the inputs "
        "(`creatinine [umol/L]` names the unit of a column).",
        "",
        *_inputs(),
        *_index(),
    ]
    for formula in FORMULAS.values():
        lines += _section(formula)
    return "\n".join(lines)


def _inputs() -> Iterator[str]:
    yield from ("## Inputs", "", "| input | unit | other units | from | to | without a unit, to |", "|---|---|---|---|---|---|")
    for one in MEASURES.values():
        others = ", ".join(one.factors)
        bare = "" if math.isinf(one.highest_bare) else f"{one.highest_bare:g}"
        unit = "" if one.unit == RATIO else one.unit
        yield f"| `{one.name}` | {unit} | {others} | {one.lowest:g} | {one.highest:g} | {bare} |"
    yield from ("", "A value outside these limits is refused. One without a unit is taken in the first.", "")
    yield from ("| choice | words |", "|---|---|")
    yield from (f"| `{one.name}` | {', '.join(one.words)} |" for one in CHOICES.values())
    yield ""


def _index() -> Iterator[str]:
    yield from ("## All formulas", "", "| formula | gives | unit | coefficients |", "|---|---|---|---|")
    for one in FORMULAS.values():
        yield f"| `{one.name}` | {one.title} | {one.unit} | {READINGS[one.reading.value]} |"
    yield ""


def _section(formula: Formula) -> Iterator[str]:
    yield from (f"## {formula.name}", "", f"{formula.title}, in {formula.unit} ({formula.basis.value}).", "")
    yield from (f"    {formula.law}", "")
    yield f"- Takes: {', '.join(map(_need, formula.needs))}."
    yield f"- For: {formula.population}."
    refused = "; ".join(f"{need.name} outside {need.studied} ({need.instead})" for need in formula.needs if need.studied)
    if refused:
        yield f"- Refuses: {refused}."
    assumed = "; ".join(need.missing for need in formula.needs if need.missing)
    if assumed:
        yield f"- Says: {assumed}."
    yield from (f"- Note: {note}." for note in formula.notes)
    yield f"- Source: {' '.join(source.rstrip('.') + '.' for source in formula.sources)}"
    yield f"- Coefficients {READINGS[formula.reading.value]}: {formula.read_at}."
    yield ""


def _need(need: Needs) -> str:
    return f"`{need.name}`" if need.missing is None else f"`{need.name}` (may be left out)"
