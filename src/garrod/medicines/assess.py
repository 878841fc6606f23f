"""Each entry of the medicine list becomes findings: which drugs it is, or that nobody could tell, and what is in doubt."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Final

from garrod.knowledge.guidelines import Drug, DrugName, StatementDrug
from garrod.knowledge.loading import TABLES, Knowledge
from garrod.medicines.names import DrugIndex, Recognition, drug_index
from garrod.medicines.regimens import Doubt, contradicting, doubts, taken_medicines
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Medication, Person

DOMAIN: Final = "medicines"
SETTLED: Final = "settled"
REVIEW: Final = "review"
MOST_SHOWN: Final = 4


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return a finding for each entry, or for each ingredient of a combination, and one for each doubt.

    A combination's ids are ``medication:N:ingredient``, a single drug's is ``medication:N``.
    """
    if person.medications is None:
        return (
            Finding(
                id="medications",
                domain=DOMAIN,
                kind="medication_list",
                subject="medicine list",
                status=FindingStatus.NOT_ASSESSED,
                reason="no medicine list was given",
            ),
        )
    index, today = drug_index(knowledge), person.as_of.date() if person.as_of else None
    made: list[Finding] = []
    taken: list[TakenMedicine] = []
    for number, one in enumerate(person.medications):
        found = index.recognize(one.name, one.rxnorm, one.atc)
        medicines = taken_medicines(number, one, found, index.words, knowledge)
        taken += medicines
        made += _recognized(number, one, found, medicines, index)
        made += _unrecognized(number, one, found)
        made += _without_rules(number, one, found, medicines, knowledge)
        made += _in_doubt(number, one, doubts(one, found, today, index.words, knowledge))
    made += _contradicting(taken)
    return tuple(made)


def _recognized(
    number: int, one: Medication, found: Recognition, medicines: Sequence[TakenMedicine], index: DrugIndex
) -> Iterator[Finding]:
    reason = _why_review(found)
    is_single = len(found.substances) == 1 and not found.unknown
    for place, medicine in enumerate(medicines):
        yield Finding(
            id=f"medication:{number}" if is_single and place == 0 else f"medication:{number}:{medicine.drug_id}",
            domain=DOMAIN,
            kind="medication",
            subject=one.name,
            value=medicine.drug_id,
            certainty=REVIEW if reason else SETTLED,
            reason=reason,
            evidence=(f"medications[{number}]",),
            sources=(index.drugs[medicine.drug_id].source_id,),
            detail=medicine,
        )


def _why_review(found: Recognition) -> str | None:
    """Say why a person must look at what was recognized; None where nothing is in doubt."""
    if found.other and found.by == "rxnorm":
        return f"name and RxNorm code are of different drugs ({', '.join(found.other)} by name); the code was used"
    if found.other and found.by == "atc":
        return f"name and ATC code are of different drugs ({', '.join(found.other)} by name); the code was used"
    if found.other:
        return "the name and what stands in brackets are different drugs; both were checked"
    if found.by == "atc" and not found.named:
        return "the name is not recognized; the ATC code was used"
    if found.by == "brackets":
        return "the name is not recognized; what stands in brackets was used"
    return None


def _unrecognized(number: int, one: Medication, found: Recognition) -> Iterator[Finding]:
    if found.substances and not found.unknown:
        return
    yield Finding(
        id=f"medication:{number}:not_recognized" if found.substances else f"medication:{number}",
        domain=DOMAIN,
        kind="medication",
        subject=one.name,
        status=FindingStatus.NOT_ASSESSED,
        reason=_why_not(found),
        evidence=(f"medications[{number}]",),
    )


def _why_not(found: Recognition) -> str:
    if found.substances:
        return f"this part is not recognized, so nothing was checked for it: {', '.join(found.unknown)}"
    if found.several:
        kinds = [" with ".join(some) for some in found.several]
        more = f" or {len(kinds) - MOST_SHOWN} more" if len(kinds) > MOST_SHOWN else ""
        return (
            "this name is not recognized as one medicine, so nothing was checked for it: it may hold "
            f"{' or '.join(kinds[:MOST_SHOWN])}{more}; write the substances"
        )
    offer = f"; did you mean {' or '.join(found.offers)}?" if found.offers else ""
    return f"this medicine is not recognized, so nothing was checked for it{offer}"


def _without_rules(
    number: int, one: Medication, found: Recognition, medicines: Sequence[TakenMedicine], knowledge: Knowledge
) -> Iterator[Finding]:
    """Say of a recognized drug that no guideline speaks of it, and where that is so, that no rule of any kind does."""
    covered, ruled = knowledge.once(_covered), knowledge.once(_ruled)
    wholes = {medicine.drug_id for medicine in medicines} - found.drug_ids
    if wholes & covered:
        return
    for substance in found.substances:
        if substance.drug_id in covered:
            continue
        what = "no guideline" if substance.drug_id in ruled | wholes & ruled else "it is recognized, and no rule of any kind"
        whom = "this medicine" if len(found.substances) == 1 else substance.drug_id
        yield Finding(
            id=f"no_guideline:{number}" if len(found.substances) == 1 else f"no_guideline:{number}:{substance.drug_id}",
            domain=DOMAIN,
            kind="no_guideline",
            subject=one.name,
            status=FindingStatus.NOT_ASSESSED,
            reason=f"{what} here speaks of {whom}; that is not the same as safe",
            evidence=(f"medication:{number}",),
        )


def _covered(knowledge: Knowledge) -> frozenset[str]:
    return frozenset(row.drug_id for row in knowledge.rows(StatementDrug))


def _ruled(knowledge: Knowledge) -> frozenset[str]:
    """Every drug that a row of any table says something about, its name and codes apart."""
    kinds = [kind for kind in TABLES if kind not in {Drug, DrugName} and "drug_id" in {one.name for one in fields(kind)}]
    return frozenset(row.drug_id for kind in kinds for row in knowledge.rows(kind))


def _in_doubt(number: int, one: Medication, in_doubt: Iterable[Doubt]) -> Iterator[Finding]:
    for doubt in in_doubt:
        yield Finding(
            id=f"regimen:{number}:{doubt.part}",
            domain=DOMAIN,
            kind="regimen",
            subject=one.name,
            status=FindingStatus.NOT_ASSESSED,
            reason=doubt.reason,
            evidence=(f"medications[{number}]",),
        )


def _contradicting(taken: Sequence[TakenMedicine]) -> Iterator[Finding]:
    for drug, some in contradicting(taken).items():
        entries = sorted({one.entry for one in some})
        yield Finding(
            id=f"regimen:{drug}",
            domain=DOMAIN,
            kind="regimen",
            subject=drug,
            status=FindingStatus.NOT_ASSESSED,
            reason=f"{len(entries)} current entries give {drug} by the same route in different doses; "
            "say whether they are taken together, or end the one that is not taken",
            evidence=tuple(f"medications[{entry}]" for entry in entries),
        )
