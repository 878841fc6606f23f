"""Make the tables and the file of medicines' names and codes.

From RxNorm's prescribable content (2025, and an older copy), NDF-RT, DrugBank's open vocabulary, the EMA's list, openFDA's
brands, and rows kept by hand. Usage: python -m curation.vocabulary SOURCES [--may-shrink]
"""

import argparse
import hashlib
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from curation import vocabulary_sources as upstream
from curation.tsv import read_table, write_table
from garrod.knowledge import vocabulary as rows
from garrod.knowledge.guidelines import Drug, DrugName
from garrod.knowledge.loading import SHIPPED, VOCABULARY
from garrod.knowledge.vocabulary import name_key
from garrod.medicines.name_parts import without_words
from garrod.medicines.names import ATC_LETTERS, Recognition, Words, combinations, read_name, salt_bases, words_of

READINGS: Final = Path(__file__).parent / "readings"
RXNORM: Final = "nlm-rxnorm-2025-10"
OLD_RXNORM: Final = "rxnorm-cds-sandbox"
NDFRT: Final = "ndfrt-2014"
DRUGBANK: Final = "drugbank-open-vocabulary-2026"
EMA: Final = "ema-medicines-2025-10"
OPENFDA: Final = "openfda-names-2024"
RECALLED: Final = "recalled"
#: A name is believed by the first source that has it.
ORDER: Final = (RXNORM, OLD_RXNORM, NDFRT, EMA, DRUGBANK, OPENFDA, RECALLED)
SHORTEST_SYNONYM: Final = 4  #: shorter ones are abbreviations, which are misread
MISSPELLED: Final = frozenset({"ledispavir", "voxilaprevi"})  #: in the EMA's list
SAMPLE: Final = 400
SHRINK: Final = 0.95
Row = dict[str, Any]
Drugs = tuple[str, ...]


@dataclass
class Collected:
    """What was put together so far: drugs by id, and the drugs that each name and code stands for."""

    words: Words
    drugs: dict[str, Row] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)  #: key of a drug's own name -> its id
    apart: dict[str, Drugs] = field(default_factory=dict)  #: id of a row that is a combination -> its substances
    bases: dict[str, str] = field(default_factory=dict)  #: id of a salt with rows of its own -> id of its substance
    names: dict[str, dict[Drugs, str]] = field(default_factory=lambda: defaultdict(dict))  #: key -> drugs -> source
    codes: dict[str, tuple[Drugs, tuple[str, ...], str | None, str]] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def lookup(self, key: str) -> tuple[Drugs, ...]:
        """What a key stands for, as the program will ask."""
        if key in self.own:
            return (self.apart.get(self.own[key], (self.own[key],)),)
        return tuple(self.names.get(key, ()))

    def read(self, name: str) -> Recognition:
        """Read a name as the program will."""
        return read_name(name, self.words, self.lookup)

    def drugs_of(self, name: str) -> Drugs:
        """Return the drugs of a name that is read without a doubt, sorted; none where something of it is not known."""
        found = self.read(name)
        if found.unknown or found.several or found.other or found.by != "name":
            return ()
        return tuple(sorted(found.drug_ids))

    def name(self, text: str, drugs: Drugs, source: str) -> None:
        """Let a name stand for drugs; a drug's own name is left alone."""
        key = name_key(text)
        if key and key not in self.own and drugs not in self.names[key]:
            self.names[key][drugs] = source

    def code(self, rxcui: str, drugs: Drugs, source: str, strengths: Sequence[str] = (), form: str | None = None) -> None:
        """Let a code stand for drugs; the newest source is read first and stays."""
        if rxcui.isdigit() and drugs:
            self.codes.setdefault(rxcui, (drugs, tuple(strengths) if len(strengths) == len(drugs) else (), form, source))

    def substances(self, drugs: Iterable[str]) -> frozenset[str]:
        """Return drugs with each salt as its substance."""
        return frozenset(self.bases.get(drug, drug) for drug in drugs)

    def skip(self, why: str, what: str) -> None:
        """Count what could not be read."""
        self.unread[why] += 1
        self.examples[why].append(what)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--may-shrink", action="store_true")
    parser.add_argument("--list", help="write everything that could not be read to this file")
    given = parser.parse_args()
    made = collected(given.sources)
    tables: dict[str, tuple[Any, list[Any]]] = {
        "drug.tsv": (Drug, medicine_rows(made)),
        "drug_name.tsv": (DrugName, read_table(READINGS / "medicines/drug_names.tsv")),
        "name_word.tsv": (rows.NameWord, read_table(READINGS / "medicines/name_words.tsv")),
        "frequency_word.tsv": (rows.FrequencyWord, read_table(READINGS / "medicines/frequency_words.tsv")),
        "atc_combination.tsv": (rows.AtcCombination, read_table(READINGS / "medicines/atc_combinations.tsv")),
        "vocabulary_entry.tsv": (rows.VocabularyEntry, sample(made)),
    }
    for name, (_, some) in tables.items():
        refuse_to_shrink(SHIPPED / "medicines" / name, len(some), may_shrink=given.may_shrink)
    for name, (kind, some) in tables.items():
        write_table(SHIPPED / "medicines" / name, list(kind.__dataclass_fields__), some)
        print(f"medicines/{name}: {len(some)} rows")
    write_vocabulary(SHIPPED / VOCABULARY, made)
    print(f"{VOCABULARY}: {len(made.names)} names, {len(made.codes)} codes, {(SHIPPED / VOCABULARY).stat().st_size:,} bytes")
    for why, count in sorted(made.unread.items()):
        print(f"not read, {why}: {count}, such as {'; '.join(made.examples[why][:5])[:200]}")
    if given.list:
        lines = [f"{why}\t{what}" for why in sorted(made.examples) for what in made.examples[why]]
        Path(given.list).write_text("\n".join(lines) + "\n", encoding="utf-8")


