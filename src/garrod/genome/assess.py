"""Genome evidence and outside calls become findings: one result a gene, and what disagrees or cannot be read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from garrod.genome.definitions import definitions
from garrod.genome.evidence import merged
from garrod.genome.outside_results import known_alleles, outside_result, reconciled
from garrod.genome.results import genome_result
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Gene, ResultType
from garrod.model.calls import CallSource, CallStatus, GeneResult
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.person import OutsideCall, Person

DOMAIN = "genome"


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return one finding for each gene that knowledge covers, read or not, and one for each disagreement.

    Parameters
    ----------
    person
        Genotypes and outside calls; a person without either gets every gene as not assessed.
    findings
        What earlier stages found; not used by this one.
    """
    results, unread = gene_results(person, knowledge)
    made = [_gene_finding(result, person) for result in results]
    made += [_disagreement(result) for result in results if result.disagreement]
    made += [
        Finding(
            id=f"outside_call:{number}",
            domain=DOMAIN,
            kind="unreadable_outside_call",
            subject=text.split(":")[0],
            status=FindingStatus.NOT_ASSESSED,
            reason=text,
            certainty=None,
        )
        for number, text in enumerate(unread, start=1)
    ]
    return tuple(made)


def gene_results(person: Person, knowledge: Knowledge) -> tuple[tuple[GeneResult, ...], tuple[str, ...]]:
    """Return every gene's result, in the order of the gene table, and outside calls that could not be read."""
    by_gene: dict[str, list[OutsideCall]] = defaultdict(list)
    spelled = {gene.lower(): gene for gene in _genes(knowledge)}
    unread = []
    for call in person.outside_calls:
        gene = spelled.get(call.gene.strip().lower())
        if gene is None:
            unread.append(f"{call.where or 'outside call'}: gene {call.gene!r} is not one these tables know")
        else:
            by_gene[gene].append(call)
    from_genome = dict(_from_genome(person, knowledge))
    read_here = definitions(knowledge) if person.genomes else {}
    results = []
    for gene in _genes(knowledge):
        outside = None
        if gene in by_gene:
            outside, texts = outside_result(gene, by_gene[gene], knowledge)
            unread += texts
        readable = frozenset(read_here[gene].alleles) if gene in read_here else frozenset()
        results.append(reconciled(from_genome.get(gene), outside, readable) or _nobody_looked(gene, knowledge))
    return tuple(results), tuple(unread)


def _genes(knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(row.gene for row in knowledge.rows(Gene))


def _from_genome(person: Person, knowledge: Knowledge) -> Iterator[tuple[str, GeneResult]]:
    if not person.genomes:
        return
    genotypes = merged(person.genomes)
    for gene, definition in definitions(knowledge).items():
        yield gene, genome_result(definition, genotypes, person.genomes[0], person.sex, knowledge)


def _nobody_looked(gene: str, knowledge: Knowledge) -> GeneResult:
    typed_elsewhere = next(row for row in knowledge.rows(Gene) if row.gene == gene).result_type is ResultType.ALLELE_STATUS
    return GeneResult(
        gene=gene,
        status=CallStatus.NOT_ASSESSED,
        source=None,
        reason="no typing given" if typed_elsewhere else "no genome and no outside call given",
        could_change=True,
    )


def _gene_finding(result: GeneResult, person: Person) -> Finding:
    best = [one.diplotype.name for one in result.diplotypes if one.rank == 1]
    return Finding(
        id=f"gene:{result.gene}",
        domain=DOMAIN,
        kind="gene_result",
        subject=result.gene,
        value=result.phenotype or (" or ".join(best) if best and result.is_assessed else None),
        unit=None,
        status=FindingStatus.ASSESSED if result.is_assessed else FindingStatus.NOT_ASSESSED,
        reason=result.reason,
        certainty=_certainty(result),
        evidence=_evidence(result, person),
        sources=result.sources,
        detail=result,
    )


def _certainty(result: GeneResult) -> str | None:
    if not result.is_assessed:
        return None
    if result.needs_review:
        return "review"
    if result.status is CallStatus.LIMITED:
        return "limited"
    if result.phenotype is None and len(result.phenotypes_possible) > 1:
        return "ambiguous"
    if result.could_change:
        return "could_change"
    return "confirm" if result.needs_confirmation else "settled"


def _evidence(result: GeneResult, person: Person) -> tuple[str, ...]:
    if result.source is CallSource.OUTSIDE:
        return tuple(
            f"outside call ({call.source}): {call.call or call.phenotype or call.activity_score}"
            for call in person.outside_calls
            if call.gene.strip().lower() == result.gene.lower()
        )
    return tuple(f"{one.name} {'/'.join(one.observed)}" for one in result.positions if one.observed and not one.is_reference)


def _disagreement(result: GeneResult) -> Finding:
    return Finding(
        id=f"disagreement:{result.gene}",
        domain=DOMAIN,
        kind="disagreement",
        subject=result.gene,
        value=result.disagreement,
        certainty="review",
        evidence=(f"gene:{result.gene}",),
        sources=result.sources,
    )


def documented_alleles(knowledge: Knowledge) -> Mapping[str, Mapping[str, str]]:
    """Return the spellings that outside calls may use, by gene."""
    return known_alleles(knowledge)
