"""From a guideline's statement to a recommendation: the computable facts, and the sentence that says them."""

from collections.abc import Mapping, Sequence
from typing import Final

from garrod.knowledge.guidelines import Drug
from garrod.knowledge.pharmacogenomics import Reading
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
from garrod.therapeutics.facets import PersonFacets, applies_to_any, audience, open_questions
from garrod.therapeutics.gene_states import GeneOptions, GeneState
from garrod.therapeutics.statements import DrugGuideline, GuidelineStatement, Part
from garrod.therapeutics.wording import action_sentence

DOMAIN: Final = "therapeutics"
CRITICAL: Final = frozenset({Action.AVOID, Action.CONTRAINDICATED})
QUIET: Final = frozenset({Action.STANDARD, Action.NO_RECOMMENDATION, Action.CONTINUE})


def severity_of(action: Action) -> Severity:
    """Return how loudly an action is said."""
    if action in CRITICAL:
        return Severity.CRITICAL
    return Severity.INFO if action in QUIET else Severity.WARNING


def recommendation(
    guideline: DrugGuideline,
    statement: GuidelineStatement,
    facets: Sequence[PersonFacets],
    shown: Mapping[str, str],
    *,
    states: Sequence[GeneState],
    changes: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    condition: str | None = None,
    test_first: Sequence[str] = (),
) -> Recommendation:
    """Return one statement as advice on one drug.

    Parameters
    ----------
    shown
        Indications as they are shown.
    condition
        The results under which it holds, where those are not settled.
    test_first
        Genes without a result of which some result would forbid the drug.
    """
    first, *others = statement.parts
    drug, row = guideline.drug, statement.row
    doses, alternatives = _doses(first, row.reading), _alternatives(first)
    suffix = "" if condition is None else ":" + "+".join(state.label.replace(" ", "_") for state in states)
    return Recommendation(
        id=f"{row.statement_id}:{drug.drug_id}{suffix}",
        domain=DOMAIN,
        target=_target(drug),
        action=first.row.action,
        doses=doses,
        applies_to=AppliesTo(
            population=row.age,
            indication=row.indications,
            prior_exposure=row.prior_exposure,
            age_min_y=row.age_min_y,
            age_max_y=row.age_max_y,
            weight_min_kg=row.weight_min_kg,
            weight_max_kg=row.weight_max_kg,
            no_alternatives=row.no_alternatives,
            co_medication=row.co_medication,
            label=audience(row, shown),
        ),
        applies_if=condition,
        strength=row.strength,
        severity=_at_least_warning(severity_of(first.row.action)) if test_first else severity_of(first.row.action),
        condition=first.row.condition or None,
        summary=_tested_first(drug.name, test_first)
        + action_sentence(drug.name, first.row.action, doses, alternatives, first.row.condition),
        rationale=None if first.row.rationale == "none" else first.row.rationale,
        because=tuple(f"gene:{state.gene}" for state in states if state.is_assessed)
        or tuple(f"gene:{gene}" for gene in guideline.genes),
        would_change=(*changes, *open_questions(row, facets, shown)),
        monitoring=first.monitoring,
        avoid_also=first.avoid_also,
        notes=(*notes, *statement.notes),
        alternatives=alternatives,
        fallback=tuple(_fallback(drug.name, part, row.reading) for part in others),
        guideline=guideline.guideline.guideline_id,
        body=guideline.guideline.body,
        pmids=_pmids(guideline),
        reading=row.reading.value,
        sources=(row.source_id,),
    )


def _at_least_warning(severity: Severity) -> Severity:
    return Severity.WARNING if severity is Severity.INFO else severity


def _tested_first(drug: str, genes: Sequence[str]) -> str:
    """Say which tests come first, before advice that holds as long as they do not forbid the drug."""
    if not genes:
        return ""
    return (
        f"Test {' and '.join(genes)} before starting {drug}: it has no result, and one result of it forbids the drug. Otherwise: "
    )


def summary_of(drug: str, statement: GuidelineStatement) -> str:
    """Say in one or two sentences what a statement is for: its first part."""
    first = statement.parts[0]
    doses = _doses(first, statement.row.reading)
    return action_sentence(drug, first.row.action, doses, _alternatives(first), first.row.condition)


def _target(drug: Drug) -> Target:
    return Target(kind="drug", name=drug.name, rxnorm=drug.rxnorm, drug_class=drug.drug_class)


def _pmids(guideline: DrugGuideline) -> tuple[str, ...]:
    return tuple((guideline.guideline.pmids or "").split(";")) if guideline.guideline.pmids else ()


def _doses(part: Part, reading: Reading) -> tuple[Dose, ...]:
    """Return the dose lines; a row that nobody read in its source never carries one."""
    if reading is Reading.RECALLED:
        return ()
    return tuple(
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
    doses, alternatives = _doses(part, reading), _alternatives(part)
    return Fallback(
        action=part.row.action,
        doses=doses,
        condition=part.row.condition,
        summary=action_sentence(drug, part.row.action, doses, alternatives, part.row.condition),
        alternatives=alternatives,
    )


def could_not_check(
    guideline: DrugGuideline,
    options: Sequence[GeneOptions],
    facets: Sequence[PersonFacets],
    *,
    label: tuple[str, ...],
    changes: tuple[str, ...],
) -> Recommendation:
    """Say that the guideline needs a gene that nobody looked at, as loudly as what it might have said.

    Parameters
    ----------
    label
        What the drug's label says of testing these genes.
    changes
        Which other results would bring advice.
    """
    missing = [one for one in options if not one.is_assessed]
    names = [one.gene for one in missing]
    relevant = [one for one in guideline.statements if applies_to_any(one.row, facets) is not False]
    matters = any(severity_of(one.parts[0].row.action) is not Severity.INFO for one in relevant)
    said_by_label = tuple(note for note in label if note.split(":")[0] in names)
    known = tuple(f"{one.gene}: {' or '.join(s.label for s in one.possible)}." for one in options if one.is_assessed)
    drug, body = guideline.drug, guideline.guideline.body
    return Recommendation(
        id=f"{guideline.guideline.guideline_id}:{drug.drug_id}:could-not-check",
        domain=DOMAIN,
        target=_target(drug),
        action=Action.TEST if missing else Action.NO_RECOMMENDATION,
        severity=Severity.WARNING if missing and (matters or said_by_label) else Severity.INFO,
        summary=(
            f"Could not check {drug.name}: test {' and '.join(names)} first."
            if missing
            else f"{body} says nothing of {drug.name} for this result."
        ),
        because=tuple(f"gene:{gene}" for gene in guideline.genes),
        would_change=tuple(dict.fromkeys((*(f"A result for {gene}." for gene in names), *changes))),
        notes=(*said_by_label, *(f"{one.gene}: {one.reason}." for one in missing if one.reason), *(known if missing else ())),
        guideline=guideline.guideline.guideline_id,
        body=body,
        pmids=_pmids(guideline),
        sources=(guideline.guideline.source_id,),
        could_not_check=bool(missing),
    )