def collected(sources: Path) -> Collected:
    """Put all sources together, in an order in which each can use what came before."""
    made = Collected(words_of(rows.NameWord(**row) for row in read_table(READINGS / "medicines/name_words.tsv")))
    drugbank = upstream.drugbank(sources)
    add_drugs(made, sources)
    add_hand_names(made)
    add_salts(made, sources)
    add_synonyms(made, sources, drugbank)
    add_ema_substances(made, sources)
    add_combinations(made, sources)
    add_brands(made, sources)
    add_products(made, sources)
    return made


def add_drugs(made: Collected, sources: Path) -> None:
    """Every drug: those of guidelines, RxNorm's ingredients, and those read by hand."""
    for name in ("guidelines/drug.tsv", "guidelines_clinpgx/drug.tsv"):
        for row in read_table(SHIPPED / name):
            _add_drug(made, {**row, "table": name})
    for one in upstream.ingredients(sources):
        if one["tty"] == "IN":
            name = one["name"].lower()
            _add_drug(made, {"drug_id": name, "name": name, "rxnorm": one["rxcui"], "reading": "read_once", "source_id": RXNORM})
    for row in read_table(READINGS / "medicines/drugs.tsv"):
        _add_drug(made, row)
    by_name = {key: (drug,) for key, drug in made.own.items()}
    made.apart = {whole: tuple(sorted(parts)) for parts, wholes in combinations(by_name).items() for whole in wholes}
    by_hand = read_table(READINGS / "medicines/drug_names.tsv")
    salts = {row["name"]: row["drug_id"] for row in by_hand if row["kind"] == "salt" and row["name"] in made.drugs}
    made.bases = salt_bases(by_name, made.words.salts) | salts
    for key, drug in sorted(made.own.items()):
        bare = without_words(key, made.words.forms)
        if bare and bare != key and bare not in made.own:
            made.name(bare, (drug,), RXNORM)


