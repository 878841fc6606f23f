"""Read the structure of a model file: compartments, ways in and out, outputs, and which parameter plays which part."""

from typing import Any, Final

from garrod.dosing.models.dose_model import Structure
from garrod.dosing.models.expressions import Expression, parse
from garrod.dosing.models.model_keys import Keys

ABSORPTIONS: Final = ("none", "first_order", "zero_order", "sequential", "dual_first_order", "parallel", "transit")
ELIMINATIONS: Final = ("linear", "michaelis_menten", "both")
_KEYS: Final = {
    "compartments", "elimination", "absorption", "units", "metabolite", "covariate_mode", "routes", "doses_to", "dose_split",
    "transit", "note",
}  # fmt: skip

#: Names under which a part may be played, the first that the file has counts.
_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "CL": ("CL",),
    "V": ("V", "V1", "VC"),
    "Q2": ("Q", "Q2"),
    "V2": ("V2", "VP", "VP1"),
    "Q3": ("Q3", "QP2"),
    "V3": ("V3", "VP2"),
    "K10": ("K", "KE", "K10", "KEL"),
    "K12": ("K12",),
    "K21": ("K21",),
    "K13": ("K13",),
    "K31": ("K31",),
    "VMAX": ("VMAX",),
    "KM": ("KM",),
    "KA": ("KA", "KA1"),
    "KA2": ("KA2",),
    "FR": ("FR", "FR1"),
    "KTR": ("KTR",),
    "NTR": ("NTR",),
    "CLM": ("CLM", "KM0"),
    "VM": ("VM",),
    "FM": ("FM",),
    "FPM": ("FPM",),
}


def read_structure(keys: Keys, parameters: list[str]) -> Structure | None:
    """Read ``[structure]``, ``[absorption]`` and ``[odes]``; None where there is too little to go on."""
    table = keys.table("structure")
    table.only(_KEYS)
    units = {name: str(unit) for name, unit in (table.raw("units") or {}).items()}
    mode = table.word("covariate_mode", ("nmtran", "clinical", "linear"), default="")
    shared: dict[str, Any] = {
        "units": units,
        "covariate_mode": mode or None,
        "routes": tuple(table.raw("routes") or ()),
        "split": table.word("dose_split", ("auto", "model", "rows"), default="auto"),
    }
    if "odes" in keys:
        return _own_equations(keys, parameters, shared)
    compartments = table.raw("compartments")
    if compartments not in {1, 2, 3}:
        table.fault("compartments", "the number of compartments is missing", "write compartments = 1, 2 or 3, or give [odes]")
        return None
    absorption = keys.table("absorption").word("kind", ABSORPTIONS, default=table.word("absorption", ABSORPTIONS, default="none"))
    elimination = table.word("elimination", ELIMINATIONS, default="linear")
    metabolite = table.flag("metabolite", default=False)
    transit = _transit(keys, parameters) if absorption == "transit" else 0
    states = _states(compartments, absorption, transit, metabolite, "KA" in parameters)
    roles = _roles(parameters, compartments, metabolite)
    _check_roles(table, roles, compartments, absorption, elimination, metabolite=metabolite)
    first = states[0]
    return Structure(
        states=states,
        compartments=compartments,
        elimination=elimination,  # type: ignore[arg-type]
        absorption=absorption,  # type: ignore[arg-type]
        transit=transit,
        metabolite=metabolite,
        numbers=_numbers(states, absorption),
        roles=roles,
        doses=_dose_parameters(parameters, states, first, absorption),
        modeled=frozenset({first} if absorption in {"zero_order", "sequential"} else ()),
        doses_to=_doses_to(table, states),
        **shared,
    )


def _doses_to(table: Keys, states: tuple[str, ...]) -> int:
    given = table.raw("doses_to")
    if given is None:
        return 1
    if isinstance(given, str) and given in states:
        return states.index(given) + 1
    if isinstance(given, int) and 1 <= given <= len(states):
        return given
    table.fault("doses_to", f"{given!r} is not a compartment", f"name one of {', '.join(states)}")
    return 1


