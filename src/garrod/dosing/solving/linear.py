"""Linear models: amounts by matrix exponentials, exact for every structure, equal eigenvalues and all.

Between two events dA/dt = M A + r with constant M and r, so A moves by exp of [[M, r], [0, 0]]. Off the diagonal, a
compartmental matrix has no negative entry; shifted by its largest rate it has none at all, so that Taylor series and squaring
only add numbers of one sign and lose nothing, however small an amount has become or however close two rates are.
This is the plain path; ``modal`` is the fast one for mammillary models.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from garrod.dosing.models.dose_model import Structure
from garrod.dosing.models.expressions import Apply, Array, Name, Node
from garrod.dosing.solving import modal
from garrod.dosing.solving.lanes import Given, People
from garrod.dosing.solving.rates import area_weights, rates
from garrod.dosing.solving.steady import Mover, steady_states
from garrod.dosing.solving.timeline import Timeline

_DEGREE: Final = 16
_RADIUS: Final = 1.0
_SMALL: Final = 6  #: largest matrix whose products are written out


def is_linear(structure: Structure) -> bool:
    """Say whether amounts follow linear equations with rates that hold between events."""
    if structure.odes:
        return all(_degree(one.tree, frozenset(structure.states)) <= 1 for one in structure.odes)
    shown = structure.area is None or _degree(structure.area.tree, frozenset(structure.states)) <= 1
    return structure.elimination == "linear" and shown


def _degree(tree: Node, states: frozenset[str]) -> int:
    """Return the degree of an equation in the states: 0, 1, or 2 for anything that is not linear; time counts as that."""
    if isinstance(tree, Name):
        return 1 if tree.name in states else 2 if tree.name in {"t", "T"} else 0
    if not isinstance(tree, Apply):
        return 0
    degrees = [_degree(one, states) for one in tree.arguments]
    match tree.function:
        case "+" | "-" | "negative":
            return max(degrees)
        case "*":
            return min(sum(degrees), 2)
        case "/":
            return degrees[0] if degrees[1] == 0 else 2
        case "if":
            return max(degrees[1:]) if degrees[0] == 0 else 2
        case _:
            return 0 if max(degrees) == 0 else 2


def vanishes(tree: Node, states: frozenset[str]) -> bool:
    """Say whether an equation is 0 where every state is, whatever else holds."""
    if not isinstance(tree, Apply):
        return isinstance(tree, Name) and tree.name in states
    first = vanishes(tree.arguments[0], states)
    match tree.function:
        case "+" | "-":
            return first and vanishes(tree.arguments[1], states)
        case "*":
            return first or vanishes(tree.arguments[1], states)
        case "/" | "negative":
            return first
        case _:
            return False


def rate_matrix(structure: Structure, values: Mapping[str, Any]) -> tuple[Array, Array]:
    """Return M (lanes or 1, sets, states, states) and the constant inputs (lanes or 1, sets, states)."""
    if structure.odes:
        return _of_equations(structure, values)
    found: dict[tuple[int, int], Any] = {}

    def flow(source: str, target: str | None, rate: Any) -> None:
        one = structure.states.index(source)
        found[one, one] = found.get((one, one), 0.0) - rate
        if target is not None:
            other = structure.states.index(target)
            found[other, one] = found.get((other, one), 0.0) + rate

    _ways_in(structure, values, flow)
    _body(structure, values, flow)
    for place, weight in area_weights(structure, values).items():
        found[len(structure.states) - 1, place] = weight
    size = len(structure.states)
    shape = np.broadcast_shapes((1, 1), *(np.shape(rate) for rate in found.values()))
    kind = complex if any(np.iscomplexobj(rate) for rate in found.values()) else float
    matrix = np.zeros((*shape, size, size), dtype=kind)
    for (row, column), rate in found.items():
        matrix[..., row, column] = rate
    return matrix, np.zeros((1, 1, size))


def _ways_in(structure: Structure, values: Mapping[str, Any], flow: Any) -> None:
    roles, states = structure.roles, structure.states
    if "depot" in states:
        absorbed = values[roles["KA"]]
        if structure.metabolite and "FPM" in roles:
            first_pass = values[roles["FPM"]]
            flow("depot", "metabolite", absorbed * first_pass)
            absorbed = absorbed * (1.0 - first_pass)
        flow("depot", "central", absorbed)
    if "depot2" in states:
        flow("depot2", "central", values[roles["KA2"]])
    for place in range(1, structure.transit + 1):
        following = f"transit{place + 1}" if place < structure.transit else "depot" if "depot" in states else "central"
        flow(f"transit{place}", following, values[roles["KTR"]])


def _body(structure: Structure, values: Mapping[str, Any], flow: Any) -> None:
    k = rates(structure, values)
    for place, name in enumerate(("peripheral", "peripheral2")[: max(structure.compartments - 1, 0)], 2):
        flow("central", name, k[f"K1{place}"])
        flow(name, "central", k[f"K{place}1"])
    if "K10" not in k:
        return
    if not structure.metabolite:
        flow("central", None, k["K10"])
        return
    formed = values[structure.roles["FM"]]
    flow("central", "metabolite", k["K10"] * formed)
    flow("central", None, k["K10"] * (1.0 - formed))
    cleared = values[structure.roles["CLM"]]
    flow("metabolite", None, cleared / values[structure.roles["VM"]] if "VM" in structure.roles else cleared)


def _of_equations(structure: Structure, values: Mapping[str, Any]) -> tuple[Array, Array]:
    """Read M off own equations by trying each state at one; exact, as they are linear."""
    size = len(structure.states)
    at_zero = dict.fromkeys(structure.states, 0.0)

    def tried(states: Mapping[str, float]) -> list[Any]:
        return [np.asarray(one({**values, **states})) for one in structure.odes]

    still = tried(at_zero)
    columns = [tried(at_zero | {name: 1.0}) for name in structure.states]
    parts = [*still, *(part for column in columns for part in column)]
    shape = np.broadcast_shapes((1, 1), *(part.shape for part in parts))
    kind = complex if any(np.iscomplexobj(part) for part in parts) else float
    matrix, constant = np.zeros((*shape, size, size), dtype=kind), np.zeros((*shape, size), dtype=kind)
    for row in range(size):
        constant[..., row] = still[row]
        for column in range(size):
            matrix[..., row, column] = columns[column][row] - still[row]
    return matrix, constant


def exponential(matrix: Array) -> Array:
    """Return exp of square matrices (..., size, size) with no negative entry off the diagonal, accurate entry by entry."""
    size = matrix.shape[-1]
    if not matrix.size:
        return matrix.copy()
    # Entries in front: products are then sums over long rows.
    entries = np.ascontiguousarray(np.moveaxis(matrix, (-2, -1), (0, 1)).reshape(size, size, -1))
    shift = np.maximum(0.0, -np.einsum("iil->il", entries).real.min(axis=0))
    for place in range(size):
        entries[place, place] += shift
    norm = float(np.abs(entries).sum(axis=0).max(initial=0.0))
    squarings = max(0, int(np.ceil(np.log2(norm / _RADIUS)))) if norm > _RADIUS and np.isfinite(norm) else 0
    total = _series(entries / 2.0**squarings) * np.exp(-shift / 2.0**squarings)
    for _ in range(squarings):
        total = _times(total, total)
    found: Array = np.moveaxis(total.reshape(size, size, *matrix.shape[:-2]), (0, 1), (-2, -1))
    return found


def _series(entries: Array) -> Array:
    """Return the sum of A^k / k!, four powers at a time (Paterson MS, Stockmeyer LJ. SIAM J Comput 1973;2:60-66)."""
    size = len(entries)
    square = _times(entries, entries)
    powers = np.stack([entries, square, _times(square, entries)])
    fourth = _times(square, square)
    blocks = (_DEGREE + size) // 4 + 1
    weights = np.array([[1 / math.factorial(4 * block + one) for one in range(4)] for block in range(blocks)])
    parts = (weights[:, 1:] @ powers.reshape(3, -1).view(float)).view(powers.dtype).reshape(blocks, *entries.shape)
    for place in range(size):
        parts[:, place, place] += weights[:, :1]
    total: Array = parts[-1]
    for part in parts[-2::-1]:
        total = _times(fourth, total) + part
    return total


def _times(one: Array, other: Array) -> Array:
    """Return products of matrices whose entries stand in front: (size, size, lanes)."""
    size = len(one)
    if size > _SMALL:
        found: Array = np.moveaxis(np.moveaxis(one, 2, 0) @ np.moveaxis(other, 2, 0), 0, 2)
        return found
    total: Array = one[:, 0, None] * other[0]
    for place in range(1, size):
        total += one[:, place, None] * other[place]
    return total


def propagate(
    group: People, values: Mapping[str, Any], doses: Given, line: Timeline, who: Array | None, *, plain: bool = False
) -> Array:
    """Return the amounts right after each record: (lanes, records, states)."""
    structure = group.model.structure
    matrix, constant = rate_matrix(structure, values)
    size = matrix.shape[-1]
    lanes = max(len(matrix), len(line.span), len(doses.amount), len(doses.rate), len(constant))
    rate = inputs_by_state(group, doses.rate, line.runs, who) + _of_step(constant, line.of_set)
    added = inputs_by_state(group, doses.amount, line.arrives, who)
    known = None if plain or not modal.fits(structure) else values
    moves = _moves(structure, known, matrix, rate, line.span, line.of_set)

    def movers(of_set: Array) -> tuple[Mover, Array]:
        def move(rate: Array, span: Array) -> Array:
            found: Array = _moves(structure, known, matrix, rate[:, None], span[:, None], of_set)[:, 0]
            return found

        return move, _of_step(constant, of_set)[:, 0]

    trains = steady_states(group, movers, doses, who) if group.dose_steady.any() else {}
    state = np.zeros((lanes, size), dtype=np.result_type(moves, added, *(one for one in trains.values())))
    return walk(group, state, moves, added, line, trains, who)


def _moves(
    structure: Structure, values: Mapping[str, Any] | None, matrix: Array, rate: Array, span: Array, of_set: Array
) -> Array:
    """Return the moves in closed form; by the plain path without values, and for lanes whose eigenvalues nearly meet."""
    if values is None:
        return _long_moves(_of_step(matrix, of_set), rate, span)
    moves, sound = modal.moves(structure, values, rate, span, of_set)
    if sound.all():
        return moves
    poor = np.flatnonzero(~np.broadcast_to(sound, (len(moves),)))
    per_step = np.broadcast_to(_of_step(matrix, of_set), (len(moves), *moves.shape[1:2], *matrix.shape[2:]))
    moves[poor] = _move(
        per_step[poor],
        np.broadcast_to(rate, (len(moves), *rate.shape[1:]))[poor],
        np.broadcast_to(span, (len(moves), span.shape[1]))[poor],
    )
    return moves


def walk(
    group: People, state: Array, moves: Array, added: Array, line: Timeline, trains: Mapping[int, Array], who: Array | None
) -> Array:
    """Go from step to step, and keep the amounts at the records."""
    lanes, size = state.shape
    steps = line.span.shape[1]
    keep = ~line.resets
    any_reset = not keep.all()
    path = np.empty((steps, lanes, size), dtype=state.dtype)
    arrivals = _at_steps(group, trains, line, lanes, who)
    for step in range(steps):
        state = (moves[:, step, :size, :size] @ state[..., None])[..., 0] + moves[:, step, :size, size]
        if any_reset:
            state = state * keep[:, step, None]
        state = state + added[:, step]
        if arrivals is not None:
            state = state + arrivals[:, step]
        path[step] = state
    found: Array = np.moveaxis(path, 0, 1)[
        np.arange(lanes)[:, None], np.broadcast_to(line.record_step, (lanes, line.record_step.shape[1]))
    ]
    return found


def _at_steps(group: People, trains: Mapping[int, Array], line: Timeline, lanes: int, who: Array | None) -> Array | None:
    """Return what steady trains bring at each step: (lanes, steps, states); None without any."""
    if not trains:
        return None
    some = next(iter(trains.values()))
    found = np.zeros((lanes, line.span.shape[1], some.shape[-1]), dtype=some.dtype)
    for place, amounts in trains.items():
        record = np.broadcast_to(group.rows(group.dose_record, who)[:, place], (lanes,))
        step = np.broadcast_to(line.record_step, (lanes, line.record_step.shape[1]))[np.arange(lanes), record]
        found[np.arange(lanes), step] += np.where(
            np.broadcast_to(group.rows(group.dose_steady, who)[:, place], (lanes,))[:, None] > 0, amounts, 0.0
        )
    return found


def _of_step(values: Array, of_set: Array) -> Array:
    """Return values of sets (lanes or 1, sets, ...) for each step: (lanes or 1, steps, ...)."""
    if values.shape[1] == 1:
        return values
    lanes = max(len(values), len(of_set))
    rows = np.arange(lanes)[:, None] if len(values) > 1 else np.zeros((1, 1), dtype=int)
    return values[rows, of_set]


def inputs_by_state(group: People, amounts: Array, when: Array, who: Array | None) -> Array:
    """Sum doses by state at each step: (lanes, steps, states)."""
    size = len(group.model.structure.states)
    into = np.eye(size)[group.rows(group.dose_state, who)]
    return np.asarray(when * amounts[:, None, :]) @ into


def _long_moves(matrix: Array, rate: Array, span: Array) -> Array:
    """Return the moves of steps (lanes, steps, ...); those that take no time in any lane change nothing."""
    some = np.flatnonzero((span != 0).any(axis=0))
    size, steps = matrix.shape[-1], span.shape[1]

    def chosen(values: Array) -> Array:
        return values if values.shape[1] == 1 else values[:, some]

    if len(some) == steps:
        return _move(matrix, rate, span)
    moves = _move(chosen(matrix), chosen(rate), span[:, some])
    found = np.broadcast_to(np.eye(size + 1, dtype=moves.dtype), (len(moves), steps, size + 1, size + 1)).copy()
    found[:, some] = moves
    return found


def _move(matrix: Array, rate: Array, span: Array) -> Array:
    """Return exp of [[M, r], [0, 0]] times the span, inputs scaled to the size of M's entries: (..., states + 1, states + 1)."""
    size = matrix.shape[-1]
    lead = np.broadcast_shapes(matrix.shape[:-2], rate.shape[:-1], span.shape)
    full = np.zeros((*lead, size + 1, size + 1), dtype=np.result_type(matrix, rate, span))
    full[..., :size, :size] = matrix * span[..., None, None]
    inputs = rate * span[..., None]
    scale = float(np.abs(inputs).max(initial=0.0)) or 1.0
    full[..., :size, size] = inputs / scale
    moves = exponential(full)
    moves[..., :size, size] *= scale
    return moves
