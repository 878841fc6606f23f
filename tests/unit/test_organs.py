"""Dose bands by kidney and liver function: made-up labels, and shipped rows against what their sources print."""

from datetime import date, timedelta
from typing import Any

import pytest

from garrod.knowledge.organ_doses import Measure, Organ, OrganDose, SourceKind
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.person import BodyMeasurement, Condition, Dialysis, Observation, Person
from garrod.model.quantities import Quantity
from garrod.model.recommendations import Action, Outcome, Severity
from made_cautions import NOW, SHIPPED, advice, band, outcomes, person, taking, world

BODY = (BodyMeasurement(weight=Quantity(72, "kg")),)


def at_clearance(clearance: float, *medications: Any, **given: Any) -> Person:
    """A man of 60 years and 72 kg, whose clearance by Cockcroft and Gault is 80 divided by his creatinine."""
    creatinine = Observation(name="creatinine", value=80 / clearance, unit="mg/dL", time=NOW - timedelta(days=1))
    return person(*medications, **{"body": BODY, "observations": (creatinine,), **given})


LABEL = (
    band(low=50, action=Action.STANDARD, says="no change"),
    band(low=30, high=50, amount_low=500, unit="mg", interval_h=24, says="500 mg every 24 h"),
    band(high=30, action=Action.CONTRAINDICATED, says="contraindicated"),
)


def test_the_dose_at_hand_is_held_against_the_band() -> None:
    within = advice(at_clearance(40, taking(mg=500, every_h=24)), world(*LABEL))["kidney:exampline"]
    above = advice(at_clearance(40, taking(mg=500, every_h=12)), world(*LABEL))["kidney:exampline"]
    unknown = advice(at_clearance(40, taking()), world(*LABEL))["kidney:exampline"]
    assert [one.severity for one in (within, above, unknown)] == [Severity.INFO, Severity.WARNING, Severity.WARNING]
    assert "1000 mg a day, above the 500 mg a day" in above.summary
    assert "not known; compare" in unknown.summary
    assert (above.doses[0].value, above.doses[0].unit, above.doses[0].interval_h) == (500, "mg", 24)
    assert above.because == ("medication:0", "kidney:crcl")


def test_two_entries_of_one_drug_are_added() -> None:
    found = advice(at_clearance(40, taking(mg=300, every_h=24), taking(mg=300, every_h=24)), world(*LABEL))["kidney:exampline"]
    assert "600 mg a day, above" in found.summary


@pytest.mark.parametrize(
    ("clearance", "action"), [(29.9, Action.CONTRAINDICATED), (30.1, Action.FIXED_DOSE), (49.9, Action.FIXED_DOSE)]
)
def test_the_band_of_the_clearance_is_told(clearance, action) -> None:
    assert advice(at_clearance(clearance, taking()), world(*LABEL))["kidney:exampline"].action is action


def test_where_nothing_changes_there_is_a_check_and_no_advice() -> None:
    healthy = at_clearance(80, taking())
    assert "kidney:exampline" not in advice(healthy, world(*LABEL))
    assert outcomes(healthy, world(*LABEL), "kidney dose")[Outcome.CLEAN].drugs == ("exampline",)


def test_a_label_that_forbids_interrupts_and_a_website_does_not() -> None:
    weak = band(high=30, action=Action.CONTRAINDICATED, says="contraindicated", source_kind=SourceKind.WEBSITE)
    assert advice(at_clearance(20, taking()), world(*LABEL))["kidney:exampline"].severity is Severity.CRITICAL
    assert advice(at_clearance(20, taking()), world(weak))["kidney:exampline"].severity is Severity.WARNING


@pytest.mark.parametrize(
    "kind", [SourceKind.HOSPITAL, SourceKind.WEBSITE, SourceKind.REVIEW, SourceKind.PROTOCOL, SourceKind.BOOK]
)
def test_a_weak_source_warns_and_sets_no_dose(kind) -> None:
    weak = band(high=50, amount_low=500, unit="mg", interval_h=24, says="500 mg every 24 h", source_kind=kind)
    found = advice(at_clearance(40, taking(mg=500, every_h=12)), world(weak))["kidney:exampline"]
    assert (found.severity, found.doses) == (Severity.WARNING, ())
    assert "check the label" in found.summary


def test_a_row_that_was_not_opened_never_carries_a_dose() -> None:
    with pytest.raises(ValueError, match="not opened"):
        band(high=50, factor=0.5, reading=Reading.RECALLED, source_kind=SourceKind.RECALLED)
    recalled = band(
        level_is_known=False, action=Action.MONITOR, reading=Reading.RECALLED, source_kind=SourceKind.RECALLED, phase=None
    )
    found = advice(at_clearance(40, taking()), world(recalled))["kidney:exampline"]
    assert (found.severity, found.doses, found.reading) == (Severity.INFO, (), "recalled")
    assert "kidney:exampline" not in advice(at_clearance(70, taking()), world(recalled))


