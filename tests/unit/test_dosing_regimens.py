"""Exposures of regimens against hand arithmetic, their ranking under the posterior, and the fast way against the plain one."""

import re
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrod.dosing.estimating.estimate import Estimate, estimate
from garrod.dosing.models.dose_model import DosingLimits, Range, Target
from garrod.dosing.models.model_file import model_of
from garrod.dosing.regimens.exposures import Regimen, exposure
from garrod.dosing.regimens.ranking import LinearSeen, Seen, candidates, rank_regimens, seen_of
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.nmtran import events_of
from garrod.model.errors import InputError
from made_doses import THOMSON, TWO_MINIMA, made_model

AUC = Target("AUC24_ss", Range(400, 600), unit="mg*h/L", toxic_above=600)


@pytest.fixture(scope="module")
def made() -> Estimate:
    model = model_of(THOMSON)
    return estimate(model, events_of(TWO_MINIMA, model)[0], seed=1)


def of_one_compartment(clearance: float = 3.0, volume: float = 20.0) -> Estimate:
    """Return an estimate without levels: the typical person, given 100 at 0."""
    model = made_model(1, parameters={"CL": clearance, "V": volume}, iiv={"CL": 0.2})
    return estimate(model, Events.of([Record(0, 1, 100.0), Record(50, 2)]), draws=2000)


def test_the_steady_area_is_dose_over_clearance() -> None:
    found = exposure(of_one_compartment(), Regimen(600, 12, 1), "AUC24_ss", start=50)
    assert found.point == pytest.approx(2 * 600 / 3.0, rel=1e-10)


def test_peak_trough_and_average_of_a_steady_state_are_the_textbooks() -> None:
    one, k = of_one_compartment(), 3.0 / 20.0
    peak = 600 / 20 / (1 - exp(-k * 12))
    assert exposure(one, Regimen(600, 12), "peak_ss", start=50).point == pytest.approx(peak, rel=1e-9)
    assert exposure(one, Regimen(600, 12), "trough_ss", start=50).point == pytest.approx(peak * exp(-k * 12), rel=1e-9)
    assert exposure(one, Regimen(600, 12), "css", start=50).point == pytest.approx(600 / 3.0 / 12, rel=1e-9)


def test_the_first_day_stands_on_what_is_left_of_before() -> None:
    k = 3.0 / 20.0
    left = 100 / 20 * exp(-k * 50)
    # 600 at 0 and 12 h of the day; each decays: area (C0/k)(1 - e^-kT), and what was left decays too
    area = (left / k) * (1 - exp(-k * 24)) + (30 / k) * (1 - exp(-k * 24)) + (30 / k) * (1 - exp(-k * 12))
    one = of_one_compartment()
    assert exposure(one, Regimen(600, 12), "AUC24", start=50).point == pytest.approx(area, rel=1e-9)
    trough = (left + 30) * exp(-k * 12)
    assert exposure(one, Regimen(600, 12), "trough", start=50).point == pytest.approx(trough, rel=1e-9)


def test_time_above_the_mic_is_the_logarithms() -> None:
    k = 3.0 / 20.0
    peak = 600 / 20 / (1 - exp(-k * 12))
    found = exposure(of_one_compartment(), Regimen(600, 12), "time_above", start=50, above=10.0).point
    assert found == pytest.approx(log(peak / 10.0) / k / 12, abs=1 / 96)


def test_a_saturable_drug_runs_to_its_own_steady_state() -> None:
    model = made_model(1, elimination="michaelis_menten", parameters={"VMAX": 20.0, "KM": 4.0}, iiv={"V": 0.1})
    one = estimate(model, Events.of([Record(0, 2)]), draws=200)
    # an endless infusion of R: R = VMAX C / (KM + C), so C = R KM / (VMAX - R)
    found = exposure(one, Regimen(240, 24, 24), "css", start=0, draws=0).point
    assert found == pytest.approx(10 * 4.0 / (20 - 10), rel=1e-6)


