"""Masses, concentrations and spans of time in the units of a model; molar units are refused, since no model says a molar mass."""

from typing import Final

from garrod.biomarkers.laboratory_values import plain_unit
from garrod.model.errors import Fault, InputError

MASS_MG: Final = {"kg": 1e6, "g": 1e3, "mg": 1.0, "mcg": 1e-3, "ug": 1e-3, "ng": 1e-6}
VOLUME_L: Final = {"l": 1.0, "dl": 0.1, "ml": 1e-3}
TIME_H: Final = {
    "min": 1 / 60, "h": 1.0, "hour": 1.0, "hours": 1.0, "d": 24.0, "day": 24.0, "days": 24.0, "week": 168.0, "wk": 168.0,
    "weeks": 168.0, "month": 730.5, "mo": 730.5, "year": 8766.0, "years": 8766.0, "a": 8766.0, "y": 8766.0,
}  # fmt: skip


def mass(value: float, unit: str, into: str, where: str) -> float:
    """Return an amount in another unit of mass.

    Raises
    ------
    InputError
        For a unit that is no mass.

    Examples
    --------
    >>> mass(1.5, "g", "mg", "dose")
    1500.0
    """
    return value * _factor(unit, MASS_MG, where, "an amount", "mg, g or ug") / _factor(into, MASS_MG, where, "an amount", "mg")


def concentration(value: float, unit: str, into: str, where: str) -> float:
    """Return a mass concentration in another unit.

    Raises
    ------
    InputError
        For a unit that is no mass per volume; molar units are not turned into masses.

    Examples
    --------
    >>> concentration(12, "ng/mL", "ug/L", "level"), concentration(18, "ug/mL", "mg/L", "level")
    (12.0, 18.0)
    """
    return value * _per_liter(unit, where) / _per_liter(into, where)


def hours(value: float, unit: str, where: str) -> float:
    """Return a span of time in hours.

    Raises
    ------
    InputError
        For a unit that is no span of time.
    """
    return value * _factor(unit, TIME_H, where, "a span of time", "h, min or d")


def _per_liter(unit: str, where: str) -> float:
    top, slash, bottom = plain_unit(unit).partition("/")
    if not slash or top not in MASS_MG or bottom not in VOLUME_L:
        raise InputError(
            Fault(where, f"{unit!r} is no mass per volume", "give mg/L, ug/mL, ug/L or ng/mL; molar units are refused")
        )
    return round(MASS_MG[top] / VOLUME_L[bottom], 12)


def _factor(unit: str, known: dict[str, float], where: str, what: str, examples: str) -> float:
    found = known.get(plain_unit(unit))
    if found is None:
        raise InputError(Fault(where, f"{unit!r} is not the unit of {what}", f"give {examples}"))
    return found