def _add_drug(made: Collected, row: Row) -> None:
    key, code = name_key(row["name"]), row.get("rxnorm") or ""
    known = made.own.get(key) or (made.codes[code][0][0] if code in made.codes else None)
    if known is None:
        made.drugs[row["drug_id"]] = row
        made.own[key] = row["drug_id"]
        known = row["drug_id"]
    elif key not in made.own:
        made.name(row["name"], (known,), row["source_id"])
    if code:
        made.code(code, (known,), row["source_id"])


def add_hand_names(made: Collected) -> None:
    """Names kept by hand: of one drug, and of combinations."""
    for row in read_table(READINGS / "medicines/drug_names.tsv") + read_table(READINGS / "drug_names.tsv"):
        if row["drug_id"] not in made.drugs:
            sys.exit(f"drug_names.tsv: {row['drug_id']} is not a drug")
        made.name(row["name"], (row["drug_id"],), row["source_id"])
    for row in read_table(READINGS / "medicines/combination_names.tsv"):
        drugs = tuple(sorted(row["drugs"].split(";")))
        unknown = [drug for drug in drugs if drug not in made.drugs]
        if unknown:
            sys.exit(f"combination_names.tsv: {', '.join(unknown)} is not a drug")
        made.name(row["name"], drugs, row["source_id"])


def add_salts(made: Collected, sources: Path) -> None:
    """RxNorm's precise ingredients: each is a salt or form of the ingredient with which it shares a component."""
    bases = upstream.base_codes(sources)
    for one in upstream.ingredients(sources):
        if one["tty"] != "PIN":
            continue
        base = bases.get(one["rxcui"], ())
        drugs = {made.codes[code][0] for code in base if code in made.codes} if len(base) == 1 else set()
        found = next(iter(drugs)) if len(drugs) == 1 else made.drugs_of(one["name"])
        if len(found) == 1:
            made.name(one["name"], found, RXNORM)
            made.code(one["rxcui"], found, RXNORM)
        else:
            made.skip("salts without a known substance", one["name"])


def add_synonyms(made: Collected, sources: Path, drugbank: Sequence[Row]) -> None:
    """DrugBank's synonyms, joined by UNII, else by name; a synonym that two substances own is nobody's."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in drugbank:
        for text in row["names"]:
            owners[name_key(text)].add(row["id"])
    by_unii: dict[str, set[str]] = defaultdict(set)
    for one in upstream.ingredients(sources):
        if one["unii"] and one["tty"] == "IN" and one["rxcui"] in made.codes:
            by_unii[one["unii"]] |= set(made.codes[one["rxcui"]][0])
    by_id = {row["drugbank_id"]: name_key(row["name"]) for row in upstream.letter_a(sources) if row["drugbank_id"]}
    for row in drugbank:
        drug = _drugbank_drug(made, row, by_unii, by_id, owners)
        if drug is None:
            continue
        for text in row["names"]:
            key = name_key(text)
            if len(owners[key]) > 1:
                made.skip("synonyms of two substances", text)
            elif len(key) >= SHORTEST_SYNONYM and made.own.get(key, drug) == drug and not made.names.get(key):
                made.name(text, (drug,), DRUGBANK)


def _drugbank_drug(
    made: Collected, row: Row, by_unii: Mapping[str, set[str]], by_id: Mapping[str, str], owners: Mapping[str, set[str]]
) -> str | None:
    found = by_unii.get(row["unii"], set())
    if len(found) == 1:
        return next(iter(found))
    names = [by_id[row["id"]]] if row["id"] in by_id else []
    names += [name_key(row["name"]), *(key for text in row["names"] if len(owners[key := name_key(text)]) == 1)]
    for key in names:
        meanings = made.lookup(key)
        if len(meanings) == 1 and len(meanings[0]) == 1:
            return meanings[0][0]
    return None


def add_ema_substances(made: Collected, sources: Path) -> None:
    """Substances of centrally authorised medicines that RxNorm's content lacks become drugs, with their ATC code."""
    groups = {row["group"]: row["label"] for row in read_table(READINGS / "drug_groups.tsv")}
    alone = [
        (name, one["atc"] if len(names) == 1 and len(one["atc"]) == ATC_LETTERS else "")
        for one in upstream.ema(sources)
        for names in [[part.strip() for part in one["inn"].split(";") if part.strip()]]
        for name in names
    ]
    # A name without a salt first: the same substance with one is then known.
    for name, atc in sorted(alone, key=lambda one: (len(_unsalted(made, one[0]).split()) != len(name_key(one[0]).split()), one)):
        if not made.read(name).substances and not made.read(name).several:
            if not upstream.is_substance(name) or name_key(name) in MISSPELLED:
                made.skip("EMA substances that are no single one", name)
                continue
            drug = _unsalted(made, name) or " ".join(name.lower().split())
            if drug == name_key(name):
                drug = " ".join(name.lower().split())
            _add_drug(made, {"drug_id": drug, "name": drug, "reading": "read_once", "source_id": EMA})
        if atc:
            _add_atc(made, name, atc, groups)


