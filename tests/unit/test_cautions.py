"""Cautions: conditions, pregnancy, lactation, age, smoking and dose limits with other medicines."""

from datetime import date

import pytest

from garrod.knowledge.cautions import Caution, When
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.person import Condition, LifeStage, Smoking
from garrod.model.recommendations import Action, Outcome, Severity
from garrod.therapeutics.conditions import has_condition
from made_cautions import SHIPPED, advice, caution, outcomes, person, taking, world

IN_DISEASE = world(caution("exampline", When.CONDITION, condition_id="madeitis"))
WOMAN = {"sex": "female", "birth_date": date(1996, 5, 1)}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition(name="Chronic madeitis"), True),
        (Condition(name="something", icd10="Q99.12"), True),
        (Condition(name="x", icd10="Q9912"), True),
        (Condition(name="x", snomed="123456"), True),
        (Condition(name="no madeitis"), False),
        (Condition(name="family history of madeitis"), False),
        (Condition(name="madeitis ruled out"), True),
        (Condition(name="madeitis", status="resolved"), False),
        (Condition(name="premadeitis"), False),
        (Condition(name="x", icd10="Q99.2"), False),
        (Condition(name="no fever, madeitis"), True),
    ],
)
def test_a_condition_is_found_by_word_or_code_and_not_where_it_is_denied(condition, found) -> None:
    one = person(taking(), conditions=(condition,))
    assert ("caution:exampline:madeitis" in advice(one, IN_DISEASE)) is found


def test_no_list_of_conditions_is_not_a_healthy_person() -> None:
    assert outcomes(person(taking(), conditions=None), IN_DISEASE, "conditions")[Outcome.COULD_NOT].drugs == ("exampline",)
    assert outcomes(person(taking(), conditions=()), IN_DISEASE, "conditions")[Outcome.CLEAN].drugs == ("exampline",)


def test_rows_on_one_cause_are_one_alert_with_the_gravest_first() -> None:
    rows = world(
        caution("exampline", When.CONDITION, condition_id="madeitis", severity=Severity.INFO, says="the lesser"),
        caution("group", When.CONDITION, condition_id="madeitis", says="the graver"),
        groups={"group": ("exampline",)},
    )
    told = advice(person(taking(), conditions=(Condition(name="madeitis"),)), rows)
    assert set(told) == {"caution:exampline:madeitis"}
    assert "the graver" in told["caution:exampline:madeitis"].summary
    assert "The lesser." in told["caution:exampline:madeitis"].notes


@pytest.mark.parametrize(
    ("stage", "ids"),
    [
        (LifeStage(pregnant=True), {"caution:exampline:pregnancy"}),
        (LifeStage(pregnant=False), set()),
        (LifeStage(), {"pregnancy:unknown"}),
        (None, {"pregnancy:unknown"}),
    ],
)
def test_a_pregnancy_that_is_not_known_is_asked_for(stage, ids) -> None:
    rows = world(caution("exampline", When.PREGNANCY))
    assert set(advice(person(taking(), life_stage=stage, **WOMAN), rows)) == ids


@pytest.mark.parametrize("given", [{"sex": "male"}, {"sex": "female", "birth_date": date(1950, 1, 1)}])
def test_nobody_is_asked_in_vain(given) -> None:
    assert advice(person(taking(), **given), world(caution("exampline", When.PREGNANCY))) == {}


def test_age_counts_from_its_birthday() -> None:
    rows = world(caution("exampline", When.AGE_FROM, age_y=65), caution("exampline", When.AGE_BELOW, age_y=12))
    for born, found in ((date(1961, 5, 1), True), (date(1961, 5, 2), False), (date(2014, 5, 1), False), (date(2014, 5, 2), True)):
        assert ("caution:exampline:age" in advice(person(taking(), birth_date=born), rows)) is found
    assert outcomes(person(taking(), birth_date=None), rows, "age")[Outcome.COULD_NOT].reason == "the age is not known"


def test_a_dose_limit_holds_only_above_it_or_where_the_dose_is_not_known() -> None:
    rows = world(
        caution("exampline", When.CO_MEDICATION, other="group", above_mg_d=20, cap_mg_d=20, action=Action.CAP),
        groups={"group": ("samplitol",)},
    )
    name = "caution:exampline:dose_limit_with_other_medicines"
    assert name not in advice(person(taking(mg=20, every_h=24), taking("samplitol")), rows)
    assert name not in advice(person(taking(mg=40, every_h=24)), rows)
    above = advice(person(taking(mg=40, every_h=24), taking("samplitol")), rows)[name]
    assert (above.concerns, above.doses[0].cap) == (("exampline", "samplitol"), 20)
    assert "not known" in advice(person(taking(), taking("samplitol")), rows)[name].summary


