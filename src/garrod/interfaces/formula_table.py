"""A formula over a table: JSON lines, or columns by tabs or commas. Every row is kept, and one that fails says why."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from garrod.interfaces.formula_results import refused_row_document, row_document
from garrod.model.errors import Fault, GarrodError, InputError
from garrod.physiology.entries import Entry, entry_of_json, entry_of_text
from garrod.physiology.formula import Formula, Result, how_to_write, work_out
from garrod.physiology.measures import CHOICES, MEASURES

#: A column's name, and the unit of its cells where the header names one: ``creatinine [umol/L]``.
HEADER: Final = re.compile(r"\s*([^\[\](]+?)\s*(?:[\[(]\s*([^\])]+?)\s*[\])])?\s*")
RESULT_COLUMNS: Final = ("", "_unit", "_remark", "_warnings", "_reason")


@dataclass(frozen=True, slots=True)
class Row:
    """One row's line as it is written out, and its faults, each with file and line."""

    line: str
    is_answered: bool = False
    faults: tuple[Fault, ...] = ()


def formula_rows(formula: Formula, content: bytes, *, file: str, as_json: bool) -> Iterator[Row]:
    """Yield a line for every row of a table, the header first where it has one.

    JSON lines give JSON lines. Columns give the same columns and five more, or JSON lines if asked for.

    Raises
    ------
    InputError
        For a file that is no such table: not text, no rows, or a column that is needed and missing or comes twice.
    """
    text = _text(content, file)
    if _is_json(text, file):
        yield from _json_rows(formula, text, file)
    else:
        yield from _column_rows(formula, text, file, as_json=as_json)


def _text(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(Fault(file, "this is not UTF-8 text", "save the table as UTF-8")) from None
    if not text.strip():
        raise InputError(Fault(file, "this table is empty", "give a row, or a header and a row"))
    return text


def _is_json(text: str, file: str) -> bool:
    return file.lower().endswith((".json", ".jsonl", ".ndjson")) or text.lstrip().startswith("{")


def _json_rows(formula: Formula, text: str, file: str) -> Iterator[Row]:
    for number, line in enumerate(text.rstrip().split("\n"), start=1):
        try:
            result = work_out(formula, _entries_of_json(line, formula))
            yield Row(_json_line(row_document(result)), is_answered=True)
        except GarrodError as error:
            yield _refused(formula, error, f"{file}:{number}")


def _entries_of_json(line: str, formula: Formula) -> dict[str, Entry]:
    try:
        row = json.loads(line, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError):
        raise InputError(Fault("row", "this is not one JSON object", 'write {"weight": {"value": 70, "unit": "kg"}}')) from None
    if not isinstance(row, Mapping):
        raise InputError(Fault("row", "this is not a JSON object", 'write {"weight": {"value": 70, "unit": "kg"}}'))
    needed = (need.name for need in formula.needs)
    return {name: entry_of_json(name, row[name]) for name in needed if row.get(name) is not None}


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise InputError(Fault("row", "a name comes twice", "give each value once"))
    return row


def _column_rows(formula: Formula, text: str, file: str, *, as_json: bool) -> Iterator[Row]:
    first = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first else ";" if ";" in first and "," not in first else ","
    (_, header), *lines = _read(text, delimiter, file)
    columns = _columns(formula, header, file)
    if not lines:
        raise InputError(Fault(file, "this table has a header and no row", "give a row"))
    results = [formula.name + suffix for suffix in RESULT_COLUMNS]
    if set(results) & set(header):
        raise InputError(Fault(f"{file}:1", f"there is a column {formula.name} already", "take it out, or rename it"))
    if not as_json:
        yield Row(_joined([*header, *results], delimiter))
    for number, cells in lines:
        try:
            result = work_out(formula, _entries_of_cells(columns, cells, len(header)))
            line = _json_line(row_document(result)) if as_json else _kept(cells, len(header), _cells(result), delimiter)
            yield Row(line, is_answered=True)
        except GarrodError as error:
            refused = _refused(formula, error, f"{file}:{number}")
            kept = _kept(cells, len(header), ["", "", "", "", _reason(error)], delimiter)
            yield refused if as_json else Row(kept, faults=refused.faults)


def _read(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and cells of each row that holds anything."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(Fault(f"{file}:{reader.line_num}", f"this row cannot be read ({error})", "mend its quotes")) from None


def _columns(formula: Formula, header: Sequence[str], file: str) -> dict[str, tuple[int, str | None]]:
    """Return where each input stands, and the unit that its header names."""
    found: dict[str, tuple[int, str | None]] = {}
    faults: list[Fault] = []
    for place, text in enumerate(header):
        match = HEADER.fullmatch(text)
        name = "_".join(match[1].casefold().split()) if match else ""
        if name in found:
            faults.append(Fault(f"{file}:1", f"the column {name} comes twice", "keep one of them"))
        if match and (name in MEASURES or name in CHOICES):
            found[name] = (place, match[2])
    faults += [
        Fault(f"{file}:1", f"there is no column {need.name}", f"add it; its cells are written as in {how_to_write(need.name)}")
        for need in formula.needs
        if need.missing is None and need.name not in found
    ]
    if faults:
        raise InputError(*faults)
    return found


def _entries_of_cells(columns: Mapping[str, tuple[int, str | None]], cells: Sequence[str], width: int) -> dict[str, Entry]:
    if len(cells) > width:
        raise InputError(Fault("row", "this row has more cells than the header", "quote a cell that holds the delimiter"))
    return {
        name: entry_of_text(cells[place], unit)
        for name, (place, unit) in columns.items()
        if place < len(cells) and cells[place].strip()
    }


def _cells(result: Result) -> list[str]:
    return [repr(result.value), result.formula.unit, result.remark or "", "; ".join(result.warnings), ""]


def _kept(cells: Sequence[str], width: int, results: Iterable[str], delimiter: str) -> str:
    """Return a row as it came and its results; cells beyond the header stand behind them, so that nothing is lost."""
    padded = [*cells[:width], *[""] * (width - len(cells))]
    return _joined([*padded, *results, *cells[width:]], delimiter)


def _joined(cells: Iterable[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def _json_line(document: Mapping[str, Any]) -> str:
    return msgspec.json.encode(document).decode()


def _reason(error: GarrodError) -> str:
    return " | ".join(map(str, error.faults))


def _refused(formula: Formula, error: GarrodError, where: str) -> Row:
    faults = tuple(Fault(f"{where}: {fault.where}", fault.what, fault.remedy) for fault in error.faults)
    return Row(_json_line(refused_row_document(formula, _reason(error))), faults=faults)
