"""Several models of one drug for one person, weighted by how well each explains the levels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from garrod.dosing.estimating.estimate import Estimate
from garrod.dosing.estimating.posterior import covariance_of
from garrod.dosing.models.dose_model import ResidualKind
from garrod.dosing.models.expressions import Array


@dataclass(frozen=True, slots=True, eq=False)
class Average:
    """Weights of models.

    Attributes
    ----------
    models
        Identifiers.
    weights
        (models,) adding up to 1: by Laplace's marginal likelihood, exp(-OFV/2) |C|^1/2 / |W|^1/2, summed over minima.
    by_objective
        (models,) by exp(-OFV/2) alone, as other programs have it.
    """

    models: tuple[str, ...]
    weights: Array
    by_objective: Array


def average(estimates: Sequence[Estimate]) -> Average:
    """Weigh estimates of one person's same levels under several models, all equally likely beforehand.

    Raises
    ------
    ValueError
        Where the estimates do not explain the same number of levels.
    """
    if len({one.group.level.shape[1] for one in estimates}) != 1:
        raise ValueError("models are compared over the same levels")
    marginal = np.array([log_marginal(one) for one in estimates])
    plain = np.array([-0.5 * (one.objective + _jacobian(one)) for one in estimates])
    return Average(tuple(one.model.id for one in estimates), _shares(marginal), _shares(plain))


def log_marginal(one: Estimate) -> float:
    """Return the logarithm of the likelihood of the levels under a model, by Laplace, up to a constant of the levels."""
    spread = float(np.linalg.slogdet(one.prior.covariance)[1]) if one.prior.active.size else 0.0
    parts = [-0.5 * best.objective + 0.5 * _log_det(covariance_of(one.prior, best)) for best in one.minima]
    return float(np.logaddexp.reduce(parts)) - 0.5 * spread - 0.5 * _jacobian(one)


def _log_det(matrix: Array) -> float:
    return float(np.linalg.slogdet(matrix)[1]) if matrix.size else 0.0


def _jacobian(one: Estimate) -> float:
    """Return what brings an objective of logarithms onto the scale of the levels: 2 sum ln y."""
    total = 0.0
    for place, kind in enumerate(one.model.residuals):
        if kind.kind is not ResidualKind.LOG_ADDITIVE:
            continue
        levels = one.group.level[0, one.group.output[0] == place]
        levels = levels[~np.isnan(levels)]
        total += 2 * float(np.sum(levels if kind.table_is_log else np.log(levels)))
    return total


def _shares(logs: Array) -> Array:
    weights = np.exp(logs - logs.max())
    found: Array = weights / weights.sum()
    return found
