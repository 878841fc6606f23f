"""Genes reported as lists of variants (DPYD, RYR1): the lowest function on each strand decides.

Phased: each strand's lowest function. Unphased: the variants are taken to lie on different strands, which is the
severe reading, and the page says that the same strand would be milder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from garrod.genome.definitions import GeneDefinition
from garrod.genome.matching import Observation
from garrod.genome.phenotypes import Phenotype, PhenotypeRules
from garrod.model.calls import natural_order

#: Function words from worst to best for genes without activity values.
SEVERITY: Final = ("Malignant Hyperthermia associated", "No function", "Decreased function", "Uncertain function")


@dataclass(frozen=True, slots=True)
class VariantsFound:
    """Named variants and the strands that carry them.

    Attributes
    ----------
    copies
        Allele name -> number of strands that carry it (1 or 2).
    strands
        The names on each strand where the phase is known, else None.
    by_proxy
        Names that were decided by the stand-in position, because the deciding one is missing.
    """

    copies: Mapping[str, int]
    strands: tuple[frozenset[str], frozenset[str]] | None
    by_proxy: tuple[str, ...]
    proxy_disagrees: tuple[str, ...]


def variants_found(definition: GeneDefinition, observation: Observation) -> VariantsFound:
    """Return which named variants were read, and on how many strands.

    An allele that lists several positions (HapB3) is carried where all of them are; a variant that is part of a
    carried allele is not counted again by itself.
    """
    sides: tuple[set[int], set[int]] = (set(), set())
    copies: dict[int, int] = {}
    by_proxy, disagrees = [], []
    for index, name in enumerate(definition.alleles):
        used = {} if index == definition.reference else _positions_used(definition, index, observation)
        reads = [(observation.strands(variant), bases) for variant, bases in used.items()]
        carried = [tuple(base in bases for base in read) for read, bases in reads if read is not None]
        if carried and (count := min(sum(strands) for strands in carried)):
            copies[index] = count
            for side, has in zip(sides, zip(*carried, strict=True), strict=True):
                if all(has):
                    side.add(index)
            if set(used) <= set(definition.proxies.values()):
                by_proxy.append(name)
        if _proxy_differs(definition, index, observation):
            disagrees.append(name)
    _count_parts_once(definition, copies, sides)
    phased = observation.is_phased or all(count == 2 for count in copies.values())
    names = {definition.alleles[index]: count for index, count in copies.items() if count}
    strands = tuple(frozenset(definition.alleles[i] for i in side) for side in sides)
    return VariantsFound(names, (strands[0], strands[1]) if phased else None, tuple(by_proxy), tuple(disagrees))


def _positions_used(definition: GeneDefinition, allele: int, observation: Observation) -> dict[str, tuple[str, ...]]:
    """Return the positions that decide an allele, as far as they were read.

    A stand-in adds to the deciding position where both agree; alone it decides only where the other is missing.
    """
    cell = definition.cells[allele]
    used = {v: bases for v, bases in cell.items() if observation.strands(v) is not None}
    for decides, stand_in in definition.proxies.items():
        if decides in used and stand_in in used and not _is_carried(observation, stand_in, cell[stand_in]):
            others = [c for i, c in enumerate(definition.cells) if i != allele and set(c) == {decides}]
            if not others:
                used.pop(stand_in)
    return used


def _is_carried(observation: Observation, variant: str, bases: tuple[str, ...]) -> bool:
    return any(base in bases for base in observation.strands(variant) or ())


def _count_parts_once(definition: GeneDefinition, copies: dict[int, int], sides: tuple[set[int], set[int]]) -> None:
    """Take a variant off the count where an allele that contains it is carried."""
    for whole in list(copies):
        for part in list(copies):
            if part != whole and set(definition.cells[part]) < set(definition.cells[whole]):
                copies[part] = max(0, copies[part] - copies[whole])
                for side in sides:
                    if whole in side:
                        side.discard(part)


def _proxy_differs(definition: GeneDefinition, allele: int, observation: Observation) -> bool:
    cell = definition.cells[allele]
    for decides, stand_in in definition.proxies.items():
        if decides in cell and stand_in in cell:
            read, other = observation.strands(decides), observation.strands(stand_in)
            if read is not None and other is not None:
                return sum(x in cell[decides] for x in read) != sum(x in cell[stand_in] for x in other)
    return False


def lowest_pair(definition: GeneDefinition, found: VariantsFound, rules: PhenotypeRules) -> tuple[str, ...]:
    """Return the two alleles that decide: the lowest function of each strand, or the two lowest where phase is unknown."""
    reference = definition.alleles[definition.reference]

    def order(name: str) -> tuple[float, bool, tuple[tuple[int, int, str], ...]]:
        return function_rank(rules, name), name == reference, natural_order(name)

    if found.strands is not None:
        pair: Sequence[str] = [min(side or {reference}, key=order) for side in found.strands]
    else:
        every = [name for name, count in found.copies.items() for _ in range(count)]
        pair = sorted([*every, reference, reference], key=order)[:2]
    return tuple(sorted(pair, key=natural_order))


def function_rank(rules: PhenotypeRules, name: str) -> float:
    """Order alleles by function, the lowest first."""
    row = rules.functions.get(name)
    if row is None:
        return len(SEVERITY)
    if row.activity_value is not None:
        return row.activity_value
    return SEVERITY.index(row.function) if row.function in SEVERITY else len(SEVERITY) + 1


def possible_phenotypes(
    definition: GeneDefinition,
    found: VariantsFound,
    missing: Sequence[str],
    rules: PhenotypeRules,
) -> tuple[frozenset[Phenotype], tuple[str, ...]]:
    """Return what the result could be, and the missing positions that matter, the commonest first.

    Each strand may carry, beside what was read, any variant of a missing position. Unknown phase may be either.
    """
    reference = definition.alleles[definition.reference]
    unread = [
        name
        for index, name in enumerate(definition.alleles)
        if index != definition.reference and _is_open(definition, index, missing)
    ]
    added = sorted({_key(rules, name): name for name in unread}.values())
    readings = [found.strands] if found.strands is not None else list(_phases(found))
    current = rules.of_alleles(lowest_pair(definition, found, rules))
    phenotypes: set[Phenotype] = set()
    for sides in readings:
        options = [[_lowest(rules, {*side, *([extra] if extra else [])}, reference) for extra in (None, *added)]
                   for side in sides]  # fmt: skip
        phenotypes.update(rules.of_alleles((x, y)) for x in options[0] for y in options[1])
    phenotypes.add(current)
    deciding = {
        variant
        for index, name in enumerate(definition.alleles)
        if name in unread and any(
            rules.of_alleles((_lowest(rules, {*side, name}, reference), _lowest(rules, {*other}, reference))) != current
            for sides in readings for side, other in (sides, sides[::-1])
        )
        for variant in definition.cells[index] if variant in missing
    }  # fmt: skip
    order = sorted(deciding, key=lambda v: (-definition.frequencies.get(v, 0.0), v))
    return frozenset(phenotypes), tuple(order)


def possible_pairs(
    definition: GeneDefinition, found: VariantsFound, missing: Sequence[str], rules: PhenotypeRules
) -> tuple[str, ...]:
    """Return the deciding pairs that remain possible: each strand may carry any variant of a missing position too."""
    reference = definition.alleles[definition.reference]
    indices = [index for index in range(len(definition.alleles)) if index != definition.reference]
    unread = [definition.alleles[index] for index in indices if _is_open(definition, index, missing)]

    def options(side: frozenset[str]) -> set[str]:
        sides = [side, *_with_parts_for_wholes(definition, side, missing)]
        return {_lowest(rules, {*one, *([extra] if extra else [])}, reference) for one in sides for extra in (None, *unread)}

    pairs = {
        tuple(sorted(pair, key=natural_order))
        for first, second in ([found.strands] if found.strands is not None else _phases(found))
        for pair in product(options(first), options(second))
    }
    return tuple("/".join(pair) for pair in sorted(pairs, key=lambda pair: tuple(map(natural_order, pair))))


def _with_parts_for_wholes(definition: GeneDefinition, side: frozenset[str], missing: Sequence[str]) -> Iterator[frozenset[str]]:
    """Read an allele of several positions, of which some are missing, as the smaller allele that was read in full."""
    cells = dict(zip(definition.alleles, definition.cells, strict=True))
    for whole in side:
        for part, cell in cells.items():
            is_part = 0 < len(cell) < len(cells[whole]) and set(cell) < set(cells[whole])
            if is_part and set(cells[whole]) - set(cell) <= set(missing) and not set(cell) & set(missing):
                yield side - {whole} | {part}


def _is_open(definition: GeneDefinition, allele: int, missing: Sequence[str]) -> bool:
    cell = definition.cells[allele]
    deciding = [v for v in cell if v not in definition.proxies.values()] or list(cell)
    return any(variant in missing for variant in deciding)


def _key(rules: PhenotypeRules, name: str) -> tuple[str | None, float | None]:
    row = rules.functions.get(name)
    return (row.function, row.activity_value) if row else (None, None)


def _lowest(rules: PhenotypeRules, names: set[str], reference: str) -> str:
    return min(names or {reference}, key=lambda name: (function_rank(rules, name), natural_order(name)))


def _phases(found: VariantsFound) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the two extreme readings of unknown phase, all on one strand or spread, and each single variant apart."""
    both = frozenset(name for name, count in found.copies.items() if count == 2)
    one = [name for name, count in found.copies.items() if count == 1]
    readings = [(both | frozenset(one), both)]
    readings += [(both | {name}, both | (frozenset(one) - {name})) for name in one]
    return readings
