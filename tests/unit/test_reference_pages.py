"""The pages of docs that are made from the program say what the program is today."""

import pytest

from curation.reference_pages import DOCS, pages


@pytest.mark.parametrize("name", ["tables.md", "commands.md", "coverage.md", "formulas.md", "dose-models.md"])
def test_the_page_is_the_programs_own(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "write it anew: make docs"
