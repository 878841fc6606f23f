"""From a person file to events and a dose: units, covariates with their ages, and each rule that refuses."""

import json
from collections.abc import Mapping
from dataclasses import replace
from math import exp
from pathlib import Path
from typing import Any

import pytest

from garrod import load_knowledge, read_person
from garrod.dosing.models.dose_model import DoseModel, Range, Target
from garrod.dosing.models.model_file import model_of
from garrod.dosing.people.person_covariates import covariates_of
from garrod.dosing.people.request import NextDose, estimate_person, next_dose
from garrod.dosing.regimens.exposures import Regimen
from garrod.model.errors import InputError
from garrod.personalization import assess_body
from made_doses import THOMSON

KNOWLEDGE = load_knowledge()
MODEL = """
id = "vancomycin/made"
status = "admitted"
drug = { name = "vancomycin" }
[structure]
compartments = 1
routes = ["iv_infusion"]
units = { time = "h", amount = "mg", concentration = "mg/L" }
[covariates]
WT = { unit = "kg", hard = [30, 200], seen = [40, 120], max_age_days = 7 }
CRCL = { unit = "mL/min", hard = [10, 200], max_age_days = 2 }
[parameters]
CL = { theta = 4.0, unit = "L/h", equation = "tvCL * CRCL/100" }
V = { theta = 0.7, unit = "L/kg", equation = "tvV * WT" }
[iiv]
given_as = "sd"
CL = 0.3
V = 0.2
[residual]
kind = "combined_variance"
proportional = 0.1
additive = 1.0
[[targets]]
metric = "AUC24_ss"
range = [400, 600]
toxic_above = 600
[dosing]
amount_step_mg = 250
intervals_h = [8, 12, 24]
"""
PERSON: Mapping[str, Any] = {
    "id": "made",
    "sex": "male",
    "birth_date": "1966-04-29",
    "as_of": "2026-04-29T08:00:00+02:00",
    "body": [
        {"height": {"value": 176, "unit": "cm"}, "weight": {"value": 72, "unit": "kg"}, "time": "2026-04-27T07:00:00+02:00"}
    ],
    "observations": [{"name": "creatinine", "value": 1.0, "unit": "mg/dL", "time": "2026-04-28T06:30:00+02:00"}],
    "administrations": [
        {
            "drug": "vancomycin",
            "dose": {"value": 1.5, "unit": "g"},
            "duration": {"value": 90, "unit": "min"},
            "time": "2026-04-27T20:00:00+02:00",
        },
        {
            "drug": "Vancocin",
            "dose": {"value": 1000, "unit": "mg"},
            "duration": {"value": 1, "unit": "h"},
            "time": "2026-04-28T08:00:00+02:00",
        },
    ],
    "levels": [{"drug": "vancomycin", "value": 12.0, "unit": "ug/mL", "time": "2026-04-28T07:30:00+02:00"}],
    "dialysis": [],
}


def model(*changes: tuple[str, str]) -> DoseModel:
    text = MODEL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return model_of(text)


def dose_of(folder: Path, used: DoseModel | None = None, given: Mapping[str, float] | None = None, **changes: Any) -> NextDose:
    path = folder / "person.json"
    path.write_text(json.dumps({key: value for key, value in {**PERSON, **changes}.items() if value is not None}))
    person = read_person(path, KNOWLEDGE)
    one = estimate_person(used or model(), person, assess_body(person, KNOWLEDGE), KNOWLEDGE, given=given, draws=10_000)
    return next_dose(one)


def reasons(found: NextDose) -> set[str]:
    return {one.reason for one in found.refusals}


def test_doses_and_levels_are_turned_into_the_models_units_and_times(tmp_path: Path) -> None:
    case = dose_of(tmp_path).estimate.case
    assert case.events is not None
    doses = [one for one in case.events.records if one.is_dose]
    assert [(one.time, one.amount, one.rate) for one in doses] == [(0, 1500, 1000), (12, 1000, 1000)]
    assert [(one.time, one.level) for one in case.events.records if one.is_level] == [(11.5, 12.0)]
    assert case.now_in_model == 36


def test_every_covariate_says_where_it_comes_from(tmp_path: Path) -> None:
    found = {one.name: one for one in dose_of(tmp_path).estimate.case.covariates}
    assert found["WT"].evidence == "body[0].weight"
    # Cockcroft and Gault: (140 - 60) x 72 / (72 x 1.0) = 80
    assert found["CRCL"].value == pytest.approx(80, rel=1e-9)
    assert "actual weight" in found["CRCL"].evidence


