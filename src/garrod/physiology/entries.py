"""A value as someone wrote it: ``80``, ``80umol/L``, ``80 umol/L``, a word, or a number and unit in JSON."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard

from garrod.model.errors import Fault, InputError

NUMBER_AND_UNIT: Final = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*([^\W\d_].*)?\s*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A number, a word, or both, and the unit where one was written; ``unit`` is None where none was."""

    text: str
    number: float | None = None
    unit: str | None = None

    def as_number(self, name: str) -> float:
        """Return the number.

        Raises
        ------
        InputError
            Where there is none.
        """
        if self.number is None or not math.isfinite(self.number):
            raise InputError(Fault(name, "this is not a number", "write it with a decimal point, and its unit behind it"))
        return self.number

    def as_word(self, name: str) -> str:
        """Return the word.

        Raises
        ------
        InputError
            Where nothing is written.
        """
        if not self.text.strip():
            raise InputError(Fault(name, "nothing is written here", "give one of its words"))
        return self.text


def entry_of_text(text: str, unit: str | None = None) -> Entry:
    """Read what was typed; ``unit`` is used where the text names none (a table's header names it for a column).

    Examples
    --------
    >>> entry_of_text("80 umol/L")
    Entry(text='80 umol/L', number=80.0, unit='umol/L')
    >>> entry_of_text("female").number is None
    True
    """
    found = NUMBER_AND_UNIT.fullmatch(text)
    if found is None:
        return Entry(text)
    return Entry(text, float(found[1]), (found[2] or "").strip() or unit)


def entry_of_json(name: str, value: object) -> Entry:
    """Read a JSON value: a number, a text, true or false, or an object of a value and a unit.

    Raises
    ------
    InputError
        For any other shape.

    Examples
    --------
    >>> entry_of_json("weight", {"value": 51.8, "unit": "kg"})
    Entry(text='51.8', number=51.8, unit='kg')
    """
    if isinstance(value, Mapping):
        number, unit = value.get("value"), value.get("unit")
        if set(value) <= {"value", "unit"} and isinstance(unit, str | None) and _is_number(number):
            return Entry(f"{_float(number):g}", _float(number), unit or None)
    elif isinstance(value, str):
        return entry_of_text(value)
    elif isinstance(value, bool):
        return Entry("yes" if value else "no")
    elif _is_number(value):
        return Entry(f"{_float(value):g}", _float(value))
    raise InputError(Fault(name, "this cannot be read", 'give {"value": 70, "unit": "kg"}, a number or a text'))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number with hundreds of digits
        return math.inf
