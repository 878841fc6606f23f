"""What the other medicines of the list make of an enzyme: by grade, by date, beside the genes and never over them."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from garrod import Person, load_knowledge, personalize
from garrod.interfaces.report import render_report
from garrod.knowledge.enzymes import EnzymeEffect, Strength
from garrod.medicines.enzyme_influences import believed_effects
from garrod.model.careplan import CarePlan
from garrod.model.medicines import EnzymeActivity
from garrod.model.person import Medication, OutsideCall
from garrod.model.recommendations import Recommendation, Severity

KNOWLEDGE = load_knowledge()
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def plan_of(*medicines: str | Medication, as_of: datetime | None = NOW, **calls: str) -> CarePlan:
    taken = tuple(Medication(name=one) if isinstance(one, str) else one for one in medicines)
    called = tuple(OutsideCall(gene=gene, call=call) for gene, call in calls.items())
    return personalize(Person(id="p", as_of=as_of, medications=taken, outside_calls=called), KNOWLEDGE)


def activity(plan: CarePlan, enzyme: str) -> EnzymeActivity:
    return next(one for one in plan.findings.activities() if one.gene == enzyme)


def as_taken(plan: CarePlan, drug: str) -> list[Recommendation]:
    return [one for one in plan.recommendations if one.target.name == drug and one.basis == "as_taken"]


@pytest.mark.parametrize(
    ("call", "medicine", "genetic", "adjusted", "score"),
    [  # by score: x 0 under a strong inhibitor, x 0.5 under a moderate one, x 1 under a weak one
        ("*1/*1", "paroxetine", "Normal Metabolizer", "Poor Metabolizer", 0.0),
        ("*1/*1", "duloxetine", "Normal Metabolizer", "Intermediate Metabolizer", 1.0),
        ("*1/*41", "duloxetine", "Normal Metabolizer", "Intermediate Metabolizer", 0.625),
        ("*1x2/*1", "duloxetine", "Ultrarapid Metabolizer", "Normal Metabolizer", 1.5),
        ("*4/*4", "duloxetine", "Poor Metabolizer", "Poor Metabolizer", 0.0),
        ("*1/*1", "sertraline", "Normal Metabolizer", None, None),
    ],
)
def test_an_inhibitor_multiplies_the_activity_score(
    call: str, medicine: str, genetic: str, adjusted: str | None, score: float | None
) -> None:
    found = activity(plan_of("codeine", medicine, CYP2D6=call), "CYP2D6")
    assert (found.genetic, found.adjusted, found.adjusted_score) == (genetic, adjusted, score)


def test_the_genetic_phenotype_stays_and_both_advices_stand_side_by_side() -> None:
    plan = plan_of("codeine", "paroxetine", CYP2D6="*1/*1")
    gene = plan.findings.gene("CYP2D6")
    assert gene is not None
    assert gene.phenotype == "Normal Metabolizer"
    by_genes = {one.action.value for one in plan.recommendations if one.target.name == "codeine" and one.basis == "genetic"}
    assert "standard" in by_genes
    avoid = next(one for one in as_taken(plan, "codeine") if one.body == "CPIC")
    assert (avoid.action.value, avoid.severity) == ("avoid", Severity.CRITICAL)
    assert avoid.concerns == ("codeine", "paroxetine")
    assert {"gene:CYP2D6", "activity:CYP2D6", "medication:1"} <= {*avoid.because, *plan_evidence(plan)}
    assert "With paroxetine, CYP2D6 works as: Poor Metabolizer." in avoid.notes


def plan_evidence(plan: CarePlan) -> set[str]:
    return {reason for one in plan.findings.of_kind("enzyme_activity") for reason in one.evidence}


def test_of_several_inhibitors_the_strongest_counts_and_not_the_product() -> None:
    both = activity(plan_of("duloxetine", "cinacalcet", "codeine", CYP2D6="*1/*1"), "CYP2D6")
    assert both.adjusted_score == 1.0


def test_a_strong_inhibitor_settles_the_enzyme_whatever_the_genes() -> None:
    assert as_taken(plan_of("codeine", "quinidine"), "codeine")
    found = activity(plan_of("codeine", "quinidine"), "CYP2D6")
    assert (found.genetic, found.adjusted) == (None, "Poor Metabolizer")
    assert activity(plan_of("codeine", "duloxetine"), "CYP2D6").adjusted is None


def test_a_drug_is_not_converted_by_itself() -> None:
    assert as_taken(plan_of("paroxetine", CYP2D6="*1/*1"), "paroxetine") == []
    assert as_taken(plan_of("paroxetine", "bupropion", CYP2D6="*1/*1"), "paroxetine")


def test_a_proposed_or_recalled_rule_warns_and_carries_no_dose() -> None:
    found = as_taken(plan_of("clopidogrel", "fluconazole", CYP2C19="*1/*1"), "clopidogrel")
    assert {one.action.value for one in found if one.body == "CPIC"} == {"avoid"}
    assert all(one.severity is not Severity.CRITICAL and one.doses == () and one.reading == "recalled" for one in found)


def test_an_enzyme_without_a_rule_shows_what_acts_and_no_phenotype() -> None:
    found = activity(plan_of("warfarin", "amiodarone", CYP2C9="*2/*3"), "CYP2C9")
    assert (found.genetic, found.adjusted) == ("Poor Metabolizer", None) or found.adjusted is None
    assert [one.by for one in found.influences] == ["amiodarone"]


def stopped(days_ago: int) -> Medication:
    return Medication(name="fluoxetine", status="stopped", end=NOW.date() - timedelta(days=days_ago))


def test_an_inhibitor_counts_until_its_effect_is_gone() -> None:
    gone = 63  # days after the last dose of fluoxetine until activity is back (Liston 2002, PMID 11910262)
    late = activity(plan_of("codeine", stopped(gone - 1), CYP2D6="*1/*1"), "CYP2D6")
    assert late.adjusted == "Poor Metabolizer"
    assert late.influences[0].until == NOW.date() + timedelta(days=1)
    after = plan_of("codeine", stopped(gone), CYP2D6="*1/*1")
    assert after.findings.activities() == ()
    assert as_taken(after, "codeine") == []


def test_a_stop_on_an_unknown_day_counts_and_says_so() -> None:
    found = activity(plan_of("codeine", Medication(name="fluoxetine", status="stopped"), CYP2D6="*1/*1"), "CYP2D6")
    assert found.adjusted == "Poor Metabolizer"
    assert "not known" in " ".join(found.influences[0].notes)


def test_a_medicine_that_starts_later_does_not_act_yet() -> None:
    later = Medication(name="paroxetine", start=date(2026, 6, 1))
    assert plan_of("codeine", later, CYP2D6="*1/*1").findings.activities() == ()


def test_an_inducer_builds_up() -> None:
    early = Medication(name="rifampin", start=NOW.date() - timedelta(days=6))
    found = activity(plan_of(early, "omeprazole", CYP2C19="*1/*1"), "CYP2C19")
    assert 0.4 < next(one.fraction for one in found.influences if one.by == "rifampin") < 0.6


def test_the_order_of_the_list_changes_nothing() -> None:
    names = ("codeine", "duloxetine", "fluconazole", "clopidogrel")
    said = {
        tuple(sorted((one.id, one.summary) for one in plan_of(*some, CYP2D6="*1/*1", CYP2C19="*1/*1").recommendations))
        for some in permutations(names)
    }
    assert len(said) == 1


def test_the_regulators_grade_is_believed_before_a_reviews() -> None:
    grades = {row.graded_by.value: row.strength for row in KNOWLEDGE.rows(EnzymeEffect) if row.drug_id == "terbinafine"}
    assert (grades["fda"], grades["dpwg"]) == (Strength.STRONG, Strength.MODERATE)
    assert {row.strength for row in believed_effects(KNOWLEDGE)["terbinafine"]} == {Strength.STRONG}


def test_that_genes_alone_do_not_decide_is_said_in_the_plan_and_on_the_page() -> None:
    plan = plan_of("codeine", "paroxetine", CYP2D6="*1/*1")
    said = next(one for one in plan.conflicts if one.id == "co_medication:codeine")
    assert {one.id for one in as_taken(plan, "codeine")} <= set(said.kept)
    html = render_report(plan, KNOWLEDGE)
    assert "As taken: With paroxetine, CYP2D6 works as: Poor Metabolizer." in html
    assert not any(one.id == "co_medication:codeine" for one in plan_of("codeine", CYP2D6="*1/*1").conflicts)
