"""Look every drug up under every guideline, for what is settled and for what is still possible.

Where a gene's result is settled, its statement is the advice, and what else remains possible says what would change
it. Where it is not, the statements of all that remains possible are given, each with its condition; if they are the
same, the condition falls away. A gene that nobody looked at gives "could not check", never silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from garrod.knowledge.guidelines import KeyType
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.findings import Findings
from garrod.model.person import Medication, Person
from garrod.model.recommendations import (
    Action,
    Alternative,
    AppliesTo,
    Dose,
    Fallback,
    Recommendation,
    Severity,
    Target,
)
from garrod.therapeutics.facets import PersonFacets, applies, facets_of
from garrod.therapeutics.gene_states import GeneOptions, GeneState, gene_options
from garrod.therapeutics.statements import DrugGuideline, GuidelineStatement, Part, drug_guidelines
from garrod.therapeutics.wording import INDICATION_WORDS, action_sentence

DOMAIN: Final = "therapeutics"
CRITICAL: Final = frozenset({Action.AVOID, Action.CONTRAINDICATED})
CHANGING: Final = frozenset(Action) - {
    Action.STANDARD, Action.NO_RECOMMENDATION, Action.CONTINUE, *CRITICAL,
}  # fmt: skip
MOST_COMBINATIONS: Final = 200


def recommend(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Recommendation, ...]:
    """Return advice on every drug that a guideline covers, the person's own or not, in order of drug and guideline."""
    taken = taken_medications(person, findings)
    made: list[Recommendation] = []
    for drug, guidelines in drug_guidelines(knowledge).items():
        facets = facets_of(person, taken.get(drug), knowledge)
        for guideline in guidelines:
            made += _advice(guideline, facets, findings)
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
    def label(self) -> str:
        return ", ".join(f"{one.gene} {one.label}" for one in self.states)


def _advice(guideline: DrugGuideline, facets: PersonFacets, findings: Findings) -> Iterator[Recommendation]:
    asked = _asked_alleles(guideline)
    options = [gene_options(gene, guideline.guideline.body, findings, asked) for gene in guideline.genes]
    outcomes = _outcomes(guideline, options, facets)
    settled = next((one for one in outcomes if one.states == tuple(o.settled for o in options)), None)
    if settled is not None:
        changes = _changes(outcomes, settled, options)
        if settled.statements:
            yield from (_recommendation(guideline, one, facets, outcome=settled, changes=changes) for one in settled.statements)
        else:
            yield _could_not_check(guideline, options, facets, findings)
        return
    answered = [one for one in outcomes if one.statements]
    if answered and len({_identity(one) for one in outcomes}) == 1:
        yield from (_recommendation(guideline, s, facets, outcome=answered[0]) for s in answered[0].statements)
        return
    seen: set[tuple[str, str]] = set()
    for outcome in answered:
        condition = ", ".join(f"{s.gene} is {s.label}" for s, o in zip(outcome.states, options, strict=True) if o.is_open)
        for statement in outcome.statements:
            if (statement.row.statement_id, condition) not in seen:
                seen.add((statement.row.statement_id, condition))
                yield _recommendation(guideline, statement, facets, outcome=outcome, changes=_tests(options), condition=condition)
    if not answered:
        yield _could_not_check(guideline, options, facets, findings)


def _asked_alleles(guideline: DrugGuideline) -> dict[str, frozenset[str]]:
    asked: dict[str, set[str]] = {}
    for statement in guideline.statements:
        for clause in statement.clauses:
            for gene, keys in clause.items():
                for key in keys:
                    if key.key_type is KeyType.ALLELE_STATUS and key.value and key.value.startswith("*"):
                        asked.setdefault(gene, set()).add(key.value.split()[0])
    return {gene: frozenset(alleles) for gene, alleles in asked.items()}


def _outcomes(guideline: DrugGuideline, options: Sequence[GeneOptions], facets: PersonFacets) -> list[_Outcome]:
    combinations = product(*(one.possible for one in options))
    found = []
    for number, states in enumerate(combinations):
        if number >= MOST_COMBINATIONS:
            break
        found.append(_Outcome(states, _statements(guideline, states, facets)))
    return found


