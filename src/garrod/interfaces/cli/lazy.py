"""A group whose commands are imported when they run, so that help is instant."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by name and one line of help; each lives in the module that ``home`` names, as ``command``."""

    def __init__(self, *args: Any, lazy: Mapping[str, str], home: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy
        self.home = home

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        return sorted(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self.lazy:
            return None
        command: click.Command = import_module(self.home.format(cmd_name)).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands from their one-line texts, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self.lazy.items()))
