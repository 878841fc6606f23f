"""Promise: ``garrod call`` on one indexed whole genome takes under 0.6 CPU seconds and 150 MB."""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.floors import querying
from benchmarks.making import made
from benchmarks.measuring import garrod, side_by_side

MOST_S: Final = 0.6
MOST_MB: Final = 150


def measure(rounds: int) -> list[Figure]:
    folder = made("genome")
    name, floor = querying(folder / "genome.vcf.gz", folder / "asked.bed")
    costs = side_by_side({"floor": floor, "ours": garrod("call", folder / "genome.vcf.gz")}, rounds)
    least, ours = costs["floor"], costs["ours"]
    return [
        Figure("garrod call, indexed genome: time", name, least.cpu_s, ours.cpu_s, "CPU s", MOST_S, "amount"),
        Figure("garrod call, indexed genome: memory", name, least.peak_mb, ours.peak_mb, "MB", MOST_MB, "amount"),
    ]
