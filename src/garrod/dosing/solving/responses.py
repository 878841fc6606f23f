"""The fastest path: levels of people whose parameters hold throughout, as sums of modes that never mix.

Seen mode by mode, a mammillary model is a set of single compartments: each falls at its own rate and gains what is given, a
product and a sum an interval. What is given, and when, is the same for every guess of the random effects, and is worked out once
for each person. Derivatives by the rates of modes and depots are carried along; those by the random effects follow by the chain
rule. ``linear`` remains the plain twin, and takes what does not fit: covariates or occasions that change, resets, steady states,
doses that an effect moves, levels of other compartments than the blood.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.models.expressions import Array
from garrod.dosing.solving import modal
from garrod.dosing.solving.lanes import Given, People
from garrod.dosing.solving.linear import inputs_by_state
from garrod.dosing.solving.timeline import Timeline
from garrod.dosing.solving.timing import may_move

_WAYS: Final = ("depot", "depot2", "central")
_SMALL: Final = 0.1  #: below, the derivative of the share that is gone is taken from its series
_SERIES: Final = (-1 / 2, 1 / 3, -1 / 8, 1 / 30, -1 / 144, 1 / 840, -1 / 5760, 1 / 45360)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is given to each person, and when; steps in which nothing happens left out.

    Attributes
    ----------
    span
        (steps, people) length of each interval.
    rates, added
        For each depot and then the blood: (steps, people) what runs in on the interval, and what arrives at its end; None where
        nothing ever does.
    at
        (levels, people or 1) the step at whose end each level was taken.
    """

    span: Array
    rates: tuple[Array | None, ...]
    added: tuple[Array | None, ...]
    at: Array

    def of(self, who: Array | None) -> "Course":
        """Return the course of chosen people, one for each lane."""
        if who is None:
            return self

        def each(parts: tuple[Array | None, ...]) -> tuple[Array | None, ...]:
            return tuple(None if part is None else part[:, who] for part in parts)

        return Course(
            self.span[:, who], each(self.rates), each(self.added), self.at if self.at.shape[1] == 1 else self.at[:, who]
        )


def fits(group: People) -> bool:
    """Say whether this path serves a group."""
    structure = group.model.structure
    if not modal.fits(structure) or structure.area is not None or group.clock.shape[1] > 1 or may_move(group.model):
        return False
    if group.resets.any() or group.dose_steady.any():
        return False
    ways = [structure.states.index(name) for name in _WAYS if name in structure.states]
    shown = frozenset[str]().union(*(equation.names for _, equation in group.model.outputs)) & set(structure.states)
    return shown <= {"central"} and bool(np.isin(group.dose_state[group.dose_amount > 0], ways).all())


