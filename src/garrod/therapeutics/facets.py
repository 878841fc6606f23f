"""For whom a statement is: age, weight, indication, earlier use. A facet that is not known excludes nothing."""

from dataclasses import dataclass
from typing import Final

from garrod.knowledge.guidelines import IndicationWord, Statement
from garrod.knowledge.loading import Knowledge
from garrod.model.person import Medication, Person

ADULT_YEARS: Final = 18
TOLERATED_DAYS: Final = 91
ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class PersonFacets:
    """What is known of the person for one drug. None means not known."""

    age: str | None
    weight_kg: float | None
    indications: frozenset[str] | None
    prior_exposure: str | None


def facets_of(person: Person, medication: Medication | None, knowledge: Knowledge) -> PersonFacets:
    """Collect the facets for one drug, in the person's list or not."""
    years = person.age_years()
    return PersonFacets(
        age=None if years is None else "adult" if years >= ADULT_YEARS else "pediatric",
        weight_kg=person.weight_kg(),
        indications=_indications(person, medication, knowledge),
        prior_exposure=_prior_exposure(person, medication),
    )


def _indications(person: Person, medication: Medication | None, knowledge: Knowledge) -> frozenset[str] | None:
    texts = [medication.indication.lower()] if medication and medication.indication else []
    if not texts:
        return None
    found = {row.indication for row in knowledge.rows(IndicationWord) for text in texts if row.word in text}
    return frozenset(found) or None


def _prior_exposure(person: Person, medication: Medication | None) -> str | None:
    if medication is None or medication.start is None or person.as_of is None:
        return None
    days = (person.as_of.date() - medication.start).days
    return "tolerated_3_months" if days > TOLERATED_DAYS else "naive"


def applies(statement: Statement, facets: PersonFacets) -> bool | None:
    """Whether a statement is for this person: True, False, or None where a facet is not known."""
    answers = (
        _same(statement.age, facets.age),
        _heavy_enough(statement.weight_min_kg, facets.weight_kg),
        _indicated(statement.indication, facets.indications),
        _same(statement.prior_exposure, facets.prior_exposure),
        None if statement.no_alternatives else True,
    )
    if False in answers:
        return False
    return None if None in answers else True


def _same(asked: str, known: str | None) -> bool | None:
    if asked == ANY:
        return True
    return None if known is None else asked == known


def _heavy_enough(asked: float | None, known: float | None) -> bool | None:
    if asked is None:
        return True
    return None if known is None else known > asked


def _indicated(asked: str, known: frozenset[str] | None) -> bool | None:
    if asked == ANY:
        return True
    return None if known is None else asked in known
