"""Genome file formats: VCF, gVCF, BCF and consumer text become evidence at the sites that matter."""

import gzip
import zlib
from itertools import islice
from pathlib import Path
from typing import Final

from garrod.genome.files.options import ReadOptions
from garrod.genome.files.sites import Sites
from garrod.model.errors import Fault, InputError
from garrod.model.genotypes import GenomeEvidence

__all__ = ["ReadOptions", "Sites", "check_is_file", "is_genome", "read_genome"]

HEAD_BYTES: Final = 1 << 16
BCF_MAGIC: Final = b"BCF\x02"


def read_genome(path: Path, sites: Sites, options: ReadOptions) -> tuple[GenomeEvidence, ...]:
    """Read a genome file, whatever its format: one result a sample asked for, the file read once.

    Raises
    ------
    InputError
        When the file cannot be used as it stands; several faults are told together.
    """
    check_is_file(path, "name a genome file")
    kind = _kind(path)
    if kind == "bcf":
        from garrod.genome.files.vcf import read_bcf  # noqa: PLC0415 - only the format at hand is loaded

        return read_bcf(path, sites, options)
    if kind == "vcf":
        from garrod.genome.files.vcf import read_vcf  # noqa: PLC0415

        return read_vcf(path, sites, options)
    if kind == "consumer":
        from garrod.genome.files.consumer import read_consumer  # noqa: PLC0415

        return read_consumer(path, sites, options)
    raise InputError(
        Fault(path.name, "this is not a genome file that can be read", "give VCF, BCF, or 23andMe- or AncestryDNA-style text")
    )


def check_is_file(path: Path, remedy: str) -> None:
    """Refuse a folder, a name that nothing has, and one that no file can have.

    Raises
    ------
    InputError
        Where the path is no file.
    """
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
    except OSError:  # a name that is too long
        is_file = is_folder = False
    if not is_file:
        raise InputError(Fault(path.name[:200], "this is a folder" if is_folder else "there is no such file", remedy))


def is_genome(path: Path) -> bool:
    """Whether the file is, by its content, a genome rather than a person file."""
    if not path.is_file():
        return False
    head = _head(path)
    return not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def _kind(path: Path) -> str | None:
    head = _head(path)
    if not head.strip():
        raise InputError(Fault(path.name, "the file is empty", "name a genome file"))
    if head.startswith(BCF_MAGIC):
        return "bcf"
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff")
    if text.startswith("##fileformat=VCF") or text.startswith("#CHROM\t"):
        return "vcf"
    from garrod.genome.files.consumer import looks_like_consumer  # noqa: PLC0415 - only for text that is no VCF

    return "consumer" if looks_like_consumer(list(islice(text.splitlines(), 200))) else None


def _head(path: Path) -> bytes:
    """Return the first bytes, unpacked where the file is compressed."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(2)
        if raw != b"\x1f\x8b":
            with path.open("rb") as handle:
                return handle.read(HEAD_BYTES)
        with gzip.open(path, "rb") as packed:
            return packed.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        raise InputError(Fault(path.name, "the file cannot be read; it is cut off or damaged", "copy it again")) from None
