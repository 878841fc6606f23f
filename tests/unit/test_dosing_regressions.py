"""Cases in which other programs have gone wrong; expectations by hand arithmetic or by writing the doses out."""

import math

import numpy as np
import pytest

from garrod.dosing.estimating.estimate import estimate, estimate_many
from garrod.dosing.estimating.forecast import forecast
from garrod.dosing.models.model_file import model_of
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.nmtran import events_of
from garrod.model.errors import InputError
from made_doses import THOMSON, TWO_MINIMA, levels_of, made_model

ONE = made_model(1)  # CL 3 L/h, V 20 L: k 0.15 /h
K = 0.15
WEIGHED = """
[structure]
compartments = 1
[covariates]
WT = { unit = "kg" }
[parameters]
CL = { theta = 0.05, equation = "tvCL*WT" }
V = 20.0
[iiv]
given_as = "sd"
CL = 0.3
[residual]
kind = "additive"
additive = 1.0
"""
IOV = """
[structure]
compartments = 1
[parameters]
CL = 3.0
V = 20.0
[iiv]
given_as = "sd"
CL = 0.4
[iov]
given_as = "sd"
CL = 0.25
occasion = "OCC"
[residual]
kind = "proportional"
proportional = 0.15
"""


def dose(time, amount=100.0, **more) -> Record:
    return Record(time, 1, amount, **more)


def level(time, **more) -> Record:
    return Record(time, 0, level=more.pop("value", 1.0), **more)


def shown(model, *records, **more):
    return levels_of(model, Events.of(records, **more))[0]


# 1


def test_with_occasions_the_next_dose_has_kappa_zero_on_the_curve_and_drawn_in_the_band() -> None:
    model = model_of(IOV)
    events = Events.of([dose(0), level(4, value=3.0), dose(24), level(30, value=1.5)], covariates={"OCC": [1, 1, 2, 2]})
    made = estimate(model, events, draws=4000)
    ahead = forecast(made, [dose(48)], [50.0, 60.0], draws=1000)
    clearance = 3.0 * math.exp(made.eta["CL"])
    k1, k2 = (3.0 * math.exp(made.eta["CL"] + made.eta[f"kappa_CL[{occasion}]"]) / 20 for occasion in (1, 2))
    # A row's parameters hold on the interval that it ends: the third occasion from the fourth row (30 h) on.
    at_30 = (5 * math.exp(-k1 * 4 - k2 * 20) + 5) * math.exp(-k2 * 6)
    at_48 = at_30 * math.exp(-clearance / 20 * 18)
    assert ahead.curve[0] == pytest.approx((at_48 + 5) * math.exp(-clearance / 20 * 2), rel=1e-9)
    assert set(made.eta) == {"CL", "kappa_CL[1]", "kappa_CL[2]"}
    low, _, high = ahead.band()
    assert np.all(low < high)


# 2


@pytest.mark.parametrize("seed", range(4))
def test_both_minima_are_found_from_every_seed(seed) -> None:
    model = model_of(THOMSON)
    made = estimate(model, events_of(TWO_MINIMA, model)[0], seed=seed, draws=0)
    assert [round(one.objective, 3) for one in made.minima] == [19.579, 20.926]
    assert made.minima[0].effects.round(3).tolist() == [-0.191, -0.104, -0.585, 0.445]
    assert made.minima[1].effects.round(3).tolist() == [0.122, -0.114, -0.099, -1.766]
    assert [check.name for check in made.checks] == ["minima"]


# 3


def test_an_area_over_a_window_that_starts_late_is_that_windows_area() -> None:
    made = estimate(ONE, Events.of([dose(0), level(1, value=4.0)]), draws=0)
    volume = made.parameters["V"]
    ahead = forecast(made, [], [10.0, 34.0], draws=0, area=True)
    k = 3.0 / volume
    assert ahead.area is not None
    assert ahead.area[0, 1] == pytest.approx(100 / volume / k * (math.exp(-10 * k) - math.exp(-34 * k)), rel=1e-10)


# 4


def test_a_level_before_a_dose_of_the_same_time_is_a_trough_and_after_it_a_peak() -> None:
    trough = shown(ONE, dose(0), level(12), dose(12))
    peak = shown(ONE, dose(0), dose(12), level(12))
    assert trough[0] == pytest.approx(5 * math.exp(-12 * K), rel=1e-13)
    assert peak[0] == pytest.approx(5 * math.exp(-12 * K) + 5, rel=1e-13)


def test_an_additional_dose_acts_before_a_later_row_of_its_time() -> None:
    assert shown(ONE, dose(0, additional=1, interval=12.0), level(12))[0] == pytest.approx(5 * math.exp(-12 * K) + 5, rel=1e-13)


# 5


