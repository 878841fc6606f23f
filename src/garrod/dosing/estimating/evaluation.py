"""How well a model would have foretold a hospital's own levels: each level from what was known before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from garrod.dosing.estimating.estimate import Estimate, estimate_many
from garrod.dosing.models.dose_model import DoseModel, ResidualKind
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.events import OTHER, Events, Record
from garrod.dosing.solving.residuals import variance
from garrod.model.errors import Fault, InputError

DRAWS = 2000
#: The least for an admission, on levels that others came before. These bars are ours; a hospital may set higher ones.
FEWEST_LEVELS = 20
MOST_BIAS = 0.25
LEAST_WITHIN_30 = 0.5
LEAST_COVERAGE = 0.75


@dataclass(frozen=True, slots=True)
class Foretold:
    """One level and what was foretold of it.

    Attributes
    ----------
    earlier
        How many levels of the person were known before; with 0 the forecast rests on covariates alone.
    low, high
        The 90 % interval of a measured level, residual error included.
    """

    person: str
    time: float
    observed: float
    predicted: float
    low: float
    high: float
    earlier: int

    @property
    def relative_error(self) -> float:
        """Return (predicted - observed) / observed."""
        return (self.predicted - self.observed) / self.observed


@dataclass(frozen=True, slots=True)
class Figures:
    """What a set of forecasts comes to; None where there is none.

    Attributes
    ----------
    bias, rmse, mape
        Mean, root mean square and mean size of the relative error.
    within_20, within_30
        Share of levels foretold within 20 and 30 %.
    coverage
        Share of levels inside the 90 % interval.
    """

    levels: int
    bias: float | None = None
    rmse: float | None = None
    mape: float | None = None
    within_20: float | None = None
    within_30: float | None = None
    coverage: float | None = None

    @classmethod
    def of(cls, some: Sequence[Foretold]) -> "Figures":
        """Work out the figures."""
        if not some:
            return cls(0)
        error = np.array([one.relative_error for one in some])
        inside = np.array([one.low <= one.observed <= one.high for one in some])
        return cls(
            levels=len(some),
            bias=float(error.mean()),
            rmse=float(np.sqrt((error**2).mean())),
            mape=float(np.abs(error).mean()),
            within_20=float((np.abs(error) <= 0.2).mean()),
            within_30=float((np.abs(error) <= 0.3).mean()),
            coverage=float(inside.mean()),
        )


def why_not_admitted(figures: Figures) -> tuple[str, ...]:
    """Return what forbids a hospital to admit a model on these figures of later levels; nothing where nothing does."""
    if figures.levels < FEWEST_LEVELS:
        return (f"{figures.levels} later levels are too few, {FEWEST_LEVELS} are needed",)
    found = []
    if abs(figures.bias or 0.0) > MOST_BIAS:
        found.append(f"its bias is {figures.bias:+.0%}, at most {MOST_BIAS:.0%} is allowed")
    if (figures.within_30 or 0.0) < LEAST_WITHIN_30:
        found.append(f"{figures.within_30:.0%} of levels lie within 30 %, {LEAST_WITHIN_30:.0%} are needed")
    if (figures.coverage or 0.0) < LEAST_COVERAGE:
        found.append(f"{figures.coverage:.0%} lie in the 90 % interval, {LEAST_COVERAGE:.0%} are needed")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Forecasts of one model on one table.

    Attributes
    ----------
    left_out
        Levels that could not be foretold: person and reason.
    """

    model: str
    foretold: tuple[Foretold, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def first(self) -> Figures:
        """Return the figures of first levels, foretold from covariates alone."""
        return Figures.of([one for one in self.foretold if one.earlier == 0])

    @property
    def later(self) -> Figures:
        """Return the figures of levels that others came before."""
        return Figures.of([one for one in self.foretold if one.earlier > 0])


def evaluate(model: DoseModel, table: Sequence[Events], *, seed: int = 1, draws: int = DRAWS) -> Evaluation:
    """Foretell each level of each person from the doses, covariates and levels before it.

    Levels below quantification inform later forecasts and are not themselves scored.

    Raises
    ------
    InputError
        Where the table holds no level that could be scored.
    """
    cases = [case for events in table for case in _cases(events)]
    if not cases:
        where = table[0].where if table else "events"
        raise InputError(Fault(where, "no level can be scored", "give rows with DV and EVID 0"))
    made = estimate_many(model, [events for events, *_ in cases], seed=seed, draws=draws)
    random = np.random.default_rng(seed)
    foretold, left_out = [], []
    for (events, record, earlier), one in zip(cases, made, strict=True):
        if isinstance(one, InputError):
            left_out.append((events.name, str(one.faults[0])))
        else:
            foretold.append(_foretold(one, record, earlier, random))
    return Evaluation(model.id, tuple(foretold), tuple(left_out))


def _cases(events: Events) -> Iterator[tuple[Events, Record, int]]:
    """Yield for each measured level the events up to it, its own value and those of its time taken out."""
    for record in events.records:
        if not record.is_level or record.below or record.level is None or record.level <= 0:
            continue
        last = max(number for number, one in enumerate(events.records) if one.time <= record.time)
        kept = events.records[: last + 1]
        hidden = tuple(
            replace(one, evid=OTHER, level=None, below=False) if one.is_level and one.time >= record.time else one for one in kept
        )
        known = {name: values[: last + 1] for name, values in events.covariates.items()}
        earlier = sum(one.is_level for one in hidden)
        yield replace(events, records=hidden, covariates=known), record, earlier


def _foretold(made: Estimate, record: Record, earlier: int, random: np.random.Generator) -> Foretold:
    assert record.level is not None
    output = _output(made.model, record.output)
    point = float(made.predict([record.time], output=output)[0, 0])
    drawn = made.predict([record.time], made.drawn.effects[made.drawn.equal(DRAWS)], output=output)[:, 0]
    low, high = (float(one) for one in np.quantile(_measured(made.model, drawn, output, random), (0.05, 0.95)))
    level = float(np.exp(record.level)) if made.model.residuals[output].table_is_log else record.level
    return Foretold(made.events.name, record.time, level, point, low, high, earlier)


def _output(model: DoseModel, said: int | str | None) -> int:
    return model.output_labels.index(int(said)) if said is not None and int(said) in model.output_labels else 0


def _measured(model: DoseModel, drawn: Array, output: int, random: np.random.Generator) -> Array:
    """Return predictions as they would be measured: with the residual error on them."""
    kind = model.residuals[output]
    noise = random.standard_normal(len(drawn))
    if kind.kind is ResidualKind.LOG_ADDITIVE:
        found: Array = drawn * np.exp(noise * kind.additive)
        return found
    noisy: Array = drawn + noise * np.sqrt(variance(kind, drawn)[0])
    return noisy
