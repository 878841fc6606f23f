"""What would follow from doses still to come, for the point, the typical person or every draw of the posterior."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from garrod.dosing.estimating.estimate import Estimate, at_times
from garrod.dosing.estimating.objective import Prior, prior
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.covariates import fill
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.predict import amounts_at, outputs_at
from garrod.model.errors import Fault, InputError


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Outputs at times ahead.

    Attributes
    ----------
    times
        (times,)
    curve
        (times,) for the best minimum, effects of future occasions at zero.
    draws
        (draws, times), effects of future occasions drawn from the prior; all of one weight.
    area
        (draws + 1, times) area under the output since the first time asked for, the best minimum's first; None unless asked.
    """

    times: Array
    curve: Array
    draws: Array
    area: Array | None

    def band(self, shares: Sequence[float] = (0.05, 0.5, 0.95)) -> Array:
        """Return quantiles of the draws: (shares, times)."""
        found: Array = np.quantile(self.draws, shares, axis=0)
        return found


def with_area(model: DoseModel, output: int = 0) -> DoseModel:
    """Return a model that has one more state, the area under an output."""
    equation = model.outputs[output][1]
    structure = model.structure
    return replace(
        model,
        structure=replace(
            structure,
            states=(*structure.states, "area"),
            odes=(*structure.odes, equation) if structure.odes else (),
            area=None if structure.odes else equation,
        ),
    )


def forecast(
    made: Estimate,
    doses: Sequence[Record],
    times: Sequence[float],
    *,
    draws: int = 2000,
    covariates: Mapping[str, float] | None = None,
    output: int = 0,
    area: bool = False,
    seed: int | None = None,
) -> Forecast:
    """Predict what given doses would do, on top of what was given.

    Parameters
    ----------
    doses
        Records after the last one of the events; ``EVID`` 1, rates, ``ADDL`` and steady state as in a table.
    times
        Rising, in the time of the events.
    draws
        Taken from the posterior with equal weights; 0 for the point alone.
    covariates
        Values from now on; those not named stay as last known.
    area
        Whether to gather the area under the output too.

    Raises
    ------
    InputError
        Where a dose stands before the last record of the events.
    """
    events = _continued(made.model, made.events, doses, covariates or {})
    model = with_area(made.model, output) if area else made.model
    group, rows = at_times(model, events, times, output)
    before = prior(model, group.occasions)
    effects = _ahead(made, before, draws, made.seed if seed is None else seed)
    amounts, values = amounts_at(group, before.full(effects), None)
    with np.errstate(all="ignore"):
        shown = np.broadcast_to(outputs_at(group, amounts, values, None), (len(effects), len(times)))
    gathered = None
    if area:
        at = np.broadcast_to(amounts, (len(effects), *amounts.shape[1:]))[:, rows, -1]
        gathered = at - at[:, :1]
    return Forecast(np.asarray(times, dtype=float), shown[0], shown[1:], gathered)


def _continued(model: DoseModel, events: Events, doses: Sequence[Record], covariates: Mapping[str, float]) -> Events:
    last = events.records[-1].time
    if any(dose.time < last for dose in doses):
        raise InputError(Fault(events.where, "a future dose stands before the last record", "give times after it"))
    count = len(doses)
    table = {}
    for name, values in events.covariates.items():
        known = fill(np.asarray(values, dtype=float))
        table[name] = np.concatenate([values, np.full(count, covariates.get(name, known[-1]))])
    occasion = model.occasions.column if model.occasions is not None else None
    if occasion is not None and occasion in table and occasion not in covariates and count:
        table[occasion][-count:] = np.nanmax(table[occasion][:-count]) + 1
    ordered = tuple(sorted(doses, key=lambda dose: dose.time))
    silent = tuple(record for record in events.records)
    return replace(events, records=silent + ordered, covariates=table)


def _ahead(made: Estimate, before: Prior, draws: int, seed: int) -> Array:
    """Return the best minimum and draws, with effects for the occasions to come: (1 + draws, active)."""
    known, count = len(made.prior.active), len(before.active)
    found = np.zeros((1 + draws, count))
    found[0, :known] = made.minima[0].effects
    if not draws:
        return found
    found[1:, :known] = made.drawn.effects[made.drawn.equal(draws)]
    if count > known:
        drawn = np.random.default_rng(seed).standard_normal((draws, count)) @ before.root.T
        found[1:, known:] = drawn[:, known:]
    return found
