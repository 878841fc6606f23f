"""Laboratory values, kidney and liver function as findings: what is used, what is refused, and what is asked for."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrod import load_knowledge
from garrod.biomarkers import assess
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.person import BodyMeasurement, Condition, Dialysis, LifeStage, Observation, Person
from garrod.model.quantities import Quantity

KNOWLEDGE = load_knowledge()
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def lab(name: str, value: float | str | None, unit: str | None = None, *, days: float | None = 3, **more: Any) -> Observation:
    time = None if days is None else NOW - days * DAY
    return Observation(name=name, value=value, unit=unit, time=time, **more)


def person(*observations: Observation, **given: Any) -> Person:
    usual: dict[str, Any] = {
        "id": "made", "sex": "male", "birth_date": date(1966, 5, 1), "as_of": NOW,
        "body": (BodyMeasurement(height=Quantity(180, "cm"), weight=Quantity(72, "kg")),), "observations": observations,
    }  # fmt: skip
    return Person(**{**usual, **given})


def found(one: Person) -> dict[str, Finding]:
    return {finding.id: finding for finding in assess(one, Findings(), KNOWLEDGE)}


def test_clearance_and_egfr_stand_beside_each_other_with_how_and_when() -> None:
    told = found(person(lab("Creatinine", 1.0, "mg/dL")))
    # (140 - 60) x 72 / 72, and 142 x (1.0/0.9)^-1.2 x 0.9938^60 by hand: 86.2
    assert (told["kidney:crcl"].value, told["kidney:crcl"].unit) == (80.0, "mL/min")
    assert told["kidney:egfr"].value == pytest.approx(86.2, abs=0.1)
    assert "actual weight" in str(told["kidney:crcl"].reason)
    assert "3 days before" in str(told["kidney:crcl"].reason)
    assert told["lab:creatinine"].value == 1.0


@pytest.mark.parametrize("unit", ["µmol/L", "umol/L", "μmol/l"])
def test_creatinine_in_micromoles_is_the_same_creatinine(unit) -> None:
    assert found(person(lab("creatinine", 88.4, unit)))["kidney:crcl"].value == pytest.approx(80.0, abs=0.1)


@pytest.mark.parametrize(
    ("observation", "said"),
    [
        (lab("creatinine", 1.0), "has no unit"),
        (lab("creatinine", 1.0, "furlong"), "not known here"),
        (lab("creatinine", 88.4, "mg/dL"), "outside"),
        (lab("creatinine", "high", "mg/dL"), "no number"),
        (lab("creatinine", 1.0, "mg/dL", comparator="<"), "not a limit"),
        (lab("creatinine", 1.0, "mg/dL", specimen="urine"), "a serum creatinine"),
        (lab("creatinine", 1.0, "mg/dL", loinc="2161-8"), "a serum creatinine"),
        (lab("creatinine", 1.0, "mg/dL", days=-1), "a serum creatinine"),
    ],
)
def test_a_creatinine_that_cannot_be_used_is_asked_for_with_the_reason(observation, said) -> None:
    told = found(person(observation))
    for name in ("kidney:crcl", "kidney:egfr"):
        assert told[name].status is FindingStatus.NOT_ASSESSED
        assert said in str(told[name].reason)
        assert told[name].value is None


def test_what_is_missing_is_named_at_once() -> None:
    told = found(person(birth_date=None, sex="unknown", body=None))
    for word in ("creatinine", "birth date", "sex", "weight"):
        assert word in str(told["kidney:crcl"].reason)
    assert "weight" not in str(told["kidney:egfr"].reason)


def test_the_newest_value_counts_whatever_the_order() -> None:
    some = [
        lab("creatinine", 2.0, "mg/dL", days=90),
        lab("creatinine", 1.0, "mg/dL", days=3),
        lab("creatinine", 3.0, "mg/dL", days=None),
    ]
    for seed in range(6):
        mixed = random.Random(seed).sample(some, len(some))
        assert found(person(*mixed))["kidney:crcl"].value == 80.0


def test_two_values_of_one_time_that_differ_are_none() -> None:
    told = found(person(lab("creatinine", 1.0, "mg/dL"), lab("creatinine", 2.0, "mg/dL")))
    assert "differ" in str(told["kidney:crcl"].reason)
    assert found(person(lab("creatinine", 1.0, "mg/dL"), lab("creatinine", 1.0, "mg/dL")))["kidney:crcl"].value == 80.0


def test_creatinine_that_is_rising_gives_no_clearance() -> None:
    told = found(person(lab("creatinine", 1.0, "mg/dL", days=2.5), lab("creatinine", 1.4, "mg/dL", days=1)))
    assert "not steady" in str(told["kidney:crcl"].reason)
    assert "not steady" in str(told["kidney:egfr"].reason)
    assert found(person(lab("creatinine", 1.0, "mg/dL", days=60), lab("creatinine", 1.4, "mg/dL", days=1)))["kidney:crcl"].value


def test_an_old_creatinine_is_used_and_marked() -> None:
    told = found(person(lab("creatinine", 1.0, "mg/dL", days=400)))
    assert (told["kidney:crcl"].value, told["kidney:crcl"].certainty) == (80.0, "confirm")
    assert "400 days" in str(told["kidney:crcl"].reason)


def test_in_overweight_the_adjusted_weight_is_used_and_the_others_stand_beside_it() -> None:
    heavy = (BodyMeasurement(height=Quantity(182.88, "cm"), weight=Quantity(127.6, "kg")),)
    told = found(person(lab("creatinine", 1.0, "mg/dL"), body=heavy))
    # Ideal 50 + 2.3 x 12 = 77.6; adjusted 77.6 + 0.4 x 50 = 97.6; times 80/72
    assert told["kidney:crcl"].value == pytest.approx(97.6 * 80 / 72, abs=0.06)
    assert told["kidney:crcl:ideal"].value == pytest.approx(77.6 * 80 / 72, abs=0.06)
    assert told["kidney:crcl:actual"].value == pytest.approx(127.6 * 80 / 72, abs=0.06)


def test_without_height_the_actual_weight_is_used_and_the_doubt_is_said() -> None:
    told = found(person(lab("creatinine", 1.0, "mg/dL"), body=(BodyMeasurement(weight=Quantity(72, "kg")),)))
    assert told["kidney:crcl"].value == 80.0
    assert "no height is known" in str(told["kidney:crcl"].reason)


def test_a_child_has_no_clearance_by_an_equation_for_adults() -> None:
    told = found(person(lab("creatinine", 0.5, "mg/dL"), birth_date=date(2016, 1, 1)))
    assert "adults" in str(told["kidney:crcl"].reason)
    assert "adults" in str(told["kidney:egfr"].reason)


def test_in_pregnancy_the_estimate_is_to_be_confirmed() -> None:
    told = found(person(lab("creatinine", 1.0, "mg/dL"), sex="female", life_stage=LifeStage(pregnant=True)))
    assert told["kidney:egfr"].certainty == "confirm"


@pytest.mark.parametrize(
    ("given_", "on"),
    [
        ({"dialysis": (Dialysis(kind="hemodialysis"),)}, True),
        ({"dialysis": (Dialysis(kind="hemodialysis", end=date(2026, 1, 1)),)}, False),
        ({"dialysis": (Dialysis(kind="hemodialysis", start=date(2026, 6, 1)),)}, False),
        ({"dialysis": ()}, False),
        ({"conditions": (Condition(name="end-stage kidney disease on hemodialysis"),)}, True),
        ({"conditions": (Condition(name="kidney failure", icd10="Z99.2"),)}, True),
        ({"conditions": (Condition(name="CKD stage 5, not on dialysis"),), "dialysis": ()}, False),
        ({"conditions": (Condition(name="pre-dialysis CKD"),), "dialysis": ()}, False),
    ],
)
def test_dialysis_is_a_fact_that_ends_equations(given_, on) -> None:
    told = found(person(lab("creatinine", 1.0, "mg/dL"), **given_))
    assert told["kidney:dialysis"].value == ("yes" if on else "no")
    assert (told["kidney:crcl"].status is FindingStatus.NOT_ASSESSED) is on


def test_nothing_is_said_of_dialysis_where_nothing_is_known() -> None:
    assert "kidney:dialysis" not in found(person(lab("creatinine", 1.0, "mg/dL")))


def test_the_laboratorys_egfr_is_used_where_it_is_all_there_is_or_newer() -> None:
    assert found(person(lab("eGFR", 38, "mL/min/1.73 m²")))["kidney:egfr"].value == 38
    both = found(person(lab("eGFR", 38, "mL/min/1.73m2", days=1), lab("creatinine", 1.0, "mg/dL", days=40)))
    assert both["kidney:egfr"].value == 38
    older = found(person(lab("eGFR", 38, "mL/min/1.73m2", days=40), lab("creatinine", 1.0, "mg/dL", days=1)))
    assert older["kidney:egfr"].value == pytest.approx(86.2, abs=0.1)


def test_an_egfr_above_a_limit_keeps_its_direction() -> None:
    told = found(person(lab("eGFR", 60, "mL/min/1.73m2", comparator=">")))["kidney:egfr"]
    assert (told.value, told.certainty) == (60, "at_least")
    assert "> 60" in str(told.reason)


@pytest.mark.parametrize(("value", "letter"), [("B", "B"), ("class c", "C"), ("A5", "A"), (7, "B"), ("12", "C"), (6.0, "A")])
def test_a_given_child_pugh_is_taken(value, letter) -> None:
    assert found(person(lab("Child-Pugh", value)))["liver:child_pugh"].value == letter


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("cirrhosis, Child-Pugh class B", "B"),
        ("Child Pugh C cirrhosis", "C"),
        ("Child-Pugh score 9", "B"),
        ("CHILD-TURCOTTE-PUGH A", "A"),
    ],
)
def test_a_condition_can_say_the_class(text, letter) -> None:
    assert found(person(conditions=(Condition(name=text),)))["liver:child_pugh"].value == letter


def test_classes_that_differ_are_not_averaged() -> None:
    told = found(person(conditions=(Condition(name="Child-Pugh A"), Condition(name="Child-Pugh C"))))
    assert told["liver:child_pugh"].status is FindingStatus.NOT_ASSESSED


SIGNS = (lab("ascites", "mild"), lab("hepatic encephalopathy", "none"))
ITEMS = (lab("total bilirubin", 42.76, "µmol/L"), lab("albumin", 30, "g/L"), lab("INR", 1.5, None))


def test_child_pugh_is_computed_from_its_five_items() -> None:
    # 42.76 µmol/L is 2.5 mg/dL: 2; albumin 3.0: 2; INR 1.5: 1; ascites mild: 2; no encephalopathy: 1
    told = found(person(*ITEMS, *SIGNS))["liver:child_pugh"]
    assert told.value == "B"
    assert "8 points" in str(told.reason)


@pytest.mark.parametrize("missing", range(5))
def test_without_one_item_there_is_no_class_and_the_item_is_named(missing) -> None:
    names = ("bilirubin", "albumin", "INR", "ascites", "encephalopathy")
    some = [one for number, one in enumerate((*ITEMS, *SIGNS)) if number != missing]
    told = found(person(*some))["liver:child_pugh"]
    assert told.status is FindingStatus.NOT_ASSESSED
    assert names[missing] in str(told.reason)


def test_values_come_in_one_unit_each() -> None:
    told = found(
        person(
            lab("K", 5.6, "mEq/L"), lab("haemoglobin", 98, "g/L"), lab("platelets", 90, "10*3/uL"), lab("QTc", 0.48, "s"),
            lab("magnesium", 2.4305, "mg/dL"), lab("sodium", 131, "mmol/L"),
        )
    )  # fmt: skip
    expected = {"potassium": 5.6, "hemoglobin": 9.8, "platelets": 90, "qtc": 480, "magnesium": 1.0, "sodium": 131}
    assert {name: told[f"lab:{name}"].value for name in expected} == pytest.approx(expected)


@given(st.permutations([*ITEMS, *SIGNS, lab("creatinine", 1.0, "mg/dL"), lab("potassium", 4.1, "mmol/L")]))
def test_the_order_of_the_list_changes_no_value(mixed) -> None:
    told = {name: (one.value, one.unit, one.reason) for name, one in found(person(*mixed)).items()}
    assert told == {
        name: (one.value, one.unit, one.reason)
        for name, one in found(person(*ITEMS, *SIGNS, lab("creatinine", 1.0, "mg/dL"), lab("potassium", 4.1, "mmol/L"))).items()
    }
