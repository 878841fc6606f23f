"""The next dose under several models at once: each model's draws in proportion to how well it explains the levels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from garrod.dosing.estimating.averaging import average
from garrod.dosing.people.request import NextDose
from garrod.dosing.regimens.exposures import Regimen
from garrod.dosing.regimens.ranking import DRAWS, Ranked, order_of, rank_draws, seen_of, weight_of


@dataclass(frozen=True, slots=True, eq=False)
class MixedDose:
    """Regimens under several models.

    Attributes
    ----------
    each
        What each model says by itself, refusals too.
    models, weights
        The models that take part, and their shares; one that refuses takes no part.
    regimens
        The union of their regimens, ranked under the mixture; empty where fewer than two take part.
    """

    each: tuple[NextDose, ...]
    models: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    regimens: tuple[Ranked, ...] = ()


def mixed(each: Sequence[NextDose], *, above: float | None = None) -> MixedDose:
    """Weigh models of one drug by their marginal likelihoods (Laplace) and rank their regimens under all of them.

    Parameters
    ----------
    above
        The MIC, for targets that need it.
    """
    part = [one for one in each if one.regimens and one.estimate.made is not None and one.target is not None]
    alike = {(_levels(one), one.target, one.estimate.case.model.structure.units.get("amount", "mg")) for one in part}
    if len(part) < 2 or len(alike) > 1:
        return MixedDose(tuple(each))
    made = [one.estimate.made for one in part if one.estimate.made is not None]
    weights = average(made).weights
    target = part[0].target
    assert target is not None
    counts = np.round(weights * DRAWS).astype(int)
    starts = [max(one.estimate.case.now_in_model, own.events.records[-1].time) for one, own in zip(part, made, strict=True)]
    seen = [
        seen_of(own, target.metric, start=start, above=above, draws=int(count))
        for own, start, count in zip(made, starts, counts, strict=True)
    ]
    known: dict[Regimen, tuple[str, ...]] = {}
    for ranked_one in (ranked for one in part for ranked in one.regimens):
        before = known.get(ranked_one.regimen, ())
        known[ranked_one.regimen] = tuple(dict.fromkeys((*before, *ranked_one.needs_confirmation)))
    ranked = []
    for regimen, confirm in known.items():
        values = [one.values(regimen) for one, count in zip(seen, counts, strict=True) if count]
        point = float(sum(weight * one.point(regimen) for weight, one in zip(weights, seen, strict=True)))
        drawn = np.concatenate([one[1:] for one in values])
        found = rank_draws(regimen, target, point, drawn)
        ranked.append(replace(found, needs_confirmation=tuple(dict.fromkeys((*found.needs_confirmation, *confirm)))))
    weight = max(weight_of(one.model.dosing) for one in made)
    ranked.sort(key=lambda one: order_of(one, weight))
    return MixedDose(tuple(each), tuple(one.model.id for one in made), tuple(map(float, weights)), tuple(ranked))


def _levels(one: NextDose) -> int:
    made = one.estimate.made
    return 0 if made is None else int(made.group.level.shape[1])
