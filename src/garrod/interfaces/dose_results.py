"""Estimates, next doses and evaluations as JSON for programs and as lines for people."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from garrod.dosing.estimating.checks import Check
from garrod.dosing.estimating.estimate import Estimate
from garrod.dosing.estimating.evaluation import Evaluation, Figures
from garrod.dosing.models.dose_model import DoseModel, Target
from garrod.dosing.people.looking import Refusal
from garrod.dosing.people.mixing import MixedDose
from garrod.dosing.people.person_covariates import CovariateValue
from garrod.dosing.people.person_events import Case
from garrod.dosing.people.request import NOT_CONSIDERED, NextDose, PersonEstimate
from garrod.dosing.regimens.pictures import interval_words
from garrod.dosing.regimens.ranking import Ranked, weight_of
from garrod.interfaces.documents import Document, plain, run_document
from garrod.model.run import Run

GRID = 25
LIKELY = 0.5  #: below this chance of the target the lines say so
BAND = (0.05, 0.95)


def model_document(model: DoseModel) -> Document:
    """Return what names a model and says how far to trust it."""
    return {
        "id": model.id,
        "version": model.version,
        "status": model.status,
        "drug": model.drug.get("name"),
        "citation": dict(model.citation),
        "population": dict(model.population),
        "conflicts": list(model.transcription.get("conflicts", ())),
        "blocks": list(model.transcription.get("blocks", ())),
    }


def estimate_document(made: Estimate, run: Run, checks: Sequence[Check], *, grid: bool = True) -> Document:
    """Return an estimate; no number is rounded.

    Parameters
    ----------
    grid
        Whether to predict between the levels too.
    """
    units = {one.name: unit_of(one.unit) for one in made.model.parameters}
    return {
        "run": run_document(run),
        "model": made.model.id,
        "model_status": made.model.status,
        "eta": made.eta,
        "eta_in_sd": made.eta_in_sd,
        "parameters": {name: {"value": value, "unit": units.get(name)} for name, value in made.parameters.items()},
        "population_parameters": {
            name: {"value": value, "unit": units.get(name)} for name, value in made.population_parameters.items()
        },
        "objective": made.objective,
        "minima": [
            {"objective": one.objective, "eta": dict(zip(made.active_names, map(float, one.effects), strict=True))}
            for one in made.minima
        ],
        "ess": None if made.posterior is None else made.posterior.ess,
        "posterior": _posterior(made),
        "shrinkage": {name: _finite(value) for name, value in made.shrinkage.items()},
        "seed": made.seed,
        "predictions": _predictions(made, grid=grid),
        "checks": [check_document(one) for one in checks],
    }


def unit_of(unit: str | None) -> str | None:
    """Return the unit of a person's own parameter from that of the typical value, which may be per kg or per something else.

    >>> unit_of("L/kg"), unit_of("L/h for 1 L/h of creatinine clearance"), unit_of("L/h/70kg"), unit_of(None)
    ('L', 'L/h', 'L/h', None)
    """
    if unit is None:
        return None
    return re.sub(r"/(kg|70 ?kg|m2|1\.73 ?m2)\b.*", "", re.split(r" (?:for|per|at|of|in)\b", unit)[0]).strip() or unit


def _posterior(made: Estimate) -> Document | None:
    if made.posterior is None:
        return None
    drawn = made.parameters_of(made.posterior.effects)
    shares = {name: made.posterior.quantile(np.asarray(values), (0.05, 0.5, 0.95)) for name, values in drawn.items()}
    return {
        "method": made.posterior.method,
        "parameters": {
            name: {"low": float(low), "median": float(middle), "high": float(high)}
            for name, (low, middle, high) in shares.items()
        },
    }


def _predictions(made: Estimate, *, grid: bool) -> list[Document]:
    """Return levels with what was predicted of them, and a grid between the first and the last record, in order of time."""
    levels = [one for one in made.events.records if one.is_level]
    found = [
        _prediction(one.time, float(typical), float(own), observed=one.level, below=one.below, residual=float(residual))
        for one, typical, own, residual in zip(
            levels, made.population_predictions, made.individual_predictions, made.weighted_residuals, strict=True
        )
    ]
    if grid:
        first, last = made.events.records[0].time, made.events.records[-1].time
        times = [float(one) for one in np.linspace(first, last, GRID)] if last > first else [first]
        typical = made.predict(times, np.zeros((1, len(made.active_names))))[0]
        found += [
            _prediction(time, float(one), float(own))
            for time, one, own in zip(times, typical, made.predict(times)[0], strict=True)
        ]
    if made.posterior is not None and found:
        bands = made.band([one["time"] for one in found], BAND).T
        for one, (low, high) in zip(found, bands, strict=True):
            one |= {"low": float(low), "high": float(high)}
    return sorted(found, key=lambda one: (one["time"], one["observed"] is None))


def _prediction(
    time: float, typical: float, own: float, *, observed: float | None = None, below: bool = False, residual: float = math.nan
) -> Document:
    return {
        "time": time,
        "population": typical,
        "individual": own,
        "low": None,
        "high": None,
        "observed": observed,
        "below_limit": below,
        "weighted_residual": _finite(residual),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def check_document(one: Check) -> Document:
    """Return one check."""
    return {"name": one.name, "subject": one.subject, "value": _finite(one.value), "blocks": one.blocks, "text": one.text}


def person_document(one: PersonEstimate, run: Run) -> Document:
    """Return one person's estimate, or why there is none."""
    case = one.case
    if one.made is None:
        document: Document = {"run": run_document(run), "model": case.model.id, "model_status": case.model.status}
        document |= {"eta": {}, "parameters": {}, "objective": None, "ess": None, "predictions": []}
        document |= {"checks": [check_document(each) for each in one.checks]}
    else:
        document = estimate_document(one.made, run, one.checks)
    return document | {
        "start": case.start.isoformat(),
        "now": case.now.isoformat(),
        "inputs": [_input(each) for each in case.covariates],
        "citation": dict(case.model.citation),
        "population": dict(case.model.population),
        "refused": None if one.made is not None else refusal_document(case.refusals),
    }


