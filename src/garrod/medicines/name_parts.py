"""Take a medicine's name apart as it is written: substances, strengths, forms, what stands in brackets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from garrod.knowledge.vocabulary import name_key
from garrod.model.quantities import Quantity

#: Units of amounts as people write them -> as they are written here. Volume and time are no amounts of a substance.
AMOUNTS: Final[Mapping[str, str]] = {
    "mg": "mg", "mgs": "mg", "milligram": "mg", "milligrams": "mg", "g": "g", "gm": "g", "gram": "g", "grams": "g", "kg": "kg",
    "mcg": "ug", "µg": "ug", "μg": "ug", "ug": "ug", "microgram": "ug", "micrograms": "ug", "ng": "ng", "mmol": "mmol",
    "meq": "meq", "unt": "IU", "unit": "IU", "units": "IU", "iu": "IU", "u": "IU", "mci": "mCi", "mu": "MIU",
}  # fmt: skip
PER: Final[Mapping[str, str]] = {
    "ml": "mL", "l": "L", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "dose": "dose", "actuat": "dose", "actuation": "dose",
    "puff": "dose", "spray": "dose", "mg": "mg", "g": "g", "tab": "piece", "tablet": "piece", "cap": "piece",
    "capsule": "piece", "d": "d", "day": "d", "vil": "vial", "vial": "vial",
}  # fmt: skip
_BESIDE: Final = ("ml", "l", "h", "hr", "hrs", "hour", "hours", "%", "actuat", "day", "days", "month", "puffs")
_NUMBER: Final = r"\d+(?:[.,]\d+)*"
_UNIT: Final = "|".join(sorted({*AMOUNTS, *_BESIDE}, key=len, reverse=True))
_PER: Final = "|".join(sorted(PER, key=len, reverse=True))
_PER_MORE: Final = "|".join(sorted(PER.keys() - {"mg", "g"}, key=len, reverse=True))  # 500 mg/125 mg are two strengths
#: One strength or several with slashes between: ``75 mg``, ``5 mg/ml``, ``100 mg/5 ml``, ``500/125 mg``, ``2 %``.
STRENGTH: Final = re.compile(
    rf"(?<![\w.])(?P<numbers>{_NUMBER}(?:\s*[/-]\s*{_NUMBER})*)\s*-?\s*(?P<unit>(?:{_UNIT})(?![a-z0-9]))"
    rf"(?:\s*/\s*(?:(?P<per>{_NUMBER})\s*(?P<per_more>(?:{_PER_MORE})(?![a-z]))|(?P<per_unit>(?:{_PER})(?![a-z]))))?(?!\w)"
)
_SEPARATORS: Final = (
    re.compile(r"\s+/\s+|\s*\+\s*|\s+(?:and|with|plus|&)\s+"),
    re.compile(r"\s+/\s+|\s*[/+&;]\s*|\s+(?:and|with|plus)\s+"),
    re.compile(r"\s*[/+&;,]\s*(?:and\s+)?|\s+(?:and|with|plus)\s+"),
    re.compile(r"\s*[/+&;,]\s*|\s+(?:and|with|plus)\s+|(?<=[a-z])-(?=[a-z])"),
)
_ASIDE: Final = re.compile(r"[\[(]([^\[\]()]*)[\])]")
_NUMBERS: Final = re.compile(r"[\d.,%]+")
_MARK: Final = "\x01"
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?:\.\d{3}){2,}|[1-9]\d{0,2}\.000")
_MOST: Final = 400  #: no name of a medicine is longer


@dataclass(frozen=True, slots=True)
class Strength:
    """An amount as written in a name: ``75 mg``, or ``20 mg`` per ``mL``. ``amount`` is None where it reads two ways."""

    written: str
    amount: Quantity | None
    per: str | None = None

    def __str__(self) -> str:
        """Print it as it is used."""
        if self.amount is None:
            return self.written
        return f"{self.amount}/{self.per}" if self.per else str(self.amount)


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart.

    Attributes
    ----------
    full
        The name without strengths.
    whole
        The name without strengths and without what stands in brackets.
    split
        The ways in which it can be a list of substances, the surest first: each a tuple of (text, strengths).
    asides
        What stands in brackets.
    """

    full: str
    whole: str
    strengths: tuple[Strength, ...]
    split: tuple[tuple[tuple[str, tuple[Strength, ...]], ...], ...]
    asides: tuple[str, ...] = field(default=())


