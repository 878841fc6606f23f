"""What is looked at before a dose: names, ways of giving, entries that stand twice, ages, kidney, dialysis, assay."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from garrod.biomarkers.laboratory_values import Measured, measured_values
from garrod.dosing.estimating.checks import Check
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.people.person_covariates import CONSTANT, CovariateValue, meaning_of
from garrod.knowledge.loading import Knowledge
from garrod.medicines.names import drug_index
from garrod.model.person import Administration, Level, Person
from garrod.physiology.renal import creatinine_is_steady

WEEK_H: Final = 168.0
FRESH_H: Final = 2.0  #: a level drawn this much before the last creatinine of an unsteady kidney is still of the same draw
OLD_LEVEL_D: Final = 30.0  #: levels older than this, and than twice the model's longest interval, say nothing of today; ours
#: Models with a covariate of one of these names know dialysis.
DIALYSIS: Final = frozenset({"dial", "dialysis", "cl_hemo", "hd"})
METHODS: Final = re.compile(r"immunoassay|lc-?ms|hplc|meia|emit|cmia|elisa|fpia|petinia", re.IGNORECASE)

Doses = Sequence[tuple[int, Administration]]
Levels = Sequence[tuple[int, Level]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no dose is given, as a code and in words, and what would allow it."""

    reason: str
    text: str
    needs: str


@dataclass(slots=True)
class Gathered:
    """What is gathered on the way."""

    checks: list[Check] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def note(self, name: str, subject: str, text: str, value: float = 0.0) -> None:
        """Say something that forbids nothing."""
        self.checks.append(Check(name, subject, value, blocks=False, text=text))

    def refuse(self, reason: str, text: str, needs: str) -> None:
        """Forbid a dose."""
        self.refusals.append(Refusal(reason, text, needs))


def look_at_names(model: DoseModel, person: Person, knowledge: Knowledge, gathered: Gathered) -> None:
    """Refuse names that are no drug known here, and forms that the model does not know: they may be of the drug that is dosed."""
    drug = str(model.drug.get("name", "")).lower()
    index, own = drug_index(knowledge), {drug, *(name.lower() for name in model.salt)}
    named = [("administrations", number, one.drug) for number, one in enumerate(person.administrations or ())]
    named += [("levels", number, one.drug) for number, one in enumerate(person.levels or ())]
    for part, number, name in named:
        if name.lower() not in own:
            found = index.recognize(name)
            if not found.drug_ids:
                offers = f"; did you mean {' or '.join(found.offers)}?" if found.offers else ""
                text = f"{part}[{number}] has a name that is not recognized, and may be of this drug"
                gathered.refuse("unrecognized_drug", text, f"give the drug's name in {part}[{number}]{offers}")
            elif any(drug in other and drug != other for other in found.drug_ids):
                text = f"{part}[{number}] is of another form of the drug, and the model does not say how much of it that is"
                gathered.refuse("other_form", text, "take a model whose [salt] names that form")


def look_at_ways(model: DoseModel, doses: Doses, gathered: Gathered) -> None:
    """Refuse infusions whose length is not known, and infusions of a model that knows only the mouth."""
    routes = model.structure.routes
    for number, one in doses:
        where = f"administrations[{number}]"
        if one.duration is None and routes == ("iv_infusion",):
            gathered.refuse("no_duration", f"how long {where} took is not known", f"give {where}.duration, 0 for a push")
        if one.duration is not None and one.duration.value > 0 and routes and not any(way.startswith("iv") for way in routes):
            gathered.refuse(
                "route", f"{where} is an infusion, and the model knows {', '.join(routes)} only", "take another model"
            )


def look_at_twins(doses: Doses, levels: Levels, gathered: Gathered) -> None:
    """Refuse where the same dose or level stands twice: one of them would be counted too much."""
    for part, entries in (("administrations", doses), ("levels", levels)):
        seen: dict[tuple[object, ...], int] = {}
        for number, one in entries:
            key = (one.time, one.dose) if isinstance(one, Administration) else (one.time, one.value, one.unit, one.comparator)
            if key in seen:
                text = f"{part}[{seen[key]}] and {part}[{number}] are the same"
                gathered.refuse("listed_twice", text, "leave one out, or put their times right")
            seen.setdefault(key, number)


