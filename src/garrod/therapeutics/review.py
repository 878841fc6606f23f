"""Everything that is looked at for a person's medicines, part by part: each part says its advice and what it looked at."""

from collections.abc import Callable
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.model.recommendations import Recommendation, Reviewed
from garrod.therapeutics import allergies, as_taken, cautions, exposure_advice, guideline_advice, organs

Part = Callable[[Person, Findings, Knowledge], Reviewed]

#: The parts of a medication review that look at the list as it is taken, in the order they are told.
PARTS: Final[tuple[Part, ...]] = (allergies.review, exposure_advice.review, organs.review, cautions.review)


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
        (*advice, *(one for part in parts for one in part.recommendations)),
        tuple(one for part in parts for one in part.checks),
    )


def recommend(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Recommendation, ...]:
    """Return the advice alone, on every drug that a rule speaks of."""
    return review(person, findings, knowledge).recommendations
