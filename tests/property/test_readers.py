"""What always holds of reading: one person is the same in every layout, and damage is refused or read, never misread."""

import gzip
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garrod.genome.assess import gene_results
from garrod.genome.definitions import definitions
from garrod.genome.files import ReadOptions
from garrod.intake import IntakeOptions, read_people
from garrod.intake.outside_file import read_outside_calls
from garrod.model.errors import GarrodError
from garrod.model.genotypes import Assembly, GenomeEvidence, Genotype, Missing, Observed
from garrod.model.person import Person
from made_files import (
    KNOWLEDGE,
    ORDER,
    VARIANTS,
    Row,
    alleles_read,
    array,
    as_sets,
    gvcf,
    is_on_array,
    read,
    read_text,
    reference_person,
    rows_of,
    split,
    vcf,
    write_bcf,
    write_bgzip,
)
from synthetic import evidence

vcf_module = import_module("garrod.genome.files.vcf")
GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
PROMISED = ReadOptions(absent_is_reference=True)


def few(examples: int) -> settings:
    """A small number a day, and in proportion at night."""
    daily = 60
    return settings(max_examples=examples * max(settings().max_examples, daily) // daily)


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder an example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


# ---- people

REFERENCE = reference_person()
#: Variants that no other one overlaps, so that each one's alleles may be chosen by themselves.
FREE = sorted(
    name
    for name, one in VARIANTS.items()
    if not any(
        other is not one
        and other.chromosome == one.chromosome
        and other.position_38 <= one.position_38 + len(one.ref_38) - 1
        and one.position_38 <= other.position_38 + len(other.ref_38) - 1
        for other in VARIANTS.values()
    )
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Where a person differs from the genome, on either strand."""
    names = draw(st.lists(st.sampled_from(FREE), max_size=25, unique=True))
    return {name: tuple(draw(st.sampled_from(VARIANTS[name].alleles)) for _ in REFERENCE[name]) for name in names}


def calls(genome: GenomeEvidence | Mapping[str, Observed]) -> list[tuple[object, ...]]:
    """Every gene's call."""
    found = evidence(genome) if isinstance(genome, Mapping) else genome
    results, _ = gene_results(Person(id="made", sex="female", genomes=(found,)), KNOWLEDGE)
    return [
        (one.gene, one.status, [f.diplotype.name for f in one.diplotypes], one.phenotype, one.phenotypes_possible, one.missing)
        for one in results
    ]


def unphased(genotypes: Mapping[str, Observed], positions: set[str]) -> dict[str, Observed]:
    """The genotypes of some positions, phase and wording of the file set aside."""
    return {
        name: Genotype(name, tuple(sorted(seen.alleles)))
        for name, seen in genotypes.items()
        if name in positions and isinstance(seen, Genotype)
    }


# ---- the same person in every layout


@few(5)
@given(changes())
def test_one_person_has_the_same_genotypes_in_every_layout(changed: dict[str, tuple[str, ...]]) -> None:
    person = REFERENCE | changed
    with folder() as place:
        found = {
            "GRCh38": read_text(place, vcf(rows_of([person], GRCH38))),
            "GRCh37": read_text(place, vcf(rows_of([person], GRCH37), GRCH37, prefix="")),
            "gVCF": read_text(place, gvcf(person, GRCH38)),
            "GRCh37 gVCF": read_text(place, gvcf(person, GRCH37)),
            "BCF": read(write_bcf(place / "x.bcf", vcf(rows_of([person], GRCH38)))),
            "array": read_text(place, array(person)),
            "array in five columns": read_text(place, array(person, ancestry=True)),
        }
    expected = as_sets(person)
    for layout, one in found.items():
        covered = alleles_read(one)
        assert covered == {name: expected[name] for name in covered}, layout
    for layout in ("GRCh38", "GRCh37", "gVCF", "BCF"):
        assert set(alleles_read(found[layout])) == set(expected), layout
    known_37 = {name for name, one in VARIANTS.items() if one.ref_37 is not None}
    assert set(alleles_read(found["GRCh37 gVCF"])) >= known_37
    on_array = {name for name, one in VARIANTS.items() if is_on_array(one)}
    assert set(alleles_read(found["array"])) == set(alleles_read(found["array in five columns"])) == on_array


@few(2)
@given(changes())
def test_one_person_has_the_same_calls_in_every_layout_that_covers_the_same_sites(changed: dict[str, tuple[str, ...]]) -> None:
    person = REFERENCE | changed
    with folder() as place:
        plain = read_text(place, vcf(rows_of([person], GRCH38)))
        others = [
            read_text(place, vcf(rows_of([person], GRCH37), GRCH37)),
            read_text(place, gvcf(person, GRCH38)),
        ]
        on_array = read_text(place, array(person))
    whole = calls(plain)
    assert [calls(one) for one in others] == [whole] * len(others)
    covered = set(alleles_read(on_array))
    assert calls(unphased(on_array.genotypes, covered)) == calls(unphased(plain.genotypes, covered))


@few(4)
@given(changes())
def test_a_file_of_variants_only_with_the_promise_equals_the_file_of_all_sites(changed: dict[str, tuple[str, ...]]) -> None:
    person = REFERENCE | changed
    with folder() as place:
        rows = [row for row in rows_of([person], GRCH38) if set(row.genotypes[0]) - set("0/")]
        promised = read_text(place, vcf(rows), PROMISED)
        silent = read_text(place, vcf(rows))
    assert alleles_read(promised) == as_sets(person)
    differing = {name for name in person if set(person[name]) != {VARIANTS[name].ref_38}}
    assert set(alleles_read(silent)) == differing


# ---- order changes nothing


def turned(row: Row, order: Sequence[int]) -> Row:
    """The same record with its alternates in another order."""
    alts = tuple(row.alts[number] for number in order)
    new = {0: 0} | {old + 1: place + 1 for place, old in enumerate(order)}
    separator = "|" if "|" in row.genotypes[0] else "/"
    genotypes = tuple(separator.join(str(new[int(one)]) for one in gt.split(separator)) for gt in row.genotypes)
    return Row(row.chromosome, row.position, row.ref, alts, genotypes, row.name, row.filter, row.info, row.fields)


@few(6)
@given(changes(), st.booleans(), st.integers(0, 2**32))
def test_the_order_of_alternates_and_of_split_records_changes_nothing(
    changed: dict[str, tuple[str, ...]], phased, seed: int
) -> None:
    person = REFERENCE | changed
    rng, rows = random.Random(seed), rows_of([person], GRCH38, phased=phased)
    with folder() as place:
        whole = read_text(place, vcf(rows))
        other_order = [turned(row, rng.sample(range(len(row.alts)), len(row.alts))) for row in rows]
        apart = [one for row in rows for one in rng.sample(split(row), len(row.alts))]
        mixed = [one for row in rows for one in (split(row) if rng.random() < 0.5 else [row])]
        found = [read_text(place, vcf(some)) for some in (other_order, apart, mixed)]
    for one in found:
        assert alleles_read(one) == as_sets(person)
        for name, seen in whole.genotypes.items():
            again = one.genotypes[name]
            assert isinstance(seen, Genotype)
            assert isinstance(again, Genotype)
            if phased:
                assert (again.alleles, again.is_phased) == (seen.alleles, len(seen.alleles) == 2)


@few(4)
@given(changes(), st.integers(0, 2**32))
def test_the_order_of_chromosomes_and_of_samples_changes_nothing(changed: dict[str, tuple[str, ...]], seed: int) -> None:
    person = REFERENCE | changed
    chromosomes = random.Random(seed).sample(sorted(ORDER), len(ORDER))
    rows = sorted(rows_of([REFERENCE, person], GRCH38), key=lambda row: (chromosomes.index(row.chromosome), row.position))
    with folder() as place:
        text = vcf(rows, samples=("reference", "person"))
        for path in (place / "x.vcf", write_bgzip(place / "x.vcf.gz", text, index="tbi")):
            if path.suffix == ".vcf":
                path.write_text(text)
            assert alleles_read(read(path, ReadOptions(sample="person"))) == as_sets(person)
            assert alleles_read(read(path, ReadOptions(sample="reference"))) == as_sets(REFERENCE)


# ---- ways to read


@few(2)
@given(changes(), st.integers(0, 2**32))
def test_indexed_searched_and_scanned_reading_agree(changed: dict[str, tuple[str, ...]], seed: int) -> None:
    """Among many other records, so that the file is too large to be read whole for a few sites."""
    person = REFERENCE | changed
    rng, rows = random.Random(seed), rows_of([person], GRCH38)
    places = {(row.chromosome, row.position) for row in rows}
    for chromosome in ("1", "7", "10", "19", "22"):
        for spot in rng.sample(range(1, 50_000), 4000):
            if (chromosome, spot * 1000) not in places:
                rows.append(Row(chromosome, spot * 1000, "A", ("C",), ("0/1",), info=f"X={rng.getrandbits(256):x}"))
    rows.sort(key=lambda row: row.place)
    with folder() as place, pytest.MonkeyPatch.context() as patch:
        text = vcf(rows)
        indexed = read(write_bgzip(place / "a.vcf.gz", text, index="tbi")).genotypes
        csi = read(write_bgzip(place / "b.vcf.gz", text, index="csi")).genotypes
        with pytest.MonkeyPatch.context() as only_search:
            only_search.setattr(vcf_module, "scanned", None)
            searched = read(write_bgzip(place / "c.vcf.gz", text)).genotypes
        patch.setattr(vcf_module, "searched", lambda *_: None)
        scanned = read(place / "c.vcf.gz").genotypes
        (place / "d.vcf").write_text(text)
        plain = read(place / "d.vcf").genotypes
    assert indexed == csi == searched == scanned == plain
    assert {name: seen for name, seen in alleles(indexed).items() if name in person} == as_sets(person)


def alleles(genotypes: Mapping[str, Observed]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(seen.alleles)) for name, seen in genotypes.items() if isinstance(seen, Genotype)}


# ---- what the file says is missing stays missing

NOT_CALLED = ("./.", ".|.", ".", "0/.", "./0", "0|.", ".|0")
ROWS = rows_of([REFERENCE], GRCH38)


@few(6)
@given(
    st.dictionaries(st.sampled_from(FREE), st.sampled_from(NOT_CALLED), min_size=1, max_size=40),
    st.sampled_from([ReadOptions(), PROMISED]),
)
def test_a_genotype_replaced_by_a_no_call_is_missing_never_reference(planted: Mapping[str, str], options: ReadOptions) -> None:
    ids = {(VARIANTS[name].chromosome, VARIANTS[name].position_38): name for name in planted}
    rows = [
        Row(one.chromosome, one.position, one.ref, one.alts, (planted[ids[one.chromosome, one.position]],))
        if (one.chromosome, one.position) in ids
        else one
        for one in ROWS
    ]
    with folder() as place:
        ways = [
            read_text(place, vcf(rows), options),
            read_text(place, vcf(one for row in rows for one in split(row)), options),
            read(write_bgzip(place / "x.vcf.gz", vcf(rows), index="tbi"), options),
            read(write_bcf(place / "x.bcf", vcf(rows), index=True), options),
        ]
    for found in ways:
        assert {name for name, seen in found.genotypes.items() if isinstance(seen, Missing)} == set(planted)
        for name, gt in planted.items():
            seen = found.genotypes[name]
            assert isinstance(seen, Missing)
            assert seen.reason.name == ("HALF_CALL" if "0" in gt else "NO_CALL")


SPOILT = (
    {"filter": "LowQual"},
    {"fields": {"DP": "3"}},
    {"fields": {"GQ": "2"}},
    {"fields": {"FT": "LowGQ"}},
    {"genotypes": ("0/0/0",)},
    {"genotypes": ("7/7",)},
    {"genotypes": ("x",)},
)


@few(6)
@given(st.dictionaries(st.sampled_from(FREE), st.sampled_from(SPOILT), min_size=1, max_size=40))
def test_a_record_that_failed_is_missing_never_reference(planted: Mapping[str, Mapping[str, Any]]) -> None:
    ids = {(VARIANTS[name].chromosome, VARIANTS[name].position_38): name for name in planted}
    rows = [
        Row(**{**row.__dict__, **planted.get(ids.get((row.chromosome, row.position), ""), {})})
        for row in ROWS
    ]  # fmt: skip
    with folder() as place:
        found = read_text(place, vcf(rows), PROMISED)
    assert {name for name, seen in found.genotypes.items() if isinstance(seen, Missing)} == set(planted)


@few(6)
@given(st.sets(st.sampled_from(FREE), min_size=1, max_size=40))
def test_a_line_left_out_is_missing_and_the_others_stay(left_out: set[str]) -> None:
    with folder() as place:
        kept = {name: pair for name, pair in REFERENCE.items() if name not in left_out}
        assert alleles_read(read_text(place, vcf(rows_of([kept], GRCH38)))) == as_sets(kept)
        on_array = {name: pair for name, pair in as_sets(kept).items() if is_on_array(VARIANTS[name])}
        assert alleles_read(read_text(place, array(kept))) == on_array


# ---- damage

WHOLE = vcf(ROWS[:200])
BLOCKS_TEXT = gvcf(REFERENCE, GRCH38)
ARRAY = array(REFERENCE)
PERSON = json.dumps({
    "id": "x", "sex": "female", "birth_date": "1958-03-02", "as_of": "2026-05-01T09:00:00+02:00",
    "body": [{"weight": {"value": 71.5, "unit": "kg"}, "time": "2026-04-28T07:00:00+02:00"}],
    "medications": [{"name": "clopidogrel", "dose": {"value": 75, "unit": "mg"}, "start": "2026-04-01", "status": "active"}],
    "outside_calls": [{"gene": "CYP2D6", "call": "*4/*41"}], "tumor": {"type": {"oncotree": "LUAD"}}, "allergies": [],
})  # fmt: skip
OUTSIDE = "CYP2D6\t*4/*41\nHLA-B\t*57:01 negative\nCYP2C19\t*1/*2\tIntermediate Metabolizer\nDPYD\t\t\t1.5\n"

BITS = st.sampled_from(
    ["\t", "\n", "\r", "/", "|", ".", ":", ",", ";", "0", "1", "9", "-", "#", "\x00", "<DEL>", "<NON_REF>", "*", "[", "END=",
     "NaN", "²", "é", '"', "{", "}", "chr10", "./.", "9" * 30, "9" * 5000, "\ufeff", "\u2028"]
)  # fmt: skip
#: (where in the text from 0 to 1, how many characters go, what comes instead)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(BITS, st.text(max_size=4))), min_size=1, max_size=6)


def edited(text: str, edits: Sequence[tuple[float, int, str]]) -> bytes:
    for where, gone, instead in edits:
        place = int(where * len(text))
        text = text[:place] + instead + text[place + gone :]
    return text.encode("utf-8", errors="surrogatepass")


def read_or_refused(content: bytes, name: str, act: Callable[[Path], Any]) -> Any:
    """The result, or None where it was refused on purpose; anything else fails the test."""
    with folder() as place:
        path = place / name
        path.write_bytes(content)
        try:
            return act(path)
        except GarrodError as error:
            assert error.faults
            assert all(fault.what and fault.remedy and str(place) not in str(fault) for fault in error.faults)
            return None


def a_person(path: Path) -> tuple[Person, ...]:
    return read_people(path, KNOWLEDGE, IntakeOptions(all_samples=True))


@few(40)
@given(EDITS)
def test_an_edited_VCF_is_read_or_refused(edits: list[tuple[float, int, str]]) -> None:
    read_or_refused(edited(WHOLE, edits), "x.vcf", a_person)
    read_or_refused(edited(BLOCKS_TEXT, edits), "x.g.vcf", a_person)


@few(40)
@given(EDITS)
def test_an_edited_consumer_file_is_read_or_refused(edits: list[tuple[float, int, str]]) -> None:
    read_or_refused(edited(ARRAY, edits), "x.txt", a_person)


@few(60)
@given(EDITS)
def test_an_edited_person_file_is_read_or_refused(edits: list[tuple[float, int, str]]) -> None:
    read_or_refused(edited(PERSON, edits), "x.json", a_person)


@few(60)
@given(EDITS)
def test_an_edited_file_of_outside_calls_is_read_or_refused(edits: list[tuple[float, int, str]]) -> None:
    def act(path: Path) -> None:
        given = read_outside_calls(path, KNOWLEDGE)
        gene_results(Person(id="x", outside_calls=given), KNOWLEDGE)

    read_or_refused(edited(OUTSIDE, edits), "x.tsv", act)


MAGIC = (
    b"",
    b"##fileformat=VCFv4.2\n#CHROM\t",
    b"BCF\x02\x02",
    gzip.compress(b""),
    b"\x1f\x8b\x08\x04",
    b"# rsid\tchromosome\t",
    b"{",
    b"[",
)


@few(100)
@given(st.sampled_from(MAGIC), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    read_or_refused(start + rest, "x", a_person)
    read_or_refused(start + rest, "x", lambda path: read_outside_calls(path, KNOWLEDGE))


PACKED: dict[str, bytes] = {}


def packed(kind: str) -> bytes:
    """The same person block-compressed, as BCF, or in one piece; made once."""
    if kind not in PACKED:
        with folder() as place:
            if kind == "bcf":
                PACKED[kind] = write_bcf(place / "x.bcf", WHOLE).read_bytes()
            elif kind == "bgzip":
                PACKED[kind] = write_bgzip(place / "x.vcf.gz", WHOLE).read_bytes()
            else:
                PACKED[kind] = gzip.compress(WHOLE.encode())
    return PACKED[kind]


@few(40)
@given(st.sampled_from(["bgzip", "bcf", "gzip"]), st.floats(0, 1, exclude_max=True))
def test_a_compressed_file_that_is_cut_off_is_refused(kind: str, kept: float) -> None:
    whole = packed(kind)
    assert read_or_refused(whole[: int(kept * len(whole))], "x", a_person) is None


@few(60)
@given(
    st.sampled_from(["bgzip", "bcf", "gzip"]), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=4)
)
def test_a_compressed_file_with_other_bytes_is_refused_or_holds_what_it_held(kind: str, changes: list[tuple[float, int]]) -> None:
    """The checksums of the blocks tell."""
    content = bytearray(packed(kind))
    for where, value in changes:
        content[min(int(where * len(content)), len(content) - 1)] = value
    found = read_or_refused(bytes(content), "x", a_person)
    if found is not None:
        expected = {name: pair for name, pair in as_sets(REFERENCE).items() if name in SHOWN}
        assert alleles_read(found[0].genomes[0]) == expected


SHOWN = {
    name
    for name, one in VARIANTS.items()
    if any((one.chromosome, one.position_38) == (r.chromosome, r.position) for r in ROWS[:200])
}


def test_every_gene_is_asked_for() -> None:
    assert {one.gene for one in VARIANTS.values()} >= set(definitions(KNOWLEDGE))
