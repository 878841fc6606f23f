"""The plan: in order, nothing lost, disagreement in the open, and what holds for all of it said once."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from garrod import CarePlan, Person, personalize, read_person
from garrod.careplan import assemble
from garrod.model.findings import FindingStatus
from garrod.model.person import OutsideCall
from garrod.model.recommendations import Severity
from garrod.therapeutics import recommend
from made_guidelines import (
    NOW,
    Then,
    a_person,
    genome,
    knowledge_of,
    lab,
    reduce_to,
    says,
    score,
    taking,
    word,
)

POOR = {"CYP2C19": word("Poor Metabolizer")}
IS_POOR = (lab("CYP2C19", "*2/*2"),)
FOUR_DRUGS = knowledge_of(
    says("poor", "standard", POOR, drugs=("exampline",)),
    says("poor", "avoid", POOR, drugs=("samplitol",)),
    says("poor", "contraindicated", POOR, drugs=("mockazole",)),
    says("poor", reduce_to(0.5), POOR, drugs=("testaxel",)),
)


def plan_of(*, takes: tuple[str, ...] = (), knowledge=FOUR_DRUGS, calls=IS_POOR, **given) -> CarePlan:
    return personalize(a_person(*calls, medications=tuple(map(taking, takes)), **given), knowledge)


def names(plan: CarePlan) -> list[str]:
    return [one.target.name for one in plan.recommendations]


# Order


def test_the_persons_own_medicines_stand_first_and_the_gravest_first_within_them() -> None:
    assert names(plan_of(takes=("exampline", "testaxel"))) == ["testaxel", "exampline", "mockazole", "samplitol"]
    assert names(plan_of(takes=("exampline", "samplitol"))) == ["samplitol", "exampline", "mockazole", "testaxel"]


def test_without_own_medicines_the_gravest_stands_first() -> None:
    plan = plan_of()
    graveness = [one.severity for one in plan.recommendations]
    assert graveness == [Severity.CRITICAL, Severity.CRITICAL, Severity.WARNING, Severity.INFO]
    assert plan.in_use == frozenset()


def test_what_is_in_use_is_what_is_taken_now() -> None:
    takes = (taking("exampline"), taking("samplitol", status="stopped"))
    plan = personalize(a_person(lab("CYP2C19", "*2/*2"), medications=takes), FOUR_DRUGS)
    assert {one.target.name for one in plan.recommendations if one.id in plan.in_use} == {"exampline"}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_advice_arrives_changes_nothing(seed: int) -> None:
    plan = plan_of(takes=("exampline", "samplitol"))
    shuffled = list(plan.recommendations)
    random.Random(seed).shuffle(shuffled)
    again = assemble(plan.person, plan.findings, shuffled, FOUR_DRUGS, plan.run, checks=plan.checks)
    assert again == plan


# Nothing lost


@pytest.mark.parametrize("takes", [(), ("exampline",), ("exampline", "samplitol", "mockazole", "testaxel"), ("herzgold",)])
def test_no_recommendation_is_lost_on_the_way_to_the_plan(takes) -> None:
    plan = plan_of(takes=takes)
    made = recommend(plan.person, plan.findings, FOUR_DRUGS)
    assert len(made) == 4
    assert Counter(one.id for one in plan.recommendations) == Counter(one.id for one in made)
    assert set(plan.recommendations) == set(made)


def test_every_recommendation_has_an_id_of_its_own() -> None:
    knowledge = knowledge_of(
        says("poor", "avoid", POOR), says("normal", "standard", {"CYP2C19": word("Normal Metabolizer")}),
        says("poor", "avoid", POOR, body="DPWG"), says("both", "avoid", POOR, drugs=("samplitol", "mockazole")),
    )  # fmt: skip
    calls = (lab("CYP2C19", phenotype="Poor Metabolizer"), lab("CYP2C19", phenotype="Normal Metabolizer"))
    ids = [one.id for one in plan_of(knowledge=knowledge, calls=calls).recommendations]
    assert len(set(ids)) == len(ids) == 5


def test_each_reason_is_a_finding_of_the_plan() -> None:
    plan = plan_of(takes=("exampline",))
    ids = {one.id for one in plan.findings}
    assert all(one.because and set(one.because) <= ids for one in plan.recommendations)


# Two bodies


def two_bodies(cpic, dpwg) -> CarePlan:
    said = (says("poor", cpic, POOR), says("poor", dpwg, POOR, body="DPWG"))
    return plan_of(takes=("exampline",), knowledge=knowledge_of(*said))


def test_bodies_that_differ_are_both_kept_and_the_difference_is_said() -> None:
    plan = two_bodies("avoid", reduce_to(0.5))
    (conflict,) = plan.conflicts
    ids = {one.id for one in plan.recommendations}
    assert len(ids) == 2
    assert set(conflict.between) == set(conflict.kept) == ids
    assert (conflict.kind, conflict.resolution) == ("bodies_differ", "both_shown")
    for text in ("CPIC — avoid", "DPWG — lower dose", "50 %"):
        assert text in conflict.because


def test_bodies_that_agree_are_no_conflict() -> None:
    assert two_bodies("avoid", "avoid").conflicts == ()
    assert two_bodies(reduce_to(0.5), reduce_to(0.5)).conflicts == ()


def test_bodies_that_differ_in_the_dose_alone_differ() -> None:
    (conflict,) = two_bodies(reduce_to(0.5), reduce_to(0.25)).conflicts
    assert len(conflict.between) == 2


def test_a_body_that_could_not_be_checked_is_not_said_to_advise_otherwise() -> None:
    """DPWG has no phenotype words of a laboratory's: that is not DPWG saying "test"."""
    said = (says("poor", "avoid", POOR), says("poor", "avoid", POOR, body="DPWG"))
    plan = plan_of(knowledge=knowledge_of(*said), calls=(lab("CYP2C19", phenotype="Poor Metabolizer"),))
    assert {one.body for one in plan.recommendations} == {"CPIC", "DPWG"}
    assert plan.conflicts == ()


