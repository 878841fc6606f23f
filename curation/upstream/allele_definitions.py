"""Allele definitions of ClinPGx/CPIC, as carried by PharmCAT 3.1.1, to genes, variants, forms, alleles and rules.

The two builds: positions of GRCh37 come from the pypgx variant table or from the gene's constant offset.
The GRCh37 reference base is taken from the pypgx table, or from real GRCh37 records where one stands at the position
(`checked`); where neither knows it, it stays empty and the reader uses the file's own REF.
"""

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, object]

SOURCE = "clinpgx-definitions-2025-11-05"
READING = "read_once"
LIST_GENES = {"DPYD", "RYR1"}
SINGLE_GENES = {"ABCG2", "IFNL3", "VKORC1"}
SCORE_GENES = {"CYP2C9", "CYP2D6", "DPYD"}
VARIANT_GENES = {"CYP4F2", "IFNL3"}  # no phenotype is defined for them: guidelines look at the variant
UNDEFINED_IS_REFERENCE = {"CACNA1S", "DPYD", "G6PD", "NUDT15", "RYR1", "TPMT"}
OUTSIDE_ONLY = ("HLA-A", "HLA-B")
MT_POSITION = re.compile(r"m\.(\d+)([ACGT])>([ACGT])$")
MT_UNREADABLE = {"m.960C>del", "m.961T>del", "m.961T>del+Cn"}  # the sequence around them is needed, and not at hand
RCRS_GENE = (648, 1601)
FALLBACKS = {("SLCO1B1", 21178615): "*5"}  # rs4149056 alone, as the statin guideline does (PMID 35152405)
PROXIES = {("DPYD", 97579893): 97573863}  # exonic c.1236G>A stands in for intronic c.1129-5923C>G


def _open(path: Path) -> Any:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def definition_files(sources: Path) -> Iterator[dict[str, Any]]:
    """Read the definition documents in order of gene."""
    for path in sorted((sources / "pgx/pharmcat-3.1.1/definition").glob("*_translation.json*")):
        with _open(path) as handle:
            yield json.load(handle)


def exemptions(sources: Path) -> dict[str, Any]:
    """Read required, ignored, extra and tier-1 positions."""
    with _open(sources / "pgx/pharmcat-3.1.1/definition/exemptions.json") as handle:
        return dict(json.load(handle))


def variant_id(gene: str, position: int) -> str:
    """Name a defining position by its gene and its GRCh38 position."""
    return f"{gene}-{position}"