def _statements(guideline: DrugGuideline, states: tuple[GeneState, ...], facets: PersonFacets) -> tuple[GuidelineStatement, ...]:
    by_gene = {one.gene: one for one in states}
    fitting = [
        one for one in guideline.statements
        if not one.clauses  # said whatever the genes are (warfarin: use an algorithm)
        or any(all(any(by_gene[g].fits(k) for k in keys) for g, keys in clause.items()) for clause in one.clauses)
    ]  # fmt: skip
    here = [one for one in fitting if applies(one.row, facets) is not False]
    by_genotype = [one for one in here if _names_genotype(one, by_gene)]
    return tuple(by_genotype or here)


def _names_genotype(statement: GuidelineStatement, by_gene: Mapping[str, GeneState]) -> bool:
    """Whether the statement names the genotype itself, which is more specific than its phenotype."""
    return any(
        key.key_type is KeyType.GENOTYPE and by_gene[gene].fits(key)
        for clause in statement.clauses for gene, keys in clause.items() for key in keys
    )  # fmt: skip


def _identity(outcome: _Outcome) -> tuple[str, ...]:
    return tuple(one.row.statement_id for one in outcome.statements)


def _changes(outcomes: Sequence[_Outcome], settled: _Outcome, options: Sequence[GeneOptions]) -> tuple[str, ...]:
    """Say which other possible results would bring other advice, and which positions decide."""
    lines = []
    for outcome in outcomes:
        if outcome.states != settled.states and _identity(outcome) != _identity(settled):
            different = [s for s, now in zip(outcome.states, settled.states, strict=True) if s != now]
            actions = sorted({one.parts[0].row.action.value.replace("_", " ") for one in outcome.statements})
            result = ", ".join(f"{one.gene} {one.label}" for one in different)
            lines.append(f"If {result}: {' or '.join(actions) if actions else 'no statement'}.")
    return (*dict.fromkeys(lines), *(_tests(options) if lines else ()))


def _tests(options: Sequence[GeneOptions]) -> tuple[str, ...]:
    return tuple(
        f"{one.gene} is decided by {', '.join(one.decided_by[:6])}." for one in options if one.is_open and one.decided_by
    )


def _recommendation(
    guideline: DrugGuideline,
    statement: GuidelineStatement,
    facets: PersonFacets,
    *,
    outcome: _Outcome,
    changes: tuple[str, ...] = (),
    condition: str | None = None,
) -> Recommendation:
    first, *others = statement.parts
    drug, row = guideline.drug, statement.row
    action, doses = _computable(first, row.reading)
    alternatives = _alternatives(first)
    suffix = "" if condition is None else ":" + "+".join(s.label.replace(" ", "_") for s in outcome.states)
    return Recommendation(
        id=f"{row.statement_id}:{drug.drug_id}{suffix}",
        domain=DOMAIN,
        target=Target(kind="drug", name=drug.name, rxnorm=drug.rxnorm),
        action=action,
        doses=doses,
        applies_to=AppliesTo(
            population=row.age,
            indication=row.indication,
            prior_exposure=row.prior_exposure,
            weight_min_kg=row.weight_min_kg,
            no_alternatives=row.no_alternatives,
        ),
        applies_if=condition,
        strength=row.strength,
        severity=_severity(action),
        summary=action_sentence(drug.name, action, doses, alternatives),
        rationale=None if first.row.rationale == "none" else first.row.rationale,
        because=tuple(f"gene:{gene}" for gene in guideline.genes),
        would_change=(*changes, *_facet_questions(statement, facets)),
        monitoring=first.monitoring,
        avoid_also=first.avoid_also,
        notes=statement.notes,
        alternatives=alternatives,
        fallback=tuple(_fallback(drug.name, part, row.reading) for part in others),
        guideline=guideline.guideline.guideline_id,
        body=guideline.guideline.body,
        pmids=tuple((guideline.guideline.pmids or "").split(";")) if guideline.guideline.pmids else (),
        reading=row.reading.value,
        sources=(row.source_id,),
    )


