"""What a formula is, and how one is worked out: inputs read, held against who was studied, and the equation with its numbers."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast

from garrod.model.errors import Fault, InputError, RefusedError
from garrod.model.quantities import Quantity
from garrod.physiology.body_size import Sex
from garrod.physiology.entries import Entry
from garrod.physiology.measures import CHOICES, MEASURES, read_choice, read_measure

RECALLED: Final = "the coefficients were recalled and not read at a source: this result must feed no dose"


class Reading(StrEnum):
    """How the coefficients of a formula were read. What was recalled feeds no dose."""

    RECALLED = "recalled"
    READ_ONCE = "read_once"
    READ_TWICE = "read_twice"


class Basis(StrEnum):
    """What a result is relative to: nothing, the body surface of 1.73 m², or a scale of its own."""

    ABSOLUTE = "absolute"
    INDEXED = "per 1.73 m2 of body surface"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Needs:
    """One input of a formula: a measure or a choice by name, and who was studied where that is narrower than what people have."""

    name: str
    lowest: float = -math.inf
    highest: float = math.inf
    studied: str = ""  #: said where a value is outside
    instead: str = ""  #: what would do
    missing: str | None = None  #: None: it must be given; else what is said where it was not


@dataclass(frozen=True, slots=True)
class Given:
    """The inputs as formulas take them: measures in the units of ``MEASURES``, choices by their words."""

    numbers: Mapping[str, float]
    words: Mapping[str, str]

    def __getitem__(self, name: str) -> float:
        """Return a measure."""
        return self.numbers[name]

    @property
    def sex(self) -> Sex:
        """The sex."""
        return cast(Sex, self.words["sex"])

    def is_yes(self, name: str) -> bool:
        """Whether a choice of yes and no is yes; what was not given is no, and the result says so."""
        return self.words.get(name) == "yes"


@dataclass(frozen=True, slots=True)
class Worked:
    """What an equation gave: the value, the equation with its numbers step by step, and what must be said of it."""

    value: float
    steps: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    remark: str | None = None  #: a class or grade, or the value in another unit


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula: what it takes, for whom, where it comes from, and how it is worked out."""

    name: str
    title: str
    law: str
    needs: tuple[Needs, ...]
    unit: str
    basis: Basis
    population: str
    sources: tuple[str, ...]
    reading: Reading
    read_at: str
    work: Callable[[Given], Worked]
    notes: tuple[str, ...] = ()
    digits: int = 1

    @property
    def may_feed_a_dose(self) -> bool:
        """Whether its coefficients were read at a source."""
        return self.reading is not Reading.RECALLED


@dataclass(frozen=True, slots=True)
class Result:
    """A formula worked out for one person."""

    formula: Formula
    value: float
    equation: str
    inputs: Mapping[str, Quantity | str]
    warnings: tuple[str, ...]
    remark: str | None


def work_out(formula: Formula, entries: Mapping[str, Entry]) -> Result:
    """Return the result of a formula; entries that it does not need are left aside.

    Raises
    ------
    InputError
        For what is missing, unreadable or not plausible, all told together.
    RefusedError
        For a person outside the population the formula was made from.
    """
    given, warnings = _read(formula, entries)
    _refuse_outside(formula, given)
    worked = formula.work(given)
    said = (*((RECALLED,) if not formula.may_feed_a_dose else ()), *worked.warnings, *warnings)
    inputs: dict[str, Quantity | str] = {
        need.name: given.words[need.name]
        if need.name in given.words
        else Quantity(given.numbers[need.name], MEASURES[need.name].unit)
        for need in formula.needs
        if need.name in given.words or need.name in given.numbers
    }
    return Result(formula, worked.value, "; ".join(worked.steps), inputs, said, worked.remark)


def _read(formula: Formula, entries: Mapping[str, Entry]) -> tuple[Given, list[str]]:
    numbers: dict[str, float] = {}
    words: dict[str, str] = {}
    faults: list[Fault] = []
    warnings: list[str] = []
    for need in formula.needs:
        entry = entries.get(need.name)
        if entry is None and need.missing is None:
            faults.append(Fault(need.name, "this is needed and was not given", f"write {how_to_write(need.name)}"))
        elif entry is None:
            warnings += [need.missing] if need.missing else []
        else:
            try:
                warnings += _read_one(need.name, entry, numbers, words)
            except InputError as error:
                faults += error.faults
    if faults:
        raise InputError(*(Fault(f"{formula.name}: {one.where}", one.what, one.remedy) for one in faults))
    return Given(numbers, words), warnings


def _read_one(name: str, entry: Entry, numbers: dict[str, float], words: dict[str, str]) -> list[str]:
    if name in CHOICES:
        words[name] = read_choice(CHOICES[name], entry.as_word(name))
        return []
    measured = read_measure(MEASURES[name], entry.as_number(name), entry.unit)
    numbers[name] = measured.value
    return [measured.warning] if measured.warning else []


def _refuse_outside(formula: Formula, given: Given) -> None:
    faults = [
        Fault(f"{formula.name}: {need.name}", f"this formula is for {need.studied}", need.instead)
        for need in formula.needs
        if need.name in given.numbers and not need.lowest <= given[need.name] <= need.highest
    ]
    if faults:
        raise RefusedError(*faults)


def how_to_write(name: str) -> str:
    """Return how an input is written on the command line.

    Examples
    --------
    >>> how_to_write("weight"), how_to_write("sex")
    ('weight=51.8kg', 'sex=female or sex=male')
    """
    if name in CHOICES:
        return " or ".join(f"{name}={word if ' ' not in word else repr(word)}" for word in CHOICES[name].words)
    return MEASURES[name].example
