"""A person's estimate and next dose: the model, what is known of the person, the target, and every rule that refuses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from garrod.dosing.estimating.checks import NEAR_OFV, Check
from garrod.dosing.estimating.estimate import Estimate, estimate
from garrod.dosing.models.dose_model import DoseModel, Target
from garrod.dosing.people.looking import Refusal
from garrod.dosing.people.person_events import Case, case_of
from garrod.dosing.regimens.exposures import Regimen, exposure, unit_of_metric
from garrod.dosing.regimens.ranking import Ranked, middle_of, rank_regimens, seen_of
from garrod.dosing.solving.linear import is_linear
from garrod.knowledge.loading import Knowledge
from garrod.model.errors import InputError
from garrod.model.findings import Findings
from garrod.model.person import Person

DIFFERENT: Final = 0.2  #: two explanations whose doses differ by more than this lead to different doses
#: What each check that blocks asks for.
NEEDS: Final[Mapping[str, str]] = {
    "eta": "check sampling times, the infusion line, the assay and the doses that were given",
    "residual": "check that level's time, the infusion line and the assay",
    "ess": "give another level; the levels at hand do not settle the person's parameters",
    "hard_range": "take a model made for such people",
    "level_before_dose": "give the doses before that level",
}
NOT_CONSIDERED: Final = (
    "interactions with other medicines",
    "pregnancy",
    "a change of the patient's state after the last value",
    "errors of the assay beyond the model's residual error",
)


@dataclass(frozen=True, slots=True, eq=False)
class PersonEstimate:
    """One person's parameters under one model; ``made`` is None where nothing could be computed."""

    case: Case
    made: Estimate | None

    @property
    def checks(self) -> tuple[Check, ...]:
        """Everything that was looked at and found, what blocks first."""
        found = (*self.case.checks, *(self.made.checks if self.made is not None else ()))
        return tuple(sorted(found, key=lambda one: (not one.blocks, one.name, one.subject)))


@dataclass(frozen=True, slots=True, eq=False)
class NextDose:
    """Ranked regimens, or why there are none.

    Attributes
    ----------
    explanations
        Where two minima lead to different doses: each one's height above the best, and its daily amount for the target.
    admitted_here
        Who admitted a candidate for this hospital, and on what; None for an admitted model.
    loading
        First dose that brings the average of the first interval to that of the steady state; None where it is not needed.
    """

    estimate: PersonEstimate
    target: Target | None
    regimens: tuple[Ranked, ...]
    refusals: tuple[Refusal, ...]
    explanations: tuple[tuple[float, float], ...] = ()
    loading: float | None = None
    admitted_here: str | None = None


def estimate_person(
    model: DoseModel,
    person: Person,
    findings: Findings,
    knowledge: Knowledge,
    *,
    given: Mapping[str, float] | None = None,
    seed: int = 1,
    draws: int = 10_000,
) -> PersonEstimate:
    """Estimate one person's parameters from the doses and levels of a person file; without levels it is the prior.

    Raises
    ------
    InputError
        Where the file cannot be used: no time, units that cannot be turned.
    """
    case = case_of(model, person, findings, knowledge, given=given)
    if case.events is None or any(one.reason == "no_dose" for one in case.refusals):
        return PersonEstimate(case, None)
    return PersonEstimate(case, estimate(model, case.events, seed=seed, draws=draws))


