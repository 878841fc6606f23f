"""What guidelines on genes say of enzymes as they work today, under the other medicines of the list.

The advice for the genes stays; this stands beside it where it differs. A drug is never converted by itself: guidelines
for it already hold what it does to its own enzyme.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.medicines.activity import influences
from garrod.medicines.phenoconversion import Adjusted, adjusted_genes
from garrod.model.findings import Findings
from garrod.model.medicines import EnzymeInfluence
from garrod.model.person import Person
from garrod.model.recommendations import Action, Recommendation, Severity
from garrod.therapeutics.guideline_advice import recommend as by_guideline
from garrod.therapeutics.statements import drug_guidelines

BASIS: Final = "as_taken"
UNFIRM: Final = (
    "The rule that adjusts the phenotype, or the grade of what does it, is proposed or recalled: no dose is drawn from it."
)


def recommend(
    person: Person,
    findings: Findings,
    knowledge: Knowledge,
    genetic: Sequence[Recommendation],
    *,
    drugs: frozenset[str] | None = None,
) -> tuple[Recommendation, ...]:
    """Return the advice for adjusted phenotypes, where it is not what the genes alone lead to.

    Parameters
    ----------
    genetic
        The guidelines' advice for the genes.
    drugs
        The drugs to look up; None for all that a guideline covers.
    """
    acting = influences(person, findings, knowledge)
    everything = adjusted_genes(findings, acting, knowledge)
    if not everything:
        return ()
    known = {_content(one) for one in genetic if not one.could_not_check}
    keyed = frozenset(
        drug
        for drug, guidelines in drug_guidelines(knowledge).items()
        if (drugs is None or drug in drugs) and any(gene in everything for one in guidelines for gene in one.genes)
    )
    made: list[Recommendation] = []
    for wanted, adjusted in _wanted(keyed, findings, knowledge, acting):
        changed = findings.with_genes(one.result for one in adjusted.values())
        for one in by_guideline(person, changed, knowledge, drugs=wanted):
            if one.action is not Action.NO_RECOMMENDATION and not one.could_not_check and _content(one) not in known:
                acts = [adjusted[gene] for gene in _genes(one) if gene in adjusted]
                made += [_as_taken(one, acts)] if acts else []
    return tuple(made)


def _wanted(
    keyed: frozenset[str], findings: Findings, knowledge: Knowledge, acting: Sequence[EnzymeInfluence]
) -> Iterator[tuple[frozenset[str], Mapping[str, Adjusted]]]:
    """Yield the drugs to look up with the genes adjusted for them: those that act themselves, each without itself."""
    themselves = {one.by for one in acting}
    if others := keyed - themselves:
        yield others, adjusted_genes(findings, acting, knowledge)
    for drug in sorted(keyed & themselves):
        yield frozenset({drug}), adjusted_genes(findings, [one for one in acting if one.by != drug], knowledge)


def _content(one: Recommendation) -> tuple[object, ...]:
    return one.body, one.target.name, one.action, one.doses, one.applies_to, one.alternatives, one.condition


def _genes(one: Recommendation) -> list[str]:
    return [reason.removeprefix("gene:") for reason in one.because if reason.startswith("gene:")]


def _as_taken(one: Recommendation, acts: Sequence[Adjusted]) -> Recommendation:
    causes = sorted({influence.by for act in acts for influence in act.influences})
    said = tuple(_said(act) for act in acts)
    is_firm = all(rule.method == "accepted" for act in acts for rule in act.rules) and not any(a.is_recalled for a in acts)
    made = replace(
        one,
        id=f"{one.id}:{BASIS}",
        basis=BASIS,
        cause="enzyme activity",
        concerns=tuple(sorted({one.target.name.lower(), *causes})),
        because=(*one.because, *(f"activity:{act.result.gene}" for act in acts)),
        notes=(*said, *one.notes),
    )
    if is_firm:
        return made
    quiet = Severity.WARNING if made.severity is Severity.CRITICAL else made.severity
    return replace(made, doses=(), severity=quiet, notes=(*made.notes, UNFIRM), reading="recalled")


def _said(act: Adjusted) -> str:
    """Say how an enzyme works and through what, as in "With paroxetine, CYP2D6 works as: Poor Metabolizer."."""
    causes = " and ".join(sorted({one.by for one in act.influences}))
    possible = " or ".join(act.result.phenotypes_possible)
    return f"With {causes}, {act.result.gene} works as: {act.result.phenotype or possible}."
