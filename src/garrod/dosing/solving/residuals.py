"""How much a level speaks against a prediction: -2 log likelihood of each level, its slope and its curvature."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.models.dose_model import Residual, ResidualKind
from garrod.dosing.models.expressions import Array

_TAIL: Final = -6.0  #: below, the normal distribution function is taken from its continued fraction
_TERMS: Final = 80
_erfc = np.frompyfunc(math.erfc, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """What the levels add to the objective, (..., levels): value, derivative by the prediction, expected second derivative."""

    value: Array
    slope: Array
    curvature: Array


def variance(kind: Residual, prediction: Array) -> tuple[Array, Array]:
    """Return the variance of a level about its prediction and its derivative by the prediction.

    A log-additive error has its variance on the scale of logarithms.
    """
    a, b, c = kind.additive, kind.proportional, kind.power
    match kind.kind:
        case ResidualKind.ADDITIVE | ResidualKind.LOG_ADDITIVE:
            found, slope = np.full_like(prediction, a * a), np.zeros_like(prediction)
        case ResidualKind.PROPORTIONAL:
            found, slope = (b * prediction) ** 2, 2 * b * b * prediction
        case ResidualKind.COMBINED_VARIANCE:
            found, slope = a * a + (b * prediction) ** 2, 2 * b * b * prediction
        case ResidualKind.COMBINED_SD:
            found, slope = (a + b * prediction) ** 2, 2 * b * (a + b * prediction)
        case ResidualKind.POWER:
            safe = np.where(prediction > 0, prediction, np.nan)
            found = a * a + (b * safe**c) ** 2
            slope = 2 * c * b * b * safe ** (2 * c - 1)
            found, slope = np.where(prediction > 0, found, a * a), np.where(prediction > 0, slope, 0.0)
    if kind.floor > 0 and kind.kind is not ResidualKind.LOG_ADDITIVE:
        floored = found < kind.floor**2
        return np.where(floored, kind.floor**2, found), np.where(floored, 0.0, slope)
    return found, slope


def loss(kind: Residual, level: Array, limit: Array, prediction: Array) -> Loss:
    """Return what levels with one kind of error add to the objective.

    Parameters
    ----------
    level
        Measured values; NaN where the level lies below the limit.
    limit
        Limit of quantification where the level lies below it (Beal's M3), else NaN.

    References
    ----------
    Beal SL. J Pharmacokinet Pharmacodyn 2001;28:481-504. doi:10.1023/a:1012299115474
    """
    if kind.kind is not ResidualKind.LOG_ADDITIVE:
        return _on_scale(kind, level, limit, prediction)
    floored = np.maximum(prediction, kind.floor) if kind.floor > 0 else prediction
    logged = np.log(np.where(floored > 0, floored, np.nan))
    found = _on_scale(kind, _logged(kind, level), _logged(kind, limit), logged)
    inner = np.where((kind.floor > 0) & (prediction < kind.floor), 0.0, 1.0 / np.where(floored > 0, floored, 1.0))
    return Loss(found.value, found.slope * inner, found.curvature * inner**2)


def _logged(kind: Residual, values: Array) -> Array:
    return values if kind.table_is_log else np.log(np.where(values > 0, values, np.nan))


def _on_scale(kind: Residual, level: Array, limit: Array, prediction: Array) -> Loss:
    v, dv = variance(kind, prediction)
    v = np.where(v > 0, v, np.nan)
    away = level - prediction
    value = away**2 / v + np.log(v)
    slope = -2 * away / v + dv / v * (1 - away**2 / v)
    curvature = 2 / v + (dv / v) ** 2
    is_limit = ~np.isnan(limit)
    if is_limit.any():
        below = np.broadcast_to(is_limit, v.shape)
        missing = _below(np.broadcast_to(limit, v.shape)[below], prediction[below], v[below], dv[below])
        value[below], slope[below], curvature[below] = missing
    return Loss(value, slope, curvature)


def _below(limit: Array, prediction: Array, v: Array, dv: Array) -> tuple[Array, Array, Array]:
    """Return M3's term, -2 ln Phi((LLOQ - f) / sqrt(v)), with slope and curvature."""
    root = np.sqrt(v)
    z = (limit - prediction) / root
    dz = -1 / root - z * dv / (2 * v)
    log_phi = log_normal_below(z)
    ratio = np.exp(-0.5 * z * z - 0.5 * math.log(2 * math.pi) - log_phi)
    return -2 * log_phi, -2 * ratio * dz, 2 * np.maximum(ratio * (z + ratio), 0.0) * dz**2


def log_normal_below(z: Array) -> Array:
    """Return ln Phi(z) without a rounded Phi on the way.

    Examples
    --------
    >>> float(log_normal_below(np.array(-40.0)).round(6))
    -804.608442
    """
    z = np.asarray(z, dtype=float)
    whole = np.where(z < _TAIL, _TAIL, z)
    tail = np.asarray(_erfc(np.abs(whole) / math.sqrt(2)), dtype=float) / 2
    near = np.where(whole > 0, np.log1p(-tail), np.log(np.where(tail > 0, tail, 1.0)))
    x = np.where(z < _TAIL, -z, -_TAIL)
    fraction = x
    for term in range(_TERMS, 0, -1):
        fraction = x + term / fraction
    far = -0.5 * x * x - 0.5 * math.log(2 * math.pi) - np.log(fraction)
    return np.where(z < _TAIL, far, near)