class BuildMap:
    """Where a GRCh38 position lies on GRCh37, and which base is there."""

    def __init__(self, sources: Path) -> None:
        self.places = {}
        with (sources / "pgx/derived-facts/position_build_map.tsv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle, delimiter="\t"):
                basis = "table" if row["grch37_basis"] == "pypgx table" else "offset"
                self.places[row["gene"], int(row["pos_grch38"])] = (int(row["pos_grch37"]), basis)
        self.table = {}
        with (sources / "pgx/pypgx-0.27.0-dev/variant-table.csv").open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if row["GRCh38Position"].isdigit():
                    self.table[row["Gene"], int(row["GRCh38Position"])] = (row["GRCh37Allele"], row["GRCh38Allele"])
        self.records = dict(self._records(sources))

    @staticmethod
    def _records(sources: Path) -> Iterator[tuple[tuple[str, int], str]]:
        real = sources / "pgx/real"
        for path in (real / "1000g_grch37.pgx.open.vcf.gz", real / "corpas30x/pgx_loci.vcf.gz"):
            with gzip.open(path, "rt", encoding="utf-8") as handle:
                for line in handle:
                    if not line.startswith("#"):
                        chromosome, position, _, ref, _ = line.split("\t", 4)
                        yield (chromosome.removeprefix("chr"), int(position)), ref

    def place(self, gene: str, chromosome: str, position: int, ref: str) -> tuple[int | None, str | None, str | None]:
        """Return position, reference and basis on GRCh37; the reference is None where nobody wrote it."""
        place, basis = self.places.get((gene, position), (None, None))
        if place is None:
            return None, None, None
        seen = self.records.get((chromosome, place))
        if seen is not None and (len(ref) == 1 or seen.startswith(ref) or ref.startswith(seen)):
            return place, (seen[: len(ref)] if len(seen) >= len(ref) else ref), "checked"
        if (pair := self.table.get((gene, position))) and basis == "table":
            old, new = pair
            if len(ref) == 1 and len(old) == 1 and old in "ACGT":
                return place, old, "table"
            if old == new:
                return place, ref, "table"
        return place, None, basis


def variants(sources: Path) -> Iterator[Row]:
    """One row a defining position; the extra positions of the exemptions too."""
    builds = BuildMap(sources)
    extra = {gene: rules["extraPositions"] for gene, rules in exemptions(sources).items()}
    for document in definition_files(sources):
        gene, chromosome = document["gene"], document["chromosome"].removeprefix("chr")
        for one in [*document["variants"], *extra.get(gene, [])]:
            place, ref_37, basis = builds.place(gene, chromosome, one["position"], one["ref"])
            if place is None and one["rsid"] == "rs12777823":
                place, ref_37, basis = 96405502, None, "offset"  # same offset as the other CYP2C positions
            yield {
                "variant_id": variant_id(gene, one["position"]),
                "gene": gene,
                "rsid": one["rsid"],
                "chromosome": chromosome,
                "position_38": one["position"],
                "ref_38": one["ref"],
                "alts_38": ",".join(one["alts"]),
                "position_37": place,
                "ref_37": ref_37,
                "basis_37": basis,
                "hgvs_g": one["chromosomeHgvsName"].replace("; ", ";"),
                "reading": READING,
                "source_id": SOURCE,
            }
    yield from _mitochondrial_variants(sources)


def mitochondrial_names(sources: Path) -> list[str]:
    """Names of the MT-RNR1 variants, as the phenotype file lists them."""
    with _open(sources / "pgx/pharmcat-3.1.1/phenotype/MT_RNR1.json") as handle:
        return [name for name in json.load(handle)["haplotypes"] if name != "Reference"]


def _mitochondrial_variants(sources: Path) -> Iterator[Row]:
    alternates: dict[tuple[int, str], list[str]] = defaultdict(list)
    for name in mitochondrial_names(sources):
        if found := MT_POSITION.match(name):
            alternates[int(found[1]), found[2]].append(found[3])
    for (position, ref), alts in alternates.items():
        yield {
            "variant_id": variant_id("MT-RNR1", position),
            "gene": "MT-RNR1",
            "chromosome": "MT",
            "position_38": position,
            "ref_38": ref,
            "alts_38": ",".join(sorted(alts)),
            "position_37": position,  # both builds use the revised Cambridge sequence; files that do not are refused
            "ref_37": ref,
            "basis_37": "table",
            "hgvs_g": f"m.{position}{ref}>{'/'.join(sorted(alts))}",
            "reading": READING,
            "source_id": "cpic-mt-rnr1-2025-10-27",
        }


def _trimmed(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Trim the common suffix, then the common prefix, leaving at least one base of each."""
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return position, ref, alt


def _context(variant: Row, repeat: str | None) -> str:
    """The reference sequence that is known from the definition itself, starting at the variant's position.

    A name like ``g.48037784GAGTCG[2]`` with reference ``GAGTCG(3)`` says how often the unit stands there; a deletion
    or duplication named further right than its VCF position says that the bases between have that period.
    """
    ref, start = str(variant["ref_38"]), int(str(variant["position_38"]))
    hgvs = str(variant["hgvs_g"])
    if repeat and (unit := re.fullmatch(r"([ACGT]+)\((\d+)\)", repeat)):
        first = int(re.search(r"g\.(\d+)", hgvs)[1])  # type: ignore[index]
        lead = ref[: first - start]
        return lead + unit[1] * int(unit[2])
    moved = re.search(r"g\.(\d+)(?:_(\d+))?(del|dup)", hgvs)
    if not moved:
        return ref
    last = int(moved[2] or moved[1])
    alt = str(variant["alts_38"]).split(",")[0]
    changed = ref[1:] if len(ref) > 1 else alt[1 : 1 + last - int(moved[1]) + 1]
    needed = last - start
    return ref[0] + (changed * (needed // len(changed) + 2))[:needed] if changed else ref


def _shifts(position: int, ref: str, alt: str, context: str, origin: int) -> Iterator[tuple[int, str, str]]:
    """Every place to which an insertion or deletion can slide within the known sequence."""
    position, ref, alt = _trimmed(position, ref, alt)
    yield position, ref, alt
    if (len(ref) > 1 and len(alt) > 1) or len(ref) == len(alt):
        return
    anchor, changed = position, (ref[1:] if len(ref) > 1 else alt[1:])
    inserted = len(alt) > 1
    while True:
        following = anchor + 1 - origin + (0 if inserted else len(changed))
        if following >= len(context) or context[following] != changed[0]:
            return
        anchor, changed = anchor + 1, changed[1:] + changed[0]
        base = context[anchor - origin]
        yield anchor, (base if inserted else base + changed), (base + changed if inserted else base)


def variant_forms(sources: Path) -> Iterator[Row]:
    """Every accepted spelling of each indel allele, trimmed, on both builds."""
    repeats = {}
    for document in definition_files(sources):
        for one in document["variants"]:
            backwards = {vcf: name for name, vcf in one["cpicToVcfAlleleMap"].items()}
            repeats[variant_id(document["gene"], one["position"])] = backwards.get(one["ref"])
    for variant in variants(sources):
        ref, alts = str(variant["ref_38"]), str(variant["alts_38"]).split(",")
        if all(len(alt) == len(ref) for alt in alts):
            continue
        start = int(str(variant["position_38"]))
        context = _context(variant, repeats.get(str(variant["variant_id"])))
        for alt in alts:
            for position, form_ref, form_alt in dict.fromkeys(_shifts(start, ref, alt, context, start)):
                for assembly, origin in (("GRCh38", start), ("GRCh37", variant["position_37"])):
                    if origin is not None:
                        yield {
                            "variant_id": variant["variant_id"],
                            "assembly": assembly,
                            "position": int(str(origin)) + position - start,
                            "ref": form_ref,
                            "alt": form_alt,
                            "allele": alt,
                        }


def _regions(sources: Path) -> dict[str, tuple[int, int, int | None, int | None]]:
    """Gene bodies on both builds; an upstream table's, widened to hold every defining position."""
    found: dict[str, tuple[int, int, int | None, int | None]] = {}
    with (sources / "pgx/pypgx-0.27.0-dev/gene-table.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            spans = [re.match(r"\w+:(\d+)-(\d+)", row[f"GRCh3{n}Region"]) for n in (8, 7)]
            if all(spans):
                found[row["Gene"]] = tuple(int(span[i]) for span in spans for i in (1, 2))  # type: ignore[index, assignment]
    return found


def genes(sources: Path) -> Iterator[Row]:
    """One row a gene."""
    regions = _regions(sources)
    for document in definition_files(sources):
        gene = document["gene"]
        positions = [one["position"] for one in document["variants"]]
        start_38, end_38, start_37, end_37 = regions.get(gene, (min(positions), max(positions), None, None))
        reference = next(one["name"] for one in document["namedAlleles"] if one["reference"])
        yield {
            "gene": gene,
            "chromosome": document["chromosome"].removeprefix("chr"),
            "start_38": min(start_38, min(positions) - 1),
            "end_38": max(end_38, *positions),
            "start_37": start_37,
            "end_37": end_37,
            "refseq": document["refSeqChromosomeId"],
            "reference_allele": reference,
            "result_type": "variant" if gene in VARIANT_GENES else "score" if gene in SCORE_GENES else "phenotype",
            "ploidy": "x_linked" if gene == "G6PD" else "diploid",
            "call_mode": "list" if gene in LIST_GENES else "single" if gene in SINGLE_GENES else "star",
            "undefined_is_reference": str(gene in UNDEFINED_IS_REFERENCE).lower(),
            "reading": READING,
            "source_id": SOURCE,
        }
    yield {
        "gene": "MT-RNR1", "chromosome": "MT", "start_38": RCRS_GENE[0] - 1, "end_38": RCRS_GENE[1],
        "start_37": RCRS_GENE[0] - 1, "end_37": RCRS_GENE[1], "refseq": "NC_012920.1", "reference_allele": "Reference",
        "result_type": "phenotype", "ploidy": "mitochondrial", "call_mode": "presence",
        "undefined_is_reference": "false", "reading": READING, "source_id": "cpic-mt-rnr1-2025-10-27",
    }  # fmt: skip
    for gene in OUTSIDE_ONLY:
        yield {
            "gene": gene, "chromosome": "6", "result_type": "allele_status", "ploidy": "diploid", "call_mode": "presence",
            "undefined_is_reference": "false", "reading": "recalled", "source_id": "recalled",
        }  # fmt: skip


def alleles(sources: Path) -> Iterator[Row]:
    """One row a named allele. Score is the number of positions that its definition lists."""
    rules = exemptions(sources)
    for document in definition_files(sources):
        gene = document["gene"]
        tier1 = set(rules.get(gene, {}).get("amp1Alleles", ()))
        ignored = set(rules.get(gene, {}).get("ignoredAlleles", ()))
        for one in document["namedAlleles"]:
            listed = [base for base in one["alleles"] or () if base is not None]
            yield {
                "gene": gene,
                "allele": one["name"],
                "is_reference": str(one["reference"]).lower(),
                "is_ignored": str(one["name"] in ignored).lower(),
                "core_of": document["suballelesMap"].get(one["name"]),
                "structural": "deletion" if one["structuralVariant"] or not listed else "none",
                "score": len(listed),
                "tier1": str(one["name"] in tier1).lower(),
                "reading": READING,
                "source_id": SOURCE,
            }
    for name in ["Reference", *mitochondrial_names(sources)]:
        yield {
            "gene": "MT-RNR1", "allele": name, "is_reference": str(name == "Reference").lower(), "is_ignored": "false",
            "structural": "unreadable" if name in MT_UNREADABLE else "none", "score": 1, "tier1": "false",
            "reading": READING, "source_id": "cpic-mt-rnr1-2025-10-27",
        }  # fmt: skip


def allele_variants(sources: Path) -> Iterator[Row]:
    """One row a base that a named allele lists."""
    for document in definition_files(sources):
        gene, positions = document["gene"], [one["position"] for one in document["variants"]]
        for one in document["namedAlleles"]:
            for position, base in zip(positions, one["alleles"] or (), strict=False):
                if base is not None:
                    yield {"gene": gene, "allele": one["name"], "variant_id": variant_id(gene, position), "base": base}
    for name in mitochondrial_names(sources):
        if found := MT_POSITION.match(name):
            place = variant_id("MT-RNR1", int(found[1]))
            yield {"gene": "MT-RNR1", "allele": name, "variant_id": place, "base": found[3]}


def position_rules(sources: Path) -> Iterator[Row]:
    """Required, ignored, extra, tier-1 and proxy positions."""
    documents = list(definition_files(sources))
    defined = {(d["gene"], v["position"]) for d in documents for v in d["variants"]}
    spelled = {(d["gene"], v["position"], v["ref"]) for d in documents for v in d["variants"]}
    for gene, rules in exemptions(sources).items():
        listed = [
            *(("required", position) for position in rules["requiredPositions"]),
            # Another variant may stand at an ignored one's position (G6PD Chatham): the reference tells them apart.
            *(
                ("ignored", one["position"])
                for one in rules["ignoredPositions"]
                if (gene, one["position"], one["ref"]) in spelled
            ),
            *(("extra", one["position"]) for one in rules["extraPositions"]),
            *(("tier1", position) for position in rules["amp1Positions"] if (gene, position) in defined),
        ]
        for rule, position in listed:
            yield {"gene": gene, "variant_id": variant_id(gene, position), "rule": rule, "source_id": SOURCE}
    for (gene, decides), proxy in PROXIES.items():
        yield {
            "gene": gene, "variant_id": variant_id(gene, proxy), "rule": "proxy_for",
            "target": variant_id(gene, decides), "source_id": SOURCE,
        }  # fmt: skip
    for (gene, position), acts_like in FALLBACKS.items():
        yield {
            "gene": gene, "variant_id": variant_id(gene, position), "rule": "fallback", "target": acts_like,
            "source_id": SOURCE,
        }  # fmt: skip


def unphased_priorities(sources: Path) -> Iterator[Row]:
    """Sets of diplotypes that unphased data cannot tell apart, and the pick."""
    for gene, rules in exemptions(sources).items():
        for one in rules["unphasedDiplotypePriorities"]:
            yield {"gene": gene, "ambiguous_set": one["id"], "pick": one["pick"], "source_id": SOURCE}
