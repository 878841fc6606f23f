"""Everything that is looked at for a person's medicines, part by part: each part says its advice and what it looked at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from garrod.knowledge.cautions import When
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.model.recommendations import Recommendation, Reviewed, Severity
from garrod.therapeutics import (
    allergies,
    as_taken,
    cautions,
    duplicates,
    exposure_advice,
    food,
    guideline_advice,
    hazards,
    organs,
    pairs,
)

Part = Callable[[Person, Findings, Knowledge], Reviewed]

#: The parts of a medication review that look at the list as it is taken, in the order they are told.
PARTS: Final[tuple[Part, ...]] = (
    allergies.review,
    pairs.review,
    hazards.review,
    duplicates.review,
    organs.review,
    cautions.review,
    exposure_advice.review,
    food.review,
)


def review(person: Person, findings: Findings, knowledge: Knowledge, *, drugs: frozenset[str] | None = None) -> Reviewed:
    """Return advice and what was looked at.

    Parameters
    ----------
    drugs
        The drugs to look up in guidelines on genes; None for every drug that one covers, taken or not.
    """
    advice = guideline_advice.recommend(person, findings, knowledge, drugs=drugs)
    advice += as_taken.recommend(person, findings, knowledge, advice, drugs=drugs)
    parts = [part(person, findings, knowledge) for part in PARTS]
    return Reviewed(
        (*advice, *_one_alert_a_cause([one for part in parts for one in part.recommendations])),
        tuple(one for part in parts for one in part.checks),
    )


def _one_alert_a_cause(advice: Sequence[Recommendation]) -> Iterator[Recommendation]:
    """Yield advice with each cause loud once.

    An exposure that a rule on the same medicines warns of, or that kidney function alone moves where a dose band already
    speaks, stands without alarm.
    """
    loud = [one for one in advice if one.severity is not Severity.INFO]
    told_in_pairs = {pairs.CAUSE, cautions.WHAT[When.CO_MEDICATION]}
    warned = [frozenset(one.concerns) for one in loud if one.cause in told_in_pairs]
    by_band = {one.target.name for one in loud if one.cause in organs.CAUSES}
    for one in advice:
        others = frozenset(one.concerns) - {one.target.name}
        is_paired = bool(others) and all(any({one.target.name, other} <= both for both in warned) for other in others)
        is_told = one.cause == exposure_advice.WHAT and (is_paired or (not others and one.target.name in by_band))
        yield replace(one, severity=Severity.INFO) if is_told else one


def recommend(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Recommendation, ...]:
    """Return the advice alone, on every drug that a rule speaks of."""
    return review(person, findings, knowledge).recommendations
