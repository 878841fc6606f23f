"""Doses from drug levels: population models as data, estimates of a person's own parameters with their uncertainty.

numpy is loaded with the first of these names, never by importing ``garrod``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garrod.dosing.averaging import average
    from garrod.dosing.dose_model import DoseModel
    from garrod.dosing.estimate import Estimate, estimate, estimate_many
    from garrod.dosing.events import Events, Record
    from garrod.dosing.forecast import forecast
    from garrod.dosing.model_file import load_model
    from garrod.dosing.nmtran import read_events

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
    "DoseModel": "dose_model",
    "Estimate": "estimate",
    "Events": "events",
    "Record": "events",
    "average": "averaging",
    "estimate": "estimate",
    "estimate_many": "estimate",
    "forecast": "forecast",
    "load_model": "model_file",
    "read_events": "nmtran",
}


def __getattr__(name: str) -> Any:
    """Load a name's module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
