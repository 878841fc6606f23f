"""One person's evidence, as given. Nothing here is inferred, and a part that was not given stays None: not known."""

from dataclasses import dataclass
from datetime import date, datetime

from garrod.model.genotypes import GenomeEvidence
from garrod.model.quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCall:
    """What a laboratory or another program says of a gene, in its own words."""

    gene: str
    call: str | None = None
    phenotype: str | None = None
    activity_score: str | None = None
    source: str = "outside"
    where: str = ""  #: file and line, for messages


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMeasurement:
    """Height and weight at a time."""

    time: datetime | None = None
    height: Quantity | None = None
    weight: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeStage:
    """Pregnancy, lactation and, for the newborn, gestation."""

    pregnant: bool | None = None
    lactating: bool | None = None
    gestation_weeks: float | None = None
    postmenstrual_age_weeks: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoking:
    """Smoking as reported."""

    status: str = "unknown"
    per_day: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One laboratory value as reported."""

    name: str
    value: float | str | None
    unit: str | None = None
    loinc: str | None = None
    comparator: str | None = None
    specimen: str | None = None
    method: str | None = None
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """One medicine in the person's list.

    ``dose_text`` and ``every_text`` hold a dose and a frequency that came in words ("75 mg", "twice daily"), as written.
    """

    name: str
    rxnorm: str | None = None
    atc: str | None = None
    dose: Quantity | None = None
    dose_text: str | None = None
    every: Quantity | None = None
    every_text: str | None = None
    route: str | None = None
    start: date | None = None
    end: date | None = None
    indication: str | None = None
    status: str = "active"

    @property
    def is_current(self) -> bool:
        """Active, or on hold and so likely to return."""
        return self.status in {"active", "on-hold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """One dose that was given."""

    drug: str
    dose: Quantity
    time: datetime
    duration: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One drug level."""

    drug: str
    value: float
    unit: str
    time: datetime
    comparator: str | None = None
    lower_limit: float | None = None
    assay: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialysis:
    """One course of dialysis; one without an end goes on."""

    kind: str | None = None  #: hemodialysis, peritoneal, continuous
    start: date | None = None
    end: date | None = None
    per_week: float | None = None
    time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One diagnosis."""

    name: str
    snomed: str | None = None
    icd10: str | None = None
    status: str = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allergy:
    """One allergy or intolerance."""

    substance: str
    reaction: str | None = None
    severity: str | None = None


def _same_day(born: date, year: int) -> date:
    """Return the birthday in a year; people of February 29 have it on March 1 in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Everything that was given about one person.

    Lists that were not given are None: nobody's allergies are "none" because the list is missing.
    Parts that later domains read (tumor, diet, limits, targets) travel unread in ``unread``, by name.
    """

    id: str
    sex: str = "unknown"
    birth_date: date | None = None
    as_of: datetime | None = None
    declared_ancestry: str | None = None
    body: tuple[BodyMeasurement, ...] | None = None
    life_stage: LifeStage | None = None
    smoking: Smoking | None = None
    genomes: tuple[GenomeEvidence, ...] = ()
    outside_calls: tuple[OutsideCall, ...] = ()
    observations: tuple[Observation, ...] | None = None
    medications: tuple[Medication, ...] | None = None
    administrations: tuple[Administration, ...] | None = None
    levels: tuple[Level, ...] | None = None
    dialysis: tuple[Dialysis, ...] | None = None
    conditions: tuple[Condition, ...] | None = None
    allergies: tuple[Allergy, ...] | None = None
    secondary_findings_consent: bool | None = None
    unread: tuple[str, ...] = ()
    digest: str = ""  #: SHA-256 of the person file as read

    def age_years(self) -> float | None:
        """Age at ``as_of`` in years, or None where either date is not known."""
        if self.birth_date is None or self.as_of is None:
            return None
        today, born = self.as_of.date(), self.birth_date
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        birthday = _same_day(born, born.year + years)
        return years + (today - birthday).days / (_same_day(born, born.year + years + 1) - birthday).days

    def weight_kg(self) -> float | None:
        """Return the newest weight in kg, or None where none was given."""
        newest = self._newest([one for one in self.body or () if one.weight is not None and one.weight.unit == "kg"])
        return newest.weight.value if newest and newest.weight else None

    def height_cm(self) -> float | None:
        """Return the newest height in cm, or None where none was given."""
        newest = self._newest([one for one in self.body or () if one.height is not None and one.height.unit == "cm"])
        return newest.height.value if newest and newest.height else None

    @staticmethod
    def _newest(some: list[BodyMeasurement]) -> BodyMeasurement | None:
        dated = [one for one in some if one.time is not None]
        if dated:
            return max(dated, key=lambda one: one.time.timestamp() if one.time else 0.0)
        return some[-1] if some else None
