"""The command line as other programs and people meet it: the real command in a process of its own."""

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from garrod import CarePlan, Knowledge, personalize
from garrod.interfaces.cli.main import COMMANDS
from garrod.interfaces.documents import careplan_document, to_json
from garrod.interfaces.report import render_report
from garrod.knowledge.loading import SHIPPED, TABLES
from made_guidelines import (
    BRAND,
    Then,
    a_person,
    genome,
    knowledge_of,
    lab,
    reduce_to,
    rows_of,
    says,
    score,
    taking,
    word,
    write_table,
)

GARROD = Path(sys.executable).with_name("garrod")
SCHEMAS = (
    "call", "careplan", "dose-estimate", "dose-evaluate", "dose-models", "dose-recommend", "finding", "formula", "person",
    "recommendation", "review",
)  # fmt: skip
ATTACK = "<script>alert(1)</script>"
Finished = subprocess.CompletedProcess[str]


def garrod(*arguments: str | Path, cwd: Path | None = None, **env: str) -> Finished:
    return subprocess.run(
        [str(GARROD), *map(str, arguments)],
        cwd=cwd, env=os.environ | env, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def folder_name(command: str) -> str:
    return command.replace("/", "_")


def together(commands: Mapping[str, Sequence[str | Path]], *, cwd: Path) -> dict[str, Finished]:
    """Run commands side by side, each in a folder of its own."""
    for name in commands:
        (cwd / folder_name(name)).mkdir(exist_ok=True)
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting = {name: pool.submit(garrod, *command, cwd=cwd / folder_name(name)) for name, command in commands.items()}
    return {name: ran.result() for name, ran in waiting.items()}


def done(*arguments: str | Path, **more: Any) -> str:
    """Run a command that must work, and return what it prints."""
    ran = garrod(*arguments, **more)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example person's folder."""
    folder = tmp_path_factory.mktemp("ada")
    done("example", "ada", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def report(ada: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example person's report."""
    folder = tmp_path_factory.mktemp("report")
    done("report", ada / "person.json", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def plan(report: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((report / "careplan.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, dict[str, Any]]:
    return {name: json.loads(done("schema", name)) for name in SCHEMAS}


def validate(document: object, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema).validate(document)


def person_file(folder: Path, **given: Any) -> Path:
    path = folder / "person.json"
    path.write_text(json.dumps({"id": "made", **given}), encoding="utf-8")
    return path


# Help


def test_help_names_every_command_and_what_it_is() -> None:
    for option in ("--help", "-h"):
        text = done(option)
        assert all(name in text for name in COMMANDS)
        assert "Decision support" in text


def test_every_command_has_help(tmp_path: Path) -> None:
    commands = (*COMMANDS, "dose formula", *(f"knowledge {name}" for name in ("list", "show", "check", "diff")))
    for command, ran in together({text: [*text.split(), "--help"] for text in commands}, cwd=tmp_path).items():
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.startswith(f"Usage: garrod {command}")
        assert len(ran.stdout.splitlines()) > 3


def test_the_commands_that_this_version_promises_are_there() -> None:
    assert {"call", "example", "knowledge", "report", "schema"} <= set(COMMANDS)


def test_the_version_is_the_packages() -> None:
    assert done("--version") == f"garrod {version('garrod')}\n"


# What is written


def test_the_example_person_is_written_and_named(ada: Path, tmp_path: Path) -> None:
    assert done("example").split() == ["ada"]
    assert {"person.json", "ada.vcf"} <= {one.name for one in ada.iterdir()}
    assert done("example", "ada", cwd=tmp_path).strip().endswith("person.json")
    assert (tmp_path / "ada/person.json").is_file()
    assert json.loads(done("example", "ada", "--json")) == json.loads((ada / "person.json").read_text(encoding="utf-8"))


def test_a_report_is_a_page_and_a_plan_and_nothing_else(report: Path) -> None:
    assert {one.name for one in report.iterdir()} == {"report.html", "careplan.json"}
    assert (report / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_terminal_says_where_the_report_is_and_what_was_not_recognized(ada: Path, tmp_path: Path) -> None:
    text = done("report", ada / "person.json", "--out", tmp_path / "out")
    assert str(tmp_path / "out/report.html") in text
    assert "Herzgold drops" in text


def test_the_example_persons_medicines_are_advised_on(plan: dict[str, Any]) -> None:
    """Ada carries two CYP2C19 alleles without function and takes clopidogrel after a stent."""
    said = [one for one in plan["recommendations"] if one["target"]["name"] == "clopidogrel" and one["body"] == "CPIC"]
    assert [one["action"] for one in said] == ["avoid"]
    assert all(one["in_use"] for one in said)


# Schemas


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_a_schema(name: str, schemas: Mapping[str, dict[str, Any]]) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas[name])


def test_the_schemas_are_listed() -> None:
    assert set(SCHEMAS) <= set(done("schema").split())


def test_the_person_file_of_the_example_validates(ada: Path, schemas: Mapping[str, dict[str, Any]]) -> None:
    document = json.loads((ada / "person.json").read_text(encoding="utf-8"))
    validate(document, schemas["person"])
    with pytest.raises(jsonschema.ValidationError):
        validate({**document, "sex": "other word"}, schemas["person"])
    with pytest.raises(jsonschema.ValidationError):
        validate({**document, "body": [{"weight": {"value": 71.5}}]}, schemas["person"])


def test_the_plan_validates_whole_and_in_parts(plan: dict[str, Any], schemas: Mapping[str, dict[str, Any]]) -> None:
    validate(plan, schemas["careplan"])
    assert len(plan["findings"]) > 20
    for one in (*plan["findings"], *plan["not_assessed"]):
        validate(one, schemas["finding"])
    for one in plan["recommendations"]:
        validate(one, schemas["recommendation"])


def test_a_plan_with_everything_in_it_validates(schemas: Mapping[str, dict[str, Any]]) -> None:
    document = full_document()
    validate(document, schemas["careplan"])
    assert {one["action"] for one in document["recommendations"]} >= {"avoid", "reduce", "fixed_dose", "test"}
    assert document["conflicts"]
    assert document["monitoring"]
    for one in document["recommendations"]:
        validate(one, schemas["recommendation"])
    for one in document["findings"]:
        validate(one, schemas["finding"])


@cache
def full_plan() -> tuple[CarePlan, Knowledge]:
    """A plan that has each part that a plan can have, from a made-up guideline set."""
    fixed = {"phase": "all", "value_low": 200.0, "value_high": 400.0, "unit": "mg/d", "cap": 0.3, "cap_unit": "mg/kg/d",
             "cap_is_below": True, "interval_h": 24.0, "condition": "with a drug level"}  # fmt: skip
    poor = {"CYP2C19": word("Poor Metabolizer")}
    knowledge = knowledge_of(
        says("poor", Then(action="avoid", rationale="toxicity", instead=("samplitol",), watch=("drug_level",),
             avoid_also=("testaxel",)), poor, otherwise=(reduce_to(0.5, condition="if it must be"),), notes=("A note.",),
             indications="acs_pci", age="adult", weight_min_kg=40.0, weight_max_kg=140.0, no_alternatives=True,
             co_medication="strong_CYP3A_inhibitor", prior_exposure="naive"),
        says("poor", Then(action="fixed_dose", doses=(fixed,), watch=("drug_level",)), poor, body="DPWG"),
        says("low", reduce_to(0.5), {"CYP2C9": score(0, 0.5)}, drugs=("samplitol",)),
        says("usual", "standard", {"CYP2C9": score(2, 2)}, drugs=("samplitol",)),
        says("none", "avoid", {"CYP2D6": score(0, 0)}, drugs=("mockazole",)),
    )  # fmt: skip
    calls = (lab("CYP2C19", "*2/*2"), lab("CYP2C9", "*3/*3"), lab("CYP2C9", "*1/*1"), lab("HLA-B", "*57:01 negative"))
    takes = (taking(), taking(BRAND), taking("samplitol"), taking("herzgold"))
    return personalize(a_person(*calls, genomes=(genome("TPMT", "*1", "*3A"),), medications=takes), knowledge), knowledge


def full_document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(careplan_document(full_plan()[0])))
    return document


@pytest.mark.parametrize(
    ("part", "names"),
    [
        (
            "findings",
            {"id", "domain", "kind", "subject", "value", "unit", "status", "reason", "certainty", "evidence", "sources"},
        ),
        (
            "recommendations",
            {
                "id", "domain", "target", "action", "doses", "applies_to", "strength", "grade", "severity", "summary", "because",
                "would_change", "monitoring", "alternatives", "fallback", "guideline", "reading", "sources",
            },
        ),
        ("conflicts", {"id", "between", "kind", "resolution", "kept", "because"}),
        ("monitoring", {"what", "loinc", "due", "because"}),
    ],
    ids=["findings", "recommendations", "conflicts", "monitoring"],
)  # fmt: skip
def test_fields_that_programs_rely_on_are_there_and_the_schema_asks_for_them(
    part: str, names: set[str], schemas: Mapping[str, dict[str, Any]]
) -> None:
    document = full_document()
    assert document[part]
    for one in document[part]:
        assert names <= set(one)
    for name in names:
        broken = json.loads(json.dumps(document))
        del broken[part][0][name]
        with pytest.raises(jsonschema.ValidationError):
            validate(broken, schemas["careplan"])


def test_the_fields_of_a_dose_and_of_a_target_are_there() -> None:
    document = full_document()
    doses = [dose for one in document["recommendations"] for dose in one["doses"]]
    assert doses
    asked = {"phase", "factor_low", "factor_high", "value", "unit", "cap", "interval_h"}
    assert all(asked <= set(dose) for dose in doses)
    assert all({"kind", "name", "rxnorm"} <= set(one["target"]) for one in document["recommendations"])
    asked = {"population", "indication", "prior_exposure"}
    assert all(asked <= set(one["applies_to"]) for one in document["recommendations"] if one["applies_to"])


GENE_FIELDS = {
    "gene", "status", "diplotypes", "phenotype", "activity_score", "phenotypes_possible", "missing", "could_change", "decided_by",
    "notes",
}  # fmt: skip


def test_each_line_of_call_validates_and_has_the_promised_fields(ada: Path, schemas: Mapping[str, dict[str, Any]]) -> None:
    (line,) = done("call", ada / "ada.vcf").splitlines()
    document = json.loads(line)
    validate(document, schemas["call"])
    assert (document["sample"], document["assembly"]) == ("ada", "GRCh38")
    assert document["run"]["knowledge"]
    genes = {one["gene"]: one for one in document["genes"]}
    assert len(genes) == 23
    for one in genes.values():
        assert set(one) >= GENE_FIELDS
    assert [one["name"] for one in genes["CYP2C19"]["diplotypes"]] == ["*2/*2"]
    assert set(genes["CYP2C19"]["diplotypes"][0]) >= {"name", "rank", "probability", "phased"}
    assert (genes["HLA-B"]["status"], genes["HLA-B"]["reason"]) == ("not_assessed", "no typing given")
    del document["genes"][0]["could_change"]
    with pytest.raises(jsonschema.ValidationError):
        validate(document, schemas["call"])


def several_samples(ada: Path, folder: Path) -> Path:
    """The example genome under three names."""
    path = folder / "several.vcf"
    lines = (ada / "ada.vcf").read_text(encoding="utf-8").splitlines()
    made = []
    for line in lines:
        if line.startswith("##"):
            made.append(line)
        else:
            *fixed, last = line.split("\t")
            made.append("\t".join([*fixed, *(("one", "two", "three") if line.startswith("#") else (last,) * 3)]))
    path.write_text("\n".join(made) + "\n", encoding="utf-8")
    return path


def test_call_writes_one_line_a_sample_and_the_same_genes_for_the_same_genotypes(
    ada: Path, tmp_path: Path, schemas: Mapping[str, dict[str, Any]]
) -> None:
    path = several_samples(ada, tmp_path)
    documents = [json.loads(line) for line in done("call", path).splitlines()]
    assert [one["sample"] for one in documents] == ["one", "two", "three"]
    for one in documents:
        validate(one, schemas["call"])
        assert one["genes"] == documents[0]["genes"]
    (alone,) = [json.loads(line) for line in done("call", path, "--sample", "two").splitlines()]
    assert alone["genes"] == documents[1]["genes"]


def test_outside_calls_may_come_in_several_files(ada: Path, tmp_path: Path) -> None:
    (tmp_path / "one.tsv").write_text("CYP2D6\t*4/*4\n", encoding="utf-8")
    (tmp_path / "two.tsv").write_text("HLA-B\t*57:01 positive\n\nHLA-A\t\t*31:01 negative\n", encoding="utf-8")
    both = ("--outside", tmp_path / "one.tsv", "--outside", tmp_path / "two.tsv")
    (document,) = [json.loads(line) for line in done("call", ada / "ada.vcf", *both).splitlines()]
    genes = {one["gene"]: one for one in document["genes"]}
    assert (genes["CYP2D6"]["phenotype"], genes["CYP2D6"]["activity_score"]) == ("Poor Metabolizer", 0.0)
    assert "*57:01 positive" in {one["word"] for one in genes["HLA-B"]["allele_statuses"]}
    assert "*31:01 negative" in {one["word"] for one in genes["HLA-A"]["allele_statuses"]}
    assert [one["name"] for one in genes["CYP2C19"]["diplotypes"]] == ["*2/*2"]


# JSON for programs


PRINTS_JSON = (
    "report {ada}/person.json --json",
    "call {ada}/ada.vcf --json",
    "example ada --json",
    "example --json",
    "schema call --json",
    "schema --json",
    "knowledge list --json",
    "knowledge list gene --json",
    "knowledge show CYP2C19 --json",
    "knowledge check --json",
)


@pytest.fixture(scope="module")
def printed(ada: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Finished]]:
    folder = tmp_path_factory.mktemp("printed")
    return folder, together({text: text.replace("{ada}", str(ada)).split() for text in PRINTS_JSON}, cwd=folder)


@pytest.mark.parametrize("command", PRINTS_JSON)
def test_json_is_json_and_nothing_is_written(command: str, printed: tuple[Path, dict[str, Finished]]) -> None:
    folder, ran = printed
    assert ran[command].returncode == 0
    text = ran[command].stdout
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines()]
    assert documents
    assert list((folder / folder_name(command)).iterdir()) == []


def test_json_holds_no_number_that_json_does_not_know(report: Path) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is not JSON")

    json.loads((report / "careplan.json").read_text(encoding="utf-8"), parse_constant=refuse)


def test_the_plan_that_is_printed_is_the_plan_that_is_written(ada: Path, report: Path) -> None:
    assert done("report", ada / "person.json", "--json") == (report / "careplan.json").read_text(encoding="utf-8")


# The same answer


def test_a_report_made_again_elsewhere_is_the_same_to_the_byte(ada: Path, report: Path, tmp_path: Path) -> None:
    other = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done("report", ada / "person.json", "--out", tmp_path / "again", cwd=tmp_path, **other)
    for name in ("report.html", "careplan.json"):
        assert (tmp_path / "again" / name).read_bytes() == (report / name).read_bytes()
    assert done("call", ada / "ada.vcf", **other) == done("call", ada / "ada.vcf", PYTHONHASHSEED="1")


def test_a_report_replaces_the_one_before_it(ada: Path, report: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("before", encoding="utf-8")
    done("report", ada / "person.json", "--out", out)
    assert (out / "report.html").read_bytes() == (report / "report.html").read_bytes()
    assert {one.name for one in out.iterdir()} == {"report.html", "careplan.json"}


def test_the_time_asked_for_is_the_one_that_is_given(ada: Path, plan: dict[str, Any]) -> None:
    assert plan["person"]["as_of"] == "2026-05-01T09:00:00+02:00"
    later = json.loads(done("report", ada / "person.json", "--json", "--as-of", "2027-01-02T03:04:05+01:00"))
    assert later["person"]["as_of"] == "2027-01-02T03:04:05+01:00"
    assert later["run"]["parameters"]["as_of"] == "2027-01-02T03:04:05+01:00"
    day = json.loads(done("report", ada / "person.json", "--json", "--as-of", "2027-01-02"))
    assert day["person"]["as_of"].startswith("2027-01-02T")


def test_the_newest_evidence_is_the_time_where_nobody_says(tmp_path: Path) -> None:
    body = [{"weight": {"value": 70, "unit": "kg"}, "time": f"2026-0{month}-01T08:00:00+02:00"} for month in (2, 4, 3)]
    read = json.loads(done("report", person_file(tmp_path, body=body), "--json"))
    assert read["person"]["as_of"] == "2026-04-01T08:00:00+02:00"


# Usage


USAGE_ERRORS = (
    "nosuchcommand",
    "report",
    "call",
    "report person.json --nosuchoption",
    "report person.json --as-of yesterday",
    "report person.json --as-of 2026-05-01T09:00:00",
    "report person.json --as-of 2026-13-01",
    "call ada.vcf --assembly hg17",
    "call ada.vcf --sex x",
    "call ada.vcf --min-depth many",
    "schema nosuchschema",
    "example nosuchperson",
    "knowledge nosuchthing",
    "knowledge list nosuchtable",
    "knowledge show nosuchword",
)


@pytest.fixture(scope="module")
def misused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Finished]]:
    folder = tmp_path_factory.mktemp("misused")
    return folder, together({text: text.split() for text in USAGE_ERRORS}, cwd=folder)


@pytest.mark.parametrize("command", USAGE_ERRORS)
def test_a_usage_error_exits_2_and_says_what_is_wrong(command: str, misused: tuple[Path, dict[str, Finished]]) -> None:
    folder, ran = misused
    assert (ran[command].returncode, ran[command].stdout) == (2, "")
    assert "Traceback" not in ran[command].stderr
    assert ran[command].stderr.strip()
    assert list((folder / folder_name(command)).iterdir()) == []


# Input that cannot be used


def text(content: str | bytes) -> Callable[[Path, Path], list[str | Path]]:
    """A person file with this content."""

    def plant(folder: Path, _: Path) -> list[str | Path]:
        path = folder / "person.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [path]

    return plant


def outside(content: str | bytes) -> Callable[[Path, Path], list[str | Path]]:
    """The example genome with a file of outside calls."""

    def plant(folder: Path, ada: Path) -> list[str | Path]:
        path = folder / "outside.tsv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return [ada / "ada.vcf", "--outside", path]

    return plant


def changed_genome(change: Callable[[str], str]) -> Callable[[Path, Path], list[str | Path]]:
    def plant(folder: Path, ada: Path) -> list[str | Path]:
        path = folder / "changed.vcf"
        path.write_text(change((ada / "ada.vcf").read_text(encoding="utf-8")), encoding="utf-8")
        return [path]

    return plant


def cut_off(folder: Path, ada: Path) -> list[str | Path]:
    path = folder / "cut.vcf.gz"
    path.write_bytes(gzip.compress((ada / "ada.vcf").read_bytes())[:-2000])
    return [path]


UNUSABLE: Mapping[str, Callable[[Path, Path], list[str | Path]]] = {
    "no such file": lambda folder, _: [folder / "nosuchfile.json"],
    "a folder": lambda folder, _: [folder],
    "an empty file": text(""),
    "white space": text(" \n\n"),
    "no JSON": text("id: made"),
    "half an object": text('{"id": "made", "sex"'),
    "a list": text('[{"id": "made"}]'),
    "a number": text("7"),
    "no id": text("{}"),
    "an id that is no text": text('{"id": 7}'),
    "a number that is none": text('{"id": "made", "body": [{"weight": {"value": NaN, "unit": "kg"}}]}'),
    "a depth without end": text("[" * 100_000),
    "an unknown word": text('{"id": "made", "sex": "f"}'),
    "a date that is none": text('{"id": "made", "birth_date": "1958-02-30"}'),
    "an unknown field of a medicine": text('{"id": "made", "medications": [{"name": "x", "dosis": 5}]}'),
    "a FHIR bundle": text('{"resourceType": "Bundle", "id": "made"}'),
    "another encoding": text(b'{"id": "m\xe4de"}'),
    "two bytes a letter": text('{"id": "made"}'.encode("utf-16")),
    "binary noise": text(bytes(range(256)) * 20),
    "a genome that is not there": text('{"id": "made", "genomes": [{"file": "nosuch.vcf"}]}'),
    "two people": text('{"id": "one"}\n{"id": "two"}\n'),
    "a second person at fault": text('{"id": "one"}\n{"id": "two", "sex": "f"}\n'),
    "several samples": lambda folder, ada: [several_samples(ada, folder)],
    "a sample that is not there": lambda _, ada: [ada / "ada.vcf", "--sample", "nobody"],
    "the other build": lambda _, ada: [ada / "ada.vcf", "--assembly", "GRCh37"],
    "a genome cut off": cut_off,
    "a genome without header": changed_genome(lambda text: "\n".join(t for t in text.splitlines() if t[0] != "#") + "\n"),
    "a genome without columns": changed_genome(lambda text: text.replace("\tREF\tALT", "\tALT")),
    "a record of other width": changed_genome(lambda text: text.rstrip("\n") + "\t0/0\n"),
    "no file of outside calls": lambda folder, ada: [ada / "ada.vcf", "--outside", folder / "nosuch.tsv"],
    "an unknown gene outside": outside("CYP9Z9\t*1/*1\n"),
    "an unreadable call outside": outside("CYP2C19\t*1/*999\n"),
    "one column outside": outside("CYP2C19\n"),
    "six columns outside": outside("CYP2C19\t*1/*1\ta\tb\tc\td\n"),
    "a binary file outside": outside(b"CYP2C19\t*1/*1\x00\n"),
    "a birth after the time asked for": lambda folder, ada: [
        *text('{"id": "made", "birth_date": "1958-03-02"}')(folder, ada), "--as-of", "1950-01-01"
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def unusable(ada: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Finished, Path]]:
    """Each input in a folder of its own, and what ``garrod report`` makes of it."""
    commands: dict[str, list[str | Path]] = {}
    folder = tmp_path_factory.mktemp("unusable")
    for fault, plant in UNUSABLE.items():
        (folder / fault).mkdir()
        commands[fault] = ["report", *plant(folder / fault, ada), "--out", folder / fault / "out"]
    return {fault: (ran, folder / fault / "out") for fault, ran in together(commands, cwd=folder).items()}


@pytest.mark.parametrize("fault", UNUSABLE)
def test_input_that_cannot_be_used_exits_3_says_why_and_writes_nothing(
    fault: str, unusable: dict[str, tuple[Finished, Path]]
) -> None:
    ran, out = unusable[fault]
    assert (ran.returncode, ran.stdout) == (3, ""), ran.stderr
    lines = ran.stderr.splitlines()
    assert lines
    assert all(re.fullmatch(r"garrod: .+: .+; .+", line) for line in lines), lines
    assert not out.exists()


@pytest.mark.parametrize("fault", ["no such file", "a genome cut off", "an unreadable call outside", "a record of other width"])
def test_call_prints_nothing_of_input_that_cannot_be_used(fault: str, ada: Path, tmp_path: Path) -> None:
    ran = garrod("call", *UNUSABLE[fault](tmp_path, ada))
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.startswith("garrod: ")


def test_faults_of_a_file_are_told_together_each_by_its_place(tmp_path: Path) -> None:
    path = person_file(tmp_path, sex="f", body=[{"weight": {"value": 71}}], medications=[{"name": "x"}, {"dose": 5}])
    ran = garrod("report", path, "--out", tmp_path / "out")
    assert ran.returncode == 3
    for place in ("person.json: sex", "person.json: body[0].weight", "person.json: medications[1]"):
        assert place in ran.stderr


def test_a_fault_outside_is_told_by_file_and_line(ada: Path, tmp_path: Path) -> None:
    ran = garrod("report", *outside("CYP2D6\t*1/*1\nCYP9Z9\t*1/*1\n")(tmp_path, ada), "--out", tmp_path / "out")
    assert "outside.tsv:2:" in ran.stderr


PRIVATE = "7123.5"
SAYS_TOO_MUCH: Mapping[str, Mapping[str, Any]] = {
    "a weight": {"body": [{"weight": {"value": 7123.5, "unit": "kg"}}]},
    "a weight as text": {"body": [{"weight": {"value": PRIVATE, "unit": "kg"}}]},
    "sex": {"sex": PRIVATE},
    "birth": {"birth_date": PRIVATE},
    "a status": {"medications": [{"name": "x", "status": PRIVATE}]},
    "smoking": {"smoking": {"status": PRIVATE}},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Finished]:
    folder = tmp_path_factory.mktemp("told")
    for name in SAYS_TOO_MUCH:
        (folder / name).mkdir()
    return together({n: ["report", person_file(folder / n, **given)] for n, given in SAYS_TOO_MUCH.items()}, cwd=folder)


@pytest.mark.parametrize("what", SAYS_TOO_MUCH)
def test_a_message_names_the_place_and_never_repeats_what_the_person_file_says(what: str, told: dict[str, Finished]) -> None:
    assert told[what].returncode == 3
    assert "person.json: " in told[what].stderr
    assert PRIVATE not in told[what].stderr


# Where to write


def test_a_place_that_cannot_be_written_to_exits_3(ada: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here before", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file/below"):
        ran = garrod("report", ada / "person.json", "--out", out)
        assert (ran.returncode, ran.stdout) == (3, "")
        assert "--out" in ran.stderr
        assert "Traceback" not in ran.stderr
    assert (tmp_path / "file").read_text(encoding="utf-8") == "here before"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("taken", ["report.html", "careplan.json"])
def test_where_one_file_cannot_be_replaced_none_is(taken: str, ada: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / taken).mkdir(parents=True)
    ran = garrod("report", ada / "person.json", "--out", out)
    assert ran.returncode == 3
    assert [one.name for one in out.iterdir()] == [taken]
    assert (out / taken).is_dir()


@pytest.mark.skipif(importlib.util.find_spec("weasyprint") is not None, reason="the pdf extra is installed")
def test_without_the_pdf_extra_the_remedy_is_said_and_nothing_is_written(ada: Path, tmp_path: Path) -> None:
    ran = garrod("report", ada / "person.json", "--pdf", "--out", tmp_path / "out")
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "garrod[pdf]" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_reader_that_stops_early_is_no_fault(ada: Path, tmp_path: Path) -> None:
    path = several_samples(ada, tmp_path)
    with subprocess.Popen([str(GARROD), "call", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait() == 0
    assert said == b""


# One person a line


def test_a_person_on_one_line_is_a_person(ada: Path, report: Path, tmp_path: Path) -> None:
    document = json.loads((ada / "person.json").read_text(encoding="utf-8"))
    path = ada / "person.ndjson"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    plan = json.loads(done("report", path, "--json"))
    written = json.loads((report / "careplan.json").read_text(encoding="utf-8"))
    for part in ("findings", "recommendations", "conflicts", "monitoring", "not_assessed", "notices"):
        assert plan[part] == written[part]


def test_several_people_a_line_each_are_called_one_after_the_other(tmp_path: Path, schemas: Mapping[str, dict[str, Any]]) -> None:
    calls = {"one": "*1/*1", "two": "*2/*2", "three": "*1/*17"}
    people = [{"id": name, "outside_calls": [{"gene": "CYP2C19", "call": call}]} for name, call in calls.items()]
    path = tmp_path / "people.ndjson"
    path.write_text("\n".join(map(json.dumps, people)) + "\n\n", encoding="utf-8")
    documents = [json.loads(line) for line in done("call", path).splitlines()]
    assert [one["sample"] for one in documents] == list(calls)
    for one in documents:
        validate(one, schemas["call"])
        (gene,) = [gene for gene in one["genes"] if gene["gene"] == "CYP2C19"]
        assert [name["name"] for name in gene["diplotypes"]] == [calls[one["sample"]]]


def test_a_fault_of_one_line_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "people.ndjson"
    path.write_text('{"id": "one"}\n{"id": "two"}\n{"id": "three", "sex": "f"}\n', encoding="utf-8")
    ran = garrod("call", path)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "people.ndjson:3" in ran.stderr


# Knowledge


def test_a_knowledge_problem_exits_4(tmp_path: Path) -> None:
    ran = garrod("knowledge", "check", "--folder", tmp_path)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr.startswith("garrod: ")


def test_what_is_known_of_a_gene_is_shown_with_its_sources() -> None:
    rows = [json.loads(line) for line in done("knowledge", "show", "rs4244285", "--json").splitlines()]
    assert {one["table"] for one in rows} >= {"variant"}
    assert all(one.get("source_id") for one in rows)


def test_tables_and_their_digest_are_listed() -> None:
    rows = [json.loads(line) for line in done("knowledge", "list", "--json").splitlines()]
    counts = {one["table"]: one["rows"] for one in rows if "table" in one}
    assert len(counts) == len(TABLES)
    assert counts["gene"] == 23
    assert re.fullmatch("[0-9a-f]{64}", next(one["digest"] for one in rows if "digest" in one))


def test_two_versions_of_the_tables_tell_whose_advice_would_change(tmp_path: Path) -> None:
    for folder, action in (("old", "standard"), ("new", "avoid")):
        (tmp_path / folder).mkdir()
        for part in SHIPPED.iterdir():
            if part.is_dir() and not part.name.startswith("guidelines") and part.name != "medicines_clinpgx":
                shutil.copytree(part, tmp_path / folder / part.name)
        said = says("poor", action, {"CYP2C19": word("Poor Metabolizer")})
        for kind, some in rows_of(said).items():
            write_table(tmp_path / folder / TABLES[kind][0], kind, some)
    (tmp_path / "people").mkdir()
    medicines = [{"name": "exampline"}]
    for call in ("*2/*2", "*1/*1"):
        given = {"outside_calls": [{"gene": "CYP2C19", "call": call}], "medications": medicines}
        path = person_file(tmp_path / "people", **given)
        path.rename(path.with_name(f"{call[1]}.json"))
    folders = (tmp_path / "old", tmp_path / "new")
    rows = [json.loads(line) for line in done("knowledge", "diff", *folders, "--json").splitlines()]
    assert len(rows) == 1
    assert "standard" in json.dumps(rows[0])
    assert "avoid" in json.dumps(rows[0])
    changed = [
        json.loads(line) for line in done("knowledge", "diff", *folders, "--people", tmp_path / "people", "--json").splitlines()
    ]
    assert [one["drug"] for one in changed] == ["exampline"]
    assert done("knowledge", "diff", folders[0], folders[0], "--json") == ""


# The review of a medicine list


LISTED = {
    "outside_calls": [{"gene": "CYP2D6", "call": "*1/*1"}, {"gene": "CYP2C19", "call": "*1/*2"}],
    "medications": [{"name": "codeine"}, {"name": "paroxetine"}, {"name": "simvastatin"}, {"name": "foozle"}],
}


def review(path: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done("review", path, "--json", *options))
    return found


def test_a_review_validates_and_names_what_could_not_be_checked(tmp_path: Path, schemas: Mapping[str, dict[str, Any]]) -> None:
    document = review(person_file(tmp_path, **LISTED))
    validate(document, schemas["review"])
    assert any("foozle" in one["reason"] for one in document["not_checked"])
    assert all(one["in_use"] for one in document["recommendations"])
    assert {one["drug"] for one in document["exposure"]} == {"codeine", "paroxetine", "simvastatin"}
    assert document["what_if"] is None


def test_what_if_a_medicine_were_added_or_left_out(tmp_path: Path, schemas: Mapping[str, dict[str, Any]]) -> None:
    path = person_file(tmp_path, **LISTED)
    more = review(path, "--add", "clarithromycin")
    validate(more, schemas["review"])
    assert "exposure:simvastatin" in more["what_if"]["come"]
    estimate = next(one["auc_ratio"]["estimate"] for one in more["exposure"] if one["drug"] == "simvastatin")
    assert estimate > 3
    less = review(path, "--drop", "paroxetine")
    assert any(one.endswith(":as_taken") for one in less["what_if"]["gone"])
    assert not any(one["basis"] == "as_taken" for one in less["recommendations"])


def test_leaving_out_what_is_not_taken_is_an_error_that_names_the_list(tmp_path: Path) -> None:
    ran = garrod("review", person_file(tmp_path, **LISTED), "--drop", "warfarin")
    assert ran.returncode == 3
    assert "codeine" in ran.stderr


def test_a_review_is_written_where_it_is_asked_for_and_says_the_gist(tmp_path: Path) -> None:
    said = done("review", person_file(tmp_path, **LISTED), "--out", tmp_path / "out")
    assert "critical CPIC: Avoid codeine" in said
    assert "foozle: this medicine is not recognized" in said
    assert json.loads((tmp_path / "out" / "review.json").read_text())["recommendations"]


# The page


@cache
def read(html: str) -> "Page":
    return Page(html)


class Page(HTMLParser):
    """What a page holds: tags with their attributes, and the text that is shown."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.shown: list[str] = []
        self.style: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        (self.style if self._inside == "style" else self.shown).append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.tags if attribute in attributes]


MEDICINES = (
    {"name": "clopidogrel", "dose": {"value": 75, "unit": "mg"}, "every": {"value": 24, "unit": "h"}},
    {"name": "clopidogrel", "indication": "stroke & <b>more</b>"},
    {"name": ATTACK},
    {"name": "Herzgold® drops"},
    {"name": "mockazole", "status": "on-hold"},
)
STOPPED = "bygonol"


@pytest.fixture(scope="module")
def hostile(ada: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a person whose texts try to be more than text."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "ada.vcf").write_bytes((ada / "ada.vcf").read_bytes())
    calls = [{"gene": "CYP2D6", "call": ATTACK}, {"gene": ATTACK, "call": "*1/*1"}, {"gene": "CYP2C19", "call": "*1/*1"}]
    path = person_file(
        folder, id=f"{ATTACK}\"'>", medications=[*MEDICINES, {"name": STOPPED, "status": "stopped"}], outside_calls=calls,
        genomes=[{"file": "ada.vcf", "sample": "ada"}], as_of="2026-05-01T09:00:00+02:00",
    )  # fmt: skip
    done("report", path, "--out", folder / "out")
    return (folder / "out/report.html").read_text(encoding="utf-8")


@pytest.fixture(params=["ada", "hostile", "full"])
def html(request: pytest.FixtureRequest, report: Path, hostile: str) -> str:
    """The example's page, that of the hostile texts, and one of a plan with every part, a drug listed twice among them."""
    if request.param == "full":
        return render_report(*full_plan())
    return hostile if request.param == "hostile" else (report / "report.html").read_text(encoding="utf-8")


def test_the_page_fetches_nothing_and_runs_nothing(html: str) -> None:
    page = read(html)
    assert not {"script", "iframe", "object", "embed", "link", "base", "form", "img"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href", "action", "srcset", "poster", "data"):
            value = attributes.get(name, "")
            assert value == "" or value.startswith("#"), (tag, name, value)
    styles = "".join(page.style) + " ".join(page.values("style"))
    assert "url(" not in styles
    assert "@import" not in styles


def test_every_link_of_the_page_leads_somewhere_on_it(html: str) -> None:
    page = read(html)
    links = [value.removeprefix("#") for value in page.values("href")]
    assert links
    assert set(links) <= set(page.values("id"))


def test_no_two_things_on_the_page_share_an_id(html: str) -> None:
    assert [name for name, count in Counter(read(html).values("id")).items() if count > 1] == []


def test_an_id_of_the_page_holds_no_white_space(html: str) -> None:
    assert [name for name in read(html).values("id") if re.search(r"\s", name)] == []


def test_the_page_shows_texts_of_people_as_text(hostile: str) -> None:
    assert "<script" not in hostile
    assert "<b>more" not in hostile
    page = read(hostile)
    assert page.text.count(ATTACK) >= 2
    assert "stroke & <b>more</b>" in page.text


@pytest.mark.parametrize("name", [str(one["name"]) for one in MEDICINES[1:]])
def test_the_page_holds_every_medicine_that_is_taken_or_on_hold(name: str, hostile: str) -> None:
    assert name in read(hostile).text


def test_the_page_holds_a_medicine_that_was_stopped_too(hostile: str) -> None:
    assert STOPPED in read(hostile).text


def test_the_page_holds_every_medicine_of_the_example(ada: Path, report: Path) -> None:
    shown = read((report / "report.html").read_text(encoding="utf-8")).text
    names = [one["name"] for one in json.loads((ada / "person.json").read_text(encoding="utf-8"))["medications"]]
    assert len(names) == 5
    assert all(name in shown for name in names)


def test_the_page_holds_every_gene_and_every_reason_for_not_knowing(report: Path, plan: dict[str, Any]) -> None:
    shown = read((report / "report.html").read_text(encoding="utf-8")).text
    for one in plan["findings"]:
        if one["kind"] == "gene_result":
            assert one["subject"] in shown
    for one in plan["not_assessed"]:
        assert " ".join(one["reason"].split()) in shown, one["id"]


def test_what_could_not_be_read_of_outside_calls_is_on_the_page(hostile: str) -> None:
    assert "cannot be read" in read(hostile).text


def test_a_bare_genome_has_a_report_that_says_that_no_list_was_given(ada: Path, tmp_path: Path) -> None:
    done("report", ada / "ada.vcf", "--out", tmp_path)
    assert "No medicine list was given" in read((tmp_path / "report.html").read_text(encoding="utf-8")).text


def test_the_page_names_its_run(report: Path, plan: dict[str, Any]) -> None:
    shown = read((report / "report.html").read_text(encoding="utf-8")).text
    assert plan["run"]["knowledge"] in shown
    assert all(digest in shown for digest in plan["run"]["inputs"].values())
