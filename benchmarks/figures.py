"""A promise beside what was measured, and the table of all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

HEADINGS: Final = ("promise", "floor", "at the floor", "ours", "ratio", "bar", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One promise, measured.

    Attributes
    ----------
    floor
        What the figure stands beside, in words.
    at_floor, ours
        Amounts in ``unit``.
    most
        The bar; None where nothing is promised and the figure is for the reader.
    bar_is_on
        Whether the bar is on our amount or on its ratio to the floor.
    """

    promise: str
    floor: str
    at_floor: float
    ours: float
    unit: str
    most: float | None
    bar_is_on: Literal["ratio", "amount"]

    @property
    def ratio(self) -> float:
        """Our amount over the floor's; NaN where the floor is nothing."""
        return self.ours / self.at_floor if self.at_floor > 0 else float("nan")

    @property
    def is_met(self) -> bool | None:
        """Whether the bar holds; None without a bar."""
        if self.most is None:
            return None
        return (self.ratio if self.bar_is_on == "ratio" else self.ours) <= self.most

    def cells(self) -> tuple[str, ...]:
        """Return the row as it is printed."""
        said = {True: "met", False: "NOT MET", None: ""}[self.is_met]
        return (
            self.promise,
            self.floor,
            _amount(self.at_floor, self.unit),
            _amount(self.ours, self.unit),
            f"{self.ratio:.2f}x",
            self._bar(),
            said,
        )

    def _bar(self) -> str:
        if self.most is None:
            return "none"
        return f"{self.most:g}x" if self.bar_is_on == "ratio" else f"{self.most:g} {self.unit}"


def _amount(number: float, unit: str) -> str:
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def table(figures: Iterable[Figure]) -> str:
    """Lay the figures out in columns."""
    return columns([HEADINGS, *(one.cells() for one in figures)])


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Lay out cells, each column as wide as its widest."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
