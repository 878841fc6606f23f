"""Run model code on names instead of numbers: what each variable is, as an expression of what the code is given.

An assignment becomes a definition with a name of its own; one that is made anew gets another name; conditions become
``if(condition, then, otherwise)``. A value that is not there on every path is remembered as lost, with its line, and is a
fault only where something needs it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from garrod.dosing.importing.code_reading import Assign, Statement
from garrod.dosing.importing.code_tokens import refuse
from garrod.dosing.models.expressions import Apply, Name, Node

_OPPOSITE: Final = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_MOST: Final = 20_000


def names_of(tree: Node) -> frozenset[str]:
    """Return the names in a tree."""
    if isinstance(tree, Name):
        return frozenset({tree.name})
    if isinstance(tree, Apply):
        return frozenset[str]().union(*map(names_of, tree.arguments))
    return frozenset()


def replaced(tree: Node, values: Callable[[str], Node]) -> Node:
    """Return a tree with each name replaced."""
    if isinstance(tree, Name):
        return values(tree.name)
    if isinstance(tree, Apply):
        return Apply(tree.function, tuple(replaced(one, values) for one in tree.arguments))
    return tree


def size_of(tree: Node) -> int:
    """Return the number of nodes of a tree."""
    return 1 + sum(map(size_of, tree.arguments)) if isinstance(tree, Apply) else 1


def lost(name: str, line: int) -> Name:
    """Return the mark of a value that nothing gives at a line."""
    return Name(f"?{name}@{line}")


def lost_in(names: Iterable[str]) -> list[tuple[str, int]]:
    """Return what is lost among names, with the lines that miss it."""
    found = [name[1:].rpartition("@") for name in sorted(names) if name.startswith("?")]
    return [(name, int(line)) for name, _, line in found]


@dataclass
class Flow:
    """The state of the code so far.

    Attributes
    ----------
    safe
        Gives the name under which a variable may be defined in a model file.
    env
        What each name of the code is now.
    definitions
        Definitions in order, by their own names.
    fleeting
        Names that change between rows of a table, states and running time: what uses them is written out, not defined.
    """

    where: str
    safe: Callable[[str], str]
    env: dict[str, Node]
    fleeting: frozenset[str]
    definitions: dict[str, Node] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    inline_all: bool = False

    def run(self, statements: Sequence[Statement]) -> None:
        """Take statements in."""
        for one in statements:
            if isinstance(one, Assign):
                self._define(one.target, self.resolved(one.value, self.env, one.line))
                continue
            after = self._branch((one,), self.env)
            for name, tree in after.items():
                if self.env.get(name) is not tree:
                    self._define(name, tree)

    def resolved(self, tree: Node, env: Mapping[str, Node], line: int) -> Node:
        """Return an expression in terms of what is given and defined."""
        found = replaced(tree, lambda name: env[name] if name in env else lost(name, line))
        if size_of(found) > _MOST:
            refuse(self.where, line, "the code grows too large when it is written out", "define parts of it outside conditions")
        return found

    def define(self, name: str, tree: Node) -> Name:
        """Give a tree a name of its own."""
        own = base = self.safe(name)
        count = 1
        while own in self.taken:
            count += 1
            own = f"{base}_{count}"
        self.taken.add(own)
        self.definitions[own] = tree
        return Name(own)

    def _define(self, name: str, tree: Node) -> None:
        names = names_of(tree)
        written_out = self.inline_all or "[" in name or names & self.fleeting or any(one.startswith("?") for one in names)
        self.env[name] = tree if written_out else self.define(name, tree)

    def _branch(self, statements: Sequence[Statement], env: Mapping[str, Node]) -> dict[str, Node]:
        here = dict(env)
        for one in statements:
            if isinstance(one, Assign):
                here[one.target] = self.resolved(one.value, here, one.line)
                continue
            condition = self.resolved(one.condition, here, one.line)
            then, otherwise = self._branch(one.then, here), self._branch(one.otherwise, here)
            for name in [*then, *(name for name in otherwise if name not in then)]:
                sides = then.get(name, lost(name, one.line)), otherwise.get(name, lost(name, one.line))
                if sides[0] is not sides[1]:
                    here[name] = _chosen(condition, *sides)
        return here


def _chosen(condition: Node, then: Node, otherwise: Node) -> Node:
    """Return ``if(condition, then, otherwise)``; the last of conditions that leave nothing open needs no asking."""
    if then == otherwise:
        return then
    if isinstance(otherwise, Apply) and otherwise.function == "if" and _is_lost(otherwise.arguments[2]):
        first, value, _ = otherwise.arguments
        if _opposite(first) == condition:
            return Apply("if", (condition, then, value))
    return Apply("if", (condition, then, otherwise))


def _is_lost(tree: Node) -> bool:
    return isinstance(tree, Name) and tree.name.startswith("?")


def _opposite(condition: Node) -> Node | None:
    if not isinstance(condition, Apply) or condition.function not in _OPPOSITE:
        return None
    return Apply(_OPPOSITE[condition.function], condition.arguments)
