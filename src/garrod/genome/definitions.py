"""Allele definitions as bit sets: for each position and base, the set of alleles that have it there.

An allele lists a base at some positions; elsewhere it is as the gene's reference allele. IUPAC letters in a
definition stand for any of their bases. A set of alleles is a Python integer whose bit *i* is allele *i*.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import (
    Allele,
    AlleleVariant,
    Gene,
    HaplotypeCount,
    PositionRule,
    ResultType,
    Rule,
    UnphasedPriority,
    Variant,
    VariantFrequency,
)

Row = TypeVar("Row")

IUPAC: Final[Mapping[str, str]] = {
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip


def bases_of(cell: str) -> tuple[str, ...]:
    """Return the bases that a definition's cell stands for."""
    return tuple(IUPAC[cell]) if cell in IUPAC else (cell,)


def members(bits: int) -> Iterator[int]:
    """Go through the positions of the ones in a bit set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


@dataclass(frozen=True, slots=True)
class GeneDefinition:
    """The definitions of one gene, ready to match.

    Attributes
    ----------
    alleles : (alleles,)
        Names, the reference allele among them.
    scores : (alleles,)
        Number of positions that each definition lists.
    masks : per variant id, base -> bit set of alleles that have this base
    listed : per variant id, bit set of alleles that list this position
    cells : (alleles,) of variant id -> bases that the definition lists there
    """

    gene: Gene
    variants: tuple[Variant, ...]
    extra: tuple[Variant, ...]
    alleles: tuple[str, ...]
    reference: int
    scores: tuple[int, ...]
    masks: Mapping[str, Mapping[str, int]]
    listed: Mapping[str, int]
    cells: tuple[Mapping[str, tuple[str, ...]], ...]
    reported_as: Mapping[str, str]
    unreadable: tuple[str, ...]
    required: frozenset[str]
    tier1: frozenset[str]
    proxies: Mapping[str, str]  #: deciding variant id -> its stand-in
    fallbacks: Mapping[str, str]  #: variant id that decides alone where no pair fits -> allele it acts like
    priorities: Mapping[frozenset[str], str]
    counts: Mapping[str, int]
    count_total: int
    prior_source: str | None
    frequencies: Mapping[str, float]  #: highest alternate frequency of a variant in any group

    @property
    def name(self) -> str:
        """The gene's symbol."""
        return self.gene.gene

    @property
    def everything(self) -> int:
        """The set of all alleles."""
        return (1 << len(self.alleles)) - 1

    def fitting(self, variant_id: str, base: str) -> int:
        """Return the alleles that have this base here; none where no definition knows it."""
        return self.masks[variant_id].get(base, 0)

    def reference_bases(self, variant_id: str) -> tuple[str, ...]:
        """Return the bases of the reference allele here."""
        return self.cells[self.reference][variant_id]

    def is_documented(self, variant_id: str, base: str) -> bool:
        """Whether any definition knows this base here."""
        return base in self.masks[variant_id]

    def prior(self, allele: str) -> float | None:
        """How common the allele is among the people counted; the unseen ones share half a count."""
        if not self.count_total:
            return None
        unseen = sum(1 for name in self.alleles if not self.counts.get(name))
        seen = self.counts.get(allele, 0)
        return (seen or 0.5 / max(unseen, 1)) / (self.count_total + 0.5)


