"""The small language of dose-model equations: read into a tree, evaluated over arrays, never executed as code.

Numbers, names, ``+ - * / ^``, comparisons, ``and or not``, ``if(condition, then, otherwise)`` and a dozen functions.
Evaluation takes real arrays, or complex ones whose imaginary part carries a derivative: a step of 1e-20 along the
imaginary axis gives the exact first derivative of every smooth piece (Squire W, Trapp G. SIAM Rev 1998;40:110-112).
Comparisons, minima and maxima therefore look at real parts alone.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Names = Mapping[str, Any]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[-+*/^(),<>!]))"
)
_SPELLINGS: Final = {"**": "^", "&&": "and", "||": "or", "!": "not"}


class ExpressionError(ValueError):
    """An equation cannot be read; the message says what and at which character."""


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A covariate, parameter, state or other named value."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """A function or operator with its arguments."""

    function: str
    arguments: tuple["Node", ...]


Node = Number | Name | Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """An equation: its text, its tree and the names that it uses."""

    text: str
    tree: Node
    names: frozenset[str]

    def __call__(self, values: Names) -> Any:
        """Evaluate over arrays that broadcast with one another; a name that is missing is a KeyError."""
        return _evaluate(self.tree, values)


def parse(text: str) -> Expression:
    """Read an equation.

    Raises
    ------
    ExpressionError
        Where it is not in the language; functions and operators that exist are named.

    Examples
    --------
    >>> float(parse("tvCL * (weight/70)^0.75")({"tvCL": 2.0, "weight": 70.0}))
    2.0
    """
    reader = _Reader(text)
    tree = reader.either()
    reader.end()
    return Expression(text, tree, frozenset(_names(tree)))


def _names(tree: Node) -> set[str]:
    match tree:
        case Name(name):
            return {name}
        case Apply(_, arguments):
            return set().union(*map(_names, arguments))
        case _:
            return set()


class _Reader:
    """Recursive descent, loosest binding first: or, and, not, comparison, sum, product, sign, power."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place][1]

    def take(self, *choices: str) -> str | None:
        if self.tokens[self.place][1] in choices and self.tokens[self.place][0] != "number":
            self.place += 1
            return self.tokens[self.place - 1][1]
        return None

    def need(self, sign: str) -> None:
        if self.take(sign) is None:
            self.fail(f"{sign!r} was expected")

    def fail(self, what: str) -> None:
        found = self.peek() or "the end"
        raise ExpressionError(f"{self.text!r}: {what}, not {found!r} (character {self.tokens[self.place][2] + 1})")

    def end(self) -> None:
        if self.tokens[self.place][0] != "end":
            self.fail("an operator or the end was expected")

    def binary(self, deeper: Callable[[], Node], *signs: str) -> Node:
        tree = deeper()
        while (sign := self.take(*signs)) is not None:
            tree = Apply(sign, (tree, deeper()))
        return tree

    def either(self) -> Node:
        return self.binary(self.both, "or")

    def both(self) -> Node:
        return self.binary(self.denial, "and")

    def denial(self) -> Node:
        if self.take("not"):
            return Apply("not", (self.denial(),))
        return self.comparison()

    def comparison(self) -> Node:
        return self.binary(self.total, "<", "<=", ">", ">=", "==", "!=")

    def total(self) -> Node:
        return self.binary(self.product, "+", "-")

    def product(self) -> Node:
        return self.binary(self.signed, "*", "/")

    def signed(self) -> Node:
        if self.take("-"):
            return Apply("negative", (self.signed(),))
        if self.take("+"):
            return self.signed()
        return self.power()

    def power(self) -> Node:
        base = self.atom()
        if self.take("^"):
            return Apply("^", (base, self.signed()))
        return base

    def atom(self) -> Node:
        kind, word, _ = self.tokens[self.place]
        if kind == "number":
            self.place += 1
            return Number(float(word))
        if self.take("("):
            inner = self.either()
            self.need(")")
            return inner
        if kind != "name" or word in {"and", "or", "not"}:
            self.fail("a number, a name or '(' was expected")
        self.place += 1
        return self.call(word) if self.take("(") else Name(word)

    def call(self, word: str) -> Node:
        if word not in _FUNCTIONS or not word.isidentifier():
            known = ", ".join(sorted(name for name in _FUNCTIONS if name.isidentifier() and name not in _WORDS))
            raise ExpressionError(f"{self.text!r}: there is no function {word!r}; the language has {known}")
        arguments = [self.either()]
        while self.take(","):
            arguments.append(self.either())
        self.need(")")
        low, high = _COUNTS.get(word, (1, 1))
        if not low <= len(arguments) <= high:
            raise ExpressionError(f"{self.text!r}: {word} takes {low if low == high else f'{low} or more'} arguments")
        return Apply(word, tuple(arguments))


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise ExpressionError(f"{text!r}: {text[place:].strip()[0]!r} is not part of the language (character {place + 1})")
        kind = match.lastgroup or ""
        word = match.group(kind)
        found.append(("sign" if word in _SPELLINGS else kind, _SPELLINGS.get(word, word), match.start(kind)))
        place = match.end()
    return [*found, ("end", "", len(text))]