def test_clearance_never_stands_in_for_egfr() -> None:
    by_egfr = band(high=45, measure=Measure.EGFR, action=Action.AVOID, says="avoid")
    only_weightless = person(
        taking(), observations=(Observation(name="eGFR", value=40, unit="mL/min/1.73 m2", time=NOW - timedelta(days=1)),)
    )
    assert advice(only_weightless, world(by_egfr))["kidney:exampline"].because == ("medication:0", "kidney:egfr")
    told = advice(only_weightless, world(*LABEL))
    assert set(told) == {"kidney:unknown"}
    assert "kidney:crcl" in told["kidney:unknown"].because


def test_a_source_that_names_no_equation_is_held_to_clearance_and_says_so() -> None:
    unnamed = band(high=50, measure=Measure.GFR, action=Action.AVOID, says="avoid")
    found = advice(at_clearance(40, taking()), world(unnamed))["kidney:exampline"]
    assert any("names no equation; creatinine clearance was used" in note for note in found.notes)


def test_unknown_function_is_one_question_for_all_drugs_that_need_it() -> None:
    some = person(taking("exampline"), taking("samplitol"), taking("placebon"), observations=())
    told = advice(some, world(*LABEL, band("samplitol", high=50, factor=0.5)))
    assert set(told) == {"kidney:unknown"}
    assert told["kidney:unknown"].concerns == ("exampline", "samplitol")
    assert told["kidney:unknown"].severity is Severity.WARNING
    assert any("creatinine" in text for text in told["kidney:unknown"].would_change)
    checks = [c for c in outcomes(some, world(*LABEL), "kidney dose").values() if c.outcome is Outcome.COULD_NOT]
    assert checks


def test_a_drug_without_a_row_is_said_not_to_be_looked_up() -> None:
    found = outcomes(at_clearance(40, taking("placebon")), world(*LABEL), "kidney dose")[Outcome.COULD_NOT]
    assert (found.drugs, "no row" in found.reason) == (("placebon",), True)


def test_on_dialysis_its_own_band_is_told_or_the_lowest_with_a_word() -> None:
    on = {"dialysis": (Dialysis(kind="hemodialysis"),)}
    own = band(measure=Measure.DIALYSIS, amount_low=100, unit="mg", interval_h=48, says="100 mg after each session")
    assert "after each session" in advice(at_clearance(40, taking(), **on), world(*LABEL, own))["kidney:exampline"].summary
    lowest = advice(at_clearance(40, taking(), **on), world(*LABEL))["kidney:exampline"]
    assert lowest.action is Action.CONTRAINDICATED
    assert "no band for it here" in lowest.summary
    assert "kidney:dialysis" in lowest.because


def test_the_firmest_source_is_told_and_the_other_stands_beside_it() -> None:
    weak = band(high=50, action=Action.AVOID, says="avoid it", source_kind=SourceKind.HOSPITAL, source_id="cockcroft-gault-1976")
    found = advice(at_clearance(40, taking()), world(*LABEL, weak))["kidney:exampline"]
    assert found.action is Action.FIXED_DOSE
    assert any("hospital" in note and "avoid it" in note for note in found.notes)


def test_only_the_band_for_the_use_at_hand_is_told() -> None:
    rows = (
        band(high=50, use="thrombosis", amount_low=20, unit="mg", interval_h=24, says="for thrombosis"),
        band(high=50, use="prevention", amount_low=10, unit="mg", interval_h=24, says="for prevention"),
    )
    known = advice(at_clearance(40, taking(indication="deep vein thrombosis")), world(*rows))["kidney:exampline"]
    unknown = advice(at_clearance(40, taking()), world(*rows))["kidney:exampline"]
    assert [dose.condition for dose in known.doses] == ["thrombosis"]
    assert {dose.condition for dose in unknown.doses} == {"thrombosis", "prevention"}


@pytest.mark.parametrize(
    ("born", "creatinine", "kilograms", "dose"),
    [
        (1940, 1.6, 72, 2.5),
        (1940, 1.0, 55, 2.5),
        (1966, 1.6, 55, 2.5),
        (1940, 1.0, 72, 5),
        (1966, 1.6, 72, 5),
        (1966, 1.0, 55, 5),
    ],
)
def test_criteria_of_the_person_choose_between_two_doses(born, creatinine, kilograms, dose) -> None:
    rows = (
        band(amount_low=5, unit="mg", interval_h=12, low=10),
        band(
            amount_low=2.5,
            unit="mg",
            interval_h=12,
            low=10,
            criteria="age_y>=80;weight_kg<=60;creatinine_mg_dl>=1.5",
            criteria_needed=2,
        ),
    )
    one = person(
        taking(),
        birth_date=date(born, 1, 1),
        body=(BodyMeasurement(weight=Quantity(kilograms, "kg")),),
        observations=(Observation(name="creatinine", value=creatinine, unit="mg/dL", time=NOW - timedelta(days=1)),),
    )
    assert [each.value for each in advice(one, world(*rows))["kidney:exampline"].doses] == [dose]


