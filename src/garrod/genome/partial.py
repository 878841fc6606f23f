"""When no pair of named alleles fits: name each strand by the alleles it combines, and what is left over.

``[*6 + *14]/*13`` and ``*2/[*17 + g.94781859G>A]``. A combination has a function only where all its parts agree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from garrod.genome.definitions import GeneDefinition, members
from garrod.genome.matching import Observation
from garrod.model.calls import natural_order

MOST_FREE_BLOCKS: Final = 7  #: beyond this many blocks of unknown phase no combination is named


@dataclass(frozen=True, slots=True)
class Strand:
    """One strand in words: the named alleles it carries together, and the variants that none of them lists."""

    alleles: tuple[str, ...]
    leftover: tuple[str, ...]

    @property
    def name(self) -> str:
        """A single allele's own name, else the parts in square brackets."""
        parts = (*self.alleles, *self.leftover)
        return parts[0] if len(parts) == 1 and self.alleles else f"[{' + '.join(parts)}]"

    @property
    def parts(self) -> int:
        """How many pieces the strand's name has; fewer is a simpler explanation."""
        return len(self.alleles) + 2 * len(self.leftover)


def explain(definition: GeneDefinition, bases: Mapping[str, str]) -> Strand:
    """Name one strand: first the allele that fits whole, else the fewest alleles that cover its variants."""
    whole = definition.everything
    for variant, base in bases.items():
        whole &= definition.fitting(variant, base)
    if whole:
        best = max(members(whole), key=lambda i: (_counted(definition, i, bases), -i))
        return Strand((definition.alleles[best],), ())
    open_ = {v for v, base in bases.items() if base not in definition.reference_bases(v)}
    chosen: list[int] = []
    candidates = list(_contained(definition, bases))
    while open_:
        gains = [(len(open_ & cell), -index) for index, cell in candidates]
        gain, index = max(gains, default=(0, 0))
        if not gain:
            break
        chosen.append(-index)
        open_ -= set(definition.cells[-index])
    names = tuple(sorted((definition.alleles[i] for i in chosen), key=natural_order))
    return Strand(names, tuple(_spelled(definition, v, bases[v]) for v in sorted(open_)))


def _contained(definition: GeneDefinition, bases: Mapping[str, str]) -> Iterator[tuple[int, set[str]]]:
    """Alleles all of whose listed positions, as far as they were read, stand on the strand."""
    for index, cell in enumerate(definition.cells):
        read = {v: cells for v, cells in cell.items() if v in bases}
        if index != definition.reference and read and all(bases[v] in cells for v, cells in read.items()):
            different = {v for v in read if bases[v] not in definition.reference_bases(v)}
            if different:
                yield index, different


def _counted(definition: GeneDefinition, allele: int, bases: Mapping[str, str]) -> int:
    return sum(1 for variant in definition.cells[allele] if variant in bases)


def _spelled(definition: GeneDefinition, variant_id: str, base: str) -> str:
    variant = next(one for one in definition.variants if one.variant_id == variant_id)
    return f"g.{variant.position_38}{variant.ref_38}>{base}"


def combinations(definition: GeneDefinition, observation: Observation) -> tuple[tuple[Strand, ...], ...]:
    """Return the simplest explanations by combined alleles, all those of equal simplicity.

    Nothing where so many positions are unphased that naming one combination would be a guess.
    """
    if not observation.blocks:
        return ()
    if observation.ploidy == 1:
        return ((explain(definition, {v: x for block in observation.blocks for v, (x, _) in block.items()}),),)
    fixed: dict[str, tuple[str, str]] = {}
    free = []
    for block in observation.blocks:
        if any(x != y for x, y in block.values()):
            free.append(block)
        else:
            fixed.update(block)
    if len(free) > MOST_FREE_BLOCKS:
        return ()
    found: dict[tuple[str, ...], tuple[Strand, ...]] = {}
    for turns in product((False, True), repeat=max(len(free) - 1, 0)):
        first = {v: x for v, (x, _) in fixed.items()}
        second = {v: y for v, (_, y) in fixed.items()}
        for block, turned in zip(free, (False, *turns), strict=False):
            for variant, (x, y) in block.items():
                first[variant], second[variant] = (y, x) if turned else (x, y)
        strands = sorted((explain(definition, first), explain(definition, second)), key=lambda s: natural_order(s.name))
        found[tuple(s.name for s in strands)] = tuple(strands)
    simplest = min(sum(strand.parts for strand in pair) for pair in found.values())
    return tuple(pair for pair in found.values() if sum(strand.parts for strand in pair) == simplest)
