"""What a person takes, and what that does: to enzymes, and to how much of a drug the body sees."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from garrod.model.quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMedicine:
    """One active substance of one entry of the medicine list; a combination product gives one for each ingredient.

    Attributes
    ----------
    entry
        Index of the entry in the person's list.
    dose_from
        Where the dose comes from: ``given``, or how it was worked out, in words that are shown beside it.
    daily_mg
        The amount a day in mg, where dose and interval are known.
    is_current
        Active, or on hold and so likely to return; a medicine that has ended is not, and may still act on enzymes.
    stopped_on
        The day it ended, where that is known and past.
    """

    entry: int
    drug_id: str
    name: str
    dose: Quantity | None = None
    dose_from: str | None = None
    interval_h: float | None = None
    daily_mg: float | None = None
    route: str | None = None
    start: date | None = None
    stopped_on: date | None = None
    indication: str | None = None
    is_current: bool = True


class EnzymeRole(StrEnum):
    """What a medicine does to an enzyme or transporter."""

    INHIBITOR = "inhibitor"
    INDUCER = "inducer"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnzymeInfluence:
    """What one thing the person takes or does makes of an enzyme today.

    Attributes
    ----------
    by
        The drug's id, or ``smoking``.
    fraction
        How much of its full effect is there now, by its time course: 0 to 1.
    until
        The day from which the effect is gone, where it was stopped.
    """

    enzyme: str
    by: str
    role: EnzymeRole
    strength: str  #: strong, moderate, weak, ungraded
    fraction: float = 1.0
    since: date | None = None
    until: date | None = None
    reading: str = "read_once"
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnzymeActivity:
    """An enzyme as it is today: the genetic phenotype, what acts on it, and the phenotype that follows.

    ``adjusted`` is None where no accepted rule makes a phenotype of the two; then both stand side by side.
    """

    gene: str
    genetic: str | None
    adjusted: str | None
    score: float | None = None
    adjusted_score: float | None = None
    influences: tuple[EnzymeInfluence, ...] = ()
    method: str | None = None  #: ``accepted`` or ``proposed by literature``
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """An estimate with the interval that 90 % of cases are expected to lie in."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureTerm:
    """One thing that moves a drug's exposure.

    Attributes
    ----------
    factor
        The pathway: ``CYP3A``, ``kidney``, ``liver``.
    by
        What acts on it: a drug's id, ``genotype``, ``kidney function``, ``liver function``, ``smoking``.
    ratio
        What the exposure would be by this term alone, to a typical person's.
    share
        The part of the drug's clearance that goes by the pathway, 0 to 1.
    activity
        What is left of the pathway's activity (above 1: induced).
    """

    factor: str
    by: str
    ratio: float
    share: float
    activity: float
    reading: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A drug's exposure (AUC) in this person, to that of a typical person on the same dose.

    ``auc_ratio`` is None where it cannot be predicted; ``reason`` then says why.
    ``observed`` holds what studies saw of the same pair, in words with their source.
    """

    drug: str
    auc_ratio: Range | None
    terms: tuple[ExposureTerm, ...] = ()
    reading: str = "read_once"
    reason: str | None = None
    not_counted: tuple[str, ...] = ()  #: what acts on the drug or may, and has no figure
    observed: tuple[str, ...] = ()
    is_prodrug: bool = False  #: made active in the body: its own exposure does not tell its effect
    sources: tuple[str, ...] = ()
