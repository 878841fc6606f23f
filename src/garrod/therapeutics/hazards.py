"""Harms that several medicines of a list add to: one alert a hazard, by the sum of its members and of what the person adds."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from garrod.knowledge import interactions as rows
from garrod.knowledge.loading import Knowledge
from garrod.medicines.classes import current_drugs, matching
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.model.recommendations import Check, Outcome, Recommendation, Reviewed, Severity
from garrod.therapeutics.at_hand import drug_target, listing
from garrod.therapeutics.list_advice import entries_of, list_advice

COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
AGE: Final = "age"
LOUDNESS: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return an alert for each hazard whose sum calls for one, and what was looked at."""
    drugs = tuple(current_drugs(findings))
    advice: list[Recommendation] = []
    checks: list[Check] = []
    for hazard in knowledge.rows(rows.Hazard):
        members = _members(hazard.hazard, drugs, knowledge)
        factors = tuple(_factors(hazard.hazard, person, findings, knowledge)) if members else ()
        tier = _tier(hazard.hazard, members, factors, knowledge)
        if tier is not None:
            advice.append(_advice(hazard, tier, members=members, factors=factors, findings=findings, knowledge=knowledge))
        checks.append(
            Check(
                what=hazard.hazard,
                outcome=Outcome.CLEAN if tier is None else Outcome.FOUND,
                drugs=tuple(sorted(members)) or drugs,
                reason=f"{listing(sorted(members))} alone add to it" if tier is None and members else "",
            )
        )
    return Reviewed(tuple(advice), tuple(checks))


def _members(hazard: str, drugs: Sequence[str], knowledge: Knowledge) -> dict[str, rows.HazardMember]:
    """Return the drugs of the list that add to a hazard, each with the row that gives it most."""
    found: dict[str, rows.HazardMember] = {}
    for row in knowledge.rows(rows.HazardMember):
        if row.hazard == hazard and row.points > 0:
            for drug in matching(row.member, drugs, knowledge):
                if drug not in found or row.points > found[drug].points:
                    found[drug] = row
    return found


def _factors(hazard: str, person: Person, findings: Findings, knowledge: Knowledge) -> Iterator[rows.HazardFactor]:
    values = {one.id: float(one.value) for one in findings if isinstance(one.value, float | int)}
    if (years := person.age_years()) is not None:
        values[AGE] = years
    for row in knowledge.rows(rows.HazardFactor):
        if row.hazard == hazard and row.finding in values and COMPARED[row.comparator](values[row.finding], row.value):
            yield row


def _tier(
    hazard: str, members: Mapping[str, rows.HazardMember], factors: Sequence[rows.HazardFactor], knowledge: Knowledge
) -> rows.HazardTier | None:
    total = sum(row.points for row in members.values()) + sum(row.points for row in factors)
    fitting = [
        row
        for row in knowledge.rows(rows.HazardTier)
        if row.hazard == hazard and row.min_points <= total and row.min_drugs <= len(members)
    ]
    return max(fitting, key=lambda row: (-LOUDNESS[row.severity], row.min_points, row.min_drugs), default=None)


def _advice(
    hazard: rows.Hazard,
    tier: rows.HazardTier,
    *,
    members: Mapping[str, rows.HazardMember],
    factors: Sequence[rows.HazardFactor],
    findings: Findings,
    knowledge: Knowledge,
) -> Recommendation:
    ordered = sorted(members, key=lambda drug: (-members[drug].points, drug))
    also = f", with {listing(row.says for row in factors)}" if factors else ""
    evidence = [row.finding for row in factors if row.finding != AGE]
    told = f"{hazard.label}: {listing(ordered)}{also}"
    return list_advice(
        name=f"{hazard.hazard}:{'+'.join(sorted(members))}",
        cause=hazard.hazard,
        target=drug_target(ordered[0], knowledge),
        action=tier.action,
        severity=tier.severity,
        summary=f"{told[:1].upper()}{told[1:]}. {tier.says[:1].upper()}{tier.says[1:]}.",
        concerns=members,
        because=(*entries_of(members, findings), *evidence),
        readings=[tier.reading, *(row.reading for row in members.values())],
        sources=[tier.source_id, *(members[drug].source_id for drug in ordered), *(row.source_id for row in factors)],
        monitoring=tuple((tier.monitoring or "").split("; ")) if tier.monitoring else (),
        notes=tuple(f"{drug}: {members[drug].word}." for drug in ordered),
    )
