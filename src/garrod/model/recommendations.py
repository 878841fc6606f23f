"""Recommendations: something to do, as data that a machine can compute with."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """The actions of every domain; a domain with words of its own maps them here."""

    STANDARD = "standard"
    AVOID = "avoid"
    CONTRAINDICATED = "contraindicated"
    ALTERNATIVE = "alternative"
    REDUCE = "reduce"
    INCREASE = "increase"
    FIXED_DOSE = "fixed_dose"
    CAP = "cap"
    TITRATE = "titrate"
    ALGORITHM = "algorithm"
    START = "start"
    STOP = "stop"
    CONTINUE = "continue"
    SEPARATE = "separate"
    KEEP_STEADY = "keep_steady"
    MONITOR = "monitor"
    TEST = "test"
    CAUTION = "caution"
    EAT = "eat"
    LIMIT = "limit"
    SUPPLEMENT = "supplement"
    REFER = "refer"
    NO_RECOMMENDATION = "no_recommendation"


class Severity(StrEnum):
    """How loudly it is said."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the recommendation is about."""

    kind: str  #: drug, test, nutrient, referral
    name: str
    rxnorm: str | None = None
    drug_class: str | None = None  #: the broad group that lists put it under


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One line of a dose: a factor on the dose that ``relative_to`` names, an amount, or a cap."""

    phase: str  #: loading, start, maintenance, all
    relative_to: str | None = None  #: usual, lowest_recommended, maximum_recommended
    factor_low: float | None = None
    factor_high: float | None = None
    value: float | None = None
    value_high: float | None = None
    unit: str | None = None
    cap: float | None = None
    cap_unit: str | None = None
    cap_is_below: bool | None = None
    interval_h: float | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo:
    """The facets under which the guideline says this."""

    population: str  #: any, adult, pediatric
    indication: str
    prior_exposure: str
    age_min_y: float | None = None
    age_max_y: float | None = None
    weight_min_kg: float | None = None
    weight_max_kg: float | None = None
    no_alternatives: bool = False
    co_medication: str = "any"
    label: str = ""  #: the same in words; empty where it is for everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A drug or class named instead."""

    name: str
    reason: str
    kind: str = "drug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What the guideline allows when the first advice cannot be followed."""

    action: Action
    doses: tuple[Dose, ...] = ()
    condition: str | None = None
    summary: str = ""
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One piece of advice with its reasons, and what would change it."""

    id: str
    domain: str
    target: Target
    action: Action
    doses: tuple[Dose, ...] = ()
    applies_to: AppliesTo | None = None
    applies_if: str | None = None  #: set when it holds only for one of several results that all fit
    strength: str | None = None
    grade: str | None = None
    severity: Severity = Severity.INFO
    condition: str | None = None  #: what the body itself adds to the action: when, how, in whom
    summary: str
    rationale: str | None = None
    because: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    monitoring: tuple[str, ...] = ()
    avoid_also: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    fallback: tuple[Fallback, ...] = ()
    guideline: str | None = None
    body: str | None = None
    pmids: tuple[str, ...] = ()
    reading: str | None = None
    sources: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()  #: ids of the drugs that it speaks of together, where there are several or it is a review's
    cause: str | None = None  #: what brings it, where no guideline on genes does: ``qt``, ``duplicate``, ``allergy``
    basis: str = "genetic"  #: ``genetic``, or ``as_taken`` where it follows from an enzyme's activity under other medicines
    could_not_check: bool = False  #: nothing is advised by the body: a result that it needs is missing


class Outcome(StrEnum):
    """What came of looking."""

    FOUND = "found"
    CLEAN = "clean"
    COULD_NOT = "could_not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that the review looked at, and what came of it: what was found clean is listed as well as what was not.

    Attributes
    ----------
    what
        What was looked at: ``qt``, ``allergy``, ``kidney dose``.
    drugs
        Ids of the drugs it was looked at for, sorted; empty for the whole list.
    reason
        Why it could not be looked at, or what was left out.
    """

    what: str
    outcome: Outcome
    drugs: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What one part of a medication review says: advice, and what was looked at."""

    recommendations: tuple[Recommendation, ...] = ()
    checks: tuple[Check, ...] = ()
