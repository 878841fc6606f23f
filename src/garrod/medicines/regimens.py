"""From an entry of the medicine list to what is taken: how much a day, since when, until when; and what cannot be read of it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.knowledge.vocabulary import FrequencyWord, name_key
from garrod.medicines.name_parts import name_parts, number
from garrod.medicines.names import Recognition, Substance, Words
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Medication
from garrod.model.quantities import Quantity

HOURS: Final[Mapping[str, float]] = {
    "h": 1.0, "hr": 1.0, "hour": 1.0, "hours": 1.0, "min": 1 / 60, "minutes": 1 / 60, "d": 24.0, "day": 24.0, "days": 24.0,
    "wk": 168.0, "week": 168.0, "weeks": 168.0, "mo": 730.5, "month": 730.5, "months": 730.5, "hourly": 1.0, "w": 168.0,
    "m": 730.5,
}  # fmt: skip
#: Units of an interval in structured entries: without the letters that mean other things elsewhere.
INTERVAL_UNITS: Final = HOURS.keys() - {"w", "m", "hourly"}
MILLIGRAMS: Final = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001, "µg": 0.001, "μg": 0.001, "ng": 1e-6, "kg": 1e6}
#: Amounts of a substance that are none in mass; they are kept as they are.
OTHER_AMOUNTS: Final = frozenset({"IU", "iu", "[iU]", "U", "u", "units", "mmol", "meq", "mEq", "MIU", "mCi"})
MILLILITERS: Final = {"ml": 1.0, "l": 1000.0}
PUFFS: Final = frozenset({"puff", "puffs", "actuation", "actuations", "spray", "sprays", "dose", "doses"})
DAY_HOURS: Final = 24.0
GIVEN: Final = "given"
#: A dose of a combination that is one of these multiples of its strengths together is that many of it.
MULTIPLES: Final = tuple(count / 4 for count in range(1, 41))
_TIMES: Final = re.compile(
    r"(?P<times>\d+(?:[.,]\d+)?) ?(?:x|times?)? ?(?:a|an|per|/|each|every)? ?(?P<unit>day|d|daily|week|weekly|wk|month|monthly)"
)
_EVERY: Final = re.compile(
    r"(?:every|q|each) ?(?P<value>\d+(?:[.,]\d+)?)? ?(?P<unit>h|hr|hours?|hourly|d|days?|wk|w|weeks?|mo|months?|min|minutes)"
)
_SCHEME: Final = re.compile(r"\d(?:[.,]5)?(?: ?[-–] ?\d(?:[.,]5)?){2,3}")
_AMOUNT: Final = re.compile(r"(?P<value>\d+(?:[.,]\d+)*) ?(?P<unit>[a-z]+)")
_UNITS: Final = {"daily": "d", "weekly": "wk", "monthly": "mo"}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something of an entry that cannot be used as it stands: which part, what is wrong, and what would do."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dose:
    """How much is taken each time, and where that comes from."""

    amount: Quantity
    origin: str


def taken_medicines(
    entry: int, one: Medication, found: Recognition, words: Words, knowledge: Knowledge
) -> tuple[TakenMedicine, ...]:
    """Return one recognized entry as it is taken, one for each substance and then each row that speaks of the whole.

    It counts as current while its status says so, whatever its end.
    """
    interval = interval_of(one, knowledge)
    doses = doses_of(one, found.substances, words)
    made = []
    whole = doses[0] if len(doses) == 1 else None
    for drug, dose in [*zip((s.drug_id for s in found.substances), doses, strict=True), *((w, whole) for w in found.wholes)]:
        made.append(
            TakenMedicine(
                entry=entry,
                drug_id=drug,
                name=one.name,
                dose=dose.amount if dose else None,
                dose_from=dose.origin if dose else None,
                interval_h=interval,
                daily_mg=daily_mg(dose.amount if dose else None, interval),
                route=one.route,
                start=one.start,
                stopped_on=None if one.is_current else one.end,
                indication=one.indication,
                is_current=one.is_current,
            )
        )
    return tuple(made)


def doses_of(one: Medication, substances: Sequence[Substance], words: Words) -> tuple[Dose | None, ...]:
    """Return the dose of each substance: as given, else worked out from strengths; None where nobody says."""
    given = _given_dose(one)
    if given is None:
        return tuple(_strength_as_dose(one, each) for each in substances)
    counted = _count(given, words)
    if counted is not None:
        return tuple(_times_strength(each, *counted) for each in substances)
    if len(substances) == 1:
        return (Dose(given, GIVEN),)
    return _shared_out(given, substances)


def _given_dose(one: Medication) -> Quantity | None:
    """Return the dose of an entry, read from words where it came in words."""
    if one.dose is not None or one.dose_text is None:
        return one.dose
    strengths = name_parts(one.dose_text).strengths
    if len(strengths) == 1 and strengths[0].per is None:
        return strengths[0].amount
    found = _AMOUNT.fullmatch(" ".join(one.dose_text.lower().split()))
    value = number(found["value"]) if found else None
    return Quantity(value, found["unit"]) if found and value is not None and value > 0 else None


def _strength_as_dose(one: Medication, substance: Substance) -> Dose | None:
    strength = substance.strength
    if one.dose_text is not None or strength is None or strength.amount is None or strength.per not in {None, "piece", "dose"}:
        return None
    return Dose(strength.amount, f"strength in the {substance.strength_from}, taken as one of it")


def _count(dose: Quantity, words: Words) -> tuple[float, str | None, str] | None:
    """Return how many tablets, milliliters or puffs a dose is: the number, what strengths count by, and the word for it."""
    unit = name_key(dose.unit)
    if unit in words.pieces:
        return dose.value, "piece", unit
    if unit in PUFFS:
        return dose.value, "dose", unit
    if unit in MILLILITERS:
        return dose.value * MILLILITERS[unit], "mL", "mL"
    return None


def _times_strength(substance: Substance, count: float, per: str | None, word: str) -> Dose | None:
    strength = substance.strength
    if strength is None or strength.amount is None:
        return None
    fits = strength.per == per or (strength.per is None and per in {"piece", "dose"})
    if not fits:
        return None
    amount = Quantity(count * strength.amount.value, strength.amount.unit)
    return Dose(amount, f"{count:g} {word} of {strength}, by the {substance.strength_from}")


def _shared_out(dose: Quantity, substances: Sequence[Substance]) -> tuple[Dose | None, ...]:
    """Share the dose of a combination by its strengths, where it is a plain multiple of them together."""
    strengths = [each.strength.amount for each in substances if each.strength is not None and each.strength.per is None]
    known = [one for one in strengths if one is not None]
    if len(known) != len(substances) or {one.unit for one in known} != {dose.unit}:
        return tuple(None for _ in substances)
    ratio = dose.value / sum(one.value for one in known)
    near = min(MULTIPLES, key=lambda one: abs(one - ratio))
    if abs(near - ratio) > 0.01 * near:
        return tuple(None for _ in substances)
    return tuple(Dose(Quantity(near * one.value, one.unit), f"{near:g} of {one}, by the strengths") for one in known)


def interval_of(one: Medication, knowledge: Knowledge) -> float | None:
    """Return the interval of an entry in hours, or None where it is not known, not regular or cannot be read."""
    if one.every is not None:
        return interval_hours(one.every)
    return read_frequency(one.every_text, knowledge) if one.every_text else None


def interval_hours(every: Quantity | None) -> float | None:
    """Return a dosing interval in hours, or None where it is not known or its unit is none of time."""
    if every is None or every.unit not in INTERVAL_UNITS or not every.value > 0:
        return None
    return every.value * HOURS[every.unit]


def read_frequency(text: str, knowledge: Knowledge) -> float | None:
    """Return the interval in hours of a frequency in words; None for "when needed", and for what cannot be read."""
    key = name_key(text)
    known = knowledge.once(_frequencies)
    if key in known:
        return known[key]
    if _SCHEME.fullmatch(text.strip()):
        a_day = sum(float(part.replace(",", ".")) for part in re.split(r" ?[-–] ?", text.strip()))
        return DAY_HOURS / a_day if a_day > 0 else None
    found = _EVERY.fullmatch(key)
    if found:
        value = number(found["value"]) if found["value"] else 1.0
        return value * HOURS[found["unit"]] if value else None
    found = _TIMES.fullmatch(key)
    times = number(found["times"]) if found else None
    return HOURS[_UNITS.get(found["unit"], found["unit"])] / times if found and times else None


def is_when_needed(text: str, knowledge: Knowledge) -> bool:
    """Whether a frequency says that it is taken when needed, or once."""
    key = name_key(text)
    known = knowledge.once(_frequencies)
    return key in known and known[key] is None


def _frequencies(knowledge: Knowledge) -> dict[str, float | None]:
    return {row.word: row.interval_h for row in knowledge.rows(FrequencyWord)}


def daily_mg(dose: Quantity | None, interval_h: float | None) -> float | None:
    """Return the amount a day in mg, where dose and interval say it."""
    if dose is None:
        return None
    unit, _, per = dose.unit.partition("/")
    if unit not in MILLIGRAMS:
        return None
    if per == "d":
        return dose.value * MILLIGRAMS[unit]
    if per or interval_h is None:
        return None
    return dose.value * MILLIGRAMS[unit] * DAY_HOURS / interval_h


def doubts(one: Medication, found: Recognition, today: date | None, words: Words, knowledge: Knowledge) -> Iterator[Doubt]:
    """Go through what of one entry cannot be used as it stands. Nothing is put in its place."""
    yield from _dose_doubts(one, found, words)
    if one.every is not None and interval_hours(one.every) is None:
        yield Doubt("every", f"{one.every} is no interval that can be read; write it in h, d or wk")
    text = one.every_text
    if text is not None and read_frequency(text, knowledge) is None and not is_when_needed(text, knowledge):
        yield Doubt("every", 'how often it is taken cannot be read; write "every": {"value": 12, "unit": "h"}')
    if found.other:
        yield Doubt("name", f"the entry names {', '.join(found.other)} besides; say which of them is taken")
    yield from _date_doubts(one, today)


def _dose_doubts(one: Medication, found: Recognition, words: Words) -> Iterator[Doubt]:
    given = _given_dose(one)
    if one.dose_text is not None and given is None:
        yield Doubt("dose", 'the dose has no unit that can be read; write "dose": {"value": 75, "unit": "mg"}')
    if given is not None:
        amount = given.unit.partition("/")[0]
        counted = _count(given, words)
        if counted is None and amount not in MILLIGRAMS.keys() | OTHER_AMOUNTS:
            yield Doubt("dose", f"a dose in {given.unit!r} says no amount; write it in mg, IU or mmol")
        elif found.substances and not any(doses_of(one, found.substances, words)):
            why = "the strength is not known" if counted else "nobody says how much of each substance that is"
            yield Doubt("dose", f"no amount follows from a dose of {given}: {why}; write the strength into the name")
    for strength in name_parts(one.name).strengths:
        if strength.amount is None:
            yield Doubt("strength", f"the strength {strength.written!r} can be read in two ways; write it without separators")


def _date_doubts(one: Medication, today: date | None) -> Iterator[Doubt]:
    if today is None:
        return
    if one.is_current and one.end is not None and one.end < today:
        yield Doubt("end", f"it is {one.status} and ended on {one.end}; correct status or end (it is counted as taken)")
    if not one.is_current and one.end is not None and one.end > today:
        yield Doubt("end", f"it is {one.status} and ends only on {one.end}; correct status or end (it is counted as stopped)")
    if one.is_current and one.start is not None and one.start > today:
        yield Doubt("start", f"it starts only on {one.start}, and what it does to enzymes does not count before")


def contradicting(taken: Sequence[TakenMedicine]) -> dict[str, tuple[TakenMedicine, ...]]:
    """Return the drugs that two current entries give by the same route in different doses, by drug id."""
    by_use: dict[tuple[str, str], list[TakenMedicine]] = defaultdict(list)
    for one in taken:
        if one.is_current and one.dose is not None:
            by_use[one.drug_id, name_key(one.route or "")].append(one)
    found: dict[str, tuple[TakenMedicine, ...]] = {}
    for (drug, _), some in sorted(by_use.items()):
        if len({one.entry for one in some}) > 1 and len({(one.dose, one.interval_h) for one in some}) > 1:
            found[drug] = (*found.get(drug, ()), *some)
    return found
