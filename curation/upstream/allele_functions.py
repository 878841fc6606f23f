"""Allele functions, activity values and phenotype rules, from the phenotype files of CPIC (via ClinPGx) and DPWG."""

import csv
import dataclasses
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from garrod.upstream import read_variant_frequencies

Row = dict[str, object]

CPIC = "clinpgx-definitions-2025-11-05"
DPWG = "clinpgx-dpwg-functions-2024-03"
READING = "read_once"
DPYD_UNITS = ("(Normal Metabolizer)", "(Intermediate Metabolizer)", "(Poor Metabolizer)", "(Phenotyping)")
# The published score grid of each gene with an activity score: phenotype, from, inclusive, to, inclusive.
SCORE_RULES = {
    "CYP2D6": (
        ("Poor Metabolizer", 0.0, True, 0.0, True),
        ("Intermediate Metabolizer", 0.0, False, 1.25, False),
        ("Normal Metabolizer", 1.25, True, 2.25, True),
        ("Ultrarapid Metabolizer", 2.25, False, None, True),
    ),
    "CYP2C9": (
        ("Poor Metabolizer", 0.0, True, 1.0, False),
        ("Intermediate Metabolizer", 1.0, True, 2.0, False),
        ("Normal Metabolizer", 2.0, True, 2.0, True),
    ),
    "DPYD": (
        ("Poor Metabolizer", 0.0, True, 1.0, False),
        ("Intermediate Metabolizer", 1.0, True, 2.0, False),
        ("Normal Metabolizer", 2.0, True, 2.0, True),
    ),
}


def _open(path: Path) -> Any:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _score_word(value: float | None, name: str) -> str:
    """CYP2D6 has no function word for copies: it follows from the value of one gene copy and their number."""
    if value is None:
        return "Uncertain function"
    if value == 0:
        return "No function"
    if "x" in name and value > 1:
        return "Increased function"
    return "Decreased function" if value < 1 else "Normal function"


def allele_functions(sources: Path) -> Iterator[Row]:
    """CPIC functions: one row an allele."""
    with (sources / "pgx/derived-facts/allele_function.tsv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            text = row["activity_value"].strip()
            value = float(text.lstrip("≥>= ")) if text and text.lower() != "n/a" else None
            gene, name = row["gene"], row["allele"]
            if gene == "G6PD":
                name = name.replace("/", ", ") if name == "Telti/Kobe" else name
            yield {
                "gene": gene,
                "allele": name,
                "system": "CPIC",
                "function": _score_word(value, name) if gene == "CYP2D6" else row["function"],
                "activity_value": value,
                "activity_at_least": str("≥" in text or "≥" in name).lower(),
                "reading": READING,
                "source_id": CPIC,
            }


def phenotype_rules(sources: Path) -> Iterator[Row]:
    """CPIC phenotypes by function pair, and by score."""
    with (sources / "pgx/derived-facts/function_pair_phenotype.tsv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            if row["function_1"].startswith("score"):
                continue
            yield {
                "gene": row["gene"],
                "system": "CPIC",
                "function_1": row["function_1"],
                "function_2": {"(hemizygous)": "hemizygous", "*any*": "any"}.get(row["function_2"], row["function_2"])
                or "haploid",
                "phenotype": row["phenotype"],
                "reading": READING,
                "source_id": CPIC,
            }
    for gene, rules in SCORE_RULES.items():
        for phenotype, low, low_in, high, high_in in rules:
            yield {
                "gene": gene,
                "system": "CPIC",
                "score_min": low,
                "score_min_inclusive": str(low_in).lower(),
                "score_max": high,
                "score_max_inclusive": str(high_in).lower(),
                "phenotype": phenotype,
                "reading": READING,
                "source_id": CPIC,
            }


def _dpwg_documents(sources: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((sources / "pgx/pharmcat-older-phenotype/dpwg-2024-03").glob("*.json*")):
        with _open(path) as handle:
            yield json.load(handle)


def dpwg_functions(sources: Path) -> Iterator[Row]:
    """DPWG functions: what the Dutch group assigns, never mapped to CPIC's."""
    for document in _dpwg_documents(sources):
        for name, function in document["haplotypes"].items():
            value = document["activityValues"].get(name)
            known = value not in {None, "", "n/a"}
            yield {
                "gene": document["gene"],
                "allele": name,
                "system": "DPWG",
                "function": function,
                "activity_value": float(str(value).lstrip("≥")) if known else None,
                "activity_at_least": str(known and "≥" in str(value)).lower(),
                "reading": READING,
                "source_id": DPWG,
            }


def _dpwg_score_rules(document: dict[str, Any]) -> Iterator[Row]:
    """Phenotypes by score: the lowest and highest score at which the source gives each; its bounds differ from CPIC's."""
    found: dict[str, set[float]] = {}
    is_open: set[str] = set()
    for one in document["diplotypes"]:
        score = str(one["activityScore"] or "")
        if score.lstrip("≥").replace(".", "", 1).isdigit():
            found.setdefault(one["phenotype"], set()).add(float(score.lstrip("≥")))
            if "≥" in score:
                is_open.add(one["phenotype"])
    for phenotype, scores in sorted(found.items(), key=lambda item: min(item[1])):
        yield {
            "gene": document["gene"],
            "system": "DPWG",
            "score_min": min(scores),
            "score_min_inclusive": "true",
            "score_max": None if phenotype in is_open else max(scores),
            "score_max_inclusive": "true",
            "phenotype": phenotype,
            "reading": READING,
            "source_id": DPWG,
        }


def dpwg_phenotype_rules(sources: Path) -> Iterator[Row]:
    """DPWG phenotypes as rules over function pairs; a pair with two answers is a fault of the source and stops us."""
    for document in _dpwg_documents(sources):
        gene, functions = document["gene"], document["haplotypes"]
        seen: dict[tuple[str, ...], str] = {}
        if gene == "CYP2D6":
            yield from _dpwg_score_rules(document)
            continue
        for one in document["diplotypes"]:
            names = [name for name, copies in one["diplotypekey"].items() for _ in range(int(copies))]
            pair = tuple(sorted(functions[name] for name in names))
            if seen.setdefault(pair, one["phenotype"]) != one["phenotype"]:
                raise ValueError(f"DPWG {gene}: {pair} is both {seen[pair]} and {one['phenotype']}")
        for (first, second), phenotype in seen.items():
            yield {
                "gene": gene,
                "system": "DPWG",
                "function_1": first,
                "function_2": second,
                "phenotype": phenotype,
                "reading": READING,
                "source_id": DPWG,
            }


def variant_frequencies(sources: Path) -> Iterator[Row]:
    """Alternate allele frequencies of defining positions among 2,504 unrelated people (1000 Genomes, 30x)."""
    path = sources / "pgx/derived-facts/variant_frequency_1000g30x_unrelated2504.tsv"
    yield from (dataclasses.asdict(row) for row in read_variant_frequencies(path, "igsr-1000-genomes-30x"))
