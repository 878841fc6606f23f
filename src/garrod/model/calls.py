"""What was read at one gene: a call, or why there is none; and everything that could change it."""

import re
from dataclasses import dataclass
from enum import StrEnum


def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """Order allele names as people do: ``*2`` before ``*10``, ``Reference`` before variants.

    >>> sorted(["*10", "*2", "Reference", "c.557A>G"], key=natural_order)
    ['*2', '*10', 'Reference', 'c.557A>G']
    """
    parts = re.split(r"(\d+)", text)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)


@dataclass(frozen=True, slots=True)
class Diplotype:
    """The named alleles a person carries of one gene: two, or one on a male's X or in mitochondria.

    >>> Diplotype("CYP2C19", ("*10", "*2")).name
    '*2/*10'
    """

    gene: str
    alleles: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.alleles) not in {1, 2}:
            raise ValueError(f"{self.gene}: a person carries one or two alleles, not {len(self.alleles)}")
        object.__setattr__(self, "alleles", tuple(sorted(self.alleles, key=natural_order)))

    @property
    def name(self) -> str:
        """The diplotype as laboratories write it."""
        return "/".join(self.alleles)


class CallStatus(StrEnum):
    """How complete a gene's result is."""

    CALLED = "called"
    PARTIAL = "partial"  #: no pair of named alleles fits; the nearest combination is named in square brackets
    LIMITED = "limited"  #: read from small variants only, where copy number matters: not used for advice
    NOT_ASSESSED = "not_assessed"


class CallSource(StrEnum):
    """Where a call comes from."""

    GENOME = "genome"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class FittingDiplotype:
    """One diplotype that fits what was read.

    ``rank`` is 1 for the best fit; equal ranks fit equally well. ``probability`` is None where no frequencies allow one.
    """

    diplotype: Diplotype
    rank: int
    score: int
    probability: float | None
    is_phased: bool
    phenotype: str | None
    activity_score: float | None
    activity_at_least: bool = False


@dataclass(frozen=True, slots=True)
class PositionRead:
    """One defining position of the gene, for the page: what was read there or why nothing was."""

    variant_id: str
    name: str  #: rsID, or the position
    chromosome: str
    position: int  #: on the file's assembly
    observed: tuple[str, ...]  #: alleles in reading order; empty when missing
    is_reference: bool
    missing: str | None  #: the reason, in words
    record: str
    alleles_defined_here: tuple[str, ...]  #: named alleles that differ from the reference allele here
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class AlleleStatus:
    """Presence of one risk allele: True, False, or None when the typing does not tell."""

    gene: str
    allele: str  #: as guidelines write it: ``*57:01``
    is_present: bool | None

    @property
    def word(self) -> str:
        """The lookup word of guidelines: ``*57:01 positive``."""
        state = {True: "positive", False: "negative", None: "not assessed"}[self.is_present]
        return f"{self.allele} {state}"


@dataclass(frozen=True, slots=True)
class PossibleResult:
    """One phenotype that a gene could have, with the activity score that goes with it (None where it has none)."""

    phenotype: str | None
    activity_score: float | None = None
    activity_at_least: bool = False


@dataclass(frozen=True, slots=True)
class SystemPhenotype:
    """What another function system (DPWG) makes of the same reading; never mapped from CPIC's words."""

    diplotypes: tuple[FittingDiplotype, ...]
    phenotype: str | None
    activity_score: float | None = None
    activity_at_least: bool = False
    possible: tuple[PossibleResult, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneResult:
    """Everything that is known about one gene of one person under one function system (CPIC or DPWG).

    Attributes
    ----------
    phenotype, activity_score
        The result of the best fit; None where the best fits disagree or no rule knows the pair.
    phenotypes_possible
        Every phenotype that some completion of the missing positions, or another kept fit, would give.
    phenotypes_likely
        Those of them that have a probability of at least 1 %, where frequencies allow one; else the same list.
    could_change
        Whether the phenotype could be another one, once what is missing were known. False is a promise.
    decided_by
        Names of the missing positions (or ``phase``) whose knowledge would settle the phenotype.
    """

    gene: str
    status: CallStatus
    source: CallSource | None
    reason: str | None = None
    diplotypes: tuple[FittingDiplotype, ...] = ()
    phenotype: str | None = None
    activity_score: float | None = None
    activity_at_least: bool = False
    possible: tuple[PossibleResult, ...] = ()  #: what the phenotype and score could be, in pairs
    phenotypes_possible: tuple[str, ...] = ()
    phenotypes_likely: tuple[str, ...] = ()
    scores_possible: tuple[float, ...] = ()
    diplotypes_possible: tuple[str, ...] = ()  #: named diplotypes that remain possible, the commonest first; cut at 100
    diplotypes_count: int = 0  #: how many there are, listed or not
    missing: tuple[str, ...] = ()
    could_change: bool = False
    decided_by: tuple[str, ...] = ()
    prior_source: str | None = None
    allele_statuses: tuple[AlleleStatus, ...] = ()
    variants: tuple[str, ...] = ()  #: variants found, for genes reported as lists: ``c.1905+1G>A (*2A): heterozygous``
    extra: tuple[tuple[str, str], ...] = ()  #: positions reported beside the alleles: (name, genotype)
    undocumented: tuple[str, ...] = ()
    needs_confirmation: bool = False  #: consumer file or array: confirm in a clinical laboratory before acting
    needs_review: bool = False  #: outside call and genome disagree
    disagreement: str | None = None
    dpwg: SystemPhenotype | None = None  #: the same gene in the Dutch group's own terms, where it has any
    positions: tuple[PositionRead, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def is_assessed(self) -> bool:
        """Whether the gene has a result at all."""
        return self.status is not CallStatus.NOT_ASSESSED
