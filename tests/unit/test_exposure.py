"""How much of a drug the body sees: the form by hand, what moves it and what does not, and what is not predicted."""

import math
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garrod import Person, load_knowledge, personalize
from garrod.medicines.exposure_model import ONE, Body, Bounded, Induction, Inhibition, Pathway, activity_of, interval, ratio
from garrod.model.findings import Finding, Findings
from garrod.model.medicines import Exposure
from garrod.model.person import Medication, OutsideCall, Smoking

KNOWLEDGE = load_knowledge()
NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


def point(value: float) -> Bounded:
    return Bounded(value, value, value)


def pathway(
    name: str, share: float, *, gene: float = 1.0, inhibited: tuple[float, ...] = (), induced: tuple[float, ...] = ()
) -> Pathway:
    return Pathway(
        name,
        point(share),
        ONE if gene == 1 else point(gene),
        tuple(Inhibition(str(n), point(one)) for n, one in enumerate(inhibited)),
        tuple(Induction(str(n), point(one)) for n, one in enumerate(induced)),
    )


# The form, worked by hand


@pytest.mark.parametrize(
    ("pathways", "expected"),
    [
        ([pathway("CYP3A", 0.9, inhibited=(0.9,))], 1 / (1 - 0.9 * 0.9)),  # Ohno 2007: 1 / (1 - CR x IR) = 5.263
        ([pathway("CYP3A", 0.9, induced=(3.0,))], 1 / (1 + 0.9 * 3.0)),  # Ohno 2008: 1 / (1 + CR x IC) = 0.270
        ([pathway("CYP2D6", 0.8, gene=0.0)], 1 / (1 - 0.8)),  # no function: 1 / (1 - CR) = 5
        ([pathway("CYP2D6", 0.8, gene=0.5, inhibited=(0.9,))], 1 / (0.8 * 0.5 * 0.1 + 0.2)),
        ([pathway("CYP2D6", 0.6, inhibited=(0.9,)), pathway("CYP3A", 0.3, inhibited=(0.8,))], 1 / (0.06 + 0.06 + 0.1)),
        (
            [pathway("CYP3A", 0.5, inhibited=(0.9,)), pathway("OATP1B1", 0.8, inhibited=(0.5,))],
            1 / (0.05 + 0.5) / (0.8 * 0.5 + 0.2),
        ),
    ],
)
def test_the_form(pathways: list[Pathway], expected: float) -> None:
    assert ratio(pathways) == pytest.approx(expected)


def test_inhibitors_of_one_pathway_add_as_occupancies_and_of_inducers_the_strongest_counts() -> None:
    # I/Ki of 0.5 is 1 and of 0.75 is 3: together 4, so that a fifth is left
    assert activity_of(pathway("CYP3A", 0.9, inhibited=(0.5, 0.75))) == pytest.approx(1 / 5)
    assert activity_of(pathway("CYP3A", 0.9, induced=(1.0, 3.0))) == pytest.approx(4.0)


def test_kidney_function_scales_what_the_kidney_clears_and_the_liver_the_rest() -> None:
    half_excreted = [pathway("kidney", 0.5), pathway("CYP3A", 0.3)]
    assert ratio(half_excreted, Body(kidney=point(0.2))) == pytest.approx(1 / (0.1 + 0.5))
    assert ratio(half_excreted, Body(elsewhere=point(0.5))) == pytest.approx(1 / (0.5 + 0.25))


def test_blood_flow_limits_what_induction_adds_to_a_drug_given_into_a_vein() -> None:
    wholly = [pathway("CYP3A", 0.99, induced=(10.0,))]
    assert ratio(wholly) < 0.1
    # well-stirred, extraction 0.4: 10.9-fold intrinsic clearance gives extraction 7.27 / 8.27, so AUC 0.4 / 0.879 = 0.455
    assert ratio(wholly, extraction=0.4) == pytest.approx(0.455, abs=0.001)


shares = st.floats(0.05, 0.95)
strengths = st.floats(0.0, 0.98)


@given(shares, strengths, strengths)
def test_another_inhibitor_never_lowers_an_exposure(share: float, first: float, second: float) -> None:
    both, alone = (ratio((pathway("CYP3A", share, inhibited=some),)) for some in ((first, second), (first,)))
    assert both >= alone - 1e-9


@given(shares, st.floats(0, 20))
def test_an_inducer_never_raises_one(share: float, added: float) -> None:
    assert ratio((pathway("CYP3A", share, induced=(added,)),)) <= 1 + 1e-9


@given(st.lists(shares, min_size=1, max_size=5))
def test_nothing_acting_leaves_the_exposure_as_it_is_whatever_the_shares_sum_to(some: list[float]) -> None:
    names = ("CYP3A", "CYP2D6", "kidney", "OATP1B1", "CYP2C9")
    assert ratio(tuple(pathway(name, share) for name, share in zip(names, some, strict=False))) == pytest.approx(1)


def test_the_interval_holds_the_estimate_and_widens_with_what_is_not_sure() -> None:
    sure = interval((pathway("CYP3A", 0.9, inhibited=(0.9,)),))
    unsure = interval((Pathway("CYP3A", Bounded(0.9, 0.7, 0.97), ONE, (Inhibition("x", Bounded(0.9, 0.6, 0.97)),)),))
    assert sure.low < sure.estimate < sure.high
    assert unsure.high / unsure.low > sure.high / sure.low


