"""Which medicines of a list act in the whole body now, and which classes each belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from garrod.knowledge.interactions import CLASS, DrugClass, DrugClassMember
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.medicines import TakenMedicine

#: Routes by which a medicine stays where it is put.
NOT_SYSTEMIC: Final = frozenset({"topical", "cutaneous", "ophthalmic", "otic", "nasal", "vaginal", "inhaled", "inhalation"})


def is_systemic(one: TakenMedicine) -> bool:
    """Whether it reaches the whole body; a route that is not known is taken to."""
    return (one.route or "").strip().lower() not in NOT_SYSTEMIC


def current_drugs(findings: Findings) -> Mapping[str, tuple[TakenMedicine, ...]]:
    """Return the medicines in use that reach the whole body, by drug id, sorted."""
    found: dict[str, list[TakenMedicine]] = defaultdict(list)
    for one in findings.taken():
        if one.is_current and is_systemic(one):
            found[one.drug_id].append(one)
    return {drug: tuple(found[drug]) for drug in sorted(found)}


def members_of(knowledge: Knowledge) -> Mapping[str, frozenset[str]]:
    """Return the drugs of each class, by class id."""
    return knowledge.once(_members)


def _members(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in knowledge.rows(DrugClassMember):
        found[row.class_id].add(row.drug_id)
    return {name: frozenset(drugs) for name, drugs in found.items()}


def class_labels(knowledge: Knowledge) -> Mapping[str, str]:
    """Return each class as it is shown."""
    return {row.class_id: row.label for row in knowledge.rows(DrugClass)}


def matching(member: str, drugs: Iterable[str], knowledge: Knowledge) -> frozenset[str]:
    """Return those of some drugs that a row's ``member`` names: the drug itself, or the drugs of ``class:...``."""
    if member.startswith(CLASS):
        return members_of(knowledge).get(member.removeprefix(CLASS), frozenset()) & frozenset(drugs)
    return frozenset({member}) & frozenset(drugs)
