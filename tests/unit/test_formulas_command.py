"""``garrod dose formula``: one value, the list, and tables in which nothing is lost."""

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from garrod.interfaces.cli.main import main
from garrod.interfaces.cli.schema import schema
from garrod.physiology.formulas import FORMULAS

Said = tuple[int, str, str]
GOOD = ("sex=male", "age=43", "weight=51.8kg", "creatinine=1.68mg/dL")


@pytest.fixture
def dose(capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def run(*arguments: str | Path) -> Said:
        with pytest.raises(SystemExit) as left:
            main(["dose", "formula", *map(str, arguments)])
        return (int(left.value.code or 0), *capfd.readouterr())

    return run


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_one_value_comes_with_all_that_makes_it(dose) -> None:
    code, out, err = dose("cockcroft-gault", *GOOD)
    assert (code, err) == (0, "")
    assert "41.5 mL/min (absolute)" in out.splitlines()[0]
    assert "(140 - 43) × 51.8 / (72 × 1.68) = 41.5" in out
    assert "adults of 18 years" in out
    assert "doi:10.1159/000180580" in out
    assert "read twice" in out


def test_a_value_that_the_formula_does_not_take_is_said_to_be_unused(dose) -> None:
    assert "not used: albumin" in dose("cockcroft-gault", *GOOD, "albumin=3g/dL")[1]


def test_json_holds_the_same_and_validates(dose) -> None:
    code, out, _ = dose("cockcroft-gault", *GOOD, "--json")
    document = json.loads(out)
    jsonschema.Draft202012Validator(schema("formula")).validate(document)
    assert code == 0
    assert document["value"] == pytest.approx(5024.6 / 120.96)
    assert document["unit"] == "mL/min"
    assert document["inputs"]["weight"] == {"value": 51.8, "unit": "kg"}
    assert document["may_feed_a_dose"] is True


def test_all_formulas_are_listed(dose) -> None:
    out, lines = dose()[1], dose("--json")[1].splitlines()
    assert all(name in out for name in FORMULAS)
    assert [json.loads(line)["formula"] for line in lines] == list(FORMULAS)


def test_the_group_names_its_commands(capfd) -> None:
    with pytest.raises(SystemExit):
        main(["dose", "--help"])
    assert "formula" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cockcroft-gault", *GOOD[:3]), 3, "creatinine: this is needed"),
        (("cockcroft-gault", *GOOD[:3], "creatinine=80"), 3, "creatinine=106umol/L"),
        (("cockcroft-gault", "sex=male", "age=9", "weight=30", "creatinine=0.5"), 5, "schwartz-bedside"),
        (("cockcroft-gold", *GOOD), 2, "there is no formula"),
        (("cockcroft-gault", "creatinin=1"), 2, "there is no input 'creatinin'"),
        (("cockcroft-gault", "creatinine"), 2, "is not KEY=VALUE"),
        (("cockcroft-gault", *GOOD, "sex=female"), 2, "sex was given twice"),
        (("cockcroft-gault", *GOOD, "--table", "x.tsv"), 2, "not both"),
        (("cockcroft-gault", "--table", "no-such-file.tsv"), 3, "no-such-file.tsv: this file cannot be read"),
    ],
)
def test_what_cannot_be_answered_ends_with_its_code_and_what_would_do(dose, arguments, code, said) -> None:
    ended, out, err = dose(*arguments)
    assert (ended, out) == (code, "")
    assert said in err


def test_json_lines_give_a_value_and_a_unit_a_line(dose, table) -> None:
    # The row of the command's contract, and its like in other units: 1.68 mg/dL is 148.512 umol/L.
    rows = [
        {"sex": "male", "age": {"value": 43, "unit": "a"}, "weight": {"value": 51.8, "unit": "kg"},
         "height": {"value": 170, "unit": "cm"}, "creatinine": {"value": 1.68, "unit": "mg/dL"}},
        {"sex": "male", "age": "43a", "weight": 51.8, "height": None, "creatinine": "148.512 umol/L", "id": "B"},
    ]  # fmt: skip
    file = table("people.jsonl", "\n".join(map(json.dumps, rows)))
    code, out, err = dose("cockcroft-gault", "--table", file)
    assert (code, err) == (0, "")
    for line in map(json.loads, out.splitlines()):
        assert line == {"value": pytest.approx(41.5394, abs=1e-4), "unit": "mL/min"}


