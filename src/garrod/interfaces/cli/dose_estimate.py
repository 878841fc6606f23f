"""``garrod dose estimate``: a person's own parameters from levels, or those of many people from an event table."""

import hashlib
from pathlib import Path
from typing import Any

import click

from garrod.dosing.estimating.estimate import Estimate, estimate_many
from garrod.dosing.models.choosing import Chosen, chosen
from garrod.dosing.people.request import estimate_person
from garrod.dosing.solving.nmtran import read_events
from garrod.intake import read_person
from garrod.interfaces.cli.dose_options import check_covariates, covariates, models_for
from garrod.interfaces.cli.options import FILE, Moment, genome_options, intake_options
from garrod.interfaces.cli.output import print_bytes
from garrod.interfaces.documents import Document, to_json
from garrod.interfaces.dose_results import estimate_document, estimate_lines, person_document
from garrod.knowledge import load_knowledge
from garrod.model.errors import Fault, InputError
from garrod.model.run import Run
from garrod.personalization import assess_body, program_version, run_record

REFUSED = 5
UNUSABLE = 3


@click.command("estimate")
@click.argument("person", type=FILE, required=False)
@click.option("--drug", help="The drug whose levels are to be explained; its admitted models where no --model is given.")
@click.option("--model", "models", multiple=True, metavar="ID-or-FILE", help="A model by id, or a model file. May be repeated.")
@click.option("--events", type=FILE, help="An NM-TRAN table with one or many people, in place of PERSON.")
@click.option("--covariate", multiple=True, metavar="NAME=VALUE", help="A covariate outright, in the model's unit.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of starts and draws.")
@click.option("--draws", type=click.IntRange(0), help="Draws of the posterior: 10000 for a person, none for a table.")
@click.option("--genome", type=FILE, multiple=True, help="A genome file beside those the person file names.")
@genome_options
@click.option("--as-of", type=Moment(), help="The time to work from; else the person's, else the newest evidence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for a table one line a person.")
def command(
    person: Path | None,
    events: Path | None,
    models: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click's signature
    **more: Any,
) -> None:
    """Estimate the parameters of a PERSON from doses and levels, or those of the people of an event table.

    The point, every minimum, the posterior with its effective draws, observed against predicted, and what speaks against it.
    """
    if (person is None) == (events is None):
        raise click.UsageError("give a PERSON or --events, one of the two")
    if events is not None:
        if not models:
            raise click.UsageError("say with --model which model explains the table")
        usable = [_table(events, chosen(name), as_json=as_json, **more) for name in models]
        click.get_current_context().exit(0 if any(usable) else UNUSABLE)
    assert person is not None
    click.get_current_context().exit(0 if _person(person, models, as_json=as_json, **more) else REFUSED)


def _person(path: Path, models: tuple[str, ...], *, as_json: bool, **more: Any) -> bool:
    if not more["drug"] and not models:
        raise click.UsageError("say with --drug whose levels are to be explained")
    knowledge = load_knowledge(more["knowledge"])
    read = read_person(path, knowledge, intake_options(**more))
    findings, run = assess_body(read, knowledge), run_record(read, knowledge)
    given, draws = covariates(more["covariate"]), 10_000 if more["draws"] is None else more["draws"]
    some = models_for(more["drug"], models, knowledge)
    check_covariates(given, some)
    made = [estimate_person(one.model, read, findings, knowledge, given=given, seed=more["seed"], draws=draws) for one in some]
    if as_json:
        documents = [person_document(one, run) for one in made]
        print_bytes(to_json(documents[0] if len(documents) == 1 else documents, indent=1) + b"\n")
    else:
        for line in (line for one in made for line in estimate_lines(one)):
            click.echo(line)
    return any(one.made is not None for one in made)


def _table(path: Path, one: Chosen, *, as_json: bool, **more: Any) -> bool:
    table = read_events(path, one.model)
    made = estimate_many(one.model, table, seed=more["seed"], draws=more["draws"] or 0)
    run = Run(
        program="garrod",
        version=program_version(),
        knowledge="",
        knowledge_date="",
        inputs=(("events", hashlib.sha256(path.read_bytes()).hexdigest()), ("model", one.digest)),
        parameters=(("seed", str(more["seed"])), ("draws", str(more["draws"] or 0))),
    )
    for events, found in zip(table, made, strict=True):
        if as_json:
            print_bytes(to_json(_row(events.name, found, one, run)) + b"\n")
        elif isinstance(found, Estimate):
            etas = "  ".join(f"{name} {value:+.4f}" for name, value in found.eta.items())
            click.echo(f"{events.name}  objective {found.objective:.4f}  {etas}")
        else:
            click.echo(f"{events.name}  not estimated: {found.faults[0]}", err=True)
    if not table:
        raise InputError(Fault(path.name, "the table holds no people", "give rows with ID, TIME, and AMT or DV"))
    return any(isinstance(found, Estimate) for found in made)


def _row(name: str, found: Estimate | InputError, one: Chosen, run: Run) -> Document:
    if isinstance(found, Estimate):
        return {"id": name, **estimate_document(found, run, found.checks, grid=False)}
    faults = [str(fault) for fault in found.faults]
    return {"id": name, "model": one.model.id, "refused": {"reason": "input", "text": "; ".join(faults), "needs": []}}
