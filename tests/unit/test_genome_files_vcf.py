"""VCF and BCF become evidence as the VCF specification means them, and what was not read never becomes reference."""

import gzip
import os
import random
from importlib import import_module
from pathlib import Path

import pysam
import pytest

from garrod.genome.assess import gene_results
from garrod.genome.files import ReadOptions, read_genome
from garrod.intake.reading import sites
from garrod.model.errors import InputError
from garrod.model.genotypes import Assembly, Genotype, Missing, ReadThresholds
from garrod.model.person import Person
from made_files import (
    BLOCKS,
    BY_RSID,
    KNOWLEDGE,
    LENGTHS,
    VARIANTS,
    Row,
    alleles_read,
    as_sets,
    at,
    bases,
    header,
    position,
    read,
    read_text,
    reference,
    reference_person,
    row_of,
    rows_of,
    split,
    strands,
    vcf,
    why,
    write_bcf,
    write_bgzip,
)

vcf_module = import_module("garrod.genome.files.vcf")
GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
PROMISED = ReadOptions(absent_is_reference=True)
ENDS = BLOCKS[1:]  # records may reach further than their REF, but the file is no gVCF

# CYP2C19 *2, rs4244285, as dbSNP places it.
STAR_2 = Row("10", 94781859, "G", ("A",), ("0/1",), "rs4244285")


def star_2(gt: str = "0/1", **changes: object) -> Row:
    values = {"ref": "G", "alts": ("A",), "name": "rs4244285"} | changes
    return Row("10", 94781859, genotypes=(gt,), **values)  # type: ignore[arg-type]


def person_with_alternates(seed: int = 1, count: int = 40) -> dict[str, tuple[str, ...]]:
    """The reference person with an alternate at some single-base sites, on one strand or both."""
    rng, person = random.Random(seed), reference_person()
    simple = [name for name, one in VARIANTS.items() if not one.is_indel and len(one.ref_38) == 1]
    for name in rng.sample(simple, count):
        variant = VARIANTS[name]
        person[name] = tuple(rng.choice(variant.alleles) for _ in person[name])
    return person


PERSON = person_with_alternates()
WHOLE = vcf(rows_of([PERSON], GRCH38))


# ---- how the file is stored changes nothing


def stored(folder: Path, how: str, text: str = WHOLE) -> Path:
    if how in {"bcf", "bcf and csi"}:
        return write_bcf(folder / "made.bcf", text, index=how == "bcf and csi")
    path = folder / ("made.vcf" if how == "plain" else "made.vcf.gz")
    if how == "plain":
        path.write_text(text, encoding="utf-8")
    elif how == "gzip":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        write_bgzip(path, text, index=None if how == "bgzip" else how)
    return path


@pytest.mark.parametrize("how", ["plain", "gzip", "bgzip", "tbi", "csi", "bcf", "bcf and csi"])
def test_every_way_to_store_a_vcf_gives_the_same_genotypes(how: str, tmp_path: Path) -> None:
    found = read(stored(tmp_path, how))
    assert alleles_read(found) == as_sets(PERSON)
    assert found.assembly is GRCH38
    assert found.sample == "made"
    assert found.kind == ("BCF" if how.startswith("bcf") else "VCF")


