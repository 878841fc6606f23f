"""The next dose: allowed regimens ranked by how likely each reaches the target, and how likely it harms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from garrod.dosing.estimating.estimate import Estimate
from garrod.dosing.models.dose_model import DosingLimits, Target
from garrod.dosing.models.expressions import Array
from garrod.dosing.regimens.exposures import STEADY, Regimen, exposure
from garrod.dosing.solving.linear import is_linear, vanishes
from garrod.dosing.solving.timing import may_move
from garrod.model.errors import Fault, InputError

TOXICITY_WEIGHT: Final = 1.0
PER_INTERVAL: Final = 7
DRAWS: Final = 2000
SATURABLE_DRAWS: Final = 200  #: of the posterior, for models that are integrated; a chance is then known to about 0.03
HALVINGS: Final = 24
FARTHEST: Final = 1e4  #: steps of amount beyond which a target counts as not to be reached
SCALABLE: Final = frozenset({"AUC24_ss", "trough_ss", "css", "AUC_MIC", "peak_ss", "AUC24", "trough"})


@dataclass(frozen=True, slots=True)
class Ranked:
    """One regimen with what it leads to.

    Attributes
    ----------
    p_target, p_toxic
        Share of the posterior in the target's range, and above what harms; None where the target names no harm.
    low, median, high
        5, 50 and 95 % of the metric; ``point`` is the best minimum's. Infinite where more is given than the body can clear.
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
    duration: float | None = None,
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
    duration
        Of an infusion in hours, for the model's own regimens; the model's where None.
    last_amount
        The last dose; more than twice of it needs a second confirmation.

    Raises
    ------
    InputError
        Where the model names no intervals and no regimens are given, or the target has no range.
    """
    if target.range.low is None and target.range.high is None:
        raise InputError(Fault("target", "the target has no range", "give range = [low, high]"))
    seen = seen_of(made, target.metric, start=start, above=above, draws=draws)
    some = tuple(regimens) or tuple(candidates(seen, target, duration))
    if not some:
        raise InputError(Fault("target", "no allowed regimen comes near it", "say another target, or --regimen"))
    weight = weight_of(made.model.dosing)
    ranked = [_ranked(seen, target, one, last_amount) for one in some]
    return tuple(sorted(ranked, key=lambda one: order_of(one, weight)))


def order_of(one: Ranked, weight: float) -> tuple[bool, float, float, float]:
    """Put what needs a second person last; of equals, the smaller daily amount first, then the more usual interval."""
    daily = one.regimen.amount * 24 / one.regimen.interval_h
    return bool(one.needs_confirmation), -round(one.score(weight), 3), daily, abs(one.regimen.interval_h - 12)


def weight_of(limits: DosingLimits) -> float:
    """Return the weight of toxicity: the model's, else 1."""
    return TOXICITY_WEIGHT if limits.toxicity_weight is None else limits.toxicity_weight


@dataclass(slots=True)
class Seen:
    """A metric of regimens of one estimate, each computed by a forecast of its own."""

    made: Estimate
    metric: str
    start: float
    above: float | None
    draws: int

    def values(self, regimen: Regimen) -> Array:
        """Return the metric of the point and of each draw: (draws + 1,)."""
        found = exposure(self.made, regimen, self.metric, start=self.start, draws=self.draws, above=self.above)
        return np.concatenate([[found.point], found.draws])

    def point(self, regimen: Regimen) -> float:
        """Return the metric of the point."""
        return exposure(self.made, regimen, self.metric, start=self.start, draws=0, above=self.above).point

    def amount_for(self, value: float, interval: float, duration: float, most: float = np.inf) -> float:
        """Return the amount whose point reaches a value, by halving: a metric only rises with the amount."""
        step = self.made.model.dosing.amount_step or 1.0
        low, high = 0.0, step
        while self.point(Regimen(high, interval, duration)) < value and high < most:
            if high > step * FARTHEST:
                raise InputError(
                    Fault("target", f"no amount every {interval:g} h reaches it", "say another target, or --regimen")
                )
            low, high = high, high * 2
        for _ in range(HALVINGS):
            if high - low < step / 4:
                break
            middle = (low + high) / 2
            low, high = (middle, high) if self.point(Regimen(middle, interval, duration)) < value else (low, middle)
        return float(min(high, most))


