"""Read a source's comma- or tab-separated file, with the columns it must have."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from garrod.model.errors import Fault, InputError


def read_separated(path: Path, columns: Collection[str], *, delimiter: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Go through the rows as (place, cells by column).

    Raises
    ------
    InputError
        For a file that is not text, or lacks one of the columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, delimiter=delimiter)
            absent = [name for name in columns if name not in (reader.fieldnames or ())]
            if absent:
                raise InputError(
                    Fault(f"{path.name}:1", f"the columns {', '.join(absent)} are missing", "give the source's own file")
                )
            for row in reader:
                yield f"{path.name}:{reader.line_num}", {name: (value or "").strip() for name, value in row.items() if name}
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(Fault(path.name, "the file cannot be read as text", "give the source's own file")) from None
