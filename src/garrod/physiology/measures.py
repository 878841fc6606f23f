"""What formulas take: each measure with its units and what a living person can have, each choice with its words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from garrod.model.errors import Fault, InputError
from garrod.model.quantities import Quantity
from garrod.physiology.liver_scores import BILIRUBIN_UMOL_L_PER_MG_DL
from garrod.physiology.renal import CREATININE_UMOL_L_PER_MG_DL

#: 1 mmol/L of calcium (40.078 g/mol) in mg/dL.
CALCIUM_MG_DL_PER_MMOL_L: Final = 4.0078
#: 1 mg/L of phenytoin (C15H12N2O2, 252.27 g/mol) in µmol/L.
PHENYTOIN_UMOL_L_PER_MG_L: Final = 1000 / 252.27
DAYS_PER_YEAR: Final = 365.25
RATIO: Final = "1"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with a unit: what it is called, the unit formulas work in, other units, and the values people have."""

    name: str
    unit: str
    lowest: float  #: in the unit formulas work in
    highest: float
    factors: Mapping[str, float] = field(default_factory=dict)  #: another unit, and what one of it is in ours
    example: str = ""  #: how to write it
    rival: str = ""  #: a unit whose numbers could be taken for ours
    highest_bare: float = math.inf  #: above it a number without a unit is refused: it is likely the rival's

    def factor(self, unit: str) -> float | None:
        """Return what one of this unit is in ours, or None where it is not known."""
        known = {plain_unit(name): factor for name, factor in self.factors.items()} | {plain_unit(self.unit): 1.0}
        return known.get(plain_unit(unit))

    @property
    def units(self) -> tuple[str, ...]:
        """The units as written, ours first."""
        return (self.unit, *self.factors)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words; each has other ways to write it."""

    name: str
    words: Mapping[str, tuple[str, ...]]


def plain_unit(unit: str) -> str:
    """Return a unit as it is compared: no case, no spaces, ASCII.

    Examples
    --------
    >>> plain_unit("µmol/L"), plain_unit("mL/min/1.73 m²")
    ('umol/l', 'ml/min/1.73m2')
    """
    text = "".join(unit.split()).replace("²", "2").replace("^2", "2").replace("\N{MICRO SIGN}", "u").replace("\u03bc", "u")
    return text.casefold().replace("mcmol", "umol").replace("mcg", "ug")


_AGE: Final = dict.fromkeys(("y", "yr", "year", "years"), 1.0) | dict.fromkeys(("mo", "month", "months"), 1 / 12)
_AGE_BY_DAYS: Final = {"wk": 7, "week": 7, "weeks": 7, "d": 1, "day": 1, "days": 1}

MEASURES: Final = {
    one.name: one
    for one in (
        Measure("age", "a", 0, 125, _AGE | {name: days / DAYS_PER_YEAR for name, days in _AGE_BY_DAYS.items()}, "age=43a"),
        Measure("weight", "kg", 0.3, 500, {"g": 0.001, "lb": 0.45359237, "lbs": 0.45359237}, "weight=51.8kg"),
        Measure("height", "cm", 20, 275, {"m": 100, "mm": 0.1, "in": 2.54, "inch": 2.54, "inches": 2.54}, "height=170cm"),
        Measure("bsa", "m2", 0.1, 4, {}, "bsa=1.85m2"),
        Measure("egfr", "mL/min/1.73 m2", 1, 250, {"mL/min/1.73m2": 1}, "egfr=60mL/min/1.73m2"),
        Measure(
            "creatinine", "mg/dL", 0.1, 30, {"umol/L": 1 / CREATININE_UMOL_L_PER_MG_DL, "mg/L": 0.1},
            "creatinine=1.2mg/dL or creatinine=106umol/L", rival="umol/L", highest_bare=15,
        ),
        Measure("cystatin_c", "mg/L", 0.1, 15, {"mg/dL": 10}, "cystatin_c=1.1mg/L"),
        Measure(
            "bilirubin", "mg/dL", 0.1, 80, {"umol/L": 1 / BILIRUBIN_UMOL_L_PER_MG_DL, "mg/L": 0.1},
            "bilirubin=2mg/dL or bilirubin=34umol/L", rival="umol/L", highest_bare=30,
        ),
        Measure("albumin", "g/dL", 0.5, 7, {"g/L": 0.1}, "albumin=3.5g/dL or albumin=35g/L"),
        Measure("inr", RATIO, 0.5, 20, {"INR": 1, "ratio": 1}, "inr=1.4"),
        Measure("sodium", "mmol/L", 90, 200, {"mEq/L": 1}, "sodium=135mmol/L"),
        Measure(
            "calcium", "mg/dL", 3, 20, {"mmol/L": CALCIUM_MG_DL_PER_MMOL_L, "mEq/L": CALCIUM_MG_DL_PER_MMOL_L / 2},
            "calcium=8.8mg/dL or calcium=2.2mmol/L",
        ),
        Measure(
            "phenytoin", "mg/L", 0.5, 150, {"ug/mL": 1, "umol/L": 1 / PHENYTOIN_UMOL_L_PER_MG_L},
            "phenytoin=8mg/L or phenytoin=32umol/L", rival="umol/L", highest_bare=40,
        ),
    )
}  # fmt: skip

_YES: Final = ("y", "true", "1")
_NO: Final = ("n", "false", "0")
CHOICES: Final = {
    one.name: one
    for one in (
        Choice("sex", {"female": ("f", "woman"), "male": ("m", "man")}),
        Choice("ascites", {"none": ("absent", "no", "0"), "mild": ("slight",), "moderate": ("severe", "moderate to severe")}),
        Choice(
            "encephalopathy",
            {
                "none": ("no", "0", "grade 0"),
                "grade 1-2": ("1-2", "1", "2", "grade 1", "grade 2"),
                "grade 3-4": ("3-4", "3", "4", "grade 3", "grade 4"),
            },
        ),
        Choice("dialysis", {"yes": _YES, "no": _NO}),
        Choice("kidney_failure", {"yes": _YES, "no": _NO}),
    )
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the unit that formulas work in, and what must be said of how it was given."""

    value: float
    warning: str | None = None


