"""Consumer text: letters become genotypes where they can, and nothing where strand, letter or place does not tell.

No vendor's file was at hand: the layouts of 23andMe (four columns) and AncestryDNA (five) are made from known genotypes.
"""

import gzip
import random
from pathlib import Path

import pytest

from garrod.genome.files import ReadOptions, is_genome
from garrod.model.errors import InputError
from garrod.model.genotypes import Assembly, Genotype
from made_files import (
    BY_RSID,
    PALINDROMES,
    VARIANTS,
    alleles_read,
    array,
    as_sets,
    at,
    bases,
    is_on_array,
    position,
    read,
    read_text,
    reference_person,
    why,
)

GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
FOUR = "# rsid\tchromosome\tposition\tgenotype\n"
FIVE = "rsid\tchromosome\tposition\tallele1\tallele2\n"
STRAND = "# Genotypes are given on the plus strand of build 37.\n"

#: Lines of well-known markers, with the positions that dbSNP gives for GRCh37 and GRCh38.
STAR_2_37, STAR_2_38 = ("rs4244285", "10", 96541616), ("rs4244285", "10", 94781859)


def line(rsid: str, chromosome: str, place: int, *called: str) -> str:
    return "\t".join((rsid, chromosome, str(place), *called)) + "\n"


def known(rsid: str, *called: str, chromosome: str | None = None) -> str:
    """A line at the variant's own place on GRCh37."""
    variant = BY_RSID[rsid]
    return line(rsid, chromosome or variant.chromosome, position(variant, GRCH37), *called)


def a_person(seed: int = 5) -> dict[str, tuple[str, ...]]:
    """Someone with an alternate here and there, indels among them."""
    rng, person = random.Random(seed), reference_person(GRCH37)
    for name in rng.sample(sorted(person), 200):
        person[name] = tuple(rng.choice(VARIANTS[name].alleles) for _ in person[name])
    return person


# ---- layouts


@pytest.mark.parametrize("ancestry", [False, True], ids=["23andMe", "AncestryDNA"])
@pytest.mark.parametrize("packed", [False, True], ids=["text", "gzip"])
def test_both_layouts_give_back_the_person(ancestry, packed, tmp_path: Path) -> None:
    person, path = a_person(), tmp_path / "genome.txt"
    text = array(person, ancestry=ancestry).encode()
    path.write_bytes(gzip.compress(text) if packed else text)
    found = read(path)
    assert alleles_read(found) == {name: pair for name, pair in as_sets(person).items() if is_on_array(VARIANTS[name])}
    assert {why(found.genotypes[name]) for name in person if not is_on_array(VARIANTS[name])} == {"NOT_ON_ARRAY"}
    assert found.kind == ("AncestryDNA layout" if ancestry else "23andMe layout")
    assert found.is_consumer
    assert (found.assembly, found.sample, found.absent_is_reference) == (GRCH37, "genome", False)


def test_an_array_says_how_much_it_tests(tmp_path: Path) -> None:
    found = read_text(tmp_path, STRAND + FOUR + line(*STAR_2_37, "AG"))
    assert any(f"1 of {len(VARIANTS)}" in note for note in found.notes)


def test_what_an_array_does_not_test_is_missing_even_with_a_promise(tmp_path: Path) -> None:
    found = read_text(tmp_path, STRAND + FOUR + line(*STAR_2_37, "AG"), ReadOptions(absent_is_reference=True))
    assert why(at(found, "rs4986893")) == "NOT_ON_ARRAY"


@pytest.mark.parametrize(
    "text",
    [
        STRAND + FOUR + line(*STAR_2_37, "AG"),
        STRAND + FIVE + line(*STAR_2_37, "A", "G"),
        STRAND + "rsid,chromosome,position,genotype\n" + line(*STAR_2_37, "AG").replace("\t", ","),
        STRAND + '"RSID","CHROMOSOME","POSITION","RESULT"\n"rs4244285","10","96541616","AG"\n',
        STRAND + "rsid chromosome position genotype\n" + line(*STAR_2_37, "AG").replace("\t", " "),
        "\ufeff" + STRAND + FOUR + line(*STAR_2_37, "AG"),
        (STRAND + FOUR + line(*STAR_2_37, "AG")).replace("\n", "\r\n"),
        STRAND + FOUR + line(*STAR_2_37, "ag"),
        STRAND + FOUR + line("rs4244285", "chr10", 96541616, "AG"),
        STRAND + line(*STAR_2_37, "AG"),
        STRAND + FOUR + "\n" + line(*STAR_2_37, "AG") + "\n",
        STRAND + FOUR + line(*STAR_2_37, "AG") + "\ufeff\n",
    ],
    ids=[
        "tabs",
        "five",
        "commas",
        "quotes",
        "spaces",
        "BOM",
        "CRLF",
        "small letters",
        "chr",
        "no names",
        "blank lines",
        "BOM at the end",
    ],
)
def test_columns_may_be_written_in_several_ways(text: str, tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, text, name="x.txt"), "rs4244285")) == ("A", "G")


