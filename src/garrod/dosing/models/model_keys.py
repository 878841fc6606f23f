"""A table of a model file, read key by key; faults are gathered and told together."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from garrod.dosing.models.expressions import Expression, ExpressionError, parse
from garrod.model.errors import Fault, InputError, raise_together

_NEEDED = "needed"


class Keys:
    """One TOML table with its place in the file."""

    def __init__(self, table: Mapping[str, Any], where: str, *, name: str = "", faults: list[Fault] | None = None) -> None:
        self.given = table
        self.where = where
        self.name = name.rpartition(".")[2]
        self.path = name
        self.faults: list[Fault] = [] if faults is None else faults

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def fault(self, name: str, what: str, remedy: str) -> None:
        """Note what is wrong with a key; the same fault once."""
        key = f"{self.path}.{name}" if self.path and name else self.path or name
        found = Fault(f"{self.where}: {key}", what, remedy)
        if found not in self.faults:
            self.faults.append(found)

    def raise_faults(self) -> None:
        """Raise what was gathered, if anything."""
        raise_together(InputError, self.faults)

    def only(self, known: Collection[str]) -> None:
        """Note every key that is not known."""
        for name in self.given:
            if name not in known:
                self.fault(name, "this key is not known", f"use one of {', '.join(sorted(known))}")

    def raw(self, name: str) -> Any:
        """Return what was written, or None."""
        return self.given.get(name)

    def _missing(self, name: str, default: Any, what: str) -> Any:
        if default is _NEEDED:
            self.fault(name, f"{what} is missing", f"write {name} = …")
            return None
        return default

    def text(self, name: str, *, default: str | None = _NEEDED) -> str | None:
        """Return a text."""
        found = self.raw(name)
        if found is None:
            return self._missing(name, default, "a text")  # type: ignore[no-any-return]
        if not isinstance(found, str):
            self.fault(name, "a text was expected", 'write it in quotes, "…"')
            return None
        return found

    def number(self, name: str, *, default: float | str | None = _NEEDED) -> float | None:
        """Return a number; a table ``{value = …}`` counts for its value."""
        found = self.raw(name)
        if isinstance(found, Mapping) and "value" in found:
            found = found["value"]
        if found is None:
            return self._missing(name, default, "a number")  # type: ignore[no-any-return]
        if isinstance(found, bool):
            return float(found)
        if not isinstance(found, int | float) or not math.isfinite(found):
            self.fault(name, "a number was expected", "write a finite number without quotes")
            return None
        return float(found)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a list of numbers; empty where there is none."""
        found = self.raw(name)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in found):
            self.fault(name, "a list of numbers was expected", "write [1, 2, …]")
            return ()
        return tuple(map(float, found))

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false."""
        found = self.raw(name)
        if found is None:
            return default
        if not isinstance(found, bool):
            self.fault(name, "true or false was expected", "write it without quotes")
            return default
        return found

    def word(self, name: str, choices: Collection[str], *, default: str) -> str:
        """Return one of a few words."""
        found = self.text(name, default=default)
        if found is not None and found not in choices and found != default:
            self.fault(name, f"{found!r} is not known here", f"use one of {', '.join(choices)}")
            return default
        return found if found is not None else default

    def table(self, name: str) -> "Keys":
        """Return a table within this one; empty where there is none."""
        found = self.raw(name)
        if found is not None and not isinstance(found, Mapping):
            self.fault(name, "a table was expected", f"write [{name}] or {{ … }}")
            found = None
        return Keys(found or {}, self.where, name=f"{self.path}.{name}" if self.path else name, faults=self.faults)

    def tables(self, name: str, skip: Collection[str] = ()) -> list["Keys"]:
        """Return the tables within a table; a bare number counts as ``{theta = …}``, a bare text as ``{equation = …}``."""
        outer = self.table(name)
        found = []
        for key, given in outer.given.items():
            if key in skip:
                continue
            inner = given
            if isinstance(given, str):
                inner = {"equation": given}
            elif isinstance(given, int | float):
                inner = {"theta": given}
            if not isinstance(inner, Mapping):
                outer.fault(key, "a table was expected", "write { … }")
                inner = {}
            found.append(Keys(inner, self.where, name=f"{outer.path}.{key}", faults=self.faults))
        return found

    def list_of_tables(self, name: str) -> list["Keys"]:
        """Return the tables of a list, written ``[[name]]``."""
        found = self.raw(name)
        if found is None:
            return []
        if isinstance(found, Mapping):
            found = [found]
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            self.fault(name, "a list of tables was expected", f"write [[{name}]]")
            return []
        return [Keys(one, self.where, name=f"{name}[{place}]", faults=self.faults) for place, one in enumerate(found, 1)]

    def free(self, name: str, plain: str | None = None) -> Mapping[str, Any]:
        """Return a table as written; a bare text counts for the key ``plain``."""
        found = self.raw(name)
        if isinstance(found, str) and plain is not None:
            return {plain: found}
        return dict(self.table(name).given)

    def equation(self, name: str) -> Expression | None:
        """Return an equation, read; a number is an equation too."""
        found = self.raw(name)
        if isinstance(found, int | float) and not isinstance(found, bool):
            found = repr(float(found))
        if not isinstance(found, str):
            self.fault(name, "an equation was expected", 'write it in quotes, "…"')
            return None
        try:
            return parse(found)
        except ExpressionError as why:
            self.fault(name, str(why), "put the equation right")
            return None

    def unknown_names(self, key: str, equation: Expression, known: Collection[str]) -> None:
        """Note the names of an equation that nothing gives."""
        for name in sorted(equation.names - set(known)):
            self.fault(key, f"nothing gives {name!r}", "define it as covariate, derived value, constant or parameter")
