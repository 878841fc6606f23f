"""What the medicine list says becomes a drug, or a finding that says that nobody could tell. Never a guess, never silence."""

import pytest

from garrod import Person, personalize
from garrod.medicines import assess
from garrod.medicines.names import drug_index, normalized
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.person import Medication
from made_guidelines import BRAND, DRUGS, a_person, knowledge_of, lab, says, taking, word
from made_guidelines import advice as advice_on

AVOID = says("poor", "avoid", {"CYP2C19": word("Poor Metabolizer")})
KNOWLEDGE = knowledge_of(AVOID)


def findings(*medicines: Medication) -> tuple[Finding, ...]:
    return assess(a_person(medications=medicines), Findings(), KNOWLEDGE)


def entry(medicine: Medication) -> Finding:
    """The finding that says which drug an entry is."""
    (found,) = [one for one in findings(medicine) if one.kind == "medication"]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "exampline",
        "Exampline",
        "EXAMPLINE",
        "  exampline ",
        "exampline hydrochloride",
        "Exampline HCl",
        "exampline sodium",
        "exampline besylate",
        "exampline 75 mg",
        "exampline 75mg tablets",
        "exampline 0.5 mg oral solution",
        "Exampline 1,000 mg capsule",
        "exampline 50 µg",
        "exampline 50 \u03bcg",
        "exampline 5 mg/ml injection",
        "exampline 100 mg/5 ml",
        "exampline 2 %",
        "exampline 100 units",
        "exampline ER 75 mg",
        "Exampline hydrochloride 75 mg film-coated tablets",
        "exampline\u00a075 mg",
    ],
)
def test_case_salt_strength_and_form_do_not_hide_a_drug(name: str) -> None:
    found = entry(taking(name))
    assert (found.value, found.status, found.certainty) == ("exampline", FindingStatus.ASSESSED, "settled")
    assert found.subject == name
    assert found.evidence
    assert found.sources


def test_a_brand_is_its_drug() -> None:
    assert entry(taking(f"{BRAND.capitalize()} 75 mg")).value == "exampline"


def test_a_code_is_enough() -> None:
    assert entry(taking("as on the box", rxnorm=DRUGS["samplitol"])).value == "samplitol"


def test_a_name_is_enough_where_the_code_is_not_one_of_ours() -> None:
    assert entry(taking("exampline", rxnorm="1")).value == "exampline"


def test_a_code_that_contradicts_the_name_is_for_a_person_to_review() -> None:
    found = entry(taking("exampline", rxnorm=DRUGS["samplitol"]))
    assert found.value == "samplitol"
    assert found.certainty == "review"
    assert "different drugs" in (found.reason or "")


def test_a_code_that_agrees_with_the_name_is_settled() -> None:
    found = entry(taking(f"{BRAND} 75 mg", rxnorm=DRUGS["exampline"]))
    assert (found.value, found.certainty, found.reason) == ("exampline", "settled", None)


@pytest.mark.parametrize("name", ["examplime", "exampine", "exampliine", "exmapline", "Examplime 75 mg tablets"])
def test_a_near_miss_is_offered_and_never_assumed(name: str) -> None:
    found = entry(taking(name))
    assert found.value is None
    assert found.status is FindingStatus.NOT_ASSESSED
    assert "did you mean exampline?" in (found.reason or "")


@pytest.mark.parametrize("name", ["examppine x", "exemplome", "something else", "ex", "75 mg", "sodium"])
def test_what_is_further_off_is_not_offered(name: str) -> None:
    found = entry(taking(name))
    assert (found.value, found.status) == (None, FindingStatus.NOT_ASSESSED)
    assert "did you mean" not in (found.reason or "")


def test_advice_is_not_filed_under_a_near_miss() -> None:
    plan = personalize(a_person(lab("CYP2C19", "*2/*2"), medications=(taking("examplime"),)), KNOWLEDGE)
    assert plan.recommendations
    assert plan.in_use == frozenset()


def test_an_unrecognized_medicine_is_a_finding_that_says_that_nothing_was_checked() -> None:
    found = entry(taking("Herzgold drops"))
    assert (found.id, found.subject, found.status) == ("medication:0", "Herzgold drops", FindingStatus.NOT_ASSESSED)
    assert "not recognized" in (found.reason or "")
    assert "nothing was checked" in (found.reason or "")


def test_each_part_of_a_combination_that_is_not_known_as_a_whole_is_not_assumed_to_be_checked() -> None:
    found = findings(taking("exampline/herzgold"))
    assert any(one.status is FindingStatus.NOT_ASSESSED for one in found)


def test_every_entry_has_its_finding_in_the_order_of_the_list() -> None:
    listed = ("exampline", "herzgold", "mockazole", "exampline")
    found = [one for one in findings(*map(taking, listed)) if one.kind == "medication"]
    assert [one.subject for one in found] == list(listed)
    assert len({one.id for one in found}) == len(listed)


def test_a_list_that_was_not_given_is_a_finding_and_an_empty_one_is_not() -> None:
    (found,) = assess(Person(id="made"), Findings(), KNOWLEDGE)
    assert (found.kind, found.status) == ("medication_list", FindingStatus.NOT_ASSESSED)
    assert "no medicine list was given" in (found.reason or "")
    assert findings() == ()


def test_a_recognized_drug_without_a_guideline_is_not_called_safe() -> None:
    (found,) = [one for one in findings(taking("mockazole")) if one.kind == "no_guideline"]
    assert found.status is FindingStatus.NOT_ASSESSED
    assert found.subject == "mockazole"
    assert "not the same as safe" in (found.reason or "")


def test_a_drug_with_a_guideline_has_no_such_finding() -> None:
    assert [one.kind for one in findings(taking("exampline"))] == ["medication"]


@pytest.mark.parametrize(("status", "current"), [("active", True), ("on-hold", True), ("stopped", False), ("completed", False)])
def test_a_stopped_medicine_is_not_current_and_one_on_hold_is(status, current) -> None:
    medicine = taking("exampline", status=status)
    plan = personalize(a_person(lab("CYP2C19", "*2/*2"), medications=(medicine,)), KNOWLEDGE)
    assert medicine.is_current is current
    assert {one.id for one in plan.recommendations if one.target.name == "exampline"} == {"cpic-exampline:poor:exampline"}
    assert bool(plan.in_use) is current


def test_the_use_of_a_stopped_medicine_excludes_no_advice() -> None:
    knowledge = knowledge_of(says("heart", "avoid", {"CYP2C19": word("Poor Metabolizer")}, indications="acs_pci"))
    stopped = taking("exampline", status="stopped", indication="stroke")
    found = advice_on(a_person(lab("CYP2C19", "*2/*2"), medications=(stopped,)), knowledge)
    assert [one.action.value for one in found] == ["avoid"]


@pytest.mark.parametrize("text", ["", "75 mg", "tablets", "sodium"])
def test_a_name_without_a_substance_is_no_drug(text: str) -> None:
    assert normalized(text, drug_index(KNOWLEDGE).words) == ""
    assert entry(taking(text or "-")).value is None
