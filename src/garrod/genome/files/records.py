"""One line of a VCF as typed fields; genotypes of the chosen samples only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from garrod.genome.files.sites import chromosome_name, whole_number
from garrod.model.errors import Fault, InputError

FIXED_COLUMNS: Final = 9
LETTERS: Final = frozenset("ACGTNRYSWKMBDHV*")
REFERENCE_BLOCKS: Final = frozenset({"<NON_REF>", "<*>"})


@dataclass(frozen=True, slots=True)
class GenotypeField:
    """A GT as written: allele numbers (None for ``.``) and whether the strands are told apart."""

    alleles: tuple[int | None, ...]
    is_phased: bool


@lru_cache(maxsize=4096)
def parse_gt(text: str) -> GenotypeField | None:
    """Read a GT; None where it is not one."""
    phased = "|" in text and "/" not in text
    parts = text.replace("|", "/").lstrip("/").split("/")
    try:
        alleles = tuple(None if part == "." else _index(part) for part in parts)
    except ValueError:
        return None
    return GenotypeField(alleles, phased) if alleles else None


def _index(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise ValueError(text)
    return number


@dataclass(frozen=True, slots=True)
class Record:
    """One VCF record.

    Attributes
    ----------
    position, end
        1-based; ``end`` is the last base covered (of a reference block, its END).
    samples
        Per chosen sample, FORMAT key -> text.
    """

    chromosome: str
    position: int
    end: int
    ref: str
    alts: tuple[str, ...]
    filter: str
    is_block: bool
    samples: tuple[Mapping[str, str], ...]
    where: str

    def allele(self, index: int) -> str | None:
        """Return an allele's text by number; None where the record has no such allele."""
        if index == 0:
            return self.ref
        return self.alts[index - 1] if index <= len(self.alts) else None

    @property
    def symbolic(self) -> str | None:
        """The kind of a structural record, or None."""
        for alt in self.alts:
            if alt.startswith("<") and alt not in REFERENCE_BLOCKS:
                return alt.strip("<>")
            if "[" in alt or "]" in alt:
                return "BND"
        return None


def parse_record(line: str, columns: Sequence[int], width: int, where: str) -> Record:
    """Read one line.

    Parameters
    ----------
    columns
        Column numbers of the chosen samples.
    width
        Number of columns that the header names.

    Raises
    ------
    InputError
        Where the line contradicts the header or is not a record.
    """
    cells = line.rstrip("\r\n").split("\t")
    if len(cells) != width:
        raise InputError(
            Fault(where, f"the header names {width} columns, this record has {len(cells)}", "repair or re-export the file")
        )
    position, ref = whole_number(cells[1]), cells[3].upper()
    if position is None or not ref:
        raise InputError(Fault(where, "position or reference is not readable", "repair or re-export the file"))
    if not set(ref) <= LETTERS:
        raise InputError(Fault(where, "the reference is not a sequence", "repair or re-export the file"))
    alts: tuple[str, ...] = ()
    if cells[4] not in {".", ""}:
        alts = tuple(alt if alt.startswith("<") else alt.upper() for alt in cells[4].split(","))
    end = _end(cells[7])
    keys = cells[8].split(":")
    samples = tuple(dict(zip(keys, cells[column].split(":"), strict=False)) for column in columns)
    is_block = end is not None and all(alt in REFERENCE_BLOCKS for alt in alts)
    is_symbolic = any(alt.startswith("<") for alt in alts)
    if end is None and is_symbolic:
        end = _end_by_length(cells[7], position, alts)
    covered = end if end is not None and (is_block or is_symbolic) else position + len(ref) - 1
    return Record(
        chromosome=chromosome_name(cells[0]),
        position=position,
        end=max(covered, position),
        ref=ref,
        alts=alts,
        filter=cells[6],
        is_block=is_block,
        samples=samples,
        where=where,
    )


def _end(info: str) -> int | None:
    if "END=" not in info:
        return None
    for field in info.split(";"):
        if field.startswith("END="):
            return whole_number(field[4:])
    return None


def _end_by_length(info: str, position: int, alts: Sequence[str]) -> int | None:
    """Return what SVLEN says where END is left out, as VCF 4.5 asks; an insertion covers no base of the reference."""
    for field in info.split(";"):
        if field.startswith("SVLEN=") and not any(alt.startswith("<INS") for alt in alts):
            lengths = [whole_number(text.lstrip("-")) or 0 for text in field[6:].split(",")]
            return position + max(lengths)
    return None
