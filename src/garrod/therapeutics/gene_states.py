"""What a guideline's key is compared with: a gene's result in the guideline's own terms, and what else it could be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, assert_never

from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.model.calls import CallStatus, FittingDiplotype, GeneResult, PossibleResult, SystemPhenotype
from garrod.model.findings import Findings

NO_RESULT: Final = "No Result"
INDETERMINATE: Final = "Indeterminate"
WITHOUT_ANSWER: Final = frozenset({"n/a", INDETERMINATE})
HIGHEST_SCORE: Final = 6.0
SCORE_STEP: Final = 0.25


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

    def readings(self) -> tuple["GeneState", ...]:
        """Return the state with each score that it may stand for: a lower bound stands for every score from there on."""
        if not self.at_least or self.score is None:
            return (self,)
        steps = int((HIGHEST_SCORE - self.score) / SCORE_STEP)
        return tuple(replace(self, score=self.score + SCORE_STEP * step) for step in range(steps + 1))

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


def state_of_key(key: StatementKey) -> GeneState:
    """Return the state of a gene that one key of a guideline names."""
    if key.value == NO_RESULT:
        return GeneState(key.gene, "not assessed", is_assessed=False)
    value = key.value or ""
    match key.key_type:
        case KeyType.ALLELE_STATUS:
            return GeneState(key.gene, value, statuses=frozenset({value}))
        case KeyType.GENOTYPE:
            return GeneState(key.gene, value, genotypes=frozenset({value}))
        case KeyType.PHENOTYPE:
            return GeneState(key.gene, value, phenotype=value)
        case KeyType.SCORE:
            label = value or f"activity score {key.score_min:g}"
            return GeneState(key.gene, label, phenotype=INDETERMINATE if key.value else None, score=key.score_min)
    assert_never(key.key_type)


@dataclass(frozen=True, slots=True)
class GeneOptions:
    """The state a gene is in, where one is settled, and every state that it could be in."""

    gene: str
    settled: GeneState | None
    possible: tuple[GeneState, ...]
    decided_by: tuple[str, ...] = ()
    reason: str | None = None  #: why the gene counts as not assessed for this body

    @property
    def is_open(self) -> bool:
        """Whether more than one state is possible."""
        return len(self.possible) > 1 or self.settled is None

    @property
    def is_assessed(self) -> bool:
        """Whether anything is known of the gene in this body's terms."""
        return any(state.is_assessed for state in self.possible)


def gene_options(gene: str, body: str, findings: Findings, keys: Sequence[StatementKey]) -> GeneOptions:
    """Return a gene's states for the guidelines of one body.

    Parameters
    ----------
    keys
        The keys that the guideline at hand has on the gene. Of an HLA gene, only the alleles they ask for count.
    """
    result = findings.gene(gene)
    if result is None:
        return _nothing(gene, "no table here reads this gene")
    if not result.is_assessed:
        return _nothing(gene, result.reason)
    if result.status is CallStatus.LIMITED:
        return _nothing(gene, "read from small variants only, which cannot show copies, deletions and hybrids; ask a laboratory")
    if alleles := {key.value.split()[0] for key in keys if key.key_type is KeyType.ALLELE_STATUS and key.value}:
        return _status_options(result, frozenset(alleles))
    match body:
        case "DPWG":
            settled, possible = _dpwg_states(result)
        case "FDA":
            settled, possible = _fda_states(result, keys)
        case _:
            settled, possible = _cpic_states(result)
    if not possible:
        return _nothing(gene, f"{body} needs the diplotype here, not another body's phenotype")
    return GeneOptions(gene, settled, possible, result.decided_by)


def _nothing(gene: str, reason: str | None) -> GeneOptions:
    state = GeneState(gene, "not assessed", is_assessed=False)
    return GeneOptions(gene, state, (state,), reason=reason)


def _status_options(result: GeneResult, asked: frozenset[str]) -> GeneOptions:
    """Return the states of the risk alleles that are asked for; one that was not tested may be either."""
    told = {one.allele: one.is_present for one in result.allele_statuses if one.is_present is not None and one.allele in asked}
    if not told:
        return _nothing(result.gene, f"{' and '.join(sorted(asked))} not tested")
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
    now = PossibleResult(result.phenotype, result.activity_score, result.activity_at_least)
    has_scores = any(one.activity_score is not None for one in result.possible)
    is_settled = result.phenotype is not None and (result.activity_score is not None or not has_scores)
    settled = _state(result.gene, now) if is_settled or result.phenotype == INDETERMINATE else None
    others = [_state(result.gene, one) for one in result.possible if settled is None or one != now]
    return settled, tuple(dict.fromkeys([*([settled] if settled else []), *others]))


def _state(gene: str, one: PossibleResult) -> GeneState:
    said = [one.phenotype] if one.phenotype else []
    if one.activity_score is not None:
        number = f"activity score {'≥' if one.activity_at_least else ''}{one.activity_score:g}"
        said.append(f"({number})" if one.phenotype else number)
    label = " ".join(said) or "no phenotype"
    return GeneState(gene, label, one.phenotype, frozenset(), one.activity_score, one.activity_at_least)


def _dpwg_states(result: GeneResult) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    """DPWG looks up genotypes, its own phenotype words, and its own activity scores."""
    return _named_states(result.gene, result.dpwg) if result.dpwg else (None, ())


def _fda_states(result: GeneResult, keys: Sequence[StatementKey]) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    """Return states in the terms of the FDA's table: CPIC's phenotype words, and now and then one genotype."""
    if any(key.key_type is KeyType.GENOTYPE for key in keys):
        return _named_states(result.gene, result) if result.diplotypes else (None, ())
    return _cpic_states(result)


def _named_states(gene: str, reading: GeneResult | SystemPhenotype) -> tuple[GeneState | None, tuple[GeneState, ...]]:
    """Return a state for each best diplotype, with its name, and one for each other result that is possible."""
    best = [one for one in reading.diplotypes if one.rank == 1 and one.phenotype is not None]
    named = [
        GeneState(
            gene=gene,
            label=f"{one.diplotype.name} ({one.phenotype})",
            phenotype=one.phenotype,
            genotypes=_names(one),
            score=one.activity_score,
            at_least=one.activity_at_least,
        )
        for one in best
    ]
    settled = named[0] if len(named) == 1 and reading.phenotype is not None else None
    covered = {PossibleResult(one.phenotype, one.activity_score, one.activity_at_least) for one in best}
    return settled, (*named, *(_state(gene, one) for one in reading.possible if one not in covered))
