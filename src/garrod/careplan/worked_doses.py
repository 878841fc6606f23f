"""A guideline's factor or limit, applied to the dose that the person takes and rounded to whole tablets or capsules.

The factor is one on the usual dose. Whether the dose that is taken is the usual one, or was already adjusted, cannot be
told from a list: that is said with every amount.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.careplan.whole_pieces import LARGEST_CHANGE, amounts, nearest
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.strengths import Strength
from garrod.model.careplan import RoundedAmount, WorkedDose
from garrod.model.findings import Findings
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Person
from garrod.model.recommendations import Dose, Recommendation
from garrod.therapeutics.wording import PHASE_WORDS, percent

DAY_HOURS: Final = 24.0
#: "Below 10 mg" is at most this much of it.
JUST_BELOW: Final = 1 - 1e-6
IMMEDIATE: Final = "immediate"
USUAL: Final = "It holds where the dose taken is the usual one; a dose that was already adjusted is not adjusted again."


@dataclass(frozen=True, slots=True)
class _Intake:
    """One intake of a drug as listed."""

    drug: str
    mg: float
    interval_h: float


def worked_doses(
    person: Person, findings: Findings, recommendations: Sequence[Recommendation], in_use: frozenset[str], knowledge: Knowledge
) -> tuple[WorkedDose, ...]:
    """Return each factor and limit of a guideline on genes, applied to the dose of a medicine in use.

    A medicine whose dose or interval is not known, or that stands in the list twice, has no amount here; neither has a
    factor on a loading dose, or on another dose than the usual one.
    """
    intakes = _intakes(findings)
    made: list[WorkedDose] = []
    for one in recommendations:
        intake = intakes.get(one.target.name.lower())
        if one.id in in_use and one.body and not one.could_not_check and intake is not None:
            made += _of_recommendation(one, intake, person, knowledge)
    return tuple(made)


def _intakes(findings: Findings) -> Mapping[str, _Intake]:
    taken: dict[str, list[TakenMedicine]] = defaultdict(list)
    for one in findings.taken():
        if one.is_current:
            taken[one.drug_id].append(one)
    return {
        drug: _Intake(drug, some[0].daily_mg * some[0].interval_h / DAY_HOURS, some[0].interval_h)
        for drug, some in taken.items()
        if len(some) == 1 and some[0].daily_mg is not None and some[0].interval_h is not None
    }


def _of_recommendation(one: Recommendation, intake: _Intake, person: Person, knowledge: Knowledge) -> Iterator[WorkedDose]:
    for dose in one.doses:
        limit = _limit(dose, intake, person.weight_kg())
        if dose.cap is not None and limit is None and dose.phase != "loading":
            yield _without_limit(one, dose, intake)
        elif _applies(dose, intake) or limit is not None:
            yield _worked(one, dose, intake, limit, knowledge)


def _applies(dose: Dose, intake: _Intake) -> bool:
    """Whether the line's factor is one on the dose that is taken."""
    has_factor = dose.factor_low is not None or dose.factor_high is not None
    is_usual = dose.relative_to in {None, "usual"} and dose.phase != "loading"
    return has_factor and is_usual and (dose.interval_h is None or intake.interval_h == DAY_HOURS)


def _limit(dose: Dose, intake: _Intake, weight_kg: float | None) -> float | None:
    """Return the most of one intake in mg, or None where the line names no limit that can be worked out."""
    if dose.cap is None or dose.phase == "loading":
        return None
    interval = dose.interval_h or intake.interval_h
    match dose.cap_unit:
        case "mg":
            return dose.cap
        case "mg/d":
            return dose.cap * interval / DAY_HOURS
        case "mg/kg/d":
            return None if weight_kg is None else dose.cap * weight_kg * interval / DAY_HOURS
        case "mg/kg":
            return None if weight_kg is None else dose.cap * weight_kg
    return None


def _without_limit(one: Recommendation, dose: Dose, intake: _Intake) -> WorkedDose:
    """Say that no amount is given, because the guideline's limit cannot be worked out: an amount could lie above it."""
    needed = "the weight in kg" if dose.cap_unit in {"mg/kg", "mg/kg/d"} else f"a limit in mg, not in {dose.cap_unit}"
    return WorkedDose(
        recommendation=one.id,
        drug=intake.drug,
        phase=dose.phase,
        factor_low=dose.factor_low,
        factor_high=dose.factor_high,
        taken_mg=intake.mg,
        interval_h=intake.interval_h,
        exact_low_mg=None,
        exact_high_mg=None,
        limit_mg=None,
        is_changed=False,
        rounded=(),
        condition=dose.condition,
        applies_if=one.applies_if,
        said=(
            f"Taken: {intake.mg:g} mg every {intake.interval_h:g} h. No amount is worked out: "
            f"the guideline's limit ({dose.cap:g} {dose.cap_unit}) needs {needed}."
        ),
    )


