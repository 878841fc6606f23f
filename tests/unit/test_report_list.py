"""The report says what the review of the whole list found, on the card of every medicine that it speaks of."""

import re
from pathlib import Path

import pytest

from garrod import load_knowledge, personalize, read_person
from garrod.interfaces.report import render_report
from garrod.model.recommendations import Action
from garrod.therapeutics.wording import ACTION_WORDS

PERSON = """{"id": "listed", "sex": "male", "birth_date": "1952-03-02", "as_of": "2026-05-01T09:00:00+02:00",
 "outside_calls": [{"gene": "SLCO1B1", "call": "*1/*5"}],
 "observations": [{"name": "creatinine", "value": 1.7, "unit": "mg/dL", "time": "2026-04-28T07:30:00+02:00"}],
 "medications": [
  {"name": "simvastatin", "dose": {"value": 40, "unit": "mg"}, "every": {"value": 24, "unit": "h"}, "start": "2026-01-01"},
  {"name": "clarithromycin", "dose": {"value": 500, "unit": "mg"}, "every": {"value": 12, "unit": "h"}, "start": "2026-04-20"},
  {"name": "amlodipine", "dose": {"value": 5, "unit": "mg"}, "every": {"value": 24, "unit": "h"}, "start": "2026-01-01"},
  {"name": "lisinopril", "dose": {"value": 10, "unit": "mg"}, "every": {"value": 24, "unit": "h"}, "start": "2026-01-01"},
  {"name": "herbal heart tea"}],
 "allergies": []}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("listed") / "person.json"
    path.write_text(PERSON, encoding="utf-8")
    knowledge = load_knowledge()
    return render_report(personalize(read_person(path, knowledge), knowledge), knowledge)


def card(page: str, name: str) -> str:
    found = re.search(rf'<article class="card [a-z]+">\s*<h3>{name}</h3>.*?</article>', page, re.DOTALL)
    assert found, name
    return found.group()


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_a_word_on_the_page(action: Action) -> None:
    assert ACTION_WORDS[action]


def test_a_pair_stands_on_the_cards_of_both_medicines(page: str) -> None:
    said = "Clarithromycin and simvastatin together"
    assert said in card(page, "simvastatin")
    assert said in card(page, "clarithromycin")
    assert 'class="card critical"' in card(page, "clarithromycin")


def test_a_card_says_how_much_of_the_medicine_the_body_sees(page: str) -> None:
    assert "times a typical person&#39;s on the same dose" in card(page, "simvastatin")


def test_advice_that_asks_for_something_is_not_called_no_change(page: str) -> None:
    grapefruit = next(line for line in card(page, "simvastatin").splitlines() if "grapefruit" in line)
    assert "Note" in grapefruit
    assert "No change" not in grapefruit


def test_the_card_of_one_medicine_holds_no_advice_on_drugs_that_are_not_taken(page: str) -> None:
    assert "amitriptyline" not in card(page, "clarithromycin").lower()


def test_what_was_clean_and_what_could_not_be_looked_at_are_both_listed(page: str) -> None:
    whole = page[page.index('id="list"') : page.index('id="open"')]
    assert "No allergies are known." in whole
    assert "Looked at, and clean" in whole
    assert "herbal heart tea" in whole


def test_a_missing_allergy_list_is_not_called_no_allergies(tmp_path: Path) -> None:
    path = tmp_path / "person.json"
    path.write_text(PERSON.replace(',\n "allergies": []', ""), encoding="utf-8")
    knowledge = load_knowledge()
    page = render_report(personalize(read_person(path, knowledge), knowledge), knowledge)
    assert "No allergy list was given" in page
    assert "No allergies are known" not in page


def test_what_could_not_be_counted_for_several_drugs_is_said_once(page: str) -> None:
    (text,) = re.findall(r"Not counted for several or all of them: (.*?)\.</p>", page)
    assert "lisinopril: what it does to enzymes is not in these tables" in text
    table = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert not any(part in row for part in text.split("; ") for row in table)


LEVELS = """, "body": [{"weight": {"value": 84, "unit": "kg"}, "time": "2026-04-28T06:00:00+02:00"}],
 "administrations": [{"drug": "tacrolimus", "dose": {"value": 5, "unit": "mg"}, "time": "2026-04-28T08:00:00+02:00"}],
 "levels": [{"drug": "tacrolimus", "value": 7, "unit": "ng/mL", "time": "2026-04-28T12:00:00+02:00"},
  {"drug": "digoxin", "value": 0.9, "unit": "ng/mL", "time": "2026-04-28T12:00:00+02:00"}]}"""


def test_levels_without_what_the_model_asks_for_or_without_a_model_are_listed_and_not_interpreted(tmp_path: Path) -> None:
    path = tmp_path / "person.json"
    path.write_text(PERSON[:-1] + LEVELS, encoding="utf-8")
    knowledge = load_knowledge()
    page = render_report(personalize(read_person(path, knowledge), knowledge), knowledge)
    section = page[page.index('id="levels"') :]
    assert "no admitted model of digoxin ships" in section
    assert "DONOR is no part of a person file" in section
    assert "7 ng/mL at 2026-04-28T12:00:00+02:00" in section


def test_a_page_without_levels_has_no_section_of_them(page: str) -> None:
    assert 'id="levels"' not in page
