"""Allergies: what is recognized, which reaction it was, what follows for the same substance, its group and what crosses."""

from typing import Any

import pytest

from garrod.knowledge.allergies import ReactionKind
from garrod.medicines.allergens import allergens, reaction_kind, recognize
from garrod.model.findings import FindingStatus
from garrod.model.person import Allergy
from garrod.model.recommendations import Action, Outcome, Severity
from made_cautions import SHIPPED, advice, crosses, findings_of, outcomes, person, taking, world

GROUPS = {"examples": ("exampline", "samplitol"), "narrow": ("exampline",)}


def allergic(substance: str, reaction: str | None = None, severity: str | None = None, drug: str = "exampline") -> Any:
    return person(taking(drug), allergies=(Allergy(substance=substance, reaction=reaction, severity=severity),))


@pytest.mark.parametrize(
    ("reaction", "severity", "expected", "action"),
    [
        ("anaphylaxis", None, Severity.CRITICAL, Action.CONTRAINDICATED),
        ("anaphylaxis", "mild", Severity.CRITICAL, Action.CONTRAINDICATED),
        ("blisters", None, Severity.CRITICAL, Action.CONTRAINDICATED),
        ("hives", None, Severity.WARNING, Action.AVOID),
        ("hives", "severe", Severity.CRITICAL, Action.CONTRAINDICATED),
        ("rash", None, Severity.WARNING, Action.AVOID),
        (None, None, Severity.WARNING, Action.AVOID),
        (None, "severe", Severity.CRITICAL, Action.CONTRAINDICATED),
        ("nausea", None, Severity.INFO, Action.CAUTION),
        ("nausea", "severe", Severity.WARNING, Action.CAUTION),
        ("nausea and anaphylaxis", None, Severity.CRITICAL, Action.CONTRAINDICATED),
    ],
)
def test_the_reaction_decides_how_loudly_the_same_substance_is_warned_of(reaction, severity, expected, action) -> None:
    found = advice(allergic("exampline", reaction, severity), world())["allergy:exampline"]
    assert (found.severity, found.action) == (expected, action)
    assert found.because == ("medication:0", "allergy:0")


def test_a_group_that_is_named_holds_for_each_of_its_drugs() -> None:
    found = advice(allergic("examples", "anaphylaxis", drug="samplitol"), world(groups=GROUPS))["allergy:samplitol"]
    assert found.severity is Severity.CRITICAL
    assert "the examples" in found.summary


def test_no_list_is_not_an_empty_list() -> None:
    unknown, none = person(taking(), allergies=None), person(taking(), allergies=())
    assert set(outcomes(unknown, world(), "allergy")) == {Outcome.COULD_NOT}
    assert set(outcomes(none, world(), "allergy")) == {Outcome.CLEAN}
    assert any(one.id == "allergies" and one.status is FindingStatus.NOT_ASSESSED for one in findings_of(unknown, world()))


def test_an_allergen_that_is_not_recognized_is_a_finding_and_a_check() -> None:
    one = allergic("blorp", "anaphylaxis")
    told = next(found for found in findings_of(one, world()) if found.id == "allergy:0")
    assert (told.status, told.subject) == (FindingStatus.NOT_ASSESSED, "blorp")
    assert "blorp" in outcomes(one, world(), "allergy")[Outcome.COULD_NOT].reason


def test_a_food_is_recognized_and_is_no_alarm() -> None:
    one = allergic("Shrimp", "anaphylaxis")
    assert advice(one, world()) == {}
    assert "shrimp" in outcomes(one, world(), "allergy to other ingredients")[Outcome.COULD_NOT].reason


def test_what_crosses_is_told_by_the_kind_of_reaction() -> None:
    rows = world(crosses("exampline", "samplitol", reactions="immediate", figure="3 of 10"))
    assert advice(allergic("exampline", "anaphylaxis", drug="samplitol"), rows)["allergy:samplitol"].severity is Severity.WARNING
    assert "3 of 10" in advice(allergic("exampline", "hives", drug="samplitol"), rows)["allergy:samplitol"].summary
    assert advice(allergic("exampline", "hives", drug="samplitol"), rows)["allergy:samplitol"].severity is Severity.INFO
    assert advice(allergic("exampline", "rash", drug="samplitol"), rows) == {}
    assert advice(allergic("exampline", "nausea", drug="samplitol"), rows) == {}


def test_a_reaction_that_is_not_known_may_be_any() -> None:
    rows = world(crosses("exampline", "samplitol", reactions="immediate"))
    assert advice(allergic("exampline", drug="samplitol"), rows)["allergy:samplitol"].severity is Severity.WARNING


def test_a_group_may_be_the_member_that_crosses() -> None:
    rows = world(crosses("narrow", "testaxel"), groups=GROUPS)
    found = advice(allergic("examples", "hives", drug="testaxel"), rows)["allergy:testaxel"]
    assert "if it was one of the the narrow" in found.summary
    assert advice(allergic("samplitol", "hives", drug="testaxel"), rows) == {}


