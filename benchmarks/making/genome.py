"""One person's whole genome as a laboratory sends it: 4.5 million records, bgzip and tabix.

Every chromosome carries variants in proportion to its length (half of that on X), unevenly spaced; the defining
positions of all pharmacogenes are among them, with alleles drawn as often as people carry them.

Usage: python -m benchmarks.making.genome FOLDER
"""

import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import pysam

from benchmarks.making import EXAMPLE
from benchmarks.making.people import LENGTHS, ORDER, SiteRow, as_common, contig, header, record, site_rows
from garrod.genome.files.sites import PAD, merged_spans
from garrod.intake.reading import sites
from garrod.knowledge import load_knowledge
from garrod.model.genotypes import Assembly

SEED: Final = 1902
RECORDS: Final = 4_500_000
KINDS: Final = 1 << 16  #: different records beside their place: enough that no compressor sees one twice in its window
DENSITY: Final = {"X": 0.5, "Y": 0.0, "MT": 0.0}  #: relative to the autosomes; a woman's genome
TELOMERE: Final = 10_000
CLUSTERS: Final = (0.15, 0.6, 1.0, 1.0, 2.25)  #: the spread of local spacing; its mean is 1
CLUSTER: Final = 64
BLOCK: Final = 1 << 20
SAMPLE: Final = "person"


def _tails(chance: random.Random) -> list[str]:
    """Return what may stand after a record's place: nine in ten are single bases, the others short indels."""
    return [_tail(chance) for _ in range(KINDS)]


def _tail(chance: random.Random) -> str:
    ref, alt = chance.sample("ACGT", 2)
    if chance.random() < 0.1:
        longer = ref + "".join(chance.choices("ACGT", k=chance.randint(1, 6)))
        ref, alt = (ref, longer) if chance.random() < 0.5 else (longer, ref)
    depth = max(8, round(chance.gauss(34, 7)))
    is_het = chance.random() < 0.6
    reads = round(depth * chance.gauss(0.5, 0.08)) if is_het else depth
    genotype, quality = ("0/1", min(99, 40 + depth)) if is_het else ("1/1", min(99, 3 * depth))
    score, mapping = 28 * reads + chance.random(), 60 - max(0.0, chance.gauss(-2, 3))
    return (
        f"\t{ref}\t{alt}\t{score:.2f}\tPASS\tDP={depth};MQ={mapping:.2f}\tGT:AD:DP:GQ"
        f"\t{genotype}:{depth - reads},{reads}:{depth}:{quality}\n"
    )


def _places(length: int, count: int, chance: random.Random) -> Iterator[int]:
    """Go through positions whose spacing changes from stretch to stretch."""
    mean = (length - 2 * TELOMERE) / count
    place = float(TELOMERE)
    while True:
        rate = 1 / (mean * chance.choice(CLUSTERS))
        for _ in range(CLUSTER):
            place += 1 + chance.expovariate(rate)
            if place > length - TELOMERE:
                return
            yield int(place)


def _chromosome(name: str, count: int, written: Sequence[SiteRow], tails: list[str], chance: random.Random) -> Iterator[str]:
    """Go through one chromosome's records: the sites as written, and others where no site is near."""
    near = list(merged_spans((row.place[1] - 2 * PAD, row.place[1] + 2 * PAD) for row in written))
    waiting = [(row.place[1], f"{record(row, separator='/', chance=chance)}\n") for row in reversed(written)]
    for place in _places(LENGTHS[name], count, chance) if count else ():
        while waiting and waiting[-1][0] <= place:
            yield waiting.pop()[1]
        while near and near[0][1] < place:
            near.pop(0)
        if near and near[0][0] <= place and _is_near(place, written):
            continue
        yield f"{contig(name)}\t{place}\trs{chance.randrange(10**6, 2 * 10**9)}{tails[chance.randrange(KINDS)]}"
    yield from (line for _, line in reversed(waiting))


def _is_near(place: int, written: Sequence[SiteRow]) -> bool:
    """Whether a record here could be taken for a site's, or contradict its reference."""
    return any(abs(row.place[1] - place) <= 2 * PAD for row in written)


def _records() -> Iterator[str]:
    chance = random.Random(SEED)  # noqa: S311 - a seeded genome, not a secret
    weights = {name: length * DENSITY.get(name, 1.0) for name, length in LENGTHS.items()}
    tails = _tails(chance)
    found = {place: list(rows) for place, rows in groupby(site_rows(as_common, 1, SEED), key=lambda row: row.place[0])}
    for name in LENGTHS:
        count = round(RECORDS * weights[name] / sum(weights.values()))
        yield from _chromosome(name, count, found.get(ORDER[name], []), tails, chance)


def _write(path: Path) -> None:
    with pysam.BGZFile(str(path), "wb", index=None) as out:
        block = [f"{line}\n" for line in header((SAMPLE,))]
        size = 0
        for line in _records():
            block.append(line)
            size += len(line)
            if size > BLOCK:
                out.write("".join(block).encode())
                block, size = [], 0
        out.write("".join(block).encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


def _write_regions(folder: Path) -> None:
    """Write the regions that the reader asks for: around the sites, and the genes, whose structural records it reports."""
    build = sites(load_knowledge()).builds[Assembly.GRCH38]
    for name, with_genes in (("sites.bed", False), ("asked.bed", True)):
        lines = []
        for chromosome in LENGTHS:
            spans = [*build.windows.get(chromosome, ())]
            spans += [(start, end) for start, end, _ in build.genes.get(chromosome, ()) if with_genes]
            lines += [f"{contig(chromosome)}\t{start - 1}\t{end}\n" for start, end in merged_spans(spans)]
        (folder / name).write_text("".join(lines), encoding="utf-8")


def main(folder: Path) -> None:
    genome = folder / "genome.vcf.gz"
    _write(genome)
    _write_regions(folder)
    (folder / "unindexed").mkdir()
    os.link(genome, folder / "unindexed" / genome.name)
    person = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    person["genomes"] = [{"file": genome.name, "sample": SAMPLE, "assembly": "GRCh38", "absent_is_reference": False}]
    (folder / "person.json").write_text(json.dumps(person, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
