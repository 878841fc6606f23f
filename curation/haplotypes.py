"""Count named alleles among openly published phased genomes: the prior by which fits are weighed.

Half of the people are counted (those whose name's digest is even); the other half stays unseen, for agreement tests.
The panels list variants only; that what they leave out is reference is the panels' own promise.

Usage: python -m curation.haplotypes SOURCES
"""

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from curation.pharmacogenomics import OPEN, TABLES, write_checked
from garrod.genome.definitions import GeneDefinition, definitions
from garrod.genome.evidence import gene_evidence
from garrod.genome.matching import defined_among, match, observe
from garrod.intake import IntakeOptions, read_people
from garrod.knowledge import Knowledge, load_knowledge
from garrod.knowledge.pharmacogenomics import CallMode, HaplotypeCount, Ploidy
from garrod.model.genotypes import Genotype
from garrod.model.person import Person

PANEL = "1000g_grch38.pgx.open.vcf.gz"
#: Genes whose alleles this panel cannot tell: it leaves out CYP2B6 rs2279343 (*6 would count as *9), and shows no copies.
NOT_TOLD = {"CYP2B6", "CYP2D6"}
SCHEME = "pooled: openly published phased genomes of five continental groups (1000 Genomes), alleles counted by us"


def is_counted(sample: str) -> bool:
    """Whether a person is among those counted; the others are kept for tests."""
    return hashlib.sha256(sample.encode()).digest()[0] % 2 == 0


def counts(people: tuple[Person, ...], knowledge: Knowledge) -> Iterator[tuple[str, Counter[str]]]:
    """Count the alleles of each gene over all people."""
    for gene, definition in definitions(knowledge).items():
        is_pair = definition.gene.ploidy is Ploidy.DIPLOID and definition.gene.call_mode is not CallMode.LIST
        if gene in NOT_TOLD or not is_pair or not _is_covered(definition, people):
            continue
        seen: Counter[str] = Counter()
        for person in people:
            evidence = gene_evidence(definition, person.genomes[0].genotypes, person.sex)
            if evidence.undocumented or not evidence.read:
                continue
            observation = observe(evidence.read)
            fits = match(definition, observation, among=defined_among(definition, observation.read))
            if fits:
                seen.update(definition.alleles[a] for a in fits[0].alleles)
        if seen:
            yield gene, seen


def _is_covered(definition: GeneDefinition, people: tuple[Person, ...]) -> bool:
    """Whether the panel varies anywhere in the gene: a gene it left out would count as all reference."""
    return any(
        isinstance(one := person.genomes[0].genotypes.get(variant.variant_id), Genotype) and one.inferred is None
        for variant in definition.variants
        for person in people[:1]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--may-shrink", action="store_true")
    arguments = parser.parse_args()
    knowledge = load_knowledge()
    options = IntakeOptions(all_samples=True, absent_is_reference=True)
    people = read_people(arguments.sources / "pgx/real" / PANEL, knowledge, options)
    rows = []
    for gene, seen in counts(tuple(person for person in people if is_counted(person.id)), knowledge):
        total = sum(seen.values())
        rows += [
            {"gene": gene, "allele": allele, "scheme": SCHEME, "count": n, "total": total, "source_id": "igsr-1000-genomes-30x"}
            for allele, n in sorted(seen.items())
        ]
    rows.sort(key=lambda row: (str(row["gene"]), str(row["allele"])))
    write_checked(TABLES / OPEN / "haplotype_count.tsv", HaplotypeCount, rows, may_shrink=arguments.may_shrink)


if __name__ == "__main__":
    main()
