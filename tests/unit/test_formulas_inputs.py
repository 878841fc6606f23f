"""What formulas take, in which units, and what they refuse; and what every row of the registry owes its reader."""

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrod.knowledge import load_knowledge
from garrod.knowledge.laboratory import AnalyteUnit
from garrod.model.errors import InputError, RefusedError
from garrod.physiology.body_size import body_surface_boyd, body_surface_gehan_george, body_surface_haycock, dosing_weight
from garrod.physiology.entries import entry_of_json, entry_of_text
from garrod.physiology.formula import RECALLED, Basis, Reading, Result, work_out
from garrod.physiology.formulas import FORMULAS, formula_named
from garrod.physiology.lean_mass import (
    fat_free_mass_al_sallami,
    fat_free_mass_janmahasatian,
    james_peak_bmi,
    lean_body_weight_boer,
    lean_body_weight_james,
)
from garrod.physiology.liver_scores import albi, meld, meld_3, meld_na
from garrod.physiology.measures import CHOICES, MEASURES, plain_unit, read_measure
from garrod.physiology.renal import (
    egfr_ckd_epi_2009,
    egfr_ckd_epi_2012_cystatin,
    egfr_ckd_epi_2021_both,
    egfr_mdrd,
    egfr_schwartz_bedside,
)
from garrod.physiology.serum_corrections import corrected_calcium, corrected_phenytoin

PERSON = {
    "sex": "female", "age": "43a", "weight": "71.5kg", "height": "164cm", "creatinine": "1.2mg/dL", "cystatin_c": "1.1mg/L",
    "bilirubin": "2.5mg/dL", "albumin": "3g/dL", "inr": "1.8", "sodium": "128mmol/L", "calcium": "8mg/dL", "phenytoin": "8mg/L",
    "bsa": "1.8m2", "egfr": "60mL/min/1.73m2", "ascites": "mild", "encephalopathy": "none", "dialysis": "no",
    "kidney_failure": "no",
}  # fmt: skip
CHILD = PERSON | {"age": "8a", "weight": "26kg", "height": "128cm", "creatinine": "0.5mg/dL"}


def of(name: str, person: Mapping[str, str] = PERSON, **changed: str | None) -> Result:
    values = {**person, **changed}
    return work_out(FORMULAS[name], {key: entry_of_text(value) for key, value in values.items() if value is not None})


def person_for(name: str) -> Mapping[str, str]:
    return CHILD if name in {"schwartz-bedside", "ffm-al-sallami"} else PERSON


@pytest.mark.parametrize("name", list(FORMULAS))
def test_every_formula_says_what_it_is(name) -> None:
    formula = FORMULAS[name]
    assert formula.name == name == name.lower()
    assert all((formula.title, formula.law, formula.unit, formula.population, formula.read_at, formula.sources))
    assert all(need.name in MEASURES or need.name in CHOICES for need in formula.needs)
    assert all(need.studied and need.instead for need in formula.needs if need.lowest > -math.inf or need.highest < math.inf)
    assert ("1.73" in formula.unit) is (formula.basis is Basis.INDEXED)
    assert (formula.unit == "points") is (formula.basis is Basis.SCORE)


@pytest.mark.parametrize(("name", "need"), [(name, need) for name, one in FORMULAS.items() for need in one.needs])
def test_what_is_missing_is_named_or_its_absence_is_said(name, need) -> None:
    if need.missing is None:
        with pytest.raises(InputError, match=f"{name}: {need.name}: this is needed"):
            of(name, person_for(name), **{need.name: None})
    else:
        said = of(name, person_for(name), **{need.name: None}).warnings
        assert said == ((need.missing,) if need.missing else ())


def test_all_that_is_missing_is_told_together() -> None:
    with pytest.raises(InputError) as caught:
        work_out(FORMULAS["cockcroft-gault"], {})
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("name", [name for name, one in FORMULAS.items() for need in one.needs if need.lowest == 18])
def test_a_child_is_refused_where_adults_were_studied(name) -> None:
    with pytest.raises(RefusedError, match="adults of 18 years"):
        of(name, age="17a")


@pytest.mark.parametrize(
    "name", ["cockcroft-gault-ideal", "cockcroft-gault-adjusted", "ibw-devine", "adjusted-body-weight", "dosing-weight"]
)
def test_below_five_feet_there_is_no_ideal_weight(name) -> None:
    with pytest.raises(RefusedError, match=r"152\.4 cm"):
        of(name, height="152.3cm")
    assert of(name, height="60in").value > 0


