"""Predictions by summed modes, with derivatives: what ``responses`` holds and ``slopes`` says, put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import People, individual
from garrod.dosing.solving.modal import Modes, modes
from garrod.dosing.solving.rates import rates
from garrod.dosing.solving.responses import Course, Held, held
from garrod.dosing.solving.slopes import STEP, ModeSlopes, Moved, first, mode_slopes, moved_by, rate_slopes

_CHUNK: Final = 1024  #: lanes worked on at a time, so that what they need stays near the processor


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predictions of each lane.

    Attributes
    ----------
    level
        (lanes, levels)
    slopes
        (lanes, levels, active), empty where none were asked for.
    sound
        (lanes,) whether the closed form can be trusted; the others are left to the plain path.
    """

    level: Array
    slopes: Array
    sound: Array


def summed(group: People, given: Course, effects: Array, active: Array | None, who: Array | None) -> Predicted:
    """Return predictions of many lanes, a chunk at a time.

    Parameters
    ----------
    effects
        (lanes, effects) all random effects of the model, real.
    active
        Places of the effects whose derivatives are wanted; None for none.
    """
    parts = []
    for at in range(0, len(effects), _CHUNK):
        here = slice(at, at + _CHUNK)
        parts.append(_chunk(group, given, effects[here], active, None if who is None else who[here]))
    if len(parts) == 1:
        return parts[0]
    return Predicted(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("level", "slopes", "sound")))


def _chunk(group: People, given: Course, effects: Array, active: Array | None, who: Array | None) -> Predicted:
    structure, lanes = group.model.structure, len(effects)
    values = individual(group, effects, who)
    found = modes(structure, values)
    fall = np.broadcast_to(found.fall[..., 0], (len(found.fall), lanes))
    absorbs = tuple(np.broadcast_to(one[:, 0], (lanes,)) for one in found.absorbs)
    kept = held(given.of(who), fall, absorbs, slopes=active is not None)
    shows = found.shows[0, ..., 0]
    blood = _over_modes(shows, kept.amount)
    output = group.output if len(group.model.outputs) == 1 else group.rows(group.output, who).T
    sound = np.broadcast_to(found.sound[:, 0], (lanes,))
    level, by_blood = _shown(group, values, blood, None, output, slopes=active is not None)
    if active is None:
        return Predicted(level.T, np.zeros((lanes, 0, 0)), sound)
    moved = moved_by(group, values, effects, active, who)
    slopes = _Chain(group, values, found, kept, blood).slopes(moved)
    slopes *= by_blood
    direct = {
        name: _shown(group, values, blood, name, output, slopes=True)[1] for name in _shown_names(group) & set().union(*moved)
    }
    for place, one in enumerate(moved):
        for name in one.keys() & direct.keys():
            slopes[place] += one[name] * direct[name]
    return Predicted(level.T, np.ascontiguousarray(np.moveaxis(slopes, 2, 0).swapaxes(1, 2)), sound)


def _over_modes(weights: Array, values: Array) -> Array:
    """Return the sum over modes of weights (modes, lanes or 1) times values (levels, modes, lanes)."""
    found: Array = weights[0] * values[:, 0]
    for place in range(1, len(weights)):
        found += weights[place] * values[:, place]
    return found


class _Chain:
    """Derivatives of what is in the blood by each effect."""

    def __init__(self, group: People, values: Mapping[str, Any], found: Modes, kept: Held, blood: Array) -> None:
        self.structure = group.model.structure
        self.values, self.found, self.kept, self.blood = values, found, kept, blood
        self.k = {name: first(rate) for name, rate in rates(self.structure, values).items()}
        self.absorbing = [self.structure.roles[role] for role in ("KA", "KA2")[: len(found.absorbs)]]

    def slopes(self, moved: list[Moved]) -> Array:
        """Return the derivatives: (active, levels, lanes)."""
        by_rates = [rate_slopes(self.structure, self.values, one) for one in moved]
        slopes = np.zeros((len(moved), *self.blood.shape))
        for place, (one, by_mode) in enumerate(zip(moved, mode_slopes(self.found, self.k, by_rates), strict=True)):
            self._add(slopes[place], one, by_mode)
        return slopes

    def _add(self, slope: Array, moved: Moved, by_mode: ModeSlopes | None) -> None:
        shows = self.found.shows[0, ..., 0]
        if by_mode is not None:
            assert self.kept.by_fall is not None
            slope += _over_modes(by_mode.shows, self.kept.amount)
            slope += _over_modes(shows * by_mode.fall, self.kept.by_fall)
        for name, by_absorption in zip(self.absorbing, self.kept.by_absorption, strict=True):
            if name in moved:
                slope += _over_modes(shows * moved[name], by_absorption)


def _shown_names(group: People) -> frozenset[str]:
    return frozenset[str]().union(*(equation.names for _, equation in group.model.outputs))


def _shown(
    group: People, values: Mapping[str, Any], blood: Array, by: str | None, output: Array, *, slopes: bool
) -> tuple[Array, Array]:
    """Return outputs (levels, lanes) from what is in the blood, and their derivative by it, or by the parameter ``by``."""
    env: dict[str, Any] = {name: first(values[name]) for name in _shown_names(group) if name in values}
    env["central"] = blood
    if slopes:
        moving = by or "central"
        env[moving] = env[moving] + 1j * STEP
    found: Any = None
    for place, (_, equation) in enumerate(group.model.outputs):
        one = np.broadcast_to(equation(env), blood.shape)
        found = one if found is None else np.where(output == place, one, found)
    if not np.iscomplexobj(found):
        return found, np.zeros(blood.shape)
    return found.real, found.imag / STEP
