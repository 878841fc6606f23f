"""Make the tables of laboratory names, units and possible values from rows kept by hand.

Usage: python -m curation.laboratory SOURCES
"""

from pathlib import Path
from typing import Final

from curation.hand_read import write_rows
from curation.tsv import read_table
from garrod.knowledge import laboratory as rows
from garrod.knowledge.provenance import Source

READINGS: Final = Path(__file__).parent / "readings/laboratory"


def main() -> None:
    write_rows("laboratory/sources.tsv", Source, read_table(READINGS / "sources.tsv"))
    for name, kind in (
        ("analyte", rows.Analyte),
        ("analyte_name", rows.AnalyteName),
        ("analyte_unit", rows.AnalyteUnit),
    ):
        write_rows(f"laboratory/{name}.tsv", kind, read_table(READINGS / f"{name}.tsv"))


if __name__ == "__main__":
    main()
