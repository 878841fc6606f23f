"""Make the table of strengths of drugs that a guideline's factor is applied to, from the shipped vocabulary of products.

Usage: python -m curation.strengths   (after curation.vocabulary and curation.guidelines)

Only single substances in solid oral forms. RxNorm's prescribable subset of 2025 is taken where it has the drug; it lacks
everything that begins with A, and there an older extract stands in.
"""

import sqlite3
from collections.abc import Iterator
from typing import Final

from curation.hand_read import write_rows
from curation.tsv import read_table
from garrod.knowledge.loading import SHIPPED, VOCABULARY
from garrod.knowledge.strengths import Strength

FORMS: Final = {
    "Oral Tablet": "immediate",
    "Oral Capsule": "immediate",
    "Disintegrating Oral Tablet": "immediate",
    "Chewable Tablet": "immediate",
    "Delayed Release Oral Capsule": "delayed",
    "Delayed Release Oral Tablet": "delayed",
    "Extended Release Oral Capsule": "extended",
    "Extended Release Oral Tablet": "extended",
}
SOURCES: Final = ("nlm-rxnorm-2025-10", "rxnorm-cds-sandbox")
QUERY: Final = """
SELECT DISTINCT source.source_id, meaning.form, meaning.strengths
FROM meaning JOIN code ON code.meaning = meaning.number JOIN source ON source.number = code.source
JOIN drug ON meaning.drugs = CAST(drug.number AS TEXT)
WHERE drug.drug_id = ? AND meaning.strengths IS NOT NULL AND meaning.form IS NOT NULL
"""


def adjusted_drugs() -> list[str]:
    """Return the drugs of which some guideline adjusts the dose by a factor or a limit."""
    found: set[str] = set()
    for folder in ("guidelines", "guidelines_clinpgx"):
        doses = read_table(SHIPPED / folder / "statement_dose.tsv")
        with_factor = {one["statement_id"] for one in doses if one["factor_low"] or one["factor_high"] or one["cap"]}
        drugs = read_table(SHIPPED / folder / "statement_drug.tsv")
        found |= {one["drug_id"] for one in drugs if one["statement_id"] in with_factor}
    return sorted(found)


def strengths(vocabulary: sqlite3.Connection, drug: str) -> Iterator[dict[str, object]]:
    """Yield the strengths of one drug, all from the first source that has any."""
    rows = [
        (source, form, text)
        for source, form, text in vocabulary.execute(QUERY, (drug,))
        if form in FORMS and text.endswith(" mg")
    ]
    chosen = next((source for source in SOURCES if any(row[0] == source for row in rows)), None)
    for source, form, text in rows:
        if source == chosen:
            mg = float(text.removesuffix(" mg"))
            yield {"drug_id": drug, "release": FORMS[form], "form": form, "strength_mg": f"{mg:g}", "source_id": source}


def main() -> None:
    with sqlite3.connect(f"{(SHIPPED / VOCABULARY).as_uri()}?mode=ro", uri=True) as vocabulary:
        made = {drug: list(strengths(vocabulary, drug)) for drug in adjusted_drugs()}
    write_rows("medicines/strength.tsv", Strength, [row for rows in made.values() for row in rows])
    print(f"  without a solid oral strength: {', '.join(drug for drug, rows in made.items() if not rows)}")


if __name__ == "__main__":
    main()
