"""Options that dose commands share: which model, which covariates, which target."""

import re
from collections.abc import Sequence
from typing import Final

import click

from garrod.dosing.models.dose_model import Range, Target
from garrod.dosing.regimens.exposures import METRICS

_TARGET: Final = re.compile(r"^(?P<metric>\w+)=(?P<low>[\d.]+)?\.\.(?P<high>[\d.]+)?$")


def covariates(given: Sequence[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` texts; values are in the model's units."""
    found = {}
    for one in given:
        name, sign, value = one.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            sign = ""
        if not sign:
            raise click.UsageError(f"{one!r} is not NAME=NUMBER; write --covariate HCT=0.35, in the model's unit")
    return found


def target(text: str | None, toxic: float | None) -> Target | None:
    """Read ``METRIC=LOW..HIGH``; one end may be left out."""
    if text is None:
        if toxic is not None:
            raise click.UsageError("--toxic-above goes with --target")
        return None
    match = _TARGET.match(text.replace(" ", ""))
    if match is None or not (match["low"] or match["high"]) or match["metric"] not in METRICS:
        raise click.UsageError(f"{text!r} is no target; write METRIC=LOW..HIGH with one of {', '.join(sorted(METRICS))}")
    low, high = (float(match[end]) if match[end] else None for end in ("low", "high"))
    return Target(match["metric"], Range(low, high), toxic_above=toxic, source="said with the request")
