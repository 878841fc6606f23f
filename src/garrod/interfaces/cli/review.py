"""``garrod review``: the whole medicine list of one person, and what another list would change."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from garrod.careplan.alternatives import Option, problem_drugs, ranked_options
from garrod.careplan.what_if import WhatIf, compared, with_list
from garrod.intake import read_person
from garrod.interfaces.cli.options import FILE, Moment, genome_options, intake_options
from garrod.interfaces.cli.output import print_bytes, write_all
from garrod.interfaces.documents import review_document, to_json
from garrod.knowledge import Knowledge, load_knowledge
from garrod.medicines.compounding import Worksheet, compounding_request, worksheet
from garrod.model.careplan import CarePlan
from garrod.model.errors import Fault, InputError
from garrod.model.person import Person
from garrod.model.recommendations import Outcome, Recommendation, Severity
from garrod.personalization import assess_body, personalize


@click.command("review")
@click.argument("person", type=FILE)
@click.option("--add", multiple=True, metavar="DRUG", help="A medicine to try, as if taken for long. May be repeated.")
@click.option("--drop", multiple=True, metavar="DRUG", help="A medicine to leave out, as if long stopped. May be repeated.")
@click.option("--genome", type=FILE, multiple=True, help="A genome file beside those the person file names.")
@genome_options
@click.option("--as-of", type=Moment(), help="The time to work from; else the person's, else the newest evidence.")
@click.option("--leaflet", type=click.Choice(["en", "es"]), help="Write the patient's leaflet in this language to --out.")
@click.option("--with-genes", is_flag=True, help="Name genes in the leaflet.")
@click.option("--sheet", is_flag=True, help="Write the pharmacist's review sheet to --out.")
@click.option("--worksheet", "worksheet_of", metavar="DRUG", help="Write a compounding worksheet for a medicine to --out.")
@click.option(
    "--given",
    multiple=True,
    metavar="NAME=VALUE",
    help="For the worksheet: form, source, source_mg, doses, volume_ml, ... May be repeated.",
)
@click.option("--out", type=FILE, help="Folder to write to.")
@click.option("--json", "as_json", is_flag=True, help="Print the review as JSON.")
def command(
    person: Path,
    add: tuple[str, ...],
    drop: tuple[str, ...],
    out: Path | None,
    as_json: bool,  # noqa: FBT001 - click's signature
    **more: Any,
) -> None:
    """Review the medicine list of a PERSON: genes, interactions, exposure, organs, allergies."""
    if out is None and (more["leaflet"] or more["sheet"] or more["worksheet_of"]):
        raise click.UsageError("say with --out which folder to write to")
    knowledge = load_knowledge(more["knowledge"])
    read = read_person(person, knowledge, intake_options(**more))
    body = assess_body(read, knowledge)

    def planned(one: Person, known: Knowledge) -> CarePlan:
        return personalize(one, known, listed_only=True, body=body)

    plan = planned(read, knowledge)
    what_if = None
    if add or drop:
        other = planned(with_list(read, knowledge, add=add, drop=drop), knowledge)
        what_if, plan = compared(plan, other, add=add, drop=drop), other
    problems = problem_drugs(plan, what_if.come if what_if is not None else None)
    options = {drug: ranked_options(plan, drug, knowledge, planned) for drug in problems}
    document = to_json(review_document(plan, what_if, options), indent=1) + b"\n"
    papers = dict(_papers(plan, options, **more))
    if out is not None:
        write_all(out, {"review.json": document, **papers})
    if as_json:
        print_bytes(document)
        return
    for line in (*_lines(plan, what_if), *_option_lines(options)):
        click.echo(line)
    for name in ("review.json", *papers) if out is not None else ():
        click.echo(f"written: {out}/{name}")


def _papers(plan: CarePlan, options: Mapping[str, Sequence[Option]], **asked: Any) -> Iterator[tuple[str, bytes]]:
    """Yield each paper that was asked for, with its file's name."""
    if not (asked["leaflet"] or asked["sheet"] or asked["worksheet_of"]):
        return
    from garrod.interfaces import report  # noqa: PLC0415 - not needed for the terminal or --json

    if asked["leaflet"]:
        yield (
            f"leaflet-{asked['leaflet']}.html",
            report.render_leaflet(plan, asked["leaflet"], with_genes=asked["with_genes"]).encode(),
        )
    if asked["sheet"]:
        yield "review-sheet.html", report.render_review_sheet(plan, options).encode()
    if asked["worksheet_of"]:
        yield "worksheet.html", report.render_worksheet(_worksheet(plan, asked["worksheet_of"], asked["given"]), plan).encode()


