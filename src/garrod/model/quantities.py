"""Numbers with their units. A number without one is refused, never guessed."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A finite number and its unit, as written (UCUM-like: ``mg``, ``mg/d``, ``mg/kg/d``, ``mg/dL``, ``kg``, ``cm``)."""

    value: float
    unit: str

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"{self.value} is not a number")
        if not self.unit.strip():
            raise ValueError("a number needs its unit")

    def __str__(self) -> str:
        """Print without needless zeros: ``75 mg/d``."""
        return f"{self.value:g} {self.unit}"
