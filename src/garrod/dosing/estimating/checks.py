"""What speaks against an estimate: unusual persons, levels that do not fit, minima that compete."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.estimating.map_estimate import Minimum
from garrod.dosing.estimating.objective import Prior
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.plan import Plan

MOST_ETA_SD: Final = 3.0
MOST_RESIDUAL_SD: Final = 4.0
NEAR_OFV: Final = 3.0
SEEN_OFV: Final = 6.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at and found.

    Attributes
    ----------
    name
        ``eta``, ``residual``, ``minima``, ``ess``, ``hard_range``, ``seen_range``, ``level_before_dose`` or ``gradient``.
    subject
        Which effect, level (by its place from 1) or covariate.
    value
        The number found.
    blocks
        Whether no single dose may follow.
    text
        A sentence.
    """

    name: str
    subject: str
    value: float
    blocks: bool
    text: str


def percentile(deviation: float) -> float:
    """Return the share of people, in per cent, who lie below a number of SD."""
    return 50 * math.erfc(-deviation / math.sqrt(2))


def effect_checks(names: Sequence[str], deviations: Array) -> list[Check]:
    """Return the effects farther than 3 SD out."""
    return [
        Check(
            "eta",
            name,
            float(one),
            blocks=True,
            text=f"{name} lies {one:+.1f} SD from the typical person; check times, doses and assay",
        )
        for name, one in zip(names, deviations, strict=True)
        if abs(one) > MOST_ETA_SD
    ]


def residual_checks(residuals: Array) -> list[Check]:
    """Return the levels that lie more than 4 SD from their prediction."""
    return [
        Check(
            "residual",
            str(place),
            float(one),
            blocks=True,
            text=f"level {place} lies {one:+.1f} SD from its prediction; check its time",
        )
        for place, one in enumerate(residuals, 1)
        if abs(one) > MOST_RESIDUAL_SD
    ]


def minima_checks(minima: Sequence[Minimum]) -> list[Check]:
    """Tell where a second minimum lies within 3 or 6 units of the objective."""
    found = []
    for other in minima[1:]:
        above = other.objective - minima[0].objective
        if above <= SEEN_OFV:
            text = f"a second explanation of the levels lies {above:.2f} above the best"
            found.append(
                Check(
                    "minima",
                    "objective",
                    float(above),
                    blocks=False,
                    text=text + ("" if above > NEAR_OFV else ": about as likely"),
                )
            )
    return found


def covariate_checks(model: DoseModel, plan: Plan) -> list[Check]:
    """Return the covariates outside the model's hard and seen ranges."""
    found = []
    for one in model.covariates:
        values = plan.covariates[one.name]
        for name, limits, blocks in (("hard_range", one.hard, True), ("seen_range", one.seen, False)):
            outside = [float(value) for value in values if limits is not None and not limits.holds(float(value))]
            if outside and limits is not None:
                text = f"{one.name} lies outside {limits.low:g} to {limits.high:g} {one.unit or ''}".rstrip()
                found.append(Check(name, one.name, outside[0], blocks=blocks, text=text))
                break
    return found


def early_level_checks(plan: Plan) -> list[Check]:
    """Return the levels that stand before any dose."""
    first = min((dose.record for dose in plan.doses), default=None)
    return [
        Check(
            "level_before_dose",
            str(place),
            float(plan.time[record]),
            blocks=True,
            text=f"level {place} was drawn before any dose",
        )
        for place, record in enumerate(plan.level_record, 1)
        if first is None or (record < first and plan.time[record] <= plan.time[first])
    ]


def condition_number(before: Prior, one: Minimum) -> float:
    """Return the ratio of the largest to the smallest curvature, effects in prior SD; infinite where one does not curve up."""
    if not before.active.size:
        return 1.0
    values = np.linalg.eigvalsh(one.hessian * before.sd[:, None] * before.sd)
    return float(values[-1] / values[0]) if values[0] > 0 else math.inf


def shrinkage(before: Prior, names: Sequence[str], posterior_sd: Array) -> Mapping[str, float]:
    """Return 1 - posterior SD / prior SD of each effect: near 0 where the levels say nothing, near 1 where they say all."""
    return {name: float(1 - sd / prior_sd) for name, sd, prior_sd in zip(names, posterior_sd, before.sd, strict=True)}
