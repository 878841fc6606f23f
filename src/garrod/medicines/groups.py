"""Groups of drugs that rows name together: which drugs belong to one, and what it is called."""

from collections import defaultdict
from collections.abc import Mapping

from garrod.knowledge.allergies import Group, GroupMember
from garrod.knowledge.interactions import DrugClassMember
from garrod.knowledge.loading import Knowledge


def members(knowledge: Knowledge) -> Mapping[str, frozenset[str]]:
    """Return the drugs of each group; a therapeutic class of the same name adds its own."""
    return knowledge.once(_members)


def _members(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in knowledge.rows(GroupMember):
        found[row.group_id].add(row.drug_id)
    for member in knowledge.rows(DrugClassMember):
        found[member.class_id].add(member.drug_id)
    return {group: frozenset(drugs) for group, drugs in found.items()}


def drugs_of(name: str, knowledge: Knowledge) -> frozenset[str]:
    """Return the drugs that a name stands for: those of a group, or the drug itself."""
    return members(knowledge).get(name) or frozenset({name})


def group_name(name: str, knowledge: Knowledge) -> str:
    """Return what a group is called; a drug's id is its name."""
    return knowledge.once(_names).get(name, name)


def _names(knowledge: Knowledge) -> dict[str, str]:
    return {row.group_id: row.name for row in knowledge.rows(Group)}
