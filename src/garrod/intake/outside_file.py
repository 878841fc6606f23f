"""Outside calls in the layout laboratories already use: gene, call, phenotype, activity score, without a header line."""

import csv
from pathlib import Path
from typing import Final

from garrod.genome.assess import documented_alleles
from garrod.genome.files import check_is_file
from garrod.genome.outside import OutsideDiplotype, Unreadable, is_readable_typing, parse_call
from garrod.genome.outside_results import allele_genes
from garrod.knowledge.loading import Knowledge
from garrod.model.errors import Fault, InputError
from garrod.model.person import OutsideCall

MOST_COLUMNS: Final = 4
LONGEST_CELL: Final = 2000
LARGEST_FILE: Final = 16 * 1024 * 1024


def read_outside_calls(path: Path, knowledge: Knowledge) -> tuple[OutsideCall, ...]:
    """Read a file of outside calls.

    Raises
    ------
    InputError
        For every line that names an unknown gene or allele or has the wrong columns.
    """
    check_is_file(path, "name a file of outside calls")
    if path.stat().st_size > LARGEST_FILE:
        raise InputError(Fault(path.name, "a file of outside calls is not this large", "name a tab-separated text file"))
    text = _decoded(path)
    faults: list[Fault] = []
    calls = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            call = _call(f"{path.name}:{number}", line, knowledge, faults)
            if call is not None:
                calls.append(call)
    if faults:
        raise InputError(*faults)
    return tuple(calls)


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(Fault(path.name, f"the file cannot be read ({error.strerror})", "check the file")) from None
    if b"\x00" in raw:
        raise InputError(Fault(path.name, "this is not a text file", "give gene, call, phenotype, score by tabs"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # laboratories' exports of a "≥"


def _call(where: str, line: str, knowledge: Knowledge, faults: list[Fault]) -> OutsideCall | None:
    try:
        cells = next(csv.reader([line], delimiter="\t")) if "\t" in line else line.split(None, 1)
    except csv.Error:  # a cell of more than 131,072 letters
        cells = [line]
    if any(len(cell) > LONGEST_CELL for cell in cells):
        faults.append(Fault(where, "a cell is longer than any call", "give gene, call, phenotype, score by tabs"))
        return None
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    if not 2 <= len(cells) <= MOST_COLUMNS:
        faults.append(Fault(where, f"{len(cells)} columns were found", "give gene, call, phenotype, score by tabs"))
        return None
    known = {gene.lower(): gene for gene in (*documented_alleles(knowledge), *allele_genes(knowledge))}
    gene = known.get(cells[0].lower())
    if gene is None:
        remedy = "leave the header line out" if cells[0].lower() == "gene" else "see garrod knowledge list gene"
        faults.append(Fault(where, f"gene {cells[0]!r} is not one these tables know", remedy))
        return None
    padded = [*cells, "", "", ""][:MOST_COLUMNS]
    if gene not in allele_genes(knowledge):
        parsed = parse_call(gene, padded[1], documented_alleles(knowledge).get(gene, {}))
        if isinstance(parsed, Unreadable):
            faults.append(Fault(where, f"the call of {gene} cannot be read: {parsed.why}", "see garrod knowledge show GENE"))
            return None
        if isinstance(parsed, OutsideDiplotype) and not parsed.alleles:
            faults.append(Fault(where, f"the call of {gene} names no allele", "write it as in *1/*2, or leave it empty"))
            return None
    elif not all(is_readable_typing(gene, text) for text in padded[1:3] if text):
        said = " ".join(text for text in padded[1:3] if text)
        remedy = "write *57:01 positive, *57:01 negative, or both types: *57:01/*08:01"
        faults.append(Fault(where, f"the call of {gene}, {said!r}, is neither a typing nor an allele status", remedy))
        return None
    return OutsideCall(
        gene=gene,
        call=padded[1] or None,
        phenotype=padded[2] or None,
        activity_score=padded[3] or None,
        source=Path(where.rsplit(":", 1)[0]).name,
        where=where,
    )
