"""What medicines do to enzymes: how strongly, how fast, and which phenotype follows. One class a table."""

from dataclasses import dataclass
from enum import StrEnum

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.medicines import EnzymeRole

ANY = "any"
SMOKING = "smoking"  #: stands where a drug's id does, for what smoking does to enzymes


class Strength(StrEnum):
    """The regulators' grades: by how much a sensitive substrate's exposure moves."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    UNGRADED = "ungraded"
    NONE = "none"


class GradedBy(StrEnum):
    """Who gave the grade, in the order in which they are believed."""

    FDA = "fda"
    LABEL = "label"
    DPWG = "dpwg"
    REVIEW = "review"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnzymeEffect:
    """One source's grade of what a drug does to one enzyme. Sources that differ keep their rows."""

    drug_id: str
    enzyme: str
    role: EnzymeRole
    strength: Strength
    graded_by: GradedBy
    mechanism: str | None = None  #: reversible, mechanism-based, induction
    note: str | None = None
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if (self.graded_by is GradedBy.RECALLED) != (self.reading is Reading.RECALLED):
            raise ValueError(f"{self.drug_id} on {self.enzyme}: a grade is recalled by both columns or by neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectTime:
    """How long an effect takes to build up and to wear off; ``drug_id`` ``any`` holds where no row names the drug.

    ``half_life_d`` is that of the effect after the last dose; from ``gone_d`` days on nothing of it counts.
    """

    drug_id: str
    role: EnzymeRole
    onset_d: float
    half_life_d: float
    gone_d: float
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if not (self.onset_d >= 0 and 0 < self.half_life_d <= self.gone_d):
            raise ValueError(f"{self.drug_id}: onset, half-life and end of an effect are days, and the end is last")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionRule:
    """How an enzyme's phenotype changes under an inhibitor or inducer of one grade.

    Either ``score_factor`` multiplies the activity score, or ``phenotype`` becomes ``becomes``.
    ``whatever_the_genes`` holds where the result is the same for every genotype.
    """

    gene: str
    enzyme: str
    role: EnzymeRole
    strength: Strength
    score_factor: float | None = None
    phenotype: str | None = None
    becomes: str | None = None
    whatever_the_genes: bool = False
    method: str  #: accepted, proposed
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        if (self.score_factor is None) == (self.becomes is None):
            raise ValueError(f"{self.gene}: a rule has a score factor or a phenotype that follows, and not both")
        if self.method not in {"accepted", "proposed"}:
            raise ValueError(f"{self.gene}: method {self.method!r} is not accepted or proposed")
        if self.score_factor is not None and not 0 <= self.score_factor <= 1:
            raise ValueError(f"{self.gene}: an inhibitor leaves 0 to 1 of the score, not {self.score_factor}")
