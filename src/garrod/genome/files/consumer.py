"""Read consumer text files: rsID, chromosome, position and one or two letters a strand.

The layouts of 23andMe and AncestryDNA: GRCh37, plus strand, ``--`` or ``0`` where nothing was called, ``I`` and ``D``
for insertions and deletions. No vendor's file was at hand: the layouts were made from real genotypes.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from garrod.genome.files.options import ReadOptions
from garrod.genome.files.sites import BuildSites, Site, Sites, chromosome_name, whole_number
from garrod.genome.files.sources import Lines
from garrod.genome.files.vcf import digest
from garrod.model.errors import Fault, InputError
from garrod.model.genotypes import Assembly, GenomeEvidence, Genotype, Missing, MissingReason, Observed

NUMBERED: Final = {"23": "X", "24": "Y", "25": "X", "26": "MT", "XY": "X"}
NOT_CALLED: Final = frozenset({"-", "0", "."})
LETTERS: Final = frozenset("ACGTID")
PALINDROMES: Final = (frozenset("AT"), frozenset("CG"))
STRAND_STATED: Final = re.compile(r"plus strand|forward strand|\(\+\)|\+ strand|positive strand", re.I)
BUILD_38: Final = re.compile(r"build ?38|grch38|hg38", re.I)
BUILD_37: Final = re.compile(r"build ?37|grch37|hg19|37\.1", re.I)
HEAD_LINES: Final = 200
MOST_FAULTS: Final = 20
ENOUGH_MARKERS: Final = 20


@dataclass(frozen=True, slots=True)
class Marker:
    """One line: where it is and which letters were called."""

    rsid: str
    chromosome: str
    position: int
    letters: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class Markers:
    """The markers of a file by place. Arrays may test one place twice; the first stands apart, for most have no other."""

    first: Mapping[tuple[str, int], Marker]
    again: Mapping[tuple[str, int], Sequence[Marker]]

    def at(self, site: Site) -> tuple[Marker, ...]:
        """Return every marker at a site."""
        place = (site.chromosome, site.position)
        first = self.first.get(place)
        return () if first is None else (first, *self.again.get(place, ()))


def looks_like_consumer(head: list[str]) -> bool:
    """Whether the first lines have the columns of a consumer file."""
    for line in head:
        if line.startswith("#") or not line.strip():
            if re.match(r"#\s*rsid\s+chromosome\s+position\s+genotype", line, re.I):
                return True
            continue
        cells = _cells(line)
        if [c.lower() for c in cells[:3]] == ["rsid", "chromosome", "position"]:
            return True
        return len(cells) in {4, 5} and bool(re.match(r"(rs|i)\d+$", cells[0])) and cells[2].isdigit()
    return False


def _cells(line: str) -> list[str]:
    text = line.rstrip("\r\n").lstrip("\ufeff")
    separator = "\t" if "\t" in text else "," if "," in text else None
    return [cell.strip().strip('"') for cell in text.split(separator)]


def read_consumer(path: Path, sites: Sites, options: ReadOptions) -> tuple[GenomeEvidence, ...]:
    """Read one consumer file.

    Raises
    ------
    InputError
        For wrong columns, unreadable lines, or a build that cannot be told.
    """
    lines = iter(Lines(path))
    head = list(islice(lines, HEAD_LINES))
    comments = "".join(line for line in head if line.lstrip("\ufeff").startswith("#"))
    markers, width = _markers(path, chain(head, lines))
    assembly = _assembly(path, comments, sites, markers, options)
    build = sites.builds[assembly]
    strand_is_stated = bool(STRAND_STATED.search(comments))
    genotypes: dict[str, Observed] = {name: Missing(name, MissingReason.NOT_ON_ARRAY) for name in sites.variants}
    for site in build.all_sites():
        here = [one for one in markers.at(site) if not _names_another(site, one)]
        if here:
            genotypes[site.variant.variant_id] = _agreed(
                [_observed(site, one, strand_is_stated=strand_is_stated) for one in here]
            )
    tested = sum(not isinstance(one, Missing) for one in genotypes.values())
    name = re.sub(r"(\.txt|\.csv)?(\.gz)?$", "", path.name)
    return (
        GenomeEvidence(
            file=path.name,
            kind="23andMe layout" if width == 4 else "AncestryDNA layout",
            sample=options.sample or name,
            assembly=assembly,
            absent_is_reference=False,
            thresholds=options.thresholds,
            genotypes=genotypes,
            notes=(f"The array shows {tested} of {len(genotypes)} positions that matter here.",),
            digest=digest(genotypes),
        ),
    )


def _markers(path: Path, lines: Iterator[str]) -> tuple[Markers, int]:
    found: dict[tuple[str, int], Marker] = {}
    again: dict[tuple[str, int], list[Marker]] = defaultdict(list)
    faults: list[Fault] = []
    width = 0
    for number, line in enumerate(lines, start=1):
        if line.startswith(("#", "\ufeff#")) or not line.strip("\ufeff").strip():
            continue
        cells = _cells(line)
        if cells[0].lower() == "rsid":
            width = len(cells)
            continue
        width = width or len(cells)
        marker = _marker(cells) if len(cells) == width and width in {4, 5} else None
        if marker is None:
            faults.append(
                Fault(f"{path.name}:{number}", "this line is not rsID, chromosome, position and genotype", "re-export the file")
            )
            if len(faults) >= MOST_FAULTS:
                break
            continue
        place = (marker.chromosome, marker.position)
        if found.setdefault(place, marker) is not marker:
            again[place].append(marker)
    if faults:
        raise InputError(*faults)
    if not found:
        raise InputError(Fault(path.name, "the file holds no marker", "give a consumer file with data"))
    return Markers(found, again), width


def _marker(cells: list[str]) -> Marker | None:
    position = whole_number(cells[2])
    if position is None:
        return None
    letters = tuple("".join(cells[3:]).upper())
    if not 1 <= len(letters) <= 2 or not all(one in LETTERS or one in NOT_CALLED for one in letters):
        return None
    chromosome = chromosome_name(cells[1])
    return Marker(cells[0], NUMBERED.get(chromosome, chromosome), position, letters, "".join(cells[3:]))


def _assembly(path: Path, comments: str, sites: Sites, markers: Markers, options: ReadOptions) -> Assembly:
    """Tell the build: by rsIDs at known positions, checked against what the header says."""
    hits = {assembly: _rsid_hits(build, markers) for assembly, build in sites.builds.items()}
    said = Assembly.GRCH38 if BUILD_38.search(comments) else Assembly.GRCH37 if BUILD_37.search(comments) else None
    asked = options.assembly or said
    best = max(hits, key=lambda assembly: hits[assembly])
    if asked is not None:
        if hits[best] >= ENOUGH_MARKERS and best is not asked:
            raise InputError(
                Fault(
                    path.name, f"the positions are those of {best.value}, not {asked.value}", "correct the header or --assembly"
                )
            )
        return asked
    if hits[best] == 0 or sum(n == hits[best] for n in hits.values()) > 1:
        raise InputError(Fault(path.name, "nothing tells the genome build of this file", "say --assembly GRCh37 or GRCh38"))
    return best


def _rsid_hits(build: BuildSites, markers: Markers) -> int:
    return sum(any(one.rsid == site.variant.rsid for one in markers.at(site)) for site in build.all_sites() if site.variant.rsid)


def _names_another(site: Site, marker: Marker) -> bool:
    """Whether the marker's rsID is that of another variant; an internal id or a merged one confirms nothing."""
    return False if not marker.rsid.startswith("rs") or not site.variant.rsid else _is_elsewhere(site, marker)


