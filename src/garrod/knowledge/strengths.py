"""Strengths that a drug is made in, so that an amount worked out can be one that somebody can take."""

from dataclasses import dataclass
from typing import Final

#: How soon a form gives off its drug; amounts of one are not put together with amounts of another.
RELEASES: Final = ("immediate", "delayed", "extended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """One strength of one oral solid form of a drug, as sold in the USA."""

    drug_id: str
    release: str  #: immediate, delayed, extended
    form: str  #: as RxNorm names it: ``Oral Tablet``
    strength_mg: float  #: mg in one piece
    source_id: str

    def __post_init__(self) -> None:
        if self.release not in RELEASES:
            raise ValueError(f"{self.drug_id}: release {self.release!r} is not one of {', '.join(RELEASES)}")
        if not 0 < self.strength_mg < 10_000:
            raise ValueError(f"{self.drug_id}: {self.strength_mg} mg is no strength of a tablet or capsule")
