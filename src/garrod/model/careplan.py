"""The plan: everything found and recommended for one person, in order, with what disagrees and what is to be watched."""

from dataclasses import dataclass

from garrod.model.findings import Finding, Findings
from garrod.model.person import Person
from garrod.model.recommendations import Check, Recommendation
from garrod.model.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Recommendations that cannot all be followed, or bodies that differ; resolved in the open."""

    id: str
    between: tuple[str, ...]  #: recommendation ids
    kind: str  #: ``bodies_differ``
    resolution: str  #: ``both_shown``
    kept: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringItem:
    """Something to measure, when, and why."""

    what: str
    loinc: str | None = None
    due: str | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedAmount:
    """An amount in whole tablets or capsules of one kind of form."""

    form: str  #: ``immediate``, or the form's name where it must not be mixed with others
    mg: float
    pieces: tuple[tuple[float, int], ...]  #: (strength in mg, how many), the largest first


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedDose:
    """A guideline's factor or limit applied to the dose that is taken, for one intake.

    Attributes
    ----------
    taken_mg, interval_h
        One intake as listed.
    exact_low_mg, exact_high_mg
        What the factor makes of it, a limit kept; the low end is None where the guideline says "below". Both are None
        where no amount could be worked out, and ``said`` tells why.
    limit_mg
        What one intake must not exceed by the guideline, where it names a limit.
    is_changed
        Whether the dose that is taken is not what the guideline leads to.
    rounded
        The amounts in whole pieces nearest to the exact ones, never above a limit; empty where none is near enough.
    """

    recommendation: str
    drug: str
    phase: str
    factor_low: float | None
    factor_high: float | None
    taken_mg: float
    interval_h: float
    exact_low_mg: float | None
    exact_high_mg: float | None
    limit_mg: float | None
    is_changed: bool
    rounded: tuple[RoundedAmount, ...]
    condition: str | None  #: what the guideline adds to this line
    applies_if: str | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """What follows for one person.

    ``recommendations`` stand in order: the person's own medicines first, the gravest first within them.
    ``in_use`` holds the ids of those that speak of a medicine the person takes.
    """

    run: Run
    person: Person
    findings: Findings
    recommendations: tuple[Recommendation, ...]
    in_use: frozenset[str]
    conflicts: tuple[Conflict, ...]
    monitoring: tuple[MonitoringItem, ...]
    not_assessed: tuple[Finding, ...]
    checks: tuple[Check, ...] = ()  #: what the review of the list looked at, found or clean
    worked_doses: tuple[WorkedDose, ...] = ()  #: guidelines' factors and limits, applied to the doses that are taken
    notices: tuple[str, ...] = ()  #: staleness and limits that hold for the whole plan
