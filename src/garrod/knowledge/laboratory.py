"""How laboratories call what they measure, in which units, and which values are possible. One class a table."""

from dataclasses import dataclass
from enum import StrEnum

from garrod.knowledge.pharmacogenomics import Reading


class AnalyteKind(StrEnum):
    """Where an analyte is measured: only blood counts for those that are also measured elsewhere."""

    BLOOD = "blood"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """Something that is measured, the unit that rows and formulas take it in, and the values that a person can have."""

    analyte: str
    label: str
    kind: AnalyteKind
    unit: str
    lowest: float
    highest: float
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if not 0 <= self.lowest < self.highest:
            raise ValueError(f"{self.analyte}: possible values run from {self.lowest} to {self.highest}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteName:
    """A name in lower case, or a LOINC code, by which an analyte is reported."""

    analyte: str
    name: str
    is_code: bool = False
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyteUnit:
    """A unit as laboratories write it, in lower case, and the factor to the analyte's own unit."""

    analyte: str
    unit: str
    factor: float
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if not self.factor > 0:
            raise ValueError(f"{self.analyte} in {self.unit}: the factor {self.factor} is not positive")
