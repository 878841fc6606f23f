"""Cut model code into words: C-like code of JSON5 model files, and the abbreviated Fortran of NM-TRAN control streams."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from garrod.model.errors import Fault, InputError

#: Functions of either language under our names; what is missing here is refused.
_C_FUNCTIONS: Final = {
    name: name for name in ("pow", "exp", "log", "log10", "sqrt", "min", "max", "floor", "abs", "sin", "cos")
} | {"fabs": "abs", "fmin": "min", "fmax": "max"}  # fmt: skip
_FORTRAN_FUNCTIONS: Final = {
    name: name.lower() for name in ("EXP", "LOG", "LOG10", "SQRT", "ABS", "MIN", "MAX", "SIN", "COS")
} | {"DEXP": "exp", "DLOG": "log", "DSQRT": "sqrt", "DABS": "abs"}  # fmt: skip

_C: Final = re.compile(
    r"(?P<skip>[ \t\r\f\v]+|//[^\n]*|/\*.*?\*/)|(?P<line>\n)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>&&|\|\||[-+*/<>=!]=|\+\+|--|[-+*/%^<>=!&|?:;,(){}\[\]])",
    re.DOTALL,
)
_FORTRAN: Final = re.compile(
    r"(?P<skip>[ \t\r\f\v]+)|(?P<line>\n)"
    r"|(?P<dotted>\.(?:EQ|NE|LT|LE|GT|GE|AND|OR|NOT)\.)"
    r"|(?P<number>(?:\d+(?:\.(?!(?:EQ|NE|LT|LE|GT|GE|AND|OR|NOT)\.)\d*)?|\.\d+)(?:[EDed][+-]?\d+)?(?![\w]))"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|==|/=|<=|>=|[-+*/<>=,()])",
    re.IGNORECASE,
)
_OURS: Final = {
    ".EQ.": "==", ".NE.": "!=", ".LT.": "<", ".LE.": "<=", ".GT.": ">", ".GE.": ">=", ".AND.": "and", ".OR.": "or",
    ".NOT.": "not",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dialect:
    """One language of model code.

    Attributes
    ----------
    functions
        Its functions under our names.
    indexed
        Names that carry a number, ``A[0]`` or ``THETA(1)``.
    signs
        Its operators under our names, where they differ.
    """

    name: str
    words: re.Pattern[str]
    functions: Mapping[str, str]
    indexed: frozenset[str]
    brackets: tuple[str, str]
    signs: Mapping[str, str] = field(default_factory=dict)
    folds_case: bool = False


C: Final = Dialect("C", _C, _C_FUNCTIONS, frozenset({"A", "dAdt"}), ("[", "]"), {"&&": "and", "||": "or"})
FORTRAN: Final = Dialect(
    "NM-TRAN", _FORTRAN, _FORTRAN_FUNCTIONS,
    frozenset({"A", "DADT", "THETA", "ETA", "EPS", "ERR", "A_0", "P", "MTIME", "MPAST", "MNEXT", "SIGMA", "OMEGA"}),
    ("(", ")"), {"**": "^", "/=": "!="}, folds_case=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A word of code: ``number``, ``name``, ``sign``, ``break`` between statements, ``end``."""

    kind: str
    word: str
    line: int


@dataclass(frozen=True, slots=True)
class Code:
    """A stretch of code and the line of the file on which each of its characters stands."""

    text: str
    lines: tuple[int, ...]
    where: str

    def fail(self, line: int, what: str, remedy: str) -> NoReturn:
        """Refuse a line."""
        refuse(self.where, line, what, remedy)


def refuse(where: str, line: int, what: str, remedy: str) -> NoReturn:
    """Raise the error that names file and line."""
    raise InputError(Fault(f"{where}:{line}", what, remedy))


def tokens_of(code: Code, dialect: Dialect) -> list[Token]:
    """Cut code into words, with breaks where statements may end.

    Raises
    ------
    InputError
        At a sign that is not part of the language.
    """
    found = [*_raw(code, dialect)]
    last = code.lines[-1] if code.lines else 0
    return [*(_c_breaks(found, code) if dialect is C else found), Token("break", ";", last), Token("end", "", last)]


def _raw(code: Code, dialect: Dialect) -> Iterator[Token]:
    place = 0
    while place < len(code.text):
        match = dialect.words.match(code.text, place)
        line = code.lines[place]
        if match is None:
            code.fail(line, f"{code.text[place]!r} is not understood in {dialect.name} code", "write it in other words")
        place = match.end()
        kind, word = match.lastgroup or "", match.group()
        if kind == "skip":
            continue
        yield _token(kind, word, line, dialect)


def _token(kind: str, word: str, line: int, dialect: Dialect) -> Token:
    if kind == "line" or word == ";":
        return Token("break", "\n" if kind == "line" else ";", line)
    if kind == "dotted":
        return Token("sign", _OURS[word.upper()], line)
    if kind == "number":
        return Token(kind, word.upper().replace("D", "E"), line)
    if kind == "name":
        return Token(kind, word.upper() if dialect.folds_case else word, line)
    return Token(kind, dialect.signs.get(word, word), line)


def _c_breaks(found: list[Token], code: Code) -> Iterator[Token]:
    """Keep the line ends that end a statement: not inside brackets, not behind an operator; before one is unclear."""
    depth, before = 0, Token("break", ";", 0)
    for place, token in enumerate(found):
        depth += (token.word in {"(", "["}) - (token.word in {")", "]"}) if token.kind == "sign" else 0
        if token.word == "\n":
            if depth > 0 or (before.kind == "sign" and before.word not in {")", "]", "}"}):
                continue
            after = next((one for one in found[place + 1 :] if one.word != "\n"), None)
            if before.kind in {"number", "name", "sign"} and before.word != "}" and after is not None and _goes_on(after):
                code.fail(after.line, "the line begins with an operator", "put the operator at the end of the line before")
        yield token
        before = token


def _goes_on(token: Token) -> bool:
    return token.kind == "sign" and token.word not in {"{", "}", "("}
