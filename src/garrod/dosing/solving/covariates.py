"""The covariates of one person at each record: filled within the person alone, and how they hold between records."""

import math
from collections.abc import Mapping

import numpy as np

from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.events import OTHER, Events, Record
from garrod.model.errors import Fault, InputError, raise_together

_STEP: float = 1.0  #: the longest stretch, in the model's time unit, on which an interpolated covariate is held


def fill(values: Array) -> Array:
    """Carry the last known value forward; rows before the first known value take that one."""
    if not any(map(math.isnan, values.tolist())):
        return values
    known = np.flatnonzero(~np.isnan(values))
    if not known.size:
        return values
    places = np.searchsorted(known, np.arange(len(values)), side="right") - 1
    filled: Array = values[known[np.maximum(places, 0)]]
    return filled


def covariate_table(model: DoseModel, events: Events) -> dict[str, Array]:
    """Return each covariate of the model at each record: name -> (records,), complete.

    Raises
    ------
    InputError
        Where a required covariate is not given for this person; nothing is taken from another person.
    """
    found: dict[str, Array] = {}
    faults = []
    for one in model.covariates:
        values = fill(_given(events, one.name))
        if math.isnan(values[0]):  # filled, so that the first value tells of all
            if one.default is None:
                faults.append(
                    Fault(events.where, f"the covariate {one.name} is missing", _remedy(one.name, one.unit, one.column))
                )
            values = np.where(np.isnan(values), one.default if one.default is not None else np.nan, values)
        found[one.name] = values
    raise_together(InputError, faults)
    return found


def _given(events: Events, name: str) -> Array:
    """Return the values of a covariate as the rows have them: (records,), NaN where they say nothing."""
    if name in events.covariates:
        return np.asarray(events.covariates[name], dtype=float)
    return np.full(len(events.records), np.nan)


def _remedy(name: str, unit: str | None, column: str | None) -> str:
    return f"give a column {column or name}" + (f" in {unit}" if unit else "")


def occasions(model: DoseModel, events: Events) -> Array:
    """Return the occasion of each record, counted from 0 in order of appearance: (records,), all 0 without occasions."""
    count = len(events.records)
    if model.occasions is None:
        return np.zeros(count, dtype=int)
    if model.occasions.bins_h:
        times = np.array([record.time for record in events.records])
        # A row at the edge of a bin ends the interval before it.
        labels = np.searchsorted(np.asarray(model.occasions.bins_h)[1:], times, side="left").astype(float)
    else:
        column = model.occasions.column or "OCC"
        labels = fill(_given(events, column))
        if np.isnan(labels).any():
            raise InputError(Fault(events.where, f"the occasion {column} is missing", f"give a column {column}"))
    order: dict[float, int] = {}
    return np.array([order.setdefault(float(label), len(order)) for label in labels], dtype=int)


def interpolated(events: Events) -> Events:
    """Return events whose rows are close enough that covariates may be held at their value midway (``linear`` mode)."""
    times = np.array([record.time for record in events.records])
    table = {name: _joined(times, np.asarray(values, dtype=float)) for name, values in events.covariates.items()}
    moving = [name for name, values in table.items() if np.ptp(values[~np.isnan(values)] if len(values) else values) > 0]
    if not moving:
        return events
    records: list[Record] = []
    held: dict[str, list[float]] = {name: [] for name in table}
    for place, record in enumerate(events.records):
        before = times[place - 1] if place else times[place]
        pieces = max(1, int(np.ceil((times[place] - before) / _STEP))) if times[place] > before else 1
        for piece in range(1, pieces + 1):
            end = before + (times[place] - before) * piece / pieces
            middle = before + (times[place] - before) * (piece - 0.5) / pieces
            records.append(record if piece == pieces else Record(float(end), OTHER))
            for name, values in table.items():
                at = middle if name in moving else times[place]
                held[name].append(float(np.interp(at, times, values)) if not np.isnan(values).all() else float("nan"))
    arrays: Mapping[str, Array] = {name: np.array(values) for name, values in held.items()}
    return Events(tuple(records), dict(arrays), "nmtran", events.name, events.where)


def _joined(times: Array, values: Array) -> Array:
    known = ~np.isnan(values)
    return np.interp(times, times[known], values[known]) if known.any() else values
