"""Allergies: the same substance, its group, and what crosses; how loudly follows from the kind of reaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.allergies import ANY_REACTION, AllergenKind, CrossReaction, ReactionKind
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Reading
from garrod.medicines.allergens import Allergen, allergens
from garrod.medicines.groups import drugs_of, group_name
from garrod.model.findings import Findings
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Person
from garrod.model.recommendations import Action, Check, Outcome, Recommendation, Reviewed, Severity
from garrod.therapeutics.at_hand import drug_sources, drug_target, listed_at, listing, looked_at, taken_now, unrecognized

DOMAIN: Final = "therapeutics"
WHAT: Final = "allergy"
GRAVITY: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
#: What of a product is not known here, so that an allergy to it cannot be held against the list.
NOT_IN_PRODUCTS: Final = frozenset({AllergenKind.EXCIPIENT, AllergenKind.FOOD, AllergenKind.OTHER})


@dataclass(frozen=True, slots=True)
class Match:
    """One allergy that speaks of one drug: because it is the substance, or by a row on what crosses."""

    allergen: Allergen
    severity: Severity
    action: Action
    says: str
    row: CrossReaction | None = None


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return one piece of advice for each medicine that an allergy speaks of, and what was looked at."""
    taken = taken_now(findings)
    if person.allergies is None:
        reason = "no allergy list was given; that is not the same as none known"
        return Reviewed((), (looked_at(WHAT, Outcome.COULD_NOT, tuple(taken), reason),))
    known = allergens(person, knowledge)
    matches = {drug: matched for drug in taken if (matched := tuple(_matches(drug, known, knowledge)))}
    return Reviewed(
        tuple(_advice(drug, matched, findings, knowledge) for drug, matched in matches.items()),
        tuple(_checks(person, known, matches, taken, findings=findings, knowledge=knowledge)),
    )


def _matches(drug: str, known: Sequence[Allergen], knowledge: Knowledge) -> Iterator[Match]:
    for one in known:
        if drug in one.drugs:
            yield _same(one, knowledge)
        elif (crossed := _crossed(drug, one, knowledge)) is not None:
            yield crossed


def _same(one: Allergen, knowledge: Knowledge) -> Match:
    """Return the match of the substance itself, or of a group that the list names."""
    which = group_name(one.allergen_id, knowledge)
    reacted = f" ({one.reaction_words})" if one.reaction_words else ""
    if one.is_severe and one.reaction is not ReactionKind.INTOLERANCE:
        return Match(
            one, Severity.CRITICAL, Action.CONTRAINDICATED, f"an allergy to {which} with a severe reaction{reacted} is listed"
        )
    if one.reaction is ReactionKind.INTOLERANCE:
        severity = Severity.WARNING if one.is_severe else Severity.INFO
        return Match(
            one, severity, Action.CAUTION, f"{which} was not tolerated{reacted}; this is no allergy by the word recorded"
        )
    if one.reaction is ReactionKind.UNKNOWN:
        return Match(
            one, Severity.WARNING, Action.AVOID, f"an allergy to {which} is listed, its reaction is not known{reacted}: ask"
        )
    return Match(one, Severity.WARNING, Action.AVOID, f"an allergy to {which}{reacted} is listed")


def _crossed(drug: str, one: Allergen, knowledge: Knowledge) -> Match | None:
    """Return what a row says of a drug after this allergy: the loudest, what was read before what is recalled."""
    rows = [row for row in knowledge.rows(CrossReaction) if _speaks(row, drug, one, knowledge)]
    if not rows:
        return None
    row = min(
        rows,
        key=lambda row: (GRAVITY.index(_loudness(row, one)), row.reading is Reading.RECALLED, row.allergen, row.other, row.says),
    )
    figure = f" ({row.figure})" if row.figure else ""
    narrower = one.kind is AllergenKind.GROUP and row.allergen != one.allergen_id
    which = f", if it was one of the {group_name(row.allergen, knowledge)}" if narrower else ""
    says = f"after an allergy to {group_name(one.allergen_id, knowledge)}{which}, {row.says}{figure}"
    return Match(one, _loudness(row, one), row.action, says, row)