def test_infusions_longer_than_their_interval_overlap_at_steady_state() -> None:
    steady = shown(ONE, dose(0, 100.0, rate=100 / 10, additional=5, interval=4.0, steady=1), level(0), level(3), level(25))
    written = shown(ONE, *[dose(4.0 * turn - 400, 100.0, rate=10.0) for turn in range(106)], level(0), level(3), level(25))
    assert steady == pytest.approx(written, rel=1e-10)


def test_an_endless_infusion_is_at_rate_over_clearance() -> None:
    assert shown(ONE, dose(0, 0.0, rate=6.0, steady=1), level(0))[0] == pytest.approx(2.0, rel=1e-12)


# 6


def test_steady_state_with_a_lag_is_the_train_that_came_later() -> None:
    model = made_model(1, "first_order", parameters={"KA": 1.0, "ALAG1": 1.5})
    times = [level(time) for time in (0, 1, 2, 7, 30)]
    steady = shown(model, dose(0, steady=1, interval=8.0), *times)
    written = shown(model, *[dose(-8.0 * turn) for turn in range(60)], *times)
    assert steady == pytest.approx(written, rel=1e-10)


def test_steady_state_adds_up_with_2_and_replaces_with_1() -> None:
    before = [dose(-3, 500.0)]
    train = [dose(-8.0 * turn) for turn in range(60)]
    on_top = shown(ONE, *before, dose(0, steady=2, interval=8.0), level(5))
    instead = shown(ONE, *before, dose(0, steady=1, interval=8.0), level(5))
    assert on_top == pytest.approx(shown(ONE, *before, *train, level(5)), rel=1e-10)
    assert instead == pytest.approx(shown(ONE, *train, level(5)), rel=1e-10)


# 7


def test_additional_doses_meet_the_clearance_of_the_row_that_ends_the_stretch() -> None:
    model = model_of(WEIGHED)
    events = Events.of(
        [dose(0, additional=1, interval=12.0), level(18), level(24)], covariates={"WT": [60.0, 80.0, 40.0]}, mode="nmtran"
    )
    k80, k40 = 0.05 * 80 / 20, 0.05 * 40 / 20
    at_18 = 5 * math.exp(-18 * k80) + 5 * math.exp(-6 * k80)
    assert levels_of(model, events)[0] == pytest.approx([at_18, at_18 * math.exp(-6 * k40)], rel=1e-13)


# 8


def test_a_row_holds_on_the_interval_it_ends_and_never_across_people() -> None:
    model = model_of(WEIGHED)
    table = "ID,TIME,AMT,DV,WT\n1,0,100,.,60\n1,12,.,3,80\n2,0,100,.,.\n2,12,.,3,50\n"
    first, second = events_of(table, model)
    assert levels_of(model, first)[0, 0] == pytest.approx(5 * math.exp(-12 * 0.05 * 80 / 20), rel=1e-13)
    assert levels_of(model, second)[0, 0] == pytest.approx(5 * math.exp(-12 * 0.05 * 50 / 20), rel=1e-13)
    carried = Events.of(first.records, covariates={"WT": [60.0, 80.0]}, mode="clinical")
    assert levels_of(model, carried)[0, 0] == pytest.approx(5 * math.exp(-12 * 0.05 * 60 / 20), rel=1e-13)


def test_a_person_without_a_required_covariate_is_refused_and_the_others_are_not() -> None:
    model = model_of(WEIGHED)
    table = "ID,TIME,AMT,DV,WT\n1,0,100,.,60\n1,12,.,1,80\n2,0,100,.,.\n2,12,.,3,.\n"
    first, second = estimate_many(model, events_of(table, model))
    assert not isinstance(first, InputError)
    assert isinstance(second, InputError)
    assert "WT is missing" in str(second)


def test_interpolated_covariates_come_to_the_mean_clearance() -> None:
    model = model_of(WEIGHED)
    events = Events.of([dose(0), level(12)], covariates={"WT": [60.0, 80.0]}, mode="linear")
    # Exact for a clearance that is a straight line of the covariate: the exponent is the mean rate times the time.
    assert levels_of(model, events)[0, 0] == pytest.approx(5 * math.exp(-12 * 0.05 * 70 / 20), rel=1e-12)


# 9


def test_a_proportional_error_of_a_level_of_zero_needs_a_floor() -> None:
    records = [level(0, value=0.2), dose(1), level(4, value=3.0)]
    bare = made_model(1, residual='kind = "proportional"\nproportional = 0.2')
    floored = made_model(1, residual='kind = "proportional"\nproportional = 0.2\nfloor = 0.1')
    with pytest.raises(InputError, match="floor"):
        estimate(bare, Events.of(records))
    made = estimate(floored, Events.of(records), draws=2000)
    assert np.isfinite(made.objective)
    assert "level_before_dose" in {check.name for check in made.checks}


