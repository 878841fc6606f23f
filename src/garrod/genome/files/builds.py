"""Which genome build the records of a VCF speak of: by the bases they write as reference, against the header's word."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from garrod.genome.files.header import Header
from garrod.genome.files.records import Record
from garrod.genome.files.sites import BuildSites
from garrod.model.errors import Fault, InputError
from garrod.model.genotypes import Assembly

ENOUGH_BASES: Final = 20
FEW_BASES: Final = 5
MOST_MISMATCHES: Final = 0.1


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


def assembly_by_bases(path: Path, builds: Sequence[BuildSites], records: Sequence[Record]) -> Assembly:
    """Tell the build by the reference bases at known positions.

    Raises
    ------
    InputError
        Where they do not tell it.
    """
    scores = {build.assembly: _base_agreement(build, records) for build in builds}
    good = [
        assembly for assembly, (same, other) in scores.items() if same >= FEW_BASES and other <= MOST_MISMATCHES * (same + other)
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


def check_bases(path: Path, build: BuildSites, records: Sequence[Record]) -> None:
    """Refuse a file whose reference bases are not those of the build that it names.

    Raises
    ------
    InputError
        Where more than a tenth of them differ.
    """
    same, other = _base_agreement(build, records)
    if same + other >= ENOUGH_BASES and other > MOST_MISMATCHES * (same + other):
        raise InputError(
            Fault(
                path.name,
                f"{other} of {same + other} reference bases are not those of {build.assembly.value}",
                "the header contradicts the records: find out which build this is",
            )
        )


def check_lengths(header: Header, records: Iterable[Record]) -> None:
    """Refuse records beyond the end of their contig.

    Raises
    ------
    InputError
        Naming the first such record.
    """
    for record in records:
        length = header.contigs.get(record.chromosome)
        if length is not None and record.position > length:
            raise InputError(
                Fault(record.where, "the position lies beyond the contig's length in the header", "repair the header")
            )
