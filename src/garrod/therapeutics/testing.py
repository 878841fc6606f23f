"""Which test before which drug: what a label requires or recommends, how firmly a guideline pairs them, what the person has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.guidelines import GeneDrug, LabelTesting
from garrod.knowledge.loading import Knowledge
from garrod.model.calls import CallStatus
from garrod.model.findings import Findings
from garrod.model.recommendations import Action, Recommendation, Severity, Target
from garrod.therapeutics.statements import drug_guidelines

LABEL_WORDS: Final = {
    LabelTesting.REQUIRED: "the label requires this test",
    LabelTesting.RECOMMENDED: "the label recommends this test",
    LabelTesting.ACTIONABLE: "the label says what to do with a result",
    LabelTesting.INFORMATIVE: "the label mentions this gene",
}
ASKED: Final = frozenset({LabelTesting.REQUIRED, LabelTesting.RECOMMENDED})


@dataclass(frozen=True, slots=True)
class NeededTest:
    """One gene to know before one drug, and what the person has."""

    gene: str
    drug: str
    label: str  #: what the label says of testing; empty where nothing is recorded
    level: str  #: CPIC's level of the pair
    result: str | None  #: the person's result, None where there is none
    reading: str
    source_id: str


def pairs_by_drug(knowledge: Knowledge) -> Mapping[str, tuple[GeneDrug, ...]]:
    """Return the genes that matter for each drug."""
    return knowledge.once(_pairs_by_drug)


def _pairs_by_drug(knowledge: Knowledge) -> dict[str, tuple[GeneDrug, ...]]:
    found: dict[str, list[GeneDrug]] = {}
    for row in knowledge.rows(GeneDrug):
        found.setdefault(row.drug_id, []).append(row)
    return {drug: tuple(some) for drug, some in found.items()}


def label_notes(drug: str, genes: tuple[str, ...], knowledge: Knowledge) -> tuple[str, ...]:
    """Say what the label says of testing the genes before the drug, where it asks for a test."""
    return tuple(
        f"{row.gene}: {LABEL_WORDS[row.label_testing]}."
        for row in pairs_by_drug(knowledge).get(drug, ())
        if row.gene in genes and row.label_testing in ASKED and row.label_testing is not None
    )


def needed_tests(drugs: frozenset[str] | None, findings: Findings, knowledge: Knowledge) -> Iterator[NeededTest]:
    """Go through the pairs whose label asks for a test; all of them, or those of some drugs, by drug and gene."""
    for drug, rows in sorted(pairs_by_drug(knowledge).items()):
        if drugs is not None and drug not in drugs:
            continue
        for row in rows:
            if row.label_testing in ASKED and row.label_testing is not None:
                result = _result(row, findings, asked_alleles(knowledge))
                yield NeededTest(
                    gene=row.gene, drug=drug, label=LABEL_WORDS[row.label_testing], level=row.cpic_level, result=result,
                    reading=row.reading.value, source_id=row.source_id,
                )  # fmt: skip


def _result(row: GeneDrug, findings: Findings, asked: Mapping[tuple[str, str], frozenset[str]]) -> str | None:
    """Return what the person has; of an HLA gene, only the alleles that matter for this drug count."""
    result = findings.gene(row.gene)
    if result is None or not result.is_assessed or result.status is CallStatus.LIMITED:
        return None
    if result.allele_statuses:
        wanted = asked.get((row.gene, row.drug_id), frozenset())
        told = [one.word for one in result.allele_statuses if one.allele in wanted and one.is_present is not None]
        return ", ".join(told) or None
    return result.phenotype or "not settled"


def asked_alleles(knowledge: Knowledge) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return the HLA alleles that guidelines look up, by gene and drug."""
    return knowledge.once(_asked_alleles)


def _asked_alleles(knowledge: Knowledge) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    for drug, guidelines in drug_guidelines(knowledge).items():
        for guideline in guidelines:
            for gene, alleles in guideline.asked_alleles.items():
                found[gene, drug] = found.get((gene, drug), frozenset()) | alleles
    return found


def label_tests(
    taken: frozenset[str], spoken_of: frozenset[tuple[str, str]], findings: Findings, knowledge: Knowledge
) -> Iterator[Recommendation]:
    """Ask for tests that a label wants before a drug in use, and that no guideline here already asks for.

    Parameters
    ----------
    taken
        Drug ids of the person's current medicines.
    spoken_of
        Pairs of gene and drug that some guideline's advice is about.
    """
    for one in needed_tests(taken, findings, knowledge):
        if one.result is None and (one.gene, one.drug) not in spoken_of:
            yield Recommendation(
                id=f"test:{one.gene}:{one.drug}",
                domain="therapeutics",
                target=Target(kind="drug", name=one.drug),
                action=Action.TEST,
                severity=Severity.WARNING,
                summary=f"Test {one.gene} before {one.drug}: {one.label}, and there is no result.",
                because=(f"gene:{one.gene}",) if findings.gene(one.gene) is not None else (),
                would_change=(f"A result for {one.gene}.",),
                body="label",
                reading=one.reading,
                sources=(one.source_id,),
            )
