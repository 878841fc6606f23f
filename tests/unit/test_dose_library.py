"""The shipped dose models: each loads, says where every value comes from, and gives the parameters worked out by hand."""

import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pytest

from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.library import FOLDER, LibraryEntry, library, model_named, models_of_drug
from garrod.model.errors import InputError
from made_library import typical

ENTRIES = library()
LEVELS = {"strict", "printed", "near", "conflict", "single"}
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=[one.id for one in ENTRIES])


def table(entry: LibraryEntry) -> dict[str, Any]:
    return tomllib.loads(resources.files("garrod.knowledge").joinpath(*FOLDER, entry.file).read_text(encoding="utf-8"))


def test_no_two_models_share_a_name() -> None:
    assert len({one.id for one in ENTRIES}) == len(ENTRIES) > 50


@EACH
def test_the_parameters_are_those_worked_out_by_hand(entry) -> None:
    assert entry.model.test_vectors
    for vector in entry.model.test_vectors:
        found = typical(entry.model, dict(vector.covariates))
        assert {name: found[name] for name in vector.expect} == pytest.approx(dict(vector.expect), rel=1e-4)


@EACH
def test_a_test_vector_asks_for_every_parameter_that_covariates_move(entry) -> None:
    asked = set().union(*(vector.expect for vector in entry.model.test_vectors))
    used = {name for name, equation in entry.model.derived for _ in equation.names} | {one.name for one in entry.model.covariates}
    moved = {one.name for one in entry.model.parameters if one.equation.names & used}
    assert moved <= asked | {"SLOPE", "INTER"}


@EACH
def test_every_value_says_where_it_comes_from(entry) -> None:
    given = table(entry)
    sources = set(given["transcription"]["sources"])
    values = [*given["parameters"].values(), given["iiv"], given["residual"], *([given["iov"]] if "iov" in given else [])]
    assert all(one["source"] for one in values)
    letters = {word.strip(",;:()") for one in given["parameters"].values() for word in one["source"].split()}
    assert {word for word in letters if word in {"A", "B", "C", "D", "E"}} <= sources


@EACH
def test_the_spread_names_its_convention(entry) -> None:
    given = table(entry)
    for section in ("iiv", "iov"):
        if section in given:
            assert given[section]["given_as"] in {"variance", "sd", "cv_sqrt", "cv_lognormal"}


@EACH
def test_every_covariate_has_a_unit_and_a_hard_range(entry) -> None:
    for one in entry.model.covariates:
        assert one.unit is not None
        assert one.hard is not None
        if one.seen is not None:
            assert one.hard.low <= one.seen.low <= one.seen.high <= one.hard.high


@EACH
def test_a_seen_range_names_its_source(entry) -> None:
    for name, one in table(entry).get("covariates", {}).items():
        assert "seen" not in one or one["source"], name


@EACH
def test_the_head_is_complete(entry) -> None:
    given = table(entry)
    assert given["citation"]["text"]
    assert given["population"]["text"]
    assert given["licence"].startswith("facts")
    assert given["version"] != "0"
    assert {"by", "sources", "agreement", "agrees", "conflicts", "blocks"} <= set(given["transcription"])
    assert entry.agreement in LEVELS


@EACH
def test_a_target_says_where_it_was_read(entry) -> None:
    assert all(one.source and one.reading for one in entry.model.targets)


def admissible(entry: LibraryEntry) -> bool:
    """Say whether two transcriptions agree strictly, every covariate has both ranges and nothing is open."""
    ranges = all(one.seen is not None and one.hard is not None for one in entry.model.covariates)
    return entry.agreement == "strict" and ranges and not entry.conflicts and not entry.blocks


@EACH
def test_only_a_model_that_meets_the_rule_is_admitted_and_the_others_say_what_blocks_them(entry) -> None:
    assert (entry.status == "admitted") == admissible(entry)
    assert entry.status == "admitted" or entry.blocks


def test_one_model_is_admitted_today() -> None:
    assert [one.id for one in ENTRIES if one.status == "admitted"] == ["tacrolimus/moes2016"]


@EACH
def test_the_spread_is_a_distribution(entry) -> None:
    assert np.linalg.eigvalsh(entry.model.etas.covariance).min() > 0


def test_a_model_is_found_by_its_name_or_by_its_last_part() -> None:
    assert model_named("vancomycin/goti2018").id == "vancomycin/goti2018"
    assert model_named("goti2018").id == "vancomycin/goti2018"
    assert isinstance(model_named(" Tacrolimus/Moes2016 "), DoseModel)


@pytest.mark.parametrize(
    ("name", "offer"),
    [
        ("vancomycin/gotti2018", "vancomycin/goti2018"),
        ("goti2019", "vancomycin/goti2018"),
        ("vancomycin", "vancomycin/"),
        ("staatz2005", "gentamicin/staatz2005 or vancomycin/staatz2005"),
        ("zzz", "garrod dose models"),
    ],
)
def test_a_name_that_no_model_has_is_refused_with_names_that_are_near(name, offer) -> None:
    with pytest.raises(InputError, match=offer):
        model_named(name)


def test_the_models_of_a_drug_begin_with_admitted_ones() -> None:
    found = models_of_drug("Tacrolimus")
    assert found[0].id == "tacrolimus/moes2016"
    assert {one.drug for one in found} == {"tacrolimus"}
    assert models_of_drug("aspirin") == ()


def test_a_file_that_holds_another_model_is_refused(tmp_path, monkeypatch) -> None:
    folder = tmp_path.joinpath(*FOLDER)
    folder.mkdir(parents=True)
    text = resources.files("garrod.knowledge").joinpath(*FOLDER, ENTRIES[0].file).read_text(encoding="utf-8")
    (folder / "other.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("garrod.dosing.models.library.resources.files", lambda _: tmp_path)
    library.cache_clear()
    try:
        with pytest.raises(InputError, match=r"other\.toml"):
            library()
    finally:
        library.cache_clear()
