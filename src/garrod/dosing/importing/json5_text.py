"""Read JSON5: JSON with comments, bare keys, single quotes, trailing commas, and texts that go on over line ends.

Strict: a key that stands twice, a number that is not finite and anything behind the end are faults, each with its line.

References
----------
The JSON5 Data Interchange Format. https://spec.json5.org
"""

import re
from typing import Any, Final

from garrod.model.errors import Fault, InputError

_SPACE: Final = re.compile(r"(?:[\s\ufeff]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])")
_WORD: Final = re.compile(r"[A-Za-z_$][\w$]*")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WORDS: Final = {"true": True, "false": False, "null": None}
_DEEPEST: Final = 50


class Text(str):
    """A text that knows the line of the file on which each of its characters stands."""

    __slots__ = ("lines",)
    lines: tuple[int, ...]

    def line(self, place: int) -> int:
        """Return the line of a character; of the last one for a place behind the end."""
        return self.lines[min(place, len(self.lines) - 1)] if self.lines else 0


class Table(dict[str, Any]):
    """A table that knows the line of the file on which each of its keys stands."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


def text_with_lines(text: str, lines: tuple[int, ...]) -> Text:
    """Join a text with the lines of its characters."""
    found = Text(text)
    found.lines = lines
    return found


def read_json5(text: str, where: str) -> Any:
    """Read one value.

    A backslash at the end of a line lets a text go on, as the format has it, but the line end is kept: code in such texts
    ends its statements there.

    Parameters
    ----------
    where
        The file's name, for errors.

    Returns
    -------
    object
        `Table`, lists, `Text`, int, float, bool, None.

    Raises
    ------
    InputError
        With file and line of the first thing that is not JSON5.
    """
    reader = _Reader(text, where)
    found = reader.value(0)
    if reader.place < len(text):
        reader.fail("something stands behind the end", "keep one value in the file")
    return found


class _Reader:
    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.place = 0
        self.skip()

    def fail(self, what: str, remedy: str) -> None:
        raise InputError(Fault(f"{self.where}:{self.line()}", what, remedy))

    def line(self) -> int:
        return self.text.count("\n", 0, self.place) + 1

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.place)
        assert match is not None
        self.place = match.end()

    def take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.place):
            return False
        self.place += len(sign)
        self.skip()
        return True

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            self.fail("tables stand too deep in one another", f"nest at most {_DEEPEST}")
        if self.take("{"):
            return self.table(depth)
        if self.take("["):
            return self.list(depth)
        if self.text[self.place : self.place + 1] in {'"', "'"}:
            return self.string()
        return self.plain()

    def plain(self) -> Any:
        if match := _NUMBER.match(self.text, self.place):
            self.place = match.end()
            self.skip()
            return self.number(match.group())
        match = _WORD.match(self.text, self.place)
        if match is None or match.group() not in _WORDS:
            found = match.group() if match else self.text[self.place : self.place + 1] or "the end"
            self.fail(f"a value was expected, not {found!r}", "write a number, a text in quotes, a list or a table")
        assert match is not None
        self.place = match.end()
        self.skip()
        return _WORDS[match.group()]

    def number(self, found: str) -> int | float:
        if "x" in found.lower():
            return int(found, 16)
        if re.fullmatch(r"[+-]?\d+", found):
            return int(found)
        value = float(found)
        if value in {float("inf"), float("-inf")}:
            self.fail(f"{found} is not finite", "write a number that is")
        return value

    def table(self, depth: int) -> Table:
        found = Table()
        while not self.take("}"):
            line = self.line()
            key = self.key()
            if key in found:
                self.fail(f"the key {key!r} stands twice", "keep one of them")
            if not self.take(":"):
                self.fail(f"a colon was expected behind {key!r}", "write key: value")
            found.lines[key] = line
            found[key] = self.value(depth + 1)
            self.separator("}")
        return found

    def key(self) -> str:
        if self.text[self.place : self.place + 1] in {'"', "'"}:
            return str(self.string())
        match = _WORD.match(self.text, self.place)
        if match is None:
            self.fail("a key was expected", "write a name, or close the table")
        assert match is not None
        self.place = match.end()
        self.skip()
        return match.group()

    def list(self, depth: int) -> list[Any]:
        found = []
        while not self.take("]"):
            found.append(self.value(depth + 1))
            self.separator("]")
        return found

    def separator(self, end: str) -> None:
        if not self.take(",") and not self.text.startswith(end, self.place):
            self.fail(f"a comma or {end!r} was expected", "put one there")

    def string(self) -> Text:
        quote = self.text[self.place]
        line = self.line()
        self.place += 1
        out: list[str] = []
        lines: list[int] = []
        while (sign := self.text[self.place : self.place + 1]) != quote:
            if sign in {"", "\n"}:
                self.fail("a text has no end on its line", "close it, or end the line with a backslash")
            lines.append(line)
            out.append(self.escaped() if sign == "\\" else sign)
            self.place += 1
            line += self.text[self.place - 1] == "\n"
        self.place += 1
        self.skip()
        return text_with_lines("".join(out), tuple(lines))

    def escaped(self) -> str:
        """Return what a backslash stands for, with the place on the last character of it."""
        self.place += 1
        sign = self.text[self.place : self.place + 1]
        if self.text.startswith("\r\n", self.place):
            self.place += 1
            return "\n"
        if sign in {"x", "u"}:
            size = 2 if sign == "x" else 4
            code = self.text[self.place + 1 : self.place + 1 + size]
            if not re.fullmatch(rf"[0-9a-fA-F]{{{size}}}", code):
                self.fail(f"\\{sign} needs {size} hexadecimal digits", "write them")
            self.place += size
            return chr(int(code, 16))
        return _ESCAPES.get(sign, sign)
