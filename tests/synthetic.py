"""People made from the definitions: whose true diplotype is known because we chose it."""

import random
from collections.abc import Iterable, Mapping

from garrod.genome.definitions import GeneDefinition
from garrod.model.genotypes import (
    Assembly,
    GenomeEvidence,
    Genotype,
    Missing,
    MissingReason,
    Observed,
    ReadThresholds,
)


def strand(definition: GeneDefinition, allele: int, rng: random.Random) -> dict[str, str]:
    """One strand of an allele: the listed bases (one of them, where several are allowed), else the reference's."""
    cell, reference = definition.cells[allele], definition.cells[definition.reference]
    return {one.variant_id: rng.choice(cell.get(one.variant_id) or reference[one.variant_id]) for one in definition.variants}


def genotypes(
    definition: GeneDefinition,
    pair: tuple[int, int],
    rng: random.Random,
    *,
    phased: bool,
    masked: Iterable[str] = (),
) -> dict[str, Observed]:
    """The genotypes of a person with two given alleles; masked positions are missing."""
    first, second = strand(definition, pair[0], rng), strand(definition, pair[1], rng)
    hidden = set(masked)
    made: dict[str, Observed] = {}
    for variant in first:
        bases = (first[variant], second[variant])
        if not phased and rng.random() < 0.5:
            bases = bases[::-1]
        if variant in hidden:
            made[variant] = Missing(variant, MissingReason.NO_CALL)
        else:
            made[variant] = Genotype(variant, bases, is_phased=phased)
    return made


def evidence(genotypes: Mapping[str, Observed], sample: str = "made") -> GenomeEvidence:
    """Genotypes as if read from a file."""
    return GenomeEvidence(
        file="made.vcf",
        kind="VCF",
        sample=sample,
        assembly=Assembly.GRCH38,
        absent_is_reference=False,
        thresholds=ReadThresholds(),
        genotypes=genotypes,
    )
