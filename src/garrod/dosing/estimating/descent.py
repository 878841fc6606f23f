"""Downhill from many starts side by side: damped Gauss-Newton steps, lanes of a person that have met going on as one."""

from typing import Final

import numpy as np

from garrod.dosing.estimating.objective import Prior, Value, value
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import People

_SEARCH_ROUNDS: Final = 60
_SMOOTH_ROUNDS: Final = 8  #: where there are no kinks Newton's steps go on from there
_CLOSE: Final = 1e-3  #: predicted gain in objective below which the first search rests
APART: Final = 0.1  #: lanes nearer than this, in prior SD, have come to one place
_MEET: Final = frozenset({1, 4, 6})  #: rounds after which lanes that have met go on as one
_TOGETHER: Final = (0.15, 0.15, 0.1, 0.05)  #: trials nearer than this, in prior SD, are made as one in the first rounds


def search(
    group: People,
    before: Prior,
    effects: Array,
    owner: Array,
    *,
    plain: bool,
    held: Array | None = None,
    close: float = _CLOSE,
    meet: bool = False,
) -> tuple[Array, Array]:
    """Go downhill from each lane by damped Gauss-Newton steps until little is to be gained.

    Parameters
    ----------
    held
        (active,) effects that stay where they are.
    close
        Gain in objective below which a lane rests.
    meet
        Whether lanes of a person that have come to one place go on as the lowest of them; the others' objective is then infinite.
    """
    effects = effects.copy()
    now = value(group, before, effects, lanes_of(group, owner), plain=plain)
    height, gradient, hessian = now.objective, now.gradient, now.hessian
    damping = np.full(len(effects), 1e-3)
    alive = np.isfinite(height)
    for turn in range(_SMOOTH_ROUNDS if meet else _SEARCH_ROUNDS):
        if meet and turn in _MEET:
            met = repeats(effects / before.sd, height, group.count, APART / 2)
            height[met], alive[met] = np.inf, False
        lanes = np.flatnonzero(alive)
        if not lanes.size:
            break
        step, gain = damped_steps(before, gradient[lanes], hessian[lanes], damping[lanes], held)
        trial = effects[lanes] + step
        if meet and turn < len(_TOGETHER):
            trial, there, leader = _shared(group, before, trial, lanes, height, owner, plain=plain, apart=_TOGETHER[turn])
        else:
            there, leader = value(group, before, trial, lanes_of(group, owner[lanes]), plain=plain), np.arange(len(lanes))
        better = there.objective < height[lanes]
        resting = gain < close
        accepted = lanes[better]
        effects[accepted], height[accepted] = trial[better], there.objective[better]
        gradient[accepted], hessian[accepted] = there.gradient[better], there.hessian[better]
        damping[lanes] = np.where(better, damping[lanes] / 10, damping[lanes] * 8)
        alive[lanes] = ~(better & resting) & (damping[lanes] < 1e8) & ~(resting & ~better & (gain < min(1e-9, close)))
        met = lanes[better & better[leader] & (leader != np.arange(len(lanes)))]
        height[met], alive[met] = np.inf, False
    return effects, height


def _shared(
    group: People, before: Prior, trial: Array, lanes: Array, height: Array, owner: Array, *, plain: bool, apart: float
) -> tuple[Array, Value, Array]:
    """Try lanes that are about to meet at one place, once: returns the places tried, what is there, and whose place it is."""
    everywhere, alive = np.zeros((len(height), trial.shape[1])), np.full(len(height), np.inf)
    everywhere[lanes], alive[lanes] = trial / before.sd, height[lanes]
    leader = np.searchsorted(lanes, _leaders(everywhere, alive, group.count, apart)[lanes])
    first, place = np.unique(leader, return_inverse=True)
    there = value(group, before, trial[first], lanes_of(group, owner[lanes[first]]), plain=plain)
    return (
        trial[leader],
        Value(there.objective[place], there.gradient[place], there.hessian[place]),
        leader,
    )


def _leaders(scaled: Array, height: Array, people: int, apart: float) -> Array:
    """Return for each lane the lowest of the same person that it lies near, itself where there is none, or where it is infinite.

    Parameters
    ----------
    scaled
        (lanes, active) effects in prior SD; lanes person by person, equally many for all.
    """
    each = len(height) // people
    order = np.argsort(height.reshape(people, each), axis=1, kind="stable")
    finite = np.isfinite(height.reshape(people, each))
    lanes = (order + each * np.arange(people)[:, None])[:, : int(finite.sum(axis=1).max())]
    near = np.ones((people, lanes.shape[1], lanes.shape[1]), dtype=bool)
    for one in scaled.T:
        ranked = one[lanes]
        near &= np.abs(ranked[:, None, :] - ranked[:, :, None]) < apart
    kept = np.isfinite(height[lanes])
    found = np.arange(len(height))
    for place in range(1, lanes.shape[1]):
        lower = near[:, place, :place] & kept[:, :place]
        follows = np.flatnonzero(lower.any(axis=1) & kept[:, place])
        if follows.size:
            found[lanes[follows, place]] = lanes[follows, lower[follows].argmax(axis=1)]
            kept[follows, place] = False
    return found


def repeats(scaled: Array, height: Array, people: int, apart: float) -> Array:
    """Say which lanes lie near a lower one of the same person."""
    found: Array = _leaders(scaled, height, people, apart) != np.arange(len(height))
    return found


def damped_steps(
    before: Prior, gradient: Array, hessian: Array, damping: Array, held: Array | None = None
) -> tuple[Array, Array]:
    """Return damped steps, none longer than some prior SDs, and the gain that each promises."""
    if held is not None:
        gradient = np.where(held, 0.0, gradient)
        hessian = np.where(held[:, None] | held, np.diag(before.sd**-2.0), hessian)
    diagonal = np.einsum("lii->li", hessian)
    damped = hessian + (damping[:, None] * diagonal)[..., None] * np.eye(len(before.active))
    step = -np.linalg.solve(damped, gradient[..., None])[..., 0]
    longest = np.abs(step / before.sd).max(axis=1)
    step = step * np.minimum(1.0, 2.0 / np.maximum(longest, 1e-300))[:, None]
    gain = -(gradient * step).sum(axis=1) - 0.5 * np.einsum("li,lij,lj->l", step, hessian, step)
    return step, gain


def lanes_of(group: People, owner: Array) -> Array | None:
    """Return the person of each lane; None with one person."""
    return None if group.count == 1 else owner
