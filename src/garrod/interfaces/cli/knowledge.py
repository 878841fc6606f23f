"""``garrod knowledge``: browse and verify the tables that advice rests on."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from garrod.cohort import AdviceChange, advice_changes
from garrod.intake import read_people
from garrod.interfaces.cli.options import FILE
from garrod.interfaces.documents import plain, to_json
from garrod.knowledge import load_knowledge
from garrod.knowledge.checking import check_knowledge
from garrod.knowledge.comparing import RowChange, row_changes
from garrod.knowledge.loading import TABLES, Knowledge
from garrod.knowledge.provenance import Source
from garrod.model.errors import Fault, InputError, KnowledgeError
from garrod.upstream import IMPORTERS, import_rows

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
FOLDER = click.option("--folder", type=FILE, help="A folder of tables; the shipped ones by default.")


@click.group("knowledge")
def command() -> None:
    """List, show, check and compare the tables that advice rests on."""


def table_names() -> dict[str, type[Any]]:
    """Return table names as people type them, and their row classes."""
    return {files[0].rsplit("/", 1)[-1].removesuffix(".tsv"): kind for kind, files in TABLES.items()}


@command.command("list")
@click.argument("table", required=False)
@FOLDER
@JSON
def list_(table: str | None, folder: Any, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """List tables with their number of rows, or the rows of one TABLE."""
    knowledge = load_knowledge(folder)
    if table is None:
        for name, kind in sorted(table_names().items()):
            count = len(knowledge.rows(kind))
            click.echo(to_json({"table": name, "rows": count}) if as_json else f"{count:>6}  {name}")
        click.echo(to_json({"digest": knowledge.digest}) if as_json else f"digest  {knowledge.digest}")
        return
    if table not in table_names():
        raise click.UsageError(f"there is no table {table!r}; there is {', '.join(sorted(table_names()))}")
    for row in knowledge.rows(table_names()[table]):
        click.echo(to_json(plain(row)) if as_json else _line(row))


@command.command("show")
@click.argument("word")
@FOLDER
@JSON
def show(word: str, folder: Any, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Show every row that speaks of WORD: a gene, a drug, an rsID, a statement, a source.

    A drug brings its statements, and a statement all its rows.
    """
    knowledge = load_knowledge(folder)
    found = list(_rows_about(word, knowledge))
    if not found:
        raise click.UsageError(f"no row speaks of {word!r}")
    for table, row in found:
        click.echo(to_json({"table": table, **plain(row)}) if as_json else f"{table}: {_line(row)}")


def _rows_about(word: str, knowledge: Knowledge) -> Iterator[tuple[str, Any]]:
    wanted = {word.lower()}
    drugs = knowledge.rows(table_names()["statement_drug"])
    wanted |= {row.statement_id.lower() for row in drugs if row.drug_id == word.lower()}
    for table, kind in sorted(table_names().items()):
        for row in knowledge.rows(kind):
            values = {str(value).lower() for name, value in plain(row).items() if name != "source_id" and value is not None}
            if values & wanted or (table == "source" and word.lower() == row.source_id.lower()):
                yield table, row


def _line(row: Any) -> str:
    return "  ".join(f"{name}={value}" for name, value in plain(row).items() if value not in {None, ""})


@command.command("check")
@FOLDER
@JSON
def check(folder: Any, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Load every table and check what rows say of each other; exit 4 names each fault by file and line."""
    knowledge = load_knowledge(folder)
    faults = check_knowledge(knowledge)
    if faults:
        raise KnowledgeError(*faults)
    rows = sum(len(knowledge.rows(kind)) for kind in TABLES)
    said = {"tables": len(TABLES), "rows": rows, "faults": 0, "digest": knowledge.digest}
    click.echo(to_json(said) if as_json else f"{len(TABLES)} tables, {rows} rows, no fault; digest {knowledge.digest}")


@command.command("diff")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE, required=False)
@click.option("--people", type=FILE, help="A person file, a genome, or a folder of them: whose advice would change?")
@JSON
def diff(old: Path, new: Path | None, people: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Say what differs between the tables of folder OLD and those of folder NEW (the shipped ones by default).

    With --people, say instead whose advice would change, drug by drug.
    """
    before, after = load_knowledge(old), load_knowledge(new)
    changes: Iterator[RowChange | AdviceChange] = (
        row_changes(before, after) if people is None else _changed_advice(people, before, after)
    )
    count = 0
    for count, one in enumerate(changes, start=1):  # noqa: B007 - the number is told at the end
        click.echo(to_json(plain(one)) if as_json else _change_line(one))
    if not as_json:
        click.echo(f"{count} rows differ" if people is None else f"{count} pieces of advice would change")


def _changed_advice(people: Path, before: Knowledge, after: Knowledge) -> Iterator[AdviceChange]:
    files = sorted(one for one in people.rglob("*") if one.suffix in {".json", ".ndjson"}) if people.is_dir() else [people]
    if not files:
        raise InputError(Fault(people.name, "this folder holds no person file", "name a folder of person files (*.json)"))
    for file in files:
        pairs = zip(read_people(file, before), read_people(file, after), strict=True)
        for was, now in pairs:
            yield from advice_changes((was, before), (now, after))


def _change_line(one: RowChange | AdviceChange) -> str:
    if isinstance(one, AdviceChange):
        place = f"{one.person}: {one.drug} ({one.body or 'garrod'}{', in use' if one.in_use else ''})"
        return f"{place}\n  before: {' | '.join(one.before) or 'nothing'}\n  after:  {' | '.join(one.after) or 'nothing'}"
    cells = [f"{name}: {one.before.get(name, '')!r} -> {one.after.get(name, '')!r}" for name in {**one.before, **one.after}]
    return f"{one.change:<8} {one.table} {one.row}" + (f"  {'; '.join(cells)}" if one.change == "changed" else "")


@command.command("import")
@click.argument("name", type=click.Choice(sorted(IMPORTERS)))
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, required=True, help="Folder to write: the tables it starts from, with one table replaced.")
@click.option("--version", "release", required=True, help="The source's own version or date, for the record.")
@click.option("--content-date", type=click.DateTime(["%Y-%m-%d"]), required=True, help="How old the content is.")
@click.option("--read-on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day on which you took the file.")
@click.option("--license", "terms", default="as the source states", show_default=True, help="The license of the file.")
@FOLDER
def import_(name: str, file: Path, out: Path, folder: Path | None, **given: Any) -> None:
    """Make a folder of tables in which the rows of one table come from a source's FILE.

    The folder is used with --knowledge; the shipped tables stay as they are. What changed is told by knowledge diff.
    """
    source = Source(
        source_id=f"import-{name}-{re.sub(r'[^A-Za-z0-9.]+', '-', given['release'])}",
        title=IMPORTERS[name].about,
        version=given["release"],
        content_date=given["content_date"].date(),
        date_read=given["read_on"].date(),
        license=given["terms"],
        note=f"imported from {file.name}",
    )
    made, count = import_rows(load_knowledge(folder), IMPORTERS[name], file, source, out)
    click.echo(f"{count} rows of {name}; digest {made.digest}; use it with --knowledge {out}")
