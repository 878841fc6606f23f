"""Doses from drug levels: population models as data, estimates of a person's own parameters with their uncertainty.

numpy is loaded with the first of these names, never by importing ``garrod``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garrod.dosing.estimating.averaging import average
    from garrod.dosing.estimating.estimate import Estimate, estimate, estimate_many
    from garrod.dosing.estimating.forecast import forecast
    from garrod.dosing.models.dose_model import DoseModel
    from garrod.dosing.models.model_file import load_model
    from garrod.dosing.solving.events import Events, Record
    from garrod.dosing.solving.nmtran import read_events

__all__ = [
    "DoseModel",
    "Estimate",
    "Events",
    "Record",
    "average",
    "estimate",
    "estimate_many",
    "forecast",
    "load_model",
    "read_events",
]

_HOMES = {
    "DoseModel": "models.dose_model",
    "Estimate": "estimating.estimate",
    "Events": "solving.events",
    "Record": "solving.events",
    "average": "estimating.averaging",
    "estimate": "estimating.estimate",
    "estimate_many": "estimating.estimate",
    "forecast": "estimating.forecast",
    "load_model": "models.model_file",
    "read_events": "solving.nmtran",
}


def __getattr__(name: str) -> Any:
    """Load a name's module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
