"""Look every drug up under every guideline, for what is settled and for what is still possible.

Where a gene's result is settled, its statements are the advice, and what else remains possible says what would change
it. Where it is not, the advice for all that remains possible is given, each with its condition; where it is the same
for all, it is given once, without a condition. A gene that nobody looked at gives "could not check", never silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.person import Medication, Person
from garrod.model.recommendations import Recommendation
from garrod.therapeutics.compose import CRITICAL, could_not_check, recommendation, summary_of
from garrod.therapeutics.facets import PersonFacets, applies_to_any, facets_of, labels
from garrod.therapeutics.gene_states import NO_RESULT, GeneOptions, GeneState, gene_options, state_of_key
from garrod.therapeutics.statements import DrugGuideline, GuidelineStatement, drug_guidelines
from garrod.therapeutics.testing import label_notes, label_tests
from garrod.therapeutics.wording import decider

#: How strongly a body must say "avoid" for the test to come first; bodies without grades always do.
FORBIDDING: Final = frozenset({"strong", None})


def recommend(
    person: Person, findings: Findings, knowledge: Knowledge, *, drugs: frozenset[str] | None = None
) -> tuple[Recommendation, ...]:
    """Return advice on every drug that a guideline covers, the person's own or not, in order of drug and guideline.

    Parameters
    ----------
    drugs
        The drugs to look up; None for all.
    """
    taken = taken_medications(person, findings)
    made: list[Recommendation] = []
    spoken_of: set[tuple[str, str]] = set()
    for drug, guidelines in drug_guidelines(knowledge).items():
        if drugs is not None and drug not in drugs:
            continue
        facets = facets_of(person, taken.get(drug, ()), knowledge)
        for guideline in guidelines:
            spoken_of |= {(gene, drug) for gene in guideline.genes}
            made += _advice(guideline, facets, findings, knowledge)
    made += label_tests(frozenset(taken), frozenset(spoken_of), findings, knowledge)
    return tuple(made)


def taken_medications(person: Person, findings: Findings) -> Mapping[str, tuple[Medication, ...]]:
    """Return the entries of the person's current medicines by drug id, as the medicines stage recognized them."""
    found: dict[str, tuple[Medication, ...]] = {}
    for one in findings.taken():
        if one.is_current and person.medications is not None:
            found[one.drug_id] = (*found.get(one.drug_id, ()), person.medications[one.entry])
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
    guideline: DrugGuideline, facets: tuple[PersonFacets, ...], findings: Findings, knowledge: Knowledge
) -> Iterator[Recommendation]:
    shown = labels(knowledge)
    label = label_notes(guideline.drug.drug_id, guideline.genes, knowledge)
    options = _options(guideline, findings)
    first = _to_test_first(guideline, options, facets)
    outcomes = [_outcome(guideline, states, facets) for states in product(*(one.possible for one in options))]
    settled = next((one for one in outcomes if one.states == tuple(option.settled for option in options)), None)
    if settled is not None:
        changes = _changes(guideline, outcomes, settled, options)
        for one in settled.statements:
            more = (*changes, *_untested(guideline, options))
            yield recommendation(guideline, one, facets, shown, states=settled.states, changes=more, test_first=first)
        if not settled.statements:
            yield from _whatever(guideline, options, facets, shown) or (
                could_not_check(guideline, options, facets, label=label, changes=changes),
            )
        return
    groups: dict[tuple[object, ...], list[_Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.advice, []).append(outcome)
    silent = groups.pop((), [])
    if not groups:
        yield could_not_check(guideline, options, facets, label=label, changes=_tests(options))
        return
    more = (*_tests(options), *_untested(guideline, options))
    unsaid = (f"If {_condition(silent, options)}: the guideline says nothing.",) if silent else ()
    for same in groups.values():
        alone = len(groups) == 1 and not silent
        condition = None if alone else _condition(same, options)
        for one in same[0].statements:
            changes = _untested(guideline, options) if alone else (*unsaid, *more)
            yield recommendation(
                guideline, one, facets, shown, states=same[0].states, changes=changes, condition=condition, test_first=first
            )


def _whatever(
    guideline: DrugGuideline, options: Sequence[GeneOptions], facets: tuple[PersonFacets, ...], shown: Mapping[str, str]
) -> tuple[Recommendation, ...]:
    """Return the advice that holds whatever an unassessed gene is, where every result that the guideline knows agrees."""
    missing = [one for one in options if not one.is_assessed]
    if not missing or len(missing) == len(options):
        return ()
    every = [tuple(map(state_of_key, guideline.keys_of(o.gene))) if not o.is_assessed else o.possible for o in options]
    outcomes = [_outcome(guideline, states, facets) for states in product(*every)]
    if len({one.advice for one in outcomes}) != 1 or not outcomes[0].statements:
        return ()
    note = tuple(f"This holds whatever {one.gene} is, as far as the guideline tells results apart." for one in missing)
    return tuple(
        recommendation(guideline, one, facets, shown, states=outcomes[0].states, notes=note) for one in outcomes[0].statements
    )


def _options(guideline: DrugGuideline, findings: Findings) -> list[GeneOptions]:
    """Return each gene's states, those that the guideline's keys cannot tell apart taken together."""
    found = []
    for gene in guideline.genes:
        keys = guideline.keys_of(gene)
        found.append(_joined(gene_options(gene, guideline.guideline.body, findings, keys), keys))
    return found


def _joined(options: GeneOptions, keys: Sequence[StatementKey]) -> GeneOptions:
    by_fit: dict[tuple[bool, ...], list[GeneState]] = {}
    for state in (reading for one in options.possible for reading in one.readings()):
        by_fit.setdefault(tuple(state.fits(key) for key in keys), []).append(state)
    of_settled = [states for states in by_fit.values() if options.settled and set(options.settled.readings()) & set(states)]
    settled = options.settled if len(of_settled) == 1 else None
    possible = []
    for states in by_fit.values():
        names = dict.fromkeys(one.label for one in states)
        possible.append(settled if settled and states in of_settled else states[0].called(" or ".join(names)))
    return replace(options, settled=settled, possible=tuple(possible))


def _outcome(guideline: DrugGuideline, states: tuple[GeneState, ...], facets: tuple[PersonFacets, ...]) -> _Outcome:
    by_gene = {one.gene: one for one in states}
    fitting = [
        one for one in guideline.statements
        if not one.clauses  # said whatever the genes are (warfarin: use an algorithm)
        or any(all(any(by_gene[g].fits(k) for k in keys) for g, keys in clause.items()) for clause in one.clauses)
    ]  # fmt: skip
    here = [one for one in fitting if applies_to_any(one.row, facets) is not False]
    named = {one.audience for one in here if _names_genotype(one, by_gene)}
    return _Outcome(states, tuple(one for one in here if one.audience not in named or _names_genotype(one, by_gene)))


def _names_genotype(statement: GuidelineStatement, by_gene: Mapping[str, GeneState]) -> bool:
    """Whether the statement names the genotype itself, which is more specific than its phenotype."""
    return any(
        key.key_type is KeyType.GENOTYPE and by_gene[gene].fits(key)
        for clause in statement.clauses for gene, keys in clause.items() for key in keys
    )  # fmt: skip


def _untested(guideline: DrugGuideline, options: Sequence[GeneOptions]) -> tuple[str, ...]:
    """Name the genes without a result that the guideline would look up, where it speaks without them."""
    return tuple(
        f"A result for {one.gene} could change this."
        for one in options
        if not one.is_assessed and any(key.value != NO_RESULT for key in guideline.keys_of(one.gene))
    )


def _to_test_first(guideline: DrugGuideline, options: Sequence[GeneOptions], facets: tuple[PersonFacets, ...]) -> tuple[str, ...]:
    """Name the genes without a result of which some result would forbid the drug, where the guideline speaks without it."""
    return tuple(one.gene for one in options if not one.is_assessed and _could_forbid(guideline, one.gene, options, facets))


def _could_forbid(guideline: DrugGuideline, gene: str, options: Sequence[GeneOptions], facets: tuple[PersonFacets, ...]) -> bool:
    states = tuple(state_of_key(key) for key in guideline.keys_of(gene) if key.value != NO_RESULT)
    possible = product(*(states if one.gene == gene else one.possible for one in options))
    outcomes = (_outcome(guideline, some, facets) for some in possible)
    said = [one for outcome in outcomes for one in outcome.statements]
    return any(one.parts[0].row.action in CRITICAL and one.row.strength in FORBIDDING for one in said)


def _condition(outcomes: Sequence[_Outcome], options: Sequence[GeneOptions]) -> str:
    """Say under which results of the open genes these outcomes hold."""
    said = [
        " and ".join(f"{state.gene} is {state.label}" for state, one in zip(outcome.states, options, strict=True) if one.is_open)
        for outcome in outcomes
    ]
    return ", or ".join(dict.fromkeys(said))


def _changes(
    guideline: DrugGuideline, outcomes: Sequence[_Outcome], settled: _Outcome, options: Sequence[GeneOptions]
) -> tuple[str, ...]:
    """Say which other possible results would bring other advice, and which positions decide."""
    lines = []
    for outcome in outcomes:
        if outcome.advice != settled.advice:
            different = [s for s, now in zip(outcome.states, settled.states, strict=True) if s != now]
            result = ", ".join(f"{one.gene} {one.label}" for one in different)
            said = " ".join(dict.fromkeys(summary_of(guideline.drug.name, one) for one in outcome.statements))
            lines.append(f"If {result}: {said or 'the guideline says nothing.'}")
    return (*dict.fromkeys(lines), *(_tests(options) if lines else ()))


def _tests(options: Sequence[GeneOptions]) -> tuple[str, ...]:
    return tuple(
        f"{one.gene} is decided by {', '.join(map(decider, one.decided_by[:6]))}."
        if one.decided_by
        else f"{one.gene} is decided by one more test: what is known of it does not agree, or may mean several things."
        for one in options
        if one.is_open
    )
