"""Read event tables as NM-TRAN has them: one row an event, with commas or white space, '.' for nothing."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.solving.events import DOSE, OBSERVATION, OTHER, Events, Record
from garrod.model.errors import Fault, InputError, raise_together

_MISSING: Final = {"", ".", "NA", "NaN", "nan", "NULL", "null", "na"}
_RECORD: Final = {
    "ID", "TIME", "AMT", "DV", "EVID", "MDV", "CMT", "RATE", "ADDL", "II", "SS", "DVID", "BLQ", "CENS", "LLOQ", "LIMIT",
    "DUR", "OBSERVATION",
}  # fmt: skip
_ALSO: Final = {"CONC": "DV", "DOSE": "AMT", "TINF": "DUR", "YTYPE": "DVID", "LOQ": "LLOQ"}
_CLOCK: Final = re.compile(r"^(\d{1,3}):([0-5]\d)(?::([0-5]\d))?$")


def read_events(source: Path | str, model: DoseModel | None = None) -> list[Events]:
    """Read an event table.

    Parameters
    ----------
    model
        Its covariates, and the column of occasions, are looked for among the titles; without one every further column of
        numbers counts as a covariate.

    Returns
    -------
    list of Events
        One for each ID, in the order of the file.

    Raises
    ------
    InputError
        With each faulty line and what would do.
    """
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as why:
        raise InputError(Fault(str(path), f"the table cannot be opened ({why.strerror})", "name a table of events")) from why
    return events_of(text, model, where=path.name)


def events_of(text: str, model: DoseModel | None = None, *, where: str = "events") -> list[Events]:
    """Read an event table from its text."""
    lines = [
        (number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith(("#", "@"))
    ]
    if not lines:
        raise InputError(Fault(where, "the table is empty", "give a line of titles and a row for each event"))
    titles = _split(lines[0][1])
    heads = [_title(title) for title in titles]
    for needed in ("ID", "TIME"):
        if needed not in heads:
            raise InputError(Fault(f"{where}:{lines[0][0]}", f"there is no column {needed}", "name it in the first line"))
    columns = _covariate_columns(titles, heads, model)
    faults: list[Fault] = []
    rows: dict[str, list[tuple[Record, dict[str, float]]]] = {}
    last = None
    for number, line in lines[1:]:
        cells = _split(line)
        place = f"{where}:{number}"
        if len(cells) != len(titles):
            faults.append(Fault(place, f"{len(cells)} cells for {len(titles)} titles", "write '.' where there is nothing"))
            continue
        row = _Row(dict(zip(heads, cells, strict=True)), place, faults)
        who = row.text("ID")
        if who != last and who in rows:
            faults.append(Fault(place, "rows of one ID stand apart", "put the rows of each person together"))
        last = who
        record = _record(row, number)
        values = {name: _number(cells[column], place, titles[column], faults) for name, column in columns.items()}
        rows.setdefault(who, []).append((record, values))
    raise_together(InputError, faults)
    return [_person(who, found, list(columns), where) for who, found in rows.items()]


def _person(who: str, found: list[tuple[Record, dict[str, float]]], names: list[str], where: str) -> Events:
    covariates = {name: np.array([values[name] for _, values in found]) for name in names}
    return Events(tuple(record for record, _ in found), covariates, "nmtran", who, where)


def _split(line: str) -> list[str]:
    parts = re.split(r"[,;\t]", line) if re.search(r"[,;\t]", line) else line.split()
    return [part.strip().strip('"').strip() for part in parts]


def _title(title: str) -> str:
    upper = title.upper()
    return _ALSO.get(upper, upper)


def _covariate_columns(titles: list[str], heads: list[str], model: DoseModel | None) -> dict[str, int]:
    if model is None:
        return {title: place for place, title in enumerate(titles) if heads[place] not in _RECORD}
    wanted = {one.name: one.column or one.name for one in model.covariates}
    if model.occasions is not None and model.occasions.column is not None:
        wanted.setdefault(model.occasions.column, model.occasions.column)
    found = {}
    for name, title in wanted.items():
        if title in titles:
            found[name] = titles.index(title)
        elif title.upper() in heads:
            found[name] = heads.index(title.upper())
    return found


def _number(cell: str, place: str, title: str, faults: list[Fault]) -> float:
    if cell in _MISSING:
        return float("nan")
    try:
        return float(cell)
    except ValueError:
        faults.append(Fault(place, f"{title} is not a number", "write a number, or '.' for nothing"))
        return float("nan")


class _Row:
    def __init__(self, cells: Mapping[str, str], place: str, faults: list[Fault]) -> None:
        self.cells, self.place, self.faults = cells, place, faults

    def text(self, name: str) -> str:
        return self.cells.get(name, "")

    def number(self, name: str, otherwise: float = 0.0) -> float:
        cell = self.text(name)
        return otherwise if cell in _MISSING else _number(cell, self.place, name, self.faults)

    def whole(self, name: str, otherwise: int = 0) -> int:
        value = self.number(name, otherwise)
        if math.isnan(value) or value != int(value):
            self.faults.append(Fault(self.place, f"{name} is not a whole number", "put the number right"))
            return otherwise
        return int(value)

    def compartment(self, name: str) -> int | str | None:
        cell = self.text(name)
        if cell in _MISSING:
            return None
        if re.fullmatch(r"-?\d+(\.0*)?", cell):
            return int(float(cell)) or None
        return cell

    def time(self) -> float:
        clock = _CLOCK.match(self.text("TIME"))
        if clock:
            return int(clock[1]) + int(clock[2]) / 60 + int(clock[3] or 0) / 3600
        if self.text("TIME") in _MISSING:
            self.faults.append(Fault(self.place, "TIME is missing", "give it in the model's unit of time"))
        return self.number("TIME")


def _record(row: _Row, line: int) -> Record:
    amount, rate = row.number("AMT"), row.number("RATE")
    is_given = amount != 0 or rate > 0
    evid = row.whole("EVID", DOSE if is_given else OBSERVATION)
    missing = row.whole("MDV", 0) == 1
    level = None if evid != OBSERVATION or missing or row.text("DV") in _MISSING else row.number("DV")
    if evid == OBSERVATION and missing:
        evid = OTHER
    duration = row.number("DUR")
    if duration > 0 and rate == 0 and amount > 0:
        rate = amount / duration
    below = not missing and evid == OBSERVATION and (row.number("CENS") == 1 or row.number("BLQ") == 1)
    limit = row.number("LLOQ", float("nan"))
    known_limit = level if math.isnan(limit) else limit
    below = below or (level is not None and level < limit)
    if below and known_limit is None:
        row.faults.append(Fault(row.place, "a level below quantification without its limit", "give LLOQ"))
    return Record(
        time=row.time(),
        evid=evid,
        amount=amount,
        rate=rate,
        additional=row.whole("ADDL"),
        interval=row.number("II"),
        steady=row.whole("SS"),
        compartment=row.compartment("CMT"),
        level=level,
        output=row.compartment("DVID"),
        below=below,
        limit=known_limit if below else (None if math.isnan(limit) else limit),
        line=line,
    )
