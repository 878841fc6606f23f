import pytest

from garrod.genome.definitions import bases_of, definitions, members
from garrod.genome.matching import match, observe
from garrod.knowledge import load_knowledge
from garrod.model.genotypes import Genotype

GENES = definitions(load_knowledge())


def read(gene: str, changes: dict[str, tuple[str, str]], *, phased: bool = False, phase_sets: dict[str, str] | None = None):
    """Genotypes of a gene that are as its reference allele everywhere but at the given rsIDs."""
    definition = GENES[gene]
    made = []
    for one in definition.variants:
        usual = definition.reference_bases(one.variant_id)[0]
        bases = changes.get(one.rsid or "", (usual, usual))
        block = (phase_sets or {}).get(one.rsid or "")
        made.append(Genotype(one.variant_id, bases, is_phased=phased or block is not None, phase_set=block))
    return definition, observe(made)


def names(definition, fits):
    return {"/".join(definition.alleles[a] for a in fit.alleles) for fit in fits}


def test_a_set_lists_its_members_from_the_lowest() -> None:
    assert list(members(0b101001)) == [0, 3, 5]


def test_an_iupac_letter_stands_for_its_bases() -> None:
    assert bases_of("R") == ("A", "G")
    assert bases_of("CATAT") == ("CATAT",)


def test_tpmt_three_a_and_three_b_over_three_c_both_fit_without_phase() -> None:
    definition, seen = read("TPMT", {"rs1800460": ("C", "T"), "rs1142345": ("T", "C")})
    found = match(definition, seen)
    assert names(definition, found) == {"*1/*3A", "*3B/*3C"}
    assert definition.alleles[found[0].alleles[1]] == "*3A"


def test_phase_tells_them_apart() -> None:
    definition, cis = read("TPMT", {"rs1800460": ("C", "T"), "rs1142345": ("T", "C")}, phased=True)
    assert names(definition, match(definition, cis)) == {"*1/*3A"}
    definition, trans = read("TPMT", {"rs1800460": ("C", "T"), "rs1142345": ("C", "T")}, phased=True)
    assert names(definition, match(definition, trans)) == {"*3B/*3C"}


def test_two_phase_sets_within_a_gene_leave_what_lies_between_them_open() -> None:
    sets = {"rs1800460": "a", "rs1142345": "b"}
    definition, seen = read("TPMT", {"rs1800460": ("C", "T"), "rs1142345": ("C", "T")}, phase_sets=sets)
    assert names(definition, match(definition, seen)) == {"*1/*3A", "*3B/*3C"}


def test_nat2_pick_never_overrides_phase() -> None:
    definition = GENES["NAT2"]
    assert definition.priorities[frozenset({"*1/*6", "*4/*34"})] == "*1/*6"


@pytest.mark.parametrize(("repeat", "allele"), [("CAT", "*1"), ("C", "*36"), ("CATAT", "*28"), ("CATATAT", "*37")])
def test_the_ugt1a1_repeat_is_told_by_its_length(repeat, allele) -> None:
    definition, seen = read("UGT1A1", {"rs3064744": (repeat, repeat)})
    assert names(definition, match(definition, seen)) == {f"{allele}/{allele}"}