# ---- what was called, and what was not


@pytest.mark.parametrize(
    ("called", "reason"), [("--", "NO_CALL"), ("-", "NO_CALL"), ("00", "NO_CALL"), ("A-", "HALF_CALL"), ("-G", "HALF_CALL")]
)
def test_a_no_call_is_missing(called: str, reason: str, tmp_path: Path) -> None:
    assert why(at(read_text(tmp_path, STRAND + FOUR + line(*STAR_2_37, called)), "rs4244285")) == reason


@pytest.mark.parametrize(
    ("called", "reason"), [(("0", "0"), "NO_CALL"), (("-", "-"), "NO_CALL"), (("A", "0"), "HALF_CALL"), (("0", "G"), "HALF_CALL")]
)
def test_a_no_call_in_two_columns_is_missing(called: tuple[str, str], reason: str, tmp_path: Path) -> None:
    assert why(at(read_text(tmp_path, STRAND + FIVE + line(*STAR_2_37, *called)), "rs4244285")) == reason


def test_one_letter_is_half_a_call_where_people_carry_two(tmp_path: Path) -> None:
    assert why(at(read_text(tmp_path, STRAND + FOUR + line(*STAR_2_37, "G")), "rs4244285")) == "HALF_CALL"


@pytest.mark.parametrize(("chromosome", "called"), [("X", "C"), ("23", "C"), ("X", "CC"), ("23", "CT"), ("25", "T")])
def test_one_letter_on_X_is_one_copy_and_two_are_two(chromosome: str, called: str, tmp_path: Path) -> None:
    """G6PD rs1050828 is C>T."""
    text = STRAND + FOUR + line("rs1050828", chromosome, 153764217, called)
    seen = at(read_text(tmp_path, text), "rs1050828")
    assert isinstance(seen, Genotype)
    assert seen.alleles == tuple(called)


@pytest.mark.parametrize(("chromosome", "called"), [("MT", "G"), ("26", "G"), ("MT", "GG"), ("M", "G"), ("chrM", "GG")])
def test_mitochondria_are_one_copy_whether_one_letter_or_two_are_written(chromosome: str, called: str, tmp_path: Path) -> None:
    text = STRAND + FOUR + line("rs267606617", chromosome, 1555, called) + line(*STAR_2_37, "GG")
    seen = read_text(tmp_path, text).genotypes["MT-RNR1-1555"]
    assert isinstance(seen, Genotype)
    assert seen.alleles == ("G",)


def test_two_letters_in_mitochondria_are_kept_as_a_mixture(tmp_path: Path) -> None:
    text = STRAND + FOUR + line("rs267606617", "MT", 1555, "AG") + line(*STAR_2_37, "GG")
    assert bases(read_text(tmp_path, text).genotypes["MT-RNR1-1555"]) == ("A", "G")


@pytest.mark.parametrize(
    ("called", "expected"), [("II", ("TG", "TG")), ("ID", ("T", "TG")), ("DI", ("T", "TG")), ("DD", ("T", "T"))]
)
def test_I_is_the_longer_and_D_the_shorter_allele(called: str, expected: tuple[str, str], tmp_path: Path) -> None:
    """DPYD rs72549303 deletes a base (TG>T): the reference is I."""
    assert bases(at(read_text(tmp_path, STRAND + FOUR + known("rs72549303", called)), "rs72549303")) == expected


@pytest.mark.parametrize("called", ["II", "ID", "DD"])
def test_I_and_D_tell_nothing_where_more_than_two_lengths_are_known(called: str, tmp_path: Path) -> None:
    """The UGT1A1 repeat has four lengths."""
    assert why(at(read_text(tmp_path, STRAND + FOUR + known("rs3064744", called)), "rs3064744")) == "UNREADABLE"


