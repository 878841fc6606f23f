"""Which positions of a genome matter, on either build, and how a file may spell their alleles."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.pharmacogenomics import Gene, Variant, VariantForm
from garrod.model.genotypes import Assembly

PAD: Final = 60  #: bases fetched beside a site, so that shifted spellings and deletions from upstream are seen
LONGEST_SITE: Final = 64
MOST_DIGITS: Final = 12


def chromosome_name(text: str) -> str:
    """Return ``1`` to ``22``, ``X``, ``Y`` or ``MT``, whatever prefix a file uses."""
    name = text[3:] if text[:3].lower() == "chr" else text
    return "MT" if name in {"M", "MT"} else name.upper()


def whole_number(text: str) -> int | None:
    """Return the number that a position or a length is written as; None where the text is none.

    >>> whole_number("94781859"), whole_number("-1"), whole_number("²")
    (94781859, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def trimmed(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Trim the common suffix, then the common prefix, leaving at least one base of each.

    >>> trimmed(48037782, "AGGAGTC", "AGGAGTCGGAGTC")
    (48037782, 'A', 'AGGAGTC')
    """
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return position, ref, alt


@dataclass(frozen=True, slots=True)
class Site:
    """One defining position on one build.

    ``reference`` is the base (or sequence) of that build, None where nobody has written it down.
    """

    variant: Variant
    chromosome: str
    position: int
    reference: str | None

    @property
    def end(self) -> int:
        """The last base of the reference spelling, 1-based."""
        return self.position + len(self.variant.ref_38) - 1


@dataclass(frozen=True, slots=True)
class BuildSites:
    """All sites of one build, ready for look-up."""

    assembly: Assembly
    by_chromosome: Mapping[str, tuple[Site, ...]]
    positions: Mapping[str, tuple[int, ...]]
    forms: Mapping[tuple[str, int, str, str], tuple[str, str]]  #: trimmed spelling -> variant id, allele
    windows: Mapping[str, tuple[tuple[int, int], ...]]  #: merged, 1-based and closed
    genes: Mapping[str, tuple[tuple[int, int, str], ...]]

    def touching(self, chromosome: str, start: int, end: int) -> tuple[Site, ...]:
        """Return the sites whose reference span overlaps ``start`` to ``end``."""
        positions = self.positions.get(chromosome, ())
        low = bisect_left(positions, start - LONGEST_SITE)
        high = bisect_right(positions, end)
        return tuple(one for one in self.by_chromosome.get(chromosome, ())[low:high] if one.end >= start)

    def all_sites(self) -> Iterator[Site]:
        """Go through every site."""
        for sites in self.by_chromosome.values():
            yield from sites


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of both builds, and those that this knowledge cannot place on GRCh37."""

    builds: Mapping[Assembly, BuildSites]
    variants: Mapping[str, Variant]

    @classmethod
    def of(cls, variants: Sequence[Variant], forms: Sequence[VariantForm], genes: Sequence[Gene]) -> "Sites":
        """Build the look-ups from knowledge rows."""
        by_assembly: dict[str, dict[tuple[str, int, str, str], tuple[str, str]]] = {one.value: {} for one in Assembly}
        chromosome = {one.variant_id: one.chromosome for one in variants}
        for form in forms:
            place = (chromosome[form.variant_id], form.position, form.ref, form.alt)
            by_assembly[form.assembly][place] = (form.variant_id, form.allele)
        builds = {assembly: _build(assembly, variants, by_assembly[assembly.value], genes) for assembly in Assembly}
        return cls(builds, {one.variant_id: one for one in variants})


def _build(
    assembly: Assembly,
    variants: Sequence[Variant],
    forms: Mapping[tuple[str, int, str, str], tuple[str, str]],
    genes: Sequence[Gene],
) -> BuildSites:
    sites: dict[str, list[Site]] = defaultdict(list)
    for one in variants:
        is_old = assembly is Assembly.GRCH37
        position = one.position_37 if is_old else one.position_38
        if position is not None:
            reference = one.ref_37 if is_old else one.ref_38
            sites[one.chromosome].append(Site(one, one.chromosome, position, reference))
    ordered = {chrom: tuple(sorted(some, key=lambda s: s.position)) for chrom, some in sites.items()}
    bodies: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for gene in genes:
        start, end = (gene.start_37, gene.end_37) if assembly is Assembly.GRCH37 else (gene.start_38, gene.end_38)
        if start is not None and end is not None:
            bodies[gene.chromosome].append((start, end, gene.gene))
    return BuildSites(
        assembly=assembly,
        by_chromosome=ordered,
        positions={chrom: tuple(s.position for s in some) for chrom, some in ordered.items()},
        forms=forms,
        windows={chrom: merged_spans((s.position - PAD, s.end + PAD) for s in some) for chrom, some in ordered.items()},
        genes={chrom: tuple(some) for chrom, some in bodies.items()},
    )


def merged_spans(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Join spans that lie within 1,000 bases of each other, so that each stretch is fetched once."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1000:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((max(start, 1), end))
    return tuple(merged)
