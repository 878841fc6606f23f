"""Make the tables of cautions (condition, pregnancy, lactation, age, smoking) from rows kept by hand.

Usage: python -m curation.cautions SOURCES   (after curation.allergies, whose groups it names)
"""

from pathlib import Path
from typing import Final

from curation.allergies import drug_ids
from curation.hand_read import write_rows
from curation.tsv import read_table
from garrod.knowledge import cautions as rows
from garrod.knowledge.loading import SHIPPED
from garrod.knowledge.provenance import Source

READINGS: Final = Path(__file__).parent / "readings/cautions"


def main() -> None:
    known = drug_ids() | {row["group_id"] for row in read_table(SHIPPED / "allergies/group.tsv")}
    read = read_table(READINGS / "caution.tsv")
    kept = [row for row in read if row["drug"] in known and (not row["other"] or row["other"] in known)]
    write_rows("cautions/sources.tsv", Source, read_table(READINGS / "sources.tsv"))
    write_rows("cautions/condition_name.tsv", rows.ConditionName, read_table(READINGS / "condition_name.tsv"))
    write_rows("cautions/caution.tsv", rows.Caution, kept)
    if missing := sorted({row["drug"] for row in read} - known):
        print(f"  not known, so left out: {', '.join(missing)}")


if __name__ == "__main__":
    main()
