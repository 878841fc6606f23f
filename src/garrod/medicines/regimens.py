"""From an entry of the medicine list to what is taken: how much a day, since when, until when."""

from typing import Final

from garrod.model.medicines import TakenMedicine
from garrod.model.person import Medication
from garrod.model.quantities import Quantity

HOURS: Final = {"h": 1.0, "min": 1 / 60, "d": 24.0, "wk": 168.0}
MILLIGRAMS: Final = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001, "µg": 0.001, "μg": 0.001, "ng": 1e-6, "kg": 1e6}
ENDED: Final = frozenset({"stopped", "completed"})
DAY_HOURS: Final = 24.0


def taken_medicine(entry: int, one: Medication, drug_id: str) -> TakenMedicine:
    """Return one recognized entry as it is taken. It counts as current while its status says so, whatever its end."""
    interval = interval_hours(one.every)
    return TakenMedicine(
        entry=entry,
        drug_id=drug_id,
        name=one.name,
        dose=one.dose,
        interval_h=interval,
        daily_mg=_daily_mg(one.dose, interval),
        route=one.route,
        start=one.start,
        stopped_on=None if one.is_current else one.end,
        indication=one.indication,
        is_current=one.is_current,
    )


def interval_hours(every: Quantity | None) -> float | None:
    """Return a dosing interval in hours, or None where it is not known or its unit is none of time."""
    if every is None or every.unit not in HOURS or not every.value > 0:
        return None
    return every.value * HOURS[every.unit]


def _daily_mg(dose: Quantity | None, interval_h: float | None) -> float | None:
    if dose is None:
        return None
    unit, _, per = dose.unit.partition("/")
    if unit not in MILLIGRAMS:
        return None
    if per == "d":
        return dose.value * MILLIGRAMS[unit]
    if per or interval_h is None:
        return None
    return dose.value * MILLIGRAMS[unit] * DAY_HOURS / interval_h