@pytest.mark.parametrize("how", ["bgzip", "tbi", "csi", "bcf", "bcf and csi"])
def test_equal_evidence_has_an_equal_digest_however_it_is_stored(how: str, tmp_path: Path) -> None:
    assert read(stored(tmp_path, how)).digest == read(stored(tmp_path, "plain")).digest


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bgzip file too large to be read from end to end for a few sites: the person among sixty thousand other records."""
    rng, rows = random.Random(2), rows_of([PERSON], GRCH38)
    for chromosome, length in LENGTHS[GRCH38].items():
        if chromosome != "MT":
            for place in rng.sample(range(1000, length // 1000), 4500):
                rows.append(Row(chromosome, place * 1000 + 7, "A", ("C",), ("0/1",), info=f"X={rng.getrandbits(96):x}"))
    rows.sort(key=lambda row: row.place)
    return write_bgzip(tmp_path_factory.mktemp("large") / "large.vcf.gz", vcf(rows))


def test_a_large_sorted_file_without_index_is_searched_not_scanned(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the whole file was read")

    monkeypatch.setattr(vcf_module, "scanned", fail)
    found = read(large)
    assert {name: found for name, found in alleles_read(found).items() if name in PERSON} == as_sets(PERSON)


def test_searched_and_scanned_reading_agree(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(large)
    monkeypatch.setattr(vcf_module, "searched", lambda *_: None)
    assert read(large).genotypes == found.genotypes


@pytest.mark.parametrize("how", ["plain", "tbi", "bgzip", "bcf"])
def test_contigs_may_have_the_prefix_or_not(how: str, tmp_path: Path) -> None:
    found = read(stored(tmp_path, how, vcf(rows_of([PERSON], GRCH38), prefix="")))
    assert alleles_read(found) == as_sets(PERSON)


@pytest.mark.parametrize("how", ["plain", "gzip", "bgzip", "tbi", "csi"])
def test_records_may_stand_in_another_order_of_chromosomes_than_the_header(how: str, tmp_path: Path) -> None:
    rows = sorted(rows_of([PERSON], GRCH38), key=lambda row: (f"{row.chromosome}", row.position))
    found = read(stored(tmp_path, how, vcf(rows)))
    assert alleles_read(found) == as_sets(PERSON)


@pytest.mark.parametrize("how", ["plain", "gzip", "bgzip", "tbi"])
def test_windows_line_ends_change_nothing(how: str, tmp_path: Path) -> None:
    found = read(stored(tmp_path, how, WHOLE.replace("\n", "\r\n")))
    assert alleles_read(found) == as_sets(PERSON)


def test_the_index_of_an_earlier_copy_is_not_trusted(tmp_path: Path) -> None:
    """An index that knows nothing of chromosome 10 would, with the promise, read all of it as reference."""
    path = write_bgzip(tmp_path / "made.vcf.gz", vcf(r for r in rows_of([PERSON], GRCH38) if r.chromosome != "10"), index="tbi")
    index = path.with_name(path.name + ".tbi")
    earlier = index.read_bytes()
    write_bgzip(path, WHOLE)
    index.write_bytes(earlier)
    assert alleles_read(read(path, PROMISED)) == as_sets(PERSON)


def test_an_index_of_a_BCF_that_is_older_than_its_file_is_not_trusted(tmp_path: Path) -> None:
    path = write_bcf(tmp_path / "made.bcf", vcf(r for r in rows_of([PERSON], GRCH38) if r.chromosome != "10"), index=True)
    index = path.with_name(path.name + ".csi")
    write_bcf(path, WHOLE)
    os.utime(index, (1_000_000_000, 1_000_000_000))
    assert alleles_read(read(path, PROMISED)) == as_sets(PERSON)


@pytest.mark.parametrize("kind", ["tbi", "csi"])
def test_the_index_of_another_file_is_not_trusted(kind: str, large: Path, tmp_path: Path) -> None:
    path = write_bgzip(tmp_path / "made.vcf.gz", WHOLE, index=kind)
    index = path.with_name(f"{path.name}.{kind}")
    other = write_bgzip(tmp_path / "other.vcf.gz", vcf(rows_of([person_with_alternates(9)], GRCH38)[:50]), index=kind)
    copied = tmp_path / large.name
    copied.symlink_to(large)
    for its in (other.with_name(f"{other.name}.{kind}"), index_of_large(copied, kind)):
        index.write_bytes(its.read_bytes())
        assert alleles_read(read(path, PROMISED)) == as_sets(PERSON)


@pytest.mark.parametrize("kind", ["tbi", "csi"])
def test_the_index_of_a_longer_copy_is_not_trusted(kind: str, tmp_path: Path) -> None:
    """The beginning of both files is the same, so the index finds what is there, and would seek the rest past the end."""
    path = write_bgzip(tmp_path / "made.vcf.gz", WHOLE, index=kind)
    index = path.with_name(f"{path.name}.{kind}")
    longer = index.read_bytes()
    beginning = {row.place for row in rows_of([PERSON], GRCH38)[:40]}
    write_bgzip(path, vcf(row for row in rows_of([PERSON], GRCH38) if row.place in beginning))
    index.write_bytes(longer)
    found = read(path)
    assert set(alleles_read(found)) == {
        name for name, one in VARIANTS.items() if row_of(one, [PERSON[name]], GRCH38).place in beginning
    }


def index_of_large(path: Path, kind: str) -> Path:
    pysam.tabix_index(str(path), preset="vcf", force=True, csi=kind == "csi")
    return path.with_name(f"{path.name}.{kind}")


def test_an_index_that_is_damaged_is_not_trusted(tmp_path: Path) -> None:
    path = write_bgzip(tmp_path / "made.vcf.gz", WHOLE, index="tbi")
    index = path.with_name(path.name + ".tbi")
    whole = index.read_bytes()
    for broken in (b"", whole[: len(whole) // 2], b"TBI", whole[::-1]):
        index.write_bytes(broken)
        assert alleles_read(read(path, PROMISED)) == as_sets(PERSON)


@pytest.mark.parametrize("kind", ["tbi", "csi"])
def test_a_large_file_is_read_by_its_own_index(kind: str, large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the index was not used")

    path = tmp_path / large.name
    path.symlink_to(large)
    index_of_large(path, kind)
    for name in ("searched", "scanned"):
        monkeypatch.setattr(vcf_module, name, fail)
    assert {name: found for name, found in alleles_read(read(path)).items() if name in PERSON} == as_sets(PERSON)


# ---- samples


def test_of_several_samples_the_one_asked_for_is_read(tmp_path: Path) -> None:
    people = [reference_person(), PERSON, person_with_alternates(3)]
    text = vcf(rows_of(people, GRCH38), samples=("first", "second", "third"))
    for name, person in zip(("first", "second", "third"), people, strict=True):
        found = read_text(tmp_path, text, ReadOptions(sample=name))
        assert found.sample == name
        assert alleles_read(found) == as_sets(person)


@pytest.mark.parametrize("how", ["plain", "tbi", "bcf"])
def test_all_samples_are_read_in_the_order_of_the_columns(how: str, tmp_path: Path) -> None:
    people = [PERSON, person_with_alternates(3)]
    path = stored(tmp_path, how, vcf(rows_of(people, GRCH38), samples=("b", "a")))
    found = read_genome(path, sites(KNOWLEDGE), ReadOptions(all_samples=True))
    assert [one.sample for one in found] == ["b", "a"]
    assert [alleles_read(one) for one in found] == [as_sets(person) for person in people]


def test_several_samples_and_none_named_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 samples") as caught:
        read_text(tmp_path, vcf(rows_of([PERSON, PERSON], GRCH38), samples=("a", "b")))
    assert "--sample" in str(caught.value)


def test_a_sample_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not in the file"):
        read_text(tmp_path, WHOLE, ReadOptions(sample="nobody"))


# ---- alleles


def test_one_record_with_several_alternates_and_split_records_say_the_same(tmp_path: Path) -> None:
    variant = next(one for one in VARIANTS.values() if not one.is_indel and len(one.alts) == 2)
    for pair in [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]:
        alleles = tuple(variant.alleles[number] for number in pair)
        row = row_of(variant, [alleles], GRCH38)
        whole = read_text(tmp_path, vcf([row])).genotypes[variant.variant_id]
        apart = read_text(tmp_path, vcf(split(row))).genotypes[variant.variant_id]
        turned = read_text(tmp_path, vcf(reversed(split(row)))).genotypes[variant.variant_id]
        assert bases(whole) == bases(apart) == bases(turned) == tuple(sorted(alleles))


def test_split_records_keep_their_strands(tmp_path: Path) -> None:
    variant = next(one for one in VARIANTS.values() if not one.is_indel and len(one.alts) == 2)
    row = row_of(variant, [(variant.alts[1], variant.alts[0])], GRCH38, phased=True)
    assert row.genotypes == ("2|1",)
    seen = read_text(tmp_path, vcf(split(row))).genotypes[variant.variant_id]
    assert strands(seen) == (variant.alts[1], variant.alts[0])


def test_an_alternate_that_no_definition_knows_keeps_its_base(tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, vcf([star_2(alts=("T",))])), "rs4244285")) == ("G", "T")
    assert bases(at(read_text(tmp_path, vcf([star_2("1/2", alts=("A", "T"))])), "rs4244285")) == ("A", "T")


def test_a_site_without_alternate_is_reference_only_where_it_was_called(tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, vcf([star_2("0/0", alts=())])), "rs4244285")) == ("G", "G")
    assert why(at(read_text(tmp_path, vcf([star_2("./.", alts=())])), "rs4244285")) == "NO_CALL"


def test_a_base_inside_a_longer_substitution_is_read(tmp_path: Path) -> None:
    longer = Row("10", 94781858, "CG", ("CA",), ("0/1",))
    assert bases(at(read_text(tmp_path, vcf([longer])), "rs4244285")) == ("A", "G")
    untouched = Row("10", 94781858, "CG", ("TG",), ("0/1",))
    assert bases(at(read_text(tmp_path, vcf([untouched])), "rs4244285")) == ("G", "G")


@pytest.mark.parametrize("symbol", ["<NON_REF>", "<*>"])
def test_any_other_allele_counts_as_reference_only_where_the_genotype_says_so(symbol: str, tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, vcf([star_2("0/0", alts=(symbol,))], more=BLOCKS)), "rs4244285")) == ("G", "G")
    assert bases(at(read_text(tmp_path, vcf([star_2("0/1", alts=("A", symbol))], more=BLOCKS)), "rs4244285")) == ("A", "G")
    assert why(at(read_text(tmp_path, vcf([star_2("0/2", alts=("A", symbol))], more=BLOCKS)), "rs4244285")) == "UNREADABLE"


def test_a_star_is_a_strand_that_an_upstream_deletion_took(tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, vcf([star_2("1/2", alts=("A", "*"))])), "rs4244285")) == ("*", "A")
    assert bases(at(read_text(tmp_path, vcf([star_2("0/1", alts=("*",))])), "rs4244285")) == ("*", "G")


def test_a_deletion_written_upstream_takes_the_base(tmp_path: Path) -> None:
    deletion = Row("10", 94781857, "CCG", ("C",), ("1/1",))
    assert bases(at(read_text(tmp_path, vcf([deletion])), "rs4244285")) == ("*", "*")


def test_a_deletion_and_the_star_that_repeats_it_are_one_strand(tmp_path: Path) -> None:
    deletion = Row("10", 94781857, "CCG", ("C",), ("0/1",))
    seen = at(read_text(tmp_path, vcf([deletion, star_2("1/2", alts=("A", "*"))])), "rs4244285")
    assert bases(seen) == ("*", "A")


def test_a_deletion_that_begins_after_the_base_leaves_it(tmp_path: Path) -> None:
    deletion = Row("10", 94781859, "GG", ("G",), ("0/1",))
    assert bases(at(read_text(tmp_path, vcf([deletion, star_2("0/1")])), "rs4244285")) == ("A", "G")


def test_a_symbolic_deletion_takes_every_base_up_to_its_end(tmp_path: Path) -> None:
    deletion = Row("10", 94781000, "T", ("<DEL>",), ("1/1",), info="SVTYPE=DEL;END=94783000;SVLEN=-2000")
    found = read_text(tmp_path, vcf([deletion], more=ENDS))
    assert bases(at(found, "rs4244285")) == ("*", "*")
    assert [(one.gene, one.kind) for one in found.structural] == [("CYP2C19", "DEL")]


def test_under_a_deletion_of_one_strand_the_other_is_what_the_file_writes_there(tmp_path: Path) -> None:
    deletion = Row("10", 94781000, "T", ("<DEL>",), ("0/1",), info="END=94783000")
    assert why(at(read_text(tmp_path, vcf([deletion], more=ENDS)), "rs4244285")) == "NO_RECORD"
    assert bases(at(read_text(tmp_path, vcf([deletion], more=ENDS), PROMISED), "rs4244285")) == ("*", "G")
    assert bases(at(read_text(tmp_path, vcf([deletion, star_2("0/0")], more=ENDS)), "rs4244285")) == ("*", "G")
    assert bases(at(read_text(tmp_path, vcf([deletion, star_2("0/1")], more=ENDS)), "rs4244285")) == ("*", "A")


def test_the_length_of_a_symbolic_deletion_may_be_told_by_svlen_alone(tmp_path: Path) -> None:
    """VCF 4.5 deprecates END: the deletion reaches as far as SVLEN says."""
    deletion = Row("10", 94781000, "T", ("<DEL>",), ("1/1",), info="SVTYPE=DEL;SVLEN=-2000")
    assert bases(at(read_text(tmp_path, vcf([deletion], more=ENDS)), "rs4244285")) == ("*", "*")


@pytest.mark.parametrize("how", ["plain", "bgzip", "tbi", "bcf", "bcf and csi"])
def test_a_deletion_that_begins_far_before_the_site_is_seen_however_the_file_is_read(how: str, tmp_path: Path) -> None:
    deletion = Row("10", 94700000, "T", ("<DEL>",), ("0/1",), info="END=94790000")
    found = read(stored(tmp_path, how, vcf([deletion], more=ENDS)), PROMISED)
    assert bases(at(found, "rs4244285")) == ("*", "G")
    assert {one.gene for one in found.structural} == {"CYP2C19"}


@pytest.mark.parametrize("how", ["plain", "bgzip", "tbi", "bcf", "bcf and csi"])
def test_a_structural_record_between_the_sites_of_a_gene_is_seen(how: str, tmp_path: Path) -> None:
    """CYP2C19 has no defining position from 94781999 to 94842866; a deletion there still takes part of the gene."""
    deletion = Row("10", 94800000, "T", ("<DEL>",), ("0/1",), info="END=94820000")
    found = read(stored(tmp_path, how, vcf([STAR_2, deletion], more=ENDS)))
    assert [(one.gene, one.kind) for one in found.structural] == [("CYP2C19", "DEL")]


def test_a_breakend_in_a_gene_is_a_structural_record(tmp_path: Path) -> None:
    breakend = Row("10", 94781900, "G", ("G]17:198982]",), ("0/1",))
    found = read_text(tmp_path, vcf([STAR_2, breakend]))
    assert [(one.gene, one.kind) for one in found.structural] == [("CYP2C19", "BND")]


def test_a_structural_record_that_the_person_does_not_carry_is_none(tmp_path: Path) -> None:
    absent = Row("10", 94781000, "T", ("<DEL>",), ("0/0",), info="END=94783000")
    assert read_text(tmp_path, vcf([absent, STAR_2], more=ENDS)).structural == ()


def test_a_repeat_written_as_a_symbol_is_unreadable_never_reference(tmp_path: Path) -> None:
    repeat = Row("2", 233760233, "C", ("<STR>",), ("0/1",))
    assert why(at(read_text(tmp_path, vcf([repeat])), "rs3064744")) == "UNREADABLE"
    beside = Row("2", 233760233, "CAT", ("C",), ("0/0",))
    assert why(at(read_text(tmp_path, vcf([beside, repeat])), "rs3064744")) == "UNREADABLE"
    assert why(at(read_text(tmp_path, vcf([repeat]), PROMISED), "rs3064744")) == "UNREADABLE"


# ---- phase and copies


def test_a_bar_keeps_the_order_of_the_strands_and_a_slash_does_not(tmp_path: Path) -> None:
    assert strands(at(read_text(tmp_path, vcf([star_2("0|1")])), "rs4244285")) == ("G", "A")
    assert strands(at(read_text(tmp_path, vcf([star_2("1|0")])), "rs4244285")) == ("A", "G")
    unphased = at(read_text(tmp_path, vcf([star_2("0/1")])), "rs4244285")
    assert isinstance(unphased, Genotype)
    assert not unphased.is_phased


def test_phase_holds_within_its_phase_set(tmp_path: Path) -> None:
    seen = at(read_text(tmp_path, vcf([star_2("0|1", fields={"PS": "94781000"})])), "rs4244285")
    assert isinstance(seen, Genotype)
    assert (seen.alleles, seen.is_phased, seen.phase_set) == (("G", "A"), True, "94781000")


def test_split_records_of_different_phase_sets_are_not_phased_with_each_other(tmp_path: Path) -> None:
    first = star_2("1|0", fields={"PS": "1"})
    second = star_2("0|1", alts=("T",), fields={"PS": "2"})
    seen = at(read_text(tmp_path, vcf([first, second])), "rs4244285")
    assert isinstance(seen, Missing) or not seen.is_phased


def test_a_males_x_and_mitochondria_are_read_as_one_copy(tmp_path: Path) -> None:
    g6pd = VARIANTS["G6PD-154536002"]
    rows = [
        Row("X", 154536002, g6pd.ref_38, g6pd.alts, ("1",)),
        Row("MT", 1555, "A", ("G",), ("1",)),
        Row("MT", 1494, "C", ("T",), ("0",)),
    ]
    found = read_text(tmp_path, vcf(sorted(rows, key=lambda row: row.place)))
    assert at(found, "G6PD-154536002") == Genotype("G6PD-154536002", (g6pd.alts[0],), record=at(found, "G6PD-154536002").record)
    assert bases(found.genotypes["MT-RNR1-1555"]) == ("G",)
    assert bases(found.genotypes["MT-RNR1-1494"]) == ("C",)


@pytest.mark.parametrize(("assembly", "length"), [(GRCH37, 16571), (GRCH37, 16569), (GRCH38, 16569)])
def test_mitochondria_are_read_only_in_the_revised_cambridge_sequence(assembly: Assembly, length: int, tmp_path: Path) -> None:
    lengths = {**LENGTHS[assembly], "MT": length}
    text = vcf([Row("MT", 1555, "A", ("G",), ("1",))], assembly, lengths=lengths)
    for options in (ReadOptions(), PROMISED):
        found = read_text(tmp_path, text, options)
        others = {name for name, one in VARIANTS.items() if one.gene == "MT-RNR1"} - {"MT-RNR1-1555"}
        if length == 16569:
            assert bases(found.genotypes["MT-RNR1-1555"]) == ("G",)
        else:
            assert why(found.genotypes["MT-RNR1-1555"]) == "WRONG_SEQUENCE"
            assert {why(found.genotypes[name]) for name in others} == {"WRONG_SEQUENCE"}


def test_two_mitochondrial_contigs_of_which_one_is_not_the_cambridge_sequence_are_not_read(tmp_path: Path) -> None:
    more = ("##contig=<ID=chrMT,length=16569>",)
    text = vcf([Row("MT", 1555, "A", ("G",), ("1",))], GRCH37, lengths={**LENGTHS[GRCH37], "MT": 16571}, more=more)
    assert why(read_text(tmp_path, text).genotypes["MT-RNR1-1555"]) == "WRONG_SEQUENCE"


def test_more_alleles_than_a_person_carries_are_not_read(tmp_path: Path) -> None:
    assert why(at(read_text(tmp_path, vcf([star_2("0/0/1")])), "rs4244285")) == "TOO_MANY_ALLELES"
    both = [star_2("1/1"), star_2("0/1", alts=("T",))]
    assert why(at(read_text(tmp_path, vcf(both)), "rs4244285")) == "TOO_MANY_ALLELES"


# ---- what is missing is never reference


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (star_2("./."), "NO_CALL"),
        (star_2("."), "NO_CALL"),
        (star_2(".|."), "NO_CALL"),
        (star_2("0/."), "HALF_CALL"),
        (star_2("./0"), "HALF_CALL"),
        (star_2("./1"), "HALF_CALL"),
        (star_2("0|."), "HALF_CALL"),
        (star_2("0/0", filter="LowQual"), "FILTERED"),
        (star_2("0/1", filter="LowQual;SB"), "FILTERED"),
        (star_2("0/0", fields={"FT": "LowGQX"}), "FILTERED"),
        (star_2("0/1", fields={"FT": "LowGQX;LowDepth"}), "FILTERED"),
        (star_2("0/0", fields={"DP": "9"}), "LOW_DEPTH"),
        (star_2("0/1", fields={"DP": "0"}), "LOW_DEPTH"),
        (star_2("0/1", fields={"DP": "30", "GQ": "19"}), "LOW_QUALITY"),
        (star_2("0/0", fields={"GQ": "0"}), "LOW_QUALITY"),
        (star_2("0/0", fields={"RGQ": "5"}), "LOW_QUALITY"),
        (star_2("0/0", fields={"GQ": "nan"}), "LOW_QUALITY"),
        (star_2("0/1", fields={"AD": "19,1"}), "ALLELE_BALANCE"),
        (star_2("0/1", fields={"AD": "1,19"}), "ALLELE_BALANCE"),
        (star_2("0/1", fields={"AD": "20,0"}), "ALLELE_BALANCE"),
        (star_2("1/2", alts=("A", "T"), fields={"AD": "0,19,1"}), "ALLELE_BALANCE"),
        (star_2("0/3"), "UNREADABLE"),
        (star_2("-1/0"), "UNREADABLE"),
        (star_2("A/G"), "UNREADABLE"),
        (star_2("0/²"), "UNREADABLE"),
        (star_2("0/" + "9" * 5000), "UNREADABLE"),
        (star_2("0/0", ref="C"), "OTHER_REFERENCE"),
        (star_2("0/1", ref="A", alts=("G",)), "OTHER_REFERENCE"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.text().split("\t", 3)[3].replace("\t", " ")[:40],
)
@pytest.mark.parametrize("options", [ReadOptions(), PROMISED], ids=["", "promised"])
def test_what_was_not_called_is_missing_with_its_own_reason(row: Row, reason: str, options: ReadOptions, tmp_path: Path) -> None:
    assert why(at(read_text(tmp_path, vcf([row]), options), "rs4244285")) == reason


@pytest.mark.parametrize(
    "row",
    [
        star_2("0/1", filter="."),
        star_2("0/1", fields={"FT": "PASS"}),
        star_2("0/1", fields={"FT": "."}),
        star_2("0/1", fields={"DP": "10"}),
        star_2("0/1", fields={"DP": "."}),
        star_2("0/1", fields={"GQ": "20"}),
        star_2("0/1", fields={"AD": "10,10"}),
        star_2("0/1", fields={"AD": "8,2"}),
        star_2("0/1", fields={"AD": "."}),
    ],
    ids=lambda row: row.text().split("\t", 3)[3].replace("\t", " "),
)
def test_what_was_called_well_is_read(row: Row, tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, vcf([row])), "rs4244285")) == ("A", "G")


def test_a_homozygote_may_have_reads_of_one_allele_only(tmp_path: Path) -> None:
    assert bases(at(read_text(tmp_path, vcf([star_2("1/1", fields={"AD": "0,20"})])), "rs4244285")) == ("A", "A")


def test_thresholds_are_the_callers(tmp_path: Path) -> None:
    text = vcf([star_2("0/1", fields={"DP": "15", "GQ": "25"})])
    assert why(at(read_text(tmp_path, text, ReadOptions(thresholds=ReadThresholds(depth=16))), "rs4244285")) == "LOW_DEPTH"
    strict = ReadOptions(thresholds=ReadThresholds(genotype_quality=30))
    assert why(at(read_text(tmp_path, text, strict), "rs4244285")) == "LOW_QUALITY"


def test_without_a_genotype_field_nothing_was_called(tmp_path: Path) -> None:
    text = vcf([STAR_2]).replace("\tGT\t0/1", "\tDP\t30")
    assert why(at(read_text(tmp_path, text), "rs4244285")) == "NO_CALL"


def test_what_a_file_leaves_out_is_missing_unless_it_promises_reference(tmp_path: Path) -> None:
    text = vcf([STAR_2])
    silent, promised = read_text(tmp_path, text), read_text(tmp_path, text, PROMISED)
    assert why(at(silent, "rs4986893")) == "NO_RECORD"
    assert any("--absent-is-reference" in note for note in silent.notes)
    absent = at(promised, "rs4986893")
    assert isinstance(absent, Genotype)
    assert (absent.alleles, absent.inferred) == (("G", "G"), "absent")
    assert promised.absent_is_reference


def test_the_promise_does_not_reach_a_chromosome_that_the_file_does_not_know(tmp_path: Path) -> None:
    only_ten = {"10": LENGTHS[GRCH38]["10"]}
    found = read_text(tmp_path, vcf([STAR_2], lengths=only_ten), PROMISED)
    assert bases(at(found, "rs4986893")) == ("G", "G")
    assert why(at(found, "rs776746")) == "NO_RECORD"


@pytest.mark.parametrize("how", ["plain", "bgzip", "tbi", "bcf"])
def test_a_promise_never_covers_a_record_that_failed(how: str, tmp_path: Path) -> None:
    found = read(stored(tmp_path, how, vcf([star_2("./.")])), PROMISED)
    assert why(at(found, "rs4244285")) == "NO_CALL"


def test_a_record_of_another_base_says_nothing_of_a_longer_site(tmp_path: Path) -> None:
    """RYR1 TC>CT: a file that shows only the second base has not read the first."""
    second = Row("19", 38572267, "C", ("G",), ("0/0",))
    both = [Row("19", 38572266, "T", ("A",), ("0/0",)), second]
    assert isinstance(read_text(tmp_path, vcf([second])).genotypes["RYR1-38572266"], Missing)
    assert bases(read_text(tmp_path, vcf(both)).genotypes["RYR1-38572266"]) == ("TC", "TC")


@pytest.mark.parametrize(
    ("first", "second", "alleles"),
    [
        ("0|1", "0|1", ("TC", "CT")),
        ("1|0", "1|0", ("CT", "TC")),
        ("0|1", "1|0", ("TT", "CC")),
        ("1/1", "1/1", ("CT", "CT")),
        ("1/1", "0/0", ("CC", "CC")),
        ("0/1", "0/1", None),
        ("0/1", "1/1", ("CT", "TT")),
    ],
)
def test_neighboring_bases_in_two_records_are_one_allele_of_a_longer_site(
    first: str, second: str, alleles: tuple[str, str] | None, tmp_path: Path
) -> None:
    """RYR1 rs193922862 is TC>CT; many programs write it base by base, and without phase two heterozygotes do not tell."""
    rows = [Row("19", 38572266, "T", ("C",), (first,)), Row("19", 38572267, "C", ("T",), (second,))]
    seen = at(read_text(tmp_path, vcf(rows)), "rs193922862")
    if alleles is None:
        assert isinstance(seen, Missing)
    else:
        assert bases(seen) == tuple(sorted(alleles))
        assert not seen.is_phased or seen.alleles == alleles  # type: ignore[union-attr]


def test_a_substitution_of_two_bases_is_read_from_one_record(tmp_path: Path) -> None:
    row = Row("19", 38572266, "TC", ("CT",), ("0/1",))
    assert bases(at(read_text(tmp_path, vcf([row])), "rs193922862")) == ("CT", "TC")


def test_a_base_inside_a_deletable_stretch_does_not_show_that_nothing_is_deleted(tmp_path: Path) -> None:
    """Indels are written at the base before them: a record further in says nothing of the deletion of NUDT15 GAGTCG."""
    inside = Row("13", 48037785, "A", ("T",), ("0/0",))
    assert isinstance(at(read_text(tmp_path, vcf([inside])), "rs746071566"), Missing)
    anchor = Row("13", 48037782, "A", (), ("0/0",))
    assert bases(at(read_text(tmp_path, vcf([anchor, inside])), "rs746071566")) == ("AGGAGTC", "AGGAGTC")


def test_a_doubtful_second_alternate_leaves_the_other_strand_unknown(tmp_path: Path) -> None:
    good = star_2("0/1")
    for doubtful in (star_2("0/1", alts=("T",), filter="LowQual"), star_2("./.", alts=("T",)), star_2("./1", alts=("T",))):
        for pair in ([good, doubtful], [doubtful, good]):
            assert isinstance(at(read_text(tmp_path, vcf(pair)), "rs4244285"), Missing)
    both_strands = [star_2("1/1"), star_2("./.", alts=("T",))]
    assert bases(at(read_text(tmp_path, vcf(both_strands)), "rs4244285")) == ("A", "A")


def test_the_same_variant_in_two_records_counts_once_and_is_missing_where_they_disagree(tmp_path: Path) -> None:
    same = [star_2("0/1"), star_2("0/1", alts=("A", "T"))]
    assert bases(at(read_text(tmp_path, vcf(same)), "rs4244285")) == ("A", "G")
    other = [star_2("0/1"), star_2("0/0", alts=("A", "T"))]
    assert why(at(read_text(tmp_path, vcf(other)), "rs4244285")) == "CONFLICT"


def test_one_copy_and_two_copies_at_one_site_contradict_each_other(tmp_path: Path) -> None:
    assert why(at(read_text(tmp_path, vcf([star_2("0"), star_2("0/0", alts=("T",))])), "rs4244285")) == "CONFLICT"


# ---- genome build

SEVERAL = [one for one in VARIANTS.values() if one.gene == "DPYD" and one.ref_37 == one.ref_38 and not one.is_indel][:30]


def several(assembly: Assembly, count: int = 30) -> list[Row]:
    rows = [row_of(one, [(reference(one, assembly),) * 2], assembly) for one in SEVERAL[:count]]
    return sorted(rows, key=lambda row: row.place)


@pytest.mark.parametrize("assembly", list(Assembly))
def test_the_build_is_told_by_contig_lengths(assembly: Assembly, tmp_path: Path) -> None:
    assert read_text(tmp_path, vcf(several(assembly), assembly)).assembly is assembly


@pytest.mark.parametrize(
    ("words", "assembly"),
    [
        ("##reference=file:///data/human_g1k_v37.fasta", GRCH37),
        ("##reference=hs37d5.fa", GRCH37),
        ("##contig=<ID=chr1,assembly=b37>", GRCH37),
        ("##contig=<ID=chr1,assembly=hg19>", GRCH37),
        ("##assembly=GRCh38", GRCH38),
        ("##reference=file:///data/Homo_sapiens_assembly38.GRCh38.fa", GRCH38),
        ("##contig=<ID=chr1,assembly=hg38>", GRCH38),
    ],
)
def test_the_build_is_told_by_words_in_the_header(words: str, assembly: Assembly, tmp_path: Path) -> None:
    text = vcf(several(assembly, 3), None, more=(words,))
    assert read_text(tmp_path, text).assembly is assembly


@pytest.mark.parametrize("assembly", list(Assembly))
def test_the_build_is_told_by_the_bases_where_the_header_is_silent(assembly: Assembly, tmp_path: Path) -> None:
    found = read_text(tmp_path, vcf(several(assembly), None))
    assert found.assembly is assembly
    assert alleles_read(found) == {one.variant_id: (one.ref_38, one.ref_38) for one in SEVERAL}


@pytest.mark.parametrize("rows", [[], [STAR_2], several(GRCH37, 4)], ids=["none", "one", "four"])
def test_too_few_bases_do_not_tell_the_build(rows: list[Row], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="genome build") as caught:
        read_text(tmp_path, vcf(rows, None))
    assert "--assembly" in str(caught.value)


def test_the_build_may_be_said(tmp_path: Path) -> None:
    found = read_text(tmp_path, vcf([STAR_2], None), ReadOptions(assembly=GRCH38))
    assert bases(at(found, "rs4244285")) == ("A", "G")


def test_a_build_that_the_header_contradicts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GRCh38, and --assembly GRCh37"):
        read_text(tmp_path, WHOLE, ReadOptions(assembly=GRCH37))


def test_a_header_that_speaks_of_two_builds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two genome builds"):
        read_text(tmp_path, vcf([STAR_2], more=("##reference=hg19.fa",)))
    both = {**LENGTHS[GRCH38], "1": LENGTHS[GRCH37]["1"]}
    with pytest.raises(InputError, match="two genome builds"):
        read_text(tmp_path, vcf([STAR_2], lengths=both))


@pytest.mark.parametrize(("written", "true"), [(GRCH38, GRCH37), (GRCH37, GRCH38)])
def test_bases_that_contradict_the_header_are_refused(written: Assembly, true: Assembly, tmp_path: Path) -> None:
    """Records whose bases are not the build's: the positions of one build with the other's bases around them."""
    person = reference_person(true)
    wrong = {"A": "C", "C": "G", "G": "T", "T": "A"}
    simple = [one for one in VARIANTS.values() if len(one.ref_38) == 1 and not one.is_indel][:40]
    rows = [
        Row(one.chromosome, position(one, written), wrong[person[one.variant_id][0]], (), ("0/0",)) for one in simple
    ]  # fmt: skip
    with pytest.raises(InputError, match=f"reference bases are not those of {written.value}"):
        read_text(tmp_path, vcf(sorted(rows, key=lambda row: row.place), written))


def test_a_position_beyond_its_contig_is_refused(tmp_path: Path) -> None:
    short = {**LENGTHS[GRCH38], "10": 94781000}
    with pytest.raises(InputError, match="beyond"):
        read_text(tmp_path, vcf([STAR_2], lengths=short))


#: Reference bases in which GRCh37 differs from GRCh38, with the positions of dbSNP.
OTHER_BASES = [
    ("rs776746", "7", 99270539, "C", "T"),
    ("rs3758581", "10", 96602623, "G", "A"),
    ("rs1135840", "22", 42522613, "G", "C"),
    ("rs16947", "22", 42523943, "A", "G"),
    ("rs1058164", "22", 42525132, "G", "C"),
    ("rs1801265", "1", 98348885, "G", "A"),
]


@pytest.mark.parametrize("case", OTHER_BASES, ids=lambda case: case[0])
def test_GRCh37_has_reference_bases_of_its_own(case: tuple[str, str, int, str, str], tmp_path: Path) -> None:
    rsid, chromosome, place, old, new = case

    def row(gt: str, ref: str, alt: str) -> str:
        return vcf([Row(chromosome, place, ref, (alt,), (gt,))], GRCH37)

    assert bases(at(read_text(tmp_path, vcf([], GRCH37), PROMISED), rsid)) == (old, old)
    assert bases(at(read_text(tmp_path, vcf([], GRCH38), PROMISED), rsid)) == (new, new)
    assert bases(at(read_text(tmp_path, row("0/0", old, new)), rsid)) == (old, old)
    assert bases(at(read_text(tmp_path, row("0/1", old, new)), rsid)) == tuple(sorted((old, new)))
    assert bases(at(read_text(tmp_path, row("1/1", old, new)), rsid)) == (new, new)
    assert why(at(read_text(tmp_path, row("0/0", new, old)), rsid)) == "OTHER_REFERENCE"


def test_a_GRCh37_file_of_variants_that_lacks_rs776746_means_two_copies_of_CYP3A5_3(tmp_path: Path) -> None:
    found = read_text(tmp_path, vcf([], GRCH37), PROMISED)
    results, _ = gene_results(Person(id="made", genomes=(found,)), KNOWLEDGE)
    cyp3a5 = next(one for one in results if one.gene == "CYP3A5")
    assert cyp3a5.diplotypes[0].diplotype.name == "*3/*3"


def test_a_base_of_GRCh37_that_nobody_wrote_down_is_not_assumed(tmp_path: Path) -> None:
    unknown = next(one for one in VARIANTS.values() if one.ref_37 is None and not one.is_indel and len(one.ref_38) == 1)
    absent = read_text(tmp_path, vcf([], GRCH37), PROMISED).genotypes[unknown.variant_id]
    assert why(absent) == "UNKNOWN_REFERENCE"
    row = Row(unknown.chromosome, position(unknown, GRCH37), unknown.ref_38, unknown.alts, ("0/1",))
    seen = read_text(tmp_path, vcf([row], GRCH37)).genotypes[unknown.variant_id]
    assert bases(seen) == tuple(sorted((unknown.ref_38, unknown.alts[0])))


# ---- repeats and insertions, in every spelling

#: The UGT1A1 promoter from position 233760233: C, A, seven TA repeats, then AG.
TATA = "CA" + 7 * "TA" + "AG"
TATA_START = {GRCH38: 233760233, GRCH37: 234668879}
#: Number of repeats -> the allele's name in the definition tables.
REPEATS = {6: "C", 7: "CAT", 8: "CATAT", 9: "CATATAT"}


def spellings(repeats: int) -> list[tuple[int, str, str]]:
    """Every (offset, REF, ALT) that turns seven repeats into another number: the same edit, shifted along the repeat."""
    wanted = "CA" + repeats * "TA" + "AG"
    made = []
    change = 2 * (repeats - 7)
    for offset in range(len(TATA)):
        ref = TATA[offset : offset + 1 + max(0, -change)]
        alt = wanted[offset : offset + 1 + max(0, change)]
        if alt and ref[0] == alt[0] and TATA[:offset] + alt + TATA[offset + len(ref) :] == wanted:
            made.append((offset, ref, alt))
    return made


def test_the_repeat_can_be_spelled_in_many_ways() -> None:
    assert (0, "C", "CAT") in spellings(8)
    assert (0, "CAT", "C") in spellings(6)
    assert (0, "C", "CATAT") in spellings(9)
    assert {n: len(spellings(n)) for n in (6, 8, 9)} == {6: 14, 8: 16, 9: 16}


@pytest.mark.parametrize("assembly", list(Assembly))
@pytest.mark.parametrize("repeats", [6, 8, 9])
def test_every_spelling_of_the_UGT1A1_repeat_is_the_same_allele(repeats: int, assembly: Assembly, tmp_path: Path) -> None:
    for offset, ref, alt in spellings(repeats):
        row = Row("2", TATA_START[assembly] + offset, ref, (alt,), ("0/1",))
        found = at(read_text(tmp_path, vcf([row], assembly)), "rs3064744")
        assert bases(found) == tuple(sorted((REPEATS[7], REPEATS[repeats]))), (offset, ref, alt)


@pytest.mark.parametrize("pair", [(a, b) for a in REPEATS for b in REPEATS if a <= b])
def test_the_repeat_is_read_from_one_record_or_from_three(pair: tuple[int, int], tmp_path: Path) -> None:
    expected = tuple(sorted(REPEATS[n] for n in pair))
    one = row_of(BY_RSID["rs3064744"], [tuple(REPEATS[n] for n in pair)], GRCH38)
    assert (one.ref, set(one.alts)) == ("CAT", {"C", "CATAT", "CATATAT"})
    three = split(one)
    assert {(row.ref, row.alts[0]) for row in three} == {("CAT", "C"), ("C", "CAT"), ("C", "CATAT")}
    for rows in ([one], three, three[::-1]):
        assert bases(at(read_text(tmp_path, vcf(rows)), "rs3064744")) == expected


def test_three_phased_records_of_the_repeat_keep_the_strands(tmp_path: Path) -> None:
    one = row_of(BY_RSID["rs3064744"], [("CATATAT", "CATAT")], GRCH38, phased=True)
    assert strands(at(read_text(tmp_path, vcf(split(one))), "rs3064744")) == ("CATATAT", "CATAT")


NUDT15 = "AGGAGTC"
TWICE = "AGGAGTCGGAGTC"


@pytest.mark.parametrize("gt", ["0/1", "1/1", "0|1"])
def test_the_NUDT15_insertion_is_the_same_in_both_spellings(gt: str, tmp_path: Path) -> None:
    short = Row("13", 48037782, "A", (NUDT15,), (gt,))
    long = Row("13", 48037782, NUDT15, (TWICE,), (gt,))
    expected = tuple(sorted(TWICE if one == "1" else NUDT15 for one in gt if one in "01"))
    assert bases(at(read_text(tmp_path, vcf([short])), "rs746071566")) == expected
    assert bases(at(read_text(tmp_path, vcf([long])), "rs746071566")) == expected


def test_one_insertion_written_in_both_spellings_is_one_copy(tmp_path: Path) -> None:
    rows = [Row("13", 48037782, "A", (NUDT15,), ("0/1",)), Row("13", 48037782, NUDT15, (TWICE,), ("0/1",))]
    assert bases(at(read_text(tmp_path, vcf(rows)), "rs746071566")) == (NUDT15, TWICE)


def test_the_NUDT15_deletion_and_insertion_are_different_alleles(tmp_path: Path) -> None:
    row = Row("13", 48037782, NUDT15, ("A", TWICE), ("1/2",))
    assert bases(at(read_text(tmp_path, vcf([row])), "rs746071566")) == ("A", TWICE)


def test_an_indel_of_another_length_is_undocumented_never_reference(tmp_path: Path) -> None:
    row = Row("13", 48037782, "A", ("AGG",), ("0/1",))
    seen = at(read_text(tmp_path, vcf([row])), "rs746071566")
    assert isinstance(seen, Genotype)
    assert seen.is_heterozygous
    assert not set(seen.alleles) <= set(BY_RSID["rs746071566"].alleles)


def test_an_indel_shown_as_reference_is_reference_in_every_spelling(tmp_path: Path) -> None:
    """A hom-ref indel must not be missing because its REF is written shorter or longer than in the tables."""
    for ref, alts in [(NUDT15, ("A",)), (NUDT15, ("A", TWICE)), ("A", (NUDT15,)), ("A", ()), (NUDT15, ()), ("A", ("C",))]:
        row = Row("13", 48037782, ref, alts, ("0/0",))
        assert bases(at(read_text(tmp_path, vcf([row])), "rs746071566")) == (NUDT15, NUDT15), (ref, alts)


def test_the_header_is_read_to_its_end_and_no_further(tmp_path: Path) -> None:
    found = read_text(tmp_path, header())
    assert {why(one) for one in found.genotypes.values()} == {"NO_RECORD"}
