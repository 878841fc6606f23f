"""The next dose: allowed regimens ranked by how likely each reaches the target, and how likely it harms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from garrod.dosing.dose_model import DosingLimits, Target
from garrod.dosing.estimate import Estimate
from garrod.dosing.exposures import Regimen, exposure
from garrod.dosing.linear import is_linear
from garrod.dosing.timing import may_move
from garrod.model.errors import Fault, InputError

TOXICITY_WEIGHT: Final = 1.0
PER_INTERVAL: Final = 7
DRAWS: Final = 2000
STEPS_OF_TRIAL: Final = 24


@dataclass(frozen=True, slots=True)
class Ranked:
    """One regimen with what it leads to.

    Attributes
    ----------
    p_target, p_toxic
        Share of the posterior in the target's range, and above what harms; None where the target names no harm.
    low, median, high
        5, 50 and 95 % of the metric; ``point`` is the best minimum's.
    needs_confirmation
        Why a second person must confirm it; empty where nothing asks for it.
    """

    regimen: Regimen
    metric: str
    p_target: float
    p_toxic: float | None
    point: float
    low: float
    median: float
    high: float
    needs_confirmation: tuple[str, ...] = field(default=())

    def score(self, weight: float) -> float:
        """Return what regimens are ranked by."""
        return self.p_target - weight * (self.p_toxic or 0.0)


def rank_regimens(
    made: Estimate,
    target: Target,
    regimens: Sequence[Regimen] = (),
    *,
    start: float,
    above: float | None = None,
    last_amount: float | None = None,
    draws: int = DRAWS,
) -> tuple[Ranked, ...]:
    """Rank regimens by P(target) - weight x P(toxic) under the posterior, the best first.

    Parameters
    ----------
    regimens
        Those allowed; the model's own intervals and amounts around the target where empty.
    start
        When the first dose would be given, in the model's time.
    above
        MIC, for the metrics that need it.
    last_amount
        The last dose; more than twice of it needs a second confirmation.

    Raises
    ------
    InputError
        Where the model names no intervals and no regimens are given, or the target has no range.
    """
    if target.range.low is None and target.range.high is None:
        raise InputError(Fault("target", "the target has no range", "give range = [low, high]"))
    some = tuple(regimens) or tuple(candidates(made, target, start=start, above=above))
    weight = weight_of(made.model.dosing)
    scaled = _scales(made, target, start=start, above=above, draws=draws)
    ranked = [_ranked(made, target, one, scaled, start=start, above=above, last=last_amount, draws=draws) for one in some]
    return tuple(sorted(ranked, key=lambda one: (-round(one.score(weight), 6), one.regimen.amount * 24 / one.regimen.interval_h)))


def weight_of(limits: DosingLimits) -> float:
    """Return the weight of toxicity: the model's, else 1."""
    return TOXICITY_WEIGHT if limits.toxicity_weight is None else limits.toxicity_weight


def candidates(made: Estimate, target: Target, *, start: float, above: float | None = None) -> Iterator[Regimen]:
    """Yield regimens of the model's intervals with amounts around the one whose point reaches the middle of the target.

    Raises
    ------
    InputError
        Where the model names no intervals.
    """
    limits = made.model.dosing
    if not limits.intervals_h or not limits.amount_step:
        raise InputError(
            Fault(
                made.model.id, "the model names no intervals and steps of amount", "give regimens, or [dosing] in the model file"
            )
        )
    step = limits.amount_step
    for interval in limits.intervals_h:
        most = _most(limits, interval)
        center = amount_for(made, target, interval, start=start, above=above, most=most)
        first = max(1, round(center / step) - PER_INTERVAL // 2)
        for count in range(first, first + PER_INTERVAL):
            if count * step <= most:
                yield Regimen(count * step, interval, limits.infusion_h or 0.0)


def _middle(target: Target) -> float:
    low, high = target.range.low, target.range.high
    if low is None or high is None:
        return high * 0.75 if high is not None else (low or 0.0) * 1.25
    return (low + high) / 2


def _most(limits: DosingLimits, interval: float) -> float:
    most = [limits.max_single, limits.max_daily * interval / 24 if limits.max_daily is not None else None]
    return min((one for one in most if one is not None), default=np.inf)


def amount_for(
    made: Estimate, target: Target, interval: float, *, start: float, above: float | None = None, most: float = np.inf
) -> float:
    """Return the amount whose point reaches the middle of the target, by halving: a metric only rises with the amount."""

    def reached(amount: float) -> float:
        regimen = Regimen(amount, interval, made.model.dosing.infusion_h or 0.0)
        return exposure(made, regimen, target.metric, start=start, draws=0, above=above).point

    step, wanted = made.model.dosing.amount_step or 1.0, _middle(target)
    low, high = 0.0, step
    while reached(high) < wanted and high < min(most, step * 1e6):
        low, high = high, high * 2
    for _ in range(STEPS_OF_TRIAL):
        if high - low < step / 4:
            break
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) < wanted else (low, middle)
    return float(min(high, most))