def _evaluate(tree: Node, values: Names) -> Any:
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Name):
        return values[tree.name]
    return _FUNCTIONS[tree.function](*[_evaluate(one, values) for one in tree.arguments])


def _real(x: Any) -> Any:
    return x.real if isinstance(x, np.ndarray | np.generic | complex) else x


def _positive(x: Any, function: Callable[[Any], Any]) -> Any:
    """Apply a function that is real on positive numbers only: elsewhere not a number, for complex arguments too."""
    if not np.iscomplexobj(x):
        return function(x)
    return function(np.where(np.real(x) > 0, x, np.nan))


def power(base: Any, exponent: Any) -> Any:
    """Return base ^ exponent for arrays, with the derivative in the imaginary part where there is one."""
    if np.iscomplexobj(exponent):
        return np.exp(exponent * _positive(base + 0j, np.log))
    if not np.iscomplexobj(base):
        return np.power(np.asarray(base, dtype=float), exponent)
    whole = np.power(base.real, exponent)
    return whole + 1j * (exponent * np.power(base.real, exponent - 1.0) * base.imag)


def _choose(condition: Any, then: Any, otherwise: Any) -> Any:
    return np.where(_real(condition) != 0, then, otherwise)


def _least(*values: Any) -> Any:
    least = values[0]
    for value in values[1:]:
        least = np.where(_real(value) < _real(least), value, least)
    return least


def _most(*values: Any) -> Any:
    most = values[0]
    for value in values[1:]:
        most = np.where(_real(value) > _real(most), value, most)
    return most


def _claim(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: np.where(compare(_real(a), _real(b)), 1.0, 0.0)


def _divide(a: Any, b: Any) -> Any:
    if isinstance(a, float | int) and isinstance(b, float | int):
        return np.divide(a, b)
    return a / b


_WORDS: Final = {"and", "or", "not", "negative"}
_COUNTS: Final = {"if": (3, 3), "min": (2, 99), "max": (2, 99), "pow": (2, 2)}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "^": power,
    "pow": power,
    "negative": lambda a: -a,
    "<": _claim(lambda a, b: a < b),
    "<=": _claim(lambda a, b: a <= b),
    ">": _claim(lambda a, b: a > b),
    ">=": _claim(lambda a, b: a >= b),
    "==": _claim(lambda a, b: a == b),
    "!=": _claim(lambda a, b: a != b),
    "and": lambda a, b: np.where((_real(a) != 0) & (_real(b) != 0), 1.0, 0.0),
    "or": lambda a, b: np.where((_real(a) != 0) | (_real(b) != 0), 1.0, 0.0),
    "not": lambda a: np.where(_real(a) == 0, 1.0, 0.0),
    "if": _choose,
    "min": _least,
    "max": _most,
    "exp": np.exp,
    "log": lambda x: _positive(x, np.log),
    "ln": lambda x: _positive(x, np.log),
    "log10": lambda x: _positive(x, np.log10),
    "sqrt": lambda x: power(x, 0.5),
    "abs": lambda x: np.where(_real(x) < 0, -x, x),
    "floor": lambda x: np.floor(_real(x)),
    "logit": lambda x: _positive(x / (1.0 - x), np.log),
    "expit": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "sin": np.sin,
    "cos": np.cos,
}
