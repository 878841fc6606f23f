"""Input that cannot be used ends with exit code 3 and a message that names file, line, fault and remedy; nothing is written."""

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import pytest

from garrod.genome.files import sources
from garrod.interfaces.cli.main import main
from garrod.model.errors import InputError
from garrod.model.genotypes import Assembly
from made_files import LENGTHS, Row, array, header, read, reference_person, rows_of, vcf, write_bcf, write_bgzip

GARROD: Final = (
    [sys.executable, "-m", "garrod"]
    if (resources.files("garrod") / "__main__.py").is_file()
    else [str(Path(sys.executable).with_name("garrod"))]
)
GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
ROWS: Final = rows_of([reference_person()], GRCH38)
WHOLE: Final = vcf(ROWS)
HEAD_LINES: Final = header().count("\n")
STAR_2: Final = Row("10", 94781859, "G", ("A",), ("0/1",))
STAR_3: Final = Row("10", 94780653, "G", ("A",), ("0/0",))
COLUMNS: Final = "# rsid\tchromosome\tposition\tgenotype\n"
WRONG_BASE: Final = {"A": "C", "C": "G", "G": "T", "T": "A"}


@dataclass(frozen=True)
class Bad:
    """A file that cannot be used: how it is made, and what is said of it, fault by fault."""

    name: str
    make: Callable[[Path], object]
    said: tuple[tuple[str, str], ...]  #: where (file, or file and line), and words of what is wrong or would do
    options: tuple[str, ...] = ()
    beside: str | None = None  #: the option that gives the file, beside a good person file


def text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, encoding="utf-8")


def raw(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def cut(make: Callable[[Path], object], *, kept: float) -> Callable[[Path], object]:
    """The same file, broken off."""

    def broken(path: Path) -> None:
        make(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * kept)])

    return broken


def damaged(path: Path) -> None:
    """A bgzip file with its end marker and without a piece of its middle."""
    write_bgzip(path, WHOLE)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 50] = bytes(50)
    path.write_bytes(bytes(whole))


def packed_by_gzip(path: Path) -> None:
    write_bcf(path, WHOLE)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())))


def without_samples(path: Path) -> None:
    lines = WHOLE.splitlines()
    path.write_text("".join("\t".join(one.split("\t")[:8]) + "\n" for one in lines), encoding="utf-8")


def long_line(path: Path) -> None:
    """A line of 100 MB that takes no room on the disk."""
    with path.open("wb") as out:
        out.write(header().encode())
        out.truncate(100 * 1024 * 1024)


def bomb(path: Path) -> None:
    """200 MB in 200 kB: a comment that repeats itself."""
    member = gzip.compress((b"#" * 999_999 + b"\n") * 20, compresslevel=9)
    path.write_bytes(gzip.compress(b"##fileformat=VCFv4.2\n") + member * 10)


def person(**sections: object) -> Callable[[Path], object]:
    return text(json.dumps({"id": "x", **sections}, indent=1))


def of_wrong_build() -> str:
    rows = [Row(one.chromosome, one.position, WRONG_BASE.get(one.ref, one.ref), (), ("0/0",)) for one in ROWS]
    return vcf(rows)


def unsorted() -> str:
    return vcf([STAR_2, STAR_3])


