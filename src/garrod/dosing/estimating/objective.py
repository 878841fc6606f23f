"""The objective of one person's random effects: levels against predictions, effects against their distribution.

OFV(e) = sum of -2 log likelihoods of the levels (constants dropped) + e' W^-1 e, with W the covariance of the effects.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import People
from garrod.dosing.solving.predict import predict, with_derivatives
from garrod.dosing.solving.residuals import loss

_CONSTANT: Final = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """The distribution of the effects before any level.

    Attributes
    ----------
    names
        All effects: etas by name, then ``kappa_NAME[occasion]`` of each occasion in turn.
    active
        Places of those with a variance above zero; the others are zero for everybody.
    covariance, precision, root
        (active, active) W, its inverse, and its lower Cholesky factor.
    """

    names: tuple[str, ...]
    active: Array
    covariance: Array
    precision: Array
    root: Array

    @property
    def sd(self) -> Array:
        """(active,) standard deviations."""
        found: Array = np.sqrt(np.diag(self.covariance))
        return found

    def full(self, effects: Array) -> Array:
        """Return all effects (lanes, names) from the active ones."""
        found = np.zeros((len(effects), len(self.names)), dtype=effects.dtype)
        found[:, self.active] = effects
        return found


def prior(model: DoseModel, occasions: int) -> Prior:
    """Return the distribution of a model's effects over a number of occasions."""
    names = list(model.etas.names)
    blocks = [model.etas.covariance]
    if model.occasions is not None:
        for occasion in range(occasions):
            names += [f"kappa_{name}[{occasion + 1}]" for name in model.occasions.effects.names]
            blocks.append(model.occasions.effects.covariance)
    whole = np.zeros((len(names), len(names)))
    start = 0
    for block in blocks:
        whole[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    active = np.flatnonzero(np.diag(whole) > 0)
    covariance = whole[np.ix_(active, active)]
    root = np.linalg.cholesky(covariance) if active.size else covariance
    precision = np.linalg.inv(covariance) if active.size else covariance
    return Prior(tuple(names), active, covariance, (precision + precision.T) / 2, root)


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """The objective of each lane with its gradient and Gauss-Newton Hessian; infinite where a prediction cannot be."""

    objective: Array
    gradient: Array
    hessian: Array


def objective(group: People, before: Prior, effects: Array, who: Array | None, *, plain: bool = False) -> Array:
    """Return the objective of each lane: (lanes,) from active effects (lanes, active)."""
    with np.errstate(all="ignore"):
        prediction = predict(group, before.full(effects), who, plain=plain)
        value, _, _ = _levels(group, np.broadcast_to(prediction, (len(effects), prediction.shape[1])), who)
        total = value.sum(axis=1) + np.einsum("li,ij,lj->l", effects, before.precision, effects)
    return np.where(np.isfinite(total), total, np.inf)


def value(group: People, before: Prior, effects: Array, who: Array | None, *, plain: bool = False) -> Value:
    """Return the objective with its derivatives for each lane."""
    with np.errstate(all="ignore"):
        prediction, slopes = with_derivatives(group, before.full(effects), before.active, who, plain=plain)
        prediction = np.broadcast_to(prediction, (len(effects), prediction.shape[1]))
        each, slope, curvature = _levels(group, prediction, who)
        pull = effects @ before.precision
        total = each.sum(axis=1) + (pull * effects).sum(axis=1)
        gradient = np.einsum("lo,loi->li", slope, slopes) + 2 * pull
        hessian = np.swapaxes(curvature[..., None] * slopes, 1, 2) @ slopes + 2 * before.precision
    if np.isfinite(total).all() and np.isfinite(gradient).all() and np.isfinite(hessian).all():
        return Value(total, gradient, hessian)
    good = np.isfinite(total) & np.isfinite(gradient).all(axis=1) & np.isfinite(hessian).all(axis=(1, 2))
    return Value(
        np.where(good, total, np.inf),
        np.where(good[:, None], gradient, 0.0),
        np.where(good[:, None, None], hessian, 2 * before.precision),
    )


def _levels(group: People, prediction: Array, who: Array | None) -> tuple[Array, Array, Array]:
    """Return value, slope and curvature of each level (lanes, levels); zero on padding."""
    kinds = group.model.residuals
    level = group.rows(group.level, who)
    limit = group.limit[:1, :1] if np.isnan(group.limit).all() else group.rows(group.limit, who)
    found: tuple[Array, ...] | None = None
    for place, kind in enumerate(kinds):
        if place and kind == kinds[0]:
            continue
        one = loss(kind, np.broadcast_to(level, prediction.shape), limit, prediction)
        parts = (one.value, one.slope, one.curvature)
        found = (
            parts
            if found is None
            else tuple(np.where(group.rows(group.output, who) == place, new, old) for new, old in zip(parts, found, strict=True))
        )
    assert found is not None
    if group.is_level.all():
        value, slope, curvature = found
    else:
        value, slope, curvature = (np.where(group.rows(group.is_level, who), part, 0.0) for part in found)
    return value, slope, curvature
