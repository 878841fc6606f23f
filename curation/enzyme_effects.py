"""Make the tables of what medicines do to enzymes, from effects read in open sources and rows kept by hand.

Usage: python -m curation.enzyme_effects SOURCES
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from curation.tsv import read_table, write_table
from garrod.knowledge import enzymes as rows
from garrod.knowledge.enzymes import SMOKING
from garrod.knowledge.guidelines import Drug
from garrod.knowledge.loading import SHIPPED, TABLES
from garrod.knowledge.provenance import Source

READINGS: Final = Path(__file__).parent / "readings/medicines"
EFFECTS: Final = "drugs/enzyme_effects_read.tsv"
#: Words of a source's name -> our source id and who gives the grade there.
SOURCES: Final[Mapping[str, tuple[str, rows.GradedBy]]] = {
    "FDA examples page": ("fda-ddi-examples-2026-05", rows.GradedBy.FDA),
    "tizanidine label": ("fda-label-tizanidine", rows.GradedBy.LABEL),
    "DPWG": ("clinpgx-dpwg-guidelines-2024-03-25", rows.GradedBy.DPWG),
    "Sager 2015": ("sager-2015", rows.GradedBy.REVIEW),
    "PKIS": ("pkis-2.0", rows.GradedBy.REVIEW),
    "PMC9468573": ("cts-13357-2022", rows.GradedBy.REVIEW),
    "Japan MHLW": ("mhlw-older-people-2024", rows.GradedBy.REVIEW),
    "Cicali 2020": ("cicali-2020", rows.GradedBy.REVIEW),
    "PMC6379215": ("pmc6379215", rows.GradedBy.REVIEW),
    "Open Systems": ("osp-qualification-cyp", rows.GradedBy.REVIEW),
    "Drug Metab Dispos, table of rosuvastatin": ("dmd-rosuvastatin-table", rows.GradedBy.REVIEW),
    "PMC5397561": ("psp4-12168", rows.GradedBy.REVIEW),
    "PMC8020731": ("cpt-1916", rows.GradedBy.REVIEW),
    "Drug Metab Dispos 2014": ("dmd-114-060392", rows.GradedBy.REVIEW),
}
#: Words of a grade as sources write them; of a range, the stronger is kept, since a missed effect is the worse mistake.
STRENGTHS: Final[Mapping[str, rows.Strength]] = {
    "strong": rows.Strength.STRONG,
    "strong (word of the table)": rows.Strength.STRONG,
    "potent (word of the label)": rows.Strength.STRONG,
    "moderate": rows.Strength.MODERATE,
    "moderate or weak": rows.Strength.MODERATE,
    "weak to moderate": rows.Strength.MODERATE,
    "weak and moderate": rows.Strength.MODERATE,
    "weak": rows.Strength.WEAK,
    "none found": rows.Strength.NONE,
}
ENZYMES: Final = {"CYP3A4": "CYP3A", "P-gp (intestine)": "P-gp"}
NAMES: Final = {
    "tobacco smoking": SMOKING,
    "St John's wort": "st. john's wort",
    "lopinavir with ritonavir": "lopinavir",
    "co-trimoxazole": "sulfamethoxazole and trimethoprim",
    "oral contraceptives": "ethinyl estradiol",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    folder = parser.parse_args().sources
    known = {SMOKING, *(row["drug_id"] for name in TABLES[Drug] for row in read_table(SHIPPED / name))}
    effects = sorted(
        effect_rows(folder, known), key=lambda row: [str(row[n]) for n in ("drug_id", "enzyme", "role", "source_id")]
    )
    is_shared = [row["graded_by"] is rows.GradedBy.DPWG for row in effects]
    write(
        "medicines/enzyme_effect.tsv", rows.EnzymeEffect, [r for r, shared in zip(effects, is_shared, strict=True) if not shared]
    )
    write("medicines_clinpgx/enzyme_effect.tsv", rows.EnzymeEffect, [r for r, s in zip(effects, is_shared, strict=True) if s])
    write("medicines/effect_time.tsv", rows.EffectTime, read_table(READINGS / "effect_times.tsv"))
    write("medicines/conversion_rule.tsv", rows.ConversionRule, read_table(READINGS / "conversion_rules.tsv"))
    write("medicines/sources.tsv", Source, read_table(READINGS / "sources.tsv"))


def write(name: str, kind: type[Any], found: list[Any]) -> None:
    """Write one table; the columns are the fields of the row class."""
    write_table(SHIPPED / name, list(kind.__dataclass_fields__), found)
    print(f"{name}: {len(found)} rows")


def effect_rows(folder: Path, known: set[str]) -> Iterator[dict[str, object]]:
    """One row for each effect that was read, and each that is recalled; a drug that no table knows is told."""
    unknown = set()
    for row in read_table(folder / EFFECTS):
        drug = NAMES.get(row["perpetrator"], row["perpetrator"])
        if drug not in known:
            unknown.add(drug)
            continue
        source, graded_by = next(found for word, found in SOURCES.items() if row["source"].startswith(word))
        strength = STRENGTHS.get(row["strength"], rows.Strength.UNGRADED)
        yield {
            "drug_id": drug,
            "enzyme": ENZYMES.get(row["enzyme_or_transporter"], row["enzyme_or_transporter"]),
            "role": row["role"],
            "strength": strength,
            "graded_by": graded_by,
            "mechanism": row["mechanism"] or None,
            "note": row["strength"] if row["strength"] != strength.value and row["strength"] != "not graded" else None,
            "reading": "read_once",
            "source_id": source,
            "place": row["where"],
        }
    for row in read_table(READINGS / "enzyme_effects_recalled.tsv"):
        if row["drug_id"] not in known:
            unknown.add(row["drug_id"])
            continue
        yield {**row, "graded_by": rows.GradedBy.RECALLED, "reading": "recalled", "source_id": "recalled", "place": ""}
    print(f"not known as drugs, so left out: {', '.join(sorted(unknown))}")


if __name__ == "__main__":
    main()
