"""What a model must compute for one person: doses written out one by one, distinct sets of covariates, levels to explain."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from garrod.dosing.models.dose_model import DoseModel, Structure
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.covariates import covariate_table, interpolated, occasions
from garrod.dosing.solving.events import RESET, RESET_AND_DOSE, Events, Record
from garrod.model.errors import Fault, InputError, raise_together

_RESETS: Final = frozenset({RESET, RESET_AND_DOSE})
BOLUS, FIXED_RATE, MODEL_RATE, MODEL_DURATION = range(4)
_TIMES: Final = frozenset({"TIME", "time", "t", "T"})


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose into one compartment.

    Attributes
    ----------
    record
        The row that orders it.
    after
        Time since that row: 0, or a multiple of II.
    kind
        Bolus, fixed rate, or rate or duration from the model.
    scale, share, lag, span
        Names of the parameters for bioavailability, share of a divided dose, lag, and rate or duration; "" for none.
    rest
        Whether the share is what the parameter leaves over.
    steady
        1 or 2 for a dose that stands in a steady train.
    earlier
        For the rest of an infusion of a steady train that still runs at the row: how many intervals before it began.
    """

    record: int
    after: float
    amount: float
    state: int
    kind: int
    rate: float
    scale: str = ""
    share: str = ""
    lag: str = ""
    span: str = ""
    rest: bool = False
    steady: int = 0
    interval: float = 0.0
    earlier: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One person's events as arrays.

    Attributes
    ----------
    time
        (records,) never falling: a reset that turns the clock back goes on from where the clock was.
    of_record
        (records,) place in ``covariates`` and ``occasion`` of each row's set.
    of_interval
        (records,) the set that holds on the interval that ends with the row.
    covariates
        Name -> (sets,).
    clock
        (sets,) TIME as written, for equations that use it.
    resets
        (records,) whether everything given before is gone at this row.
    level_record, level, output, limit
        (levels,) row, value (NaN where below the limit), place of the output and limit (NaN where quantified).
    """

    time: Array
    of_record: Array
    of_interval: Array
    covariates: dict[str, Array]
    clock: Array
    occasion: Array
    occasions: int
    resets: Array
    doses: tuple[Dose, ...]
    level_record: Array
    level: Array
    output: Array
    limit: Array
    where: str


def plan(model: DoseModel, events: Events) -> Plan:
    """Work out what must be computed.

    Raises
    ------
    InputError
        Where a covariate is missing, or a dose or level names a compartment or output that the model has not.
    """
    if not events.records:
        raise InputError(Fault(events.where, "there are no records", "give at least one row"))
    mode = events.mode or model.structure.covariate_mode or "nmtran"
    if mode == "linear":
        events, mode = interpolated(events), "nmtran"
    table = covariate_table(model, events)
    labels = occasions(model, events)
    written = np.array([record.time for record in events.records], dtype=float)
    first, of_record = _sets([*table.values(), labels, *([written] if _uses_time(model) else [])])
    faults: list[Fault] = []
    doses = _doses(model.structure, events, faults)
    levels = _levels(model, events, faults)
    raise_together(InputError, faults)
    record, level, output, limit = np.array(levels, dtype=float).reshape(-1, 4).T
    return Plan(
        time=_running(events.records),
        of_record=of_record,
        of_interval=of_record if mode == "nmtran" else np.concatenate([of_record[:1], of_record[:-1]]),
        covariates={name: values[first] for name, values in table.items()},
        clock=written[first],
        occasion=labels[first],
        occasions=1 if model.occasions is None else int(labels.max()) + 1,
        resets=np.array([record.evid in _RESETS or record.steady == 1 for record in events.records]),
        doses=doses,
        level_record=record.astype(int),
        level=level,
        output=output.astype(int),
        limit=limit,
        where=events.where,
    )


def _sets(columns: list[Array]) -> tuple[Array, Array]:
    """Return the first row of each distinct set of values, and the set of each row."""
    changing = [column for column in columns if len(set(column.tolist())) > 1]  # on so few values faster than an array's any
    if not changing:
        return np.zeros(1, dtype=int), np.zeros(len(columns[0]), dtype=int)
    _, first, of_record = np.unique(np.column_stack(changing), axis=0, return_index=True, return_inverse=True)
    return first, of_record.reshape(-1)


@lru_cache(maxsize=64)
def _uses_time(model: DoseModel) -> bool:
    equations = [equation for _, equation in model.derived] + [one.equation for one in model.parameters]
    return any(equation.names & _TIMES for equation in equations)


def _running(records: tuple[Record, ...]) -> Array:
    time: list[float] = []
    offset = 0.0
    for record in records:
        if time and record.time + offset < time[-1]:
            offset = time[-1] - record.time
        time.append(record.time + offset)
    return np.array(time)


def _doses(structure: Structure, events: Events, faults: list[Fault]) -> tuple[Dose, ...]:
    split = _is_split_by_rows(structure, events)
    found: list[Dose] = []
    for place, record in enumerate(events.records):
        if not record.is_dose:
            continue
        state = _state(structure, record, events.where, faults)
        if state is None:
            continue
        for first in _ways(structure, place, record, state, split=split):
            found += _train(first, record)
    if any(one.kind in {MODEL_RATE, MODEL_DURATION} and not one.span for one in found):
        faults.append(
            Fault(events.where, "RATE asks the model for a rate or duration that it does not have", "give RATE as a number")
        )
    return tuple(found)


def _train(first: Dose, record: Record) -> list[Dose]:
    """Return a dose with its additional ones, and the infusions of a steady train that still run."""
    train = [first]
    train += [replace(first, after=number * record.interval, steady=0) for number in range(1, record.additional + 1)]
    if first.steady and first.kind != BOLUS and first.interval > 0:
        longest = 3 if first.kind != FIXED_RATE else 0
        overlaps = int(np.ceil(first.amount / first.rate / first.interval)) if first.kind == FIXED_RATE else longest
        train += [replace(first, steady=0, earlier=number) for number in range(1, overlaps + 1)]
    return train


def _is_split_by_rows(structure: Structure, events: Events) -> bool:
    """Tell whether a dose of two ways stands twice in the table, a row for each."""
    if structure.absorption not in {"dual_first_order", "parallel"} or structure.split != "auto":
        return structure.split == "rows"
    numbers = {(record.time, record.compartment or 1) for record in events.records if record.is_dose}
    return any((time, 2) in numbers or (time, "depot2") in numbers for time, number in numbers if number in {1, "depot"})


def _state(structure: Structure, record: Record, where: str, faults: list[Fault]) -> int | None:
    asked = record.compartment if record.compartment is not None else structure.doses_to
    if isinstance(asked, str) and asked in structure.states:
        return structure.states.index(asked)
    if isinstance(asked, int) and 1 <= asked <= len(structure.numbers):
        return structure.numbers[asked - 1]
    place = f"{where}:{record.line}" if record.line else where
    known = ", ".join(f"{number} ({structure.states[state]})" for number, state in enumerate(structure.numbers, 1))
    faults.append(Fault(place, "the dose names a compartment that the model has not", f"use one of {known}"))
    return None


def _ways(structure: Structure, place: int, record: Record, state: int, *, split: bool) -> list[Dose]:
    """Return the dose as one entry, or as the two of a divided one."""
    name = structure.states[state]
    alone = _dose(structure, place, record, state, name)
    if structure.absorption not in {"dual_first_order", "parallel"}:
        return [alone]
    share = structure.roles["FR"]
    second = "depot2" if structure.absorption == "dual_first_order" else "central*"
    target = structure.states.index(second.rstrip("*"))
    if name == "depot":
        first = replace(alone, share=share)
        return [first] if split else [first, replace(_dose(structure, place, record, target, second), share=share, rest=True)]
    if split and state == target and record.rate <= 0:
        return [replace(_dose(structure, place, record, target, second), share=share, rest=True)]
    return [alone]


def _dose(structure: Structure, place: int, record: Record, state: int, name: str) -> Dose:
    kind, rate, span = _input(structure, record, name)
    return Dose(
        record=place,
        after=0.0,
        amount=record.amount,
        state=state,
        kind=kind,
        rate=rate,
        scale=structure.doses.get(("F", name), ""),
        lag=structure.doses.get(("ALAG", name), ""),
        span=span,
        steady=record.steady,
        interval=record.interval,
    )


def _input(structure: Structure, record: Record, name: str) -> tuple[int, float, str]:
    """Say how a dose goes in: kind, rate, and the parameter that gives the rate or the duration."""
    if record.rate > 0:
        return FIXED_RATE, record.rate, ""
    if record.rate == -1:
        return MODEL_RATE, 0.0, structure.doses.get(("R", name), "")
    duration = structure.doses.get(("D", name), "")
    if record.rate == -2 or name in structure.modeled or name.endswith("*"):
        if not duration and record.rate != -2 and ("R", name) in structure.doses:
            return MODEL_RATE, 0.0, structure.doses["R", name]
        return MODEL_DURATION, 0.0, duration
    return BOLUS, 0.0, ""


def _levels(model: DoseModel, events: Events, faults: list[Fault]) -> list[tuple[int, float, int, float]]:
    found = []
    levels = [(place, record) for place, record in enumerate(events.records) if record.is_level]
    by_compartment = len(model.outputs) > 1 and _by_compartment(model, [record for _, record in levels])
    for place, record in levels:
        output = 0 if len(model.outputs) == 1 else _output(model, record, by_compartment)
        if output is None:
            where = f"{events.where}:{record.line}" if record.line else events.where
            known = ", ".join(f"{number} ({name})" for number, (name, _) in zip(model.output_numbers, model.outputs, strict=True))
            faults.append(Fault(where, "the level belongs to no output of the model", f"use one of {known} as DVID or CMT"))
            continue
        level = float("nan") if record.below else float(record.level or 0.0)
        found.append((place, level, output, float(record.limit or 0.0) if record.below else float("nan")))
    return found


def _by_compartment(model: DoseModel, levels: list[Record]) -> bool:
    """Tell whether the numbers of levels are those of compartments; else they count the outputs."""
    return {record.compartment for record in levels if isinstance(record.compartment, int)} <= set(model.output_numbers)


def _output(model: DoseModel, record: Record, by_compartment: bool) -> int | None:  # noqa: FBT001
    names = [name for name, _ in model.outputs]
    asked = record.output
    if isinstance(asked, str):
        return names.index(asked) if asked in names else None
    if asked is not None:
        return model.output_labels.index(asked) if asked in model.output_labels else None
    if isinstance(record.compartment, str):
        shown = [place for place, (name, equation) in enumerate(model.outputs) if record.compartment in {name, *equation.names}]
        return shown[0] if len(shown) == 1 else None
    if record.compartment is None:
        return None
    if by_compartment:
        return model.output_numbers.index(record.compartment)
    return record.compartment - 1 if 1 <= record.compartment <= len(names) else None
