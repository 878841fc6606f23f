"""What always holds of amounts: closed forms equal a tight ODE solution, doses add up, clocks and units change nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from garrod.dosing.estimating.objective import prior
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.model_file import model_of
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import people
from garrod.dosing.solving.linear import rate_matrix
from garrod.dosing.solving.plan import plan
from garrod.dosing.solving.predict import predict, with_derivatives
from made_doses import BODY, levels_of, made_model

SETTINGS = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])

MODELS = {
    "one": made_model(1),
    "two": made_model(2),
    "three": made_model(3, iiv={"V1": 0.3, "Q2": 0.4, "V3": 0.5}),
    "three alike": made_model(3, parameters={"Q3": 4.0, "V3": 50.0}),
    "first order": made_model(
        2, "first_order", parameters={"KA": 0.9, "ALAG1": 0.7, "F1": 0.6}, iiv={"KA": 0.5, "ALAG1": 0.3, "CL": 0.3}
    ),
    "three first order": made_model(3, "first_order", parameters={"KA": 0.15}),
    "dual": made_model(2, "dual_first_order", parameters={"KA1": 1.0, "KA2": 0.2, "FR": 0.4, "ALAG2": 3.0}),
    "sequential": made_model(1, "sequential", parameters={"KA": 1.0, "D1": 3.0}, iiv={"D1": 0.4, "KA": 0.3}),
    "parallel": made_model(2, "parallel", parameters={"KA": 1.0, "D1": 3.0, "FR": 0.3, "ALAG1": 0.5}),
    "transit": made_model(1, "transit", parameters={"KTR": 3.0, "NTR": 4}, iiv={"KTR": 0.4, "CL": 0.3}),
    "metabolite": made_model(
        1, "first_order", parameters={"KA": 1.0, "FM": 0.4, "CLM": 5.0, "VM": 10.0, "FPM": 0.2}, more="metabolite = true"
    ),
}


@st.composite
def regimens(draw, compartments: int, *, steady: bool = True) -> Events:
    time, records = 0.0, []
    for _ in range(draw(st.integers(1, 4))):
        time += draw(st.floats(0, 15))
        amount = draw(st.floats(50, 1000))
        rate = amount / draw(st.floats(0.5, 20)) if draw(st.booleans()) else 0.0
        more = draw(st.integers(0, 2))
        train = draw(st.sampled_from([0, 0, 1, 2])) if steady else 0
        interval = draw(st.floats(5, 12)) if more or train else 0.0
        evid = draw(st.sampled_from([1, 1, 1, 4])) if steady else 1
        records.append(Record(time, evid, amount, rate, more, interval, train, draw(st.integers(1, compartments))))
    records += [Record(draw(st.floats(0, time + 40)), 0, level=1.0, output=1) for _ in range(5)]
    return Events.of(records)


def numbers(model: DoseModel) -> int:
    return len(model.structure.numbers) - int(model.structure.metabolite)


@pytest.mark.parametrize("name", MODELS)
@SETTINGS
@given(st.data())
def test_the_fast_path_equals_the_plain_one(name, data) -> None:
    model = MODELS[name]
    events = data.draw(regimens(numbers(model)))
    group = people(model, [plan(model, events)])
    before = prior(model, 1)
    effects = np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=(3, len(before.active))) * 0.3
    full = before.full(effects)
    fast, slopes = with_derivatives(group, full, before.active, None)
    plain, plain_slopes = with_derivatives(group, full, before.active, None, plain=True)
    assert fast == pytest.approx(plain, rel=1e-10, abs=1e-12)
    assert slopes == pytest.approx(plain_slopes, rel=1e-8, abs=1e-10)


def by_ode(model: DoseModel, doses: list[tuple[float, float, int, float]], times: list[float]) -> list[float]:
    """Return central concentrations by scipy's eighth-order solver: doses are (time, amount, state, rate)."""
    values = {one.name: np.full((1, 1), one.theta) for one in model.parameters}
    matrix = rate_matrix(model.structure, values)[0][0, 0]
    edges = sorted({0.0, *times, *(dose[0] for dose in doses), *(dose[0] + dose[1] / dose[3] for dose in doses if dose[3])})
    amounts, found = np.zeros(len(matrix)), {}
    last = edges[0]
    for edge in edges:
        if edge > last:
            rate = np.zeros(len(matrix))
            middle = (last + edge) / 2
            for time, amount, state, flow in doses:
                if flow and time < middle < time + amount / flow:
                    rate[state] += flow
            solved = solve_ivp(
                lambda _, a, r=rate: matrix @ a + r, (last, edge), amounts, method="DOP853", rtol=1e-12, atol=1e-12
            )
            amounts = solved.y[:, -1]
        for time, amount, state, flow in doses:
            if time == edge and not flow:
                amounts[state] += amount
        last = edge
        found[edge] = amounts[model.structure.central] / float(values["V" if "V" in values else "V1"][0, 0])
    return [float(found[time]) for time in times]


