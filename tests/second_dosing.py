"""A second way to an estimate and a chance: matrices by hand, scipy's exponential, weights of draws from the prior alone.

Nothing of the program is used here: a case states its rates, doses, levels, spread and error, and this file works out what the
program must say, by the objective of the note (levels' normal errors, effects' normal prior).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm
from scipy.optimize import minimize

Values = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Second:
    """One person under one linear model.

    Attributes
    ----------
    rates
        From parameters to the matrix of rates (draws, states, states).
    into
        State into which doses go.
    shown
        From amounts (draws, states) and parameters to the concentration (draws,).
    typical
        Typical values with the person's covariates; ``moved`` names those with a log-normal effect, as ``covariance`` has them.
    error
        From a prediction to the SD of a level.
    doses
        (time, amount, duration), duration 0 for one given at once; ``share`` of it arrives.
    """

    rates: Callable[[Values], np.ndarray]
    shown: Callable[[np.ndarray, Values], np.ndarray]
    typical: Mapping[str, float]
    moved: tuple[str, ...]
    covariance: np.ndarray
    error: Callable[[np.ndarray], np.ndarray]
    doses: Sequence[tuple[float, float, float]]
    levels: Sequence[tuple[float, float]]
    into: int = 0
    share: float = 1.0

    def values(self, effects: np.ndarray) -> dict[str, np.ndarray]:
        """Return the parameters of effects (draws, moved)."""
        found = {name: np.full(len(effects), value) for name, value in self.typical.items()}
        for place, name in enumerate(self.moved):
            found[name] = found[name] * np.exp(effects[:, place])
        return found

    def predicted(self, effects: np.ndarray) -> np.ndarray:
        """Return the levels (draws, levels), stepping from each change of a rate to the next."""
        values = self.values(effects)
        matrix = self.rates(values)
        draws, size = matrix.shape[:2]
        times = [time for time, _ in self.levels]
        edges = sorted({0.0, *times, *(t for t, _, _ in self.doses), *(t + d for t, _, d in self.doses)})
        amounts, found = np.zeros((draws, size)), {}
        for place, edge in enumerate(edges):
            if place:
                before = edges[place - 1]
                middle = (before + edge) / 2
                rate = sum(a / d for t, a, d in self.doses if d and t < middle < t + d) * self.share
                full = np.zeros((draws, size + 1, size + 1))
                full[:, :size, :size] = matrix
                full[:, self.into, size] = rate
                moves = expm(full * (edge - before))
                amounts = (moves[:, :size, :size] @ amounts[..., None])[..., 0] + moves[:, :size, size]
            if edge in times:  # a level of the same time was drawn before the dose
                found[edge] = self.shown(amounts, values)
            for time, amount, duration in self.doses:
                if time == edge and not duration:
                    amounts[:, self.into] += amount * self.share
        return np.stack([found[time] for time in times], axis=1)

    def objective(self, effects: np.ndarray) -> np.ndarray:
        """Return the note's objective of effects (draws, moved)."""
        found: np.ndarray = self.misfit(effects) + np.einsum("di,ij,dj->d", effects, np.linalg.inv(self.covariance), effects)
        return found

    def misfit(self, effects: np.ndarray) -> np.ndarray:
        """Return the levels' part of the objective."""
        shown = self.predicted(effects)
        spread = self.error(shown)
        measured = np.array([value for _, value in self.levels])
        found: np.ndarray = (((measured - shown) / spread) ** 2 + 2 * np.log(spread)).sum(axis=1)
        return found

    def lowest(self) -> float:
        """Return the lowest objective from several starts, by Nelder and Mead."""
        spread = np.sqrt(np.diag(self.covariance))
        axes = np.eye(len(spread)) * spread
        exact = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000, "maxfev": 4000}

        def height(one: np.ndarray) -> float:
            return float(self.objective(one[None])[0])

        starts = [np.zeros(len(spread)), *axes, *-axes]
        return min(float(minimize(height, start, method="Nelder-Mead", options=exact).fun) for start in starts)

    def posterior(self, draws: int = 6000, seed: int = 11) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return parameters and weights of draws from the prior."""
        random = np.random.default_rng(seed)
        effects = random.standard_normal((draws, len(self.covariance))) @ np.linalg.cholesky(self.covariance).T
        height = -0.5 * self.misfit(effects)
        weights = np.exp(height - height.max())
        return self.values(effects), weights / weights.sum()

    def chance(self, metric: Callable[[Values], np.ndarray], low: float, high: float) -> float:
        """Return the posterior's share of a metric within a range."""
        values, weights = self.posterior()
        found = metric(values)
        return float(weights @ ((found >= low) & (found <= high)))


def one_compartment(values: Values) -> np.ndarray:
    """Return the rates of one compartment from CL and V."""
    return (-values["CL"] / values["V"])[:, None, None]


def two_compartments(values: Values) -> np.ndarray:
    """Return the rates of two compartments from CL, V1, Q and V2."""
    k10, k12, k21 = values["CL"] / values["V1"], values["Q"] / values["V1"], values["Q"] / values["V2"]
    return np.stack([np.stack([-k10 - k12, k21], axis=-1), np.stack([k12, -k21], axis=-1)], axis=-2)


def chain_of_four(values: Values) -> np.ndarray:
    """Return the rates of four compartments passed at KTR, then blood and tissue."""
    found = np.zeros((len(values["CL"]), 6, 6))
    for place in range(4):
        found[:, place, place] = -values["KTR"]
        found[:, place + 1, place] = values["KTR"]
    found[:, 4:, 4:] = two_compartments(values)
    return found
