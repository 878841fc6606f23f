"""Warfarin on the openly available fifth of the IWPC cohort: each algorithm's error beside a fixed dose.

Patients with a stable dose and complete covariates: age, height, weight, dose, and a CYP2C9 pair of *1, *2 and *3.
A drug column that is empty counts as not taken, as the publication counts it.
"""

import csv
import gzip
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from garrod.dosing.vkorc1 import Vkorc1, imputed, position_genotype
from garrod.dosing.warfarin import Covariates, Race, gage, iwpc_clinical, iwpc_pharmacogenetic
from garrod.model.calls import Diplotype

COHORT = "dosing/iwpc_warfarin.open20pct.csv.gz"
RACES = {"White": Race.WHITE, "Asian": Race.ASIAN, "Black or African American": Race.BLACK, "Unknown": Race.MISSING_OR_MIXED}
AGES = {"10 - 19": 19.0, "90+": 95.0}
INDUCERS = ("Carbamazepine (Tegretol)", "Phenytoin (Dilantin)", "Rifampin or Rifampicin")
POSITIONS = {
    "rs9923231": "VKORC1 -1639 consensus",
    "rs9934438": "VKORC1 1173 consensus",
    "rs8050894": "VKORC1 1542 consensus",
    "rs2359612": "VKORC1 2255 consensus",
}
KNOWN_PAIRS = {"*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"}
Patient = Mapping[str, str]


@cache
def _patients(sources: Path) -> tuple[Patient, ...]:
    with gzip.open(sources / COHORT, "rt", encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _is_complete(one: Patient) -> bool:
    measures = ("Age", "Height (cm)", "Weight (kg)", "Therapeutic Dose of Warfarin")
    is_stable = one["Subject Reached Stable Dose of Warfarin"] == "1.0"
    return is_stable and all(one[name] for name in measures) and one["CYP2C9 consensus"] in KNOWN_PAIRS


def _covariates(one: Patient) -> Covariates:
    band = one["Age"]
    return Covariates(
        age_years=AGES[band] if band in AGES else float(band[:2]) + 5,
        height_cm=float(one["Height (cm)"]),
        weight_kg=float(one["Weight (kg)"]),
        race=RACES[one["Race"]],
        takes_amiodarone=one["Amiodarone (Cordarone)"] == "1.0",
        takes_inducer=any(one[name] == "1.0" for name in INDUCERS),
    )


def _vkorc1(one: Patient, *, impute: bool) -> Vkorc1:
    read = {name: position_genotype(name, one[column], "gene") for name, column in POSITIONS.items() if one[column]}
    if not impute:
        return read.get("rs9923231", Vkorc1.UNKNOWN)
    is_limited = RACES[one["Race"]] in {Race.BLACK, Race.MISSING_OR_MIXED}
    return imputed(read, is_black_missing_or_mixed=is_limited).genotype


def _pair(one: Patient) -> Diplotype:
    return Diplotype("CYP2C9", tuple(one["CYP2C9 consensus"].split("/")))


def _dose(one: Patient) -> float:
    return float(one["Therapeutic Dose of Warfarin"])


def _figures(predicted: Sequence[float], taken: Sequence[float]) -> tuple[float, float, float]:
    """Mean absolute error in mg a week, per cent within 20 % of the dose taken, and R² as the squared correlation's kin."""
    pairs = list(zip(predicted, taken, strict=True))
    mean = sum(taken) / len(taken)
    error = sum(abs(p - t) for p, t in pairs) / len(pairs)
    within = 100 * sum(abs(p - t) <= 0.2 * t for p, t in pairs) / len(pairs)
    left = sum((p - t) ** 2 for p, t in pairs) / sum((t - mean) ** 2 for t in taken)
    return error, within, 1 - left


def _whole(sources: Path) -> list[Patient]:
    return [one for one in _patients(sources) if _is_complete(one)]


def test_print(sources: Path) -> None:
    whole = _whole(sources)
    taken = [_dose(one) for one in whole]
    print(len(whole))
    print(_figures([iwpc_pharmacogenetic(_covariates(o), cyp2c9=_pair(o), vkorc1=_vkorc1(o, impute=True)).mg_per_week for o in whole], taken))
    print(_figures([iwpc_pharmacogenetic(_covariates(o), cyp2c9=_pair(o), vkorc1=_vkorc1(o, impute=False)).mg_per_week for o in whole], taken))
    print(_figures([iwpc_clinical(_covariates(o)).mg_per_week for o in whole], taken))
    print(_figures([35.0] * len(whole), taken))
