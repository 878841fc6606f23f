"""Read this first: one person and what is known about everybody become a care plan.

person + knowledge -> findings -> recommendations -> care plan
"""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Protocol

from garrod import biomarkers, careplan, medicines, therapeutics
from garrod.genome import assess as genome
from garrod.knowledge.loading import Knowledge
from garrod.model.careplan import CarePlan
from garrod.model.findings import Finding, Findings
from garrod.model.person import Person
from garrod.model.recommendations import Reviewed
from garrod.model.run import Run

Assess = Callable[[Person, Findings, Knowledge], tuple[Finding, ...]]


class Decide(Protocol):
    """A decider: what it advises, and what it looked at; ``drugs`` narrows what is looked up, None for everything."""

    def __call__(self, person: Person, findings: Findings, knowledge: Knowledge, *, drugs: frozenset[str] | None) -> Reviewed:
        """Decide for one person."""
        ...


#: From evidence to findings, in order: each stage sees what the earlier ones found. First what no medicine list changes.
ASSESS_BODY: Final[tuple[Assess, ...]] = (
    biomarkers.assess,
    genome.assess,
)
ASSESS_LIST: Final[tuple[Assess, ...]] = (
    medicines.assess,
    medicines.assess_allergies,
    medicines.assess_activity,
    medicines.assess_exposure,
)

#: From findings to recommendations, and to what was looked at on the way.
DECIDE: Final[tuple[Decide, ...]] = (therapeutics.review,)


def personalize(person: Person, knowledge: Knowledge, *, listed_only: bool = False, body: Findings | None = None) -> CarePlan:
    """Work out what follows for one person.

    The same person and the same knowledge give the same plan, byte for byte: no clock, file or network is used.

    Parameters
    ----------
    listed_only
        Look up only the medicines that the person takes; else every drug that a guideline covers.
    body
        What ``assess_body`` found of this person already; to ask about several medicine lists of one person.

    Examples
    --------
    >>> from garrod import Person, load_knowledge, personalize
    >>> plan = personalize(Person(id="nobody"), load_knowledge())
    >>> {finding.status.value for finding in plan.findings if finding.kind == "gene_result"}
    {'not_assessed'}
    """
    findings = assess_body(person, knowledge) if body is None else body
    for assess in ASSESS_LIST:
        findings = findings.and_(assess(person, findings, knowledge))
    drugs = frozenset(one.drug_id for one in findings.taken() if one.is_current) if listed_only else None
    reviewed = tuple(decide(person, findings, knowledge, drugs=drugs) for decide in DECIDE)
    recommendations = tuple(one for some in reviewed for one in some.recommendations)
    checks = tuple(one for some in reviewed for one in some.checks)
    return careplan.assemble(person, findings, recommendations, knowledge, run_record(person, knowledge), checks=checks)


def assess_body(person: Person, knowledge: Knowledge) -> Findings:
    """Return what the person's genes and laboratory say, which no medicine list changes."""
    findings = Findings()
    for assess in ASSESS_BODY:
        findings = findings.and_(assess(person, findings, knowledge))
    return findings


def run_record(person: Person, knowledge: Knowledge) -> Run:
    """Return what this computation was made from."""
    inputs = [("person", person.digest)] if person.digest else []
    inputs += [(f"genome {one.file} {one.sample}", one.digest) for one in person.genomes]
    parameters: list[tuple[str, str]] = [("as_of", person.as_of.isoformat() if person.as_of else "not known")]
    for one in person.genomes:
        limits = one.thresholds
        parameters += [
            (f"{one.file} assembly", one.assembly.value),
            (f"{one.file} absent is reference", str(one.absent_is_reference).lower()),
            (f"{one.file} lowest depth", str(limits.depth)),
            (f"{one.file} lowest genotype quality", str(limits.genotype_quality)),
            (f"{one.file} allele balance", f"{limits.balance_low:g} to {limits.balance_high:g}"),
        ]
    return Run(
        program="garrod",
        version=program_version(),
        knowledge=knowledge.digest,
        knowledge_date=str(max(source.date_read for source in knowledge.sources.values())),
        inputs=tuple(inputs),
        parameters=tuple(parameters),
    )


def program_version() -> str:
    """Return the version of this program."""
    try:
        return version("garrod")
    except PackageNotFoundError:
        return "unknown"
