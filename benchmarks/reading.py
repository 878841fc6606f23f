"""Read a genome file as the program does, and say what the reading alone took.

``seconds`` are processor seconds of one person's file: loading knowledge is not part of them; importing pysam, where the
reader does so, is. ``bytes`` are those that the process read for all samples of a file, or for one (Linux tells them).

Usage: python -m benchmarks.reading seconds FILE | bytes FILE [SAMPLE]
"""

import sys
import time
from pathlib import Path
from typing import Final

from garrod.genome.files import ReadOptions, read_genome
from garrod.intake.reading import sites
from garrod.knowledge import load_knowledge

COUNTS: Final = Path("/proc/self/io")


def _seconds(path: Path) -> float:
    wanted = sites(load_knowledge())
    started = time.process_time()
    (evidence,) = read_genome(path, wanted, ReadOptions())
    spent = time.process_time() - started
    if not evidence.genotypes:
        raise RuntimeError("nothing was read")
    return spent


def _bytes(path: Path, options: ReadOptions) -> int:
    wanted = sites(load_knowledge())
    import pysam  # noqa: F401, PLC0415 - so that its files are not counted

    before = _read_so_far()
    read_genome(path, wanted, options)
    return _read_so_far() - before


def _read_so_far() -> int:
    return int(COUNTS.read_text(encoding="ascii").split()[1])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["seconds", file]:
            print(_seconds(Path(file)))
        case ["bytes", file]:
            print(_bytes(Path(file), ReadOptions(all_samples=True)))
        case ["bytes", file, sample]:
            print(_bytes(Path(file), ReadOptions(sample=sample)))
        case _:
            sys.exit(__doc__)