def test_differences_on_drugs_that_are_not_taken_are_said_too() -> None:
    said = (says("poor", "avoid", POOR), says("poor", "standard", POOR, body="DPWG"))
    assert len(plan_of(knowledge=knowledge_of(*said)).conflicts) == 1


# What to watch

WATCHED = knowledge_of(
    says("poor", reduce_to(0.5, watch=("drug_level", "blood_count")), POOR, drugs=("exampline",)),
    says("poor", Then(action="caution", watch=("drug_level",)), POOR, drugs=("exampline",), body="DPWG"),
    says("poor", Then(action="avoid", watch=("blood_pressure",)), POOR, drugs=("samplitol",)),
)


def test_what_to_watch_is_listed_for_the_medicines_taken_each_with_its_reasons() -> None:
    plan = plan_of(takes=("exampline",), knowledge=WATCHED)
    watched = {item.what: set(item.because) for item in plan.monitoring}
    by_body = {one.body: one.id for one in plan.recommendations if one.target.name == "exampline"}
    assert len(watched) == 2
    level = next(why for what, why in watched.items() if "drug level" in what and "exampline" in what)
    count = next(why for what, why in watched.items() if "blood count" in what)
    assert level == {by_body["CPIC"], by_body["DPWG"]}
    assert count == {by_body["CPIC"]}


def test_nothing_is_watched_for_a_medicine_that_is_not_taken() -> None:
    assert plan_of(knowledge=WATCHED).monitoring == ()


# Notices


def test_a_consumer_file_asks_for_confirmation() -> None:
    read = replace(genome("CYP2C19", "*2", "*2"), kind="23andMe layout")
    notices = plan_of(calls=(), genomes=(read,)).notices
    assert any("consumer" in text and "confirm" in text and "clinical laboratory" in text for text in notices)
    assert not any("consumer" in text for text in plan_of(calls=(), genomes=(genome("CYP2C19", "*2", "*2"),)).notices)


VARIANTS_ONLY = (
    "##fileformat=VCFv4.2\n"
    "##contig=<ID=chr10,length=133797422,assembly=GRCh38>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmade\n"
    "chr10\t94781859\trs4244285\tG\tA\t.\tPASS\t.\tGT\t1/1\n"
)


def test_a_file_of_variants_only_says_so_and_how_to_declare_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "made.vcf"
    path.write_text(VARIANTS_ONLY, encoding="utf-8")
    plan = personalize(read_person(path, FOUR_DRUGS), FOUR_DRUGS)
    assert any("variants only" in text and "--absent-is-reference" in text for text in plan.notices)


