"""Alternate allele frequencies of defining positions by continental group."""

from pathlib import Path
from typing import Final

from garrod.knowledge.pharmacogenomics import VariantFrequency
from garrod.model.errors import Fault, InputError
from garrod.upstream.separated import read_separated

GROUPS: Final = ("AFR", "AMR", "EAS", "EUR", "SAS")
COLUMNS: Final = ("gene", "pos38", "alt", *(f"af_{name}" for name in GROUPS), *(f"an_{name}" for name in GROUPS))


def read_variant_frequencies(path: Path, source_id: str) -> tuple[VariantFrequency, ...]:
    """Read the table, sorted by variant; a group without a figure is missing, not zero.

    Raises
    ------
    InputError
        Naming every row whose figures are no numbers.
    """
    faults: list[Fault] = []
    rows = []
    for where, cells in read_separated(path, COLUMNS, delimiter="\t"):
        try:
            shares = {name.lower(): float(cells[f"af_{name}"]) if cells[f"af_{name}"] else None for name in GROUPS}
            number = sum(int(cells[f"an_{name}"] or 0) for name in GROUPS)
        except ValueError:
            faults.append(Fault(where, "a frequency or a number of alleles is not a number", "correct the row"))
            continue
        name = f"{cells['gene']}-{cells['pos38']}"
        rows.append(VariantFrequency(variant_id=name, alt=cells["alt"], allele_number=number, source_id=source_id, **shares))
    if faults:
        raise InputError(*faults)
    return tuple(sorted(rows, key=lambda row: (row.variant_id, row.alt)))
