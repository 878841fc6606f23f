"""Put records, starts and ends of doses in order of time, lane by lane: what acts when, and between which events."""

from dataclasses import dataclass, fields

import numpy as np

from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.lanes import Given, People


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Intervals and what happens at the end of each; (lanes or 1, steps, ...).

    Attributes
    ----------
    span
        (lanes, steps) length of the interval that ends with the step's item; the first is 0.
    of_set
        (lanes, steps) the set of parameters that holds on it.
    runs
        (lanes, steps, doses) whether a dose runs through it.
    arrives
        (lanes, steps, doses) whether a bolus arrives at its end.
    resets
        (lanes, steps) whether everything is gone at its end.
    record_step
        (lanes, records) the step of each record.
    end
        (lanes, steps) the time of the step's item.
    """

    span: Array
    of_set: Array
    runs: Array
    arrives: Array
    resets: Array
    record_step: Array
    end: Array

    def of(self, who: Array) -> "Timeline":
        """Return the timelines of chosen people, one for each lane."""
        return Timeline(
            *(values if len(values) == 1 else values[who] for values in (getattr(self, one.name) for one in fields(self)))
        )


def timeline(group: People, doses: Given, who: Array | None) -> Timeline:
    """Order the items of each lane.

    Items at one time act in the order of the table; an additional or delayed dose acts with its row, so before later rows
    of the time it falls on.
    """
    time = group.rows(group.time, who)
    lanes = max(len(time), len(doses.start), len(doses.end))
    records, count = time.shape[1], group.dose_record.shape[1]

    def wide(values: Array) -> Array:
        return np.broadcast_to(values, (lanes, values.shape[1]))

    order = wide(group.rows(group.order, who))
    ends = doses.end + 0 * doses.start
    items = np.concatenate([wide(time), wide(doses.start + 0 * ends), wide(ends)], axis=1)
    items = np.take_along_axis(items, order, axis=1)
    sort = np.argsort(items.real, axis=1, kind="stable")
    item = np.take_along_axis(order, sort, axis=1)
    end = np.take_along_axis(items, sort, axis=1)
    span = np.diff(end, axis=1, prepend=end[:, :1])
    step = np.empty_like(item)
    np.put_along_axis(step, item, np.broadcast_to(np.arange(item.shape[1]), item.shape), axis=1)
    record_step, start_step, end_step = step[:, :records], step[:, records : records + count], step[:, records + count :]
    at = np.arange(item.shape[1])[None, :, None]
    last = _cancelled(group, record_step, who)
    runs = (start_step[:, None] < at) & (at <= np.minimum(end_step, last)[:, None])
    arrives = (at == start_step[:, None]) & (at < last[:, None])
    resets = np.zeros(item.shape, dtype=bool)
    np.put_along_axis(resets, record_step, wide(group.rows(group.resets, who)), axis=1)
    return Timeline(span, _sets(group, record_step, item.shape[1], who), runs, arrives, resets, record_step, end)


def _cancelled(group: People, record_step: Array, who: Array | None) -> Array:
    """Return the step at which a reset ends each dose, beyond the last step where none does: (lanes, doses)."""
    resets, record = group.rows(group.resets, who), group.rows(group.dose_record, who)
    far = np.iinfo(np.int64).max // 2
    if not group.resets.any():
        return np.full((1, group.dose_record.shape[1]), far)
    later = np.where(resets[:, None, :] & (np.arange(resets.shape[1]) > record[..., None]), record_step[:, None, :], far)
    found: Array = later.min(axis=2)
    return found


def _sets(group: People, record_step: Array, steps: int, who: Array | None) -> Array:
    """Return the set of each step: that of the record which ends the stretch, or the last record's beyond it."""
    of_interval = group.rows(group.of_interval, who)
    if group.clock.shape[1] == 1:
        return np.zeros((1, steps), dtype=int)
    before = (record_step[:, :, None] < np.arange(steps)).sum(axis=1)
    lanes = np.arange(len(before))[:, None]
    rows = np.broadcast_to(of_interval, (len(before), of_interval.shape[1]))
    found: Array = rows[lanes, np.minimum(before, of_interval.shape[1] - 1)]
    return found
