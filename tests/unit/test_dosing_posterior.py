"""The posterior where the point misleads: the note's person with two minima, and draws against a grid."""

import numpy as np
import pytest

from garrod.dosing.estimating.averaging import average, log_marginal
from garrod.dosing.estimating.estimate import estimate
from garrod.dosing.estimating.map_estimate import minima
from garrod.dosing.estimating.objective import objective, prior
from garrod.dosing.estimating.posterior import LEAST_ESS, _walk, posterior
from garrod.dosing.models.model_file import model_of
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import people
from garrod.dosing.solving.nmtran import events_of
from garrod.dosing.solving.plan import plan
from made_doses import THOMSON, TWO_MINIMA, made_model


@pytest.fixture(scope="module")
def made():
    model = model_of(THOMSON)
    return estimate(model, events_of(TWO_MINIMA, model)[0], seed=1)


def test_the_point_says_less_than_the_posterior(made) -> None:
    place = made.active_names.index("V2")
    assert made.eta["V2"] == pytest.approx(0.445, abs=5e-4)
    assert made.drawn.mean[place] == pytest.approx(-0.37, abs=0.05)
    assert made.drawn.sd[place] == pytest.approx(1.50, rel=0.03)
    assert made.drawn.ess >= 1500


def test_the_dose_from_the_point_is_lower_than_the_posteriors(made) -> None:
    clearance = made.parameters_of(made.drawn.effects)["CL"]
    low, median, high = 500 * made.drawn.quantile(clearance, [0.05, 0.5, 0.95])
    assert 500 * made.parameters["CL"] == pytest.approx(798, abs=0.5)
    assert median == pytest.approx(893, rel=0.01)
    assert low == pytest.approx(604, rel=0.02)
    assert high == pytest.approx(1216, rel=0.02)


def test_the_chance_of_the_target_is_the_notes(made) -> None:
    clearance, weights = made.parameters_of(made.drawn.effects)["CL"], made.drawn.weights
    at_map, at_1000 = 500 * made.parameters["CL"] / clearance, 1000 / clearance
    assert weights @ ((at_map >= 400) & (at_map <= 600)) == pytest.approx(0.578, abs=0.015)
    assert weights @ ((at_1000 >= 400) & (at_1000 <= 600)) == pytest.approx(0.582, abs=0.015)
    assert weights @ (at_map > 600) == pytest.approx(0.11, abs=0.01)


def test_the_same_seed_gives_the_same_bytes(made) -> None:
    again = estimate(made.model, made.events, seed=1)
    assert again.drawn.effects.tobytes() == made.drawn.effects.tobytes()
    assert again.drawn.weights.tobytes() == made.drawn.weights.tobytes()


def test_draws_agree_with_a_grid_in_one_dimension() -> None:
    model = made_model(1, iiv={"CL": 0.6})
    events = Events.of([Record(0, 1, 100.0), Record(4, 0, level=1.2)])
    found = estimate(model, events)
    group = people(model, [plan(model, events)])
    grid = np.linspace(-4, 4, 8001)
    height = objective(group, prior(model, 1), grid[:, None], None)
    density = np.exp(-(height - height.min()) / 2)
    mean = (grid * density).sum() / density.sum()
    sd = np.sqrt(((grid - mean) ** 2 * density).sum() / density.sum())
    assert found.drawn.mean[0] == pytest.approx(mean, abs=0.03 * sd)
    assert found.drawn.sd[0] == pytest.approx(sd, rel=0.03)
    # Laplace's marginal likelihood against the grid's.
    exact = np.log(density.sum() * (grid[1] - grid[0])) - height.min() / 2 - 0.5 * np.log(0.36) - 0.5 * np.log(2 * np.pi)
    assert log_marginal(found) == pytest.approx(exact, abs=0.1)


def test_the_random_walk_agrees_with_importance(made) -> None:
    walked = _walk(made.group, made.prior, made.drawn, np.random.default_rng(3), plain=False)
    assert walked.ess >= LEAST_ESS
    assert walked.mean == pytest.approx(made.drawn.mean, abs=0.1 * made.drawn.sd.max())
    assert walked.sd == pytest.approx(made.drawn.sd, rel=0.06)


def test_without_levels_the_posterior_is_the_prior() -> None:
    model = made_model(2, iiv={"CL": 0.4, "V1": 0.2})
    found = estimate(model, Events.of([Record(0, 1, 100.0)]))
    assert found.objective == 0
    assert found.drawn.sd == pytest.approx([0.4, 0.2], rel=0.05)
    assert found.drawn.mean == pytest.approx([0, 0], abs=0.02)


def test_too_few_effective_draws_are_doubled_up_to_the_limit() -> None:
    model = made_model(1, iiv={"CL": 0.6, "V": 0.3})
    events = Events.of([Record(0, 1, 100.0), Record(4, 0, level=1.2)])
    group, before = people(model, [plan(model, events)]), prior(model, 1)
    best = minima(group, before)[0]
    few = posterior(group, before, best, draws=300, seed=1)
    assert len(few.weights) > 300
    assert few.is_enough


def test_models_are_weighed_by_how_well_they_explain_the_levels() -> None:
    events = Events.of([Record(0, 1, 100.0), Record(2, 0, level=3.7), Record(12, 0, level=0.83)])
    right = estimate(made_model(1, iiv={"CL": 0.3}), events, draws=0)
    wrong = estimate(made_model(1, parameters={"CL": 9.0}, iiv={"CL": 0.3}), events, draws=0)
    weights = average([right, wrong])
    assert weights.weights.sum() == pytest.approx(1)
    assert weights.weights[0] > 0.8
    assert weights.by_objective[0] > 0.8
    assert average([right, right]).weights == pytest.approx([0.5, 0.5])


def test_an_unlikely_person_and_a_misfit_are_told() -> None:
    model = made_model(1, iiv={"CL": 0.1}, residual='kind = "additive"\nadditive = 0.05')
    found = estimate(model, Events.of([Record(0, 1, 100.0), Record(4, 0, level=0.5), Record(5, 0, level=4.0)]), draws=2000)
    names = {check.name: check for check in found.checks}
    assert names["residual"].blocks
    calm = estimate(made_model(1, iiv={"CL": 0.4}), Events.of([Record(0, 1, 100.0), Record(4, 0, level=2.7)]), draws=2000)
    assert calm.checks == ()
