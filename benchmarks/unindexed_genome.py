"""Promise: a sorted bgzip genome without an index is read for at most 0.3 of what it takes to unpack it."""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.floors import unpacking
from benchmarks.making import made
from benchmarks.measuring import module, side_by_side

MOST: Final = 0.3


def measure(rounds: int) -> list[Figure]:
    genome = made("genome") / "unindexed" / "genome.vcf.gz"
    name, floor = unpacking(genome)
    costs = side_by_side({"floor": floor, "ours": module("reading", "seconds", genome)}, rounds)
    return [
        Figure("sorted genome without index: reading", name, costs["floor"].cpu_s, costs["ours"].cpu_s, "CPU s", MOST, "ratio"),
    ]
