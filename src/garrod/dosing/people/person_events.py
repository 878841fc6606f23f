"""From a person file to events: doses given, levels measured and covariates in time, with what cannot be used and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

import numpy as np

from garrod.biomarkers.laboratory_values import Measured, measured_values
from garrod.dosing.estimating.checks import Check
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.people.person_covariates import CONSTANT, CovariateValue, Missing, covariates_of, meaning_of
from garrod.dosing.solving.events import DOSE, OBSERVATION, OTHER, Events, Record
from garrod.dosing.units import TIME_H, concentration, hours, mass
from garrod.knowledge.loading import Knowledge
from garrod.medicines.names import drug_index
from garrod.model.errors import Fault, InputError
from garrod.model.findings import Findings
from garrod.model.person import Administration, Level, Person
from garrod.physiology.renal import creatinine_is_steady

WEEK_H: Final = 168.0
FRESH_H: Final = 24.0  #: a level this much older than the last creatinine of an unsteady kidney says nothing of the next dose
Given = TypeVar("Given", Administration, Level)
#: Models with a covariate of one of these names know dialysis.
DIALYSIS: Final = frozenset({"dial", "dialysis", "cl_hemo", "hd"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no dose is given, as a code and in words, and what would allow it."""

    reason: str
    text: str
    needs: str


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
    missing: tuple[Missing, ...] = ()

    @property
    def now_in_model(self) -> float:
        """The time of ``now`` in the model's unit."""
        return _since(self.model, self.start, self.now)

    def moment(self, time: float) -> float:
        """Return hours since ``start`` of a time in the model's unit."""
        return time * TIME_H[self.model.structure.units.get("time", "h")]


