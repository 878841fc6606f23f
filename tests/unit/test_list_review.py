"""The list as a whole: hazards that add up, pairs, duplicates and foods; few alarms, and what was looked at."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from garrod import Knowledge, Person, load_knowledge, personalize
from garrod.knowledge.interactions import (
    DrugClass,
    DrugClassMember,
    FoodRule,
    Hazard,
    HazardFactor,
    HazardMember,
    HazardTier,
    PairRule,
)
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.careplan import CarePlan
from garrod.model.person import Medication, Observation, OutsideCall
from garrod.model.recommendations import Action, Outcome, Recommendation, Severity
from made_guidelines import knowledge_of, says, word

KNOWLEDGE = load_knowledge()
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
READ = Reading.READ_ONCE


MADE_SOURCE: dict[str, Any] = {"reading": READ, "source_id": "made-cpic"}


def made_rules() -> Knowledge:
    """A made-up world: exampline and samplitol are of one class and add to a hazard, mockazole pairs with that class."""
    tiers = ((2, Severity.INFO, "listen"), (4, Severity.WARNING, "act"))
    tables: dict[Any, tuple[Any, ...]] = {
        DrugClass: (DrugClass(class_id="makers", label="makers", duplicates="warning", source_id="made-cpic"),),
        DrugClassMember: tuple(
            DrugClassMember(class_id="makers", drug_id=drug, **MADE_SOURCE) for drug in ("exampline", "samplitol")
        ),
        Hazard: (Hazard(hazard="hiccups", label="hiccups"),),
        HazardMember: tuple(
            HazardMember(hazard="hiccups", member=member, points=points, word="made", **MADE_SOURCE)
            for member, points in (("class:makers", 1), ("testaxel", 3))
        ),
        HazardFactor: (
            HazardFactor(hazard="hiccups", finding="age", comparator=">=", value=65, points=1, says="age", **MADE_SOURCE),
        ),
        HazardTier: tuple(
            HazardTier(
                hazard="hiccups",
                min_points=points,
                min_drugs=2,
                severity=severity,
                action=Action.MONITOR,
                says=said,
                **MADE_SOURCE,
            )
            for points, severity, said in tiers
        ),
        PairRule: (pair("made", "class:makers", "mockazole"),),
        FoodRule: (
            FoodRule(member="mockazole", food="figs", action=Action.AVOID, severity=Severity.INFO, says="no figs", **MADE_SOURCE),
        ),
    }
    return knowledge_of(says("poor", "avoid", {"CYP2C19": word("Poor Metabolizer")})).replacing(tables)


def pair(name: str, first: str, second: str, **more: Any) -> PairRule:
    given = {"target": second, "action": Action.AVOID, "severity": Severity.WARNING, "says": "apart", "reading": READ, **more}
    return PairRule(rule_id=name, first=first, second=second, source_id="made-cpic", **given)


MADE = made_rules()


def plan_of(*names: str | Medication, knowledge: Knowledge = MADE, **more: Any) -> CarePlan:
    taken = tuple(Medication(name=one) if isinstance(one, str) else one for one in names)
    return personalize(Person(id="p", as_of=NOW, medications=taken, **more), knowledge, listed_only=True)


def of_cause(plan: CarePlan, cause: str) -> list[Recommendation]:
    return [one for one in plan.recommendations if one.cause == cause]


def outcome(plan: CarePlan, what: str) -> Outcome:
    return next(one.outcome for one in plan.checks if one.what == what)


# Hazards


@pytest.mark.parametrize(
    ("names", "birth", "severity"),
    [
        (["exampline"], None, None),
        (["exampline", "samplitol"], None, Severity.INFO),
        (["exampline", "samplitol"], date(1950, 1, 1), Severity.INFO),
        (["exampline", "testaxel"], None, Severity.WARNING),
        (["mockazole", "testaxel"], None, None),
    ],
)
def test_a_hazard_is_told_by_the_sum_of_its_members(names: Sequence[str], birth: date | None, severity: Severity | None) -> None:
    plan = plan_of(*names, birth_date=birth)
    assert [one.severity for one in of_cause(plan, "hiccups")] == ([severity] if severity else [])
    assert outcome(plan, "hiccups") is (Outcome.FOUND if severity else Outcome.CLEAN)


def test_a_hazard_is_one_alert_whatever_the_number_of_its_members() -> None:
    found = of_cause(plan_of("exampline", "samplitol", "testaxel"), "hiccups")
    assert len(found) == 1
    assert found[0].concerns == ("exampline", "samplitol", "testaxel")
    assert set(found[0].because) == {"medication:0", "medication:1", "medication:2"}


# Pairs


def test_a_pair_is_found_by_class_in_any_order_and_told_once_a_rule() -> None:
    said = {
        tuple((one.id, one.summary) for one in of_cause(plan_of(*names), "pair"))
        for names in permutations(("exampline", "samplitol", "mockazole"))
    }
    assert len(said) == 1
    (found,) = said
    assert len(found) == 1
    assert found[0][0] == "pair:made:exampline+mockazole+samplitol"


def test_of_two_rules_on_one_pair_the_graver_is_told() -> None:
    grave = pair("graver", "exampline", "mockazole", severity=Severity.CRITICAL)
    both = MADE.replacing({PairRule: (pair("made", "class:makers", "mockazole"), grave)})
    found = of_cause(plan_of("exampline", "mockazole", knowledge=both), "pair")
    assert [one.id for one in found] == ["pair:graver:exampline+mockazole"]


def test_what_is_stopped_or_put_on_the_skin_makes_no_pair() -> None:
    for other in (Medication(name="mockazole", status="stopped"), Medication(name="mockazole", route="topical")):
        assert of_cause(plan_of("exampline", other), "pair") == []
    assert of_cause(plan_of("exampline", Medication(name="mockazole", status="on-hold")), "pair")


def test_a_medicine_nobody_recognized_is_said_not_to_be_checked() -> None:
    plan = plan_of("exampline", "foozle")
    assert any(one.what == "pair" and one.outcome is Outcome.COULD_NOT and "foozle" in one.reason for one in plan.checks)


def test_a_recalled_rule_warns_and_cannot_forbid() -> None:
    with pytest.raises(ValueError, match="recalled"):
        pair("loud", "exampline", "mockazole", severity=Severity.CRITICAL, reading=Reading.RECALLED)
    recalled = made_rules().replacing({PairRule: (pair("quiet", "exampline", "mockazole", reading=Reading.RECALLED),)})
    (found,) = of_cause(plan_of("exampline", "mockazole", knowledge=recalled), "pair")
    assert (found.severity, found.reading, found.doses) == (Severity.WARNING, "recalled", ())
    assert any("recalled" in note for note in found.notes)


# Duplicates and food


def test_the_same_substance_twice_and_two_of_a_class_are_told() -> None:
    assert [one.id for one in of_cause(plan_of("exampline", "exampline"), "duplicate")] == ["duplicate:exampline"]
    assert [one.id for one in of_cause(plan_of("exampline", "samplitol"), "duplicate")] == [
        "duplicate:makers:exampline+samplitol"
    ]
    assert outcome(plan_of("exampline", "mockazole"), "duplicate") is Outcome.CLEAN


def test_food_is_told_without_alarm() -> None:
    (found,) = of_cause(plan_of("mockazole"), "food")
    assert (found.severity, found.action) == (Severity.INFO, Action.AVOID)


# What always holds, on the shipped tables


LISTS = [
    ("simvastatin", "clarithromycin", "warfarin", "amiodarone"),
    ("lithium", "lisinopril", "ibuprofen", "hydrochlorothiazide"),
    ("methadone", "citalopram", "ondansetron", "haloperidol"),
    ("clopidogrel", "omeprazole", "aspirin", "sertraline"),
    ("tacrolimus", "voriconazole", "trimethoprim", "spironolactone"),
]
MORE = ("fluoxetine", "ketoconazole", "naproxen", "diazepam", "potassium chloride", "allopurinol")


def warned_pairs(plan: CarePlan) -> set[frozenset[str]]:
    """Every two medicines that some alert of a review speaks of together."""
    causes = {"pair", "qt", "serotonin", "bleeding", "sedation", "hyperkalemia", "nephrotoxicity", "hypoglycemia"}
    loud = [one for one in plan.recommendations if one.cause in causes and one.severity is not Severity.INFO]
    return {frozenset((a, b)) for one in loud for a in one.concerns for b in one.concerns if a < b}


@pytest.mark.parametrize("names", LISTS)
def test_adding_a_drug_never_removes_a_warning(names: tuple[str, ...]) -> None:
    before = warned_pairs(plan_of(*names, knowledge=KNOWLEDGE))
    assert before
    for more in MORE:
        assert before <= warned_pairs(plan_of(*names, more, knowledge=KNOWLEDGE))


@pytest.mark.parametrize("names", LISTS)
def test_a_person_without_a_genome_gets_the_same_warnings_on_pairs(names: tuple[str, ...]) -> None:
    calls = (OutsideCall(gene="CYP2C19", call="*2/*2"), OutsideCall(gene="CYP2D6", call="*4/*4"))
    without, having = plan_of(*names, knowledge=KNOWLEDGE), plan_of(*names, knowledge=KNOWLEDGE, outside_calls=calls)
    assert warned_pairs(without) == warned_pairs(having)


@pytest.mark.parametrize("names", LISTS)
def test_the_order_of_the_list_changes_no_advice(names: tuple[str, ...]) -> None:
    said = {
        tuple(sorted((one.id, one.severity.value, one.summary) for one in plan_of(*some, knowledge=KNOWLEDGE).recommendations))
        for some in permutations(names)
    }
    assert len(said) == 1


def test_potassium_and_age_count_where_they_are_known() -> None:
    taken = ("ondansetron", "citalopram")
    low = Observation(name="potassium", value=3.0, unit="mmol/L", time=NOW)
    plain = of_cause(plan_of(*taken, knowledge=KNOWLEDGE), "qt")[0]
    ill = of_cause(plan_of(*taken, knowledge=KNOWLEDGE, observations=(low,), birth_date=date(1940, 1, 1)), "qt")[0]
    assert "potassium" not in plain.summary.split(".")[0]
    assert "potassium below 3.5" in ill.summary
    assert "lab:potassium" in ill.because


def test_a_higher_sum_is_never_told_more_softly() -> None:
    """Each member more leaves the alert as loud as it was, whatever the tiers are made of."""
    order = [Severity.INFO, Severity.WARNING, Severity.CRITICAL]
    heard = -1
    taken: list[str] = []
    for drug in ("ondansetron", "citalopram", "amiodarone", "haloperidol", "sotalol"):
        taken.append(drug)
        found = of_cause(plan_of(*taken, knowledge=KNOWLEDGE, birth_date=date(1940, 1, 1)), "qt")
        now = order.index(found[0].severity) if found else -1
        assert now >= heard
        heard = now


def test_an_exposure_that_a_pair_already_warns_of_raises_no_second_alarm() -> None:
    plan = plan_of("simvastatin", "clarithromycin", knowledge=KNOWLEDGE)
    (pair_found,) = of_cause(plan, "pair")
    (exposure,) = [one for one in of_cause(plan, "exposure") if one.target.name == "simvastatin"]
    assert pair_found.severity is Severity.CRITICAL
    assert exposure.severity is Severity.INFO


def test_alarms_that_interrupt_are_few() -> None:
    """Of 100 lists of six common medicines, drawn from a seed, few hold an alert that interrupts."""
    import random

    common = [
        "metformin",
        "lisinopril",
        "atorvastatin",
        "amlodipine",
        "metoprolol",
        "omeprazole",
        "levothyroxine",
        "sertraline",
        "gabapentin",
        "losartan",
        "aspirin",
        "hydrochlorothiazide",
        "acetaminophen",
        "prednisone",
        "furosemide",
        "tamsulosin",
        "pantoprazole",
        "escitalopram",
        "simvastatin",
        "warfarin",
        "alprazolam",
        "zolpidem",
        "tramadol",
        "ibuprofen",
    ]
    rng = random.Random(7)
    critical = warnings = 0
    for _ in range(100):
        plan = plan_of(*rng.sample(common, 6), knowledge=KNOWLEDGE)
        mine = [one for one in plan.recommendations if one.cause and one.id in plan.in_use]
        critical += sum(one.severity is Severity.CRITICAL for one in mine)
        warnings += sum(one.severity is Severity.WARNING for one in mine)
    print(f"\nper 100 lists of six common medicines: {critical} alerts that interrupt, {warnings} warnings")
    assert critical <= 10
    assert warnings <= 300


def test_a_table_that_cannot_be_read_stops_the_program(tmp_path: Any) -> None:
    import shutil

    from garrod.knowledge.loading import SHIPPED
    from garrod.model.errors import KnowledgeError

    folder = tmp_path / "tables"
    shutil.copytree(SHIPPED, folder)
    (folder / "interactions/pair_rule.tsv").unlink()
    with pytest.raises(KnowledgeError, match="pair_rule"):
        plan_of("exampline", knowledge=load_knowledge(folder))


def test_rows_hold_together() -> None:
    """A rule's points are not lost by a change of one row: the hazard says who adds what."""
    (found,) = of_cause(plan_of("exampline", "testaxel"), "hiccups")
    assert any(note.startswith("testaxel") for note in found.notes)
    assert found.summary.startswith("Hiccups: testaxel and exampline")