def test_the_chances_of_the_notes_person_are_the_notes(made: Estimate) -> None:
    start = made.events.records[-1].time
    (at_1000,) = rank_regimens(made, AUC, [Regimen(1000, 24, 1.5)], start=start)
    assert at_1000.p_target == pytest.approx(0.582, abs=0.03)
    (at_map,) = rank_regimens(made, AUC, [Regimen(798, 24, 1.5)], start=start)
    assert at_map.p_target == pytest.approx(0.578, abs=0.03)
    assert at_map.p_toxic == pytest.approx(0.11, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(
    amount=st.floats(10, 3000),
    interval=st.sampled_from([6.0, 8.0, 12.0, 24.0, 48.0]),
    duration=st.sampled_from([0.0, 1.0, 3.5]),
    metric=st.sampled_from(["AUC24_ss", "trough_ss", "css", "peak_ss", "AUC24", "trough"]),
)
def test_two_forecasts_an_interval_say_what_a_forecast_a_regimen_says(
    made: Estimate, amount: float, interval: float, duration: float, metric: str
) -> None:
    start = made.events.records[-1].time
    fast = seen_of(made, metric, start=start, draws=50)
    assert isinstance(fast, LinearSeen)
    plain = Seen(made, metric, start, None, 50)
    regimen = Regimen(amount, interval, duration)
    assert fast.values(regimen) == pytest.approx(plain.values(regimen), rel=1e-8, abs=1e-8)


def test_the_amount_for_a_value_is_found_both_ways(made: Estimate) -> None:
    start = made.events.records[-1].time
    fast, plain = seen_of(made, "AUC24_ss", start=start, draws=0), Seen(made, "AUC24_ss", start, None, 0)
    assert fast.amount_for(500, 24, 1.5) == pytest.approx(798, abs=0.5)
    assert plain.amount_for(500, 24, 1.5) == pytest.approx(798, abs=0.5)


def with_limits(made: Estimate, **limits: object) -> Estimate:
    return replace(made, model=replace(made.model, dosing=DosingLimits(**limits)))  # type: ignore[arg-type]


def test_candidates_keep_to_the_models_steps_intervals_and_limits(made: Estimate) -> None:
    limited = with_limits(made, amount_step=250.0, intervals_h=(12.0, 24.0), max_single=1000.0, max_daily=1500.0)
    start = made.events.records[-1].time
    some = list(candidates(seen_of(limited, "AUC24_ss", start=start), AUC))
    assert {one.interval_h for one in some} == {12.0, 24.0}
    assert all(one.amount % 250 == 0 and one.amount <= 1000 and one.amount * 24 / one.interval_h <= 1500 for one in some)


def test_the_best_regimen_stands_first_and_what_needs_confirmation_last(made: Estimate) -> None:
    limited = with_limits(made, amount_step=250.0, intervals_h=(12.0, 24.0))
    ranked = rank_regimens(limited, AUC, start=made.events.records[-1].time, last_amount=400.0)
    free = [one for one in ranked if not one.needs_confirmation]
    assert [one.score(1.0) for one in free] == sorted((one.score(1.0) for one in free), reverse=True)
    assert all("twice" in one.needs_confirmation[0] for one in ranked[len(free) :])
    assert ranked[len(free) :]
    assert all(one.regimen.amount > 800 for one in ranked[len(free) :])


def test_no_intervals_no_regimens(made: Estimate) -> None:
    with pytest.raises(InputError, match="names no intervals"):
        rank_regimens(made, AUC, start=made.events.records[-1].time)


def test_a_target_without_a_range_and_a_metric_without_its_mic_are_refused(made: Estimate) -> None:
    with pytest.raises(InputError, match="has no range"):
        rank_regimens(made, Target("AUC24_ss", Range(None, None)), [Regimen(1000, 24)], start=40)
    with pytest.raises(InputError, match="needs the MIC"):
        exposure(made, Regimen(1000, 24), "time_above", start=40)
    with pytest.raises(InputError, match="is not known"):
        exposure(made, Regimen(1000, 24), "AUC", start=40)


def test_a_steady_dose_gathers_no_area_of_the_past() -> None:
    one = of_one_compartment()
    found = exposure(one, Regimen(600, 12), "AUC24_ss", start=50, draws=20)
    assert np.isfinite(found.draws).all()
    assert found.draws == pytest.approx(1200 / one.parameters_of(one.drawn.effects[one.drawn.equal(20)])["CL"], rel=1e-9)


def test_a_dose_that_some_could_never_clear_is_said_and_stands_last() -> None:
    model = made_model(1, elimination="michaelis_menten", parameters={"VMAX": 20.0, "KM": 4.0}, iiv={"VMAX": 0.4})
    one = estimate(model, Events.of([Record(0, 2)]), draws=2000)
    target = Target("css", Range(1, 100))
    ranked = rank_regimens(one, target, [Regimen(480, 24), Regimen(48, 24)], start=0)
    assert [each.regimen.amount for each in ranked] == [48, 480]
    # 20 mg/h goes in, and half of the people clear less than that at most
    said = re.search(r"clear in (\d+)%", ranked[1].needs_confirmation[0])
    assert said
    assert int(said.group(1)) == pytest.approx(50, abs=8)
    assert ranked[1].high == float("inf")
    assert ranked[1].p_target < 0.6