def _worksheet(plan: CarePlan, name: str, given: Sequence[str]) -> Worksheet:
    pairs = [text.partition("=") for text in given]
    bad = [text for text, (_, sign, _) in zip(given, pairs, strict=True) if not sign]
    if bad:
        raise click.UsageError(f"{bad[0]!r} is not NAME=VALUE")
    wanted = name.strip().lower()
    found = [one for one in plan.findings.taken() if one.is_current and wanted in {one.drug_id, one.name.lower()}]
    if not found:
        listed = ", ".join(sorted({one.drug_id for one in plan.findings.taken() if one.is_current})) or "nothing"
        raise InputError(Fault("--worksheet", f"{name!r} is not in the list", f"the list holds {listed}"))
    return worksheet(compounding_request(found[0], {key.strip(): value.strip() for key, _, value in pairs}))


def _option_lines(options: Mapping[str, Sequence[Option]]) -> Iterator[str]:
    """Name for each problem medicine the options that raise fewer or softer alerts than it does."""
    for drug, some in options.items():
        own = next((one for one in some if one.drug == drug), None)
        better = [one.drug for one in some if own and (one.critical, one.warnings) < (own.critical, own.warnings)]
        if better:
            yield f"instead of {drug}, with fewer alerts for this person: {', '.join(better[:5])}"


def _lines(plan: CarePlan, what_if: WhatIf | None) -> Iterator[str]:
    """Say the gist on the terminal: the gravest first, then exposures, then what could not be checked."""
    mine = [one for one in plan.recommendations if one.id in plan.in_use]
    loud = [one for one in mine if one.severity is not Severity.INFO and not one.could_not_check]
    yield from dict.fromkeys(_line(one, is_new=what_if is not None and one.id in what_if.come) for one in loud)
    untested = sorted({one.target.name for one in mine if one.could_not_check and one.severity is not Severity.INFO})
    if untested:
        yield f"untested guidelines on genes could not be checked for: {', '.join(untested)}"
    for finding in plan.findings.of_kind("medication"):
        if finding.reason:
            yield f"warning  {finding.subject}: {finding.reason}"
    for said in dict.fromkeys((one.drug, one.said) for one in plan.worked_doses if one.is_changed):
        yield f"dose     {said[0]}: {said[1]}"
    for exposure in plan.findings.exposures():
        if exposure.auc_ratio and exposure.terms:
            found, by = exposure.auc_ratio, ", ".join(f"{t.by} on {t.factor} x{t.ratio:.2g}" for t in exposure.terms)
            yield f"exposure {exposure.drug}: x{found.estimate:.2g} ({found.low:.2g} to {found.high:.2g}); {by}"
    for check in plan.checks:
        if check.outcome is Outcome.COULD_NOT:
            yield f"unknown  {check.what}{': ' + ', '.join(check.drugs) if check.drugs else ''}: {check.reason}"
    quiet = sum(one.severity is Severity.INFO for one in mine)
    clean = sorted({check.what for check in plan.checks if check.outcome is Outcome.CLEAN})
    yield f"and {quiet} without need to act; looked at and clean for some: {', '.join(clean) or 'nothing'}"
    if what_if is not None:
        yield f"what if: {len(what_if.come)} come, {len(what_if.gone)} go"


def _line(one: Recommendation, *, is_new: bool) -> str:
    condition = f"if {one.applies_if}: " if one.applies_if else ""
    taken = f" ({one.notes[0]})" if one.basis == "as_taken" and one.notes else ""
    return f"{one.severity.value:<8} {'NEW ' if is_new else ''}{one.body or one.cause}: {condition}{one.summary}{taken}"
