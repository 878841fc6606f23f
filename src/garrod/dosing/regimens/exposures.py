"""What a regimen leads to: area, trough, peak, time above a limit, for the point and for every draw of the posterior."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from garrod.dosing.estimating.estimate import Estimate
from garrod.dosing.estimating.forecast import Forecast, forecast
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.covariates import fill
from garrod.dosing.solving.events import DOSE, OTHER, Record
from garrod.dosing.units import TIME_H
from garrod.model.errors import Fault, InputError

STEADY: Final = frozenset({"AUC24_ss", "trough_ss", "peak_ss", "css", "time_above", "AUC_MIC"})
NEXT: Final = frozenset({"AUC24", "trough", "peak", "css_first"})
METRICS: Final = STEADY | NEXT
OF_MIC: Final = frozenset({"time_above", "AUC_MIC"})
POINTS: Final = 97  #: times at which an interval is looked at for a peak, or for time above a limit
SHAPED: Final = frozenset({"peak", "peak_ss", "time_above"})  #: metrics that need the shape of the curve


def unit_of_metric(metric: str, concentration: str) -> str:
    """Return the unit of a metric from that of the concentration.

    >>> unit_of_metric("AUC24_ss", "mg/L"), unit_of_metric("trough_ss", "ug/L"), unit_of_metric("time_above", "mg/L")
    ('mg*h/L', 'ug/L', 'of the interval')
    """
    if metric == "time_above":
        return "of the interval"
    if metric == "AUC_MIC":
        return "h"
    top, slash, bottom = concentration.partition("/")
    return f"{top}*h{slash}{bottom}" if metric.startswith("AUC") else concentration


@dataclass(frozen=True, slots=True)
class Regimen:
    """A dose and its interval, times in hours whatever the model counts in.

    Attributes
    ----------
    duration_h
        Of the infusion; 0 for a dose given at once, or taken by mouth.
    """

    amount: float
    interval_h: float
    duration_h: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """A metric of one regimen: for the best minimum, and for draws of equal weight."""

    metric: str
    point: float
    draws: Array


def exposure(
    made: Estimate, regimen: Regimen, metric: str, *, start: float, draws: int = 2000, above: float | None = None
) -> Exposure:
    """Return a metric of a regimen that begins at a time after the last record.

    Parameters
    ----------
    metric
        ``AUC24_ss``, ``trough_ss``, ``peak_ss``, ``css`` of the steady state; ``AUC24``, ``trough``, ``peak`` of the first day or
        interval, on top of what is still there, ``css_first`` its average; ``time_above``, share of the interval above ``above``;
        ``AUC_MIC``.
    start
        When the regimen begins, in the model's time.
    above
        The limit of ``time_above``, the MIC of ``AUC_MIC``, in the model's concentration.

    Raises
    ------
    InputError
        For a metric that is not known, or that needs ``above``.
    """
    if metric not in METRICS:
        raise InputError(Fault("target", f"the metric {metric!r} is not known", f"use one of {', '.join(sorted(METRICS))}"))
    if metric in OF_MIC and not (above is not None and above > 0):
        raise InputError(Fault("target", f"{metric} needs the MIC", "say it with --mic, in the model's concentration"))
    seen = (
        _steady_interval(made, regimen, start, draws, metric)
        if metric in STEADY
        else _first_day(made, regimen, start, draws, metric)
    )
    values = _metric(seen, metric, regimen, above, TIME_H[made.model.structure.units.get("time", "h")])
    return Exposure(metric, float(values[0]), values[1:])


def _steady_interval(made: Estimate, regimen: Regimen, start: float, draws: int, metric: str) -> Forecast:
    hour = 1 / TIME_H[made.model.structure.units.get("time", "h")]
    span = regimen.interval_h * hour
    dose = _dose(regimen, start, hour, steady=1)
    return forecast(_from_now(made), [dose], _times(start, span, metric), draws=draws, area=metric not in SHAPED)


def _from_now(made: Estimate) -> Estimate:
    """Return the estimate with its last record alone, since a steady state knows no past; occasions stay as they are counted."""
    if made.model.occasions is not None:
        return made
    last = replace(made.events.records[-1], evid=OTHER, level=None, below=False)
    values = {name: fill(np.asarray(one, dtype=float))[-1:] for name, one in made.events.covariates.items()}
    return replace(made, events=replace(made.events, records=(last,), covariates=values))


def _first_day(made: Estimate, regimen: Regimen, start: float, draws: int, metric: str) -> Forecast:
    hour = 1 / TIME_H[made.model.structure.units.get("time", "h")]
    span = (24.0 if metric == "AUC24" else regimen.interval_h) * hour
    count = int(np.ceil(span / (regimen.interval_h * hour) - 1e-9))
    doses = [_dose(regimen, start + number * regimen.interval_h * hour, hour) for number in range(count)]
    return forecast(made, doses, _times(start, span, metric), draws=draws, area=metric not in SHAPED)


def _times(start: float, span: float, metric: str) -> list[float]:
    return [float(time) for time in np.linspace(start, start + span, POINTS if metric in SHAPED else 2)]


def _dose(regimen: Regimen, time: float, hour: float, *, steady: int = 0) -> Record:
    rate = regimen.amount / (regimen.duration_h * hour) if regimen.duration_h else 0.0
    return Record(time, DOSE, regimen.amount, rate=rate, steady=steady, interval=regimen.interval_h * hour if steady else 0.0)


def _metric(seen: Forecast, metric: str, regimen: Regimen, above: float | None, per: float) -> Array:
    """Return the metric of the point and of each draw: (draws + 1,). Areas are over hours, whatever the model counts in.

    ``per`` is how many hours the model's unit of time has.
    """
    curves = np.vstack([seen.curve, seen.draws])
    area = curves[:, -1] if seen.area is None else seen.area[:, -1]
    span = seen.times[-1] - seen.times[0]
    found: Array
    match metric:
        case "AUC24_ss" | "AUC_MIC":
            found = area * per * 24 / regimen.interval_h / (above if metric == "AUC_MIC" and above else 1.0)
        case "AUC24":
            found = area * per
        case "css" | "css_first":
            found = area / span
        case "trough" | "trough_ss":
            found = curves[:, -1]
        case "peak" | "peak_ss":
            found = curves.max(axis=1)
        case _:
            assert above is not None
            found = (curves[:, :-1] > above).mean(axis=1)
    # A steady state that is not there means that more is given than the body can ever clear: the levels rise without end.
    return np.where(np.isnan(found), np.inf, found) if metric in STEADY else found
