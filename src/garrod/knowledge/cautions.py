"""Cautions: drugs against conditions, pregnancy, lactation, age and smoking. One class a table."""

from dataclasses import dataclass
from enum import StrEnum

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.recommendations import Action, Severity


class When(StrEnum):
    """What about the person a caution looks at."""

    CONDITION = "condition"
    PREGNANCY = "pregnancy"
    LACTATION = "lactation"
    AGE_FROM = "age_from"
    AGE_BELOW = "age_below"
    SMOKING = "smoking"
    CO_MEDICATION = "co_medication"


class NameKind(StrEnum):
    """How a condition is found: by a word of its text, or by the beginning of a code."""

    WORD = "word"
    ICD10 = "icd10"
    SNOMED = "snomed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionName:
    """One way by which a condition is written: a word in lower case, the beginning of an ICD-10 code, or a SNOMED CT code."""

    condition_id: str
    kind: NameKind
    name: str
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """What is said of one drug or group in one situation of the person."""

    drug: str  #: drug_id or group_id
    when: When
    condition_id: str | None = None
    age_y: float | None = None
    other: str | None = None  #: drug_id or group_id taken with it
    above_mg_d: float | None = None  #: it holds only above this much a day
    indication: str | None = None  #: it holds only for these uses, ``;`` between
    action: Action
    severity: Severity
    cap_mg_d: float | None = None
    says: str
    reading: Reading
    source_id: str
    place: str = ""

    def __post_init__(self) -> None:
        where = f"{self.drug}, {self.when}"
        needs = {
            When.CONDITION: self.condition_id,
            When.AGE_FROM: self.age_y,
            When.AGE_BELOW: self.age_y,
            When.CO_MEDICATION: self.other,
        }
        for when, given in needs.items():
            if (self.when is when) and given is None:
                raise ValueError(f"{where}: what it holds for is not said")
        if self.reading is Reading.RECALLED and (self.severity is Severity.CRITICAL or self.cap_mg_d is not None):
            raise ValueError(f"{where}: what was not opened warns at most, and sets no dose")
        if self.severity is Severity.CRITICAL and self.action is not Action.CONTRAINDICATED:
            raise ValueError(f"{where}: only what is contraindicated interrupts")
