"""Recognize a medicine by RxNorm code, ATC code or name. A near miss is offered, never assumed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from garrod.knowledge.guidelines import Drug, DrugName
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.vocabulary import AtcCombination, Meaning, NameWord, name_key
from garrod.medicines.name_parts import NameParts, Strength, name_parts, readings_of, without_numbers, without_words

#: The meanings of a key, each the ids of its substances: none, one, or several, which is a question.
Lookup = Callable[[str], tuple[tuple[str, ...], ...]]

OFFERS: Final = 3
SHORTEST: Final = 5  #: letters from which a difference of one may be a slip
LONG: Final = 10  #: letters from which a difference of two may be one
ATC_LETTERS: Final = 7
ATC_COMBINED_FROM: Final = "50"  #: by convention the last two digits of a combination


@dataclass(frozen=True, slots=True)
class Substance:
    """One active substance of an entry, with its strength where the name or the code says one."""

    drug_id: str
    strength: Strength | None = None
    strength_from: str = "name"  #: name, or code


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are no part of a substance's name."""

    salts: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    pieces: frozenset[str] = frozenset()

    @property
    def beside(self) -> frozenset[str]:
        """Every one of them."""
        return self.salts | self.forms


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an entry of the list was found to be.

    Attributes
    ----------
    substances
        What was recognized; empty where nothing was.
    wholes
        Ids of rows that speak of the combination, or of the salt, as such.
    unknown
        Parts of the name that are no substance known here.
    several
        What the name may stand for, where it stands for more than one thing: each the ids of its substances.
    offers
        Names that are nearly this one: a question, not an answer.
    by
        How it was recognized: ``rxnorm``, ``atc``, ``name``, ``brackets``.
    other
        Ids of what else the entry names, where code and name, or name and brackets, contradict each other.
    named
        Whether the name itself was recognized.
    """

    substances: tuple[Substance, ...] = ()
    wholes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    several: tuple[tuple[str, ...], ...] = ()
    offers: tuple[str, ...] = ()
    by: str = "name"
    other: tuple[str, ...] = ()
    named: bool = True

    @property
    def drug_ids(self) -> frozenset[str]:
        """The substances' ids."""
        return frozenset(one.drug_id for one in self.substances)


def read_name(name: str, words: Words, lookup: Lookup) -> Recognition:
    """Read a name with the meanings that a look-up gives, without guessing.

    The whole name goes first, then the name without strengths, forms and salts, then its parts as a combination.
    """
    parts = name_parts(name)
    found = _as_a_whole(name, parts, words, lookup)
    if not (found.substances or found.several):
        found = _as_parts(parts, words, lookup)
    return _with_asides(found, parts, words, lookup)


def _as_a_whole(name: str, parts: NameParts, words: Words, lookup: Lookup) -> Recognition:
    for text in (name, parts.full, parts.whole):
        for key in readings_of(text, words.forms, words.salts):
            meanings = lookup(key) if key else ()
            if len(meanings) > 1:
                return Recognition(several=meanings)
            if meanings:
                return Recognition(_given(meanings[0], parts.strengths))
    return Recognition()


def _given(drugs: tuple[str, ...], strengths: Sequence[Strength]) -> tuple[Substance, ...]:
    """Give the one strength to the one substance; of several nobody says which belongs to which."""
    if len(drugs) == 1 and len(strengths) == 1:
        return (Substance(drugs[0], strengths[0]),)
    return tuple(Substance(drug) for drug in drugs)


def _as_parts(parts: NameParts, words: Words, lookup: Lookup) -> Recognition:
    partly = Recognition()
    for way in parts.split:
        found: list[tuple[str, ...]] = []
        unknown: list[str] = []
        for text, _ in way:
            meanings = next((m for key in readings_of(text, words.forms, words.salts) if key and (m := lookup(key))), ())
            if len(meanings) == 1:
                found.append(meanings[0])
            elif without_numbers(without_words(name_key(text), words.beside)):
                unknown.append(text)
        if found and not unknown:
            return Recognition(_distributed(found, [own for _, own in way], parts.strengths))
        if len(found) > len(partly.substances):
            partly = Recognition(tuple(Substance(drug) for some in found for drug in some), unknown=tuple(unknown))
    return partly


