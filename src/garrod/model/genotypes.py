"""What a genome file shows at the positions that matter, or why it shows nothing there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Assembly(StrEnum):
    """The human genome build that a coordinate belongs to."""

    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"


class MissingReason(StrEnum):
    """Why a position has no genotype. None of these means reference."""

    NO_RECORD = "the file has no record here and does not promise that absent means reference"
    NO_CALL = "the file says that nothing was called here"
    HALF_CALL = "only one of two alleles was called"
    FILTERED = "the record did not pass the file's own filters"
    LOW_DEPTH = "read depth is below the threshold"
    LOW_QUALITY = "genotype quality is below the threshold"
    ALLELE_BALANCE = "reads support the two alleles too unevenly"
    LOW_BLOCK = "the reference block is below the threshold"
    CONFLICT = "records of the file contradict each other here"
    TOO_MANY_ALLELES = "more alleles were read than a person carries"
    OTHER_REFERENCE = "the reference base of the file is not the one known for its build"
    UNKNOWN_REFERENCE = "the reference base of this build is not known, and the file does not write it"
    UNREADABLE = "what is written here cannot be read as an allele"
    WRONG_SEQUENCE = "the file's mitochondrial sequence is not the revised Cambridge one"
    NOT_ON_ARRAY = "the array does not test this position"


@dataclass(frozen=True, slots=True)
class Genotype:
    """The alleles read at one position, in the spelling of the definition tables (plus strand of GRCh38).

    ``alleles`` has two entries, or one on a male's X and in mitochondria. Where ``is_phased``, the order of the
    entries is the order of the strands within ``phase_set`` (None: one phase set spans the chromosome).
    An allele that is not among the variant's known ones keeps its own spelling (a deletion over the position is ``*``).
    """

    variant_id: str
    alleles: tuple[str, ...]
    is_phased: bool = False
    phase_set: str | None = None
    record: str = ""  #: what the file says, for the page: position, reference, alternates and genotype as written
    allele_fraction: float | None = None  #: share of reads with the alternate, where the file gives it (mitochondria)
    inferred: str | None = None  #: "absent" or "block": reference by the file's promise or by a reference block

    @property
    def is_heterozygous(self) -> bool:
        """Whether two different alleles were read."""
        return len(set(self.alleles)) > 1


@dataclass(frozen=True, slots=True)
class Missing:
    """A position without a genotype, and why."""

    variant_id: str
    reason: MissingReason
    record: str = ""


Observed = Genotype | Missing


@dataclass(frozen=True, slots=True)
class StructuralRecord:
    """A symbolic or breakend record that crosses a gene and carries a non-reference genotype."""

    gene: str
    kind: str
    record: str


@dataclass(frozen=True, slots=True)
class ReadThresholds:
    """Below these a position is missing. Recorded in the run."""

    depth: int = 10
    genotype_quality: int = 20
    balance_low: float = 0.2
    balance_high: float = 0.8


@dataclass(frozen=True, slots=True)
class GenomeEvidence:
    """One sample's genotypes at the sites that knowledge asked for.

    ``genotypes`` has an entry for every site asked for, a ``Genotype`` or a ``Missing``.
    """

    file: str  #: the file's name, never its path
    kind: str  #: "VCF", "gVCF", "BCF", "23andMe layout", "AncestryDNA layout"
    sample: str
    assembly: Assembly
    absent_is_reference: bool
    thresholds: ReadThresholds
    genotypes: Mapping[str, Observed]
    structural: tuple[StructuralRecord, ...] = ()
    notes: tuple[str, ...] = field(default=())
    digest: str = ""  #: SHA-256 over what was read at the sites

    @property
    def is_consumer(self) -> bool:
        """Whether the file is of a kind that must be confirmed in a clinical laboratory before anyone acts."""
        return self.kind.endswith("layout")
