"""What laboratories write, and what follows where they and the genome disagree."""

import random

import pytest

from garrod.genome.assess import documented_alleles, gene_results
from garrod.genome.definitions import definitions
from garrod.genome.outside import OutsideDiplotype, OutsideStatus, Unreadable, parse_call, parse_typing
from garrod.knowledge import load_knowledge
from garrod.model.calls import CallStatus
from garrod.model.person import OutsideCall, Person
from synthetic import evidence, genotypes

KNOWLEDGE = load_knowledge()
ALLELES = documented_alleles(KNOWLEDGE)


def gene(name, *calls, genome=None, sex="female"):
    person = Person(
        id="made",
        sex=sex,
        outside_calls=tuple(OutsideCall(gene=name, **call) for call in calls),
        genomes=(evidence(genome),) if genome else (),
    )
    results, unread = gene_results(person, KNOWLEDGE)
    return next(one for one in results if one.gene == name), unread


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*1/*2", ("*1", "*2")),
        ("CYP2D6*1/*2", ("*1", "*2")),
        ("*1 / *4.013", ("*1", "*4")),
        ("*1x2/*4", ("*1x2", "*4")),
        ("*2x3/*1", ("*2x≥3", "*1")),
        ("*1X2/*41", ("*1x2", "*41")),
        ("*36+*10/*1", ("*36+*10", "*1")),
        ("*2a/*1", ("*2", "*1")),
    ],
)
def test_cyp2d6_is_written_in_many_ways(text, expected) -> None:
    parsed = parse_call("CYP2D6", text, ALLELES["CYP2D6"])
    assert isinstance(parsed, OutsideDiplotype)
    assert parsed.alleles == expected


def test_an_uncertain_part_is_kept() -> None:
    parsed = parse_call("CYP2D6", "(*68)+*4/*1", ALLELES["CYP2D6"])
    assert isinstance(parsed, OutsideDiplotype)
    assert parsed.uncertain == ("*68",)


def test_an_unknown_allele_is_unreadable() -> None:
    assert isinstance(parse_call("CYP2C19", "*1/*999", ALLELES["CYP2C19"]), Unreadable)


@pytest.mark.parametrize("text", ["n/a", "", "No Result", "-"])
def test_no_result_is_no_call(text) -> None:
    assert parse_call("CYP2C19", text, ALLELES["CYP2C19"]) is None


def test_an_allele_status_is_cut_to_two_fields() -> None:
    assert parse_call("HLA-B", "HLA-B*57:01:01:01 positive", {}) == OutsideStatus("*57:01", True)


@pytest.mark.parametrize(
    ("text", "score", "phenotype"),
    [
        ("*4/*4", 0.0, "Poor Metabolizer"),
        ("*4/*41", 0.25, "Intermediate Metabolizer"),
        ("*1/*41", 1.25, "Normal Metabolizer"),
        ("*1x2/*2", 3.0, "Ultrarapid Metabolizer"),
        ("*36+*10/*10", 0.5, "Intermediate Metabolizer"),
        ("*1x≥3/*4", 3.0, "Ultrarapid Metabolizer"),
    ],
)
def test_cyp2d6_scores(text, score, phenotype) -> None:
    found, _ = gene("CYP2D6", {"call": text})
    assert (found.activity_score, found.phenotype) == (score, phenotype)


def test_unknown_copies_keep_every_score() -> None:
    found, _ = gene("CYP2D6", {"call": "*1xN/*4"})
    assert found.could_change
    assert set(found.phenotypes_possible) == {"Normal Metabolizer", "Ultrarapid Metabolizer"}


def test_a_stated_phenotype_is_enough_and_abbreviations_are_read() -> None:
    found, _ = gene("CYP2C19", {"phenotype": "PM"})
    assert found.phenotype == "Poor Metabolizer"


def test_a_stated_score_is_enough() -> None:
    found, _ = gene("CYP2D6", {"activity_score": "≥3.0"})
    assert found.phenotype == "Ultrarapid Metabolizer"


def test_several_phenotypes_for_one_gene_are_kept() -> None:
    found, _ = gene("CYP2C19", {"phenotype": "Poor Metabolizer"}, {"phenotype": "Intermediate Metabolizer"})
    assert found.phenotype is None
    assert set(found.phenotypes_possible) == {"Poor Metabolizer", "Intermediate Metabolizer"}


def test_a_laboratory_that_contradicts_its_own_diplotype_leaves_both_possible() -> None:
    found, _ = gene("CYP2C19", {"call": "*2/*2", "phenotype": "Normal Metabolizer"})
    assert found.phenotype is None
    assert {"Poor Metabolizer", "Normal Metabolizer"} == set(found.phenotypes_possible)


def test_an_unknown_gene_is_told() -> None:
    _, unread = gene_results(Person(id="x", outside_calls=(OutsideCall(gene="CYP9Z9", call="*1/*1"),)), KNOWLEDGE)
    assert any("CYP9Z9" in text for text in unread)


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("*57:01/*08:01", True),
        ("HLA-B*57:01:01:01/HLA-B*08:01", True),
        ("B*08:01/B*07:02", False),
        ("*57/*08:01", None),
        ("*08:01", None),
        ("*57:01N/*08:01", None),
    ],
)
def test_a_typing_is_negative_only_with_two_full_types_without_the_allele(text, present) -> None:
    typing = parse_typing("HLA-B", text)
    assert typing is not None
    assert typing.has("*57:01") is present


def test_an_untested_hla_allele_is_not_negative() -> None:
    found, _ = gene("HLA-B", {"call": "*57:01 negative"})
    words = {one.allele: one.is_present for one in found.allele_statuses}
    assert words["*57:01"] is False
    assert words.get("*58:01") is None


def test_contradicting_hla_calls_settle_nothing() -> None:
    found, _ = gene("HLA-B", {"call": "*57:01 negative"}, {"call": "*57:01 positive"})
    assert {one.allele: one.is_present for one in found.allele_statuses}["*57:01"] is None
    assert found.needs_review


def genome_of(name, first, second):
    definition = definitions(KNOWLEDGE)[name]
    pair = (definition.alleles.index(first), definition.alleles.index(second))
    return genotypes(definition, pair, random.Random(1), phased=False)


def test_agreement_with_the_genome_is_said() -> None:
    found, _ = gene("CYP2C19", {"call": "*1/*2"}, genome=genome_of("CYP2C19", "*1", "*2"))
    assert found.disagreement is None
    assert found.phenotype == "Intermediate Metabolizer"


def test_disagreement_is_a_finding_and_settles_nothing() -> None:
    found, _ = gene("CYP2C19", {"call": "*1/*1"}, genome=genome_of("CYP2C19", "*1", "*2"))
    assert found.disagreement
    assert found.needs_review
    assert found.phenotype is None
    assert set(found.phenotypes_possible) >= {"Normal Metabolizer", "Intermediate Metabolizer"}


def test_for_cyp2d6_the_laboratory_goes_first() -> None:
    found, _ = gene("CYP2D6", {"call": "*4/*5"}, genome=genome_of("CYP2D6", "*4", "*4"))
    assert found.status is CallStatus.CALLED
    assert found.phenotype == "Poor Metabolizer"