def name_parts(name: str) -> NameParts:
    """Take a name apart without knowing any substance."""
    text = " ".join(name[:_MOST].lower().split())
    asides = tuple(found.strip() for found in _ASIDE.findall(text) if found.strip())
    outside = _ASIDE.sub(" ", text)
    if not outside.strip():
        outside, asides = text.strip("()[]"), ()
    marked, strengths = _without_strengths(outside)
    ways = []
    for separator in _SEPARATORS:
        way = tuple(one for part in separator.split(marked) if (one := _part(part, strengths))[0])
        if len(way) > 1 and way not in ways:
            ways.append(way)
    return NameParts(STRENGTH.sub(" ", text), _part(marked, strengths)[0], strengths, tuple(ways), asides)


def _part(text: str, strengths: tuple[Strength, ...]) -> tuple[str, tuple[Strength, ...]]:
    own = tuple(strengths[ord(one) - 0xE000] for one in text if "\ue000" <= one < "\uf8ff")
    return " ".join(re.sub(f"{_MARK}[\ue000-\uf8fe]*{_MARK}", " ", text).split()), own


def _without_strengths(text: str) -> tuple[str, tuple[Strength, ...]]:
    found: list[Strength] = []

    def mark(match: re.Match[str]) -> str:
        first = len(found)
        found.extend(_strengths(match))
        return f" {_MARK}{''.join(chr(0xE000 + n) for n in range(first, len(found)))}{_MARK} "

    return STRENGTH.sub(mark, text), tuple(found)


def _strengths(match: re.Match[str]) -> Iterator[Strength]:
    unit = AMOUNTS.get(match["unit"] or "")
    if unit is None:
        return
    per = PER.get(match["per_more"] or match["per_unit"] or "")
    share = number(match["per"]) if match["per"] else 1.0
    for one in re.split(r"\s*[/-]\s*", match["numbers"]):
        value = number(one)
        known = value is not None and share is not None and value > 0 and share > 0
        amount = Quantity(value / share, unit) if known and value is not None and share is not None else None
        yield Strength(" ".join(match[0].split()), amount, per)


def number(text: str) -> float | None:
    """Return a number as written in a name, or None where a comma or point can be read two ways.

    >>> number("2,5"), number("0,125"), number("1,000")
    (2.5, 0.125, None)
    """
    if _THOUSANDS.fullmatch(text) or text.count(",") > 1 or text.count(".") > 1 or ("," in text and "." in text):
        return None
    return float(text.replace(",", "."))


def without_words(key: str, words: frozenset[str]) -> str:
    """Return a key without the words of a set, wherever they stand."""
    return " ".join(word for word in key.split() if word not in words)


def without_numbers(key: str) -> str:
    """Return a key without the numbers that stand alone in it.

    >>> without_numbers("co amoxiclav 500 / 125"), without_numbers("vitamin b12")
    ('co amoxiclav', 'vitamin b12')
    """
    return " ".join(word for word in key.split() if not _NUMBERS.fullmatch(word)).strip(" /")


def readings_of(text: str, forms: frozenset[str], salts: frozenset[str]) -> Iterator[str]:
    """Go through the keys under which a substance may be known: as written, then without forms, numbers and salts."""
    key = name_key(text)
    yield key
    bare = without_words(key, forms)
    yield bare
    plain = without_numbers(bare)
    yield plain
    yield without_words(plain, salts)
