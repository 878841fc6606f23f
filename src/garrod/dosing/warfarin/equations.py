"""Published equations for warfarin's maintenance dose: IWPC with and without genes, and Gage. Pure arithmetic.

Each result holds its terms and its equation with numbers, per week and per day, so that a reader can add it up.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from garrod.dosing.warfarin.vkorc1 import Vkorc1
from garrod.model.calls import Diplotype
from garrod.model.errors import Fault, InputError
from garrod.physiology.body_size import body_surface_dubois
from garrod.physiology.limits import require_adult

DAYS_PER_WEEK: Final = 7
#: What a body measure must lie in to be one (ours, not published).
LIMITS: Final[Mapping[str, tuple[float, float]]] = {"age_years": (18, 120), "height_cm": (120, 230), "weight_kg": (25, 300)}
TARGETS: Final = (1.5, 4.0)


class Race(StrEnum):
    """Race as the International Warfarin Pharmacogenetics Consortium coded it; not given means missing."""

    WHITE = "white"
    ASIAN = "asian"
    BLACK = "black"
    MISSING_OR_MIXED = "missing or mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """What the equations know of a person beside the genes.

    Raises
    ------
    InputError
        For a child, or a measure that nobody has.
    """

    age_years: float
    height_cm: float
    weight_kg: float
    race: Race
    takes_amiodarone: bool
    takes_inducer: bool  #: carbamazepine, phenytoin or rifampin

    def __post_init__(self) -> None:
        require_adult("warfarin dose", self.age_years)
        faults = [
            Fault(
                f"warfarin dose: {name}",
                f"this is outside {low:g} to {high:g}",
                "give the measured value in the unit of its name",
            )
            for name, (low, high) in LIMITS.items()
            if not low <= getattr(self, name) <= high
        ]
        if faults:
            raise InputError(*faults)

    @property
    def age_decade(self) -> int:
        """Age in decades as published: 20 to 29 years is 2."""
        return int(self.age_years // 10)

    @property
    def surface_m2(self) -> float:
        """Body surface in m² by DuBois."""
        return body_surface_dubois(weight_kg=self.weight_kg, height_cm=self.height_cm)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an equation: what it stands for, its coefficient and this person's value."""

    name: str
    coefficient: float
    value: float = 1.0

    @property
    def amount(self) -> float:
        """What it adds."""
        return self.coefficient * self.value

    def __str__(self) -> str:
        """Write it with its sign: ``- 0.2614 × 6 (age in decades)``."""
        sign = "-" if self.coefficient < 0 else "+"
        times = "" if self.value == 1 else f" × {self.value:g}"
        return f"{sign} {abs(self.coefficient):g}{times} ({self.name})"


@dataclass(frozen=True, slots=True)
class Predicted:
    """A maintenance dose with the terms it comes from."""

    mg_per_week: float
    terms: tuple[Term, ...]
    equation: str

    @property
    def mg_per_day(self) -> float:
        """The same dose a day."""
        return self.mg_per_week / DAYS_PER_WEEK


#: CYP2C9 diplotype -> what it takes off the square root of the weekly dose.
IWPC_CYP2C9: Final[Mapping[str, float]] = {
    "*1/*1": 0.0,
    "*1/*2": -0.5211,
    "*1/*3": -0.9357,
    "*2/*2": -1.0616,
    "*2/*3": -1.9206,
    "*3/*3": -2.3312,
}
IWPC_CYP2C9_UNKNOWN: Final = -0.2188
IWPC_VKORC1: Final[Mapping[Vkorc1, float]] = {
    Vkorc1.GG: 0.0,
    Vkorc1.AG: -0.8677,
    Vkorc1.AA: -1.6974,
    Vkorc1.UNKNOWN: -0.4854,
}
IWPC_RACE: Final[Mapping[Race, float]] = {
    Race.WHITE: 0.0,
    Race.ASIAN: -0.1092,
    Race.BLACK: -0.2760,
    Race.MISSING_OR_MIXED: -0.1032,
}
CLINICAL_RACE: Final[Mapping[Race, float]] = {
    Race.WHITE: 0.0,
    Race.ASIAN: -0.6752,
    Race.BLACK: 0.4060,
    Race.MISSING_OR_MIXED: 0.0443,
}


def iwpc_pharmacogenetic(person: Covariates, *, cyp2c9: Diplotype | None, vkorc1: Vkorc1) -> Predicted:
    """Return the weekly dose in mg by the pharmacogenetic algorithm of the IWPC.

    Parameters
    ----------
    cyp2c9
        A diplotype of ``*1``, ``*2`` and ``*3``; None where it is not known, which has a published term of its own.

    Raises
    ------
    InputError
        For another allele of CYP2C9: the equation was made without it.

    References
    ----------
    International Warfarin Pharmacogenetics Consortium. N Engl J Med 2009;360:753-764, appendix. doi:10.1056/NEJMoa0809329
    """
    return _squared(
        (
            Term("constant", 5.6044),
            Term("age in decades", -0.2614, person.age_decade),
            Term("height in cm", 0.0087, person.height_cm),
            Term("weight in kg", 0.0128, person.weight_kg),
            Term(f"VKORC1 {vkorc1}", IWPC_VKORC1[vkorc1]),
            Term(f"CYP2C9 {cyp2c9.name if cyp2c9 else 'unknown'}", _cyp2c9_term(cyp2c9)),
            Term(f"race: {person.race}", IWPC_RACE[person.race]),
            Term("enzyme inducer", 1.1816, float(person.takes_inducer)),
            Term("amiodarone", -0.5503, float(person.takes_amiodarone)),
        )
    )