#: For a linear model: by interval and duration, the metric of amount 1, and of nothing given, for the point and each draw.
Scales = dict[tuple[float, float], tuple[np.ndarray, np.ndarray]]
SCALABLE: Final = frozenset({"AUC24_ss", "trough_ss", "css", "AUC_MIC", "peak_ss", "AUC24", "trough"})


def _scales(made: Estimate, target: Target, *, start: float, above: float | None, draws: int) -> "_Scaled | None":
    structure = made.model.structure
    if not is_linear(structure) or target.metric not in SCALABLE or may_move(made.model):
        return None
    return _Scaled(made, target.metric, start, above, draws)


@dataclass(slots=True)
class _Scaled:
    """Metrics of a linear model, which are of the form base + amount x unit; worked out once for each interval."""

    made: Estimate
    metric: str
    start: float
    above: float | None
    draws: int
    known: Scales = field(default_factory=dict)

    def values(self, regimen: Regimen) -> np.ndarray:
        """Return the metric of the point and of each draw."""
        key = (regimen.interval_h, regimen.duration_h)
        if key not in self.known:
            one, two = (self._at(Regimen(amount, *key)) for amount in (1.0, 2.0))
            self.known[key] = (two - one, 2 * one - two)
        unit, base = self.known[key]
        found: np.ndarray = base + regimen.amount * unit
        return found

    def _at(self, regimen: Regimen) -> np.ndarray:
        found = exposure(self.made, regimen, self.metric, start=self.start, draws=self.draws, above=self.above)
        return np.concatenate([[found.point], found.draws])


def _ranked(
    made: Estimate,
    target: Target,
    one: Regimen,
    scaled: _Scaled | None,
    *,
    start: float,
    above: float | None,
    last: float | None,
    draws: int,
) -> Ranked:
    if scaled is not None:
        values = scaled.values(one)
        point, seen = float(values[0]), values[1:]
    else:
        found = exposure(made, one, target.metric, start=start, draws=draws, above=above)
        point, seen = found.point, found.draws
    low, median, high = (float(part) for part in np.quantile(seen, (0.05, 0.5, 0.95)))
    inside = np.ones(len(seen), dtype=bool)
    inside &= seen >= target.range.low if target.range.low is not None else True
    inside &= seen <= target.range.high if target.range.high is not None else True
    return Ranked(
        regimen=one,
        metric=target.metric,
        p_target=float(inside.mean()),
        p_toxic=None if target.toxic_above is None else float((seen > target.toxic_above).mean()),
        point=point,
        low=low,
        median=median,
        high=high,
        needs_confirmation=tuple(_why_confirm(one, made.model.dosing, last)),
    )


def _why_confirm(one: Regimen, limits: DosingLimits, last: float | None) -> Iterator[str]:
    if last is not None and one.amount > 2 * last:
        yield "more than twice the last dose"
    if limits.max_single is not None and one.amount > limits.max_single:
        yield f"above the largest single dose, {limits.max_single:g}"
    if limits.max_daily is not None and one.amount * 24 / one.interval_h > limits.max_daily * (1 + 1e-9):
        yield f"above the largest daily dose, {limits.max_daily:g}"