def test_a_dose_follows_with_its_chances(tmp_path: Path) -> None:
    found = dose_of(tmp_path)
    assert not found.refusals
    best = found.regimens[0]
    assert best.p_target > 0.4
    assert best.regimen.duration_h == 1, "an infusion takes as long as the last one did"
    assert best.p_target - (best.p_toxic or 0) == max(
        one.p_target - (one.p_toxic or 0) for one in found.regimens if not one.needs_confirmation
    )


def test_creatinine_in_another_unit_gives_the_same_dose(tmp_path: Path) -> None:
    other = [{"name": "creatinine", "value": 88.42, "unit": "umol/L", "time": "2026-04-28T06:30:00+02:00"}]
    one, two = dose_of(tmp_path), dose_of(tmp_path, observations=other)
    assert two.regimens[0].regimen == one.regimens[0].regimen
    assert two.regimens[0].median == pytest.approx(one.regimens[0].median, rel=1e-3)


def test_a_later_start_of_time_changes_nothing(tmp_path: Path) -> None:
    text = json.dumps(PERSON)
    for day in (27, 28, 29):
        text = text.replace(f"2026-04-{day}", f"2026-06-{day - 10}")
    moved = {**json.loads(text), "birth_date": "1966-06-19"}
    one, two = dose_of(tmp_path), dose_of(tmp_path, **moved)
    assert two.regimens[0].median == pytest.approx(one.regimens[0].median, rel=1e-9)


ALLOWED = """
[[targets]]
metric = "AUC24_ss"
range = [400, 600]
[dosing]
amount_step_mg = 1
intervals_h = [12, 24]
"""
GENE = """[genotype_map]
covariate = "EXPR"
gene = "CYP3A5"
values = { "Normal Metabolizer" = 1, "Poor Metabolizer" = 0 }
"""
WEIGHT_OLD = [{"weight": {"value": 72, "unit": "kg"}, "time": "2026-04-20T07:00:00+02:00"}]
WEIGHT_TOO_OLD = [{"weight": {"value": 72, "unit": "kg"}, "time": "2026-04-02T07:00:00+02:00"}]
HEAVY = [{"weight": {"value": 150, "unit": "kg"}, "time": "2026-04-27T07:00:00+02:00"}]
VERY_HEAVY = [{"weight": {"value": 250, "unit": "kg"}, "time": "2026-04-27T07:00:00+02:00"}]
RISING = [
    {"name": "creatinine", "value": 1.0, "unit": "mg/dL", "time": "2026-04-28T06:30:00+02:00"},
    {"name": "creatinine", "value": 1.6, "unit": "mg/dL", "time": "2026-04-29T07:45:00+02:00"},
]


@pytest.mark.parametrize(
    ("changes", "reason", "needs"),
    [
        ({"body": None}, "missing_covariate", "body[].weight"),
        ({"observations": None}, "missing_covariate", "creatinine"),
        ({"sex": "unknown"}, "missing_covariate", "sex"),
        ({"body": WEIGHT_TOO_OLD}, "old_covariate", "measure WT again"),
        ({"body": VERY_HEAVY}, "hard_range", "made for such people"),
        ({"dialysis": [{"kind": "hemodialysis", "start": "2026-01-01"}]}, "dialysis", "model with dialysis"),
        ({"administrations": None}, "no_dose", "administrations[]"),
        ({"observations": RISING}, "unstable_kidney", "fresh level"),
        (
            {"levels": [{"drug": "vancomycin", "value": 90.0, "unit": "mg/L", "time": "2026-04-28T07:30:00+02:00"}]},
            "eta",
            "sampling times",
        ),
    ],
)
def test_what_forbids_a_dose_is_a_refusal_that_says_what_would_do(
    tmp_path: Path, changes: dict[str, Any], reason: str, needs: str
) -> None:
    found = dose_of(tmp_path, **changes)
    assert not found.regimens
    assert reason in reasons(found)
    assert any(needs in one.needs for one in found.refusals)


def test_a_creatinine_of_80_mg_dl_is_no_creatinine(tmp_path: Path) -> None:
    wrong = [{"name": "creatinine", "value": 80, "unit": "mg/dL", "time": "2026-04-28T06:30:00+02:00"}]
    found = dose_of(tmp_path, observations=wrong)
    assert reasons(found) == {"missing_covariate"}


