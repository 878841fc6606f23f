"""The compartments of a control stream: those that an ADVAN names, or those of $MODEL."""

import re
from dataclasses import dataclass
from typing import Final

from garrod.dosing.importing.code_tokens import refuse
from garrod.dosing.importing.nonmem_records import Record, words_of

#: Body compartments and whether there is a depot, by ADVAN.
_NAMED: Final = {1: (1, False), 2: (1, True), 3: (2, False), 4: (2, True), 11: (3, False), 12: (3, True)}
_OWN: Final = (6, 13)
_QUIET: Final = ("TOL", "ATOL", "SSTOL", "SSATOL")
_BODY: Final = ("central", "peripheral", "peripheral2")
#: Rate constants by (compartments, has depot, TRANS): out of the blood, then to and from each tissue.
_CONSTANTS: Final = {
    (1, False, 1): ("K",), (1, True, 1): ("K",),
    (1, False, 2): ("CL/V",), (1, True, 2): ("CL/V",),
    (2, False, 1): ("K", "K12", "K21"), (2, True, 1): ("K", "K23", "K32"),
    (2, False, 4): ("CL/V1", "Q/V1", "Q/V2"), (2, True, 4): ("CL/V2", "Q/V2", "Q/V3"),
    (3, False, 1): ("K", "K12", "K21", "K13", "K31"), (3, True, 1): ("K", "K23", "K32", "K24", "K42"),
    (3, False, 4): ("CL/V1", "Q2/V1", "Q2/V2", "Q3/V1", "Q3/V3"), (3, True, 4): ("CL/V2", "Q3/V2", "Q3/V3", "Q4/V2", "Q4/V4"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compartments:
    """Compartments in order, where doses go and what is observed, counted from 0; constants of a named structure."""

    states: tuple[str, ...]
    doses_to: int
    observed: int
    constants: tuple[str, ...] = ()
    has_depot: bool = False


def compartments_of(by_name: dict[str, list[Record]], where: str) -> Compartments:
    """Read $SUBROUTINES and $MODEL.

    Raises
    ------
    InputError
        For an ADVAN or TRANS that is not represented, or a $MODEL that is not understood.
    """
    record = by_name["SUBROUTINES"][0]
    advan, trans = _subroutines(record, where)
    if advan in _OWN:
        for name in ("MODEL", "DES"):
            if name not in by_name:
                refuse(where, record.line, f"ADVAN{advan} needs ${name}", f"give ${name}")
        return _model(by_name["MODEL"][0], where)
    if advan not in _NAMED:
        refuse(where, record.line, f"ADVAN{advan} is not represented here", "use ADVAN1, 2, 3, 4, 11, 12, or 6 and 13 with $DES")
    if "DES" in by_name or "MODEL" in by_name:
        refuse(where, record.line, f"ADVAN{advan} has no $DES or $MODEL", "drop it, or use ADVAN13")
    count, has_depot = _NAMED[advan]
    constants = _CONSTANTS.get((count, has_depot, trans))
    if constants is None:
        refuse(where, record.line, f"TRANS{trans} with ADVAN{advan} is not represented here", "use TRANS1, TRANS2 or TRANS4")
    states = (*(("depot",) if has_depot else ()), *_BODY[:count])
    return Compartments(states, 0, states.index("central"), constants, has_depot)


def _subroutines(record: Record, where: str) -> tuple[int, int]:
    text = re.sub(r"\b(ADVAN|TRANS)\s*=\s*(?=ADVAN|TRANS)", "", record.code.text.upper())
    numbers = {"ADVAN": 0, "TRANS": 1}
    for word in re.split(r"[\s,]+", re.sub(r"\s*=\s*", "=", text)):
        match = re.fullmatch(r"(ADVAN|TRANS)=?(\d+)", word)
        if match:
            numbers[match[1]] = int(match[2])
        elif word and word.partition("=")[0] not in _QUIET and not re.fullmatch(r"S?S?A?TOL=?\d+", word):
            refuse(where, record.line, f"{word!r} in $SUBROUTINES is not represented here", "name ADVAN, TRANS and TOL alone")
    return numbers["ADVAN"], numbers["TRANS"]


def _model(record: Record, where: str) -> Compartments:
    words = [one.upper for one in words_of(record)]
    names: list[str] = []
    options: list[set[str]] = []
    count = None
    while words:
        word = words.pop(0)
        if words and words[0] == "=":
            words.pop(0)
        if word in {"NCOMP", "NCOMPS", "NCOMPARTMENTS", "NPARAMETERS", "NPARAMS", "NPAR"} and words and words[0].isdigit():
            number = int(words.pop(0))
            count = number if word.startswith("NC") else count
        elif len(word) > 3 and "COMPARTMENT".startswith(word):
            inner = _inner(words)
            names.append(inner[0] if inner else "")
            options.append(set(inner[1:]))
        elif word != ",":
            refuse(where, record.line, f"{word!r} in $MODEL is not represented here", "write COMP=(NAME DEFDOSE DEFOBS)")
    odd = set[str]().union(*options) - {"DEFDOSE", "DEFDOS", "DEFOBS", "DEFOBSERVATION", "INITIALOFF", "NOOFF", "NODOSE"}
    odd |= {one for given in options for one in given if one == "INITIALOFF"}
    if odd or (count is not None and names and count != len(names)):
        what = f"{', '.join(sorted(odd))} is not represented" if odd else f"NCOMP={count} and {len(names)} COMP differ"
        refuse(where, record.line, f"$MODEL: {what}", "write NCOMP, and COMP=(NAME DEFDOSE DEFOBS) for each")
    names = names or [f"COMP{place}" for place in range(1, (count or 0) + 1)]
    if not names:
        refuse(where, record.line, "$MODEL names no compartment", "write COMP=(CENTRAL) for each")
    return Compartments(
        _states(names),
        _first(names, options, ("DEFDOSE", "DEFDOS"), "DEPOT"),
        _first(names, options, ("DEFOBS", "DEFOBSERVATION"), "CENTRAL"),
    )


def _inner(words: list[str]) -> list[str]:
    if not words or words[0] != "(":
        return [words.pop(0)] if words else []
    end = words.index(")") if ")" in words else len(words)
    inner = [one for one in words[1:end] if one != ","]
    del words[: end + 1]
    return inner


def _states(names: list[str]) -> tuple[str, ...]:
    plain = [re.sub(r"\W", "_", name.lower()) for name in names]
    plain = [name if re.match(r"[a-z]", name) else f"comp_{name}" for name in plain]
    plain = [name if name not in {"t", "time", "and", "or", "not", "doses_to"} else f"{name}_state" for name in plain]
    return tuple(name if plain.count(name) == 1 else f"{name}_{place}" for place, name in enumerate(plain, 1))


def _first(names: list[str], options: list[set[str]], wanted: tuple[str, ...], usual: str) -> int:
    """Return the compartment with an option, else the one of the usual name, else the first that takes doses."""
    for place, given in enumerate(options):
        if given & {*wanted}:
            return place
    if usual in names:
        return names.index(usual)
    if usual == "DEPOT":
        return next((place for place, given in enumerate(options) if "NODOSE" not in given), 0)
    return 0


def rates_of(shape: Compartments) -> dict[str, str]:
    """Return the rates of a named structure, with the parameters of its TRANS."""
    out, *pairs = shape.constants
    rates = {"depot": "-KA*depot"} if shape.has_depot else {}
    central = f"{'KA*depot ' if shape.has_depot else ''}-{out}*central"
    for place, tissue in enumerate(_BODY[1 : 1 + len(pairs) // 2]):
        to, back = pairs[2 * place], pairs[2 * place + 1]
        central += f" - {to}*central + {back}*{tissue}"
        rates[tissue] = f"{to}*central - {back}*{tissue}"
    rates["central"] = central
    return {state: rates[state] for state in shape.states}
