"""Agreement with consensus labels by gene, at diplotype and at phenotype level; every difference has a reason."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from agreement.labels import Label, labels
from garrod import IntakeOptions, load_knowledge, read_people
from garrod.genome.assess import gene_results
from garrod.genome.definitions import definitions
from garrod.genome.phenotypes import rules_of
from garrod.model.calls import GeneResult
from garrod.model.genotypes import Genotype

KNOWLEDGE = load_knowledge()
GENES = definitions(KNOWLEDGE)
SKIPPED = {"NAT2": "labels use the old nomenclature, whose names mean other sequences today"}
#: Genes compared at the position or repeat that decides, because their names were redefined since the labels.
VKORC1_WORDS = {"GG": "-1639 GG", "GA": "-1639 AG", "AG": "-1639 AG", "AA": "-1639 AA"}
MINOR = {"CYP2C19": {"*38": "*1"}, "UGT1A1": {"*80+*28": "*28", "*80+*37": "*37", "*80": "*1"}}
#: Positions that decide where a gene's alleles were redefined: rsID -> alleles of the label that carry the alternate.
DECIDING = {
    "SLCO1B1": ("rs4149056", {"*5", "*15", "*17"}),
    "CYP2B6": ("rs3745274", {"*6", "*7", "*9", "*13", "*19", "*20", "*26", "*29", "*34", "*36", "*37", "*38"}),
    "CYP4F2": ("rs2108622", {"*3", "*4"}),
}


@pytest.fixture(scope="module")
def results(sources: Path) -> dict[str, dict[tuple[str, str], tuple[GeneResult, dict[str, object]]]]:
    found: dict[str, dict[tuple[str, str], tuple[GeneResult, dict[str, object]]]] = {}
    for panel in ("1000g_grch38.pgx.open.vcf.gz", "1000g_grch37.pgx.open.vcf.gz"):
        path = sources / "pgx/real" / panel
        people = read_people(path, KNOWLEDGE, IntakeOptions(all_samples=True, absent_is_reference=True))
        written = read_people(path, KNOWLEDGE, IntakeOptions(all_samples=True))
        found[panel] = {
            (person.id, one.gene): (one, dict(bare.genomes[0].genotypes))
            for person, bare in zip(people, written, strict=True)
            for one in gene_results(person, KNOWLEDGE)[0]
        }
    return found


def best(result: GeneResult) -> list[tuple[str, ...]]:
    table = MINOR.get(result.gene, {})
    return [tuple(sorted(table.get(a, a) for a in f.diplotype.alleles)) for f in result.diplotypes if f.rank == 1]


def reason(label: Label, result: GeneResult, written: dict[str, object]) -> str:
    """Why a label and our call differ, from the definitions and the panel, never from the wish to agree."""
    definition = GENES[label.gene]
    alleles = label.alleles
    if label.is_structural:
        return "copy number or hybrid, not in small variants"
    if alleles is None:
        return "label is not a pair of allele names"
    unknown = [a for a in alleles if a not in definition.alleles]
    if unknown:
        return f"name not in today's definitions: {', '.join(unknown)}"
    absent = [
        variant
        for name in alleles
        for variant, bases in definition.cells[definition.alleles.index(name)].items()
        if definition.reference_bases(variant)[0] not in bases and not isinstance(written.get(variant), Genotype)
    ]
    if absent:
        names = {one.variant_id: one.name for one in definition.variants}
        return f"variant absent from the panel: {', '.join(sorted({names[v] for v in absent}))}"
    if label.gene in DECIDING and _same_at_deciding_position(label, written):
        return "names redefined since; same at the deciding position"
    if more := _beyond_the_label(label, written):
        return f"the panel holds a documented variant that the label does not name: {', '.join(more)}"
    return "TRUE MISS"


def _same_at_deciding_position(label: Label, written: dict[str, object]) -> bool:
    rsid, carriers = DECIDING[label.gene]
    variant = next(v for v in GENES[label.gene].variants if v.rsid == rsid)
    seen = written.get(variant.variant_id)
    if not isinstance(seen, Genotype) or label.alleles is None:
        return False
    return sum(base != variant.ref_38 for base in seen.alleles) == sum(a in carriers for a in label.alleles)


def _beyond_the_label(label: Label, written: dict[str, object]) -> tuple[str, ...]:
    """Documented variants that the panel holds and the label's alleles do not list, where it holds all of the label's."""
    definition = GENES[label.gene]
    if label.alleles is None:
        return ()
    theirs = {
        v
        for name in label.alleles
        for v, bases in definition.cells[definition.alleles.index(name)].items()
        if definition.reference_bases(v)[0] not in bases
    }
    held = {
        v
        for v, seen in written.items()
        if isinstance(seen, Genotype)
        and v in definition.masks
        and any(base not in definition.reference_bases(v) for base in seen.alleles)
    }
    names = {one.variant_id: one.name for one in definition.variants}
    return tuple(sorted(names[v] for v in held - theirs)) if theirs <= held else ()


def compare(label: Label, found) -> tuple[str, str] | None:
    panel = "1000g_grch37.pgx.open.vcf.gz" if label.gene == "DPYD" else "1000g_grch38.pgx.open.vcf.gz"
    entry = found[panel].get((label.sample, label.gene))
    if entry is None or label.gene not in GENES or label.gene in SKIPPED:
        return None
    result, written = entry
    if not result.is_assessed:
        return None
    if label.gene == "VKORC1":
        same = result.phenotype == VKORC1_WORDS.get(label.written.strip())
        return ("same", "same") if same else ("TRUE MISS", "differs")
    alleles = label.alleles
    if label.gene == "DPYD":
        return _compare_dpyd(label, result)
    wanted = tuple(sorted(alleles)) if alleles else None
    diplotype = "same" if wanted in best(result) else reason(label, result, written)
    rules = rules_of(KNOWLEDGE, label.gene)
    if alleles and rules.exists and all(a in rules.functions for a in alleles):
        expected = rules.of_alleles(alleles).word
        phenotype = "same" if expected == result.phenotype else "differs"
    else:
        phenotype = "same" if diplotype == "same" else "not comparable"
    return diplotype, phenotype


def _compare_dpyd(label: Label, result: GeneResult) -> tuple[str, str]:
    """DPYD labels list variants or old star names; function is what can be compared."""
    if label.written == "*1/*1":
        if result.phenotype == "Normal Metabolizer":
            return "same function", "same"
        # Labels of this form name star alleles; a variant without a star name cannot stand in them.
        starless = all("(*" not in text.split(":")[0] for text in result.variants)
        return ("the label's star names do not cover the variant" if starless else "TRUE MISS"), "differs"
    return "label lists variants", "not comparable"


def test_labels_agree_or_the_difference_has_a_reason(results, sources: Path) -> None:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    phenotypes: dict[str, Counter[str]] = defaultdict(Counter)
    differences, misses = [], []
    for label in labels(sources):
        compared = compare(label, results)
        if compared is None:
            continue
        diplotype, phenotype = compared
        table[label.gene][diplotype.split(":")[0]] += 1
        phenotypes[label.gene][phenotype] += 1
        if not diplotype.startswith("same"):
            panel = "1000g_grch37.pgx.open.vcf.gz" if label.gene == "DPYD" else "1000g_grch38.pgx.open.vcf.gz"
            ours = results[panel][label.sample, label.gene][0]
            names = " or ".join(f.diplotype.name for f in ours.diplotypes if f.rank == 1)
            differences.append(f"  {label.gene:8} {label.sample}  label {label.written:24} ours {names:24} {diplotype}")
            if diplotype == "TRUE MISS":
                misses.append(f"{label.gene} {label.sample} {label.written} {names}")
    print()
    for gene in sorted(table):
        total = sum(table[gene].values())
        said = ", ".join(f"{n} {word}" for word, n in table[gene].most_common())
        also = ", ".join(f"{n} {word}" for word, n in phenotypes[gene].most_common())
        print(f"{gene:8} {total:3} labels | diplotype: {said} | phenotype: {also}")
    print("\n".join(["differences:", *differences]))
    assert table, "no label could be compared"
    assert not misses, misses