def _input(one: CovariateValue) -> Document:
    return plain(one)  # type: ignore[no-any-return]


def refusal_document(some: Sequence[Refusal]) -> Document | None:
    """Return why no dose is given, all reasons together; None where nothing was refused."""
    if not some:
        return None
    return {
        "reason": some[0].reason,
        "text": "; ".join(dict.fromkeys(one.text for one in some)),
        "needs": list(dict.fromkeys(one.needs for one in some)),
        "all": [plain(one) for one in some],
    }


def next_dose_document(one: NextDose, run: Run) -> Document:
    """Return an estimate with ranked regimens, or with the refusal."""
    document = person_document(one.estimate, run)
    model = one.estimate.case.model
    unit = model.structure.units.get("amount", "mg")
    document["target"] = None if one.target is None else target_document(one.target)
    document["refused"] = refusal_document(one.refusals)
    document["regimens"] = [_regimen(each, unit, model.dosing.max_source) for each in one.regimens]
    document["ranked_by"] = f"P(target) - {weight_of(model.dosing):g} x P(toxic)"
    document["explanations"] = [{"above_best": above, "amount_per_day": daily} for above, daily in one.explanations]
    document["loading"] = None if one.loading is None else {"amount": one.loading, "unit": unit}
    document["not_considered"] = list(NOT_CONSIDERED)
    document["admitted_here"] = one.admitted_here is not None
    document["admission"] = one.admitted_here
    return document


def mixed_dose_document(one: MixedDose, run: Run) -> Document:
    """Return what several models say together, and each by itself."""
    unit = one.each[0].estimate.case.model.structure.units.get("amount", "mg")
    return {
        "run": run_document(run),
        "weights": dict(zip(one.models, one.weights, strict=True)),
        "regimens": [_regimen(each, unit, None) for each in one.regimens],
        "models": [next_dose_document(each, run) for each in one.each],
    }


