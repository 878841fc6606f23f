"""``garrod report``: everything known of one person becomes a report and a plan."""

from pathlib import Path
from typing import Any

import click

from garrod.intake import read_person
from garrod.interfaces.cli.options import FILE, Moment, genome_options, intake_options
from garrod.interfaces.cli.output import print_bytes, write_all
from garrod.interfaces.documents import careplan_document, to_json
from garrod.knowledge import load_knowledge
from garrod.model.careplan import CarePlan
from garrod.model.recommendations import Severity
from garrod.personalization import personalize


@click.command("report")
@click.argument("person", type=FILE)
@click.option("--genome", type=FILE, multiple=True, help="A genome file beside those the person file names.")
@genome_options
@click.option("--as-of", type=Moment(), help="The time to work from; else the person's, else the newest evidence.")
@click.option("--out", type=FILE, default=Path("garrod-report"), show_default=True, help="Folder to write to.")
@click.option("--pdf", is_flag=True, help="Write report.pdf too (needs the pdf extra).")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON and write nothing.")
def command(person: Path, out: Path, pdf: bool, as_json: bool, **given: Any) -> None:  # noqa: FBT001 - click's signature
    """Write report.html and careplan.json for a PERSON (a person file or a genome file)."""
    knowledge = load_knowledge(given["knowledge"])
    plan = personalize(read_person(person, knowledge, intake_options(**given)), knowledge)
    document = to_json(careplan_document(plan), indent=1) + b"\n"
    if as_json:
        print_bytes(document)
        return
    from garrod.interfaces.report import print_pdf, render_report  # noqa: PLC0415 - not needed for --json

    page = render_report(plan, knowledge)
    files = {"report.html": page.encode(), "careplan.json": document}
    if pdf:
        files["report.pdf"] = print_pdf(page)
    write_all(out, files)
    _summary(plan, out)


def _summary(plan: CarePlan, out: Path) -> None:
    """Say the gist on the terminal: what is grave among the person's own medicines."""
    mine = [one for one in plan.recommendations if one.id in plan.in_use]
    for one in mine:
        if one.severity is not Severity.INFO:
            condition = f"if {one.applies_if}: " if one.applies_if else ""
            audience = f" (for: {one.applies_to.label})" if one.applies_to and one.applies_to.label else ""
            click.echo(f"{one.severity.value:<8} {one.body or one.cause}: {condition}{one.summary}{audience}")
    for finding in plan.findings:
        if finding.reason and finding.kind in {"medication", "regimen"}:
            click.echo(f"warning  {finding.subject}: {finding.reason}")
    click.echo(f"report: {out / 'report.html'}")