def test_a_base_at_an_indel_and_an_I_at_a_base_are_unreadable(tmp_path: Path) -> None:
    text = STRAND + FOUR + known("rs72549303", "TT") + known("rs4244285", "II")
    found = read_text(tmp_path, text)
    assert why(at(found, "rs72549303")) == "UNREADABLE"
    assert why(at(found, "rs4244285")) == "UNREADABLE"


def test_a_base_that_no_definition_knows_is_kept_never_turned_to_the_other_strand(tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, STRAND + FOUR + line(*STAR_2_37, "CT")), "rs4244285")) == ("C", "T")


PALINDROMIC = [
    name for name, one in BY_RSID.items() if not one.is_indel and any({one.ref_38, a} in PALINDROMES for a in one.alts)
]


@pytest.mark.parametrize(
    ("comment", "is_read"),
    [
        ("# Genotypes are given on the plus strand of build 37.\n", True),
        ("# build 37, forward strand\n", True),
        ("# human reference build 37.1, forward (+) strand\n", True),
        ("# human reference build 37\n", False),
        ("# build 37, TOP strand\n", False),
    ],
)
def test_palindromic_bases_are_read_only_where_the_strand_is_stated(comment: str, is_read, tmp_path: Path) -> None:
    """A/T and C/G look alike on both strands."""
    assert len(PALINDROMIC) > 50
    text = comment + FOUR + "".join(known(rsid, BY_RSID[rsid].ref_38 * 2) for rsid in PALINDROMIC[:40]) + line(*STAR_2_37, "AG")
    found = read_text(tmp_path, text)
    assert bases(at(found, "rs4244285")) == ("A", "G")
    for rsid in PALINDROMIC[:40]:
        if is_read:
            assert bases(at(found, rsid)) == (BY_RSID[rsid].ref_38,) * 2
        else:
            assert why(at(found, rsid)) == "UNREADABLE"


def test_GRCh37_bases_are_read_as_they_are(tmp_path: Path) -> None:
    """CYP3A5 rs776746: C is *3, whatever the build's own base is."""
    text = STRAND + FOUR + line("rs776746", "7", 99270539, "CT")
    assert bases(at(read_text(tmp_path, text), "rs776746")) == ("C", "T")


# ---- two markers at one place


def test_two_markers_of_one_place_that_agree_are_one(tmp_path: Path) -> None:
    text = STRAND + FOUR + line(*STAR_2_37, "AG") + line("i5000001", "10", 96541616, "GA")
    assert bases(at(read_text(tmp_path, text), "rs4244285")) == ("A", "G")


@pytest.mark.parametrize("order", [1, -1])
def test_two_markers_of_one_place_that_disagree_tell_nothing(order: int, tmp_path: Path) -> None:
    lines = [line(*STAR_2_37, "GG"), line("i5000001", "10", 96541616, "AG")][::order]
    assert why(at(read_text(tmp_path, STRAND + FOUR + "".join(lines)), "rs4244285")) == "CONFLICT"


@pytest.mark.parametrize("order", [1, -1])
def test_a_marker_that_was_not_called_leaves_the_other_at_its_place(order: int, tmp_path: Path) -> None:
    lines = [line(*STAR_2_37, "--"), line("i5000001", "10", 96541616, "AG")][::order]
    assert bases(at(read_text(tmp_path, STRAND + FOUR + "".join(lines)), "rs4244285")) == ("A", "G")


@pytest.mark.parametrize("order", [1, -1])
def test_an_indel_of_another_name_at_the_place_of_a_base_is_another_variant(order: int, tmp_path: Path) -> None:
    lines = [line(*STAR_2_37, "AG"), line("rs999999999", "10", 96541616, "DD")][::order]
    assert bases(at(read_text(tmp_path, STRAND + FOUR + "".join(lines)), "rs4244285")) == ("A", "G")


def test_a_place_decides_and_a_name_does_not(tmp_path: Path) -> None:
    """rsIDs are merged and renamed: the same place under another number is the same variant, another place is not."""
    renamed = read_text(tmp_path, STRAND + FOUR + line("rs17879685", "10", 96541616, "AG"))
    assert bases(at(renamed, "rs4244285")) == ("A", "G")
    moved = read_text(tmp_path, STRAND + FOUR + line("rs4244285", "10", 96541617, "AG") + known("rs4986893", "GG"))
    assert why(at(moved, "rs4244285")) == "NOT_ON_ARRAY"