def _loudness(row: CrossReaction, one: Allergen) -> Severity:
    return row.if_severe if one.is_severe or one.reaction is ReactionKind.UNKNOWN else row.if_mild


def _speaks(row: CrossReaction, drug: str, one: Allergen, knowledge: Knowledge) -> bool:
    """Whether a row is on this allergen, this drug and this kind of reaction; an unknown reaction may be any but intolerance."""
    kinds = row.reactions.split(";")
    if ANY_REACTION in kinds:
        fits = one.reaction is not ReactionKind.INTOLERANCE
    else:
        fits = one.reaction.value in kinds or (one.reaction is ReactionKind.UNKNOWN and kinds != [ReactionKind.INTOLERANCE.value])
    if not fits or drug not in drugs_of(row.other, knowledge):
        return False
    named = drugs_of(row.allergen, knowledge)
    if one.kind is AllergenKind.GROUP:
        return named <= one.drugs
    return one.allergen_id in named


def _advice(drug: str, matched: Sequence[Match], findings: Findings, knowledge: Knowledge) -> Recommendation:
    ordered = sorted(matched, key=lambda one: (GRAVITY.index(one.severity), one.allergen.written.lower(), one.says))
    first, name = ordered[0], drug_target(drug, knowledge).name
    sources = dict.fromkeys(one.row.source_id for one in ordered if one.row)
    said = list(dict.fromkeys(one.says for one in ordered))
    readings = {one.row.reading for one in ordered if one.row is not None and one.severity is first.severity}
    return Recommendation(
        id=f"allergy:{drug}",
        domain=DOMAIN,
        target=drug_target(drug, knowledge),
        action=first.action,
        severity=first.severity,
        summary=f"{name[:1].upper()}{name[1:]}: {said[0]}.",
        because=(*listed_at(findings, drug), *sorted({f"allergy:{one.allergen.entry}" for one in ordered})),
        would_change=("what the reaction was, and whether the substance was tolerated since",),
        notes=tuple(f"{text[:1].upper()}{text[1:]}." for text in said[1:]),
        reading="recalled"
        if first.row is not None and readings == {Reading.RECALLED}
        else first.row.reading.value
        if first.row
        else None,
        sources=tuple(sources) or drug_sources(drug, knowledge),
        concerns=(drug,),
        cause=WHAT,
    )


def _checks(
    person: Person,
    known: Sequence[Allergen],
    matches: Mapping[str, tuple[Match, ...]],
    taken: Mapping[str, tuple[TakenMedicine, ...]],
    *,
    findings: Findings,
    knowledge: Knowledge,
) -> Iterator[Check]:
    if matches:
        yield looked_at(WHAT, Outcome.FOUND, tuple(sorted(matches)))
    if clean := tuple(drug for drug in taken if drug not in matches):
        yield looked_at(WHAT, Outcome.CLEAN, clean, "no allergies are known" if not person.allergies else "")
    recognized = {one.entry for one in known}
    if unknown := tuple(sorted(one.substance for n, one in enumerate(person.allergies or ()) if n not in recognized)):
        yield looked_at(WHAT, Outcome.COULD_NOT, tuple(taken), f"allergens that are not recognized: {listing(unknown)}")
    if others := tuple(sorted({group_name(one.allergen_id, knowledge) for one in known if one.kind in NOT_IN_PRODUCTS})):
        reason = (
            f"what products hold besides their active substances is not known here; look for {listing(others)} on the package"
        )
        yield looked_at("allergy to other ingredients", Outcome.COULD_NOT, tuple(taken), reason)
    if names := unrecognized(findings):
        yield looked_at(WHAT, Outcome.COULD_NOT, (), f"not recognized: {listing(names)}")
