"""Write the tables: tab-separated, sorted by the caller, one fact a row, no quoting."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows; a missing value is an empty cell, and a tab or line break inside a cell is a fault."""
    lines = ["\t".join(columns)]
    for row in rows:
        cells = ["" if row.get(name) is None else str(row[name]) for name in columns]
        if any("\t" in cell or "\n" in cell or "\r" in cell for cell in cells):
            raise ValueError(f"{path.name}: a cell holds a tab or a line break: {cells}")
        lines.append("\t".join(cells))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table as mappings from column to cell."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
