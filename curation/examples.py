"""Make the example person that is shipped: Ada, who does not exist.

Her genome is a small VCF that holds every defining position of every gene (all sites written, so nothing is assumed),
with alleles chosen by us from the definitions. A few positions are left unread on purpose, to show what that does.

Usage: python -m curation.examples
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from garrod.genome.definitions import GeneDefinition, definitions
from garrod.knowledge import load_knowledge
from garrod.knowledge.pharmacogenomics import Variant

HOME = Path(__file__).parents[1] / "src/garrod/examples/ada"
LENGTHS_38 = {
    "1": 248956422, "2": 242193529, "4": 190214555, "6": 170805979, "7": 159345973, "8": 145138636, "10": 133797422,
    "12": 133275309, "13": 114364328, "16": 90338345, "19": 58617616, "22": 50818468, "X": 156040895, "MT": 16569,
}  # fmt: skip
#: Alleles we chose; every other gene is as its commonest allele.
CHOSEN = {
    "CYP2C19": ("*2", "*2"),
    "SLCO1B1": ("*1", "*5"),
    "CYP2C9": ("*1", "*3"),
    "VKORC1": ("rs9923231 reference (C)", "rs9923231 variant (T)"),
    "DPYD": ("Reference", "c.1905+1G>A (*2A)"),
    "TPMT": ("*1", "*3A"),
    "CYP3A5": ("*3", "*3"),
    "UGT1A1": ("*1", "*80+*28"),
    "NAT2": ("*5", "*6"),
    "CYP2B6": ("*1", "*6"),
    "CYP4F2": ("*1", "*3"),
    "CYP2D6": ("*4", "*41"),
    "ABCG2": ("rs2231142 reference (G)", "rs2231142 reference (G)"),
}
USUAL = {"CYP2C19": "*1", "NAT2": "*4"}
UNREAD = {"CYP2B6": ("rs28399499",), "NUDT15": ("rs116855232",)}
PERSON = {
    "id": "ada",
    "sex": "female",
    "birth_date": "1958-03-02",
    "as_of": "2026-05-01T09:00:00+02:00",
    "declared_ancestry": None,
    "body": [
        {
            "height": {"value": 164, "unit": "cm"},
            "weight": {"value": 71.5, "unit": "kg"},
            "time": "2026-04-28T07:00:00+02:00",
        }
    ],
    "life_stage": {"pregnant": False, "lactating": False, "gestation_weeks": None, "postmenstrual_age_weeks": None},
    "smoking": {"status": "never", "per_day": 0},
    "genomes": [{"file": "ada.vcf", "sample": "ada", "assembly": "GRCh38", "absent_is_reference": False}],
    "outside_calls": [
        {"gene": "CYP2D6", "call": "*4/*41", "source": "laboratory"},
        {"gene": "HLA-B", "call": "*57:01 negative", "source": "laboratory"},
    ],
    "medications": [
        {
            "name": "clopidogrel", "rxnorm": "32968", "dose": {"value": 75, "unit": "mg"},
            "every": {"value": 24, "unit": "h"}, "route": "oral", "start": "2026-04-01", "end": None,
            "indication": "acute coronary syndrome, PCI", "status": "active",
        },
        {
            "name": "simvastatin", "dose": {"value": 40, "unit": "mg"}, "every": {"value": 24, "unit": "h"},
            "route": "oral", "start": "2024-01-10", "status": "active",
        },
        {
            "name": "codeine", "dose": {"value": 30, "unit": "mg"}, "every": {"value": 6, "unit": "h"},
            "route": "oral", "start": "2026-04-20", "indication": "back pain", "status": "active",
        },
        {
            "name": "omeprazole", "dose": {"value": 20, "unit": "mg"}, "every": {"value": 24, "unit": "h"},
            "route": "oral", "start": "2026-04-01", "status": "active",
        },
        {"name": "Herzgold drops", "route": "oral", "status": "active"},
    ],
    "conditions": [{"name": "acute coronary syndrome, stent", "status": "active"}],
    "allergies": [],
    "consent": {"secondary_findings": False},
}  # fmt: skip


def _strands(definition: GeneDefinition) -> tuple[dict[str, str], dict[str, str]]:
    usual = USUAL.get(definition.name, definition.alleles[definition.reference])
    names = CHOSEN.get(definition.name, (usual, usual))
    reference = definition.cells[definition.reference]
    made = []
    for name in names:
        cell = definition.cells[definition.alleles.index(name)]
        made.append({one.variant_id: (cell.get(one.variant_id) or reference[one.variant_id])[0] for one in definition.variants})
    return made[0], made[1]


def records() -> Iterator[tuple[int, int, str]]:
    """Return (contig order, position, line) of every defining position."""
    chance = random.Random(1902)
    contigs = list(LENGTHS_38)
    for definition in definitions(load_knowledge()).values():
        first, second = _strands(definition)
        for variant in definition.variants:
            line = _record(definition, variant, (first[variant.variant_id], second[variant.variant_id]), chance)
            yield contigs.index(variant.chromosome), variant.position_38, line
        for variant in definition.extra:
            yield contigs.index(variant.chromosome), variant.position_38, _line(variant, "0/0", 38, 99)


def _record(definition: GeneDefinition, variant: Variant, bases: tuple[str, str], chance: random.Random) -> str:
    depth = chance.randint(24, 52)
    if variant.rsid in UNREAD.get(definition.name, ()):
        return _line(variant, "./.", 3, None)
    numbers = [variant.alleles.index(base) for base in bases]
    if variant.chromosome == "MT":
        return _line(variant, str(numbers[0]), depth * 20, 99)
    return _line(variant, "/".join(map(str, sorted(numbers))), depth, 99)


def _line(variant: Variant, genotype: str, depth: int, quality: int | None) -> str:
    quality_text = "." if quality is None else str(quality)
    chromosome = f"chr{variant.chromosome}" if variant.chromosome != "MT" else "chrM"
    cells = (
        chromosome, str(variant.position_38), variant.rsid or ".", variant.ref_38, variant.alts_38, ".", "PASS", ".",
        "GT:DP:GQ", f"{genotype}:{depth}:{quality_text}",
    )  # fmt: skip
    return "\t".join(cells)


def main() -> None:
    """Write Ada's files."""
    HOME.mkdir(parents=True, exist_ok=True)
    head = ["##fileformat=VCFv4.2", "##source=garrod curation/examples.py: a person who does not exist"]
    names = {c: f"chr{c}" if c != "MT" else "chrM" for c in LENGTHS_38}
    head += [f"##contig=<ID={names[c]},length={length},assembly=GRCh38>" for c, length in LENGTHS_38.items()]
    head += [
        '##FILTER=<ID=PASS,Description="All filters passed">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tada",
    ]
    body = [line for _, _, line in sorted(set(records()))]
    (HOME / "ada.vcf").write_text("\n".join([*head, *body]) + "\n", encoding="utf-8")
    (HOME / "person.json").write_text(json.dumps(PERSON, indent=1) + "\n", encoding="utf-8")
    print(f"{len(body)} positions")


if __name__ == "__main__":
    main()
