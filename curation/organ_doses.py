"""Make the table of dose bands by kidney and liver function, from rows read in open sources and rows kept by hand.

Every text is read twice: by the tables typed by hand (regimens.tsv, ranges.tsv) and by grammar (curation.regimen_words).
Where the two differ the script stops, unless settled.tsv says which holds and why.

Usage: python -m curation.organ_doses SOURCES
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from curation.allergies import drug_ids
from curation.hand_read import ALLOW, write_rows
from curation.regimen_words import NOTHING, read_range, read_regimen
from curation.tsv import read_table
from garrod.knowledge.organ_doses import Measure, OrganDose, SourceKind
from garrod.knowledge.provenance import Source

READINGS: Final = Path(__file__).parent / "readings/organs"
READ: Final = "drugs/organ_dosing_read.tsv"
KINDS: Final[Mapping[str, SourceKind]] = {
    "label text": SourceKind.LABEL,
    "review table quoting the regulator": SourceKind.REGULATOR,
    "consensus table quoting the regulator": SourceKind.REGULATOR,
    "government drug use criteria quoting labels": SourceKind.REGULATOR,
    "guideline": SourceKind.GUIDELINE,
    "guideline table quoting labels": SourceKind.GUIDELINE,
    "guidance, summary": SourceKind.GUIDELINE,
    "consensus table quoting labels": SourceKind.CONSENSUS,
    "consensus table": SourceKind.CONSENSUS,
    "expert consensus, abstract": SourceKind.CONSENSUS,
    "review table quoting labels": SourceKind.QUOTES_LABELS,
    "book table quoting labels": SourceKind.QUOTES_LABELS,
    "book chapter quoting labels": SourceKind.QUOTES_LABELS,
    "review table": SourceKind.REVIEW,
    "guideline (superseded)": SourceKind.REVIEW,
    "hospital guidance": SourceKind.HOSPITAL,
    "hospital policy": SourceKind.HOSPITAL,
    "trial protocol": SourceKind.PROTOCOL,
    "study protocol table": SourceKind.PROTOCOL,
    "book text": SourceKind.BOOK,
    "website": SourceKind.WEBSITE,
    "recalled": SourceKind.RECALLED,
}
#: Names of the read file -> our ids. A combination stands under the substance whose amount is given.
NAMES: Final[Mapping[str, str]] = {
    "aciclovir": "acyclovir",
    "cefalexin": "cephalexin",
    "cefalotin": "cephalothin",
    "cefradine": "cephradine",
    "colestyramine": "cholestyramine resin",
    "dextropropoxyphene": "propoxyphene",
    "glibenclamide": "glyburide",
    "nicotinic acid": "niacin",
    "paracetamol": "acetaminophen",
    "pethidine": "meperidine",
    "valaciclovir": "valacyclovir",
    "amoxicillin and clavulanic acid": "clavulanate",
    "piperacillin and tazobactam": "piperacillin",
    "lopinavir and ritonavir": "lopinavir",
}
COMBINATIONS: Final[Mapping[str, str]] = {
    "amoxicillin and clavulanic acid": "amoxicillin with clavulanic acid, the first number amoxicillin",
    "piperacillin and tazobactam": "piperacillin with tazobactam",
    "lopinavir and ritonavir": "lopinavir with ritonavir",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument(ALLOW, action="store_true", help="let a table lose more than 5 %% of its rows")
    folder = parser.parse_args().sources
    compare_readings()
    known = drug_ids()
    read = [*read_table(folder / READ), *read_table(READINGS / "doses_more.tsv")]
    # What holds only around iodinated contrast stands among the cautions on medicines taken together.
    made = [one for row in read if "contrast" not in row["range"] for one in bands(row)]
    missing = sorted({str(row["drug_id"]) for row in made} - known)
    print(f"not known as drugs, so left out: {', '.join(missing)}")
    write_rows("organs/organ_dose.tsv", OrganDose, [row for row in made if row["drug_id"] in known])
    write_rows("organs/sources.tsv", Source, read_table(READINGS / "sources.tsv"))


def compare_readings() -> None:
    """Hold the two readings against each other; a difference that nobody settled stops here."""
    settled = {row["text"] for row in read_table(READINGS / "settled.tsv")}
    differing = []
    regimens, ranges = read_table(READINGS / "regimens.tsv"), read_table(READINGS / "ranges.tsv")
    for row in regimens:
        by_hand = {name: row[name] if "unit" in name else float(row[name]) for name in NOTHING if row[name]}
        if by_hand != read_regimen(row["text"]):
            differing.append(row["text"])
    for row in ranges:
        limits = {name: float(row[name]) for name in ("low", "high") if row[name]}
        if row["kind"] != "child_pugh" and limits != read_range(row["text"]):
            differing.append(row["text"])
    print(f"{len(regimens) + len(ranges)} texts read twice, {len(differing)} differ, {len(settled & set(differing))} settled")
    if unsettled := sorted(set(differing) - settled):
        raise SystemExit(f"the readings differ on: {'; '.join(unsettled)}")


def bands(row: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Return the rows of one that was read: a band that holds on dialysis too gives two."""
    regimen = _by_text("regimens.tsv")[row["what_to_do"]]
    limits = _by_text("ranges.tsv")[row["range"] or row["measure"]]
    name = row["drug"]
    notes = [text for text in (row["remark"], _reworded(row, limits)) if text]
    base: dict[str, object] = {
        **{key: value for key, value in regimen.items() if key != "text"},
        "drug_id": NAMES.get(name, name),
        "route": row["route"].split()[0] if row["route"] else "any",
        "form": " ".join(row["route"].split()[1:]),
        "use": row["use"],
        "criteria": row.get("criteria"),
        "criteria_needed": row.get("criteria_needed"),
        "combination": COMBINATIONS.get(name),
        "says": american(row["what_to_do"]),
        "source_kind": KINDS[row["kind_of_source"]],
        "note": american("; ".join(notes)),
        "reading": row.get("reading") or "read_once",
        "source_id": "recalled" if row["kind_of_source"] == "recalled" else source_id(row["source_id"]),
        "place": row["where"],
    }
    for measure in _measures(row, limits):
        if measure is Measure.CHILD_PUGH:
            yield base | {"organ": "liver", "measure": measure, "classes": limits["classes"] or "C"}
        elif measure is Measure.DIALYSIS:
            yield base | {"organ": "kidney", "measure": measure}
        else:
            ends = {key: limits[key] for key in ("low", "low_included", "high", "high_included")}
            unknown = {"level_is_known": "false"} if limits["kind"] == "unknown" else {}
            yield base | {"organ": "kidney", "measure": measure} | ends | unknown