# People


def exposures(*medicines: str | Medication, extra: tuple[Finding, ...] = (), **more: Any) -> dict[str, Exposure]:
    taken = tuple(Medication(name=one) if isinstance(one, str) else one for one in medicines)
    calls = tuple(OutsideCall(gene=gene, call=call) for gene, call in more.pop("calls", {}).items())
    plan = personalize(Person(id="p", as_of=NOW, medications=taken, outside_calls=calls, **more), KNOWLEDGE)
    return {one.drug: one for one in plan.findings.exposures()}


def estimate(one: Exposure) -> float:
    assert one.auc_ratio is not None
    return one.auc_ratio.estimate


def test_genes_and_co_medicines_join_in_one_number_with_their_terms() -> None:
    both = exposures("warfarin", "amiodarone", calls={"CYP2C9": "*2/*3"})["warfarin"]
    alone = {term.by: term.ratio for term in both.terms if term.factor == "CYP2C9"}
    assert set(alone) == {"genotype CYP2C9", "amiodarone"}
    assert estimate(both) > max(alone.values())
    assert both.auc_ratio is not None
    assert both.auc_ratio.low < estimate(both) < both.auc_ratio.high


def test_an_enzyme_without_function_cannot_be_inhibited_further() -> None:
    alone = exposures("metoprolol", calls={"CYP2D6": "*4/*4"})["metoprolol"]
    inhibited = exposures("metoprolol", "paroxetine", calls={"CYP2D6": "*4/*4"})["metoprolol"]
    assert estimate(inhibited) == estimate(alone)
    assert [term.by for term in inhibited.terms] == ["genotype CYP2D6"]


def test_a_drug_does_not_act_on_itself() -> None:
    assert estimate(exposures("fluvoxamine")["fluvoxamine"]) == 1


def test_what_is_not_known_is_said() -> None:
    found = exposures("vancomycin", "citalopram")
    assert found["vancomycin"].auc_ratio is None
    assert "not predicted, because" in (found["vancomycin"].reason or "")
    assert any("vancomycin" in text for text in found["citalopram"].not_counted)
    assert any("CYP2C19" in text for text in found["citalopram"].not_counted)


def test_an_inhibitor_that_was_stopped_long_ago_no_longer_counts() -> None:
    stopped = Medication(name="fluoxetine", status="stopped", end=date(2026, 1, 1))
    assert estimate(exposures("metoprolol", stopped)["metoprolol"]) == 1
    lately = Medication(name="fluoxetine", status="stopped", end=date(2026, 4, 28))
    assert (
        1
        < estimate(exposures("metoprolol", lately)["metoprolol"])
        < estimate(exposures("metoprolol", "fluoxetine")["metoprolol"])
    )


def test_a_lower_dose_of_an_inhibitor_does_less() -> None:
    from garrod.model.quantities import Quantity

    def fluconazole(dose: float) -> Medication:
        return Medication(name="fluconazole", dose=Quantity(dose, "mg"), every=Quantity(24, "h"))

    low, high = (estimate(exposures("midazolam", fluconazole(dose))["midazolam"]) for dose in (100, 400))
    assert 1 < low < high


def test_smoking_counts() -> None:
    assert estimate(exposures("clozapine", smoking=Smoking(status="current"))["clozapine"]) < 1
    assert estimate(exposures("clozapine", smoking=Smoking(status="never"))["clozapine"]) == 1


def test_a_drug_that_is_not_swallowed_is_not_predicted() -> None:
    cream = Medication(name="ketoconazole", route="topical")
    found = exposures(cream, "midazolam")
    assert found["ketoconazole"].auc_ratio is None
    assert estimate(found["midazolam"]) == 1


def test_the_order_of_the_list_changes_nothing() -> None:
    said = {
        tuple(sorted((drug, round(estimate(one), 9)) for drug, one in exposures(*names).items()))
        for names in permutations(("simvastatin", "clarithromycin", "amiodarone", "warfarin"))
    }
    assert len(said) == 1


def test_liver_and_kidney_findings_are_counted() -> None:
    from garrod.medicines import assess, assess_exposure

    person = Person(id="p", as_of=NOW, medications=(Medication(name="gabapentin"), Medication(name="simvastatin")))
    base = Findings().and_(assess(person, Findings(), KNOWLEDGE))
    organs = (
        Finding(
            id="kidney:crcl",
            domain="biomarkers",
            kind="kidney_function",
            subject="creatinine clearance",
            value=20.0,
            unit="mL/min",
        ),
        Finding(id="liver:child_pugh", domain="biomarkers", kind="liver_function", subject="Child-Pugh", value="B"),
    )
    healthy = {f.subject: f.value for f in assess_exposure(person, base, KNOWLEDGE)}
    ill = {f.subject: f.value for f in assess_exposure(person, base.and_(organs), KNOWLEDGE)}
    assert healthy == {"gabapentin": 1, "simvastatin": 1}
    assert isinstance(ill["gabapentin"], float)
    assert isinstance(ill["simvastatin"], float)
    # 20 mL/min of about 100 leaves a fifth of a drug that only the kidney clears
    assert math.isclose(ill["gabapentin"], 5, rel_tol=0.1)
    assert ill["simvastatin"] > 2
