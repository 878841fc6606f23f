"""Fuzz the readers, guided by coverage: whatever the bytes, a reader answers or refuses, and never misreads a no-call.

Needs atheris (``pip install atheris``), which is no requirement of the project. Arguments are those of libFuzzer:

    python tests/fuzz/fuzz_readers.py -max_total_time=120

The first byte of an input chooses the reader, the rest is the file. What fails is printed with the file that holds it;
give that file as the only argument to see it again.
"""

import json
import random
import re
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

TESTS: Final = Path(__file__).parents[1]
CELLS: Final = re.compile(rb'([\t\n,:;/| ="<>{}\[\]])')
BLOCK: Final = 1000  #: bytes a compressed block, so that small files have several
BGZF_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
#: Positions of every kind: bases, repeat, insertion, substitution of two bases, X, mitochondria, other bases on GRCh37.
PLACES: Final = frozenset({
    "ABCG2-88131171", "CYP2C19-94761900", "CYP2C19-94780653", "CYP2C19-94781859", "CYP2C19-94842866", "CYP2D6-42128198",
    "CYP2D6-42128200", "CYP2D6-42128241", "CYP3A5-99672916", "G6PD-154536002", "IFNL3-39248147", "MT-RNR1-1494", "MT-RNR1-1555",
    "NUDT15-48037782", "RYR1-38572266", "UGT1A1-233759924", "UGT1A1-233760233", "VKORC1-31096368",
})  # fmt: skip
#: What stands in the cells of such files, and what should not.
WORDS: Final = tuple(word.encode() for word in (
    "", ".", "*", "-", "-1", "+1", "0", "1", "2", "3", "9", "19", "30", "99", "1_0", "²", "9" * 30, "9" * 5000, "1e999",
    "nan", "NaN", "Infinity", "A", "C", "G", "T", "N", "AGGAGTC", "CAT", "CATAT", "<DEL>", "<NON_REF>", "<*>", "<STR>",
    "<INS>", "G]17:198982]", "END=94900000", "END=1", "SVLEN=-5000", "PASS", "LowQual", "GT", "DP", "GQ", "RGQ", "AD", "AF",
    "PS", "FT", "MIN_DP", "5,0", "./.", ".", "0/1", "0|1", "1/2", "0/.", "1|.", "0/0/1", "chr10", "10", "chrM", "X", "23",
    "26", "94781859", "96541616", "hg19", "GRCh38", "##reference=hg19", "##ALT=<ID=NON_REF>", "##INFO=<ID=END>", "#CHROM",
    "rsid", "rs4244285", "i123", "# build 37", "plus strand", "II", "ID", "DD", "--", "A-", "AG", "null", "true", "[]", "{}",
    "[{}]", '"x"', '""', '" "', '"\\ud800"', "genomes", "medications", "file", "value", "unit", "time", "as_of", "birth_date",
    "tumor", "2026-04-28", "2026-04-28T07:30:00+02:00", "0001-01-01", "9999-12-31", "*1", "*2x3", "*1xN", "*4.013",
    "(*68)+*4", "*36+*10", "*57:01", "positive", "n/a", "≥3.0", "CYP2D6", "HLA-B", "DPYD", "\ufeff", "\r", "\x00", "\u2028",
))  # fmt: skip


def bgzf(content: bytes) -> bytes:
    """Compress in blocks, as the SAM specification lays them out (section 4.1)."""
    made = []
    for start in range(0, len(content), BLOCK):
        piece = content[start : start + BLOCK]
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        body = packer.compress(piece) + packer.flush()
        head = struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(body) + 25)
        made.append(head + body + struct.pack("<II", zlib.crc32(piece), len(piece)))
    return b"".join(made) + BGZF_END


class Misread(Exception):  # noqa: N818 - a finding
    """A no-call that came out as a genotype."""


def check_missing(genotypes: Iterable[Any]) -> None:
    """Refuse a genotype that rests on nothing but records without a call."""
    for seen in genotypes:
        if hasattr(seen, "alleles") and seen.record and seen.inferred != "absent":
            calls = [one.rsplit(" ", 1)[-1] for one in seen.record.split(" | ")]
            if all("." in one for one in calls):
                raise Misread(seen)


