"""For whom a statement is: age, weight, indication, earlier use, co-medication. A facet that is not known excludes nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.guidelines import Indication, IndicationWord, Statement
from garrod.knowledge.loading import Knowledge
from garrod.model.person import Medication, Person

ADULT_YEARS: Final = 18
TOLERATED_DAYS: Final = 91
SHORT_WORD: Final = 4
ANY: Final = "any"
OTHER: Final = "other"
AGE_WORDS: Final = {"adult": "adults", "pediatric": "children"}
EXPOSURE_WORDS: Final = {
    "naive": "people who have not taken it yet",
    "tolerated_3_months": "people who took it for over 3 months without a reaction",
}


@dataclass(frozen=True, slots=True)
class PersonFacets:
    """What is known of the person for one drug. None means not known."""

    age_years: float | None
    weight_kg: float | None
    indications: frozenset[str] | None
    prior_exposure: str | None
    has_indication: bool = False  #: words were given, whether or not they name an indication that is told apart here


def facets_of(person: Person, entries: Sequence[Medication], knowledge: Knowledge) -> tuple[PersonFacets, ...]:
    """Collect the facets for one drug: one set for each entry of the list, or one where the drug is not in it."""
    return tuple(
        PersonFacets(
            age_years=person.age_years(),
            weight_kg=person.weight_kg(),
            indications=_indications(one, knowledge),
            prior_exposure=_prior_exposure(person, one),
            has_indication=one is not None and bool(one.indication),
        )
        for one in (entries or (None,))
    )


def _indications(medication: Medication | None, knowledge: Knowledge) -> frozenset[str] | None:
    """Return the indications that the list's own words name; words that name none of ours are not known."""
    if medication is None or not medication.indication:
        return None
    text = medication.indication.lower()
    found = {row.indication for row in knowledge.rows(IndicationWord) if _is_named(row.word, text)}
    return frozenset(found) or None


def _is_named(word: str, text: str) -> bool:
    """Whether a text names an indication: from the beginning of a word (all of it where it is short), and not negated.

    >>> _is_named("tia", "essential hypertension"), _is_named("malignan", "non-malignant"), _is_named("depress", "depression")
    (False, False, True)
    """
    ending = r"\b" if len(word) <= SHORT_WORD else ""
    return re.search(rf"(?<!non-)(?<!non )(?<!not )(?<!no )\b{re.escape(word)}{ending}", text) is not None


def _prior_exposure(person: Person, medication: Medication | None) -> str | None:
    if medication is None or medication.start is None or person.as_of is None:
        return None
    days = (person.as_of.date() - medication.start).days
    return "tolerated_3_months" if days > TOLERATED_DAYS else "naive"


def applies(statement: Statement, facets: PersonFacets) -> bool | None:
    """Whether a statement is for this person: True, False, or None where a facet is not known."""
    answers = (
        _is_of_age(statement, facets.age_years),
        _between(statement.age_min_y, facets.age_years, statement.age_max_y),
        _between(statement.weight_min_kg, facets.weight_kg, statement.weight_max_kg),
        _is_indicated(statement, facets.indications),
        _is_exposed(statement.prior_exposure, facets.prior_exposure),
        None if statement.no_alternatives else True,
        True if statement.co_medication == ANY else None,
    )
    if False in answers:
        return False
    return None if None in answers else True


def applies_to_any(statement: Statement, facets: Sequence[PersonFacets]) -> bool | None:
    """Whether a statement is for some use of the drug: a medicine that is listed twice has two."""
    answers = [applies(statement, one) for one in facets]
    return True if True in answers else None if None in answers else False


def _is_of_age(statement: Statement, years: float | None) -> bool | None:
    if statement.age == ANY:
        return True
    return None if years is None else (years >= ADULT_YEARS) == (statement.age == "adult")


def _between(low: float | None, known: float | None, high: float | None) -> bool | None:
    if low is None and high is None:
        return True
    if known is None:
        return None
    return (low is None or known >= low) and (high is None or known <= high)


