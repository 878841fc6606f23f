"""The worked cases, run through the whole program; the page of docs is made from the same list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from garrod import Person, load_knowledge, personalize
from garrod.model.person import BodyMeasurement, Medication, OutsideCall
from garrod.model.quantities import Quantity
from garrod.model.recommendations import Dose, Recommendation
from spec.worked_cases import CASES, Case, Said

KNOWLEDGE = load_knowledge()
PAGE = Path(__file__).parents[2] / "docs/reference/worked-cases.md"
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
PHENOTYPES = {"Deficient", "Variable", "Rapid Metabolizer"}


def person(case: Case) -> Person:
    calls = tuple(
        OutsideCall(gene=gene, call=None if call in PHENOTYPES else call, phenotype=call if call in PHENOTYPES else None)
        for gene, call in case.genes.items()
    )
    start = None if case.taken_days is None else (NOW - timedelta(days=case.taken_days)).date()
    taken = Medication(name=case.drug, indication=case.indication, start=start)
    return Person(
        id="case",
        sex="female",
        birth_date=NOW.date() - timedelta(days=int(case.age * 365.25) + 30),
        as_of=NOW,
        body=(BodyMeasurement(weight=Quantity(case.weight_kg, "kg")),),
        outside_calls=calls,
        medications=(taken,),
    )


def advice(case: Case) -> list[Recommendation]:
    plan = personalize(person(case), KNOWLEDGE)
    found = [one for one in plan.recommendations if one.target.name == case.drug and one.body == case.body]
    # What is said for co-medication that the case does not have stands beside it.
    return [one for one in found if one.applies_to is None or one.applies_to.co_medication in {"any", "none"}]


def dose_line(dose: Dose) -> str:
    """Write a dose line as the cases write it."""
    said = [dose.phase]
    if dose.factor_low is not None or dose.factor_high is not None:
        low, high = dose.factor_low, dose.factor_high
        said.append(f"{low:g}" if low == high and low is not None else f"{'' if low is None else f'{low:g}'}-{high or 0:g}")
    if dose.value is not None:
        high = dose.value_high
        said.append(f"{dose.value:g}" + (f"-{high:g}" if high not in {None, dose.value} else "") + f" {dose.unit}")
    if dose.cap is not None:
        said.append(f"{'<' if dose.cap_is_below else '<='} {dose.cap:g} {dose.cap_unit}")
    return " ".join(said)


def differences(said: Said, one: Recommendation) -> list[str]:
    """Say in what a recommendation is not what the case expects."""
    wrong = []
    if one.action.value != said.action:
        wrong.append(f"action {one.action.value}, not {said.action}")
    if said.strength is not None and one.strength != said.strength:
        wrong.append(f"strength {one.strength}, not {said.strength}")
    lines = tuple(dose_line(dose) for dose in one.doses)
    if said.doses is not None and lines != said.doses:
        wrong.append(f"doses {lines}, not {said.doses}")
    if not said.instead <= {other.name for other in one.alternatives}:
        wrong.append(f"instead {[other.name for other in one.alternatives]}")
    if not said.watch <= set(one.monitoring):
        wrong.append(f"watch {one.monitoring}")
    fallbacks = {part.action.value: tuple(dose_line(dose) for dose in part.doses) for part in one.fallback}
    if said.fallback is not None and said.fallback not in fallbacks:
        wrong.append(f"fallback {sorted(fallbacks)}, not {said.fallback}")
    if said.fallback_doses is not None and fallbacks.get(said.fallback or "") != said.fallback_doses:
        wrong.append(f"fallback doses {fallbacks}, not {said.fallback_doses}")
    return wrong


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.title}")
def test_the_worked_case_comes_out_as_the_guideline_says(case: Case) -> None:
    found = advice(case)
    assert len(found) == len(case.said), [(one.id, one.action.value, one.applies_if) for one in found]
    for said, one in zip(case.said, found, strict=True):
        assert differences(said, one) == []
        assert one.because
        assert one.sources


def page() -> str:
    """Return the worked cases as a page of docs."""
    lines = [
        "# Worked cases",
        "",
        "One person, one medicine, one body's word. The test suite runs each of them through the whole program;",
        "this page is made from the same list (`tests/spec/worked_cases.py`).",
        "",
        "| case | genes | what is said | source |",
        "|---|---|---|---|",
    ]
    for case in CASES:
        genes = "; ".join(f"{gene} {call}" for gene, call in case.genes.items()) or "nothing tested"
        said = "; ".join(_said_words(one) for one in case.said) + (f". {case.remark}" if case.remark else "")
        lines.append(f"| {case.number}. {case.title} | {genes} | {case.body}: {said} | {case.source} |".replace("*", r"\*"))
    return "\n".join(lines) + "\n"


def _said_words(said: Said) -> str:
    words = [f"`{said.action}`" + (f" ({said.strength})" if said.strength else "")]
    words += [", ".join(said.doses)] if said.doses else []
    words += [f"instead {' or '.join(sorted(said.instead))}"] if said.instead else []
    if said.fallback:
        words.append(f"else `{said.fallback}` {', '.join(said.fallback_doses or ())}".strip())
    return "; ".join(words)


def test_the_page_of_docs_is_made_from_these_cases() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m spec.test_worked_cases (PYTHONPATH=tests)"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
