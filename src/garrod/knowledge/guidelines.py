"""Guideline tables: statements as data that compute. One class a table, its fields the columns.

A statement is one thing a guideline says for one set of gene results, drugs and facets. Its parts stand in the
guideline's own order of preference: the first is what to do, the others what is allowed when that is impossible.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.recommendations import Action

PHASES = frozenset({"loading", "start", "maintenance", "all"})
DOSE_UNITS = frozenset({"mg", "mg/d", "mg/wk", "mg/kg/d", "mg/m2/d", "mg/kg", "mg/m2"})
HIGHEST_FACTOR = 5  #: DPWG on pantoprazole for Helicobacter pylori in ultrarapid metabolizers is the highest that was read
REFERENCES = frozenset({"usual", "lowest_recommended", "maximum_recommended"})


class KeyType(StrEnum):
    """What a statement's key is compared with."""

    PHENOTYPE = "phenotype"
    SCORE = "score"
    ALLELE_STATUS = "allele_status"
    GENOTYPE = "genotype"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drug:
    """One active substance that rows speak of."""

    drug_id: str  #: lower-case name
    name: str
    rxnorm: str | None = None
    atc: str | None = None
    drug_class: str | None = None
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugName:
    """One more name of a drug, lower-case."""

    drug_id: str
    name: str
    kind: str  #: brand, synonym, salt
    source_id: str


class LabelTesting(StrEnum):
    """What the label of a drug says of testing a gene."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    ACTIONABLE = "actionable"
    INFORMATIVE = "informative"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneDrug:
    """A gene that matters for a drug: how firmly, and what the label says of testing."""

    gene: str
    drug_id: str
    cpic_level: str  #: A, A/B, B, B/C, C, C/D, D
    cpic_status: str  #: final, provisional
    clinpgx_level: str | None = None
    label_testing: LabelTesting | None = None
    pmids: str | None = None
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """One guideline of one body."""

    guideline_id: str
    body: str
    title: str
    genes: str  #: ``;``-separated
    pmids: str | None = None
    content_date: date
    later_change: date | None = None  #: the body changed it on this day, and the change is not in our rows
    later_change_note: str | None = None
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that a guideline says, and for whom."""

    statement_id: str
    guideline_id: str
    indications: str  #: ``any``, or words of the indication table, ``;``-separated
    other_than: str | None = None  #: for the word ``other``: the indications that sister statements are for
    age: str  #: any, adult, pediatric
    age_min_y: float | None = None
    age_max_y: float | None = None
    weight_min_kg: float | None = None
    weight_max_kg: float | None = None
    prior_exposure: str  #: any, naive, tolerated_3_months
    no_alternatives: bool = False
    co_medication: str = "any"  #: what is taken, or which organ fails, beside it; ``+`` where both are needed; ``none``
    strength: str | None = None
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if self.age not in {"any", "adult", "pediatric"}:
            raise ValueError(f"{self.statement_id}: age {self.age!r} is not any, adult or pediatric")
        if self.prior_exposure not in {"any", "naive", "tolerated_3_months"}:
            raise ValueError(f"{self.statement_id}: prior exposure {self.prior_exposure!r} is not known")
        for low, high in ((self.age_min_y, self.age_max_y), (self.weight_min_kg, self.weight_max_kg)):
            if low is not None and high is not None and not low < high:
                raise ValueError(f"{self.statement_id}: the bounds {low:g} to {high:g} hold nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDrug:
    """A drug that a statement speaks of."""

    statement_id: str
    drug_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementKey:
    """A gene result that a statement is for: AND over the genes of one clause, OR over rows of a gene and over clauses.

    ``value`` is a phenotype word, an allele status, a genotype, or one of the two special words
    ``No Result`` (the gene is not assessed) and ``n/a`` or ``Indeterminate`` (assessed, without an answer).
    A score key is the closed interval ``score_min`` to ``score_max``; an open end is None.
    """

    statement_id: str
    clause: int
    gene: str
    key_type: KeyType
    value: str | None = None
    score_min: float | None = None
    score_max: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.score_min is None):
            raise ValueError(f"{self.statement_id}: a key is a value or an interval, and not both")
        if self.score_min is not None and not self.score_min >= 0:
            raise ValueError(f"{self.statement_id}: a score from {self.score_min} is not a score")
        if self.score_max is not None and self.score_min is not None and not self.score_max >= self.score_min:
            raise ValueError(f"{self.statement_id}: the interval {self.score_min} to {self.score_max} is empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPart:
    """One action of a statement; part 1 is what to do, later parts are fallbacks."""

    statement_id: str
    part: int
    action: Action
    rationale: str  #: toxicity, efficacy, none
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDose:
    """One dose line of a part. Factors are fractions of the dose that ``relative_to`` names."""

    statement_id: str
    part: int
    line: int
    phase: str
    relative_to: str | None = None
    factor_low: float | None = None
    factor_high: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    unit: str | None = None
    cap: float | None = None
    cap_unit: str | None = None
    cap_is_below: bool | None = None
    interval_h: float | None = None
    condition: str | None = None

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            raise ValueError(f"{self.statement_id}: phase {self.phase!r} is not one of {sorted(PHASES)}")
        for factor in (self.factor_low, self.factor_high):
            if factor is not None and not 0 < factor <= HIGHEST_FACTOR:
                raise ValueError(f"{self.statement_id}: a dose factor of {factor} is outside 0 to {HIGHEST_FACTOR}")
        if self.factor_low is not None and self.factor_high is not None and self.factor_low > self.factor_high:
            raise ValueError(f"{self.statement_id}: the factor range is upside down")
        for amount, unit in ((self.value_low, self.unit), (self.value_high, self.unit), (self.cap, self.cap_unit)):
            if amount is not None and not (amount > 0 and unit in DOSE_UNITS):
                raise ValueError(f"{self.statement_id}: amount {amount} {unit} is not a positive number with a known unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementAlternative:
    """A drug or class that a part names instead."""

    statement_id: str
    part: int
    rank: int
    kind: str  #: drug, class
    name: str
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDetail:
    """Something more that a statement says: what to monitor, what to avoid too, a note in our words."""

    statement_id: str
    part: int  #: 0: the whole statement
    kind: str  #: monitoring, avoid_also, note
    line: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication:
    """An indication that guidelines tell apart."""

    indication: str
    label: str  #: as it is shown
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicationWord:
    """Words of an indication as people write it that select a guideline's indication facet."""

    indication: str
    word: str  #: lower-case; found in the medication's indication or a condition's name
    source_id: str
