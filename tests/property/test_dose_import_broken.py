"""A model file of another program that is broken anywhere is imported or refused with a fault, and never anything else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from garrod.dosing.importing.reading import import_model
from garrod.dosing.models.model_file import model_of
from garrod.model.errors import InputError
from unit.test_dosing_import_json5 import MADE
from unit.test_dosing_import_nonmem import ORAL

SIGNS = "()[]{}=+-*/^&|!<>?:;,.'\"\\\n 019eEdABtF$_#@é\x00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broken")


@pytest.mark.parametrize("source", [("made.json5", MADE), ("made.ctl", ORAL)])
@given(place=some.floats(0, 1), length=some.integers(0, 12), put=some.text(SIGNS, max_size=3))
def test_a_broken_file_is_imported_or_refused(folder: Path, source: tuple[str, str], place: float, length: int, put: str) -> None:
    name, text = source
    start = int(place * len(text))
    path = folder / name
    path.write_text(text[:start] + put + text[start + length :], encoding="utf-8")
    try:
        made = import_model(path)
    except InputError as refused:
        assert all(fault.where.startswith(name) and fault.remedy for fault in refused.faults)
        return
    assert model_of(made.text).status == "candidate"