def next_dose(
    one: PersonEstimate,
    target: Target | None = None,
    *,
    regimens: Sequence[tuple[float, float]] = (),
    above: float | None = None,
    infusion_h: float | None = None,
    admission: str | None = None,
) -> NextDose:
    """Rank the next dose, or refuse with the reason and what would allow it.

    Parameters
    ----------
    target
        The model's first target where None.
    regimens
        Those allowed, as amount and interval in hours; the model's own where empty.
    above
        The MIC, for targets that need it.
    infusion_h
        How long an infusion shall take; as the last one, or as the model says, where None.
    admission
        Who admitted the model for this hospital and on what, in words; None where nobody did.
    """
    wanted = _wanted(one.case.model, target)
    duration = _duration(one.case, infusion_h)
    refusals = [*one.case.refusals, *_refusals(one, wanted, is_admitted=admission is not None)]
    if duration is None:
        text = f"{one.case.model.id} is of infusions, and how long the next one shall take is not known"
        refusals.append(Refusal("no_infusion_time", text, "say --infusion-h"))
    if refusals or one.made is None or wanted is None:
        return NextDose(one, wanted, (), tuple(refusals))
    start = max(one.case.now_in_model, one.made.events.records[-1].time)
    allowed = tuple(Regimen(amount, interval, duration or 0.0) for amount, interval in regimens)
    try:
        explanations = tuple(_explanations(one.made, wanted, start, above, allowed, duration or 0.0))
        last = one.case.last_amount
        ranked = rank_regimens(one.made, wanted, allowed, start=start, above=above, last_amount=last, duration=duration)
    except InputError as why:
        return NextDose(one, wanted, (), (Refusal("no_regimen", why.faults[0].what, why.faults[0].remedy),))
    daily = [amount for _, amount in explanations]
    if daily and max(daily) > min(daily) * (1 + DIFFERENT):
        between = f"{min(daily):.4g} to {max(daily):.4g} a day"
        text = f"{len(daily)} explanations of the levels are about as likely and lead to doses from {between}"
        refused = Refusal("two_minima", text, "take another level, best where the explanations differ")
        return NextDose(one, wanted, (), (refused,), explanations)
    loading = _loading(one.made, ranked[0], start) if ranked else None
    here = admission if one.case.model.status != "admitted" else None
    return NextDose(one, wanted, ranked, (), explanations, loading, here)


def _duration(case: Case, said: float | None) -> float | None:
    """Return hours of an infusion, 0 for what is no infusion, None where it is one and nobody says how long."""
    model = case.model
    if said is not None:
        return said
    if model.dosing.infusion_h is not None:
        return model.dosing.infusion_h
    if case.last_duration_h is not None:
        return case.last_duration_h
    return None if "iv_infusion" in model.structure.routes else 0.0


def _refusals(one: PersonEstimate, target: Target | None, *, is_admitted: bool) -> Iterator[Refusal]:
    model = one.case.model
    if model.status != "admitted" and not is_admitted:
        blocks = "; ".join(model.transcription.get("blocks", ())) or "its transcription is not confirmed"
        yield Refusal(
            "not_admitted",
            f"{model.id} is a {model.status}: {blocks}",
            "take an admitted model, or admit this one for the hospital by its own levels (garrod dose evaluate)",
        )
    if target is None:
        yield Refusal("no_target", f"{model.id} names no target", "say --target, as AUC24_ss=400..600")
    for check in one.made.checks if one.made is not None else ():
        if check.blocks:
            yield Refusal(check.name, check.text, NEEDS.get(check.name, "see the checks"))


def _wanted(model: DoseModel, said: Target | None) -> Target | None:
    """Return the target: as said, with what the model holds to be harmful of the same metric unless that was said too."""
    if said is None:
        return next(iter(model.targets), None)
    unit = unit_of_metric(said.metric, model.structure.units.get("concentration", "mg/L"))
    own = next((one for one in model.targets if one.metric == said.metric), None)
    toxic = said.toxic_above if said.toxic_above is not None or own is None else own.toxic_above
    return replace(said, unit=unit, toxic_above=toxic)


def _explanations(
    made: Estimate, target: Target, start: float, above: float | None, allowed: Sequence[Regimen], duration: float
) -> Iterator[tuple[float, float]]:
    """Yield each minimum within 3 of the best with the daily amount that its point asks for; nothing where there is one."""
    near = [one for one in made.minima if one.objective - made.objective <= NEAR_OFV]
    if len(near) < 2:
        return
    some = tuple(one.interval_h for one in allowed) or made.model.dosing.intervals_h or (24.0,)
    interval = 24.0 if 24.0 in some else some[0]
    for one in near:
        alone = replace(made, minima=(one,))
        seen = seen_of(alone, target.metric, start=start, above=above, draws=0)
        amount = seen.amount_for(middle_of(target), interval, duration)
        yield one.objective - made.objective, amount * 24 / interval


def _loading(made: Estimate, best: Ranked, start: float) -> float | None:
    """Return the first dose whose first interval has the steady state's average: the posterior's median, rounded to the step."""
    if not is_linear(made.model.structure) or any(one.is_dose for one in made.events.records):
        return None
    regimen, step = best.regimen, made.model.dosing.amount_step or 1.0
    steady = exposure(made, regimen, "css", start=start).draws
    first = exposure(made, regimen, "css_first", start=start).draws
    needed = round(float(np.median(regimen.amount * steady / first)) / step) * step
    return needed if needed > 1.1 * regimen.amount else None
