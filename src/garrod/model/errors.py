"""Every error raised on purpose.

GarrodError
├── InputError       what we were given cannot be used as it stands (exit code 3)
├── KnowledgeError   a table or a source of ours is at fault (exit code 4)
└── RefusedError     the whole request is refused on clinical grounds (exit code 5)

Messages name files, lines and fields, never a person's data.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where, and what would do."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.where}: {self.what}; {self.remedy}"


class GarrodError(Exception):
    """Base of every error raised on purpose; carries the faults that were found together."""

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("an error names at least one fault")
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class InputError(GarrodError):
    """What we were given cannot be used as it stands."""


class KnowledgeError(GarrodError):
    """A table or a source of ours is at fault."""


class RefusedError(GarrodError):
    """The whole request is refused on clinical grounds."""


def raise_together(kind: type[GarrodError], faults: Iterable[Fault]) -> None:
    """Raise one error that tells all faults, or return where there is none."""
    found = tuple(faults)
    if found:
        raise kind(*found)