@pytest.mark.parametrize(
    ("name", "age"),
    [("schwartz-bedside", "11mo"), ("schwartz-bedside", "18.1"), ("ffm-al-sallami", "2.9"), ("ffm-al-sallami", "30")],
)
def test_ages_that_nobody_studied_are_refused(name, age) -> None:
    with pytest.raises(RefusedError, match="years"):
        of(name, CHILD, age=age)


@pytest.mark.parametrize(
    ("name", "key", "text"),
    [
        ("ckd-epi-2021", "creatinine", "80"),  # µmol/L written as mg/dL
        ("ckd-epi-2021", "creatinine", "0"),
        ("ckd-epi-2021", "creatinine", "-1mg/dL"),
        ("child-pugh", "albumin", "35"),
        ("child-pugh", "bilirubin", "34"),
        ("corrected-calcium", "calcium", "2.1"),
        ("corrected-phenytoin", "phenytoin", "60"),
        ("bmi", "weight", "700kg"),
        ("bmi", "height", "1.64"),
        ("ckd-epi-2021", "age", "126"),
        ("ckd-epi-2021", "creatinine", "1e400"),
    ],
)
def test_a_value_that_nobody_has_is_refused_and_the_unit_asked_for(name, key, text) -> None:
    with pytest.raises(InputError) as caught:
        of(name, **{key: text})
    fault = caught.value.faults[0]
    assert fault.where == f"{name}: {key}"
    assert "not plausible" in fault.what or "not a number" in fault.what
    assert f"{key}=" in fault.remedy or "decimal point" in fault.remedy


@pytest.mark.parametrize("text", ["1,2", "abc", "nan", "inf", "1.2.3", "", "mg/dL"])
def test_what_is_not_a_number_is_refused(text) -> None:
    with pytest.raises(InputError, match="not a number"):
        of("ckd-epi-2021", creatinine=text)


@pytest.mark.parametrize("text", ["1.2mmol/L", "1.2 kg", "1.2 mg", "1.2 mg/dL/h"])
def test_a_unit_that_is_not_known_is_refused_and_others_are_named(text) -> None:
    with pytest.raises(InputError, match="give it in mg/dL or umol/L"):
        of("ckd-epi-2021", creatinine=text)


def test_no_message_repeats_what_was_given() -> None:
    with pytest.raises(InputError) as caught:
        of("ckd-epi-2021", creatinine="7777.7", sex="xyzzy")
    assert "7777" not in str(caught.value)
    assert "xyzzy" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "ours", "theirs"),
    [
        ("creatinine", "1mg/dL", "88.4 umol/L"),  # 113.12 g/mol
        ("creatinine", "1mg/dL", "88.4µmol/l"),
        ("bilirubin", "58.466 mg/dL", "1000 umol/L"),  # 584.66 g/mol
        ("albumin", "2.8g/dL", "28 g/L"),
        ("calcium", "8.0156mg/dL", "2 mmol/L"),  # 40.078 g/mol
        ("phenytoin", "25.227mg/L", "100 umol/L"),  # 252.27 g/mol
        ("phenytoin", "8mg/L", "8 mcg/mL"),
        ("sodium", "128mmol/L", "128mEq/L"),
        ("weight", "45.359237kg", "100 lb"),
        ("height", "162.56cm", "64in"),
        ("height", "164cm", "1.64m"),
        ("age", "2a", "24 months"),
        ("age", "2a", "730.5 days"),
    ],
)
def test_other_units_say_the_same(key, ours, theirs) -> None:
    read = []
    for text in (ours, theirs):
        entry = entry_of_text(text)
        read.append(read_measure(MEASURES[key], entry.as_number(key), entry.unit).value)
    assert read[1] == pytest.approx(read[0], rel=1e-11)


def test_units_agree_with_those_of_the_laboratory_tables() -> None:
    rows = [row for row in load_knowledge().rows(AnalyteUnit) if row.analyte in MEASURES]
    known = [(MEASURES[row.analyte].factor(row.unit), row.factor) for row in rows]
    shared = [(ours, theirs) for ours, theirs in known if ours is not None]
    assert len(shared) >= 6
    assert all(ours == pytest.approx(theirs, rel=1e-3) for ours, theirs in shared)


def test_a_table_that_counts_from_28_gives_28_grams_a_liter_two_points() -> None:
    assert of("child-pugh", albumin="28g/L").value == of("child-pugh", albumin="2.8g/dL").value


