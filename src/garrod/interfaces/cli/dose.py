"""``garrod dose``: from formulas to doses. A command is one line here and a module ``dose_NAME`` beside this one."""

from typing import Final

import click

from garrod.dosing.drugs import WARFARIN
from garrod.interfaces.cli.lazy import LazyGroup

COMMANDS: Final = {
    "formula": "Work out one formula, for one person or a table.",
    WARFARIN: "A maintenance dose by published equations, with and without genes.",
}


@click.group("dose", cls=LazyGroup, lazy=COMMANDS, home="garrod.interfaces.cli.dose_{}")
def command() -> None:
    """Formulas with their equations and sources, and doses by published algorithms."""
