"""What always holds of estimates: no search finds lower, batches equal single people, intervals cover the truth."""

from collections.abc import Iterator

import numpy as np
import pytest

from garrod.dosing.estimating.estimate import Estimate, estimate, estimate_many
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.solving.events import Events, Record
from made_doses import brute_force, made_model, simulated

IV = [Record(time, 1, 1000.0, 1000.0) for time in (0.0, 12.0, 24.0)]
ORAL = [Record(time, 1, 1000.0) for time in (0.0, 12.0, 24.0)]
MODELED = [Record(time, 1, 1000.0, -2) for time in (0.0, 12.0, 24.0)]
LATE = [Record(time, 0, level=1.0) for time in (2.0, 6.0, 11.5, 26.0, 35.5)]
EARLY = [Record(time, 0, level=1.0) for time in (0.5, 1.0, 3.0, 11.5, 26.0, 35.5)]
IOV = '[iov]\ngiven_as = "sd"\nCL = 0.25\noccasion = "OCC"'

CASES: dict[str, tuple[DoseModel, list[Record]]] = {
    "one": (made_model(1, iiv={"CL": 0.4, "V": 0.3}), IV + LATE),
    "two": (made_model(2, iiv={"CL": 0.4, "V1": 0.3, "Q": 0.6, "V2": 1.2}), IV + LATE),
    "three": (made_model(3, iiv={"CL": 0.4, "V1": 0.3, "Q2": 0.6, "V2": 0.5, "Q3": 0.5, "V3": 0.5}), IV + LATE),
    "oral": (made_model(1, "first_order", parameters={"KA": 1.0}, iiv={"CL": 0.4, "V": 0.3, "KA": 0.8}), ORAL + EARLY),
    "lag": (
        made_model(1, "first_order", parameters={"KA": 1.0, "ALAG1": 0.6}, iiv={"CL": 0.4, "KA": 0.8, "ALAG1": 0.5}),
        ORAL + EARLY,
    ),
    "duration": (
        made_model(1, "zero_order", parameters={"D1": 2.0, "ALAG1": 0.4}, iiv={"CL": 0.4, "D1": 0.7, "ALAG1": 0.5}),
        MODELED + EARLY,
    ),
    "step": (made_model(1, parameters={"ALAG1": 0.6}, iiv={"CL": 0.4, "V": 0.3, "ALAG1": 0.5}), ORAL + EARLY),
    "parallel": (
        made_model(
            1, "parallel", parameters={"KA": 1.0, "FR": 0.5, "D1": 3.0, "ALAG1": 1.0}, iiv={"CL": 0.4, "KA": 0.5, "D1": 0.5}
        ),
        ORAL + EARLY,
    ),
    "log": (made_model(1, iiv={"CL": 0.4, "V": 0.3}, residual='kind = "log_additive"\nadditive = 0.3'), IV + LATE),
    "occasions": (made_model(1, iiv={"CL": 0.4, "V": 0.3}, sections=IOV), IV + LATE),
}


def people_of(name: str, count: int, seed: int = 11) -> Iterator[tuple[Events, np.ndarray]]:
    model, records = CASES[name]
    random = np.random.default_rng(seed)
    for _ in range(count):
        base = Events.of(records)
        if model.occasions is not None:
            base = Events.of(records, covariates={"OCC": [1.0 if record.time < 24 else 2.0 for record in records]})
        yield simulated(model, base, random)


def held_against_brute_force(name: str, count: int) -> None:
    model, _ = CASES[name]
    for events, _ in people_of(name, count):
        found = estimate(model, events, draws=0)
        lowest, _ = brute_force(model, events, draws=4000)
        assert found.objective <= lowest + 1e-6


@pytest.mark.parametrize("name", CASES)
def test_no_dense_search_finds_a_lower_objective(name) -> None:
    held_against_brute_force(name, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_dense_search_finds_a_lower_objective_for_many_people(name) -> None:
    held_against_brute_force(name, 40)


def test_no_dense_search_finds_lower_where_elimination_saturates() -> None:
    model = made_model(1, elimination="michaelis_menten", parameters={"VMAX": 120.0, "KM": 5.0}, iiv={"VMAX": 0.4, "V": 0.3})
    events, _ = simulated(model, Events.of([*IV[:2], *LATE[:3]]), np.random.default_rng(2))
    found = estimate(model, events, draws=0)
    lowest, _ = brute_force(model, events, draws=200)
    assert found.objective <= lowest + 1e-5


@pytest.mark.parametrize("name", ["two", "oral", "lag", "occasions"])
def test_a_batch_equals_its_people_one_by_one_on_either_path(name) -> None:
    model, _ = CASES[name]
    table = [events for events, _ in people_of(name, 4)]
    # Other numbers of doses and levels beside them, so that padding is met.
    table += [Events.of([one for one in table[0].records if one.time <= 6], covariates=_cut(table[0]))]
    for batch, events in zip(estimate_many(model, table), table, strict=True):
        assert isinstance(batch, Estimate)
        alone = estimate(model, events, draws=0, plain=True)
        assert batch.objective == pytest.approx(alone.objective, abs=1e-8)
        assert batch.minima[0].effects == pytest.approx(alone.minima[0].effects, abs=1e-6)


def _cut(events: Events) -> dict[str, list[float]]:
    return {
        name: [float(value) for value, one in zip(values, events.records, strict=True) if one.time <= 6]
        for name, values in events.covariates.items()
    }


@pytest.mark.parametrize("name", ["two", "oral", "log"])
def test_an_accepted_minimum_has_no_slope_left(name) -> None:
    model, _ = CASES[name]
    for events, _ in people_of(name, 5):
        assert estimate(model, events, draws=0).minima[0].slope < 1e-6


def coverage(name: str, count: int) -> float:
    """Return the share of people whose true clearance lies in the 90 % interval."""
    model, _ = CASES[name]
    inside = 0
    for events, true in people_of(name, count, seed=77):
        found = estimate(model, events, draws=2000)
        low, high = found.drawn.quantile(found.drawn.effects[:, 0], [0.05, 0.95])
        inside += low <= true[0] <= high
    return inside / count


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    # 120 people: two standard errors are 5.5 of 100.
    assert coverage("one", 120) == pytest.approx(0.90, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one", "two", "oral", "log"])
def test_intervals_cover_the_truth_in_88_to_92_of_100(name) -> None:
    assert 0.88 <= coverage(name, 2000) <= 0.92