def test_a_number_without_a_unit_is_said_where_another_unit_would_fit() -> None:
    assert "umol/L" in of("meld", bilirubin="5").warnings[0]
    assert of("meld", bilirubin="5mg/dL").warnings == ()
    assert of("cockcroft-gault", creatinine="1.2").warnings == ()


@pytest.mark.parametrize(
    ("key", "text", "meant"),
    [
        ("sex", "F", "female"), ("sex", " Male ", "male"), ("encephalopathy", "Grade 2", "grade 1-2"),
        ("encephalopathy", "3-4", "grade 3-4"), ("ascites", "slight", "mild"), ("ascites", "severe", "moderate"),
    ],
)  # fmt: skip
def test_words_are_known_by_their_other_ways(key, text, meant) -> None:
    assert of("child-pugh", **{key: text}).inputs.get(key, meant) == meant


def test_a_word_that_is_not_known_is_refused_and_the_others_are_named() -> None:
    with pytest.raises(InputError, match="give one of none, mild, moderate"):
        of("child-pugh", ascites="some")


def test_json_gives_numbers_texts_and_objects_alike() -> None:
    forms = ({"value": 70, "unit": "kg"}, "70 kg", 70, 70.0, {"value": 70}, {"value": 70, "unit": None})
    read = [entry_of_json("weight", form) for form in forms]
    assert {one.number for one in read} == {70.0}
    assert entry_of_json("dialysis", True).as_word("dialysis") == "yes"


@pytest.mark.parametrize("value", [[70], {"value": "70"}, {"value": 70, "unit": 3}, {"weight": 70}, {"value": True}, {}])
def test_other_json_is_refused(value) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        entry_of_json("weight", value)


def test_a_number_with_hundreds_of_digits_is_no_number() -> None:
    with pytest.raises(InputError, match="not a number"):
        entry_of_json("weight", 10**400).as_number("weight")


def test_a_unit_is_compared_without_case_space_and_greek() -> None:
    assert plain_unit("mcmol / L") == plain_unit("μmol/l") == plain_unit("µmol/L") == "umol/l"


def test_a_formula_that_was_recalled_says_that_it_feeds_no_dose() -> None:
    recalled = dataclasses.replace(FORMULAS["bmi"], reading=Reading.RECALLED)
    result = work_out(recalled, {key: entry_of_text(value) for key, value in PERSON.items()})
    assert not recalled.may_feed_a_dose
    assert result.warnings == (RECALLED,)


def test_no_shipped_formula_is_recalled() -> None:
    assert [name for name, one in FORMULAS.items() if not one.may_feed_a_dose] == []


def test_an_unknown_name_is_answered_with_the_known() -> None:
    with pytest.raises(InputError, match="bsa-boyd"):
        formula_named("bsa-nobody")


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("cockcroft-gault", {"weight": "95kg"}, "30 or more"),
        ("cockcroft-gault-ideal", {"weight": "45kg"}, "below the ideal"),
        ("cockcroft-gault-adjusted", {"weight": "45kg"}, "below the ideal"),
        ("adjusted-body-weight", {"weight": "45kg"}, "below the ideal"),
        ("mdrd", {"creatinine": "0.6mg/dL"}, "above 60"),
        ("lbw-james", {"weight": "90kg"}, "30 or more"),
        ("lbw-james", {"weight": "98kg"}, "falls"),
        ("corrected-calcium", {"albumin": "4.5g/dL"}, "not low"),
        ("corrected-phenytoin", {"albumin": "4.5g/dL"}, "normal or high"),
        ("meld", {"creatinine": "5mg/dL"}, "creatinine counts as 4"),
        ("meld", {"dialysis": "yes"}, r"creatinine counts as 4 \(dialysis\)"),
        ("meld-na", {"sodium": "120mmol/L"}, "sodium counts as 125"),
        ("meld-na", {"bilirubin": "0.5mg/dL", "inr": "1"}, "sodium does not count"),
        ("meld-3", {"albumin": "1g/dL"}, "albumin counts as 1.5"),
    ],
)
def test_what_must_be_said_of_a_result_is_said(name, changed, said) -> None:
    assert not re.search(said, " ".join(of(name).warnings))
    assert re.search(said, " ".join(of(name, **changed).warnings))


def test_an_index_outside_what_was_studied_is_extrapolated() -> None:
    assert of("ffm-al-sallami", CHILD).warnings == ()
    assert "extrapolated" in of("ffm-al-sallami", CHILD, weight="19kg").warnings[0]


