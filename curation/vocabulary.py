"""Make the tables of medicines' identities from RxNorm's prescribable content.

Usage: python -m curation.vocabulary SOURCES
"""

import argparse
import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

from curation.tsv import read_table, write_table
from garrod.knowledge import guidelines as rows
from garrod.knowledge.loading import SHIPPED

INGREDIENTS = "drugs/rxnorm-prescribable-2025/ingredients.tsv.gz"
LETTER_A = "drugs/rxnorm-prescribable-2025/letter_A_ingredients_partial.tsv"
READINGS = Path(__file__).parent / "readings/medicines"
RXNORM = "nlm-rxnorm-2025-10"
GUIDELINES = ("guidelines/drug.tsv",)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    sources = parser.parse_args().sources
    found = sorted(drug_rows(sources), key=lambda row: row["drug_id"])
    write_table(SHIPPED / "medicines/drug.tsv", list(rows.Drug.__dataclass_fields__), found)
    names = read_table(READINGS / "names.tsv")
    write_table(SHIPPED / "medicines/drug_name.tsv", list(rows.DrugName.__dataclass_fields__), names)
    print(f"medicines/drug.tsv: {len(found)} rows; medicines/drug_name.tsv: {len(names)} rows")


def drug_rows(sources: Path) -> Iterator[dict[str, str]]:
    """One row for each single ingredient that no guideline table holds yet."""
    guideline_drugs = [row for name in GUIDELINES for row in read_table(SHIPPED / name)]
    known = {row["drug_id"] for row in guideline_drugs}
    codes = {row["rxnorm"] for row in guideline_drugs if row["rxnorm"]}
    with gzip.open(sources / INGREDIENTS, "rt", encoding="utf-8") as handle:
        single = [row for row in csv.DictReader(handle, delimiter="\t") if row["tty"] == "IN"]
    for row in [*single, *read_table(sources / LETTER_A)]:
        name = row["name"].lower()
        if name not in known and row["rxcui"] not in codes and " / " not in name:
            known.add(name)
            codes.add(row["rxcui"])
            yield {"drug_id": name, "name": name, "rxnorm": row["rxcui"], "reading": "read_once", "source_id": RXNORM}
    yield from (row for row in read_table(READINGS / "drugs.tsv") if row["drug_id"] not in known)


if __name__ == "__main__":
    main()