def _computable(part: Part, reading: Reading) -> tuple[Action, tuple[Dose, ...]]:
    """Return action and doses; a row that nobody read in its source never carries a dose."""
    if reading is Reading.RECALLED:
        return part.row.action, ()
    return part.row.action, tuple(
        Dose(
            phase=one.phase,
            relative_to=one.relative_to,
            factor_low=one.factor_low,
            factor_high=one.factor_high,
            value=one.value_low,
            value_high=one.value_high,
            unit=one.unit,
            cap=one.cap,
            cap_unit=one.cap_unit,
            cap_is_below=one.cap_is_below,
            interval_h=one.interval_h,
            condition=one.condition,
        )
        for one in part.doses
    )


def _alternatives(part: Part) -> tuple[Alternative, ...]:
    return tuple(Alternative(name=one.name, reason=one.condition or "", kind=one.kind) for one in part.alternatives)


def _fallback(drug: str, part: Part, reading: Reading) -> Fallback:
    action, doses = _computable(part, reading)
    alternatives = _alternatives(part)
    return Fallback(
        action=action,
        doses=doses,
        condition=part.row.condition,
        summary=action_sentence(drug, action, doses, alternatives),
        alternatives=alternatives,
    )


def _severity(action: Action) -> Severity:
    if action in CRITICAL:
        return Severity.CRITICAL
    return Severity.WARNING if action in CHANGING else Severity.INFO


def _facet_questions(statement: GuidelineStatement, facets: PersonFacets) -> list[str]:
    """Say which unknown facet of the person would exclude this statement."""
    row, questions = statement.row, []
    if row.age != "any" and facets.age is None:
        questions.append(f"This is for {'adults' if row.age == 'adult' else 'children'}; the age is not known.")
    if row.weight_min_kg is not None and facets.weight_kg is None:
        questions.append(f"This is for people above {row.weight_min_kg:g} kg; the weight is not known.")
    if row.indication != "any" and facets.indications is None:
        words = INDICATION_WORDS.get(row.indication, row.indication.replace("_", " "))
        questions.append(f"This is for {words}; the indication is not known.")
    if row.prior_exposure != "any" and facets.prior_exposure is None:
        words = "people who have not taken it yet" if row.prior_exposure == "naive" else "people on it for over 3 months"
        questions.append(f"This is for {words}; earlier use is not known.")
    if row.no_alternatives:
        questions.append("This is for when no other medicine is possible.")
    return questions


def _could_not_check(
    guideline: DrugGuideline, options: Sequence[GeneOptions], facets: PersonFacets, findings: Findings
) -> Recommendation:
    """Say that the guideline needs a gene that nobody looked at, as loudly as what it might have said."""
    missing = [one.gene for one in options if not any(state.is_assessed for state in one.possible)]
    relevant = [one for one in guideline.statements if applies(one.row, facets) is not False]
    actions = {one.parts[0].row.action for one in relevant}
    matters = bool(actions & (CRITICAL | CHANGING))
    drug = guideline.drug
    what = f"test {' and '.join(missing)} first" if missing else "the guideline has no statement for this result"
    reasons = [f"{gene}: {result.reason}" for gene in missing if (result := findings.gene(gene)) is not None and result.reason]
    return Recommendation(
        id=f"{guideline.guideline.guideline_id}:{drug.drug_id}:could-not-check",
        domain=DOMAIN,
        target=Target(kind="drug", name=drug.name, rxnorm=drug.rxnorm),
        action=Action.TEST if missing else Action.NO_RECOMMENDATION,
        severity=Severity.WARNING if missing and matters else Severity.INFO,
        summary=f"Could not check {drug.name}: {what}.",
        because=tuple(f"gene:{gene}" for gene in guideline.genes),
        would_change=tuple(f"A result for {gene}." for gene in missing),
        notes=tuple(reasons),
        guideline=guideline.guideline.guideline_id,
        body=guideline.guideline.body,
        pmids=tuple((guideline.guideline.pmids or "").split(";")) if guideline.guideline.pmids else (),
        sources=(guideline.guideline.source_id,),
    )