def course(group: People, doses: Given, line: Timeline) -> Course:
    """Work out the course of a group from the doses and the order of events of each person."""
    states = group.model.structure.states
    everyone = None if group.count == 1 else np.arange(group.count)
    running = inputs_by_state(group, doses.rate, line.runs, everyone)
    arriving = inputs_by_state(group, doses.amount, line.arrives, everyone)
    keep = (line.span > 0) | (arriving != 0).any(axis=2)
    keep[:, 0] = True
    place = np.cumsum(keep, axis=1) - 1
    at = np.take_along_axis(place, np.take_along_axis(line.record_step, group.level_record, axis=1), axis=1)
    steps = int(at.max(initial=0)) + 1
    who, old = np.nonzero(keep & (place < steps))

    def kept(values: Array) -> Array | None:
        found = np.zeros((steps, group.count))
        found[place[who, old], who] = values[who, old]
        return found if found.any() else None

    ways = [states.index(name) for name in _WAYS if name in states]
    span = kept(line.span)
    return Course(
        span=np.zeros((steps, group.count)) if span is None else span,
        rates=tuple(kept(running[..., way]) for way in ways),
        added=tuple(kept(arriving[..., way]) for way in ways),
        at=at[:1].T if (at == at[0]).all() else np.ascontiguousarray(at.T),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What each mode holds at each level, one unit into the blood being one unit into each mode.

    Attributes
    ----------
    amount, by_fall
        (levels, modes, lanes) and its derivative by the mode's rate.
    by_absorption
        For each depot: the derivative by its rate constant.
    """

    amount: Array
    by_fall: Array | None = None
    by_absorption: tuple[Array, ...] = ()


def held(given: Course, fall: Array, absorbs: tuple[Array, ...], *, slopes: bool) -> Held:
    """Return what the modes hold.

    Parameters
    ----------
    given
        The course of each lane, or of one person for all.
    fall
        (modes, lanes) rates of the modes.
    absorbs
        (lanes,) rate constant of each depot.
    slopes
        Whether derivatives are wanted.
    """
    span = given.span[:, None]
    blood = _Gathered(fall, span, slopes=slopes)
    blood.gain(given.rates[-1], given.added[-1])
    for place, absorbs_one in enumerate(absorbs):
        blood.gain_from(absorbs_one[None], given.rates[place], given.added[place])
    return blood.at(given.at)


class _Gathered:
    """The modes on their way through the steps; arrays are (steps, modes or 1, lanes)."""

    def __init__(self, fall: Array, span: Array, *, slopes: bool) -> None:
        self.fall, self.span, self.slopes = fall, span, slopes
        self.lasting = np.exp(-fall * span)
        shape = np.broadcast_shapes(self.lasting.shape, span.shape)
        self.inflow, self.by_fall = np.zeros(shape), np.zeros(shape)
        self.by_absorption: list[Array] = []

    def _runs(self, rate: Array) -> None:
        """Take what runs straight into the blood, in the steps in which it does."""
        some = np.flatnonzero(rate.any(axis=1))
        value, slope = _gone(self.fall, self.span[some], self.lasting[some], slopes=self.slopes)
        self.inflow[some] += value * rate[some, None]
        if self.slopes:
            self.by_fall[some] += slope * rate[some, None]

    def gain(self, rate: Array | None, added: Array | None) -> None:
        """Take what goes straight into the blood."""
        if rate is not None:
            self._runs(rate)
        if added is not None:
            self.inflow += added[:, None]

    def gain_from(self, absorbs: Array, rate: Array | None, added: Array | None) -> None:
        """Take what comes out of a depot: its own course first, then what each step passes on."""
        left = np.exp(-absorbs * self.span)
        spent, spent_slope = _gone(absorbs, self.span, left, slopes=self.slopes) if rate is not None else (left, left)
        begin, begin_slope = _depot(self.span, left, (spent, spent_slope), rate, added, slopes=self.slopes)
        across, by_fall, by_ka = _across(absorbs, self.fall, self.span, left, self.lasting, slopes=self.slopes)
        self.inflow += absorbs * across * begin
        if self.slopes:
            self.by_fall += absorbs * by_fall * begin
            self.by_absorption.append((across + absorbs * by_ka) * begin + absorbs * across * begin_slope)
        if rate is None:
            return
        self._runs(rate)
        self.inflow -= across * rate[:, None]
        if self.slopes:
            self.by_fall -= by_fall * rate[:, None]
            self.by_absorption[-1] = self.by_absorption[-1] - by_ka * rate[:, None]

    def at(self, level: Array) -> Held:
        """Go through the steps, and return what is held at those of the levels."""
        amount = _walked(self.lasting, self.inflow)
        if not self.slopes:
            return Held(_taken(amount, level))
        # E z is what is left of the amount; its derivative by the rate is -span E z.
        left = amount - self.inflow
        by_fall = _walked(self.lasting, self.by_fall - self.span * left)
        by_absorption = tuple(_taken(_walked(self.lasting, one), level) for one in self.by_absorption)
        return Held(_taken(amount, level), _taken(by_fall, level), by_absorption)


def _walked(lasting: Array, inflow: Array) -> Array:
    """Return z of each step, z = lasting z + inflow, from nothing."""
    found = np.empty_like(inflow)
    found[0] = inflow[0]
    for step in range(1, len(inflow)):
        np.multiply(lasting[step], found[step - 1], out=found[step])
        found[step] += inflow[step]
    return found


def _taken(path: Array, level: Array) -> Array:
    if level.shape[1] == 1:
        taken: Array = path[level[:, 0]]
        return taken
    found: Array = path[level[:, None], np.arange(path.shape[1])[:, None], np.arange(path.shape[2])]
    return found


def _depot(
    span: Array, left: Array, spent: tuple[Array, Array], rate: Array | None, added: Array | None, *, slopes: bool
) -> tuple[Array, Array]:
    """Return the amount in a depot at the start of each step, and its derivative by the rate constant: (steps, 1, lanes)."""
    inflow = np.zeros(left.shape)
    slope = np.zeros(left.shape)
    if added is not None:
        inflow += added[:, None]
    if rate is not None:
        inflow += spent[0] * rate[:, None]
        slope += spent[1] * rate[:, None] if slopes else 0.0
    amount = _walked(left, inflow)
    begin = np.concatenate([np.zeros_like(amount[:1]), amount[:-1]])
    if not slopes:
        return begin, begin
    by_ka = _walked(left, slope - span * (amount - inflow))
    return begin, np.concatenate([np.zeros_like(by_ka[:1]), by_ka[:-1]])


def _gone(rate: Array, span: Array, lasting: Array, *, slopes: bool) -> tuple[Array, Array]:
    """Return (1 - exp(-rate span)) / rate, and its derivative by the rate where it is wanted."""
    x = rate * span
    value = _share(x)
    slope = span * span * _share_slope(x, value, lasting) if slopes else value
    return span * value, slope


def _across(ka: Array, fall: Array, span: Array, left: Array, lasting: Array, *, slopes: bool) -> tuple[Array, Array, Array]:
    """Return (exp(-ka t) - exp(-fall t)) / (fall - ka), and its derivatives by fall and ka; also where the two are equal."""
    x = np.abs(fall - ka) * span
    slower = np.where(fall < ka, lasting, left)
    share = _share(x)
    value = slower * span * share
    if not slopes:
        return value, value, value
    by_faster = slower * span * span * _share_slope(x, share, np.exp(-x))
    by_slower = -span * value - by_faster
    ka_is_slower = ka <= fall
    return value, np.where(ka_is_slower, by_faster, by_slower), np.where(ka_is_slower, by_slower, by_faster)


def _share(x: Array) -> Array:
    """Return (1 - exp(-x)) / x for x not below 0."""
    safe = np.maximum(x, 1e-300)
    found: Array = -np.expm1(-safe) / safe
    return found


def _share_slope(x: Array, share: Array, lasting: Array) -> Array:
    """Return the derivative of the share: (exp(-x) - share) / x, by its series where that would cancel."""
    near = x < _SMALL
    found: Array = (lasting - share) / np.where(near, 1.0, x)
    if near.any():
        small = x[near]
        series = np.full_like(small, _SERIES[-1])
        for coefficient in _SERIES[-2::-1]:
            series = coefficient + small * series
        found[near] = series
    return found
