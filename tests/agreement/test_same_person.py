"""One person, four layouts: the same calls from GRCh38, GRCh37, gVCF and consumer files where they cover the same sites.

The all-sites files of three real people are GRCh38; their consumer layouts are GRCh37. The gVCF and GRCh37 files
are made of them.
"""

import gzip
import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from garrod import IntakeOptions, load_knowledge, read_person
from garrod.genome.assess import gene_results
from garrod.genome.definitions import definitions
from garrod.intake.reading import sites
from garrod.model.calls import GeneResult
from garrod.model.genotypes import Assembly, GenomeEvidence, Genotype
from garrod.model.person import Person
from synthetic import evidence

KNOWLEDGE = load_knowledge()
PEOPLE = ("NA18526", "NA18565", "NA18861")


@cache
def genome(path: Path) -> GenomeEvidence:
    return read_person(path, KNOWLEDGE, IntakeOptions(sex="female")).genomes[0]


def covered(first: GenomeEvidence, second: GenomeEvidence) -> set[str]:
    """The positions that both read."""
    return {v for v, seen in first.genotypes.items() if isinstance(seen, Genotype) and isinstance(second.genotypes[v], Genotype)}


def calls(one: GenomeEvidence, positions: set[str]) -> dict[str, GeneResult]:
    """Call the genes from these positions only."""
    seen = {v: g for v, g in one.genotypes.items() if v in positions}
    person = Person(id="x", sex="female", genomes=(evidence(seen),))
    return {result.gene: result for result in gene_results(person, KNOWLEDGE)[0]}


def summary(results: dict[str, GeneResult]) -> dict[str, tuple[object, ...]]:
    return {g: (tuple(f.diplotype.name for f in r.diplotypes), r.phenotype, r.phenotypes_possible) for g, r in results.items()}


def as_gvcf(source: Path, target: Path) -> None:
    """Rewrite an all-sites VCF: runs of reference calls become blocks, the rest stays."""
    with gzip.open(source, "rt", encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        head = list(itertools.takewhile(lambda line: line.startswith("##"), lines))
        out.writelines(head)
        out.write('##INFO=<ID=END,Number=1,Type=Integer,Description="End of the block">\n##ALT=<ID=NON_REF,Description="Any">\n')
        out.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tone\n")
        out.writelines(_blocks(lines))


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    start: list[str] | None = None
    end = 0
    for line in lines:
        if line.startswith("#"):
            continue
        cells = line.rstrip("\n").split("\t")
        genotype = cells[9].split(":")[0]
        is_reference = genotype in {"0/0", "0|0"} and len(cells[3]) == 1
        joins = start is not None and is_reference and cells[0] == start[0] and int(cells[1]) == end + 1
        if start is not None and not joins:
            yield _block(start, end)
            start = None
        if not is_reference:
            yield line
        elif start is None:
            start, end = cells, int(cells[1])
        else:
            end += 1
    if start is not None:
        yield _block(start, end)


def _block(cells: list[str], end: int) -> str:
    return "\t".join([cells[0], cells[1], ".", cells[3], "<NON_REF>", ".", "PASS", f"END={end}", "GT:DP:GQ", "0/0:30:90"]) + "\n"


@pytest.mark.parametrize("name", PEOPLE)
def test_a_gvcf_gives_the_calls_of_the_all_sites_file(sources: Path, tmp_path: Path, name: str) -> None:
    original = sources / f"pgx/real/{name}.grch38.unphased.allsites.vcf.gz"
    as_gvcf(original, tmp_path / "one.g.vcf")
    first, second = genome(original), genome(tmp_path / "one.g.vcf")
    assert second.kind == "gVCF"
    both = covered(first, second)
    read = {v for v, seen in first.genotypes.items() if isinstance(seen, Genotype)}
    assert both == read
    assert summary(calls(first, both)) == summary(calls(second, both))


@pytest.mark.parametrize("layout", ["23andme", "ancestry"])
@pytest.mark.parametrize("name", PEOPLE)
def test_a_consumer_layout_on_grch37_gives_the_calls_of_grch38(sources: Path, name: str, layout: str) -> None:
    first = genome(sources / f"pgx/real/{name}.grch38.unphased.allsites.vcf.gz")
    second = genome(sources / f"pgx/real/{name}.{layout}_style.txt.gz")
    assert (first.assembly, second.assembly) == (Assembly.GRCH38, Assembly.GRCH37)
    both = covered(first, second)
    print(f"\n{name} {layout}: {len(both)} of {len(sites(KNOWLEDGE).variants)} positions are covered by both")
    assert len(both) > 50
    assert summary(calls(first, both)) == summary(calls(second, both))


@pytest.mark.parametrize("name", PEOPLE)
def test_grch37_gives_the_calls_of_grch38(sources: Path, tmp_path: Path, name: str) -> None:
    """The person's genotypes at positions whose GRCh37 base is known, written as a GRCh37 VCF."""
    first = genome(sources / f"pgx/real/{name}.grch38.unphased.allsites.vcf.gz")
    lines = []
    for variant in sites(KNOWLEDGE).variants.values():
        seen = first.genotypes[variant.variant_id]
        if isinstance(seen, Genotype) and variant.position_37 and variant.ref_37 and not variant.is_indel:
            alts = sorted({base for base in seen.alleles if base != variant.ref_37}) or ["."]
            numbers = [0 if base == variant.ref_37 else alts.index(base) + 1 for base in seen.alleles]
            lines.append((variant.chromosome, variant.position_37, variant.ref_37, ",".join(alts), "/".join(map(str, numbers))))
    head = "##fileformat=VCFv4.2\n##contig=<ID=10,length=135534747>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tone\n"
    body = "".join(f"{c}\t{p}\t.\t{r}\t{a}\t.\tPASS\t.\tGT\t{g}\n" for c, p, r, a, g in sorted(lines))
    (tmp_path / "one.vcf").write_text(head + body)
    second = genome(tmp_path / "one.vcf")
    assert second.assembly is Assembly.GRCH37
    both = covered(first, second)
    assert len(both) > 100
    assert summary(calls(first, both)) == summary(calls(second, both))


def test_every_gene_is_called_from_the_real_files(sources: Path) -> None:
    first = genome(sources / f"pgx/real/{PEOPLE[0]}.grch38.unphased.allsites.vcf.gz")
    person = Person(id="x", sex="female", genomes=(first,))
    called = {result.gene for result in gene_results(person, KNOWLEDGE)[0] if result.is_assessed}
    # The file holds neither MT-RNR1 nor CACNA1S, G6PD and NAT2.
    assert set(definitions(KNOWLEDGE)) - called == {"CACNA1S", "G6PD", "MT-RNR1", "NAT2"}
