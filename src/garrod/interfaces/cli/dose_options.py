"""Options that dose commands share: which model of which drug, which covariates, which target."""

import math
import re
from collections.abc import Sequence
from typing import Any, Final

import click

from garrod.dosing.models.choosing import Chosen, chosen_for
from garrod.dosing.models.dose_model import Range, Target
from garrod.dosing.regimens.exposures import METRICS, OF_MIC
from garrod.knowledge import Knowledge
from garrod.medicines.names import drug_index
from garrod.model.errors import Fault, InputError

NUMBER: Final = r"\d+(?:\.\d+)?"
_TARGET: Final = re.compile(rf"^(?P<metric>\w+)=(?P<low>{NUMBER})?\.\.(?P<high>{NUMBER})?$")
_REGIMEN: Final = re.compile(rf"^(?P<amount>{NUMBER})/(?P<hours>{NUMBER})$")


class Positive(click.ParamType[float]):
    """A finite number above 0, or from 0 on."""

    name = "number"

    def __init__(self, *, or_zero: bool = False) -> None:
        self.or_zero = or_zero

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number."""
        try:
            found = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number", param, ctx)
        if not math.isfinite(found) or found < 0 or (found == 0 and not self.or_zero):
            self.fail(f"{value} is not {'0 or more' if self.or_zero else 'above 0'}", param, ctx)
        return found


def covariates(given: Sequence[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` texts; values are in the model's units, and a name stands once."""
    found: dict[str, float] = {}
    for one in given:
        name, sign, value = one.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not sign or not math.isfinite(number):
            raise click.UsageError(f"{one!r} is not NAME=NUMBER; write --covariate HCT=0.35, in the model's unit")
        if name.strip().lower() in {known.lower() for known in found}:
            raise click.UsageError(f"{name.strip()} was said twice")
        found[name.strip()] = number
    return found


def check_covariates(given: dict[str, float], models: Sequence[Chosen]) -> None:
    """Refuse a covariate that none of the models asks for: it would be said in vain."""
    known = {one.name.lower(): one.name for each in models for one in each.model.covariates}
    for name in given:
        if name.lower() not in known:
            raise click.UsageError(f"no model asks for {name}; they ask for {', '.join(sorted(known.values())) or 'none'}")


def models_for(drug: str | None, names: Sequence[str], knowledge: Knowledge) -> tuple[Chosen, ...]:
    """Return the models asked for, all of the drug that is dosed, or the drug's admitted ones.

    Raises
    ------
    InputError
        Where a model is of another drug, or models of several drugs were asked for.
    """
    index = drug_index(knowledge)

    def known(name: str) -> str:
        ids = index.recognize(name).drug_ids
        return next(iter(ids)) if len(ids) == 1 else name.strip().lower()

    found = chosen_for(known(drug) if drug else "", names)
    wanted = known(drug) if drug else known(str(found[0].model.drug.get("name", "")))
    for one in found:
        own = str(one.model.drug.get("name", ""))
        if known(own) != wanted:
            raise InputError(
                Fault("--model", f"{one.model.id} is a model of {own}", f"give a model of {wanted}, or --drug {own}")
            )
    return found


def target(text: str | None, toxic: float | None, mic: float | None = None) -> Target | None:
    """Read ``METRIC=LOW..HIGH``; one end may be left out."""
    if text is None:
        if toxic is not None:
            raise click.UsageError("--toxic-above goes with --target")
        return None
    match = _TARGET.match(text.replace(" ", ""))
    if match is None or not (match["low"] or match["high"]) or match["metric"] not in METRICS:
        raise click.UsageError(f"{text!r} is no target; write METRIC=LOW..HIGH with one of {', '.join(sorted(METRICS))}")
    low, high = (float(match[end]) if match[end] else None for end in ("low", "high"))
    if low is not None and high is not None and low >= high:
        raise click.UsageError(f"{text!r}: the low end is not below the high one")
    if match["metric"] == "time_above" and max(low or 0.0, high or 0.0) > 1:
        raise click.UsageError(f"{text!r}: time_above is a share of the interval, 0 to 1")
    if toxic is not None and high is not None and toxic < high:
        raise click.UsageError(f"--toxic-above {toxic:g} lies inside the target")
    if mic is not None and match["metric"] not in OF_MIC:
        raise click.UsageError(f"--mic says nothing of {match['metric']}")
    return Target(match["metric"], Range(low, high), toxic_above=toxic, source="said with the request")


def regimen(text: str) -> tuple[float, float]:
    """Read ``AMOUNT/HOURS``."""
    match = _REGIMEN.match(text.replace(" ", ""))
    if match is None or not float(match["amount"]) or not float(match["hours"]):
        raise click.UsageError(f"{text!r} is no regimen; write AMOUNT/HOURS, as 1000/12")
    return float(match["amount"]), float(match["hours"])