def _is_elsewhere(site: Site, marker: Marker) -> bool:
    is_indel_call = bool(set(marker.letters) & {"I", "D"})
    return marker.rsid != site.variant.rsid and is_indel_call is not site.variant.is_indel


def _agreed(seen: Sequence[Observed]) -> Observed:
    """Return what the markers of one site say; nothing where two of them were called and differ."""
    called = [one for one in seen if isinstance(one, Genotype)]
    if len({tuple(sorted(one.alleles)) for one in called}) > 1:
        return Missing(seen[0].variant_id, MissingReason.CONFLICT, " | ".join(one.record for one in seen))
    return called[0] if called else seen[0]


def _observed(site: Site, marker: Marker, *, strand_is_stated: bool) -> Observed:
    name, written = site.variant.variant_id, f"{marker.rsid} {marker.written}"
    called = [one for one in marker.letters if one not in NOT_CALLED]
    if not called:
        return Missing(name, MissingReason.NO_CALL, written)
    if len(called) < len(marker.letters):
        return Missing(name, MissingReason.HALF_CALL, written)
    if site.variant.is_indel:
        alleles = _indel_alleles(site, called)
    elif (
        set(called) & {"I", "D"}
        or len(site.variant.ref_38) > 1
        or (not strand_is_stated and any({site.variant.ref_38, alt} in PALINDROMES for alt in site.variant.alts))
    ):
        alleles = None
    else:
        alleles = tuple(called)
    if alleles is None:
        return Missing(name, MissingReason.UNREADABLE, written)
    if len(alleles) == 1 and site.chromosome not in {"X", "Y", "MT"}:
        return Missing(name, MissingReason.HALF_CALL, written)
    if site.chromosome == "MT" and len(alleles) == 2 and alleles[0] == alleles[1]:
        alleles = alleles[:1]
    return Genotype(name, alleles, record=written)


def _indel_alleles(site: Site, letters: list[str]) -> tuple[str, ...] | None:
    """Turn I and D into the variant's two alleles; with more than two, a letter does not tell which."""
    known = sorted(site.variant.alleles, key=len)
    if len(known) != 2 or not set(letters) <= {"I", "D"}:
        return None
    return tuple(known[1] if one == "I" else known[0] for one in letters)
