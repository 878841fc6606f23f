"""Each entry of the medicine list becomes a finding: which drug it is, or that nobody could tell."""

from typing import Final

from garrod.knowledge.guidelines import StatementDrug
from garrod.knowledge.loading import Knowledge
from garrod.medicines.names import DrugIndex, drug_index
from garrod.medicines.regimens import taken_medicine
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.person import Medication, Person

DOMAIN: Final = "medicines"


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return one finding an entry, and one for each recognized drug that no guideline here speaks of."""
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
    index, covered = drug_index(knowledge), {row.drug_id for row in knowledge.rows(StatementDrug)}
    made = []
    for number, one in enumerate(person.medications):
        drug = index.find(one.name, one.rxnorm)
        made.append(_recognized(number, one, drug, index) if drug else _unrecognized(number, one, index))
        if drug and drug not in covered:
            made.append(_without_guideline(number, one))
    return tuple(made)


def _recognized(number: int, one: Medication, drug: str, index: DrugIndex) -> Finding:
    mismatch = one.rxnorm and one.rxnorm in index.by_rxnorm and index.find(one.name, None) not in {None, drug}
    return Finding(
        id=f"medication:{number}",
        domain=DOMAIN,
        kind="medication",
        subject=one.name,
        value=drug,
        certainty="review" if mismatch else "settled",
        reason="name and RxNorm code are of different drugs; the code was used" if mismatch else None,
        evidence=(f"medications[{number}]",),
        sources=(index.drugs[drug].source_id,),
        detail=taken_medicine(number, one, drug),
    )


def _unrecognized(number: int, one: Medication, index: DrugIndex) -> Finding:
    near = index.near(one.name)
    offer = f"; did you mean {' or '.join(near[:3])}?" if near else ""
    return Finding(
        id=f"medication:{number}",
        domain=DOMAIN,
        kind="medication",
        subject=one.name,
        status=FindingStatus.NOT_ASSESSED,
        reason=f"this medicine is not recognized, so nothing was checked for it{offer}",
        evidence=(f"medications[{number}]",),
    )


def _without_guideline(number: int, one: Medication) -> Finding:
    return Finding(
        id=f"no_guideline:{number}",
        domain=DOMAIN,
        kind="no_guideline",
        subject=one.name,
        status=FindingStatus.NOT_ASSESSED,
        reason="no guideline here speaks of this medicine; that is not the same as safe",
        evidence=(f"medication:{number}",),
    )
