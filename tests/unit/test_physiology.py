"""Formulas of kidney, liver and body size: published worked values, and a second implementation over a grid."""

import math
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrod.model.errors import InputError
from garrod.physiology.body_size import (
    adjusted_body_weight,
    body_mass_index,
    body_surface_dubois,
    body_surface_mosteller,
    ideal_body_weight,
)
from garrod.physiology.hepatic import Ascites, Encephalopathy, child_pugh_class, child_pugh_points
from garrod.physiology.renal import creatinine_clearance, creatinine_is_steady, egfr_ckd_epi_2021, gfr_of_this_body

SEXES = ("female", "male")
AGES = (18, 35, 50, 65, 80, 95)
CREATININE = (0.3, 0.69, 0.7, 0.71, 0.9, 0.91, 1.0, 1.5, 2.4, 6.0, 12.0)


def cockcroft_gault_in_umol(age: float, weight: float, creatinine_umol: float, sex: str) -> float:
    """The same law in the form used outside the USA: constants 1.23 and 1.04 with µmol/L."""
    return (140 - age) * weight * (1.04 if sex == "female" else 1.23) / creatinine_umol


def ckd_epi_by_branches(age: float, creatinine: float, sex: str) -> float:
    """CKD-EPI 2021 as the four lines that laboratories print."""
    if sex == "female" and creatinine <= 0.7:
        return 144 * math.pow(creatinine / 0.7, -0.241) * math.pow(0.9938, age)
    if sex == "female":
        return 144 * math.pow(creatinine / 0.7, -1.2) * math.pow(0.9938, age)
    if creatinine <= 0.9:
        return 142 * math.pow(creatinine / 0.9, -0.302) * math.pow(0.9938, age)
    return 142 * math.pow(creatinine / 0.9, -1.2) * math.pow(0.9938, age)


@pytest.mark.parametrize(("age", "weight", "sex"), list(product(AGES, (45, 72, 120), SEXES)))
def test_clearance_agrees_with_the_form_in_umol(age, weight, sex) -> None:
    for creatinine in CREATININE:
        ours = creatinine_clearance(age_years=age, weight_kg=weight, creatinine_mg_dl=creatinine, sex=sex)
        assert ours == pytest.approx(cockcroft_gault_in_umol(age, weight, creatinine * 88.4, sex), rel=0.005)


@pytest.mark.parametrize(("age", "sex"), list(product(AGES, SEXES)))
def test_ckd_epi_agrees_with_the_printed_branches(age, sex) -> None:
    for creatinine in CREATININE:
        ours = egfr_ckd_epi_2021(age_years=age, creatinine_mg_dl=creatinine, sex=sex)
        assert ours == pytest.approx(ckd_epi_by_branches(age, creatinine, sex), rel=0.003)


def test_cockcroft_and_gault_in_the_worked_case_of_the_format_page() -> None:
    # Hand arithmetic: (140 - 43) x 51.8 / (72 x 1.68) = 5024.6 / 120.96
    assert creatinine_clearance(age_years=43, weight_kg=51.8, creatinine_mg_dl=1.68, sex="male") == pytest.approx(41.54, abs=0.01)


def test_a_child_is_refused() -> None:
    with pytest.raises(InputError, match="adults"):
        creatinine_clearance(age_years=9, weight_kg=30, creatinine_mg_dl=0.5, sex="female")
    with pytest.raises(InputError, match="adults"):
        egfr_ckd_epi_2021(age_years=17.9, creatinine_mg_dl=0.5, sex="male")


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.nan, math.inf])
def test_what_is_not_a_positive_number_is_refused_by_every_formula(wrong) -> None:
    calls = (
        lambda: creatinine_clearance(age_years=50, weight_kg=wrong, creatinine_mg_dl=1, sex="male"),
        lambda: creatinine_clearance(age_years=50, weight_kg=70, creatinine_mg_dl=wrong, sex="male"),
        lambda: creatinine_clearance(age_years=wrong, weight_kg=70, creatinine_mg_dl=1, sex="male"),
        lambda: egfr_ckd_epi_2021(age_years=50, creatinine_mg_dl=wrong, sex="female"),
        lambda: gfr_of_this_body(egfr_ml_min_173=wrong, body_surface_m2=1.8),
        lambda: body_mass_index(weight_kg=wrong, height_cm=170),
        lambda: body_surface_mosteller(weight_kg=70, height_cm=wrong),
        lambda: body_surface_dubois(weight_kg=wrong, height_cm=170),
        lambda: ideal_body_weight(height_cm=wrong, sex="male"),
        lambda: adjusted_body_weight(weight_kg=wrong, ideal_kg=60),
        lambda: child_pugh_points(
            bilirubin_mg_dl=wrong, albumin_g_dl=4, inr=1, ascites=Ascites.NONE, encephalopathy=Encephalopathy.NONE
        ),
    )
    for call in calls:
        with pytest.raises(InputError):
            call()


