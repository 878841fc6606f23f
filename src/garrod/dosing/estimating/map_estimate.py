"""The most likely random effects of a person: every minimum of the objective, from many starts, side by side.

Each start is a lane of a damped Gauss-Newton search; what it finds is polished by Newton's method with the Hessian of the
exact gradient. Where a lag or a duration is estimated the objective has kinks, at which no gradient vanishes; there a
pattern search settles the place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.estimating.descent import APART, damped_steps, lanes_of, repeats, search
from garrod.dosing.estimating.objective import Prior, objective, value
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import People
from garrod.dosing.solving.linear import is_linear
from garrod.dosing.solving.timing import timing_effects, timing_moves

_DRAWS: Final = 6
_DRAWS_KINKED: Final = 48
_NEWTON_ROUNDS: Final = 30
_SAME_SD: Final = 2e-2  #: minima nearer than this, in prior SD, are one
_STEP_SD: Final = 1e-4  #: of the difference quotient for the Hessian
_TINY_SD: Final = 1e-6  #: the same where the gradient is exact to rounding
_FLAT: Final = 1e-3  #: least curvature, on the scale of prior SD, that a step of Newton's is made with
_TIGHT: Final = 1e-7
_TURNS: Final = 6
_FINEST: Final = 1e-10  #: step of the pattern search, in prior SD, at which it ends


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """One minimum of the objective.

    Attributes
    ----------
    effects
        (active,) the active random effects.
    hessian
        (active, active) second derivatives of the objective.
    slope
        The largest gradient left, per prior SD.
    is_kinked
        Whether it lies where the objective has a kink, so that the gradient does not vanish.
    """

    objective: float
    effects: Array
    hessian: Array
    slope: float
    is_kinked: bool


def minima(
    group: People, before: Prior, *, seed: int = 1, plain: bool = False, extra: Array | None = None
) -> list[list[Minimum]]:
    """Return the distinct minima of each person, best first.

    Parameters
    ----------
    group
        One or several people of one model.
    seed
        Of the starts drawn from the prior.
    extra
        (starts, active) further starts.
    """
    if not before.active.size:
        found = objective(group, before, np.zeros((group.count, 0)), _who(group, 1), plain=plain)
        return [[Minimum(float(one), np.zeros(0), np.zeros((0, 0)), 0.0, is_kinked=False)] for one in found]
    kinked = timing_moves(group.model)
    starts = _starts(before, seed, _DRAWS_KINKED if kinked else _DRAWS)
    if extra is not None:
        starts = np.concatenate([starts, extra])
    effects = np.tile(starts, (group.count, 1))
    owner = np.repeat(np.arange(group.count), len(starts))
    effects, height = search(group, before, effects, owner, plain=plain, meet=not kinked)
    if kinked:
        effects, height = _best(effects, height, owner, 12)
        owner = np.repeat(np.arange(group.count), len(effects) // group.count)
        effects, height = pattern(group, before, effects, height, owner, plain=plain, rounds=60)
    effects, height, owner = _distinct(before, effects, height, owner)
    if not len(effects):
        return [[] for _ in range(group.count)]
    effects, height, gradient, hessian = newton(group, before, effects, owner, plain=plain)
    slope = np.abs(gradient * before.sd).max(axis=1)
    rough = slope > 1e-4
    if rough.any():
        effects[rough], height[rough] = settle(group, before, effects[rough], height[rough], owner[rough], plain=plain)
    return _collected(group, before, effects, height, owner, hessian, slope, kinked=kinked)


def _who(group: People, times: int) -> Array | None:
    return None if group.count == 1 else np.repeat(np.arange(group.count), times)


def _starts(before: Prior, seed: int, draws: int) -> Array:
    """Return starts: the typical person, one SD up and down each effect, and draws from the prior."""
    count = len(before.active)
    axes = np.concatenate([np.diag(before.sd), -np.diag(before.sd)])
    drawn = np.random.default_rng(seed).standard_normal((draws, count)) @ before.root.T
    return np.concatenate([np.zeros((1, count)), axes, drawn])


def settle(group: People, before: Prior, effects: Array, height: Array, owner: Array, *, plain: bool) -> tuple[Array, Array]:
    """Find the lowest place on a kink or a step: the effects that move doses by pattern search, the others by slopes, in turn."""
    timed = timing_effects(group.model, before.names)[before.active]
    for turn in range(_TURNS):
        effects, height = pattern(group, before, effects, height, owner, plain=plain, rounds=60, only=timed if turn % 2 else None)
        if timed.any() and not timed.all():
            effects, height = search(group, before, effects, owner, plain=plain, held=timed, close=1e-11)
    return effects, height


def _best(effects: Array, height: Array, owner: Array, most: int) -> tuple[Array, Array]:
    """Keep the lowest lanes of each person, equally many for all."""
    people = int(owner.max()) + 1
    each = len(effects) // people
    order = np.argsort(height.reshape(people, each), axis=1, kind="stable")[:, :most]
    places = (order + np.arange(people)[:, None] * each).ravel()
    return effects[places], height[places]


def _distinct(before: Prior, effects: Array, height: Array, owner: Array) -> tuple[Array, Array, Array]:
    """Drop lanes that have come to one place: near in effects, measured in prior SD, and in objective."""
    people = int(owner.max()) + 1
    places = np.flatnonzero(~repeats(effects / before.sd, height, people, APART) & np.isfinite(height))
    places = places[np.lexsort((height[places], owner[places]))]
    return effects[places], height[places], owner[places]


def second_derivatives(
    group: People, before: Prior, effects: Array, owner: Array, *, plain: bool, gradient: Array | None = None
) -> Array:
    """Return the Hessian of each lane, from differences of the gradient: two-sided, or on top of a gradient at hand.

    Closed forms have gradients exact to rounding, so that a one-sided step may be so small that it errs by a millionth.
    """
    lanes, count = effects.shape
    step = (_STEP_SD if gradient is None or not is_linear(group.model.structure) else _TINY_SD) * before.sd
    shifts = np.diag(step) if gradient is not None else np.concatenate([np.diag(step), -np.diag(step)])
    wide = (effects[:, None, :] + shifts).reshape(-1, count)
    slopes = value(group, before, wide, lanes_of(group, np.repeat(owner, len(shifts))), plain=plain).gradient
    slopes = slopes.reshape(lanes, -1, count, count)
    if gradient is None:
        hessian = (slopes[:, 0] - slopes[:, 1]) / (2 * step)[:, None]
    else:
        hessian = (slopes[:, 0] - gradient[:, None]) / step[:, None]
    found: Array = (hessian + np.swapaxes(hessian, 1, 2)) / 2
    return found


def newton(group: People, before: Prior, effects: Array, owner: Array, *, plain: bool) -> tuple[Array, Array, Array, Array]:
    """Polish each lane by Newton steps; returns effects, objective, gradient and Hessian.

    A Hessian serves as long as it brings the gradient down well; the one returned is made anew at the end.
    """
    effects = effects.copy()
    now = value(group, before, effects, lanes_of(group, owner), plain=plain)
    height, gradient = now.objective, now.gradient
    hessian = np.zeros((*effects.shape, effects.shape[1]))
    alive, stale = np.ones(len(effects), dtype=bool), np.ones(len(effects), dtype=bool)
    for _ in range(_NEWTON_ROUNDS):
        alive &= np.abs(gradient * before.sd).max(axis=1) > _TIGHT
        lanes, again = np.flatnonzero(alive), np.flatnonzero(alive & stale)
        if not lanes.size:
            break
        if again.size:
            hessian[again] = second_derivatives(
                group, before, effects[again], owner[again], plain=plain, gradient=gradient[again]
            )
        steep = np.abs(gradient[lanes] * before.sd).max(axis=1)
        step, _ = damped_steps(before, gradient[lanes], _positive(before, hessian[lanes]), np.zeros(len(lanes)))
        moved = np.zeros(len(lanes), dtype=bool)
        for shorter in (1.0, 0.3, 0.05):
            left = np.flatnonzero(~moved)
            if not left.size:
                break
            trial = effects[lanes[left]] + shorter * step[left]
            there = value(group, before, trial, lanes_of(group, owner[lanes[left]]), plain=plain)
            flat = np.abs(there.gradient * before.sd).max(axis=1) < 0.5 * steep[left]
            good = (there.objective < height[lanes[left]]) | (flat & (there.objective < height[lanes[left]] + 1e-9))
            chosen = lanes[left[good]]
            effects[chosen], height[chosen] = trial[good], there.objective[good]
            gradient[chosen] = there.gradient[good]
            moved[left[good]] = True
        # A lane that an old Hessian could not move has another try with its own.
        alive[lanes[~moved & np.isin(lanes, again)]] = False
        stale[lanes] = ~moved | (np.abs(gradient[lanes] * before.sd).max(axis=1) > 0.03 * steep)
    at_hand = gradient if is_linear(group.model.structure) else None
    return effects, height, gradient, second_derivatives(group, before, effects, owner, plain=plain, gradient=at_hand)


def _positive(before: Prior, hessian: Array) -> Array:
    """Return Hessians that point downhill: curvatures of the wrong sign turned about, flat ones bent, in prior SD."""
    scaled = hessian * before.sd[:, None] * before.sd
    values, vectors = np.linalg.eigh(scaled)
    if (values[:, 0] > _FLAT).all():
        return hessian
    bent = (vectors * np.maximum(np.abs(values), _FLAT)[:, None]) @ np.swapaxes(vectors, 1, 2)
    found: Array = np.where((values[:, 0] > _FLAT)[:, None, None], hessian, bent / (before.sd[:, None] * before.sd))
    return found


def pattern(
    group: People,
    before: Prior,
    effects: Array,
    height: Array,
    owner: Array,
    *,
    plain: bool,
    rounds: int,
    only: Array | None = None,
) -> tuple[Array, Array]:
    """Go downhill without gradients: steps along the axes, and now and then along others, halved where none helps.

    Parameters
    ----------
    only
        (active,) the effects that may move; all where None.
    """
    effects, height = effects.copy(), height.copy()
    lanes, count = effects.shape
    moving = np.flatnonzero(only) if only is not None and only.any() else np.arange(count)
    size = np.full(lanes, 0.05)
    random = np.random.default_rng(7)
    for turn in range(rounds):
        live = np.flatnonzero(size > _FINEST)
        if not live.size:
            break
        axes = np.eye(count)[moving]
        if turn % 3 == 2 and len(moving) == count:
            axes = np.linalg.qr(random.standard_normal((count, count)))[0]
        tries = np.concatenate([axes, -axes])[None] * (size[live, None, None] * before.sd)
        wide = (effects[live, None, :] + tries).reshape(-1, count)
        there = objective(group, before, wide, lanes_of(group, np.repeat(owner[live], 2 * len(axes))), plain=plain).reshape(
            len(live), -1
        )
        best = there.argmin(axis=1)
        least = there[np.arange(len(live)), best]
        better = least < height[live]
        went = tries[np.arange(len(live)), best]
        effects[live[better]] += went[better]
        height[live[better]] = least[better]
        size[live] = np.where(better, size[live] * 2.0, size[live] * 0.35)
    return effects, height


def _collected(
    group: People, before: Prior, effects: Array, height: Array, owner: Array, hessian: Array, slope: Array, *, kinked: bool
) -> list[list[Minimum]]:
    found: list[list[Minimum]] = [[] for _ in range(group.count)]
    sd, lowest = before.sd, np.linalg.eigvalsh(hessian)[:, 0]
    for lane in np.lexsort((height, owner)):
        mine = found[owner[lane]]
        if any(np.abs((effects[lane] - one.effects) / sd).max() < _SAME_SD for one in mine):
            continue
        is_saddle = not kinked and lowest[lane] <= 0
        if mine and (is_saddle or (slope[lane] > 1e-2 and not kinked)):
            continue
        mine.append(
            Minimum(
                float(height[lane]),
                effects[lane].copy(),
                hessian[lane].copy(),
                float(slope[lane]),
                is_kinked=bool(slope[lane] > 1e-4),
            )
        )
    return found
