"""Guidelines' factors, from the tables that are shipped, applied by the plan to the dose at hand. Amounts worked by hand."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from garrod import Knowledge, Person, load_knowledge, personalize
from garrod.careplan.whole_pieces import amounts, nearest
from garrod.knowledge.strengths import Strength
from garrod.model.careplan import CarePlan, WorkedDose
from garrod.model.person import BodyMeasurement, Medication, OutsideCall
from garrod.model.quantities import Quantity


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def plan(
    knowledge: Knowledge, drug: str, mg: float, hours: float, *calls: tuple[str, str], weight: float | None = 70, **more: Any
) -> CarePlan:
    body = None if weight is None else (BodyMeasurement(weight=Quantity(weight, "kg")),)
    one = Person(
        id="somebody",
        birth_date=date(1980, 1, 1),
        as_of=datetime(2026, 5, 1, tzinfo=UTC),
        body=body,
        medications=(Medication(name=drug, dose=Quantity(mg, "mg"), every=Quantity(hours, "h")),),
        outside_calls=tuple(OutsideCall(gene=gene, call=call) for gene, call in calls),
        **more,
    )
    return personalize(one, knowledge, listed_only=True)


def of_body(found: CarePlan, body: str) -> list[WorkedDose]:
    ids = {one.id for one in found.recommendations if one.body == body}
    return [one for one in found.worked_doses if one.recommendation in ids]


def immediate(one: WorkedDose) -> list[float]:
    return [found.mg for found in one.rounded if found.form == "immediate"]


def test_tacrolimus_in_an_expresser_is_raised_and_kept_below_the_limit_by_weight(knowledge: Knowledge) -> None:
    """CPIC: 1.5 to 2 times the usual start, at most 0.3 mg/kg a day. 70 kg: 10.5 mg each of two times."""
    some = of_body(plan(knowledge, "tacrolimus", 5, 12, ("CYP3A5", "*1/*3")), "CPIC")
    assert some
    for one in some:
        assert (one.exact_low_mg, one.exact_high_mg) == pytest.approx((7.5, 10.0))
        assert one.limit_mg == pytest.approx(10.5)
        assert immediate(one) == [7.5, 10.0]


def test_rounding_never_goes_above_the_limit(knowledge: Knowledge) -> None:
    """46 kg: 0.3 mg/kg a day is 6.9 mg each of two times; 5 mg times 1.5 is 7.5 mg, which is above it."""
    for one in of_body(plan(knowledge, "tacrolimus", 5, 12, ("CYP3A5", "*1/*3"), weight=46), "CPIC"):
        assert (one.exact_low_mg, one.exact_high_mg) == pytest.approx((6.9, 6.9))
        assert immediate(one) == [6.5]
        assert all(found.mg <= 6.9 for found in one.rounded)


def test_without_a_weight_a_limit_by_weight_gives_no_amount_at_all(knowledge: Knowledge) -> None:
    some = of_body(plan(knowledge, "tacrolimus", 5, 12, ("CYP3A5", "*1/*3"), weight=None), "CPIC")
    assert some
    for one in some:
        assert one.exact_low_mg is None
        assert one.exact_high_mg is None
        assert not one.rounded
        assert "needs the weight" in one.said


def test_tacrolimus_in_a_nonexpresser_stays(knowledge: Knowledge) -> None:
    assert not [one for one in plan(knowledge, "tacrolimus", 5, 12, ("CYP3A5", "*3/*3")).worked_doses if one.is_changed]


def test_azathioprine_in_an_intermediate_metabolizer(knowledge: Knowledge) -> None:
    """CPIC: 30 to 80 % of 150 mg is 45 to 120 mg; DPWG: half. Tablets of 25, 50, 75 and 100 mg."""
    found = plan(knowledge, "azathioprine", 150, 24, ("TPMT", "*1/*3A"), ("NUDT15", "*1/*1"))
    (cpic,) = of_body(found, "CPIC")
    assert (cpic.exact_low_mg, cpic.exact_high_mg) == pytest.approx((45.0, 120.0))
    assert immediate(cpic) == [50.0, 100.0]
    (dpwg,) = of_body(found, "DPWG")
    assert (dpwg.exact_low_mg, dpwg.exact_high_mg) == pytest.approx((75.0, 75.0))
    assert immediate(dpwg) == [75.0]


def test_nudt15_alone_lowers_a_thiopurine_too(knowledge: Knowledge) -> None:
    (cpic,) = of_body(plan(knowledge, "azathioprine", 150, 24, ("TPMT", "*1/*1"), ("NUDT15", "*1/*3")), "CPIC")
    assert (cpic.exact_low_mg, cpic.exact_high_mg) == pytest.approx((45.0, 120.0))


def test_mercaptopurine_in_a_poor_metabolizer_is_a_tenth_thrice_a_week_and_no_tablet_makes_it(knowledge: Knowledge) -> None:
    some = of_body(plan(knowledge, "mercaptopurine", 100, 24, ("TPMT", "*3A/*3A"), ("NUDT15", "*1/*1")), "CPIC")
    assert some
    for one in some:
        assert one.exact_high_mg == pytest.approx(10.0)
        assert "every 56 h" in one.said
        assert not one.rounded  # the tablet of 50 mg is five times that


@pytest.mark.parametrize(
    ("call", "factor"),
    [("Reference/c.1905+1G>A (*2A)", 0.5), ("Reference/c.2846A>T", 0.5), ("Reference/Reference", None)],
)
def test_capecitabine_by_dpyd_score(call: str, factor: float | None, knowledge: Knowledge) -> None:
    some = of_body(plan(knowledge, "capecitabine", 2000, 12, ("DPYD", call)), "CPIC")
    if factor is None:
        assert not any(one.is_changed for one in some)
        return
    assert some
    for one in some:
        assert one.exact_high_mg == pytest.approx(2000 * factor)
        assert immediate(one) == [1000.0]
        assert one.rounded[0].pieces == ((500.0, 2),)


def test_fluorouracil_is_no_tablet_and_its_amount_stays_exact(knowledge: Knowledge) -> None:
    some = of_body(plan(knowledge, "fluorouracil", 800, 24, ("DPYD", "Reference/c.1905+1G>A (*2A)")), "CPIC")
    assert some
    for one in some:
        assert one.exact_high_mg == pytest.approx(400.0)
        assert not one.rounded
        assert "No whole tablets" in one.said


def test_phenytoin_maintenance_is_lowered_and_the_loading_dose_is_not_computed_from_it(knowledge: Knowledge) -> None:
    """75 % of 300 mg is 225 mg: four chewable tablets of 50 mg are 200, the lower of two as near."""
    found = plan(knowledge, "phenytoin", 300, 24, ("CYP2C9", "*1/*3"), ("HLA-B", "*15:02 negative"))
    some = [*of_body(found, "CPIC"), *of_body(found, "DPWG")]
    assert some
    for one in some:
        assert one.phase == "maintenance"
        assert one.exact_high_mg == pytest.approx(225.0)
        assert immediate(one) == [200.0]


def test_phenytoin_that_is_to_be_avoided_gets_no_amount_from_who_says_so(knowledge: Knowledge) -> None:
    found = plan(knowledge, "phenytoin", 300, 24, ("CYP2C9", "*3/*3"), ("HLA-B", "*15:02 positive"))
    avoiding = {one.id for one in found.recommendations if one.id in found.in_use and one.action.value == "avoid"}
    assert avoiding
    assert not {one.recommendation for one in found.worked_doses} & avoiding


def test_a_limit_alone_lowers_what_is_above_it_and_leaves_what_is_within(knowledge: Knowledge) -> None:
    """FDA: at most 20 mg citalopram in CYP2C19 poor metabolizers."""
    (above,) = of_body(plan(knowledge, "citalopram", 40, 24, ("CYP2C19", "*2/*2")), "FDA")
    assert above.is_changed
    assert immediate(above) == [20.0]
    (within,) = of_body(plan(knowledge, "citalopram", 20, 24, ("CYP2C19", "*2/*2")), "FDA")
    assert not within.is_changed
    assert not within.rounded


def test_the_amount_stands_with_the_advice_and_says_what_it_assumes(knowledge: Knowledge) -> None:
    found = plan(knowledge, "flecainide", 100, 12, ("CYP2D6", "*4/*4"))
    (one,) = of_body(found, "DPWG")
    advice = next(some for some in found.recommendations if some.id == one.recommendation)
    assert advice.notes[-1] == one.said
    assert "50 mg each time" in one.said
    assert "already adjusted" in one.said


@pytest.mark.parametrize("second", [Medication(name="flecainide", dose=Quantity(50, "mg"), every=Quantity(24, "h"))])
def test_a_medicine_that_stands_twice_or_without_a_dose_gets_no_amount(second: Medication, knowledge: Knowledge) -> None:
    first = Medication(name="flecainide", dose=Quantity(100, "mg"), every=Quantity(12, "h"))
    calls = (OutsideCall(gene="CYP2D6", call="*4/*4"),)
    for listed in ((first, second), (Medication(name="flecainide"),)):
        found = personalize(Person(id="somebody", medications=listed, outside_calls=calls), knowledge, listed_only=True)
        assert not found.worked_doses


def test_whole_pieces_are_every_sum_of_up_to_six() -> None:
    assert [one.mg for one in amounts([1, 5])][:6] == [1, 2, 3, 4, 5, 6]
    assert max(one.mg for one in amounts([1, 5])) == 30
    five_and_two = next(one for one in amounts([1, 2, 5]) if one.mg == 7)
    assert five_and_two.pieces == ((5, 1), (2, 1))
    assert [one.mg for one in amounts([0.1])] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


def test_rounding_goes_to_the_nearest_and_never_far() -> None:
    assert nearest(9.0, amounts([5.0])) is not None
    assert nearest(7.5, amounts([5.0])) is None  # a third off
    found = nearest(12.5, amounts([5.0]))
    assert found is not None
    assert found.mg == 10.0  # as near as 15, and lower
    assert nearest(4.0, amounts([5.0]), at_most_mg=4.9) is None


def test_the_strengths_of_a_few_drugs_are_those_that_are_sold(knowledge: Knowledge) -> None:
    sold: dict[str, set[float]] = {}
    for row in knowledge.rows(Strength):
        if row.release == "immediate":
            sold.setdefault(row.drug_id, set()).add(row.strength_mg)
    assert sold["warfarin"] == {1, 2, 2.5, 3, 4, 5, 6, 7.5, 10}
    assert sold["tacrolimus"] == {0.5, 1, 5}
    assert sold["capecitabine"] == {150, 500}
    assert "fluorouracil" not in sold
