"""From gene results to advice: what a small made-up guideline says must come out, with its conditions and its doubts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from garrod import Knowledge, Person, personalize
from garrod.knowledge.guidelines import GeneDrug, LabelTesting
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.person import BodyMeasurement
from garrod.model.quantities import Quantity
from garrod.model.recommendations import Recommendation, Severity
from garrod.therapeutics.statements import drug_guidelines
from made_guidelines import (
    NOW,
    Then,
    a_person,
    actions,
    advice,
    genome,
    genotype,
    knowledge_of,
    lab,
    no_score,
    reduce_to,
    says,
    score,
    status,
    taking,
    word,
)

POOR = says("poor", Then(action="avoid", rationale="efficacy", instead=("samplitol",)), {"CYP2C19": word("Poor Metabolizer")})
INTERMEDIATE = says("intermediate", reduce_to(0.5), {"CYP2C19": word("Intermediate Metabolizer")}, strength="moderate")
NORMAL = says("normal", "standard", {"CYP2C19": word("Normal Metabolizer")})
UNCLEAR = says("unclear", "no_recommendation", {"CYP2C19": word("Indeterminate")})
BY_PHENOTYPE = knowledge_of(POOR, INTERMEDIATE, NORMAL, UNCLEAR)

BY_SCORE = knowledge_of(
    says("none", "avoid", {"CYP2D6": score(0, 0)}),
    says("low", reduce_to(0.5), {"CYP2D6": score(0.25, 1)}),
    says("usual", "standard", {"CYP2D6": score(1.25, 2.25)}),
    says("high", "contraindicated", {"CYP2D6": score(2.5, None)}),
    says("unclear", "no_recommendation", {"CYP2D6": no_score("n/a")}),
)


def one(person: Person, knowledge: Any, **where: Any) -> Recommendation:
    """The only recommendation there is."""
    found = advice(person, knowledge, **where)
    assert len(found) == 1, [(some.id, some.applies_if) for some in found]
    return found[0]


def texts(some: Recommendation) -> str:
    return " ".join((some.summary, *some.notes, *some.would_change))


# One gene


def test_a_phenotype_selects_its_statement_and_no_other() -> None:
    found = one(a_person(lab("CYP2C19", "*2/*2")), BY_PHENOTYPE)
    assert found.action.value == "avoid"
    assert found.severity is Severity.CRITICAL
    assert found.applies_if is None
    assert [other.name for other in found.alternatives] == ["samplitol"]


def test_advice_says_whose_it_is_and_from_where() -> None:
    found = one(a_person(lab("CYP2C19", "*1/*2")), BY_PHENOTYPE)
    assert (found.body, found.guideline, found.pmids) == ("CPIC", "cpic-exampline", ("12345678",))
    assert (found.strength, found.reading, found.sources) == ("moderate", "read_twice", ("made-cpic",))
    assert found.because == ("gene:CYP2C19",)
    assert found.target.rxnorm == "9900001"


def test_what_the_guideline_adds_to_its_first_action_is_said_with_it() -> None:
    firm = says("poor", Then(action="contraindicated", condition="above 20 mg a day"), {"CYP2C19": word("Poor Metabolizer")})
    found = one(a_person(lab("CYP2C19", "*2/*2")), knowledge_of(firm))
    assert found.condition == "above 20 mg a day"
    assert found.summary == "Do not use exampline (above 20 mg a day)."


BY_GENOTYPE_OF_FDA = knowledge_of(says("pair", "monitor", {"CYP2C9": genotype("*3/*3")}, body="FDA"))


@pytest.mark.parametrize(
    ("call", "action", "is_checked"),
    [("*3/*3", "monitor", True), ("*2/*3", "no_recommendation", True), ("Poor Metabolizer", "test", False)],
)
def test_the_fda_may_name_a_genotype_which_a_phenotype_alone_cannot_tell(call: str, action: str, *, is_checked: bool) -> None:
    found = one(a_person(lab("CYP2C9", call)), BY_GENOTYPE_OF_FDA)
    assert (found.action.value, not found.could_not_check) == (action, is_checked)


def test_a_dose_is_a_factor_that_computes() -> None:
    (line,) = one(a_person(lab("CYP2C19", "*1/*2")), BY_PHENOTYPE).doses
    assert (line.phase, line.relative_to, line.factor_low, line.factor_high) == ("start", "usual", 0.5, 0.5)


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("*4/*4", "avoid"),  # 0
        ("*4/*41", "reduce"),  # 0.25
        ("*1/*4", "reduce"),  # 1
        ("*1/*41", "standard"),  # 1.25
        ("*1x2/*41", "standard"),  # 2.25
        ("*1x2/*1", "contraindicated"),  # 3
        ("*1/*102", "no_recommendation"),  # a function that nobody knows
    ],
)
def test_a_score_selects_the_interval_that_holds_it(call: str, action: str) -> None:
    assert one(a_person(lab("CYP2D6", call)), BY_SCORE).action.value == action


def test_a_score_that_is_a_lower_bound_is_not_settled_by_an_interval_that_ends_there() -> None:
    knowledge = knowledge_of(
        says("to three", reduce_to(0.5), {"CYP2D6": score(2.5, 3)}), says("above", "avoid", {"CYP2D6": score(3.25, None)})
    )
    found = advice(a_person(lab("CYP2D6", activity_score="≥3.0")), knowledge)
    said = " ".join(some.action.value + texts(some) for some in found)
    assert "avoid" in said


@pytest.mark.parametrize(("call", "action"), [("*57:01 positive", "contraindicated"), ("*57:01 negative", "standard")])
def test_an_allele_status_selects_its_statement(call: str, action: str) -> None:
    assert one(a_person(lab("HLA-B", call)), ALLELE).action.value == action


ALLELE = knowledge_of(
    says("positive", "contraindicated", {"HLA-B": status("*57:01 positive")}),
    says("negative", "standard", {"HLA-B": status("*57:01 negative")}),
)


def test_an_allele_that_was_not_tested_gives_no_green_light() -> None:
    found = one(a_person(), ALLELE)
    assert (found.action.value, found.severity) == ("test", Severity.WARNING)
    assert "HLA-B" in found.summary


@pytest.mark.parametrize("call", ["*58:01 positive", "*58:01 negative", "*57/*08:01", "*08:01"])
def test_nothing_is_taken_from_a_typing_that_does_not_tell_the_allele_asked_for(call: str) -> None:
    assert one(a_person(lab("HLA-B", call)), ALLELE).action.value == "test"


def test_of_two_alleles_asked_for_the_untested_one_stays_open() -> None:
    knowledge = knowledge_of(
        says("risk", "avoid", {"HLA-B": status("*15:02 positive")}, {"HLA-B": status("*57:01 positive")}),
        says("both negative", "standard", {"HLA-B": status("*15:02 negative")}, {"HLA-B": status("*57:01 negative")}),
    )
    found = advice(a_person(lab("HLA-B", "*15:02 negative")), knowledge)
    assert "avoid" in actions(found)
    assert all(some.applies_if for some in found if some.action.value == "avoid")
    assert any("*57:01" in line for some in found for line in some.would_change)


BY_GENOTYPE = knowledge_of(
    says("pair", "avoid", {"CYP2C9": genotype("*3/*3")}, body="DPWG"),
    says("turned", reduce_to(0.65), {"CYP2C9": genotype("*3/*1")}, body="DPWG"),
    says("poor", reduce_to(0.5), {"CYP2C9": word("Poor Metabolizer")}, body="DPWG"),
    says("intermediate", "standard", {"CYP2C9": word("Intermediate Metabolizer")}, body="DPWG"),
)


@pytest.mark.parametrize(
    ("call", "statement"), [("*3/*3", "pair"), ("*1/*3", "turned"), ("*2/*3", "poor"), ("*1/*2", "intermediate")]
)
def test_a_statement_on_the_genotype_goes_before_one_on_its_phenotype(call: str, statement: str) -> None:
    found = one(a_person(lab("CYP2C9", call)), BY_GENOTYPE)
    assert found.id == f"dpwg-exampline:{statement}:exampline"


def test_a_statement_on_the_genotype_hides_nothing_that_is_for_other_people() -> None:
    knowledge = knowledge_of(
        says("pair", "avoid", {"CYP2C9": genotype("*3/*3")}, body="DPWG", indications="acs_pci"),
        says("poor", reduce_to(0.5), {"CYP2C9": word("Poor Metabolizer")}, body="DPWG", indications="neurovascular"),
    )
    assert actions(advice(a_person(lab("CYP2C9", "*3/*3")), knowledge)) == ["avoid", "reduce"]


# Two genes

TWO_GENES = knowledge_of(
    says("both poor", "avoid", {"CYP2D6": score(0, 0), "CYP2C19": word("Poor Metabolizer")}),
    says("one poor", reduce_to(0.5), {"CYP2D6": score(0, 0), "CYP2C19": word("Normal Metabolizer", "Rapid Metabolizer")}),
    says("neither", "standard", {"CYP2D6": score(0.25, 2.25), "CYP2C19": word("Normal Metabolizer")}),
)


@pytest.mark.parametrize(
    ("cyp2d6", "cyp2c19", "action"),
    [("*4/*4", "*2/*2", "avoid"), ("*4/*4", "*1/*17", "reduce"), ("*4/*4", "*1/*1", "reduce"), ("*1/*1", "*1/*1", "standard")],
)
def test_keys_of_two_genes_must_both_hold_and_any_row_of_one_gene_will_do(cyp2d6: str, cyp2c19: str, action: str) -> None:
    person = a_person(lab("CYP2D6", cyp2d6), lab("CYP2C19", cyp2c19))
    assert one(person, TWO_GENES).action.value == action


def test_any_clause_will_do() -> None:
    knowledge = knowledge_of(
        says("either", "avoid", {"HLA-A": status("*31:01 positive")}, {"HLA-B": status("*15:02 positive")}),
        says("none", "standard", {"HLA-A": status("*31:01 negative"), "HLA-B": status("*15:02 negative")}),
    )
    for first, second in (("positive", "negative"), ("negative", "positive"), ("positive", "positive")):
        person = a_person(lab("HLA-A", f"*31:01 {first}"), lab("HLA-B", f"*15:02 {second}"))
        assert one(person, knowledge).action.value == "avoid"


WITH_NO_RESULT = knowledge_of(
    says("transporter alone", "cap", {"SLCO1B1": word("Poor Function"), "ABCG2": word("No Result")}),
    says("unclear", "no_recommendation", {"SLCO1B1": word("Poor Function"), "ABCG2": word("Indeterminate")}),
    says("both", "avoid", {"SLCO1B1": word("Poor Function"), "ABCG2": word("Poor Function")}),
    says("neither known", "caution", {"SLCO1B1": word("No Result"), "ABCG2": word("No Result")}),
)


def test_where_one_gene_is_not_assessed_the_row_without_its_result_is_used() -> None:
    assert one(a_person(lab("SLCO1B1", "*5/*5")), WITH_NO_RESULT).action.value == "cap"


def test_advice_without_a_genes_result_says_that_the_result_would_change_it() -> None:
    assert "ABCG2" in texts(one(a_person(lab("SLCO1B1", "*5/*5")), WITH_NO_RESULT))


def test_a_gene_without_a_result_that_could_forbid_the_drug_is_to_be_tested_before_all_else() -> None:
    def by_typing(strength: str) -> Any:
        return knowledge_of(
            says("typed", "avoid", {"CYP2C9": word("Normal Metabolizer"), "HLA-B": status("*15:02 positive")}, strength=strength),
            says("clear", "standard", {"CYP2C9": word("Normal Metabolizer"), "HLA-B": status("*15:02 negative")}),
            says("untyped", "standard", {"CYP2C9": word("Normal Metabolizer"), "HLA-B": status("No Result")}),
        )

    normal = lab("CYP2C9", "*1/*1")
    found = one(a_person(normal), by_typing("strong"))
    assert (found.action.value, found.severity, found.because) == ("standard", Severity.WARNING, ("gene:CYP2C9",))
    assert found.summary.startswith("Test HLA-B before")
    for person, knowledge in (
        (a_person(normal), by_typing("optional")),
        (a_person(normal, lab("HLA-B", "*15:02 negative")), by_typing("strong")),
    ):
        quiet = one(person, knowledge)
        assert quiet.severity is Severity.INFO
        assert not quiet.summary.startswith("Test")


def test_no_result_and_indeterminate_are_different_keys() -> None:
    unclear = a_person(lab("SLCO1B1", "*5/*5"), lab("ABCG2", phenotype="Indeterminate"))
    assert one(unclear, WITH_NO_RESULT).action.value == "no_recommendation"
    assert one(a_person(), WITH_NO_RESULT).action.value == "caution"


def test_not_assessed_is_not_indeterminate() -> None:
    assert one(a_person(), BY_PHENOTYPE).action.value == "test"
    assert one(a_person(lab("CYP2C19", phenotype="Indeterminate")), BY_PHENOTYPE).action.value == "no_recommendation"


def test_no_result_and_not_applicable_are_different_keys_of_a_score() -> None:
    knowledge = knowledge_of(
        says("no result", "caution", {"CYP2D6": no_score("No Result")}),
        says("not applicable", "monitor", {"CYP2D6": no_score("n/a")}),
    )
    assert one(a_person(), knowledge).action.value == "caution"
    assert one(a_person(lab("CYP2D6", "*1/*102")), knowledge).action.value == "monitor"


def test_where_no_row_is_for_a_missing_gene_the_advice_is_to_test_first() -> None:
    found = one(a_person(lab("CYP2D6", "*4/*4")), TWO_GENES)
    assert (found.action.value, found.severity, found.doses) == ("test", Severity.WARNING, ())
    assert "CYP2C19" in found.summary
    assert "CYP2D6" not in found.summary
    assert any("CYP2C19" in line for line in found.would_change)


def test_what_is_known_of_the_other_gene_stays_visible_where_a_test_is_missing() -> None:
    knowledge = knowledge_of(
        says("positive", "contraindicated", {"HLA-B": status("*15:02 positive"), "CYP2C9": score(0, 2)}),
        says("negative", "standard", {"HLA-B": status("*15:02 negative"), "CYP2C9": score(0, 2)}),
    )
    found = advice(a_person(lab("HLA-B", "*15:02 positive")), knowledge)
    assert any("*15:02 positive" in texts(some) or some.action.value == "contraindicated" for some in found)


def test_a_missing_test_is_a_warning_only_where_some_statement_would_change_treatment() -> None:
    quiet = knowledge_of(NORMAL, UNCLEAR)
    assert one(a_person(), BY_PHENOTYPE).severity is Severity.WARNING
    assert one(a_person(), quiet).severity is Severity.INFO
    children = knowledge_of(NORMAL, says("children", "avoid", {"CYP2C19": word("Poor Metabolizer")}, age="pediatric"))
    assert one(a_person(), children).severity is Severity.INFO


def test_why_a_gene_was_not_assessed_stands_with_the_advice() -> None:
    assert "no genome and no outside call given" in texts(one(a_person(), BY_PHENOTYPE))
    by_acetylation = knowledge_of(says("slow", "avoid", {"NAT2": word("Poor Metabolizer")}))
    person = a_person(genomes=(genome("NAT2", "*4", "*5", masked=["rs1801280"]),))  # a position that NAT2 is not called without
    assert "rs1801280" in texts(one(person, by_acetylation))


@pytest.mark.parametrize(
    "person",
    [
        a_person(),
        a_person(lab("CYP2C19", "*2/*2")),
        a_person(lab("CYP2C19", "*17/*17")),
        a_person(lab("CYP2C19", phenotype="Indeterminate")),
        a_person(lab("CYP2D6", "*1xN/*4"), lab("CYP2C19", "*1/*1")),
        a_person(lab("HLA-B", "*15:02 negative")),
        a_person(genomes=(genome("CYP2C19", "*1", "*2", masked=["rs4986893"]),)),
        a_person(lab("CYP2C19", "*1/*1"), genomes=(genome("CYP2C19", "*2", "*2"),)),
        a_person(lab("CYP2C19", "*1/*1"), birth_date=date(2020, 1, 1)),
    ],
    ids=["nothing", "poor", "ultrarapid", "unclear", "copies", "hla", "open", "contradicted", "child"],
)
def test_no_guideline_of_a_drug_is_ever_silent(person: Person) -> None:
    knowledge = knowledge_of(
        POOR, NORMAL,
        says("dutch", "avoid", {"CYP2C19": word("Poor Metabolizer")}, body="DPWG"),
        says("adults", "avoid", {"CYP2D6": score(0, 0)}, drugs=("samplitol",), age="adult"),
        says("copies", "avoid", {"CYP2D6": word("Ultrarapid Metabolizer")}, drugs=("samplitol",), body="DPWG"),
        says("typing", "avoid", {"HLA-B": status("*57:01 positive")}, drugs=("mockazole",)),
        says("both", "avoid", {"HLA-B": status("*15:02 positive"), "CYP2C9": score(0, 0.5)}, drugs=("testaxel",)),
    )  # fmt: skip
    plan = personalize(person, knowledge)
    said = {(some.target.name, some.guideline) for some in plan.recommendations}
    asked = {(drug, some.guideline.guideline_id) for drug, found in drug_guidelines(knowledge).items() for some in found}
    assert len(asked) == 6
    assert said == asked


# What is not settled


def test_a_settled_result_says_which_other_result_would_change_the_advice_and_what_decides() -> None:
    person = a_person(genomes=(genome("CYP2C19", "*1", "*2", masked=["rs28399504"]),))  # *4 is not excluded
    found = one(person, BY_PHENOTYPE)
    assert (found.action.value, found.applies_if) == ("reduce", None)
    assert any("Poor Metabolizer" in line and "avoid" in line.lower() for line in found.would_change)
    assert any("rs28399504" in line for line in found.would_change)


def test_a_result_of_which_the_guideline_says_nothing_still_says_what_would_change_it() -> None:
    person = a_person(genomes=(genome("CYP2C19", "*1", "*2", masked=["rs28399504"]),))
    found = one(person, knowledge_of(POOR, NORMAL))
    assert any("Poor Metabolizer" in line and "avoid" in line.lower() for line in found.would_change)


def test_other_results_that_lead_to_the_same_advice_are_no_doubt() -> None:
    knowledge = knowledge_of(says("reduced", "avoid", {"CYP2C19": word("Poor Metabolizer", "Intermediate Metabolizer")}), NORMAL)
    found = one(a_person(genomes=(genome("CYP2C19", "*1", "*2", masked=["rs28399504"]),)), knowledge)
    assert (found.action.value, found.applies_if, found.would_change) == ("avoid", None, ())


def test_an_unsettled_result_gives_each_advice_with_its_condition_and_what_decides() -> None:
    person = a_person(genomes=(genome("CYP2C19", "*1", "*1", masked=["rs4986893"]),))  # *3 is not excluded
    found = advice(person, BY_PHENOTYPE)
    assert {"avoid", "reduce", "standard"} <= set(actions(found))
    for some in found:
        assert some.applies_if
        assert any("rs4986893" in line for line in some.would_change)
    conditions = {some.action.value: some.applies_if for some in found}
    assert "CYP2C19" in str(conditions["avoid"])
    assert "Poor Metabolizer" in str(conditions["avoid"])
    assert "Normal Metabolizer" in str(conditions["standard"])
    assert len({some.id for some in found}) == len(found)


def test_an_unsettled_result_whose_advice_is_the_same_gives_it_once_without_condition() -> None:
    every = {"CYP2C19": word("Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer", "Indeterminate")}
    person = a_person(genomes=(genome("CYP2C19", "*1", "*1", masked=["rs4986893"]),))
    found = one(person, knowledge_of(says("all", "avoid", every)))
    assert (found.action.value, found.applies_if) == ("avoid", None)


def test_two_laboratories_that_differ_leave_both_conditions_open() -> None:
    calls = (lab("CYP2C19", phenotype="Poor Metabolizer"), lab("CYP2C19", phenotype="Normal Metabolizer"))
    found = advice(a_person(*calls), BY_PHENOTYPE)
    assert actions(found) == ["avoid", "standard"]
    assert all(some.applies_if for some in found)


def test_a_possible_result_about_which_the_guideline_says_nothing_is_said() -> None:
    calls = (lab("CYP2C19", phenotype="Poor Metabolizer"), lab("CYP2C19", phenotype="Intermediate Metabolizer"))
    found = one(a_person(*calls), knowledge_of(POOR, NORMAL))
    assert "Poor Metabolizer" in str(found.applies_if)
    assert any("Intermediate Metabolizer" in line and "nothing" in line for line in found.would_change)


@pytest.mark.parametrize(
    "person",
    [
        a_person(genomes=(genome("CYP2C19", "*1", "*1", masked=["rs4986893"]),)),
        a_person(lab("CYP2C19", phenotype="Poor Metabolizer"), lab("CYP2C19", phenotype="Normal Metabolizer")),
        a_person(lab("CYP2C19", "*1/*1"), genomes=(genome("CYP2C19", "*2", "*2"),)),
    ],
    ids=["a position", "two laboratories", "laboratory and genome"],
)
def test_every_condition_comes_with_what_would_decide_it(person: Person) -> None:
    for some in advice(person, BY_PHENOTYPE):
        assert some.applies_if
        assert some.would_change


@pytest.mark.parametrize(
    "other",
    [
        reduce_to(0.5, watch=("drug_level",)),
        reduce_to(0.5, condition="only if the usual dose is high"),
        reduce_to(0.25),
    ],
    ids=["what to watch", "a condition", "the dose"],
)
def test_advice_that_differs_in_anything_to_be_done_is_not_taken_for_the_same(other: Then) -> None:
    knowledge = knowledge_of(
        says("poor", reduce_to(0.5), {"CYP2C19": word("Poor Metabolizer")}),
        says("intermediate", other, {"CYP2C19": word("Intermediate Metabolizer")}),
    )
    calls = (lab("CYP2C19", phenotype="Poor Metabolizer"), lab("CYP2C19", phenotype="Intermediate Metabolizer"))
    found = advice(a_person(*calls), knowledge)
    assert len(found) == 2
    assert all(some.applies_if for some in found)


def test_unknown_copies_keep_the_advice_for_every_number_in_both_bodies_terms() -> None:
    person = a_person(lab("CYP2D6", "*1xN/*4"))  # two copies: 2; three or more: at least 3
    assert actions(advice(person, BY_SCORE)) == ["contraindicated", "standard"]
    dutch = knowledge_of(
        says("ultrarapid", "avoid", {"CYP2D6": word("Ultrarapid Metabolizer")}, body="DPWG"),
        says("normal", "standard", {"CYP2D6": word("Normal Metabolizer")}, body="DPWG"),
    )
    found = advice(person, dutch)
    assert actions(found) == ["avoid", "standard"]
    assert all(some.applies_if for some in found)


def test_what_else_a_dutch_phenotype_could_be_is_said_in_dutch_terms() -> None:
    knowledge = knowledge_of(
        says("full", "standard", {"DPYD": word("2.0 (Normal Metabolizer)")}, body="DPWG"),
        says("half", reduce_to(0.5), {"DPYD": word("1.5 (Intermediate Metabolizer)")}, body="DPWG"),
        says("less", "avoid", {"DPYD": word("1.0 (Phenotyping)", "0.5 (Phenotyping)", "0.0 (Poor Metabolizer)")}, body="DPWG"),
    )
    # c.1679T>G (*13) is not excluded beside c.2846A>T: 0.5 in all.
    person = a_person(genomes=(genome("DPYD", "Reference", "c.2846A>T", masked=["rs55886062"]),))
    found = advice(person, knowledge)
    assert "reduce" in actions(found)
    assert any(some.action.value == "avoid" or "avoid" in " ".join(some.would_change).lower() for some in found)


# Stated phenotypes


def test_a_stated_phenotype_stands_for_its_scores_and_never_for_no_answer() -> None:
    found = one(a_person(lab("CYP2D6", phenotype="Poor Metabolizer")), BY_SCORE)
    assert (found.action.value, found.applies_if) == ("avoid", None)


def test_a_stated_phenotype_of_several_scores_gives_the_advice_of_each() -> None:
    knowledge = knowledge_of(
        says("low", "avoid", {"CYP2D6": score(0.25, 0.75)}),
        says("one", reduce_to(0.5), {"CYP2D6": score(1, 1)}),
        says("unclear", "caution", {"CYP2D6": no_score("n/a")}),
    )
    found = advice(a_person(lab("CYP2D6", phenotype="Intermediate Metabolizer")), knowledge)
    assert actions(found) == ["avoid", "reduce"]
    assert all(some.applies_if for some in found)


@pytest.mark.parametrize(
    ("phenotype", "action"),
    [("Poor Metabolizer", "avoid"), ("Intermediate Metabolizer", "reduce"), ("Normal Metabolizer", "standard")],
)
def test_a_stated_phenotype_stands_only_for_scores_that_the_gene_can_have(phenotype: str, action: str) -> None:
    """CYP2C9 scores are 0 or 0.5 for a poor, 1 or 1.5 for an intermediate metabolizer: there is none between."""
    knowledge = knowledge_of(
        says("low", "avoid", {"CYP2C9": score(0, 0.5)}),
        says("middle", reduce_to(0.5), {"CYP2C9": score(1, 1.5)}),
        says("full", "standard", {"CYP2C9": score(2, 2)}),
        says("unclear", "no_recommendation", {"CYP2C9": no_score("n/a")}),
    )
    found = one(a_person(lab("CYP2C9", phenotype=phenotype)), knowledge)
    assert (found.action.value, found.applies_if) == (action, None)


def test_a_phenotype_in_a_laboratorys_words_is_not_taken_for_a_dutch_one_and_the_reason_is_given() -> None:
    knowledge = knowledge_of(says("poor", "avoid", {"CYP2C19": word("Poor Metabolizer")}, body="DPWG"))
    found = one(a_person(lab("CYP2C19", phenotype="Poor Metabolizer")), knowledge)
    assert found.action.value == "test"
    assert found.notes


# For whom

ADULT, CHILD = {"birth_date": date(1970, 1, 1)}, {"birth_date": date(2018, 1, 1)}
NOBODY_KNOWS = {"birth_date": None}


def weighing(kg: float) -> dict[str, Any]:
    return {"body": (BodyMeasurement(weight=Quantity(kg, "kg")),)}


def for_use(indication: str | None) -> dict[str, Any]:
    return {"medications": (taking(indication=indication),)}


def taken_for(days: int | None) -> dict[str, Any]:
    start = None if days is None else (NOW - timedelta(days=days)).date()
    return {"medications": (taking(start=start),)}


@pytest.mark.parametrize(
    ("facets", "fits", "excluded", "unknown", "asks"),
    [
        ({"age": "adult"}, ADULT, CHILD, NOBODY_KNOWS, "age"),
        ({"age": "pediatric"}, CHILD, ADULT, NOBODY_KNOWS, "age"),
        ({"age_min_y": 6.0, "age_max_y": 11.0}, CHILD, ADULT, NOBODY_KNOWS, "age"),
        ({"weight_min_kg": 40.0}, weighing(70), weighing(30), {}, "weight"),
        ({"weight_max_kg": 40.0}, weighing(30), weighing(70), {}, "weight"),
        ({"indications": "acs_pci"}, for_use("PCI in April"), for_use("stroke"), for_use(None), "indication"),
        ({"indications": "acs_pci"}, for_use("PCI"), for_use("stroke"), for_use("a word nobody knows"), "indication"),
        ({"indications": "acs_pci"}, for_use("PCI"), for_use("stroke"), for_use("no PCI"), "indication"),
        ({"indications": "acs_pci"}, for_use("PCI"), for_use("stroke"), {}, "indication"),
        ({"indications": "other", "other_than": "acs_pci"}, for_use("stroke"), for_use("PCI"), for_use(None), "indication"),
        ({"prior_exposure": "naive"}, taken_for(5), taken_for(200), taken_for(None), "earlier use"),
        ({"prior_exposure": "naive"}, taken_for(5), taken_for(200), {}, "earlier use"),
        ({"prior_exposure": "tolerated_3_months"}, taken_for(200), taken_for(5), taken_for(None), "earlier use"),
    ],
    ids=[
        "adults", "children", "ages", "from a weight", "up to a weight", "use", "unread use", "a use denied",
        "not in the list", "other use", "naive", "naive, not in the list", "tolerated",
    ],
)  # fmt: skip
def test_a_facet_excludes_only_where_it_is_known_and_is_asked_for_where_it_is_not(
    facets: dict[str, Any], fits: dict[str, Any], excluded: dict[str, Any], unknown: dict[str, Any], asks: str
) -> None:
    knowledge = knowledge_of(says("some", "avoid", {"CYP2C19": word("Poor Metabolizer")}, **facets))
    calls = lab("CYP2C19", "*2/*2")
    known = one(a_person(calls, **fits), knowledge)
    assert (known.action.value, known.would_change) == ("avoid", ())
    assert "avoid" not in actions(advice(a_person(calls, **excluded), knowledge))
    open_ = one(a_person(calls, **unknown), knowledge)
    assert open_.action.value == "avoid"
    assert any(asks in line for line in open_.would_change)
    assert open_.applies_to is not None
    assert open_.applies_to.label


@pytest.mark.parametrize(
    ("facets", "asks"),
    [
        ({"no_alternatives": True}, "no other medicine"),
        ({"co_medication": "strong_CYP3A_inhibitor"}, "strong CYP3A inhibitor"),
    ],
)
def test_what_the_person_file_cannot_tell_is_always_asked(facets: dict[str, Any], asks: str) -> None:
    knowledge = knowledge_of(says("some", "avoid", {"CYP2C19": word("Poor Metabolizer")}, **facets))
    found = one(a_person(lab("CYP2C19", "*2/*2"), **for_use("PCI")), knowledge)
    assert found.action.value == "avoid"
    assert any(asks in line for line in found.would_change)


def test_statements_for_two_indications_both_stand_where_the_indication_is_not_known() -> None:
    knowledge = knowledge_of(
        says("heart", "avoid", {"CYP2C19": word("Poor Metabolizer")}, indications="acs_pci"),
        says("rest", "standard", {"CYP2C19": word("Poor Metabolizer")}, indications="other", other_than="acs_pci"),
    )
    calls = lab("CYP2C19", "*2/*2")
    assert actions(advice(a_person(calls), knowledge)) == ["avoid", "standard"]
    assert actions(advice(a_person(calls, **for_use("PCI")), knowledge)) == ["avoid"]
    assert actions(advice(a_person(calls, **for_use("stroke")), knowledge)) == ["standard"]


def test_a_drug_that_is_listed_twice_keeps_the_advice_for_both_uses() -> None:
    knowledge = knowledge_of(
        says("heart", "avoid", {"CYP2C19": word("Poor Metabolizer")}, indications="acs_pci"),
        says("brain", reduce_to(0.5), {"CYP2C19": word("Poor Metabolizer")}, indications="neurovascular"),
    )
    listed = (taking(indication="PCI"), taking(indication="stroke"))
    said = advice(a_person(lab("CYP2C19", "*2/*2"), medications=listed), knowledge, body="CPIC")
    assert actions(said) == ["avoid", "reduce"]


@pytest.mark.parametrize(
    ("birth", "group"), [(date(2008, 4, 30), "adults"), (date(2008, 5, 1), "adults"), (date(2008, 5, 2), "children")]
)
def test_a_person_is_an_adult_from_the_eighteenth_birthday(birth: date, group: str) -> None:
    knowledge = knowledge_of(
        says("adults", "avoid", {"CYP2C19": word("Poor Metabolizer")}, age="adult"),
        says("children", "standard", {"CYP2C19": word("Poor Metabolizer")}, age="pediatric"),
    )
    person = a_person(lab("CYP2C19", "*2/*2"), birth_date=birth, as_of=datetime(2026, 5, 1, 9, tzinfo=UTC))
    assert one(person, knowledge).id == f"cpic-exampline:{group}:exampline"


# Two bodies


def test_two_bodies_stand_side_by_side_each_in_its_own_terms() -> None:
    """*1/*17 is rapid for CPIC and normal for DPWG: neither is mapped to the other."""
    knowledge = knowledge_of(
        says("rapid", "increase", {"CYP2C19": word("Rapid Metabolizer")}),
        says("normal", "contraindicated", {"CYP2C19": word("Normal Metabolizer")}),
        says("normal", "standard", {"CYP2C19": word("Normal Metabolizer")}, body="DPWG"),
        says("rapid", "contraindicated", {"CYP2C19": word("Rapid Metabolizer")}, body="DPWG"),
    )
    plan = personalize(a_person(lab("CYP2C19", "*1/*17")), knowledge)
    assert {(some.body, some.action.value) for some in plan.recommendations} == {("CPIC", "increase"), ("DPWG", "standard")}
    (conflict,) = plan.conflicts
    assert set(conflict.between) == {some.id for some in plan.recommendations}


# What labels ask for


def with_label(testing: LabelTesting, *, gene: str = "CYP2C19", reading: Reading = Reading.READ_TWICE) -> Knowledge:
    """A drug that no guideline speaks of, and whose label speaks of a gene."""
    pair = GeneDrug(
        gene=gene, drug_id="mockazole", cpic_level="A", cpic_status="final", label_testing=testing, reading=reading,
        source_id="made-cpic",
    )  # fmt: skip
    return BY_PHENOTYPE.replacing({GeneDrug: (pair,)})


def test_a_test_that_the_label_requires_is_asked_for_before_a_medicine_in_use() -> None:
    person = a_person(medications=(taking("mockazole"),))
    found = one(person, with_label(LabelTesting.REQUIRED), drug="mockazole")
    assert (found.action.value, found.severity, found.doses) == ("test", Severity.WARNING, ())
    assert "CYP2C19" in found.summary
    assert (found.because, found.sources) == (("gene:CYP2C19",), ("made-cpic",))


def test_a_test_that_was_done_or_is_not_asked_for_is_not_asked_for_again() -> None:
    takes = {"medications": (taking("mockazole"),)}
    assert advice(a_person(lab("CYP2C19", "*2/*2"), **takes), with_label(LabelTesting.REQUIRED), drug="mockazole") == []
    assert advice(a_person(**takes), with_label(LabelTesting.INFORMATIVE), drug="mockazole") == []
    assert advice(a_person(), with_label(LabelTesting.REQUIRED), drug="mockazole") == []


def test_a_genome_that_cannot_tell_is_not_the_test_that_the_label_requires() -> None:
    person = a_person(genomes=(genome("CYP2D6", "*4", "*4"),), medications=(taking("mockazole"),))
    found = one(person, with_label(LabelTesting.REQUIRED, gene="CYP2D6"), drug="mockazole")
    assert found.action.value == "test"


@pytest.mark.parametrize("reading", [Reading.RECALLED, Reading.READ_TWICE])
def test_how_a_label_was_read_is_said_as_it_was(reading: Reading) -> None:
    person = a_person(medications=(taking("mockazole"),))
    assert one(person, with_label(LabelTesting.REQUIRED, reading=reading), drug="mockazole").reading == reading.value


# Readings


def test_a_row_that_nobody_read_in_its_source_never_carries_a_dose() -> None:
    dose = {"phase": "start", "factor_low": 0.5, "factor_high": 0.5}
    fallback = Then(action="reduce", doses=({"phase": "all", "cap": 20.0, "cap_unit": "mg/d"},))
    statement = says(
        "poor", Then(action="reduce", doses=(dose,)), {"CYP2C19": word("Poor Metabolizer")},
        otherwise=(fallback,), reading=Reading.RECALLED,
    )  # fmt: skip
    found = one(a_person(lab("CYP2C19", "*2/*2")), knowledge_of(statement))
    assert (found.action.value, found.reading, found.doses) == ("reduce", "recalled", ())
    assert [part.doses for part in found.fallback] == [()]
    assert not any(letter.isdigit() for letter in found.summary + "".join(part.summary for part in found.fallback))


# Genome and laboratory


def test_cyp2d6_from_a_genome_alone_feeds_no_advice_and_says_why() -> None:
    person = a_person(genomes=(genome("CYP2D6", "*4", "*4"),))
    found = one(person, BY_SCORE)
    assert (found.action.value, found.severity) == ("test", Severity.WARNING)
    assert found.notes


def test_a_laboratorys_cyp2d6_call_feeds_advice_whatever_the_genome_reads() -> None:
    person = a_person(lab("CYP2D6", "*1/*1"), genomes=(genome("CYP2D6", "*4", "*4"),))
    assert one(person, BY_SCORE).action.value == "standard"


def test_where_genome_and_laboratory_disagree_there_is_no_unconditional_advice() -> None:
    person = a_person(lab("CYP2C19", "*1/*1"), genomes=(genome("CYP2C19", "*2", "*2"),))
    found = advice(person, BY_PHENOTYPE)
    assert actions(found) == ["avoid", "standard"]
    assert all(some.applies_if for some in found)


def test_where_genome_and_laboratory_disagree_advice_that_both_lead_to_is_given() -> None:
    knowledge = knowledge_of(says("reduced", "avoid", {"CYP2C19": word("Poor Metabolizer", "Intermediate Metabolizer")}), NORMAL)
    found = one(a_person(lab("CYP2C19", "*1/*2"), genomes=(genome("CYP2C19", "*2", "*2"),)), knowledge)
    assert (found.action.value, found.applies_if) == ("avoid", None)


def test_scores_of_genome_and_laboratory_that_disagree_are_both_looked_up() -> None:
    knowledge = knowledge_of(
        says("low", "avoid", {"CYP2C9": score(1, 1)}), says("middle", reduce_to(0.5), {"CYP2C9": score(1.5, 1.5)})
    )
    person = a_person(lab("CYP2C9", "*1/*2"), genomes=(genome("CYP2C9", "*1", "*3"),))
    found = advice(person, knowledge)
    assert actions(found) == ["avoid", "reduce"]
    assert all(some.applies_if for some in found)


@pytest.mark.parametrize("body", ["CPIC", "DPWG"])
def test_a_laboratory_that_tells_the_strands_apart_settles_what_the_genome_leaves_open(body: str) -> None:
    """The genome alone fits *1/*3A and *3B/*3C; the laboratory says which."""
    knowledge = knowledge_of(
        says("poor", "avoid", {"TPMT": word("Poor Metabolizer")}, body=body),
        says("intermediate", reduce_to(0.5), {"TPMT": word("Intermediate Metabolizer")}, body=body),
    )
    person = a_person(lab("TPMT", "*3B/*3C"), genomes=(genome("TPMT", "*1", "*3A"),))
    assert one(person, knowledge).action.value == "avoid"