def test_one_drug_gets_one_warning_with_every_reason() -> None:
    one = person(
        taking("testaxel"),
        allergies=(Allergy(substance="testaxel", reaction="rash"), Allergy(substance="exampline", reaction="anaphylaxis")),
    )
    found = advice(one, world(crosses("exampline", "testaxel")))
    assert set(found) == {"allergy:testaxel"}
    assert found["allergy:testaxel"].because == ("medication:0", "allergy:0", "allergy:1")


def test_what_was_not_opened_warns_at_most() -> None:
    from garrod.knowledge.pharmacogenomics import Reading

    with pytest.raises(ValueError, match="warns at most"):
        crosses("exampline", "samplitol", if_severe=Severity.CRITICAL, reading=Reading.RECALLED)


# The shipped names and rows


@pytest.mark.parametrize(
    ("written", "allergen"),
    [
        ("Penicillin", "penicillins"),
        ("PCN", "penicillins"),
        ("penicillin allergy", "penicillins"),
        ("amoxicillin", "amoxicillin"),
        ("Amoxicillin 500 mg", "amoxicillin"),
        ("Sulfa drugs", "sulfonamide_antibiotics"),
        ("sulfa antibiotics", "sulfonamide_antibiotics"),
        ("Bactrim", "sulfamethoxazole and trimethoprim"),
        ("NSAIDs", "nsaids"),
        ("ASA", "aspirin"),
        ("IV contrast", "iodinated_contrast"),
        ("shellfish", "shellfish"),
        ("peanuts", "peanut"),
        ("ACE inhibitors", "ace_inhibitors"),
        ("Latex", "latex"),
        ("sulfites", "sulfites"),
    ],
)
def test_allergens_as_people_write_them(written, allergen) -> None:
    found = recognize(0, Allergy(substance=written), SHIPPED)
    assert found is not None
    assert found.allergen_id == allergen


def test_a_misspelling_is_not_assumed() -> None:
    assert recognize(0, Allergy(substance="penicilin"), SHIPPED) is None


@pytest.mark.parametrize(
    ("text", "kind", "severe"),
    [
        ("Anaphylaxis", ReactionKind.IMMEDIATE, True),
        ("angioedema of the lips", ReactionKind.IMMEDIATE, True),
        ("urticaria", ReactionKind.IMMEDIATE, False),
        ("Stevens-Johnson syndrome", ReactionKind.SEVERE_DELAYED, True),
        ("TEN", ReactionKind.SEVERE_DELAYED, True),
        ("DRESS", ReactionKind.SEVERE_DELAYED, True),
        ("ten years ago a rash", ReactionKind.RASH, False),
        ("maculopapular rash", ReactionKind.RASH, False),
        ("nausea, vomiting", ReactionKind.INTOLERANCE, False),
        ("upset stomach", ReactionKind.INTOLERANCE, False),
        ("does not remember", ReactionKind.UNKNOWN, False),
        (None, ReactionKind.UNKNOWN, False),
        ("hives and wheezing", ReactionKind.IMMEDIATE, True),
    ],
)
def test_reactions_as_people_write_them(text, kind, severe) -> None:
    assert reaction_kind(text, SHIPPED) == (kind, severe)


@pytest.mark.parametrize(
    ("substance", "reaction", "drug", "severity", "action"),
    [
        ("carbamazepine", "rash", "phenytoin", Severity.WARNING, Action.AVOID),
        ("carbamazepine", "DRESS", "lamotrigine", Severity.WARNING, Action.AVOID),
        ("ampicillin", "anaphylaxis", "cephalexin", Severity.WARNING, Action.AVOID),
        ("penicillin", "anaphylaxis", "meropenem", Severity.INFO, Action.STANDARD),
        ("penicillin", "anaphylaxis", "aztreonam", Severity.INFO, Action.STANDARD),
        ("sulfa", "rash", "furosemide", Severity.INFO, Action.STANDARD),
        ("lisinopril", "angioedema", "enalapril", Severity.CRITICAL, Action.CONTRAINDICATED),
        ("lisinopril", "cough", "enalapril", Severity.INFO, Action.STANDARD),
        ("ibuprofen", "angioedema", "naproxen", Severity.WARNING, Action.AVOID),
    ],
)
def test_what_crosses_among_shipped_drugs(substance, reaction, drug, severity, action) -> None:
    found = advice(allergic(substance, reaction, drug=drug), SHIPPED)[f"allergy:{drug}"]
    assert (found.severity, found.action) == (severity, action)


def test_shellfish_says_nothing_of_contrast() -> None:
    one = allergic("shellfish", "anaphylaxis", drug="iohexol")
    assert "allergy:iohexol" not in advice(one, SHIPPED)
    assert any("nothing of iodinated contrast" in (a.note or "") for a in allergens(one, SHIPPED))