def test_a_candidate_gives_no_dose_unless_the_hospital_admitted_it(tmp_path: Path) -> None:
    candidate = model(('status = "admitted"', 'status = "candidate"'))
    found = dose_of(tmp_path, candidate)
    assert reasons(found) == {"not_admitted"}
    assert found.estimate.made is not None, "it still predicts"
    assert next_dose(found.estimate, admission="admitted for a test").regimens


def test_without_a_target_there_is_no_dose(tmp_path: Path) -> None:
    start, end = MODEL.index("[[targets]]"), MODEL.index("[dosing]")
    assert reasons(dose_of(tmp_path, model((MODEL[start:end], "")))) == {"no_target"}


@pytest.mark.parametrize(
    ("level", "check"),
    [
        ({"value": 12.0, "unit": "mg/L", "time": "2026-04-27T19:00:00+02:00"}, "level_before_dose"),
        ({"value": 30.0, "unit": "mg/L", "time": "2026-04-28T08:30:00+02:00"}, "level_during_infusion"),
        ({"value": 100.0, "comparator": ">", "unit": "mg/L", "time": "2026-04-28T12:00:00+02:00"}, "level_above_limit"),
    ],
)
def test_a_level_that_cannot_be_used_is_left_out_and_named(tmp_path: Path, level: dict[str, Any], check: str) -> None:
    found = dose_of(tmp_path, levels=[{"drug": "vancomycin", **level}])
    assert check in {one.name for one in found.estimate.checks}
    assert found.estimate.made is not None
    assert not any(one.is_level for one in found.estimate.made.events.records)


def test_a_level_below_its_limit_enters_by_its_probability(tmp_path: Path) -> None:
    below = [{"drug": "vancomycin", "value": 2.0, "comparator": "<", "unit": "mg/L", "time": "2026-04-28T07:30:00+02:00"}]
    low = dose_of(tmp_path, levels=below).estimate.made
    none = dose_of(tmp_path, levels=[]).estimate.made
    assert low is not None
    assert none is not None
    assert low.parameters["CL"] > none.parameters["CL"]


def test_an_old_value_and_one_outside_the_seen_range_are_said(tmp_path: Path) -> None:
    assert "old_covariate" in {one.name for one in dose_of(tmp_path, body=WEIGHT_OLD).estimate.checks}
    seen = dose_of(tmp_path, body=HEAVY)
    assert "seen_range" in {one.name for one in seen.estimate.checks}
    assert seen.regimens


def test_a_fresh_level_beside_a_rising_creatinine_doses_the_next_interval_only(tmp_path: Path) -> None:
    fresh = [{"drug": "vancomycin", "value": 14.0, "unit": "mg/L", "time": "2026-04-29T07:30:00+02:00"}]
    found = dose_of(tmp_path, observations=RISING, levels=fresh)
    assert "unstable_kidney" in {one.name for one in found.estimate.checks}
    assert found.regimens


def test_before_any_dose_the_first_one_rests_on_covariates_and_has_a_loading_dose(tmp_path: Path) -> None:
    used = model(("intervals_h = [8, 12, 24]", "intervals_h = [8, 12, 24]\ninfusion_h = 1"))
    found = dose_of(tmp_path, used, administrations=None, levels=None)
    assert found.regimens
    assert found.loading is None or found.loading > found.regimens[0].regimen.amount
    assert "no_infusion_time" in reasons(dose_of(tmp_path, administrations=None, levels=None))


def test_a_loading_dose_is_the_steady_average_over_the_first(tmp_path: Path) -> None:
    slow = model(("theta = 4.0", "theta = 1.0"), ("intervals_h = [8, 12, 24]", "intervals_h = [12]\ninfusion_h = 1"))
    found = dose_of(tmp_path, slow, administrations=None, levels=None)
    # CL 0.8 L/h, V 50.4 L: k tau = 0.19, so that one dose leaves about a tenth of the steady area in its first interval
    assert found.loading is not None
    assert 4 <= found.loading / found.regimens[0].regimen.amount <= 12


def test_a_covariate_that_no_person_file_holds_is_asked_for_by_name(tmp_path: Path) -> None:
    used = model(("CRCL = {", 'HCT = { unit = "%" }\nCRCL = {'))
    found = dose_of(tmp_path, used)
    assert any("--covariate HCT=VALUE in %" in one.needs for one in found.refusals)
    assert not dose_of(tmp_path, used, {"HCT": 35.0}).refusals


