"""``garrod dose formula``: one formula for one person or a table, with its equation, population and source."""

import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import click
import msgspec

from garrod.interfaces.cli.output import print_bytes
from garrod.interfaces.formula_results import formula_document, result_document, result_lines
from garrod.interfaces.formula_table import formula_rows
from garrod.model.errors import Fault, InputError
from garrod.physiology.entries import Entry, entry_of_text
from garrod.physiology.formula import Formula, work_out
from garrod.physiology.formulas import FORMULAS
from garrod.physiology.measures import CHOICES, MEASURES

MOST_FAULTS: Final = 50
ROWS_AT_ONCE: Final = 1000
NOTHING_ANSWERED: Final = 3


@click.command("formula")
@click.argument("name", required=False)
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--table",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Rows of inputs: JSON lines, or columns by tabs or commas with a header; - reads them from standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for a table JSON lines.")
@click.pass_context
def command(context: click.Context, name: str | None, values: Sequence[str], table: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Work out the formula NAME, or list the formulas.

    Values carry their unit: creatinine=106umol/L weight=71.5kg age=43a sex=female. Without one, a value is taken in the
    unit of the formula, and refused where that is not plausible.

    A table's row that cannot be answered is kept, with the reason, and told on standard error with file and line.
    """
    if name is None:
        print_bytes(_listed(as_json=as_json))
        return
    if name not in FORMULAS:
        raise click.UsageError(f"there is no formula {name!r}; there is {', '.join(FORMULAS)}")
    formula = FORMULAS[name]
    if table is None:
        print_bytes(_worked(formula, _entries(formula, values), as_json=as_json))
        return
    if values:
        raise click.UsageError("give KEY=VALUE or --table, not both")
    if not _work_table(formula, table, as_json=as_json):
        context.exit(NOTHING_ANSWERED)


def _listed(*, as_json: bool) -> bytes:
    if as_json:
        return b"".join(msgspec.json.encode(formula_document(one)) + b"\n" for one in FORMULAS.values())
    width = max(map(len, FORMULAS))
    lines = [f"{one.name:<{width}}  {one.title} ({one.unit})\n{'':<{width}}  {_inputs(one)}\n" for one in FORMULAS.values()]
    return "".join(lines).encode()


def _inputs(formula: Formula) -> str:
    needed = [need.name for need in formula.needs if need.missing is None]
    optional = [f"[{need.name}]" for need in formula.needs if need.missing is not None]
    return " ".join([*needed, *optional])


def _entries(formula: Formula, values: Sequence[str]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for one in values:
        key, sign, value = one.partition("=")
        if not sign:
            raise click.UsageError(f"{one!r} is not KEY=VALUE")
        if key not in MEASURES and key not in CHOICES:
            raise click.UsageError(f"there is no input {key!r}; {formula.name} takes {_inputs(formula)}")
        if key in entries:
            raise click.UsageError(f"{key} was given twice")
        entries[key] = entry_of_text(value)
    return entries


def _worked(formula: Formula, entries: dict[str, Entry], *, as_json: bool) -> bytes:
    result = work_out(formula, entries)
    if as_json:
        return msgspec.json.format(msgspec.json.encode(result_document(result)), indent=1) + b"\n"
    unused = sorted(set(entries) - {need.name for need in formula.needs})
    lines = [*result_lines(result), *([f"  not used: {', '.join(unused)}"] if unused else [])]
    return ("\n".join(lines) + "\n").encode()


def _work_table(formula: Formula, table: Path, *, as_json: bool) -> bool:
    """Write every row and tell every fault; return whether any row was answered."""
    file, content = _content(table)
    rows = formula_rows(formula, content, file=file, as_json=as_json)
    answered, told = False, 0
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        print_bytes("".join(f"{row.line}\n" for row in batch).encode())
        answered = answered or any(row.is_answered for row in batch)
        for fault in (fault for row in batch for fault in row.faults):
            told += 1
            if told <= MOST_FAULTS:
                click.echo(f"garrod: {fault}", err=True)
    if told > MOST_FAULTS:
        click.echo(f"garrod: and {told - MOST_FAULTS} more of the kind; each row's reason is in the output", err=True)
    return answered


def _content(table: Path) -> tuple[str, bytes]:
    if str(table) == "-":
        return "standard input", sys.stdin.buffer.read()
    try:
        return table.name, table.read_bytes()
    except OSError as error:
        raise InputError(Fault(table.name, f"this file cannot be read ({error.strerror})", "name another with --table")) from None
