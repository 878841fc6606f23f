"""Read model code into assignments and conditions whose expressions are trees of our own language."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NoReturn

from garrod.dosing.importing.code_tokens import FORTRAN, C, Code, Dialect, Token, tokens_of
from garrod.dosing.models.expressions import Apply, Name, Node, Number

_COMPARISONS: Final = ("<", "<=", ">", ">=", "==", "!=")
_LOGIC: Final = {*_COMPARISONS, "and", "or", "not"}
_SHAPE: Final = "write NAME = expression, or if and else with such lines"


@dataclass(frozen=True, slots=True)
class Assign:
    """``target = value``; an indexed target is written ``dAdt[0]``."""

    target: str
    value: Node
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """``if (condition) then else otherwise``."""

    condition: Node
    then: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]
    line: int


Statement = Assign | Branch


def read_code(code: Code, dialect: Dialect) -> tuple[Statement, ...]:
    """Read the statements of a stretch of code.

    Raises
    ------
    InputError
        At the first thing that is neither an assignment nor a condition of assignments, with file and line.
    """
    reader = _Reader(code, dialect)
    found = reader.statements(lambda token: token.kind == "end")
    return tuple(found)


def read_expression(code: Code, dialect: Dialect) -> Node:
    """Read one expression and nothing else."""
    reader = _Reader(code, dialect)
    found = reader.choice()
    reader.breaks()
    if reader.peek().kind != "end":
        reader.fail(f"an operator was expected, not {reader.peek().word!r}", "write one expression")
    return found


class _Reader:
    def __init__(self, code: Code, dialect: Dialect) -> None:
        self.code = code
        self.dialect = dialect
        self.tokens = tokens_of(code, dialect)
        self.place = 0
        self.whole: list[Node] = []

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.place + ahead, len(self.tokens) - 1)]

    def take(self, *words: str) -> str | None:
        token = self.peek()
        if token.kind in {"sign", "name"} and token.word in words:
            self.place += 1
            return token.word
        return None

    def need(self, word: str) -> None:
        if self.take(word) is None:
            self.fail(f"{word!r} was expected, not {self.peek().word!r}", _SHAPE)

    def fail(self, what: str, remedy: str) -> NoReturn:
        self.code.fail(self.peek().line, what, remedy)

    def breaks(self) -> None:
        while self.peek().kind == "break":
            self.place += 1

    def statements(self, is_end: Callable[[Token], bool]) -> list[Statement]:
        found: list[Statement] = []
        self.breaks()
        while not is_end(self.peek()):
            if self.peek().kind == "end":
                self.fail("the code ends within a condition", "close it")
            found.append(self.statement())
            self.breaks()
        return found

    def statement(self) -> Statement:
        token = self.peek()
        if self.take("if", "IF"):
            return self.fortran_if(token.line) if self.dialect is FORTRAN else self.c_if(token.line)
        if self.dialect is C:
            self.take("double")
        return self.assignment()

    def assignment(self) -> Assign:
        token = self.peek()
        if token.kind != "name":
            self.fail(f"a statement was expected, not {token.word!r}", _SHAPE)
        self.place += 1
        target = self.indexed(token.word) if token.word in self.dialect.indexed else token.word
        if not self.take("="):
            self.place -= 1
            self.fail(f"the statement {token.word!r} cannot be represented", _SHAPE)
        value = self.choice()
        after = self.peek()
        if after.kind not in {"break", "end"} and after.word != "}":
            self.fail(f"an operator or the end of the statement was expected, not {after.word!r}", _SHAPE)
        return Assign(target, value, token.line)

    def condition(self) -> Node:
        self.need("(")
        found = self.choice()
        self.need(")")
        return found

    def c_if(self, line: int) -> Branch:
        condition = self.condition()
        then = self.c_block()
        here = self.place
        self.breaks()
        if self.take("else"):
            return Branch(condition, then, self.c_block(), line)
        self.place = here
        return Branch(condition, then, (), line)

    def c_block(self) -> tuple[Statement, ...]:
        self.breaks()
        if not self.take("{"):
            return (self.statement(),)
        found = self.statements(lambda token: token.word == "}")
        self.need("}")
        return tuple(found)

    def fortran_if(self, line: int) -> Branch:
        condition = self.condition()
        if not self.take("THEN"):
            return Branch(condition, (self.statement(),), (), line)
        then = self.statements(_ends_fortran_block)
        otherwise: tuple[Statement, ...] = ()
        if self.take("ELSEIF") or (self.peek().word == "ELSE" and self.peek(1).word == "IF" and self.take("ELSE")):
            self.take("IF")
            return Branch(condition, tuple(then), (self.fortran_if(self.peek().line),), line)
        if self.take("ELSE"):
            otherwise = tuple(self.statements(_ends_fortran_block))
        if self.take("END"):
            self.need("IF")
        else:
            self.need("ENDIF")
        return Branch(condition, tuple(then), otherwise, line)

    def choice(self) -> Node:
        condition = self.either()
        if not self.take("?"):
            return condition
        then = self.choice()
        self.need(":")
        return Apply("if", (condition, then, self.choice()))

    def binary(self, deeper: Callable[[], Node], *signs: str) -> Node:
        tree = deeper()
        while (sign := self.take(*signs)) is not None:
            right = deeper()
            if sign == "/" and self.dialect is C and self.is_whole(tree) and self.is_whole(right):
                self.fail("a division of whole numbers drops its remainder in C", "write 1.0/2")
            sign = self.logical(sign, tree, right) if sign in {"&", "|"} else sign
            tree = Apply(sign, (tree, right))
        return tree

    def logical(self, sign: str, *sides: Node) -> str:
        if any(not isinstance(one, Apply) or one.function not in _LOGIC for one in sides):
            self.fail(f"{sign!r} stands between numbers, where it works on bits", f"write {sign * 2} between comparisons")
        return "and" if sign == "&" else "or"

    def is_whole(self, tree: Node) -> bool:
        """Say whether a tree is made of whole numbers only, as C counts them."""
        if isinstance(tree, Apply):
            return tree.function in {"+", "-", "*", "negative"} and all(map(self.is_whole, tree.arguments))
        return any(tree is one for one in self.whole)

    def either(self) -> Node:
        return self.binary(self.both, "or", "|")

    def both(self) -> Node:
        return self.binary(self.denial, "and", "&")

    def denial(self) -> Node:
        if self.take("not"):
            return Apply("not", (self.denial(),))
        return self.comparison()

    def comparison(self) -> Node:
        tree = self.total()
        if (sign := self.take(*_COMPARISONS)) is None:
            return tree
        tree = Apply(sign, (tree, self.total()))
        if self.peek().word in _COMPARISONS:
            self.fail("two comparisons follow one another", "join them by and")
        return tree

    def total(self) -> Node:
        return self.binary(self.product, "+", "-")

    def product(self) -> Node:
        return self.binary(self.signed, "*", "/")

    def signed(self) -> Node:
        if self.take("-"):
            return Apply("negative", (self.signed(),))
        if self.take("+"):
            return self.signed()
        if self.dialect is C and self.take("!"):
            return Apply("not", (self.signed(),))
        return self.power()

    def power(self) -> Node:
        base = self.atom()
        if self.dialect is FORTRAN and self.take("^"):
            return Apply("^", (base, self.signed()))
        return base

    def atom(self) -> Node:
        token = self.peek()
        if self.take("("):
            inner = self.choice()
            self.need(")")
            return inner
        if token.kind not in {"number", "name"}:
            self.fail(f"a number, a name or '(' was expected, not {token.word or 'the end'!r}", "put the expression right")
        self.place += 1
        if token.kind == "number":
            number = Number(float(token.word))
            if not math.isfinite(number.value):
                self.code.fail(token.line, f"{token.word} is not finite", "write a number that is")
            if token.word.isdigit():
                self.whole.append(number)
            return number
        return self.named(token)

    def named(self, token: Token) -> Node:
        if token.word in self.dialect.indexed and self.peek().word == self.dialect.brackets[0]:
            return Name(self.indexed(token.word))
        if not self.take("("):
            return Name(token.word)
        function = self.dialect.functions.get(token.word)
        if function is None:
            known = ", ".join(sorted(self.dialect.functions))
            self.code.fail(token.line, f"the function {token.word!r} is not represented here", f"use one of {known}")
        arguments = [self.choice()]
        while self.take(","):
            arguments.append(self.choice())
        self.need(")")
        return (
            Apply("^", (arguments[0], arguments[1]))
            if function == "pow" and len(arguments) == 2
            else self.applied(function, arguments)
        )

    def applied(self, function: str, arguments: list[Node]) -> Node:
        wanted = {"min": range(2, 99), "max": range(2, 99), "pow": range(2, 3)}.get(function, range(1, 2))
        if len(arguments) not in wanted:
            self.fail(f"{function} takes another number of arguments", "put the call right")
        return Apply(function, tuple(arguments))

    def indexed(self, name: str) -> str:
        opening, closing = self.dialect.brackets
        self.need(opening)
        token = self.peek()
        if token.kind != "number" or not token.word.isdigit():
            self.fail(f"{name} needs a whole number, not {token.word!r}", f"write {name}{opening}1{closing}")
        self.place += 1
        self.need(closing)
        return f"{name}[{int(token.word)}]"


def _ends_fortran_block(token: Token) -> bool:
    return token.kind == "name" and token.word in {"ELSE", "ELSEIF", "ENDIF", "END"}
