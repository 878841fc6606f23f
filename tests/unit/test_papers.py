"""What goes on paper: the leaflet, the review sheet and the compounding worksheet."""

import csv
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrod import Person, load_knowledge, personalize
from garrod.interfaces.report import render_leaflet, render_review_sheet, render_worksheet
from garrod.interfaces.report.page import template_text
from garrod.interfaces.report.phrases import LANGUAGES, about, phrases
from garrod.medicines.compounding import CompoundingRequest, compounding_request, worksheet
from garrod.model.careplan import CarePlan
from garrod.model.errors import InputError
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Allergy, Medication, OutsideCall
from garrod.model.quantities import Quantity

KNOWLEDGE = load_knowledge()
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def plan_of(*names: str, **more: Any) -> CarePlan:
    taken = tuple(Medication(name=name, dose=Quantity(20, "mg"), every=Quantity(24, "h")) for name in names)
    return personalize(Person(id="p", as_of=NOW, medications=taken, **more), KNOWLEDGE, listed_only=True)


LISTED = plan_of(
    "clopidogrel", "omeprazole", "warfarin", "simvastatin", "clarithromycin", "foozle",
    outside_calls=(OutsideCall(gene="CYP2C19", call="*2/*2"),),
    allergies=(Allergy(substance="simvastatin", reaction="rash"),),
)  # fmt: skip


# The leaflet


def test_every_sentence_stands_in_both_languages_with_the_same_places_to_fill() -> None:
    rows = list(csv.DictReader(template_text("leaflet_phrases.tsv").splitlines(), delimiter="\t"))
    assert len(rows) > 60
    for row in rows:
        if row["name"] != "not_reviewed":
            assert row["en"].strip(), row
        assert row["es"].strip(), row
        assert set(re.findall(r"\{\w+\}", row["en"])) == set(re.findall(r"\{\w+\}", row["es"])), row


