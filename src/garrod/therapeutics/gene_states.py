"""What a guideline's key is compared with: a gene's result in the guideline's own terms, and what else it could be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, assert_never

from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.model.calls import CallStatus, FittingDiplotype, GeneResult
from garrod.model.findings import Findings

NO_RESULT: Final = "No Result"
WITHOUT_ANSWER: Final = frozenset({"n/a", "Indeterminate"})


@dataclass(frozen=True, slots=True)
class GeneState:
    """One way in which a gene may be, for lookup.

    Attributes
    ----------
    phenotype
        The phenotype word in the guideline's own system, or None.
    genotypes
        Names of the diplotypes that hold, in either order of alleles.
    score
        Activity score, or None.
    statuses
        Allele status words that hold (``*57:01 positive``).
    is_assessed
        False only for the state "No Result".
    """

    gene: str
    label: str
    phenotype: str | None = None
    genotypes: frozenset[str] = frozenset()
    score: float | None = None
    at_least: bool = False
    statuses: frozenset[str] = frozenset()
    is_assessed: bool = True

    def called(self, label: str) -> "GeneState":
        """Return the same state under another label."""
        return replace(self, label=label)

    def fits(self, key: StatementKey) -> bool:
        """Whether a guideline's key holds in this state."""
        if key.value == NO_RESULT:
            return not self.is_assessed
        if not self.is_assessed:
            return False
        match key.key_type:
            case KeyType.ALLELE_STATUS:
                return key.value in self.statuses
            case KeyType.GENOTYPE:
                return key.value in self.genotypes
            case KeyType.PHENOTYPE:
                return key.value == self.phenotype
            case KeyType.SCORE:
                return self._score_fits(key)
        assert_never(key.key_type)

    def _score_fits(self, key: StatementKey) -> bool:
        if key.value is not None:
            has_answer = self.phenotype is not None and self.phenotype not in WITHOUT_ANSWER
            return key.value in WITHOUT_ANSWER and self.score is None and not has_answer
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
    """Return the states of the risk alleles that are asked for; one that was not tested may be either."""
    told = {one.allele: one.is_present for one in result.allele_statuses if one.is_present is not None and one.allele in asked}
    if not told:
        nothing = GeneState(result.gene, "not assessed", is_assessed=False)
        return GeneOptions(result.gene, nothing, (nothing,), ())
    untested = sorted(asked - set(told))
    possible = tuple(
        _status_state(result.gene, {**told, **dict(zip(untested, chosen, strict=True))})
        for chosen in product((False, True), repeat=len(untested))
    )
    settled = possible[0] if not untested else None
    return GeneOptions(result.gene, settled, possible, tuple(f"a test for {allele}" for allele in untested))


def _status_state(gene: str, present: Mapping[str, bool]) -> GeneState:
    words = sorted(f"{allele} {'positive' if is_present else 'negative'}" for allele, is_present in present.items())
    return GeneState(gene, ", ".join(words), statuses=frozenset(words))


def _names(fit: FittingDiplotype) -> frozenset[str]:
    return frozenset({fit.diplotype.name, "/".join(reversed(fit.diplotype.alleles))})


def _cpic_states(result: GeneResult) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    """CPIC looks up a phenotype word, or the activity score where the gene has one."""
    settled = None
    is_one_score = result.activity_score is not None or not result.scores_possible
    if result.phenotype is not None and is_one_score:
        settled = _state(result.gene, result.phenotype, result.activity_score, at_least=result.activity_at_least)
    possible: list[GeneState] = [settled] if settled is not None else []
    if result.scores_possible or result.activity_score is not None:
        possible += [_state(result.gene, None, score) for score in result.scores_possible if score != result.activity_score]
        words = [word for word in result.phenotypes_possible if word in WITHOUT_ANSWER]
    else:
        words = list(result.phenotypes_possible)
    possible += [_state(result.gene, word, None) for word in words if word != result.phenotype or settled is None]
    return settled, tuple(possible)


def _state(gene: str, word: str | None, score: float | None, *, at_least: bool = False) -> GeneState:
    said = [word] if word else []
    if score is not None:
        number = f"activity score {'≥' if at_least else ''}{score:g}"
        said.append(f"({number})" if word else number)
    return GeneState(gene, " ".join(said) or "no phenotype", word, frozenset(), score, at_least)


def _dpwg_states(result: GeneResult) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    """DPWG looks up genotypes, its own phenotype words, and its own activity scores."""
    dutch = result.dpwg
    if dutch is None:
        return None, ()
    best = [
        GeneState(
            gene=result.gene,
            label=f"{one.diplotype.name} ({one.phenotype})" if one.phenotype else one.diplotype.name,
            phenotype=one.phenotype,
            genotypes=_names(one),
            score=one.activity_score,
            at_least=one.activity_at_least,
        )
        for one in dutch.diplotypes if one.rank == 1
    ]  # fmt: skip
    settled = best[0] if len(best) == 1 and dutch.phenotype is not None else None
    covered = {one.phenotype for one in best}
    scores = {one.score for one in best}
    words = [word for word in dutch.phenotypes_possible if word in WITHOUT_ANSWER or not dutch.scores_possible]
    possible = [
        *best,
        *(_state(result.gene, word, None) for word in words if word not in covered),
        *(_state(result.gene, None, score) for score in dutch.scores_possible if score not in scores),
    ]
    return settled, tuple(possible)