def read_measure(measure: Measure, value: float, unit: str | None) -> Measured:
    """Return a value in the unit that formulas work in.

    A number without a unit is taken in that unit, unless only another unit makes it plausible; where both would, it is said.

    Raises
    ------
    InputError
        For a unit that is not known, or a value that nobody has.
    """
    factor = 1.0 if unit is None else measure.factor(unit)
    if factor is None:
        raise InputError(Fault(measure.name, "this unit is not known", f"give it in {' or '.join(measure.units)}"))
    # To twelve digits: 28 g/L is 2.8 g/dL to a laboratory, and 2.8000000000000003 to a computer.
    converted = float(f"{value * factor:.12g}")
    highest = measure.highest if unit is not None else min(measure.highest, measure.highest_bare)
    if not (math.isfinite(converted) and measure.lowest <= converted <= highest):
        said = f"in {measure.unit}" if unit is None else "in the unit given"
        remedy = f"write the value with the unit it was measured in, as in {measure.example}"
        limits = f"{Quantity(measure.lowest, measure.unit)} to {Quantity(highest, measure.unit)}"
        raise InputError(Fault(measure.name, f"this value is not plausible {said} ({limits})", remedy))
    return Measured(converted, _both_plausible(measure, value) if unit is None else None)


def _both_plausible(measure: Measure, value: float) -> str | None:
    factor = measure.factors.get(measure.rival)
    if factor is None or not measure.lowest <= value * factor <= measure.highest:
        return None
    return f"{measure.name} came without a unit and was taken in {measure.unit}; in {measure.rival} it would be plausible too"


def read_choice(choice: Choice, text: str) -> str:
    """Return the word that a text means.

    Raises
    ------
    InputError
        For a word that is none of the choice's.

    Examples
    --------
    >>> read_choice(CHOICES["sex"], "F"), read_choice(CHOICES["encephalopathy"], "Grade 2")
    ('female', 'grade 1-2')
    """
    wanted = " ".join(text.split()).casefold()
    for word, others in choice.words.items():
        if wanted == word or wanted in others:
            return word
    raise InputError(Fault(choice.name, "this word is not known", f"give one of {', '.join(choice.words)}"))
