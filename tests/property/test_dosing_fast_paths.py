"""What always holds of the fast paths: sums of modes, quicker exponentials and single forecasts change no answer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garrod.dosing.estimating.estimate import estimate
from garrod.dosing.estimating.objective import prior
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.expressions import parse
from garrod.dosing.models.model_file import model_of
from garrod.dosing.regimens.exposures import Regimen
from garrod.dosing.regimens.ranking import Seen, seen_of
from garrod.dosing.solving import responses
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import people
from garrod.dosing.solving.linear import exponential, vanishes
from garrod.dosing.solving.nmtran import events_of
from garrod.dosing.solving.plan import plan
from garrod.dosing.solving.predict import predict, with_derivatives
from made_doses import THOMSON, TWO_MINIMA, made_model

SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
EVERY_KIND = """
[structure]
compartments = 2
absorption = "first_order"
[parameters]
CL = { theta = 3.0, random = "proportional" }
V1 = { theta = 20.0, random = "boxcox", lambda = 0.5 }
Q = { theta = 4.0, random = "normal_additive" }
V2 = { theta = 50.0, equation = "tvV2 * (V1/20)^0.5" }
KA = 0.9
[iiv]
given_as = "sd"
CL = 0.2
V1 = 0.3
Q = 0.5
KA = 0.6
[residual]
kind = "proportional"
proportional = 0.1
[outputs]
cp = "1000 * central / V1"
"""
MODELS: dict[str, DoseModel] = {
    "one": made_model(1, iiv={"CL": 0.4, "V": 0.3}),
    "two": made_model(2, iiv={"CL": 0.4, "V1": 0.3, "Q": 0.6, "V2": 1.2}),
    "three": made_model(3, iiv={"CL": 0.4, "V1": 0.3, "Q2": 0.6, "V2": 0.5, "Q3": 0.5, "V3": 0.5}),
    "oral": made_model(2, "first_order", parameters={"KA": 0.9, "ALAG1": 0.5}, iiv={"CL": 0.4, "V1": 0.3, "KA": 0.8}),
    "flat": made_model(1, "first_order", parameters={"KA": 0.15}, iiv={"CL": 1e-7, "KA": 1e-7}),
    "dual": made_model(
        2, "dual_first_order", parameters={"KA1": 1.0, "KA2": 0.2, "FR": 0.4}, iiv={"KA1": 0.4, "KA2": 0.5, "Q": 0.3}
    ),
    "way in alone": made_model(1, "first_order", parameters={"KA": 1.0}, iiv={"KA": 0.5}),
    "every kind": model_of(EVERY_KIND),
}


@st.composite
def courses(draw, ways: int) -> Events:
    records, time = [], 0.0
    for _ in range(draw(st.integers(1, 4))):
        time += draw(st.floats(0, 15))
        amount = draw(st.floats(50, 1000))
        rate = amount / draw(st.floats(0.5, 20)) if draw(st.booleans()) else 0.0
        more = draw(st.integers(0, 2))
        to = draw(st.integers(1, ways))
        records.append(Record(time, 1, amount, rate, more, draw(st.floats(5, 12)) if more else 0.0, 0, to))
    records += [Record(draw(st.floats(0, time + 40)), 0, level=1.0, output=1) for _ in range(draw(st.integers(1, 5)))]
    return Events.of(records)


@pytest.mark.parametrize("name", MODELS)
@SETTINGS
@given(st.data())
def test_sums_of_modes_equal_matrix_exponentials_for_people_side_by_side(name, data) -> None:
    model = MODELS[name]
    # Depots come before the blood, tissues after it.
    ways = model.structure.states.index("central") + 1
    count = data.draw(st.integers(1, 3))
    group = people(model, [plan(model, data.draw(courses(ways))) for _ in range(count)])
    assert responses.fits(group)
    before = prior(model, 1)
    who = np.arange(2 * count) // 2 if count > 1 else None
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    full = before.full(random.normal(size=(2 * count, len(before.active))) * before.sd)
    plain, plain_slopes = with_derivatives(group, full, before.active, who, plain=True)
    fast, slopes = with_derivatives(group, full, before.active, who)
    scale = np.abs(plain).max() + 1e-9
    assert fast == pytest.approx(plain, rel=1e-9, abs=1e-12 * scale)
    assert slopes == pytest.approx(plain_slopes, rel=1e-7, abs=1e-10 * (np.abs(plain_slopes).max() + scale))
    assert predict(group, full, who) == pytest.approx(plain, rel=1e-9, abs=1e-12 * scale)


@SETTINGS
@given(st.integers(1, 8), st.integers(0, 999), st.floats(0.01, 300))
def test_exponentials_equal_those_by_eigenvectors_of_a_symmetric_matrix(size, seed, scale) -> None:
    random = np.random.default_rng(seed)
    flows = np.triu(random.random((size, size)), 1)
    flows = flows + flows.T
    matrix = scale * (flows - np.diag(flows.sum(axis=1) + 0.1))
    values, vectors = np.linalg.eigh(matrix)
    found = exponential(np.array([matrix, 0 * matrix]))
    assert found[0] == pytest.approx((vectors * np.exp(values)) @ vectors.T, abs=1e-11)
    assert found[1] == pytest.approx(np.eye(size))


def test_an_output_with_a_base_is_not_scaled_from_one_forecast() -> None:
    lifted = replace(model_of(THOMSON), outputs=(("cp", parse("central/V1 + 2")),))
    made = estimate(lifted, events_of(TWO_MINIMA, lifted)[0], draws=2000)
    one = Regimen(750.0, 12.0, 1.5)
    scaled = seen_of(made, "trough_ss", start=36.0, draws=100).values(one)
    assert scaled == pytest.approx(Seen(made, "trough_ss", 36.0, None, 100).values(one), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("central/V", True), ("central + area", True), ("(1-F)*central", True), ("central + 1", False), ("exp(central)", False)],
)
def test_an_equation_vanishes_where_its_states_do_only_if_every_part_does(text, expected) -> None:
    assert vanishes(parse(text).tree, frozenset({"central", "area"})) is expected
