"""List what two readers must read: one unit for each distinct statement of a guideline.

A unit is one text of one guideline with the drugs, population, strength and lookup keys it stands for.
The units table keeps the keys and where the text stands (file and a digest of the text), never the text.

Usage: python -m curation.guideline_units SOURCES [--print UNIT]
"""

import argparse
import gzip
import hashlib
import html
import json
import re
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curation.tsv import write_table

ARCHIVE = "pgx/guidelines-2024-03-25.tar.gz"
FDA = "pgx/fda-tables/fda_pgx_associations_table.json"
LATER = "pgx/misc/pharmcat_example_recs_union.json.gz"
#: Keys of notes to users of the source's web tool; the statements of the single alleles hold all the same.
TOOL_NOTES = frozenset({"xN combinations", "1511 and 1502"})
COLUMNS = (
    "unit_id", "body", "guideline_id", "file", "drugs", "genes", "population", "strength", "keys", "pmids", "text_sha256",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One recommendation of a source file, as it stands there."""

    body: str
    guideline_id: str
    file: str
    drug: str
    population: str
    strength: str
    key: tuple[tuple[str, str], ...]
    text: str
    implications: tuple[str, ...]
    pmids: tuple[str, ...]


def plain(text: str) -> str:
    """Turn a source's HTML into lines of text."""
    text = re.sub(r"</(p|li|h4|tr)>", "\n", text)
    return re.sub(r"[ \t]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def _key_value(value: object) -> str:
    if isinstance(value, dict):  # a genotype: allele -> copies
        return "/".join(allele for allele, copies in value.items() for _ in range(int(copies)))
    return str(value)


def archive_statements(sources: Path) -> Iterator[Statement]:
    """Read the split guideline files."""
    with tarfile.open(sources / ARCHIVE) as archive:
        for member in sorted(archive.getmembers(), key=lambda one: one.name):
            name = Path(member.name).name
            handle = archive.extractfile(member)
            if handle is None:
                continue
            document = json.load(handle)
            pmids = tuple(c["pmid"] for c in document["citations"] if c.get("pmid"))
            for row in document["recommendations"]:
                for chemical in row["relatedChemicals"]:
                    yield Statement(
                        body=document["guideline"]["source"],
                        guideline_id=document["guideline"]["id"],
                        file=name,
                        drug=chemical["name"],
                        population=row["population"] or "general",
                        strength=(row.get("classification") or {}).get("term") or "none",
                        key=tuple(sorted((gene, _key_value(v)) for gene, v in row["lookupKey"].items())),
                        text=plain(row["text"]["html"]),
                        implications=tuple(plain(one) for one in row["implications"]),
                        pmids=pmids,
                    )


def later_statements(sources: Path) -> Iterator[Statement]:
    """Read what the archive lacks: drugs of which only published example reports show a statement."""
    known = {(one.body, one.drug) for one in archive_statements(sources)}
    with gzip.open(sources / LATER, "rt", encoding="utf-8") as handle:
        rows = json.load(handle)
    for row in rows:
        body = row["source"].split()[0]
        is_read = body in {"CPIC", "DPWG"} and row["text"] and not any("F5" in key for key in row["keys"])
        if is_read and (body, row["drug"]) not in known:
            yield Statement(
                body=body,
                guideline_id=f"{body.lower()}-{row['drug'].replace(' ', '-').replace('/', 'and')}",
                file=Path(LATER).name,
                drug=row["drug"].replace(" / ", " and "),
                population=row["population"] or "general",
                strength=row["strength"] or "none",
                key=tuple(sorted((gene, values[0]) for gene, values in map(_parsed_key, row["keys"]))),
                text=plain(row["text"]),
                implications=tuple(row["implications"]),
                pmids=(),
            )


#: Words of the FDA's subgroups, and the results that they stand for.
FDA_WORDS = {
    "ultrarapid": "Ultrarapid Metabolizer",
    "normal": "Normal Metabolizer",
    "intermediate": "Intermediate Metabolizer",
    "poor": "Poor Metabolizer",
}
FDA_SPECIAL = {
    "521 CC (poor function transporters)": ("Poor Function",),
    "521 TC or 521 CC (intermediate or poor function transporters)": ("Decreased Function", "Poor Function"),
    "-1639G>A variant carriers": ("-1639 AG", "-1639 AA"),
    "*3/*3 (poor metabolizers)": ("*3/*3",),
}
FDA_SECTIONS = {
    "recommendation": "supports therapeutic management",
    "impact": "potential impact on safety or response",
    "pk": "pharmacokinetics only",
}
#: Genes that the tables cannot look up: nothing here reads them, or the table does not say which of two genes is meant.
FDA_UNREAD = frozenset({"BCHE", "HLA-DQA1", "HLA-DRB1", "CYP4F2"})


def fda_statements(sources: Path) -> Iterator[Statement]:
    """Read the FDA's table of pharmacogenetic associations; "Nonspecific (NAT)" is NAT2, which these drugs are acetylated by."""
    document = json.loads((sources / FDA).read_text(encoding="utf-8"))
    for row in document["table"]:
        written = "NAT2" if row["Gene"] == "Nonspecific (NAT)" else row["Gene"]
        genes = [gene for gene in written.split(" and/or ") if gene not in FDA_UNREAD]
        for key in [(gene, value) for gene in genes for value in _fda_values(row["Affected Subgroups+"])]:
            yield Statement(
                body="FDA",
                guideline_id=f"fda-{'-'.join(genes)}-{row['Drug'].lower().replace(' ', '-')}",
                file=Path(FDA).name,
                drug=row["Drug"].lower(),
                population="general",
                strength=FDA_SECTIONS[row["table"]],
                key=(key,),
                text=row["Description of Gene-Drug Interaction"],
                implications=(),
                pmids=(),
            )


def _fda_values(subgroup: str) -> tuple[str, ...]:
    if subgroup in FDA_SPECIAL:
        return FDA_SPECIAL[subgroup]
    if found := re.match(r"(\*[\d:]+) allele positive", subgroup):
        return (f"{found[1]} positive",)
    return tuple(word for short, word in FDA_WORDS.items() if short in subgroup.lower())


def every_statement(sources: Path) -> Iterator[Statement]:
    """Read every statement of every body, without the source's notes to users of its own web tool."""
    for read in (archive_statements, later_statements, fda_statements):
        yield from (one for one in read(sources) if not any(value in TOOL_NOTES for _, value in one.key))


def _parsed_key(text: str) -> tuple[str, tuple[str, ...]]:
    gene, values = re.fullmatch(r"\('([^']+)', \((.*)\)\)", text).groups()  # type: ignore[union-attr]
    return gene, tuple(re.findall(r"'([^']+)'", values))


def units(sources: Path) -> list[dict[str, str]]:
    """Group equal statements; the digest of the text proves later that the text read is the text at hand."""
    groups: dict[tuple[str, ...], dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for one in every_statement(sources):
        apart = str(one.key) if one.body == "FDA" else ""  # its one text may say different things to different subgroups
        groups[one.file, one.body, one.guideline_id, one.population, one.strength, one.text, apart][one.drug].append(one)
    rows: list[dict[str, str]] = []
    counters: dict[str, int] = defaultdict(int)
    for (file, body, guideline_id, population, strength, text, _), by_drug in groups.items():
        by_keys: dict[tuple[tuple[tuple[str, str], ...], ...], list[str]] = defaultdict(list)
        for drug, statements in by_drug.items():
            by_keys[tuple(sorted({one.key for one in statements}))].append(drug)
        for keys, drugs in by_keys.items():
            stem = file.split("_and_")[0].split("_")
            named = stem[1] if stem[0] in {"CPIC", "DPWG"} else drugs[0].replace(" ", "-")
            slug = guideline_id if body == "FDA" else "-".join([body.lower(), named, *(g for g, _ in keys[0])])
            counters[slug] += 1
            rows.append(
                {
                    "unit_id": f"{slug}-{counters[slug]:02d}",
                    "body": body,
                    "guideline_id": guideline_id,
                    "file": file,
                    "drugs": ";".join(sorted(drugs)),
                    "genes": ";".join(gene for gene, _ in keys[0]),
                    "population": population,
                    "strength": strength,
                    "keys": " | ".join(" & ".join(f"{g}={v}" for g, v in key) for key in keys),
                    "pmids": ";".join(next(iter(by_drug.values()))[0].pmids),
                    "text_sha256": hashlib.sha256(text.encode()).hexdigest()[:16],
                }
            )
    return sorted(rows, key=lambda row: row["unit_id"])


def text_of(sources: Path, unit: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the text of a unit and what the source says it means, for a reader to read."""
    for one in every_statement(sources):
        place = (one.file, one.population, one.strength)
        is_the_text = hashlib.sha256(one.text.encode()).hexdigest()[:16] == unit["text_sha256"]
        if is_the_text and place == (unit["file"], unit["population"], unit["strength"]):
            return one.text, one.implications
    raise LookupError(f"{unit['unit_id']}: the text that was read is no longer in {unit['file']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--print", dest="show", help="print one unit with its text instead of writing the table")
    arguments = parser.parse_args()
    rows = units(arguments.sources)
    if arguments.show:
        for row in rows:
            if row["unit_id"] == arguments.show:
                text, implications = text_of(arguments.sources, row)
                print(json.dumps(row, indent=1), text, *implications, sep="\n")
        return
    write_table(Path(__file__).parent / "readings/guidelines/units.tsv", COLUMNS, rows)
    print(f"{len(rows)} units", file=sys.stderr)


if __name__ == "__main__":
    main()
