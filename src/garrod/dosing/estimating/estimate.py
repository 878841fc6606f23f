"""A person's own parameters from a model and events: point, posterior, checks, and predictions at any time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from garrod.dosing.estimating import checks as looked
from garrod.dosing.estimating.checks import Check
from garrod.dosing.estimating.map_estimate import Minimum, minima
from garrod.dosing.estimating.objective import Prior, prior
from garrod.dosing.estimating.posterior import Posterior, covariance_of, posterior
from garrod.dosing.models.dose_model import DoseModel, ResidualKind
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.events import Events
from garrod.dosing.solving.lanes import People, individual, people
from garrod.dosing.solving.plan import Plan, plan
from garrod.dosing.solving.predict import predict
from garrod.dosing.solving.residuals import variance
from garrod.model.errors import Fault, InputError

_GROUP: Final = 512


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the levels say of one person.

    Attributes
    ----------
    minima
        Every minimum of the objective that was found, best first.
    posterior
        Weighted draws; None where none were asked for.
    seed
        Of starts and draws.
    """

    model: DoseModel
    events: Events
    plan: Plan = field(repr=False)
    prior: Prior = field(repr=False)
    minima: tuple[Minimum, ...]
    posterior: Posterior | None
    seed: int

    @cached_property
    def group(self) -> People:
        """The person alone, as the engine takes people."""
        return people(self.model, [self.plan])

    @property
    def objective(self) -> float:
        """The lowest objective, constants n ln 2 pi and ln det W left out."""
        return self.minima[0].objective

    @property
    def active_names(self) -> tuple[str, ...]:
        """Names of the effects that were estimated."""
        return tuple(self.prior.names[place] for place in self.prior.active)

    @property
    def eta(self) -> dict[str, float]:
        """Every random effect at the best minimum, kappas as ``kappa_CL[1]``; those without variance are 0."""
        full = self.prior.full(self.minima[0].effects[None])[0]
        return {name: float(one) for name, one in zip(self.prior.names, full, strict=True)}

    @property
    def eta_in_sd(self) -> dict[str, float]:
        """Effects in prior standard deviations."""
        return dict(zip(self.active_names, map(float, self.minima[0].effects / self.prior.sd), strict=True))

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The person's parameters, with the covariates and occasion of the last record."""
        return {name: float(values[0]) for name, values in self.parameters_of(self.minima[0].effects[None]).items()}

    @cached_property
    def population_parameters(self) -> dict[str, float]:
        """The parameters of the typical person with these covariates."""
        return {name: float(values[0]) for name, values in self.parameters_of(np.zeros((1, len(self.prior.active)))).items()}

    def parameters_of(self, effects: Array) -> dict[str, Array]:
        """Return the parameters of active effects (lanes, active), at the last record: name -> (lanes,)."""
        values = individual(self.group, self.prior.full(effects), None)
        last = int(self.group.of_record[0, -1])
        found = {}
        for name in self.model.parameter_names:
            each = np.atleast_2d(values[name])
            found[name] = np.broadcast_to(each[:, last if each.shape[1] > 1 else 0], (len(effects),))
        return found

    @cached_property
    def individual_predictions(self) -> Array:
        """(levels,) predictions at the best minimum."""
        return self._at_levels(self.minima[0].effects[None])

    @cached_property
    def population_predictions(self) -> Array:
        """(levels,) predictions for the typical person."""
        return self._at_levels(np.zeros((1, len(self.prior.active))))

    def _at_levels(self, effects: Array) -> Array:
        found: Array = np.broadcast_to(
            predict(self.group, self.prior.full(effects), None), (len(effects), self.group.level.shape[1])
        )[0]
        return found

    @cached_property
    def weighted_residuals(self) -> Array:
        """(levels,) distance of each level from its prediction in SD of its error; NaN below quantification."""
        return self._residuals(self.individual_predictions)

    def _residuals(self, predictions: Array) -> Array:
        found = np.full(len(predictions), np.nan)
        for place, kind in enumerate(self.model.residuals):
            mine = self.group.output[0] == place
            level, shown = self.group.level[0, mine], predictions[mine]
            if kind.kind is ResidualKind.LOG_ADDITIVE:
                level = level if kind.table_is_log else np.log(np.where(level > 0, level, np.nan))
                shown = np.log(np.where(shown > 0, shown, np.nan))
            found[mine] = (level - shown) / np.sqrt(variance(kind, shown)[0])
        return found

    def predict(self, times: Sequence[float], effects: Array | None = None, *, output: int = 0) -> Array:
        """Return predicted outputs at any times: (lanes, times).

        Parameters
        ----------
        effects
            (lanes, active) active effects, as ``posterior.effects``; the best minimum where None. Zeros are the typical person.
        output
            Place of the output in the model.
        """
        lanes = self.minima[0].effects[None] if effects is None else effects
        group, _ = at_times(self.model, self.events, times, output)
        found = predict(group, self.prior.full(lanes), None)
        return np.broadcast_to(found, (len(lanes), len(times)))

    @property
    def drawn(self) -> Posterior:
        """The posterior; without draws a ``ValueError``."""
        if self.posterior is None:
            raise ValueError("the estimate was made without draws")
        return self.posterior

    def band(
        self, times: Sequence[float], shares: Sequence[float] = (0.05, 0.5, 0.95), *, draws: int = 2000, output: int = 0
    ) -> Array:
        """Return quantiles of the posterior's predictions at any times: (shares, times)."""
        chosen = self.drawn.effects[self.drawn.equal(draws)]
        found: Array = np.quantile(self.predict(times, chosen, output=output), shares, axis=0)
        return found

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """What speaks against the estimate."""
        one = self.plan
        found = looked.covariate_checks(self.model, one) + looked.early_level_checks(one)
        found += looked.effect_checks(self.active_names, self.minima[0].effects / self.prior.sd)
        found += looked.residual_checks(self.weighted_residuals) + looked.minima_checks(self.minima)
        if self.posterior is not None and not self.posterior.is_enough:
            text = f"only {self.posterior.ess:.0f} effective draws: the uncertainty is not known"
            found.append(Check("ess", "posterior", self.posterior.ess, blocks=True, text=text))
        return tuple(found)

    def _repr_html_(self) -> str:
        """Show the curve in a notebook, where the estimate was made with draws."""
        if self.posterior is None:
            return f"<pre>{self.model.id}: {self.parameters}</pre>"
        from garrod.dosing.regimens.curves import curve  # noqa: PLC0415 - only where it is shown
        from garrod.dosing.regimens.pictures import svg  # noqa: PLC0415

        return svg(curve(self), f"{self.model.id}: levels and what the model says of them")

    @property
    def condition_number(self) -> float:
        """Ratio of the extreme curvatures at the best minimum."""
        return looked.condition_number(self.prior, self.minima[0])

    @property
    def effect_sd(self) -> Array:
        """(active,) SD of each effect: the posterior's, or Laplace's where nothing was drawn."""
        if self.posterior is not None:
            return self.posterior.sd
        found: Array = np.sqrt(np.diag(covariance_of(self.prior, self.minima[0])))
        return found

    @property
    def shrinkage(self) -> Mapping[str, float]:
        """1 - posterior SD / prior SD of each effect."""
        return looked.shrinkage(self.prior, self.active_names, self.effect_sd)


