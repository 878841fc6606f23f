"""Reference blocks of a gVCF: evidence of reference where they are good enough, missing where they are not."""

from importlib import resources
from pathlib import Path

import pytest

from garrod.genome.assess import gene_results
from garrod.genome.files import ReadOptions
from garrod.model.genotypes import Assembly, GenomeEvidence, Genotype, Missing, ReadThresholds
from garrod.model.person import Person
from made_files import (
    BLOCKS,
    KNOWLEDGE,
    VARIANTS,
    Row,
    alleles_read,
    as_sets,
    at,
    bases,
    gvcf,
    position,
    read,
    read_text,
    reference,
    reference_person,
    vcf,
    why,
    write_bcf,
    write_bgzip,
)

GRCH37, GRCH38 = Assembly.GRCH37, Assembly.GRCH38
#: Positions of dbSNP on chromosome 10 of GRCh38, all in CYP2C19: rs12248560 lies 19 kb before the two others.
STAR_17, STAR_3, STAR_2 = 94761900, 94780653, 94781859


def block(start: int, end: int, gt: str = "0/0", *, ref: str = "A", **fields: str) -> Row:
    given = {"DP": "30", "GQ": "60", "MIN_DP": "28"} | fields
    kept = {key: text for key, text in given.items() if text}
    return Row("10", start, ref, ("<NON_REF>",), (gt,), info=f"END={end}", filter=".", fields=kept)


def file(*rows: Row) -> str:
    return vcf(rows, more=BLOCKS)


def called(evidence: GenomeEvidence) -> dict[str, tuple[object, ...]]:
    """What every gene of the person comes to."""
    person = Person(id="made", sex="female", genomes=(evidence,))
    results, _ = gene_results(person, KNOWLEDGE)
    return {
        one.gene: (one.status, [f.diplotype.name for f in one.diplotypes], one.phenotype, one.phenotypes_possible, one.missing)
        for one in results
    }


# ---- blocks


def test_a_good_block_is_evidence_of_reference(tmp_path: Path) -> None:
    found = read_text(tmp_path, file(block(STAR_2 - 100, STAR_2 + 100)))
    seen = at(found, "rs4244285")
    assert found.kind == "gVCF"
    assert isinstance(seen, Genotype)
    assert (seen.alleles, seen.inferred) == (("G", "G"), "block")
    assert why(at(found, "rs4986893")) == "NO_RECORD"


def test_one_block_may_span_several_sites(tmp_path: Path) -> None:
    found = read_text(tmp_path, file(block(STAR_17 - 10, STAR_2 + 10)))
    within = [one for one in VARIANTS.values() if one.chromosome == "10" and STAR_17 <= one.position_38 <= STAR_2]
    assert len(within) > 10
    assert alleles_read(found) == {one.variant_id: (one.ref_38, one.ref_38) for one in within}


@pytest.mark.parametrize(("start", "end", "is_read"), [(0, 0, 1), (-5, 0, 1), (0, 5, 1), (-5, -1, 0), (1, 5, 0)])
def test_a_block_reaches_from_its_position_to_its_end_and_no_further(start: int, end: int, is_read: int, tmp_path: Path) -> None:
    ref = "G" if start == 0 else "A"
    seen = at(read_text(tmp_path, file(block(STAR_2 + start, STAR_2 + end, ref=ref))), "rs4244285")
    assert isinstance(seen, Genotype) == bool(is_read)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"MIN_DP": "9"}, "LOW_BLOCK"),
        ({"MIN_DP": "0", "DP": "50"}, "LOW_BLOCK"),
        ({"MIN_DP": "", "DP": "9"}, "LOW_BLOCK"),
        ({"GQ": "19"}, "LOW_BLOCK"),
        ({"GQ": "0", "MIN_DP": "40"}, "LOW_BLOCK"),
        ({"gt": "./."}, "NO_CALL"),
        ({"gt": "0/."}, "HALF_CALL"),
        ({"gt": "0/1"}, "UNREADABLE"),
    ],
    ids=str,
)
@pytest.mark.parametrize("options", [ReadOptions(), ReadOptions(absent_is_reference=True)], ids=["", "promised"])
def test_a_block_below_the_threshold_is_missing(
    fields: dict[str, str], reason: str, options: ReadOptions, tmp_path: Path
) -> None:
    rest = {key: text for key, text in fields.items() if key != "gt"}
    text = file(block(STAR_2 - 100, STAR_2 + 100, fields.get("gt", "0/0"), **rest))
    assert why(at(read_text(tmp_path, text, options), "rs4244285")) == reason


