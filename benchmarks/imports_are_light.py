"""Promise: no heavy import on the way to a command.

Heavy is a package that a person's genome does not need: its import is paid by everyone who asks for something else.
The floor is the time that Python says all imports of the command took; ours is what heavy ones took of it, which is to
be nothing.
"""

import re
import sys
from typing import Final

from benchmarks.figures import Figure
from benchmarks.making import made
from benchmarks.measuring import GARROD, Command, said

LINE: Final = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.M)
HEAVY: Final = frozenset(
    {
        "numpy", "scipy", "pandas", "polars", "pyarrow", "numba", "cyvcf2", "zarr", "dask", "jinja2", "weasyprint",
        "asyncio", "concurrent", "email", "http", "multiprocessing", "sqlite3", "ssl", "unittest", "xml",
    }
)  # fmt: skip
#: Reading a genome takes pysam; asking for help or for a table does not.
HEAVY_FOR_HELP: Final = HEAVY | {"pysam", "msgspec"}


def measure(rounds: int) -> list[Figure]:
    genome = made("genome") / "genome.vcf.gz"
    return [
        _figure("garrod --help", HEAVY_FOR_HELP, "--help"),
        _figure("garrod call", HEAVY, "call", str(genome)),
    ]


def _figure(name: str, heavy: frozenset[str], *words: str) -> Figure:
    took = _imports(*words)
    everything = sum(took.values())
    ours = sum(spent for package, spent in took.items() if package in heavy)
    found = " ".join(sorted(heavy & took.keys())) or "none"
    return Figure(f"{name}: heavy imports ({found})", "all imports", everything, ours, "ms", 0, "amount")


def _imports(*words: str) -> dict[str, float]:
    """Return milliseconds a top-level package, its own submodules included, others that it imports not."""
    command = Command((sys.executable, "-X", "importtime", GARROD, *words))
    said(command)  # the first run may compile modules
    printed = said(command)
    took: dict[str, float] = {}
    for microseconds, module in LINE.findall(printed):
        package = module.partition(".")[0]
        took[package] = took.get(package, 0.0) + int(microseconds) / 1000
    return took
