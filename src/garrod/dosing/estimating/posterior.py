"""What a person's random effects may be, given the levels: weighted draws, checked by their effective number.

Half of the draws come from t distributions about every minimum of the objective, half from the prior; each is weighted by
objective over proposal, so that a second minimum, a long tail or a wrong curvature costs draws and never truth. Too few
effective draws are doubled, then replaced by a random walk that adapts itself; if that fails too there is no posterior.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from garrod.dosing.estimating.map_estimate import Minimum
from garrod.dosing.estimating.objective import Prior, objective
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import People

LEAST_ESS: Final = 1000.0
MOST_DRAWS: Final = 40_000
_FREEDOM: Final = 5.0
_WIDER: Final = 1.5
_CHUNK: Final = 4000
_CHAINS: Final = 100
_WALK_STEPS: Final = 1500
_WALK_WARM: Final = 500


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Draws of the active random effects with their weights.

    Attributes
    ----------
    effects
        (draws, active)
    weights
        (draws,) adding up to 1.
    ess
        Effective number of draws; no dose below 1,000.
    method
        ``importance`` or ``metropolis``.
    """

    effects: Array
    weights: Array
    ess: float
    method: Literal["importance", "metropolis"]

    @property
    def is_enough(self) -> bool:
        """Say whether a dose may rest on these draws."""
        return self.ess >= LEAST_ESS

    @property
    def mean(self) -> Array:
        """(active,) means."""
        found: Array = self.weights @ self.effects
        return found

    @property
    def sd(self) -> Array:
        """(active,) standard deviations."""
        found: Array = np.sqrt(self.weights @ (self.effects - self.mean) ** 2)
        return found

    def quantile(self, values: Array, shares: Sequence[float]) -> Array:
        """Return quantiles of a quantity of each draw: (draws, ...) to (shares, ...)."""
        order = np.argsort(values, axis=0, kind="stable")
        sorted_values = np.take_along_axis(values, order, axis=0)
        reached = np.cumsum(self.weights[order], axis=0) - 0.5 * self.weights[order]
        flat, levels = sorted_values.reshape(len(values), -1), reached.reshape(len(values), -1)
        found = np.array([[np.interp(share, levels[:, one], flat[:, one]) for one in range(flat.shape[1])] for share in shares])
        return found.reshape(len(shares), *values.shape[1:])

    def equal(self, count: int) -> Array:
        """Return places of draws of equal weight, by systematic resampling: (count,)."""
        found: Array = np.searchsorted(np.cumsum(self.weights), (np.arange(count) + 0.5) / count).clip(0, len(self.weights) - 1)
        return found


def posterior(
    group: People, before: Prior, minima: Sequence[Minimum], *, draws: int = 10_000, seed: int = 1, plain: bool = False
) -> Posterior:
    """Return draws for the one person of a group.

    Parameters
    ----------
    draws
        To begin with; doubled up to 40,000 while fewer than 1,000 are effective.
    """
    random = np.random.default_rng(seed)
    if not before.active.size:
        return Posterior(np.zeros((draws, 0)), np.full(draws, 1 / draws), float(draws), "importance")
    parts = _Proposal(before, minima)
    effects, logs = np.zeros((0, len(before.active))), np.zeros(0)
    more = draws
    while True:
        new = parts.draw(more, random)
        effects = np.concatenate([effects, new])
        logs = np.concatenate([logs, -0.5 * heights(group, before, new, plain=plain) - parts.log_density(new)])
        weights = _normalized(logs)
        ess = 1 / float(weights @ weights)
        if ess >= LEAST_ESS:
            return Posterior(effects, weights, ess, "importance")
        if len(effects) >= MOST_DRAWS:
            return _walk(group, before, Posterior(effects, weights, ess, "importance"), random, plain=plain)
        more = len(effects)


def heights(group: People, before: Prior, effects: Array, *, plain: bool = False) -> Array:
    """Return the objective of many draws, a chunk at a time."""
    parts = [objective(group, before, effects[at : at + _CHUNK], None, plain=plain) for at in range(0, len(effects), _CHUNK)]
    return np.concatenate(parts)


def _normalized(logs: Array) -> Array:
    weights = np.exp(logs - logs.max())
    found: Array = weights / weights.sum()
    return found


