"""``garrod dose recommend``: the next dose, ranked by the probability of reaching the target, or why there is none."""

from pathlib import Path
from typing import Any

import click

from garrod.dosing.models.choosing import admission_of, read_admissions
from garrod.dosing.people.mixing import mixed
from garrod.dosing.people.request import NextDose, estimate_person, next_dose
from garrod.intake import read_person
from garrod.interfaces.cli.dose_options import Positive, check_covariates, covariates, models_for, regimen, target
from garrod.interfaces.cli.options import FILE, Moment, genome_options, intake_options
from garrod.interfaces.cli.output import print_bytes, write_all
from garrod.interfaces.documents import to_json
from garrod.interfaces.dose_results import mixed_dose_document, mixed_dose_lines, next_dose_document, next_dose_lines
from garrod.interfaces.report.dose_curve import next_dose_svg
from garrod.knowledge import load_knowledge
from garrod.personalization import assess_body, run_record

REFUSED = 5


@click.command("recommend")
@click.argument("person", type=FILE)
@click.option("--drug", required=True, help="The drug to dose.")
@click.option("--model", "models", multiple=True, metavar="ID-or-FILE", help="A model; else the drug's admitted ones.")
@click.option("--target", "target_text", metavar="METRIC=LOW..HIGH", help="What to reach; else the model's own target.")
@click.option("--toxic-above", type=Positive(), help="Above which value of the target's metric it harms.")
@click.option("--mic", type=Positive(), help="For time_above and AUC_MIC, in the model's unit of concentration.")
@click.option("--regimen", "regimens", multiple=True, metavar="AMOUNT/HOURS", help="An allowed regimen, as 1000/12; repeatable.")
@click.option(
    "--infusion-h", type=Positive(or_zero=True), help="How long an infusion shall take; as the last one where not given."
)
@click.option("--covariate", multiple=True, metavar="NAME=VALUE", help="A covariate outright, in the model's unit.")
@click.option("--admissions", type=FILE, help="Models that this hospital admitted for itself (garrod dose evaluate --admit).")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of starts and draws.")
@click.option("--genome", type=FILE, multiple=True, help="A genome file beside those the person file names.")
@genome_options
@click.option("--as-of", type=Moment(), help="The time to work from; else the person's, else the newest evidence.")
@click.option("--out", type=FILE, help="Folder to write dose.json and the curve to.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    person: Path,
    models: tuple[str, ...],
    out: Path | None,
    as_json: bool,  # noqa: FBT001 - click's signature
    **more: Any,
) -> None:
    """Rank the next dose for a PERSON by how likely each regimen reaches the target, and how likely it harms.

    A refusal says why, and what would allow a dose.
    """
    knowledge = load_knowledge(more["knowledge"])
    wanted = target(more["target_text"], more["toxic_above"], more["mic"])
    given, some = covariates(more["covariate"]), models_for(more["drug"], models, knowledge)
    check_covariates(given, some)
    allowed = tuple(regimen(one) for one in more["regimens"])
    read = read_person(person, knowledge, intake_options(**more))
    findings, run = assess_body(read, knowledge), run_record(read, knowledge)
    admissions = read_admissions(more["admissions"]) if more["admissions"] else ()
    found: list[NextDose] = []
    for one in some:
        made = estimate_person(one.model, read, findings, knowledge, given=given, seed=more["seed"])
        admission = admission_of(one, admissions)
        found.append(
            next_dose(
                made,
                wanted,
                regimens=allowed,
                above=more["mic"],
                infusion_h=more["infusion_h"],
                admission=None if admission is None else admission.in_words,
            )
        )
    together = mixed(found, above=more["mic"]) if len(found) > 1 else None
    written = next_dose_document(found[0], run) if together is None else mixed_dose_document(together, run)
    document = to_json(written, indent=1) + b"\n"
    if out is not None:
        pictures = {f"curve-{one.estimate.case.model.id.replace('/', '-')}.svg": next_dose_svg(one) for one in found}
        write_all(out, {"dose.json": document, **{name: svg.encode() for name, svg in pictures.items() if svg}})
    if as_json:
        print_bytes(document)
    else:
        for line in (line for one in found for line in next_dose_lines(one)):
            click.echo(line)
        for line in mixed_dose_lines(together) if together is not None else ():
            click.echo(line)
    click.get_current_context().exit(0 if any(one.regimens for one in found) else REFUSED)
