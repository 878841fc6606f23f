"""Each entry of the allergy list becomes a finding: which substance or group, what reaction, or that nobody could tell."""

import re
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.allergies import AllergenKind, AllergenName, ReactionKind, ReactionWord
from garrod.knowledge.loading import Knowledge
from garrod.medicines.groups import drugs_of, group_name
from garrod.medicines.names import drug_index
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.person import Allergy, Person

DOMAIN: Final = "medicines"
KIND: Final = "allergy"
SEVERE_WORDS: Final = frozenset({"severe", "life-threatening", "life threatening", "fatal", "high", "serious"})
MILD_WORDS: Final = frozenset({"mild", "low", "minor"})
#: Words around a substance's name that say nothing of which it is.
FILLERS: Final = re.compile(r"\b(?:allergy|allergic|to|drug|drugs|class|antibiotics?|products?|intolerance|hypersensitivity)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergen:
    """One allergy as it is understood.

    Attributes
    ----------
    allergen_id
        A drug's id, a group's id, or a word for what is neither.
    drugs
        The drugs that it names; empty for foods, other ingredients and the rest.
    is_severe
        By the reaction, or by the severity that was recorded.
    """

    entry: int
    written: str
    kind: AllergenKind
    allergen_id: str
    drugs: frozenset[str]
    reaction: ReactionKind
    reaction_words: str | None
    is_severe: bool
    note: str | None = None


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return one finding an allergy; where no list was given, that nothing is known."""
    del findings  # allergies are read as written
    if person.allergies is None:
        return (
            Finding(
                id="allergies",
                domain=DOMAIN,
                kind="allergy_list",
                subject="allergies",
                status=FindingStatus.NOT_ASSESSED,
                reason="no allergy list was given; that is not the same as none known",
            ),
        )
    return tuple(
        _finding(number, one, recognize(number, one, knowledge), knowledge) for number, one in enumerate(person.allergies)
    )


def _finding(number: int, one: Allergy, allergen: Allergen | None, knowledge: Knowledge) -> Finding:
    if allergen is None:
        return Finding(
            id=f"allergy:{number}",
            domain=DOMAIN,
            kind=KIND,
            subject=one.substance,
            status=FindingStatus.NOT_ASSESSED,
            reason="this allergen is not recognized, so no medicine was checked against it",
            evidence=(f"allergies[{number}]",),
        )
    severe = ", severe" if allergen.is_severe else ""
    said = "the reaction is not recorded" if allergen.reaction is ReactionKind.UNKNOWN else f"{allergen.reaction}{severe}"
    return Finding(
        id=f"allergy:{number}",
        domain=DOMAIN,
        kind=KIND,
        subject=one.substance,
        value=group_name(allergen.allergen_id, knowledge),
        certainty="settled",
        reason="; ".join(part for part in (said, allergen.note) if part),
        evidence=(f"allergies[{number}]",),
    )


def allergens(person: Person, knowledge: Knowledge) -> tuple[Allergen, ...]:
    """Return every allergy that is recognized, in the order of the list."""
    read = (recognize(number, one, knowledge) for number, one in enumerate(person.allergies or ()))
    return tuple(one for one in read if one is not None)


def recognize(number: int, one: Allergy, knowledge: Knowledge) -> Allergen | None:
    """Return what an allergy is to; None where nobody can tell. A near miss is never taken."""
    found = _substance(one.substance, knowledge)
    if found is None:
        return None
    kind, allergen_id, note = found
    reaction, by_word = reaction_kind(one.reaction, knowledge)
    stated = (one.severity or "").strip().lower()
    is_severe = by_word or stated in SEVERE_WORDS
    if by_word and stated in MILD_WORDS:
        note = "; ".join(
            part for part in (note, "recorded as mild, and the reaction is a severe one: it counts as severe") if part
        )
    is_of_drugs = kind in {AllergenKind.DRUG, AllergenKind.GROUP}
    return Allergen(
        entry=number,
        written=one.substance,
        kind=kind,
        allergen_id=allergen_id,
        drugs=drugs_of(allergen_id, knowledge) if is_of_drugs else frozenset(),
        reaction=reaction,
        reaction_words=one.reaction,
        is_severe=is_severe,
        note=note,
    )


def _substance(text: str, knowledge: Knowledge) -> tuple[AllergenKind, str, str | None] | None:
    names = knowledge.once(_names)
    plain = re.sub(r"\s+", " ", text.lower()).strip(" .")
    bare = re.sub(r"\s+", " ", FILLERS.sub(" ", plain)).strip()
    for words in (plain, bare):
        if words in names:
            row = names[words]
            return row.kind, row.allergen_id, row.note
    index = drug_index(knowledge)
    for words in (text, bare):
        found = index.recognize(words).drug_ids if words else frozenset()
        if len(found) == 1:
            return AllergenKind.DRUG, next(iter(found)), None
    return None


def _names(knowledge: Knowledge) -> dict[str, AllergenName]:
    return {row.name: row for row in knowledge.rows(AllergenName)}


def reaction_kind(text: str | None, knowledge: Knowledge) -> tuple[ReactionKind, bool]:
    """Return the gravest kind of reaction that a text names, and whether it is severe by itself.

    Abbreviations in capitals (TEN, HIT) are read as such; in small letters they are ordinary words.
    """
    if not text or not text.strip():
        return ReactionKind.UNKNOWN, False
    if re.search(r"\b(?:TEN|HIT)\b", text):
        return ReactionKind.SEVERE_DELAYED, True
    said = [row for row in knowledge.rows(ReactionWord) if re.search(rf"\b{re.escape(row.word)}", text.lower())]
    if not said:
        return ReactionKind.UNKNOWN, False
    order = tuple(ReactionKind)
    gravest = min(said, key=lambda row: (not row.is_severe, order.index(row.kind)))
    return gravest.kind, gravest.is_severe
