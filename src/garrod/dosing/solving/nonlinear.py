"""Models that are not linear: amounts by the Runge-Kutta pair of Dormand and Prince, every lane with steps of its own.

Derivatives by random effects ride along in the imaginary parts and are held to the same relative error as the amounts.

References
----------
Dormand JR, Prince PJ. J Comput Appl Math 1980;6:19-26. doi:10.1016/0771-050X(80)90013-3
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import Given, People
from garrod.dosing.solving.linear import _at_steps, inputs_by_state, rate_matrix
from garrod.dosing.solving.timeline import Timeline

RTOL: Final = 1e-8
_ATOL: Final = 1e-13  #: times the largest amount of the lane
_STEADY: Final = 1e-9
_OF_A_CYCLE: Final = 1e-3
_CYCLES: Final = 1000
_LOOKED_AT: Final = 10  #: cycles after which lanes that run away are looked for
_SHRINKS: Final = 0.999  #: a step that shrinks by less than this over those cycles does not settle
_JUMPS: Final = 24
_RENEWED: Final = 6
_MOST_STEPS: Final = 20000
_IMAGINARY: Final = 1e20

#: The pair's nodes, stages and weights; the last row is the fifth order, _ERROR its difference from the fourth.
_NODES: Final = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_STAGES: Final = tuple(
    np.array(row)
    for row in (
        (),
        (1 / 5,),
        (3 / 40, 9 / 40),
        (44 / 45, -56 / 15, 32 / 9),
        (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
        (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
        (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
    )
)
_ERROR: Final = np.array([71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40])
_WORTH: Final = 0.7  #: share of lanes still on their way below which the others are dropped

Rates = Callable[[Array, Array], Array]  #: time (lanes,) and amounts (lanes, states) to rates of change, inputs left out
Slope = Callable[[Array, Array], Rates]  #: lanes chosen and their sets to the rates of change of these


def propagate(group: People, values: Mapping[str, Any], doses: Given, line: Timeline, who: Array | None) -> Array:
    """Return the amounts right after each record: (lanes, records, states)."""
    size = len(group.model.structure.states)
    lanes = max([len(line.span), len(doses.amount), len(doses.rate), *(len(one) for one in values.values() if np.ndim(one) == 2)])
    rate = _wide(inputs_by_state(group, doses.rate, line.runs, who), lanes)
    added = _wide(inputs_by_state(group, doses.amount, line.arrives, who), lanes)
    of_set, span, end = _wide(line.of_set, lanes), _wide(line.span, lanes), _wide(line.end, lanes)
    slope = _slope(group.model, values)
    kind = complex if any(np.iscomplexobj(one) for one in (rate, added, span, *values.values())) else float
    trains = _steady_states(group, slope, doses, lanes, kind, who) if group.dose_steady.any() else {}
    arrivals = _at_steps(group, trains, line, lanes, who)
    state = np.zeros((lanes, size), dtype=kind)
    keep = _wide(~line.resets, lanes)
    path = np.empty((span.shape[1], lanes, size), dtype=kind)
    pace = np.full(lanes, np.nan)
    for step in range(span.shape[1]):
        begin = end[:, step] - span[:, step]
        state, pace = integrate(slope, state, rate[:, step], of_set[:, step], begin, span[:, step], pace)
        state = state * keep[:, step, None] + added[:, step]
        if arrivals is not None:
            state = state + arrivals[:, step]
        path[step] = state
    return np.moveaxis(path, 0, 1)[np.arange(lanes)[:, None], _wide(line.record_step, lanes)]


def _wide(values: Array, lanes: int) -> Array:
    return np.broadcast_to(values, (lanes, *values.shape[1:]))


def _slope(model: DoseModel, values: Mapping[str, Any]) -> Slope:
    """Return the rates of change of chosen lanes, inputs left out."""
    structure = model.structure
    if not structure.odes:
        return _michaelis_menten(model, values)
    used = frozenset[str]().union(*(one.names for one in structure.odes)) - set(structure.states)
    held = {name: values[name] for name in used if name in values}

    def slope(chosen: Array, of_set: Array) -> Rates:
        known = {name: _of(value, chosen, of_set) for name, value in held.items()}

        def rates_of(time: Array, amounts: Array) -> Array:
            env: dict[str, Any] = known | {"t": time, "T": time}
            env |= {name: amounts[:, place] for place, name in enumerate(structure.states)}
            found = np.empty_like(amounts)
            for place, equation in enumerate(structure.odes):
                found[:, place] = equation(env)
            return found

        return rates_of

    return slope


def _of(value: Any, chosen: Array, of_set: Array) -> Any:
    if np.ndim(value) < 2:
        return value
    rows = chosen if len(value) > 1 else np.zeros_like(chosen)
    return value[rows, of_set if value.shape[1] > 1 else np.zeros_like(of_set)]


def _michaelis_menten(model: DoseModel, values: Mapping[str, Any]) -> Slope:
    structure, roles = model.structure, model.structure.roles
    matrix, _ = rate_matrix(replace(structure, area=None), values)
    most, half, volume = values[roles["VMAX"]], values[roles["KM"]], values[roles["V"]]
    formed = values[roles["FM"]] if structure.metabolite else 0.0
    central = structure.central
    metabolite = structure.states.index("metabolite") if structure.metabolite else -1

    names = structure.area.names if structure.area is not None else frozenset()

    def slope(chosen: Array, of_set: Array) -> Rates:
        flows = _of(matrix, chosen, of_set)
        top, middle = _of(most, chosen, of_set), _of(half, chosen, of_set) * _of(volume, chosen, of_set)
        share = _of(formed, chosen, of_set)
        known = {name: _of(values[name], chosen, of_set) for name in names if name in values}
        single = len(structure.states) == 1

        def rates_of(_time: Array, amounts: Array) -> Array:
            found: Array = flows[:, 0] * amounts if single else (flows @ amounts[..., None])[..., 0]
            blood = amounts[:, central]
            gone = top * blood / (middle + blood)
            found[:, central] -= gone
            if structure.metabolite:
                found[:, metabolite] += share * gone
            if structure.area is not None:
                found[:, -1] = structure.area(known | {name: amounts[:, place] for place, name in enumerate(structure.states)})
            return found

        return rates_of

    return slope


def integrate(
    slope: Slope, state: Array, rate: Array, of_set: Array, begin: Array, span: Array, pace: Array
) -> tuple[Array, Array]:
    """Move each lane over its span; returns amounts and the step, in time, that each lane would take next.

    A span may carry a derivative: the equations run in its share s from 0 to 1, so that it rides along.
    """
    state, pace = state.copy(), pace.copy()
    length = np.real(span)
    share = np.zeros(len(state))
    step = np.where(np.isnan(pace), 0.05 * length, np.minimum(pace, length))
    largest = np.abs(state.real).max(axis=1) + np.abs(rate.real).max(axis=1) * length
    lanes = np.flatnonzero((length > 0) & np.isfinite(largest))
    going = np.ones(len(lanes), dtype=bool)
    bound = _Bound(slope, state, lanes, rate, of_set, begin, span, length, largest)
    for _ in range(_MOST_STEPS):
        if not going.any():
            return state, pace
        if np.count_nonzero(going) < _WORTH * len(going):
            lanes, going = lanes[going], np.ones(np.count_nonzero(going), dtype=bool)
            bound = _Bound(slope, state, lanes, rate, of_set, begin, span, length, largest)
        here, old = share[lanes], state[lanes]
        part = np.where(going, np.minimum(step[lanes] / bound.length, 1 - here), 0.0)
        new, error = bound.trial(old, here, part)
        size = _error(error, old, new, bound.largest)
        good = size <= 1
        bound.keep(good)
        factor = np.where(np.isfinite(size), np.minimum(np.maximum(0.9 * np.maximum(size, 1e-10) ** -0.2, 0.2), 5.0), 0.1)
        state[lanes] = np.where((good & going)[:, None], new, old)
        share[lanes] = np.where(good, here + part, here)
        arrived = good & (part >= 1 - here - 1e-14)
        stuck = going & ~good & (part < 1e-13)
        next_step, known = part * bound.length * factor, pace[lanes]
        step[lanes] = next_step
        # The last step of a span is cut short: it says nothing against a longer one.
        pace[lanes] = np.where(going, np.where(arrived, np.fmax(next_step, known), next_step), known)
        state[lanes[stuck]] = np.nan
        going &= ~(arrived | stuck)
    state[lanes[going]] = np.nan
    return state, pace


class _Bound:
    """The lanes on their way, with what does not change on it, and the rates of change within the step at hand."""

    def __init__(
        self,
        slope: Slope,
        state: Array,
        lanes: Array,
        rate: Array,
        of_set: Array,
        begin: Array,
        span: Array,
        length: Array,
        largest: Array,
    ) -> None:
        self.rates_of = slope(lanes, of_set[lanes])
        self.rate, self.begin, self.span = rate[lanes], begin[lanes], span[lanes]
        self.length, self.largest = length[lanes], largest[lanes]
        kind = np.result_type(state, rate, span)
        self.stages = np.empty((len(_NODES), len(lanes), state.shape[1]), dtype=kind)
        self.has_first = False

    def trial(self, old: Array, share: Array, part: Array) -> tuple[Array, Array]:
        """Return amounts after a step, and their error."""
        scaled = (part * self.span)[:, None]
        if not self.has_first:
            self.stages[0] = self.rates_of(self.begin + share * self.span, old) + self.rate
        new = old
        for number in range(1, len(_NODES)):
            new = old + scaled * self._mixed(_STAGES[number])
            time = self.begin + (share + _NODES[number] * part) * self.span
            self.stages[number] = self.rates_of(time, new) + self.rate
        return new, scaled * self._mixed(_ERROR)

    def _mixed(self, weights: Array) -> Array:
        """Return a weighted sum of the first stages."""
        stages = self.stages[: len(weights)]
        mixed: Array = weights @ stages.reshape(len(weights), -1).view(float)
        return mixed.view(stages.dtype).reshape(stages.shape[1:])

    def keep(self, good: Array) -> None:
        """Let the last stage of a good step be the first of the next one: it is taken at the same place."""
        self.stages[0] = np.where(good[:, None], self.stages[-1], self.stages[0])
        self.has_first = True


def _error(error: Array, old: Array, new: Array, largest: Array) -> Array:
    """Return the largest error of each lane, 1 being what is allowed; amounts and derivatives alike."""
    allowed = RTOL * np.maximum(np.abs(old.real), np.abs(new.real)) + _ATOL * largest[:, None] + 1e-300
    found: Array = np.abs(error.real / allowed).max(axis=1)
    if np.iscomplexobj(error):
        slope = np.maximum(np.abs(old.imag), np.abs(new.imag)) * _IMAGINARY
        allowed = RTOL * slope + 10 * allowed
        found = np.maximum(found, np.abs(error.imag * _IMAGINARY / allowed).max(axis=1))
    return np.where(np.isfinite(new).all(axis=1), found, np.inf)


def _steady_states(group: People, slope: Slope, doses: Given, lanes: int, kind: type, who: Array | None) -> dict[int, Array]:
    """Return the amounts at the row of each dose in a steady train: cycles are run until nothing changes."""
    found = {}
    size = len(group.model.structure.states)
    for place in np.flatnonzero(group.dose_steady.any(axis=0)):
        of_set = np.take_along_axis(group.rows(group.of_record, who), group.rows(group.dose_record, who)[:, [place]], axis=1)[
            :, 0
        ]

        def column(values: Array, place: int = int(place)) -> Array:
            return np.broadcast_to(values[:, place] if values.shape[1] > 1 else values[:, 0], (lanes,))

        into = np.broadcast_to(np.eye(size)[group.rows(group.dose_state, who)[:, place]], (lanes, size))
        found[int(place)] = _train(
            slope,
            into,
            np.broadcast_to(of_set, (lanes,)),
            kind,
            body=~np.array(group.model.structure.gathers),
            amount=column(doses.amount),
            rate=column(doses.rate),
            interval=column(group.rows(group.dose_interval, who)),
            lag=column(doses.lag),
            duration=column(doses.end - doses.start),
        )
    return found


def _train(
    slope: Slope,
    into: Array,
    of_set: Array,
    kind: type,
    *,
    body: Array,
    amount: Array,
    rate: Array,
    interval: Array,
    lag: Array,
    duration: Array,
) -> Array:
    endless = interval <= 0
    cycle = np.where(endless, 24.0, interval)
    whole = np.floor(np.real(duration) / cycle)
    part = np.where(endless, cycle, duration - whole * cycle)
    high = (np.where(endless, rate, (whole + 1.0) * rate))[:, None] * into
    low = (np.where(endless, rate, whole * rate))[:, None] * into
    bolus = np.where(np.real(rate) > 0, 0.0, amount)[:, None] * into
    pace = np.full(len(into), np.nan)
    zero = np.zeros(len(into))

    def run(state: Array, first: Array, second: Array) -> Array:
        state, _ = integrate(slope, state + bolus, high, of_set, zero, first, pace)
        state, _ = integrate(slope, state, low, of_set, zero, second, pace)
        return state

    # A state that only gathers never settles: every cycle begins it at 0.
    brought = np.real(np.where(np.real(rate) > 0, rate * np.where(endless, cycle, duration), amount))
    state = _fixed_point(lambda start: run(start, part, cycle - part) * body, np.zeros(into.shape, dtype=kind), brought)
    phase = np.where(endless, cycle, (np.floor(np.real(lag) / cycle) + 1.0) * cycle - lag)
    within = np.real(phase) < np.real(part)
    return run(state, np.where(within, phase, part), np.where(within, 0.0, phase - part))


def _fixed_point(cycle: Callable[[Array], Array], state: Array, brought: Array) -> Array:
    """Return the amounts that a cycle gives back, lane by lane: NaN where none is found.

    ``brought`` (lanes,) is what a cycle gives: amounts that still grow by a part of it do not hold, however large they are.

    After two cycles, steps of Newton's kind with a Jacobian from differences, seldom made anew; should they not settle, cycles
    are run until nothing changes.
    """
    lanes, size = state.shape
    state = cycle(cycle(state))
    jacobian = np.zeros((lanes, size, size))
    for turn in range(_JUMPS):
        after = cycle(state)
        if _settled(state, after, brought):
            return after
        if turn % _RENEWED == 0:
            for place in range(size):
                step = 1e-4 * (np.abs(state.real[:, place]) + 1e-3 * np.abs(state.real).max(axis=1) + 1e-12)
                moved = state.copy()
                moved[:, place] += step
                jacobian[:, :, place] = (cycle(moved) - after).real / step[:, None]
        try:
            jump = state + np.linalg.solve(np.eye(size) - jacobian, (after - state)[..., None])[..., 0]
        except np.linalg.LinAlgError:
            jump = after
        fit = np.isfinite(jump).all(axis=1) & (jump.real >= 0).all(axis=1)
        state = np.where(fit[:, None], jump, after)
    pace = np.full(lanes, np.inf)
    for turn in range(_CYCLES):
        after = cycle(state)
        if _settled(state, after, brought):
            return after
        if turn % _LOOKED_AT == 0:
            step = np.abs((after - state).real).max(axis=1)
            if (_settled_lanes(state, after, brought) | (step > _SHRINKS * pace)).all():
                break  # what still moves moves on as fast: more goes in than can ever go out
            pace = step
        state = after
    return np.where(_settled_lanes(state, cycle(state), brought)[:, None], state, np.nan)


def _settled_lanes(before: Array, after: Array, brought: Array) -> Array:
    scale = np.abs(after.real).max(axis=1, keepdims=True) + 1e-300
    moved = np.abs(after.real - before.real)
    found: Array = (moved <= _STEADY * scale).all(axis=1) & (moved.max(axis=1) <= _OF_A_CYCLE * brought)
    if np.iscomplexobj(after):
        slope = np.abs(after.imag).max(axis=1, keepdims=True) * _IMAGINARY + scale
        found = found & (np.abs(after.imag - before.imag) * _IMAGINARY <= 10 * _STEADY * slope).all(axis=1)
    return found | ~np.isfinite(after).all(axis=1)


def _settled(before: Array, after: Array, brought: Array) -> bool:
    return bool(_settled_lanes(before, after, brought).all())
