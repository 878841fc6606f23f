"""Promise: a person's parameters cost 10 ms alone, 0.2 ms in a batch (10 ms by integration), draws with ranked doses 80 ms.

``alone`` is what one person costs as the program goes; ``plain`` keeps to matrix exponentials. A batch costs the same per person
at sixteen times the people.
"""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.measuring import INTERPRETER, module, side_by_side

MOST_MS: Final = {"alone": 10.0, "plain": 10.0, "batch": 0.2, "saturating": 10.0, "posterior": 80.0}
SAID: Final = {
    "alone": "MAP: 2 compartments, 4 effects, 5 levels",
    "plain": "the same by matrix exponentials alone",
    "batch": "the same, each of 512 side by side",
    "saturating": "MAP by integration, each of 512",
    "posterior": "10,000 draws and ranked doses",
}
MOST_GROWTH: Final = 1.1


def measure(rounds: int) -> list[Figure]:
    parts = {part: module("estimating", part) for part in (*MOST_MS, "few", "many")}
    costs = {name: 1000 * cost.cpu_s for name, cost in side_by_side({"floor": INTERPRETER, **parts}, rounds).items()}
    found = [
        Figure(SAID[part], "an empty interpreter", costs["floor"], costs[part], "CPU ms", most, "amount")
        for part, most in MOST_MS.items()
    ]
    growth = Figure("MAP, each of 1,024 people", "each of 64", costs["few"], costs["many"], "CPU ms", MOST_GROWTH, "ratio")
    return [*found, growth]
