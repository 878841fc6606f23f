"""Look every drug up under every guideline, for what is settled and for what is still possible.

Where a gene's result is settled, its statements are the advice, and what else remains possible says what would change
it. Where it is not, the advice for all that remains possible is given, each with its condition; where it is the same
for all, it is given once, without a condition. A gene that nobody looked at gives "could not check", never silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.person import Medication, Person
from garrod.model.recommendations import Recommendation
from garrod.therapeutics.compose import could_not_check, recommendation
from garrod.therapeutics.facets import PersonFacets, applies, facets_of, labels
from garrod.therapeutics.gene_states import GeneOptions, GeneState, gene_options
from garrod.therapeutics.statements import DrugGuideline, GuidelineStatement, drug_guidelines


def recommend(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Recommendation, ...]:
    """Return advice on every drug that a guideline covers, the person's own or not, in order of drug and guideline."""
    taken = taken_medications(person, findings)
    made: list[Recommendation] = []
    for drug, guidelines in drug_guidelines(knowledge).items():
        facets = facets_of(person, taken.get(drug), knowledge)
        for guideline in guidelines:
            made += _advice(guideline, facets, findings, labels(knowledge))
    return tuple(made)


def taken_medications(person: Person, findings: Findings) -> Mapping[str, Medication]:
    """Return the person's current medicines by drug id, as the medicines stage recognized them."""
    by_index = {f.id: f for f in findings.of_kind("medication")}
    found = {}
    for index, one in enumerate(person.medications or ()):
        finding = by_index.get(f"medication:{index}")
        if one.is_current and finding is not None and isinstance(finding.value, str):
            found[finding.value] = one
    return found


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a guideline says in one combination of gene states."""

    states: tuple[GeneState, ...]
    statements: tuple[GuidelineStatement, ...]

    @property
    def advice(self) -> tuple[object, ...]:
        """What is advised, whatever statement says it: equal for two results that lead to the same advice."""
        return tuple(sorted((one.content for one in self.statements), key=repr))


def _advice(
    guideline: DrugGuideline, facets: PersonFacets, findings: Findings, shown: Mapping[str, str]
) -> Iterator[Recommendation]:
    options = _options(guideline, findings)
    outcomes = [_outcome(guideline, states, facets) for states in product(*(one.possible for one in options))]
    settled = next((one for one in outcomes if one.states == tuple(option.settled for option in options)), None)
    if settled is not None:
        changes = _changes(outcomes, settled, options)
        for one in settled.statements:
            yield recommendation(guideline, one, facets, shown, states=settled.states, changes=changes)
        if not settled.statements:
            yield could_not_check(guideline, options, facets, findings)
        return
    groups: dict[tuple[object, ...], list[_Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.advice, []).append(outcome)
    silent = groups.pop((), [])
    if not groups:
        yield could_not_check(guideline, options, facets, findings)
        return
    tests = _tests(options)
    unsaid = (f"If {_condition(silent, options)}: the guideline says nothing.",) if silent else ()
    for same in groups.values():
        alone = len(groups) == 1 and not silent
        condition = None if alone else _condition(same, options)
        for one in same[0].statements:
            changes = () if alone else (*unsaid, *tests)
            yield recommendation(guideline, one, facets, shown, states=same[0].states, changes=changes, condition=condition)


def _options(guideline: DrugGuideline, findings: Findings) -> list[GeneOptions]:
    """Return each gene's states, those that the guideline's keys cannot tell apart taken together."""
    asked = _asked_alleles(guideline)
    found = []
    for gene in guideline.genes:
        keys = tuple(
            key for one in guideline.statements for clause in one.clauses for name, some in clause.items() if name == gene
            for key in some
        )  # fmt: skip
        found.append(_joined(gene_options(gene, guideline.guideline.body, findings, asked), keys))
    return found


def _joined(options: GeneOptions, keys: Sequence[StatementKey]) -> GeneOptions:
    by_fit: dict[tuple[bool, ...], list[GeneState]] = {}
    for state in options.possible:
        by_fit.setdefault(tuple(state.fits(key) for key in keys), []).append(state)
    possible = [
        options.settled if options.settled in states else states[0].called(" or ".join(one.label for one in states))
        for states in by_fit.values()
    ]
    return GeneOptions(options.gene, options.settled, tuple(one for one in possible if one is not None), options.decided_by)


def _asked_alleles(guideline: DrugGuideline) -> dict[str, frozenset[str]]:
    asked: dict[str, set[str]] = {}
    for statement in guideline.statements:
        for clause in statement.clauses:
            for gene, keys in clause.items():
                for key in keys:
                    if key.key_type is KeyType.ALLELE_STATUS and key.value and key.value.startswith("*"):
                        asked.setdefault(gene, set()).add(key.value.split()[0])
    return {gene: frozenset(alleles) for gene, alleles in asked.items()}


def _outcome(guideline: DrugGuideline, states: tuple[GeneState, ...], facets: PersonFacets) -> _Outcome:
    by_gene = {one.gene: one for one in states}
    fitting = [
        one for one in guideline.statements
        if not one.clauses  # said whatever the genes are (warfarin: use an algorithm)
        or any(all(any(by_gene[g].fits(k) for k in keys) for g, keys in clause.items()) for clause in one.clauses)
    ]  # fmt: skip
    here = [one for one in fitting if applies(one.row, facets) is not False]
    by_genotype = [one for one in here if _names_genotype(one, by_gene)]
    return _Outcome(states, tuple(by_genotype or here))


def _names_genotype(statement: GuidelineStatement, by_gene: Mapping[str, GeneState]) -> bool:
    """Whether the statement names the genotype itself, which is more specific than its phenotype."""
    return any(
        key.key_type is KeyType.GENOTYPE and by_gene[gene].fits(key)
        for clause in statement.clauses for gene, keys in clause.items() for key in keys
    )  # fmt: skip


def _condition(outcomes: Sequence[_Outcome], options: Sequence[GeneOptions]) -> str:
    """Say under which results of the open genes these outcomes hold."""
    said = [
        " and ".join(f"{state.gene} is {state.label}" for state, one in zip(outcome.states, options, strict=True) if one.is_open)
        for outcome in outcomes
    ]
    return ", or ".join(dict.fromkeys(said))


def _changes(outcomes: Sequence[_Outcome], settled: _Outcome, options: Sequence[GeneOptions]) -> tuple[str, ...]:
    """Say which other possible results would bring other advice, and which positions decide."""
    lines = []
    for outcome in outcomes:
        if outcome.advice != settled.advice:
            different = [s for s, now in zip(outcome.states, settled.states, strict=True) if s != now]
            actions = sorted({one.parts[0].row.action.value.replace("_", " ") for one in outcome.statements})
            result = ", ".join(f"{one.gene} {one.label}" for one in different)
            lines.append(f"If {result}: {' or '.join(actions) if actions else 'the guideline says nothing'}.")
    return (*dict.fromkeys(lines), *(_tests(options) if lines else ()))


def _tests(options: Sequence[GeneOptions]) -> tuple[str, ...]:
    return tuple(
        f"{one.gene} is decided by {', '.join(one.decided_by[:6])}." for one in options if one.is_open and one.decided_by
    )
