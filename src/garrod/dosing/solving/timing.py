"""Whether random effects move when doses act: then the order of events differs from lane to lane, and objectives have kinks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from garrod.dosing.models.dose_model import DoseModel


def moving_parameters(model: DoseModel) -> frozenset[str]:
    """Return the parameters that some random effect moves, directly or through others."""
    effects = {f"eta_{name}" for name in model.etas.names}
    if model.occasions is not None:
        effects |= {f"kappa_{name}" for name in model.occasions.effects.names}
    found: set[str] = set()
    for one in model.parameters:
        own = one.random not in {"none", "explicit"} and {f"eta_{one.name}", f"kappa_{one.name}"} & effects
        if own or one.equation.names & (effects | found):
            found.add(one.name)
    return frozenset(found)


def timing_moves(model: DoseModel) -> bool:
    """Say whether a lag, a duration or a rate of dosing carries a random effect."""
    timed = {name for (kind, _), name in model.structure.doses.items() if kind in {"ALAG", "D", "R"}}
    return bool(timed & moving_parameters(model))


def timing_effects(model: DoseModel, names: Sequence[str]) -> NDArray[np.bool_]:
    """Return which of a model's effects, as a prior names them, move a lag, a duration or a rate of dosing."""
    timed = {name for (kind, _), name in model.structure.doses.items() if kind in {"ALAG", "D", "R"}}
    found: set[str] = set()
    left = [one for one in model.parameters if one.name in timed]
    seen = {one.name for one in left}
    while left:
        one = left.pop()
        found |= {one.name} if one.random not in {"none", "explicit"} else set()
        found |= {
            name.removeprefix("eta_").removeprefix("kappa_") for name in one.equation.names if name.startswith(("eta_", "kappa_"))
        }
        more = [other for other in model.parameters if other.name in one.equation.names and other.name not in seen]
        seen |= {other.name for other in more}
        left += more
    return np.array([name.removeprefix("kappa_").partition("[")[0] in found for name in names], dtype=bool)


def may_move(model: DoseModel) -> bool:
    """Say whether starts or ends of doses may differ between lanes; bioavailability moves the end of an infusion."""
    timed = {name for (kind, _), name in model.structure.doses.items() if kind in {"ALAG", "D", "R", "F"}}
    timed |= {model.structure.roles["FR"]} if "FR" in model.structure.roles else set()
    return bool(timed & moving_parameters(model))
