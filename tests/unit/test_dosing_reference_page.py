"""The page that others write models from: its examples load, and it names every choice the reader has."""

import re
from pathlib import Path

import pytest

from garrod.dosing.models import model_effects, model_structure
from garrod.dosing.models.dose_model import ResidualKind
from garrod.dosing.models.model_file import model_of

PAGE = (Path(__file__).parents[2] / "docs/reference/dose-model-file.md").read_text(encoding="utf-8")


def test_the_first_example_of_the_page_loads() -> None:
    example = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    assert model_of(example).etas.names == ("CL", "V1", "KA")


@pytest.mark.parametrize(
    "word", [*model_structure.ABSORPTIONS, *model_structure.ELIMINATIONS, *model_effects.CONVENTIONS, *map(str, ResidualKind)]
)
def test_the_page_names_every_choice(word) -> None:
    assert f"`{word}`" in PAGE