def test_smoking_counts_from_an_age() -> None:
    rows = world(caution("exampline", When.SMOKING, age_y=35))
    assert "caution:exampline:smoking" in advice(person(taking(), smoking=Smoking(status="current")), rows)
    assert advice(person(taking(), smoking=Smoking(status="current"), birth_date=date(2000, 1, 1)), rows) == {}
    assert outcomes(person(taking()), rows, "smoking")[Outcome.COULD_NOT].reason == "smoking is not known"


def test_what_was_not_opened_neither_interrupts_nor_sets_a_dose() -> None:
    with pytest.raises(ValueError, match="warns at most"):
        caution("exampline", When.PREGNANCY, severity=Severity.CRITICAL, action=Action.CONTRAINDICATED, reading=Reading.RECALLED)
    with pytest.raises(ValueError, match="warns at most"):
        caution("exampline", When.PREGNANCY, cap_mg_d=5, reading=Reading.RECALLED)
    with pytest.raises(ValueError, match="is not said"):
        caution("exampline", When.CONDITION)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("systolic heart failure, reduced ejection fraction", "hfref"),
        ("Heart failure", "heart_failure"),
        ("NSTEMI 2024", "coronary_disease"),
        ("acute coronary syndrome, stent", "coronary_disease"),
        ("bronchial asthma", "asthma"),
        ("Myasthenia gravis", "myasthenia_gravis"),
        ("CKD stage 3b", "ckd"),
        ("liver cirrhosis", "liver_disease"),
        ("Type 2 diabetes", "diabetes"),
        ("gastric ulcer", "peptic_ulcer"),
        ("history of stroke", "stroke"),
    ],
)
def test_conditions_as_people_write_them(text, condition) -> None:
    assert has_condition(condition, person(conditions=(Condition(name=text),)), SHIPPED)


@pytest.mark.parametrize(
    ("drug", "condition", "severity"),
    [
        ("ibuprofen", "heart failure", Severity.WARNING),
        ("propranolol", "asthma", Severity.WARNING),
        ("verapamil", "heart failure with reduced ejection fraction", Severity.WARNING),
        ("sumatriptan", "angina", Severity.CRITICAL),
        ("rizatriptan", "angina", Severity.WARNING),
        ("ciprofloxacin", "myasthenia gravis", Severity.WARNING),
        ("levofloxacin", "aortic aneurysm", Severity.WARNING),
        ("naproxen", "duodenal ulcer", Severity.WARNING),
    ],
)
def test_shipped_drugs_in_shipped_conditions(drug, condition, severity) -> None:
    told = advice(person(taking(drug), conditions=(Condition(name=condition),)), SHIPPED)
    assert severity in {one.severity for name, one in told.items() if name.startswith(f"caution:{drug}")}


@pytest.mark.parametrize("drug", ["isotretinoin", "warfarin", "methotrexate", "lisinopril", "losartan", "thalidomide"])
def test_what_harms_a_pregnancy_is_warned_of(drug) -> None:
    found = advice(person(taking(drug), life_stage=LifeStage(pregnant=True), **WOMAN), SHIPPED)[f"caution:{drug}:pregnancy"]
    assert found.severity in {Severity.WARNING, Severity.CRITICAL}


@pytest.mark.parametrize(
    ("drug", "born", "conditions", "found"),
    [
        ("codeine", date(2016, 1, 1), (), "caution:codeine:age"),
        ("tramadol", date(2016, 1, 1), (), "caution:tramadol:age"),
        ("codeine", date(2010, 1, 1), ("tonsillectomy",), "caution:codeine:tonsillectomy"),
    ],
)
def test_opioids_that_regulators_forbid_in_children_interrupt(drug, born, conditions, found) -> None:
    one = person(taking(drug), birth_date=born, conditions=tuple(Condition(name=name) for name in conditions))
    assert advice(one, SHIPPED)[found].severity is Severity.CRITICAL


def test_an_adult_after_tonsillectomy_is_no_child() -> None:
    assert "caution:codeine:tonsillectomy" not in advice(
        person(taking("codeine"), conditions=(Condition(name="tonsillectomy"),)), SHIPPED
    )


@pytest.mark.parametrize(
    ("born", "milligrams", "others", "found"),
    [
        (date(1956, 1, 1), 40, (), {"age"}),
        (date(1956, 1, 1), 20, ("omeprazole",), set()),
        (date(1986, 1, 1), 40, ("omeprazole",), {"dose_limit_with_other_medicines"}),
        (date(1986, 1, 1), 40, (), set()),
    ],
)
def test_citalopram_above_its_limits(born, milligrams, others, found) -> None:
    one = person(taking("citalopram", milligrams, 24), *(taking(name) for name in others), birth_date=born)
    told = {
        name.removeprefix("caution:citalopram:"): rec
        for name, rec in advice(one, SHIPPED).items()
        if name.startswith("caution:citalopram:")
    }
    assert set(told) == found
    assert all(rec.doses[0].cap == 20 for rec in told.values())


def test_every_shipped_caution_that_interrupts_was_read() -> None:
    assert all(row.reading is not Reading.RECALLED for row in SHIPPED.rows(Caution) if row.severity is Severity.CRITICAL)
