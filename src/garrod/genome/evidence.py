"""What the genome files show of one gene: genotypes, missing positions, undocumented bases, copies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from garrod.genome.definitions import GeneDefinition
from garrod.knowledge.pharmacogenomics import Ploidy, Variant
from garrod.model.calls import PositionRead
from garrod.model.genotypes import Assembly, GenomeEvidence, Genotype, Missing, MissingReason, Observed


@dataclass(frozen=True, slots=True)
class GeneEvidence:
    """The genotypes of one gene.

    Attributes
    ----------
    read
        Genotypes with documented bases only, ready to match.
    missing
        Variant ids without a genotype.
    undocumented
        Genotypes that hold a base no definition knows; not in ``read``.
    ploidy
        2 or 1; None where the file contradicts the declared sex, and then ``conflict`` says how.
    """

    read: tuple[Genotype, ...]
    missing: tuple[Missing, ...]
    undocumented: tuple[Genotype, ...]
    ploidy: int | None
    conflict: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def open_ids(self) -> tuple[str, ...]:
        """Positions that say nothing of the alleles: not read, or with a base that no definition knows."""
        return (*(one.variant_id for one in self.missing), *(one.variant_id for one in self.undocumented))


def merged(genomes: Sequence[GenomeEvidence]) -> Mapping[str, Observed]:
    """Join several genomes of one person: a position that two of them read differently is missing."""
    if len(genomes) == 1:
        return genomes[0].genotypes
    joined: dict[str, Observed] = {}
    for genome in genomes:
        for variant, seen in genome.genotypes.items():
            before = joined.get(variant)
            if isinstance(before, Missing) and before.reason is MissingReason.CONFLICT:
                continue
            if not isinstance(before, Genotype):
                joined[variant] = seen if isinstance(seen, Genotype) or before is None else before
            elif isinstance(seen, Genotype) and sorted(before.alleles) != sorted(seen.alleles):
                joined[variant] = Missing(variant, MissingReason.CONFLICT, f"{before.record} | {seen.record}")
    return joined


def gene_evidence(definition: GeneDefinition, genotypes: Mapping[str, Observed], sex: str) -> GeneEvidence:
    """Collect one gene's genotypes and settle how many copies of it were read."""
    read, missing, undocumented = [], [], []
    for variant in definition.variants:
        seen = genotypes.get(variant.variant_id) or Missing(variant.variant_id, MissingReason.NO_RECORD)
        if isinstance(seen, Missing):
            missing.append(seen)
        elif all(definition.is_documented(variant.variant_id, base) for base in seen.alleles):
            read.append(seen)
        else:
            undocumented.append(seen)
    ploidy, conflict, notes = _ploidy(definition, [*read, *undocumented], sex)
    if ploidy == 1 and definition.gene.ploidy is Ploidy.X_LINKED:
        read = [replace(one, alleles=one.alleles[:1]) for one in read]
    return GeneEvidence(tuple(read), tuple(missing), tuple(undocumented), ploidy, conflict, notes)


def _ploidy(definition: GeneDefinition, read: Sequence[Genotype], sex: str) -> tuple[int | None, str | None, tuple[str, ...]]:
    kind = definition.gene.ploidy
    if kind is Ploidy.MITOCHONDRIAL:
        return 1, None, ()
    haploid = sum(len(one.alleles) == 1 for one in read)
    different = any(one.is_heterozygous for one in read)
    if kind is Ploidy.DIPLOID:
        if haploid:
            return None, "one allele was read where every person carries two", ()
        return 2, None, ()
    if different and (sex == "male" or haploid):
        who = "a male" if sex == "male" else "a person with single-copy genotypes"
        return None, f"two different alleles were read on the X chromosome of {who}", ()
    if haploid and sex == "female":
        return None, "single-copy genotypes were read on the X chromosome of a female", ()
    if sex == "male" or haploid:
        note = () if sex == "male" else ("Sex was not declared; single-copy genotypes on X were read as male.",)
        return 1, None, note
    if sex == "female":
        return 2, None, ()
    if different:
        return 2, None, ("Sex was not declared; different alleles on X were read as female.",)
    return 2, None, ("Sex was not declared; a male carries one copy of this gene, and the result would be the same.",)


def with_reference_for_undocumented(definition: GeneDefinition, evidence: GeneEvidence) -> tuple[Genotype, ...]:
    """Return the genotypes with undocumented bases read as the reference allele's, for genes where that is the rule."""
    patched = []
    for one in evidence.undocumented:
        reference = definition.reference_bases(one.variant_id)[0]
        known = tuple(b if definition.is_documented(one.variant_id, b) else reference for b in one.alleles)
        patched.append(replace(one, alleles=known[: evidence.ploidy or 2]))
    return (*evidence.read, *patched)


def main_reason(missing: Sequence[Missing]) -> str:
    """Return the commonest reason for missing positions, in words."""
    counts = Counter(one.reason for one in missing)
    return str(counts.most_common(1)[0][0]) if counts else "nothing was read"


def position_reads(definition: GeneDefinition, genotypes: Mapping[str, Observed], assembly: Assembly) -> tuple[PositionRead, ...]:
    """Return what was read at every defining position, for the page."""
    return tuple(
        _position_read(definition, variant, genotypes.get(variant.variant_id), assembly) for variant in definition.variants
    )


def _position_read(definition: GeneDefinition, variant: Variant, seen: Observed | None, assembly: Assembly) -> PositionRead:
    reference = definition.reference_bases(variant.variant_id)
    differing = tuple(
        name
        for index, name in enumerate(definition.alleles)
        if index != definition.reference and variant.variant_id in definition.cells[index]
        and not set(definition.cells[index][variant.variant_id]) & set(reference)
    )  # fmt: skip
    observed = seen.alleles if isinstance(seen, Genotype) else ()
    position = variant.position_37 if assembly is Assembly.GRCH37 else variant.position_38
    rule = "tier1" if variant.variant_id in definition.tier1 else None
    return PositionRead(
        variant_id=variant.variant_id,
        name=variant.name,
        chromosome=variant.chromosome,
        position=position or variant.position_38,
        observed=observed,
        is_reference=bool(observed) and all(base in reference for base in observed),
        missing=None if isinstance(seen, Genotype) else str((seen.reason if seen else MissingReason.NO_RECORD).value),
        record=seen.record if seen else "",
        alleles_defined_here=differing,
        rule="required" if variant.variant_id in definition.required else rule,
    )
