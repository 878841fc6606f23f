"""Write rows as a table: tab-separated, one fact a row, as ``loading`` reads them."""

import dataclasses
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any


def table_text(kind: type[Any], rows: Iterable[Any]) -> str:
    """Return the rows of one class as the text of a table.

    Raises
    ------
    ValueError
        For a cell with a tab or a line break.
    """
    columns = [field.name for field in dataclasses.fields(kind)]
    lines = ["\t".join(columns)]
    for row in rows:
        cells = [_cell(getattr(row, column)) for column in columns]
        if any("\t" in cell or "\n" in cell or "\r" in cell for cell in cells):
            raise ValueError(f"{kind.__name__}: a cell holds a tab or a line break: {cells}")
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def write_rows(path: Path, kind: type[Any], rows: Iterable[Any]) -> None:
    """Write the rows of one class to a file."""
    path.write_text(table_text(kind, rows), encoding="utf-8")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value) if isinstance(value, Enum) else str(value)
