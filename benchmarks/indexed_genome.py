"""Promise: reading an indexed whole genome costs at most twice ``bcftools query -R`` of the same regions.

The bar is on the reading alone. The second figure is the aim: the whole process less the interpreter's start, which
adds loading the tables that say where to look.
"""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.floors import querying
from benchmarks.making import made
from benchmarks.measuring import INTERPRETER, module, side_by_side

MOST: Final = 2.0


def measure(rounds: int) -> list[Figure]:
    folder = made("genome")
    genome = folder / "genome.vcf.gz"
    name, floor = querying(genome, folder / "asked.bed")
    commands = {
        "floor": floor,
        "ours": module("reading", "seconds", genome),
        "whole": module("reading", "seconds", genome, says_its_cost=False),
        "start": INTERPRETER,
    }
    costs = side_by_side(commands, rounds)
    least, ours, whole = costs["floor"].cpu_s, costs["ours"].cpu_s, costs["whole"].cpu_s - costs["start"].cpu_s
    return [
        Figure("indexed genome: reading", name, least, ours, "CPU s", MOST, "ratio"),
        Figure("indexed genome: reading with its imports and tables", name, least, whole, "CPU s", None, "ratio"),
    ]
