"""A person file's text becomes evidence. Faults are told together, by file, line and field; values are not repeated."""

import hashlib
import json
import math
import re
import types
import typing
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from garrod.intake import person_file as wire
from garrod.model import person as model
from garrod.model.errors import Fault, InputError
from garrod.model.quantities import Quantity

LARGEST_FILE: Final = 200 * 1024 * 1024
OLDEST_YEARS: Final = 125
SEE: Final = "see garrod schema person"
#: Limits of the possible, so that a slip of unit is caught: quantity -> unit -> lowest, highest.
POSSIBLE: Final[Mapping[str, Mapping[str, tuple[float, float]]]] = {
    "weight": {"kg": (0.2, 650.0)},
    "height": {"cm": (20.0, 275.0)},
}


@dataclass(frozen=True, slots=True)
class PersonText:
    """One person as written, checked, with the genome files still to be read."""

    person: wire.PersonFile
    where: str
    unread: tuple[str, ...]
    digest: str


def read_documents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Return (place, text) of each JSON object of a file: one object, or one a line."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise InputError(Fault(path.name, f"a person file of {size:,} bytes is too large", "split it by person"))
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        raise InputError(Fault(path.name, "the file is empty", "write one JSON object (garrod schema person)"))
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        lines = [(n, line) for n, line in enumerate(raw.split(b"\n"), start=1) if line.strip()]
        if len(lines) > 1 and _is_object(lines[0][1]):
            yield from ((f"{path.name}:{number}", line) for number, line in lines)
            return
    yield f"{path.name}", raw


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def parse_person(where: str, raw: bytes) -> PersonText:
    """Check one JSON object section by section.

    Raises
    ------
    InputError
        With every fault of the object.
    """
    document = _document(where, raw)
    if not isinstance(document, dict):
        raise InputError(Fault(where, "a person is one JSON object", "write {...} (garrod schema person)"))
    if document.get("resourceType"):
        raise InputError(
            Fault(
                where, "this is a FHIR resource, which this version does not read", "write a person file (garrod schema person)"
            )
        )
    hints = typing.get_type_hints(wire.PersonFile, include_extras=True)
    faults: list[Fault] = []
    sections: dict[str, Any] = {}
    for name, kind in hints.items():
        if name in document:
            before = len(faults)
            section = _section(f"{where}: {name}", document[name], kind, faults)
            if len(faults) == before:
                sections[name] = section
    if "id" not in document:
        faults.append(Fault(f"{where}: id", "a person needs an id", 'write "id": "..."'))
    # What can be read is looked at even where another section cannot, so that all faults are told together.
    person = wire.PersonFile(**{"id": "", **sections})
    faults += _impossible(person, where)
    if faults:
        raise InputError(*faults)
    unknown = sorted(set(document) - set(hints))
    carried = [name for name in wire.NOT_INTERPRETED if document.get(name)]
    return PersonText(person, where, tuple(carried + unknown), hashlib.sha256(raw.strip()).hexdigest())


