"""Models and people made for the dosing tests, and a second, slow way to everything that is tested."""

import numpy as np

from garrod.dosing.estimating.objective import Prior, objective, prior
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.model_file import model_of
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import people
from garrod.dosing.solving.plan import plan
from garrod.dosing.solving.predict import predict

_TEXT = """
[structure]
compartments = {compartments}
absorption = "{absorption}"
elimination = "{elimination}"
{more}
[parameters]
{parameters}
[iiv]
given_as = "sd"
{iiv}
{sections}
[residual]
{residual}
"""

COMBINED = 'kind = "combined_variance"\nproportional = 0.15\nadditive = 0.1'

THOMSON = """
id = "vancomycin/thomson2009"
drug = { name = "vancomycin" }
[structure]
compartments = 2
units = { time = "h", amount = "mg", concentration = "mg/L" }
[covariates]
WT = { unit = "kg" }
CRCL = { unit = "mL/min" }
[parameters]
CL = { theta = 2.99, equation = "tvCL * (1 + 0.0154*(CRCL - 66))" }
V1 = { theta = 0.675, equation = "tvV1 * WT" }
Q = { theta = 2.28 }
V2 = { theta = 0.732, equation = "tvV2 * WT" }
[iiv]
given_as = "variance"
CL = 0.0729
V1 = 0.0225
Q = 0.2401
V2 = 1.69
covariance = { "CL:V1" = 0.01 }
[residual]
kind = "combined_variance"
proportional = 0.15
additive = 1.6
"""

#: The person of the dosing note whose levels have two explanations.
TWO_MINIMA = """ID,TIME,AMT,RATE,DV,EVID,WT,CRCL
1,0,1000,666.66666666666667,.,1,46,43
1,2.5,.,.,32.3,0,46,43
1,6,.,.,24.9,0,46,43
1,11.5,.,.,16.0,0,46,43
1,12,1000,666.66666666666667,.,1,46,43
1,24,1000,666.66666666666667,.,1,46,43
1,26,.,.,43.2,0,46,43
1,35.5,.,.,20.4,0,46,43
"""

BODY = {
    1: {"CL": 3.0, "V": 20.0},
    2: {"CL": 3.0, "V1": 20.0, "Q": 4.0, "V2": 50.0},
    3: {"CL": 3.0, "V1": 20.0, "Q2": 4.0, "V2": 50.0, "Q3": 1.5, "V3": 90.0},
}


def made_model(
    compartments: int,
    absorption: str = "none",
    *,
    elimination: str = "linear",
    parameters: dict[str, float] | None = None,
    iiv: dict[str, float] | None = None,
    residual: str = COMBINED,
    sections: str = "",
    more: str = "",
) -> DoseModel:
    """Return a model whose parameters are plain numbers; SDs of effects on the log scale."""
    body = {name: value for name, value in BODY[compartments].items() if not (elimination == "michaelis_menten" and name == "CL")}
    given = body | (parameters or {})
    effects = {"V" if compartments == 1 else "V1": 0.3} if iiv is None else iiv
    return model_of(
        _TEXT.format(
            compartments=compartments,
            absorption=absorption,
            elimination=elimination,
            more=more,
            parameters="\n".join(f"{name} = {float(value)}" for name, value in given.items()),
            iiv="\n".join(f"{name} = {float(value)}" for name, value in effects.items()),
            sections=sections,
            residual=residual,
        )
    )


def levels_of(model: DoseModel, events: Events, effects: np.ndarray | None = None, *, plain: bool = False) -> np.ndarray:
    """Return predictions at the levels of a person's events: (lanes, levels) for all effects, zeros by default."""
    group = people(model, [plan(model, events)])
    before = prior(model, group.occasions)
    full = np.zeros((1, len(before.names))) if effects is None else effects
    found = predict(group, full, None, plain=plain)
    return np.broadcast_to(found, (len(full), found.shape[1]))


def simulated(model: DoseModel, events: Events, random: np.random.Generator) -> tuple[Events, np.ndarray]:
    """Return the events with levels drawn from the model, and the true effects."""
    group = people(model, [plan(model, events)])
    before = prior(model, group.occasions)
    effects = random.standard_normal(len(before.active)) @ before.root.T
    shown = predict(group, before.full(effects[None]), None)[0]
    noise = model.residuals[0]
    drawn = shown * (1 + noise.proportional * random.standard_normal(len(shown))) + noise.additive * random.standard_normal(
        len(shown)
    )
    if noise.kind == "log_additive":
        drawn = shown * np.exp(noise.additive * random.standard_normal(len(shown)))
    values = iter(np.maximum(drawn, 1e-3))
    records = tuple(
        Record(record.time, 0, level=float(next(values)), output=record.output, compartment=record.compartment)
        if record.is_level
        else record
        for record in events.records
    )
    return Events(records, events.covariates, events.mode), effects


def brute_force(model: DoseModel, events: Events, *, seed: int = 5, draws: int = 20_000) -> tuple[float, np.ndarray]:
    """Return the lowest objective found by drawing densely and walking downhill from the best draws, no derivative used."""
    group = people(model, [plan(model, events)])
    before: Prior = prior(model, group.occasions)
    random = np.random.default_rng(seed)
    effects = 1.3 * random.standard_normal((draws, len(before.active))) @ before.root.T
    heights = np.concatenate([objective(group, before, part, None) for part in np.array_split(effects, max(1, draws // 2000))])
    best = effects[np.argsort(heights)[:20]]
    height = objective(group, before, best, None)
    size = np.full(len(best), 0.3)
    for _ in range(1500):
        trial = best + size[:, None] * before.sd * random.standard_normal(best.shape) * (random.random(best.shape) < 0.6)
        there = objective(group, before, trial, None)
        better = there < height
        best, height = np.where(better[:, None], trial, best), np.where(better, there, height)
        size = np.clip(np.where(better, size * 1.5, size * 0.93), 1e-9, 1.0)
    lowest = int(height.argmin())
    return float(height[lowest]), best[lowest]
