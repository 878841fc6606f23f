"""Every formula against a worked value from elsewhere, against a second implementation over a grid, and against its own print."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from garrod.physiology.entries import entry_of_text
from garrod.physiology.formula import Result, work_out
from garrod.physiology.formulas import FORMULAS
from garrod.physiology.measures import CHOICES, MEASURES
from second_formulas import SECOND

ADULT_AGES = (18, 35, 50.5, 65, 80, 95)
CHILD_AGES = (3, 4.5, 8, 13, 17.9, 18)
GRID: Mapping[str, tuple[Any, ...]] = {
    "sex": ("female", "male"),
    "weight": (16, 45, 58.3, 72, 90, 128),
    "height": (152.4, 161.7, 178, 199),
    "creatinine": (0.3, 0.69, 0.7, 0.71, 0.9, 0.91, 1.0, 2.4, 7.9),
    "cystatin_c": (0.4, 0.79, 0.8, 0.81, 1.3, 4.2),
    "bsa": (0.4, 1.73, 2.4),
    "egfr": (7.5, 60, 118),
    "bilirubin": (0.4, 1.0, 1.99, 2, 3, 3.01, 17),
    "albumin": (1.2, 2.79, 2.8, 3.5, 3.51, 4.6),
    "inr": (0.9, 1.69, 1.7, 2.3, 2.31, 6),
    "sodium": (118, 125, 129.5, 137, 146),
    "calcium": (6.2, 8.8, 12.5),
    "phenytoin": (2.5, 8, 31),
}


def worked(name: str, **values: Any) -> Result:
    units = {key: MEASURES[key].unit for key in values if key in MEASURES}
    return work_out(FORMULAS[name], {key: entry_of_text(str(value), units.get(key)) for key, value in values.items()})


# One worked value a formula at least: the formula, the inputs, the value and how near it is known, and where it comes from.
# "Hand" is arithmetic with the published form, told in the comment; a page is one that prints inputs and result.
WORKED: list[tuple[str, dict[str, Any], float, float]] = [
    # Hand: (140 - 43) x 51.8 / (72 x 1.68) = 5024.6 / 120.96; and where weight is 72 and creatinine 1 it is 140 - age.
    ("cockcroft-gault", {"age": 43, "sex": "male", "weight": 51.8, "creatinine": 1.68}, 41.539, 0.001),
    ("cockcroft-gault", {"age": 60, "sex": "female", "weight": 72, "creatinine": 1}, 68.0, 1e-9),
    # Hand: 70 inches is 10 above five feet, 50 + 23 = 73 kg; 80 x 73 / 72.
    ("cockcroft-gault-ideal", {"age": 60, "sex": "male", "height": 177.8, "creatinine": 1}, 81.111, 0.001),
    # Hand: 73 + 0.4 x 47 = 91.8 kg; 80 x 91.8 / 72 = 102.
    ("cockcroft-gault-adjusted", {"age": 60, "sex": "male", "height": 177.8, "weight": 120, "creatinine": 1}, 102.0, 1e-6),
    # creatinineclearancecalculator.net: about 76. Hand: 142 x 0.73965 x 0.71030 x 1.012 = 75.50.
    ("ckd-epi-2021", {"age": 55, "sex": "female", "creatinine": 0.9}, 75.50, 0.01),
    # Hand, at the knee: 133 x exp(50 x ln 0.996) = 133 x 0.818403.
    ("ckd-epi-2012-cystatin", {"age": 50, "sex": "male", "cystatin_c": 0.8}, 108.848, 0.002),
    # Hand, at both knees: 135 x exp(50 x ln 0.9961) = 135 x 0.822521.
    ("ckd-epi-2021-both", {"age": 50, "sex": "male", "creatinine": 0.9, "cystatin_c": 0.8}, 111.040, 0.002),
    # Hand, at the knee: 141 x 1.018 x exp(50 x ln 0.993) = 143.538 x 0.703821.
    ("ckd-epi-2009", {"age": 50, "sex": "female", "creatinine": 0.7}, 101.025, 0.002),
    # Hand: 175 x 0.895845 x 0.438555 x 0.742.
    ("mdrd", {"age": 58, "sex": "female", "creatinine": 1.1}, 51.015, 0.002),
    # calculatorlib.com (pediatric GFR): 100 cm and 0.5 mg/dL are 82.6; doctaverse: 0.4 mg/dL, 103.
    ("schwartz-bedside", {"age": 4, "height": 100, "creatinine": 0.5}, 82.6, 1e-9),
    ("schwartz-bedside", {"age": 4, "height": 100, "creatinine": 0.4}, 103, 0.5),
    # Hand: 2.076 is 1.2 x 1.73.
    ("gfr-deindexed", {"egfr": 60, "bsa": 2.076}, 72.0, 1e-9),
    # Hand: sqrt(80 x 180 / 3600) = sqrt 4.
    ("bsa-mosteller", {"weight": 80, "height": 180}, 2.0, 1e-12),
    # The HP-46 application pac of 1975, page 66 (hpmuseum.org): a child of 4 kg and 35 cm has 0.170 m2.
    ("bsa-dubois", {"weight": 4, "height": 35}, 0.170, 0.0005),
    # Hand: exp(0.5378 x 4.248495 + 0.3964 x 5.135798) x 0.024265 = 75.239 x 0.024265.
    ("bsa-haycock", {"weight": 70, "height": 170}, 1.8257, 0.0002),
    # Hand: exp(0.51456 x 4.248495 + 0.42246 x 5.135798) x 0.0235 = 77.927 x 0.0235.
    ("bsa-gehan-george", {"weight": 70, "height": 170}, 1.8313, 0.0002),
    # Hand: 70,000^(0.7285 - 0.0188 x 4.845098) = 10^3.088325 = 1225.5; x 170^0.3 = 4.6681; x 0.0003207.
    ("bsa-boyd", {"weight": 70, "height": 170}, 1.8346, 0.0003),
    # Hand: 70 / 3.0625.
    ("bmi", {"weight": 70, "height": 175}, 22.857, 0.001),
    # Hand: 12 inches above five feet: 50 + 27.6.
    ("ibw-devine", {"sex": "male", "height": 182.88}, 77.6, 1e-9),
    ("ibw-devine", {"sex": "female", "height": 152.4}, 45.5, 1e-9),
    ("adjusted-body-weight", {"sex": "male", "height": 177.8, "weight": 120}, 91.8, 1e-9),
    # Ideal 73: 70 is below it; 87 is between it and 87.6; 88 is above, 73 + 0.4 x 15.
    ("dosing-weight", {"sex": "male", "height": 177.8, "weight": 70}, 70.0, 1e-9),
    ("dosing-weight", {"sex": "male", "height": 177.8, "weight": 87}, 73.0, 1e-9),
    ("dosing-weight", {"sex": "male", "height": 177.8, "weight": 88}, 79.0, 1e-9),
    # super-calc.com (lean body mass), three people each.
    ("lbw-james", {"sex": "male", "weight": 80, "height": 180}, 62.7, 0.05),
    ("lbw-james", {"sex": "female", "weight": 62, "height": 165}, 45.4, 0.05),
    ("lbw-james", {"sex": "male", "weight": 110, "height": 175}, 70.4, 0.05),
    ("lbw-boer", {"sex": "male", "weight": 80, "height": 180}, 61.4, 0.05),
    ("lbw-boer", {"sex": "female", "weight": 62, "height": 165}, 45.4, 0.05),
    ("lbw-boer", {"sex": "male", "weight": 110, "height": 175}, 72.3, 0.05),
    # Hand: index 24.6914; 741,600 / (6680 + 5333.3) = 61.731.
    ("ffm-janmahasatian", {"sex": "male", "weight": 80, "height": 180}, 61.731, 0.001),
    # Hand: index 15.869; boys (0.88 + 0.12 / (1 + 1.675^12.7 = 700)) x 23.845; girls (1.11 - 0.11 / 1.876971) x 19.0498.
    ("ffm-al-sallami", {"sex": "male", "age": 8, "weight": 26, "height": 128}, 20.988, 0.003),
    ("ffm-al-sallami", {"sex": "female", "age": 8, "weight": 26, "height": 128}, 20.029, 0.003),
    # Hand, by the table: 2 + 2 + 1 + 2 + 1.
    (
        "child-pugh",
        {"bilirubin": 2.5, "albumin": 3.0, "inr": 1.5, "ascites": "mild", "encephalopathy": "none"},
        8,
        0,
    ),
    # calculatorlib.com: 13.41, so 13. Hand: 4.83 + 7.71 + 2.51 + 6.43 = 21.48 (a page adds these four up to 19.48).
    ("meld", {"bilirubin": 1.9, "inr": 1.2, "creatinine": 1.3, "dialysis": "no"}, 13, 0),
    ("meld", {"bilirubin": 3.59, "inr": 1.99, "creatinine": 1.3, "dialysis": "no"}, 21, 0),
    # scoutmytool.com: MELD 13, MELD-Na 15. novacalculator.com: MELD 11.6, so 12; sodium 139 counts as 137.
    ("meld-na", {"bilirubin": 1.5, "inr": 1.5, "creatinine": 1.0, "sodium": 135, "dialysis": "no"}, 15, 0),
    ("meld-na", {"bilirubin": 1.8, "inr": 1.3, "creatinine": 0.9, "sodium": 139, "dialysis": "no"}, 12, 0),
    # Hand: MELD 6.14 + 5.24 + 6.58 + 6.43 = 24.40; 24 + 11.88 - 7.128 = 28.75.
    ("meld-na", {"bilirubin": 4.0, "inr": 1.8, "creatinine": 1.9, "sodium": 128, "dialysis": "no"}, 29, 0),
    # Hand: 1.33 + 5.0097 + 5.74 - 1.8457 + 3.6857 + 4.5169 + 1.85 - 0.7420 + 6 = 25.54.
    (
        "meld-3",
        {"sex": "female", "bilirubin": 3, "inr": 1.5, "creatinine": 1.5, "sodium": 130, "albumin": 2.5, "dialysis": "no"},
        26,
        0,
    ),
    # Hand: 17.104 umol/L, 0.66 x 1.233098 - 3.4.
    ("albi", {"bilirubin": 1.0, "albumin": 4.0}, -2.58616, 0.00001),
    # medcalctools.com: 8.0 mg/dL with 2.5 g/dL is 9.2.
    ("corrected-calcium", {"calcium": 8.0, "albumin": 2.5}, 9.2, 1e-9),
    # Hand: 8 / (0.2 x 2.5 + 0.1) = 8 / 0.6; in kidney failure 8 / 0.35.
    ("corrected-phenytoin", {"phenytoin": 8, "albumin": 2.5, "kidney_failure": "no"}, 13.333, 0.001),
    ("corrected-phenytoin", {"phenytoin": 8, "albumin": 2.5, "kidney_failure": "yes"}, 22.857, 0.001),
]


@pytest.mark.parametrize(("name", "values", "expected", "within"), WORKED)
def test_a_formula_gives_its_worked_value(name, values, expected, within) -> None:
    result = worked(name, **values)
    assert result.value == pytest.approx(expected, abs=within, rel=0)


def test_every_formula_has_a_worked_value_and_a_second_implementation() -> None:
    assert {name for name, *_ in WORKED} == set(FORMULAS) == set(SECOND)


def test_calcium_in_molar_units_agrees_with_the_molar_form() -> None:
    # theguidewire.net: 1.83 mmol/L with 26 g/L is 1.83 + 0.02 x 14 = 2.11. The two forms differ by 0.8 / 40.078, not 0.02.
    result = work_out(FORMULAS["corrected-calcium"], {"calcium": entry_of_text("1.83mmol/L"), "albumin": entry_of_text("26 g/L")})
    assert result.remark == "2.11 mmol/L"


def people(name: str) -> list[dict[str, Any]]:
    """Return every combination of the grid that the formula takes."""
    names = [need.name for need in FORMULAS[name].needs if need.missing is None or need.name in CHOICES]
    ages = CHILD_AGES if name in {"schwartz-bedside", "ffm-al-sallami"} else ADULT_AGES
    words = {key: tuple(choice.words) for key, choice in CHOICES.items()}
    axes = [{**words, **GRID, "age": ages}[key] for key in names]
    return [dict(zip(names, values, strict=True)) for values in product(*axes)]


def is_above_james(name: str, values: Mapping[str, Any]) -> bool:
    """Whether James' parabola is below zero, where the formula refuses."""
    return name == "lbw-james" and SECOND[name](values) <= 0