# 10


def test_an_effect_without_variance_is_left_out() -> None:
    events = Events.of([dose(0), level(2, value=3.0), level(8, value=2.0)])
    with_zero = estimate(made_model(1, iiv={"CL": 0.4, "V": 0.0}), events, draws=0)
    without = estimate(made_model(1, iiv={"CL": 0.4}), events, draws=0)
    assert with_zero.eta["V"] == 0
    assert with_zero.eta["CL"] == pytest.approx(without.eta["CL"], abs=1e-12)
    nobody = estimate(made_model(1, iiv={"CL": 0.0}), events, draws=100)
    assert nobody.eta == {"CL": 0.0}


# 11


def test_a_level_at_the_end_of_an_infusion_is_its_peak_from_both_sides() -> None:
    records = [dose(0, 100.0, rate=50.0)]
    peak = 50 / 3 * (1 - math.exp(-2 * K))
    before, at, after = shown(ONE, *records, level(2 - 1e-9), level(2), level(2 + 1e-9))
    assert at == pytest.approx(peak, rel=1e-13)
    assert before == pytest.approx(peak, rel=1e-8)
    assert after == pytest.approx(peak, rel=1e-8)


# 12


def test_absorption_as_fast_as_elimination_has_its_limit() -> None:
    model = made_model(1, "first_order", parameters={"KA": K})
    assert shown(model, dose(0), level(7))[0] == pytest.approx(5 * K * 7 * math.exp(-7 * K), rel=1e-12)


@pytest.mark.parametrize("gap", [0.0, 1e-13, 1e-9, 1e-6, 1e-3])
def test_rates_that_nearly_meet_lose_nothing(gap) -> None:
    near = made_model(1, "first_order", parameters={"KA": K * (1 + gap)})
    records = Events.of([dose(0), level(7), level(30)])
    exact = [
        5 * K * (1 + gap) * math.exp(-time * K) * -math.expm1(-gap * K * time) / (gap * K)
        if gap
        else 5 * K * time * math.exp(-K * time)
        for time in (7, 30)
    ]
    assert levels_of(near, records)[0] == pytest.approx(exact, rel=1e-12)
    assert levels_of(near, records, plain=True)[0] == pytest.approx(exact, rel=1e-12)


def test_a_tissue_that_is_cut_off_leaves_one_compartment() -> None:
    cut = made_model(2, parameters={"V1": 20.0, "Q": 1e-12, "V2": 20.0 * 1e-12 / 3})
    assert shown(cut, dose(0), level(6))[0] == pytest.approx(5 * math.exp(-6 * K), rel=1e-9)


# 14

PARENT = """
[structure]
compartments = 1
metabolite = true
[parameters]
CL = 3.0
V = 20.0
FM = 0.5
CLM = 6.0
VM = 10.0
[iiv]
given_as = "sd"
CL = 0.3
[residual.cp]
kind = "proportional"
proportional = 0.1
[residual.cm]
kind = "additive"
additive = 0.2
"""


@pytest.mark.parametrize("column", ["DVID", "CMT"])
def test_two_outputs_share_one_time(column) -> None:
    model = model_of(PARENT)
    rows = f"ID,TIME,AMT,DV,{column}\n1,0,100,.,1\n1,4,.,2.5,1\n1,4,.,0.9,2\n"
    (events,) = events_of(rows, model)
    parent = 5 * math.exp(-4 * K)
    formed = 0.5 * K * 100 / (0.6 - K) * (math.exp(-4 * K) - math.exp(-4 * 0.6)) / 10
    assert levels_of(model, events)[0] == pytest.approx([parent, formed], rel=1e-12)
    made = estimate(model, events, draws=0)
    f, m = made.individual_predictions
    by_hand = (
        (2.5 - f) ** 2 / (0.1 * f) ** 2
        + 2 * math.log(0.1 * f)
        + (0.9 - m) ** 2 / 0.04
        + math.log(0.04)
        + made.eta["CL"] ** 2 / 0.09
    )
    assert made.objective == pytest.approx(by_hand, rel=1e-12)


# and the rows of the table of events that none of these meets


def test_a_reset_takes_away_what_was_given_and_what_was_to_come() -> None:
    after = shown(ONE, dose(0, additional=3, interval=6.0), Record(8, 3), level(9), level(20))
    assert after.tolist() == [0.0, 0.0]
    again = shown(ONE, dose(0, rate=1.0), Record(8, 4, 100.0), level(10))
    assert again[0] == pytest.approx(5 * math.exp(-2 * K), rel=1e-13)


