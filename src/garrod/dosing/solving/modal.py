"""The fast path of mammillary models: each interval in closed form, by the exponentials of their eigenvalues.

One, two or three compartments, with up to two first-order ways in, whatever is infused where. A depot that empties as fast as
an eigenvalue decays (KA = K) needs no care: the two exponentials enter by their divided difference, which is evaluated
without cancellation. Only eigenvalues of the body itself that nearly meet are left to the plain path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from garrod.dosing.models.dose_model import Structure
from garrod.dosing.models.expressions import Array
from garrod.dosing.solving.rates import area_weights, rates

_GAP: Final = 1e-5  #: least distance of eigenvalues, as a share of the larger, for the fast path
_LARGE: Final = 1e7  #: largest entry of an eigenvector for it
_WAYS: Final = {"none", "zero_order", "first_order", "sequential", "parallel", "dual_first_order"}


def fits(structure: Structure) -> bool:
    """Say whether a structure is one of these."""
    if structure.odes or structure.elimination != "linear" or structure.metabolite or structure.absorption not in _WAYS:
        return False
    return structure.area is None or set(structure.states) & structure.area.names == {"central"}


@dataclass(frozen=True, slots=True, eq=False)
class Modes:
    """Eigenvalues and eigenvectors of each lane and set.

    Attributes
    ----------
    fall
        (modes, lanes, sets) how fast each mode falls.
    into, shows
        (states of the body, modes, lanes, sets) what an amount adds to a mode, and what a mode shows as an amount.
    absorbs
        Rate constants of the depots, each (lanes, sets).
    sound
        (lanes, sets) whether the modes are well apart.
    """

    fall: Array
    into: Array
    shows: Array
    absorbs: tuple[Array, ...]
    sound: Array


def modes(structure: Structure, values: Mapping[str, Any]) -> Modes:
    """Return the modes of a model's parameters."""
    k = {name: np.atleast_2d(rate) for name, rate in rates(structure, values).items()}
    fall = _eigenvalues(k, structure.compartments)
    shape = fall.shape[1:]
    into = np.ones((structure.compartments, *fall.shape), dtype=fall.dtype)
    shows = np.ones_like(into)
    norm = np.ones_like(fall)
    for place in range(2, structure.compartments + 1):
        there, back = k[f"K1{place}"], k[f"K{place}1"]
        apart = back - fall
        into[place - 1] = back / apart
        shows[place - 1] = there / apart
        norm = norm + there * back / apart**2
    shows = shows / norm
    sound = np.isfinite(norm).all(axis=0) & (np.abs(into).max(axis=(0, 1)) < _LARGE)
    for one in range(len(fall)):
        for other in range(one):
            sound = sound & (np.abs(fall[one] - fall[other]) > _GAP * np.abs(fall[other]))
    absorbs = [
        np.atleast_2d(values[structure.roles[role]])
        for role, state in (("KA", "depot"), ("KA2", "depot2"))
        if state in structure.states
    ]
    return Modes(fall, into, shows, tuple(absorbs), np.broadcast_to(sound, shape))


def _eigenvalues(k: Mapping[str, Array], compartments: int) -> Array:
    """Return the modes' rates, the fastest first: (modes, lanes, sets)."""
    if compartments == 1:
        return np.asarray(k["K10"])[None]
    if compartments == 2:
        total = k["K10"] + k["K12"] + k["K21"]
        product = k["K10"] * k["K21"]
        # (a - c)^2 + 4 b c, a sum of squares and products, where total^2 - 4 product would cancel.
        root = np.sqrt((k["K10"] + k["K12"] - k["K21"]) ** 2 + 4 * k["K12"] * k["K21"])
        fast = (total + root) / 2
        return np.stack(np.broadcast_arrays(fast, product / fast))
    return _cubic(k)


def _cubic(k: Mapping[str, Array]) -> Array:
    """Return the three rates: by Viete's cosines on the real parts, then Newton's steps that bring the derivative along."""
    k10, k12, k21, k13, k31 = (k[name] for name in ("K10", "K12", "K21", "K13", "K31"))
    a2 = k10 + k12 + k13 + k21 + k31
    a1 = k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31
    a0 = k10 * k21 * k31
    r2, r1, r0 = a2.real, a1.real, a0.real
    third = r2 / 3
    p = np.maximum(third**2 - r1 / 3, 0.0)
    q = (2 * third**3 - third * r1 + r0) / 2
    angle = np.arccos(np.clip(np.divide(q, p**1.5, out=np.zeros_like(q + p), where=p > 0), -1.0, 1.0)) / 3
    fast, middle = (third + 2 * np.sqrt(p) * np.cos(angle + 2 * np.pi * turn / 3) for turn in (0, 2))
    found = []
    for start in (fast, middle, r0 / (fast * middle)):
        root = start + 0 * a2
        for _ in range(3):
            root = root - (((root - a2) * root + a1) * root - a0) / ((3 * root - 2 * a2) * root + a1)
        found.append(root)
    return np.stack(np.broadcast_arrays(*found))


