"""The ``garrod`` command: finds the command asked for, and turns errors into messages and exit codes.

Exit codes: 0 done, 1 our fault, 2 usage, 3 input cannot be used, 4 knowledge problem, 5 refused on clinical grounds.
"""

import os
import sys
from typing import Any, Final

import click

from garrod.interfaces.cli.lazy import LazyGroup
from garrod.model.errors import GarrodError, InputError, KnowledgeError, RefusedError

COMMANDS: Final = {
    "call": "What a genome and laboratories say of each gene, one sample a line.",
    "dose": "Formulas with their equations and sources, and doses by published algorithms.",
    "example": "Write an example person's files, to try the program on.",
    "knowledge": "List, show, check and compare the tables that advice rests on.",
    "report": "Everything known of one person becomes a report and a plan.",
    "review": "The whole medicine list of one person, and what another list would change.",
    "schema": "Print the JSON Schema of an input or output.",
}
EXIT_CODES: Final = {InputError: 3, KnowledgeError: 4, RefusedError: 5}
MOST_FAULTS: Final = 50


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        from garrod.personalization import program_version  # noqa: PLC0415 - not needed for help

        click.echo(f"garrod {program_version()}")
        context.exit()


@click.group(
    cls=LazyGroup, lazy=COMMANDS, home="garrod.interfaces.cli.{}", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version.")
def cli() -> None:
    """Garrod: what follows for one person, from genes, medicines and cited guidelines.

    Decision support for a professional who can review the basis. Works offline.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    try:
        code: Any = cli.main(args=arguments, prog_name="garrod", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except GarrodError as error:
        _tell(error)
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))
    except MemoryError:
        click.echo("garrod: not enough memory for this input", err=True)
        sys.exit(3)


def _tell(error: GarrodError) -> None:
    for fault in error.faults[:MOST_FAULTS]:
        click.echo(f"garrod: {fault}", err=True)
    if len(error.faults) > MOST_FAULTS:
        click.echo(f"garrod: and {len(error.faults) - MOST_FAULTS} more of the kind", err=True)