def _worked(one: Recommendation, dose: Dose, intake: _Intake, limit: float | None, knowledge: Knowledge) -> WorkedDose:
    low, high = _exact(dose, intake, limit)
    below_only = dose.factor_low is None and dose.factor_high is not None
    is_changed = _differs(intake.mg, low, high, below_only=below_only)
    rounded = tuple(_rounded(intake.drug, low, high, _ceiling(dose, high, limit), knowledge)) if is_changed else ()
    return WorkedDose(
        recommendation=one.id,
        drug=intake.drug,
        phase=dose.phase,
        factor_low=dose.factor_low if _applies(dose, intake) else None,
        factor_high=dose.factor_high if _applies(dose, intake) else None,
        taken_mg=intake.mg,
        interval_h=intake.interval_h,
        exact_low_mg=low,
        exact_high_mg=high,
        limit_mg=limit,
        is_changed=is_changed,
        rounded=rounded,
        condition=dose.condition,
        applies_if=one.applies_if,
        said=_said(dose, intake, low=low, high=high, limit=limit, rounded=rounded, is_changed=is_changed),
    )


def _exact(dose: Dose, intake: _Intake, limit: float | None) -> tuple[float | None, float | None]:
    """Return the ends of what the line leads to for one intake, neither above the limit."""
    applies = _applies(dose, intake)
    low = intake.mg * dose.factor_low if applies and dose.factor_low is not None else None
    high = intake.mg * dose.factor_high if applies and dose.factor_high is not None else None
    if not applies:
        low = high = intake.mg
    if limit is not None:
        low = low if low is None else min(low, limit)
        high = limit if high is None else min(high, limit)
    return low, high


def _ceiling(dose: Dose, high: float | None, limit: float | None) -> float | None:
    """Return what rounding must not exceed: the limit, and the upper end of a range; less than that where it is "below"."""
    is_range = dose.factor_high is not None and dose.factor_low != dose.factor_high
    if limit is not None and dose.cap_is_below:
        limit *= JUST_BELOW
    if high is not None and dose.factor_low is None:
        high *= JUST_BELOW
    ends = [one for one in (limit, high if is_range else None) if one is not None]
    return min(ends, default=None)


def _differs(taken: float, low: float | None, high: float | None, *, below_only: bool) -> bool:
    above = high is not None and taken > high * (1 + 1e-9)
    below = low is not None and not below_only and taken < low * (1 - 1e-9)
    return above or below


def _rounded(
    drug: str, low: float | None, high: float | None, ceiling: float | None, knowledge: Knowledge
) -> Iterator[RoundedAmount]:
    """Yield the amounts in whole pieces nearest to both ends, one line a kind of form and amount."""
    by_form: dict[str, set[float]] = defaultdict(set)
    for row in knowledge.rows(Strength):
        if row.drug_id == drug:
            by_form[IMMEDIATE if row.release == IMMEDIATE else row.form].add(row.strength_mg)
    wanted = [end for end in (low, high) if end is not None]
    for form, strengths in sorted(by_form.items(), key=lambda pair: (pair[0] != IMMEDIATE, pair[0])):
        made = amounts(sorted(strengths), up_to_mg=max(wanted) * (1 + LARGEST_CHANGE))
        ends = [nearest(end, made, at_most_mg=ceiling) for end in wanted]
        for found in dict.fromkeys(one for one in ends if one is not None):
            yield RoundedAmount(form=form, mg=found.mg, pieces=found.pieces)


def _said(
    dose: Dose,
    intake: _Intake,
    *,
    low: float | None,
    high: float | None,
    limit: float | None,
    rounded: Sequence[RoundedAmount],
    is_changed: bool,
) -> str:
    """Say what is taken, what the line makes of it exactly, and what whole pieces come near."""
    taken = f"Taken: {intake.mg:g} mg every {intake.interval_h:g} h."
    condition = f" ({dose.condition})" if dose.condition else ""
    kept = "" if limit is None else f"; at most {round(limit, 4):g} mg each time by the guideline's limit"
    if not is_changed:
        return f"{taken} That is within what the guideline leads to{kept}{condition}."
    interval = f" every {dose.interval_h:g} h" if dose.interval_h else ""
    amount = f"Exact {PHASE_WORDS[dose.phase]}{_share(dose, intake)}: {_span(low, high)} mg each time{interval}{kept}{condition}."
    return " ".join((taken, amount + _whole(rounded), *([USUAL] if _applies(dose, intake) else [])))


def _whole(rounded: Sequence[RoundedAmount]) -> str:
    """Say the amounts in whole pieces: of immediate release where there are such, else of every form."""
    first = [one for one in rounded if one.form == IMMEDIATE]
    pieces = [f"{one.mg:g} mg ({_pieces(one)}{'' if first else f'; {one.form}'})" for one in first or rounded]
    others = " Delayed or extended forms have strengths of their own." if first and len(first) < len(rounded) else ""
    if not pieces:
        return " No whole tablets or capsules known here come near."
    return f" In whole tablets or capsules: {' or '.join(pieces)}.{others}"


def _share(dose: Dose, intake: _Intake) -> str:
    if not _applies(dose, intake):
        return ""
    low, high = dose.factor_low, dose.factor_high
    if low is None or high is None:
        return f" (below {percent(high)})" if high is not None else f" (at least {percent(low or 0)})"
    return f" ({percent(low)})" if low == high else f" ({percent(low)} to {percent(high)})"


def _span(low: float | None, high: float | None) -> str:
    ends = [f"{round(one, 4):g}" for one in (low, high) if one is not None]
    if low is None:
        return f"below {ends[0]}"
    if high is None:
        return f"at least {ends[0]}"
    return " to ".join(dict.fromkeys(ends))


def _pieces(one: RoundedAmount) -> str:
    return " + ".join(f"{count} × {strength:g} mg" for strength, count in one.pieces)