DOSE = {"name": "warfarin", "dose": {"value": 5}}
BAD: Final = (
    # ---- compressed files
    Bad("cut.vcf.gz", cut(lambda path: write_bgzip(path, WHOLE), kept=0.6), (("cut.vcf.gz", "cut off"),)),
    Bad("end.vcf.gz", cut(lambda path: write_bgzip(path, WHOLE), kept=0.999), (("end.vcf.gz", "copy it again"),)),
    Bad("gzip.vcf.gz", cut(raw(gzip.compress(WHOLE.encode())), kept=0.9), (("gzip.vcf.gz", "cut off"),)),
    Bad("start.vcf.gz", raw(gzip.compress(WHOLE.encode())[:9]), (("start.vcf.gz", "cut off"),)),
    Bad("damaged.vcf.gz", damaged, (("damaged.vcf.gz", "damaged"),)),
    Bad("cut.bcf", cut(lambda path: write_bcf(path, WHOLE), kept=0.7), (("cut.bcf", "cut off"),)),
    Bad("packed.bcf", packed_by_gzip, (("packed.bcf", "bgzip"),)),
    Bad("bomb.vcf.gz", bomb, (("bomb.vcf.gz", "unpacks to far more"),)),
    # ---- VCF
    Bad("sites.vcf", without_samples, ((f"sites.vcf:{HEAD_LINES}", "no samples"),)),
    Bad("head.vcf", text(WHOLE.replace("#CHROM\tPOS", "#CHROM POS")), ((f"head.vcf:{HEAD_LINES}", "columns"),)),
    Bad("cut-head.vcf", text("\n".join(WHOLE.split("\n")[:5]) + "\n"), (("cut-head.vcf", "no #CHROM line"),)),
    Bad("twins.vcf", text(vcf([], samples=("a", "a"))), ((f"twins.vcf:{HEAD_LINES}", "named twice"),)),
    Bad(
        "columns.vcf", text(WHOLE.replace("0/0:30:99\n", "0/0:30:99\t0/1\n", 1)), ((f"columns.vcf:{HEAD_LINES + 1}", "columns"),)
    ),
    Bad("spaces.vcf", text(WHOLE + "chr10 94781859 . G A . PASS . GT 0/1\n"), (("spaces.vcf:", "tabs"),)),
    Bad("position.vcf", text(vcf([STAR_2]).replace("94781859", "9478x859")), ((f"position.vcf:{HEAD_LINES + 1}", "position"),)),
    Bad("reference.vcf", text(vcf([STAR_2]).replace("\tG\tA", "\t-\tA")), ((f"reference.vcf:{HEAD_LINES + 1}", "sequence"),)),
    Bad(
        "length.vcf", text(vcf([STAR_2], lengths={**LENGTHS[GRCH38], "10": 1000})), ((f"length.vcf:{HEAD_LINES + 1}", "beyond"),)
    ),
    Bad("build.vcf", text(of_wrong_build()), (("build.vcf", "reference bases are not those of GRCh38"),)),
    Bad("two.vcf", text(vcf([], more=("##reference=hg19.fa",))), (("two.vcf", "two genome builds"),)),
    Bad("other.vcf", text(WHOLE), (("other.vcf", "the header says GRCh38"),), ("--assembly", "GRCh37")),
    Bad("unsorted.vcf", text(unsorted()), ((f"unsorted.vcf:{HEAD_LINES + 2}", "out of order"),)),
    Bad("unsorted.vcf.gz", lambda path: write_bgzip(path, unsorted()), ((f"unsorted.vcf.gz:{HEAD_LINES + 2}", "sort"),)),
    Bad("unsorted.bcf", lambda path: write_bcf(path, unsorted()), (("unsorted.bcf:chr10:94780653", "out of order"),)),
    Bad(
        "torn.vcf",
        text(vcf([STAR_3, Row("12", 21178615, "T", ("C",), ("0/0",)), STAR_2])),
        ((f"torn.vcf:{HEAD_LINES + 3}", "out of order"),),
    ),
    Bad(
        "twice.vcf",
        text(vcf([STAR_3, STAR_3, STAR_2, Row("10", 94781859, "G", ("A",), ("1/1",))])),
        ((f"twice.vcf:{HEAD_LINES + 4}", "another genotype"),),
    ),
    Bad(
        "thrice.vcf",
        text(vcf([STAR_2, Row("10", 94781859, "G", ("A",), ("1/1",)), Row("10", 94781859, "G", ("A",), ("./.",))])),
        ((f"thrice.vcf:{HEAD_LINES + 2}", "another genotype"), (f"thrice.vcf:{HEAD_LINES + 3}", "another genotype")),
    ),
    Bad("line.vcf", long_line, ((f"line.vcf:{HEAD_LINES + 1}", "longer than 64 MB"),)),
    Bad("line.vcf.gz", raw(gzip.compress(b"##fileformat=VCFv4.2\n" + b"#" * 100_000_000, 1)), (("line.vcf.gz:2", "64 MB"),)),
    Bad("latin.vcf", raw(WHOLE.encode().replace(b"\tPASS\t", b"\t\xe9\t", 1)), ((f"latin.vcf:{HEAD_LINES + 1}", "not text"),)),
    Bad("several.vcf", text(vcf([], samples=("a", "b"))), (("several.vcf", "--sample"),)),
    Bad("nobody.vcf", text(WHOLE), (("nobody.vcf", "not in the file"),), ("--sample", "nobody")),
    # ---- consumer text
    Bad(
        "array.txt",
        text(COLUMNS + "rs1\t1\t100\tAA\nrs2\t1\t200\nrs3\tx\ty\tAA\n"),
        (("array.txt:3", "genotype"), ("array.txt:4", "genotype")),
    ),
    Bad("array-38.txt", text(array(reference_person(), assembly=GRCH38)), (("array-38.txt", "positions are those of GRCh38"),)),
    # ---- files that are none
    Bad("empty.vcf", text(""), (("empty.vcf", "the file is empty"),)),
    Bad("blank.json", text(" \n\n"), (("blank.json", "the file is empty"),)),
    Bad("empty.vcf.gz", raw(gzip.compress(b"")), (("empty.vcf.gz", "the file is empty"),)),
    Bad("folder.vcf", lambda path: path.mkdir(), (("folder.vcf", "this is a folder"),)),
    Bad("missing.vcf", lambda _: None, (("missing.vcf", "there is no such file"),)),
    Bad("a" * 300, lambda _: None, (("a" * 200, "there is no such file"),)),
    Bad("picture.png", raw(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), (("picture.png", "not a genome file"),)),
    # ---- person files
    Bad(
        "faulty.json",
        person(birth_date="1958-02-30", sex="f", medications=[DOSE], body=[{"weight": {"value": 7150, "unit": "kg"}}]),
        (
            ("faulty.json: sex", "word"),
            ("faulty.json: birth_date", "date"),
            ("faulty.json: medications[0].dose", "unit"),
            ("faulty.json: body[0].weight", "650"),
        ),
    ),
    Bad(
        "nan.json",
        text('{"id": "x",\n"body": [{"weight": {"value": NaN, "unit": "kg"}}]}'),
        (("nan.json", "NaN is not a number"),),
    ),
    Bad("late.json", person(birth_date="2027-01-01", as_of="2026-01-01T00:00:00Z"), (("late.json: birth_date", "after as_of"),)),
    Bad("comma.json", text('{"id": "x",\n"sex": "male",\n}'), (("comma.json:3", "not JSON"),)),
    Bad(
        "lines.json",
        text('{"id": "a"}\n{"id": "b", "sex": "M"}\n{"id": 3}\n'),
        (("lines.json:2", "word"), ("lines.json:3", "id")),
    ),
    Bad("nowhere.json", person(genomes=[{"file": "nowhere.vcf"}]), (("nowhere.vcf", "there is no such file"),)),
    Bad("fhir.json", text('{"resourceType": "Bundle"}'), (("fhir.json", "FHIR"),)),
    # ---- outside calls
    Bad(
        "outside.tsv",
        text("CYP2C19\t*1/*2\nCYP9Z9\t*1/*1\nCYP2C19\t*1/*999\nCYP2D6\nCYP2D6\t*1/*2\tx\t1\tmore\nTPMT\t*1/*2/*3A\n"),
        (
            ("outside.tsv:2", "CYP9Z9"),
            ("outside.tsv:3", "*999"),
            ("outside.tsv:4", "1 columns"),
            ("outside.tsv:5", "5 columns"),
            ("outside.tsv:6", "more than two alleles"),
        ),
        beside="outside",
    ),
    Bad("long.tsv", text("CYP2C19\t" + "*1" * 100_000 + "\n"), (("long.tsv:1", "longer than any call"),), beside="outside"),
    Bad("copies.tsv", text("CYP2D6\t*1x" + "9" * 5000 + "\n"), (("copies.tsv:1", "longer than any call"),), beside="outside"),
    Bad("slash.tsv", text("DPYD\t/\n"), (("slash.tsv:1", "no allele"),), beside="outside"),
    Bad("header.tsv", text("Gene\tDiplotype\nCYP2C19\t*1/*2\n"), (("header.tsv:1", "header line"),), beside="outside"),
    Bad("binary.tsv", raw("CYP2C19\t*1/*2\n".encode("utf-16")), (("binary.tsv", "not a text file"),), beside="outside"),
    Bad("folder.tsv", lambda path: path.mkdir(), (("folder.tsv", "this is a folder"),), beside="outside"),
    Bad("missing.tsv", lambda _: None, (("missing.tsv", "there is no such file"),), beside="outside"),
    Bad("genome.vcf", without_samples, ((f"genome.vcf:{HEAD_LINES}", "no samples"),), beside="genome"),
)


