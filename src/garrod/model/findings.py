"""Findings: what was inferred about a person, or could not be, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from garrod.model.calls import GeneResult
from garrod.model.medicines import EnzymeActivity, Exposure, TakenMedicine

Detail = GeneResult | TakenMedicine | EnzymeActivity | Exposure


class FindingStatus(StrEnum):
    """Whether we could look at all."""

    ASSESSED = "assessed"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One inference, with the evidence it came from and the knowledge rows used.

    ``detail`` carries the typed result for the stages that follow.
    """

    id: str  #: stable: ``gene:CYP2C19``, ``drug:clopidogrel``
    domain: str
    kind: str  #: ``gene_result``, ``disagreement``, ``unrecognized_drug`` ...
    subject: str
    value: str | float | None = None
    unit: str | None = None
    status: FindingStatus = FindingStatus.ASSESSED
    reason: str | None = None
    certainty: str | None = None  #: ``settled``, ``could_change``, ``ambiguous``, ``confirm``
    evidence: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    detail: Detail | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings so far, in a stable order; later stages see what earlier ones found."""

    items: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        """Go through them in order."""
        return iter(self.items)

    def __len__(self) -> int:
        """Count them."""
        return len(self.items)

    def and_(self, more: Iterable[Finding]) -> "Findings":
        """Return these and more; the same id twice is a fault of ours."""
        items = (*self.items, *more)
        ids = [item.id for item in items]
        if len(set(ids)) != len(ids):
            raise ValueError(f"findings share an id: {sorted({i for i in ids if ids.count(i) > 1})}")
        return Findings(items)

    def gene(self, gene: str) -> GeneResult | None:
        """Return the result of one gene, or None where nobody looked."""
        for item in self.items:
            if item.kind == "gene_result" and item.subject == gene and isinstance(item.detail, GeneResult):
                return item.detail
        return None

    def gene_results(self) -> tuple[GeneResult, ...]:
        """Return every gene's result, read or not."""
        return tuple(item.detail for item in self.items if item.kind == "gene_result" and isinstance(item.detail, GeneResult))

    def with_genes(self, results: Iterable[GeneResult]) -> "Findings":
        """Return these with other results of some genes: to ask what would be advised under them."""
        other = {one.gene: one for one in results}
        return Findings(
            tuple(
                replace(item, detail=other[item.subject]) if item.kind == "gene_result" and item.subject in other else item
                for item in self.items
            )
        )

    def taken(self) -> tuple[TakenMedicine, ...]:
        """Return every recognized substance of the medicine list, ended ones too, in the list's order."""
        return tuple(item.detail for item in self.items if isinstance(item.detail, TakenMedicine))

    def exposures(self) -> tuple[Exposure, ...]:
        """Return what was worked out of each drug's exposure."""
        return tuple(item.detail for item in self.items if isinstance(item.detail, Exposure))

    def activities(self) -> tuple[EnzymeActivity, ...]:
        """Return each enzyme that something acts on today."""
        return tuple(item.detail for item in self.items if isinstance(item.detail, EnzymeActivity))

    def of_kind(self, kind: str) -> tuple[Finding, ...]:
        """Return the findings of one kind."""
        return tuple(item for item in self.items if item.kind == kind)