@pytest.mark.parametrize("name", ["one", "two", "three", "three alike", "three first order", "transit"])
@settings(SETTINGS, max_examples=6)
@given(st.data())
def test_closed_forms_equal_a_tight_ode_solution(name, data) -> None:
    model = MODELS[name]
    events = data.draw(regimens(1, steady=False))
    written = [
        (record.time + turn * record.interval, record.amount, 0, record.rate)
        for record in events.records
        if record.is_dose
        for turn in range(record.additional + 1)
    ]
    times = [record.time for record in events.records if record.is_level]
    # A level at the very time of a dose depends on their order, which a solution by time alone does not know.
    if {time for time, *_ in written} & set(times):
        return
    assert levels_of(model, events)[0] == pytest.approx(by_ode(model, written, times), rel=1e-8, abs=1e-9)


OWN = """
[odes]
depot = "-KA*depot"
central = "KA*depot - CL/V1*central - Q/V1*central + Q/V2*tissue"
tissue = "Q/V1*central - Q/V2*tissue{curved}"
[outputs]
cp = "central/V1"
[parameters]
CL = 3.0
V1 = 20.0
Q = 4.0
V2 = 50.0
KA = 0.9
ALAG1 = 0.7
F1 = 0.6
[iiv]
given_as = "sd"
KA = 0.5
ALAG1 = 0.3
CL = 0.3
[residual]
kind = "additive"
additive = 1.0
"""


@settings(SETTINGS, max_examples=6)
@given(st.data())
def test_own_equations_equal_the_named_structure_linear_or_integrated(data) -> None:
    named = MODELS["first order"]
    events = data.draw(regimens(3))
    effects = np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=(2, 3)) * 0.3
    places = [named.etas.names.index(name) for name in ("KA", "ALAG1", "CL")]
    expected, slopes = with_derivatives(people(named, [plan(named, events)]), effects[:, np.argsort(places)], np.arange(3), None)
    for curved, close in (("", 1e-11), (" + 0*central*central", 3e-7)):
        model = model_of(OWN.format(curved=curved))
        found, own = with_derivatives(people(model, [plan(model, events)]), effects, np.arange(3), None)
        assert found == pytest.approx(expected, rel=close, abs=1e-8)
        assert own == pytest.approx(slopes[:, :, places], rel=30 * close, abs=1e-5)


def test_michaelis_menten_far_below_its_constant_is_linear() -> None:
    saturable = made_model(1, elimination="michaelis_menten", parameters={"VMAX": 3e6, "KM": 1e6}, iiv={"V": 0.3})
    events = Events.of([Record(0, 1, 100.0, 50.0, 3, 8.0), Record(5, 0, level=1.0), Record(40, 0, level=1.0)])
    assert levels_of(saturable, events)[0] == pytest.approx(levels_of(MODELS["one"], events)[0], rel=2e-5)


@pytest.mark.parametrize("amount", [50.0, 2000.0])
def test_michaelis_menten_meets_its_implicit_solution(amount) -> None:
    model = made_model(1, elimination="michaelis_menten", parameters={"VMAX": 60.0, "KM": 4.0}, iiv={"V": 0.3})
    shown = levels_of(model, Events.of([Record(0, 1, amount), Record(9, 0, level=1.0)]))[0, 0]
    start = amount / 20
    # KM ln(C0/C) + C0 - C = VMAX/V t
    assert 4 * np.log(start / shown) + start - shown == pytest.approx(60 / 20 * 9, rel=1e-7)


