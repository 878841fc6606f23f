"""Promise: with knowledge loaded (under 250 ms), 20 medicines and a whole genome are reviewed in 150 ms, a what-if in 300 ms."""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.making import made
from benchmarks.measuring import INTERPRETER, module, side_by_side

MOST_S: Final = {"loading": 0.25, "review": 0.15, "what-if": 0.3}
SAID: Final = {
    "loading": "knowledge of a review, loaded",
    "review": "20 medicines and a genome, reviewed",
    "what-if": "one drug more, with options",
}


def measure(rounds: int) -> list[Figure]:
    person = made("genome") / "person.json"
    parts = {part: module("reviewing", part, person) for part in MOST_S}
    costs = side_by_side({"floor": INTERPRETER, **parts}, rounds)
    floor = costs["floor"].cpu_s
    return [
        Figure(SAID[part], "an empty interpreter", floor, costs[part].cpu_s, "CPU s", most, "amount")
        for part, most in MOST_S.items()
    ]
