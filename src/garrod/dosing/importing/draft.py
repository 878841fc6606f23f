"""A model on its way from another program's file into a dose-model file: what was read, sorted and written as TOML."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from garrod.dosing.importing.code_flow import lost_in, names_of
from garrod.dosing.importing.code_tokens import refuse
from garrod.dosing.importing.toml_text import Value, comment, line, listed, written
from garrod.dosing.models.expressions import Array, Expression, Name, Node
from garrod.dosing.units import MASS_MG, TIME_H, VOLUME_L
from garrod.model.errors import Fault, InputError

NOT_STATED: Final = "not stated"
_TIMES: Final = {"TIME", "t"}
#: Names that mean something to the reader of model files: a variable of another program must not take such a part by chance.
_TAKEN: Final = re.compile(
    r"(?:tv|eta_|kappa_).*|(?:F|ALAG|D|R)(?:\d+|_.+)?|BIO|TLAG|LAG|DUR|t|T|time|TIME|and|or|not|kind|model|doses_to"
    r"|distribution|given_as|covariance|correlation|occasion|bins_h|note|source"
)
Random = Literal["lognormal", "normal_additive", "proportional", "explicit", "none"]


@dataclass
class Named:
    """A parameter or derived value: its typical value where it has one of its own, its equation and its random effect."""

    tree: Node | None = None
    theta: float | None = None
    random: Random = "none"
    said: str = ""


@dataclass
class Error:
    """A residual error of one output, as SDs."""

    kind: str
    proportional: float | None = None
    additive: float | None = None
    power: float | None = None
    in_logs: bool = False


@dataclass
class Draft:
    """What was read from another program's file.

    Attributes
    ----------
    columns
        Covariates by the names of the model file, each with its name in the source.
    named
        Parameters and derived values in the order of the source; what nothing needs is left out and noted.
    etas
        Names of the effects and their covariance matrix (effects, effects).
    kappas
        SD of each effect of an occasion.
    remedies
        What would do where a name of the source has no value here.
    """

    where: str
    digest: str
    id: str
    kind: str
    drug: str | None = None
    units: tuple[str, str, str] | None = None
    version: str | None = None
    citation: dict[str, Value] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    named: dict[str, Named] = field(default_factory=dict)
    states: dict[str, Node] = field(default_factory=dict)
    doses_to: str = ""
    outputs: dict[str, Node] = field(default_factory=dict)
    errors: Sequence[Error] = ()
    etas: tuple[Sequence[str], Array] = ((), np.zeros((0, 0)))
    kappas: Mapping[str, float] = field(default_factory=dict)
    bins_h: Sequence[float] = ()
    notes: list[str] = field(default_factory=list)
    remedies: dict[str, str] = field(default_factory=dict)


def safe_name(name: str) -> str:
    """Return a name that plays no part by chance in a model file.

    Examples
    --------
    >>> safe_name("CL"), safe_name("F1")
    ('CL', 'own_F1')
    """
    return f"own_{name}" if _TAKEN.fullmatch(name) else name


def units_of(given: str | None) -> tuple[str, str, str] | None:
    """Read units of time, amount and concentration as they are asked for, ``h,mg,mg/L``.

    Raises
    ------
    InputError
        For what is no such unit.
    """
    if given is None:
        return None
    parts = tuple(part.strip() for part in given.split(","))
    if len(parts) == 3:
        top, _, bottom = parts[2].partition("/")
        known = parts[0] in TIME_H and parts[1].lower() in MASS_MG
        if known and top.lower() in MASS_MG and bottom.lower() in VOLUME_L:
            return parts[0], parts[1], parts[2]
    raise InputError(Fault("--units", f"{given!r} is not time, amount and concentration", "write them as h,mg,mg/L"))


def toml_of(draft: Draft) -> str:
    """Write a draft as a dose-model file.

    Raises
    ------
    InputError
        Where something that the model needs has no value, with the line of the source that misses it.
    """
    needed = _needed(draft)
    _refuse_lost(draft, needed)
    _drop_idle_effects(draft, needed)
    unused = [name for name in draft.named if name not in needed]
    if unused:
        draft.notes.append(f"Left out, since no prediction of the model needs it: {', '.join(unused)}.")
    if needed & _TIMES:
        draft.notes.append("Equations use running time: right for tables whose time 0 is that of the source.")
    return "\n".join(_lines(draft, needed)) + "\n"


def _roots(draft: Draft) -> Iterator[Node]:
    yield from draft.states.values()
    yield from draft.outputs.values()
    yield from (Name(name) for name in draft.named if _is_of_dose(name, draft))


def _is_of_dose(name: str, draft: Draft) -> bool:
    part, _, state = name.partition("_")
    return part in {"F", "ALAG", "D", "R"} and state in draft.states


def _needed(draft: Draft) -> set[str]:
    found: set[str] = set()
    left = [name for tree in _roots(draft) for name in names_of(tree)]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            one = draft.named.get(name)
            left += names_of(one.tree) if one is not None and one.tree is not None else ()
    return found


def _drop_idle_effects(draft: Draft, needed: set[str]) -> None:
    names, matrix = draft.etas
    keep = [place for place, name in enumerate(names) if needed & {name, f"eta_{name}"}]
    idle = [name for place, name in enumerate(names) if place not in keep]
    if idle:
        draft.notes.append(f"Effects that no prediction of the model needs were left out: {', '.join(idle)}.")
    draft.etas = [names[place] for place in keep], matrix[np.ix_(keep, keep)]


def _refuse_lost(draft: Draft, needed: set[str]) -> None:
    for name, at in lost_in(needed):
        remedy = draft.remedies.get(name, "define it before, and give every if an else")
        said = name.replace("[", "(").replace("]", ")") if draft.kind.startswith("NONMEM") else name
        refuse(draft.where, at, f"{said} has no value here, or not on every path", remedy)


def _lines(draft: Draft, needed: set[str]) -> Iterator[str]:
    constants = {name: number for name, number in draft.constants.items() if name in needed}
    columns = {name: column for name, column in draft.columns.items() if name in needed}
    derived, parameters = _sorted(draft, needed, {*constants, *columns})
    yield from _head(draft)
    if columns:
        yield "[covariates]"
        yield from (_column(name, column) for name, column in columns.items())
    if constants:
        yield "[constants]"
        yield from (_with_comment(line(name, number), draft.said.get(name, "")) for name, number in constants.items())
    if derived:
        yield "[derived]"
        yield from (line(name, _equation(one)) for name, one in derived.items())
    yield "[parameters]"
    yield from (_parameter(name, one) for name, one in parameters.items())
    yield "[odes]"
    yield line("doses_to", draft.doses_to)
    yield from (line(name, written(tree)) for name, tree in draft.states.items())
    yield "[outputs]"
    yield from (line(name, written(tree)) for name, tree in draft.outputs.items())
    yield from _spread(draft)
    yield from _errors(draft)
    yield from _transcription(draft)


def _sorted(draft: Draft, needed: set[str], known: set[str]) -> tuple[dict[str, Named], dict[str, Named]]:
    """Tell values of covariates alone from parameters: what depends on the person's own, and what equations of the body use."""
    body = {name for tree in (*draft.states.values(), *draft.outputs.values()) for name in names_of(tree)}
    derived: dict[str, Named] = {}
    parameters: dict[str, Named] = {}
    for name, one in draft.named.items():
        if name not in needed:
            continue
        names = names_of(one.tree) if one.tree is not None else frozenset()
        is_derived = name not in body and one.theta is None and one.random == "none" and names <= known | {*derived} | _TIMES
        (parameters if not is_derived or _is_of_dose(name, draft) else derived)[name] = one
    return derived, parameters


