"""The header of a VCF: samples, contigs, and what it says of its genome build."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from garrod.genome.files.records import FIXED_COLUMNS
from garrod.genome.files.sites import chromosome_name, whole_number
from garrod.model.errors import Fault, InputError
from garrod.model.genotypes import Assembly

#: Lengths that tell the builds apart (UCSC and NCBI publish the same).
LENGTHS: Final[Mapping[Assembly, Mapping[str, int]]] = {
    Assembly.GRCH37: {"1": 249250621, "7": 159138663, "10": 135534747, "19": 59128983, "22": 51304566, "X": 155270560},
    Assembly.GRCH38: {"1": 248956422, "7": 159345973, "10": 133797422, "19": 58617616, "22": 50818468, "X": 156040895},
}
CAMBRIDGE_LENGTH: Final = 16569
WORDS: Final = {
    Assembly.GRCH37: re.compile(r"grch37|hg19|\bb37\b|hs37|human_g1k_v37|build ?37", re.I),
    Assembly.GRCH38: re.compile(r"grch38|hg38|\bb38\b|build ?38|hs38", re.I),
}


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the records."""

    samples: tuple[str, ...]
    contigs: Mapping[str, int | None]
    stated: frozenset[Assembly]
    has_blocks: bool  #: records may reach further than their REF
    is_gvcf: bool

    @property
    def width(self) -> int:
        """Number of columns of every record."""
        return FIXED_COLUMNS + len(self.samples)

    @property
    def is_other_mitochondrion(self) -> bool:
        """Whether the mitochondrial sequence is not the revised Cambridge one."""
        return self.contigs.get("MT") not in {None, CAMBRIDGE_LENGTH}


def parse_header(lines: Iterable[str], name: str) -> Header:
    """Read the lines up to ``#CHROM``.

    Raises
    ------
    InputError
        For a header without ``#CHROM``, without samples, or with a sample twice.
    """
    contigs: dict[str, int | None] = {}
    stated: set[Assembly] = set()
    has_blocks = is_gvcf = False
    for number, line in enumerate(lines, start=1):
        if line.startswith("#CHROM"):
            return Header(_samples(line, f"{name}:{number}"), contigs, frozenset(stated), has_blocks, is_gvcf)
        if line.startswith("##contig="):
            found = re.search(r"ID=([^,>]+)", line)
            length = re.search(r"length=(\d+)", line)
            if found:
                contig, size = chromosome_name(found[1]), whole_number(length[1]) if length else None
                # hg19 may name two mitochondria; one that is not the Cambridge sequence forbids to read either.
                if contig != "MT" or contigs.get(contig) in {None, CAMBRIDGE_LENGTH}:
                    contigs[contig] = size
        has_blocks |= line.startswith(("##ALT=<ID=NON_REF", "##INFO=<ID=END", "##GVCFBlock"))
        is_gvcf |= line.startswith(("##ALT=<ID=NON_REF", "##GVCFBlock"))
        if line.startswith(("##contig=", "##reference=", "##assembly=")):
            stated |= {build for build, words in WORDS.items() if words.search(line)}
    stated_by_length = {build for build, lengths in LENGTHS.items() if any(contigs.get(c) == n for c, n in lengths.items())}
    raise InputError(Fault(name, "there is no #CHROM line" + (" (but contigs)" if stated_by_length else ""), "give a whole VCF"))


def _samples(line: str, where: str) -> tuple[str, ...]:
    cells = line.rstrip("\r\n").split("\t")
    if cells[:5] != ["#CHROM", "POS", "ID", "REF", "ALT"]:
        raise InputError(Fault(where, "the #CHROM line does not name the columns of a VCF", "separate them by tabs"))
    samples = tuple(cells[FIXED_COLUMNS:])
    if not samples:
        raise InputError(Fault(where, "this VCF has no samples, only sites", "give a VCF with genotypes"))
    if len(set(samples)) != len(samples):
        raise InputError(Fault(where, "a sample is named twice", "give every sample its own name"))
    return samples


def stated_assembly(header: Header, name: str) -> Assembly | None:
    """Return the build that the header tells, by contig lengths first; None where it tells none.

    Raises
    ------
    InputError
        Where lengths and words contradict each other.
    """
    by_length = {
        build
        for build, lengths in LENGTHS.items()
        if any(header.contigs.get(chrom) == length for chrom, length in lengths.items())
    }
    told = by_length or set(header.stated)
    if len(told) > 1 or (by_length and header.stated and not by_length & header.stated):
        raise InputError(Fault(name, "the header speaks of two genome builds", "correct the header"))
    return next(iter(told), None)