def mixed_dose_lines(one: MixedDose, *, most: int = 6) -> Iterator[str]:
    """Say on the terminal what several models say together."""
    if not one.regimens:
        yield "not averaged: fewer than two of the models give a dose on the same levels"
        return
    unit = one.each[0].estimate.case.model.structure.units.get("amount", "mg")
    first = one.each[0]
    measured, drug = first.target.unit if first.target else None, str(first.estimate.case.model.drug.get("name", ""))
    shares = ", ".join(f"{name} {weight:.0%}" for name, weight in zip(one.models, one.weights, strict=True))
    yield f"together, weighted by how well each explains the levels: {shares}"
    for each in one.regimens[:most]:
        yield _regimen_line(each, unit, measured, drug)


def target_document(one: Target) -> Document:
    """Return a target."""
    return {
        "metric": one.metric,
        "low": one.range.low,
        "high": one.range.high,
        "unit": one.unit,
        "toxic_above": one.toxic_above,
        "indication": one.indication,
        "source": one.source,
        "reading": one.reading,
    }


def _interval(one: Ranked) -> Document:
    """Return 5, 50 and 95 %; null where levels would rise without end."""
    return {"low": _finite(one.low), "median": _finite(one.median), "high": _finite(one.high)}


def _regimen(one: Ranked, unit: str, max_source: str | None) -> Document:
    return {
        "amount": one.regimen.amount,
        "unit": unit,
        "interval_h": one.regimen.interval_h,
        "duration_h": one.regimen.duration_h,
        "p_target": one.p_target,
        "p_toxic": one.p_toxic,
        "exposure": {"metric": one.metric, "individual": _finite(one.point)} | _interval(one),
        "needs_confirmation": list(one.needs_confirmation),
        "max_source": max_source,
    }


def evaluation_document(one: Evaluation, status: str) -> Document:
    """Return an evaluation with each forecast."""
    return {
        "model": one.model,
        "model_status": status,
        "first_levels": plain(one.first),
        "later_levels": plain(one.later),
        "forecasts": [plain(each) for each in one.foretold],
        "left_out": [{"person": person, "reason": reason} for person, reason in one.left_out],
    }


def estimate_lines(one: PersonEstimate, *, is_admitted: bool = False) -> Iterator[str]:
    """Say an estimate on the terminal."""
    case, made = one.case, one.made
    yield _headline(case, is_admitted=is_admitted)
    for refusal in case.refusals:
        yield f"refused: {refusal.text}; {refusal.needs}"
    yield from _check_lines(one.checks)
    yield from _input_lines(case.covariates)
    if made is None:
        return
    units = {each.name: unit_of(each.unit) or "" for each in made.model.parameters}
    for name, value in made.parameters.items():
        moved = made.eta_in_sd.get(name)
        told = "" if moved is None else f" ({moved:+.1f} SD from the typical person's {made.population_parameters[name]:.4g})"
        yield f"{name} {value:.4g} {units[name]}".rstrip() + told
    unit = made.model.structure.units.get("concentration", "mg/L")
    time = made.model.structure.units.get("time", "h")
    for each in (each for each in _predictions(made, grid=False) if each["observed"] is not None):
        yield f"level at {each['time']:.1f} {time}: {each['observed']:g} {unit}, explained as {each['individual']:.3g}"
    if made.posterior is not None:
        draws = f"{made.posterior.ess:.0f} effective draws ({made.posterior.method})"
        yield f"objective {made.objective:.3f}, {draws}, seed {made.seed}"


def _headline(case: Case, *, is_admitted: bool) -> str:
    model = case.model
    cited = model.citation.get("text", "no citation")
    state = "" if model.status == "admitted" else f" [{model.status}{'' if is_admitted else ': predicts, gives no dose'}]"
    return f"{model.id} {model.version}{state}: {cited}; {model.population.get('text', 'population not stated')}"


