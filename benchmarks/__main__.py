"""Measure all promises, or those named, and print one table.

Usage: python -m benchmarks [--rounds N] [NAME ...]
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from benchmarks.figures import Figure, table

PROMISES: Final = (
    "help_is_instant",
    "imports_are_light",
    "one_genome_called",
    "one_person_reported",
    "list_reviewed",
    "dose_estimated",
    "indexed_genome",
    "unindexed_genome",
    "unphased_call",
    "file_read_once",
    "linear_growth",
)
ROUNDS: Final = 5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; a promise that is not met is a line of the table, never a failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the promises about speed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which promises; all by default: {', '.join(PROMISES)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each command; the median counts")
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(PROMISES)
    if unknown:
        parser.error(f"there is no promise {', '.join(sorted(unknown))}")
    print(table(figures(given.names or PROMISES, max(given.rounds, 1))))


def figures(names: Sequence[str], rounds: int) -> list[Figure]:
    """Measure promises one after another, telling on stderr which is at hand."""
    found: list[Figure] = []
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr)
        found += import_module(f"benchmarks.{name}").measure(rounds)
    return found


if __name__ == "__main__":
    main()
