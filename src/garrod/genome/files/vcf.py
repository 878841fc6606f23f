"""Read VCF, gVCF and BCF into evidence at the sites."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from garrod.genome.files.builds import assembly_by_bases, check_bases, check_lengths
from garrod.genome.files.header import Header, parse_header, stated_assembly
from garrod.genome.files.join import observe_site
from garrod.genome.files.options import ReadOptions
from garrod.genome.files.records import FIXED_COLUMNS, Record, parse_gt, parse_record
from garrod.genome.files.search import last_record, searched
from garrod.genome.files.sites import BuildSites, Site, Sites, chromosome_name, merged_spans, trimmed, whole_number
from garrod.genome.files.sources import (
    OUT_OF_ORDER,
    SORT_IT,
    Lines,
    Windows,
    check_not_truncated,
    index_of,
    indexed,
    is_bgzf,
    opened_by_index,
    scanned,
)
from garrod.model.errors import Fault, InputError, raise_together
from garrod.model.genotypes import (
    GenomeEvidence,
    Genotype,
    Missing,
    MissingReason,
    Observed,
    StructuralRecord,
)

MOST_FAULTS: Final = 20
STRUCTURAL_MARKS: Final = frozenset("<[]")
VARIANTS_ONLY: Final = (
    "The genome file lists variants only and does not say that what it leaves out is reference: those positions count as "
    "not read. If the laboratory confirms it, run again with --absent-is-reference."
)

if TYPE_CHECKING:
    import pysam

PlacedLine = tuple[str, str]
LineSource = Callable[[Windows], Iterator[PlacedLine]]


def read_vcf(path: Path, sites: Sites, options: ReadOptions) -> tuple[GenomeEvidence, ...]:
    """Read the chosen samples of a VCF or gVCF, plain, gzip or bgzip, in one pass."""
    if is_bgzf(path):
        check_not_truncated(path)
    head = takewhile(lambda line: line.startswith("#"), Lines(path))
    header = parse_header(head, path.name)
    return _read(path, header, sites, options, lambda windows: _lines(path, header, windows), kind="VCF")


def read_bcf(path: Path, sites: Sites, options: ReadOptions) -> tuple[GenomeEvidence, ...]:
    """Read the chosen samples of a BCF."""
    import pysam  # noqa: PLC0415 - only where a genome is read

    pysam.set_verbosity(0)
    if is_bgzf(path):
        check_not_truncated(path)
    try:
        with pysam.VariantFile(str(path)) as opened:
            header = parse_header(str(opened.header).splitlines(), path.name)
    except (OSError, ValueError, NotImplementedError):  # the last: packed by gzip, which cannot be searched
        raise InputError(Fault(path.name, "the BCF cannot be read", "copy it again, packed by bgzip")) from None
    return _read(path, header, sites, options, lambda windows: _bcf_lines(path, windows), kind="BCF")


def _bcf_lines(path: Path, windows: Windows) -> Iterator[PlacedLine]:
    """Fetch the windows through the index where there is one, else go through all records."""
    import pysam  # noqa: PLC0415 - only where a genome is read

    index = index_of(path)
    # An index that is older than its file may be that of an earlier copy.
    is_indexed = index is not None and index.stat().st_mtime >= path.stat().st_mtime
    try:
        with pysam.VariantFile(str(path)) as opened:
            for record in _fetched_bcf(path, opened, windows) if is_indexed else _in_order(path, opened):
                spans = windows.get(chromosome_name(record.chrom), ())
                if any(record.start < end and record.stop >= start for start, end in spans):
                    yield f"{path.name}:{record.chrom}:{record.pos}", str(record)
    except (OSError, ValueError, NotImplementedError):
        raise InputError(Fault(path.name, "the BCF is cut off or damaged", "copy it again")) from None


def _fetched_bcf(path: Path, opened: "pysam.VariantFile", windows: Windows) -> "Iterator[pysam.VariantRecord]":
    for name in map(str, opened.header.contigs):
        for start, end in windows.get(chromosome_name(name), ()):
            # A long record touches several windows and comes once in each: order holds within a window.
            yield from _in_order(path, opened.fetch(name, start - 1, end))


def _in_order(path: Path, records: "Iterable[pysam.VariantRecord]") -> "Iterator[pysam.VariantRecord]":
    last = ("", 0)
    for record in records:
        if last[0] == record.chrom and record.pos < last[1]:
            raise InputError(Fault(f"{path.name}:{record.chrom}:{record.pos}", OUT_OF_ORDER, SORT_IT))
        last = (record.chrom, record.pos)
        yield record


def _lines(path: Path, header: Header, windows: Windows) -> Iterator[PlacedLine]:
    """Choose how to get at the lines: the index, a search over sorted blocks, or the whole file."""
    index = index_of(path)
    if index is not None and is_bgzf(path):
        opened = opened_by_index(path, index, last_record(path))
        if opened is not None:
            yield from indexed(path, opened, windows)
            return
    if is_bgzf(path) and not header.has_blocks:
        found = searched(path, windows, tuple(header.contigs))
        if found is not None:
            yield from found
            return
    yield from scanned(path, windows, keep_all_starts=header.has_blocks)


@dataclass(frozen=True, slots=True)
class _Contents:
    """A file's records at the sites, read once for all samples, with the build they are on."""

    file: str
    kind: str
    header: Header
    build: BuildSites
    records: Sequence[Record]
    by_site: Mapping[str, Sequence[Record]]

    @property
    def contigs(self) -> frozenset[str]:
        return frozenset(self.header.contigs) | {record.chromosome for record in self.records}


