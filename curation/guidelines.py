"""Make the guideline tables from the units, the readings and the upstream lists of drugs.

Usage: python -m curation.guidelines SOURCES
Needs readings/guidelines/{units.tsv,first.jsonl,second.jsonl,settled.jsonl}; see curation.guideline_readings.
"""

import argparse
import csv
import dataclasses
import gzip
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from curation.guideline_readings import FACETS, final
from curation.pharmacogenomics import TABLES, write_checked
from curation.tsv import read_table
from garrod.knowledge import guidelines as rows
from garrod.upstream import read_gene_drug_pairs

INGREDIENTS = "drugs/rxnorm-prescribable-2025/ingredients.tsv.gz"
READINGS = Path(__file__).parent / "readings"
SCORE_GENES = {"CYP2C9", "CYP2D6", "DPYD"}
STATUS_GENES = {"HLA-A", "HLA-B"}
FOLDERS = {"CPIC": "guidelines", "FDA": "guidelines", "DPWG": "guidelines_clinpgx"}
SOURCE = {
    "CPIC": "clinpgx-guidelines-2024-03-25",
    "FDA": "fda-pgx-associations-2021-03-22",
    "DPWG": "clinpgx-dpwg-guidelines-2024-03-25",
}
CONTENT_DATE = {"CPIC": "2024-03-25", "FDA": "2021-03-22", "DPWG": "2024-03-25"}
LATER_SOURCE = "clinpgx-example-reports-2025-11-14"
LATER_FILE = "pharmcat_example_recs_union.json.gz"
LATER_DATE = "2025-11-14"
NO_STRENGTH = frozenset({"none", "N/A", "n/a", "No recommendation", "Unspecified", "no recommendation"})
PAIRS = "pgx/pypgx-0.27.0-dev/cpic-table.csv"
READ_DATE = "2024-03-25"
NO_RESULT = "No Result"
#: CPIC's warfarin guideline has no table by genotype: it sends the reader to a dosing algorithm.
WARFARIN = {
    "unit_id": "cpic-warfarin-algorithm", "body": "CPIC", "guideline_id": "PA166104949",
    "file": "CPIC_warfarin_and_CYP2C9_CYP4F2_VKORC1.json", "drugs": "warfarin", "genes": "CYP2C9;CYP4F2;VKORC1",
    "population": "general", "strength": "none", "keys": "", "pmids": "28198005;21900891",
}  # fmt: skip
WARFARIN_READING = {
    "unit": "cpic-warfarin-algorithm",
    "statements": [{
        "indications": ["any"], "age": "any", "age_min_y": None, "age_max_y": None, "weight_min_kg": None,
        "weight_max_kg": None, "prior_exposure": "any", "no_alternatives": False, "co_medication": "any",
        "parts": [{"action": "algorithm", "rationale": "toxicity", "doses": [], "alternatives": [], "avoid_also": [],
                   "monitoring": ["INR"], "condition": ""}],
        "notes": ["CPIC gives no table by genotype; the dose is worked out from genes, body, age and co-medication."],
    }],
}  # fmt: skip

Row = dict[str, Any]


def merged(units: Sequence[Row]) -> list[Row]:
    """Join units of one text that differ only in how the source says that there is no strength ("N/A", "none")."""
    found: dict[tuple[str, ...], Row] = {}
    for unit in units:
        strength = "none" if unit["strength"] in NO_STRENGTH else unit["strength"]
        text = str(unit.get("text_sha256") or unit["unit_id"])
        apart = str(unit["keys"]) if unit["body"] == "FDA" else ""
        place = (str(unit["file"]), text, str(unit["population"]), str(unit["drugs"]), str(strength), apart)
        first = found.setdefault(place, {**unit, "strength": strength})
        if first["unit_id"] != unit["unit_id"]:
            first["keys"] = f"{first['keys']} | {unit['keys']}"
    return list(found.values())


