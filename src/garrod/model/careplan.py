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
    notices: tuple[str, ...] = ()  #: staleness and limits that hold for the whole plan
