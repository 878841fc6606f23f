"""Make the interaction tables from rows read by hand, the FDA's pharmacologic classes and published scales.

Usage: python -m curation.interactions SOURCES
"""

import argparse
import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from curation.tsv import read_table, write_table
from garrod.knowledge import interactions as rows
from garrod.knowledge.guidelines import Drug, DrugName
from garrod.knowledge.loading import SHIPPED, TABLES
from garrod.knowledge.provenance import Source

READINGS: Final = Path(__file__).parent / "readings/interactions"
PRODUCTS: Final = "drugs/fda-ndc-2019/product_2019-04.tsv.gz"
ADDITIVE: Final = "drugs/additive_risk_read.tsv"
SCALES: Final = "drugs/anticholinergic-scales/anticholinergic_scores_published.tsv.gz"
FDA: Final = "fda-ndc-2019"
#: CiPA's words for torsade risk, and what a list or a mechanism alone is worth, in points.
QT_POINTS: Final[Mapping[tuple[str, str], tuple[int, str]]] = {
    ("CiPA torsade risk", "high"): (3, "cipa"),
    ("CiPA torsade risk", "intermediate"): (2, "cipa"),
    ("CiPA torsade risk", "low"): (0, "cipa"),
    ("listed as lengthening QTc", "listed"): (1, "ausprescr-qt"),
    ("hERG block or trafficking", "named"): (1, "pmc4861943"),
}
LISTED_KIDNEY: Final = {"NINJA2019": "ninja-2019", "PERAZELLA2018": "perazella-2018"}
SCALE_ORDER: Final = ("Boustani2008", "Rudolph2008", "Carnahan2006")
OTHER_NAMES: Final = {
    "aciclovir": "acyclovir", "valaciclovir": "valacyclovir", "ganciclovir": "ganciclovir", "acetylsalicylic acid": "aspirin",
    "indometacin": "indomethacin", "pamidronic acid": "pamidronate", "zoledronic acid": "zoledronic acid",
    "ciclosporin": "cyclosporine", "dosulepin": "dothiepin", "colistimethate": "colistin", "pethidine": "meperidine",
    "piperacillin and tazobactam": "piperacillin", "ticarcillin and clavulanic acid": "ticarcillin",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    folder = parser.parse_args().sources
    known = {row["drug_id"] for name in TABLES[Drug] for row in read_table(SHIPPED / name)}
    names = {row["name"]: row["drug_id"] for name in TABLES[DrugName] for row in read_table(SHIPPED / name)}
    classes = read_table(READINGS / "classes.tsv")
    unknown: set[str] = set()
    members = list(class_members(folder, classes, known, unknown))
    hazards = [row for row in read_table(READINGS / "hazard_members.tsv") if _is_known(row["member"], known, unknown)]
    hazards = [*hazards, *additive(folder, hazards, known, names), *anticholinergic(folder, known, names)]
    pairs = [
        row
        for row in read_table(READINGS / "pairs.tsv")
        if _is_known(row["first"], known, unknown) and _is_known(row["second"], known, unknown)
    ]
    foods = [row for row in read_table(READINGS / "foods.tsv") if _is_known(row["member"], known, unknown)]
    write("drug_class", rows.DrugClass, [{**row, "source_id": "recalled"} for row in classes])
    write("drug_class_member", rows.DrugClassMember, sorted(members, key=lambda row: (row["class_id"], row["drug_id"])))
    write("hazard", rows.Hazard, read_table(READINGS / "hazards.tsv"))
    write("hazard_member", rows.HazardMember, sorted(hazards, key=lambda row: (row["hazard"], row["member"])))
    write("hazard_factor", rows.HazardFactor, read_table(READINGS / "hazard_factors.tsv"))
    write("hazard_tier", rows.HazardTier, read_table(READINGS / "hazard_tiers.tsv"))
    write("pair_rule", rows.PairRule, sorted(pairs, key=lambda row: row["rule_id"]))
    write("food_rule", rows.FoodRule, foods)
    options = [
        {"group": row["group"], "label": row["label"], "drug_id": drug, "reading": "recalled", "source_id": "recalled"}
        for row in read_table(READINGS / "options.tsv")
        for drug in row["members"].split(";")
        if _is_known(drug, known, unknown)
    ]
    write("therapeutic_option", rows.TherapeuticOption, options)
    write("sources", Source, read_table(READINGS / "sources.tsv"))
    print(f"not known as drugs, so left out: {', '.join(sorted(unknown))}")


def write(name: str, kind: type[Any], found: list[Any]) -> None:
    """Write one table of this folder."""
    write_table(SHIPPED / f"interactions/{name}.tsv", list(kind.__dataclass_fields__), found)
    print(f"interactions/{name}.tsv: {len(found)} rows")


def _is_known(member: str, known: set[str], unknown: set[str]) -> bool:
    if member.startswith(rows.CLASS) or member in known:
        return True
    unknown.add(member)
    return False


def class_members(folder: Path, classes: list[dict[str, str]], known: set[str], unknown: set[str]) -> Iterator[dict[str, str]]:
    """Members by hand (recalled), and those that the FDA's directory puts in the class."""
    by_class = _substances_by_class(folder, known)
    for row in classes:
        listed = {drug: ("read_once", FDA) for word in row["epc"].split(";") if word for drug in by_class.get(word, ())}
        for drug in filter(None, row["members"].split(";")):
            if _is_known(drug, known, unknown):
                listed.setdefault(drug, ("recalled", "recalled"))
        for drug, (reading, source) in sorted(listed.items()):
            yield {"class_id": row["class_id"], "drug_id": drug, "reading": reading, "source_id": source}


def _substances_by_class(folder: Path, known: set[str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with gzip.open(folder / PRODUCTS, "rt", encoding="latin-1") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            substance = row["SUBSTANCENAME"].lower()
            drug = next(
                (name for name in (substance, substance.rsplit(" ", 1)[0], substance.split(" ")[0]) if name in known), None
            )
            if drug and ";" not in substance:
                for word in re.findall(r"([^,\[\]]+) \[EPC\]", row["PHARM_CLASSES"]):
                    found[word.strip()].add(drug)
    return found


def additive(folder: Path, have: list[dict[str, str]], known: set[str], names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """QT and kidney rows of the file that was read; a drug keeps the most points that a source gives it."""
    best: dict[tuple[str, str], dict[str, str]] = {}
    taken = {(row["hazard"], row["member"]) for row in have}
    for row in read_table(folder / ADDITIVE):
        drug = OTHER_NAMES.get(row["drug"], names.get(row["drug"], row["drug"]))
        if row["class"] == "QT" and (row["measure"], row["value"]) in QT_POINTS:
            points, source = QT_POINTS[row["measure"], row["value"]]
            hazard, word = "qt", f"{row['measure']}: {row['value']}"
        elif row["class"] == "nephrotoxicity" and row["source_id"] in LISTED_KIDNEY:
            hazard, points, source, word = "nephrotoxicity", 1, LISTED_KIDNEY[row["source_id"]], "listed"
        else:
            continue
        if drug in known and (hazard, drug) not in taken:
            made = {
                "hazard": hazard, "member": drug, "points": str(points), "word": word, "reading": "read_once",
                "source_id": source, "place": row["where"],
            }  # fmt: skip
            before = best.get((hazard, drug))
            is_rated = source == "cipa"  # the regulator's tier goes before a list's
            if before is None or is_rated or (before["source_id"] != "cipa" and points > int(before["points"])):
                best[hazard, drug] = made
    yield from best.values()


def anticholinergic(folder: Path, known: set[str], names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Points of the first published scale that rates a drug."""
    done = set()
    with gzip.open(folder / SCALES, "rt", encoding="utf-8") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            name = row["drug"].lower().strip()
            drug = names.get(name, name)
            scale = next((one for one in SCALE_ORDER if row[one] not in {"", None}), None)
            if drug in known and drug not in done and scale and float(row[scale]) > 0:
                done.add(drug)
                yield {
                    "hazard": "anticholinergic", "member": drug, "points": row[scale], "word": scale, "reading": "read_once",
                    "source_id": "kiesel-2018-scales", "place": f"column {scale}",
                }  # fmt: skip


if __name__ == "__main__":
    main()
