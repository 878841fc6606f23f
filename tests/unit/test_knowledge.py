"""Tables: those that are shipped load and cite; a fault that is planted in a copy is told by file and line."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from garrod import load_knowledge, personalize
from garrod.interfaces.cli import main
from garrod.interfaces.report import render_report
from garrod.knowledge import guidelines as rows
from garrod.knowledge import pharmacogenomics as genes
from garrod.knowledge.loading import OPTIONAL_FOLDERS, SHIPPED, TABLES, VOCABULARY
from garrod.knowledge.pharmacogenomics import Reading
from garrod.knowledge.provenance import Source
from garrod.model.errors import KnowledgeError
from made_guidelines import (
    Said,
    Then,
    a_person,
    advice,
    knowledge_of,
    lab,
    no_score,
    reduce_to,
    rows_of,
    says,
    score,
    status,
    taking,
    word,
    write_table,
)

KNOWLEDGE = load_knowledge()
WITHOUT_ROWS: tuple[type[Any], ...] = (
    genes.Variant, genes.VariantForm, genes.AlleleVariant, genes.PositionRule, genes.VariantFrequency,
)  # fmt: skip
FILES = sorted(name for files in TABLES.values() for name in files)
SHARE_ALIKE = {source.source_id for source in KNOWLEDGE.rows(Source) if "BY-SA" in source.license}
MADE: tuple[Said, ...] = (
    says(
        "low", Then(action="reduce", doses=({"phase": "start", "factor_low": 0.5, "factor_high": 0.5},), instead=("samplitol",)),
        {"CYP2D6": score(0, 0.5)}, notes=("A note.",),
    ),
    says("poor", reduce_to(0.25, watch=("drug_level",)), {"CYP2C19": word("Poor Metabolizer")}, indications="acs_pci"),
    says("positive", "avoid", {"HLA-B": status("*57:01 positive")}, {"CYP2D6": no_score("n/a")}, drugs=("samplitol",)),
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What ``garrod knowledge check`` says of a folder, and its exit code."""

    code: int
    said: str
    errors: str


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Callable[..., Checked]:
    def run(folder: Path, *more: str) -> Checked:
        with pytest.raises(SystemExit) as left:
            main(["knowledge", "check", "--folder", str(folder), *more])
        said = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return Checked(left.value.code, said.out, said.err)

    return run


# What is shipped


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.__name__)
def test_a_shipped_table_loads_and_every_row_cites_a_known_source(kind: type[Any]) -> None:
    some = KNOWLEDGE.rows(kind)
    assert some, "an empty table is a table that was lost"
    if "source_id" in {field.name for field in fields(kind)}:
        assert {row.source_id for row in some} <= set(KNOWLEDGE.sources)


def test_rows_without_a_source_of_their_own_belong_to_one_that_has_it() -> None:
    statements = {row.statement_id for row in KNOWLEDGE.rows(rows.Statement)}
    belonging: tuple[type[Any], ...] = (
        rows.StatementDrug, rows.StatementKey, rows.StatementPart, rows.StatementDose, rows.StatementAlternative,
        rows.StatementDetail,
    )  # fmt: skip
    for kind in belonging:
        assert {row.statement_id for row in KNOWLEDGE.rows(kind)} <= statements


def test_every_shipped_table_has_a_row_class() -> None:
    shipped = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.tsv")}
    assert shipped <= set(FILES)
    assert {name for name in FILES if name.split("/")[0] not in OPTIONAL_FOLDERS} <= shipped


@pytest.mark.parametrize("name", FILES)
def test_no_row_stands_twice(name: str) -> None:
    path = SHIPPED / name
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    assert len(set(lines)) == len(lines)


def test_the_shipped_tables_pass_the_check(check: Callable[..., Checked]) -> None:
    ran = check(SHIPPED)
    assert (ran.code, ran.errors) == (0, "")


def test_rows_under_a_share_alike_licence_stand_apart_with_their_licence() -> None:
    assert SHARE_ALIKE
    for name in FILES:
        path = SHIPPED / name
        if name == "sources.tsv" or not path.exists():
            continue
        cells = {cell for line in path.read_text(encoding="utf-8").splitlines() for cell in line.split("\t")}
        assert not cells & SHARE_ALIKE or name.split("/")[0] in OPTIONAL_FOLDERS, name
    for folder in OPTIONAL_FOLDERS:
        assert "BY-SA" in (SHIPPED / folder / "LICENSE.md").read_text(encoding="utf-8")


