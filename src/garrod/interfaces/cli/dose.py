"""``garrod dose``: from formulas to doses. A command is one line here and a module ``dose_NAME`` beside this one."""

from typing import Final

import click

from garrod.interfaces.cli.lazy import LazyGroup

COMMANDS: Final = {
    "formula": "Work out one formula, for one person or a table.",
}


@click.group("dose", cls=LazyGroup, lazy=COMMANDS, home="garrod.interfaces.cli.dose_{}")
def command() -> None:
    """Formulas of kidney, liver and body size, each with its equation, population and source."""