def test_a_line_that_fails_keeps_its_place_and_says_why(dose, table) -> None:
    lines = ('{"weight": 70, "height": 175}', "{", "", "[1]", '{"weight": 70, "weight": 71}', '{"weight": 70, "height": NaN}')
    code, out, err = dose("bmi", "--table", table("t.jsonl", "\n".join((*lines, '{"weight": "70kg", "height": "1.75m"}'))))
    documents = list(map(json.loads, out.splitlines()))
    assert code == 0
    assert [one["value"] is None for one in documents] == [False, True, True, True, True, True, False]
    for one in documents:
        jsonschema.Draft202012Validator(schema("formula")).validate(one)
    assert [f"t.jsonl:{number}:" in err for number in range(1, 8)] == [False, True, True, True, True, True, False]


def test_columns_are_kept_and_results_stand_behind_them(dose, table) -> None:
    rows = (
        "id\tSex\tage\tweight\tcreatinine [umol/L]\tnote",
        'A\tm\t43\t51.8\t148.512\t"two\tcells, in quotes"',
        "B\tf\t9\t30\t80\tchild",
        "C\tf\t60\t72\t1.0 mg/dL\tits own unit",
        "D\tf\t60\t\t80\tno weight",
        "E\tf\t60\t72\t80",
        "F\tf\t60\t72\t80\tx\tone cell more",
    )
    code, out, err = dose("cockcroft-gault", "--table", table("t.tsv", "\ufeff" + "\n".join(rows) + "\n\n"))
    read = list(csv.reader(io.StringIO(out), delimiter="\t"))
    assert code == 0
    assert read[0][:6] == rows[0].split("\t")
    assert read[0][6:] == [f"cockcroft-gault{end}" for end in ("", "_unit", "_remark", "_warnings", "_reason")]
    assert [row[0] for row in read[1:]] == list("ABCDEF")
    assert read[1][5] == "two\tcells, in quotes"
    values = [float(row[6]) if row[6] else None for row in read[1:]]
    # 80 umol/L is 0.904977 mg/dL: 80 x 72 x 0.85 / (72 x 0.904977) = 75.14
    assert values == [pytest.approx(41.5394, abs=1e-4), None, pytest.approx(68.0), None, pytest.approx(75.14), None]
    assert [bool(row[10]) for row in read[1:]] == [False, True, False, True, False, True]
    assert read[6][11:] == ["one cell more"]
    assert [f"t.tsv:{line}:" in err for line in range(1, 8)] == [False, False, True, False, True, False, True]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_commas_and_semicolons_part_columns_too(dose, table, delimiter) -> None:
    file = table("t.csv", f"weight{delimiter}height\n70{delimiter}175\n")
    assert f"70{delimiter}175{delimiter}22.857142857142858{delimiter}kg/m2" in dose("bmi", "--table", file)[1]
    line = json.loads(dose("bmi", "--table", file, "--json")[1])
    assert line == {"value": pytest.approx(22.857, abs=1e-3), "unit": "kg/m2"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.tsv", b"", "t.tsv: this table is empty"),
        ("t.tsv", b"weight\theight\n", "a header and no row"),
        ("t.tsv", b"weight\tsize\n70\t175\n", "t.tsv:1: there is no column height"),
        ("t.tsv", b"weight\theight\tWeight\n70\t175\t71\n", "the column weight comes twice"),
        ("t.tsv", b"weight\theight\tbmi\n70\t175\t\n", "there is a column bmi already"),
        ("t.csv", b'weight,height\n"70,175\n71,175\n', "cannot be read"),
        ("t.csv", b"\xff\xfew\x00", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(dose, tmp_path, name, content, said) -> None:
    (tmp_path / name).write_bytes(content)
    code, out, err = dose("bmi", "--table", tmp_path / name)
    assert (code, out) == (3, "")
    assert said in err


def test_a_table_in_which_nothing_can_be_answered_is_written_and_ends_with_3(dose, table) -> None:
    code, out, err = dose("bmi", "--table", table("t.csv", "weight,height\n" + "700,175\n" * 60))
    assert code == 3
    assert len(out.splitlines()) == 61
    assert "and 10 more of the kind" in err


def test_a_table_may_come_on_standard_input(dose, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"weight": "70 kg", "height": "175 cm"}')))
    assert json.loads(dose("bmi", "--table", "-")[1])["unit"] == "kg/m2"


def test_a_grade_and_a_warning_travel_with_their_row(dose, table) -> None:
    text = "bilirubin,albumin,inr,ascites,encephalopathy\n60 umol/L,30 g/L,1.8,mild,none\n5,30 g/L,1.8,mild,none\n"
    lines = [json.loads(line) for line in dose("child-pugh", "--table", table("t.csv", text), "--json")[1].splitlines()]
    assert [line["remark"] for line in lines] == ["class C", "class C"]
    assert "warnings" not in lines[0]
    assert "umol/L" in lines[1]["warnings"][0]
