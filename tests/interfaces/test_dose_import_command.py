"""``garrod dose import``: prints or writes a model file, says what it left out, and refuses with the line."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from garrod.dosing.models.model_file import load_model, model_of
from garrod.interfaces.cli.main import cli
from garrod.model.errors import InputError
from unit.test_dosing_import_json5 import MADE
from unit.test_dosing_import_nonmem import ORAL


def garrod(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["dose", "import", *map(str, arguments)])


@pytest.fixture
def control_stream(tmp_path: Path) -> Path:
    path = tmp_path / "made.ctl"
    path.write_text(ORAL)
    return path


def test_without_out_the_model_is_printed_and_its_notes_go_beside_it(control_stream: Path) -> None:
    ran = garrod(control_stream)
    assert ran.exit_code == 0
    assert model_of(ran.stdout).status == "candidate"
    assert "note: The numbers are those written in $THETA" in ran.stderr


def test_with_out_the_model_is_written_and_estimates_from_a_table(tmp_path: Path) -> None:
    source, out, events = tmp_path / "made.json5", tmp_path / "out.toml", tmp_path / "events.csv"
    source.write_text(MADE)
    ran = garrod(source, "--out", out, "--drug", "example", "--units", "h,mg,ug/L")
    assert ran.exit_code == 0
    assert ran.stdout == ""
    assert load_model(out).drug == {"name": "example"}
    events.write_text("ID,TIME,AMT,DV,EVID,WT,AGE,SEX,T_SWITCH\n1,0,500,.,1,70,40,1,9\n1,6,.,9000,0,70,40,1,9\n")
    estimated = CliRunner().invoke(cli, ["dose", "estimate", "--events", str(events), "--model", str(out)])
    assert estimated.exit_code == 0, estimated.output
    assert "objective" in estimated.stdout


def test_a_refusal_writes_nothing_and_names_file_line_and_remedy(control_stream: Path, tmp_path: Path) -> None:
    control_stream.write_text(ORAL.replace("ADVAN4", "ADVAN5"))
    ran = garrod(control_stream, "--out", tmp_path / "out.toml")
    assert isinstance(ran.exception, InputError)
    assert str(ran.exception).startswith("made.ctl:6: ADVAN5 is not represented here; ")
    assert not (tmp_path / "out.toml").exists()


def test_the_file_that_is_read_is_not_written_over(control_stream: Path) -> None:
    assert garrod(control_stream, "--out", control_stream).exit_code == 2
    assert control_stream.read_text() == ORAL


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "made.ctl"
    if content is not None:
        path.write_bytes(content)
    ran = garrod(path)
    assert isinstance(ran.exception, InputError)
    assert "cannot be read" in str(ran.exception)