def grids(units: Sequence[Row]) -> dict[tuple[str, str], list[float]]:
    """Return the activity scores that each guideline file speaks of, by file and gene."""
    found: dict[tuple[str, str], set[float]] = defaultdict(set)
    for unit in units:
        for pair in _pairs(unit):
            for gene, value in pair:
                if gene in SCORE_GENES and _is_score(value):
                    found[unit["file"], gene].add(float(value.lstrip("≥")))
    return {key: sorted(values) for key, values in found.items()}


def _pairs(unit: Row) -> list[list[tuple[str, str]]]:
    if not unit["keys"]:
        return []
    return [[_pair(one) for one in key.split(" & ")] for key in unit["keys"].split(" | ")]


def _pair(text: str) -> tuple[str, str]:
    gene, _, value = text.partition("=")
    return gene, value


def _is_score(value: str) -> bool:
    return value.lstrip("≥").replace(".", "", 1).isdigit()


def clauses(unit: Row) -> list[list[tuple[str, frozenset[str]]]]:
    """Collapse key pairs into clauses: AND over genes, OR over the values of a gene and over clauses."""
    pairs = _pairs(unit)
    if not pairs:
        return []
    if len(pairs[0]) == 1:
        return [[(pairs[0][0][0], frozenset(value for [(_, value)] in pairs))]]
    partners: dict[str, set[str]] = defaultdict(set)
    (first, _), (second, _) = pairs[0]
    for (_, one), (_, two) in pairs:
        partners[one].add(two)
    grouped: dict[frozenset[str], set[str]] = defaultdict(set)
    for one, twos in partners.items():
        grouped[frozenset(twos)].add(one)
    ordered = sorted(grouped.items(), key=lambda item: sorted(item[1]))
    return [[(first, frozenset(ones)), (second, twos)] for twos, ones in ordered]


def keys_of(unit: Row, grid: dict[tuple[str, str], list[float]]) -> Iterator[Row]:
    """Return the key rows of a unit; scores become closed intervals on the guideline's own grid."""
    for number, clause in enumerate(clauses(unit), start=1):
        for gene, values in clause:
            plain = sorted(value for value in values if not (gene in SCORE_GENES and _is_score(value)))
            for value in plain:
                yield {"clause": number, "gene": gene, "key_type": _key_type(gene, value, unit["body"]), "value": value}
            scores = {float(v.lstrip("≥")) for v in values if gene in SCORE_GENES and _is_score(v)}
            for low, high in _intervals(scores, grid.get((unit["file"], gene), [])):
                span = {"score_min": f"{low:g}", "score_max": "" if high is None else f"{high:g}"}
                yield {"clause": number, "gene": gene, "key_type": "score", **span}


def _key_type(gene: str, value: str, body: str) -> str:
    if gene in STATUS_GENES:
        return "allele_status"
    if body != "CPIC":
        return "genotype" if "/" in value else "phenotype"
    return "score" if gene in SCORE_GENES else "phenotype"  # "n/a" of a gene with scores


def _intervals(scores: set[float], grid: Sequence[float]) -> Iterator[tuple[float, float | None]]:
    run: list[float] = []
    for value in [*grid, None]:
        if value is not None and value in scores:
            run.append(value)
        elif run:
            yield run[0], None if run[-1] == grid[-1] and grid[-1] > 2 else run[-1]
            run = []


def statement_rows(units: Sequence[Row], readings: dict[str, Row]) -> dict[str, dict[type, list[Row]]]:
    """Return the rows of every statement table, by folder."""
    grid = grids(units)
    made: dict[str, dict[type, list[Row]]] = {folder: defaultdict(list) for folder in FOLDERS.values()}
    for unit in units:
        said, tables = readings[unit["unit_id"]]["statements"], made[FOLDERS[unit["body"]]]
        for letter, reading in zip(ascii_lowercase, said, strict=False):
            statement = unit["unit_id"] if len(said) == 1 else f"{unit['unit_id']}{letter}"
            siblings = {word for other in said for word in other["indications"]} - {"any", "other"}
            tables[rows.Statement].append(_statement_row(unit, statement, reading, siblings))
            tables[rows.StatementDrug] += [{"statement_id": statement, "drug_id": drug} for drug in unit["drugs"].split(";")]
            tables[rows.StatementKey] += [{"statement_id": statement, **key} for key in keys_of(unit, grid)]
            for number, part in enumerate(reading["parts"], start=1):
                _part_rows(tables, statement, number, part)
            tables[rows.StatementDetail] += [
                {"statement_id": statement, "part": 0, "kind": "note", "line": line, "value": note}
                for line, note in enumerate(reading["notes"], start=1)
            ]
    return made


