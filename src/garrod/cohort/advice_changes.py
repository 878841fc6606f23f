"""Whose advice would change: the same person under two versions of knowledge, drug by drug and body by body."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from garrod.knowledge.loading import Knowledge
from garrod.model.careplan import CarePlan
from garrod.model.person import Person
from garrod.model.recommendations import Recommendation
from garrod.personalization import personalize


@dataclass(frozen=True, slots=True)
class AdviceChange:
    """What one body says of one drug for one person, before and after; empty where it says nothing."""

    person: str
    drug: str
    body: str
    in_use: bool
    before: tuple[str, ...]
    after: tuple[str, ...]


def advice_changes(before: tuple[Person, Knowledge], after: tuple[Person, Knowledge]) -> Iterator[AdviceChange]:
    """Compare what two versions of knowledge advise one person; medicines in use come first.

    Parameters
    ----------
    before, after
        The person as read under each version (which positions of a genome matter may differ), and that version.
    """
    old, new = personalize(*before), personalize(*after)
    said, says = _by_drug(old), _by_drug(new)
    in_use = {one.target.name for plan in (old, new) for one in plan.recommendations if one.id in plan.in_use}
    for drug, body in sorted({*said, *says}, key=lambda key: (key[0] not in in_use, key)):
        one, other = said.get((drug, body), ()), says.get((drug, body), ())
        if one != other:
            yield AdviceChange(new.person.id, drug, body, drug in in_use, one, other)


def _by_drug(plan: CarePlan) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in plan.recommendations:
        found[one.target.name, one.body or ""].append(_advice(one))
    return {key: tuple(sorted(said)) for key, said in found.items()}


def _advice(one: Recommendation) -> str:
    """Write everything that a person would be advised, in one line."""
    said = [one.summary]
    said += [f"if {one.applies_if}"] if one.applies_if else []
    said += [f"for {one.applies_to.label}"] if one.applies_to and one.applies_to.label else []
    said += [f"strength {one.strength}"] if one.strength else []
    said += [f"else {part.summary}" for part in one.fallback]
    said += [f"watch {', '.join(one.monitoring)}"] if one.monitoring else []
    said += [f"avoid too {', '.join(one.avoid_also)}"] if one.avoid_also else []
    return "; ".join(said)
