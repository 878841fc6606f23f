"""Allergies: groups of drugs, how allergens and reactions are called, and what crosses with what. One class a table."""

from dataclasses import dataclass
from enum import StrEnum

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.recommendations import Action, Severity


class AllergenKind(StrEnum):
    """What an allergen is: a medicine or a group of them, or something that only a product's other ingredients can hold."""

    DRUG = "drug"
    GROUP = "group"
    EXCIPIENT = "excipient"
    FOOD = "food"
    OTHER = "other"


class ReactionKind(StrEnum):
    """What kind of reaction it was: it decides how loudly the same substance is warned of, and what may cross."""

    IMMEDIATE = "immediate"
    SEVERE_DELAYED = "severe delayed"
    RASH = "rash"
    INTOLERANCE = "intolerance"
    UNKNOWN = "unknown"


ANY_REACTION = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of drugs that rows may name together: by structure, by what they do, or by what crosses."""

    group_id: str
    name: str
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """One drug of a group."""

    group_id: str
    drug_id: str
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergenName:
    """A name in lower case by which people and systems write an allergen that is not a drug's own name."""

    name: str
    kind: AllergenKind
    allergen_id: str  #: drug_id, group_id, or a word of ours for what is neither
    note: str | None = None
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionWord:
    """A word of a reaction, in lower case, and what it says."""

    word: str
    kind: ReactionKind
    is_severe: bool = False
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossReaction:
    """What an allergy to one substance or group says of another."""

    allergen: str  #: drug_id or group_id
    other: str  #: drug_id or group_id
    reactions: str = ANY_REACTION  #: kinds of reaction it holds for, ``;`` between
    action: Action
    if_severe: Severity  #: how loudly after a severe reaction
    if_mild: Severity
    figure: str | None = None  #: how often it crosses, as the source counts
    says: str
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        kinds = {one.value for one in ReactionKind} | {ANY_REACTION}
        if not set(self.reactions.split(";")) <= kinds:
            raise ValueError(f"{self.allergen} to {self.other}: {self.reactions!r} holds a kind of reaction that is not known")
        if self.reading is Reading.RECALLED and Severity.CRITICAL in {self.if_severe, self.if_mild}:
            raise ValueError(f"{self.allergen} to {self.other}: what was not opened warns at most")
