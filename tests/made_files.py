"""Genome files made from known genotypes: VCF, gVCF, BCF and array layouts of a person whose alleles we chose.

Nothing here reads with the program's own readers, so what a test expects is what it wrote.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pysam
import pysam.bcftools

from garrod.genome.files import ReadOptions, read_genome
from garrod.intake.reading import sites
from garrod.knowledge import load_knowledge
from garrod.knowledge.pharmacogenomics import Variant
from garrod.model.genotypes import Assembly, GenomeEvidence, Genotype, Missing, Observed

KNOWLEDGE: Final = load_knowledge()
VARIANTS: Final[Mapping[str, Variant]] = {one.variant_id: one for one in KNOWLEDGE.rows(Variant)}
BY_RSID: Final[Mapping[str, Variant]] = {one.rsid: one for one in VARIANTS.values() if one.rsid}

#: Lengths as NCBI publishes them for GRCh37.p13 and GRCh38.p14.
LENGTHS: Final[Mapping[Assembly, Mapping[str, int]]] = {
    Assembly.GRCH37: {
        "1": 249250621, "2": 243199373, "4": 191154276, "6": 171115067, "7": 159138663, "8": 146364022, "10": 135534747,
        "12": 133851895, "13": 115169878, "16": 90354753, "19": 59128983, "22": 51304566, "X": 155270560, "MT": 16569,
    },
    Assembly.GRCH38: {
        "1": 248956422, "2": 242193529, "4": 190214555, "6": 170805979, "7": 159345973, "8": 145138636, "10": 133797422,
        "12": 133275309, "13": 114364328, "16": 90338345, "19": 58617616, "22": 50818468, "X": 156040895, "MT": 16569,
    },
}  # fmt: skip
ORDER: Final = {name: place for place, name in enumerate(LENGTHS[Assembly.GRCH38])}
MEANINGS: Final = (
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##FILTER=<ID=LowQual,Description="Low quality">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="Sample filter">',
    '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Lowest depth of the block">',
)
BLOCKS: Final = (
    '##ALT=<ID=NON_REF,Description="Any other allele">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="Last position of the block">',
)
PALINDROMES: Final = ({"A", "T"}, {"C", "G"})

#: variant id -> alleles, strand by strand, in the spelling of the definition tables.
Alleles = Mapping[str, tuple[str, ...]]


def position(variant: Variant, assembly: Assembly) -> int:
    """Where the variant lies on a build. All shipped variants lie on both."""
    place = variant.position_38 if assembly is Assembly.GRCH38 else variant.position_37
    assert place is not None
    return place


def reference(variant: Variant, assembly: Assembly) -> str:
    """The build's own sequence; where the tables do not know it for GRCh37, this file's is the one of GRCh38."""
    return variant.ref_38 if assembly is Assembly.GRCH38 else variant.ref_37 or variant.ref_38


def reference_person(assembly: Assembly = Assembly.GRCH38) -> dict[str, tuple[str, ...]]:
    """A person whose every site is as the genome of a build: two copies, one in mitochondria."""
    return {
        name: (reference(one, assembly),) * (1 if one.chromosome == "MT" else 2) for name, one in VARIANTS.items()
    }  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One record of a VCF, with one genotype a sample."""

    chromosome: str
    position: int
    ref: str
    alts: tuple[str, ...]
    genotypes: tuple[str, ...]
    name: str = "."
    filter: str = "PASS"
    info: str = "."
    fields: Mapping[str, str] = field(default_factory=dict)  #: FORMAT key -> text, the same for every sample

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in a sorted file."""
        return ORDER[self.chromosome], self.position

    def text(self, prefix: str = "chr") -> str:
        """The line, without its end."""
        keys = ":".join(("GT", *self.fields))
        rest = "".join(f":{text}" for text in self.fields.values())
        cells = (
            contig(self.chromosome, prefix), str(self.position), self.name, self.ref, ",".join(self.alts) or ".", ".",
            self.filter, self.info, keys, *(gt + rest for gt in self.genotypes),
        )  # fmt: skip
        return "\t".join(cells)


def contig(chromosome: str, prefix: str = "chr") -> str:
    """The contig's name: ``chr1`` and ``chrM``, or ``1`` and ``MT``."""
    return f"{prefix}M" if prefix and chromosome == "MT" else f"{prefix}{chromosome}"


