"""What always holds of estimates with the shipped models: no search finds lower, intervals cover, cohorts recover.

``python -m property.test_dose_library_estimates`` writes the record of coverage that docs/reference/dose-models.md shows.
"""

import json
import sys

import numpy as np
import pytest

from curation.dose_models import COVERAGE
from garrod.dosing.estimating.estimate import estimate
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.library import library, model_named
from made_doses import brute_force
from made_library import Cohort, cohort, made_people

NAMES = [one.id for one in library()]
ADMITTED = {one.id for one in library() if one.status == "admitted"}
#: One of each kind: one, two and three compartments, oral, log errors, saturation with two outputs.
FEW = ["vancomycin/dao2020", "vancomycin/thomson2009", "methotrexate/gao2021", "voriconazole/lin2018", "phenytoin/tdm2016"]
#: Models whose posterior takes more than a tenth of a second, with fewer people.
SLOW = {"tacrolimus/storset2014", "tacrolimus/woillard2011", "tacrolimus/moes2016", "vancomycin/carreno2017", "phenytoin/tdm2016"}


def held_against_brute_force(model: DoseModel, count: int) -> None:
    for events, _ in made_people(model, count, seed=9):
        found = estimate(model, events, draws=0)
        lowest, _ = brute_force(model, events, draws=1000 if model.id == "phenytoin/tdm2016" else 4000)
        assert found.objective <= lowest + 1e-6


@pytest.mark.parametrize("name", FEW[:4])
def test_no_dense_search_finds_a_lower_objective(name) -> None:
    held_against_brute_force(model_named(name), 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_dense_search_finds_a_lower_objective_for_any_model(name) -> None:
    held_against_brute_force(model_named(name), 2 if name == "phenytoin/tdm2016" else 5)


def near(found: Cohort, width: float) -> None:
    """Hold coverage at 90 of 100 and moments at those of the model, within so many standard errors."""
    share = found.inside.mean()
    assert share == pytest.approx(0.9, abs=width * (0.09 / found.inside.size) ** 0.5)
    assert np.abs(found.means).max() < width * np.sqrt(1 / len(found.inside))
    assert (np.abs(found.seconds - 1) < width * found.second_errors).all()


@pytest.mark.parametrize("name", ["vancomycin/dao2020", "vancomycin/buelga2005"])
def test_intervals_cover_the_truth_as_often_as_they_say_and_a_cohort_recovers_its_model(name) -> None:
    near(cohort(model_named(name), 150, seed=31), 3.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_intervals_of_any_model_cover_the_truth_and_its_cohort_recovers_it(name) -> None:
    # 58 models with several figures each: four standard errors are passed by chance once in hundreds of runs.
    near(cohort(model_named(name), 100 if name in SLOW else 400, seed=77), 4.0)


def test_the_record_of_coverage_is_of_the_models_that_ship() -> None:
    record = json.loads(COVERAGE.read_text(encoding="utf-8"))
    assert set(record) == set(NAMES)
    shares = [one["pooled"] for one in record.values()]
    sizes = [one["people"] * len(one["names"]) for one in record.values()]
    assert 0.88 <= float(np.average(shares, weights=sizes)) <= 0.92


def main(names: list[str]) -> None:
    """Write the record, model by model, so that a run may be broken off and gone on with."""
    record = json.loads(COVERAGE.read_text(encoding="utf-8")) if COVERAGE.exists() else {}
    for name in names or NAMES:
        record[name] = cohort(model_named(name), 150 if name in SLOW - ADMITTED else 500, seed=77).figures()
        COVERAGE.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n", encoding="utf-8")
        print(name, record[name])


if __name__ == "__main__":
    main(sys.argv[1:])
