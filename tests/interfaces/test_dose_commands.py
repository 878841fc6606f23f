"""``garrod dose estimate``, ``recommend``, ``evaluate`` and ``models``, as programs and people call them."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner, Result

from garrod.interfaces.cli.main import cli
from garrod.interfaces.cli.schema import schema
from garrod.model.errors import InputError
from made_doses import THOMSON, TWO_MINIMA
from unit.test_dosing_person import MODEL, PERSON


def garrod(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def valid(name: str, document: object) -> Any:
    jsonschema.Draft202012Validator(schema(name)).validate(document)
    return document


@pytest.fixture
def person(tmp_path: Path) -> Path:
    path = tmp_path / "person.json"
    path.write_text(json.dumps(PERSON))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "made.toml"
    path.write_text(MODEL)
    return path


def test_an_estimate_of_a_person_is_valid_and_the_same_again(person: Path, model: Path) -> None:
    asked = ("dose", "estimate", person, "--drug", "vancomycin", "--model", model, "--json")
    ran = garrod(*asked)
    assert ran.exit_code == 0
    document = valid("dose-estimate", json.loads(ran.stdout))
    assert document["eta"].keys() == {"CL", "V"}
    assert document["ess"] >= 1000
    assert [one["observed"] for one in document["predictions"] if one["observed"] is not None] == [12.0]
    assert garrod(*asked).stdout == ran.stdout


def test_people_of_a_table_come_one_line_each_with_etas_unrounded(tmp_path: Path) -> None:
    events, model = tmp_path / "events.csv", tmp_path / "thomson.toml"
    events.write_text(TWO_MINIMA + TWO_MINIMA.split("\n", 1)[1].replace("1,", "2,", 1).replace("\n1,", "\n2,"))
    model.write_text(THOMSON)
    ran = garrod("dose", "estimate", "--events", events, "--model", model, "--json")
    assert ran.exit_code == 0
    lines = [valid("dose-estimate", json.loads(line)) for line in ran.stdout.splitlines()]
    assert [one["id"] for one in lines] == ["1", "2"]
    for one in lines:
        assert one["objective"] == pytest.approx(19.579, abs=1e-3)
        assert one["eta"]["V2"] == pytest.approx(0.445, abs=1e-3)
        assert one["eta"]["V2"] != round(one["eta"]["V2"], 6)


def test_a_person_of_a_table_who_cannot_be_estimated_holds_up_nobody(tmp_path: Path) -> None:
    events, model = tmp_path / "events.csv", tmp_path / "thomson.toml"
    bad = TWO_MINIMA.split("\n", 1)[1].replace("\n1,", "\n2,").replace("1,", "2,", 1).replace(",46,43", ",.,43")
    events.write_text(TWO_MINIMA + bad)
    model.write_text(THOMSON)
    ran = garrod("dose", "estimate", "--events", events, "--model", model, "--json")
    first, second = (valid("dose-estimate", json.loads(line)) for line in ran.stdout.splitlines())
    assert first["objective"] == pytest.approx(19.579, abs=1e-3)
    assert "WT is missing" in second["refused"]["text"]


def test_the_next_dose_is_ranked_valid_and_drawn(person: Path, model: Path, tmp_path: Path) -> None:
    ran = garrod("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--json", "--out", tmp_path / "out")
    assert ran.exit_code == 0
    document = valid("dose-recommend", json.loads(ran.stdout))
    assert document["regimens"][0]["p_target"] > 0.4
    assert json.loads((tmp_path / "out/dose.json").read_text()) == document
    drawn = (tmp_path / "out/curve-vancomycin-made.svg").read_text()
    assert "next dose" in drawn
    assert drawn.count("<circle") == 1


def test_a_refusal_is_a_result_with_code_5(person: Path, model: Path) -> None:
    model.write_text(MODEL.replace('"admitted"', '"candidate"'))
    ran = garrod("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--json")
    assert ran.exit_code == 5
    document = valid("dose-recommend", json.loads(ran.stdout))
    assert document["refused"]["reason"] == "not_admitted"
    assert document["regimens"] == []
    assert document["eta"]


def test_said_targets_and_regimens_are_taken(person: Path, model: Path) -> None:
    asked = ("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--json")
    ran = garrod(*asked, "--target", "trough_ss=10..15", "--regimen", "1000/12", "--regimen", "500/8")
    document = valid("dose-recommend", json.loads(ran.stdout))
    assert {(one["amount"], one["interval_h"]) for one in document["regimens"]} == {(1000, 12), (500, 8)}
    assert {one["exposure"]["metric"] for one in document["regimens"]} == {"trough_ss"}


@pytest.mark.parametrize(
    "wrong",
    [
        ("--target", "AUC=1..2"),
        ("--target", "AUC24_ss=high"),
        ("--regimen", "1000"),
        ("--covariate", "WT=heavy"),
        ("--toxic-above", "3"),
        ("--target", "AUC24_ss=1.2.3..600"),
        ("--target", "AUC24_ss=600..400"),
        ("--target", "time_above=40..100"),
        ("--regimen", "nan/12"),
        ("--regimen", "0/12"),
        ("--infusion-h", "nan"),
        ("--mic", "0"),
        ("--covariate", "NOPE=3"),
        ("--covariate", "WT=nan"),
        ("--seed", "-1"),
    ],
)
def test_what_cannot_be_read_is_told_as_usage(person: Path, model: Path, wrong: tuple[str, str]) -> None:
    assert garrod("dose", "recommend", person, "--drug", "vancomycin", "--model", model, *wrong).exit_code == 2


def test_people_read_what_programs_read(person: Path, model: Path) -> None:
    text = garrod("dose", "recommend", person, "--drug", "vancomycin", "--model", model).stdout
    assert "in the target" in text
    assert "not considered" in text
    assert not re.search(r"\b(nan|None|inf)\b", text)


def test_a_model_of_another_drug_is_refused(person: Path, model: Path) -> None:
    for drug in ("tacrolimus", "aspirin"):
        ran = garrod("dose", "recommend", person, "--drug", drug, "--model", model)
        assert "is a model of vancomycin" in str(ran.exception)
    assert garrod("dose", "recommend", person, "--drug", "Vancocin", "--model", model).exit_code == 0


def test_a_covariate_is_said_once_and_harm_lies_above_the_target(person: Path, model: Path) -> None:
    asked = ("dose", "recommend", person, "--drug", "vancomycin", "--model", model)
    assert garrod(*asked, "--covariate", "WT=70", "--covariate", "wt=80").exit_code == 2
    assert garrod(*asked, "--target", "AUC24_ss=400..600", "--toxic-above", "500").exit_code == 2
    assert garrod(*asked, "--covariate", "wt=70").exit_code == 0, "names are read without regard to case"


def test_time_above_a_limit_is_a_share_and_its_amounts_are_amounts_of_use(person: Path, model: Path) -> None:
    asked = ("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--json")
    document = valid("dose-recommend", json.loads(garrod(*asked, "--target", "time_above=0.9..", "--mic", "8").stdout))
    assert document["regimens"]
    assert all(one["amount"] <= 10_000 for one in document["regimens"])


def test_a_model_that_foretells_badly_is_not_admitted(model: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    a_table(events)
    model.write_text(MODEL.replace("theta = 0.7", "theta = 3.5").replace("V = 0.2", "V = 0.01"))
    ran = garrod("dose", "evaluate", events, "--model", model, "--admissions", tmp_path / "a.jsonl", "--admit", "us")
    assert ran.exit_code == 2
    assert "is not admitted" in ran.output


def a_table(path: Path, people: int = 14) -> None:
    random = np.random.default_rng(4)
    rows = ["ID,TIME,AMT,RATE,DV,EVID,WT,CRCL"]
    for number in range(1, people + 1):
        clearance, volume = 4 * 0.8 * np.exp(0.3 * random.standard_normal()), 50 * np.exp(0.2 * random.standard_normal())
        rows.append(f"{number},0,1000,1000,.,1,72,80")
        for time in (3.0, 8.0, 11.5):
            k = clearance / volume
            level = 1000 / clearance * (1 - np.exp(-k)) * np.exp(-k * (time - 1)) * (1 + 0.1 * random.standard_normal())
            rows.append(f"{number},{time},.,.,{max(level, 0.5):.3f},0,72,80")
    path.write_text("\n".join(rows) + "\n")


def test_a_hospital_admits_a_candidate_on_its_own_levels(person: Path, model: Path, tmp_path: Path) -> None:
    model.write_text(MODEL.replace('"admitted"', '"candidate"'))
    events, record = tmp_path / "events.csv", tmp_path / "admissions.jsonl"
    a_table(events)
    ran = garrod("dose", "evaluate", events, "--model", model, "--json", "--out", tmp_path / "out")
    assert ran.exit_code == 0
    (document,) = valid("dose-evaluate", json.loads(ran.stdout))
    assert document["later_levels"]["levels"] == 28
    assert (tmp_path / "out/evaluation-vancomycin-made.svg").read_text().count("<circle") == 42
    asked = ("dose", "evaluate", events, "--model", model, "--admissions", record)
    assert garrod(*asked, "--admit", "the drug committee").exit_code == 0
    dosed = ("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--admissions", record, "--json")
    document = valid("dose-recommend", json.loads(garrod(*dosed).stdout))
    assert document["admitted_here"]
    assert document["regimens"]
    model.write_text(model.read_text() + "\n# another text\n")
    assert garrod(*dosed).exit_code == 5, "an admission does not pass to another text"


def test_an_admission_asks_for_enough_levels(model: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    a_table(events, 3)
    ran = garrod("dose", "evaluate", events, "--model", model, "--admissions", tmp_path / "a.jsonl", "--admit", "us")
    assert ran.exit_code == 2
    assert not (tmp_path / "a.jsonl").exists()


def test_the_models_are_listed_with_what_blocks_them() -> None:
    document = valid("dose-models", json.loads(garrod("dose", "models", "--json").stdout))
    assert all(one["blocks"] for one in document if one["status"] == "candidate")
    assert all(one["citation"] for one in document)
    assert len(garrod("dose", "models").stdout.splitlines()) == len(document)


def test_a_drug_without_an_admitted_model_names_its_candidates(person: Path) -> None:
    ran = garrod("dose", "estimate", person, "--drug", "amikacin")
    assert isinstance(ran.exception, InputError)
    assert "amikacin/" in str(ran.exception)


def test_a_model_that_is_not_there_is_told_with_near_names(person: Path) -> None:
    ran = garrod("dose", "estimate", person, "--drug", "vancomycin", "--model", "vancomycin/thompson2009")
    assert "thomson2009" in str(ran.exception)


def test_broken_admissions_are_told_by_line(person: Path, model: Path, tmp_path: Path) -> None:
    record = tmp_path / "a.jsonl"
    record.write_text('{"model": "x"}\n')
    ran = garrod("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--admissions", record)
    assert "a.jsonl:1" in str(ran.exception)


def test_two_models_are_weighed_by_how_well_they_explain_the_levels(person: Path, model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(MODEL.replace("vancomycin/made", "vancomycin/far").replace("theta = 4.0", "theta = 12.0"))
    asked = ("dose", "recommend", person, "--drug", "vancomycin", "--model", model, "--model", other)
    document = valid("dose-recommend", json.loads(garrod(*asked, "--json").stdout))
    assert sum(document["weights"].values()) == pytest.approx(1)
    assert document["weights"]["vancomycin/made"] > 0.8, "a level of 12 mg/L speaks against three times the clearance"
    alone = {(one["amount"], one["interval_h"]): one["p_target"] for one in document["models"][0]["regimens"]}
    best = document["regimens"][0]
    assert best["p_target"] == pytest.approx(alone[best["amount"], best["interval_h"]], abs=0.2)
    assert "together, weighted" in garrod(*asked).stdout
