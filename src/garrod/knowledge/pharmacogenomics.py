"""Pharmacogenomic tables: one class a table, its fields the columns, its checks the rules.

Coordinates: ``position`` is 1-based as in VCF, always beside its genome build.
Bases are of the plus strand. Indels keep the leading base, as in VCF.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reading(StrEnum):
    """How a row was checked against its source."""

    RECALLED = "recalled"
    READ_ONCE = "read_once"
    READ_TWICE = "read_twice"
    SIGNED_OFF = "signed_off"


class ResultType(StrEnum):
    """What guidelines look up for a gene."""

    PHENOTYPE = "phenotype"
    SCORE = "score"
    ALLELE_STATUS = "allele_status"
    VARIANT = "variant"


class Ploidy(StrEnum):
    """How many copies of the gene a person carries."""

    DIPLOID = "diploid"
    X_LINKED = "x_linked"
    MITOCHONDRIAL = "mitochondrial"


class CallMode(StrEnum):
    """How the gene is called: whole alleles, a list of variants, one variant, or typed elsewhere."""

    STAR = "star"
    LIST = "list"
    SINGLE = "single"
    PRESENCE = "presence"


class Rule(StrEnum):
    """What is special about a position of a gene."""

    REQUIRED = "required"  #: no call without it
    IGNORED = "ignored"  #: defined, but not used by the caller
    EXTRA = "extra"  #: reported beside the alleles (CYP2C9 rs12777823)
    PROXY_FOR = "proxy_for"  #: stands in for ``target`` when that is missing
    FALLBACK = "fallback"  #: decides alone where no pair fits; its alternate acts like the allele ``target``
    TIER1 = "tier1"  #: the minimum that a test must cover (AMP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gene:
    """One gene: where it lies and how it is called."""

    gene: str
    chromosome: str
    start_38: int | None = None
    end_38: int | None = None
    start_37: int | None = None
    end_37: int | None = None
    refseq: str | None = None
    reference_allele: str | None = None  #: None for genes that are typed elsewhere
    result_type: ResultType
    ploidy: Ploidy
    call_mode: CallMode
    undefined_is_reference: bool  #: an undocumented base is read as the reference allele, and said
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if self.start_38 is not None and self.end_38 is not None and not self.start_38 < self.end_38:
            raise ValueError(f"{self.gene}: the gene ends before it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One defining position: what the two builds hold there and which alternates are known."""

    variant_id: str
    gene: str
    rsid: str | None = None
    chromosome: str
    position_38: int
    ref_38: str
    alts_38: str  #: comma-separated
    position_37: int | None = None
    ref_37: str | None = None
    basis_37: str | None = None  #: "table", "offset" or "checked": how position and base of GRCh37 are known
    hgvs_g: str | None = None
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if self.ref_38 in self.alts:
            raise ValueError(f"{self.variant_id}: the reference is among the alternates")
        if self.basis_37 not in {None, "table", "offset", "checked"}:
            raise ValueError(f"{self.variant_id}: basis_37 {self.basis_37!r} is not table, offset or checked")

    @property
    def alts(self) -> tuple[str, ...]:
        """The known alternate alleles, in the table's order."""
        return tuple(self.alts_38.split(","))

    @property
    def alleles(self) -> tuple[str, ...]:
        """Reference and alternates."""
        return (self.ref_38, *self.alts)

    @property
    def name(self) -> str:
        """How people call it: the rsID where there is one."""
        return self.rsid or self.variant_id

    @property
    def is_indel(self) -> bool:
        """Whether any of its alleles differs in length."""
        return len({len(allele) for allele in self.alleles}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantForm:
    """One accepted spelling of an indel or repeat allele, trimmed, on one build."""

    variant_id: str
    assembly: str
    position: int
    ref: str
    alt: str
    allele: str  #: the canonical allele of the variant table that this spelling means


@dataclass(frozen=True, slots=True, kw_only=True)
class Allele:
    """One named allele of a gene."""

    gene: str
    allele: str
    is_reference: bool
    is_ignored: bool = False
    core_of: str | None = None  #: a sub-allele names the allele under which it is reported
    structural: str = "none"  #: none, deletion, duplication, hybrid: what small variants cannot show
    score: int  #: number of positions its definition lists
    tier1: bool = False
    reading: Reading
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlleleVariant:
    """The base that a named allele has at a position; IUPAC letters stand for any of their bases."""

    gene: str
    allele: str
    variant_id: str
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRule:
    """What is special about a position."""

    gene: str
    variant_id: str
    rule: Rule
    target: str | None = None
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnphasedPriority:
    """The pick among diplotypes that unphased data cannot tell apart (NAT2)."""

    gene: str
    ambiguous_set: str  #: diplotypes joined by ``|``
    pick: str
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlleleFunction:
    """How well the protein made from one allele works."""

    gene: str
    allele: str
    system: str  #: CPIC or DPWG
    function: str
    activity_value: float | None = None
    activity_at_least: bool = False  #: the value is a lower bound (three or more copies)
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if self.activity_value is not None and not 0 <= self.activity_value <= 6:
            raise ValueError(f"{self.gene} {self.allele}: activity {self.activity_value} is outside 0 to 6")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhenotypeRule:
    """From two allele functions, or from a score, to the phenotype word."""

    gene: str
    system: str
    function_1: str | None = None
    function_2: str | None = None  #: ``hemizygous`` for a male's X, ``any`` where the other allele does not matter
    score_min: float | None = None
    score_min_inclusive: bool = True
    score_max: float | None = None
    score_max_inclusive: bool = True
    phenotype: str
    reading: Reading
    source_id: str

    def __post_init__(self) -> None:
        if (self.function_1 is None) == (self.score_min is None):
            raise ValueError(f"{self.gene} {self.phenotype}: a rule names functions or a score, and not both")


@dataclass(frozen=True, slots=True, kw_only=True)
class HaplotypeCount:
    """How often an allele was seen among people whose genomes are openly published."""

    gene: str
    allele: str
    scheme: str  #: which people were counted
    count: int
    total: int
    source_id: str

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.gene} {self.allele}: {self.count} of {self.total} is not a count")


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFrequency:
    """Alternate allele frequency of a defining position in five continental groups; missing is not zero."""

    variant_id: str
    alt: str
    afr: float | None = None
    amr: float | None = None
    eas: float | None = None
    eur: float | None = None
    sas: float | None = None
    allele_number: int
    source_id: str

    @property
    def highest(self) -> float:
        """The highest frequency in any group."""
        return max(f for f in (self.afr, self.amr, self.eas, self.eur, self.sas, 0.0) if f is not None)
