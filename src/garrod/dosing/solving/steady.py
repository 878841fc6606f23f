"""Steady trains of linear models: what a dose repeated for ever has left at its row, as the fixed point of one cycle."""

from collections.abc import Callable

import numpy as np

from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import Given, People

Mover = Callable[[Array, Array], Array]  #: inputs (lanes, states) and spans (lanes,) to the affine map of the amounts


def steady_states(
    group: People, movers: Callable[[Array], tuple[Mover, Array]], doses: Given, who: Array | None
) -> dict[int, Array]:
    """Return for each dose that stands in a steady train the amounts at its row: place -> (lanes, states).

    At the row, earlier doses of the train came at whole intervals before it (later by the lag); an infusion longer than the
    interval overlaps with itself. The amounts x at the start of a cycle solve x = E(II) x + what one cycle brings.

    Parameters
    ----------
    movers
        From the set of each lane (lanes, 1) to what moves amounts under it, and the constant inputs (lanes or 1, states).
    """
    found = {}
    states = np.eye(len(group.model.structure.states))
    for place in np.flatnonzero(group.dose_steady.any(axis=0)):
        of_set = np.take_along_axis(group.rows(group.of_record, who), group.rows(group.dose_record, who)[:, [place]], axis=1)

        def column(values: Array, place: int = int(place)) -> Array:
            one: Array = values[:, place] if values.shape[1] > 1 else values[:, 0]
            return one

        found[int(place)] = _train(
            *movers(of_set),
            into=states[group.rows(group.dose_state, who)[:, place]],
            amount=column(doses.amount),
            rate=column(doses.rate),
            interval=group.rows(group.dose_interval, who)[:, place],
            lag=column(doses.lag),
            duration=column(doses.end - doses.start),
            body=np.flatnonzero(~np.array(group.model.structure.gathers)),
        )
    return found


def _train(
    move: Mover,
    still: Array,
    *,
    into: Array,
    amount: Array,
    rate: Array,
    interval: Array,
    lag: Array,
    duration: Array,
    body: Array,
) -> Array:
    """Return the amounts at the row of one steady train: (lanes, states); a state that only gathers begins at 0."""
    endless = interval <= 0
    cycle = np.where(endless, 1.0, interval)
    whole = np.floor(np.real(duration) / cycle)
    part = np.where(endless, cycle, duration - whole * cycle)
    high, low = np.where(endless, rate, (whole + 1.0) * rate), np.where(endless, rate, whole * rate)
    bolus = np.where(np.real(rate) > 0, 0.0, amount)[:, None] * into
    over = np.floor(np.real(lag) / cycle)
    phase = np.where(endless, cycle, (over + 1.0) * cycle - lag)
    size = into.shape[-1]
    # One cycle from its start: high rate until ``part``, low rate to the end.
    first = move(still + high[:, None] * into, part)
    second = move(still + low[:, None] * into, cycle - part)
    whole_cycle = second @ first
    gain, brought = whole_cycle[..., :size, :size], whole_cycle[..., :size, size]
    left = (gain @ bolus[..., None])[..., 0] + brought
    start = np.zeros_like(left)
    start[..., body] = np.linalg.solve((np.eye(size) - gain)[..., body[:, None], body], left[..., body, None])[..., 0]
    # From the start of the last cycle to the row.
    within = np.real(phase) < np.real(part)
    if np.array_equal(phase, cycle) and not within.any():
        path = whole_cycle
    else:
        one = move(still + high[:, None] * into, np.where(within, phase, part))
        two = move(still + low[:, None] * into, np.where(within, 0.0, phase - part))
        path = two @ one
    found: Array = (path[..., :size, :size] @ (start + bolus)[..., None])[..., 0] + path[..., :size, size]
    return found