def _measures(row: Mapping[str, str], limits: Mapping[str, str]) -> Iterator[Measure]:
    if row["organ"] == "liver" or "liver" in row["measure"]:
        yield Measure.CHILD_PUGH
    if row["organ"] == "kidney" and limits["kind"] in {"band", "unknown"}:
        given = row["measure"]
        yield Measure.CRCL if given.startswith("CrCl") else Measure.EGFR if given.startswith("eGFR") else Measure.GFR
    if limits["dialysis"] == "yes":
        yield Measure.DIALYSIS


def _reworded(row: Mapping[str, str], limits: Mapping[str, str]) -> str:
    """Say how a level in words was turned into numbers or classes."""
    text = row["range"]
    if text in {"CKD", "any impairment", "mild to moderate", "severe", "severe impairment"}:
        ends = f"{limits['low'] or 0} to {limits['high']}"
        return f"the source says {text!r} without a number; {ends} is taken"
    if text in {"moderate or severe", "severe with ascites"}:
        return f"the source says {text!r}; class {limits['classes'].replace(';', ' and ')} is taken"
    return ""


def american(text: str) -> str:
    """Spell as in the United States."""
    return text.replace("haemo", "hemo").replace("Haemo", "Hemo")


def source_id(text: str) -> str:
    """Return a source's id in our spelling."""
    return text.lower().replace(".", "-")


_TABLES: dict[str, dict[str, dict[str, str]]] = {}


def _by_text(name: str) -> Mapping[str, dict[str, str]]:
    if name not in _TABLES:
        _TABLES[name] = {row["text"]: row for row in read_table(READINGS / name)}
    return _TABLES[name]


if __name__ == "__main__":
    main()