def test_a_row_that_nobody_opened_never_carries_a_dose() -> None:
    recalled = {row.statement_id for row in KNOWLEDGE.rows(rows.Statement) if row.reading is Reading.RECALLED}
    assert not recalled & {row.statement_id for row in KNOWLEDGE.rows(rows.StatementDose)}


def test_nothing_is_called_signed_off_before_a_qualified_person_signs() -> None:
    for kind in TABLES:
        assert not any(getattr(row, "reading", None) is Reading.SIGNED_OFF for row in KNOWLEDGE.rows(kind))


# The share-alike folders may be absent


@pytest.fixture
def without_share_alike(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(*OPTIONAL_FOLDERS))
    return folder


def test_everything_runs_without_the_share_alike_folders(without_share_alike: Path, check: Callable[..., Checked]) -> None:
    assert check(without_share_alike).code == 0
    knowledge = load_knowledge(without_share_alike)
    person = a_person(lab("CYP2C19", "*2/*2"), lab("HLA-B", "*57:01 positive"), medications=(taking("clopidogrel"),))
    plan = personalize(person, knowledge)
    assert plan.findings.gene("CYP2C19") is not None
    assert "DPWG" not in {one.body for one in plan.recommendations}
    assert not SHARE_ALIKE & {source for one in plan.findings for source in one.sources}
    assert "CYP2C19" in render_report(plan, knowledge)


def test_other_rows_have_another_digest(without_share_alike: Path) -> None:
    assert load_knowledge(without_share_alike).digest != KNOWLEDGE.digest
    assert load_knowledge(SHIPPED).digest == KNOWLEDGE.digest


def test_a_plan_made_with_other_rows_carries_another_knowledge_digest() -> None:
    person = a_person(lab("CYP2C19", "*2/*2"))
    plans = [personalize(person, knowledge_of(says("poor", what, {"CYP2C19": word("Poor Metabolizer")}))) for what in
             ("avoid", "standard")]  # fmt: skip
    assert plans[0].recommendations != plans[1].recommendations
    assert plans[0].run.knowledge != plans[1].run.knowledge


# Planted faults


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped alleles with a small guideline set, and DPWG's functions in their own folder; no positions, for speed."""
    folder = tmp_path_factory.mktemp("base") / "tables"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("guidelines*", "medicines_clinpgx"))
    for kind in WITHOUT_ROWS:
        write_table(folder / TABLES[kind][0], kind, ())
    for kind, some in rows_of(*MADE).items():
        write_table(folder / TABLES[kind][0], kind, some)
    write_table(folder / TABLES[rows.DrugName][1], rows.DrugName, ())
    dutch = rows_of(says("poor", "avoid", {"CYP2C19": word("Poor Metabolizer")}, body="DPWG"))
    for kind in (rows.Guideline, rows.Statement, rows.StatementDrug, rows.StatementKey, rows.StatementPart):
        write_table(folder / TABLES[kind][1], kind, dutch[kind])
    return folder


@pytest.fixture
def tables(base: Path, tmp_path: Path) -> Path:
    return shutil.copytree(base, tmp_path / "tables")


def edit(table: Path, line: int, change: Callable[[list[str]], list[str]]) -> None:
    lines = table.read_text(encoding="utf-8").split("\n")
    lines[line - 1] = "\t".join(change(lines[line - 1].split("\t")))
    table.write_text("\n".join(lines), encoding="utf-8")


def put(column: str, value: str) -> Callable[[Path, int], None]:
    """Write a value into one cell."""

    def plant(table: Path, line: int) -> None:
        names = table.read_text(encoding="utf-8").split("\n")[0].split("\t")
        edit(table, line, lambda cells: [value if name == column else cell for name, cell in zip(names, cells, strict=True)])

    return plant


def again(column: str, value: str) -> Callable[[Path, int], None]:
    """Write a row a second time with one cell changed; it stands last."""

    def plant(table: Path, line: int) -> None:
        lines = table.read_text(encoding="utf-8").rstrip("\n").split("\n")
        names = lines[0].split("\t")
        source = next(text for text in lines[1:] if text.split("\t")[names.index("score_min")])
        cells = source.split("\t")
        cells[names.index(column)] = value
        table.write_text("\n".join([*lines, "\t".join(cells), ""]), encoding="utf-8")
        assert len(lines) + 1 == line

    return plant


def columns(change: Callable[[list[str]], list[str]]) -> Callable[[Path, int], None]:
    return lambda table, line: edit(table, line, change)


