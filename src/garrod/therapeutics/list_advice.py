"""One shape for the advice on a list: what rests on a row nobody opened warns, and never forbids by itself."""

from collections.abc import Iterable
from typing import Final

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.findings import Findings
from garrod.model.recommendations import Action, Recommendation, Severity, Target

DOMAIN: Final = "therapeutics"
RECALLED: Final = "This rule is recalled, its source was not opened: it warns, and no dose may be drawn from it."


def entries_of(drugs: Iterable[str], findings: Findings) -> tuple[str, ...]:
    """Return the ids of the findings that say these drugs are taken."""
    wanted = set(drugs)
    return tuple(one.id for one in findings.of_kind("medication") if one.value in wanted)


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