@pytest.mark.parametrize(
    "fields", [{"MIN_DP": "10"}, {"MIN_DP": "10", "DP": "5"}, {"GQ": "20"}, {"MIN_DP": "", "DP": "10"}], ids=str
)
def test_a_block_at_the_threshold_is_read(fields: dict[str, str], tmp_path: Path) -> None:
    """MIN_DP, where it is given, is what counts: DP is only the block's median."""
    assert bases(at(read_text(tmp_path, file(block(STAR_2, STAR_2, ref="G", **fields))), "rs4244285")) == ("G", "G")


def test_the_callers_thresholds_hold_for_blocks(tmp_path: Path) -> None:
    text = file(block(STAR_2 - 1, STAR_2 + 1, MIN_DP="15", GQ="30"))
    for thresholds in (ReadThresholds(depth=16), ReadThresholds(genotype_quality=31)):
        assert why(at(read_text(tmp_path, text, ReadOptions(thresholds=thresholds)), "rs4244285")) == "LOW_BLOCK"
    lower = ReadOptions(thresholds=ReadThresholds(depth=15, genotype_quality=30))
    assert bases(at(read_text(tmp_path, text, lower), "rs4244285")) == ("G", "G")


def test_a_filtered_block_is_missing(tmp_path: Path) -> None:
    row = Row("10", STAR_2 - 5, "A", ("<NON_REF>",), ("0/0",), info=f"END={STAR_2 + 5}", filter="LowQual")
    assert why(at(read_text(tmp_path, file(row)), "rs4244285")) == "FILTERED"


@pytest.mark.parametrize("symbol", [("<NON_REF>",), ("<*>",), ()], ids=str)
def test_blocks_are_written_with_either_symbol_or_with_none(symbol: tuple[str, ...], tmp_path: Path) -> None:
    row = Row("10", STAR_2 - 5, "A", symbol, ("0/0",), info=f"DP=30;END={STAR_2 + 5}", fields={"DP": "30"})
    assert bases(at(read_text(tmp_path, file(row)), "rs4244285")) == ("G", "G")


def test_a_good_and_a_bad_block_are_each_their_own(tmp_path: Path) -> None:
    found = read_text(tmp_path, file(block(STAR_3 - 50, STAR_3 + 50, GQ="3"), block(STAR_2 - 50, STAR_2 + 50)))
    assert why(at(found, "rs4986893")) == "LOW_BLOCK"
    assert bases(at(found, "rs4244285")) == ("G", "G")


def test_a_variant_between_blocks_is_read_as_written(tmp_path: Path) -> None:
    rows = [
        block(STAR_2 - 100, STAR_2 - 1),
        Row("10", STAR_2, "G", ("A", "<NON_REF>"), ("0/1",), fields={"DP": "30", "GQ": "99", "AD": "15,15,0"}),
        block(STAR_2 + 1, STAR_2 + 100),
    ]
    assert bases(at(read_text(tmp_path, file(*rows)), "rs4244285")) == ("A", "G")


def test_a_call_of_any_other_allele_is_not_reference(tmp_path: Path) -> None:
    row = Row("10", STAR_2, "G", ("A", "<NON_REF>"), ("0/2",), fields={"DP": "30", "GQ": "99"})
    assert why(at(read_text(tmp_path, file(row)), "rs4244285")) == "UNREADABLE"


def test_a_deletion_inside_a_gvcf_takes_the_base(tmp_path: Path) -> None:
    rows = [
        block(STAR_2 - 100, STAR_2 - 3),
        Row("10", STAR_2 - 2, "CCG", ("C", "<NON_REF>"), ("0/1",), fields={"DP": "30", "GQ": "99"}),
        Row("10", STAR_2, "G", ("A", "*", "<NON_REF>"), ("1/2",), fields={"DP": "30", "GQ": "99"}),
    ]
    assert bases(at(read_text(tmp_path, file(*rows)), "rs4244285")) == ("*", "A")