def _check_lines(checks: Sequence[Check]) -> Iterator[str]:
    for one in sorted(checks, key=lambda one: one.name != "seen_range"):
        word = "extrapolated" if one.name == "seen_range" else "stop" if one.blocks else "note"
        yield f"{word}: {one.text}"


def _input_lines(some: Sequence[CovariateValue]) -> Iterator[str]:
    for one in some:
        when = f" of {one.time.isoformat()}" if one.time is not None else ""
        yield f"used: {one.name} {one.value:.4g} {one.unit}".rstrip() + f"{when} ({one.evidence})"


def next_dose_lines(one: NextDose, *, most: int = 6) -> Iterator[str]:
    """Say the next dose on the terminal: refusals first, then regimens, the best first."""
    case = _without_refusals(one.estimate.case)
    yield from estimate_lines(PersonEstimate(case, one.estimate.made), is_admitted=one.admitted_here is not None)
    if one.admitted_here:
        yield f"note: a candidate, {one.admitted_here}"
    for refusal in one.refusals:
        yield f"refused: {refusal.text}; {refusal.needs}"
    unit = one.estimate.case.model.structure.units.get("amount", "mg")
    for above, daily in one.explanations:
        yield f"explanation {above:.2f} above the best: {daily:.4g} {unit} a day for the target"
    if one.target is not None and one.regimens:
        yield f"target: {target_words(one.target)}"
        if one.regimens[0].p_target < LIKELY:
            yield f"note: no regimen reaches the target with a chance of {LIKELY:.0%}; another level would tell more"
        for each in one.regimens[:most]:
            yield _regimen_line(each, unit, one.target.unit, str(one.estimate.case.model.drug.get("name", "")))
        if one.loading is not None:
            yield f"loading dose: {one.loading:g} {unit}, so that the first interval has the steady state's average"
        yield f"not considered: {', '.join(NOT_CONSIDERED)}"


def _without_refusals(case: Case) -> Case:
    from dataclasses import replace  # noqa: PLC0415

    return replace(case, refusals=())


def target_words(one: Target) -> str:
    """Write a target in one line."""
    low = "" if one.range.low is None else f"{one.range.low:g}"
    high = "" if one.range.high is None else f"{one.range.high:g}"
    toxic = "" if one.toxic_above is None else f", harmful above {one.toxic_above:g}"
    source = f" ({one.source})" if one.source else ""
    return f"{one.metric} {low} to {high} {one.unit or ''}".rstrip() + toxic + source


def _told(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "without end"


def _regimen_line(one: Ranked, unit: str, measured: str | None, drug: str) -> str:
    regimen = one.regimen
    over = f" over {regimen.duration_h:g} h" if regimen.duration_h else ""
    toxic = "" if one.p_toxic is None else f", too much {one.p_toxic:.0%}"
    confirm = f"; needs a second confirmation: {', '.join(one.needs_confirmation)}" if one.needs_confirmation else ""
    return (
        f"{drug} {regimen.amount:g} {unit} every {interval_words(regimen.interval_h)}{over}: "
        f"in the target {one.p_target:.0%}{toxic}; "
        f"{one.metric} {_told(one.median)} ({_told(one.low)} to {_told(one.high)}) {measured or ''}".rstrip()
        + confirm
    )


def evaluation_lines(one: Evaluation, status: str) -> Iterator[str]:
    """Say an evaluation on the terminal."""
    yield f"{one.model} [{status}]"
    for name, figures in (("first levels, from covariates alone", one.first), ("levels with others before them", one.later)):
        yield f"  {name}: {figure_words(figures)}"
    for person, reason in one.left_out:
        yield f"  left out: {person}: {reason}"


def figure_words(one: Figures) -> str:
    """Write figures in one line."""
    if not one.levels:
        return "none"
    found: Mapping[str, Any] = plain(one)
    return (
        f"{one.levels} levels, bias {found['bias']:+.0%}, rmse {found['rmse']:.0%}, within 20 % {found['within_20']:.0%}, "
        f"within 30 % {found['within_30']:.0%}, inside the 90 % interval {found['coverage']:.0%}"
    )