def _statement_row(unit: Row, statement: str, reading: Row, siblings: set[str]) -> Row:
    is_other = reading["indications"] == ["other"]
    return {
        "statement_id": statement,
        "guideline_id": unit["guideline_id"],
        "indications": ";".join(sorted(reading["indications"])),
        "other_than": ";".join(sorted(siblings)) if is_other else None,
        **{name: reading[name] for name in FACETS if name != "indications"},
        "no_alternatives": str(reading["no_alternatives"]).lower(),
        "strength": None if unit["strength"] in NO_STRENGTH else unit["strength"].lower(),
        "reading": "read_once" if unit["unit_id"] == WARFARIN["unit_id"] else "read_twice",
        "source_id": LATER_SOURCE if unit["file"] == LATER_FILE else SOURCE[unit["body"]],
    }


def _part_rows(tables: dict[type, list[Row]], statement: str, number: int, part: Row) -> None:
    place = {"statement_id": statement, "part": number}
    tables[rows.StatementPart].append(
        {**place, "action": part["action"], "rationale": part["rationale"], "condition": part["condition"]}
    )
    for line, dose in enumerate(part["doses"], start=1):
        has_factor = dose.get("factor_low") is not None or dose.get("factor_high") is not None
        relative = (dose.get("relative_to") or "usual") if has_factor else dose.get("relative_to")
        below = dose.get("cap_is_below")
        tables[rows.StatementDose].append(
            {
                **place,
                "line": line,
                **dose,
                "relative_to": relative,
                "cap_is_below": None if below is None else str(below).lower(),
            }
        )
    for rank, other in enumerate(part["alternatives"], start=1):
        tables[rows.StatementAlternative].append({**place, "rank": rank, **other})
    for kind in ("monitoring", "avoid_also"):
        for line, value in enumerate(part[kind], start=1):
            tables[rows.StatementDetail].append({**place, "kind": kind, "line": line, "value": value})