def iwpc_clinical(person: Covariates) -> Predicted:
    """Return the weekly dose in mg by the clinical algorithm of the IWPC, which knows no genes.

    References
    ----------
    International Warfarin Pharmacogenetics Consortium. N Engl J Med 2009;360:753-764, appendix. doi:10.1056/NEJMoa0809329
    """
    return _squared(
        (
            Term("constant", 4.0376),
            Term("age in decades", -0.2546, person.age_decade),
            Term("height in cm", 0.0118, person.height_cm),
            Term("weight in kg", 0.0134, person.weight_kg),
            Term(f"race: {person.race}", CLINICAL_RACE[person.race]),
            Term("enzyme inducer", 1.2799, float(person.takes_inducer)),
            Term("amiodarone", -0.5695, float(person.takes_amiodarone)),
        )
    )


def gage(
    person: Covariates, *, cyp2c9: Diplotype, vkorc1: Vkorc1, target_inr: float, is_smoker: bool, has_thrombosis: bool
) -> Predicted:
    """Return the dose by Gage and others, 2008; the equation gives mg a day.

    Parameters
    ----------
    has_thrombosis
        Whether warfarin is for a current deep vein thrombosis or lung embolism.

    Raises
    ------
    InputError
        For an unknown genotype, another allele of CYP2C9, or a target outside 1.5 to 4.

    Notes
    -----
    The abstract gives the effect of each term in per cent, each VKORC1 A allele counted; the coefficients agree with it.
    Which equation of body surface was used is not said in the sources at hand; DuBois is used here.

    References
    ----------
    Gage BF and others. Clin Pharmacol Ther 2008;84:326-331. doi:10.1038/clpt.2008.10
    """
    if vkorc1 is Vkorc1.UNKNOWN:
        raise InputError(Fault("warfarin dose: vkorc1", "this equation has no term for an unknown genotype", "give rs9923231"))
    _cyp2c9_term(cyp2c9)
    if not TARGETS[0] <= target_inr <= TARGETS[1]:
        raise InputError(
            Fault("warfarin dose: target_inr", f"this is outside {TARGETS[0]} to {TARGETS[1]}", "give the target INR")
        )
    terms = (
        Term("constant", 0.9751),
        Term("VKORC1 A alleles", -0.3238, vkorc1.a_count),
        Term("body surface in m²", 0.4317, person.surface_m2),
        Term("CYP2C9 *3 alleles", -0.4008, cyp2c9.alleles.count("*3")),
        Term("age in years", -0.00745, person.age_years),
        Term("CYP2C9 *2 alleles", -0.2066, cyp2c9.alleles.count("*2")),
        Term("target INR", 0.2029, target_inr),
        Term("amiodarone", -0.2538, float(person.takes_amiodarone)),
        Term("smoker", 0.0922, float(is_smoker)),
        Term("African American", -0.0901, float(person.race is Race.BLACK)),
        Term("thrombosis or embolism", 0.0664, float(has_thrombosis)),
    )
    total = math.fsum(one.amount for one in terms)
    daily = math.exp(total)
    return Predicted(
        daily * DAYS_PER_WEEK,
        terms,
        f"mg/day = exp({_written(terms)}) = exp({total:.4f}) = {daily:.2f}; × 7 = {daily * 7:.1f} mg/week",
    )


def _cyp2c9_term(cyp2c9: Diplotype | None) -> float:
    if cyp2c9 is None:
        return IWPC_CYP2C9_UNKNOWN
    if cyp2c9.name not in IWPC_CYP2C9:
        raise InputError(
            Fault(
                "warfarin dose: cyp2c9",
                f"{cyp2c9.name} has an allele that the equation was made without (it knows *1, *2 and *3)",
                "use the clinical algorithm",
            )
        )
    return IWPC_CYP2C9[cyp2c9.name]


def _squared(terms: Sequence[Term]) -> Predicted:
    """Return the square of the sum; a sum that is not positive is no square root of a dose."""
    root = math.fsum(one.amount for one in terms)
    if not root > 0:
        raise InputError(
            Fault("warfarin dose", "the equation's square root is not positive here, so that it gives no dose", "start by INR")
        )
    weekly = root**2
    return Predicted(weekly, tuple(terms), f"√(mg/week) = {_written(terms)} = {root:.4f}; squared = {weekly:.1f} mg/week")


def _written(terms: Sequence[Term]) -> str:
    """Write the terms that count, without those that are zero."""
    return " ".join(str(one) for one in terms if one.amount).removeprefix("+ ")