LIVER = (
    band(organ=Organ.LIVER, measure=Measure.CHILD_PUGH, classes="A", action=Action.STANDARD, says="no change"),
    band(organ=Organ.LIVER, measure=Measure.CHILD_PUGH, classes="B;C", action=Action.AVOID, says="avoid"),
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("cirrhosis, Child-Pugh A", set()),
        ("cirrhosis, Child-Pugh class B", {"liver:exampline"}),
        ("cirrhosis", {"liver:unknown"}),
        ("gout", set()),
    ],
)
def test_the_liver_goes_by_child_pugh_and_asks_only_where_there_is_a_disease(text, ids) -> None:
    told = advice(person(taking(), conditions=(Condition(name=text),)), world(*LIVER))
    assert set(told) == ids


def test_without_a_list_of_conditions_the_liver_was_not_looked_at() -> None:
    unknown = person(taking(), conditions=None)
    assert advice(unknown, world(*LIVER)) == {}
    assert outcomes(unknown, world(*LIVER), "liver dose")[Outcome.COULD_NOT].drugs == ("exampline",)
    assert outcomes(person(taking()), world(*LIVER), "liver dose")[Outcome.CLEAN].reason == "no liver disease is listed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 50, "high": 30},
        {"classes": "A"},
        {"measure": Measure.CHILD_PUGH},
        {"amount_low": 5},
        {"amount_low": -5, "unit": "mg"},
        {"factor": 1.5},
        {"cap": 20},
        {"criteria": "height>=2", "criteria_needed": 1},
        {"criteria": "age_y>=80"},
        {"organ": Organ.LIVER, "measure": Measure.CHILD_PUGH, "classes": "D"},
        {"source_kind": SourceKind.RECALLED},
    ],
)
def test_a_wrong_band_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="exampline"):
        band(**wrong)


# Shipped rows


def shipped(drug: str, measure: Measure, value: float) -> set[tuple[Action, str]]:
    return {
        (row.action, row.says)
        for row in SHIPPED.rows(OrganDose)
        if row.drug_id == drug and row.measure is measure and row.holds_at(value)
    }


def test_metformin_as_the_regulator_printed_it() -> None:
    assert Action.CONTRAINDICATED in {action for action, _ in shipped("metformin", Measure.EGFR, 29.9)}
    assert Action.CONTRAINDICATED not in {action for action, _ in shipped("metformin", Measure.EGFR, 30)}
    assert {action for action, _ in shipped("metformin", Measure.EGFR, 46)} == {Action.STANDARD}


def test_enough_drugs_have_bands_and_enough_of_them_from_firm_sources() -> None:
    rows = SHIPPED.rows(OrganDose)
    assert len({row.drug_id for row in rows if row.source_kind is not SourceKind.RECALLED}) >= 150
    assert len({row.drug_id for row in rows if row.is_firm and row.level_is_known}) >= 40


def test_a_narrower_band_of_the_same_source_is_told_and_not_the_wider_one() -> None:
    capped = band(high=60, action=Action.CAP, cap=2, cap_unit="mg/d", says="at most 2 mg")
    rows = (capped, band(high=30, action=Action.AVOID, says="do not use"))
    assert advice(at_clearance(40, taking()), world(*rows))["kidney:exampline"].action is Action.CAP
    severe = advice(at_clearance(20, taking()), world(*rows))["kidney:exampline"]
    assert (severe.action, "at most" in severe.summary) == (Action.AVOID, False)


#: Bands of one source that lie in each other on purpose (below 60, and below 30): the engine narrows them.
NESTED = {"baricitinib", "citalopram"}


@pytest.mark.parametrize("value", [2, 7, 12, 17, 22.5, 27, 33, 37, 42, 47, 53, 57, 65, 75, 85, 99])
def test_one_shipped_source_says_one_thing_at_one_clearance(value) -> None:
    told: dict[tuple[Any, ...], list[str]] = {}
    for row in SHIPPED.rows(OrganDose):
        is_numeric = row.measure not in {Measure.CHILD_PUGH, Measure.DIALYSIS} and row.action is not Action.CAUTION
        if is_numeric and row.holds_at(value) and (row.low is not None or row.high is not None) and row.drug_id not in NESTED:
            key = (row.drug_id, row.route, row.form, row.use, row.measure, row.source_id, row.place, row.criteria)
            told.setdefault(key, []).append(row.says)
    assert {key: said for key, said in told.items() if len(said) > 1} == {}