# ---- genome build


@pytest.mark.parametrize("assembly", list(Assembly))
def test_the_build_is_told_by_the_places_of_known_markers(assembly: Assembly, tmp_path: Path) -> None:
    person = a_person()
    found = read_text(tmp_path, array(person, assembly=assembly, comment="# plus strand"))
    assert found.assembly is assembly
    assert alleles_read(found) == {name: pair for name, pair in as_sets(person).items() if is_on_array(VARIANTS[name])}


@pytest.mark.parametrize(("words", "assembly", "marker"), [
    ("# build 37", GRCH37, STAR_2_37), ("# human reference build 37.1", GRCH37, STAR_2_37), ("# GRCh37", GRCH37, STAR_2_37),
    ("# hg19", GRCH37, STAR_2_37), ("# build 38", GRCH38, STAR_2_38), ("# GRCh38", GRCH38, STAR_2_38),
    ("# hg38", GRCH38, STAR_2_38),
])  # fmt: skip
def test_the_build_is_told_by_the_comments(words: str, assembly: Assembly, marker: tuple[str, str, int], tmp_path: Path) -> None:
    found = read_text(tmp_path, f"{words}\n{FOUR}{line(*marker, 'AG')}")
    assert found.assembly is assembly
    assert bases(at(found, "rs4244285")) == ("A", "G")


@pytest.mark.parametrize(("words", "true"), [("# build 37", GRCH38), ("# GRCh38", GRCH37)])
def test_comments_that_the_places_contradict_are_refused(words: str, true: Assembly, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"positions are those of {true.value}"):
        read_text(tmp_path, array(a_person(), assembly=true, comment=words))


def test_a_build_that_is_said_and_that_the_places_contradict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="positions are those of GRCh37"):
        read_text(tmp_path, array(a_person(), comment=""), ReadOptions(assembly=GRCH38))


def test_an_older_build_whose_places_are_not_known_is_refused(tmp_path: Path) -> None:
    text = "# build 36\n" + FOUR + line("rs4244285", "10", 96531606, "AG")
    with pytest.raises(InputError, match="genome build") as caught:
        read_text(tmp_path, text)
    assert "--assembly" in str(caught.value)


# ---- wrong columns


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (FOUR + "rs1\t1\t100\n", [2]),
        (FOUR + line("rs1", "1", 100, "AA") + "rs2\t1\t200\tA\tG\n", [3]),
        (FIVE + "rs1\t1\t100\tA\tG\nrs2\t1\t200\tAG\n", [3]),
        (FOUR + line("rs1", "1", 100, "AA") + "rs2\t1\thundred\tAA\nrs3\t1\t300\tAGT\nrs4\t1\t400\tZZ\n", [3, 4, 5]),
        (FOUR + "rs1\t1\t-5\tAA\n", [2]),
        (FOUR + "rs1\t1\t²\tAA\n", [2]),
        (FOUR + "rs1\t1\t" + "9" * 5000 + "\tAA\n", [2]),
        (FOUR + "rs1\t1\t100\t\n", [2]),
        ("rsid\tchromosome\tposition\nrs1\t1\t100\n", [2]),
        ("rsid\tchromosome\tposition\ta\tb\tc\nrs1\t1\t100\tA\tG\tT\n", [2]),
    ],
)
def test_lines_with_wrong_columns_are_refused_together_by_number(text: str, numbers: list[int], tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_text(tmp_path, text, name="x.txt")
    assert [fault.where for fault in caught.value.faults] == [f"x.txt:{number}" for number in numbers]
    assert all("genotype" in fault.what for fault in caught.value.faults)


@pytest.mark.parametrize("text", [STRAND + FOUR, STRAND + FIVE, FOUR + "# nothing called\n"])
def test_a_file_without_markers_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no marker"):
        read_text(tmp_path, text)


@pytest.mark.parametrize("text", ["name,age\nAda,68\n", "rs1 is a marker\n", "# a comment only\n", "\x00\x01\x02", "rs1\t1\n"])
def test_text_that_is_no_genome_is_told_apart(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a genome file"):
        read_text(tmp_path, text)


def test_a_person_file_is_no_genome_and_a_consumer_file_is(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text(' {"id": "x"}')
    (tmp_path / "x.txt").write_text(FOUR + line(*STAR_2_37, "AG"))
    assert not is_genome(tmp_path / "person.json")
    assert is_genome(tmp_path / "x.txt")
