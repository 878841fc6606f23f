"""VKORC1 rs9923231 (-1639G>A): how laboratories write it, and its published imputation from neighbors.

VKORC1 lies on the minus strand. Papers on warfarin write the gene's own strand (G>A); genome files write the plus
strand (C>T). Which strand a genotype is written on is told by which bases the position can have at all; where both
strands have the same bases (rs8050894, G and C), a homozygote is refused unless the strand is named.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from garrod.model.errors import Fault, InputError

Strand = Literal["gene", "plus"]
ASKED: Final = "rs9923231"
COMPLEMENT: Final = {"A": "T", "C": "G", "G": "C", "T": "A"}


class Vkorc1(StrEnum):
    """The genotype at rs9923231 on the gene's own strand; each A asks for less warfarin."""

    GG = "G/G"
    AG = "A/G"
    AA = "A/A"
    UNKNOWN = "unknown"

    @property
    def a_count(self) -> int:
        """How many A alleles there are: 0, 1 or 2; an unknown genotype has no count."""
        if self is Vkorc1.UNKNOWN:
            raise ValueError("an unknown genotype has no count of alleles")
        return {Vkorc1.GG: 0, Vkorc1.AG: 1, Vkorc1.AA: 2}[self]


#: Position -> (base that goes with G at rs9923231, base that goes with A), on the gene's own strand.
POSITIONS: Final[Mapping[str, tuple[str, str]]] = {
    "rs9923231": ("G", "A"),
    "rs2359612": ("C", "T"),
    "rs9934438": ("C", "T"),
    "rs8050894": ("G", "C"),
}
#: How papers call the positions beside their rsIDs.
OTHER_NAMES: Final[Mapping[str, str]] = {
    "-1639": "rs9923231",
    "3673": "rs9923231",
    "1173": "rs9934438",
    "6484": "rs9934438",
    "1542": "rs8050894",
    "6853": "rs8050894",
    "2255": "rs2359612",
    "7566": "rs2359612",
}
#: The order in which neighbors are tried.
ORDER: Final = ("rs2359612", "rs9934438", "rs8050894")
#: Neighbors that stand in for rs9923231 in anyone; the others not in people who are Black or of missing or mixed race.
IN_ANYONE: Final = frozenset({"rs9934438"})


@dataclass(frozen=True, slots=True)
class ReadVkorc1:
    """What is known of rs9923231, and which position it was read at; unknown where nothing told it."""

    genotype: Vkorc1
    read_at: str | None = None
    disagreeing: tuple[str, ...] = ()  #: neighbors that would say otherwise

    @property
    def is_imputed(self) -> bool:
        """Whether a neighbor stands in."""
        return self.read_at not in {None, ASKED}


def position_genotype(position: str, written: str, strand: Strand | None = None) -> Vkorc1:
    """Read a genotype at one position as the genotype of rs9923231 that goes with it.

    Parameters
    ----------
    position
        An rsID among ``POSITIONS``.
    written
        Two bases, with or without a slash, in either order.
    strand
        ``gene`` as papers write it, ``plus`` as genome files do; None to tell it from the bases.

    Raises
    ------
    InputError
        For a position without a rule, what are not two bases of the position, or a strand that cannot be told.

    Examples
    --------
    >>> position_genotype("rs9923231", "G/A"), position_genotype("rs9923231", "C/T")
    (<Vkorc1.AG: 'A/G'>, <Vkorc1.AG: 'A/G'>)
    """
    if position not in POSITIONS:
        raise InputError(Fault(f"VKORC1 {position}", "no rule reads this position", f"give one of {', '.join(POSITIONS)}"))
    found = re.fullmatch(r"([ACGT])\s*[/|]?\s*([ACGT])", written.strip().upper())
    normal, sensitive = POSITIONS[position]
    here = {normal, sensitive}
    other = {COMPLEMENT[base] for base in here}
    bases = (found[1], found[2]) if found else ()
    strands: list[Strand] = [name for name, some in (("gene", here), ("plus", other)) if bases and set(bases) <= some]  # type: ignore[misc]
    if strand is not None:
        strands = [one for one in strands if one == strand]
    genotypes = {_by_count(bases.count(sensitive if one == "gene" else COMPLEMENT[sensitive])) for one in strands}
    if not genotypes:
        raise InputError(
            Fault(
                f"VKORC1 {position}",
                "this is not a genotype that the position can have",
                f"give two of {normal} and {sensitive} (gene's strand) or {COMPLEMENT[normal]} and {COMPLEMENT[sensitive]}",
            )
        )
    if len(genotypes) > 1:
        raise InputError(
            Fault(f"VKORC1 {position}", "both strands have these bases here", "say the strand, or give rs9923231 or rs9934438")
        )
    return genotypes.pop()


def _by_count(sensitive: int) -> Vkorc1:
    return (Vkorc1.GG, Vkorc1.AG, Vkorc1.AA)[sensitive]


def imputed(genotypes: Mapping[str, Vkorc1], *, is_black_missing_or_mixed: bool) -> ReadVkorc1:
    """Return rs9923231 as read, else as its neighbors tell it by the published rule, else unknown.

    Parameters
    ----------
    genotypes
        rsID -> what the position says of rs9923231 (``position_genotype``).
    is_black_missing_or_mixed
        Race as the publication codes it: then only rs9934438 stands in.

    References
    ----------
    International Warfarin Pharmacogenetics Consortium. N Engl J Med 2009;360:753-764, appendix.
    """
    if genotypes.get(ASKED, Vkorc1.UNKNOWN) is not Vkorc1.UNKNOWN:
        chosen, read_at = genotypes[ASKED], ASKED
    else:
        usable = [one for one in ORDER if one in genotypes and (one in IN_ANYONE or not is_black_missing_or_mixed)]
        usable = [one for one in usable if genotypes[one] is not Vkorc1.UNKNOWN]
        if not usable:
            return ReadVkorc1(Vkorc1.UNKNOWN)
        chosen, read_at = genotypes[usable[0]], usable[0]
    others = tuple(name for name in (ASKED, *ORDER) if genotypes.get(name, Vkorc1.UNKNOWN) not in {chosen, Vkorc1.UNKNOWN})
    return ReadVkorc1(chosen, read_at, others)


def written_position(text: str) -> tuple[str, str] | None:
    """Split a laboratory's words into position and bases (``-1639G>A A/G``, ``rs9934438 C/T``); None where it names none.

    >>> written_position("VKORC1 -1639G>A: A/A")
    ('rs9923231', 'A/A')
    >>> written_position("A/A") is None
    True
    """
    found = re.fullmatch(
        r"(?:VKORC1\s*:?\s*)?(?:c\.)?(rs\d+|-?\d+)\s*(?:[ACGT]\s*>\s*[ACGT])?\s*[:;,(]?\s*([ACGT]\s*[/|]?\s*[ACGT])\)?",
        text.strip().replace("−", "-"),
        re.I,
    )
    if not found:
        return None
    position = OTHER_NAMES.get(found[1], found[1].lower())
    return (position, found[2].upper()) if position.startswith("rs") else None