def latin_1(table: Path, line: int) -> None:
    lines = table.read_bytes().split(b"\n")
    lines[line - 1] = lines[line - 1].replace(b"A note.", "Größe".encode("latin-1"))
    table.write_bytes(b"\n".join(lines))


KEY_LINES = 1 + len(rows_of(*MADE)[rows.StatementKey])

PLANTED = {
    "a percentage for a factor": ("guidelines/statement_dose.tsv", 2, put("factor_high", "50")),
    "a factor of 0": ("guidelines/statement_dose.tsv", 3, put("factor_low", "0")),
    "a factor that is no number": ("guidelines/statement_dose.tsv", 2, put("factor_high", "nan")),
    "a range upside down": ("guidelines/statement_dose.tsv", 2, put("factor_high", "0.25")),
    "an amount without its unit": ("guidelines/statement_dose.tsv", 2, put("value_low", "20")),
    "an unknown phase": ("guidelines/statement_dose.tsv", 2, put("phase", "sometimes")),
    "an unknown source": ("guidelines/statement.tsv", 3, put("source_id", "nowhere")),
    "no source": ("guidelines/statement.tsv", 3, put("source_id", "")),
    "an unknown source of a function": ("pharmacogenomics/allele_function.tsv", 40, put("source_id", "nowhere")),
    "an unknown source in the second folder": ("pharmacogenomics_clinpgx/allele_function.tsv", 4, put("source_id", "nowhere")),
    "an unknown drug": ("guidelines/statement_drug.tsv", 2, put("drug_id", "nosuchdrug")),
    "an unknown drug in the second folder": ("guidelines_clinpgx/statement_drug.tsv", 2, put("drug_id", "nosuchdrug")),
    "an unknown guideline": ("guidelines/statement.tsv", 2, put("guideline_id", "nosuchguideline")),
    "an unknown statement": ("guidelines/statement_part.tsv", 2, put("statement_id", "nosuchstatement")),
    "an unknown gene": ("guidelines/statement_key.tsv", 2, put("gene", "CYP9Z9")),
    "an unknown phenotype word": ("guidelines/statement_key.tsv", 3, put("value", "Slowish Metabolizer")),
    "an unknown indication": ("guidelines/statement.tsv", 3, put("indications", "acs_pcj")),
    "an unknown action": ("guidelines/statement_part.tsv", 2, put("action", "perhaps")),
    "an interval without end to the left": ("guidelines/statement_key.tsv", 2, put("score_min", "nan")),
    "an interval upside down": ("guidelines/statement_key.tsv", 2, put("score_min", "3")),
    "overlapping intervals": ("guidelines/statement_key.tsv", KEY_LINES + 1, again("score_max", "2")),
    "a recalled row with a dose": ("guidelines/statement_dose.tsv", 2, lambda table, _: put("reading", "recalled")(
        table.with_name("statement.tsv"), 2)),
    "a column missing": ("guidelines/statement.tsv", 1, columns(lambda cells: cells[:-1])),
    "a column twice": ("guidelines/statement.tsv", 1, columns(lambda cells: [*cells, cells[-1]])),
    "a column of another name": ("guidelines/statement.tsv", 1, columns(lambda cells: ["statement", *cells[1:]])),
    "a cell too many": ("guidelines/statement.tsv", 3, columns(lambda cells: [*cells, "more"])),
    "a cell too few": ("guidelines/statement_drug.tsv", 2, columns(lambda cells: cells[:-1])),
    "a cell too few that may be empty": ("guidelines/statement_key.tsv", 3, columns(lambda cells: cells[:-1])),
    "letters of another encoding": ("guidelines/statement_detail.tsv", 2, latin_1),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_told_by_file_and_line(fault: str, tables: Path, check: Callable[..., Checked]) -> None:
    name, line, plant = PLANTED[fault]
    plant(tables / name, line)
    ran = check(tables)
    assert (ran.code, ran.said) == (4, "")
    assert f"{name}:{line}:" in ran.errors


def test_the_small_set_itself_has_no_fault(tables: Path, check: Callable[..., Checked]) -> None:
    ran = check(tables, "--json")
    assert ran.code == 0, ran.errors
    assert json.loads(ran.said)["faults"] == 0


def test_faults_of_several_tables_are_told_together(tables: Path, check: Callable[..., Checked]) -> None:
    for fault in ("an unknown phase", "an unknown action"):
        name, line, plant = PLANTED[fault]
        plant(tables / name, line)
    said = check(tables).errors
    assert "statement_dose.tsv:2:" in said
    assert "statement_part.tsv:2:" in said


def test_a_missing_table_is_a_fault_and_not_an_empty_one(tables: Path, check: Callable[..., Checked]) -> None:
    (tables / "guidelines/statement.tsv").unlink()
    ran = check(tables)
    assert ran.code == 4
    assert "statement.tsv" in ran.errors


def test_a_folder_without_sources_is_not_knowledge(tmp_path: Path, check: Callable[..., Checked]) -> None:
    with pytest.raises(KnowledgeError, match=r"sources\.tsv"):
        load_knowledge(tmp_path)
    assert check(tmp_path).code == 4


def test_a_faulty_table_stops_a_plan_and_is_never_read_in_part(tables: Path) -> None:
    name, line, plant = PLANTED["an unknown action"]
    plant(tables / name, line)
    with pytest.raises(KnowledgeError, match="statement_part"):
        personalize(a_person(lab("CYP2D6", "*4/*4")), load_knowledge(tables))


def test_written_tables_give_the_same_advice_as_their_rows(tables: Path) -> None:
    person = a_person(lab("CYP2D6", "*4/*4"), lab("CYP2C19", "*2/*2"), lab("HLA-B", "*57:01 positive"))
    dutch = says("poor", "avoid", {"CYP2C19": word("Poor Metabolizer")}, body="DPWG")
    for drug in ("exampline", "samplitol"):
        found = advice(person, load_knowledge(tables), drug=drug)
        assert found == advice(person, knowledge_of(*MADE, dutch), drug=drug)
        assert found


# The vocabulary of medicines


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "tables")


