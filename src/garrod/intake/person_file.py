"""The layout of a person file (``garrod schema person``): one JSON object, or one a line.

Every section is read on its own, so that all faults of a file are told together. Unknown fields are kept by name in
``Person.unread``, never dropped silently.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Time = Annotated[datetime, Meta(tz=True, description="with its offset from UTC")]
Text = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]
Call = Annotated[str, Meta(max_length=2000)]


class Amount(Struct, forbid_unknown_fields=True):
    """A number with its unit; neither is optional."""

    value: float
    unit: Text


class Body(Struct, forbid_unknown_fields=True):
    """Height and weight at a time."""

    height: Amount | None = None
    weight: Amount | None = None
    time: Time | None = None


class LifeStage(Struct, forbid_unknown_fields=True):
    """Pregnancy, lactation, gestation."""

    pregnant: bool | None = None
    lactating: bool | None = None
    gestation_weeks: Annotated[float, Meta(ge=20, le=45)] | None = None
    postmenstrual_age_weeks: Annotated[float, Meta(ge=20, le=200)] | None = None


class Smoking(Struct, forbid_unknown_fields=True):
    """Smoking as reported."""

    status: Literal["current", "former", "never", "unknown"] = "unknown"
    per_day: Annotated[float, Meta(ge=0, le=200)] | None = None


class Genome(Struct, forbid_unknown_fields=True):
    """A genome file beside the person file."""

    file: Text
    sample: str | None = None
    assembly: Literal["GRCh37", "GRCh38"] | None = None
    absent_is_reference: bool = False


class OutsideCall(Struct, forbid_unknown_fields=True):
    """A laboratory's word on a gene."""

    gene: Text
    call: Call | None = None
    phenotype: Call | None = None
    activity_score: Call | float | None = None
    source: str = "outside"


class Observation(Struct, forbid_unknown_fields=True):
    """A laboratory value."""

    name: Text
    value: float | str | None = None
    unit: str | None = None
    loinc: str | None = None
    comparator: Literal["<", "<=", ">", ">="] | None = None
    specimen: str | None = None
    method: str | None = None
    time: Time | None = None


class Medication(Struct, forbid_unknown_fields=True):
    """A medicine in the list."""

    name: Text
    rxnorm: str | None = None
    atc: str | None = None
    dose: Amount | Text | None = None
    every: Amount | Text | None = None
    route: str | None = None
    start: date | None = None
    end: date | None = None
    indication: str | None = None
    status: Literal["active", "on-hold", "stopped", "completed"] | None = None


class Administration(Struct, forbid_unknown_fields=True):
    """A dose that was given."""

    drug: Text
    dose: Amount
    time: Time
    duration: Amount | None = None


class Level(Struct, forbid_unknown_fields=True):
    """A drug level."""

    drug: Text
    value: float
    unit: Text
    time: Time
    comparator: Literal["<", "<=", ">", ">="] | None = None
    lower_limit: float | None = None
    assay: str | None = None


class Condition(Struct, forbid_unknown_fields=True):
    """A diagnosis."""

    name: Text
    snomed: str | None = None
    icd10: str | None = None
    status: str = "active"


class Allergy(Struct, forbid_unknown_fields=True):
    """An allergy or intolerance."""

    substance: Text
    reaction: str | None = None
    severity: str | None = None


class Dialysis(Struct):
    """A course of dialysis; one without an end goes on."""

    kind: str | None = None
    start: date | None = None
    end: date | None = None
    per_week: Annotated[float, Meta(gt=0, le=14)] | None = None
    time: Time | None = None


class Consent(Struct, forbid_unknown_fields=True):
    """What the person agreed to be told."""

    secondary_findings: bool = False


class PersonFile(Struct):
    """One person. Lists that are not given are not known; an empty list says that there is none."""

    id: Text
    sex: Literal["female", "male", "unknown"] = "unknown"
    birth_date: date | None = None
    as_of: Time | None = None
    declared_ancestry: str | None = None
    body: list[Body] | None = None
    life_stage: LifeStage | None = None
    smoking: Smoking | None = None
    genomes: list[Genome] = []
    outside_calls: list[OutsideCall] = []
    observations: list[Observation] | None = None
    medications: list[Medication] | None = None
    administrations: list[Administration] | None = None
    levels: list[Level] | None = None
    dialysis: list[Dialysis] | None = None
    conditions: list[Condition] | None = None
    allergies: list[Allergy] | None = None
    tumor: dict[str, Any] | None = None
    diet: dict[str, Any] | None = None
    limits: list[dict[str, Any]] | None = None
    targets: list[dict[str, Any]] | None = None
    consent: Consent | None = None


#: Sections that are carried but not interpreted by this version.
NOT_INTERPRETED = ("tumor", "diet", "limits", "targets")


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a person file."""
    document = msgspec.json.schema(PersonFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "garrod person file", **document}
