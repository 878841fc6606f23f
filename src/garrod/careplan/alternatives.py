"""What could be taken instead of a problem medicine: each option goes through the same review, for this person."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from garrod.knowledge.interactions import TherapeuticOption
from garrod.knowledge.loading import Knowledge
from garrod.model.careplan import CarePlan
from garrod.model.person import Medication, Person
from garrod.model.recommendations import Recommendation, Severity

Planned = Callable[[Person, Knowledge], CarePlan]
WEIGHT: Final = {Severity.CRITICAL: 100, Severity.WARNING: 10, Severity.INFO: 0}
MOST_REASONS: Final = 4


@dataclass(frozen=True, slots=True)
class Option:
    """One medicine that is used for the same thing, as it would do in this person's list.

    Attributes
    ----------
    critical, warnings
        Alerts on medicines of the list that speak of the option, by how loud they are.
    untested
        Whether a guideline on genes could not be checked for it.
    reasons
        The gravest of what is said of it, in short.
    """

    instead_of: str
    drug: str
    critical: int
    warnings: int
    untested: bool
    reasons: tuple[str, ...]

    @property
    def score(self) -> tuple[int, int, bool, str]:
        """The order in which options stand: fewer and softer alerts first, then what could be checked, then by name."""
        return self.critical, self.warnings, self.untested, self.drug


def problem_drugs(plan: CarePlan, among: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the medicines of the list that something grave, or a call for another medicine, is said of.

    Parameters
    ----------
    among
        Ids of the recommendations to look at: those that a what-if brings; all where None.
    """
    wanted = {"avoid", "contraindicated", "alternative"}
    found = {
        one.target.name
        for one in plan.recommendations
        if one.id in plan.in_use
        and (among is None or one.id in among)
        and not one.could_not_check
        and (one.severity is Severity.CRITICAL or (one.severity is Severity.WARNING and one.action.value in wanted))
    }
    return tuple(sorted(found))


def ranked_options(plan: CarePlan, drug: str, knowledge: Knowledge, planned: Planned) -> tuple[Option, ...]:
    """Return the drug itself and its options, the one with the fewest and softest alerts first.

    Parameters
    ----------
    planned
        Works out the plan of a person with another list.
    """
    rows = knowledge.rows(TherapeuticOption)
    groups = {row.group for row in rows if row.drug_id == drug}
    options = sorted({row.drug_id for row in rows if row.group in groups} | ({drug} if groups else set()))
    return tuple(sorted((_option(plan, drug, other, knowledge, planned) for other in options), key=lambda one: one.score))


def _option(plan: CarePlan, drug: str, other: str, knowledge: Knowledge, planned: Planned) -> Option:
    tried = plan if other == drug else planned(_swapped(plan, drug, other), knowledge)
    said = list(_about(tried, other))
    loud = sorted((one for one in said if one.severity is not Severity.INFO), key=lambda one: -WEIGHT[one.severity])
    checked = [one for one in loud if not one.could_not_check]
    return Option(
        instead_of=drug,
        drug=other,
        critical=sum(one.severity is Severity.CRITICAL for one in checked),
        warnings=len({one.cause or one.summary for one in checked if one.severity is Severity.WARNING}),
        untested=any(one.could_not_check for one in loud),
        reasons=tuple(dict.fromkeys(one.summary for one in checked))[:MOST_REASONS],
    )


def _swapped(plan: CarePlan, drug: str, other: str) -> Person:
    """Return the person with one medicine in place of another, its dose and its dates left open."""
    entries = {one.entry for one in plan.findings.taken() if one.drug_id == drug}
    listed: Sequence[Medication] = plan.person.medications or ()
    kept = [one for number, one in enumerate(listed) if number not in entries]
    indications = [one.indication for number, one in enumerate(listed) if number in entries and one.indication]
    new = Medication(name=other, indication=indications[0] if indications else None)
    return replace(plan.person, medications=(*kept, new))


def _about(plan: CarePlan, drug: str) -> Iterator[Recommendation]:
    for one in plan.recommendations:
        if one.id in plan.in_use and (one.target.name == drug or drug in one.concerns):
            yield one