@dataclass(slots=True)
class _Gathered:
    """What is gathered on the way."""

    checks: list[Check] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def left_out(self, name: str, subject: str, text: str) -> None:
        self.checks.append(Check(name, subject, 0.0, blocks=False, text=text))


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
    gathered = _Gathered()
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
    _look_at_ages(model, found, now, gathered)
    _look_at_dialysis(model, person, now, gathered)
    kept = _levels(model, levels, doses, start, gathered)
    _look_at_kidney(person, knowledge, levels, gathered)
    _look_at_state(model, person, levels, gathered)
    for number, one in doses:
        if (share := _share(model, one)) != 1:
            text = f"administrations[{number}] of {one.drug} was turned into the model's drug by {share:g}"
            gathered.left_out("salt", f"administrations[{number}]", text)
    if levels and not doses:
        gathered.refusals.append(Refusal("no_dose", "levels are given, and no dose", "give administrations[] with time and dose"))
    records = [*kept, *_dose_records(model, doses, start)]
    events = None if missing else _events(model, records, found, start, _since(model, start, now))
    return Case(
        model=model,
        events=events,
        start=start,
        now=now,
        covariates=found,
        last_amount=_amount(model, *doses[-1]) if doses else None,
        last_duration_h=_duration(*doses[-1]) if doses else None,
        checks=tuple(gathered.checks),
        refusals=tuple(gathered.refusals),
        missing=missing,
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


def _until(person: Person, some: list[tuple[int, Given]], part: str, gathered: _Gathered) -> list[tuple[int, Given]]:
    """Leave out what lies after the time to work from."""
    found = []
    for number, one in some:
        if person.as_of is not None and one.time > person.as_of:
            where = f"{part}[{number}]"
            gathered.left_out("after_as_of", where, f"{where} lies after the time to work from; it is left out")
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
    per = TIME_H[model.structure.units.get("time", "h")]
    for number, one in doses:
        amount, rate = _amount(model, number, one), 0.0
        if (span := _duration(number, one)) > 0:
            rate = amount / (span / per)
        yield Record(_since(model, start, one.time), DOSE, amount, rate=rate)


def _levels(
    model: DoseModel,
    levels: Sequence[tuple[int, Level]],
    doses: Sequence[tuple[int, Administration]],
    start: datetime,
    gathered: _Gathered,
) -> list[Record]:
    unit = model.structure.units.get("concentration", "mg/L")
    found = []
    for number, one in levels:
        where = f"levels[{number}]"
        if doses and one.time <= doses[0][1].time and not one.comparator:
            gathered.left_out(
                "level_before_dose", where, f"{where} was drawn before the first dose that is given; it is left out"
            )
        elif during := _running(one.time, doses):
            text = f"{where} was drawn while {during} was running; it is left out"
            gathered.left_out("level_during_infusion", where, text)
        elif one.comparator == ">":
            gathered.left_out("level_above_limit", where, f"{where} lies above what the assay measures; it is left out")
        else:
            value = concentration(one.value, one.unit, unit, where)
            limit = None if one.lower_limit is None else concentration(one.lower_limit, one.unit, unit, where)
            below = one.comparator == "<"
            found.append(
                Record(
                    _since(model, start, one.time),
                    OBSERVATION,
                    level=None if below else value,
                    below=below,
                    limit=value if below else limit,
                    output=model.output_labels[0],
                )
            )
    return found


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


def _look_at_ages(model: DoseModel, found: Sequence[CovariateValue], now: datetime, gathered: _Gathered) -> None:
    for one in model.covariates:
        times = [value.time for value in found if value.name == one.name and value.time is not None]
        undated = [value for value in found if value.name == one.name and value.time is None]
        if one.max_age_h is None or meaning_of(one.name) in CONSTANT:
            continue
        if undated and not times and undated[0].evidence.startswith("body"):
            gathered.left_out("no_time", one.name, f"{one.name} has no time; whether it still holds is not known")
        if not times:
            continue
        age = (now - max(times)).total_seconds() / 3600
        if age > 2 * one.max_age_h:
            text = f"{one.name} is {age / 24:.1f} days old, more than twice what the model allows"
            gathered.refusals.append(Refusal("old_covariate", text, f"measure {one.name} again"))
        elif age > one.max_age_h:
            text = f"{one.name} is {age / 24:.1f} days old; the model takes values of up to {one.max_age_h / 24:g} days"
            gathered.checks.append(Check("old_covariate", one.name, age, blocks=False, text=text))


def _look_at_dialysis(model: DoseModel, person: Person, now: datetime, gathered: _Gathered) -> None:
    on = any(one.end is None or one.end >= now.date() for one in person.dialysis or ())
    if on and not any(one.name.lower() in DIALYSIS for one in model.covariates):
        text = "the person is on dialysis, and the model knows none"
        gathered.refusals.append(Refusal("dialysis", text, "take a model with dialysis, or dose by levels and protocol"))


def _look_at_state(model: DoseModel, person: Person, levels: Sequence[tuple[int, Level]], gathered: _Gathered) -> None:
    """Say what the model may not know of: pregnancy, and another assay than its own."""
    if person.life_stage is not None and person.life_stage.pregnant:
        gathered.left_out("pregnancy", "life_stage.pregnant", "pregnancy changes volume and clearance, and is not in the model")
    own = str(model.population.get("assay", "")).lower()
    for number, one in levels:
        if own and one.assay and one.assay.lower() not in own:
            where = f"levels[{number}]"
            gathered.left_out("assay", where, f"{where} was measured by another assay than the model's levels ({own})")


def _look_at_kidney(person: Person, knowledge: Knowledge, levels: Sequence[tuple[int, Level]], gathered: _Gathered) -> None:
    some = measured_values(person, knowledge).get("creatinine", ())
    values = sorted((one.time, one.value) for one in some if isinstance(one, Measured) and one.time is not None)
    if len(values) < 2:
        return
    last_time, last = values[-1]
    for time, value in values[:-1]:
        between = (last_time - time).total_seconds() / 3600
        if between > WEEK_H or creatinine_is_steady(earlier_mg_dl=value, later_mg_dl=last, hours_between=between):
            continue
        text = "creatinine is not steady (KDIGO 2012)"
        newest = max((one.time for _, one in levels), default=None)
        if newest is None or (last_time - newest).total_seconds() / 3600 > FRESH_H:
            needs = "take a fresh level; no dose follows from older ones"
            gathered.refusals.append(Refusal("unstable_kidney", text, needs))
        else:
            checked = Check("unstable_kidney", "creatinine", last, blocks=False, text=f"{text}: for the next interval only")
            gathered.checks.append(checked)
        return