def _head(draft: Draft) -> Iterator[str]:
    yield comment(f"Made from {draft.where} by garrod dose import; nobody has compared it with a publication yet.")
    yield comment("Left out, because the source does not state it: ranges of covariates, targets, regimens, and what follows.")
    if draft.units is None:
        yield comment(
            "Units are not stated: levels and doses of a person are refused until they are put in, event tables are not."
        )
    yield comment('Write the unit of each covariate in place of "not stated", and for sex its levels.')
    yield line("id", draft.id)
    if draft.version:
        yield line("version", draft.version)
    yield line("status", "candidate")
    if draft.drug:
        yield line("drug", {"name": draft.drug})
    if draft.citation:
        yield line("citation", draft.citation)
    yield "[structure]"
    unit: Mapping[str, Value] = {"amount": NOT_STATED, "concentration": NOT_STATED}
    if draft.units is not None:
        unit = dict(zip(("time", "amount", "concentration"), draft.units, strict=True))
    yield line("units", unit)


def _column(name: str, column: str) -> str:
    return line(name, {"unit": NOT_STATED} | ({"column": column} if column != name else {}))


def _equation(one: Named) -> str:
    assert one.tree is not None
    return written(one.tree)


def _parameter(name: str, one: Named) -> str:
    found: dict[str, Value] = {}
    if one.theta is not None:
        found["theta"] = one.theta
    if one.tree is not None:
        found["equation"] = _equation(one)
    found["random"] = one.random
    return _with_comment(line(name, found), one.said)


