"""Promise: a file of many samples is read once, and a sample costs the same whatever stands beside it.

Three bars: the bytes read for all 180 samples beside those for one of the same file; each person past 90 beside each
person up to 90; and one sample out of 180 columns beside the same sample alone. What one file saves against 180 files
is for the reader.
"""

from pathlib import Path
from typing import Final

from benchmarks.figures import Figure
from benchmarks.making import made
from benchmarks.measuring import garrod, module, said, side_by_side

MOST_READ: Final = 1.01
MOST_GROWTH: Final = 1.25
MOST_ROUNDS: Final = 3  #: a run is long enough that more tell nothing
FIRST: Final = "S0000"
FEW: Final = 90
MANY: Final = 180


def measure(rounds: int) -> list[Figure]:
    folder = made("samples")
    alone, few, many = (folder / f"common-unphased-{people}.vcf.gz" for people in (1, FEW, MANY))
    commands = {
        "alone": garrod("call", alone),
        "few": garrod("call", few),
        "many": garrod("call", many),
        "picked": garrod("call", many, "--sample", FIRST),
    }
    cpu_s = {name: cost.cpu_s for name, cost in side_by_side(commands, min(rounds, MOST_ROUNDS)).items()}
    up_to_few = 1000 * (cpu_s["few"] - cpu_s["alone"]) / (FEW - 1)
    past_few = 1000 * (cpu_s["many"] - cpu_s["few"]) / (MANY - FEW)
    return [
        *_bytes_read(many),
        Figure(f"{MANY} samples: each past {FEW}", f"each up to {FEW}", up_to_few, past_few, "CPU ms", MOST_GROWTH, "ratio"),
        Figure(f"1 sample of {MANY} columns", "the same alone", cpu_s["alone"], cpu_s["picked"], "CPU s", MOST_GROWTH, "ratio"),
        Figure(f"{MANY} samples, one file", f"{MANY} files", MANY * cpu_s["alone"], cpu_s["many"], "CPU s", None, "ratio"),
    ]


def _bytes_read(path: Path) -> list[Figure]:
    """Compare what is read for all samples and for one; no figure where the system does not count it."""
    if not Path("/proc/self/io").exists():
        return []
    one, every = (int(said(module("reading", "bytes", path, *sample)).split()[-1]) / 1000 for sample in ((FIRST,), ()))
    return [Figure(f"{MANY} samples: bytes read", "1 sample, same file", one, every, "kB", MOST_READ, "ratio")]
