"""The command line: one file a command, loaded when it is called."""

from garrod.interfaces.cli.main import main

__all__ = ["main"]