def moves(structure: Structure, values: Mapping[str, Any], rate: Array, span: Array, of_set: Array) -> tuple[Array, Array]:
    """Return what each interval does, as an affine map of the amounts, and which lanes can be trusted.

    Parameters
    ----------
    rate
        (lanes, steps, states) what runs in.
    span
        (lanes, steps)

    Returns
    -------
    maps
        (lanes, steps, states + 1, states + 1)
    sound
        (lanes or 1,)
    """
    found = modes(structure, values)
    at = _by_step(of_set)
    fall = at(found.fall, 1)
    into, shows = at(found.into, 2), at(found.shows, 2)
    depots, body = len(found.absorbs), structure.compartments
    size = depots + body + (structure.area is not None)
    lasting = np.exp(-fall * span)
    spent = _gone(fall, span)
    lead = np.broadcast_shapes(lasting.shape[1:], rate.shape[:2], *(at(one, 0).shape for one in found.absorbs))
    maps = np.zeros((*lead, size + 1, size + 1), dtype=np.result_type(lasting, rate, shows, *found.absorbs))
    inflow = np.zeros((body, *lead), dtype=maps.dtype)
    for row in range(body):
        for column in range(body):
            maps[..., depots + row, depots + column] = (shows[row] * into[column] * lasting).sum(axis=0)
            inflow[row] += (shows[row] * into[column] * spent).sum(axis=0) * rate[..., depots + column]
    for place, absorbs in enumerate(found.absorbs):
        ka = at(absorbs, 0)
        left = np.exp(-ka * span)
        across = _divided(ka, fall, span, left, lasting)
        maps[..., place, place] = left
        maps[..., place, size] = _gone(ka, span) * rate[..., place]
        for row in range(body):
            maps[..., depots + row, place] = ka * (shows[row] * across).sum(axis=0)
            inflow[row] += (shows[row] * (spent - across)).sum(axis=0) * rate[..., place]
    for row in range(body):
        maps[..., depots + row, size] = inflow[row]
    maps[..., size, size] = 1.0
    if structure.area is not None:
        _gather(structure, values, maps, found, rate, span, of_set)
    sound: Array = np.asarray(found.sound.all(axis=1))
    return maps, sound


def _gather(
    structure: Structure, values: Mapping[str, Any], maps: Array, found: Modes, rate: Array, span: Array, of_set: Array
) -> None:
    """Fill the row of the area: what left a mode, over how fast it falls, is the area under it."""
    at = _by_step(of_set)
    fall, into, shows = at(found.fall, 1), at(found.into, 2), at(found.shows, 2)
    depots, body, row = len(found.absorbs), structure.compartments, len(structure.states) - 1
    lasting, spent = np.exp(-fall * span), _gone(fall, span)
    ((_, weight),) = area_weights(structure, values).items()
    weight = at(np.atleast_2d(weight), 0)
    constant = np.zeros_like(maps[..., row, -1])
    for column in range(body):
        maps[..., row, depots + column] = weight * (shows[0] * into[column] * spent).sum(axis=0)
        constant += (shows[0] * into[column] * (span - spent) / fall).sum(axis=0) * rate[..., depots + column]
    for place, absorbs in enumerate(found.absorbs):
        ka = at(absorbs, 0)
        left = np.exp(-ka * span)
        across = _divided(ka, fall, span, left, lasting)
        maps[..., row, place] = weight * (shows[0] * (1 - left - ka * across) / fall).sum(axis=0)
        constant += (shows[0] * (span - _gone(ka, span) - (spent - across)) / fall).sum(axis=0) * rate[..., place]
    maps[..., row, -1] = weight * constant
    maps[..., row, row] = 1.0


def _gone(rate: Array, span: Array) -> Array:
    """Return (1 - exp(-rate span)) / rate."""
    found: Array = -np.expm1(-rate * span) / rate
    return found


def _divided(one: Array, other: Array, span: Array, left: Array, lasting: Array) -> Array:
    """Return (exp(-one t) - exp(-other t)) / (other - one), also where the two are equal: (modes, lanes, steps)."""
    apart = (other - one) * span
    near = np.abs(apart.real) < 1e-3
    with np.errstate(all="ignore"):
        plain = (left - lasting) / np.where(near, 1.0, other - one)
    if not near.any():
        return plain
    # exp(-one t) t (1 - exp(-x)) / x, with x the difference times t.
    series = 1 - apart / 2 * (1 - apart / 3 * (1 - apart / 4 * (1 - apart / 5 * (1 - apart / 6))))
    return np.where(near, left * span * series, plain)


def _by_step(of_set: Array) -> Any:
    """Return a function that lays values of sets, behind ``axes`` leading axes, out by step."""

    def laid(values: Array, axes: int) -> Array:
        if values.shape[-1] == 1:
            return values
        lanes = max(values.shape[axes], len(of_set))
        rows = np.arange(lanes)[:, None] if values.shape[axes] > 1 else np.zeros((1, 1), dtype=int)
        found: Array = values[(slice(None),) * axes + (rows, of_set)]
        return found

    return laid
