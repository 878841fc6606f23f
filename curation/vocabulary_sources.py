"""Read the upstream files of medicines' names and codes, each into plain rows."""

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from curation.tsv import read_table

PRESCRIBABLE: Final = "drugs/rxnorm-prescribable-2025"
Row = dict[str, Any]
_BRAND: Final = re.compile(r"\s*\[([^\[\]]+)\]\s*$")
_FORM: Final = re.compile(r".*\d\s+[A-Z]+(?:/[A-Z]+)?\s+([A-Z][A-Za-z\- ]*)$")
_NDFRT: Final = re.compile(r"\s*\[(?:VA Product|Chemical/Ingredient)\]\s*$")
_NDFRT_LENGTH: Final = 50  #: longer names were cut
#: Words in an EMA substance's name that say that it is no single substance with an INN.
_NO_SUBSTANCE: Final = re.compile(
    r"vaccine|virus|antigen|strain|cells?\b|toxoid|allergen|extract|\bbased\b|pollen|encoding|transduced|expressing|\(|,|\bfrom\b|viable|plasma|,|/",
    re.IGNORECASE,
)


@cache
def _gzipped(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def ingredients(sources: Path) -> Iterator[Row]:
    """Ingredients of RxNorm, and what is left of the letter A, as IN."""
    yield from _gzipped(sources / PRESCRIBABLE / "ingredients.tsv.gz")
    yield from ({**row, "tty": "IN", "unii": ""} for row in letter_a(sources))


def letter_a(sources: Path) -> list[dict[str, str]]:
    """Single ingredients that begin with A, from other files."""
    return read_table(sources / PRESCRIBABLE / "letter_A_ingredients_partial.tsv")


def base_codes(sources: Path) -> dict[str, set[str]]:
    """Return for each precise ingredient the ingredients with which it shares a component."""
    types = {row["rxcui"]: row["tty"] for row in ingredients(sources)}
    sharing: dict[str, set[str]] = defaultdict(set)
    for row in _gzipped(sources / PRESCRIBABLE / "clinical_drugs.tsv.gz"):
        sharing[row["component_rxcui"]].add(row["ingredient_rxcui"])
    found: dict[str, set[str]] = defaultdict(set)
    for codes in sharing.values():
        bases = {code for code in codes if types.get(code) == "IN"}
        for code in codes:
            if types.get(code) == "PIN":
                found[code] |= bases
    return found


def clinical_drugs(sources: Path) -> Iterator[tuple[str, str]]:
    """Go through (code, name) of clinical drugs."""
    yield from ((code, name) for code, name, _ in clinical_bases(sources))


def clinical_bases(sources: Path) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Go through (code, name, codes of all ingredients listed for it) of clinical drugs."""
    bases: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in _gzipped(sources / PRESCRIBABLE / "clinical_drugs.tsv.gz"):
        bases[row["clinical_drug_rxcui"], row["clinical_drug"]].add(row["ingredient_rxcui"])
    yield from ((code, name, frozenset(some)) for (code, name), some in sorted(bases.items()))


def brands(sources: Path) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Go through (brand, code, codes of its single ingredients)."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in _gzipped(sources / PRESCRIBABLE / "brands.tsv.gz"):
        bases = found[row["brand"], row["brand_rxcui"]]
        if row["ingredient_tty"] == "IN":
            bases.add(row["ingredient_rxcui"])
    yield from ((brand, code, frozenset(some)) for (brand, code), some in sorted(found.items()))


@cache
def _old(path: Path) -> tuple[tuple[str, str, str | None], ...]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        names = json.load(handle)["cuiToName"]
    return tuple((code, name, m[1] if (m := _BRAND.search(name)) else None) for code, name in sorted(names.items()))


def old_products(sources: Path) -> tuple[tuple[str, str, str | None], ...]:
    """Return (code, name, brand) of products in the older copy of RxNorm."""
    return _old(sources / "drugs/rxnorm-prescribable/rxnorm_cds_sandbox.json.gz")


def without_brand(name: str) -> str:
    """Return a product's name without the brand behind it."""
    return _BRAND.sub("", name)


def form_of(name: str) -> str | None:
    """Return the dose form of a product's name as RxNorm writes it, behind the last strength.

    >>> form_of("clopidogrel 75 MG Oral Tablet")
    'Oral Tablet'
    """
    found = _FORM.fullmatch(without_brand(name))
    return found[1] if found else None


def ndfrt(sources: Path) -> Iterator[tuple[str, list[str]]]:
    """Go through (code, names) of NDF-RT; names that were cut are left out."""
    found: dict[str, list[str]] = defaultdict(list)
    with gzip.open(sources / "drugs/ndfrt/NDFRT_RxNorm_mapping.csv.gz", "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle, delimiter=";", quoting=csv.QUOTE_NONE):
            if len(row["drugname"]) < _NDFRT_LENGTH:
                found[row["rxcui"]].append(_NDFRT.sub("", row["drugname"]))
    yield from sorted(found.items())


def drugbank(sources: Path) -> list[Row]:
    """Return DrugBank's open vocabulary: id, name, UNII, all names."""
    return [
        {
            "id": row["DrugBank ID"],
            "name": row["Common name"],
            "unii": row["UNII"],
            "names": [row["Common name"], *(text.strip() for text in row["Synonyms"].split(" | ") if text.strip())],
        }
        for row in _gzipped(sources / "drugs/drugbank-open-vocabulary/drugbank_vocabulary.tsv.gz")
    ]


def ema(sources: Path) -> list[Row]:
    """Return the EMA's medicines that name a substance."""
    return [row for row in _gzipped(sources / "drugs/ema-medicines-2025/ema_human_medicines_2025-10-27.tsv.gz") if row["inn"]]


def ema_brand(name: str) -> str:
    """Return a brand without what the EMA adds in brackets."""
    return re.sub(r"\s*\([^()]*\)", "", name).strip()


def is_substance(name: str) -> bool:
    """Whether a name of the EMA's list can be one substance's."""
    return not _NO_SUBSTANCE.search(name) and len(name.split()) <= 4


def openfda(sources: Path) -> Iterator[tuple[str, str]]:
    """Go through (generic name, brand) of US labels."""
    for row in _gzipped(sources / "drugs/openfda-names/openfda_brand_generic.tsv.gz"):
        yield row["generic_name"], row["brand_name"]
