"""Make a folder of tables in which one table comes from a source's own file."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from garrod.knowledge.checking import check_knowledge
from garrod.knowledge.loading import TABLES, Knowledge, load_knowledge
from garrod.knowledge.provenance import Source
from garrod.knowledge.writing import write_rows
from garrod.model.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Importer:
    """How one kind of file becomes the rows of one table."""

    table: type[Any]
    read: Callable[[Path, str], tuple[Any, ...]]  #: (file, source id) -> rows
    about: str


def import_rows(start: Knowledge, importer: Importer, file: Path, source: Source, out: Path) -> tuple[Knowledge, int]:
    """Write ``out``: the tables of ``start`` with the importer's table replaced, and the source that its rows cite.

    Returns
    -------
    The new knowledge and the number of rows. Nothing is left behind where the new tables do not pass their checks.

    Raises
    ------
    InputError
        For a file that cannot be read, rows that contradict other tables, or a folder that is there already.
    """
    rows = importer.read(file, source.source_id)
    if out.exists():
        raise InputError(Fault(out.name, "this folder is there already", "name a new one with --out"))
    shutil.copytree(start.folder, out, ignore=shutil.ignore_patterns("__pycache__"))
    write_rows(out / TABLES[importer.table][0], importer.table, rows)
    others = [one for one in start.rows(Source) if one.source_id != source.source_id]
    write_rows(out / TABLES[Source][0], Source, sorted([*others, source], key=lambda one: one.source_id))
    made = load_knowledge(out)
    faults = check_knowledge(made)
    if faults:
        shutil.rmtree(out)
        raise InputError(*faults)
    return made, len(rows)
