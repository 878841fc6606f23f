"""Many people in one file, at the defining positions only: bgzip and tabix, as a biobank cuts them out for this purpose.

Named ``common-unphased-180.vcf.gz`` and so on: how alleles are drawn, whether strands are told apart, how many people.
A smaller file holds the first people of a larger one.

Usage: python -m benchmarks.making.samples FOLDER
"""

import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pysam

from benchmarks.making.people import SiteRow, any_allele, as_common, header, record, site_rows

SEED: Final = 1908
SIZES: Final = {"common": (1, 90, 100, 180, 1000), "rare": (1, 180)}
PICKS: Final = {"common": as_common, "rare": any_allele}
SEPARATORS: Final = {"phased": "|", "unphased": "/"}


def _write(path: Path, rows: list[SiteRow], people: int, separator: str) -> None:
    chance = random.Random(SEED)  # noqa: S311 - seeded people, not secrets
    lines = [*header([f"S{number:04}" for number in range(people)])]
    lines += [record(replace(row, bases=row.bases[:people]), separator=separator, chance=chance) for row in rows]
    with pysam.BGZFile(str(path), "wb", index=None) as out:
        out.write("".join(f"{line}\n" for line in lines).encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


def main(folder: Path) -> None:
    for kind, sizes in SIZES.items():
        rows = site_rows(PICKS[kind], max(sizes), SEED)
        for phase, separator in SEPARATORS.items():
            for people in sizes:
                _write(folder / f"{kind}-{phase}-{people}.vcf.gz", rows, people, separator)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