def _read(
    path: Path, header: Header, sites: Sites, options: ReadOptions, lines: LineSource, *, kind: str
) -> tuple[GenomeEvidence, ...]:  # fmt: skip
    chosen = _chosen_samples(path, header, options)
    columns = [FIXED_COLUMNS + header.samples.index(name) for name in chosen]
    stated = stated_assembly(header, path.name)
    if options.assembly and stated and options.assembly is not stated:
        raise InputError(
            Fault(path.name, f"the header says {stated.value}, and --assembly {options.assembly.value}", "leave --assembly out")
        )
    told = options.assembly or stated
    builds = [sites.builds[told]] if told else list(sites.builds.values())
    around_sites = _windows(builds)
    # A gVCF holds no structural records, and many blocks between the sites.
    asked = around_sites if header.is_gvcf else _windows(builds, with_genes=True)
    records = _records(header, columns, (one for one in lines(asked) if _may_matter(one[1], around_sites)))
    build = sites.builds[told or assembly_by_bases(path, builds, records)]
    check_bases(path, build, records)
    check_lengths(header, records)
    is_block_file = any(record.is_block for record in records)
    contents = _Contents(path.name, "gVCF" if is_block_file else kind, header, build, records, _by_site(build, records))
    return tuple(_evidence(contents, sites, options, index, name) for index, name in enumerate(chosen))


def _chosen_samples(path: Path, header: Header, options: ReadOptions) -> tuple[str, ...]:
    if options.sample is not None:
        if options.sample not in header.samples:
            some = ", ".join(header.samples[:5])
            raise InputError(Fault(path.name, "the sample asked for is not in the file", f"choose one of {some}"))
        return (options.sample,)
    if len(header.samples) > 1 and not options.all_samples:
        some = ", ".join(header.samples[:5])
        raise InputError(
            Fault(path.name, f"the file holds {len(header.samples)} samples", f"choose one with --sample ({some} ...)")
        )
    return header.samples


def _windows(builds: Iterable[BuildSites], *, with_genes: bool = False) -> Windows:
    joined: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for build in builds:
        for chromosome, spans in build.windows.items():
            joined[chromosome] += spans
        if with_genes:
            for chromosome, genes in build.genes.items():
                joined[chromosome] += [(start, end) for start, end, _ in genes]
    return {chromosome: merged_spans(spans) for chromosome, spans in joined.items()}


def _may_matter(line: str, around_sites: Windows) -> bool:
    """Whether a record may touch a site, or is structural; the others between the sites of a gene are left unread."""
    cells = line.split("\t", 8)
    position = whole_number(cells[1])
    if len(cells) < FIXED_COLUMNS or position is None or set(cells[4]) & STRUCTURAL_MARKS or "END=" in cells[7]:
        return True
    spans = around_sites.get(chromosome_name(cells[0]), ())
    return any(start <= position + len(cells[3]) and position <= end for start, end in spans)


