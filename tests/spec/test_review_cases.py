"""The worked reviews, run through the whole program; the page of docs is made from the same list."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from garrod import Person, load_knowledge, personalize
from garrod.model.careplan import CarePlan
from garrod.model.person import Medication, OutsideCall
from garrod.model.quantities import Quantity
from garrod.model.recommendations import Recommendation
from spec.review_cases import CASES, Expected, ReviewCase

KNOWLEDGE = load_knowledge()
PAGE = Path(__file__).parents[2] / "docs/reference/review-cases.md"
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def medication(name: str, taken: str, indication: str | None) -> Medication:
    dose, _, every = taken.partition(" every ")
    amount, hours = dose.split(), every.split()
    return Medication(
        name=name,
        dose=Quantity(float(amount[0]), amount[1]),
        every=Quantity(float(hours[0]), hours[1]),
        start=(NOW - timedelta(days=60)).date(),
        indication=indication,
    )


def plan_of(case: ReviewCase) -> CarePlan:
    person = Person(
        id="case",
        sex="female",
        birth_date=NOW.date() - timedelta(days=int(case.age * 365.25) + 30),
        as_of=NOW,
        outside_calls=tuple(OutsideCall(gene=gene, call=call) for gene, call in case.genes.items()),
        medications=tuple(medication(name, taken, case.indication) for name, taken in case.medicines.items()),
    )
    return personalize(person, KNOWLEDGE, listed_only=True)


def fits(expected: Expected, one: Recommendation) -> bool:
    return (
        one.target.name == expected.drug
        and expected.by in {one.body, one.cause}
        and (one.action.value, one.severity.value, one.basis) == (expected.action, expected.severity, expected.basis)
        and (expected.says is None or expected.says in one.summary)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
def test_the_review_says_what_must_be_said(case: ReviewCase) -> None:
    plan = plan_of(case)
    mine = [one for one in plan.recommendations if one.id in plan.in_use]
    for expected in case.expected:
        said = [(one.body or one.cause, one.action.value, one.severity.value, one.basis, one.summary) for one in mine]
        assert any(fits(expected, one) for one in mine), (expected, said)


@pytest.mark.parametrize("case", [case for case in CASES if case.exposure], ids=lambda case: case.number)
def test_the_exposure_lies_where_studies_saw_it(case: ReviewCase) -> None:
    found = {one.drug: one.auc_ratio for one in plan_of(case).findings.exposures()}
    for drug, (low, high) in case.exposure.items():
        ratio = found[drug]
        assert ratio is not None
        assert low <= ratio.estimate <= high


@pytest.mark.parametrize("case", [case for case in CASES if case.activity], ids=lambda case: case.number)
def test_the_enzyme_works_as_the_method_says(case: ReviewCase) -> None:
    found = {one.gene: one.adjusted for one in plan_of(case).findings.activities()}
    assert {gene: found[gene] for gene in case.activity} == dict(case.activity)


def test_nothing_recalled_carries_a_dose_or_forbids() -> None:
    for case in CASES:
        for one in plan_of(case).recommendations:
            if one.reading == "recalled":
                assert one.doses == (), one.id
                assert one.severity.value != "critical", one.id


def test_codeine_alone_is_what_it_is_for_the_genes() -> None:
    """Case 2 without paroxetine: the genetic advice stands alone again."""
    without = ReviewCase(number="2b", title="", medicines={"codeine": "30 mg every 6 h"}, genes={"CYP2D6": "*1/*1"}, expected=())
    plan = plan_of(without)
    assert not [one for one in plan.recommendations if one.basis == "as_taken"]


def page() -> str:
    lines = [
        "# Worked reviews",
        "",
        "Ten lists that a pharmacist would recognize, run through `garrod review` by the tests. This page is made from",
        "`tests/spec/review_cases.py`. *Recalled* means that the source was not opened: such a rule warns, forbids nothing and",
        "sets no dose.",
        "",
    ]
    for case in CASES:
        genes = "; ".join(f"{gene} {call}" for gene, call in case.genes.items()) or "no gene tested"
        taken = "; ".join(f"{name} {dose}" for name, dose in case.medicines.items())
        lines += [f"## {case.number}. {_plain(case.title)}", "", f"{case.age} years; {_plain(genes)}; {taken}.", ""]
        for one in case.expected:
            basis = ", as taken" if one.basis == "as_taken" else ""
            says = f", saying “{one.says}”" if one.says else ""
            lines.append(f"- {one.drug}, {one.by}{basis}: `{one.action}` ({one.severity}){says}. Source: {_plain(one.source)}.")
        for enzyme, phenotype in case.activity.items():
            lines.append(f"- {enzyme} works today as: {phenotype}.")
        for drug, (low, high) in case.exposure.items():
            lines.append(f"- Exposure of {drug}: {low:g} to {high:g} times. Source: {_plain(case.exposure_source)}.")
        lines.append("")
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("*", r"\*")


def test_the_page_is_the_cases() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print("reference review-cases.md")
