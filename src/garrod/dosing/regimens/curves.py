"""The curve of a person's levels: what was measured, what the model says with its band, what a regimen would lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from garrod.dosing.estimating.estimate import Estimate
from garrod.dosing.estimating.forecast import forecast
from garrod.dosing.models.dose_model import Range
from garrod.dosing.models.expressions import Array
from garrod.dosing.regimens.exposures import Regimen
from garrod.dosing.solving.events import DOSE, Record
from garrod.dosing.units import TIME_H

POINTS = 121
BAND = (0.05, 0.5, 0.95)
DRAWS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A curve with its band, in hours since the first event.

    Attributes
    ----------
    hours, low, middle, high
        (points,) the band holds 90 % of the posterior, ``middle`` is its median.
    population
        (points,) of the typical person with these covariates, on the same doses; NaN after ``now``.
    levels
        Hour and value of each level that entered; those below quantification have the limit and ``is_below``.
    now
        Where the regimen begins; None without one.
    window
        Range of levels to reach, where the target is one of levels.
    """

    hours: Array
    low: Array
    middle: Array
    high: Array
    population: Array
    levels: tuple[tuple[float, float, bool], ...]
    unit: str
    now: float | None = None
    window: Range | None = None


def curve(made: Estimate, *, regimen: Regimen | None = None, start: float | None = None, ahead_h: float = 48.0) -> Curve:
    """Return the curve of an estimate that was made with draws, and of a regimen from ``start`` on.

    Parameters
    ----------
    start
        In the model's time; the last record where None.
    ahead_h
        How far to look ahead of ``start``, in hours; at least two intervals of the regimen.
    """
    per = TIME_H[made.model.structure.units.get("time", "h")]
    first, last = made.events.records[0].time, made.events.records[-1].time
    begin = last if start is None else max(start, last)
    behind = _spread(first, begin) if begin > first else np.array([begin])
    parts = [(behind, made.band(behind.tolist(), BAND, draws=DRAWS), _typical(made, behind))]
    if regimen is not None:
        ahead = max(ahead_h, 2 * regimen.interval_h) / per
        times = _spread(begin, begin + ahead)
        band = forecast(made, _doses(regimen, begin, ahead, per), times.tolist(), draws=DRAWS).band(BAND)
        parts.append((times, band, np.full(len(times), np.nan)))
    low, middle, high = np.concatenate([band for _, band, _ in parts], axis=1)
    return Curve(
        hours=np.concatenate([times for times, _, _ in parts]) * per,
        low=low,
        middle=middle,
        high=high,
        population=np.concatenate([typical for _, _, typical in parts]),
        levels=tuple(_levels(made, per)),
        unit=made.model.structure.units.get("concentration", "mg/L"),
        now=begin * per if regimen is not None else None,
    )


def _spread(first: float, last: float) -> Array:
    return np.linspace(first, last, POINTS)


def _typical(made: Estimate, times: Array) -> Array:
    found: Array = made.predict(times.tolist(), np.zeros((1, len(made.active_names))))[0]
    return found


def _doses(regimen: Regimen, begin: float, ahead: float, per: float) -> Sequence[Record]:
    step = regimen.interval_h / per
    rate = regimen.amount / (regimen.duration_h / per) if regimen.duration_h else 0.0
    return [Record(begin + number * step, DOSE, regimen.amount, rate=rate) for number in range(int(np.ceil(ahead / step - 1e-9)))]


def _levels(made: Estimate, per: float) -> Sequence[tuple[float, float, bool]]:
    return [
        (one.time * per, float(one.limit if one.below and one.limit is not None else one.level or 0.0), one.below)
        for one in made.events.records
        if one.is_level
    ]
