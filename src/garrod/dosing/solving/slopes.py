"""Derivatives by the random effects, by the chain rule: of parameters, of the body's rates, of its modes.

Parameters that carry one effect in a usual way have their derivative written down; where an equation itself uses effects, or
parameters that effects move, a step along the imaginary axis gives it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from garrod.dosing.models.dose_model import DoseModel, Parameter, Structure
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import People, individual
from garrod.dosing.solving.modal import Modes
from garrod.dosing.solving.timing import moving_parameters

STEP: Final = 1e-20  #: along the imaginary axis, where a step can be as small as one likes
_WRITTEN: Final = {"lognormal", "normal_additive", "proportional", "logit", "boxcox"}

Moved = Mapping[
    str, Array
]  #: parameter to its derivative by one effect, (lanes or 1,); those that the effect leaves are not in it


def moved_by(group: People, values: Mapping[str, Any], effects: Array, active: Array, who: Array | None) -> list[Moved]:
    """Return for each active effect the derivatives of the parameters; for people whose parameters hold throughout."""
    model = group.model
    if "written" not in group.cache:
        group.cache["written"] = _are_written(model)
    if not group.cache["written"]:
        return _by_steps(group, effects, active, who)
    slopes = {one.name: _slope(one, values) for one in model.parameters}
    carriers = _carriers(model)
    return [{carriers[effect]: slopes[carriers[effect]]} if carriers[effect] else {} for effect in active]


def _carriers(model: DoseModel) -> list[str]:
    """Return the parameter that each effect moves, "" for none; one occasion."""
    names = [*model.etas.names, *(model.occasions.effects.names if model.occasions is not None else ())]
    random = {one.name for one in model.parameters if one.random in _WRITTEN}
    return [name if name in random else "" for name in names]


def _are_written(model: DoseModel) -> bool:
    """Say whether no equation uses an effect, nor a parameter that effects move."""
    effects = {f"{kind}_{name}" for kind in ("eta", "kappa") for name in _carriers(model)}
    return not any(one.equation.names & (effects | moving_parameters(model)) for one in model.parameters)


def _slope(one: Parameter, values: Mapping[str, Any]) -> Array:
    """Return the derivative of a parameter by its own effect: (lanes or 1,)."""
    value = values[one.name]
    found: Any
    match one.random:
        case "normal_additive":
            found = np.ones_like(value)
        case "proportional":
            found = one.equation(values) + 0 * value
        case "logit":
            found = value * (1 - value)
        case "boxcox":
            effect = values.get(f"eta_{one.name}", 0.0) + values.get(f"kappa_{one.name}", 0.0)
            found = value * np.exp((one.power or 1.0) * effect)
        case _:
            found = value
    return first(found)


def first(value: Any) -> Array:
    """Return a value (lanes or 1, 1) by lane; a number is one lane."""
    found: Array = np.asarray(value)
    return found[:, 0] if found.ndim == 2 else found.reshape(1)


def _by_steps(group: People, effects: Array, active: Array, who: Array | None) -> list[Moved]:
    lanes, count = len(effects), len(active)
    wide = np.repeat(effects[None], count, axis=0).astype(complex)
    wide[np.arange(count), :, active] += 1j * STEP
    values = individual(group, wide.reshape(count * lanes, -1), None if who is None else np.tile(who, count))
    found: list[dict[str, Array]] = [{} for _ in range(count)]
    for name in group.model.parameter_names:
        if not np.iscomplexobj(values[name]):
            continue
        slopes = np.broadcast_to(first(values[name]), (count * lanes,)).imag.reshape(count, lanes) / STEP
        for place in np.flatnonzero(slopes.any(axis=1)):
            found[place][name] = slopes[place]
    return list(found)


def rate_slopes(structure: Structure, values: Mapping[str, Any], moved: Moved) -> dict[str, Array]:
    """Return the derivatives of the body's rates by an effect; those that it leaves are not in it."""
    roles = structure.roles
    found: dict[str, Array] = {}
    for rate, (top, bottom) in _quotients(structure).items():
        if bottom == "":
            if roles[top] in moved:
                found[rate] = moved[roles[top]]
            continue
        above, below = roles[top], roles[bottom]
        if above in moved:
            found[rate] = moved[above] / first(values[below])
        if below in moved:
            gone = first(values[above]) / first(values[below]) ** 2 * moved[below]
            found[rate] = found.get(rate, np.zeros(1)) - gone
    return found


def _quotients(structure: Structure) -> dict[str, tuple[str, str]]:
    """Return the two roles of which each rate is the quotient, or the one that it is."""
    roles = structure.roles
    found = {"K10": ("CL", "V") if "CL" in roles else ("K10", "")}
    for place in range(2, structure.compartments + 1):
        between = f"Q{place}" in roles
        found[f"K1{place}"] = (f"Q{place}", "V") if between else (f"K1{place}", "")
        found[f"K{place}1"] = (f"Q{place}", f"V{place}") if between else (f"K{place}1", "")
    return found


@dataclass(frozen=True, slots=True, eq=False)
class ModeSlopes:
    """Derivatives of the modes' rates and of what each shows in the blood by one effect: (modes, lanes or 1)."""

    fall: Array
    shows: Array


def mode_slopes(found: Modes, k: Mapping[str, Array], effects: Sequence[Mapping[str, Array]]) -> list[ModeSlopes | None]:
    """Return the derivatives of the modes by each effect; None for one that leaves them.

    A mode's rate x solves x - K10 + sum of K1p x / (Kp1 - x) = 0, whose derivative by x, 1 + sum of K1p Kp1 / (Kp1 - x)^2, is one
    over what the mode shows.
    """
    fall, shows = found.fall[..., 0], found.shows[0, ..., 0]
    tissues = []
    by_rate = {"K10": shows}
    for place in range(2, len(found.shows) + 1):
        there, back = f"K1{place}", f"K{place}1"
        near = 1 / (k[back] - fall)
        square = near * near
        tissues.append((there, back, k[there] * square, k[back] * square, -2 * k[there] * k[back] * square * near))
        by_rate[there] = -fall * near * shows
        by_rate[back] = k[there] * fall * square * shows
    return [_of_effect(shows, tissues, by_rate, moved) if moved else None for moved in effects]


def _of_effect(
    shows: Array,
    tissues: Sequence[tuple[str, str, Array, Array, Array]],
    by_rate: Mapping[str, Array],
    moved: Mapping[str, Array],
) -> ModeSlopes:
    """Chain the derivatives of the norm 1 + sum of K1p Kp1 / (Kp1 - x)^2, over which each mode shows one."""
    fall: Any = sum(by_rate[rate] * slope for rate, slope in moved.items())
    norm: Any = 0.0
    for there, back, by_back, by_there, by_apart in tissues:
        norm = norm + by_apart * (moved.get(back, 0.0) - fall)
        if there in moved:
            norm = norm + moved[there] * by_there
        if back in moved:
            norm = norm + moved[back] * by_back
    return ModeSlopes(fall, -shows * shows * norm)
