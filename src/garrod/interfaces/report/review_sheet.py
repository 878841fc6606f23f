"""The pharmacist's review sheet: every point with a box to accept, change or override, and the reason written by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from garrod.careplan.alternatives import Option
from garrod.interfaces.report.drugs import GRAVITY, LEVEL_WORDS, READING_WORDS, SHAPES, SILENT
from garrod.interfaces.report.page import environment, template_text
from garrod.interfaces.report.whole_list import enzyme_lines, exposure_lines, list_checks, not_counted_anywhere
from garrod.model.careplan import CarePlan
from garrod.model.findings import FindingStatus
from garrod.model.recommendations import Recommendation, Severity


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the review."""

    number: int
    shape: str
    level: str
    drug: str
    summary: str
    notes: tuple[str, ...]
    source: str


def render_review_sheet(plan: CarePlan, options: Mapping[str, Sequence[Option]] | None = None) -> str:
    """Return the review sheet as one self-contained HTML page; signature and date stay empty."""
    mine = [one for one in plan.recommendations if one.id in plan.in_use]
    loud = sorted((o for o in mine if o.severity is not Severity.INFO), key=lambda o: (GRAVITY[o.severity], o.target.name, o.id))
    quiet = [o for o in mine if o.severity is Severity.INFO and o.cause != "food" and o.action not in SILENT]
    checks = list_checks(plan)
    return (
        environment()
        .get_template("review_sheet.html.j2")
        .render(
            style=template_text("sheet.css"),
            person=plan.person,
            age=plan.person.age_years(),
            medicines=[one for one in plan.person.medications or () if one.is_current],
            unrecognized=[f.subject for f in plan.findings.of_kind("medication") if f.status is FindingStatus.NOT_ASSESSED],
            points=[_point(number, some) for number, some in enumerate(_told_once(loud), start=1)],
            quiet=tuple(dict.fromkeys(one.summary for one in quiet)),
            exposures=exposure_lines(plan),
            not_counted_anywhere=not_counted_anywhere(plan),
            enzymes=enzyme_lines(plan),
            options={drug: some for drug, some in (options or {}).items() if some},
            checks=checks,
            notices=plan.notices,
            run=plan.run,
        )
    )


def _told_once(loud: Sequence[Recommendation]) -> list[list[Recommendation]]:
    """Put what several bodies say alike together: the same sentence on the same medicine is one point."""
    found: dict[tuple[str, str, str | None], list[Recommendation]] = {}
    for one in loud:
        found.setdefault((one.target.name, one.summary, one.applies_if), []).append(one)
    return list(found.values())


def _point(number: int, some: Sequence[Recommendation]) -> Point:
    one = some[0]
    reading = READING_WORDS.get(one.reading or "", "")
    bodies = ", ".join(dict.fromkeys(filter(None, (each.body for each in some)))) or one.cause
    cited = ", ".join(dict.fromkeys(source for each in some for source in each.sources))
    condition = f"If {one.applies_if}: " if one.applies_if else ""
    audience = f" (For: {one.applies_to.label}.)" if one.applies_to and one.applies_to.label else ""
    return Point(
        number=number,
        shape=SHAPES[one.severity],
        level=LEVEL_WORDS[one.severity],
        drug=one.target.name,
        summary=f"{condition}{one.summary}{audience}",
        notes=tuple(dict.fromkeys((*(note for each in some for note in each.notes), *(part.summary for part in one.fallback)))),
        source="; ".join(filter(None, (bodies, reading, cited))),
    )
