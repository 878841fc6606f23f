"""Put the page together. Texts come escaped into the template; nothing is fetched from anywhere."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from garrod.interfaces.report.drugs import DrugCard, own_medicines
from garrod.interfaces.report.genes import could_change, gene_views, not_assessed, results_in_short
from garrod.interfaces.report.levels import level_views
from garrod.interfaces.report.other_drugs import before_starting, other_drugs
from garrod.interfaces.report.whole_list import enzyme_lines, exposure_lines, list_checks, not_counted_anywhere
from garrod.knowledge import Knowledge
from garrod.knowledge.provenance import Source
from garrod.model.careplan import CarePlan
from garrod.model.person import Person
from garrod.therapeutics.testing import needed_tests

if TYPE_CHECKING:
    import jinja2

HOME = "garrod.interfaces.report.templates"


@cache
def environment() -> "jinja2.Environment":
    """Return what fills the templates: texts are escaped, and a name that is missing is an error."""
    import jinja2  # noqa: PLC0415 - only where a page is made

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(template_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def template_text(name: str) -> str:
    """Return one file of the templates."""
    return (resources.files(HOME) / name).read_text(encoding="utf-8")


def render_report(plan: CarePlan, knowledge: Knowledge) -> str:
    """Return the report as one self-contained HTML page.

    Parameters
    ----------
    knowledge
        The tables that the plan was made with, for sources and for which test belongs before which drug.
    """
    cards = own_medicines(plan)
    genes = gene_views(plan)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            style=template_text("report.css"),
            plan=plan,
            person=plan.person,
            age=_age(plan.person),
            cards=cards,
            counts=_counts(cards),
            stopped=[f"{one.name} ({one.status})" for one in plan.person.medications or () if not one.is_current],
            exposures=exposure_lines(plan),
            not_counted_anywhere=not_counted_anywhere(plan),
            enzymes=enzyme_lines(plan),
            checks=list_checks(plan),
            levels=level_views(plan, knowledge),
            genes=genes,
            open_genes=could_change(plan),
            not_assessed=not_assessed(plan),
            others=other_drugs(plan),
            grave=before_starting(plan),
            in_short=results_in_short(plan),
            conflicts=[one for one in plan.conflicts if set(one.between) & plan.in_use],
            sources=_cited(plan, knowledge.sources),
            tests=tuple(needed_tests(None, plan.findings, knowledge)),
            assessed={view.gene for view in genes},
        )
    )


def _age(person: Person) -> str | None:
    years = person.age_years()
    return None if years is None else f"{int(years)} years"


def _counts(cards: tuple[DrugCard, ...]) -> dict[str, int]:
    counts = {"critical": 0, "warning": 0, "info": 0, "unknown": 0}
    for card in cards:
        counts[card.severity] += 1
    return counts


def _cited(plan: CarePlan, sources: Mapping[str, Source]) -> list[Source]:
    ids = {source for one in plan.recommendations for source in one.sources}
    ids |= {source for one in plan.findings for source in one.sources}
    return [sources[name] for name in sorted(ids) if name in sources]