def test_an_age_nobody_has_is_refused_before_clearance_turns_negative() -> None:
    with pytest.raises(InputError):
        creatinine_clearance(age_years=141, weight_kg=70, creatinine_mg_dl=1, sex="male")


@given(st.floats(min_value=0.2, max_value=15))
def test_doubling_creatinine_halves_clearance(creatinine) -> None:
    once = creatinine_clearance(age_years=60, weight_kg=72, creatinine_mg_dl=creatinine, sex="male")
    twice = creatinine_clearance(age_years=60, weight_kg=72, creatinine_mg_dl=2 * creatinine, sex="male")
    assert twice == pytest.approx(once / 2)


@given(st.floats(min_value=0.2, max_value=14), st.floats(min_value=1.001, max_value=2), st.sampled_from(SEXES))
def test_more_creatinine_is_less_filtration(creatinine, more, sex) -> None:
    lower = egfr_ckd_epi_2021(age_years=60, creatinine_mg_dl=creatinine * more, sex=sex)
    assert lower < egfr_ckd_epi_2021(age_years=60, creatinine_mg_dl=creatinine, sex=sex)


@pytest.mark.parametrize(
    ("earlier", "later", "hours", "steady"),
    [
        (1.0, 1.3, 48, False), (1.0, 1.29, 48, True), (1.0, 1.3, 49, True), (1.0, 1.5, 168, False), (1.0, 1.49, 168, True),
        (1.0, 1.5, 169, True), (3.0, 2.6, 24, False), (1.0, 1.0, 0, True),
    ],
)  # fmt: skip
def test_creatinine_that_moves_as_in_acute_injury_is_not_steady(earlier, later, hours, steady) -> None:
    assert creatinine_is_steady(earlier_mg_dl=earlier, later_mg_dl=later, hours_between=hours) is steady


def test_body_surface_of_reference_bodies() -> None:
    # Mosteller's letter: the square root of cm x kg / 3600.
    assert body_surface_mosteller(weight_kg=70, height_cm=170) == pytest.approx(math.sqrt(170 * 70 / 3600))
    # DuBois' own constant 71.84 gives cm2.
    for weight, height in product((45, 70, 110), (150, 170, 195)):
        by_logarithm = math.exp(math.log(71.84) + 0.425 * math.log(weight) + 0.725 * math.log(height)) / 10_000
        assert body_surface_dubois(weight_kg=weight, height_cm=height) == pytest.approx(by_logarithm)


def test_ideal_weight_starts_at_five_feet_and_is_refused_below() -> None:
    assert ideal_body_weight(height_cm=152.4, sex="female") == pytest.approx(45.5)
    assert ideal_body_weight(height_cm=152.4, sex="male") == pytest.approx(50.0)
    assert ideal_body_weight(height_cm=182.88, sex="male") == pytest.approx(50 + 2.3 * 12)
    with pytest.raises(InputError, match="five_feet"):
        ideal_body_weight(height_cm=150, sex="female")


def test_the_index_is_taken_off_by_the_bodys_own_surface() -> None:
    assert gfr_of_this_body(egfr_ml_min_173=50, body_surface_m2=2.076) == pytest.approx(60.0)


POINTS: dict[str, list[tuple[Any, int]]] = {
    "bilirubin": [(1.9, 1), (2.0, 2), (3.0, 2), (3.1, 3)],
    "albumin": [(3.6, 1), (3.5, 2), (2.8, 2), (2.7, 3)],
    "inr": [(1.69, 1), (1.7, 2), (2.3, 2), (2.31, 3)],
    "ascites": [(Ascites.NONE, 1), (Ascites.MILD, 2), (Ascites.MODERATE, 3)],
    "encephalopathy": [(Encephalopathy.NONE, 1), (Encephalopathy.GRADE_1_2, 2), (Encephalopathy.GRADE_3_4, 3)],
}


def test_child_pugh_adds_the_points_of_its_published_table() -> None:
    seen = set()
    for items in product(*POINTS.values()):
        (bilirubin, a), (albumin, b), (inr, c), (ascites, d), (encephalopathy, e) = items
        points = child_pugh_points(
            bilirubin_mg_dl=bilirubin, albumin_g_dl=albumin, inr=inr, ascites=ascites, encephalopathy=encephalopathy
        )
        assert points == a + b + c + d + e
        seen.add(points)
    assert seen == set(range(5, 16))


@pytest.mark.parametrize("points", [4, 16])
def test_points_outside_the_scale_have_no_class(points) -> None:
    with pytest.raises(InputError, match="5 to 15"):
        child_pugh_class(points)
