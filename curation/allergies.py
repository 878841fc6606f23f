"""Make the tables of groups of drugs, allergens, reactions and cross-reactions from rows kept by hand.

Usage: python -m curation.allergies SOURCES
"""

from pathlib import Path
from typing import Any, Final

from curation.hand_read import write_rows
from curation.tsv import read_table
from garrod.knowledge import allergies as rows
from garrod.knowledge.guidelines import Drug
from garrod.knowledge.loading import OPTIONAL_FOLDERS, SHIPPED, TABLES
from garrod.knowledge.provenance import Source

READINGS: Final = Path(__file__).parent / "readings/allergies"


def main() -> None:
    write_rows("allergies/sources.tsv", Source, read_table(READINGS / "sources.tsv"))
    groups = read_table(READINGS / "group.tsv")
    drugs, names = drug_ids(), {row["group_id"] for row in groups}
    write_rows("allergies/group.tsv", rows.Group, groups)
    write_rows("allergies/reaction_word.tsv", rows.ReactionWord, read_table(READINGS / "reaction_word.tsv"))
    write("group_member", rows.GroupMember, {"drug_id": drugs})
    write("cross_reaction", rows.CrossReaction, {"allergen": drugs | names, "other": drugs | names})
    write("allergen_name", rows.AllergenName, {})


def drug_ids() -> set[str]:
    """Return every drug id that tables hold which are always there: a row must not need a folder that may be absent."""
    names = [name for name in TABLES[Drug] if name.split("/")[0] not in OPTIONAL_FOLDERS]
    return {row["drug_id"] for name in names for row in read_table(SHIPPED / name)}


def write(name: str, kind: type[Any], known: dict[str, set[str]]) -> None:
    """Write the rows of which every id is known, and tell the others."""
    read = read_table(READINGS / f"{name}.tsv")
    kept = [row for row in read if all(row[column] in ids for column, ids in known.items())]
    missing = sorted({row[column] for row in read for column, ids in known.items() if row[column] not in ids})
    write_rows(f"allergies/{name}.tsv", kind, kept)
    if missing:
        print(f"  not known, so left out: {', '.join(missing)}")


if __name__ == "__main__":
    main()
