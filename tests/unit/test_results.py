"""What a gene's result must say, and must never say."""

import random

import pytest

from garrod.genome.definitions import definitions
from garrod.genome.results import genome_result
from garrod.knowledge import load_knowledge
from garrod.model.calls import CallStatus
from garrod.model.genotypes import Genotype, Missing, MissingReason, StructuralRecord
from synthetic import evidence, genotypes

KNOWLEDGE = load_knowledge()
GENES = definitions(KNOWLEDGE)


def made(gene, first, second, *, phased=False, masked=(), changes=None):
    definition = GENES[gene]
    ids = {one.rsid: one.variant_id for one in definition.variants}
    pair = (definition.alleles.index(first), definition.alleles.index(second))
    hidden = [ids.get(name, name) for name in masked]
    seen = genotypes(definition, pair, random.Random(1), phased=phased, masked=hidden)
    for name, bases in (changes or {}).items():
        seen[ids.get(name, name)] = Genotype(ids.get(name, name), bases, is_phased=phased)
    return seen


def result(gene, seen, sex="female", **changes):
    from dataclasses import replace

    return genome_result(GENES[gene], seen, replace(evidence(seen), **changes), sex, KNOWLEDGE)


def test_one_missing_position_keeps_the_call_and_says_what_it_could_change() -> None:
    found = result("CYP2C19", made("CYP2C19", "*1", "*2", masked=["rs28399504"]))
    assert next(f.diplotype.name for f in found.diplotypes) == "*1/*2"
    assert found.phenotype == "Intermediate Metabolizer"
    assert found.missing == ("rs28399504",)
    assert found.could_change
    assert "Poor Metabolizer" in found.phenotypes_possible
    assert found.decided_by == ("rs28399504",)


def test_a_missing_tier_1_position_forbids_normal() -> None:
    found = result("CYP2C19", made("CYP2C19", "*1", "*1", masked=["rs4986893"]))
    assert found.phenotype is None
    assert "Normal Metabolizer" in found.phenotypes_possible
    assert "Poor Metabolizer" in found.phenotypes_possible
    assert any("rs4986893" in note for note in found.notes)


def test_nothing_read_is_not_assessed_and_everything_stays_possible() -> None:
    definition = GENES["CYP3A5"]
    seen = {one.variant_id: Missing(one.variant_id, MissingReason.NO_RECORD) for one in definition.variants}
    found = result("CYP3A5", seen)
    assert found.status is CallStatus.NOT_ASSESSED
    assert found.could_change
    assert {"Normal Metabolizer", "Poor Metabolizer"} <= set(found.phenotypes_possible)


def test_nat2_is_not_called_without_a_required_position() -> None:
    found = result("NAT2", made("NAT2", "*4", "*5", masked=["rs1801280"]))
    assert found.status is CallStatus.NOT_ASSESSED
    assert "rs1801280" in (found.reason or "")


def test_an_undocumented_base_is_said_and_never_reference_where_the_gene_forbids_it() -> None:
    found = result("CYP2C19", made("CYP2C19", "*1", "*1", changes={"rs4244285": ("G", "T")}))
    assert found.status is CallStatus.PARTIAL
    assert found.undocumented
    assert found.phenotype == "Indeterminate"


def test_an_undocumented_base_of_tpmt_is_read_as_reference_and_said() -> None:
    found = result("TPMT", made("TPMT", "*1", "*1", changes={"rs1142345": ("T", "A")}))
    assert found.status is CallStatus.CALLED
    assert found.undocumented
    assert found.could_change


def test_a_combination_is_named_in_brackets_and_has_a_phenotype_only_where_its_parts_agree() -> None:
    same = result("CYP2C19", made("CYP2C19", "*2", "*2", phased=True, changes={"rs4986893": ("A", "G")}))
    assert same.diplotypes[0].diplotype.name == "*2/[*2 + *3]"
    assert same.phenotype == "Poor Metabolizer"
    mixed = result("CYP2C19", made("CYP2C19", "*2", "*2", phased=True, changes={"rs12248560": ("T", "C")}))
    assert mixed.diplotypes[0].diplotype.name == "*2/[*2 + *17]"
    assert mixed.phenotype == "Indeterminate"


def test_tpmt_without_phase_says_that_phase_decides() -> None:
    found = result("TPMT", made("TPMT", "*1", "*3A"))
    assert [f.diplotype.name for f in found.diplotypes] == ["*1/*3A", "*3B/*3C"]
    assert found.phenotype == "Intermediate Metabolizer"
    assert found.could_change
    assert found.decided_by == ("phase",)


def test_cyp2d6_from_small_variants_is_limited() -> None:
    found = result("CYP2D6", made("CYP2D6", "*1", "*4"))
    assert found.status is CallStatus.LIMITED
    assert any("copies" in note for note in found.notes)