@dataclass(slots=True)
class LinearSeen(Seen):
    """The same for a linear model, whose metrics are base + amount x unit: two forecasts serve every amount of an interval.

    One does where nothing but the doses brings drug: a steady state of a model whose amounts and output begin at nothing.
    """

    known: dict[tuple[float, float], tuple[Array, Array]] = field(default_factory=dict)

    def values(self, regimen: Regimen) -> Array:
        """Return the metric of the point and of each draw: (draws + 1,)."""
        unit, base = self._parts(regimen.interval_h, regimen.duration_h)
        found: Array = base + regimen.amount * unit
        return found

    def _parts(self, interval: float, duration: float) -> tuple[Array, Array]:
        if (interval, duration) not in self.known and self._has_no_base():
            unit = Seen.values(self, Regimen(1.0, interval, duration))
            self.known[interval, duration] = (unit, np.zeros_like(unit))
        if (interval, duration) not in self.known:
            one, two = (Seen.values(self, Regimen(amount, interval, duration)) for amount in (1.0, 2.0))
            self.known[interval, duration] = (two - one, 2 * one - two)
        return self.known[interval, duration]

    def _has_no_base(self) -> bool:
        structure = self.made.model.structure
        output = self.made.model.outputs[0][1]
        return self.metric in STEADY and not structure.odes and vanishes(output.tree, frozenset(structure.states))

    def amount_for(self, value: float, interval: float, duration: float, most: float = np.inf) -> float:
        """Return the amount whose point reaches a value."""
        unit, base = self._parts(interval, duration)
        return float(min(max((value - base[0]) / unit[0], 0.0), most))


def seen_of(made: Estimate, metric: str, *, start: float, above: float | None = None, draws: int = DRAWS) -> Seen:
    """Return what computes a metric of regimens: two forecasts an interval for a linear model, else one a regimen."""
    if is_linear(made.model.structure) and metric in SCALABLE and not may_move(made.model):
        return LinearSeen(made, metric, start, above, draws)
    return Seen(made, metric, start, above, draws if is_linear(made.model.structure) else min(draws, SATURABLE_DRAWS))


def candidates(seen: Seen, target: Target, duration: float | None = None) -> Iterator[Regimen]:
    """Yield regimens of the model's intervals with amounts around the one whose point reaches the middle of the target.

    Raises
    ------
    InputError
        Where the model names no intervals.
    """
    limits = seen.made.model.dosing
    if not limits.intervals_h or not limits.amount_step:
        raise InputError(
            Fault(seen.made.model.id, "the model names no intervals and amounts", "give regimens, or [dosing] in the model file")
        )
    step, duration = limits.amount_step, (limits.infusion_h or 0.0) if duration is None else duration
    for interval in limits.intervals_h:
        most = _most(limits, interval)
        try:
            center = seen.amount_for(middle_of(target), interval, duration, most)
        except InputError:
            continue  # this interval cannot reach it; another may
        first = max(1, round(center / step) - PER_INTERVAL // 2)
        for count in range(first, first + PER_INTERVAL):
            if count * step <= most:
                yield Regimen(count * step, interval, duration)


def middle_of(target: Target) -> float:
    """Return the value to aim at: the middle of the range, or a quarter inside where it is open."""
    low, high = target.range.low, target.range.high
    if target.metric == "time_above":
        return min((low or 0.0) * 1.25, ((low or 0.0) + 1) / 2) if high is None or high >= 1 else ((low or 0.0) + high) / 2
    if low is None or high is None:
        return high * 0.75 if high is not None else (low or 0.0) * 1.25
    return (low + high) / 2


def _most(limits: DosingLimits, interval: float) -> float:
    most = [limits.max_single, limits.max_daily * interval / 24 if limits.max_daily is not None else None]
    return min((one for one in most if one is not None), default=np.inf)


def _ranked(seen: Seen, target: Target, one: Regimen, last: float | None) -> Ranked:
    values = seen.values(one)
    found = rank_draws(one, target, float(values[0]), values[1:])
    return replace(found, needs_confirmation=(*found.needs_confirmation, *_why_confirm(one, seen.made.model.dosing, last)))


def rank_draws(one: Regimen, target: Target, point: float, drawn: Array) -> Ranked:
    """Return the chances of a regimen from draws (draws,) of its metric."""
    low, median, high = (float(part) for part in np.quantile(drawn, (0.05, 0.5, 0.95), method="inverted_cdf"))
    inside = np.ones(len(drawn), dtype=bool)
    inside &= drawn >= target.range.low if target.range.low is not None else True
    inside &= drawn <= target.range.high if target.range.high is not None else True
    endless = float(np.isinf(drawn).mean())
    return Ranked(
        regimen=one,
        metric=target.metric,
        needs_confirmation=(f"more than the body can clear in {endless:.0%} of the draws",) if endless else (),
        p_target=float(inside.mean()),
        p_toxic=None if target.toxic_above is None else float((drawn > target.toxic_above).mean()),
        point=point,
        low=low,
        median=median,
        high=high,
    )


def _why_confirm(one: Regimen, limits: DosingLimits, last: float | None) -> Iterator[str]:
    if last is not None and one.amount > 2 * last:
        yield "more than twice the last dose"
    if one.duration_h > one.interval_h:
        yield "an infusion longer than the interval"
    if limits.max_single is not None and one.amount > limits.max_single:
        yield f"above the largest single dose, {limits.max_single:g}"
    if limits.max_daily is not None and one.amount * 24 / one.interval_h > limits.max_daily * (1 + 1e-9):
        yield f"above the largest daily dose, {limits.max_daily:g}"
