"""Promise: calling people whose strands are not told apart costs at most twice what it costs when they are.

The same people, written both ways. What a call costs whatever the people, start and tables, is taken off: the command on
180 people less the command on the first of them.
"""

from typing import Final

from benchmarks.figures import Figure
from benchmarks.making import made
from benchmarks.measuring import garrod, side_by_side

MOST: Final = 2.0
PEOPLE: Final = 180
MOST_ROUNDS: Final = 3  #: a run is long enough that more tell nothing


def measure(rounds: int) -> list[Figure]:
    return [
        _figure("alleles as people carry them", "common", rounds),
        _figure("any allele as often as any other", "rare", rounds),
    ]


def _figure(name: str, kind: str, rounds: int) -> Figure:
    folder = made("samples")
    files = {
        (phase, people): folder / f"{kind}-{phase}-{people}.vcf.gz" for phase in ("phased", "unphased") for people in (1, PEOPLE)
    }
    commands = {f"{phase} {people}": garrod("call", file) for (phase, people), file in files.items()}
    costs = side_by_side(commands, min(rounds, MOST_ROUNDS))
    phased, unphased = (_of_a_person(costs[f"{p} 1"].cpu_s, costs[f"{p} {PEOPLE}"].cpu_s) for p in ("phased", "unphased"))
    return Figure(f"unphased call, {name}", "phased, a person", phased, unphased, "CPU ms", MOST, "ratio")


def _of_a_person(one: float, many: float) -> float:
    """Return milliseconds for each person after the first."""
    return 1000 * (many - one) / (PEOPLE - 1)
