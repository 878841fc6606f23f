"""What no formula takes: a child where adults were studied, a number that is not positive or not a number."""

import math
from typing import Final

from garrod.model.errors import Fault, InputError

ADULT_YEARS: Final = 18


def require_positive(formula: str, **given: float) -> None:
    """Refuse a value that is not a positive, finite number.

    Raises
    ------
    InputError
        Naming each input that is at fault, never its value.
    """
    faults = [
        Fault(f"{formula}: {name}", "this is not a positive number", "give the measured value in the unit of its name")
        for name, value in given.items()
        if not (math.isfinite(value) and value > 0)
    ]
    if faults:
        raise InputError(*faults)


def require_between(formula: str, *, name: str, value: float, lowest: float, highest: float, studied: str) -> None:
    """Refuse a value outside what a formula was made from; both ends belong to it.

    Raises
    ------
    InputError
        Naming the input and who was studied, never the value.
    """
    if not lowest <= value <= highest:
        raise InputError(Fault(f"{formula}: {name}", f"this formula is for {studied}", "use one that was made for this person"))


def require_adult(formula: str, age_years: float) -> None:
    """Refuse a child: the formula was made from adults.

    Raises
    ------
    InputError
        Below 18 years, or where the age is not a number.
    """
    if not (age_years >= ADULT_YEARS and math.isfinite(age_years)):
        raise InputError(Fault(f"{formula}: age_years", "this formula is for adults", "use one that was made for children"))