def flip_a_byte(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "one bit wrong": flip_a_byte,
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:-4096]),
    "another file": lambda file: file.write_text("names"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_vocabulary_is_told_and_never_used(damage: str, shipped: Path, check: Callable[..., Checked]) -> None:
    DAMAGES[damage](shipped / VOCABULARY)
    ran = check(shipped)
    assert (ran.code, ran.said) == (4, "")
    assert "medicines/vocabulary.sqlite" in ran.errors
    with pytest.raises(KnowledgeError, match=r"vocabulary\.sqlite"):
        personalize(a_person(medications=(taking("nothing that a table holds"),)), load_knowledge(shipped))


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("medicines/vocabulary_file.tsv", "sha256", "0" * 64),
        ("medicines/vocabulary_file.tsv", "names", "7"),
        ("medicines/vocabulary_entry.tsv", "drugs", "warfarin"),
        ("medicines/vocabulary_entry.tsv", "entry", "no such entry"),
    ],
)
def test_a_vocabulary_that_is_not_what_its_rows_say_is_told(
    table: str, column: str, value: str, shipped: Path, check: Callable[..., Checked]
) -> None:
    put(column, value)(shipped / table, 2)
    assert check(shipped).code == 4


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("medicines/name_word.tsv", "kind", "colour"),
        ("medicines/name_word.tsv", "word", "Not-As-Looked-Up"),
        ("medicines/frequency_word.tsv", "interval_h", "0"),
        ("medicines/atc_combination.tsv", "prefix", "combination"),
        ("medicines/drug_name.tsv", "drug_id", "nosuchdrug"),
        ("medicines/vocabulary_file.tsv", "sha256", "abc"),
        ("medicines/vocabulary_file.tsv", "codes", "0"),
    ],
)
def test_a_wrong_row_about_names_is_told_by_file_and_line(
    table: str, column: str, value: str, shipped: Path, check: Callable[..., Checked]
) -> None:
    put(column, value)(shipped / table, 2)
    ran = check(shipped)
    assert ran.code == 4
    assert f"{table}:2:" in ran.errors


def test_the_vocabulary_is_part_of_the_digest(shipped: Path) -> None:
    before = load_knowledge(shipped).digest
    flip_a_byte(shipped / VOCABULARY)
    assert load_knowledge(shipped).digest != before


def test_the_vocabulary_ships_with_the_package() -> None:
    assert VOCABULARY in {path.relative_to(SHIPPED).as_posix() for path in load_knowledge().files()}
    assert (SHIPPED / VOCABULARY).stat().st_size < 5_000_000


def test_every_entry_of_the_vocabulary_names_drugs_that_tables_hold() -> None:
    with contextlib.closing(sqlite3.connect(SHIPPED / VOCABULARY)) as file:
        named = {drug for (drug,) in file.execute("SELECT drug_id FROM drug")}
        sources = {source for (source,) in file.execute("SELECT source_id FROM source")}
    assert named <= {row.drug_id for row in KNOWLEDGE.rows(rows.Drug)}
    assert sources <= set(KNOWLEDGE.sources)
    assert len(named) > 2000
