"""Call one gene as a pair of named alleles: every pair that fits, ranked, and what could change the result."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from garrod.genome.combined import combined_phenotype
from garrod.genome.definitions import GeneDefinition
from garrod.genome.evidence import GeneEvidence, with_reference_for_undocumented
from garrod.genome.matching import Fit, Observation, defined_among, match, observe
from garrod.genome.partial import Strand, combinations
from garrod.genome.phenotypes import Phenotype, PhenotypeRules
from garrod.genome.possibilities import possibilities, possible_diplotypes
from garrod.model.calls import CallStatus, Diplotype, FittingDiplotype, natural_order


@dataclass(frozen=True, slots=True)
class GeneCall:
    """The call of one gene under one system of phenotypes, before it becomes a result for the page."""

    status: CallStatus
    fits: tuple[FittingDiplotype, ...]
    phenotype: Phenotype
    possible: tuple[Phenotype, ...]
    likely_words: tuple[str, ...]
    could_change: bool
    decided_by: tuple[str, ...]  #: variant ids, or ``phase``
    notes: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    diplotypes_possible: tuple[str, ...] = ()
    diplotypes_count: int = 0


def call_star_alleles(definition: GeneDefinition, evidence: GeneEvidence, rules: PhenotypeRules) -> GeneCall:
    """Call a gene whose positions were read at least in part.

    The main call drops missing positions from every allele; alleles left without a listed position disappear. What
    the missing positions could change is worked out separately, with them as wildcards.
    """
    genotypes = evidence.read
    if definition.gene.undefined_is_reference:
        genotypes = with_reference_for_undocumented(definition, evidence)
    observation = observe(genotypes, ploidy=evidence.ploidy or 2)
    open_positions = evidence.open_ids
    documented = definition.gene.undefined_is_reference or not evidence.undocumented
    fits = match(definition, observation, among=defined_among(definition, observation.read)) if documented else ()
    if fits:
        ranked = _ranked(definition, fits, observation, rules)
        current = _agreed(ranked)
        status = CallStatus.CALLED
        notes: tuple[str, ...] = ()
    else:
        ranked, current, notes = _combined(definition, evidence, rules)
        status = CallStatus.PARTIAL
    wildcards = observe(evidence.read, ploidy=evidence.ploidy or 2)
    could_be = possibilities(definition, wildcards, open_positions, rules, current)
    possible = set(could_be.phenotypes) | {_phenotype_of(one) for one in ranked}
    changes = any(one != current for one in possible) or (current.word is None and rules.exists)
    if not rules.exists:
        changes = bool(open_positions) or len(ranked) > 1
    decided_by = could_be.decided_by if changes else ()
    if changes and not open_positions and not observation.is_phased:
        decided_by = ("phase",)
    listed, count = possible_diplotypes(definition, wildcards)
    return GeneCall(
        status=status,
        fits=ranked,
        phenotype=current,
        possible=tuple(sorted(possible, key=lambda one: (one.word or "", one.score or 0.0))),
        likely_words=could_be.likely(),
        could_change=changes,
        decided_by=decided_by,
        notes=notes,
        diplotypes_possible=listed,
        diplotypes_count=count,
    )


def _phenotype_of(fit: FittingDiplotype) -> Phenotype:
    return Phenotype(fit.phenotype, fit.activity_score, fit.activity_at_least)


def _agreed(ranked: Sequence[FittingDiplotype]) -> Phenotype:
    """Return the phenotype of the best fits where they agree; none where they do not."""
    best = {_phenotype_of(one) for one in ranked if one.rank == 1}
    if len(best) == 1:
        return best.pop()
    words = {one.word for one in best}
    return Phenotype(words.pop() if len(words) == 1 else None)


def reported(definition: GeneDefinition, allele: int) -> str:
    """Return the name under which an allele is reported (a sub-allele under its core allele)."""
    name = definition.alleles[allele]
    return definition.reported_as.get(name, name)


def _ranked(
    definition: GeneDefinition, fits: Sequence[Fit], observation: Observation, rules: PhenotypeRules
) -> tuple[FittingDiplotype, ...]:
    by_name: dict[tuple[str, ...], Fit] = {}
    for fit in fits:  # sub-alleles share their core allele's name
        name = tuple(sorted((reported(definition, a) for a in fit.alleles), key=natural_order))
        by_name.setdefault(name, fit)
    priors = {name: _prior(definition, fit) for name, fit in by_name.items()}
    total = sum(p for p in priors.values() if p is not None)
    ranks = _ranks(definition, by_name, observation)
    made = []
    for name, fit in by_name.items():
        answer = rules.of_alleles(name)
        prior = priors[name]
        made.append(
            FittingDiplotype(
                diplotype=Diplotype(definition.name, name),
                rank=ranks[name],
                score=fit.score,
                probability=prior / total if prior is not None and total else None,
                is_phased=observation.is_phased,
                phenotype=answer.word,
                activity_score=answer.score,
                activity_at_least=answer.at_least,
            )
        )
    return tuple(sorted(made, key=lambda one: (one.rank, -(one.probability or 0.0), natural_order(one.diplotype.name))))


def _ranks(
    definition: GeneDefinition, by_name: dict[tuple[str, ...], Fit], observation: Observation
) -> dict[tuple[str, ...], int]:
    """Rank by score, equal scores alike. Unphased sets that a priority names put its pick first."""
    ordered = sorted(by_name.items(), key=lambda item: -item[1].score)
    ranks = {}
    for rank, (_, group) in enumerate(groupby(ordered, key=lambda item: item[1].score), start=1):
        ranks.update({name: rank for name, _ in group})
    if not observation.is_phased and definition.priorities:
        top = {"/".join(name): name for name, rank in ranks.items() if rank == 1}
        pick = definition.priorities.get(frozenset(top))
        if pick is None:
            pick = definition.priorities.get(frozenset("/".join(name) for name in ranks))
        chosen = tuple(pick.split("/")) if pick else None
        if chosen in ranks:
            ranks = {name: 1 if name == chosen else rank + 1 for name, rank in ranks.items()}
    return ranks


def _prior(definition: GeneDefinition, fit: Fit) -> float | None:
    shares = [definition.prior(definition.alleles[a]) for a in fit.alleles]
    if any(share is None for share in shares):
        return None
    product = 1.0
    for share in shares:
        product *= share or 0.0
    return product * (2 if len(set(fit.alleles)) == 2 else 1)


def _combined(
    definition: GeneDefinition, evidence: GeneEvidence, rules: PhenotypeRules
) -> tuple[tuple[FittingDiplotype, ...], Phenotype, tuple[str, ...]]:
    """Name combinations where no pair of named alleles fits."""
    observation = observe((*evidence.read, *evidence.undocumented), ploidy=evidence.ploidy or 2)
    explained: Sequence[Sequence[Strand]] = combinations(definition, observation)
    current, decided_alone = combined_phenotype(definition, observation, rules)
    fits = tuple(
        FittingDiplotype(
            diplotype=Diplotype(definition.name, tuple(strand.name for strand in strands)),
            rank=1,
            score=0,
            probability=None,
            is_phased=observation.is_phased,
            phenotype=current.word,
            activity_score=current.score,
        )
        for strands in explained
    )
    note = (
        "No pair of named alleles explains what was read; the combination that does is shown in square brackets."
        if fits
        else "No pair of named alleles explains what was read, and too many positions are unphased to name a combination."
    )
    return fits, current, (note,) if decided_alone is None else (note, decided_alone)
