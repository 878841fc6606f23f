"""Promise: ``garrod report`` on one person with an indexed whole genome takes under 1.0 CPU seconds and 200 MB."""

import tempfile
from typing import Final

from benchmarks.figures import Figure
from benchmarks.floors import querying
from benchmarks.making import made
from benchmarks.measuring import garrod, side_by_side

MOST_S: Final = 1.0
MOST_MB: Final = 200


def measure(rounds: int) -> list[Figure]:
    folder = made("genome")
    name, floor = querying(folder / "genome.vcf.gz", folder / "asked.bed")
    with tempfile.TemporaryDirectory() as out:
        costs = side_by_side({"floor": floor, "ours": garrod("report", folder / "person.json", "--out", out)}, rounds)
    least, ours = costs["floor"], costs["ours"]
    return [
        Figure("garrod report, indexed genome: time", name, least.cpu_s, ours.cpu_s, "CPU s", MOST_S, "amount"),
        Figure("garrod report, indexed genome: memory", name, least.peak_mb, ours.peak_mb, "MB", MOST_MB, "amount"),
    ]
