"""Promise: ``garrod --help`` answers within 150 ms."""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.measuring import INTERPRETER, garrod, side_by_side

MOST_S: Final = 0.15


def measure(rounds: int) -> list[Figure]:
    costs = side_by_side({"floor": INTERPRETER, "ours": garrod("--help")}, rounds)
    return [
        Figure("garrod --help: time", "python -c pass", costs["floor"].cpu_s, costs["ours"].cpu_s, "CPU s", MOST_S, "amount"),
    ]
