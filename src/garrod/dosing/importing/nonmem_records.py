"""Cut a NONMEM control stream into its records, and read the numbers of $THETA, $OMEGA and $SIGMA."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from garrod.dosing.importing.code_tokens import Code, refuse
from garrod.dosing.models.expressions import Array

_START: Final = re.compile(r"^\s*\$([A-Za-z]+)")
_NAMES: Final = (
    "PROBLEM", "INPUT", "DATA", "SUBROUTINES", "MODEL", "PK", "DES", "ERROR", "THETA", "OMEGA", "SIGMA", "ESTIMATION", "ESTM",
    "ESTIMATE", "COVARIANCE", "COVR", "TABLE", "SCATTERPLOT", "SIMULATION", "SIMULATE", "SIZES", "SUBS",
)  # fmt: skip
_SAME: Final = {
    "ESTM": "ESTIMATION",
    "ESTIMATE": "ESTIMATION",
    "COVR": "COVARIANCE",
    "SIMULATE": "SIMULATION",
    "SUBS": "SUBROUTINES",
}
_WORD: Final = re.compile(r"[()]|,|=|[^\s(),=]+")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?")
_FIX: Final = {"FIX", "FIXED", "FIXE"}
_QUIET: Final = {"ABORT", "NOABORT", "NOABORTFIRST", "UNINT"}
_SD: Final = {"SD", "STANDARD"}
_VARIANCE: Final = {"VARIANCE", "COVARIANCE", "VAR", "COV"}
_CORRELATION: Final = {"CORRELATION", "CORR", "CORRELATON"}


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its full name, the line it begins on, its text without comments, and the comments by line."""

    name: str
    line: int
    code: Code
    comments: dict[int, str]


@dataclass(frozen=True, slots=True)
class Theta:
    """A typical value as written, whether it is fixed, and the comment on its line."""

    value: float
    is_fixed: bool
    said: str


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int

    @property
    def upper(self) -> str:
        return self.text.upper()


