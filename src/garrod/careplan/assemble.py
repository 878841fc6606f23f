"""Order recommendations, say where bodies differ, list what to watch and what was not assessed."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from garrod.careplan.worked_doses import worked_doses
from garrod.knowledge.guidelines import Guideline
from garrod.knowledge.loading import Knowledge
from garrod.model.careplan import CarePlan, Conflict, MonitoringItem, WorkedDose
from garrod.model.findings import Findings, FindingStatus
from garrod.model.person import Person
from garrod.model.recommendations import Action, Check, Recommendation, Severity
from garrod.model.run import Run
from garrod.therapeutics.wording import ACTION_WORDS, dose_words

GRAVITY: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
MOST_NAMED: Final = 2  #: more sources than this are counted in a notice, not named
STALE_MONTHS: Final = 24


def assemble(
    person: Person,
    findings: Findings,
    recommendations: Sequence[Recommendation],
    knowledge: Knowledge,
    run: Run,
    *,
    checks: tuple[Check, ...] = (),
) -> CarePlan:
    """Return the plan; nothing that a decider recommended is lost on the way."""
    taken = {one.drug_id for one in findings.taken() if one.is_current}
    in_use = frozenset(one.id for one in recommendations if one.target.name.lower() in taken)
    ordered = tuple(sorted(recommendations, key=lambda one: _order(one, in_use)))
    worked = worked_doses(person, findings, ordered, in_use, knowledge)
    ordered = tuple(_with_amounts(one, worked) for one in ordered)
    return CarePlan(
        run=run,
        person=person,
        findings=findings,
        recommendations=ordered,
        in_use=in_use,
        conflicts=(*_differences_between_bodies(ordered), *_genes_and_co_medication(ordered, in_use)),
        monitoring=tuple(_monitoring(ordered, in_use)),
        checks=checks,
        worked_doses=worked,
        not_assessed=tuple(one for one in findings if one.status is FindingStatus.NOT_ASSESSED),
        notices=tuple(_notices(person, ordered, in_use, knowledge)),
    )


def _with_amounts(one: Recommendation, worked: Sequence[WorkedDose]) -> Recommendation:
    """Return advice with the amounts that it leads to for the dose at hand, as its last notes."""
    said = tuple(dict.fromkeys(amount.said for amount in worked if amount.recommendation == one.id))
    return replace(one, notes=(*one.notes, *said)) if said else one


def _order(one: Recommendation, in_use: frozenset[str]) -> tuple[bool, int, str, str, str]:
    return one.id not in in_use, GRAVITY[one.severity], one.target.name, one.body or "", one.id


def _differences_between_bodies(ordered: Sequence[Recommendation]) -> Iterator[Conflict]:
    """Two bodies that advise differently on one drug stand side by side; neither is dropped.

    A body that could not be checked, or has no recommendation, advises nothing that could differ.
    """
    by_drug: dict[str, list[Recommendation]] = defaultdict(list)
    for one in ordered:
        is_advice = one.action is not Action.NO_RECOMMENDATION and not one.could_not_check
        if is_advice and one.applies_if is None and one.body and one.basis == "genetic":
            by_drug[one.target.name].append(one)
    for drug, some in sorted(by_drug.items()):
        said: dict[str, list[Recommendation]] = defaultdict(list)
        for one in some:
            said[one.body or ""].append(one)
        if _differ(tuple(said.values())):
            ids = tuple(one.id for one in some)
            yield Conflict(
                id=f"bodies:{drug}",
                between=ids,
                kind="bodies_differ",
                resolution="both_shown",
                kept=ids,
                because=f"Guideline bodies differ on {drug}: {_each_says(said)}. Each is shown; a person decides.",
            )


def _genes_and_co_medication(ordered: Sequence[Recommendation], in_use: frozenset[str]) -> Iterator[Conflict]:
    """Set what genes alone lead to beside what follows under the other medicines, for medicines in use."""
    by_drug: dict[str, list[Recommendation]] = defaultdict(list)
    for one in ordered:
        if one.id in in_use and one.body and one.cause in {None, "enzyme activity"}:
            by_drug[one.target.name].append(one)
    for drug, some in sorted(by_drug.items()):
        taken = [one for one in some if one.basis == "as_taken"]
        if taken:
            causes = sorted({other for one in taken for other in one.concerns} - {drug.lower()})
            ids = tuple(one.id for one in some if one.action is not Action.NO_RECOMMENDATION)
            yield Conflict(
                id=f"co_medication:{drug}",
                between=ids,
                kind="genes_and_co_medication",
                resolution="both_shown",
                kept=ids,
                because=(
                    f"The genes alone do not decide {drug}: {' and '.join(causes)} changes how the enzyme works. "
                    "Advice as taken stands beside advice for the genes; it holds as long as both are taken."
                ),
            )


def _differ(by_body: Sequence[Sequence[Recommendation]]) -> bool:
    """Whether bodies advise other actions, or other doses; one that names no dose does not contradict one that does."""
    actions = {frozenset(one.action for one in recs) for recs in by_body}
    doses = {frozenset(filter(None, map(_stated_doses, recs))) for recs in by_body}
    return len(actions) > 1 or len(doses - {frozenset()}) > 1


def _stated_doses(one: Recommendation) -> tuple[object, ...]:
    """Return the doses that hold without a further condition."""
    return tuple(
        (dose.phase, dose.relative_to, dose.factor_low, dose.factor_high, dose.value, dose.value_high, dose.unit, dose.cap)
        for dose in one.doses
        if dose.condition is None
    )


def _each_says(said: Mapping[str, Sequence[Recommendation]]) -> str:
    """Say in one sentence what each body says, those together that say the same."""
    bodies: dict[str, list[str]] = defaultdict(list)
    for body, recs in sorted(said.items()):
        bodies[", or ".join(dict.fromkeys(map(_in_short, recs)))].append(body)
    return "; ".join(f"{' and '.join(names)} — {text}" for text, names in bodies.items())


def _in_short(one: Recommendation) -> str:
    doses = "; ".join(dose_words(dose) for dose in one.doses if dose.condition is None)
    label = one.applies_to.label if one.applies_to else ""
    return ACTION_WORDS[one.action].lower() + (f", {doses}" if doses else "") + (f" (for {label})" if label else "")


def _monitoring(ordered: Sequence[Recommendation], in_use: frozenset[str]) -> Iterator[MonitoringItem]:
    by_measure: dict[str, list[str]] = defaultdict(list)
    for one in ordered:
        if one.id in in_use:
            for measure in one.monitoring:
                by_measure[f"{measure.replace('_', ' ')} ({one.target.name})"].append(one.id)
    for measure, because in sorted(by_measure.items()):
        yield MonitoringItem(what=measure, because=tuple(because))


def _notices(person: Person, ordered: Sequence[Recommendation], in_use: frozenset[str], knowledge: Knowledge) -> Iterator[str]:
    """Say what holds for the whole plan: how the file was read, and what knowledge is old or changed since."""
    for genome in person.genomes:
        yield from genome.notes
        if genome.is_consumer:
            yield "This genome is a consumer or array file: confirm every result in a clinical laboratory before acting."
    guidelines = {row.guideline_id: row for row in knowledge.rows(Guideline)}
    for guideline_id in sorted({one.guideline for one in ordered if one.id in in_use and one.guideline}):
        row = guidelines.get(guideline_id)
        if row is not None and row.later_change is not None:
            note = row.later_change_note or "the change is not in these tables"
            yield f"{row.title}: {row.body} changed this on {row.later_change}; {note}."
    yield from _stale(person, ordered, in_use, knowledge)


def _stale(person: Person, ordered: Sequence[Recommendation], in_use: frozenset[str], knowledge: Knowledge) -> Iterator[str]:
    cited = sorted({s for one in ordered if one.id in in_use for s in one.sources})
    if person.as_of is None:
        if cited:
            yield "No time to work from is known, so the age of the sources was not checked; say --as-of."
        return
    today = person.as_of.date()
    known = (knowledge.sources[name] for name in cited if name in knowledge.sources)
    months = {
        source.title: (today.year - day.year) * 12 + today.month - day.month
        for source in known
        if (day := source.content_date) is not None and _months_later(day, STALE_MONTHS) < today
    }
    which = "; ".join(f"{title}, {age} months" for title, age in months.items())
    if len(months) > MOST_NAMED:
        ages = f"{min(months.values())} to {max(months.values())} months"
        which = f"{len(months)} of the {len(cited)} sources used ({ages}; the list of sources has each date)"
    if months:
        yield f"Over {STALE_MONTHS} months old at the time asked for: {which}. Look for something newer before acting."


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
