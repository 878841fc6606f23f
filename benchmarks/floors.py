"""The least that the work can cost: the same file through the C code of htslib and bcftools.

Where ``bgzip`` or ``bcftools`` is not on PATH, the code of both that comes with pysam runs in a child process, which
counts the processor seconds of the call alone: neither the interpreter's start nor the import is the floor's.
The floor's name says which it was, and what unpacks: libdeflate takes less than half the time of zlib, so that a ratio
to the one is no ratio to the other.

Usage: python -m benchmarks.floors unpack FILE | query FILE REGIONS | library
"""

import shutil
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.measuring import Command, module, said

GENOTYPES: Final = "%CHROM\\t%POS\\t%REF\\t%ALT[\\t%GT]\\n"
CHUNK: Final = 1 << 20


def unpacking(path: Path) -> tuple[str, Command]:
    """Return the name and the command of the floor: unpack the whole file."""
    bgzip = shutil.which("bgzip")
    if bgzip is None:
        library = said(module("floors", "library")).strip()
        return f"bgzip -dc (pysam's htslib, {library})", module("floors", "unpack", path)
    return "bgzip -dc", Command((bgzip, "-dc", str(path)))


def querying(path: Path, regions: Path) -> tuple[str, Command]:
    """Return the name and the command of the floor: the genotypes within regions, by the index."""
    bcftools = shutil.which("bcftools")
    if bcftools is None:
        return "bcftools query -R (pysam's)", module("floors", "query", path, regions)
    return "bcftools query -R", Command((bcftools, "query", "-R", str(regions), "-f", GENOTYPES, str(path)))


def _unpack(path: str) -> None:
    import pysam  # noqa: PLC0415 - not for the process that only names the floor

    started = time.process_time()
    with pysam.BGZFile(path, "rb", index=None) as handle:
        while handle.read(CHUNK):
            pass
    print(time.process_time() - started)


def _query(path: str, regions: str) -> None:
    import pysam.bcftools  # noqa: PLC0415 - not for the process that only names the floor

    started = time.process_time()
    found = pysam.bcftools.query("-R", regions, "-f", GENOTYPES, path)
    spent = time.process_time() - started
    if not found:
        raise RuntimeError("the floor read nothing")
    print(spent)


def _library() -> None:
    from pysam.config import HAVE_LIBDEFLATE  # noqa: PLC0415 - not for the process that only names the floor

    print("libdeflate" if HAVE_LIBDEFLATE else "zlib")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["unpack", path]:
            _unpack(path)
        case ["query", path, regions]:
            _query(path, regions)
        case ["library"]:
            _library()
        case _:
            sys.exit(__doc__)
