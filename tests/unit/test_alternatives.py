"""What could be taken instead: each option through the same review, for this person, in order of its alerts."""

from datetime import UTC, datetime

from garrod import Knowledge, Person, load_knowledge, personalize
from garrod.careplan.alternatives import Option, problem_drugs, ranked_options
from garrod.careplan.what_if import compared, with_list
from garrod.model.careplan import CarePlan
from garrod.model.person import Allergy, Medication, OutsideCall

KNOWLEDGE = load_knowledge()
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def planned(person: Person, knowledge: Knowledge) -> CarePlan:
    return personalize(person, knowledge, listed_only=True)


def options(drug: str, *others: str, allergies: tuple[Allergy, ...] = (), **calls: str) -> tuple[Option, ...]:
    person = Person(
        id="p",
        as_of=NOW,
        medications=tuple(Medication(name=one, indication="acute coronary syndrome, PCI") for one in (drug, *others)),
        outside_calls=tuple(OutsideCall(gene=gene, call=call) for gene, call in calls.items()),
        allergies=allergies,
    )
    return ranked_options(planned(person, KNOWLEDGE), drug, KNOWLEDGE, planned)


def test_another_antiplatelet_goes_before_one_that_the_genes_speak_against() -> None:
    found = [one.drug for one in options("clopidogrel", CYP2C19="*2/*2")]
    assert set(found) == {"clopidogrel", "prasugrel", "ticagrelor"}
    assert found[-1] == "clopidogrel"


def test_options_are_held_against_the_rest_of_the_list() -> None:
    """A statin that clarithromycin does not raise goes before one that the label forbids beside it."""
    found = {one.drug: one for one in options("simvastatin", "clarithromycin", SLCO1B1="*1/*1", ABCG2="*1/*1")}
    assert found["simvastatin"].critical == 1
    assert found["pravastatin"].critical == found["rosuvastatin"].critical == 0
    assert list(found).index("pravastatin") < list(found).index("lovastatin")


def test_an_allergy_counts_against_an_option() -> None:
    penicillin = (Allergy(substance="penicillin", reaction="anaphylaxis", severity="severe"),)
    found = [one.drug for one in options("clarithromycin", "simvastatin", allergies=penicillin)]
    assert found.index("amoxicillin") > found.index("doxycycline")


def test_only_problem_medicines_are_asked_for_options_and_reasons_are_given() -> None:
    person = Person(id="p", as_of=NOW, medications=(Medication(name="simvastatin"), Medication(name="clarithromycin")))
    plan = planned(person, KNOWLEDGE)
    assert problem_drugs(plan) == ("simvastatin",)
    own = next(one for one in ranked_options(plan, "simvastatin", KNOWLEDGE, planned) if one.drug == "simvastatin")
    assert any("forbids the pair" in reason for reason in own.reasons)
    assert ranked_options(plan, "levothyroxine", KNOWLEDGE, planned) == ()


def test_a_what_if_asks_for_options_only_where_the_change_makes_a_problem() -> None:
    kept = (Medication(name="simvastatin"), Medication(name="ibuprofen"), Medication(name="lithium carbonate"))
    before = planned(Person(id="p", as_of=NOW, medications=kept), KNOWLEDGE)
    after = planned(with_list(before.person, KNOWLEDGE, add=("clarithromycin",)), KNOWLEDGE)
    brought = compared(before, after, add=("clarithromycin",), drop=()).come
    assert "simvastatin" in problem_drugs(after, brought)
    assert set(problem_drugs(after, brought)) < set(problem_drugs(after)) | {"simvastatin"}
    assert problem_drugs(after, ()) == ()
