"""Creatinine clearance, eGFR and dialysis: each assessed with how, or not assessed with what is needed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from garrod.biomarkers.ages import age_days, age_words
from garrod.biomarkers.laboratory_values import Measured, Unusable, newest
from garrod.model.errors import InputError
from garrod.model.findings import Finding, FindingStatus
from garrod.model.person import Person
from garrod.physiology.body_size import SHORTEST_CM, Sex, adjusted_body_weight, ideal_body_weight
from garrod.physiology.limits import ADULT_YEARS
from garrod.physiology.renal import creatinine_clearance, creatinine_is_steady, egfr_ckd_epi_2021

DOMAIN: Final = "biomarkers"
KIND: Final = "kidney_function"
#: Above this share of the ideal weight the adjusted weight is taken (overweight in Winter 2012).
OVERWEIGHT: Final = 1.2
#: A creatinine older than this is used and marked: measure again.
OLD_DAYS: Final = 180
CLEARANCE_UNIT: Final = "mL/min"
EGFR_UNIT: Final = "mL/min/1.73 m2"
ON_DIALYSIS: Final = re.compile(r"\b(?:h(?:a|)emo)?dialysis\b", re.I)
NOT_ON_DIALYSIS: Final = re.compile(r"\b(?:not?|non|without|pre|before|history of)\b[\s\w-]*dialysis|predialysis", re.I)
DIALYSIS_ICD10: Final = "Z99.2"

Values = Mapping[str, tuple[Measured | Unusable, ...]]


@dataclass(frozen=True, slots=True)
class DosingWeight:
    """The weight that a clearance was computed with: actual, ideal or adjusted."""

    name: Literal["actual", "ideal", "adjusted"]
    weight_kg: float


def assess_kidney(person: Person, values: Values) -> Iterator[Finding]:
    """Yield dialysis where something is known of it, creatinine clearance and eGFR."""
    on_dialysis = dialysis_evidence(person)
    if on_dialysis or person.dialysis is not None:
        yield Finding(
            id="kidney:dialysis",
            domain=DOMAIN,
            kind="dialysis",
            subject="dialysis",
            value="yes" if on_dialysis else "no",
            evidence=on_dialysis or ("dialysis",),
        )
    yield from _clearance(person, values, on_dialysis)
    yield _egfr(person, values, on_dialysis)


def dialysis_evidence(person: Person) -> tuple[str, ...]:
    """Return where it says that the person is on dialysis now: a course that goes on, or a condition."""
    today = person.as_of.date() if person.as_of else None
    courses = [
        f"dialysis[{number}]"
        for number, one in enumerate(person.dialysis or ())
        if (one.end is None or (today is not None and one.end >= today)) and not (one.start and today and one.start > today)
    ]
    conditions = [
        f"conditions[{number}]"
        for number, one in enumerate(person.conditions or ())
        if one.status == "active" and ((one.icd10 or "").startswith(DIALYSIS_ICD10) or _says_dialysis(one.name))
    ]
    return (*courses, *conditions)


def _says_dialysis(name: str) -> bool:
    return ON_DIALYSIS.search(name) is not None and NOT_ON_DIALYSIS.search(name) is None


def dosing_weights(person: Person) -> tuple[DosingWeight, ...]:
    """Return the weights a clearance can be computed with, the one to use first; empty where no weight is known.

    Actual weight up to 120 % of the ideal (and where no height is known, or it is below five feet), adjusted above it.
    """
    actual, height = person.weight_kg(), person.height_cm()
    if actual is None:
        return ()
    if height is None or person.sex not in {"female", "male"} or height < SHORTEST_CM:
        return (DosingWeight("actual", actual),)
    ideal = ideal_body_weight(height_cm=height, sex=cast(Sex, person.sex))
    if actual > OVERWEIGHT * ideal:
        adjusted = adjusted_body_weight(weight_kg=actual, ideal_kg=ideal)
        return DosingWeight("adjusted", adjusted), DosingWeight("actual", actual), DosingWeight("ideal", ideal)
    return DosingWeight("actual", actual), DosingWeight("ideal", ideal)


def _clearance(person: Person, values: Values, on_dialysis: tuple[str, ...]) -> Iterator[Finding]:
    subject = "creatinine clearance"
    creatinine, weights = _creatinine(values), dosing_weights(person)
    reason = _why_not(person, values, on_dialysis, needs_weight=not weights)
    if reason is not None or creatinine is None or not weights:
        yield _not_assessed("kidney:crcl", subject, reason or "creatinine is needed")
        return
    try:
        each = [(one, _clearance_of(person, creatinine, one.weight_kg)) for one in weights]
    except InputError as error:
        yield _not_assessed("kidney:crcl", subject, error.faults[0].what)
        return
    (chosen, value), *others = each
    also = "".join(f"; by {one.name} weight it is {other:.0f}" for one, other in others)
    height = "" if person.height_cm() else "; no height is known, and in obesity this is too high"
    evidence = (creatinine.evidence, "body", "birth_date", "sex")
    sources = ("cockcroft-gault-1976", *(("winter-2012",) if chosen.name == "adjusted" else ()))
    yield Finding(
        id="kidney:crcl",
        domain=DOMAIN,
        kind=KIND,
        subject=subject,
        value=round(value, 1),
        unit=CLEARANCE_UNIT,
        reason=f"Cockcroft-Gault with {chosen.name} weight; creatinine {age_words(creatinine, person)}{also}{height}",
        certainty=_certainty(creatinine, person),
        evidence=evidence,
        sources=sources,
    )
    for one, other in others:
        yield Finding(
            id=f"kidney:crcl:{one.name}",
            domain=DOMAIN,
            kind="kidney_function_by_weight",
            subject=f"creatinine clearance by {one.name} weight",
            value=round(other, 1),
            unit=CLEARANCE_UNIT,
            evidence=evidence,
            sources=("cockcroft-gault-1976",),
        )


def _clearance_of(person: Person, creatinine: Measured, weight_kg: float) -> float:
    return creatinine_clearance(
        age_years=person.age_years() or 0.0,
        weight_kg=weight_kg,
        creatinine_mg_dl=creatinine.value,
        sex=cast(Sex, person.sex),
    )


def _egfr(person: Person, values: Values, on_dialysis: tuple[str, ...]) -> Finding:
    """Return the eGFR: of the newest creatinine, or as the laboratory reports it where that is newer or all there is."""
    creatinine, reported = _creatinine(values), _usable(values, "egfr")
    reason = _why_not(person, values, on_dialysis, needs_weight=False)
    is_reported = reported is not None and not on_dialysis and (reason is not None or _is_newer(reported, creatinine))
    if is_reported and reported is not None:
        limit = {">": "at_least", ">=": "at_least", "<": "at_most", "<=": "at_most"}.get(reported.comparator or "")
        said = f" {reported.comparator} {reported.value:g}" if limit else ""
        return Finding(
            id="kidney:egfr",
            domain=DOMAIN,
            kind=KIND,
            subject="eGFR",
            value=round(reported.value, 1),
            unit=EGFR_UNIT,
            reason=f"as the laboratory reports it{said}; {age_words(reported, person)}",
            certainty=limit or _certainty(reported, person),
            evidence=(reported.evidence,),
        )
    if reason is not None or creatinine is None:
        return _not_assessed("kidney:egfr", "eGFR", reason or "creatinine is needed")
    value = egfr_ckd_epi_2021(age_years=person.age_years() or 0.0, creatinine_mg_dl=creatinine.value, sex=cast(Sex, person.sex))
    return Finding(
        id="kidney:egfr",
        domain=DOMAIN,
        kind=KIND,
        subject="eGFR",
        value=round(value, 1),
        unit=EGFR_UNIT,
        reason=f"CKD-EPI 2021; creatinine {age_words(creatinine, person)}",
        certainty=_certainty(creatinine, person),
        evidence=(creatinine.evidence, "birth_date", "sex"),
        sources=("ckd-epi-2021",),
    )


def _certainty(one: Measured, person: Person) -> str:
    days = age_days(one, person.as_of)
    is_pregnant = person.life_stage is not None and person.life_stage.pregnant is True
    return "confirm" if days is None or days > OLD_DAYS or is_pregnant else "settled"


def _is_newer(one: Measured, other: Measured | None) -> bool:
    if other is None:
        return True
    return one.time is not None and (other.time is None or one.time > other.time)


def _usable(values: Values, name: str) -> Measured | None:
    some = values.get(name)
    found = newest(some) if some else None
    return found if isinstance(found, Measured) else None


def _creatinine(values: Values) -> Measured | None:
    found = _usable(values, "creatinine")
    return found if found is not None and found.comparator is None else None


def _why_not(person: Person, values: Values, on_dialysis: tuple[str, ...], *, needs_weight: bool) -> str | None:
    """Return why an equation cannot be used, with all that is needed; None where it can."""
    if on_dialysis:
        return "on dialysis: equations from creatinine do not hold"
    age = person.age_years()
    if age is not None and age < ADULT_YEARS:
        return "the equation is for adults"
    needs = [
        *_creatinine_needs(values),
        *(["a birth date and the time asked for"] if age is None else []),
        *(["the sex, female or male"] if person.sex not in {"female", "male"} else []),
        *(["a weight in kg"] if needs_weight else []),
    ]
    if needs:
        return f"needed: {'; '.join(needs)}"
    return _unsteady(values)


def _creatinine_needs(values: Values) -> list[str]:
    some = values.get("creatinine")
    if not some:
        return ["a serum creatinine with its unit"]
    found = newest(some)
    if isinstance(found, Unusable):
        return [found.reason]
    if found.comparator is not None:
        return ["a creatinine that is a number, not a limit"]
    return []


def _unsteady(values: Values) -> str | None:
    """Say that creatinine moves, if any value within seven days before the newest shows it."""
    measured = [one for one in values["creatinine"] if isinstance(one, Measured) and one.time and one.comparator is None]
    if len(measured) < 2:
        return None
    last = measured[0]
    for one in measured[1:]:
        assert last.time is not None
        assert one.time is not None
        hours = (last.time - one.time).total_seconds() / 3600
        if not creatinine_is_steady(earlier_mg_dl=one.value, later_mg_dl=last.value, hours_between=hours):
            return "creatinine is not steady (KDIGO 2012); needed: values that have settled"
    return None


def _not_assessed(name: str, subject: str, reason: str) -> Finding:
    return Finding(id=name, domain=DOMAIN, kind=KIND, subject=subject, status=FindingStatus.NOT_ASSESSED, reason=reason)