@pytest.mark.parametrize("name", list(FORMULAS))
def test_a_formula_agrees_with_its_second_implementation(name) -> None:
    seen = 0
    for values in people(name)[:: 7 if name == "meld-3" else 1]:
        if is_above_james(name, values):
            continue
        seen += 1
        assert worked(name, **values).value == pytest.approx(SECOND[name](values), rel=1e-9), values
    assert seen >= 8


ARITHMETIC = {
    "ln": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
    "round": lambda value: math.floor(value + 0.5),
}


def computed(step: str) -> float:
    """Compute what an equation says, as it is printed."""
    return float(eval(step.replace("×", "*").replace("^", "**"), {"__builtins__": {}}, ARITHMETIC))  # noqa: S307 - our own text


@pytest.mark.parametrize("name", list(FORMULAS))
def test_the_printed_equation_computes_to_the_value(name) -> None:
    for values in people(name)[::13]:
        if is_above_james(name, values):
            continue
        result = worked(name, **values)
        *steps, last = result.equation.split("; ")
        assert computed(last) == pytest.approx(result.value, rel=5e-5), result.equation
        for _, equation, value in (step.split(" = ") for step in steps if " = " in step):
            assert computed(equation) == pytest.approx(float(value), rel=1e-4)


def test_what_was_given_stands_in_the_equation() -> None:
    result = worked("cockcroft-gault", age=43, sex="female", weight=51.8, creatinine=1.68)
    assert result.equation == "(140 - 43) × 51.8 / (72 × 1.68) × 0.85"
    assert worked("meld", bilirubin=0.4, inr=1, creatinine=7, dialysis="no").equation == (
        "min(40, round(10 × (0.957 × ln(4) + 0.378 × ln(1) + 1.12 × ln(1) + 0.643)))"
    )
