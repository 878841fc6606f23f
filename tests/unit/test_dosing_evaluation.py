"""Levels foretold from what was known before them: nothing leaks back, figures are arithmetic, intervals hold what they say."""

import numpy as np
import pytest

from garrod.dosing.estimating.estimate import estimate
from garrod.dosing.estimating.evaluation import Evaluation, Figures, Foretold, evaluate
from garrod.dosing.regimens.pictures import forecasts_svg
from garrod.dosing.solving.events import Events, Record
from garrod.model.errors import InputError
from made_doses import made_model, simulated

MODEL = made_model(1, iiv={"CL": 0.4, "V": 0.2}, residual='kind = "proportional"\nproportional = 0.15\nfloor = 0.01')
TIMES = (2.0, 10.0, 26.0, 34.0)


def a_person(number: int, levels: tuple[float, ...] = TIMES) -> Events:
    doses = [Record(time, 1, 100.0) for time in (0.0, 12.0, 24.0)]
    events = Events.of([*doses, *(Record(time, 0, level=1.0) for time in levels)], name=str(number))
    found, _ = simulated(MODEL, events, np.random.default_rng(number))
    return Events(found.records, found.covariates, name=str(number))


def test_each_level_is_foretold_once_from_the_levels_before_it() -> None:
    found = evaluate(MODEL, [a_person(1)], draws=500).foretold
    assert [one.time for one in found] == list(TIMES)
    assert [one.earlier for one in found] == [0, 1, 2, 3]


def test_a_forecast_knows_nothing_of_its_own_level_or_of_later_ones() -> None:
    events = a_person(2)
    changed = tuple(
        Record(one.time, 0, level=one.level * 3) if one.is_level and one.level and one.time >= 26 else one
        for one in events.records
    )
    one, two = (evaluate(MODEL, [some], draws=500).foretold for some in (events, Events(changed, name="2")))
    assert [each.predicted for each in one[:3]] == [each.predicted for each in two[:3]]
    assert one[3].predicted != two[3].predicted


def test_a_forecast_is_the_estimate_of_the_levels_before_it() -> None:
    events = a_person(3)
    before = Events(tuple(one for one in events.records if not one.is_level or one.time < 26))
    alone = estimate(MODEL, before, draws=0)
    assert evaluate(MODEL, [events], draws=500).foretold[2].predicted == pytest.approx(
        float(alone.predict([26.0])[0, 0]), rel=1e-6
    )


def test_the_figures_are_arithmetic() -> None:
    some = [Foretold("a", 1, 10, 12, 8, 13, 1), Foretold("a", 2, 10, 6, 4, 9, 2)]
    found = Figures.of(some)
    assert found.levels == 2
    assert found.bias == pytest.approx(-0.1)
    assert found.rmse == pytest.approx(np.sqrt((0.04 + 0.16) / 2))
    assert found.mape == pytest.approx(0.3)
    assert (found.within_20, found.within_30, found.coverage) == (0.5, 0.5, 0.5)
    assert Figures.of([]) == Figures(0)


def test_intervals_of_the_true_model_hold_nine_of_ten_levels() -> None:
    found = evaluate(MODEL, [a_person(number) for number in range(100, 150)], draws=1000)
    # 150 later levels: two standard errors are 4.9 of 100
    assert found.later.coverage == pytest.approx(0.9, abs=0.06)


def test_earlier_levels_bring_the_forecast_nearer() -> None:
    known = evaluate(MODEL, [a_person(number) for number in range(100, 140)], draws=300).foretold
    unknown = evaluate(MODEL, [_last_only(a_person(number)) for number in range(100, 140)], draws=300).foretold
    with_levels = [abs(one.relative_error) for one in known if one.time == 34]
    without = [abs(one.relative_error) for one in unknown]
    assert np.median(with_levels) < 0.8 * np.median(without)


def _last_only(events: Events) -> Events:
    return Events(tuple(one for one in events.records if not one.is_level or one.time == 34), name=events.name)


def test_a_level_below_the_limit_informs_and_is_not_scored() -> None:
    events = Events.of([Record(0, 1, 100.0), Record(10, 0, below=True, limit=1.0), Record(14, 0, level=0.5)], name="b")
    (found,) = evaluate(MODEL, [events], draws=500).foretold
    assert (found.time, found.earlier) == (14, 1)


def test_a_table_without_levels_is_refused() -> None:
    with pytest.raises(InputError, match="no level can be scored"):
        evaluate(MODEL, [Events.of([Record(0, 1, 100.0)])])


def test_the_plot_shows_every_level() -> None:
    found = evaluate(MODEL, [a_person(1)], draws=200)
    assert forecasts_svg(found).count("<circle") == len(TIMES)
    assert "<svg" in forecasts_svg(Evaluation("none", (), ()))
