"""``garrod dose models``: the population models that ship, and how far each may be trusted."""

import click

from garrod.dosing.models.library import LibraryEntry, library, models_of_drug
from garrod.interfaces.cli.output import print_bytes
from garrod.interfaces.documents import to_json
from garrod.interfaces.dose_results import model_document


@click.command("models")
@click.option("--drug", help="Only those of one drug.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(drug: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """List the population models that ship: admitted ones may dose, candidates predict and are marked."""
    some = models_of_drug(drug) if drug else library()
    if as_json:
        print_bytes(to_json([model_document(one.model) for one in some], indent=1) + b"\n")
        return
    for one in some:
        click.echo(_line(one))
    if drug and not some:
        click.echo(f"no model of {drug} ships; a model file of your own can be given with --model", err=True)


def _line(one: LibraryEntry) -> str:
    population = one.model.population.get("text", "population not stated")
    blocks = f"; not admitted: {'; '.join(one.blocks)}" if one.blocks else ""
    return f"{one.id}  {one.status}  {population}{blocks}"
