"""How old evidence is, in words."""

from datetime import datetime

from garrod.biomarkers.laboratory_values import Measured
from garrod.model.person import Person


def age_days(one: Measured, as_of: datetime | None) -> float | None:
    """Return how many days before ``as_of`` it was measured, or None where either time is not known."""
    if one.time is None or as_of is None:
        return None
    return (as_of - one.time).total_seconds() / 86_400


def age_words(one: Measured, person: Person) -> str:
    """Say when it was measured, as in "measured 3 days before"."""
    days = age_days(one, person.as_of)
    if days is None:
        return "measured at a time that is not known"
    whole = round(days)
    if whole == 0:
        return "measured within the last day"
    return f"measured {whole} day{'' if whole == 1 else 's'} before"