def test_every_cause_and_food_of_the_tables_has_a_sentence() -> None:
    from garrod.knowledge.interactions import FoodRule, Hazard
    from garrod.therapeutics.cautions import WHAT
    from garrod.therapeutics.organs import CAUSES

    causes = {"pair", "exposure", "duplicate", "allergy", "enzyme activity", "genes", "untested", *CAUSES, *WHAT.values()}
    causes |= {row.hazard for row in KNOWLEDGE.rows(Hazard)}
    assert causes <= set(phrases("cause", "en"))
    assert {row.food for row in KNOWLEDGE.rows(FoodRule)} <= set(phrases("food", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_leaflet_names_each_medicine_and_what_could_not_be_checked(language: str) -> None:
    html = render_leaflet(LISTED, language)
    assert f'<html lang="{language}">' in html
    for name in ("clopidogrel", "omeprazole", "warfarin", "simvastatin", "clarithromycin", "foozle"):
        assert f"<h2>{name}</h2>" in html
    assert phrases("page", language)["unknown"] in html
    assert about("allergy", language, drug="simvastatin", others="") in html


def test_the_spanish_leaflet_says_that_no_native_speaker_reviewed_it() -> None:
    assert "no fue revisada por un hablante nativo" in render_leaflet(LISTED, "es")


def test_the_leaflet_names_no_gene_unless_it_is_asked_for() -> None:
    plain, chosen = render_leaflet(LISTED, "en"), render_leaflet(LISTED, "en", with_genes=True)
    words = re.compile(r"CYP|SLCO|metabolizer|genotype|\*2|genes", re.IGNORECASE)
    assert not words.search(re.sub(r"<style>.*?</style>", "", plain, flags=re.S))
    assert "CYP2C19" in chosen


def test_the_leaflet_changes_no_dose() -> None:
    """It says what the list says and asks; a number with a unit stands only in the line of the list."""
    hidden = r"<style>.*?</style>|<p class=\"(taken|small)\">.*?</p>"
    text = re.sub(hidden, "", render_leaflet(LISTED, "en"), flags=re.S)
    assert not re.search(r"\d+ ?(mg|%)", text)


def test_the_leaflets_print_is_large() -> None:
    sizes = [float(size) for size in re.findall(r"(?:font:|font-size:) ?(\d+)pt", template_text("leaflet.css"))]
    assert min(sizes) >= 14


# The review sheet


def test_the_sheet_holds_every_point_with_its_boxes_and_leaves_the_signature() -> None:
    html = render_review_sheet(LISTED)
    points = {one.summary for one in LISTED.recommendations if one.id in LISTED.in_use and one.severity.value != "info"}
    assert html.count('class="point"') == html.count("override</span>") > 5
    assert html.count('class="point"') <= len(points) + 5
    assert "Not recognized, so not checked:" in html
    assert "foozle" in html
    assert "<div>Signature</div>" in html


# The worksheet


def request(**more: Any) -> CompoundingRequest:
    given = {
        "drug": "d", "form": "liquid", "dose_mg": Decimal("2.5"), "doses": 60, "source": "tablet", "source_mg": Decimal(25),
        "volume_ml": Decimal(1), "overage": Decimal(0), **more,
    }  # fmt: skip
    return CompoundingRequest(**given)


def amounts(asked: CompoundingRequest) -> dict[str, float]:
    return {one.what: float(one.amount) for one in worksheet(asked).quantities}


def test_a_liquid_from_tablets_by_hand() -> None:
    """60 doses of 2.5 mg are 150 mg: 6 tablets of 25 mg in 60 mL, so that 1 mL holds 2.5 mg."""
    found = amounts(request())
    assert (found["drug needed"], found["tablets"], found["final volume"]) == (150, 6, 60)
    assert worksheet(request()).dose_back_mg == Decimal("2.5")


def test_a_powder_with_potency_and_displacement_by_hand() -> None:
    """100 doses of 5 mg are 500 mg; of a powder with 800 mg in 1000 mg, 625 mg; at 0.8 mL/g it takes up 0.5 mL of 500 mL."""
    asked = request(
        dose_mg=Decimal(5),
        doses=100,
        source="powder",
        source_mg=Decimal(800),
        volume_ml=Decimal(5),
        displacement_ml_per_g=Decimal("0.8"),
    )
    found = amounts(asked)
    assert (found["powder to weigh"], found["final volume"], found["vehicle"]) == (625, 500, 499.5)


def test_capsules_by_hand() -> None:
    found = amounts(request(form="capsule", volume_ml=None, dose_mg=Decimal("12.5"), doses=20, source_mg=Decimal(50)))
    assert (found["tablets"], found["drug in one capsule"]) == (5, 12.5)


def test_an_amount_below_what_the_balance_weighs_is_taken_as_a_part_of_more() -> None:
    """30 mg is below 120 mg: weigh 4 times as much and take a quarter."""
    found = worksheet(request(dose_mg=Decimal(1), doses=30, source="powder", source_mg=Decimal(1000)))
    assert "weigh 120 mg, dilute it to 4 equal parts and take one" in found.notes[0]


def test_rounding_that_changes_the_dose_too_much_is_refused() -> None:
    with pytest.raises(InputError, match="rounding changes the dose"):
        worksheet(request(volume_ml=Decimal("0.25"), step_ml=Decimal("0.1")))


def test_everything_that_is_missing_is_named_together() -> None:
    with pytest.raises(InputError) as caught:
        compounding_request(TakenMedicine(entry=0, drug_id="d", name="d"), {"doses": "many", "colour": "blue"})
    said = " ".join(str(fault) for fault in caught.value.faults)
    for word in ("dose_mg", "form=liquid", "source=tablet", "source_mg", "'many' is not a number", "colour"):
        assert word in said


@given(
    dose=st.decimals("0.5", "500", places=1), doses=st.integers(1, 200), strength=st.decimals("1", "500", places=0),
    volume=st.decimals("1", "20", places=1),
)  # fmt: skip
def test_a_dose_as_made_is_the_dose_asked_for_but_for_rounding(
    dose: Decimal, doses: int, strength: Decimal, volume: Decimal
) -> None:
    found = worksheet(request(dose_mg=dose, doses=doses, source_mg=strength, volume_ml=volume, overage=Decimal("0.05")))
    assert abs(found.dose_back_mg - dose) / dose <= Decimal("0.05")
    assert found.quantities[1].amount * strength == pytest.approx(dose * doses * Decimal("1.05"))


def test_the_worksheet_chooses_no_excipient_and_leaves_stability_to_the_pharmacist() -> None:
    html = render_worksheet(worksheet(request()), LISTED)
    assert "Stability source</th><td></td>" in html
    assert "Beyond-use date, storage</th><td></td>" in html
    assert "Checked by (second person)" in html
