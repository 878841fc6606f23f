"""The phenotype of a genotype that no pair of named alleles explains: only where every reading of it agrees."""

from itertools import product

from garrod.genome.definitions import GeneDefinition
from garrod.genome.matching import Observation
from garrod.genome.partial import combinations
from garrod.genome.phenotypes import INDETERMINATE, Phenotype, PhenotypeRules


def combined_phenotype(
    definition: GeneDefinition, observation: Observation, rules: PhenotypeRules
) -> tuple[Phenotype, str | None]:
    """Return the phenotype, and a note where one position decided it.

    A strand may be read as any of the named alleles it combines. Left-over variants have no reading, so the result
    is Indeterminate, unless a guideline lets one position decide alone.
    """
    if not rules.exists:
        return Phenotype(None), None
    agreed = _agreed(definition, observation, rules)
    if agreed is not None and agreed.word != INDETERMINATE:
        return agreed, None
    for variant in definition.fallbacks:
        read = observation.strands(variant)
        if read is not None and observation.ploidy == 2:
            answer = rules.of_alleles(_acting_like(definition, variant, read))
            name = next(one.name for one in definition.variants if one.variant_id == variant)
            return answer, f"The function is given by {name} alone, as the guideline allows."
    return Phenotype(INDETERMINATE), None


def _agreed(definition: GeneDefinition, observation: Observation, rules: PhenotypeRules) -> Phenotype | None:
    found = set()
    for strands in combinations(definition, observation):
        if any(strand.leftover or not strand.alleles for strand in strands):
            return None
        for chosen in product(*(strand.alleles for strand in strands)):
            found.add(rules.of_alleles([definition.reported_as.get(name, name) for name in chosen]))
    return found.pop() if len(found) == 1 else None


def _acting_like(definition: GeneDefinition, variant: str, read: tuple[str, ...]) -> list[str]:
    acts_like = definition.fallbacks[variant]
    cell = definition.cells[definition.alleles.index(acts_like)]
    normal = definition.alleles[definition.reference]
    return [acts_like if base in cell[variant] else normal for base in read]


def any_combination(definition: GeneDefinition, rules: PhenotypeRules) -> frozenset[Phenotype]:
    """Return what a genotype without a named pair may come out as, when there are too many to try."""
    found = {Phenotype(INDETERMINATE)}
    for variant, acts_like in definition.fallbacks.items():
        bases = (definition.cells[definition.alleles.index(acts_like)][variant][0], definition.reference_bases(variant)[0])
        found |= {rules.of_alleles(_acting_like(definition, variant, pair)) for pair in product(bases, repeat=2)}
    return frozenset(found)
