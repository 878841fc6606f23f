"""What medicines do to each other beyond exposure: classes, added hazards, pairs, foods. One class a table.

``member`` and the sides of a pair hold a drug's id, or ``class:`` with a class's id.
"""

from dataclasses import dataclass

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.recommendations import Action, Severity

CLASS = "class:"
COMPARATORS = frozenset({"<", "<=", ">", ">="})


def _is_quiet_where_recalled(name: str, reading: Reading, severity: Severity) -> None:
    if reading is Reading.RECALLED and severity is Severity.CRITICAL:
        raise ValueError(f"{name}: a recalled row may warn and never more")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugClass:
    """A therapeutic class; ``duplicates`` says how loudly two of it are told: warning, info, none."""

    class_id: str
    label: str
    duplicates: str
    source_id: str

    def __post_init__(self) -> None:
        if self.duplicates not in {"warning", "info", "none"}:
            raise ValueError(f"{self.class_id}: duplicates {self.duplicates!r} is not warning, info or none")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugClassMember:
    """A drug of a class."""

    class_id: str
    drug_id: str
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A harm that several medicines add to."""

    hazard: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardMember:
    """A medicine or class that adds to a hazard, with its weight."""

    hazard: str
    member: str
    points: float
    word: str
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if not self.points >= 0:
            raise ValueError(f"{self.member} in {self.hazard}: points are 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardFactor:
    """Something about the person that adds to a hazard: a finding's value, or ``age`` in years."""

    hazard: str
    finding: str
    comparator: str
    value: float
    points: float
    says: str
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.comparator not in COMPARATORS:
            raise ValueError(f"{self.hazard}: {self.comparator!r} is not one of {', '.join(sorted(COMPARATORS))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardTier:
    """What a sum of points over so many medicines calls for; the tier with the most points that fits is told."""

    hazard: str
    min_points: float
    min_drugs: int
    severity: Severity
    action: Action
    says: str
    monitoring: str | None = None  #: ``;`` between
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        _is_quiet_where_recalled(self.hazard, self.reading, self.severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRule:
    """What two medicines call for together; ``target`` is the one to act on."""

    rule_id: str
    first: str
    second: str
    target: str
    action: Action
    severity: Severity
    says: str
    separation_h: float | None = None
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.target not in {self.first, self.second}:
            raise ValueError(f"{self.rule_id}: the target {self.target!r} is neither of the two")
        _is_quiet_where_recalled(self.rule_id, self.reading, self.severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodRule:
    """What a food or drink calls for beside a medicine."""

    member: str
    food: str
    action: Action
    severity: Severity
    says: str
    separation_h: float | None = None
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        _is_quiet_where_recalled(f"{self.member} with {self.food}", self.reading, self.severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapeuticOption:
    """A medicine of a group that is used for the same thing: what may be tried instead of another of it."""

    group: str
    label: str
    drug_id: str
    reading: Reading
    source_id: str