def _unsalted(made: Collected, name: str) -> str:
    return without_words(name_key(name), made.words.salts)


def _add_atc(made: Collected, name: str, code: str, groups: Mapping[str, str]) -> None:
    """Put an ATC code beside a drug of RxNorm's that has none."""
    drugs = made.drugs_of(name)
    row = made.drugs[drugs[0]] if len(drugs) == 1 else None
    if row is not None and "table" not in row:
        codes = set(filter(None, (row.get("atc") or "").split(";"))) | {code}
        row["atc"] = ";".join(sorted(codes))
        row["drug_class"] = groups.get(row["atc"][0])


def add_combinations(made: Collected, sources: Path) -> None:
    """RxNorm's multiple ingredients: the name says which."""
    for one in upstream.ingredients(sources):
        if one["tty"] == "MIN":
            drugs = made.drugs_of(one["name"])
            if len(drugs) > 1:
                made.code(one["rxcui"], drugs, RXNORM)
            else:
                made.skip("combinations with an unknown substance", one["name"])


def add_products(made: Collected, sources: Path) -> None:
    """Clinical drugs and products by code: their names are read as the program reads them, brands among them."""
    for code, name in upstream.clinical_drugs(sources):
        _add_product(made, code, name, RXNORM)
    for code, name, _ in upstream.old_products(sources):
        _add_product(made, code, upstream.without_brand(name), OLD_RXNORM)
    for code, names in upstream.ndfrt(sources):
        if code in made.codes:
            continue
        found = {drugs for name in names if (drugs := made.drugs_of(name))}
        if len(found) == 1:
            made.code(code, found.pop(), NDFRT)
        else:
            made.skip("NDF-RT names" if not found else "NDF-RT codes with several meanings", names[0])


def _add_product(made: Collected, code: str, name: str, source: str) -> None:
    found = made.read(name)
    if not found.substances or found.unknown or found.several or found.other or found.by != "name":
        made.skip(f"products of {source}", name)
        return
    ordered = sorted(found.substances, key=lambda one: one.drug_id)
    strengths = [one.strength.written if one.strength else "" for one in ordered]
    has_all = all(one.strength and one.strength.amount for one in ordered)
    made.code(code, tuple(one.drug_id for one in ordered), source, strengths if has_all else (), upstream.form_of(name))


