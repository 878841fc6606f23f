"""What every part of the review of a list needs: a target, reasons, and one shape for its advice."""

from collections.abc import Iterable
from typing import Final

from garrod.knowledge.guidelines import Drug
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.findings import Findings
from garrod.model.recommendations import Action, Recommendation, Severity, Target

DOMAIN: Final = "therapeutics"
RECALLED: Final = "This rule is recalled, its source was not opened: it warns, and no dose may be drawn from it."


def target_of(drug_id: str, knowledge: Knowledge) -> Target:
    """Return a drug as the target of advice."""
    row = knowledge.once(_drugs).get(drug_id)
    if row is None:
        return Target(kind="drug", name=drug_id)
    return Target(kind="drug", name=row.name, rxnorm=row.rxnorm, drug_class=row.drug_class)


def _drugs(knowledge: Knowledge) -> dict[str, Drug]:
    return {row.drug_id: row for row in knowledge.rows(Drug)}


def entries_of(drugs: Iterable[str], findings: Findings) -> tuple[str, ...]:
    """Return the ids of the findings that say these drugs are taken."""
    wanted = set(drugs)
    return tuple(one.id for one in findings.of_kind("medication") if one.value in wanted)


def joined(names: Iterable[str]) -> str:
    """Write names as people say them: ``a, b and c``."""
    some = list(names)
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}" if some else ""


def list_advice(
    *,
    name: str,
    cause: str,
    target: Target,
    action: Action,
    severity: Severity,
    summary: str,
    concerns: Iterable[str],
    because: tuple[str, ...],
    readings: Iterable[Reading],
    sources: Iterable[str],
    monitoring: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Recommendation:
    """Return advice on the list; what rests on a row nobody opened says so and never forbids by itself."""
    is_recalled = Reading.RECALLED in set(readings)
    if is_recalled and severity is Severity.CRITICAL:
        severity = Severity.WARNING
    return Recommendation(
        id=name,
        domain=DOMAIN,
        target=target,
        action=action,
        severity=severity,
        summary=summary,
        because=because,
        monitoring=monitoring,
        notes=(*notes, RECALLED) if is_recalled else notes,
        concerns=tuple(sorted(set(concerns))),
        cause=cause,
        reading=(Reading.RECALLED if is_recalled else Reading.READ_ONCE).value,
        sources=tuple(dict.fromkeys(sources)),
    )
