"""Read what laboratories write: diplotypes, copy numbers, allele statuses, typings, phenotypes, scores.

Tolerant grammar, strict result: spaces, lower case, ``CYP2D6*1/*2``, sub-alleles (``*4.013`` is reported as ``*4``),
copies (``*1x2``, ``*2x3`` counts as three or more, ``*1xN`` leaves the number unknown), tandems (``*36+*10``),
uncertain parts in parentheses. What cannot be read is said with what was written and what would do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NOTHING: Final = frozenset({"", "n/a", "na", "not available", "no result", "none", "unknown", "-", "."})
MANY: Final = 3
MOST_COPIES: Final = 13


@dataclass(frozen=True, slots=True)
class OutsideDiplotype:
    """Two alleles (or one) as a laboratory named them, in the spelling of our tables."""

    alleles: tuple[str, ...]
    uncertain: tuple[str, ...] = ()
    unknown_copies: bool = False


@dataclass(frozen=True, slots=True)
class OutsideStatus:
    """Presence of one risk allele as a laboratory stated it."""

    allele: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What cannot be read, and why."""

    text: str
    why: str


Parsed = OutsideDiplotype | OutsideStatus | Unreadable | None


def parse_call(gene: str, text: str, known: Mapping[str, str]) -> Parsed:
    """Read one call.

    Parameters
    ----------
    known
        Lower-case spelling -> the spelling of our tables, for every allele of the gene.

    Returns
    -------
    Parsed
        None where the laboratory says that there is no result.

    Examples
    --------
    >>> known = {a: a for a in ("*1", "*2", "*4", "*1x2", "*2x≥3")}
    >>> parse_call("CYP2D6", "cyp2d6*1x2 / *4.013", known)
    OutsideDiplotype(alleles=('*1x2', '*4'), uncertain=(), unknown_copies=False)
    >>> parse_call("CYP2D6", "*2x3/*4", known).alleles
    ('*2x≥3', '*4')
    """
    cleaned = text.strip().replace("×", "x").replace("\u00a0", " ")
    if cleaned.lower() in NOTHING:
        return None
    if status := re.fullmatch(r"(?:HLA-)?([AB]?\*?[\w:*]+)\s+(pos|neg|positive|negative|present|absent)", cleaned, re.I):
        return _status(status[1], status[2].lower())
    parts = _strands(gene, cleaned)
    if len(parts) > 2:
        return Unreadable(text, "more than two alleles are joined by '/'")
    alleles, uncertain, unknown_copies = [], [], False
    for part in parts:
        read = _strand(gene, part, known)
        if isinstance(read, Unreadable):
            return Unreadable(text, read.why)
        alleles.append(read[0])
        uncertain += read[1]
        unknown_copies |= read[2]
    return OutsideDiplotype(tuple(alleles), tuple(uncertain), unknown_copies)


def _strands(gene: str, text: str) -> list[str]:
    """Split at the slash between strands, not at one inside an allele's own name (``Telti, Kobe`` has none)."""
    without_gene = re.sub(rf"\b{re.escape(gene)}\s*[:\s]?(?=[*\w])", "", text, flags=re.I).strip()
    return [part.strip() for part in re.split(r"\s*/\s*(?![^(]*\))", without_gene) if part.strip()]


def _status(allele: str, word: str) -> OutsideStatus | Unreadable:
    fields = re.sub(r"^(HLA-)?[AB]?\*", "", allele, flags=re.I)
    name = "*" + ":".join(fields.split(":")[:2])
    if not re.fullmatch(r"\*\d{2,3}:\d{2,3}", name):
        return Unreadable(allele, "an allele status needs two fields, as in *57:01 positive")
    return OutsideStatus(name, word in {"pos", "positive", "present"})


def _strand(gene: str, part: str, known: Mapping[str, str]) -> tuple[str, list[str], bool] | Unreadable:
    uncertain = re.findall(r"\(([^()]*)\)", part) if gene != "DPYD" else []
    plain = re.sub(r"\([^()]*\)\s*\+?", "", part).strip(" +") if uncertain else part
    exact = known.get(part.lower()) or known.get(plain.lower())
    if exact:
        return exact, uncertain if plain != part and not known.get(part.lower()) else [], False
    pieces, unknown_copies = [], False
    for piece in (p.strip() for p in plain.split("+")):
        name, copies_unknown = _piece(piece, known)
        if name is None:
            return Unreadable(part, f"{piece!r} is not an allele of {gene} in these tables")
        pieces.append(name)
        unknown_copies |= copies_unknown
    joined = "+".join(pieces)
    return known.get(joined.lower(), joined), uncertain, unknown_copies


def _piece(piece: str, known: Mapping[str, str]) -> tuple[str | None, bool]:
    text = piece.lower()
    if text in known:
        return known[text], False
    if (star := f"*{text}") in known:
        return known[star], False
    if copies := re.fullmatch(r"(\*?[\w.]+?)x(?:(≥|>=)?(\d+)|n)", text):
        base = copies[1] if copies[1].startswith("*") else f"*{copies[1]}"
        base = base.split(".")[0]
        if base not in known:
            return None, False
        if copies[3] is None:
            return f"{known[base]}xN", True
        number = int(copies[3])
        if number == 1:
            return known[base], False
        if number > MOST_COPIES:
            return None, False
        written = f"{base}x{number}" if number < MANY and not copies[2] else f"{base}x≥{MANY}"
        return known.get(written, written), False
    core = text.split(".")[0].rstrip("abcdefghijkl") if text.startswith("*") else text
    return known.get(core), False


@dataclass(frozen=True, slots=True)
class Typing:
    """An HLA typing cut to two fields: the two types, or fewer where the laboratory did not resolve them."""

    types: tuple[str, ...]
    unresolved: tuple[str, ...]
    not_expressed: tuple[str, ...]

    def has(self, allele: str) -> bool | None:
        """Whether a two-field allele is present: True, False, or None where the typing does not tell."""
        if allele in self.types:
            return True
        two_full_types = len(self.types) + len(self.not_expressed) == 2 and not self.unresolved
        return False if two_full_types and allele not in self.not_expressed else None


def is_readable_typing(gene: str, text: str) -> bool:
    """Whether a text is an HLA typing (of any resolution), an allele status, or says that there is none.

    >>> [is_readable_typing("HLA-B", text) for text in ("*57:01/*08:01", "*57", "57:01 pos", "positive")]
    [True, True, True, False]
    """
    if isinstance(parse_call(gene, text, {}), OutsideStatus):
        return True
    typing = parse_typing(gene, text)
    return typing is None or all(re.fullmatch(r"\*\d{2,3}[A-Z]?", one) for one in typing.unresolved)


def parse_typing(gene: str, text: str) -> Typing | None:
    """Read an HLA typing such as ``*57:01/*58:01``, ``HLA-B*57:01:01:01/HLA-B*08:01``; None where there is none."""
    if text.strip().lower() in NOTHING:
        return None
    types: list[str] = []
    unresolved: list[str] = []
    silent: list[str] = []
    for part in (p.strip() for p in re.split(r"[/,;+^]|\s{2,}", text)):
        if not part:
            continue
        name = re.sub(rf"^(HLA-)?{gene[-1]}?\*?", "", part, flags=re.I)
        if full := re.fullmatch(r"(\d{2,3}):(\d{2,3})(?::\d+)*([A-Z]?)", name):
            two_fields = f"*{full[1]}:{full[2]}"
            (silent if full[3] == "N" else types).append(two_fields)
        else:
            unresolved.append("*" + name.split(":")[0])
    return Typing(tuple(types), tuple(unresolved), tuple(silent))
