"""What differs between two versions of knowledge, row by row."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from garrod.knowledge import guidelines as g
from garrod.knowledge import pharmacogenomics as p
from garrod.knowledge.loading import TABLES, Knowledge
from garrod.knowledge.provenance import Source

#: The columns that name a row; a table that is not listed is named by all of its columns.
NAMED_BY: Final[Mapping[type[Any], tuple[str, ...]]] = {
    Source: ("source_id",),
    p.Gene: ("gene",),
    p.Variant: ("variant_id",),
    p.Allele: ("gene", "allele"),
    p.AlleleVariant: ("gene", "allele", "variant_id"),
    p.AlleleFunction: ("gene", "allele", "system"),
    p.PhenotypeRule: ("gene", "system", "function_1", "function_2", "score_min", "score_max"),
    p.HaplotypeCount: ("gene", "allele", "scheme"),
    p.VariantFrequency: ("variant_id", "alt"),
    p.UnphasedPriority: ("gene", "ambiguous_set"),
    g.Drug: ("drug_id",),
    g.DrugName: ("drug_id", "name"),
    g.GeneDrug: ("gene", "drug_id"),
    g.Guideline: ("guideline_id",),
    g.Statement: ("statement_id",),
    g.StatementPart: ("statement_id", "part"),
    g.StatementDose: ("statement_id", "part", "line"),
    g.StatementAlternative: ("statement_id", "part", "rank"),
    g.StatementDetail: ("statement_id", "part", "kind", "line"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class RowChange:
    """One row that was added, removed or changed; ``before`` and ``after`` hold the columns that differ."""

    table: str
    change: str  #: added, removed, changed
    row: str
    before: Mapping[str, str]
    after: Mapping[str, str]


def row_changes(old: Knowledge, new: Knowledge) -> Iterator[RowChange]:
    """Go through everything that differs, table by table, in the order of the row's name."""
    for kind, files in TABLES.items():
        table = files[0].rsplit("/", 1)[-1].removesuffix(".tsv")
        before, after = _by_name(kind, old), _by_name(kind, new)
        for name in sorted({*before, *after}):
            one, other = before.get(name), after.get(name)
            if one == other:
                continue
            change = "added" if one is None else "removed" if other is None else "changed"
            differs = [column for column in (one or other or {}) if (one or {}).get(column) != (other or {}).get(column)]
            yield RowChange(
                table=table,
                change=change,
                row=" ".join(part for part in name if part),
                before={column: one[column] for column in differs if one},
                after={column: other[column] for column in differs if other},
            )


def _by_name(kind: type[Any], knowledge: Knowledge) -> dict[tuple[str, ...], dict[str, str]]:
    columns = tuple(field.name for field in dataclasses.fields(kind))
    named_by = NAMED_BY.get(kind, columns)
    found = {}
    for row in knowledge.rows(kind):
        cells = {column: _cell(getattr(row, column)) for column in columns}
        found[tuple(cells[column] for column in named_by)] = cells
    return found


def _cell(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