def add_brands(made: Collected, sources: Path) -> None:
    """Brands: one set of substances is an answer, several are a question.

    The copy of RxNorm at hand lacks all that begins with A, so a brand's substances are a lower bound wherever a product of
    just these with one more exists; such a brand needs a second source.
    """
    sets: dict[str, dict[frozenset[str], str]] = defaultdict(dict)
    codes: dict[str, list[str]] = defaultdict(list)
    shown: dict[str, str] = {}
    for brand, code, _ in upstream.brands(sources):
        shown[name_key(brand)] = brand
        codes[name_key(brand)].append(code)
    least = _brands_at_least(made, sources)
    at_risk = incomplete_sets(made, sources)
    for key, some in least.items():
        if made.substances(some) not in at_risk:
            sets[key][some] = RXNORM
    for brand, drugs, source in _other_brands(made, sources):
        key = name_key(brand)
        shown.setdefault(key, brand)
        if made.substances(drugs) >= made.substances(least.get(key, ())) or source != OPENFDA:
            sets[key].setdefault(drugs, source)
    for key in sorted(shown):
        if made.lookup(key) or key in made.own:
            continue
        found = _distinct(made, sets.get(key, {}))
        if not found:
            made.skip("brands that may hold more than is known", shown[key])
        for drugs, source in sorted(found.items(), key=lambda item: sorted(item[0])):
            made.name(shown[key], tuple(sorted(drugs)), source)
        if len(found) == 1:
            for code in codes.get(key, ()):
                made.code(code, tuple(sorted(next(iter(found)))), RXNORM)


def _brands_at_least(made: Collected, sources: Path) -> dict[str, frozenset[str]]:
    """Return for each brand's key the substances that this copy of RxNorm knows to be in it."""
    found: dict[str, frozenset[str]] = {}
    for brand, _, bases in upstream.brands(sources):
        drugs = frozenset(drug for base in bases if base in made.codes for drug in made.codes[base][0])
        if drugs:
            found[name_key(brand)] = found.get(name_key(brand), frozenset()) | drugs
    return found


def _distinct(made: Collected, found: Mapping[frozenset[str], str]) -> dict[frozenset[str], str]:
    """Keep one of the sets that differ only by a salt: the one that names the salts."""
    kept: dict[frozenset[str], tuple[frozenset[str], str]] = {}
    for drugs, source in sorted(found.items(), key=lambda item: (-len(item[0] & made.bases.keys()), sorted(item[0]))):
        kept.setdefault(made.substances(drugs), (drugs, source))
    return dict(kept.values())


def incomplete_sets(made: Collected, sources: Path) -> set[frozenset[str]]:
    """Return the sets of substances that are all that this copy of RxNorm knows of some larger product."""
    codes = {one["rxcui"] for one in upstream.ingredients(sources) if one["tty"] == "IN"}
    found = set()
    for _, name, bases in upstream.clinical_bases(sources):
        listed = made.substances(drug for base in bases if base in codes for drug in made.codes[base][0])
        read = made.read(name)
        lacks = made.substances(read.drug_ids) > listed or name.count(" / ") + 1 > len(listed)
        if lacks and made.substances(read.drug_ids) != listed:
            found.add(listed)
    return found


def _other_brands(made: Collected, sources: Path) -> Iterator[tuple[str, frozenset[str], str]]:
    for _, name, brand in upstream.old_products(sources):
        if brand and (drugs := made.drugs_of(upstream.without_brand(name))):
            yield brand, frozenset(drugs), OLD_RXNORM
    for one in upstream.ema(sources):
        drugs = made.drugs_of(one["inn"].replace(";", " / "))
        brand = upstream.ema_brand(one["name"])
        if drugs and not made.read(brand).substances:
            yield brand, frozenset(drugs), EMA
    for generic, brand in upstream.openfda(sources):
        if made.read(brand).substances:
            continue
        drugs = made.drugs_of(generic)
        if drugs:
            yield brand, frozenset(drugs), OPENFDA
        else:
            made.skip("openFDA generic names", generic)


def medicine_rows(made: Collected) -> list[Row]:
    """Rows of the medicine table: every drug that no guideline table holds."""
    found = [row for row in made.drugs.values() if "table" not in row]
    return sorted(found, key=lambda row: str(row["drug_id"]))


def refuse_to_shrink(path: Path, size: int, *, may_shrink: bool) -> None:
    """Stop before a table loses more than a twentieth of its rows unseen."""
    before = len(read_table(path)) if path.exists() else 0
    if size < before * SHRINK and not may_shrink:
        sys.exit(f"{path.name} would shrink from {before} to {size} rows; look why, then say --may-shrink")