def _with_comment(text: str, said: str) -> str:
    return f"{text}  {comment(said)}" if said else text


def _spread(draft: Draft) -> Iterator[str]:
    names, matrix = draft.etas
    if names:
        yield "[iiv]"
        yield line("given_as", "variance")
        yield from (line(name, float(matrix[place, place])) for place, name in enumerate(names))
        pairs = {
            f"{names[column]}:{names[row]}": float(matrix[row, column])
            for row in range(len(names))
            for column in range(row)
            if matrix[row, column] != 0
        }
        if pairs:
            yield line("covariance", pairs)
    if draft.kappas:
        yield "[iov]"
        yield line("given_as", "sd")
        yield from (line(name, size) for name, size in draft.kappas.items())
        yield line("bins_h", list(draft.bins_h))


def _errors(draft: Draft) -> Iterator[str]:
    several = len(draft.outputs) > 1
    for name, one in zip(draft.outputs, draft.errors, strict=True):
        yield f"[residual.{name}]" if several else "[residual]"
        yield line("kind", one.kind)
        for part in ("proportional", "additive", "power"):
            size = getattr(one, part)
            if size is not None:
                yield line(part, size)
        if one.in_logs:
            yield line("observations", "log")


def _transcription(draft: Draft) -> Iterator[str]:
    yield "[transcription]"
    yield line("by", "garrod dose import")
    yield line("source", draft.where)
    yield line("source_kind", draft.kind)
    yield line("sha256", draft.digest)
    yield line("agreement", "single")
    yield from listed("notes", draft.notes)


def starts_at(tree: Node, states: Sequence[str], level: float) -> Array:
    """Return what an equation comes to before any dose: states at 0, every other name at one level."""
    names = names_of(tree)
    env = {name: np.asarray(0.0 if name in states else level) for name in names}
    with np.errstate(all="ignore"):
        return np.asarray(Expression("", tree, names)(env))


def refuse_without_start(draft: Draft, line_of: Mapping[str, int]) -> None:
    """Refuse equations that are no number before the first dose: they need amounts to start from."""
    states = [*draft.states]
    for name, tree in draft.states.items():
        if not any(np.isfinite(starts_at(tree, states, level)) for level in (0.37, 0.61, 1.3)):
            refuse(
                draft.where,
                line_of.get(name, 1),
                f"the rate of {name} is no number while amounts are 0, so that the model needs amounts to start from",
                "a model file here starts empty; give the model without such states",
            )
