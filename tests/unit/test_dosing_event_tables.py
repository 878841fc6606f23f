"""Event tables with NM-TRAN meaning: what a row says, and what is refused with its line."""

import math

import numpy as np
import pytest

from garrod.dosing.models.model_file import model_of
from garrod.dosing.solving.events import OTHER, Events, Record
from garrod.dosing.solving.nmtran import events_of
from garrod.model.errors import InputError
from made_doses import THOMSON


def test_commas_and_white_space_read_the_same() -> None:
    table = "ID TIME AMT DV\n1 0 100 .\n1 2 . 3.5\n2 0 50 .\n"
    for text in (table, table.replace(" ", ","), table.replace(" ", "\t")):
        first, second = events_of(text)
        assert [record.evid for record in first.records] == [1, 0]
        assert first.records[1].level == 3.5
        assert second.records[0].amount == 50


def test_a_row_with_mdv_never_enters_the_likelihood() -> None:
    (events,) = events_of("ID,TIME,AMT,DV,EVID,MDV\n1,0,100,.,1,1\n1,1,.,7,0,1\n1,2,.,5,0,0\n")
    assert [record.is_level for record in events.records] == [False, False, True]
    assert events.records[1].evid == OTHER


def test_a_level_below_its_limit_is_kept_as_that() -> None:
    (events,) = events_of("ID,TIME,AMT,DV,EVID,BLQ,LLOQ\n1,0,100,.,1,0,.\n1,1,.,0,0,1,0.5\n1,2,.,0.3,0,0,0.5\n1,3,.,2,0,0,0.5\n")
    assert [record.below for record in events.records] == [False, True, True, False]


def test_a_censored_level_carries_its_limit_in_its_place() -> None:
    (events,) = events_of("ID,TIME,AMT,DV,EVID,CENS\n1,0,100,.,1,0\n1,9,.,0.5,0,1\n")
    assert (events.records[1].below, events.records[1].limit) == (True, 0.5)


def test_clock_times_are_hours() -> None:
    (events,) = events_of("ID,TIME,AMT,DV\n1,8:00,100,.\n1,9:30,.,4\n")
    assert [record.time for record in events.records] == [8.0, 9.5]


def test_the_models_covariates_are_found_by_title_in_any_case() -> None:
    (events,) = events_of("ID,TIME,AMT,DV,wt,CrCl,ignored\n1,0,100,.,60,80,x\n", model_of(THOMSON))
    assert set(events.covariates) == {"WT", "CRCL"}


BAD = [
    ("TIME,AMT\n0,1\n", "no column ID"),
    ("ID,TIME,AMT,DV\n1,0,100\n", "t.csv:2: 3 cells for 4 titles"),
    ("ID,TIME,AMT,DV\n1,x,100,.\n", "t.csv:2: TIME is not a number"),
    ("ID,TIME,AMT,DV\n1,5,100,.\n1,2,.,3\n", "t.csv:3: TIME goes back"),
    ("ID,TIME,AMT,DV\n1,0,100,.\n2,0,1,.\n1,3,.,3\n", "t.csv:4: rows of one ID stand apart"),
    ("ID,TIME,AMT,DV,ADDL\n1,0,100,.,3\n", "t.csv:2: ADDL without II"),
    ("ID,TIME,AMT,DV,SS\n1,0,100,.,1\n", "t.csv:2: SS without II"),
    ("ID,TIME,AMT,DV,EVID\n1,0,-5,.,1\n", "t.csv:2: AMT is negative"),
    ("ID,TIME,AMT,DV,EVID\n1,0,0,.,1\n", "t.csv:2: a dose of amount 0"),
    ("ID,TIME,AMT,DV,RATE\n1,0,5,.,-3\n", "t.csv:2: RATE is negative"),
    ("ID,TIME,AMT,DV,EVID\n1,0,5,.,9\n", "t.csv:2: EVID"),
    ("ID,TIME,AMT,DV,EVID,BLQ\n1,0,5,.,1,0\n1,1,.,.,0,1\n", "t.csv:3: a level below quantification without its limit"),
    ("", "empty"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_faulty_table_is_refused_with_its_line(text, said) -> None:
    with pytest.raises(InputError, match=said):
        events_of(text, where="t.csv")


def test_every_faulty_line_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        events_of("ID,TIME,AMT,DV\n1,x,100,.\n1,y,100,.\n")
    assert len(caught.value.faults) == 2


def test_events_are_sorted_by_time_and_keep_the_order_of_ties() -> None:
    events = Events.of([Record(5, 0, level=1.0), Record(0, 1, 10.0), Record(5, 1, 20.0)], covariates={"WT": [3.0, 1.0, 2.0]})
    assert [record.time for record in events.records] == [0, 5, 5]
    assert [record.is_dose for record in events.records] == [True, False, True]
    assert events.covariates["WT"].tolist() == [1.0, 3.0, 2.0]


def test_further_times_carry_the_covariates_of_the_row_that_ends_their_interval() -> None:
    events = Events.of([Record(0, 1, 10.0), Record(12, 0, level=1.0)], covariates={"WT": [60.0, 80.0]}, mode="nmtran")
    widened, rows = events.with_times([6.0, 12.0, 20.0])
    assert [widened.records[row].time for row in rows] == [6.0, 12.0, 20.0]
    assert widened.covariates["WT"].tolist() == [60.0, 80.0, 80.0, 80.0, 80.0]
    assert not math.isnan(float(np.sum(widened.covariates["WT"])))
