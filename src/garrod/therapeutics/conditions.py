"""Whether a condition is in the person's list: by a word of its text, an ICD-10 code or a SNOMED CT code."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from garrod.knowledge.cautions import ConditionName, NameKind
from garrod.knowledge.loading import Knowledge
from garrod.model.person import Condition, Person

#: What before a word turns it into its absence, or into somebody else's.
DENIED: Final = re.compile(
    r"\b(?:no|not|without|denies|denied|negative for|ruled out|rule out|family history of|excluded)\b[^,;.]*$"
)
GONE: Final = frozenset({"inactive", "resolved", "remission", "refuted", "entered-in-error"})


def has_condition(condition_id: str, person: Person, knowledge: Knowledge) -> str | None:
    """Return where a condition is listed, as ``conditions[2]``; None where it is not."""
    return next(iter(listed(condition_id, person, knowledge)), None)


def listed(condition_id: str, person: Person, knowledge: Knowledge) -> tuple[str, ...]:
    """Return every entry of the list that is this condition. A history counts: cautions look at what a person has had."""
    names = knowledge.once(_names).get(condition_id, ())
    return tuple(
        f"conditions[{number}]"
        for number, one in enumerate(person.conditions or ())
        if one.status.lower() not in GONE and any(_is(one, row) for row in names)
    )


def _names(knowledge: Knowledge) -> Mapping[str, tuple[ConditionName, ...]]:
    found: dict[str, list[ConditionName]] = defaultdict(list)
    for row in knowledge.rows(ConditionName):
        found[row.condition_id].append(row)
    return {condition: tuple(rows) for condition, rows in found.items()}


def _is(one: Condition, row: ConditionName) -> bool:
    if row.kind is NameKind.SNOMED:
        return one.snomed == row.name
    if row.kind is NameKind.ICD10:
        return (one.icd10 or "").upper().replace(".", "").startswith(row.name.replace(".", ""))
    text = one.name.lower()
    return any(not DENIED.search(text[: match.start()]) for match in re.finditer(rf"\b{re.escape(row.name)}\b", text))