class _Refused(ValueError):  # noqa: N818 - a signal within this module
    """JSON that Python would take and that says nothing certain: what is wrong, and what would do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def _document(where: str, raw: bytes) -> object:
    """Read JSON; NaN, numbers without end, fields named twice and broken characters are refused."""
    try:
        document: object = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_fields_once)
        json.dumps(document, ensure_ascii=False).encode()
    except _Refused as error:
        raise InputError(Fault(where, error.what, error.remedy)) from None
    except json.JSONDecodeError as error:
        place = where if re.search(r":\d+$", where) else f"{where}:{error.lineno}"
        raise InputError(Fault(place, "this is not JSON", "write one JSON object (garrod schema person)")) from None
    except (ValueError, RecursionError):
        raise InputError(Fault(where, "this is not JSON", "write one JSON object (garrod schema person)")) from None
    return document


def _refuse_constant(text: str) -> float:
    raise _Refused(f"{text} is not a number", "write the value, or leave the field out")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Refused("a number is too large to be one", "correct the value")
    return value


def _fields_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Refused(f"field {twice[:60]!r} stands twice in one object", "keep one of the two")
    return fields


def _section(where: str, value: object, kind: Any, faults: list[Fault]) -> Any:
    """Convert one section, an item at a time where it is a list."""
    item = _item_type(kind)
    if item is not None and isinstance(value, list):
        return [one for i, raw in enumerate(value) if (one := _converted(f"{where}[{i}]", raw, item, faults)) is not None]
    return _converted(where, value, kind, faults)


def _item_type(kind: Any) -> Any:
    options = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    lists = [one for one in options if typing.get_origin(one) is list]
    return typing.get_args(lists[0])[0] if lists else None


def _converted(where: str, value: object, kind: Any, faults: list[Fault]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        # A message never repeats a person's data: what msgspec quotes is cut off.
        said = "this word is not one of those known here" if text.startswith("Invalid enum value") else text.split(" '")[0]
        remedy = 'write the number with its unit: {"value": 75, "unit": "mg"}' if "field `unit`" in said else SEE
        faults.append(Fault(f"{where}{path.rstrip('`')}", said[:1].lower() + said[1:], remedy))
        return None


def _impossible(person: wire.PersonFile, where: str) -> Iterator[Fault]:
    """Find values that no living person has, and dates that contradict each other."""
    as_of = person.as_of.date() if person.as_of else None
    if person.birth_date and as_of:
        if person.birth_date > as_of:
            yield Fault(f"{where}: birth_date", "the birth date is after as_of", "correct one of the two")
        elif (as_of - person.birth_date).days > OLDEST_YEARS * 366:
            yield Fault(f"{where}: birth_date", f"this is more than {OLDEST_YEARS} years before as_of", "correct the year")
    for index, body in enumerate(person.body or ()):
        for name, amount in (("weight", body.weight), ("height", body.height)):
            if amount is not None:
                yield from _out_of_range(f"{where}: body[{index}].{name}", name, amount)
    yield from _contradicting_dates(person, where, as_of)


def _contradicting_dates(person: wire.PersonFile, where: str, as_of: date | None) -> Iterator[Fault]:
    """Find doses that are none, and courses whose dates contradict each other."""
    for index, drug in enumerate(person.medications or ()):
        place = f"{where}: medications[{index}]"
        if drug.start and drug.end and drug.end < drug.start:
            yield Fault(place, "the medicine ends before it starts", "correct start or end")
        if isinstance(drug.dose, wire.Amount) and not drug.dose.value > 0:
            yield Fault(f"{place}.dose", "a dose is a positive number", "correct the amount")
        if isinstance(drug.every, wire.Amount) and not drug.every.value > 0:
            yield Fault(f"{place}.every", "an interval is a positive number", 'write "every": {"value": 24, "unit": "h"}')
        if drug.status in {"stopped", "completed"} and drug.end and as_of and drug.end > as_of:
            yield Fault(f"{place}.end", f"a {drug.status} medicine ends after as_of", "correct status or end")
    for index, course in enumerate(person.dialysis or ()):
        if course.start and course.end and course.end < course.start:
            yield Fault(f"{where}: dialysis[{index}]", "dialysis ends before it starts", "correct start or end")


def _out_of_range(where: str, name: str, amount: wire.Amount) -> Iterator[Fault]:
    ranges = POSSIBLE[name]
    if amount.unit not in ranges:
        yield Fault(where, f"unit {amount.unit!r} is not known here", f"give it in {' or '.join(ranges)}")
        return
    low, high = ranges[amount.unit]
    if not low <= amount.value <= high:
        yield Fault(where, f"the {name} is outside {low:g} to {high:g} {amount.unit}", "correct value or unit")


def newest_evidence(person: wire.PersonFile) -> datetime | None:
    """Return the newest time that any evidence carries: what "now" means where nobody says."""
    times = [
        one.time
        for group in (person.body, person.observations, person.administrations, person.levels)
        for one in group or ()
        if one.time is not None
    ]
    return max(times, default=None)


def evidence_of(text: PersonText, as_of: datetime | None) -> model.Person:
    """Turn the checked sections into the model's evidence, without genomes."""
    given = text.person
    now = as_of or given.as_of or newest_evidence(given)
    return model.Person(
        id=given.id,
        sex=given.sex,
        birth_date=given.birth_date,
        as_of=now,
        declared_ancestry=given.declared_ancestry,
        body=_each(given.body, model.BodyMeasurement),
        life_stage=_same(given.life_stage, model.LifeStage),
        smoking=_same(given.smoking, model.Smoking),
        outside_calls=tuple(
            model.OutsideCall(
                gene=one.gene,
                call=one.call,
                phenotype=one.phenotype,
                activity_score=None if one.activity_score is None else str(one.activity_score),
                source=one.source,
                where=f"{text.where}: outside_calls[{index}]",
            )
            for index, one in enumerate(given.outside_calls)
        ),
        observations=_each(given.observations, model.Observation),
        medications=None if given.medications is None else tuple(_medication(one, now) for one in given.medications),
        administrations=_each(given.administrations, model.Administration),
        levels=_each(given.levels, model.Level),
        dialysis=_each(given.dialysis, model.Dialysis),
        conditions=_each(given.conditions, model.Condition),
        allergies=_each(given.allergies, model.Allergy),
        secondary_findings_consent=given.consent.secondary_findings if given.consent else None,
        unread=text.unread,
        digest=text.digest,
    )


def _medication(row: wire.Medication, now: datetime | None) -> model.Medication:
    """Return an entry; one without a status is active until the day it ends."""
    has_ended = row.end is not None and now is not None and row.end < now.date()
    given = {name: getattr(row, name) for name in ("dose", "every")}
    texts = {f"{name}_text": value for name, value in given.items() if isinstance(value, str)}
    bare = msgspec.structs.replace(row, **{name: None for name, value in given.items() if isinstance(value, str)})
    made: model.Medication = replace(_same(bare, model.Medication), **texts)
    return made if row.status else replace(made, status="completed" if has_ended else "active")


def _each(rows: Any, kind: Any) -> Any:
    return None if rows is None else tuple(_same(row, kind) for row in rows)


def _same(row: Any, kind: Any) -> Any:
    """Copy the fields of a wire record to the model's type of the same shape."""
    if row is None:
        return None
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    amounts = {n: Quantity(v.value, v.unit) if isinstance(v, wire.Amount) else v for n, v in fields.items()}
    return kind(**amounts)


def age_is_possible(birth_date: date | None, as_of: datetime | None) -> bool:
    """Whether the person is born by then."""
    return birth_date is None or as_of is None or birth_date <= as_of.date()