def test_a_gene_gives_its_covariate_and_an_unknown_gene_refuses(tmp_path: Path) -> None:
    used = model(
        ("CRCL = {", 'EXPR = { unit = "" }\nCRCL = {'),
        ("[iiv]", GENE + "[iiv]"),
    )
    assert reasons(dose_of(tmp_path, used)) == {"missing_covariate"}
    called = dose_of(tmp_path, used, outside_calls=[{"gene": "CYP3A5", "call": "*3/*3"}])
    assert {one.name: one.value for one in called.estimate.case.covariates}["EXPR"] == 0


def test_a_molar_level_is_refused_with_what_would_do(tmp_path: Path) -> None:
    molar = [{"drug": "vancomycin", "value": 8.0, "unit": "umol/L", "time": "2026-04-28T07:30:00+02:00"}]
    with pytest.raises(InputError, match="molar"):
        dose_of(tmp_path, levels=molar)


def test_what_lies_after_the_time_to_work_from_is_left_out(tmp_path: Path) -> None:
    then = dose_of(tmp_path, as_of="2026-04-28T07:00:00+02:00")
    assert {one.subject for one in then.estimate.checks if one.name == "after_as_of"} == {"administrations[1]", "levels[0]"}
    assert then.estimate.made is not None
    assert sum(one.is_dose for one in then.estimate.made.events.records) == 1


def test_another_form_is_turned_into_the_models_drug_by_the_models_table_and_said(tmp_path: Path) -> None:
    doses = [{**one, "drug": "Made prodrug"} for one in PERSON["administrations"]]
    used = model(("[dosing]", '[salt]\n"made prodrug" = 0.72\n[dosing]'))
    found = dose_of(tmp_path, used, administrations=doses).estimate
    assert found.made is not None
    assert [one.amount for one in found.made.events.records if one.is_dose] == pytest.approx([1080, 720])
    assert "salt" in {one.name for one in found.checks}
    assert "no_dose" in reasons(dose_of(tmp_path, administrations=doses))


def test_pregnancy_and_another_assay_are_said(tmp_path: Path) -> None:
    used = model(
        ('drug = { name = "vancomycin" }', 'drug = { name = "vancomycin" }\npopulation = { text = "made", assay = "LC-MS/MS" }')
    )
    level = {**PERSON["levels"][0], "assay": "immunoassay"}
    found = dose_of(tmp_path, used, levels=[level], life_stage={"pregnant": True})
    assert {"pregnancy", "assay"} <= {one.name for one in found.estimate.checks}
    same = dose_of(tmp_path, used, levels=[{**level, "assay": "LC-MS/MS"}])
    assert not {"pregnancy", "assay"} & {one.name for one in same.estimate.checks}


def test_without_any_time_there_is_nothing_to_dose_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no time is known"):
        dose_of(tmp_path, as_of=None, administrations=None, levels=None, observations=None, body=None)


def test_two_explanations_that_lead_to_different_doses_give_both_and_no_single_dose(tmp_path: Path) -> None:
    two = 'status = "admitted"\n' + THOMSON + ALLOWED
    doses = [
        {"drug": "vancomycin", "dose": {"value": 1000, "unit": "mg"}, "duration": {"value": 1.5, "unit": "h"}, "time": time}
        for time in ("2026-04-27T20:00:00+02:00", "2026-04-28T08:00:00+02:00", "2026-04-28T20:00:00+02:00")
    ]
    levels = [
        {"drug": "vancomycin", "value": value, "unit": "mg/L", "time": time}
        for value, time in (
            (32.3, "2026-04-27T22:30:00+02:00"),
            (24.9, "2026-04-28T02:00:00+02:00"),
            (16.0, "2026-04-28T07:30:00+02:00"),
            (43.2, "2026-04-28T22:00:00+02:00"),
            (20.4, "2026-04-29T07:30:00+02:00"),
        )
    ]
    found = dose_of(tmp_path, model_of(two), {"WT": 46.0, "CRCL": 43.0}, administrations=doses, levels=levels)
    assert reasons(found) == {"two_minima"}
    (best, plain), (above, other) = found.explanations
    assert best == 0
    assert plain == pytest.approx(798, abs=1)
    assert above == pytest.approx(20.926 - 19.579, abs=0.01)
    # clearance of the second explanation to the first: exp(0.122 + 0.191)
    assert other / plain == pytest.approx(1.367, abs=0.01)


