"""Promise: a cohort costs the same per person at ten times the people.

The floor is the command on 100 people: ten times as many may take 10.5 times the processor seconds.
Memory has no bar here: it is the cohort commands that promise to work by chunks.
"""

from statistics import median
from typing import Final

from benchmarks.figures import Figure
from benchmarks.making import made
from benchmarks.measuring import Command, Cost, garrod, run

FEW: Final = 100
MANY: Final = 1000
MOST: Final = 10.5


def measure(rounds: int) -> list[Figure]:
    folder = made("samples")
    few = _cost(garrod("call", folder / f"common-unphased-{FEW}.vcf.gz"), rounds)
    many = _cost(garrod("call", folder / f"common-unphased-{MANY}.vcf.gz"), 1)
    return [
        Figure(f"garrod call, {MANY} samples: time", f"{FEW} samples", few.cpu_s, many.cpu_s, "CPU s", MOST, "ratio"),
        Figure(f"garrod call, {MANY} samples: memory", f"{FEW} samples", few.peak_mb, many.peak_mb, "MB", None, "ratio"),
    ]


def _cost(command: Command, rounds: int) -> Cost:
    """Return the median of runs that are long enough to need no warming."""
    costs = [run(command) for _ in range(rounds)]
    return Cost(median(one.cpu_s for one in costs), median(one.peak_mb for one in costs))
