"""Predicted outputs of many lanes, with their derivatives by the random effects."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from garrod.dosing.models.expressions import Array
from garrod.dosing.solving import linear, nonlinear, responses
from garrod.dosing.solving.lanes import Given, People, given, individual, stacked
from garrod.dosing.solving.slopes import STEP
from garrod.dosing.solving.summed import Predicted, summed
from garrod.dosing.solving.timeline import Timeline, timeline
from garrod.dosing.solving.timing import may_move

_CHUNK: Final = 4096  #: lanes of matrices worked on at a time, so that many people need no more memory than some


def predict(group: People, effects: Array, who: Array | None, *, plain: bool = False) -> Array:
    """Return the prediction of each level.

    Parameters
    ----------
    effects
        (lanes, effects) all random effects of the model, real or complex.
    who
        (lanes,) the person of each lane, None with one person.
    plain
        Whether to take the path of matrix exponentials where a faster one would do.

    Returns
    -------
    array
        (lanes, levels)
    """
    if not plain and not np.iscomplexobj(effects) and (course := _course(group)) is not None:
        with np.errstate(all="ignore"):
            return _sound(group, summed(group, course, effects, None, who), effects, None, who).level
    if len(effects) > _CHUNK and linear.is_linear(group.model.structure):
        slices = [slice(at, at + _CHUNK) for at in range(0, len(effects), _CHUNK)]
        parts = [predict(group, effects[one], None if who is None else who[one], plain=plain) for one in slices]
        return np.concatenate(
            [np.broadcast_to(part, (len(effects[one]), part.shape[1])) for part, one in zip(parts, slices, strict=True)]
        )
    amounts, values = amounts_at(group, effects, who, plain=plain)
    return outputs_at(group, amounts, values, who)


def _course(group: People) -> responses.Course | None:
    """Return what the fastest path needs of a group, None where it does not serve it."""
    if "course" not in group.cache:
        group.cache["course"] = None
        if responses.fits(group):
            group.cache["course"] = responses.course(group, *_doses(group, {}, None))
    found: responses.Course | None = group.cache["course"]
    return found


def _sound(group: People, found: Predicted, effects: Array, active: Array | None, who: Array | None) -> Predicted:
    """Have the lanes whose modes nearly meet done by the plain path."""
    poor = np.flatnonzero(~found.sound)
    if not poor.size:
        return found
    whose = None if who is None else who[poor]
    found = replace(found, level=found.level.copy())
    if active is None:
        found.level[poor] = predict(group, effects[poor], whose, plain=True)
    else:
        found.level[poor], found.slopes[poor] = with_derivatives(group, effects[poor], active, whose, plain=True)
    return found


def amounts_at(group: People, effects: Array, who: Array | None, *, plain: bool = False) -> tuple[Array, dict[str, Array]]:
    """Return the amounts right after each record (lanes, records, states), and the values of each set."""
    with np.errstate(all="ignore"):
        values = individual(group, effects, who)
        doses, line = _doses(group, values, who)
        structure = group.model.structure
        if not linear.is_linear(structure):
            return nonlinear.propagate(group, values, doses, line, who), values
        return linear.propagate(group, values, doses, line, who, plain=plain), values


def _doses(group: People, values: Mapping[str, Any], who: Array | None) -> tuple[Given, Timeline]:
    """Return the doses of each lane and the order of events; worked out once for each person if no effect moves them."""
    if "moves" not in group.cache:
        group.cache["moves"] = may_move(group.model)
    if group.cache["moves"]:
        doses = given(group, stacked(group, values), who)
        return doses, timeline(group, doses, who)
    if "doses" not in group.cache:
        everyone = None if group.count == 1 else np.arange(group.count)
        typical = _typical_doses(group, everyone)
        group.cache["doses"] = typical, timeline(group, typical, everyone)
    known: Given
    line: Timeline
    known, line = group.cache["doses"]
    return (known, line) if who is None else (known.of(who), line.of(who))


def _typical_doses(group: People, everyone: Array | None) -> Given:
    model = group.model
    count = len(model.etas.names) + group.occasions * (len(model.occasions.effects.names) if model.occasions is not None else 0)
    values = individual(group, np.zeros((group.count, count)), everyone)
    return given(group, stacked(group, values), everyone)


def outputs_at(group: People, amounts: Array, values: Mapping[str, Any], who: Array | None) -> Array:
    """Return the outputs that belong to the levels: (lanes, levels)."""
    record = group.rows(group.level_record, who)
    of_set = np.take_along_axis(group.rows(group.of_record, who), record, axis=1)
    lanes = len(amounts)
    held = amounts[np.arange(lanes)[:, None], np.broadcast_to(record, (lanes, record.shape[1]))]
    return evaluate_outputs(group, held, values, of_set, group.rows(group.output, who))


def evaluate_outputs(group: People, held: Array, values: Mapping[str, Any], of_set: Array, output: Array) -> Array:
    """Return outputs (lanes, levels) from amounts (lanes, levels, states) and the set and output of each level."""
    model = group.model
    names = frozenset[str]().union(*(equation.names for _, equation in model.outputs))
    env: dict[str, Any] = {name: held[..., place] for place, name in enumerate(model.structure.states)}
    env |= {name: _levels_of(values[name], of_set) for name in names if name in values}
    with np.errstate(all="ignore"):
        found = None
        for place, (_, equation) in enumerate(model.outputs):
            shown = np.broadcast_to(equation(env), held.shape[:2])
            found = shown if found is None else np.where(output == place, shown, found)
    assert found is not None
    return found


def _levels_of(value: Any, of_set: Array) -> Any:
    if np.ndim(value) < 2 or np.shape(value)[1] == 1:
        return value
    lanes = max(len(value), len(of_set))
    rows = np.arange(lanes)[:, None] if len(value) > 1 else np.zeros((1, 1), dtype=int)
    return value[rows, of_set]


def with_derivatives(
    group: People, effects: Array, active: Array, who: Array | None, *, plain: bool = False
) -> tuple[Array, Array]:
    """Return predictions (lanes, levels) and their derivatives by the active effects (lanes, levels, active)."""
    lanes, count = len(effects), len(active)
    if count == 0:
        found = predict(group, effects, who, plain=plain)
        return found, np.zeros((*found.shape, 0))
    if not plain and (course := _course(group)) is not None:
        with np.errstate(all="ignore"):
            quick = _sound(group, summed(group, course, effects, active, who), effects, active, who)
        return quick.level, quick.slopes
    wide = np.repeat(effects[:, None, :], count, axis=1).astype(complex)
    wide[:, np.arange(count), active] += 1j * STEP
    people = None if who is None else np.repeat(who, count)
    found = predict(group, wide.reshape(lanes * count, -1), people, plain=plain)
    found = np.broadcast_to(found, (lanes * count, found.shape[1])).reshape(lanes, count, -1)
    return found[:, 0].real.copy(), np.moveaxis(found.imag / STEP, 1, 2)
