"""The dose that is taken, held against what a band allows a day."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from garrod.knowledge.organ_doses import OrganDose
from garrod.model.medicines import TakenMedicine

DAY_HOURS: Final = 24.0
#: A dose counts as above from this much more: tablets are rounded.
SLACK: Final = 1.001


class Standing(StrEnum):
    """How the dose at hand stands to a band."""

    WITHIN = "within"
    ABOVE = "above"
    UNKNOWN = "unknown"


def daily_mg(taken: Sequence[TakenMedicine]) -> float | None:
    """Return the milligrams a day over all entries of a drug; None where one of them is not known."""
    known = [one.daily_mg for one in taken]
    return sum(mg for mg in known if mg is not None) if known and None not in known else None


def allowed_mg_a_day(row: OrganDose, weight_kg: float | None) -> float | None:
    """Return the most that a band allows in mg a day; None where it states no such number.

    A starting dose is no limit for a dose that was raised by effect; a highest dose is.
    """
    if row.combination is not None:
        return None
    if row.cap is not None:
        return row.cap
    amount = row.amount_high if row.amount_high is not None else row.amount_low
    if amount is None or row.phase == "start":
        return None
    if row.unit == "mg/d":
        return amount
    if row.interval_h is None or row.unit not in {"mg", "mg/kg"}:
        return None
    if row.unit == "mg/kg" and weight_kg is None:
        return None
    each = amount * (weight_kg or 0.0) if row.unit == "mg/kg" else amount
    return each * DAY_HOURS / row.interval_h


def standing(row: OrganDose, taken: Sequence[TakenMedicine], weight_kg: float | None) -> tuple[Standing, str]:
    """Return how the dose at hand stands to a band, and a sentence that says so."""
    have, most = daily_mg(taken), allowed_mg_a_day(row, weight_kg)
    if most is None:
        return Standing.UNKNOWN, ""
    if have is None:
        return Standing.UNKNOWN, "The dose taken is not known; compare it."
    if have > most * SLACK:
        return Standing.ABOVE, f"Taken: {have:g} mg a day, above the {most:g} mg a day of this band."
    return Standing.WITHIN, f"Taken: {have:g} mg a day, within the {most:g} mg a day of this band."