def _distributed(
    found: Sequence[tuple[str, ...]], own: Sequence[tuple[Strength, ...]], strengths: Sequence[Strength]
) -> tuple[Substance, ...]:
    """Give each substance the strength beside it, or the strengths in the substances' order where all stand at the end."""
    if any(len(drugs) != 1 for drugs in found) or len(found) != len(own):
        return _once(Substance(drug) for drugs in found for drug in drugs)
    if all(len(some) == 1 for some in own):
        return _once(Substance(drugs[0], some[0]) for drugs, some in zip(found, own, strict=True))
    if len(strengths) == len(found) == len(own[-1]):
        return _once(Substance(drugs[0], one) for drugs, one in zip(found, strengths, strict=True))
    return _once(Substance(drugs[0]) for drugs in found)


def _once(substances: Iterable[Substance]) -> tuple[Substance, ...]:
    """Keep a substance that is named twice once; two strengths of it are then nobody's."""
    kept: dict[str, Substance] = {}
    for one in substances:
        before = kept.get(one.drug_id)
        kept[one.drug_id] = one if before is None or before == one else Substance(one.drug_id)
    return tuple(kept.values())


def _with_asides(found: Recognition, parts: NameParts, words: Words, lookup: Lookup) -> Recognition:
    """Weigh what stands in brackets: it may name the substance of an unknown brand, or another drug than the name does."""
    for aside in parts.asides:
        if not without_numbers(without_words(name_key(aside), words.beside)):
            continue
        inside = _as_a_whole(aside, name_parts(aside), words, lookup)
        inside = inside if inside.substances else _as_parts(name_parts(aside), words, lookup)
        if not inside.substances or inside.unknown:
            continue
        if found.several and inside.drug_ids in [frozenset(one) for one in found.several]:
            return Recognition(inside.substances, by="brackets")
        if not found.substances:
            return Recognition(inside.substances, unknown=found.unknown, by="brackets")
        if inside.drug_ids <= found.drug_ids:
            continue
        added = tuple(one for one in inside.substances if one.drug_id not in found.drug_ids)
        return Recognition((*found.substances, *added), unknown=found.unknown, by=found.by, other=tuple(sorted(inside.drug_ids)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class DrugIndex:
    """Names and codes of all drugs that tables know; the vocabulary file is asked where these say nothing."""

    knowledge: Knowledge
    drugs: Mapping[str, Drug]
    by_name: Mapping[str, tuple[str, ...]]
    by_rxnorm: Mapping[str, str]
    by_atc: Mapping[str, str]
    combinations: Mapping[frozenset[str], tuple[str, ...]]
    apart: Mapping[str, tuple[str, ...]]
    bases: Mapping[str, str]  #: id of a salt or ester with rows of its own -> id of its substance
    words: Words

    def recognize(self, name: str, rxnorm: str | None = None, atc: str | None = None) -> Recognition:
        """Return what an entry is: by its RxNorm code, else by its ATC code, else by its name."""
        return _recognized(self, name, rxnorm, atc)

    def _recognize(self, name: str, rxnorm: str | None, atc: str | None) -> Recognition:
        named = self._spelled_out(name, read_name(name, self.words, self._meanings))
        coded, by = self._coded(rxnorm), "rxnorm"
        if not coded and atc and atc.strip().upper() in self.by_atc:
            coded, by = (Substance(self.by_atc[atc.strip().upper()]),), "atc"
        if coded:
            return self._finished(self._reconciled(named, coded, by), name)
        return self._finished(named, name)

    def _spelled_out(self, name: str, found: Recognition) -> Recognition:
        """Take a row that is a combination as its parts where the name gives each its strength."""
        if len(found.substances) == 1 and found.substances[0].drug_id in self.apart:
            spelled = _as_parts(name_parts(name), self.words, self._meanings)
            if not spelled.unknown and spelled.drug_ids == frozenset(self.apart[found.substances[0].drug_id]):
                return spelled
        return found

    def _reconciled(self, named: Recognition, coded: tuple[Substance, ...], by: str) -> Recognition:
        ids = frozenset(one.drug_id for one in self._expanded(coded))
        expanded = self._expanded(named.substances)
        others = frozenset(one.drug_id for one in expanded)
        if others == ids:
            spoken = {one.drug_id: one.strength for one in expanded if one.strength is not None}
            return Recognition(tuple(self._said(one, spoken) for one in coded), by=by, named=True)
        contradicts = bool(others) and not (named.unknown and others < ids)
        return Recognition(coded, by=by, other=tuple(sorted(others)) if contradicts else (), named=bool(others))

    def _said(self, one: Substance, spoken: Mapping[str, Strength]) -> Substance:
        """Take the strength in the name before that of the code."""
        strength = spoken.get(self.bases.get(one.drug_id, one.drug_id))
        return one if strength is None else Substance(one.drug_id, strength)

    def _coded(self, rxnorm: str | None) -> tuple[Substance, ...]:
        code = (rxnorm or "").strip()
        if not code:
            return ()
        if code in self.by_rxnorm:
            known = self.by_rxnorm[code]
            return tuple(Substance(part) for part in self.apart.get(known, (known,)))
        vocabulary = self.knowledge.vocabulary
        meaning = vocabulary.coded(code) if vocabulary else None
        return self._of(meaning) if meaning else ()

    def _of(self, meaning: Meaning) -> tuple[Substance, ...]:
        if not all(drug in self.drugs for drug in meaning.drugs):
            return ()
        strengths: list[Strength | None] = [None] * len(meaning.drugs)
        if len(meaning.strengths) == len(meaning.drugs):
            written = [name_parts(text).strengths for text in meaning.strengths]
            strengths = [some[0] if len(some) == 1 else None for some in written]
        return tuple(Substance(drug, one, "code") for drug, one in zip(meaning.drugs, strengths, strict=True))

    def _meanings(self, key: str) -> tuple[tuple[str, ...], ...]:
        if key in self.by_name:
            return tuple((drug,) for drug in self.by_name[key])
        vocabulary = self.knowledge.vocabulary
        if vocabulary is None:
            return ()
        return tuple(one.drugs for one in vocabulary.named(key) if all(drug in self.drugs for drug in one.drugs))

    def _expanded(self, substances: tuple[Substance, ...]) -> tuple[Substance, ...]:
        """Return the substances with each row that is a combination taken apart, and each salt as its substance."""
        return _once(
            other
            for one in substances
            for other in (
                [Substance(part) for part in self.apart[one.drug_id]]
                if one.drug_id in self.apart
                else [replace(one, drug_id=self.bases.get(one.drug_id, one.drug_id))]
            )
        )

    def _finished(self, found: Recognition, name: str) -> Recognition:
        substances = self._expanded(found.substances)
        ids = frozenset(one.drug_id for one in substances)
        salts = tuple(sorted({one.drug_id for one in found.substances if one.drug_id in self.bases}))
        return replace(
            found,
            substances=substances,
            wholes=(*self.combinations.get(ids, ()), *salts),
            offers=() if substances or found.several else self.near(name),
        )

    def near(self, name: str) -> tuple[str, ...]:
        """Return the best three names that this one may be a slip of: a question for a person, not an answer."""
        text = normalized(name, self.words)
        if len(text) < SHORTEST:
            return ()
        most = 2 if len(text) >= LONG else 1
        vocabulary = self.knowledge.vocabulary
        names = {*self.by_name, *(vocabulary.similar(text, most) if vocabulary else ())}
        letters = set(text)
        # One difference changes at most two of the letters that occur at all: most names are ruled out by that.
        maybe = [one for one in names if abs(len(one) - len(text)) <= most and len(letters.symmetric_difference(one)) <= 2 * most]
        close = sorted((distance, one) for one in maybe if (distance := _distance(text, one, most)) is not None)
        return tuple(one for _, one in close[:OFFERS])


def normalized(name: str, words: Words) -> str:
    """Strip strength, form and salt from a name, lower-case.

    >>> normalized("Clopidogrel bisulfate 75 mg tablets", Words(frozenset({"bisulfate"}), frozenset({"tablets"})))
    'clopidogrel'
    """
    *_, last = readings_of(name_parts(name).whole, words.forms, words.salts)
    return last


def _distance(a: str, b: str, most: int) -> int | None:
    """Return how many letters are added, lost, changed or swapped between two names; None from more than ``most`` on."""
    if abs(len(a) - len(b)) > most or a == b:
        return None
    two_before: list[int] = []
    before = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return None
        two_before, before = before, row
    return before[-1] if before[-1] <= most else None


@lru_cache(maxsize=4096)  # lists of one person are compared, and most of their entries stay as they are
def _recognized(index: DrugIndex, name: str, rxnorm: str | None, atc: str | None) -> Recognition:
    return index._recognize(name, rxnorm, atc)


def drug_index(knowledge: Knowledge) -> DrugIndex:
    """Return the index of all names and codes."""
    return knowledge.once(_build)


def words_of(rows: Iterable[NameWord]) -> Words:
    """Sort the words by kind."""
    kinds: dict[str, set[str]] = {"salt": set(), "form": set(), "piece": set()}
    for row in rows:
        kinds[row.kind].add(row.word)
    return Words(
        salts=frozenset(kinds["salt"]), forms=frozenset(kinds["form"] | kinds["piece"]), pieces=frozenset(kinds["piece"])
    )


def _build(knowledge: Knowledge) -> DrugIndex:
    drugs = {row.drug_id: row for row in knowledge.rows(Drug)}
    owners: dict[str, set[str]] = {}
    for row in knowledge.rows(DrugName):
        owners.setdefault(name_key(row.name), set()).add(row.drug_id)
    # A drug's own name is its own, whatever else is called so.
    owners |= {name_key(row.name): {row.drug_id} for row in drugs.values()}
    by_name = {key: tuple(sorted(ids)) for key, ids in owners.items()}
    wholes, words = combinations(by_name), words_of(knowledge.rows(NameWord))
    return DrugIndex(
        knowledge=knowledge,
        drugs=drugs,
        by_name=by_name,
        by_rxnorm={row.rxnorm: row.drug_id for row in drugs.values() if row.rxnorm},
        by_atc=dict(_single_atc(drugs.values(), tuple(row.prefix for row in knowledge.rows(AtcCombination)))),
        combinations=wholes,
        apart={whole: tuple(sorted(parts)) for parts, some in wholes.items() for whole in some},
        bases=salt_bases(by_name, words.salts) | named_salts(knowledge.rows(DrugName), drugs),
        words=words,
    )


def combinations(by_name: Mapping[str, tuple[str, ...]]) -> dict[frozenset[str], tuple[str, ...]]:
    """Find the rows that are combinations of other rows, by the ids of their substances."""
    found: dict[frozenset[str], set[str]] = {}
    for key, ids in by_name.items():
        if " / " in key or " and " in key:
            parts = [part for part in re.split(r" / | and ", key) if part]
            if len(ids) == 1 and all(len(by_name.get(part, ())) == 1 for part in parts):
                found.setdefault(frozenset(by_name[part][0] for part in parts), set()).add(ids[0])
    return {parts: tuple(sorted(wholes)) for parts, wholes in found.items()}


def salt_bases(by_name: Mapping[str, tuple[str, ...]], salts: frozenset[str]) -> dict[str, str]:
    """Find the rows that are a salt or ester of another row: ids of salts -> id of the substance."""
    found = {}
    for key, ids in by_name.items():
        base = without_words(key, salts)
        if base and base != key and len(ids) == 1 and len(by_name.get(base, ())) == 1 and by_name[base] != ids:
            found[ids[0]] = by_name[base][0]
    return found


def named_salts(names: Iterable[DrugName], drugs: Mapping[str, object]) -> dict[str, str]:
    """Find the rows that a name row of kind ``salt`` says are a salt of another row, where its words alone do not tell."""
    return {row.name: row.drug_id for row in names if row.kind == "salt" and row.name in drugs and row.name != row.drug_id}


def _single_atc(drugs: Iterable[Drug], combined: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Go through the ATC codes of one substance alone that exactly one row carries."""
    owners: dict[str, set[str]] = {}
    for row in drugs:
        for code in (row.atc or "").split(";"):
            if len(code) == ATC_LETTERS and code[-2:] < ATC_COMBINED_FROM and not code.startswith(combined):
                owners.setdefault(code, set()).add(row.drug_id)
    yield from ((code, next(iter(ids))) for code, ids in owners.items() if len(ids) == 1)
