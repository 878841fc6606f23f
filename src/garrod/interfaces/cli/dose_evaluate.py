"""``garrod dose evaluate``: how well models would have foretold a hospital's own levels, and admitting one on that."""

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from garrod.dosing.estimating.evaluation import Evaluation, evaluate, why_not_admitted
from garrod.dosing.models.choosing import Admission, Chosen, chosen
from garrod.dosing.regimens.pictures import forecasts_svg
from garrod.dosing.solving.nmtran import read_events
from garrod.interfaces.cli.options import FILE
from garrod.interfaces.cli.output import print_bytes, write_all
from garrod.interfaces.documents import to_json
from garrod.interfaces.dose_results import evaluation_document, evaluation_lines


@click.command("evaluate")
@click.argument("events", type=FILE)
@click.option("--model", "models", multiple=True, required=True, metavar="ID-or-FILE", help="A model. May be repeated.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of starts and draws.")
@click.option("--out", type=FILE, help="Folder to write evaluation.json and the plots to.")
@click.option("--admit", metavar="WHO", help="Admit the one model for this hospital; say who answers for it.")
@click.option("--admissions", type=FILE, help="The file that holds this hospital's admissions; one is added to it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(events: Path, models: tuple[str, ...], out: Path | None, as_json: bool, **more: Any) -> None:  # noqa: FBT001 - click's signature
    """Replay the levels of an event table: foretell each from what was known before it, and say how far off that was.

    First levels are foretold from covariates alone, later ones from earlier levels too.
    """
    if more["admit"] and (len(models) != 1 or not more["admissions"]):
        raise click.UsageError("--admit takes one --model, and --admissions to record it in")
    found = [(one, evaluate(one.model, read_events(events, one.model), seed=more["seed"])) for one in map(chosen, models)]
    documents = [evaluation_document(made, one.model.status) for one, made in found]
    if out is not None:
        files = {"evaluation.json": to_json(documents, indent=1) + b"\n"}
        files |= {f"evaluation-{made.model.replace('/', '-')}.svg": forecasts_svg(made).encode() for _, made in found}
        write_all(out, files)
    if as_json:
        print_bytes(to_json(documents, indent=1) + b"\n")
    else:
        for line in (line for one, made in found for line in evaluation_lines(made, one.model.status)):
            click.echo(line)
    if more["admit"]:
        _admit(*found[0], events, more["admissions"], more["admit"])


def _admit(one: Chosen, made: Evaluation, events: Path, record: Path, who: str) -> None:
    figures = made.later
    why = why_not_admitted(figures)
    if why:
        raise click.UsageError(f"{one.model.id} is not admitted: {'; '.join(why)}")
    admission = Admission(
        model=one.model.id,
        version=one.model.version,
        digest=one.digest,
        by=who,
        events=hashlib.sha256(events.read_bytes()).hexdigest(),
        levels=figures.levels,
        bias=figures.bias,
        within_30=figures.within_30,
        coverage=figures.coverage,
    )
    before = record.read_bytes() if record.is_file() else b""
    write_all(record.parent, {record.name: before + to_json(asdict(admission)) + b"\n"})
    click.echo(f"admitted for this hospital: {one.model.id} {one.model.version}, recorded in {record.name}", err=True)