def test_a_guideline_that_changed_later_says_so_where_it_is_used() -> None:
    knowledge = knowledge_of(says("poor", "avoid", POOR), later_change=date(2026, 2, 5))
    (text,) = [one for one in plan_of(takes=("exampline",), knowledge=knowledge).notices if "2026-02-05" in one]
    assert "CPIC" in text
    assert "not in these tables" in text
    assert not any("2026-02-05" in one for one in plan_of(knowledge=knowledge).notices)


@pytest.mark.parametrize(
    ("content", "as_of", "is_old"),
    [
        (date(2025, 11, 1), datetime(2026, 5, 1, tzinfo=UTC), False),
        (date(2024, 5, 2), datetime(2026, 5, 1, tzinfo=UTC), False),
        (date(2024, 5, 1), datetime(2026, 5, 1, tzinfo=UTC), False),
        (date(2024, 4, 30), datetime(2026, 5, 1, tzinfo=UTC), True),
        (date(2024, 5, 1), datetime(2026, 5, 31, tzinfo=UTC), True),
        (date(2022, 1, 1), datetime(2026, 5, 1, tzinfo=UTC), True),
    ],
    ids=["6 months", "a day less than 24 months", "24 months", "a day more", "30 days more", "years"],
)
def test_a_source_older_than_24_months_is_said_to_be_old(content, as_of, is_old) -> None:
    knowledge = knowledge_of(says("poor", "avoid", POOR), content=content)
    notices = plan_of(takes=("exampline",), knowledge=knowledge, as_of=as_of).notices
    assert any("Made-up guidelines of CPIC" in text and "old" in text for text in notices) is is_old


def test_where_no_time_is_known_the_plan_says_that_the_age_of_sources_was_not_checked() -> None:
    knowledge = knowledge_of(says("poor", "avoid", POOR), content=date(2010, 1, 1))
    notices = plan_of(takes=("exampline",), knowledge=knowledge, as_of=None).notices
    assert any("old" in text or "age" in text for text in notices)


# Not assessed


def test_everything_that_nobody_could_look_at_is_listed_with_its_reason() -> None:
    unknown = OutsideCall(gene="CYP9Z9", call="*1/*1", source="laboratory")
    takes = ("exampline", "herzgold")
    plan = plan_of(takes=takes, calls=(lab("CYP2C19", "*2/*2"), lab("HLA-B", "*57"), unknown))
    listed = {one.id for one in plan.not_assessed}
    assert listed == {one.id for one in plan.findings if one.status is FindingStatus.NOT_ASSESSED}
    assert all(one.reason for one in plan.not_assessed)
    assert {"gene:CYP2D6", "gene:HLA-A", "gene:HLA-B", "medication:1"} <= listed
    assert "gene:CYP2C19" not in listed
    assert "medication:0" not in listed
    assert any("CYP9Z9" in (one.reason or "") for one in plan.not_assessed)


def test_of_a_person_without_evidence_everything_is_not_assessed() -> None:
    plan = personalize(Person(id="nobody"), FOUR_DRUGS)
    assert {one.id for one in plan.not_assessed} == {one.id for one in plan.findings}
    assert "medications" in {one.id for one in plan.not_assessed}


# The run


def test_the_run_tells_inputs_parameters_and_knowledge() -> None:
    read = genome("CYP2C19", "*2", "*2")
    plan = plan_of(calls=(), genomes=(replace(read, digest="abc"),), digest="def", as_of=NOW)
    assert dict(plan.run.inputs) == {"person": "def", "genome made.vcf made": "abc"}
    parameters = dict(plan.run.parameters)
    assert parameters["as_of"] == NOW.isoformat()
    assert parameters["made.vcf absent is reference"] == "false"
    assert {"made.vcf lowest depth", "made.vcf lowest genotype quality", "made.vcf allele balance"} <= set(parameters)
    assert plan.run.program == "garrod"
    assert plan.run.version


def test_advice_that_holds_under_a_condition_keeps_its_place_and_its_condition() -> None:
    knowledge = knowledge_of(
        says("low", "avoid", {"CYP2D6": score(0, 0)}), says("usual", "standard", {"CYP2D6": score(1.25, 2.25)})
    )
    calls = (lab("CYP2D6", "*4/*4"), lab("CYP2D6", "*1/*1"))
    plan = plan_of(takes=("exampline",), knowledge=knowledge, calls=calls)
    assert [one.action.value for one in plan.recommendations] == ["avoid", "standard"]
    assert all(one.applies_if and one.id in plan.in_use for one in plan.recommendations)
