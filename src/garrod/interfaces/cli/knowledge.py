"""``garrod knowledge``: browse and verify the tables that advice rests on."""

from collections.abc import Iterator
from typing import Any

import click

from garrod.interfaces.cli.options import FILE
from garrod.interfaces.documents import plain, to_json
from garrod.knowledge import load_knowledge
from garrod.knowledge.checking import check_knowledge
from garrod.knowledge.loading import TABLES, Knowledge
from garrod.model.errors import KnowledgeError

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
FOLDER = click.option("--folder", type=FILE, help="A folder of tables; the shipped ones by default.")


@click.group("knowledge")
def command() -> None:
    """List, show and check the tables that advice rests on."""


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