def sample(made: Collected) -> list[Row]:
    """Return some names and codes to read, evenly spread."""
    names = sorted((key, drugs, source) for key, meanings in made.names.items() for drugs, source in meanings.items())
    codes = sorted((int(code), *what) for code, what in made.codes.items())
    found: list[Row] = [
        {"entry": key, "kind": "name", "drugs": ";".join(drugs), "source_id": source}
        for key, drugs, source in names[:: max(len(names) // SAMPLE, 1)]
    ]
    found += [
        {"entry": code, "kind": "code", "drugs": ";".join(drugs), "strengths": ";".join(strengths) or None, "form": form,
         "source_id": source}
        for code, drugs, strengths, form, source in codes[:: max(len(codes) // SAMPLE, 1)]
    ]  # fmt: skip
    return found


SCHEMA: Final = """
CREATE TABLE drug (number INTEGER PRIMARY KEY, drug_id TEXT NOT NULL);
CREATE TABLE source (number INTEGER PRIMARY KEY, source_id TEXT NOT NULL);
CREATE TABLE meaning (number INTEGER PRIMARY KEY, drugs TEXT NOT NULL, strengths TEXT, form TEXT);
CREATE TABLE name (key TEXT, meaning INTEGER, source INTEGER, PRIMARY KEY (key, meaning)) WITHOUT ROWID;
CREATE TABLE code (rxcui INTEGER PRIMARY KEY, meaning INTEGER, source INTEGER);
"""


def write_vocabulary(path: Path, made: Collected) -> None:
    """Write the file, the same bytes for the same content, and the row that names it."""
    path.unlink(missing_ok=True)
    drugs = sorted({drug for meanings in made.names.values() for some in meanings for drug in some}
                   | {drug for some, *_ in made.codes.values() for drug in some})  # fmt: skip
    numbers = {drug: number for number, drug in enumerate(drugs, start=1)}
    sources = {source: number for number, source in enumerate(_sources(made), start=1)}
    plain = {(some, (), None) for meanings in made.names.values() for some in meanings}
    meanings = sorted(
        plain | {(some, strengths, form) for some, strengths, form, _ in made.codes.values()},
        key=lambda one: (one[0], one[1], one[2] or ""),
    )
    of = {meaning: number for number, meaning in enumerate(meanings, start=1)}
    with sqlite3.connect(path, isolation_level=None) as file:
        file.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF;" + SCHEMA)
        file.execute("BEGIN")
        file.executemany("INSERT INTO drug VALUES (?, ?)", [(number, drug) for drug, number in numbers.items()])
        file.executemany("INSERT INTO source VALUES (?, ?)", [(number, source) for source, number in sources.items()])
        file.executemany(
            "INSERT INTO meaning VALUES (?, ?, ?, ?)",
            [(of[one], " ".join(str(numbers[drug]) for drug in one[0]), ";".join(one[1]) or None, one[2]) for one in meanings],
        )
        file.executemany(
            "INSERT INTO name VALUES (?, ?, ?)",
            sorted((key, of[some, (), None], sources[s]) for key, found in made.names.items() for some, s in found.items()),
        )
        file.executemany(
            "INSERT INTO code VALUES (?, ?, ?)",
            sorted((int(code), of[what[:3]], sources[what[3]]) for code, what in made.codes.items()),
        )
        file.execute("COMMIT")
        file.execute("VACUUM")
    file.close()
    with path.open("r+b") as raw:  # the number of the SQLite that wrote it is no content
        raw.seek(96)
        raw.write(bytes(4))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    row = {"file": VOCABULARY, "sha256": digest, "names": len(made.names), "codes": len(made.codes), "source_id": RXNORM}
    write_table(path.with_name("vocabulary_file.tsv"), list(rows.VocabularyFile.__dataclass_fields__), [row])


def _sources(made: Collected) -> Iterable[str]:
    used = {source for found in made.names.values() for source in found.values()} | {what[3] for what in made.codes.values()}
    return sorted(used)


if __name__ == "__main__":
    main()