@dataclass(frozen=True)
class Ran:
    """A command that was run, and the folder it ran in."""

    code: int
    out: str
    said: tuple[str, ...]
    folder: Path


#: Those that run in a process of their own, as from a shell; the others run the same command in this process.
ALONE: Final = frozenset({
    "array.txt", "bomb.vcf.gz", "build.vcf", "columns.vcf", "cut.vcf.gz", "empty.vcf", "faulty.json", "folder.vcf",
    "line.vcf", "nan.json", "outside.tsv", "sites.vcf", "twice.vcf", "unsorted.vcf",
})  # fmt: skip


def prepared(bad: Bad, folder: Path) -> list[str]:
    """The command that asks for the report of the bad file; what a good run wrote before stands in the folder."""
    folder.mkdir()
    bad.make(folder / bad.name)
    (folder / "out").mkdir()
    (folder / "out/report.html").write_text("an earlier report")
    given = [bad.name]
    if bad.beside:
        (folder / "good.json").write_text('{"id": "good"}')
        given = ["good.json", f"--{bad.beside}", bad.name]
    return ["report", *given, *bad.options, "--out", "out"]


def run_alone(bad: Bad, folder: Path) -> Ran:
    done = subprocess.run(
        [*GARROD, *prepared(bad, folder)],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, tuple(done.stderr.splitlines()), folder)


