"""What the page shows of genes: the result, what it could still be, and every position."""

from dataclasses import dataclass
from typing import Final

from garrod.model.calls import CallStatus, FittingDiplotype, GeneResult, PositionRead
from garrod.model.careplan import CarePlan
from garrod.therapeutics.wording import decider

STATUS_WORDS: Final = {
    CallStatus.CALLED: "called",
    CallStatus.PARTIAL: "partial",
    CallStatus.LIMITED: "limited, not used for advice",
    CallStatus.NOT_ASSESSED: "not assessed",
}
MOST_DIPLOTYPES: Final = 8
MOST_WIDTH: Final = 600.0
ROW_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Tick:
    """One position in the picture of a gene."""

    x: float
    y: float
    state: str
    title: str


@dataclass(frozen=True, slots=True)
class GeneView:
    """One gene in words."""

    gene: str
    status: str
    result: str
    score: str
    diplotypes: tuple[tuple[str, str], ...]
    more: int
    possible: tuple[str, ...]
    dpwg: str | None
    decided_by: tuple[str, ...]
    could_change: bool
    missing: tuple[str, ...]
    reason: str | None
    notes: tuple[str, ...]
    source: str
    ticks: tuple[Tick, ...]
    picture_height: float
    read_count: int
    positions: tuple[PositionRead, ...]
    sources: tuple[str, ...]
    statuses: tuple[str, ...]


def gene_view(result: GeneResult) -> GeneView:
    """Turn a gene's result into words."""
    shown = result.diplotypes[:MOST_DIPLOTYPES]
    notes = [*result.notes, *result.undocumented]
    notes += [f"Found: {text}." for text in result.variants]
    notes += [f"{name}: {value}." for name, value in result.extra]
    if result.disagreement:
        notes.insert(0, f"{result.disagreement} A person should look at this.")
    if result.needs_confirmation:
        notes.append("Confirm in a clinical laboratory before acting.")
    ticks = _ticks(result.positions)
    return GeneView(
        gene=result.gene,
        status=STATUS_WORDS[result.status],
        result=_result_words(result),
        score=""
        if result.activity_score is None or result.status is CallStatus.LIMITED
        else f"{'≥' if result.activity_at_least else ''}{result.activity_score:g}",
        diplotypes=tuple((one.diplotype.name, _weight(one, alone=len(shown) == 1)) for one in shown),
        more=len(result.diplotypes) - len(shown),
        possible=tuple(word for word in result.phenotypes_possible if word != result.phenotype),
        dpwg=result.dpwg.phenotype if result.dpwg and result.dpwg.phenotype != result.phenotype else None,
        decided_by=tuple(map(decider, result.decided_by[:6])),
        could_change=result.could_change,
        missing=result.missing,
        reason=result.reason,
        notes=tuple(notes),
        source={"genome": "genome file", "outside": "laboratory call"}.get(result.source.value if result.source else "", ""),
        ticks=ticks,
        picture_height=max((tick.y for tick in ticks), default=0.0) + 14,
        read_count=sum(bool(one.observed) for one in result.positions),
        positions=result.positions,
        sources=result.sources,
        statuses=tuple(one.word for one in result.allele_statuses),
    )


def _result_words(result: GeneResult) -> str:
    if result.status is CallStatus.NOT_ASSESSED:
        return "Not assessed"
    if result.status is CallStatus.LIMITED:
        return "Not usable for advice (small variants only)"
    if result.phenotype:
        return result.phenotype
    if len(result.phenotypes_possible) > 1:
        return "Not settled"
    return " or ".join(one.diplotype.name for one in result.diplotypes if one.rank == 1) or "No phenotype defined"


def _weight(fit: FittingDiplotype, *, alone: bool) -> str:
    if alone:
        return "the only fit"
    place = "best fit" if fit.rank == 1 else f"rank {fit.rank}"
    if fit.probability is None:
        return place
    return f"{place}, {'<0.1' if fit.probability < 0.001 else f'{fit.probability * 100:.1f}'} % by frequency"


def _ticks(positions: tuple[PositionRead, ...]) -> tuple[Tick, ...]:
    """Place one mark for each position, in order along the gene, in rows."""
    ordered = sorted(positions, key=lambda one: one.position)
    step = MOST_WIDTH / ROW_LENGTH
    return tuple(
        Tick(
            x=round(6 + (index % ROW_LENGTH) * step, 1),
            y=float(6 + 14 * (index // ROW_LENGTH)),
            state="missing" if one.missing else "reference" if one.is_reference else "variant",
            title=f"{one.name}: {'/'.join(one.observed) if one.observed else one.missing}",
        )
        for index, one in enumerate(ordered)
    )


def gene_views(plan: CarePlan) -> tuple[GeneView, ...]:
    """Return every assessed gene in the order of the tables."""
    return tuple(gene_view(result) for result in plan.findings.gene_results() if result.is_assessed)


def could_change(plan: CarePlan) -> tuple[GeneView, ...]:
    """Return the assessed genes whose result is not settled."""
    return tuple(view for view in gene_views(plan) if view.could_change)


def not_assessed(plan: CarePlan) -> tuple[tuple[str, str, str], ...]:
    """Return (id, subject, reason) of what nobody could look at, medicines apart: they stand with the medicines."""
    said = [
        (one.id, one.subject, one.reason or "no reason is known")
        for one in plan.not_assessed
        if one.kind not in {"medication", "no_guideline"}
    ]
    for result in plan.findings.gene_results():
        if result.status is CallStatus.LIMITED:
            reason = "read from small variants only, which cannot show copies, deletions and hybrids; ask a laboratory"
            said.append((f"limited:{result.gene}", result.gene, reason))
        if result.is_assessed:
            untold = [one.allele for one in result.allele_statuses if one.is_present is None]
            said += [(f"{result.gene}:{allele}", f"{result.gene} {allele}", "not tested") for allele in untold]
    return tuple(said)


def results_in_short(plan: CarePlan) -> dict[str, str]:
    """Return each assessed gene's result in a few words: diplotype and phenotype, or allele statuses."""
    found = {}
    for result in plan.findings.gene_results():
        if result.is_assessed:
            best = " or ".join(dict.fromkeys(one.diplotype.name for one in result.diplotypes if one.rank == 1))
            told = [one.word for one in result.allele_statuses if one.is_present is not None]
            words = _result_words(result)
            found[result.gene] = ", ".join(told) or (words if words == best else ", ".join(filter(None, (best, words))))
    return found
