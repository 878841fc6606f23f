"""Sentences that people read, composed from structured facts. No guideline's own sentence is used."""

from collections.abc import Sequence
from typing import Final

from garrod.model.recommendations import Action, Alternative, Dose

PHASE_WORDS: Final = {
    "loading": "loading dose",
    "start": "starting dose",
    "maintenance": "maintenance dose",
    "all": "dose",
}
RELATIVE_WORDS: Final = {
    None: "usual",
    "usual": "usual",
    "lowest_recommended": "lowest recommended",
    "maximum_recommended": "maximum recommended",
}
ACTION_WORDS: Final = {
    Action.STANDARD: "No change",
    Action.AVOID: "Avoid",
    Action.CONTRAINDICATED: "Do not use",
    Action.ALTERNATIVE: "Prefer another",
    Action.REDUCE: "Lower dose",
    Action.INCREASE: "Higher dose",
    Action.FIXED_DOSE: "Set dose",
    Action.CAP: "Dose limit",
    Action.TITRATE: "Titrate",
    Action.ALGORITHM: "Dosing algorithm",
    Action.START: "Start",
    Action.STOP: "Stop",
    Action.CONTINUE: "Continue",
    Action.SEPARATE: "Take at another time",
    Action.KEEP_STEADY: "Keep steady",
    Action.MONITOR: "Monitor",
    Action.TEST: "Test first",
    Action.CAUTION: "With care",
    Action.EAT: "Eat",
    Action.LIMIT: "Limit",
    Action.SUPPLEMENT: "Supplement",
    Action.REFER: "Refer",
    Action.NO_RECOMMENDATION: "No recommendation",
}
DAY_HOURS: Final = 24
WEEK_HOURS: Final = 168
MONITORING_WORDS: Final = {
    "drug_level": "drug level",
    "clinical_response": "clinical response",
    "adverse_effects": "adverse effects",
    "blood_count": "blood count",
    "blood_pressure": "blood pressure",
    "kidney_function": "kidney function",
    "enzyme_activity": "enzyme activity",
    "liver_function": "liver function",
    "platelet_inhibition": "platelet inhibition",
    "blood_glucose": "blood glucose",
}


def decider(name: str) -> str:
    """Say what would decide a result: a position stays as it is, ``phase`` is said in words."""
    return "which copy carries which variant" if name == "phase" else name


def number(value: float) -> str:
    """Write a number without needless zeros."""
    return f"{value:g}"


def percent(factor: float) -> str:
    """Write a factor as a share: 0.5 is 50 %."""
    return f"{round(factor * 100, 1):g} %"


def span(low: float | None, high: float | None, unit: str) -> str:
    """Write a range with its unit."""
    if low is None or high is None or low == high:
        value = low if low is not None else high
        return f"{number(value)} {unit}".strip() if value is not None else ""
    return f"{number(low)} to {number(high)} {unit}".strip()


def dose_words(dose: Dose) -> str:
    """Write one dose line: ``starting dose: 50 % of the usual``."""
    said = []
    if dose.factor_low is not None or dose.factor_high is not None:
        said.append(_factor_words(dose))
    if dose.value is not None or dose.value_high is not None:
        said.append(span(dose.value, dose.value_high, dose.unit or ""))
    if dose.cap is not None:
        said.append(f"{'below' if dose.cap_is_below else 'at most'} {number(dose.cap)} {dose.cap_unit or ''}".strip())
    if dose.interval_h is not None:
        said.append(_interval_words(dose.interval_h))
    text = f"{PHASE_WORDS[dose.phase]}: {', '.join(said)}" if said else PHASE_WORDS[dose.phase]
    return f"{text} ({dose.condition})" if dose.condition else text


def _factor_words(dose: Dose) -> str:
    relative = RELATIVE_WORDS[dose.relative_to]
    low, high = dose.factor_low, dose.factor_high
    if low is None and high is not None:
        return f"below {percent(high)} of the {relative}"
    if high is None and low is not None:
        return f"at least {percent(low)} of the {relative}"
    if low == high == 1 and low is not None:
        return f"the {relative}"
    assert low is not None and high is not None
    shares = percent(low) if low == high else f"{number(low * 100)} to {percent(high)}"
    return f"{shares} of the {relative}"


def _interval_words(hours: float) -> str:
    times = WEEK_HOURS / hours
    if hours > DAY_HOURS and hours % DAY_HOURS and abs(times - round(times)) < 0.01:
        return f"{round(times)} times a week"
    return f"every {number(hours / 24)} days" if hours >= 48 else f"every {number(hours)} hours"


def alternatives_words(alternatives: Sequence[Alternative]) -> str:
    """Write what to use instead: ``prasugrel or ticagrelor``."""
    names = [one.name for one in alternatives]
    reasons = {one.reason for one in alternatives if one.reason}
    joined = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"{joined} ({reasons.pop()})" if len(reasons) == 1 else joined


def action_sentence(
    drug: str, action: Action, doses: Sequence[Dose], alternatives: Sequence[Alternative], condition: str | None = None
) -> str:
    """Compose the sentence of one action; ``condition`` is what the guideline adds to it, and stands behind it in brackets."""
    stated = "; ".join(dose_words(dose) for dose in doses)
    instead = f" Instead: {alternatives_words(alternatives)}." if alternatives else ""
    first = {
        Action.STANDARD: f"No change of {drug} because of these genes.",
        Action.AVOID: f"Avoid {drug}.",
        Action.CONTRAINDICATED: f"Do not use {drug}.",
        Action.ALTERNATIVE: f"Prefer another medicine to {drug}.",
        Action.REDUCE: f"Use less {drug} than usual.",
        Action.INCREASE: f"Use more {drug} than usual.",
        Action.FIXED_DOSE: f"Use a set dose of {drug}.",
        Action.CAP: f"Keep {drug} below a limit.",
        Action.TITRATE: f"Adjust {drug} in a changed way.",
        Action.ALGORITHM: f"Work out the dose of {drug} with a dosing algorithm.",
        Action.TEST: f"Test before giving {drug}.",
        Action.CAUTION: f"{drug[:1].upper()}{drug[1:]} may be used, with care.",
        Action.CONTINUE: f"{drug[:1].upper()}{drug[1:]} may be continued.",
        Action.MONITOR: f"Monitor while on {drug}.",
        Action.NO_RECOMMENDATION: f"The guideline gives no recommendation on {drug} for this result.",
    }[action]
    if condition:
        first = f"{first.removesuffix('.')} ({condition})."
    return first + (f" {stated[:1].upper()}{stated[1:]}." if stated else "") + instead