class _Proposal:
    """Half t distributions about the minima, half the prior."""

    def __init__(self, before: Prior, minima: Sequence[Minimum]) -> None:
        self.before = before
        self.centers = [one.effects for one in minima]
        self.roots = [np.linalg.cholesky(_WIDER * covariance_of(before, one)) for one in minima]
        logs = np.array(
            [-0.5 * one.objective + np.log(np.diag(root)).sum() for one, root in zip(minima, self.roots, strict=True)]
        )
        self.shares = _normalized(logs)

    def draw(self, count: int, random: np.random.Generator) -> Array:
        size = len(self.before.active)
        near = count // 2
        which = random.choice(len(self.shares), size=near, p=self.shares)
        normal = random.standard_normal((near, size)) / np.sqrt(random.chisquare(_FREEDOM, near) / _FREEDOM)[:, None]
        found = np.empty((count, size))
        for place, (center, root) in enumerate(zip(self.centers, self.roots, strict=True)):
            rows = np.flatnonzero(which == place)
            found[rows] = center + normal[rows] @ root.T
        found[near:] = random.standard_normal((count - near, size)) @ self.before.root.T
        return found

    def log_density(self, effects: Array) -> Array:
        """Return the log density up to the constant that prior and t distributions share with the objective's."""
        size = effects.shape[1]
        total = np.full(len(effects), -np.inf)
        for share, center, root in zip(self.shares, self.centers, self.roots, strict=True):
            away = np.linalg.solve(root, (effects - center).T)
            log = (
                _log_t(size) - np.log(np.diag(root)).sum() - 0.5 * (_FREEDOM + size) * np.log1p((away**2).sum(axis=0) / _FREEDOM)
            )
            total = np.logaddexp(total, np.log(0.5 * share + 1e-300) + log)
        away = np.linalg.solve(self.before.root, effects.T)
        log = -0.5 * size * np.log(2 * np.pi) - np.log(np.diag(self.before.root)).sum() - 0.5 * (away**2).sum(axis=0)
        found: Array = np.logaddexp(total, np.log(0.5) + log)
        return found


def _log_t(size: int) -> float:
    from math import lgamma, log, pi  # noqa: PLC0415 - three names of one line

    return lgamma((_FREEDOM + size) / 2) - lgamma(_FREEDOM / 2) - 0.5 * size * log(_FREEDOM * pi)


def covariance_of(before: Prior, one: Minimum) -> Array:
    """Return Laplace's covariance of a minimum, 2 H^-1; directions that curve the wrong way get the prior's spread."""
    scaled = one.hessian * before.sd[:, None] * before.sd
    values, vectors = np.linalg.eigh((scaled + scaled.T) / 2)
    # A curvature below the prior's own (2, on this scale) by far is a kink's or a saddle's: it says nothing of the spread.
    values = np.where(values > 0.2, values, 2.0)
    inner = (vectors * (2 / values)) @ vectors.T
    found: Array = inner * before.sd[:, None] * before.sd
    return found


def _walk(group: People, before: Prior, start: Posterior, random: np.random.Generator, *, plain: bool) -> Posterior:
    """Return draws of many random walks side by side, whose steps take the covariance of where they have been."""
    places = start.equal(_CHAINS)
    at = start.effects[places]
    height = objective(group, before, at, None, plain=plain)
    size = at.shape[1]
    spread = np.cov(start.effects.T, aweights=start.weights).reshape(size, size)
    root = np.linalg.cholesky(spread + 1e-6 * before.covariance)
    scale = 2.38 / np.sqrt(size)
    kept: list[Array] = []
    for step in range(_WALK_WARM + _WALK_STEPS):
        trial = at + scale * random.standard_normal(at.shape) @ root.T
        there = objective(group, before, trial, None, plain=plain)
        taken = np.log(random.random(len(at))) < 0.5 * (height - there)
        at, height = np.where(taken[:, None], trial, at), np.where(taken, there, height)
        if step < _WALK_WARM and step % 20 == 19:
            scale *= np.exp(float(np.mean(taken)) - 0.3)
        if step == _WALK_WARM // 2:
            root = np.linalg.cholesky(np.cov(at.T).reshape(size, size) + 1e-4 * before.covariance)
        if step >= _WALK_WARM:
            kept.append(at)
    chains = np.array(kept)
    effects = chains.reshape(-1, size)
    return Posterior(effects, np.full(len(effects), 1 / len(effects)), _chain_ess(chains), "metropolis")


def _chain_ess(chains: Array) -> float:
    """Return the effective number of draws (steps, chains, effects): total over how far the chains' means differ."""
    steps, count, _ = chains.shape
    within = chains.var(axis=0, ddof=1).mean(axis=0)
    between = chains.mean(axis=0).var(axis=0, ddof=1)
    return float(np.min(count * within / np.maximum(between, within / steps)))