def test_a_block_over_an_indel_shows_that_nothing_is_inserted_or_deleted(tmp_path: Path) -> None:
    row = Row("13", 48037700, "A", ("<NON_REF>",), ("0/0",), info="END=48037900", fields={"DP": "30", "GQ": "99"})
    assert bases(at(read_text(tmp_path, file(row)), "rs746071566")) == ("AGGAGTC", "AGGAGTC")


def test_a_block_that_ends_before_the_base_an_indel_is_written_at_shows_nothing(tmp_path: Path) -> None:
    after = Row("13", 48037783, "G", ("<NON_REF>",), ("0/0",), info="END=48037900", fields={"DP": "30", "GQ": "99"})
    assert isinstance(at(read_text(tmp_path, file(after)), "rs746071566"), Missing)


def test_a_haploid_block_is_one_copy(tmp_path: Path) -> None:
    row = Row("X", 154532000, "A", ("<NON_REF>",), ("0",), info="END=154547600", fields={"DP": "20", "GQ": "40"})
    found = alleles_read(read_text(tmp_path, file(row)))
    assert found
    assert found == {name: (VARIANTS[name].ref_38,) for name in found}


def test_on_GRCh37_a_block_shows_the_builds_own_base_and_nothing_where_it_is_not_known(tmp_path: Path) -> None:
    row = Row("7", 99245000, "A", ("<NON_REF>",), ("0/0",), info="END=99278000", fields={"DP": "30", "GQ": "99"})
    found = read_text(tmp_path, vcf([row], GRCH37, more=BLOCKS))
    assert bases(at(found, "rs776746")) == ("C", "C")
    unknown = next(one for one in VARIANTS.values() if one.ref_37 is None and one.chromosome == "10" and not one.is_indel)
    place = position(unknown, GRCH37)
    found = read_text(tmp_path, vcf([block(place - 9, place + 9)], GRCH37, more=BLOCKS))
    assert why(found.genotypes[unknown.variant_id]) == "UNKNOWN_REFERENCE"
    found = read_text(tmp_path, vcf([block(place, place + 9, ref=unknown.ref_38)], GRCH37, more=BLOCKS))
    assert bases(found.genotypes[unknown.variant_id]) == (unknown.ref_38, unknown.ref_38)


# ---- ways to read


def stored(folder: Path, how: str, text: str) -> Path:
    if how.startswith("bcf"):
        return write_bcf(folder / "made.g.bcf", text, index=how == "bcf and csi")
    if how == "plain":
        (folder / "made.g.vcf").write_text(text, encoding="utf-8")
        return folder / "made.g.vcf"
    return write_bgzip(folder / "made.g.vcf.gz", text, index=None if how == "bgzip" else how)


WAYS = ("plain", "bgzip", "tbi", "csi", "bcf", "bcf and csi")


@pytest.mark.parametrize("how", WAYS)
def test_a_block_that_begins_far_before_a_site_is_found(how: str, tmp_path: Path) -> None:
    path = stored(tmp_path, how, file(block(94000000, 94900000)))
    found = alleles_read(read(path))
    assert found["CYP2C19-94781859"] == ("G", "G")
    assert set(found) == {
        one.variant_id for one in VARIANTS.values() if one.chromosome == "10" and 94000000 <= one.position_38 <= 94900000
    }


@pytest.mark.parametrize("how", WAYS)
def test_a_long_block_with_records_after_it_is_no_disorder(how: str, tmp_path: Path) -> None:
    """Sites far apart are fetched one stretch after the other, and a long block comes again with each."""
    rows = [
        block(STAR_17 - 5, STAR_2 - 1),
        Row("10", STAR_2, "G", ("A", "<NON_REF>"), ("0/1",), fields={"DP": "30", "GQ": "99"}),
        block(STAR_2 + 1, 94950000),
    ]
    found = alleles_read(read(stored(tmp_path, how, file(*rows))))
    assert found["CYP2C19-94781859"] == ("A", "G")
    assert found["CYP2C19-94761900"] == ("C", "C")
    assert found["CYP2C19-94842866"] == ("A", "A")


