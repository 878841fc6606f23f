"""What the page shows of drugs that the person does not take: by class, one line for each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from garrod.interfaces.report.drugs import GRAVITY, LEVEL_WORDS, SHAPES, Advice, told
from garrod.model.careplan import CarePlan
from garrod.model.recommendations import Recommendation, Severity
from garrod.therapeutics.wording import ACTION_WORDS


@dataclass(frozen=True, slots=True)
class DrugLine:
    """Another drug in one line, with its advice."""

    name: str
    severity: str
    shape: str
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class DrugGroup:
    """The drugs of one class, the gravest first, and how many there are of each level."""

    name: str
    counts: tuple[tuple[str, str, str, int], ...]  #: (severity, shape, words, number)
    lines: tuple[DrugLine, ...]


def before_starting(plan: CarePlan) -> tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]:
    """Return the drugs that the person does not take and that advice changes, by the gravest that is said of each.

    Returns
    -------
    tuple
        (severity, shape, heading, drugs with what is said of them), graver first. Missing tests stand elsewhere.
    """
    gravest: dict[str, Recommendation] = {}
    for one in sorted(plan.recommendations, key=lambda one: GRAVITY[one.severity]):
        if one.severity is not Severity.INFO and one.id not in plan.in_use and not (one.applies_if or one.could_not_check):
            gravest.setdefault(one.target.name, one)
    told = []
    for level, heading in ((Severity.CRITICAL, "Not to be started unseen"), (Severity.WARNING, "Other dose, drug or care")):
        drugs = [(name, ACTION_WORDS[one.action].lower()) for name, one in sorted(gravest.items()) if one.severity is level]
        if drugs:
            told.append((level.value, SHAPES[level], heading, tuple(drugs)))
    return tuple(told)


def other_drugs(plan: CarePlan) -> tuple[DrugGroup, ...]:
    """Return every covered drug that the person does not take, by class."""
    by_drug: dict[str, list[Recommendation]] = defaultdict(list)
    for one in plan.recommendations:
        if one.id not in plan.in_use:
            by_drug[one.target.name].append(one)
    groups: dict[str, list[tuple[int, DrugLine]]] = defaultdict(list)
    for name, some in by_drug.items():
        ordered = sorted(some, key=lambda one: (GRAVITY[one.severity], one.body or "", one.id))
        worst = ordered[0].severity
        line = DrugLine(name, worst.value, SHAPES[worst], told(ordered))
        groups[ordered[0].target.drug_class or "Other"].append((GRAVITY[worst], line))
    return tuple(_group(name, groups[name]) for name in sorted(groups, key=lambda name: (name == "Other", name)))


def _group(name: str, graded: Sequence[tuple[int, DrugLine]]) -> DrugGroup:
    lines = tuple(line for _, line in sorted(graded, key=lambda item: (item[0], item[1].name)))
    counts = [(level, sum(line.severity == level.value for line in lines)) for level in GRAVITY]
    return DrugGroup(
        name=name,
        counts=tuple((level.value, SHAPES[level], LEVEL_WORDS[level].lower(), number) for level, number in counts if number),
        lines=lines,
    )
