"""Write tables from rows that were read by hand, sorted, and refuse to lose many of them without a word."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from curation.tsv import read_table, write_table
from garrod.knowledge.loading import SHIPPED

LARGEST_LOSS: Final = 0.05
ALLOW: Final = "--allow-shrink"


def write_rows(name: str, kind: type[Any], rows: Iterable[Mapping[str, object]]) -> None:
    """Write one table; the columns are the fields of the row class, in whose order the rows are sorted.

    Stops where more than 5 % of the rows that stand there would go, unless ``--allow-shrink`` is given.
    """
    columns = [field.name for field in fields(kind)]
    made = sorted({tuple(str(row.get(column) or "") for column in columns) for row in rows})
    path = SHIPPED / name
    before = len(read_table(path)) if path.exists() else 0
    if len(made) < before * (1 - LARGEST_LOSS) and ALLOW not in sys.argv:
        raise SystemExit(f"{name}: {before} rows would become {len(made)}; look why, or say {ALLOW}")
    write_table(path, columns, [dict(zip(columns, row, strict=True)) for row in made])
    print(f"{name}: {before} rows before, {len(made)} now")