def records_of(text: str, where: str) -> list[Record]:
    """Cut a control stream.

    Raises
    ------
    InputError
        At a record that is not represented here, or text before the first one.
    """
    starts: list[tuple[str, int, list[tuple[str, int]], dict[int, str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        plain, sign, said = line.partition(";")
        match = _START.match(plain)
        if match:
            starts.append((_name(match[1], number, where), number, [], {}))
            plain = plain[match.end() :]
        if not starts:
            if plain.strip():
                refuse(where, number, "text stands before the first record", "begin with $PROBLEM; comments begin with ;")
            continue
        starts[-1][2].append((plain, number))
        if sign and said.strip():
            starts[-1][3][number] = said.strip()
    return [Record(name, line, _code(rows, where), comments) for name, line, rows, comments in starts]


def _name(given: str, line: int, where: str) -> str:
    wanted = given.upper()
    found = next((name for name in _NAMES if name == wanted or (len(wanted) > 2 and name.startswith(wanted))), None)
    if found is None:
        refuse(where, line, f"the record ${wanted} is not represented here", "write the model by hand, or without this record")
    return _SAME.get(found, found)


def _code(rows: Sequence[tuple[str, int]], where: str) -> Code:
    text, lines = "", []
    for row, number in rows:
        goes_on = row.rstrip().endswith("&")
        piece = row.rstrip()[:-1] + " " if goes_on else row + "\n"
        text += piece
        lines += [number] * len(piece)
    return Code(text, tuple(lines), where)


def words_of(record: Record) -> list[_Word]:
    """Return the words of a record that is no code, with their lines."""
    return [_Word(one.group(), record.code.lines[one.start()]) for one in _WORD.finditer(record.code.text)]


def thetas_of(records: Sequence[Record], where: str) -> list[Theta]:
    """Read the values of $THETA, in order.

    Raises
    ------
    InputError
        For what is no initial value with bounds: repetitions, names, values that are left out.
    """
    found = []
    for record in records:
        words = [*words_of(record)]
        while words:
            word = words.pop(0)
            if word.upper in _QUIET or word.text == ",":
                continue
            parts = _bracket(words, word, where) if word.text == "(" else [word]
            said = record.comments.get(parts[-1].line if parts else word.line, "")
            is_fixed = bool(words) and words[0].upper in _FIX and bool(words.pop(0))
            found.append(_theta(parts, word, is_fixed=is_fixed, said=said, where=where))
    return found


def _bracket(words: list[_Word], start: _Word, where: str) -> list[_Word]:
    inner: list[_Word] = []
    while words and words[0].text != ")":
        inner.append(words.pop(0))
    if not words:
        refuse(where, start.line, "a bracket is not closed", "close it")
    words.pop(0)
    if words and re.fullmatch(r"[xX]\d+", words[0].text):
        refuse(where, start.line, "a repetition is not represented here", "write each value out")
    return inner


def _theta(parts: list[_Word], word: _Word, *, is_fixed: bool, said: str, where: str) -> Theta:
    fixed = is_fixed or any(one.upper in _FIX for one in parts)
    fields: list[list[_Word]] = [[]] if parts else []
    plain = [one for one in parts if one.upper not in _FIX]
    for one in plain:
        if one.text == ",":
            fields.append([])
        else:
            fields[-1].append(one)
    values = [one for field in fields for one in field]
    if not 1 <= len(values) <= 3 or (len(fields) > 1 and not all(fields)):
        refuse(where, word.line, "a $THETA has no initial value here", "write (low, initial, high) or one number, FIX behind it")
    chosen = values[0] if len(values) == 1 else values[1]
    return Theta(_float(chosen, where), fixed, said)


def _float(word: _Word, where: str) -> float:
    if not _NUMBER.fullmatch(word.text):
        refuse(where, word.line, f"{word.text!r} is no number", "write a number")
    found = float(word.upper.replace("D", "E"))
    if not math.isfinite(found):
        refuse(where, word.line, f"{word.text!r} is not finite", "write a number that is")
    return found


def matrix_of(records: Sequence[Record], where: str) -> Array:
    """Read the variances and covariances of $OMEGA or $SIGMA, whatever way they are written: (effects, effects).

    Raises
    ------
    InputError
        For SAME, CHOLESKY, repetitions, and blocks whose numbers do not fill their triangle.
    """
    blocks = [block for record in records for block in _blocks(record, where)]
    size = sum(map(len, blocks))
    matrix = np.zeros((size, size))
    start = 0
    for block in blocks:
        end = start + len(block)
        matrix[start:end, start:end] = block
        start = end
    return matrix


def _blocks(record: Record, where: str) -> Iterator[Array]:
    words = words_of(record)
    for word in words:
        if word.upper in {"SAME", "CHOLESKY", "VALUES", "NAMES"}:
            refuse(where, word.line, f"{word.upper} in ${record.name} is not represented here", "write variances out")
        if re.fullmatch(r"[xX]\d+", word.text):
            refuse(where, word.line, "a repetition is not represented here", "write each value out")
    if words and words[0].upper.startswith("BLOCK"):
        yield _block(record, words[1:], where)
        return
    if words and words[0].upper.startswith("DIAG"):
        words = words[4:] if len(words) > 3 and words[1].text == "(" else words[1:]
    yield from (np.array([[one]]) for one in _diagonal(record, words, where))


def _block(record: Record, words: list[_Word], where: str) -> Array:
    if len(words) < 3 or words[0].text != "(" or not words[1].text.isdigit():
        refuse(where, record.line, "a BLOCK has no size", "write BLOCK(2)")
    size = int(words[1].text)
    options = {word.upper for word in words[3:] if not _NUMBER.fullmatch(word.text)} - {"(", ")", ","} - _FIX - _QUIET
    odd = options - _SD - _VARIANCE - _CORRELATION
    values = [_float(word, where) for word in words[3:] if _NUMBER.fullmatch(word.text)]
    if odd or len(values) != size * (size + 1) // 2:
        what = f"{', '.join(sorted(odd))} is not known" if odd else f"{len(values)} numbers are no triangle of {size}"
        refuse(
            where, record.line, f"${record.name} BLOCK({size}): {what}", "give the lower triangle by rows, with SD or CORRELATION"
        )
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size)] = values
    matrix = matrix + np.tril(matrix, -1).T
    given = np.diag(matrix).copy()
    if options & _CORRELATION:
        spread = given if options & _SD else np.sqrt(given)
        matrix = matrix * np.outer(spread, spread)
    np.fill_diagonal(matrix, [_squared(one) for one in given] if options & _SD else given)
    return matrix


def _diagonal(record: Record, words: list[_Word], where: str) -> Iterator[float]:
    while words:
        word = words.pop(0)
        if word.text == ",":
            continue
        parts = _bracket(words, word, where) if word.text == "(" else [word]
        while word.text != "(" and words and not (_NUMBER.fullmatch(words[0].text) or words[0].text in {"(", ","}):
            parts.append(words.pop(0))
        options = {one.upper for one in parts if not _NUMBER.fullmatch(one.text)} - {","} - _FIX - _QUIET
        values = [_float(one, where) for one in parts if _NUMBER.fullmatch(one.text)]
        if len(values) != 1 or options - _SD - _VARIANCE:
            odd = ", ".join(one.text for one in parts)
            refuse(
                where, word.line, f"${record.name}: {odd!r} is no variance with its options", "write 0.09, 0.09 FIX or (0.3 SD)"
            )
        yield _squared(values[0]) if options & _SD else values[0]


def _squared(spread: float) -> float:
    """Return a variance without the last digits of binary arithmetic."""
    return float(f"{spread * spread:.14g}")
