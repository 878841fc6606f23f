"""From a call to a gene's result: what the page, the program and the deciders read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from garrod.genome.definitions import GeneDefinition
from garrod.genome.evidence import GeneEvidence, gene_evidence, main_reason, position_reads
from garrod.genome.listed_variants import call_mitochondrial, call_variant_list, every_pair
from garrod.genome.phenotypes import Phenotype, PhenotypeRules, rules_of
from garrod.genome.star_alleles import GeneCall, call_star_alleles
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import CallMode, Ploidy
from garrod.model.calls import (
    CallSource,
    CallStatus,
    GeneResult,
    PossibleResult,
    SystemPhenotype,
    natural_order,
)
from garrod.model.genotypes import GenomeEvidence, Genotype, Observed, StructuralRecord

NOT_A_CF_TEST: Final = "This reads the variants that a drug acts on. It is not a test for cystic fibrosis."
SMALL_VARIANTS_ONLY: Final = (
    "Read from small variants only: deletions, copies and hybrids of this gene cannot be seen. Not used for advice."
)


def genome_result(
    definition: GeneDefinition,
    genotypes: Mapping[str, Observed],
    genome: GenomeEvidence,
    sex: str,
    knowledge: Knowledge,
) -> GeneResult:
    """Return what the genome says of one gene."""
    evidence = gene_evidence(definition, genotypes, sex)
    rules = rules_of(knowledge, definition.name)
    positions = position_reads(definition, genotypes, genome.assembly)
    refusal = _refusal(definition, evidence)
    if refusal is not None:
        return _not_assessed(definition, evidence, rules, refusal, positions=positions)
    call = _call(definition, evidence, rules)
    result = _result(definition, evidence, call, rules)
    dpwg = rules_of(knowledge, definition.name, "DPWG")
    if dpwg.exists:
        result = replace(result, dpwg=_in_other_terms(_call(definition, evidence, dpwg)))
    return _with_limits(
        replace(result, positions=positions, extra=_extra(definition, genotypes), needs_confirmation=genome.is_consumer),
        definition,
        evidence,
        [one for one in genome.structural if one.gene == definition.name],
    )


def _in_other_terms(call: GeneCall) -> SystemPhenotype:
    return SystemPhenotype(
        diplotypes=call.fits,
        phenotype=call.phenotype.word,
        activity_score=call.phenotype.score,
        activity_at_least=call.phenotype.at_least,
        possible=_pairs(call.possible),
    )


def _pairs(possible: Sequence[Phenotype]) -> tuple[PossibleResult, ...]:
    return tuple(PossibleResult(one.word, one.score, one.at_least) for one in possible)


def _refusal(definition: GeneDefinition, evidence: GeneEvidence) -> str | None:
    """Return why the gene is not called at all, or None."""
    if evidence.conflict:
        return evidence.conflict
    absent = {one.variant_id for one in evidence.missing} & definition.required
    if absent:
        names = sorted(one.name for one in definition.variants if one.variant_id in absent)
        return f"required positions were not read: {', '.join(names)}"
    if not evidence.read and not (evidence.undocumented and definition.gene.undefined_is_reference):
        return f"none of its positions was read ({main_reason(evidence.missing)})"
    return None


def _call(definition: GeneDefinition, evidence: GeneEvidence, rules: PhenotypeRules) -> GeneCall:
    if definition.gene.ploidy is Ploidy.MITOCHONDRIAL:
        return call_mitochondrial(definition, evidence, rules)
    if definition.gene.call_mode is CallMode.LIST:
        return call_variant_list(definition, evidence, rules)
    return call_star_alleles(definition, evidence, rules)


def _missing_names(definition: GeneDefinition, evidence: GeneEvidence) -> tuple[str, ...]:
    absent = {one.variant_id for one in evidence.missing}
    return tuple(one.name for one in definition.variants if one.variant_id in absent)


def _not_assessed(
    definition: GeneDefinition,
    evidence: GeneEvidence,
    rules: PhenotypeRules,
    reason: str,
    *,
    positions: tuple[object, ...],
) -> GeneResult:
    words = tuple(sorted({one.word for one in every_pair(rules) if one.word})) if rules.exists else ()
    return GeneResult(
        gene=definition.name,
        status=CallStatus.NOT_ASSESSED,
        source=CallSource.GENOME,
        reason=reason,
        phenotypes_possible=words,
        phenotypes_likely=words,
        missing=_missing_names(definition, evidence),
        could_change=True,
        positions=positions,  # type: ignore[arg-type]
        notes=evidence.notes,
        sources=(definition.gene.source_id,),
    )


def _result(definition: GeneDefinition, evidence: GeneEvidence, call: GeneCall, rules: PhenotypeRules) -> GeneResult:
    names = {one.variant_id: one.name for one in definition.variants}
    words = tuple(sorted({one.word for one in call.possible if one.word}))
    undocumented = tuple(_undocumented(definition, one) for one in evidence.undocumented)
    return GeneResult(
        gene=definition.name,
        status=call.status,
        source=CallSource.GENOME,
        diplotypes=call.fits,
        phenotype=call.phenotype.word,
        activity_score=call.phenotype.score,
        activity_at_least=call.phenotype.at_least,
        possible=_pairs(call.possible),
        phenotypes_possible=words,
        phenotypes_likely=call.likely_words or words,
        scores_possible=tuple(sorted({one.score for one in call.possible if one.score is not None})),
        diplotypes_possible=call.diplotypes_possible,
        diplotypes_count=call.diplotypes_count,
        missing=_missing_names(definition, evidence),
        could_change=call.could_change,
        decided_by=tuple(names.get(variant, variant) for variant in call.decided_by),
        prior_source=definition.prior_source if any(one.probability is not None for one in call.fits) else None,
        variants=call.variants,
        undocumented=undocumented,
        notes=(*evidence.notes, *call.notes),
        sources=tuple(sorted({definition.gene.source_id, *_function_sources(rules, call)})),
    )


def _function_sources(rules: PhenotypeRules, call: GeneCall) -> set[str]:
    alleles = {allele for fit in call.fits for allele in fit.diplotype.alleles}
    return {rules.functions[allele].source_id for allele in alleles if allele in rules.functions}


def _undocumented(definition: GeneDefinition, one: Genotype) -> str:
    name = next(v.name for v in definition.variants if v.variant_id == one.variant_id)
    unknown = [base for base in one.alleles if not definition.is_documented(one.variant_id, base)]
    return f"{name}: {', '.join(sorted(set(unknown)))} is not among the documented alleles"


def _extra(definition: GeneDefinition, genotypes: Mapping[str, Observed]) -> tuple[tuple[str, str], ...]:
    found = []
    for variant in definition.extra:
        seen = genotypes.get(variant.variant_id)
        word = "/".join(seen.alleles) if isinstance(seen, Genotype) else "not read"
        found.append((variant.name, word))
    return tuple(found)


def is_normal(phenotype: str | None) -> bool:
    """Whether a phenotype word says that the gene works as usual (``Normal Metabolizer``, ``2.0 (Normal Metabolizer)``)."""
    return phenotype is not None and re.search(r"\bnormal\b", phenotype, re.I) is not None


def _with_limits(
    result: GeneResult,
    definition: GeneDefinition,
    evidence: GeneEvidence,
    structural: Sequence[StructuralRecord],
) -> GeneResult:
    """Say what a result must not be taken for."""
    notes = list(result.notes)
    changes: dict[str, object] = {}
    unread = set(evidence.open_ids) & definition.tier1
    if unread and result.dpwg is not None and is_normal(result.dpwg.phenotype):
        changes["dpwg"] = replace(result.dpwg, phenotype=None, activity_score=None)
    if unread and is_normal(result.phenotype):
        names = sorted(one.name for one in definition.variants if one.variant_id in unread)
        changes |= {"phenotype": None, "activity_score": None, "could_change": True}
        notes.append(f"Positions that every test should cover were not read ({', '.join(names)}): no normal result is given.")
        if not result.decided_by:
            changes["decided_by"] = tuple(names)
    if structural:
        changes |= {"could_change": True, "needs_review": True}
        notes.append(f"A structural variant crosses this gene ({structural[0].kind}); what it does to the alleles is not known.")
    if definition.name == "CYP2D6":
        changes["status"] = CallStatus.LIMITED
        notes.append(SMALL_VARIANTS_ONLY)
    if definition.name == "CFTR":
        notes.append(NOT_A_CF_TEST)
    without_function = sorted(
        {
            allele
            for fit in result.diplotypes if fit.rank == 1
            for allele in fit.diplotype.alleles
            if not allele.startswith("[") and result.phenotype == "Indeterminate"
        },
        key=natural_order,
    )  # fmt: skip
    if without_function and result.status is CallStatus.CALLED:
        notes.append(f"No source assigns a clear function to at least one of: {', '.join(without_function)}.")
    return replace(result, notes=tuple(notes), **changes)  # type: ignore[arg-type]
