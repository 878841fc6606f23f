"""Turn an InsightRX/PKPDsim model file (JSON5) into a draft of a dose-model file.

What each key means was read from such files: ``omega_matrix`` is the lower triangle by rows, variances of effects on the log
scale in the order of ``parameters`` without ``fixed``; ``prop`` and ``add`` are SDs whose variances add; ``iov.cv`` is the SD
of an effect ``kappa_NAME`` that the code uses; compartments count from 0 in code and from 1 elsewhere.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from garrod.dosing.importing.code_flow import Flow, lost, names_of
from garrod.dosing.importing.code_reading import read_code, read_expression
from garrod.dosing.importing.code_tokens import C as C_CODE
from garrod.dosing.importing.code_tokens import Code, refuse
from garrod.dosing.importing.draft import Draft, Error, Named, refuse_without_start, safe_name
from garrod.dosing.importing.json5_text import Table, Text, read_json5
from garrod.dosing.models.expressions import Apply, Array, Name, Node, Number

_KEYS: Final = {
    "id", "ode_code", "pk_code", "n_comp", "obs", "dose", "covariates", "variables", "parameters", "omega_matrix", "iov",
    "fixed", "ruv", "misc", "references", "version", "description", "comments", "development", "iiv", "units", "ltbs",
    "cmt_mapping",
}  # fmt: skip
_PUBMED: Final = re.compile(r"(?:pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(?:\?term=)?)(\d{6,9})")
_DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\"'#?]+")
_FLOOR: Final = 0.001
_LONG: Final = 1000.0  #: hours; bins that end later are meant to have no end
_NO_INDEX: Final = "compartments are numbered from 0 in code, below n_comp"


@dataclass(frozen=True, slots=True)
class _File:
    """The file as read, with what its faults are told by."""

    given: Table
    where: str

    def line(self, key: str) -> int:
        return self.given.lines.get(key, 1)

    def fail(self, key: str, what: str, remedy: str) -> None:
        refuse(self.where, self.line(key), f"{key}: {what}", remedy)

    def table(self, key: str) -> Table:
        found = self.given.get(key)
        if found is None:
            return Table()
        if not isinstance(found, Table):
            self.fail(key, "a table was expected", "write { … }")
        assert isinstance(found, Table)
        return found

    def names(self, key: str) -> list[str]:
        found = self.given.get(key) or []
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.fail(key, "a list of names was expected", 'write ["CL", …]')
        return [str(one) for one in found]

    def number(self, key: str, found: Any) -> float:
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.fail(key, f"{found!r} is not a number", "write a number")
        return float(found)

    def only(self, key: str, known: set[str]) -> None:
        table = self.given if key == "" else self.table(key)
        for name in table:
            if name not in known:
                remedy = "write the model by hand, or take the key out if it has no part"
                refuse(self.where, table.lines[name], f"{name}: this key is not represented here", remedy)


def draft_of_json5(content: bytes, where: str) -> Draft:
    """Read a model file of the InsightRX/PKPDsim kind.

    Raises
    ------
    InputError
        With file and line of what cannot be represented, what it is and what would do.
    """
    text = content.decode("utf-8")
    given = read_json5(text, where)
    if not isinstance(given, Table) or "ode_code" not in given:
        refuse(where, 1, "this is no model file with ode_code", "give a model file of InsightRX/PKPDsim, or a control stream")
    file = _File(given, where)
    file.only("", _KEYS)
    for key in ("parameters", "omega_matrix", "ruv", "obs", "n_comp"):
        if key not in given:
            refuse(where, 1, f"{key} is missing", "a model file has it")
    draft = Draft(where, hashlib.sha256(content).hexdigest(), str(given.get("id") or where), "InsightRX/PKPDsim JSON5")
    draft.version = str(given["version"]) if "version" in given else None
    _say_head(file, draft)
    _Import(file, draft).run()
    return draft


def _say_head(file: _File, draft: Draft) -> None:
    references = [one for one in file.given.get("references") or () if isinstance(one, Mapping)]
    if references:
        said = "; ".join(" ".join(str(one[key]) for key in ("ref", "url") if key in one) for one in references)
        draft.citation["text"] = said
        for key, pattern in (("pmid", _PUBMED), ("doi", _DOI)):
            if match := pattern.search(said):
                draft.citation[key] = match[match.lastindex or 0]
    else:
        draft.notes.append("The file gives no reference.")
    draft.notes += [
        f"The file says: {one}" for one in (file.given.get("description"), *(file.given.get("comments") or ())) if one
    ]
    draft.notes.append("Variances of [iiv] are those of omega_matrix; errors of ruv are SDs whose variances add.")
    draft.notes.append("Not taken over, without part in predictions: misc, variables, development.")
    if "units" in file.given:
        draft.notes.append(f"The file states units of parameters, not verified: {dict(file.table('units'))}.")


class _Import:
    def __init__(self, file: _File, draft: Draft) -> None:
        self.file = file
        self.draft = draft
        self.count = int(file.number("n_comp", file.given["n_comp"]))
        self.fixed = file.names("fixed")
        self.values = {name: file.number(name, given) for name, given in file.table("parameters").items()}
        iov = file.table("iov")
        file.only("iov", {"cv", "n_bins", "bins", "use"})
        self.kappas = {name: file.number("cv", size) for name, size in (iov.get("cv") or {}).items()}
        for name in self.fixed:
            if name not in self.values:
                file.fail("fixed", f"{name} is no parameter", "name parameters of the file")

    def run(self) -> None:
        flow = self.flow()
        for key in ("pk_code", "ode_code"):
            code = self.code(key)
            if key == "ode_code":
                flow.env["t"] = Name("t")
            flow.run(read_code(code, C_CODE))
        self.states(flow)
        self.outputs(flow)
        self.doses(flow)
        self.spread(flow)
        self.errors()
        self.draft.named |= {name: Named(tree) for name, tree in flow.definitions.items()}
        self.drop_helpers()
        refuse_without_start(self.draft, dict.fromkeys(self.draft.states, self.file.line("ode_code")))

    def code(self, key: str) -> Code:
        given = self.file.given.get(key) or ""
        if not isinstance(given, str):
            self.file.fail(key, "a text was expected", "write the code in quotes")
        return Code(str(given), given.lines if isinstance(given, Text) else (), self.file.where)

    def flow(self) -> Flow:
        """Return what the code may use: covariates, parameters, effects of occasions, amounts."""
        states = {f"A[{place}]": self.state(place) for place in range(self.count)}
        env: dict[str, Node] = {old: Name(new) for old, new in states.items()}
        for name in self.file.names("covariates"):
            self.draft.columns[safe_name(name)] = name
            env[name] = Name(safe_name(name))
        if "t" in {*self.draft.columns.values(), *self.values}:
            self.file.fail("covariates", "t is running time", "give the covariate or parameter another name")
        for name in self.values:
            if name in env:
                self.file.fail("parameters", f"{name} is a covariate too", "give each its own name")
            env[name] = Name(safe_name(name))
        flow = Flow(self.file.where, safe_name, env, frozenset({*states.values(), "t"}))
        flow.taken = {one.name for one in env.values() if isinstance(one, Name)} | {"t"}
        for name in self.kappas:
            env[f"kappa_{name}"] = flow.define(f"IOV_{name}", Name(f"kappa_{safe_name(name)}"))
        return flow

    def state(self, place: int) -> str:
        return f"amount{place + 1}"

    def states(self, flow: Flow) -> None:
        rates = {name: tree for name, tree in flow.env.items() if name.startswith("dAdt[")}
        wanted = {f"dAdt[{place}]" for place in range(self.count)}
        if set(rates) != wanted:
            odd = ", ".join(sorted(set(rates) ^ wanted))
            self.file.fail("ode_code", f"the rates and n_comp = {self.count} do not go together: {odd}", _NO_INDEX)
        self.draft.states = {self.state(place): rates[f"dAdt[{place}]"] for place in range(self.count)}

    def outputs(self, flow: Flow) -> None:
        obs = self.file.table("obs")
        self.file.only("obs", {"cmt", "scale", "variable"})
        line = self.file.line("obs")
        if "variable" in obs:
            if {"cmt", "scale"} <= set(obs):
                self.file.fail("obs", "both a variable and a scale are given", "give one of them")
            names = _list(obs["variable"])
            for name in names:
                shown = "cp" if len(names) == 1 else safe_name(str(name))
                self.draft.outputs[shown] = flow.env.get(str(name), lost(str(name), line))
            return
        places, scales = _list(obs.get("cmt", 1)), _list(obs.get("scale", 1))
        if len(places) != 1 or len(scales) != 1:
            self.file.fail("obs", "several compartments are observed", "give obs.variable with a name for each")
        place = self.place("obs", places[0])
        scale = self.expression(flow, "obs", scales[0], line)
        held = scale if isinstance(scale, Number) else flow.define("SCALE", scale)
        self.draft.outputs["cp"] = Name(self.state(place)) if held == Number(1.0) else Apply("/", (Name(self.state(place)), held))

    def expression(self, flow: Flow, key: str, given: Any, line: int) -> Node:
        if isinstance(given, int | float):
            return Number(float(given))
        return flow.resolved(
            read_expression(Code(str(given), (line,) * len(str(given)), self.file.where), C_CODE), flow.env, line
        )

    def place(self, key: str, given: Any) -> int:
        found = self.file.number(key, given)
        if found != int(found) or not 1 <= found <= self.count:
            self.file.fail(key, f"{given} is no compartment", "compartments are numbered from 1 here, up to n_comp")
        return int(found) - 1

    def doses(self, flow: Flow) -> None:
        dose = self.file.table("dose")
        self.file.only("dose", {"cmt", "bioav"})
        place = self.place("dose", dose.get("cmt", 1))
        self.draft.doses_to = self.state(place)
        shares = _list(dose.get("bioav", 1))
        shares = shares if len(shares) > 1 else [*[1] * place, *shares]
        for number, given in enumerate(shares):
            tree = self.expression(flow, "dose", given, self.file.line("dose"))
            if number < self.count and tree != Number(1.0):
                flow.definitions[f"F_{self.state(number)}"] = tree
        for way, number in self.file.table("cmt_mapping").items():
            if self.place("cmt_mapping", number) != place:
                self.file.fail(
                    "cmt_mapping",
                    f"doses by {way} go into another compartment",
                    "give CMT in the event table, and take the key out",
                )

    def spread(self, flow: Flow) -> None:
        free = [name for name in self.values if name not in self.fixed]
        matrix = self.matrix(free)
        for name, theta in self.values.items():
            one = Named(theta=theta, random="lognormal" if name in free else "none", said="fixed" if name in self.fixed else "")
            if name in self.kappas and name in free:
                effect = Apply("exp", (Name(f"eta_{safe_name(name)}"),))
                one.tree, one.random = Apply("*", (Name(f"tv{safe_name(name)}"), effect)), "explicit"
            self.draft.named[safe_name(name)] = one
        self.draft.etas = [safe_name(name) for name in free], matrix
        self.occasions(flow)

    def used(self, flow: Flow) -> set[str]:
        trees = [*flow.definitions.values(), *self.draft.states.values(), *self.draft.outputs.values()]
        return {name for tree in trees for name in names_of(tree)}

    def matrix(self, free: list[str]) -> Array:
        given = [self.file.number("omega_matrix", one) for one in _list(self.file.given["omega_matrix"])]
        size = len(free)
        if len(given) != size * (size + 1) // 2:
            what = f"{len(given)} numbers are no lower triangle for {', '.join(free) or 'no effect'}"
            self.file.fail("omega_matrix", what, f"give {size * (size + 1) // 2}, or name more parameters in fixed")
        matrix = np.zeros((size, size))
        matrix[np.tril_indices(size)] = given
        matrix = matrix + np.tril(matrix, -1).T
        said = [self.file.number("iiv", one) for one in self.file.table("iiv").values()]
        if said and (len(said) != size or not np.allclose(np.square(said), np.diag(matrix), rtol=2e-3)):
            self.file.fail("iiv", "the SDs are not the roots of omega_matrix", "put one of them right")
        return matrix

    def occasions(self, flow: Flow) -> None:
        if not self.kappas:
            return
        iov = self.file.table("iov")
        bins = [self.file.number("bins", one) for one in _list(iov.get("bins") or [])]
        if iov.get("use", True) is not True or len(bins) < 2:
            self.file.fail("iov", "effects of occasions are switched off, or without bins", "give use = true and bins")
        if bins[-1] < _LONG:
            self.file.fail("iov", f"no bin holds what comes after {bins[-1]:g}", f"end the bins at {_LONG:g} or later")
        for name in self.kappas:
            if name not in self.values or f"IOV_{name}" not in self.used(flow):
                self.file.fail(
                    "iov", f"the code does not use kappa_{name}", f"multiply by exp(kappa_{name}), or take it out of iov"
                )
        self.draft.kappas = {safe_name(name): size for name, size in self.kappas.items()}
        self.draft.bins_h = bins[:-1]
        self.draft.notes.append(
            f"Occasions are bins of time since the first row of a table, as in the file, which ends them at {bins[-1]:g}: "
            "right for courses that begin at time 0."
        )
        for name in self.kappas:
            flow.definitions[f"IOV_{name}"] = Name(f"kappa_{safe_name(name)}")

    def errors(self) -> None:
        ruv, count = self.file.table("ruv"), len(self.draft.outputs)
        self.file.only("ruv", {"prop", "add"})
        sizes = {}
        for key in ("prop", "add"):
            given = _list(ruv.get(key, 0))
            if len(given) != count:
                self.file.fail("ruv", f"{key} has {len(given)} numbers for {count} outputs", "give one for each output")
            sizes[key] = [self.file.number("ruv", one) for one in given]
        self.draft.errors = [self.error(prop, add) for prop, add in zip(sizes["prop"], sizes["add"], strict=True)]

    def error(self, prop: float, add: float) -> Error:
        if min(prop, add) < 0 or max(prop, add) == 0:
            self.file.fail("ruv", "the error is zero or below", "give prop or add")
        if self.file.given.get("ltbs"):
            if prop != 0:
                self.file.fail("ruv", "an error on logarithms has a proportional part", "give add alone")
            self.draft.notes.append("The error is one of logarithms (ltbs); levels are taken as measured.")
            return Error("log_additive", additive=add)
        if 0 < add <= _FLOOR:
            self.draft.notes.append(f"The additive error {add:g} is likely a numerical floor of the file, no estimate.")
        if prop == 0:
            return Error("additive", additive=add)
        if add == 0:
            self.draft.notes.append("The error has no floor: a prediction of 0 has no likelihood until one is given.")
            return Error("proportional", proportional=prop)
        return Error("combined_variance", proportional=prop, additive=add)

    def drop_helpers(self) -> None:
        """Drop the last compartments that only gather: no body, no output and no dose needs them."""
        dropped: list[str] = []
        while len(self.draft.states) > 1 and self.is_helper(last := [*self.draft.states][-1]):
            dropped.insert(0, last)
            del self.draft.states[last]
            self.draft.named.pop(f"F_{last}", None)
        if dropped:
            self.draft.notes.append(f"Compartments that only gather an area or a time were dropped: {', '.join(dropped)}.")

    def is_helper(self, state: str) -> bool:
        trees = [*self.draft.states.values(), *self.draft.outputs.values()]
        return state != self.draft.doses_to and not any(state in names_of(tree) for tree in trees)


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]
