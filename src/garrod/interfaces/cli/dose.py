"""``garrod dose``: from formulas to doses. A command is one line here and a module ``dose_NAME`` beside this one."""

from typing import Final

import click

from garrod.dosing.drugs import WARFARIN
from garrod.interfaces.cli.lazy import LazyGroup

COMMANDS: Final = {
    "formula": "Work out one formula, for one person or a table.",
    WARFARIN: "A maintenance dose by published equations, with and without genes.",
    "estimate": "A person's own parameters from levels, or those of many people.",
    "recommend": "The next dose, ranked by the probability of reaching the target.",
    "evaluate": "How well models would have foretold a hospital's own levels.",
    "import": "A dose-model file from the model file of another program.",
    "models": "The population models that ship, and how far each may be trusted.",
}


@click.group("dose", cls=LazyGroup, lazy=COMMANDS, home="garrod.interfaces.cli.dose_{}")
def command() -> None:
    """Formulas with their equations and sources, doses by published algorithms, and doses from drug levels."""
