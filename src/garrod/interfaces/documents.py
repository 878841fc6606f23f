"""The JSON shapes that other programs rely on. Fields may be added, never renamed."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import msgspec

from garrod.careplan.alternatives import Option
from garrod.careplan.what_if import WhatIf
from garrod.model.calls import CallStatus, FittingDiplotype, GeneResult
from garrod.model.careplan import CarePlan
from garrod.model.findings import Finding
from garrod.model.genotypes import GenomeEvidence
from garrod.model.medicines import Exposure
from garrod.model.recommendations import Outcome, Recommendation
from garrod.model.run import Run

Document = dict[str, Any]
DIGITS = 6


def to_json(document: object, *, indent: int = 0) -> bytes:
    """Write a document as UTF-8 JSON, fields in the order they were put in."""
    raw = msgspec.json.encode(document)
    return msgspec.json.format(raw, indent=indent) if indent else raw


def plain(value: object) -> Any:
    """Turn frozen types into plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, frozenset | set):
        return sorted(plain(one) for one in value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def run_document(run: Run) -> Document:
    """Return the run record."""
    return {**plain(run), "inputs": dict(run.inputs), "parameters": dict(run.parameters)}


def _diplotype(one: FittingDiplotype) -> Document:
    return {
        "name": one.diplotype.name,
        "rank": one.rank,
        "probability": None if one.probability is None else round(one.probability, DIGITS),
        "phased": one.is_phased,
        "phenotype": one.phenotype,
        "activity_score": one.activity_score,
    }


def gene_document(result: GeneResult) -> Document:
    """Return one gene of ``garrod call``."""
    return {
        "gene": result.gene,
        "status": result.status.value,
        "reason": result.reason,
        "source": result.source.value if result.source else None,
        "diplotypes": [_diplotype(one) for one in result.diplotypes],
        "phenotype": result.phenotype,
        "activity_score": result.activity_score,
        "activity_at_least": result.activity_at_least,
        "phenotypes_possible": list(result.phenotypes_possible),
        "diplotypes_possible": list(result.diplotypes_possible),
        "diplotypes_possible_count": result.diplotypes_count,
        "phenotypes_likely": list(result.phenotypes_likely),
        "scores_possible": list(result.scores_possible),
        "missing": list(result.missing),
        "could_change": result.could_change,
        "decided_by": list(result.decided_by),
        "prior_source": result.prior_source,
        "phenotype_dpwg": result.dpwg.phenotype if result.dpwg else None,
        "allele_statuses": [
            {"allele": one.allele, "present": one.is_present, "word": one.word} for one in result.allele_statuses
        ],
        "variants": list(result.variants),
        "extra": dict(result.extra),
        "undocumented": list(result.undocumented),
        "needs_confirmation": result.needs_confirmation,
        "needs_review": result.needs_review,
        "disagreement": result.disagreement,
        "notes": list(result.notes),
        "sources": list(result.sources),
    }


def call_document(sample: str, genome: GenomeEvidence | None, run: Run, results: tuple[GeneResult, ...]) -> Document:
    """Return one line of ``garrod call``."""
    return {
        "sample": sample,
        "assembly": genome.assembly.value if genome else None,
        "run": run_document(run),
        "genes": [gene_document(one) for one in results],
        "notes": list(genome.notes) if genome else [],
    }


def finding_document(finding: Finding) -> Document:
    """Return a finding with its typed detail; that of a gene is written as in ``garrod call``."""
    document = {
        field.name: plain(getattr(finding, field.name)) for field in dataclasses.fields(finding) if field.name != "detail"
    }
    if finding.detail is not None:
        document["detail"] = gene_document(finding.detail) if isinstance(finding.detail, GeneResult) else plain(finding.detail)
    return document


def recommendation_document(one: Recommendation, *, in_use: bool) -> Document:
    """Return a recommendation."""
    document: Document = plain(one)
    document["in_use"] = in_use
    return document


def careplan_document(plan: CarePlan) -> Document:
    """Return ``careplan.json``."""
    person = plan.person
    return {
        "run": run_document(plan.run),
        "person": {
            "id": person.id,
            "sex": person.sex,
            "birth_date": plain(person.birth_date),
            "as_of": plain(person.as_of),
            "unread": list(person.unread),
        },
        "findings": [finding_document(one) for one in plan.findings],
        "recommendations": [recommendation_document(one, in_use=one.id in plan.in_use) for one in plan.recommendations],
        "conflicts": [plain(one) for one in plan.conflicts],
        "monitoring": [plain(one) for one in plan.monitoring],
        "checks": [plain(one) for one in plan.checks],
        "worked_doses": [plain(one) for one in plan.worked_doses],
        "not_assessed": [finding_document(one) for one in plan.not_assessed],
        "notices": list(plan.notices),
    }


def exposure_document(one: Exposure) -> Document:
    """Return one drug's exposure; ``auc_ratio`` is null where it was not predicted, and ``reason`` says why."""
    found = one.auc_ratio
    return {
        "drug": one.drug,
        "auc_ratio": None
        if found is None
        else {name: round(getattr(found, name), DIGITS) for name in ("estimate", "low", "high")},
        "terms": [plain(term) for term in one.terms],
        "reading": one.reading,
        "reason": one.reason,
        "not_counted": list(one.not_counted),
        "observed": list(one.observed),
        "is_prodrug": one.is_prodrug,
        "sources": list(one.sources),
    }


def review_document(plan: CarePlan, what_if: WhatIf | None, options: Mapping[str, Sequence[Option]] | None = None) -> Document:
    """Return the review of a medicine list; only advice on what is taken stands in it.

    Parameters
    ----------
    options
        For each problem medicine what could be taken instead, the best first.
    """
    could_not = [one for one in plan.checks if one.outcome is Outcome.COULD_NOT]
    unrecognized = [
        {"what": "medicine", "drugs": [], "reason": f"{one.subject}: {one.reason}"}
        for one in plan.not_assessed
        if one.kind in {"medication", "medication_list", "regimen"}
    ]
    return {
        "run": run_document(plan.run),
        "person": plan.person.id,
        "findings": [finding_document(one) for one in plan.findings],
        "recommendations": [recommendation_document(o, in_use=True) for o in plan.recommendations if o.id in plan.in_use],
        "conflicts": [plain(one) for one in plan.conflicts if set(one.between) & plan.in_use],
        "exposure": [exposure_document(one) for one in plan.findings.exposures()],
        "checked": [plain(one) for one in plan.checks if one.outcome is not Outcome.COULD_NOT],
        "not_checked": [*unrecognized, *({"what": o.what, "drugs": list(o.drugs), "reason": o.reason} for o in could_not)],
        "monitoring": [plain(one) for one in plan.monitoring],
        "worked_doses": [plain(one) for one in plan.worked_doses],
        "alternatives": [plain(one) for some in (options or {}).values() for one in some],
        "what_if": None if what_if is None else plain(what_if),
        "notices": list(plan.notices),
    }


def status_words() -> tuple[str, ...]:
    """Return every word that a gene's status can be."""
    return tuple(one.value for one in CallStatus)
