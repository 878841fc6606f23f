"""Match one genotype of one gene to pairs of named alleles.

Constraint search, never an enumeration of phases. Positions are grouped into blocks whose strands are known relative
to each other: one block for a phased gene, one block for each heterozygous position of an unphased one. Within a
block an allele fits strand 0, strand 1, both or neither; its partner must fit the other strand of every block.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from garrod.genome.definitions import GeneDefinition, members
from garrod.model.genotypes import Genotype

Strands = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """What was read of one gene, ready to match.

    Attributes
    ----------
    blocks
        Each block maps variant ids to the bases of its two strands, in one order within the block.
    is_phased
        Whether the gene's heterozygous positions all stand in one block.
    ploidy
        2, or 1 where one copy was read (a male's X, mitochondria): then both strands hold the same base.
    """

    blocks: tuple[Mapping[str, Strands], ...]
    ploidy: int = 2

    @property
    def is_phased(self) -> bool:
        """Whether at most one block holds a difference between the strands."""
        return sum(any(x != y for x, y in block.values()) for block in self.blocks) <= 1

    @property
    def read(self) -> frozenset[str]:
        """Variant ids that were read."""
        return frozenset(variant for block in self.blocks for variant in block)

    def strands(self, variant_id: str) -> Strands | None:
        """Return the two bases read at a position."""
        for block in self.blocks:
            if variant_id in block:
                return block[variant_id]
        return None


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """A pair of alleles (indices into the definition) that explains an observation. One index where ploidy is 1."""

    score: int
    alleles: tuple[int, ...]


def observe(genotypes: Iterable[Genotype], *, ploidy: int = 2) -> Observation:
    """Group genotypes into blocks of known relative phase."""
    blocks: dict[object, dict[str, Strands]] = defaultdict(dict)
    for one in genotypes:
        first, second = one.alleles[0], one.alleles[-1]
        if first == second:
            key: object = "same on both strands"
        elif one.is_phased:
            key = ("phase set", one.phase_set)
        else:
            key = ("alone", one.variant_id)
        blocks[key][one.variant_id] = (first, second)
    same = blocks.pop("same on both strands", {})
    ordered = sorted(blocks.items(), key=lambda item: str(item[0]))
    return Observation(tuple([same] if same else []) + tuple(block for _, block in ordered), ploidy)


def match(definition: GeneDefinition, observation: Observation, *, among: int | None = None) -> tuple[Fit, ...]:
    """Return every pair of alleles that explains the observation, best score first.

    Parameters
    ----------
    among
        Bit set of alleles to consider; all by default. Positions that were not read constrain nothing.
    """
    every = definition.everything if among is None else among
    orientations = []
    candidates = every
    for block in observation.blocks:
        first = second = every
        for variant, (x, y) in block.items():
            first &= definition.fitting(variant, x)
            second &= definition.fitting(variant, y)
        orientations.append((first, second))
        candidates &= first | second
        if not candidates:
            return ()
    counted = counted_scores(definition, observation.read)
    if observation.ploidy == 1:
        return _ranked((Fit(counted[a], (a,)) for a in members(candidates)), definition)
    fits = []
    for a in members(candidates):
        partners = candidates
        bit = 1 << a
        for first, second in orientations:
            here = (second if first & bit else 0) | (first if second & bit else 0)
            partners &= here
        fits += [Fit(counted[a] + counted[b], (a, b)) for b in members(partners >> a << a)]
    return _ranked(fits, definition)


def counted_scores(definition: GeneDefinition, read: frozenset[str]) -> Sequence[int]:
    """Count for each allele the listed positions that were read."""
    if len(read) == len(definition.variants):
        return definition.scores
    return [sum(1 for variant in cell if variant in read) for cell in definition.cells]


def defined_among(definition: GeneDefinition, read: frozenset[str]) -> int:
    """Return the alleles that still list a position which was read: the others cannot be told from the reference."""
    bits = 1 << definition.reference
    for variant in read:
        bits |= definition.listed[variant]
    return bits


def _ranked(fits: Iterable[Fit], definition: GeneDefinition) -> tuple[Fit, ...]:
    def order(fit: Fit) -> tuple[int, tuple[int, ...]]:
        return -fit.score, fit.alleles

    return tuple(sorted(fits, key=order))


def strand_variants(definition: GeneDefinition, bases: Mapping[str, str]) -> tuple[str, ...]:
    """Return the positions at which a strand differs from the reference allele."""
    return tuple(v for v, base in bases.items() if base not in definition.reference_bases(v))
