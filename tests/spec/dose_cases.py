"""Worked doses, written to be read by a pharmacist: who, what was given and measured, and what must come of it.

Where a number is expected it comes from ``second_dosing`` (matrices by hand and scipy), from arithmetic that is written out, or
from the note's own figures; ``docs/reference/dose-cases.md`` is made from this list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from second_dosing import Second, Values, chain_of_four, one_compartment, two_compartments


@dataclass(frozen=True, kw_only=True)
class DoseCase:
    """One person, one model, one question.

    Attributes
    ----------
    admitted_here
        The model is a candidate that the hospital of the case admitted for itself.
    second, metric
        What the program must say, by another way; ``metric`` is that of the target at the best regimen's amount and interval.
    refused
        Reasons for which no dose is given.
    """

    number: str
    title: str
    story: str
    person: Mapping[str, Any]
    model: str
    target: str | None = None
    toxic: float | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    admitted_here: bool = False
    second: Second | None = None
    metric: Callable[[Values, float, float], np.ndarray] | None = None
    regimens: tuple[tuple[float, float], ...] = ()  #: those allowed; the model's own where empty
    refused: frozenset[str] = frozenset()
    lesson: str = ""


def person(day: str, **more: Any) -> dict[str, Any]:
    return {"id": "case", "sex": "male", "birth_date": "1961-04-29", "as_of": f"{day}T08:00:00+02:00", "dialysis": [], **more}


def body(weight: float, day: str) -> list[dict[str, Any]]:
    return [{"weight": {"value": weight, "unit": "kg"}, "time": f"{day}T06:00:00+02:00"}]


def creatinine(*rows: tuple[float, str]) -> list[dict[str, Any]]:
    return [{"name": "creatinine", "value": value, "unit": "mg/dL", "time": f"{time}+02:00"} for value, time in rows]


def given(drug: str, amount: float, hours: float, *times: str) -> list[dict[str, Any]]:
    duration = {"duration": {"value": hours, "unit": "h"}} if hours else {}
    return [{"drug": drug, "dose": {"value": amount, "unit": "mg"}, **duration, "time": f"{time}+02:00"} for time in times]


def measured(drug: str, unit: str, *rows: tuple[float, str]) -> list[dict[str, Any]]:
    return [{"drug": drug, "value": value, "unit": unit, "time": f"{time}+02:00"} for value, time in rows]


def area_of_day(values: Values, amount: float, interval: float) -> np.ndarray:
    """Return the area of 24 h of a steady state: what is given in a day over clearance."""
    return amount * 24 / interval / values["CL"]


VANCOMYCIN = person(
    "2026-04-29",
    body=body(82, "2026-04-28"),
    observations=creatinine((1.2, "2026-04-28T06:30:00")),
    administrations=given("vancomycin", 1500, 1.5, "2026-04-28T08:00:00") + given("vancomycin", 1000, 1, "2026-04-28T20:00:00"),
    levels=measured("vancomycin", "mg/L", (13.9, "2026-04-28T19:30:00"), (28.4, "2026-04-28T22:00:00")),
)
#: Cockcroft and Gault at 65 years: (140 - 65) x 82 / (72 x 1.2)
VANCOMYCIN_CLEARANCE = (140 - 65) * 82 / (72 * 1.2)
BUELGA_SPREAD = np.array([[0.2816**2, 0.2312 * 0.2816 * 0.3715], [0.2312 * 0.2816 * 0.3715, 0.3715**2]])

TWO = person(
    "2026-04-29",
    administrations=given("vancomycin", 1000, 1.5, "2026-04-27T20:00:00", "2026-04-28T08:00:00", "2026-04-28T20:00:00"),
    levels=measured(
        "vancomycin", "mg/L", (32.3, "2026-04-27T22:30:00"), (24.9, "2026-04-28T02:00:00"), (16.0, "2026-04-28T07:30:00"),
        (43.2, "2026-04-28T22:00:00"), (20.4, "2026-04-29T07:30:00"),
    ),
)  # fmt: skip

GENTAMICIN = person(
    "2026-04-29",
    body=body(70, "2026-04-28"),
    observations=creatinine((1.0, "2026-04-28T06:30:00")),
    administrations=given("gentamicin", 350, 0.5, "2026-04-28T08:00:00"),
    levels=measured("gentamicin", "mg/L", (15.2, "2026-04-28T09:30:00"), (2.9, "2026-04-28T16:00:00")),
)
#: (140 - 65) x 70 / (72 x 1.0)
GENTAMICIN_CLEARANCE = (140 - 65) * 70 / 72

TACROLIMUS = person(
    "2026-04-29",
    body=body(84, "2026-04-28"),
    outside_calls=[{"gene": "CYP3A5", "call": "*1/*3"}],
    administrations=given("tacrolimus", 5, 0, "2026-04-26T08:00:00", "2026-04-27T08:00:00", "2026-04-28T08:00:00"),
    levels=measured("tacrolimus", "ng/mL", (3.3, "2026-04-28T07:30:00"), (8.2, "2026-04-28T12:00:00")),
)

INFLIXIMAB = person(
    "2026-04-29",
    body=body(60, "2026-04-28"),
    observations=[{"name": "albumin", "value": 3.0, "unit": "g/dL", "time": "2026-04-28T06:30:00+02:00"}],
    administrations=given("infliximab", 300, 2, "2026-02-18T09:00:00", "2026-03-04T09:00:00", "2026-04-01T09:00:00"),
    levels=measured("infliximab", "ug/mL", (3.0, "2026-04-29T07:00:00")),
)

RISING = {
    **VANCOMYCIN,
    "observations": creatinine((1.2, "2026-04-28T06:30:00"), (2.1, "2026-04-30T06:30:00")),
    "as_of": "2026-04-30T08:00:00+02:00",
}


def _gentamicin(values: Values) -> np.ndarray:
    k10 = values["CL"] / values["V1"]
    first = np.stack([-k10 - values["K12"], values["K21"]], axis=-1)
    return np.stack([first, np.stack([values["K12"], -values["K21"]], axis=-1)], axis=-2)


CASES: tuple[DoseCase, ...] = (
    DoseCase(
        number="1", title="Vancomycin by two levels", person=VANCOMYCIN, model="vancomycin/buelga2005", admitted_here=True,
        story="65 years, 82 kg, creatinine 1.2 mg/dL; 1500 mg over 1.5 h, 12 h later 1000 mg over 1 h; 13.9 mg/L before and "
              "28.4 mg/L one hour after the second dose.",
        second=Second(
            rates=one_compartment, shown=lambda a, v: a[:, 0] / v["V"],
            typical={"CL": 1.08 * VANCOMYCIN_CLEARANCE * 0.06, "V": 0.98 * 82}, moved=("CL", "V"), covariance=BUELGA_SPREAD,
            error=lambda f: np.full_like(f, 3.52), doses=((0, 1500, 1.5), (12, 1000, 1)), levels=((11.5, 13.9), (14, 28.4)),
        ),
        metric=area_of_day,
        lesson="The regimen with the best chance of 400 to 600 mg·h/L stands first; what exceeds twice the last dose comes last.",
    ),
    DoseCase(
        number="2", title="Vancomycin, two explanations of the same levels", person=TWO, model="vancomycin/thomson2009",
        story="46 kg, creatinine clearance 43 mL/min; three times 1000 mg over 1.5 h; levels 32.3, 24.9, 16.0, 43.2 and "
              "20.4 mg/L.",
        given={"WT": 46.0, "CRCL": 43.0}, admitted_here=True, refused=frozenset({"two_minima"}),
        second=Second(
            rates=two_compartments, shown=lambda a, v: a[:, 0] / v["V1"],
            typical={"CL": 2.99 * (1 + 0.0154 * (43 - 66)), "V1": 0.675 * 46, "Q": 2.28, "V2": 0.732 * 46},
            moved=("CL", "V1", "Q", "V2"),
            covariance=np.array([[0.0729, 0.01, 0, 0], [0.01, 0.0225, 0, 0], [0, 0, 0.2401, 0], [0, 0, 0, 1.69]]),
            error=lambda f: np.sqrt(1.6**2 + (0.15 * f) ** 2),
            doses=((0, 1000, 1.5), (12, 1000, 1.5), (24, 1000, 1.5)),
            levels=((2.5, 32.3), (6, 24.9), (11.5, 16.0), (26, 43.2), (35.5, 20.4)),
        ),
        lesson="The best point alone would give about 800 mg a day; a second explanation is half as likely and asks for a third "
               "more. No single dose is given: both are shown, and another level is asked for.",
    ),
    DoseCase(
        number="3", title="Gentamicin once a day", person=GENTAMICIN, model="gentamicin/xuan2003", admitted_here=True,
        target="AUC24_ss=70..120", toxic=120.0,
        story="65 years, 70 kg, creatinine 1.0 mg/dL; 350 mg over half an hour; 15.2 mg/L one hour and 2.9 mg/L 7.5 hours "
              "after it.",
        second=Second(
            rates=_gentamicin, shown=lambda a, v: a[:, 0] / v["V1"],
            typical={"CL": 0.047 * GENTAMICIN_CLEARANCE, "V1": 0.28 * 70, "K12": 0.092, "K21": 0.071},
            moved=("CL", "V1", "K12", "K21"), covariance=np.diag([0.084, 0.003, 0.398, 0.342]),
            error=lambda f: 0.23 + 0.237 * f, doses=((0, 350, 0.5),), levels=((1.5, 15.2), (8, 2.9)),
        ),
        metric=area_of_day,
        lesson="The target was said with the request, since the model names none; the daily area is dose over clearance.",
    ),
    DoseCase(
        number="4", title="Tacrolimus in a recipient who carries CYP3A5\\*1", person=TACROLIMUS, model="tacrolimus/moes2016",
        target="AUC24_ss=150..250", given={"DONOR": 0.0},
        story="65 years, 84 kg, liver graft from a donor without \\*1; CYP3A5 \\*1/\\*3 by the laboratory; 5 mg of a once-daily "
              "product on three mornings; 3.3 ug/L before and 8.2 ug/L four hours after the third.",
        second=Second(
            rates=chain_of_four, shown=lambda a, v: 1000 * a[:, 4] / v["V1"],
            typical={"CL": 4.21 * 1.33, "V1": 88.3, "Q": 14.0, "V2": 145.0, "KTR": 3.76}, moved=("CL", "V1", "KTR"),
            covariance=np.diag(np.log1p(np.array([0.428, 0.863, 0.659]) ** 2)),
            error=lambda f: np.maximum(0.13 * f, 0.1), doses=((0, 5, 0), (24, 5, 0), (48, 5, 0)),
            levels=((47.5, 3.3), (52, 8.2)), share=0.23,
        ),
        metric=lambda values, amount, interval: 1000 * 0.23 * amount * 24 / interval / values["CL"],
        lesson="An admitted model: the gene raises the typical clearance by a third before any level is known, and the levels "
               "move it on from there.",
    ),
    DoseCase(
        number="5", title="Phenytoin, whose clearance saturates", model="phenytoin/tdm2016", admitted_here=True,
        target="css=10..20", regimens=((100, 12), (125, 12), (150, 12), (175, 12), (200, 12)),
        person=person(
            "2026-04-29", body=body(70, "2026-04-28"),
            administrations=given("phenytoin", 1000, 1, "2026-04-28T08:00:00"),
            levels=measured("phenytoin", "mg/L", (11.5, "2026-04-28T20:00:00")),
        ),
        story="70 kg; 1000 mg over one hour; 11.5 mg/L twelve hours later.",
        lesson="The average of a steady state obeys C = R KM / (VMAX - R): a quarter more of the dose may double it, so that the "
               "chance of the target falls off quickly on both sides.",
    ),
    DoseCase(
        number="6", title="Infliximab, low albumin and antibodies", person=INFLIXIMAB, model="infliximab/fasanmade2009",
        admitted_here=True, target="trough_ss=3..7", given={"ADA": 1.0},
        story="60 kg, albumin 3.0 g/dL, antibodies found; 300 mg at weeks 0, 2 and 6; 3.0 mg/L before the next dose at week 10.",
        second=Second(
            rates=two_compartments, shown=lambda a, v: a[:, 0] / v["V1"],
            typical={"CL": 0.407 * (3.0 / 4.1) ** -1.54 * 1.471, "V1": 3.29 * (60 / 77) ** 0.538, "Q": 7.14, "V2": 4.13},
            moved=("CL", "V1"), covariance=np.diag([0.131, 0.048]), error=lambda f: np.sqrt(0.0413**2 + (0.403 * f) ** 2),
            doses=((0, 300, 2 / 24), (14, 300, 2 / 24), (42, 300, 2 / 24)), levels=((70 - 2 / 24, 3.0),),
        ),
        lesson="The model counts in days and the regimens in hours; antibodies are no part of a person file and were said.",
    ),
    DoseCase(
        number="7", title="Vancomycin while creatinine rises", person=RISING, model="vancomycin/buelga2005", admitted_here=True,
        refused=frozenset({"unstable_kidney"}),
        story="The person of case 1 a day later: creatinine 2.1 mg/dL after 1.2 two days before, and no level since.",
        lesson="No dose follows from old levels while the kidney fails: a fresh level is asked for.",
    ),
    DoseCase(
        number="8", title="A newborn, and a model that was not admitted", model="vancomycin/dao2020",
        refused=frozenset({"not_admitted"}),
        person={
            "id": "case", "sex": "female", "birth_date": "2026-04-20", "as_of": "2026-04-29T08:00:00+02:00", "dialysis": [],
            "body": body(1.5, "2026-04-29"), "life_stage": {"postmenstrual_age_weeks": 32.0, "gestation_weeks": 30.7},
            "observations": creatinine((0.61, "2026-04-28T06:30:00")),
            "administrations": given("vancomycin", 15, 1, "2026-04-28T20:00:00"),
            "levels": measured("vancomycin", "mg/L", (11.0, "2026-04-29T07:30:00")),
        },
        target="AUC24_ss=400..600",
        story="Nine days, 1.5 kg, postmenstrual age 32 weeks, creatinine 0.61 mg/dL; 15 mg over one hour; 11 mg/L after "
              "11.5 hours.",
        second=Second(
            rates=one_compartment, shown=lambda a, v: a[:, 0] / v["V"],
            typical={"CL": 0.273 * 1.5**0.438 * 32**3.54 / (32**3.54 + 46.4**3.54), "V": 0.628 * 1.5},
            moved=("CL",), covariance=np.array([[0.226**2]]),
            error=lambda f: np.sqrt(1.98**2 + (0.236 * f) ** 2), doses=((0, 15, 1),), levels=((11.5, 11.0),),
        ),
        lesson="The estimate is shown (two transcriptions of the model agree); the dose is not, since no source at hand states "
               "whom the model was made from.",
    ),
)  # fmt: skip