@given(st.floats(60, 200), st.floats(1.01, 1.5), st.sampled_from(["female", "male"]))
def test_fat_free_mass_rises_with_every_weight_and_james_only_to_its_peak(weight, more, sex) -> None:
    light, heavy = (fat_free_mass_janmahasatian(weight_kg=one, height_cm=170, sex=sex) for one in (weight, more * weight))
    assert light < heavy
    peak = james_peak_bmi(sex) * 1.7**2
    at_peak, beyond = (lean_body_weight_james(weight_kg=peak * one, height_cm=170, sex=sex) for one in (1, 1.2))
    assert beyond < at_peak


@given(st.floats(0.2, 12), st.floats(1.001, 2), st.sampled_from(["ckd-epi-2021", "ckd-epi-2021-both", "ckd-epi-2009", "mdrd"]))
def test_more_creatinine_is_less_filtration(creatinine, more, name) -> None:
    assert of(name, creatinine=f"{creatinine}mg/dL").value > of(name, creatinine=f"{creatinine * more}mg/dL").value


@given(st.floats(0.5, 29), st.floats(0.8, 19), st.floats(0.3, 14), st.floats(100, 160))
def test_a_score_stays_within_its_scale(bilirubin, inr, creatinine, sodium) -> None:
    laboratory = {"bilirubin_mg_dl": bilirubin, "inr": inr, "creatinine_mg_dl": creatinine}
    for on_dialysis in (False, True):
        first = meld(**laboratory, on_dialysis=on_dialysis)
        second = meld_na(**laboratory, sodium_mmol_l=sodium, on_dialysis=on_dialysis)
        assert 6 <= first <= 40
        assert first - 1 <= second <= 40 or first == 40


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_what_is_not_a_positive_number_is_refused_by_every_function(wrong) -> None:
    liver: dict[str, Any] = {"bilirubin_mg_dl": 2.0, "inr": 1.5, "on_dialysis": False}
    calls = (
        lambda: body_surface_boyd(weight_kg=wrong, height_cm=170),
        lambda: body_surface_haycock(weight_kg=70, height_cm=wrong),
        lambda: body_surface_gehan_george(weight_kg=wrong, height_cm=170),
        lambda: dosing_weight(weight_kg=wrong, ideal_kg=70),
        lambda: lean_body_weight_james(weight_kg=70, height_cm=wrong, sex="male"),
        lambda: lean_body_weight_boer(weight_kg=wrong, height_cm=170, sex="male"),
        lambda: fat_free_mass_janmahasatian(weight_kg=wrong, height_cm=170, sex="female"),
        lambda: fat_free_mass_al_sallami(age_years=wrong, weight_kg=26, height_cm=128, sex="female"),
        lambda: egfr_ckd_epi_2009(age_years=50, creatinine_mg_dl=wrong, sex="male"),
        lambda: egfr_ckd_epi_2012_cystatin(age_years=wrong, cystatin_c_mg_l=1, sex="male"),
        lambda: egfr_ckd_epi_2021_both(age_years=50, creatinine_mg_dl=1, cystatin_c_mg_l=wrong, sex="male"),
        lambda: egfr_mdrd(age_years=50, creatinine_mg_dl=wrong, sex="male"),
        lambda: egfr_schwartz_bedside(age_years=wrong, height_cm=100, creatinine_mg_dl=0.5),
        lambda: meld(**liver, creatinine_mg_dl=wrong),
        lambda: meld_na(**liver, creatinine_mg_dl=1, sodium_mmol_l=wrong),
        lambda: meld_3(**liver, creatinine_mg_dl=1, sodium_mmol_l=137, albumin_g_dl=wrong, sex="male"),
        lambda: albi(bilirubin_mg_dl=wrong, albumin_g_dl=4),
        lambda: corrected_calcium(calcium_mg_dl=wrong, albumin_g_dl=4),
        lambda: corrected_phenytoin(phenytoin_mg_l=8, albumin_g_dl=wrong, in_kidney_failure=False),
    )
    for call in calls:
        with pytest.raises(InputError):
            call()


def test_a_body_beyond_james_or_boer_is_refused() -> None:
    with pytest.raises(InputError, match="outside what the equation can answer"):
        lean_body_weight_james(weight_kg=300, height_cm=165, sex="female")
    with pytest.raises(InputError, match="outside what the equation can answer"):
        lean_body_weight_boer(weight_kg=4, height_cm=50, sex="female")
