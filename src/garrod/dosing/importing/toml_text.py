"""Write the pieces of a dose-model file: equations from trees, and texts, numbers and tables as TOML."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from garrod.dosing.models.expressions import Apply, Name, Node, Number

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
#: How strongly each operator binds, as the language of equations reads it.
_BINDING: Final = {
    "or": 1, "and": 2, "not": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "==": 4, "!=": 4, "+": 5, "-": 5, "*": 6, "/": 6,
    "negative": 7, "^": 8,
}  # fmt: skip
_SPACED: Final = {"or", "and", "<", "<=", ">", ">=", "==", "!=", "+", "-"}
_ATOM: Final = 9

Value = str | float | int | bool | Sequence["Value"] | Mapping[str, "Value"]


def written(tree: Node) -> str:
    """Return the text of an equation, with the brackets that it needs.

    Examples
    --------
    >>> from garrod.dosing.models.expressions import parse
    >>> written(parse("(tvCL) * (WT/70)^(3/4) - (1 - 2)").tree)
    'tvCL*(WT/70)^(3/4) - (1 - 2)'
    """
    return _written(tree, 0)


def _written(tree: Node, outer: int) -> str:
    if isinstance(tree, Number):
        return number(tree.value)
    if isinstance(tree, Name):
        return tree.name
    binding = _BINDING.get(tree.function, _ATOM)
    if binding == _ATOM:
        return f"{tree.function}({', '.join(_written(one, 0) for one in tree.arguments)})"
    text = _operated(tree, binding)
    return f"({text})" if binding < outer else text


def _operated(tree: Apply, binding: int) -> str:
    if tree.function in {"negative", "not"}:
        return ("-" if tree.function == "negative" else "not ") + _written(tree.arguments[0], binding)
    left, right = tree.arguments
    if tree.function == "^":
        return f"{_written(left, _ATOM)}^{_written(right, _ATOM)}"
    sign = f" {tree.function} " if tree.function in _SPACED else tree.function
    return f"{_written(left, binding)}{sign}{_written(right, binding + 1)}"


def number(value: float) -> str:
    """Return a number without digits that say nothing.

    Examples
    --------
    >>> number(70.0), number(0.0459)
    ('70', '0.0459')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def text(given: str) -> str:
    """Return a text in quotes."""
    inner = "".join(_ESCAPES.get(sign, sign if sign.isprintable() else f"\\U{ord(sign):08x}") for sign in given)
    return f'"{inner}"'


def key(name: str) -> str:
    """Return a key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else text(name)


def value(given: Value) -> str:
    """Return a value on one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return text(given)
    if isinstance(given, int | float):
        return number(given)
    if isinstance(given, Mapping):
        return "{ " + ", ".join(line(name, one) for name, one in given.items()) + " }" if given else "{}"
    return "[" + ", ".join(map(value, given)) + "]"


def line(name: str, given: Value) -> str:
    """Return ``name = value``."""
    return f"{key(name)} = {value(given)}"


def listed(name: str, given: Sequence[str]) -> list[str]:
    """Return a list of texts with one on each line."""
    return [f"{key(name)} = [", *(f"    {text(one)}," for one in given), "]"] if given else [f"{key(name)} = []"]


def comment(given: str) -> str:
    """Return a comment; it stays on its line."""
    return "# " + "".join(sign if sign.isprintable() else " " for sign in given)