def at_times(model: DoseModel, events: Events, times: Sequence[float], output: int) -> tuple[People, list[int]]:
    """Return the events with predictions asked for at given times, in place of the levels."""
    widened, rows = events.with_times(times)
    one = plan(model, widened)
    count = len(rows)
    asked = replace(
        one,
        level_record=np.array(rows, dtype=int),
        level=np.ones(count),
        output=np.full(count, output),
        limit=np.full(count, np.nan),
    )
    return people(model, [asked]), rows


def estimate(model: DoseModel, events: Events, *, seed: int = 1, draws: int = 10_000, plain: bool = False) -> Estimate:
    """Estimate one person's parameters.

    Parameters
    ----------
    draws
        Of the posterior; 0 for the point alone.
    plain
        Whether to take matrix exponentials where closed forms would do; the answer is the same.

    Raises
    ------
    InputError
        Where a covariate is missing, or no parameters can explain the levels at all.
    """
    one = plan(model, events)
    group = people(model, [one])
    before = prior(model, group.occasions)
    found = minima(group, before, seed=seed, plain=plain)[0]
    return _finished(Estimate(model, events, one, before, tuple(found), None, seed), draws=draws, plain=plain)


def _finished(made: Estimate, *, draws: int, plain: bool = False) -> Estimate:
    """Return an estimate with its draws."""
    if not made.minima or not np.isfinite(made.minima[0].objective):
        raise InputError(
            Fault(
                made.events.where,
                "no parameters give every level a finite likelihood",
                "look for a level before the first dose; an error in proportion needs a floor where predictions reach 0",
            )
        )
    if not draws:
        return made
    drawn = posterior(made.group, made.prior, made.minima, draws=draws, seed=made.seed, plain=plain)
    return replace(made, posterior=drawn)


def estimate_many(model: DoseModel, table: Sequence[Events], *, seed: int = 1, draws: int = 0) -> list[Estimate | InputError]:
    """Estimate many people, side by side; each as by ``estimate``.

    A person whose events cannot be used has the error in place of an estimate; the others are not held up by it.
    """
    found: list[Any] = [None] * len(table)
    ready = []
    for place, events in enumerate(table):
        try:
            ready.append((place, plan(model, events)))
        except InputError as why:
            found[place] = why
    ready.sort(key=lambda one: (one[1].occasions, len(one[1].time), len(one[1].doses), len(one[1].level)))
    for start in range(0, len(ready), _GROUP):
        batch = ready[start : start + _GROUP]
        group = people(model, [one for _, one in batch])
        before = {count: prior(model, count) for count in {one.occasions for _, one in batch}}
        best = minima(group, before[group.occasions], seed=seed)
        for (place, one), mine in zip(batch, best, strict=True):
            own = before[one.occasions]
            cut = tuple(_cut(each, len(own.active)) for each in mine)
            try:
                found[place] = _finished(Estimate(model, table[place], one, own, cut, None, seed), draws=draws)
            except InputError as why:
                found[place] = why
    return found


def _cut(one: Minimum, count: int) -> Minimum:
    """Return a minimum without the effects of occasions that others of a batch have."""
    if len(one.effects) == count:
        return one
    return replace(one, effects=one.effects[:count], hessian=one.hessian[:count, :count])