def header(
    assembly: Assembly | None = Assembly.GRCH38,
    *,
    samples: Sequence[str] = ("made",),
    prefix: str = "chr",
    lengths: Mapping[str, int] | None = None,
    more: Iterable[str] = (),
) -> str:
    """Everything before the records. Without an assembly there is no contig line: the header does not tell the build."""
    known = lengths if lengths is not None else LENGTHS[assembly] if assembly else {}
    lines = [
        "##fileformat=VCFv4.2",
        *(f"##contig=<ID={contig(name, prefix)},length={length}>" for name, length in known.items()),
        *MEANINGS,
        *more,
        "\t".join(("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples)),
    ]
    return "\n".join(lines) + "\n"


def genotype(numbers: Sequence[int], *, phased: bool = False) -> str:
    """Write allele numbers as a GT; unphased ones in ascending order, as programs do."""
    return "|".join(map(str, numbers)) if phased else "/".join(map(str, sorted(numbers)))


def row_of(
    variant: Variant, people: Sequence[tuple[str, ...]], assembly: Assembly, *, phased: bool = False, **more: object
) -> Row:
    """One record of one site: the build's sequence and every other known allele, multi-allelic where it must be."""
    ref = reference(variant, assembly)
    alts = tuple(one for one in variant.alleles if one != ref)
    numbered = (ref, *alts)
    return Row(
        variant.chromosome,
        position(variant, assembly),
        ref,
        alts,
        tuple(genotype([numbered.index(one) for one in alleles], phased=phased) for alleles in people),
        name=variant.rsid or ".",
        fields={"DP": "30", "GQ": "99"},
        **more,  # type: ignore[arg-type]
    )


def split(row: Row) -> tuple[Row, ...]:
    """The same record as one record an alternate, the way ``bcftools norm -m-`` splits it: other alternates become 0."""
    made = []
    for number, alt in enumerate(row.alts, start=1):
        ref, short = row.ref, alt
        while len(ref) > 1 and len(short) > 1 and ref[-1] == short[-1]:
            ref, short = ref[:-1], short[:-1]
        genotypes = tuple(
            "".join(one if one in "/|." else "1" if one == str(number) else "0" for one in gt) for gt in row.genotypes
        )
        made.append(Row(row.chromosome, row.position, ref, (short,), genotypes, row.name, row.filter, row.info, row.fields))
    return tuple(made)


def rows_of(people: Sequence[Alleles], assembly: Assembly, *, phased: bool = False) -> list[Row]:
    """One record a site that the first person has, in the order of a sorted file."""
    rows = [
        row_of(VARIANTS[name], [person[name] for person in people], assembly, phased=phased) for name in people[0]
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row.place)


def vcf(
    rows: Iterable[Row],
    assembly: Assembly | None = Assembly.GRCH38,
    *,
    samples: Sequence[str] = ("made",),
    prefix: str = "chr",
    lengths: Mapping[str, int] | None = None,
    more: Iterable[str] = (),
) -> str:
    """A whole file; the records in the order given."""
    head = header(assembly, samples=samples, prefix=prefix, lengths=lengths, more=more)
    return head + "".join(f"{row.text(prefix)}\n" for row in rows)


def gvcf_rows(person: Alleles, assembly: Assembly, *, depth: int = 30, quality: int = 99) -> Iterator[Row]:
    """The rows of a gVCF: what is as the build becomes blocks that span neighboring sites, the rest records."""
    block: list[Row] = []
    for row in rows_of([person], assembly):
        is_reference = set(row.genotypes[0]) <= set("0/|")
        same_place = block and block[0].chromosome == row.chromosome and block[0].genotypes == row.genotypes
        if block and not (is_reference and same_place):
            yield _block(block, row if block[0].chromosome == row.chromosome else None, depth, quality)
            block = []
        if is_reference:
            block.append(row)
        else:
            alts = (*row.alts, "<NON_REF>")
            yield Row(row.chromosome, row.position, row.ref, alts, row.genotypes, row.name, fields=row.fields)
    if block:
        yield _block(block, None, depth, quality)


def _block(rows: Sequence[Row], following: Row | None, depth: int, quality: int) -> Row:
    first = rows[0]
    end = max(row.position + len(row.ref) - 1 for row in rows)
    if following is not None:
        end = min(end, following.position - 1)
    fields = {"DP": str(depth + 10), "GQ": str(quality), "MIN_DP": str(depth)}
    alts = ("<NON_REF>",)
    return Row(
        first.chromosome, first.position, first.ref[0], alts, first.genotypes, info=f"END={end}", filter=".", fields=fields
    )  # fmt: skip


def gvcf(person: Alleles, assembly: Assembly, **more: int) -> str:
    """A whole gVCF."""
    return vcf(gvcf_rows(person, assembly, **more), assembly, more=BLOCKS)


def is_on_array(variant: Variant, *, strand_is_stated: bool = True) -> bool:
    """Whether two letters can tell the variant's alleles: one base each, or an indel with two alleles."""
    if variant.is_indel:
        return len(variant.alts) == 1
    if len(variant.ref_38) > 1:
        return False
    return strand_is_stated or not any({variant.ref_38, alt} in PALINDROMES for alt in variant.alts)


def letters(variant: Variant, alleles: Iterable[str]) -> list[str]:
    """What an array writes: the bases, or I for the longer and D for the shorter allele."""
    if variant.is_indel:
        longest = max(variant.alleles, key=len)
        return ["I" if one == longest else "D" for one in alleles]
    return list(alleles)


def array(
    person: Alleles,
    *,
    ancestry: bool = False,
    assembly: Assembly = Assembly.GRCH37,
    comment: str = "# build 37, plus strand",
) -> str:
    """A consumer file of the sites that an array can tell."""
    columns = "rsid\tchromosome\tposition\tallele1\tallele2" if ancestry else "# rsid\tchromosome\tposition\tgenotype"
    lines = [comment, columns] if comment else [columns]
    for name, alleles in person.items():
        variant = VARIANTS[name]
        if is_on_array(variant):
            called = letters(variant, alleles)
            cells = "\t".join(called * 2 if len(called) == 1 else called) if ancestry else "".join(called)
            chromosome = {"X": "23", "MT": "26"}.get(variant.chromosome, variant.chromosome) if ancestry else variant.chromosome
            lines.append(
                f"{variant.rsid or 'i' + str(variant.position_38)}\t{chromosome}\t{position(variant, assembly)}\t{cells}"
            )
    return "\n".join(lines) + "\n"


def write_bgzip(path: Path, text: str, *, index: str | None = None) -> Path:
    """Compress in blocks, and index as ``tbi`` or ``csi`` where asked."""
    plain = path.with_name(path.name + ".plain")
    plain.write_text(text, encoding="utf-8")
    pysam.tabix_compress(str(plain), str(path), force=True)
    plain.unlink()
    if index is not None:
        pysam.tabix_index(str(path), preset="vcf", force=True, csi=index == "csi")
    return path


def write_bcf(path: Path, text: str, *, index: bool = False) -> Path:
    """Turn the text of a VCF into BCF."""
    plain = path.with_name(path.name + ".vcf")
    plain.write_text(text, encoding="utf-8")
    with pysam.VariantFile(str(plain)) as given, pysam.VariantFile(str(path), "wb", header=given.header) as out:
        for record in given:
            out.write(record)
    plain.unlink()
    if index:
        pysam.bcftools.index("--force", str(path), catch_stdout=False)
    return path


def read(path: Path, options: ReadOptions | None = None) -> GenomeEvidence:
    """Read the one sample of a file."""
    (found,) = read_genome(path, sites(KNOWLEDGE), options or ReadOptions())
    return found


def read_text(folder: Path, text: str, options: ReadOptions | None = None, *, name: str = "made.vcf") -> GenomeEvidence:
    """Write a file and read it."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path, options)


def at(evidence: GenomeEvidence, rsid: str) -> Observed:
    """What was read at an rsID, or at a variant id where there is none."""
    return evidence.genotypes[BY_RSID[rsid].variant_id if rsid in BY_RSID else rsid]


def bases(seen: Observed) -> tuple[str, ...]:
    """The alleles that were read, whatever their order."""
    assert isinstance(seen, Genotype), seen
    return tuple(sorted(seen.alleles))


def strands(seen: Observed) -> tuple[str, ...]:
    """The alleles strand by strand; the position must be phased."""
    assert isinstance(seen, Genotype), seen
    assert seen.is_phased
    return seen.alleles


def why(seen: Observed) -> str:
    """Why nothing was read, by the reason's name."""
    assert isinstance(seen, Missing), seen
    return seen.reason.name


def alleles_read(evidence: GenomeEvidence) -> dict[str, tuple[str, ...]]:
    """Every genotype that was read, phase set aside."""
    return {name: bases(seen) for name, seen in evidence.genotypes.items() if isinstance(seen, Genotype)}


def as_sets(person: Alleles) -> dict[str, tuple[str, ...]]:
    """The same for a person as made."""
    return {name: tuple(sorted(alleles)) for name, alleles in person.items()}
