"""People made for the shipped dose models: covariates about those of the test vectors, three doses, five levels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.estimating.estimate import estimate
from garrod.dosing.estimating.objective import prior
from garrod.dosing.models.dose_model import DoseModel, ResidualKind
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import individual, people
from garrod.dosing.solving.plan import plan
from garrod.dosing.solving.predict import predict
from garrod.dosing.solving.residuals import variance

#: Mean concentration that the doses aim at, in the model's unit, and the interval in its unit of time.
AIMS: Final[dict[str, tuple[float, float]]] = {
    "vancomycin": (20, 12),
    "gentamicin": (3, 12),
    "tobramycin": (3, 12),
    "amikacin": (8, 24),
    "busulfan": (900, 6),
    "tacrolimus": (9, 12),
    "meropenem": (10, 8),
    "cefepime": (30, 8),
    "voriconazole": (3, 12),
    "infliximab": (15, 42),
    "digoxin": (1, 24),
    "ganciclovir": (3, 12),
    "imatinib": (1.2, 24),
    "atazanavir": (1.5, 24),
    "caffeine": (15, 24),
    "carbamazepine": (7, 12),
    "theophylline": (10, 8),
    "methotrexate": (20, 24),
    "phenytoin": (12, 12),
}
LEVEL_TIMES: Final = (0.17, 0.5, 0.98, 2.25, 2.9)  #: in intervals
MOST_LEVEL: Final = 3.0  #: a covariate whose hard range is 0 to at most this is a choice, not a measurement


def typical(model: DoseModel, covariates: dict[str, float]) -> dict[str, float]:
    """Return the parameters of the typical person at time 0."""
    given = dict(covariates) | ({model.occasions.column: 1.0} if model.occasions and model.occasions.column else {})
    group = people(model, [plan(model, Events.of([Record(0.0, 1, 1.0), Record(0.0, 0, level=1.0, output=1)], covariates=given))])
    before = prior(model, group.occasions)
    values = individual(group, np.zeros((1, len(before.names))), None)
    return {name: float(np.ravel(values[name])[0]) for name in model.parameter_names}


def covariates_of(model: DoseModel, random: np.random.Generator) -> dict[str, float]:
    """Draw covariates about those of a test vector, inside the hard ranges."""
    full = [one.covariates for one in model.test_vectors if len(one.covariates) == len(model.covariates)]
    base = full[random.integers(len(full))]
    found = {}
    for one in model.covariates:
        low, high = (one.hard.low or 0.0, one.hard.high or np.inf) if one.hard else (0.0, np.inf)
        chosen = one.levels or high <= MOST_LEVEL
        value = float(base[one.name]) * (1.0 if chosen else random.uniform(0.85, 1.15))
        found[one.name] = float(min(max(value, low), high))
    return found


def design(model: DoseModel, covariates: dict[str, float]) -> Events:
    """Return three doses that reach the drug's usual concentration, and five rows for levels."""
    aim, interval = AIMS[str(model.drug["name"])]
    values = typical(model, covariates)
    cleared = values["CL"] if "CL" in values else values["VMAX"] / (values["KM"] + aim)
    per_mg = 1000.0 if model.structure.units["concentration"] == "ug/L" else 1.0
    scale = 30.0 if model.id == "tacrolimus/storset2014" else 1.0  # its clearance is of plasma
    amount = aim / per_mg * cleared / scale * interval / values.get("F1", 1.0)
    infused = model.structure.absorption == "none"
    records = [Record(place * interval, 1, amount, amount / (interval / 12) if infused else 0.0) for place in range(3)]
    outputs = len(model.outputs)
    for place, time in enumerate(LEVEL_TIMES):
        records.append(Record(time * interval, 0, level=1.0, output=place % outputs + 1))
    given: dict[str, float | list[float]] = dict(covariates)
    if model.occasions is not None and model.occasions.column:
        given[model.occasions.column] = [1.0 if one.time < interval else 2.0 for one in records]
    return Events.of(records, covariates=given)


def with_levels(model: DoseModel, events: Events, random: np.random.Generator) -> tuple[Events, np.ndarray]:
    """Return the events with levels drawn from the model, and the true effects; errors exactly as the model has them."""
    group = people(model, [plan(model, events)])
    before = prior(model, group.occasions)
    true = random.standard_normal(len(before.active)) @ before.root.T
    shown = np.ravel(predict(group, before.full(true[None]), None)[0])
    drawn = []
    for value, place in zip(shown, group.output[0], strict=True):
        kind = model.residuals[int(place)]
        if kind.kind is ResidualKind.LOG_ADDITIVE:
            drawn.append(float(max(value, kind.floor) * np.exp(kind.additive * random.standard_normal())))
        else:
            drawn.append(float(value + np.sqrt(variance(kind, np.array([value]))[0][0]) * random.standard_normal()))
    levels = iter(drawn)
    records = tuple(Record(one.time, 0, level=next(levels), output=one.output) if one.is_level else one for one in events.records)
    return Events(records, events.covariates, events.mode), true


def made_people(model: DoseModel, count: int, seed: int) -> Iterator[tuple[Events, np.ndarray]]:
    """Yield people of a model with their true effects."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield with_levels(model, design(model, covariates_of(model, random)), random)


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """What the estimates of many people of one model come to; effects of occasions are left out.

    Attributes
    ----------
    inside
        (people, etas) whether the true effect lies in the 90 % interval.
    means, seconds
        (etas,) mean over people of the posterior mean, and of the posterior second moment, in SD and variances of the model:
        0 and 1 where the cohort recovers the model, whatever the levels say, as people are drawn from it.
    second_errors
        (etas,) standard errors of ``seconds``.
    """

    names: tuple[str, ...]
    inside: np.ndarray
    means: np.ndarray
    seconds: np.ndarray
    second_errors: np.ndarray
    least_ess: float

    def figures(self) -> dict[str, object]:
        """Return what the record keeps."""
        return {
            "people": len(self.inside),
            "names": list(self.names),
            "pooled": round(float(self.inside.mean()), 4),
            "each": [round(float(one), 3) for one in self.inside.mean(axis=0)],
            "mean": [round(float(one), 3) for one in self.means],
            "second": [round(float(one), 3) for one in self.seconds],
            "least_ess": round(self.least_ess),
        }


def cohort(model: DoseModel, count: int, seed: int, draws: int = 2000) -> Cohort:
    """Estimate people of a model and gather how well."""
    inside, means, seconds, ess = [], [], [], []
    names: tuple[str, ...] = ()
    for events, true in made_people(model, count, seed):
        one = estimate(model, events, draws=draws)
        assert one.posterior is not None
        names = tuple(name for name in one.active_names if not name.startswith("kappa_"))
        sd, size = one.prior.sd[: len(names)], len(names)
        low, high = one.posterior.quantile(one.posterior.effects[:, :size], [0.05, 0.95])
        inside.append((low <= true[:size]) & (true[:size] <= high))
        means.append(one.posterior.mean[:size] / sd)
        seconds.append((one.posterior.mean[:size] ** 2 + one.posterior.sd[:size] ** 2) / sd**2)
        ess.append(one.posterior.ess)
    second = np.array(seconds)
    return Cohort(
        names,
        np.array(inside),
        np.mean(means, axis=0),
        second.mean(axis=0),
        second.std(axis=0) / np.sqrt(len(second)),
        float(min(ess)),
    )
