"""Names and codes of medicines beyond the tables: one SQLite file, read when a name is not in the small index.

Tables too large to review as text ship compact (architecture, section 5): this one with the script that makes it
(``curation.vocabulary``), its digest in a row of ``vocabulary_file.tsv``, and a sample to read in ``vocabulary_entry.tsv``.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from garrod.model.errors import Fault, KnowledgeError

WORD_KINDS: Final = frozenset({"salt", "form", "piece"})
HASHED_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWord:
    """A word that stands beside a substance's name without changing which substance it is."""

    word: str  #: as ``name_key`` writes it
    kind: str  #: salt, form, piece (a form that is counted: tablet, capsule)
    source_id: str

    def __post_init__(self) -> None:
        if self.kind not in WORD_KINDS:
            raise ValueError(f"{self.word}: kind {self.kind!r} is not one of {', '.join(sorted(WORD_KINDS))}")
        if self.word != name_key(self.word):
            raise ValueError(f"{self.word}: a word is written as it is looked up: {name_key(self.word)!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyWord:
    """How often, as people write it: ``bid``, ``at night``. Without an interval it says: when needed, so unknown."""

    word: str  #: as ``name_key`` writes it
    interval_h: float | None = None
    source_id: str

    def __post_init__(self) -> None:
        if self.interval_h is not None and not self.interval_h > 0:
            raise ValueError(f"{self.word}: an interval is a positive number of hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtcCombination:
    """The beginning of ATC codes that stand for several substances together: no code to know one drug by."""

    prefix: str
    source_id: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z][0-9]{0,2}[A-Z]{0,2}[0-9]{0,2}", self.prefix):
            raise ValueError(f"{self.prefix}: not the beginning of an ATC code")


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyFile:
    """The vocabulary that is shipped beside the tables, and what it must be byte for byte."""

    file: str
    sha256: str
    names: int
    codes: int
    source_id: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"{self.file}: a SHA-256 is 64 hexadecimal digits")
        if not (self.names > 0 and self.codes > 0):
            raise ValueError(f"{self.file}: an empty vocabulary is one that was lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyEntry:
    """A sample of the vocabulary to read: a name or code, and the substances that it stands for."""

    entry: str  #: a name as it is looked up, or an RxNorm code
    kind: str  #: name, code
    drugs: str  #: drug ids, ``;`` between
    strengths: str | None = None  #: one for each drug, ``;`` between
    form: str | None = None
    source_id: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name or code stands for: substances, each with its strength as the source writes it where it has one."""

    drugs: tuple[str, ...]
    strengths: tuple[str, ...]
    form: str | None
    source_id: str


_DROPPED: Final = re.compile(r"['’‘`´®©™*]|(?<!\d)\.|\.(?!\d)")
_SPACED: Final = re.compile(r"[\s\-‐‑‒–—,;:()\[\]{}_\"]+")
_SLASH: Final = re.compile(r"\s*/\s*")
_GREEK: Final = str.maketrans(
    {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "µ": "u", "μ": "u", "ß": "ss", "ω": "omega"}
)


def name_key(text: str) -> str:
    """Return a name as it is looked up: lower-case, without accents, marks and hyphens.

    >>> name_key("St. John’s Wort")
    'st johns wort'
    >>> name_key("Co-Amoxiclav")
    'co amoxiclav'
    """
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", _DROPPED.sub("", plain.translate(_GREEK)))
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    if not plain.isalpha():
        plain = _SLASH.sub(" / ", _SPACED.sub(" ", _DROPPED.sub("", plain))).strip(" ./")
    return plain


class Vocabulary:
    """The shipped vocabulary, opened for reading.

    Raises
    ------
    KnowledgeError
        When the file is missing, or is not byte for byte what its row says.
    """

    def __init__(self, path: Path, row: VocabularyFile) -> None:
        import sqlite3  # noqa: PLC0415 - most runs never need it

        damage = vocabulary_damage(path, row)
        if damage:
            raise KnowledgeError(damage)
        self._sqlite = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._drugs = dict(self._sqlite.execute("SELECT number, drug_id FROM drug"))
        self._sources = dict(self._sqlite.execute("SELECT number, source_id FROM source"))

    def __del__(self) -> None:
        """Let the file go."""
        if hasattr(self, "_sqlite"):
            self._sqlite.close()

    def named(self, key: str) -> tuple[Meaning, ...]:
        """Return what a name stands for; two meanings or more are a question, not an answer."""
        found = self._sqlite.execute("SELECT meaning, source FROM name WHERE key = ? ORDER BY meaning", (key,))
        return tuple(self._meaning(*row) for row in found.fetchall())

    def coded(self, rxcui: str) -> Meaning | None:
        """Return what an RxNorm code stands for."""
        if not (rxcui.isascii() and rxcui.isdigit()):
            return None
        found = self._sqlite.execute("SELECT meaning, source FROM code WHERE rxcui = ?", (int(rxcui),)).fetchone()
        return self._meaning(*found) if found else None

    def similar(self, key: str, difference: int) -> Iterator[str]:
        """Go through the names that begin with the same letter and are about as long."""
        first, length = key[:1], len(key)
        yield from (
            name
            for (name,) in self._sqlite.execute(
                "SELECT DISTINCT key FROM name WHERE key >= ? AND key < ? AND length(key) BETWEEN ? AND ?",
                (first, chr(ord(first) + 1), length - difference, length + difference),
            )
        )

    def sizes(self) -> tuple[int, int]:
        """Count names and codes."""
        (names,) = self._sqlite.execute("SELECT count(DISTINCT key) FROM name").fetchone()
        (codes,) = self._sqlite.execute("SELECT count(*) FROM code").fetchone()
        return names, codes

    def _meaning(self, number: int, source: int) -> Meaning:
        row = self._sqlite.execute("SELECT drugs, strengths, form FROM meaning WHERE number = ?", (number,)).fetchone()
        drugs, strengths, form = row
        return Meaning(
            tuple(self._drugs[int(one)] for one in drugs.split(" ")),
            tuple(strengths.split(";")) if strengths else (),
            form,
            self._sources[source],
        )


def vocabulary_damage(path: Path, row: VocabularyFile) -> Fault | None:
    """Return what is wrong with the file, or None where it is what its row says."""
    shown = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        return Fault(shown, "the vocabulary of medicines is missing", "install garrod again")
    total = hashlib.sha256()
    with path.open("rb") as handle:
        while some := handle.read(HASHED_AT_ONCE):
            total.update(some)
    if total.hexdigest() != row.sha256:
        return Fault(shown, "the vocabulary of medicines is not the one that its row names", "install garrod again")
    return None