def _records(header: Header, columns: Sequence[int], lines: Iterable[PlacedLine]) -> list[Record]:
    """Read the lines; a record that stands twice counts once.

    Raises
    ------
    InputError
        Where a variant is written twice with different genotypes: neither can be trusted over the other.
    """
    found: dict[tuple[str, int, str, tuple[str, ...], bool], Record] = {}
    faults: list[Fault] = []
    for where, line in lines:
        record = parse_record(line, columns, header.width, where)
        key = (record.chromosome, record.position, record.ref, record.alts, record.is_block)
        first = found.setdefault(key, record)
        if first is not record and not _says_the_same(first, record):
            what = f"this variant stands here a second time with another genotype (first at {first.where})"
            faults.append(Fault(where, what, "keep the right one of the two records"))
    raise_together(InputError, faults[:MOST_FAULTS])
    return list(found.values())


def _says_the_same(one: Record, other: Record) -> bool:
    return one.filter == other.filter and all(a.get("GT") == b.get("GT") for a, b in zip(one.samples, other.samples, strict=True))


def _evidence(contents: _Contents, sites: Sites, options: ReadOptions, sample: int, name: str) -> GenomeEvidence:
    build, header, records = contents.build, contents.header, contents.records
    genotypes: dict[str, Observed] = {one: Missing(one, MissingReason.NO_RECORD) for one in sites.variants}
    writes_reference = any(_is_reference_call(record, sample) for record in records)
    for site in build.all_sites():
        found = contents.by_site.get(site.variant.variant_id)
        if site.chromosome == "MT" and header.is_other_mitochondrion:
            genotypes[site.variant.variant_id] = Missing(site.variant.variant_id, MissingReason.WRONG_SEQUENCE)
        elif found:
            genotypes[site.variant.variant_id] = observe_site(site, found, sample, build, options)
        elif options.absent_is_reference and site.chromosome in contents.contigs:
            genotypes[site.variant.variant_id] = _absent(site)
    return GenomeEvidence(
        file=contents.file,
        kind=contents.kind,
        sample=name,
        assembly=build.assembly,
        absent_is_reference=options.absent_is_reference,
        thresholds=options.thresholds,
        genotypes=genotypes,
        structural=tuple(_structural(build, records, sample)),
        notes=() if writes_reference or options.absent_is_reference else (VARIANTS_ONLY,),
        digest=digest(genotypes),
    )


def _by_site(build: BuildSites, records: Iterable[Record]) -> Mapping[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        touched = {s.variant.variant_id for s in build.touching(record.chromosome, record.position, record.end)}
        for alt in record.alts:
            if len(alt) != len(record.ref) and not alt.startswith("<"):
                known = build.forms.get((record.chromosome, *trimmed(record.position, record.ref, alt)))
                if known is not None:
                    touched.add(known[0])
        for name in touched:
            found[name].append(record)
    return found


def _is_reference_call(record: Record, sample: int) -> bool:
    read = parse_gt(record.samples[sample].get("GT", "."))
    return read is not None and all(index == 0 for index in read.alleles)


def _absent(site: Site) -> Observed:
    name = site.variant.variant_id
    if site.reference is None:
        return Missing(name, MissingReason.UNKNOWN_REFERENCE)
    copies = 1 if site.chromosome == "MT" else 2
    return Genotype(name, (site.reference,) * copies, inferred="absent", record="not listed")


def _structural(build: BuildSites, records: Iterable[Record], sample: int) -> Iterator[StructuralRecord]:
    for record in records:
        if record.symbolic is None:
            continue
        read = parse_gt(record.samples[sample].get("GT", "."))
        if read is None or not any(read.alleles):
            continue
        for start, end, gene in build.genes.get(record.chromosome, ()):
            if record.position <= end and record.end >= start:
                yield StructuralRecord(gene, record.symbolic, f"{record.chromosome}:{record.position}-{record.end}")


def digest(genotypes: Mapping[str, Observed]) -> str:
    """Return SHA-256 over what was read: equal evidence, equal digest."""
    total = hashlib.sha256()
    for name in sorted(genotypes):
        seen = genotypes[name]
        if isinstance(seen, Genotype):
            bases = seen.alleles if seen.is_phased else tuple(sorted(seen.alleles))
            phase = f"{seen.phase_set}" if seen.is_phased else "/"
            total.update(f"{name} {','.join(bases)} {phase}\n".encode())
        else:
            total.update(f"{name} {seen.reason.name}\n".encode())
    return total.hexdigest()
