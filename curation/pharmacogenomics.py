"""Make the pharmacogenomic tables from upstream files and the readings.

Usage: python -m curation.pharmacogenomics SOURCES
Prints what changed, and refuses to shrink a table by more than 5 % unless told to.
"""

import argparse
import dataclasses
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from curation.tsv import write_table
from curation.upstream import allele_definitions as definitions
from curation.upstream import allele_functions as functions
from garrod.knowledge import pharmacogenomics as rows

TABLES = Path(__file__).parents[1] / "src/garrod/knowledge/tables"
OPEN = "pharmacogenomics"
SHARE_ALIKE = "pharmacogenomics_clinpgx"
SHRINK_LIMIT = 0.05

MADE: tuple[tuple[str, str, type, Callable[[Path], Iterable[dict[str, object]]], tuple[str, ...]], ...] = (
    (OPEN, "gene", rows.Gene, definitions.genes, ("gene",)),
    (OPEN, "variant", rows.Variant, definitions.variants, ("gene", "position_38")),
    (OPEN, "variant_form", rows.VariantForm, definitions.variant_forms, ("variant_id", "assembly", "allele", "position")),
    (OPEN, "allele", rows.Allele, definitions.alleles, ()),
    (OPEN, "allele_variant", rows.AlleleVariant, definitions.allele_variants, ()),
    (OPEN, "position_rule", rows.PositionRule, definitions.position_rules, ("gene", "rule", "variant_id")),
    (OPEN, "unphased_priority", rows.UnphasedPriority, definitions.unphased_priorities, ("gene", "ambiguous_set")),
    (OPEN, "allele_function", rows.AlleleFunction, functions.allele_functions, ()),
    (OPEN, "phenotype_rule", rows.PhenotypeRule, functions.phenotype_rules, ()),
    (OPEN, "variant_frequency", rows.VariantFrequency, functions.variant_frequencies, ("variant_id", "alt")),
    (SHARE_ALIKE, "allele_function", rows.AlleleFunction, functions.dpwg_functions, ()),
    (SHARE_ALIKE, "phenotype_rule", rows.PhenotypeRule, functions.dpwg_phenotype_rules, ()),
)


def columns(kind: type) -> tuple[str, ...]:
    """The columns of a table are the fields of its row class."""
    return tuple(field.name for field in dataclasses.fields(kind))


def write_checked(path: Path, kind: type, made: list[dict[str, object]], *, may_shrink: bool) -> None:
    """Write one table; a table that lost many rows is a fault until somebody says that it is meant."""
    before = len(path.read_text(encoding="utf-8").splitlines()) - 1 if path.exists() else 0
    if before and len(made) < before * (1 - SHRINK_LIMIT) and not may_shrink:
        sys.exit(f"{path.name}: {before} rows would become {len(made)}; pass --may-shrink if that is meant")
    write_table(path, columns(kind), made)
    print(f"{path.parent.name}/{path.name}: {before} -> {len(made)} rows")


def main() -> None:
    """Make every table that comes straight from upstream."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--may-shrink", action="store_true")
    arguments = parser.parse_args()
    for folder, name, kind, make, order in MADE:
        made = list(make(arguments.sources))
        if order:
            made.sort(key=lambda row: tuple((row[key] is None, row[key]) for key in order))
        write_checked(TABLES / folder / f"{name}.tsv", kind, made, may_shrink=arguments.may_shrink)


if __name__ == "__main__":
    main()
