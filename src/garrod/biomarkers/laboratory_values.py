"""Which reported observation is which analyte, in its own unit; the newest counts, and what cannot be read says why."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from garrod.knowledge.laboratory import Analyte, AnalyteKind, AnalyteName, AnalyteUnit
from garrod.knowledge.loading import Knowledge
from garrod.model.person import Observation, Person

#: Specimens that count as blood; creatinine of urine is another thing.
BLOOD: Final = frozenset({"serum", "plasma", "blood", "serum or plasma", "serum/plasma", "whole blood", "venous blood"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One analyte as measured at one time, in the analyte's own unit.

    ``comparator`` is set where the laboratory gives a limit: ``>`` 90.
    """

    analyte: Analyte
    value: float
    time: datetime | None
    evidence: str
    comparator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """An observation that names a known analyte and cannot be used, with the reason and what would do."""

    analyte: Analyte
    reason: str
    time: datetime | None
    evidence: str


@dataclass(frozen=True, slots=True)
class LaboratoryNames:
    """Analytes by name, by code, and the factor of each unit."""

    by_name: Mapping[str, Analyte]
    by_code: Mapping[str, Analyte]
    factors: Mapping[tuple[str, str], float]

    def analyte_of(self, one: Observation) -> Analyte | None:
        """Return what an observation measures. A code that is not known here is not overruled by a name."""
        if one.loinc:
            return self.by_code.get(one.loinc.strip())
        return self.by_name.get(_plain(one.name))

    def units_of(self, analyte: str) -> tuple[str, ...]:
        """Return the units that are known for an analyte."""
        return tuple(unit for name, unit in self.factors if name == analyte)


def laboratory_names(knowledge: Knowledge) -> LaboratoryNames:
    """Return the index of laboratory names and units."""
    return knowledge.once(_build)


def _build(knowledge: Knowledge) -> LaboratoryNames:
    analytes = {row.analyte: row for row in knowledge.rows(Analyte)}
    names = knowledge.rows(AnalyteName)
    return LaboratoryNames(
        {row.name: analytes[row.analyte] for row in names if not row.is_code},
        {row.name: analytes[row.analyte] for row in names if row.is_code},
        {(row.analyte, row.unit): row.factor for row in knowledge.rows(AnalyteUnit)},
    )


def measured_values(person: Person, knowledge: Knowledge) -> Mapping[str, tuple[Measured | Unusable, ...]]:
    """Return for each analyte what was reported of it, newest first.

    Undated values come last, and values of after ``as_of`` not at all. The order of the person's list changes nothing.
    """
    names, found = laboratory_names(knowledge), defaultdict(list)
    for number, one in enumerate(person.observations or ()):
        analyte = names.analyte_of(one)
        is_later = person.as_of is not None and one.time is not None and one.time > person.as_of
        if analyte is not None and not is_later and not (analyte.kind is AnalyteKind.BLOOD and not _is_blood(one)):
            found[analyte.analyte].append(_read(one, analyte, names, f"observations[{number}]"))
    return {name: tuple(sorted(some, key=_newest_first)) for name, some in found.items()}


def newest(some: tuple[Measured | Unusable, ...]) -> Measured | Unusable:
    """Return the newest of an analyte's values; two of one time that differ are as good as none."""
    first = some[0]
    same = [one for one in some if one.time == first.time]
    values = {(one.value, one.comparator) for one in same if isinstance(one, Measured)}
    unusable = [one for one in same if isinstance(one, Unusable)]
    if unusable and not values:
        return unusable[0]
    if len(values) > 1:
        when = "without a time" if first.time is None else "of the same time"
        reason = f"values {when} differ; give the one that holds, or their times"
        return Unusable(analyte=first.analyte, reason=reason, time=first.time, evidence=first.evidence)
    return next(one for one in same if isinstance(one, Measured))


def _newest_first(one: Measured | Unusable) -> tuple[bool, float, str, float]:
    when = 0.0 if one.time is None else -one.time.timestamp()
    return one.time is None, when, one.analyte.analyte, one.value if isinstance(one, Measured) else 0.0


def _plain(name: str) -> str:
    return re.sub(r"\s+", " ", name.lower().replace("µ", "u").replace("μ", "u")).strip()


def plain_unit(unit: str) -> str:
    """Return a unit as the tables write it.

    >>> plain_unit("µmol/L"), plain_unit("mL/min/1.73 m²")
    ('umol/l', 'ml/min/1.73 m2')
    """
    return _plain(unit).replace("²", "2").replace("m^2", "m2").replace("mcmol", "umol")


def _is_blood(one: Observation) -> bool:
    return one.specimen is None or one.specimen.strip().lower() in BLOOD


def _read(one: Observation, analyte: Analyte, names: LaboratoryNames, evidence: str) -> Measured | Unusable:
    number = _number(one.value)
    reason = next(_refusals(one, number, analyte, names), None)
    if reason is not None or number is None:
        return Unusable(analyte=analyte, reason=reason or "no number is given", time=one.time, evidence=evidence)
    value = number * _factor(one, analyte, names)
    return Measured(analyte=analyte, value=value, time=one.time, evidence=evidence, comparator=one.comparator)


def _refusals(one: Observation, number: float | None, analyte: Analyte, names: LaboratoryNames) -> Iterator[str]:
    """Yield why a value cannot be used: no number, no unit, a unit that would have to be guessed, an impossible value."""
    if number is None:
        yield f"no number is given for {analyte.label}"
        return
    known = " or ".join(names.units_of(analyte.analyte))
    if one.unit is None and analyte.unit != "1":
        yield f"{analyte.label} has no unit; give it in {known}"
        return
    if one.unit is not None and (analyte.analyte, plain_unit(one.unit)) not in names.factors:
        yield f"the unit of {analyte.label} is not known here; give it in {known}"
        return
    value = number * _factor(one, analyte, names)
    if not analyte.lowest <= value <= analyte.highest:
        yield f"{analyte.label} is outside {analyte.lowest:g} to {analyte.highest:g} {analyte.unit}; correct value or unit"


def _factor(one: Observation, analyte: Analyte, names: LaboratoryNames) -> float:
    return names.factors.get((analyte.analyte, plain_unit(one.unit or "1")), 1.0)


def _number(value: float | str | None) -> float | None:
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
