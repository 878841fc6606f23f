"""Recognize a medicine by RxNorm code or by name. A near miss is offered, never assumed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.guidelines import Drug, DrugName
from garrod.knowledge.loading import Knowledge

#: Salts and forms that stand beside a substance's name without changing which substance it is.
SALTS: Final = frozenset(
    [
        "hydrochloride",
        "hcl",
        "sodium",
        "potassium",
        "calcium",
        "magnesium",
        "sulfate",
        "sulphate",
        "phosphate",
        "tartrate",
        "succinate",
        "maleate",
        "mesylate",
        "besylate",
        "bisulfate",
        "hydrogensulfate",
        "bromide",
        "hydrobromide",
        "acetate",
        "citrate",
        "fumarate",
    ]
)
FORMS: Final = frozenset(
    [
        "tablet",
        "tablets",
        "capsule",
        "capsules",
        "oral",
        "solution",
        "injection",
        "iv",
        "po",
        "xr",
        "er",
        "sr",
        "cr",
        "ir",
        "dr",
        "ec",
        "film-coated",
        "suspension",
    ]
)
STRENGTH: Final = re.compile(
    r"(?<!\w)\d[\d.,]*\s*(?:(?:mg|g|kg|mcg|µg|μg|ug|ml|l|mmol|meq|units?|iu|u)\b|%)?(?:\s*/\s*(?:\d[\d.,]*\s*)?(?:ml|l|h|hr|hour|dose|mg|g)\b)?(?!\w)"
)
NEAR: Final = 1


@dataclass(frozen=True, slots=True)
class DrugIndex:
    """Names and codes of all drugs that tables know."""

    by_name: Mapping[str, str]
    by_rxnorm: Mapping[str, str]
    drugs: Mapping[str, Drug]

    def find(self, name: str, rxnorm: str | None) -> str | None:
        """Return the drug id for a code or a name; the code goes first."""
        if rxnorm and rxnorm in self.by_rxnorm:
            return self.by_rxnorm[rxnorm]
        for text in (name.lower().strip(), normalized(name)):
            if text in self.by_name:
                return self.by_name[text]
        return None

    def near(self, name: str) -> tuple[str, ...]:
        """Return names that are one letter away: a question for a person, not an answer."""
        text = normalized(name)
        return tuple(sorted(known for known in self.by_name if len(text) > 4 and _distance_is_one(text, known)))


def normalized(name: str) -> str:
    """Strip strength, form and salt from a name, lower-case.

    >>> normalized("Clopidogrel bisulfate 75 mg tablets")
    'clopidogrel'
    """
    words = STRENGTH.sub(" ", name.lower()).replace(",", " ").split()
    kept = [word for word in words if word not in SALTS and word not in FORMS]
    return " ".join(kept)


def _distance_is_one(a: str, b: str) -> bool:
    if a == b or abs(len(a) - len(b)) > NEAR:
        return False
    short, long = sorted((a, b), key=len)
    for i, letter in enumerate(short):
        if letter != long[i]:
            rest = short[i + 1 :] if len(short) == len(long) else short[i:]
            swapped = len(short) == len(long) and short[i : i + 2] == long[i : i + 2][::-1] and short[i + 2 :] == long[i + 2 :]
            return rest == long[i + 1 :] or swapped
    return len(short) != len(long)


def drug_index(knowledge: Knowledge) -> DrugIndex:
    """Return the index of all names and codes."""
    return knowledge.once(_build)


def _build(knowledge: Knowledge) -> DrugIndex:
    drugs = {row.drug_id: row for row in knowledge.rows(Drug)}
    by_name: dict[str, str] = {row.name: row.drug_id for row in knowledge.rows(DrugName)}
    by_name |= {row.name.lower(): row.drug_id for row in drugs.values()}
    by_rxnorm = {row.rxnorm: row.drug_id for row in drugs.values() if row.rxnorm}
    return DrugIndex(by_name, by_rxnorm, drugs)