def creatinines(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": "creatinine", "unit": "mg/dL", **row} for row in rows]


OLDER = {"value": 1.0, "time": "2026-04-28T06:30:00+02:00"}
NEWER = "2026-04-29T06:30:00+02:00"


@pytest.mark.parametrize(
    "rows",
    [
        creatinines(OLDER, {"value": 255, "time": NEWER}),
        creatinines(OLDER, {"value": 1.1, "unit": None, "time": NEWER}),
        creatinines(OLDER, {"value": 15, "comparator": ">", "time": NEWER}),
        creatinines({"value": 1.2, "time": NEWER}, {"value": 2.4, "time": NEWER}),
        creatinines(OLDER, {"value": 2.9}),
    ],
    ids=["implausible", "no unit", "a limit", "two of one time", "no time"],
)
def test_an_older_creatinine_never_stands_in_for_a_newest_one_of_no_use(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    assert "missing_covariate" in reasons(dose_of(tmp_path, observations=rows))


def test_a_name_that_is_no_drug_is_never_skipped(tmp_path: Path) -> None:
    doses = [PERSON["administrations"][0], {**PERSON["administrations"][1], "drug": "vanko"}]
    levels = [{**PERSON["levels"][0], "drug": "vanko level"}]
    assert "unrecognized_drug" in reasons(dose_of(tmp_path, administrations=doses))
    assert "unrecognized_drug" in reasons(dose_of(tmp_path, levels=levels))


def test_a_dose_of_another_form_that_the_model_does_not_know_is_never_skipped(tmp_path: Path) -> None:
    used = model(('drug = { name = "vancomycin" }', 'drug = { name = "ganciclovir" }'))
    doses = [{**PERSON["administrations"][0], "drug": "ganciclovir"}, {**PERSON["administrations"][1], "drug": "Valcyte"}]
    found = dose_of(tmp_path, used, administrations=doses, levels=[])
    assert "other_form" in reasons(found)


def test_an_infusion_of_unknown_length_is_no_bolus(tmp_path: Path) -> None:
    doses = [{key: value for key, value in one.items() if key != "duration"} for one in PERSON["administrations"]]
    assert {"no_duration", "no_infusion_time"} <= reasons(dose_of(tmp_path, administrations=doses))


@pytest.mark.parametrize("part", ["administrations", "levels"])
def test_what_stands_twice_is_asked_about(tmp_path: Path, part: str) -> None:
    twice: dict[str, Any] = {part: [*PERSON[part], PERSON[part][-1]]}
    assert "listed_twice" in reasons(dose_of(tmp_path, **twice))


@pytest.mark.parametrize(
    ("level", "is_below"),
    [
        ({"value": 2.0, "comparator": "<="}, True),
        ({"value": 1.0, "lower_limit": 2.0}, True),
        ({"value": 0.0}, None),
        ({"value": 50.0, "comparator": ">="}, None),
    ],
)
def test_limits_and_zeros_are_no_levels(tmp_path: Path, level: dict[str, Any], is_below: Any) -> None:
    given = [{"drug": "vancomycin", "unit": "mg/L", "time": "2026-04-28T07:30:00+02:00", **level}]
    made = dose_of(tmp_path, levels=given).estimate.made
    assert made is not None
    assert [one.below for one in made.events.records if one.is_level] == ([] if is_below is None else [is_below])


def test_a_level_of_last_month_says_nothing_of_today(tmp_path: Path) -> None:
    later: dict[str, Any] = {
        "as_of": "2026-06-10T08:00:00+02:00",
        "body": [{"weight": {"value": 72, "unit": "kg"}, "time": "2026-06-09T07:00:00+02:00"}],
        "observations": creatinines({"value": 1.0, "time": "2026-06-09T07:00:00+02:00"}),
    }
    assert "old_level" in reasons(dose_of(tmp_path, **later))


def test_a_dose_without_any_level_says_so(tmp_path: Path) -> None:
    assert "no_level" in {one.name for one in dose_of(tmp_path, levels=[]).estimate.checks}


def test_dialysis_that_is_not_known_is_said_and_one_to_come_forbids_nothing(tmp_path: Path) -> None:
    unknown = dose_of(tmp_path, dialysis=None)
    assert "dialysis" in {one.name for one in unknown.estimate.checks}
    assert unknown.regimens
    assert dose_of(tmp_path, dialysis=[{"kind": "hemodialysis", "start": "2026-06-01"}]).regimens


def test_a_covariate_of_dialysis_must_not_contradict_the_file(tmp_path: Path) -> None:
    used = model(("CRCL = {", 'DIAL = { unit = "" }\nCRCL = {'))
    on = [{"kind": "hemodialysis", "start": "2026-01-01"}]
    assert "dialysis" in reasons(dose_of(tmp_path, used, {"DIAL": 0.0}, dialysis=on))
    assert dose_of(tmp_path, used, {"DIAL": 1.0}, dialysis=on).regimens


ORAL = (
    ("compartments = 1", 'compartments = 1\nabsorption = "first_order"'),
    ("V = { theta", "KA = 1.0\nF1 = 0.5\nV = { theta"),
)


def test_an_infusion_goes_into_the_blood_past_the_gut(tmp_path: Path) -> None:
    both = model(*ORAL, ('routes = ["iv_infusion"]', 'routes = ["oral", "iv_infusion"]'))
    made = dose_of(tmp_path, both, levels=[]).estimate.made
    assert made is not None
    # CL 3.2 and V 50.4: 1000 mg/h for 1.5 h into the blood itself, nothing lost on the way
    k = 3.2 / 50.4
    assert float(made.predict([1.5])[0, 0]) == pytest.approx(1000 / 3.2 * (1 - exp(-1.5 * k)), rel=1e-6)
    oral = model(*ORAL, ('routes = ["iv_infusion"]', 'routes = ["oral"]'))
    assert "route" in reasons(dose_of(tmp_path, oral))


def test_an_area_is_over_hours_in_a_model_that_counts_in_days(tmp_path: Path) -> None:
    days = model(('time = "h"', 'time = "day"'), ("theta = 4.0", "theta = 96.0"))
    one, two = dose_of(tmp_path), dose_of(tmp_path, days)
    assert two.regimens[0].regimen == one.regimens[0].regimen
    assert two.regimens[0].median == pytest.approx(one.regimens[0].median, rel=0.02)


def test_what_the_model_holds_to_be_harmful_goes_with_a_target_that_was_said(tmp_path: Path) -> None:
    made = dose_of(tmp_path).estimate
    found = next_dose(made, Target("AUC24_ss", Range(500, 900)))
    assert found.target is not None
    assert (found.target.toxic_above, found.target.unit) == (600, "mg*h/L")
    assert all(one.p_toxic is not None for one in found.regimens)


def test_said_regimens_take_as_long_as_the_last_infusion(tmp_path: Path) -> None:
    found = next_dose(dose_of(tmp_path).estimate, regimens=((750, 12),))
    assert [one.regimen for one in found.regimens] == [Regimen(750, 12, 1.0)]


def test_a_models_default_is_shown_among_what_was_used(tmp_path: Path) -> None:
    used = model(("CRCL = {", "CANCER = { required = false, default = 0 }\nCRCL = {"))
    found = {one.name: one.evidence for one in dose_of(tmp_path, used).estimate.case.covariates}
    assert found["CANCER"] == "the model's default, since CANCER is no part of a person file"


def test_a_gene_that_could_lead_to_different_values_gives_none(tmp_path: Path) -> None:
    used = model(("CRCL = {", 'EXPR = { unit = "" }\nCRCL = {'), ("[iiv]", GENE + "[iiv]"))
    path = tmp_path / "person.json"
    path.write_text(json.dumps({**PERSON, "outside_calls": [{"gene": "CYP3A5", "call": "*3/*3"}]}))
    person = read_person(path, KNOWLEDGE)
    findings = assess_body(person, KNOWLEDGE)
    result = findings.gene("CYP3A5")
    assert result is not None
    settled, _ = covariates_of(used, person, findings, KNOWLEDGE, {})
    assert "EXPR" in {one.name for one in settled}
    open_result = replace(result, phenotypes_likely=("Normal Metabolizer", "Poor Metabolizer"))
    _, missing = covariates_of(used, person, findings.with_genes([open_result]), KNOWLEDGE, {})
    assert [one.name for one in missing] == ["EXPR"]
    assert "not settled" in missing[0].reason
