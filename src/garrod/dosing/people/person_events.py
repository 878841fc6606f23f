"""From a person file to events: doses given, levels measured and covariates in time, with what cannot be used and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import numpy as np

from garrod.dosing.estimating.checks import Check
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.people.looking import (
    Gathered,
    Refusal,
    look_at_ages,
    look_at_dialysis,
    look_at_forms,
    look_at_kidney,
    look_at_levels,
    look_at_names,
    look_at_state,
    look_at_twins,
    look_at_ways,
)
from garrod.dosing.people.person_covariates import CovariateValue, covariates_of
from garrod.dosing.solving.events import DOSE, OBSERVATION, OTHER, Events, Record
from garrod.dosing.units import TIME_H, concentration, hours, mass
from garrod.knowledge.loading import Knowledge
from garrod.medicines.names import drug_index
from garrod.model.errors import Fault, InputError
from garrod.model.findings import Findings
from garrod.model.person import Administration, Level, Person

BELOW: Final = frozenset({"<", "<="})
ABOVE: Final = frozenset({">", ">="})
Given = TypeVar("Given", Administration, Level)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One person's doses and levels of one drug, as one model takes them.

    Attributes
    ----------
    start, now
        The moment of time 0, and the one from which the next dose counts.
    covariates
        Every value used, with its unit and where it stands.
    last_amount, last_duration_h
        The last dose given, in the model's unit, and how long its infusion took; None before the first.
    checks
        What was left out, is old or is unusual.
    refusals
        What forbids a dose; predictions may still be made where ``events`` is there.
    """

    model: DoseModel
    events: Events | None
    start: datetime
    now: datetime
    covariates: tuple[CovariateValue, ...]
    last_amount: float | None
    last_duration_h: float | None = None
    checks: tuple[Check, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def now_in_model(self) -> float:
        """The time of ``now`` in the model's unit."""
        return _since(self.model, self.start, self.now)


def case_of(
    model: DoseModel, person: Person, findings: Findings, knowledge: Knowledge, *, given: Mapping[str, float] | None = None
) -> Case:
    """Make the events of one person for one model.

    Parameters
    ----------
    given
        Covariates said with the request, in the model's units.

    Raises
    ------
    InputError
        Where no time is known at all: neither a dose, nor a level, nor ``as_of``.
    """
    gathered = Gathered()
    look_at_names(model, person, knowledge, gathered)
    doses = _until(person, _mine(person.administrations or (), model, knowledge), "administrations", gathered)
    levels = _until(person, _mine(person.levels or (), model, knowledge), "levels", gathered)
    times = [*(one.time for _, one in doses), *(one.time for _, one in levels)]
    if not times and person.as_of is None:
        raise InputError(Fault("as_of", "no time is known to dose from", "give as_of, or administrations[] with their times"))
    start = min(times) if times else person.as_of
    now = max([*times, *([person.as_of] if person.as_of else [])])
    assert start is not None
    found, missing = covariates_of(model, person, findings, knowledge, given or {})
    gathered.refusals += [Refusal("missing_covariate", one.reason, one.needs) for one in missing]
    kept = _levels(model, levels, doses, start, gathered)
    used = [time for time, _ in kept]
    look_at_twins(doses, levels, gathered)
    look_at_ways(model, doses, gathered)
    look_at_forms({number: _share(model, one) for number, one in doses}, doses, gathered)
    look_at_ages(model, found, now, gathered)
    look_at_levels(model, used, now, gathered)
    look_at_dialysis(person, found, now, gathered)
    look_at_kidney(person, knowledge, used, gathered)
    look_at_state(model, person, levels, gathered)
    if levels and not doses:
        gathered.refuse("no_dose", "levels are given, and no dose", "give administrations[] with time and dose")
    records = [*(record for _, record in kept), *_dose_records(model, doses, start)]
    events = None if missing else _events(model, records, found, start, _since(model, start, now))
    return Case(
        model=model,
        events=events,
        start=start,
        now=now,
        covariates=found,
        last_amount=_amount(model, *doses[-1]) if doses else None,
        last_duration_h=_duration(*doses[-1]) if doses and doses[-1][1].duration is not None else None,
        checks=tuple(gathered.checks),
        refusals=tuple(gathered.refusals),
    )


def _mine(some: Sequence[Given], model: DoseModel, knowledge: Knowledge) -> list[tuple[int, Given]]:
    """Return the entries that are of the model's drug, in order of time, with their places."""
    index, drug = drug_index(knowledge), str(model.drug.get("name", "")).lower()
    wanted = index.recognize(drug).drug_ids or {drug}
    named = {drug, *(name.lower() for name in model.salt)}
    found = [
        (number, one)
        for number, one in enumerate(some)
        if one.drug.lower() in named or index.recognize(one.drug).drug_ids == wanted
    ]
    return sorted(found, key=lambda one: one[1].time)


def _until(person: Person, some: list[tuple[int, Given]], part: str, gathered: Gathered) -> list[tuple[int, Given]]:
    """Leave out what lies after the time to work from."""
    found = []
    for number, one in some:
        if person.as_of is not None and one.time > person.as_of:
            where = f"{part}[{number}]"
            gathered.note("after_as_of", where, f"{where} lies after the time to work from; it is left out")
        else:
            found.append((number, one))
    return found


def _since(model: DoseModel, start: datetime, time: datetime) -> float:
    return (time - start).total_seconds() / 3600 / TIME_H[model.structure.units.get("time", "h")]


def _amount(model: DoseModel, number: int, one: Administration) -> float:
    unit = model.structure.units.get("amount", "mg")
    return mass(one.dose.value, one.dose.unit, unit, f"administrations[{number}].dose") * _share(model, one)


def _share(model: DoseModel, one: Administration) -> float:
    """Return how much of a salt or form is the model's drug; 1 for the drug itself."""
    return {name.lower(): share for name, share in model.salt.items()}.get(one.drug.lower(), 1.0)


def _duration(number: int, one: Administration) -> float:
    return 0.0 if one.duration is None else hours(one.duration.value, one.duration.unit, f"administrations[{number}].duration")


def _dose_records(model: DoseModel, doses: Sequence[tuple[int, Administration]], start: datetime) -> Iterator[Record]:
    """Yield the doses; an infusion goes into the blood, past the ways of absorption."""
    per = TIME_H[model.structure.units.get("time", "h")]
    central = "central" if model.structure.absorption not in {"none", "zero_order"} else None
    for number, one in doses:
        amount, rate = _amount(model, number, one), 0.0
        if (span := _duration(number, one)) > 0:
            rate = amount / (span / per)
        yield Record(_since(model, start, one.time), DOSE, amount, rate=rate, compartment=central if rate else None)


def _levels(
    model: DoseModel,
    levels: Sequence[tuple[int, Level]],
    doses: Sequence[tuple[int, Administration]],
    start: datetime,
    gathered: Gathered,
) -> list[tuple[datetime, Record]]:
    """Return the levels that can be used, each with its moment; the others are noted with why."""
    unit = model.structure.units.get("concentration", "mg/L")
    found = []
    for number, one in levels:
        where = f"levels[{number}]"
        if why := _why_left_out(one, doses):
            gathered.note(why[0], where, f"{where} {why[1]}; it is left out")
            continue
        value = concentration(one.value, one.unit, unit, where)
        limit = None if one.lower_limit is None else concentration(one.lower_limit, one.unit, unit, where)
        below = one.comparator in BELOW or (limit is not None and value < limit)
        record = Record(
            _since(model, start, one.time),
            OBSERVATION,
            level=None if below else value,
            below=below,
            limit=value if one.comparator in BELOW else limit,
            output=model.output_labels[0],
        )
        found.append((one.time, record))
    return found


def _why_left_out(one: Level, doses: Sequence[tuple[int, Administration]]) -> tuple[str, str] | None:
    """Return why a level cannot be used, as a code and in words; None where it can."""
    if doses and one.time <= doses[0][1].time:
        return "level_before_dose", "was drawn before the first dose that is given"
    if during := _running(one.time, doses):
        return "level_during_infusion", f"was drawn while {during} was running"
    if one.comparator in ABOVE:
        return "level_above_limit", "lies above what the assay measures"
    if one.value <= 0:
        return "level_not_positive", "is no amount that an assay reports; give < and the limit"
    return None


def _running(time: datetime, doses: Sequence[tuple[int, Administration]]) -> str | None:
    for number, one in doses:
        if 0 < (time - one.time).total_seconds() / 3600 < _duration(number, one) - 1e-9:
            return f"the infusion of administrations[{number}]"
    return None


def _events(model: DoseModel, records: Sequence[Record], found: Sequence[CovariateValue], start: datetime, now: float) -> Events:
    """Put levels before doses of the same time, and a row wherever a covariate changes."""
    changes = {max(_since(model, start, one.time), 0.0) for one in found if one.time is not None}
    rows = [*records, *(Record(time, OTHER) for time in sorted(changes | {0.0, now}) if time <= now)]
    rows.sort(key=lambda one: (one.time, one.is_dose, one.evid == OTHER))
    table = {
        name: [_value_at(model, [one for one in found if one.name == name], start, row.time) for row in rows]
        for name in dict.fromkeys(one.name for one in found)
    }
    return Events(tuple(rows), {name: np.array(values) for name, values in table.items()}, "clinical", where="the person")


def _value_at(model: DoseModel, some: Sequence[CovariateValue], start: datetime, time: float) -> float:
    """Return the last value known at a time, or the first one known for what came before."""
    before = [one.value for one in some if one.time is None or _since(model, start, one.time) <= time]
    return before[-1] if before else some[0].value
