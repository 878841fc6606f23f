"""Every transcription at hand is a shipped model or left out with its reason, and shipped numbers are those of the rows."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from curation.dose_models import LEFT_OUT
from curation.tsv import read_table
from garrod.dosing.models.library import FOLDER, LibraryEntry, library
from garrod.dosing.models.model_effects import variance_of

ENTRIES = library()
OF_ROW = {row: one for one in ENTRIES for row in one.model.transcription["rows"]}
NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
LEVEL = {"strict": "strict", "printed": "printed", "near": "near"}
#: Rows whose number is not in our file, with the reason.
OTHER = {
    ("moes2016", "CL one carrier"): "4.21 times 1.33, rounded",
    ("moes2016", "CL both carriers"): "4.21 times 1.71, rounded",
    ("goti2018", "CLCR cap"): "in our equation as 150",
    ("buelga2005", "CL, AML variant"): "left out, and said so",
    ("grimsley1999", "V"): "the abstract rounds 0.669",
    ("han2013_tac", "CL/F *3/*3"): "22.9 times exp(0.0525)",
    ("han2013_tac", "CL~CYP3A5 *1/*1"): "exp(0.2225 - 0.0525), rounded",
    ("han2013_tac", "CL~CYP3A5 *1/*3"): "rounded, and said so",
    ("colin2019", "CL at 35 y, 70 kg, SCR 0.83 mg/dL"): "follows from the equation",
    ("staatz2005_vanco", "CL"): "another column of the table, and said so",
    ("staatz2005_vanco", "V"): "another column of the table, and said so",
    ("colin2019", "cancer on CL"): "0.293 or 0.294",
}


def text_of(entry: LibraryEntry) -> str:
    return resources.files("garrod.knowledge").joinpath(*FOLDER, entry.file).read_text(encoding="utf-8")


def numbers_of(entry: LibraryEntry) -> set[float]:
    """Every number in a model file before its notes."""
    return {float(found) for found in NUMBER.findall(text_of(entry).partition("[transcription]")[0])}


def test_every_model_of_the_comparison_is_shipped_or_left_out_with_its_reason(sources: Path) -> None:
    rows = read_table(sources / "dosing/agreement.tsv")
    assert rows
    assert [row["model_id"] for row in rows if row["model_id"] not in OF_ROW and row["model_id"] not in LEFT_OUT] == []


def test_every_transcription_is_shipped_or_left_out_with_its_reason(sources: Path) -> None:
    files = [read_table(sources / f"dosing/{file}.tsv") for file in ("model_table", "model_table_second")]
    names = {row["model_id"] for rows in files for row in rows}
    assert names - set(OF_ROW) - set(LEFT_OUT) == set()
    assert not set(OF_ROW) & set(LEFT_OUT)


def test_a_row_that_is_blocked_is_in_no_model(sources: Path) -> None:
    blocked = {row["model_id"] for row in read_table(sources / "dosing/model_table.tsv") if row["status"] == "blocked"}
    assert blocked
    assert blocked <= set(LEFT_OUT)


def test_the_state_of_agreement_is_that_of_the_comparison(sources: Path) -> None:
    for row in read_table(sources / "dosing/agreement.tsv"):
        if row["model_id"] in OF_ROW:
            wanted = LEVEL.get(row["level"], row["status"])
            assert OF_ROW[row["model_id"]].agreement == wanted, row["model_id"]


def test_every_conflict_of_the_comparison_is_told_by_its_model(sources: Path) -> None:
    for row in read_table(sources / "dosing/agreement.tsv"):
        if row["status"] == "conflict" and row["model_id"] in OF_ROW:
            entry = OF_ROW[row["model_id"]]
            said = " ".join((*entry.conflicts, *entry.agrees))
            # The numbers that differ, but for years, stand in what the model says of its conflicts.
            differing = {one for one in NUMBER.findall(row["what_differs"]) if not re.fullmatch(r"20\d\d|60|56", one)}
            told = {float(one) for one in NUMBER.findall(said)}
            assert entry.conflicts, row["model_id"]
            told |= {float(round(one)) for one in told} | numbers_of(entry)
            missing = {one for one in differing if float(one) not in told}
            assert not missing, (row["model_id"], missing, said)


def typical_rows(rows: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], float]]:
    for row in rows:
        found = re.match(r"-?\d+\.?\d*(?=$| fixed)", row["value"])
        if row["convention"] == "typical" and found and row["agrees_with_first"] != "no":
            yield row, float(found.group())


def test_typical_values_are_those_of_the_second_transcriptions(sources: Path) -> None:
    compared, missing = 0, []
    for row, value in typical_rows(read_table(sources / "dosing/model_table_second.tsv")):
        entry = OF_ROW.get(row["model_id"])
        if entry is None or (row["model_id"], row["element"]) in OTHER:
            continue
        compared += 1
        if not any(abs(one) == pytest.approx(abs(value), rel=1e-3) for one in numbers_of(entry)):
            missing.append((row["model_id"], row["element"], row["value"], row["source"]))
    assert compared > 150
    assert missing == []


def test_numbers_of_the_machine_readable_files_are_ours(sources: Path) -> None:
    """Typical values and the diagonal of the spread of the MIT files; what we changed on purpose is said in the model."""
    compared = 0
    for path in sorted((sources / "dosing/models_insightrx").glob("*.json5")):
        entry = OF_ROW.get(path.stem.removeprefix("pk_"))
        if entry is None or entry.agreement in {"printed", "near"}:
            continue
        for name, value in _parameters(path.read_text(encoding="utf-8")).items():
            compared += 1
            assert any(abs(one) == pytest.approx(abs(value), rel=1e-9) for one in numbers_of(entry)), (entry.id, name, value)
        spread = {round(variance_of(one, "variance"), 7) for one in entry.model.etas.covariance.diagonal()}
        given = _diagonal(path.read_text(encoding="utf-8"))
        assert {round(one, 7) for one in given} == spread | ({0.051076} if entry.id == "vancomycin/dao2020" else set()), entry.id
    assert compared > 40


def _parameters(text: str) -> dict[str, float]:
    block = re.search(r'"parameters"\s*:\s*\{([^}]*)\}', text)
    assert block
    given = re.findall(r'"(\w+)"\s*:\s*(-?[\d.]+)', block[1])
    return {name: float(value) for name, value in given if name != "CLiiv"}


def _diagonal(text: str) -> list[float]:
    block = re.search(r'"omega_matrix"\s*:\s*\[([^\]]*)\]', text)
    assert block
    numbers = [float(one) for one in re.findall(r"-?[\d.]+", block[1])]
    places: list[int] = []
    step = 1
    while (places[-1] if places else -1) < len(numbers) - 1:
        places.append((places[-1] if places else -1) + step)
        step += 1
    return [numbers[place] for place in places]
