"""Each enzyme that something the person takes acts on becomes a finding, with the phenotype that follows beside the genes'."""

from collections.abc import Iterator
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.medicines.enzyme_influences import influences_of
from garrod.medicines.phenoconversion import activities
from garrod.model.findings import Finding, Findings
from garrod.model.medicines import EnzymeActivity, EnzymeInfluence
from garrod.model.person import Person

DOMAIN: Final = "medicines"


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return one finding for each enzyme or transporter that is inhibited or induced today."""
    acting = influences(person, findings, knowledge)
    return tuple(_finding(one, findings) for one in activities(findings, acting, knowledge))


def influences(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[EnzymeInfluence, ...]:
    """Return everything in the person's list that acts on an enzyme at the time asked for."""
    return influences_of(findings.taken(), person.as_of.date() if person.as_of else None, knowledge)


def _finding(one: EnzymeActivity, findings: Findings) -> Finding:
    causes = {influence.by for influence in one.influences}
    entries = [f.id for f in findings.of_kind("medication") if f.value in causes]
    return Finding(
        id=f"activity:{one.gene}",
        domain=DOMAIN,
        kind="enzyme_activity",
        subject=one.gene,
        value=one.adjusted,
        reason="; ".join(_said(one)),
        certainty=None if one.adjusted is None else "settled" if one.method == "accepted" else "proposed",
        evidence=(*((f"gene:{one.gene}",) if one.genetic else ()), *entries),
        sources=one.sources,
        detail=one,
    )


def _said(one: EnzymeActivity) -> Iterator[str]:
    for influence in one.influences:
        grade = "" if influence.strength == "ungraded" else f"{influence.strength} "
        yield ", ".join((f"{influence.by}: {grade}{influence.role.value}", *influence.notes))