@pytest.mark.parametrize("how", WAYS)
def test_a_whole_gvcf_gives_back_the_person_however_it_is_stored(how: str, tmp_path: Path) -> None:
    person = reference_person() | {
        "CYP2C19-94781859": ("G", "A"),
        "CYP3A5-99672916": ("C", "C"),
        "UGT1A1-233760233": ("CATAT", "CAT"),
    }
    found = read(stored(tmp_path, how, gvcf(person, GRCH38)))
    assert alleles_read(found) == as_sets(person)


# ---- the example person


def as_gvcf(text: str) -> str:
    """Turn a VCF with a record a site into a gVCF by hand: runs of reference calls become blocks, split at other contigs."""
    head, body = [], []
    run: list[list[str]] = []

    def close() -> None:
        if run:
            first, last = run[0], run[-1]
            depth = min(int(cells[9].split(":")[1]) for cells in run)
            end = max(int(cells[1]) + len(cells[3]) - 1 for cells in run)
            assert end >= int(last[1])
            sample = f"{first[9].split(':')[0]}:{depth + 5}:99:{depth}"
            body.append("\t".join([*first[:2], ".", first[3][0], "<NON_REF>", ".", ".", f"END={end}", "GT:DP:GQ:MIN_DP", sample]))
            run.clear()

    for line in text.splitlines():
        if line.startswith("#"):
            head.append(line)
            continue
        cells = line.split("\t")
        is_reference = set(cells[9].split(":")[0]) <= set("0/")
        if run and (cells[0] != run[0][0] or not is_reference):
            close()
        if is_reference:
            run.append(cells)
        else:
            body.append("\t".join([*cells[:4], f"{cells[4]},<NON_REF>", *cells[5:]]))
    close()
    return "\n".join([*head[:-1], *BLOCKS, head[-1], *body]) + "\n"


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> tuple[GenomeEvidence, GenomeEvidence]:
    """The shipped example's genome as it is, and as a gVCF."""
    folder = tmp_path_factory.mktemp("ada")
    text = (resources.files("garrod.examples") / "ada/ada.vcf").read_text(encoding="utf-8")
    blocks = as_gvcf(text)
    assert blocks.count("\n") < text.count("\n") / 4
    return read_text(folder, text), read_text(folder, blocks, name="ada.g.vcf")


def test_the_example_as_gvcf_has_the_genotypes_of_the_vcf(ada: tuple[GenomeEvidence, GenomeEvidence]) -> None:
    plain, blocks = ada
    assert blocks.kind == "gVCF"
    assert alleles_read(blocks) == alleles_read(plain)
    assert len(alleles_read(plain)) > 1000


def test_what_the_example_leaves_unread_stays_unread_between_blocks(ada: tuple[GenomeEvidence, GenomeEvidence]) -> None:
    for one in ada:
        assert why(at(one, "rs28399499")) == "NO_CALL"
        assert why(at(one, "rs116855232")) == "NO_CALL"


def test_the_example_as_gvcf_has_the_calls_of_the_vcf(ada: tuple[GenomeEvidence, GenomeEvidence]) -> None:
    plain, blocks = ada
    assert called(blocks) == called(plain)
    status, names, phenotype, _, missing = called(blocks)["CYP2C19"]
    assert (status, names, phenotype, missing) == ("called", ["*2/*2"], "Poor Metabolizer", ())


def test_a_gvcf_needs_no_promise(ada: tuple[GenomeEvidence, GenomeEvidence]) -> None:
    assert not ada[1].absent_is_reference
    assert not any("--absent-is-reference" in note for note in ada[1].notes)


def test_a_gvcf_of_GRCh37_gives_the_same_alleles_where_the_build_is_known(tmp_path: Path) -> None:
    person = reference_person(GRCH37)
    found = alleles_read(read_text(tmp_path, gvcf(person, GRCH37)))
    known = {name for name, one in VARIANTS.items() if one.ref_37 is not None}
    assert known <= set(found)
    expected = {name: (reference(VARIANTS[name], GRCH37),) * len(person[name]) for name in found}
    assert found == expected
