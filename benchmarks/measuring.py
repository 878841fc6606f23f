"""What a command costs: processor seconds and peak memory of a child process, the median of several rounds.

Commands that are compared run in turn, round by round, so that a busy moment of the machine falls on all of them.
The peak that Linux tells of a child is at least its parent's at the start; this process therefore imports nothing
large, and files are made by children of their own.

Children find their modules compiled, as an installed program does, whatever PYTHON variables this shell sets.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.cache import cache_folder

GARROD: Final = str(Path(sys.executable).with_name("garrod"))
ROOT: Final = Path(__file__).parents[1]
BYTES_OF_RSS: Final = 1 if sys.platform == "darwin" else 1024  #: the unit of ru_maxrss
MEGABYTE: Final = 1_000_000
ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
    "PYTHONPYCACHEPREFIX": str(cache_folder() / "compiled")
}


@dataclass(frozen=True, slots=True)
class Command:
    """Something to run.

    Attributes
    ----------
    says_its_cost
        Its last line of output is the processor seconds of the part that matters, measured by itself.
    """

    words: tuple[str, ...]
    says_its_cost: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    cpu_s: float
    peak_mb: float


def garrod(*words: str | Path) -> Command:
    """Return a command of the program, as installed beside this interpreter."""
    return Command((GARROD, *map(str, words)))


def module(name: str, *words: str | Path, says_its_cost: bool = True) -> Command:
    """Return a module of this folder as a command."""
    return Command((sys.executable, "-m", f"benchmarks.{name}", *map(str, words)), says_its_cost=says_its_cost)


INTERPRETER: Final = Command((sys.executable, "-c", "pass"))


def said(command: Command) -> str:
    """Return what a command prints, on both channels."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command.words, cwd=ROOT, env=ENVIRONMENT, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout


def run(command: Command) -> Cost:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        Where it fails: a failed run has no cost.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaint:
        # What is not needed is thrown away: writing it to a file would be counted as the command's cost.
        kept = output if command.says_its_cost else subprocess.DEVNULL
        child = subprocess.Popen(command.words, stdout=kept, stderr=complaint, cwd=ROOT, env=ENVIRONMENT)  # noqa: S603 - our own commands
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaint.seek(0)
            raise RuntimeError(f"{' '.join(command.words)} left with {child.returncode}: {complaint.read().decode()}")
        output.seek(0)
        seconds = float(output.read().split()[-1]) if command.says_its_cost else usage.ru_utime + usage.ru_stime
    return Cost(cpu_s=seconds, peak_mb=usage.ru_maxrss * BYTES_OF_RSS / MEGABYTE)


def side_by_side(commands: Mapping[str, Command], rounds: int) -> dict[str, Cost]:
    """Run the commands in turn, after one round that only warms caches; each cost is the median of its runs."""
    for command in commands.values():
        run(command)
    seen: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seen[name].append(run(command))
    return {name: Cost(median(one.cpu_s for one in costs), median(one.peak_mb for one in costs)) for name, costs in seen.items()}
