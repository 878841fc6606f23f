"""Estimate made-up patients, and say what one part of it took in processor seconds per patient, imports and warm-up left out.

``alone``, ``plain``, ``batch``, ``few`` and ``many`` are the most likely effects of people on a two-compartment model with four
of them (three infusions, five levels): one by one, one by one by matrix exponentials alone, 512 side by side, and 64 or 1,024
side by side; ``saturating`` the same of 512 people whose elimination saturates (eight doses, five levels), by integration;
``posterior`` is 10,000 draws with the model's own regimens ranked.

Usage: python -m benchmarks.estimating alone|plain|batch|few|many|saturating|posterior
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np

from garrod.dosing.estimating.estimate import estimate, estimate_many
from garrod.dosing.estimating.objective import prior
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.library import model_named
from garrod.dosing.models.model_file import model_of
from garrod.dosing.regimens.ranking import rank_regimens
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import people
from garrod.dosing.solving.plan import plan
from garrod.dosing.solving.predict import predict
from garrod.model.errors import InputError

SATURATING: Final = """
[structure]
compartments = 1
elimination = "michaelis_menten"
[parameters]
VMAX = 40.0
KM = 5.0
V = 50.0
[iiv]
given_as = "sd"
VMAX = 0.3
KM = 0.4
V = 0.2
[residual]
kind = "combined_variance"
proportional = 0.15
additive = 0.1
"""
DOSES: Final = tuple(Record(start, 1, 1000.0, 1000.0 / 1.5) for start in (0.0, 12.0, 24.0))
LEVELS: Final = tuple(Record(at, 0, level=1.0) for at in (2.5, 6.0, 11.5, 26.0, 35.5))
EIGHT_DOSES: Final = tuple(Record(12.0 * number, 1, 300.0, 300.0) for number in range(8))
LATER_LEVELS: Final = tuple(Record(at, 0, level=1.0) for at in (2.0, 11.5, 50.0, 83.5, 95.5))
ALONE: Final = 20  #: people who are estimated one by one
SEED: Final = 20260401


def made_up(model: DoseModel, records: Sequence[Record], count: int) -> list[Events]:
    """Return people of a model with levels drawn from it."""
    random = np.random.default_rng(SEED)
    return [_person(model, records, random) for _ in range(count)]


def _person(model: DoseModel, records: Sequence[Record], random: np.random.Generator) -> Events:
    drawn = {"WT": random.uniform(45, 110), "CRCL": random.uniform(25, 130)}
    events = Events.of(records, covariates={one.name: [drawn[one.name]] * len(records) for one in model.covariates})
    group = people(model, [plan(model, events)])
    before = prior(model, group.occasions)
    effects = random.standard_normal((1, len(before.active))) @ before.root.T
    shown, error = predict(group, before.full(effects), None)[0], model.residuals[0]
    spread = np.hypot(error.additive, error.proportional * shown)
    levels = iter(np.maximum(shown + spread * random.standard_normal(len(shown)), 0.5))
    records = tuple(replace(one, level=float(next(levels))) if one.is_level else one for one in events.records)
    return replace(events, records=records)


def _took(work: Callable[[], object], *, repeats: int) -> float:
    """Return the processor seconds of a job, the median of some after one that only warms."""
    work()
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return median(seconds)


def _each(model: DoseModel, records: Sequence[Record], count: int, *, repeats: int = 3) -> float:
    table = made_up(model, records, count)

    def work() -> None:
        if any(isinstance(one, InputError) for one in estimate_many(model, table)):
            raise RuntimeError("not every made-up person could be estimated")

    return _took(work, repeats=repeats) / count


def _alone(model: DoseModel, *, plain: bool) -> float:
    table = made_up(model, DOSES + LEVELS, ALONE)
    return _took(lambda: [estimate(model, one, draws=0, plain=plain) for one in table], repeats=3) / ALONE


def _posterior(model: DoseModel) -> float:
    table = made_up(model, DOSES + LEVELS, ALONE)
    people_in_turn = iter(table)

    def work() -> None:
        found = estimate(model, next(people_in_turn), draws=10_000)
        rank_regimens(found, model.targets[0], start=36.0, duration=1.5)

    return _took(work, repeats=ALONE - 1)


def took(part: str) -> float:
    """Return the processor seconds per patient of a part."""
    if part == "saturating":
        return _each(model_of(SATURATING), EIGHT_DOSES + LATER_LEVELS, 512, repeats=1)
    model = model_named("vancomycin/thomson2009")
    if part in {"alone", "plain"}:
        return _alone(model, plain=part == "plain")
    if part == "posterior":
        return _posterior(model)
    return _each(model, DOSES + LEVELS, {"batch": 512, "few": 64, "many": 1024}[part])


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["alone" | "plain" | "batch" | "few" | "many" | "saturating" | "posterior" as wanted]:
            print(took(wanted))
        case _:
            sys.exit(__doc__)
