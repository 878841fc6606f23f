"""Read VCF, gVCF and BCF into evidence at the sites."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Final

from garrod.genome.files.header import Header, parse_header, stated_assembly
from garrod.genome.files.join import observe_site
from garrod.genome.files.options import ReadOptions
from garrod.genome.files.records import FIXED_COLUMNS, Record, parse_gt, parse_record
from garrod.genome.files.search import searched
from garrod.genome.files.sites import BuildSites, Site, Sites
from garrod.genome.files.sources import (
    Lines,
    Windows,
    check_not_truncated,
    index_of,
    indexed,
    is_bgzf,
    scanned,
)
from garrod.model.errors import Fault, InputError
from garrod.model.genotypes import (
    Assembly,
    GenomeEvidence,
    Genotype,
    Missing,
    MissingReason,
    Observed,
    StructuralRecord,
)

ENOUGH_BASES: Final = 20
FEW_BASES: Final = 5
MOST_MISMATCHES: Final = 0.1
VARIANTS_ONLY: Final = (
    "The genome file lists variants only and does not say that what it leaves out is reference: those positions count as "
    "not read. If the laboratory confirms it, run again with --absent-is-reference."
)

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
    check_not_truncated(path)
    try:
        with pysam.VariantFile(str(path)) as opened:
            header = parse_header(str(opened.header).splitlines(), path.name)
    except (OSError, ValueError):
        raise InputError(Fault(path.name, "the BCF cannot be read", "copy it again")) from None
    return _read(path, header, sites, options, lambda windows: _bcf_lines(path, windows), kind="BCF")


def _bcf_lines(path: Path, windows: Windows) -> Iterator[PlacedLine]:
    import pysam  # noqa: PLC0415 - only where a genome is read

    from garrod.genome.files.sites import chromosome_name  # noqa: PLC0415 - beside its use

    try:
        with pysam.VariantFile(str(path)) as opened:
            for record in opened:
                name = chromosome_name(record.chrom)
                if any(record.start < end and record.stop >= start for start, end in windows.get(name, ())):
                    yield f"{path.name}:{record.chrom}:{record.pos}", str(record)
    except (OSError, ValueError):
        raise InputError(Fault(path.name, "the BCF is cut off or damaged", "copy it again")) from None


def _lines(path: Path, header: Header, windows: Windows) -> Iterator[PlacedLine]:
    """Choose how to get at the lines: the index, a search over sorted blocks, or the whole file."""
    if index_of(path) is not None and is_bgzf(path):
        yield from indexed(path, windows)
        return
    if is_bgzf(path) and not header.has_blocks:
        found = searched(path, windows, tuple(header.contigs))
        if found is not None:
            yield from found
            return
    yield from scanned(path, windows, keep_all_starts=header.has_blocks)


def _read(
    path: Path,
    header: Header,
    sites: Sites,
    options: ReadOptions,
    lines: LineSource,
    *,
    kind: str,
) -> tuple[GenomeEvidence, ...]:
    chosen = _chosen_samples(path, header, options)
    columns = [FIXED_COLUMNS + header.samples.index(name) for name in chosen]
    stated = stated_assembly(header, path.name)
    if options.assembly and stated and options.assembly is not stated:
        raise InputError(
            Fault(path.name, f"the header says {stated.value}, and --assembly {options.assembly.value}", "leave --assembly out")
        )
    told = options.assembly or stated
    builds = [sites.builds[told]] if told else list(sites.builds.values())
    records = _records(path, header, columns, lines(_windows(builds)))
    assembly = told or _assembly_by_bases(path, builds, records)
    build = sites.builds[assembly]
    _check_bases(path, build, records)
    _check_lengths(path, header, records)
    return tuple(
        _evidence(path, header, build, sites, options, records, index, name, kind) for index, name in enumerate(chosen)
    )


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


def _windows(builds: Iterable[BuildSites]) -> Windows:
    joined: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for build in builds:
        for chromosome, spans in build.windows.items():
            joined[chromosome] += spans
    return {chromosome: tuple(sorted(spans)) for chromosome, spans in joined.items()}


def _records(
    path: Path, header: Header, columns: Sequence[int], lines: Iterable[PlacedLine]
) -> list[Record]:
    """Read the lines once; the same line fetched for two windows counts once."""
    seen: set[str] = set()
    found = []
    for where, line in lines:
        key = line if len(line) < 300 else line[:200] + str(hash(line))
        if key in seen and index_of(path) is not None:
            continue
        seen.add(key)
        found.append(parse_record(line, columns, header.width, where))
    return found


def _base_agreement(build: BuildSites, records: Iterable[Record]) -> tuple[int, int]:
    """Count sites at which the written reference is, and is not, the one known for the build."""
    same = other = 0
    for record in records:
        if record.is_block and record.position != record.end:
            continue
        for site in build.touching(record.chromosome, record.position, record.position):
            if site.position == record.position and site.reference is not None:
                if record.ref[: len(site.reference)] == site.reference[: len(record.ref)]:
                    same += 1
                else:
                    other += 1
    return same, other


def _assembly_by_bases(path: Path, builds: Sequence[BuildSites], records: Sequence[Record]) -> Assembly:
    """Tell the build by the reference bases at known positions.

    Raises
    ------
    InputError
        Where they do not tell it.
    """
    scores = {build.assembly: _base_agreement(build, records) for build in builds}
    good = [
        assembly
        for assembly, (same, other) in scores.items()
        if same >= FEW_BASES and other <= MOST_MISMATCHES * (same + other)
    ]
    if len(good) == 2:
        good.sort(key=lambda assembly: -scores[assembly][0])
        if scores[good[0]][0] >= 3 * scores[good[1]][0]:
            good = good[:1]
    if len(good) != 1:
        raise InputError(
            Fault(path.name, "neither the header nor the bases tell the genome build", "say --assembly GRCh37 or GRCh38")
        )
    return good[0]


def _check_bases(path: Path, build: BuildSites, records: Sequence[Record]) -> None:
    same, other = _base_agreement(build, records)
    if same + other >= ENOUGH_BASES and other > MOST_MISMATCHES * (same + other):
        raise InputError(
            Fault(
                path.name,
                f"{other} of {same + other} reference bases are not those of {build.assembly.value}",
                "the header contradicts the records: find out which build this is",
            )
        )


def _check_lengths(path: Path, header: Header, records: Iterable[Record]) -> None:
    for record in records:
        length = header.contigs.get(record.chromosome)
        if length is not None and record.position > length:
            raise InputError(
                Fault(record.where, "the position lies beyond the contig's length in the header", "repair the header")
            )


def _evidence(
    path: Path,
    header: Header,
    build: BuildSites,
    sites: Sites,
    options: ReadOptions,
    records: Sequence[Record],
    sample: int,
    name: str,
    kind: str,
) -> GenomeEvidence:
    touching = _by_site(build, records)
    contigs = set(header.contigs) | {record.chromosome for record in records}
    genotypes: dict[str, Observed] = {
        one: Missing(one, MissingReason.NO_RECORD) for one in sites.variants
    }
    writes_reference = any(_is_reference_call(record, sample) for record in records)
    for site in build.all_sites():
        found = touching.get(site.variant.variant_id)
        if site.chromosome == "MT" and header.is_other_mitochondrion:
            genotypes[site.variant.variant_id] = Missing(site.variant.variant_id, MissingReason.WRONG_SEQUENCE)
        elif found:
            genotypes[site.variant.variant_id] = observe_site(site, found, sample, build, options.thresholds)
        elif options.absent_is_reference and site.chromosome in contigs:
            genotypes[site.variant.variant_id] = _absent(site)
    is_block_file = any(record.is_block for record in records)
    return GenomeEvidence(
        file=path.name,
        kind="gVCF" if is_block_file else kind,
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
            if len(alt) != len(record.ref):
                known = build.forms.get((record.chromosome, record.position, record.ref, alt))
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

