"""Order recommendations, say where bodies differ, list what to watch and what was not assessed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from garrod.knowledge.guidelines import Guideline
from garrod.knowledge.loading import Knowledge
from garrod.model.careplan import CarePlan, Conflict, MonitoringItem
from garrod.model.findings import Findings, FindingStatus
from garrod.model.person import Person
from garrod.model.recommendations import Action, Recommendation, Severity
from garrod.model.run import Run

GRAVITY: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
STALE_MONTHS: Final = 24


def assemble(
    person: Person,
    findings: Findings,
    recommendations: Sequence[Recommendation],
    knowledge: Knowledge,
    run: Run,
) -> CarePlan:
    """Return the plan; nothing that a decider recommended is lost on the way."""
    taken = {f.value for f in findings.of_kind("medication") if f.value is not None and _is_current(f.id, person)}
    in_use = frozenset(one.id for one in recommendations if one.target.name.lower() in taken)
    ordered = tuple(sorted(recommendations, key=lambda one: _order(one, in_use)))
    return CarePlan(
        run=run,
        person=person,
        findings=findings,
        recommendations=ordered,
        in_use=in_use,
        conflicts=tuple(_differences_between_bodies(ordered)),
        monitoring=tuple(_monitoring(ordered, in_use)),
        not_assessed=tuple(one for one in findings if one.status is FindingStatus.NOT_ASSESSED),
        notices=tuple(_notices(person, ordered, in_use, knowledge)),
    )


def _is_current(finding_id: str, person: Person) -> bool:
    index = int(finding_id.split(":")[1])
    return bool(person.medications) and person.medications[index].is_current  # type: ignore[index]


def _order(one: Recommendation, in_use: frozenset[str]) -> tuple[bool, int, str, str, str]:
    return one.id not in in_use, GRAVITY[one.severity], one.target.name, one.body or "", one.id


def _differences_between_bodies(ordered: Sequence[Recommendation]) -> Iterator[Conflict]:
    """Two bodies that advise differently on one drug stand side by side; neither is dropped."""
    by_drug: dict[str, list[Recommendation]] = defaultdict(list)
    for one in ordered:
        if one.action is not Action.NO_RECOMMENDATION and one.applies_if is None:
            by_drug[one.target.name].append(one)
    for drug, some in sorted(by_drug.items()):
        said: dict[str, set[Action]] = defaultdict(set)
        for one in some:
            said[one.body or ""].add(one.action)
        if len(said) > 1 and len({frozenset(actions) for actions in said.values()}) > 1:
            words = "; ".join(
                f"{body}: {', '.join(sorted(a.value.replace('_', ' ') for a in actions))}"
                for body, actions in sorted(said.items())
            )
            ids = tuple(one.id for one in some)
            yield Conflict(
                id=f"bodies:{drug}",
                between=ids,
                kind="bodies_differ",
                resolution="both_shown",
                kept=ids,
                because=f"Guideline bodies differ on {drug}: {words}. Both are shown; a person decides.",
            )


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
    if person.as_of is not None:
        yield from _stale(person, ordered, in_use, knowledge)


def _stale(person: Person, ordered: Sequence[Recommendation], in_use: frozenset[str], knowledge: Knowledge) -> Iterator[str]:
    assert person.as_of is not None
    for source_id in sorted({s for one in ordered if one.id in in_use for s in one.sources}):
        source = knowledge.sources.get(source_id)
        if source is None or source.content_date is None:
            continue
        months = (person.as_of.year - source.content_date.year) * 12 + person.as_of.month - source.content_date.month
        if months > STALE_MONTHS:
            yield f"{source.title} ({source.version}) is {months} months old at the time asked for; look for a newer guideline."