def run_here(bad: Bad, folder: Path) -> Ran:
    command, said = prepared(bad, folder), io.StringIO()
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with chdir(folder), redirect_stdout(printed), redirect_stderr(said), pytest.raises(SystemExit) as end:
        main(command)
    printed.seek(0)
    assert isinstance(end.value.code, int)
    return Ran(end.value.code, printed.read(), tuple(said.getvalue().splitlines()), folder)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ran]:
    """Every command, each in a folder of its own; those in processes of their own side by side."""
    place = tmp_path_factory.mktemp("bad")
    folders = {one.name: place / str(number) for number, one in enumerate(BAD)}
    assert {one.name for one in BAD} >= ALONE
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting = {one.name: pool.submit(run_alone, one, folders[one.name]) for one in BAD if one.name in ALONE}
    found = {name: future.result() for name, future in waiting.items()}
    return found | {one.name: run_here(one, folders[one.name]) for one in BAD if one.name not in ALONE}


EACH = pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name[:40])


@EACH
def test_input_that_cannot_be_used_is_exit_code_3_without_a_traceback(bad: Bad, ran: Mapping[str, Ran]) -> None:
    one = ran[bad.name]
    assert one.code == 3, one.said
    assert one.out == ""
    assert not any("Traceback" in line for line in one.said)


@EACH
def test_each_fault_is_one_line_that_names_place_fault_and_remedy(bad: Bad, ran: Mapping[str, Ran]) -> None:
    said = ran[bad.name].said
    assert len(said) == len(bad.said), said
    for line, (where, words) in zip(sorted(said), sorted(bad.said), strict=True):
        assert line.startswith(f"garrod: {where}"), line
        assert words in line
        assert line.partition("; ")[2], line
        assert str(ran[bad.name].folder) not in line


@EACH
def test_nothing_is_half_written_and_an_earlier_report_stays(bad: Bad, ran: Mapping[str, Ran]) -> None:
    out = ran[bad.name].folder / "out"
    assert [one.name for one in out.iterdir()] == ["report.html"]
    assert (out / "report.html").read_text() == "an earlier report"


def test_the_same_fault_ends_garrod_call_alike(tmp_path: Path) -> None:
    without_samples(tmp_path / "sites.vcf")
    ran = subprocess.run([*GARROD, "call", "sites.vcf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.startswith(f"garrod: sites.vcf:{HEAD_LINES}: ")


def test_of_very_many_faults_the_first_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(COLUMNS + "rs1\t1\n" * 100_000)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "x.txt")
    assert 10 <= len(caught.value.faults) <= 50


@pytest.mark.parametrize("how", ["plain", "gzip", "bgzip"])
def test_a_line_may_be_long_but_not_without_end(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of 64 MB, made small so that both sides of it are tried."""
    path = tmp_path / ("x.vcf" if how == "plain" else "x.vcf.gz")
    monkeypatch.setattr(sources, "LONGEST_LINE", 5000)
    for length, is_read in [(3000, True), (6000, False)]:
        content = vcf([Row("10", 94781859, "G", ("A",), ("0/1",), info="X=" + "x" * length)])
        if how == "plain":
            path.write_text(content)
        elif how == "gzip":
            path.write_bytes(gzip.compress(content.encode()))
        else:
            write_bgzip(path, content)
        if is_read:
            read(path)
        else:
            with pytest.raises(InputError, match="longer"):
                read(path)


def test_a_file_that_packs_well_is_no_bomb(tmp_path: Path) -> None:
    """Records that differ in nothing but their position pack well; only what unpacks hundreds of times its size is refused."""
    lines = "".join(f"chr3\t{place}\t.\tA\tC\t.\tPASS\t.\tGT\t0/0\n" for place in range(1, 200_000))
    path = tmp_path / "x.vcf.gz"
    path.write_bytes(gzip.compress((header() + lines).encode(), 9))
    assert len(lines) > sources.SUSPICIOUS_BYTES
    assert read(path).genotypes