def readers(folder: Path) -> tuple[tuple[str, Callable[[bytes], object]], ...]:
    """Name and act of every reader; imported here, so that its branches can be watched."""
    from garrod.genome.assess import gene_results
    from garrod.genome.files import ReadOptions, read_genome, search
    from garrod.intake import IntakeOptions, read_people
    from garrod.intake.outside_file import read_outside_calls
    from garrod.intake.reading import sites
    from garrod.knowledge import load_knowledge
    from garrod.knowledge.pharmacogenomics import Variant, VariantForm
    from garrod.model.person import Person

    whole = load_knowledge()
    small = whole.replacing({
        Variant: tuple(one for one in whole.rows(Variant) if one.variant_id in PLACES),
        VariantForm: tuple(one for one in whole.rows(VariantForm) if one.variant_id in PLACES),
    })  # fmt: skip
    places = sites(small)
    vars(search)["SMALL"] = 0  # so that small files are searched too
    options = (ReadOptions(all_samples=True), ReadOptions(all_samples=True, absent_is_reference=True))
    path = folder / "file"

    def genome(content: bytes) -> None:
        path.write_bytes(content)
        for found in read_genome(path, places, options[len(content) % 2]):
            check_missing(found.genotypes.values())

    def person(content: bytes) -> None:
        path.write_bytes(content)
        read_people(path, small, IntakeOptions(all_samples=True))

    def outside(content: bytes) -> None:
        path.write_bytes(content)
        gene_results(Person(id="x", outside_calls=read_outside_calls(path, whole)), whole)

    return (
        ("vcf", genome),
        ("bgzip", lambda content: genome(bgzf(content))),
        ("consumer", genome),
        ("person", person),
        ("outside", outside),
        ("any", genome),
    )


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Change a cell or a line of the file, as those who write files do."""
    kind, body = data[:1], data[1:]
    if rng.random() < 0.3:
        lines = body.split(b"\n")
        place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        change = rng.randrange(4)
        if change == 0:
            lines.insert(other, lines[place])
        elif change == 1:
            del lines[place]
        elif change == 2:
            lines[place], lines[other] = lines[other], lines[place]
        else:
            lines[place] += rng.choice((b"", b"\t", b" ", b"\r")) + lines[other]
        return kind + b"\n".join(lines)
    pieces = CELLS.split(body)
    for _ in range(rng.randint(1, 3)):
        pieces[rng.randrange(len(pieces))] = rng.choice(WORDS) if rng.random() < 0.8 else rng.choice(pieces)
    return kind + b"".join(pieces)


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """Good files to begin from, a few of each kind."""
    from garrod.model.genotypes import Assembly
    from made_files import VARIANTS, array, gvcf, reference_person, rows_of, split, vcf, write_bcf

    assert set(VARIANTS) >= PLACES
    people = {assembly: {n: a for n, a in reference_person(assembly).items() if n in PLACES} for assembly in Assembly}
    person = people[Assembly.GRCH38] | {
        "CYP2C19-94781859": ("G", "A"), "UGT1A1-233760233": ("CATAT", "CAT"), "NUDT15-48037782": ("A", "AGGAGTCGGAGTC"),
        "CYP3A5-99672916": ("C", "C"), "MT-RNR1-1555": ("G",), "CYP2D6-42128241": ("CT", "C"),
    }  # fmt: skip
    rows = rows_of([person], Assembly.GRCH38)
    texts = [
        vcf(rows), vcf(rows_of([person], Assembly.GRCH38, phased=True)), vcf(one for row in rows for one in split(row)),
        vcf(rows_of([people[Assembly.GRCH37]], Assembly.GRCH37), Assembly.GRCH37, prefix=""), gvcf(person, Assembly.GRCH38),
        vcf(rows_of([person, person], Assembly.GRCH38), samples=("a", "b")),
    ]  # fmt: skip
    arrays = [array(person), array(person, ancestry=True), array(person, assembly=Assembly.GRCH38, comment="")]
    file = {
        "id": "x", "sex": "female", "birth_date": "1958-03-02", "as_of": "2026-05-01T09:00:00+02:00",
        "body": [{"height": {"value": 164, "unit": "cm"}, "weight": {"value": 71.5, "unit": "kg"}}],
        "genomes": [{"file": "x.vcf", "assembly": "GRCh38"}], "outside_calls": [{"gene": "CYP2D6", "call": "*4/*41"}],
        "medications": [{"name": "clopidogrel", "dose": {"value": 75, "unit": "mg"}, "start": "2026-04-01", "status": "active"}],
        "levels": [{"drug": "vancomycin", "value": 18.2, "unit": "mg/L", "time": "2026-04-28T07:30:00+02:00"}],
        "tumor": {"type": {"oncotree": "LUAD"}}, "allergies": [], "consent": {"secondary_findings": False},
    }  # fmt: skip
    outside = (
        "CYP2D6\t*4/*41\nHLA-B\t*57:01 negative\nCYP2C19\t*1/*2\tIntermediate Metabolizer\nDPYD\t\t\t1.5\n",
        "CYP2D6\t*1x2/*4.013\nCYP2D6\t(*68)+*4/*1\nHLA-A\t*31:01:02/*02:01N\nUGT1A1\t*80+*28/*1\nMT-RNR1\t1555A>G\n",
    )
    bcf = write_bcf(folder / "seed.bcf", texts[0]).read_bytes()
    return {
        "vcf": [one.encode() for one in texts],
        "bgzip": [one.encode() for one in texts],
        "consumer": [one.encode() for one in arrays],
        "person": [json.dumps(file).encode(), json.dumps(file, indent=1).encode(), b'{"id": "a"}\n{"id": "b"}\n'],
        "outside": [one.encode() for one in outside],
        "any": [bcf, bgzf(texts[0].encode()), zlib.compress(texts[0].encode(), wbits=31)],
    }


def main() -> None:
    """Run libFuzzer over the readers."""
    try:
        atheris = import_module("atheris")
    except ModuleNotFoundError:
        sys.exit("fuzzing needs atheris: pip install atheris")
    sys.path.insert(0, str(TESTS))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with atheris.instrument_imports(include=["garrod"]):
            acts = readers(folder)
        refused = import_module("garrod.model.errors").GarrodError

        def once(data: bytes) -> None:
            if data:
                try:
                    acts[data[0] % len(acts)][1](data[1:])
                except refused as error:
                    assert all(fault.what and fault.remedy for fault in error.faults)

        def mutate(data: bytes, most: int, seed: int) -> bytes:
            rng = random.Random(seed)
            changed: bytes = mutated(data, rng) if rng.random() < 0.7 else atheris.Mutate(data, most)
            return changed[:most]

        corpus = folder / "corpus"
        corpus.mkdir()
        for kind, some in seeds(folder).items():
            number = [act for act, _ in acts].index(kind)
            for place, content in enumerate(some):
                (corpus / f"{kind}-{place}").write_bytes(bytes([number]) + content)
        asked = sys.argv[1:]
        again = [one for one in asked if not one.startswith("-")]
        found = f"-artifact_prefix={tempfile.gettempdir()}/garrod-fuzz-"
        defaults = [found, "-max_len=16384", "-timeout=20"]
        atheris.Setup([sys.argv[0], *defaults, *asked, *([] if again else [str(corpus)])], once, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