def _is_exposed(asked: str, known: str | None) -> bool | None:
    if asked == ANY:
        return True
    return None if known is None else asked == known


def _is_indicated(statement: Statement, known: frozenset[str] | None) -> bool | None:
    asked = set(statement.indications.split(";"))
    if ANY in asked:
        return True
    if known is None:
        return None
    if asked & known:
        return True
    return OTHER in asked and not known & set((statement.other_than or "").split(";"))


def labels(knowledge: Knowledge) -> Mapping[str, str]:
    """Return each indication as it is shown."""
    return knowledge.once(_labels)


def _labels(knowledge: Knowledge) -> dict[str, str]:
    return {row.indication: row.label for row in knowledge.rows(Indication)}


def indication_words(statement: Statement, shown: Mapping[str, str]) -> str:
    """Say for which indications a statement is; nothing where it is for any."""
    asked = statement.indications.split(";")
    if ANY in asked:
        return ""
    named = [shown.get(one, one.replace("_", " ")) for one in asked if one != OTHER]
    if OTHER in asked:
        others = [shown.get(one, one.replace("_", " ")) for one in (statement.other_than or "").split(";") if one]
        named.append(f"uses other than {' or '.join(others)}" if others else "other uses")
    return " or ".join(named)


def co_medication_words(text: str) -> str:
    """Say what a statement needs beside the drug: ``strong_CYP3A_inhibitor`` becomes ``with a strong CYP3A inhibitor``."""
    if text == "none":
        return "without a medicine that changes its metabolism"
    parts = [part.replace("_", " ") for part in text.split("+")]
    return "with " + " and ".join(part if part.endswith("impairment") else f"a {part}" for part in parts)


def audience(statement: Statement, shown: Mapping[str, str]) -> str:
    """Say for whom a statement is, in one line; nothing where it is for everybody."""
    said = [
        AGE_WORDS.get(statement.age, ""),
        _bounds_words(statement.age_min_y, statement.age_max_y, "years"),
        _bounds_words(statement.weight_min_kg, statement.weight_max_kg, "kg"),
        indication_words(statement, shown),
        EXPOSURE_WORDS.get(statement.prior_exposure, ""),
        "no other medicine possible" if statement.no_alternatives else "",
        "" if statement.co_medication == ANY else co_medication_words(statement.co_medication),
    ]
    return "; ".join(word for word in said if word)


def _bounds_words(low: float | None, high: float | None, unit: str) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g} {unit}"
    return f"from {low:g} {unit}" if low is not None else f"up to {high:g} {unit}" if high is not None else ""


def open_questions(statement: Statement, uses: Sequence[PersonFacets], shown: Mapping[str, str]) -> Iterator[str]:
    """Ask for each facet that is not known and would exclude the statement."""
    facets = next((one for wanted in (True, None) for one in uses if applies(statement, one) is wanted), uses[0])
    if _is_of_age(statement, facets.age_years) is None:
        yield f"This is for {AGE_WORDS[statement.age]}; the age is not known."
    if _between(statement.age_min_y, facets.age_years, statement.age_max_y) is None:
        yield f"This is for people {_bounds_words(statement.age_min_y, statement.age_max_y, 'years')}; the age is not known."
    if _between(statement.weight_min_kg, facets.weight_kg, statement.weight_max_kg) is None:
        bounds = _bounds_words(statement.weight_min_kg, statement.weight_max_kg, "kg")
        yield f"This is for people {bounds}; the weight is not known."
    if _is_indicated(statement, facets.indications) is None:
        asked = indication_words(statement, shown)
        given = (
            "whether the indication given is that, a person must judge"
            if facets.has_indication
            else "the indication is not known"
        )
        yield f"This is for {asked}; {given}."
    if _is_exposed(statement.prior_exposure, facets.prior_exposure) is None:
        yield f"This is for {EXPOSURE_WORDS[statement.prior_exposure]}; earlier use is not known."
    if statement.no_alternatives:
        yield "This is for when no other medicine is possible."
    if statement.co_medication != ANY:
        yield f"This is for use {co_medication_words(statement.co_medication)}: look at the whole list."