def test_a_reset_may_turn_the_clock_back() -> None:
    assert shown(ONE, dose(0), level(30)).shape == (1,)
    (events,) = events_of("ID,TIME,AMT,DV,EVID\n1,0,100,.,1\n1,30,.,3,0\n1,0,100,.,4\n1,6,.,3,0\n")
    assert levels_of(ONE, events)[0, 1] == pytest.approx(5 * math.exp(-6 * K), rel=1e-13)


def test_bioavailability_scales_the_duration_of_a_given_rate_and_the_rate_of_a_given_duration() -> None:
    model = made_model(1, "zero_order", parameters={"D1": 4.0, "F1": 0.5})
    fixed = shown(model, dose(0, 100.0, rate=10.0), level(5))[0]
    modeled = shown(model, dose(0, 100.0, rate=-2), level(4))[0]
    assert fixed == pytest.approx(10 / 3 * (1 - math.exp(-5 * K)), rel=1e-13)
    assert modeled == pytest.approx(12.5 / 3 * (1 - math.exp(-4 * K)), rel=1e-13)


def test_a_rate_that_the_model_gives_lasts_until_the_amount_is_in() -> None:
    model = made_model(1, parameters={"R1": 25.0})
    assert shown(model, dose(0, 100.0, rate=-1), level(4))[0] == pytest.approx(25 / 3 * (1 - math.exp(-4 * K)), rel=1e-13)


def test_a_lagged_dose_may_arrive_after_later_rows() -> None:
    model = made_model(1, parameters={"ALAG1": 5.0})
    assert shown(model, dose(0), level(3), level(5), level(7)) == pytest.approx([0.0, 5.0, 5 * math.exp(-2 * K)], rel=1e-13)


def test_a_dose_of_two_ways_may_stand_once_or_twice_in_the_table() -> None:
    model = made_model(1, "dual_first_order", parameters={"KA1": 1.0, "KA2": 0.3, "FR": 0.4, "ALAG2": 2.0})

    def way(amount, ka, time):
        return amount * ka / 20 / (ka - K) * (math.exp(-K * time) - math.exp(-ka * time))

    expected = way(40, 1.0, 6) + way(60, 0.3, 4)
    assert shown(model, dose(0), level(6))[0] == pytest.approx(expected, rel=1e-12)
    assert shown(model, dose(0, compartment=1), dose(0, compartment=2), level(6))[0] == pytest.approx(expected, rel=1e-12)


def test_a_level_below_its_limit_enters_by_its_probability() -> None:
    model = made_model(1, iiv={"CL": 0.4}, residual='kind = "additive"\nadditive = 0.5')
    made = estimate(model, Events.of([dose(0), Record(30, 0, below=True, limit=0.5)]), draws=0)
    f = made.individual_predictions[0]
    phi = 0.5 * math.erfc(-(0.5 - f) / 0.5 / math.sqrt(2))
    assert made.objective == pytest.approx(-2 * math.log(phi) + made.eta["CL"] ** 2 / 0.16, rel=1e-12)


@pytest.mark.parametrize(
    ("residual", "term"),
    [
        ('kind = "additive"\nadditive = 0.5', lambda y, f: (y - f) ** 2 / 0.25 + math.log(0.25)),
        ('kind = "proportional"\nproportional = 0.2', lambda y, f: (y - f) ** 2 / (0.2 * f) ** 2 + math.log((0.2 * f) ** 2)),
        (
            'kind = "combined_variance"\nproportional = 0.2\nadditive = 0.5',
            lambda y, f: (y - f) ** 2 / (0.25 + (0.2 * f) ** 2) + math.log(0.25 + (0.2 * f) ** 2),
        ),
        (
            'kind = "combined_sd"\nproportional = 0.2\nadditive = 0.5',
            lambda y, f: (y - f) ** 2 / (0.5 + 0.2 * f) ** 2 + 2 * math.log(0.5 + 0.2 * f),
        ),
        (
            'kind = "power"\nproportional = 0.2\npower = 0.7',
            lambda y, f: (y - f) ** 2 / (0.2 * f**0.7) ** 2 + 2 * math.log(0.2 * f**0.7),
        ),
        ('kind = "log_additive"\nadditive = 0.3', lambda y, f: (math.log(y) - math.log(f)) ** 2 / 0.09 + math.log(0.09)),
    ],
)
def test_the_objective_is_the_notes_for_every_kind_of_error(residual, term) -> None:
    model = made_model(1, iiv={"CL": 0.4}, residual=residual)
    made = estimate(model, Events.of([dose(0), level(3, value=4.0), level(12, value=0.6)]), draws=0)
    f = [5 * math.exp(-made.parameters["CL"] / 20 * time) for time in (3, 12)]
    by_hand = term(4.0, f[0]) + term(0.6, f[1]) + made.eta["CL"] ** 2 / 0.16
    assert made.objective == pytest.approx(by_hand, rel=1e-12)
    assert made.minima[0].slope < 1e-6
