"""Predicted exposure against what studies saw: floors by the issue, printed by kind; the page in the docs says the same."""

from pathlib import Path

from curation.exposure_evaluation import DOCS, Compared, Score, open_rows, page, picture, shipped_rows
from garrod import load_knowledge

KNOWLEDGE = load_knowledge()
SHIPPED = tuple(shipped_rows(KNOWLEDGE))


def told(name: str, rows: list[Compared]) -> Score:
    score = Score.of(rows)
    print(
        f"{name}: {score.rows} rows, {score.answered} answered, {score.within_two:.1%} within 2-fold, "
        f"{score.within_half:.1%} within 1.5-fold, {score.covered:.1%} inside the interval"
    )
    return score


def reaches(score: Score) -> bool:
    return score.within_two >= 0.85 and score.within_half >= 0.60 and score.answered >= score.rows / 2


def test_rows_that_only_test_are_predicted() -> None:
    rows = [one for one in SHIPPED if one.use == "tests"]
    assert len(rows) > 200
    assert reaches(told("tests", rows))


def test_no_study_both_sets_a_parameter_and_tests_one() -> None:
    sets, tests = ({one.study for one in SHIPPED if one.use == use} for use in ("sets", "tests"))
    assert sets
    assert tests
    assert not sets & tests


def test_every_row_that_is_not_predicted_says_why() -> None:
    assert all(one.why for one in SHIPPED if one.predicted is None)


def test_open_studies_are_predicted_and_the_page_says_what_came_out(sources: Path) -> None:
    rows = list(open_rows(sources, KNOWLEDGE))
    assert len(rows) > 400
    for kind in ("co-medication", "kidney", "liver"):
        told(f"open, {kind}", [one for one in rows if one.kind == kind])
    assert reaches(told("open", rows))
    assert (DOCS / "reference/exposure.md").read_text(encoding="utf-8") == page([*SHIPPED, *rows])
    assert (DOCS / "images/exposure.svg").read_text(encoding="utf-8") == picture([*SHIPPED, *rows])


def test_a_constant_answer_would_not_reach_the_floor() -> None:
    rows = [one for one in SHIPPED if one.use == "tests"]
    ones = [
        Compared(one.kind, one.use, one.victim, one.by, one.observed, 1.0, 0.5, 2.0, study=one.study)
        for one in rows
        if one.predicted is not None
    ]
    assert not reaches(Score.of(ones))
