"""Write the pages of docs that are made from the program itself: tables, commands, coverage.

Usage: python -m curation.reference_pages  (``make docs`` runs it; a test keeps the pages and the program the same)
"""

import dataclasses
import inspect
import re
import types
import typing
from collections import Counter, defaultdict
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import click

from curation import dose_models
from curation.formula_page import formulas_page
from garrod.interfaces.cli.main import cli
from garrod.knowledge import Knowledge, load_knowledge
from garrod.knowledge import guidelines as g
from garrod.knowledge import pharmacogenomics as p
from garrod.knowledge.loading import TABLES

DOCS = Path(__file__).parents[1] / "docs/reference"


def _type_words(kind: object) -> str:
    if isinstance(kind, types.UnionType):
        words = [_type_words(one) for one in typing.get_args(kind) if one is not types.NoneType]
        return f"{' or '.join(words)}, may be empty"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(f"`{one.value}`" for one in kind)
    return {"str": "text", "int": "whole number", "float": "number", "bool": "`true` or `false`"}.get(
        getattr(kind, "__name__", str(kind)), getattr(kind, "__name__", str(kind))
    )


def _column_notes(kind: type) -> dict[str, str]:
    """Return the ``#:`` comments behind the fields of a row class."""
    return {found[1]: found[2] for found in re.finditer(r"^    (\w+):[^\n]*?#: ([^\n]+)$", inspect.getsource(kind), re.M)}


def tables_page() -> str:
    """Return the page on tables: one section a row class, its columns and what they hold."""
    lines = [
        "# Tables",
        "",
        "Made from the row classes; `garrod knowledge list` shows the rows, `garrod knowledge check` verifies them.",
        "",
    ]
    for kind, files in TABLES.items():
        doc = inspect.getdoc(kind) or ""
        lines += [f"## {' and '.join(f'`{one}`' for one in files)}", "", doc.split("\n\n")[0].replace("\n", " "), ""]
        notes, hints = _column_notes(kind), typing.get_type_hints(kind)
        lines += ["| column | holds |", "|---|---|"]
        for field in dataclasses.fields(kind):
            note = f"; {notes[field.name]}" if field.name in notes else ""
            lines.append(f"| `{field.name}` | {_type_words(hints[field.name])}{note} |")
        lines.append("")
    return "\n".join(lines)


def commands_page() -> str:
    """Return the page on commands: the help of each, as the program prints it."""
    context = click.Context(cli, info_name="garrod", terminal_width=100, max_content_width=100)
    lines = ["# Commands", "", "The help of each command, as the program prints it.", ""]
    lines += [
        "Exit codes: 0 done, 1 our fault, 2 usage, 3 input cannot be used, 4 knowledge problem, 5 refused on clinical grounds.",
        "",
    ]
    for path, command in _commands(cli, context, "garrod"):
        inner = click.Context(
            command, info_name=path, terminal_width=100, max_content_width=100, help_option_names=["-h", "--help"]
        )
        lines += [f"## `{path}`", "", "```", command.get_help(inner), "```", ""]
    return "\n".join(lines)


def _commands(group: click.Group, context: click.Context, path: str) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _commands(command, context, f"{path} {name}")


def coverage_page(knowledge: Knowledge) -> str:
    """Return the page on coverage: genes and their alleles, drugs and how many statements each body has on them."""
    functions = {(row.gene, row.allele) for row in knowledge.rows(p.AlleleFunction) if row.system == "CPIC"}
    alleles = Counter(row.gene for row in knowledge.rows(p.Allele))
    known = Counter(row.gene for row in knowledge.rows(p.Allele) if (row.gene, row.allele) in functions)
    positions = Counter(row.gene for row in knowledge.rows(p.Variant))
    lines = ["# Coverage", "", "Made from the shipped tables.", "", "## Genes", ""]
    lines += ["| gene | positions | named alleles | with a function (CPIC) | looked up by |", "|---|---|---|---|---|"]
    for gene in knowledge.rows(p.Gene):
        name = gene.gene
        lines.append(
            f"| {name} | {positions[name]} | {alleles[name]} | {known[name]} | {gene.result_type.value.replace('_', ' ')} |"
        )
    bodies, statements = _statements(knowledge)
    lines += ["", "## Drugs", "", f"| drug | {' | '.join(bodies)} | genes |", f"|---|{'---|' * len(bodies)}---|"]
    for drug, counts in sorted(statements.items()):
        genes = ", ".join(sorted(set().union(*(found[1] for found in counts.values()))))
        cells = " | ".join(str(counts[body][0]) if body in counts else "" for body in bodies)
        lines.append(f"| {drug} | {cells} | {genes} |")
    total = {body: sum(counts[body][0] for counts in statements.values() if body in counts) for body in bodies}
    lines += ["", f"{len(statements)} drugs; statements by drug: {', '.join(f'{body} {total[body]}' for body in bodies)}.", ""]
    return "\n".join(lines)


def _statements(knowledge: Knowledge) -> tuple[list[str], dict[str, dict[str, tuple[int, set[str]]]]]:
    guideline = {row.guideline_id: row for row in knowledge.rows(g.Guideline)}
    owner = {row.statement_id: guideline[row.guideline_id] for row in knowledge.rows(g.Statement)}
    found: dict[str, dict[str, tuple[int, set[str]]]] = defaultdict(dict)
    for link in knowledge.rows(g.StatementDrug):
        row = owner[link.statement_id]
        count, genes = found[link.drug_id].get(row.body, (0, set()))
        found[link.drug_id][row.body] = (count + 1, genes | set(row.genes.split(";")))
    return sorted({row.body for row in guideline.values()}), dict(found)


def pages() -> dict[str, str]:
    """Return every made page by file name."""
    made = {
        "tables.md": tables_page(),
        "commands.md": commands_page(),
        "coverage.md": coverage_page(load_knowledge()),
        "formulas.md": formulas_page(),
        "dose-models.md": dose_models.page(),
    }
    return {name: text.rstrip() + "\n" for name, text in made.items()}


def main() -> None:
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(DOCS.name, name)


if __name__ == "__main__":
    main()
