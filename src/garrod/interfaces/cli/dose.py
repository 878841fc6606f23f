"""``garrod dose``: doses by published algorithms and from drug levels."""

import click

from garrod.interfaces.cli.dose_warfarin import command as warfarin


@click.group("dose")
def command() -> None:
    """Doses by published algorithms and from drug levels."""


command.add_command(warfarin)
