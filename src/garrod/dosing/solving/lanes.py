"""Many evaluations side by side: the plans of one or several people as arrays, and the parameters of each lane.

A lane is one person with one guess of the random effects. Arrays of plans have people in front, arrays of values lanes;
with one person the first axis has length 1 and broadcasts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from garrod.dosing.models.dose_model import DoseModel, Parameter
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.plan import FIXED_RATE, MODEL_RATE, Dose, Plan

_NUMBERS = attrgetter("record", "after", "amount", "state", "kind", "rate", "steady", "interval", "earlier", "rest")
_NAMES = attrgetter("scale", "share", "lag", "span")


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The plans of several people, padded to one shape; (people, ...) throughout.

    Attributes
    ----------
    dose_*
        (people, doses) fields of the doses; names of parameters as places in ``DoseModel.parameters``, -1 for none.
    is_level
        (people, levels) whether an entry is a level or padding.
    order
        (people, items) records, starts and ends of doses as they act when all times are equal.
    """

    model: DoseModel
    plans: tuple[Plan, ...]
    time: Array
    of_record: Array
    of_interval: Array
    resets: Array
    covariates: Mapping[str, Array]
    clock: Array
    occasion: Array
    occasions: int
    dose_record: Array
    dose_after: Array
    dose_amount: Array
    dose_state: Array
    dose_kind: Array
    dose_rate: Array
    dose_steady: Array
    dose_interval: Array
    dose_earlier: Array
    dose_rest: Array
    scale: Array
    share: Array
    lag: Array
    span: Array
    level_record: Array
    level: Array
    output: Array
    limit: Array
    is_level: Array
    order: Array
    cache: dict[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of people."""
        return len(self.plans)

    def rows(self, values: Array, who: Array | None) -> Array:
        """Return an array of plans for lanes; ``who`` is the person of each lane, None with one person."""
        return values if who is None else values[who]


def people(model: DoseModel, plans: Sequence[Plan]) -> People:
    """Stack plans, padded with records that do nothing at each person's last time."""
    places = {name: place for place, name in enumerate(model.parameter_names)}
    count = max(len(one.doses) for one in plans)
    doses = [[*one.doses, *[_idle(one)] * (count - len(one.doses))] for one in plans]

    numbers = np.array([[_NUMBERS(dose) for dose in row] for row in doses], dtype=float).reshape(len(plans), count, 10)
    record, after, amount, state, kind, rate, steady, interval, earlier, rest = np.moveaxis(numbers, 2, 0)
    alike: dict[tuple[str, ...], list[int]] = {}  # doses of one model are named alike, and people's tables are often alike too
    for names in {_NAMES(dose) for row in doses for dose in row}:
        alike[names] = [places.get(name, -1) for name in names]
    named = [[alike[_NAMES(dose)] for dose in row] for row in doses]
    scale, share, lag, span = np.moveaxis(np.array(named, dtype=int).reshape(len(plans), count, 4), 2, 0)
    records = max(len(one.time) for one in plans)
    sets = max(len(one.clock) for one in plans)
    levels = max(len(one.level) for one in plans)
    return People(
        model=model,
        plans=tuple(plans),
        time=_padded([one.time for one in plans], records),
        of_record=_padded([one.of_record for one in plans], records),
        of_interval=_padded([one.of_interval for one in plans], records),
        resets=_padded([one.resets for one in plans], records, False),
        covariates={key: _padded([one.covariates[key] for one in plans], sets) for key in plans[0].covariates},
        clock=_padded([one.clock for one in plans], sets),
        occasion=_padded([one.occasion for one in plans], sets),
        occasions=max(one.occasions for one in plans),
        dose_record=record.astype(int),
        dose_after=after,
        dose_amount=amount,
        dose_state=state.astype(int),
        dose_kind=kind.astype(int),
        dose_rate=rate,
        dose_steady=steady.astype(int),
        dose_interval=interval,
        dose_earlier=earlier.astype(int),
        dose_rest=rest.astype(bool),
        scale=scale,
        share=share,
        lag=lag,
        span=span,
        level_record=_padded([one.level_record for one in plans], levels, 0),
        level=_padded([one.level for one in plans], levels, 1.0),
        output=_padded([one.output for one in plans], levels, 0),
        limit=_padded([one.limit for one in plans], levels, np.nan),
        is_level=np.array([[place < len(one.level) for place in range(levels)] for one in plans]).reshape(len(plans), levels),
        order=np.array(_orders(records, [tuple(dose.record for dose in row) for row in doses])),
    )


def _idle(one: Plan) -> Dose:
    return Dose(len(one.time) - 1, 0.0, 0.0, 0, 0, 0.0)


def _padded(rows: list[Array], length: int, fill: Any = None) -> Array:
    out = []
    for row in rows:
        last = fill if fill is not None else row[-1]
        out.append(np.concatenate([row, np.full(length - len(row), last, dtype=row.dtype)]) if len(row) < length else row)
    return np.array(out)


def _orders(records: int, rows: list[tuple[int, ...]]) -> list[list[int]]:
    """Return the order of each person's items; ``rows`` are the records of each person's doses."""
    known = {row: _order(records, row) for row in set(rows)}
    return [known[row] for row in rows]


def _order(records: int, doses: tuple[int, ...]) -> list[int]:
    """Return items in the order of the table: record r is r, start of dose i is records + i, its end records + doses + i."""
    items: list[int] = []
    of_row: dict[int, list[int]] = {}
    for place, record in enumerate(doses):
        of_row.setdefault(record, []).append(place)
    for record in range(records):
        items.append(record)
        for place in of_row.get(record, ()):
            items += [records + place, records + len(doses) + place]
    return items


def individual(group: People, effects: Array, who: Array | None) -> dict[str, Array]:
    """Return what equations may use, for each lane and set: covariates, derived values, parameters.

    Parameters
    ----------
    effects
        (lanes, effects): etas, then the kappas of each occasion in turn; all that the model names, zeros included.

    Returns
    -------
    dict
        Name -> (lanes or 1, sets).
    """
    model = group.model
    values: dict[str, Any] = {name: group.rows(rows, who) for name, rows in group.covariates.items()}
    clock = group.rows(group.clock, who)
    values |= dict.fromkeys(("TIME", "time", "t", "T"), clock)
    values |= model.constants
    for name, equation in model.derived:
        values[name] = equation(values)
    values |= _effects(group, effects, who)
    values |= {f"tv{one.name}": one.theta for one in model.parameters if one.theta is not None}
    for one in model.parameters:
        values[one.name] = _individual(one, values)
    return values


def _effects(group: People, effects: Array, who: Array | None) -> dict[str, Array]:
    model = group.model
    found: dict[str, Array] = {f"eta_{name}": effects[:, place, None] for place, name in enumerate(model.etas.names)}
    if model.occasions is None:
        return found
    occasion = group.rows(group.occasion, who)
    start, names = len(model.etas.names), model.occasions.effects.names
    lanes = np.arange(len(effects))[:, None]
    for place, name in enumerate(names):
        found[f"kappa_{name}"] = effects[lanes, start + occasion * len(names) + place]
    return found


def _individual(one: Parameter, values: Mapping[str, Any]) -> Array:
    """Combine the equation of a parameter with its random effects."""
    typical = one.equation(values)
    if one.random in {"none", "explicit"}:
        return np.asarray(typical)
    effect = values.get(f"eta_{one.name}", 0.0) + values.get(f"kappa_{one.name}", 0.0)
    if one.random == "normal_additive":
        return np.asarray(typical + effect)
    if one.random == "proportional":
        return np.asarray(typical * (1.0 + effect))
    if one.random == "logit":
        return np.asarray(1.0 / (1.0 + (1.0 - typical) / typical * np.exp(-effect)))
    if one.random == "boxcox":
        power = one.power or 1.0
        return np.asarray(typical * np.exp((np.exp(power * effect) - 1.0) / power))
    return np.asarray(typical * np.exp(effect))


def stacked(group: People, values: Mapping[str, Array]) -> Array:
    """Return the parameters as one array (lanes or 1, sets, parameters + 1), the last one all ones."""
    model = group.model
    parts = [np.asarray(values[name]) for name in model.parameter_names]
    shape = np.broadcast_shapes((1, group.clock.shape[1]), *(part.shape for part in parts))
    kind = complex if any(np.iscomplexobj(part) for part in parts) else float
    found = np.ones((*shape, len(parts) + 1), dtype=kind)
    for place, part in enumerate(parts):
        found[..., place] = part
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The doses of each lane with their parameters applied; (lanes or 1, doses).

    Attributes
    ----------
    amount
        What reaches the compartment at once; 0 for an infusion.
    rate
        Amount per time while it runs; 0 for a bolus.
    start, end
        When it begins and ends; equal for a bolus.
    lag
        The delay that ``start`` holds.
    """

    amount: Array
    rate: Array
    start: Array
    end: Array
    lag: Array

    def of(self, who: Array) -> "Given":
        """Return the doses of chosen people, one for each lane."""
        parts = (self.amount, self.rate, self.start, self.end, self.lag)
        return Given(*(part if len(part) == 1 else part[who] for part in parts))


def given(group: People, parameters: Array, who: Array | None) -> Given:
    """Apply bioavailability, share, lag, rate and duration; those of the row that orders the dose."""
    of_dose = np.take_along_axis(group.rows(group.of_record, who), group.rows(group.dose_record, who), axis=1)
    lanes = np.arange(max(len(parameters), len(of_dose)))[:, None]
    lane = lanes if len(parameters) > 1 else np.zeros((1, 1), dtype=int)

    def named(places: Array, otherwise: float) -> Array:
        rows = group.rows(places, who)
        if (places < 0).all():
            return np.full((1, 1), otherwise)
        return np.where(rows < 0, otherwise, parameters[lane, of_dose, rows])

    share = named(group.share, 1.0)
    share = np.where(group.rows(group.dose_rest, who), 1.0 - share, share)
    lag = named(group.lag, 0.0)
    amount = group.rows(group.dose_amount, who) * named(group.scale, 1.0) * share
    kind, rate = group.rows(group.dose_kind, who), group.rows(group.dose_rate, who)
    span = named(group.span, 1.0)
    running = np.where(kind == FIXED_RATE, rate, np.where(kind == MODEL_RATE, span, amount / _nonzero(span)))
    duration = np.where(kind <= MODEL_RATE, amount / _nonzero(running), span)
    is_bolus = (kind == 0) | (np.real(duration) <= 0)
    endless = (group.rows(group.dose_steady, who) > 0) & (group.rows(group.dose_interval, who) <= 0)
    duration = np.where(is_bolus, 0.0, duration)
    at = np.take_along_axis(group.rows(group.time, who), group.rows(group.dose_record, who), axis=1)
    start = at + group.rows(group.dose_after, who) + lag
    end = start + duration
    earlier = group.rows(group.dose_earlier, who)
    if earlier.any():
        began = at + lag - earlier * group.rows(group.dose_interval, who)
        left = np.where(np.real(began + duration) > at, began + duration, at)
        start, end = np.where(earlier > 0, at + 0 * began, start), np.where(earlier > 0, left, end)
    return Given(
        amount=np.where(is_bolus, amount, 0.0), rate=np.where(is_bolus & ~endless, 0.0, running), start=start, end=end, lag=lag
    )


def _nonzero(values: Array) -> Array:
    return np.where(np.real(values) == 0, 1.0, values)
