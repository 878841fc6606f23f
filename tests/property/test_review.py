"""What always holds of allergies, dose bands and cautions: order changes nothing, and one more medicine takes no warning away."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from garrod.knowledge.cautions import When
from garrod.knowledge.organ_doses import Measure
from garrod.model.person import Allergy, BodyMeasurement, Condition, Medication, Observation
from garrod.model.quantities import Quantity
from garrod.model.recommendations import Action
from made_cautions import DRUGS, NOW, advice, band, caution, crosses, person, review, taking, world

GROUPS = {"examples": ("exampline", "samplitol"), "wide": ("exampline", "samplitol", "mockazole")}
WORLD = world(
    crosses("exampline", "testaxel"),
    crosses("examples", "mockazole", reactions="immediate"),
    crosses("wide", "wide"),
    caution("wide", When.CONDITION, condition_id="madeitis"),
    caution("testaxel", When.AGE_FROM, age_y=50),
    caution("exampline", When.CO_MEDICATION, other="wide", above_mg_d=10, action=Action.CAP),
    band("exampline", high=50, amount_low=10, unit="mg", interval_h=24),
    band("samplitol", high=45, measure=Measure.EGFR, action=Action.AVOID),
    band("mockazole", high=30, action=Action.CONTRAINDICATED),
    groups=GROUPS,
)
MEDICATIONS = st.builds(taking, st.sampled_from(DRUGS), st.sampled_from([None, 5.0, 40.0]), st.sampled_from([None, 8.0, 24.0]))
ALLERGIES = st.builds(
    Allergy,
    substance=st.sampled_from([*DRUGS, *GROUPS, "shrimp", "blorp"]),
    reaction=st.sampled_from([None, "anaphylaxis", "hives", "rash", "nausea", "blisters"]),
    severity=st.sampled_from([None, "mild", "severe"]),
)


def somebody(medications: list[Medication], allergies: list[Allergy], creatinine: float | None) -> Any:
    observations = () if creatinine is None else (Observation(name="creatinine", value=creatinine, unit="mg/dL", time=NOW),)
    return person(
        *medications,
        allergies=tuple(allergies),
        conditions=(Condition(name="madeitis"),),
        observations=observations,
        body=(BodyMeasurement(weight=Quantity(72, "kg")),),
    )


LISTS = st.lists(MEDICATIONS, max_size=4)
CREATININE = st.sampled_from([None, 0.9, 1.8, 4.0])


@given(LISTS, st.lists(ALLERGIES, max_size=3), CREATININE, st.randoms(use_true_random=False))
def test_the_order_of_medicines_and_allergies_changes_nothing(medications, allergies, creatinine, random) -> None:
    def told(some: list[Medication], others: list[Allergy]) -> dict[str, tuple[Any, ...]]:
        found = advice(somebody(some, others, creatinine), WORLD)
        return {name: (one.severity, one.action, one.summary, one.concerns, one.doses) for name, one in found.items()}

    mixed, others = random.sample(medications, len(medications)), random.sample(allergies, len(allergies))
    assert told(mixed, others) == told(medications, allergies)


@given(LISTS, MEDICATIONS, st.lists(ALLERGIES, max_size=3), CREATININE)
def test_one_more_medicine_takes_no_warning_on_the_others_away(medications, more, allergies, creatinine) -> None:
    before = advice(somebody(medications, allergies, creatinine), WORLD)
    after = advice(somebody([*medications, more], allergies, creatinine), WORLD)
    unknown_before = {drug for name, one in before.items() if name.endswith(":unknown") for drug in one.concerns}
    unknown_after = {drug for name, one in after.items() if name.endswith(":unknown") for drug in one.concerns}
    assert unknown_before <= unknown_after
    for name, one in before.items():
        if not name.endswith(":unknown") and one.action in {Action.CONTRAINDICATED, Action.AVOID}:
            assert name in after
            assert after[name].severity is one.severity


@given(LISTS, st.lists(ALLERGIES, max_size=3), CREATININE)
def test_every_medicine_is_told_of_in_each_part_and_every_id_is_once(medications, allergies, creatinine) -> None:
    found = review(somebody(medications, allergies, creatinine), WORLD)
    drugs = {one.name for one in medications}
    for what in ("allergy", "kidney dose"):
        assert drugs <= {drug for check in found.checks if check.what == what for drug in check.drugs}
    ids = [one.id for one in found.recommendations]
    assert len(set(ids)) == len(ids)
    assert all(one.sources and one.because and one.concerns == tuple(sorted(one.concerns)) for one in found.recommendations)
