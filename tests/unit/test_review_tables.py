"""A fault planted in the tables of doses, allergies, cautions and laboratories is told by file and line, with exit code 4."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.organ_doses import compare_readings
from garrod.interfaces.cli import main
from garrod.knowledge.loading import SHIPPED


def first(path: Path, column: str, value: str, where: Callable[[dict[str, str]], bool] = lambda row: True) -> int:
    """Write a value into the first row that fits, and return its line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    names = lines[0].split("\t")
    for number, line in enumerate(lines[1:], start=2):
        row = dict(zip(names, line.split("\t"), strict=False))
        if line and where(row):
            lines[number - 1] = "\t".join({**row, column: value}[name] for name in names)
            path.write_text("\n".join(lines), encoding="utf-8")
            return number
    raise AssertionError(f"no row of {path.name} fits")


@pytest.mark.parametrize(
    "planted",
    [
        ("organs/organ_dose.tsv", "drug_id", "nosuchdrug", "nosuchdrug"),
        ("organs/organ_dose.tsv", "factor", "7", "factor of the usual dose"),
        ("organs/organ_dose.tsv", "measure", "guess", "Invalid enum value"),
        ("organs/organ_dose.tsv", "source_id", "nowhere", "nowhere"),
        ("allergies/group_member.tsv", "group_id", "nogroup", "nogroup"),
        ("allergies/cross_reaction.tsv", "other", "nosuchdrug", "neither a drug nor a group"),
        ("allergies/cross_reaction.tsv", "reactions", "sneeze", "not known"),
        ("cautions/caution.tsv", "drug", "nosuchdrug", "neither a drug nor a group"),
        ("cautions/caution.tsv", "when", "pregnancy?", "Invalid enum value"),
        ("laboratory/analyte_name.tsv", "analyte", "noanalyte", "noanalyte"),
        ("laboratory/analyte_unit.tsv", "factor", "-1", "not positive"),
    ],
)
def test_a_wrong_row_is_told_by_file_and_line(
    planted: tuple[str, str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, column, value, said = planted
    folder = tmp_path / "tables"
    shutil.copytree(SHIPPED, folder)
    is_read = "factor" if column == "factor" and table.startswith("organs") else None
    line = first(folder / table, column, value, lambda row: is_read is None or row[is_read] != "")
    with pytest.raises(SystemExit) as left:
        main(["knowledge", "check", "--folder", str(folder)])
    told = capsys.readouterr().err
    assert left.value.code == 4
    assert f"{table}:{line}" in told
    assert said in told


def test_a_caution_on_a_condition_that_nothing_names_is_caught(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(SHIPPED, folder)
    line = first(folder / "cautions/caution.tsv", "condition_id", "noitis", lambda row: row["when"] == "condition")
    with pytest.raises(SystemExit) as left:
        main(["knowledge", "check", "--folder", str(folder)])
    assert left.value.code == 4
    assert f"cautions/caution.tsv:{line}" in capsys.readouterr().err


def test_the_two_readings_of_the_dose_bands_agree(capsys: pytest.CaptureFixture[str]) -> None:
    compare_readings()
    assert "texts read twice" in capsys.readouterr().out
