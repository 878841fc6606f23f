"""Rate constants of the body, from clearances and volumes or as a model gives them."""

from collections.abc import Mapping
from typing import Any

from garrod.dosing.models.dose_model import Structure


def rates(structure: Structure, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rate constants of the body, from clearances and volumes or as they stand: K10, K12, K21, K13, K31."""
    roles = structure.roles
    volume = values[roles["V"]]
    found: dict[str, Any] = {}
    if structure.elimination != "michaelis_menten":
        found["K10"] = values[roles["CL"]] / volume if "CL" in roles else values[roles["K10"]]
    for place in range(2, structure.compartments + 1):
        there, back, between = f"K1{place}", f"K{place}1", f"Q{place}"
        if between in roles:
            found[there] = values[roles[between]] / volume
            found[back] = values[roles[between]] / values[roles[f"V{place}"]]
        else:
            found[there], found[back] = values[roles[there]], values[roles[back]]
    return found


def area_weights(structure: Structure, values: Mapping[str, Any]) -> dict[int, Any]:
    """Return how fast one unit in each state adds to the area under the asked output; nothing where none is asked."""
    if structure.area is None:
        return {}
    at_zero: dict[str, Any] = dict.fromkeys(structure.states, 0.0)
    still = structure.area({**values, **at_zero})
    shown = [place for place, name in enumerate(structure.states) if name in structure.area.names]
    return {place: structure.area({**values, **at_zero, structure.states[place]: 1.0}) - still for place in shown}
