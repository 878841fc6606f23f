"""The medicines at hand, as every part of the review asks for them: what is taken now, where it is listed, what it is called."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from garrod.knowledge.guidelines import Drug
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.medicines import TakenMedicine
from garrod.model.recommendations import Check, Outcome, Target


def taken_now(findings: Findings) -> Mapping[str, tuple[TakenMedicine, ...]]:
    """Return the current medicines by drug id, in the order of the ids: the order of the list changes nothing."""
    found: dict[str, list[TakenMedicine]] = defaultdict(list)
    for one in findings.taken():
        if one.is_current:
            found[one.drug_id].append(one)
    return {drug: tuple(sorted(found[drug], key=lambda one: one.entry)) for drug in sorted(found)}


def listed_at(findings: Findings, drug: str) -> tuple[str, ...]:
    """Return the ids of the findings by which a drug is in the list."""
    return tuple(sorted(one.id for one in findings.of_kind("medication") if one.value == drug))


def unrecognized(findings: Findings) -> tuple[str, ...]:
    """Return the names of entries that nobody could tell, sorted."""
    return tuple(sorted(one.subject for one in findings.of_kind("medication") if one.value is None))


def drug_target(drug: str, knowledge: Knowledge) -> Target:
    """Return the target of advice on one drug."""
    row = knowledge.once(_drugs).get(drug)
    if row is None:
        return Target(kind="drug", name=drug)
    return Target(kind="drug", name=row.name, rxnorm=row.rxnorm, drug_class=row.drug_class)


def drug_sources(drug: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Return where a drug's name is from: what a sentence cites that rests on the person's own list."""
    row = knowledge.once(_drugs).get(drug)
    return (row.source_id,) if row else ()


def _drugs(knowledge: Knowledge) -> dict[str, Drug]:
    return {row.drug_id: row for row in reversed(knowledge.rows(Drug))}


def listing(names: Iterable[str]) -> str:
    """Write names as a list in a sentence.

    >>> listing(("a", "b", "c"))
    'a, b and c'
    """
    some = list(names)
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}" if some else ""


def looked_at(what: str, outcome: Outcome, drugs: tuple[str, ...] = (), reason: str = "") -> Check:
    """Return one thing that was looked at."""
    return Check(what=what, outcome=outcome, drugs=drugs, reason=reason)
