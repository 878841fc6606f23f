"""The same substance twice on a list, and two of one class."""

from collections.abc import Iterator
from typing import Final

from garrod.knowledge.interactions import DrugClass
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Reading
from garrod.medicines.classes import current_drugs, members_of
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.model.recommendations import Action, Check, Outcome, Recommendation, Reviewed, Severity
from garrod.therapeutics.at_hand import drug_target, listing
from garrod.therapeutics.list_advice import DOMAIN, entries_of, list_advice

CAUSE: Final = "duplicate"
LOUDNESS: Final = {"warning": Severity.WARNING, "info": Severity.INFO}


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return an alert for each substance or class that is on the list twice, and what was looked at."""
    del person
    advice = (*_same_substance(findings, knowledge), *_same_class(findings, knowledge))
    drugs = tuple(current_drugs(findings))
    checks = (Check(what=CAUSE, outcome=Outcome.FOUND if advice else Outcome.CLEAN, drugs=drugs),) if drugs else ()
    return Reviewed(advice, checks)


def _same_substance(findings: Findings, knowledge: Knowledge) -> Iterator[Recommendation]:
    for drug, entries in current_drugs(findings).items():
        if len({one.entry for one in entries}) > 1:
            names = listing(dict.fromkeys(one.name for one in entries))
            yield Recommendation(
                id=f"duplicate:{drug}",
                domain=DOMAIN,
                target=drug_target(drug, knowledge),
                action=Action.CAUTION,
                severity=Severity.WARNING,
                summary=f"{drug[:1].upper()}{drug[1:]} is on the list {len(entries)} times ({names}): is that meant?",
                because=entries_of((drug,), findings),
                concerns=(drug,),
                cause=CAUSE,
            )


def _same_class(findings: Findings, knowledge: Knowledge) -> Iterator[Recommendation]:
    drugs, members = set(current_drugs(findings)), members_of(knowledge)
    told: set[frozenset[str]] = set()
    for row in knowledge.rows(DrugClass):
        both = frozenset(drugs & members.get(row.class_id, frozenset()))
        if len(both) > 1 and row.duplicates in LOUDNESS and both not in told:
            told.add(both)
            yield list_advice(
                name=f"duplicate:{row.class_id}:{'+'.join(sorted(both))}",
                cause=CAUSE,
                target=drug_target(min(both), knowledge),
                action=Action.CAUTION,
                severity=LOUDNESS[row.duplicates],
                summary=f"Two or more {row.label}: {listing(sorted(both))}. Is each of them needed?",
                concerns=both,
                because=entries_of(both, findings),
                readings=[Reading.READ_ONCE],
                sources=[row.source_id],
            )