def guideline_rows(sources: Path, units: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """One row a guideline, with what its body changed after the text that was read."""
    changes = _later_changes(sources)
    seen = set()
    for unit in units:
        if unit["guideline_id"] in seen:
            continue
        seen.add(unit["guideline_id"])
        same = [one for one in units if one["guideline_id"] == unit["guideline_id"]]
        drugs = sorted({drug for one in same for drug in one["drugs"].split(";")})
        genes = sorted({gene for one in same for gene in one["genes"].split(";")})
        is_later = unit["file"] == LATER_FILE
        changed = [] if is_later or unit["body"] != "CPIC" else [changes[d] for d in drugs if d in changes]
        named = drugs[0] if len(drugs) == 1 else f"{', '.join(drugs[:-1])} and {drugs[-1]}"
        yield (
            FOLDERS[unit["body"]],
            {
                "guideline_id": unit["guideline_id"],
                "body": unit["body"],
                "title": f"{unit['body']} {'table' if unit['body'] == 'FDA' else 'guideline'} on {named} and {', '.join(genes)}",
                "genes": ";".join(genes),
                "pmids": unit["pmids"],
                "content_date": LATER_DATE if is_later else CONTENT_DATE[unit["body"]],
                "later_change": max(changed) if changed else None,
                "later_change_note": "that later version is not in these tables" if changed else None,
                "source_id": LATER_SOURCE if is_later else SOURCE[unit["body"]],
            },
        )


def _later_changes(sources: Path) -> dict[str, str]:
    """Return the newest change of a recommendation after the text at hand, by drug."""
    found: dict[str, str] = {}
    with (sources / "pgx/cpic-data-v1.56.0/changelog_data.tsv").open(encoding="utf-8") as handle:
        for line in csv.reader(handle, delimiter="\t"):
            if len(line) >= 3 and line[1] == "RECOMMENDATION" and line[0] > READ_DATE:
                found[line[2]] = max(found.get(line[2], ""), line[0])
    return found


def drug_rows(sources: Path, units: Sequence[Row]) -> Iterator[Row]:
    """One row a drug: those of the units, and every drug that CPIC pairs with a gene, so that it is recognized.

    The class is the main group of the first ATC code.
    """
    groups = {row["group"]: row["label"] for row in read_table(READINGS / "drug_groups.tsv")}
    found: dict[str, Row] = {}
    with (sources / PAIRS).open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            name = row["Drug"].strip().lower()
            codes = row["ATC"].replace(" ", "").replace(",", ";") if row["ATC"] not in {"", "N/A"} else None
            found[name] = {
                "drug_id": name,
                "name": name,
                "rxnorm": row["RxNorm"] if row["RxNorm"].isdigit() else None,
                "atc": codes,
                "drug_class": groups.get((codes or "?")[0]),
                "reading": "read_once",
                "source_id": "cpic-gene-drug-2023-08",
            }
    with gzip.open(sources / INGREDIENTS, "rt", encoding="utf-8") as handle:
        codes_by_name = {
            row["name"].lower(): row["rxcui"] for row in csv.DictReader(handle, delimiter="\t") if row["tty"] == "IN"
        }
    for unit in sorted(units, key=lambda one: list(FOLDERS).index(one["body"])):  # the folder that may be left out last
        for drug in unit["drugs"].split(";"):
            code = codes_by_name.get(drug)
            source = "nlm-rxnorm-2025-10" if code else SOURCE[unit["body"]]
            row = {"drug_id": drug, "name": drug, "rxnorm": code, "reading": "read_once", "source_id": source}
            found.setdefault(drug, row)
    by_hand = {row["drug_id"] for row in read_table(READINGS / "medicines/drugs.tsv")}  # those stand with the medicines
    yield from (found[name] for name in sorted(found) if name not in by_hand)


def drug_name_rows(drugs: Sequence[Row]) -> Iterator[Row]:
    """Names read by hand. Brands stand in the vocabulary of medicines, where a second source says what is in them."""
    known = {row["drug_id"] for row in drugs}
    yield from (row for row in read_table(READINGS / "drug_names.tsv") if row["drug_id"] in known)


def main() -> None:
    """Make the guideline tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--may-shrink", action="store_true")
    arguments = parser.parse_args()
    readings = final()
    units = merged([*read_table(READINGS / "guidelines/units.tsv"), WARFARIN])
    readings[WARFARIN["unit_id"]] = WARFARIN_READING
    made = statement_rows(units, readings)
    for folder, row in guideline_rows(arguments.sources, units):
        made[folder][rows.Guideline].append(row)
    main, shared_alike = made["guidelines"], made["guidelines_clinpgx"]
    drugs = list(drug_rows(arguments.sources, units))
    main[rows.Drug] = [one for one in drugs if one["source_id"] != SOURCE["DPWG"]]
    shared_alike[rows.Drug] = [one for one in drugs if one["source_id"] == SOURCE["DPWG"]]
    names = drug_name_rows(main[rows.Drug])
    main[rows.DrugName] = sorted(names, key=lambda row: (row["drug_id"], row["kind"], row["name"]))
    pairs = read_gene_drug_pairs(arguments.sources / PAIRS, "cpic-gene-drug-2023-08")
    main[rows.GeneDrug] = [dataclasses.asdict(row) for row in pairs]
    for one in read_table(READINGS / "indications.tsv"):
        (shared_alike if one["source_id"] == SOURCE["DPWG"] else main)[rows.Indication].append(one)
    main[rows.IndicationWord] = sorted(
        read_table(READINGS / "indication_words.tsv"), key=lambda row: (row["indication"], row["word"])
    )
    for folder, tables in made.items():
        for kind, table in tables.items():
            name = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
            write_checked(TABLES / folder / f"{name}.tsv", kind, table, may_shrink=arguments.may_shrink)


if __name__ == "__main__":
    main()