def look_at_ages(model: DoseModel, found: Sequence[CovariateValue], now: datetime, gathered: Gathered) -> None:
    """Warn of a covariate that is older than the model allows, and refuse at twice that age."""
    for one in model.covariates:
        if one.max_age_h is None or meaning_of(one.name) in CONSTANT:
            continue
        mine = [value for value in found if value.name == one.name]
        times = [value.time for value in mine if value.time is not None]
        if any(value.time is None and value.evidence != "said with the request" for value in mine):
            gathered.note("no_time", one.name, f"{one.name} has a value without a time; whether it still holds is not known")
        if not times:
            continue
        age = (now - max(times)).total_seconds() / 3600
        if age > 2 * one.max_age_h:
            text = f"{one.name} is {age / 24:.1f} days old, more than twice what the model allows"
            gathered.refuse("old_covariate", text, f"measure {one.name} again")
        elif age > one.max_age_h:
            text = f"{one.name} is {age / 24:.1f} days old; the model takes values of up to {one.max_age_h / 24:g} days"
            gathered.note("old_covariate", one.name, text, age)


def look_at_levels(model: DoseModel, kept: Sequence[datetime], now: datetime, gathered: Gathered) -> None:
    """Say that no level was used, and refuse where the newest is too old to say anything of today."""
    if not kept:
        gathered.note("no_level", "levels", "no level was used: what follows rests on covariates alone")
        return
    age = (now - max(kept)).total_seconds() / 86400
    longest = max(model.dosing.intervals_h, default=0.0) / 24
    if age > max(OLD_LEVEL_D, 2 * longest):
        gathered.refuse("old_level", f"the newest level is {age:.0f} days old", "take a fresh level")


def look_at_dialysis(person: Person, found: Sequence[CovariateValue], now: datetime, gathered: Gathered) -> None:
    """Refuse dialysis without a model of it, and a covariate that contradicts the person file."""
    if person.dialysis is None:
        gathered.note("dialysis", "dialysis", "whether the person is on dialysis is not known; none was taken to be")
        return
    today = now.date()
    on = any((one.start is None or one.start <= today) and (one.end is None or one.end >= today) for one in person.dialysis)
    known = [one.value for one in found if one.name.lower() in DIALYSIS]
    if on and not known:
        text = "the person is on dialysis, and the model knows none"
        gathered.refuse("dialysis", text, "take a model with dialysis, or dose by levels and protocol")
    elif known and (known[-1] != 0) != on:
        text = "the covariate of dialysis contradicts the person file"
        gathered.refuse("dialysis", text, "put one of them right")


def look_at_kidney(person: Person, knowledge: Knowledge, kept: Sequence[datetime], gathered: Gathered) -> None:
    """Refuse where creatinine is not steady and no level that was used is as fresh as it; else warn."""
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
        if not kept or (last_time - max(kept)).total_seconds() / 3600 > FRESH_H:
            gathered.refuse("unstable_kidney", text, "take a fresh level; no dose follows from older ones")
        else:
            gathered.note("unstable_kidney", "creatinine", f"{text}: for the next interval only", last)
        return


def look_at_state(model: DoseModel, person: Person, levels: Levels, gathered: Gathered) -> None:
    """Say what the model may not know of: pregnancy, and another assay than its own."""
    if person.life_stage is not None and person.life_stage.pregnant:
        gathered.note("pregnancy", "life_stage.pregnant", "pregnancy changes volume and clearance, and is not in the model")
    own = _methods(str(model.population.get("assay", "")))
    for number, one in levels:
        used = _methods(one.assay or "")
        if own and used and not own & used:
            where = f"levels[{number}]"
            text = f"{where} was measured by another method than the model's levels ({', '.join(sorted(own))})"
            gathered.note("assay", where, text)


def _methods(text: str) -> frozenset[str]:
    return frozenset(found.lower().replace("-", "") for found in METHODS.findall(text))


def look_at_forms(shares: Mapping[int, float], doses: Doses, gathered: Gathered) -> None:
    """Say which doses of another form were turned into the model's drug."""
    for number, one in doses:
        if shares[number] != 1:
            text = f"administrations[{number}] of {one.drug} was turned into the model's drug by {shares[number]:g}"
            gathered.note("salt", f"administrations[{number}]", text)