def _transit(keys: Keys, parameters: list[str]) -> int:
    given = keys.table("structure").raw("transit")
    if given is None and "NTR" in parameters:
        given = (
            keys.table("parameters").table("NTR").number("theta")
            if isinstance(keys.table("parameters").raw("NTR"), dict)
            else None
        )
        given = keys.table("parameters").number("NTR") if given is None else given
    if given is None or given != int(given) or not 1 <= given <= 30:
        keys.fault(
            "parameters.NTR", "a transit chain needs its whole number of compartments", "write NTR = { theta = 5 }, 1 to 30"
        )
        return 1
    return int(given)


def _states(compartments: int, absorption: str, transit: int, metabolite: bool, has_ka: bool) -> tuple[str, ...]:  # noqa: FBT001
    ways = {"first_order": ("depot",), "sequential": ("depot",), "parallel": ("depot",), "dual_first_order": ("depot", "depot2")}
    way = ways.get(absorption, ())
    if absorption == "transit":
        way = (*(f"transit{place}" for place in range(1, transit + 1)), *(("depot",) if has_ka else ()))
    body = ("central", "peripheral", "peripheral2")[:compartments]
    return (*way, *body, *(("metabolite",) if metabolite else ()))


def _numbers(states: tuple[str, ...], absorption: str) -> tuple[int, ...]:
    if absorption != "transit":
        return tuple(range(len(states)))
    return (0, *range(states.index("central"), len(states)))


def _roles(parameters: list[str], compartments: int, metabolite: bool) -> dict[str, str]:  # noqa: FBT001
    roles = {
        role: next(name for name in names if name in parameters)
        for role, names in _ALIASES.items()
        if set(names) & set(parameters)
    }
    if "V" not in roles and compartments > 1 and {"V2", "V3"} <= set(parameters):
        # Numbered by compartment as with an absorption compartment: V2 is the blood, V3 and V4 the tissues.
        roles |= {"V": "V2", "V2": "V3"} | ({"V3": "V4"} if "V4" in parameters else {})
        roles |= {"Q2": "Q3", "Q3": "Q4"} if {"Q3", "Q4"} <= set(parameters) else {}
    if "VMAX" not in roles and "VM" in parameters and not metabolite:
        roles["VMAX"] = roles.pop("VM")
    return roles


def _check_roles(
    table: Keys, roles: dict[str, str], compartments: int, absorption: str, elimination: str, *, metabolite: bool
) -> None:
    needs: list[tuple[str, ...]] = [("V",)]
    if elimination != "michaelis_menten":
        needs.append(("CL", "K10"))
    if elimination != "linear":
        needs += [("VMAX",), ("KM",)]
    if compartments > 1:
        needs += [("Q2", "K12"), ("V2", "K21")]
    if compartments > 2:
        needs += [("Q3", "K13"), ("V3", "K31")]
    ways = {
        "first_order": ["KA"],
        "sequential": ["KA"],
        "parallel": ["KA", "FR"],
        "dual_first_order": ["KA", "KA2", "FR"],
        "transit": ["KTR"],
    }
    needs += [(role,) for role in ways.get(absorption, [])]
    needs += [("CLM",), ("FM",)] if metabolite else []
    for choices in needs:
        if not set(choices) & set(roles):
            names = " or ".join("/".join(_ALIASES[role]) for role in choices)
            table.fault("", f"this structure needs the parameter {names}", "add it to [parameters]")


def _dose_parameters(parameters: list[str], states: tuple[str, ...], first: str, absorption: str) -> dict[tuple[str, str], str]:
    """Say which parameter scales, delays or spreads a dose into each state."""
    found: dict[tuple[str, str], str] = {}
    for kind, names in {
        "F": ("F", "F1", "BIO"),
        "ALAG": ("ALAG", "ALAG1", "TLAG", "LAG"),
        "D": ("D1", "D", "DUR"),
        "R": ("R1", "R"),
    }.items():
        for name in names:
            if name in parameters:
                found.setdefault((kind, first), name)
    second = {"dual_first_order": "depot2", "parallel": "central*"}.get(absorption)
    if second:
        found |= _second_way(parameters, second, found, first)
    for number, state in enumerate(states, 1):
        for kind in ("F", "ALAG", "D", "R"):
            for name in (f"{kind}_{state}", f"{kind}{number}"):
                if name in parameters and ((number > 1 and not second) or "_" in name):
                    found.setdefault((kind, state), name) if "_" not in name else found.__setitem__((kind, state), name)
    return found


