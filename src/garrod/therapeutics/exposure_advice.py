"""What follows where co-medication, smoking or organs change how much of a drug the body sees.

Genes alone are the guidelines' business. A ratio that rests on rows nobody opened warns and says so; it never sets a dose.
"""

from collections.abc import Iterator
from typing import Final

from garrod.knowledge.exposure import ExposureNote, ExposureTier
from garrod.knowledge.guidelines import Drug
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Findings
from garrod.model.medicines import Exposure, ExposureTerm, Range
from garrod.model.person import Person
from garrod.model.recommendations import Check, Outcome, Recommendation, Reviewed, Target

WHAT: Final = "exposure"
GENOTYPE: Final = "genotype"
NOTICEABLE: Final = 1.05  #: a co-medicine that moves the exposure by less is not named as a cause
OF_ORGANS: Final = 1.5  #: an organ's term that moves it by less is shown with the exposure and raises no alarm by itself


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return a warning for each drug whose exposure something other than genes moves, and what was worked out for each."""
    del person
    advice: list[Recommendation] = []
    checks: list[Check] = []
    for one in findings.exposures():
        if one.auc_ratio is None:
            checks.append(Check(what=WHAT, outcome=Outcome.COULD_NOT, drugs=(one.drug,), reason=one.reason or ""))
            continue
        made = _advice(one, one.auc_ratio, findings, knowledge)
        advice += [made] if made else []
        left_out = "; ".join(one.not_counted)
        checks.append(Check(what=WHAT, outcome=Outcome.FOUND if made else Outcome.CLEAN, drugs=(one.drug,), reason=left_out))
    return Reviewed(tuple(advice), tuple(checks))


def _advice(one: Exposure, found: Range, findings: Findings, knowledge: Knowledge) -> Recommendation | None:
    notes = {(row.drug_id, row.kind): row for row in knowledge.rows(ExposureNote)}
    moved_by = sorted({term.by for term in one.terms if _is_a_cause(term)})
    if not moved_by or (one.drug, "prodrug") in notes:
        return None
    narrow = (one.drug, "narrow") in notes
    tier = next((row for row in knowledge.rows(ExposureTier) if row.is_narrow == narrow and row.holds(found.estimate)), None)
    if tier is None:
        return None
    drug = next(row for row in knowledge.rows(Drug) if row.drug_id == one.drug)
    return Recommendation(
        id=f"exposure:{one.drug}",
        domain="therapeutics",
        target=Target(kind="drug", name=drug.name, rxnorm=drug.rxnorm, drug_class=drug.drug_class),
        action=tier.action,
        severity=tier.severity,
        summary=f"{drug.name[:1].upper()}{drug.name[1:]}: {tier.says}. {_ratio_words(found)}, by {' and '.join(moved_by)}"
        + (" and genes" if any(t.by.startswith(GENOTYPE) for t in one.terms) else "")
        + ".",
        because=(f"exposure:{one.drug}", *_reasons(one, findings)),
        would_change=one.not_counted,
        notes=tuple(_notes(one)),
        monitoring=("drug_level",) if narrow else ("adverse_effects",),
        concerns=tuple(sorted({one.drug, *(by for by in moved_by if _is_drug(by, findings))})),
        cause=WHAT,
        reading=one.reading,
        sources=one.sources,
    )


def _is_a_cause(term: ExposureTerm) -> bool:
    if term.by.startswith(GENOTYPE):
        return False
    bound = OF_ORGANS if term.by.endswith("function") else NOTICEABLE
    return term.ratio > bound or term.ratio < 1 / bound


def _ratio_words(found: Range) -> str:
    """Say a ratio with its interval: ``About 4.4 times a typical person's (2.4 to 7.9)``."""
    return f"About {found.estimate:.2g} times a typical person's (90 % of cases: {found.low:.2g} to {found.high:.2g})"


def _is_drug(by: str, findings: Findings) -> bool:
    return any(one.drug_id == by for one in findings.taken())


def _reasons(one: Exposure, findings: Findings) -> Iterator[str]:
    acting = {term.by for term in one.terms}
    for finding in findings.of_kind("medication"):
        if finding.value in acting | {one.drug}:
            yield finding.id
    for term in one.terms:
        if term.by.startswith(GENOTYPE):
            yield f"gene:{term.by.removeprefix(GENOTYPE).strip()}"


def _notes(one: Exposure) -> Iterator[str]:
    yield "Alone: " + "; ".join(f"{term.by} on {term.factor} {term.ratio:.2g}" for term in one.terms) + "."
    for text in one.observed:
        yield f"{text[:1].upper()}{text[1:]}."
    if one.reading == "recalled":
        yield "Some figures behind this were not opened at a source: it warns, and no dose may be drawn from it."
