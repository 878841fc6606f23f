"""Facts carry over from the sources, wording does not: no eight words in a row of a guideline's text stand in our tables."""

import re
from pathlib import Path

from curation.guideline_units import archive_statements, every_statement

ROOT = Path(__file__).parents[2]
OURS = (
    "src/garrod/knowledge/tables/guidelines*/*.tsv",
    "curation/readings/guidelines/*.jsonl",
    "curation/readings/guidelines/*.tsv",
    "src/garrod/therapeutics/*.py",
    "src/garrod/interfaces/report/templates/*",
)
LENGTH = 8


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + LENGTH]) for i in range(len(words) - LENGTH + 1)}


def strings(path: Path) -> list[str]:
    """The pieces of a file that a sentence could stand in: cells of a table, strings of JSON, lines of the rest."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return [cell for line in text.splitlines() for cell in line.split("\t")]


def test_no_sentence_of_a_source_stands_in_our_tables_or_templates(sources: Path) -> None:
    theirs: set[tuple[str, ...]] = set()
    for one in every_statement(sources):
        theirs |= shingles(one.text)
        for line in one.implications:
            theirs |= shingles(line)
    files = [path for pattern in OURS for path in sorted(ROOT.glob(pattern))]
    assert len(files) > 20
    borrowed = [f"{path.name}: {piece[:120]}" for path in files for piece in strings(path) if shingles(piece) & theirs]
    assert not borrowed, borrowed[:20]


def test_a_planted_sentence_is_found(sources: Path) -> None:
    text = next(one.text for one in archive_statements(sources) if len(one.text) > 200)
    assert shingles(text[:150]) & shingles(text)