def test_michaelis_menten_at_steady_state_is_the_train_written_out() -> None:
    model = made_model(1, elimination="michaelis_menten", parameters={"VMAX": 60.0, "KM": 4.0}, iiv={"V": 0.3})
    times = [Record(time, 0, level=1.0) for time in (0.0, 3.0, 11.0)]
    steady = Events.of([Record(0, 1, 200.0, 100.0, 0, 12.0, 1), *times])
    written = Events.of([Record(-12.0 * turn, 1, 200.0, 100.0) for turn in range(80, -1, -1)] + times)
    assert levels_of(model, steady)[0] == pytest.approx(levels_of(model, written)[0], rel=1e-6)


@pytest.mark.parametrize("name", ["two", "first order", "parallel", "transit", "metabolite"])
@SETTINGS
@given(st.data())
def test_doses_add_up_and_twice_as_much_gives_twice_the_level(name, data) -> None:
    model = MODELS[name]
    events = data.draw(regimens(1, steady=False))
    doses = [record for record in events.records if record.is_dose]
    levels = [record for record in events.records if not record.is_dose]
    # One row after all others asks for nothing but keeps every table's end alike.
    alone = [levels_of(model, Events.of([one, *levels]))[0] for one in doses]
    together = levels_of(model, Events.of([*doses, *levels]))[0]
    double = levels_of(model, Events.of([*(replace(one, amount=2 * one.amount, rate=2 * one.rate) for one in doses), *levels]))[0]
    assert together == pytest.approx(np.sum(alone, axis=0), rel=1e-9, abs=1e-12)
    assert double == pytest.approx(2 * together, rel=1e-12)


@pytest.mark.parametrize("name", ["two", "first order", "sequential"])
@SETTINGS
@given(st.data(), st.floats(-500, 500))
def test_a_clock_that_starts_elsewhere_changes_nothing(name, data, shift) -> None:
    model = MODELS[name]
    events = data.draw(regimens(1))
    moved = Events.of([replace(record, time=record.time + shift) for record in events.records])
    # Adding the shift rounds times; two rows may then change places.
    if [record.is_dose for record in moved.records] != [record.is_dose for record in events.records]:
        return
    assert levels_of(model, moved)[0] == pytest.approx(levels_of(model, events)[0], rel=1e-6, abs=1e-6)


@SETTINGS
@given(st.data())
def test_grams_and_days_in_place_of_milligrams_and_hours_change_nothing(data) -> None:
    events = data.draw(regimens(1))
    days = made_model(2, parameters={"CL": 72.0, "Q": 96.0})
    other = Events.of(
        [
            replace(one, time=one.time / 24, amount=one.amount / 1000, rate=one.rate / 1000 * 24, interval=one.interval / 24)
            for one in events.records
        ]
    )
    assert BODY[2]["CL"] * 24 == 72
    assert 1000 * levels_of(days, other)[0] == pytest.approx(levels_of(MODELS["two"], events)[0], rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_equal_differences(name) -> None:
    model = MODELS[name]
    events = Events.of(
        [Record(0, 1, 100.0, 0.0, 2, 8.0, 1), *[Record(time, 0, level=1.0, output=1) for time in (1.3, 5.1, 9.7, 21.0)]]
    )
    group, before = people(model, [plan(model, events)]), prior(model, 1)
    at = before.full(np.full((1, len(before.active)), 0.15))
    _, slopes = with_derivatives(group, at, before.active, None)
    for column, place in enumerate(before.active):
        step = np.zeros_like(at)
        step[0, place] = 1e-4
        differ = [predict(group, at + turn * step, None) for turn in (-2, -1, 1, 2)]
        by_difference = (differ[0] - 8 * differ[1] + 8 * differ[2] - differ[3]) / (12 * 1e-4)
        assert slopes[:, :, column] == pytest.approx(by_difference, rel=1e-7, abs=1e-8)
