"""A formula's result as text for people and as JSON for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from garrod.model.quantities import Quantity
from garrod.physiology.formula import Basis, Formula, Result
from garrod.physiology.measures import RATIO

Document = dict[str, Any]
READINGS = {
    "recalled": "recalled, not read: it must feed no dose",
    "read_once": "read once",
    "read_twice": "read twice, independently",
}


def result_document(result: Result) -> Document:
    """Return all of a result."""
    formula = result.formula
    return {
        "formula": formula.name,
        "value": result.value,
        "unit": formula.unit,
        "basis": formula.basis.value,
        "remark": result.remark,
        "equation": result.equation,
        "inputs": {name: _input_document(value) for name, value in result.inputs.items()},
        "population": formula.population,
        "sources": list(formula.sources),
        "reading": formula.reading.value,
        "may_feed_a_dose": formula.may_feed_a_dose,
        "warnings": list(result.warnings),
        "notes": list(formula.notes),
    }


def row_document(result: Result) -> Document:
    """Return what one row of a table gets: value and unit, and what must be said where something must."""
    said = {"remark": result.remark} if result.remark is not None else {}
    warned = {"warnings": list(result.warnings)} if result.warnings else {}
    return {"value": result.value, "unit": result.formula.unit, **said, **warned}


def refused_row_document(formula: Formula, reason: str) -> Document:
    """Return what a row gets that could not be answered."""
    return {"value": None, "unit": formula.unit, "reason": reason}


def formula_document(formula: Formula) -> Document:
    """Return what a formula is, without a person."""
    return {
        "formula": formula.name,
        "title": formula.title,
        "law": formula.law,
        "inputs": [need.name for need in formula.needs if need.missing is None],
        "optional": [need.name for need in formula.needs if need.missing is not None],
        "unit": formula.unit,
        "basis": formula.basis.value,
        "population": formula.population,
        "sources": list(formula.sources),
        "reading": formula.reading.value,
        "may_feed_a_dose": formula.may_feed_a_dose,
    }


def _input_document(value: Quantity | str) -> Mapping[str, Any] | str:
    return value if isinstance(value, str) else {"value": value.value, "unit": value.unit}


def result_lines(result: Result) -> Iterator[str]:
    """Yield a result as people read it: the value first, then how it came about and for whom it holds."""
    formula = result.formula
    value = f"{result.value:.{formula.digits}f}"
    basis = "" if formula.basis is Basis.SCORE else f" ({formula.basis.value})"
    remark = f", {result.remark}" if result.remark else ""
    yield f"{formula.title}: {value} {formula.unit}{basis}{remark}"
    *first, last = result.equation.split("; ")
    yield from (f"  {step}" for step in first)
    yield f"  {last} = {value}"
    yield f"  from: {', '.join(f'{name} {_words(given)}' for name, given in result.inputs.items())}"
    yield from (f"  warning: {one}" for one in result.warnings)
    yield from (f"  note: {one}" for one in formula.notes)
    yield f"  for: {formula.population}"
    yield from (f"  source: {one}" for one in formula.sources)
    yield f"  coefficients: {READINGS[formula.reading.value]} ({formula.read_at})"


def _words(value: Quantity | str) -> str:
    return value if isinstance(value, str) else str(value).removesuffix(f" {RATIO}")
