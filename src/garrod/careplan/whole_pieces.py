"""Round an amount to what whole tablets or capsules can make: to the nearest, never above a limit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Most pieces for one intake.
MOST_PIECES: Final = 6
#: An amount further off than this share of the exact one is no rounding of it.
LARGEST_CHANGE: Final = 0.2
UG_PER_MG: Final = 1000


@dataclass(frozen=True, slots=True)
class WholePieces:
    """An amount in mg, and the pieces that make it: (strength in mg, how many), the largest first."""

    mg: float
    pieces: tuple[tuple[float, int], ...]

    def __str__(self) -> str:
        """Write it: ``7.5 mg (1 × 5 mg + 1 × 2.5 mg)``."""
        return f"{self.mg:g} mg ({' + '.join(f'{count} × {strength:g} mg' for strength, count in self.pieces)})"


def amounts(strengths_mg: Sequence[float], *, up_to_mg: float = math.inf) -> tuple[WholePieces, ...]:
    """Return every amount that up to six whole pieces make, with the fewest pieces, from the smallest up.

    Parameters
    ----------
    up_to_mg
        The largest amount that is of use.

    Examples
    --------
    >>> [one.mg for one in amounts([5.0])]
    [5.0, 10.0, 15.0, 20.0, 25.0, 30.0]
    """
    sizes = sorted({round(one * UG_PER_MG) for one in strengths_mg}, reverse=True)
    most = up_to_mg * UG_PER_MG
    found: dict[int, tuple[int, ...]] = {}
    latest: dict[int, tuple[int, ...]] = {0: ()}
    for _ in range(MOST_PIECES):
        longer: dict[int, tuple[int, ...]] = {}
        for total, pieces in latest.items():
            for size in sizes:
                if total + size <= most and (not pieces or size <= pieces[-1]) and total + size not in found:
                    longer.setdefault(total + size, (*pieces, size))
        found |= longer
        latest = longer
    return tuple(
        WholePieces(total / UG_PER_MG, tuple((size / UG_PER_MG, pieces.count(size)) for size in sizes if size in pieces))
        for total, pieces in sorted(found.items())
    )


def nearest(exact_mg: float, made: Sequence[WholePieces], *, at_most_mg: float | None = None) -> WholePieces | None:
    """Return the amount in whole pieces that lies nearest, the lower of two as near; None where none is near enough.

    Parameters
    ----------
    made
        The amounts to choose from.
    at_most_mg
        What must not be exceeded by rounding.

    Examples
    --------
    >>> str(nearest(7.4, amounts([2.5, 5.0])))
    '7.5 mg (1 × 5 mg + 1 × 2.5 mg)'
    >>> nearest(7.4, amounts([2.5, 5.0]), at_most_mg=7.4) is None
    True
    """
    allowed = [one for one in made if at_most_mg is None or one.mg <= at_most_mg + 1e-9]
    near = [one for one in allowed if abs(one.mg - exact_mg) <= LARGEST_CHANGE * exact_mg + 1e-9]
    return min(near, key=lambda one: (round(abs(one.mg - exact_mg), 9), one.mg), default=None)
