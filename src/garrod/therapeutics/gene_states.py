"""What a guideline's key is compared with: a gene's result in the guideline's own terms, and what else it could be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.model.calls import CallStatus, GeneResult
from garrod.model.findings import Findings

NO_RESULT: Final = "No Result"
WITHOUT_ANSWER: Final = frozenset({"n/a", "Indeterminate"})


@dataclass(frozen=True, slots=True)
class GeneState:
    """One way in which a gene may be, for lookup.

    Attributes
    ----------
    words
        Phenotype words and genotype names that hold.
    score
        Activity score, or None.
    statuses
        Allele status words that hold (``*57:01 positive``).
    is_assessed
        False only for the state "No Result".
    """

    gene: str
    label: str
    words: frozenset[str] = frozenset()
    score: float | None = None
    at_least: bool = False
    statuses: frozenset[str] = frozenset()
    is_assessed: bool = True

    def fits(self, key: StatementKey) -> bool:
        """Whether a guideline's key holds in this state."""
        if key.key_type is KeyType.ALLELE_STATUS:
            return key.value in self.statuses or (key.value == NO_RESULT and self._unknown(key))
        if key.value == NO_RESULT:
            return not self.is_assessed
        if not self.is_assessed:
            return False
        if key.key_type is KeyType.SCORE:
            return self._score_fits(key)
        return key.value in self.words

    def _unknown(self, key: StatementKey) -> bool:
        return not self.is_assessed

    def _score_fits(self, key: StatementKey) -> bool:
        if key.value is not None:
            return key.value in WITHOUT_ANSWER and self.score is None
        if self.score is None or key.score_min is None:
            return False
        return key.score_min <= self.score and (key.score_max is None or self.score <= key.score_max)


@dataclass(frozen=True, slots=True)
class GeneOptions:
    """The state a gene is in, where one is settled, and every state that it could be in."""

    gene: str
    settled: GeneState | None
    possible: tuple[GeneState, ...]
    decided_by: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether more than one state is possible."""
        return len(self.possible) > 1 or self.settled is None


def gene_options(gene: str, body: str, findings: Findings, alleles: Mapping[str, frozenset[str]]) -> GeneOptions:
    """Return a gene's states for the guidelines of one body.

    Parameters
    ----------
    alleles
        For genes looked up by allele status: the risk alleles that the guideline at hand asks for.
    """
    result = findings.gene(gene)
    nothing = GeneState(gene, "not assessed", is_assessed=False)
    if result is None or not result.is_assessed or result.status is CallStatus.LIMITED:
        return GeneOptions(gene, nothing, (nothing,), ())
    if gene in alleles:
        return _status_options(result, alleles[gene])
    states = _dpwg_states(result) if body == "DPWG" else _cpic_states(result)
    settled, possible = states
    if not possible:
        return GeneOptions(gene, nothing, (nothing,), ())
    return GeneOptions(gene, settled, possible, result.decided_by)


def _status_options(result: GeneResult, asked: frozenset[str]) -> GeneOptions:
    words = frozenset(one.word for one in result.allele_statuses if one.is_present is not None)
    known = {one.allele for one in result.allele_statuses if one.is_present is not None}
    if not asked & known:
        nothing = GeneState(result.gene, "not assessed", is_assessed=False)
        return GeneOptions(result.gene, nothing, (nothing,), ())
    state = GeneState(result.gene, ", ".join(sorted(w for w in words if w.split()[0] in asked)), statuses=words)
    return GeneOptions(result.gene, state, (state,), ())


def _genotypes(result: GeneResult, *, best_only: bool) -> frozenset[str]:
    return frozenset(
        name
        for one in result.diplotypes
        if one.rank == 1 or not best_only
        for name in (one.diplotype.name, "/".join(reversed(one.diplotype.alleles)))
    )


def _cpic_states(result: GeneResult) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    genotypes = _genotypes(result, best_only=True)

    def state(word: str | None, score: float | None, *, at_least: bool = False) -> GeneState:
        label = word or (f"activity score {score:g}" if score is not None else "no phenotype")
        if word and score is not None:
            label = f"{word} (activity score {'≥' if at_least else ''}{score:g})"
        return GeneState(result.gene, label, frozenset({word} - {None}) | genotypes, score, at_least)  # type: ignore[arg-type]

    settled = None
    if result.phenotype is not None and not (result.scores_possible and result.activity_score is None and
                                             len(result.scores_possible) > 1):  # fmt: skip
        settled = state(result.phenotype, result.activity_score, at_least=result.activity_at_least)
    if result.scores_possible or result.activity_score is not None:
        possible = [state(None, score) for score in result.scores_possible]
        possible += [state(word, None) for word in result.phenotypes_possible if word in WITHOUT_ANSWER]
        if settled is not None:
            possible = [settled, *(one for one in possible if one.score != settled.score)]
    else:
        possible = [state(word, None) for word in result.phenotypes_possible]
        if settled is not None and settled.label not in {one.label for one in possible}:
            possible.insert(0, settled)
    return settled, tuple(possible)


def _dpwg_states(result: GeneResult) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    """DPWG looks up genotypes first, then its own phenotype words."""
    best = [one for one in result.diplotypes if one.rank == 1]
    words = {result.phenotype_dpwg} - {None} if result.phenotype_dpwg else set()
    settled = None
    if len(best) == 1:
        settled = GeneState(result.gene, best[0].diplotype.name, _genotypes(result, best_only=True) | words)
    possible = [settled] if settled is not None else [
        GeneState(result.gene, one.diplotype.name, frozenset({one.diplotype.name}) | words) for one in best
    ]  # fmt: skip
    possible += [GeneState(result.gene, word, frozenset({word})) for word in result.phenotypes_possible_dpwg if word not in words]
    return settled, tuple(possible)