def _second_way(parameters: list[str], second: str, found: dict[tuple[str, str], str], first: str) -> dict[tuple[str, str], str]:
    """Give the second way in its bioavailability, its own lag and its duration; ``central*`` is the zero-order way."""
    ways: dict[tuple[str, str], str] = {}
    if ("F", first) in found:
        ways["F", second] = found["F", first]
    if "ALAG2" in parameters:
        ways["ALAG", second] = "ALAG2"
    elif "ALAG1" not in parameters and ("ALAG", first) in found:
        ways["ALAG", second] = found["ALAG", first]
    duration = next((name for name in ("D2", "D1", "D", "DUR") if name in parameters), None)
    if duration and second == "central*":
        ways["D", second] = duration
    return ways


def _own_equations(keys: Keys, parameters: list[str], shared: dict[str, Any]) -> Structure | None:
    table = keys.table("odes")
    to = table.raw("doses_to") if isinstance(table.raw("doses_to"), str) else None
    states = tuple(name for name in table if name != "doses_to")
    equations = tuple(found if (found := table.equation(name)) is not None else parse("0") for name in states)
    if not states:
        table.fault("", "there is no equation", 'write central = "-CL/V*central"')
        return None
    place = _doses_to(keys.table("structure"), states)
    if to is not None:
        place = states.index(to) + 1 if to in states else place
        if to not in states:
            table.fault("doses_to", f"{to!r} is not a state", f"name one of {', '.join(states)}")
    elif "doses_to" in keys.table("structure"):
        pass
    return Structure(
        states=states,
        compartments=0,
        elimination="linear",
        absorption="none",
        odes=equations,
        numbers=tuple(range(len(states))),
        doses=_dose_parameters(parameters, states, states[place - 1], "none"),
        doses_to=place,
        **shared,
    )


def read_outputs(
    keys: Keys, structure: Structure, parameters: list[str]
) -> tuple[tuple[tuple[str, Expression], ...], tuple[int, ...]]:
    """Read ``[outputs]`` and their numbers, or take the concentration in the blood."""
    table = keys.table("outputs")
    found = tuple((name, read) for name in table if (read := table.equation(name)) is not None)
    if not found:
        found = _default_outputs(keys, structure, parameters)
    numbers = keys.table("output_numbers")
    for name in numbers:
        if name not in dict(found):
            numbers.fault(name, "there is no such output", f"name one of {', '.join(dict(found))}")
    given = {name: numbers.number(name) for name in numbers}
    return found, tuple(int(given[name] or 0) if name in given else _number(structure, equation) for name, equation in found)


def _number(structure: Structure, equation: Expression) -> int:
    """Return the compartment number of the one state that an output shows, or 0."""
    shown = [place for place, name in enumerate(structure.states) if name in equation.names]
    return structure.numbers.index(shown[0]) + 1 if len(shown) == 1 and shown[0] in structure.numbers else 0


def _default_outputs(keys: Keys, structure: Structure, parameters: list[str]) -> tuple[tuple[str, Expression], ...]:
    if structure.odes:
        held = next((name for name in ("V", "V1", "VC") if name in parameters), None)
        state = next((name for name in ("central", "cent") if name in structure.states), None)
        if held is None or state is None:
            keys.fault("outputs", "own equations need their outputs", 'write [outputs] and cp = "central/V"')
            return ()
        return (("cp", parse(f"{state}/{held}")),)
    volume = structure.roles.get("V", "V")
    found = [("cp", parse(f"central/{volume}"))]
    if structure.metabolite and "VM" in structure.roles:
        found.append(("cm", parse(f"metabolite/{structure.roles['VM']}")))
    return tuple(found)
