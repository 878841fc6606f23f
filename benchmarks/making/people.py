"""People made from the definitions: two named alleles of each gene, and the records that show them.

Every defining position is written, reference or not, with depth and quality, as a laboratory does that genotypes them.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.genome.definitions import GeneDefinition, definitions
from garrod.knowledge import load_knowledge
from garrod.knowledge.pharmacogenomics import Variant

#: Lengths of GRCh38.p14, as NCBI publishes them.
LENGTHS: Final = {
    "1": 248956422, "2": 242193529, "3": 198295559, "4": 190214555, "5": 181538259, "6": 170805979, "7": 159345973,
    "8": 145138636, "9": 138394717, "10": 133797422, "11": 135086622, "12": 133275309, "13": 114364328, "14": 107043718,
    "15": 101991189, "16": 90338345, "17": 83257441, "18": 80373285, "19": 58617616, "20": 64444167, "21": 46709983,
    "22": 50818468, "X": 156040895, "Y": 57227415, "MT": 16569,
}  # fmt: skip
ORDER: Final = {name: place for place, name in enumerate(LENGTHS)}
HEAD: Final = (
    "##fileformat=VCFv4.2",
    "##source=garrod benchmarks: people who do not exist",
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Read depth">',
    '##INFO=<ID=MQ,Number=1,Type=Float,Description="Mapping quality">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
)
UNCOUNTED_REFERENCE: Final = 0.9  #: share of reference alleles in genes of which nobody was counted

Pick = Callable[[GeneDefinition, random.Random], int]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One defining position: where it stands in a file, and the two bases of each person there."""

    variant: Variant
    bases: tuple[tuple[str, str], ...]

    @property
    def place(self) -> Place:
        """The order of a sorted file."""
        return ORDER[self.variant.chromosome], self.variant.position_38


def as_common(definition: GeneDefinition, chance: random.Random) -> int:
    """Pick an allele as often as it was counted among people; where nobody was counted, mostly the reference."""
    counts = [definition.counts.get(name, 0) for name in definition.alleles]
    if sum(counts):
        return chance.choices(range(len(counts)), counts)[0]
    return definition.reference if chance.random() < UNCOUNTED_REFERENCE else chance.randrange(len(counts))


def any_allele(definition: GeneDefinition, chance: random.Random) -> int:
    """Pick any allele, rare ones as often as common ones: the hardest people to call."""
    return chance.randrange(len(definition.alleles))


def site_rows(pick: Pick, people: int, seed: int) -> list[SiteRow]:
    """Return every defining position with the bases of so many people, in the order of a sorted file.

    The first people are the same whatever the number asked for.
    """
    genes = definitions(load_knowledge())
    drawn: dict[str, list[tuple[str, str]]] = {}
    for person in range(people):
        chance = random.Random(f"{seed} {person}")  # noqa: S311 - seeded people, not secrets
        for definition in genes.values():
            first, second = (_strand(definition, pick(definition, chance), chance) for _ in range(2))
            for name, base in first.items():
                drawn.setdefault(name, []).append((base, second[name]))
    rows = {}
    for definition in genes.values():
        for variant in definition.variants:
            rows[variant.variant_id] = SiteRow(variant, tuple(drawn[variant.variant_id]))
        for variant in definition.extra:
            rows[variant.variant_id] = SiteRow(variant, ((variant.ref_38, variant.ref_38),) * people)
    return sorted(rows.values(), key=lambda row: row.place)


def _strand(definition: GeneDefinition, allele: int, chance: random.Random) -> Mapping[str, str]:
    """Return one strand of an allele: the bases it lists (one of them where several are allowed), else the reference's."""
    cell, reference = definition.cells[allele], definition.cells[definition.reference]
    return {one.variant_id: chance.choice(cell.get(one.variant_id) or reference[one.variant_id]) for one in definition.variants}


def contig(chromosome: str) -> str:
    """Return the contig's name in the files."""
    return "chrM" if chromosome == "MT" else f"chr{chromosome}"


def header(samples: Sequence[str]) -> Iterator[str]:
    """Go through the lines before the records."""
    yield from HEAD
    for name, length in LENGTHS.items():
        yield f"##contig=<ID={contig(name)},length={length},assembly=GRCh38>"
    yield "\t".join(("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples))


def record(row: SiteRow, *, separator: str, chance: random.Random) -> str:
    """Write one position of all its people; ``separator`` is that of the genotype, ``/`` or ``|``."""
    variant = row.variant
    place = (contig(variant.chromosome), str(variant.position_38), variant.rsid or ".", variant.ref_38, variant.alts_38)
    cells = (_sample(variant, pair, separator, chance) for pair in row.bases)
    return "\t".join((*place, "812.6", "PASS", "DP=33;MQ=60.00", "GT:DP:GQ", *cells))


def _sample(variant: Variant, pair: tuple[str, str], separator: str, chance: random.Random) -> str:
    numbers = [variant.alleles.index(base) for base in pair]
    if variant.chromosome == "MT":
        genotype = str(numbers[0])
    elif separator == "/":
        genotype = "/".join(map(str, sorted(numbers)))
    else:
        genotype = separator.join(map(str, numbers))
    return f"{genotype}:{chance.randint(24, 52)}:99"
