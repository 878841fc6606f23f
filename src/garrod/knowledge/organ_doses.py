"""What sources say of a drug's dose by kidney and liver function, band by band."""

import re
from dataclasses import dataclass
from enum import StrEnum

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.recommendations import Action

ANY = "any"
#: A criterion: a fact of the person, which side of the limit, the limit.
CRITERION = re.compile(r"(age_y|weight_kg|creatinine_mg_dl)(>=|<=)(\d+(?:\.\d+)?)")


class Organ(StrEnum):
    """The organ whose function a band is about."""

    KIDNEY = "kidney"
    LIVER = "liver"


class Measure(StrEnum):
    """What a source measures the organ by; clearance and eGFR are different numbers, and ``gfr`` is a source that names none."""

    CRCL = "crcl"
    EGFR = "egfr"
    GFR = "gfr"
    CHILD_PUGH = "child_pugh"
    DIALYSIS = "dialysis"


class SourceKind(StrEnum):
    """What kind of text a band was read in, the firmest first."""

    LABEL = "label"
    REGULATOR = "regulator"
    GUIDELINE = "guideline"
    CONSENSUS = "consensus"
    QUOTES_LABELS = "quotes labels"
    REVIEW = "review"
    HOSPITAL = "hospital"
    PROTOCOL = "protocol"
    BOOK = "book"
    WEBSITE = "website"
    RECALLED = "recalled"


#: Kinds that a dose may rest on; of the others nothing but a warning follows.
FIRM = frozenset({SourceKind.LABEL, SourceKind.REGULATOR, SourceKind.GUIDELINE, SourceKind.CONSENSUS, SourceKind.QUOTES_LABELS})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganDose:
    """What one source says of one drug in one band of an organ's function.

    Limits belong to the band where ``..._included`` says so; a band without limits holds for everybody, and one of which
    ``level_is_known`` is false is a source that names levels which were not read.
    """

    drug_id: str
    route: str = ANY
    form: str | None = None  #: the dosage form it is for, where the source has one for each
    use: str | None = None  #: indications it holds for, ``;`` between; empty for all
    organ: Organ
    measure: Measure
    low: float | None = None
    low_included: bool = True
    high: float | None = None
    high_included: bool = False
    level_is_known: bool = True
    criteria: str | None = None  #: facts of the person, as in ``age_y>=80;weight_kg<=60``
    criteria_needed: int | None = None  #: how many of them must hold
    classes: str | None = None  #: Child-Pugh classes, ``;`` between
    action: Action
    phase: str | None = None  #: all, start, maintenance
    amount_low: float | None = None
    amount_high: float | None = None
    unit: str | None = None  #: mg, mg/d, mg/kg, tablet
    combination: str | None = None  #: set where the amount is of a combination, and not of the substance alone
    interval_h: float | None = None
    interval_high_h: float | None = None
    factor: float | None = None  #: of the usual dose
    cap: float | None = None
    cap_unit: str | None = None  #: mg/d
    says: str  #: in words of ours
    source_kind: SourceKind
    note: str | None = None
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        self._check_band()
        self._check_dose()

    def _check_band(self) -> None:
        where = f"{self.drug_id}, {self.measure}"
        if (self.measure is Measure.CHILD_PUGH) != (self.classes is not None):
            raise ValueError(f"{where}: a band has classes where it goes by Child-Pugh, and nowhere else")
        if self.classes is not None and not set(self.classes.split(";")) <= {"A", "B", "C"}:
            raise ValueError(f"{where}: classes are A, B and C, not {self.classes!r}")
        if (self.measure is Measure.CHILD_PUGH) != (self.organ is Organ.LIVER):
            raise ValueError(f"{where}: Child-Pugh is the measure of the liver, and of nothing else")
        if (self.criteria is None) != (self.criteria_needed is None) or not all(map(CRITERION.fullmatch, self.each_criterion())):
            raise ValueError(f"{where}: criteria are facts with a limit, and how many of them must hold")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"{where}: the band from {self.low} to {self.high} is empty")

    def _check_dose(self) -> None:
        where = f"{self.drug_id}, {self.says}"
        numbers = (self.amount_low, self.amount_high, self.factor, self.cap)
        if any(number is not None and not number > 0 for number in (*numbers, self.interval_h, self.interval_high_h)):
            raise ValueError(f"{where}: a dose is made of positive numbers")
        if any(number is not None for number in numbers) and self.reading is Reading.RECALLED:
            raise ValueError(f"{where}: what was not opened carries no dose")
        if (self.reading is Reading.RECALLED) != (self.source_kind is SourceKind.RECALLED):
            raise ValueError(f"{where}: a band is recalled by both columns or by neither")
        if (self.amount_low is not None or self.amount_high is not None) and not self.unit:
            raise ValueError(f"{where}: an amount needs its unit")
        if (self.cap is None) != (self.cap_unit is None):
            raise ValueError(f"{where}: a cap needs its unit")
        if self.factor is not None and self.factor > 1:
            raise ValueError(f"{where}: a factor of the usual dose is at most 1, not {self.factor}")

    def each_criterion(self) -> tuple[str, ...]:
        """Return the criteria one by one."""
        return tuple(self.criteria.split(";")) if self.criteria else ()

    @property
    def is_firm(self) -> bool:
        """Whether a dose may rest on it."""
        return self.source_kind in FIRM and self.reading is not Reading.RECALLED

    def holds_at(self, value: float) -> bool:
        """Whether a value lies in the band."""
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        below = self.high is None or value < self.high or (self.high_included and value == self.high)
        return self.level_is_known and above and below