def _masks(
    variants: Iterable[Variant], cells: tuple[Mapping[str, tuple[str, ...]], ...], reference: int
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    masks: dict[str, dict[str, int]] = {}
    listed: dict[str, int] = {}
    for variant in variants:
        here: dict[str, int] = dict.fromkeys(variant.alleles, 0)
        bits = 0
        for index, cell in enumerate(cells):
            if variant.variant_id in cell:
                bits |= 1 << index
            for base in cell.get(variant.variant_id) or cells[reference][variant.variant_id]:
                here[base] = here.get(base, 0) | 1 << index
        masks[variant.variant_id] = here
        listed[variant.variant_id] = bits
    return masks, listed


def _define(knowledge: Knowledge, gene: Gene) -> GeneDefinition:
    name = gene.gene
    rules = _by_gene(knowledge, PositionRule).get(name, ())
    special = defaultdict(set)
    for rule in rules:
        special[rule.rule].add(rule.variant_id)
    set_aside = special[Rule.IGNORED] | special[Rule.EXTRA]
    every = _by_gene(knowledge, Variant).get(name, ())
    variants = tuple(one for one in every if one.variant_id not in set_aside)
    rows = [row for row in _by_gene(knowledge, Allele).get(name, ()) if not row.is_ignored]
    used = {one.variant_id for one in variants}
    bases: dict[str, dict[str, tuple[str, ...]]] = {row.allele: {} for row in rows}
    for cell in _by_gene(knowledge, AlleleVariant).get(name, ()):
        if cell.variant_id in used and cell.allele in bases:
            bases[cell.allele][cell.variant_id] = bases_of(cell.base)
    readable = [row for row in rows if row.is_reference or bases[row.allele]]
    reference = next(i for i, row in enumerate(readable) if row.is_reference)
    for one in variants:  # a reference that lists nothing has the genome's bases
        bases[readable[reference].allele].setdefault(one.variant_id, (one.ref_38,))
    cells = tuple(bases[row.allele] for row in readable)
    masks, listed = _masks(variants, cells, reference)
    counts = {row.allele: row for row in _by_gene(knowledge, HaplotypeCount).get(name, ())}
    frequencies = knowledge.once(_frequencies)
    return GeneDefinition(
        gene=gene,
        variants=variants,
        extra=tuple(one for one in every if one.variant_id in special[Rule.EXTRA]),
        alleles=tuple(row.allele for row in readable),
        reference=reference,
        scores=tuple(len(cell) for cell in cells),
        masks=masks,
        listed=listed,
        cells=cells,
        reported_as={row.allele: row.core_of for row in readable if row.core_of},
        unreadable=tuple(row.allele for row in rows if not row.is_reference and not bases[row.allele]),
        required=frozenset(special[Rule.REQUIRED]),
        tier1=frozenset(special[Rule.TIER1] & used),
        proxies={r.target: r.variant_id for r in rules if r.rule is Rule.PROXY_FOR and r.target},
        fallbacks={r.variant_id: r.target for r in rules if r.rule is Rule.FALLBACK and r.target},
        priorities={
            frozenset(row.ambiguous_set.split("|")): row.pick for row in _by_gene(knowledge, UnphasedPriority).get(name, ())
        },
        counts={allele: row.count for allele, row in counts.items()},
        count_total=max((row.total for row in counts.values()), default=0),
        prior_source=next((row.scheme for row in counts.values()), None),
        frequencies={one.variant_id: frequencies[one.variant_id] for one in variants if one.variant_id in frequencies},
    )


def _by_gene(knowledge: Knowledge, kind: type[Row]) -> Mapping[str, tuple[Row, ...]]:
    grouped: Mapping[type[Any], Mapping[str, tuple[Any, ...]]] = knowledge.once(_grouped)
    return grouped[kind]


def _grouped(knowledge: Knowledge) -> dict[type[Any], dict[str, tuple[Any, ...]]]:
    found: dict[type[Any], dict[str, tuple[Any, ...]]] = {}
    kinds: tuple[type[Any], ...] = (PositionRule, Variant, Allele, AlleleVariant, HaplotypeCount, UnphasedPriority)
    for kind in kinds:
        genes: dict[str, list[Any]] = defaultdict(list)
        for row in knowledge.rows(kind):
            genes[row.gene].append(row)
        found[kind] = {gene: tuple(rows) for gene, rows in genes.items()}
    return found


def _frequencies(knowledge: Knowledge) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in knowledge.rows(VariantFrequency):
        found[row.variant_id] = max(found.get(row.variant_id, 0.0), row.highest)
    return found


def definitions(knowledge: Knowledge) -> Mapping[str, GeneDefinition]:
    """Return every gene that is called from a genome, by symbol, in the order of the gene table."""
    return knowledge.once(_definitions)


def _definitions(knowledge: Knowledge) -> dict[str, GeneDefinition]:
    called = [gene for gene in knowledge.rows(Gene) if gene.result_type is not ResultType.ALLELE_STATUS]
    return {gene.gene: _define(knowledge, gene) for gene in called}
