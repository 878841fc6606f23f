"""``garrod call``: genes only, JSON lines, one sample a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from garrod.genome.assess import gene_results
from garrod.intake import read_people
from garrod.interfaces.cli.options import FILE, genome_options, intake_options
from garrod.interfaces.cli.output import print_bytes
from garrod.interfaces.documents import Document, call_document, to_json
from garrod.knowledge import load_knowledge
from garrod.knowledge.loading import Knowledge
from garrod.model.person import Person
from garrod.personalization import run_record


@click.command("call")
@click.argument("genome", type=FILE)
@genome_options
@click.option("--json", "as_json", is_flag=True, help="The output is JSON in any case.")
def command(genome: Path, as_json: bool, **given: Any) -> None:  # noqa: FBT001 - click's signature
    """Say what a GENOME file and laboratories show of each pharmacogene.

    One JSON line a sample; several samples of a file are read in one pass.
    """
    knowledge = load_knowledge(given["knowledge"])
    options = intake_options(**given, all_samples=given["sample"] is None)
    lines = [to_json(one) for one in _documents(read_people(genome, knowledge, options), knowledge)]
    print_bytes(b"".join(line + b"\n" for line in lines))


def _documents(people: tuple[Person, ...], knowledge: Knowledge) -> Iterator[Document]:
    for person in people:
        results, unread = gene_results(person, knowledge)
        first = person.genomes[0] if person.genomes else None
        document = call_document(person.id, first, run_record(person, knowledge), results)
        document["notes"] += list(unread)
        yield document
