"""Turn a NONMEM control stream into a draft of a dose-model file: one problem, PREDPP with a named or a written-out structure.

The values are those written in $THETA, $OMEGA and $SIGMA: initial values, unless the author put final estimates there.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from garrod.dosing.importing.code_flow import Flow, lost, names_of, replaced
from garrod.dosing.importing.code_reading import Assign, Statement, read_code
from garrod.dosing.importing.code_tokens import FORTRAN, refuse
from garrod.dosing.importing.draft import Draft, Error, refuse_without_start, safe_name
from garrod.dosing.importing.nonmem_effects import named_with_effects, spoken
from garrod.dosing.importing.nonmem_error import PREDICTION, NoErrorKindError, error_of, parts_with, with_prediction
from garrod.dosing.importing.nonmem_records import Record, Theta, matrix_of, records_of, thetas_of
from garrod.dosing.importing.nonmem_structure import Compartments, compartments_of, rates_of
from garrod.dosing.models.expressions import Apply, Array, Expression, Name, Node, parse

_EVENT_ITEMS: Final = {
    "ID", "DV", "MDV", "AMT", "RATE", "DUR", "SS", "II", "ADDL", "EVID", "CMT", "PCMT", "CALL", "CONT", "L1", "L2", "DATE",
    "DAT1", "DAT2", "DAT3", "BLQ", "CENS", "LLOQ", "DVID", "TIME",
}  # fmt: skip
_QUIET: Final = ("DATA", "ESTIMATION", "COVARIANCE", "TABLE", "SCATTERPLOT", "SIMULATION", "SIZES")
_NEVER_SET: Final = {"CALLFL", "S0", "F0", "R0", "SC", "TSCALE", "XSCALE", "NEWIND", "ICALL", "COMACT"}
_OF_DOSE: Final = re.compile(r"(F|ALAG|D|R|S)(\d+)")
_PMID: Final = re.compile(r"PMID\s*:?\s*(\d{6,9})", re.IGNORECASE)
_DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\"';,]+")


def draft_of_control_stream(content: bytes, where: str) -> Draft:
    """Read a control stream.

    Raises
    ------
    InputError
        With file and line of what cannot be represented, what it is and what would do.
    """
    text = content.decode("utf-8")
    by_name: dict[str, list[Record]] = {}
    for record in records_of(text, where):
        by_name.setdefault(record.name, []).append(record)
    for name in ("PROBLEM", "INPUT", "SUBROUTINES", "PK", "ERROR", "THETA", "OMEGA", "SIGMA"):
        if name not in by_name:
            refuse(where, 1, f"there is no ${name}", f"give a control stream with ${name}")
    for name in ("PROBLEM", "SUBROUTINES", "PK", "DES", "ERROR", "MODEL"):
        if len(by_name.get(name, ())) > 1:
            refuse(where, by_name[name][1].line, f"${name} stands twice", "give one problem, with each of its records once")
    draft = Draft(where, hashlib.sha256(content).hexdigest(), where.rpartition(".")[0] or where, "NONMEM control stream")
    _say_head(draft, by_name, text)
    _Import(draft, by_name).run()
    return draft


def _say_head(draft: Draft, by_name: dict[str, list[Record]], text: str) -> None:
    title = by_name["PROBLEM"][0].code.text.strip().splitlines()
    for key, pattern in (("pmid", _PMID), ("doi", _DOI)):
        if match := pattern.search(text):
            draft.citation[key] = match[match.lastindex or 0]
    if draft.citation:
        draft.citation = {"text": title[0] if title else "title not given", **draft.citation}
    else:
        draft.notes.append(f"The file names no publication; its title is: {title[0] if title else 'not given'}.")
    draft.notes.append(
        "The numbers are those written in $THETA, $OMEGA and $SIGMA. A control stream holds initial values there; "
        "whether they are final estimates it does not say."
    )
    draft.notes.append("Numbers of [iiv] are variances, worked out from what $OMEGA gives; errors are SDs, the roots of $SIGMA.")
    quiet = [name for name in _QUIET if name in by_name]
    if quiet:
        draft.notes.append(f"Not taken over, without part in predictions: {', '.join(f'${name}' for name in quiet)}.")


class _Import:
    def __init__(self, draft: Draft, by_name: dict[str, list[Record]]) -> None:
        self.draft = draft
        self.by_name = by_name
        self.where = draft.where
        self.thetas: list[Theta] = thetas_of(by_name["THETA"], self.where)
        self.omega: Array = matrix_of(by_name["OMEGA"], self.where)
        self.sigma: Array = matrix_of(by_name["SIGMA"], self.where)
        self.shape: Compartments = compartments_of(by_name, self.where)
        states = frozenset(self.shape.states)
        self.of_doses: list[str] = []
        self.flow = Flow(self.where, safe_name, {}, states | {"t"})

    def run(self) -> None:
        self.inputs()
        self.constants()
        pk = self.code("PK")
        self.flow.run(pk)
        self.check_targets(pk)
        self.draft.states = self.rates()
        self.draft.doses_to = self.shape.states[self.shape.doses_to]
        self.for_doses()
        self.outputs_and_errors()
        self.draft.named, names = named_with_effects(self.flow.definitions, len(self.omega), self.draft.states)
        self.draft.etas = names, self.omega
        lines = dict.fromkeys(self.draft.states, self.by_name.get("DES", self.by_name["PK"])[0].line)
        self.check_brackets(lines)
        refuse_without_start(self.draft, lines)

    def code(self, name: str) -> tuple[Statement, ...]:
        record = self.by_name[name][0]
        return read_code(record.code, FORTRAN)

    def inputs(self) -> None:
        """Let the code use the columns that are covariates; those of events may not enter equations."""
        env = self.flow.env
        for word in [one.upper() for record in self.by_name["INPUT"] for one in _items(record)]:
            first, _, second = word.partition("=")
            names = [one for one in (first, second) if one]
            if set(names) & {"DROP", "SKIP"} or set(names) & _EVENT_ITEMS:
                continue
            self.draft.columns[safe_name(first)] = first
            env |= dict.fromkeys(names, Name(safe_name(first)))
        env["TIME"] = Name("TIME")
        remedy = "columns of events cannot be used in equations here"
        self.draft.remedies |= dict.fromkeys(sorted(_EVENT_ITEMS), remedy)
        self.flow.taken |= {*self.draft.columns, "TIME", "t", *self.shape.states}

    def constants(self) -> None:
        for number, one in enumerate(self.thetas, 1):
            name = f"THETA{number}"
            self.draft.constants[name] = one.value
            self.draft.said[name] = "; ".join(part for part in ("FIX" if one.is_fixed else "", one.said) if part)
            self.flow.env[f"THETA[{number}]"] = Name(name)
            self.flow.taken.add(name)
        for number in range(1, len(self.omega) + 1):
            self.flow.env[f"ETA[{number}]"] = Name(f"ETA[{number}]")

    def check_targets(self, statements: Iterable[Statement]) -> None:
        """Refuse assignments that mean more to NONMEM than a value of a name."""
        for one in _assigned(statements):
            part = _OF_DOSE.fullmatch(one.target)
            beyond = part is not None and int(part[2]) > len(self.shape.states)
            if "[" in one.target or one.target in _NEVER_SET | _EVENT_ITEMS or beyond:
                refuse(self.where, one.line, f"{spoken(one.target)} cannot be set here", "write the model without it")
            if part is not None:
                self.of_doses.append(one.target)

    def rates(self) -> dict[str, Node]:
        env = self.flow.env
        if "DES" not in self.by_name:
            line = self.by_name["SUBROUTINES"][0].line
            texts = rates_of(self.shape)
            known = {state: Name(state) for state in self.shape.states}
            return {
                state: replaced(parse(text).tree, lambda name: known.get(name) or env.get(name) or lost(name, line))
                for state, text in texts.items()
            }
        names = {f"A[{place}]": Name(state) for place, state in enumerate(self.shape.states, 1)}
        env |= {**names, "T": Name("t")}
        statements = self.code("DES")
        self.flow.run(statements)
        line = self.by_name["DES"][0].line
        found = {name for name in env if name.startswith("DADT[")}
        wanted = {f"DADT[{place}]" for place in range(1, len(self.shape.states) + 1)}
        if found != wanted:
            odd = spoken(", ".join(sorted(found ^ wanted)))
            refuse(self.where, line, f"$MODEL and $DES do not go together: {odd}", "give one DADT for each compartment")
        return {state: env[f"DADT[{place}]"] for place, state in enumerate(self.shape.states, 1)}

    def for_doses(self) -> None:
        """Name what scales, delays and spreads doses after their compartments."""
        for name in self.of_doses:
            part = _OF_DOSE.fullmatch(name)
            if part is not None and part[1] != "S":
                state = self.shape.states[int(part[2]) - 1]
                self.flow.definitions[f"{part[1]}_{state}"] = self.flow.env[name]

    def outputs_and_errors(self) -> None:
        shown = self.shape.states[self.shape.observed]
        scale = self.flow.env.get(f"S{self.shape.observed + 1}")
        prediction: Node = Name(shown) if scale is None else Apply("/", (Name(shown), scale))
        statements = self.code("ERROR")
        env = {**self.flow.env, PREDICTION: Name(PREDICTION)}
        env |= {f"A[{place}]": Name(state) for place, state in enumerate(self.shape.states, 1)}
        for place in range(1, len(self.sigma) + 1):
            env |= dict.fromkeys((f"EPS[{place}]", f"ERR[{place}]"), Name(f"EPS[{place}]"))
        flow = Flow(self.where, safe_name, env, frozenset(), inline_all=True)
        flow.run(statements)
        line = max((one.line for one in _assigned(statements) if one.target == "Y"), default=self.by_name["ERROR"][0].line)
        y = flow.env.get("Y", lost("Y", line))
        self.draft.outputs["cp"], error = self.identified(y, prediction, line)
        self.draft.errors = [error]
        if self.draft.outputs["cp"] == Name(shown):
            self.draft.notes.append(f"The prediction is the amount in {shown}: nothing in the file divides it by a volume.")
        if error.in_logs:
            self.draft.notes.append("Y is a logarithm: levels in event tables are logarithms, as in the source.")
        if error.kind in {"proportional", "power", "log_additive"}:
            self.draft.notes.append("The error has no floor: a prediction of 0 has no likelihood until one is given.")

    def identified(self, y: Node, prediction: Node, line: int) -> tuple[Node, Error]:
        """Return the prediction and its error; without F in Y, a part of Y that holds amounts is the prediction."""
        states = frozenset(self.shape.states)
        if not names_of(y) & states:
            return prediction, self.error(y, line)
        parts = [prediction] if PREDICTION in names_of(y) else parts_with(y, states)
        for part in parts:
            shown = with_prediction(y, part)
            if names_of(shown) & states or any("[" in name for name in names_of(part)):
                continue
            try:
                return part, error_of(shown, self.sigma, self.constant)
            except NoErrorKindError:
                continue
        return refuse(self.where, line, "Y shows more than one prediction, or none that can be told", "write Y with F and EPS")

    def error(self, y: Node, line: int) -> Error:
        try:
            return error_of(y, self.sigma, self.constant)
        except NoErrorKindError as why:
            return refuse(self.where, line, spoken(why.what), why.remedy)

    def constant(self, name: str) -> float | None:
        """Return the number of a name that is the same for everyone."""
        if name in self.draft.constants:
            return self.draft.constants[name]
        tree = self.flow.definitions.get(name)
        inner = {one: self.constant(one) for one in names_of(tree)} if tree is not None else {"": None}
        if any(one is None for one in inner.values()):
            return None
        assert tree is not None
        return float(Expression("", tree, names_of(tree))(inner))

    def check_brackets(self, lines: dict[str, int]) -> None:
        for part in (self.draft.states, self.draft.outputs):
            for name, tree in part.items():
                odd = sorted(one for one in names_of(tree) if "[" in one and not one.startswith("?"))
                if odd:
                    said = spoken(odd[0])
                    refuse(
                        self.where, lines.get(name, 1), f"{said} cannot be used here", "use it in $PK and give the result a name"
                    )


def _items(record: Record) -> list[str]:
    """Return the items of $INPUT; ``A = B`` is one."""
    text = re.sub(r"\s*=\s*", "=", record.code.text)
    return [one for one in re.split(r"[\s,]+", text) if one]


def _assigned(statements: Iterable[Statement]) -> Iterator[Assign]:
    """Return every assignment, those within conditions too."""
    for one in statements:
        if isinstance(one, Assign):
            yield one
        else:
            yield from _assigned((*one.then, *one.otherwise))
