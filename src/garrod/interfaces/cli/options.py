"""Options that several commands share."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from garrod.intake.reading import IntakeOptions
from garrod.model.genotypes import Assembly, ReadThresholds

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)


class Moment(click.ParamType[datetime]):
    """A time with its offset; a date alone means its end in UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read ISO 8601."""
        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time; write 2026-05-01 or 2026-05-01T09:00:00+02:00", param, ctx)
        if len(value) == len("2026-05-01"):
            return read.replace(hour=23, minute=59, second=59, tzinfo=UTC)
        if read.tzinfo is None:
            self.fail(f"{value!r} has no offset; write 2026-05-01T09:00:00+02:00", param, ctx)
        return read


def genome_options(command: Command) -> Command:
    """Add the options that say how a genome file is to be read."""
    limits = ReadThresholds()
    for option in (
        click.option("--knowledge", type=FILE, help="A folder of tables; the shipped ones by default."),
        click.option("--min-gq", default=limits.genotype_quality, show_default=True, help="Lowest genotype quality."),
        click.option("--min-depth", default=limits.depth, show_default=True, help="Lowest read depth."),
        click.option(
            "--absent-is-reference", is_flag=True,
            help="Promise that a position the file does not list was read as reference.",
        ),
        click.option("--assembly", type=click.Choice([one.value for one in Assembly]), help="Genome build of the file."),
        click.option("--sex", type=click.Choice(["female", "male"]), help="Sex, for genes on the X chromosome."),
        click.option("--sample", help="The sample to read, where the file holds several."),
        click.option(
            "--outside", type=FILE, multiple=True,
            help="Laboratory calls: gene, call, phenotype, activity score by tabs, no header. May be repeated.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def intake_options(**given: Any) -> IntakeOptions:
    """Collect the options into what the intake takes."""
    assembly = given.get("assembly")
    return IntakeOptions(
        genomes=tuple(given.get("genome") or ()),
        outside=tuple(given.get("outside") or ()),
        sample=given.get("sample"),
        all_samples=bool(given.get("all_samples")),
        sex=given.get("sex"),
        assembly=Assembly(assembly) if assembly else None,
        absent_is_reference=bool(given.get("absent_is_reference")),
        as_of=given.get("as_of"),
        thresholds=ReadThresholds(depth=given["min_depth"], genotype_quality=given["min_gq"]),
    )
