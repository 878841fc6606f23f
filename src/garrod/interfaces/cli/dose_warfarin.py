"""``garrod dose warfarin``: the maintenance dose of warfarin by published equations, with and without genes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from garrod.dosing.drugs import WARFARIN
from garrod.dosing.warfarin.doses import AlgorithmResult, Case, WarfarinDoses, warfarin_doses
from garrod.dosing.warfarin.equations import DAYS_PER_WEEK, Race
from garrod.dosing.warfarin.inputs import Asked
from garrod.intake import read_person
from garrod.interfaces.cli.options import FILE, Moment, genome_options, intake_options
from garrod.interfaces.cli.output import print_bytes
from garrod.interfaces.documents import Document, plain, run_document, to_json
from garrod.knowledge import load_knowledge
from garrod.model.run import Run
from garrod.personalization import personalize

REFUSED_CODE = 5
RACES = {"white": Race.WHITE, "asian": Race.ASIAN, "black": Race.BLACK, "missing-or-mixed": Race.MISSING_OR_MIXED}


@click.command(WARFARIN)
@click.argument("person", type=FILE)
@click.option("--race", type=click.Choice(sorted(RACES)), help="Race as the publications code it; else the declared ancestry.")
@click.option("--target-inr", type=float, help="The INR aimed at; Gage's equation asks for it.")
@click.option("--smoker/--non-smoker", "smoker", default=None, help="Whether the person smokes; else as in the person file.")
@click.option(
    "--thrombosis/--no-thrombosis",
    "thrombosis",
    default=None,
    help="Whether warfarin is for a current thrombosis or embolism; else by its indication in the list.",
)
@click.option("--genome", type=FILE, multiple=True, help="A genome file beside those the person file names.")
@genome_options
@click.option("--as-of", type=Moment(), help="The time to work from; else the person's, else the newest evidence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(person: Path, as_json: bool, **more: Any) -> None:  # noqa: FBT001 - click's signature
    """Estimate the maintenance dose of warfarin for a PERSON: IWPC with and without genes, and Gage.

    Each possible genotype has its dose. An estimate to start from; the INR decides.
    """
    knowledge = load_knowledge(more["knowledge"])
    read = read_person(person, knowledge, intake_options(**more))
    plan = personalize(read, knowledge, listed_only=True)
    race = RACES[more["race"]] if more["race"] else None
    asked = Asked(race=race, target_inr=more["target_inr"], is_smoker=more["smoker"], has_thrombosis=more["thrombosis"])
    doses = warfarin_doses(read, plan.findings, asked)
    if as_json:
        print_bytes(to_json(warfarin_document(doses, read.id, plan.run), indent=1) + b"\n")
    else:
        for line in _lines(doses):
            click.echo(line)
    if doses.is_refused:
        click.get_current_context().exit(REFUSED_CODE)


def warfarin_document(doses: WarfarinDoses, person: str, run: Run) -> Document:
    """Return the document of ``garrod dose warfarin``; doses are not rounded."""
    reasons = [one for result in doses.results[:1] for one in result.refused]
    return {
        "run": run_document(run),
        "person": person,
        "drug": WARFARIN,
        "refused": {"reason": _joined(one.reason for one in reasons), "needs": [one.needs for one in reasons]}
        if doses.is_refused
        else None,
        "inputs": [plain(one) for one in doses.inputs],
        "results": [_result_document(one) for one in doses.results],
        "not_considered": list(doses.not_considered),
        "notes": list(doses.notes),
    }


def _joined(texts: Iterator[str] | Sequence[str]) -> str:
    return "; ".join(texts)


def _result_document(one: AlgorithmResult) -> Document:
    weekly = {"low": one.doses[0], "high": one.doses[-1]} if one.doses else None
    return {
        "algorithm": one.algorithm.value,
        "title": one.published.title,
        "citation": one.published.citation,
        "population": one.published.population,
        "reading": one.published.reading,
        "mg_per_week": weekly,
        "mg_per_day": {name: value / DAYS_PER_WEEK for name, value in weekly.items()} if weekly else None,
        "cases": [_case_document(case) for case in one.cases],
        "refused": [plain(reason) for reason in one.refused],
        "extrapolated": list(one.extrapolated),
        "notes": list(one.notes),
    }


def _case_document(case: Case) -> Document:
    """Return one possible genotype's dose; the genes stand under their own names, as the case has them."""
    found = case.predicted
    genes = {name: value for name, value in plain(case).items() if name not in {"predicted", "without_race", "refused"}}
    return {
        **genes,
        "mg_per_week": found.mg_per_week if found else None,
        "mg_per_day": found.mg_per_day if found else None,
        "mg_per_week_without_race": case.without_race,
        "terms": [{**plain(term), "amount": term.amount} for term in (found.terms if found else ())],
        "equation": found.equation if found else None,
        "refused": plain(case.refused) if case.refused else None,
    }


def _lines(doses: WarfarinDoses) -> Iterator[str]:
    """Say each algorithm's dose first, then what went in, then what was left out."""
    for result in doses.results:
        yield from _result_lines(result)
    yield ""
    for one in doses.inputs:
        unit = f" {one.unit}" if one.unit and one.value is not None else ""
        yield f"input    {one.name}: {'not known' if one.value is None else one.value}{unit} ({one.source})"
    for note in doses.notes:
        yield f"note     {note}"
    yield f"not considered: {_joined(doses.not_considered)}"
    yield "An estimate to start from, for a professional who can review it; the INR decides."


def _result_lines(result: AlgorithmResult) -> Iterator[str]:
    title = result.published.title
    mark = f"EXTRAPOLATED ({_joined(result.extrapolated)}): " if result.extrapolated else ""
    if result.refused or not result.doses:
        yield f"refused  {title}: {_joined(f'{one.reason} (needed: {one.needs})' for one in result.refused)}"
        return
    low, high = result.doses[0], result.doses[-1]
    alone = len(result.doses) == 1
    said = _amount(low) if alone else f"{_amount(low)} to {_amount(high)}, as genes are not settled"
    yield f"dose     {title}: {mark}{said}"
    for case in result.cases:
        yield from _case_lines(case)
    for note in result.notes:
        yield f"         {note}"
    yield f"         made from {result.published.population}"
    yield f"         {result.published.citation}; {result.published.reading}"


def _amount(weekly: float) -> str:
    return f"{weekly:.1f} mg/week ({weekly / DAYS_PER_WEEK:.1f} mg/day)"


def _case_lines(case: Case) -> Iterator[str]:
    genes = f"CYP2C9 {case.cyp2c9}, VKORC1 {case.vkorc1}{'' if case.is_best else ' (not excluded)'}: " if case.cyp2c9 else ""
    if case.predicted is None:
        yield f"         {genes}refused, {case.refused.reason if case.refused else 'no reason'}"
        return
    yield f"         {genes}{_amount(case.predicted.mg_per_week)}: {case.predicted.equation}"
    if case.without_race is not None:
        yield f"         without race: {_amount(case.without_race)}"