def test_dpyd_takes_the_lowest_function_of_each_strand() -> None:
    cis = made("DPYD", "c.1905+1G>A (*2A)", "Reference", phased=True, changes={"rs67376798": ("A", "T")})
    found = result("DPYD", cis)
    assert found.activity_score == 1.0
    trans = made("DPYD", "c.1905+1G>A (*2A)", "Reference", changes={"rs67376798": ("A", "T")})
    severe = result("DPYD", trans)
    assert severe.activity_score == 0.5
    assert severe.decided_by == ("phase",)
    assert any("milder" in note for note in severe.notes)


def test_dpyd_haplotype_b3_is_counted_once_and_read_by_its_stand_in_when_need_be() -> None:
    name = "c.1129-5923C>G, c.1236G>A (HapB3)"
    both = result("DPYD", made("DPYD", name, "Reference"))
    assert both.diplotypes[0].diplotype.name == f"Reference/{name}"
    assert both.activity_score == 1.5
    proxy = result("DPYD", made("DPYD", name, "Reference", masked=["rs75017182"]))
    assert proxy.activity_score == 1.5
    assert any("stand-in" in note for note in proxy.notes)
    intronic = result("DPYD", made("DPYD", name, "Reference", changes={"rs56038477": ("C", "C")}))
    assert intronic.activity_score == 1.5


def test_ryr1_reference_is_uncertain_never_normal() -> None:
    found = result("RYR1", made("RYR1", "Reference", "Reference"))
    assert found.phenotype == "Uncertain Susceptibility"


def test_a_males_x_has_one_copy_and_two_different_alleles_are_refused() -> None:
    definition = GENES["G6PD"]
    reference = definition.alleles[definition.reference]
    seen = made("G6PD", reference, reference)
    found = result("G6PD", seen, sex="male")
    assert found.diplotypes[0].diplotype.alleles == (reference,)
    other = next(n for n in definition.alleles if n != reference)
    refused = result("G6PD", made("G6PD", reference, other), sex="male")
    assert refused.status is CallStatus.NOT_ASSESSED
    assert "male" in (refused.reason or "")


def test_a_female_carrier_of_g6pd_deficiency_is_variable() -> None:
    found = result("G6PD", made("G6PD", "B (reference)", "Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham"))
    assert found.phenotype == "Variable"


def test_slco1b1_falls_back_to_one_position_and_says_so() -> None:
    found = result("SLCO1B1", made("SLCO1B1", "*1", "*5", changes={"rs56101265": ("C", "C")}))
    assert found.phenotype == "Decreased Function"
    assert any("rs4149056 alone" in note for note in found.notes)


def test_vkorc1_counts_alleles() -> None:
    seen = made("VKORC1", "rs9923231 variant (T)", "rs9923231 variant (T)")
    assert result("VKORC1", seen).phenotype == "-1639 AA"


def test_cftr_says_that_it_is_no_test_for_the_disease() -> None:
    definition = GENES["CFTR"]
    reference = definition.alleles[definition.reference]
    assert any("not a test" in note for note in result("CFTR", made("CFTR", reference, reference)).notes)


def test_a_structural_record_marks_the_gene_for_review() -> None:
    seen = made("CYP2C19", "*1", "*1")
    found = result("CYP2C19", seen, structural=(StructuralRecord("CYP2C19", "DEL", "chr10:1 <DEL> 0/1"),))
    assert found.needs_review
    assert found.could_change


def test_an_array_asks_for_confirmation() -> None:
    assert result("CYP2C19", made("CYP2C19", "*1", "*1"), kind="23andMe layout").needs_confirmation


@pytest.mark.parametrize(
    ("position", "base", "risk"),
    [(1555, "G", "increased"), (1494, "T", "increased"), (827, "G", "normal"), (663, "G", "uncertain")],
)
def test_mt_rnr1_is_called_by_its_worst_variant(position, base, risk) -> None:
    definition = GENES["MT-RNR1"]
    seen = {one.variant_id: Genotype(one.variant_id, (one.ref_38,)) for one in definition.variants}
    place = f"MT-RNR1-{position}"
    seen[place] = Genotype(place, (base,), allele_fraction=0.97)
    found = result("MT-RNR1", seen)
    assert (found.phenotype or "").startswith(risk)
    assert any("97%" in note for note in found.notes)


def test_a_heteroplasmic_risk_variant_counts() -> None:
    definition = GENES["MT-RNR1"]
    seen = {one.variant_id: Genotype(one.variant_id, (one.ref_38,)) for one in definition.variants}
    seen["MT-RNR1-1555"] = Genotype("MT-RNR1-1555", ("A", "G"), allele_fraction=0.2)
    assert (result("MT-RNR1", seen).phenotype or "").startswith("increased")
