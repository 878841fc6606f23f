"""The phenotype of an enzyme as it works today: the genes, and what inhibits or induces it.

The genetic phenotype is never overwritten: the adjusted one stands beside it and names its cause.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from garrod.genome.phenotypes import rules_of
from garrod.knowledge.enzymes import ConversionRule
from garrod.knowledge.loading import Knowledge
from garrod.model.calls import CallStatus, GeneResult, PossibleResult, SystemPhenotype
from garrod.model.findings import Findings
from garrod.model.medicines import EnzymeActivity, EnzymeInfluence

ACCEPTED: Final = "accepted"
METHODS: Final = {"accepted": "accepted", "proposed": "proposed by literature"}


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A gene's result as it works today, by which rules."""

    result: GeneResult
    rules: tuple[ConversionRule, ...]
    influences: tuple[EnzymeInfluence, ...]

    @property
    def is_recalled(self) -> bool:
        """Whether some row that it rests on was not read in its source."""
        return any(one.reading == "recalled" for one in self.influences) or any(r.reading == "recalled" for r in self.rules)


def activities(findings: Findings, influences: Sequence[EnzymeInfluence], knowledge: Knowledge) -> tuple[EnzymeActivity, ...]:
    """Return each enzyme that something acts on: with the phenotype that follows where a rule makes one."""
    adjusted = adjusted_genes(findings, influences, knowledge)
    made = []
    for enzyme in sorted({one.enzyme for one in influences}):
        acting = tuple(one for one in influences if one.enzyme == enzyme)
        genetic = findings.gene(enzyme)
        now = adjusted.get(enzyme)
        made.append(
            EnzymeActivity(
                gene=enzyme,
                genetic=genetic.phenotype if genetic else None,
                adjusted=now.result.phenotype if now else None,
                score=genetic.activity_score if genetic else None,
                adjusted_score=now.result.activity_score if now else None,
                influences=acting,
                method=METHODS[_method(now.rules)] if now else None,
                sources=tuple(dict.fromkeys(s for one in acting for s in one.sources))
                + (tuple(dict.fromkeys(rule.source_id for rule in now.rules)) if now else ()),
            )
        )
    return tuple(made)


def _method(rules: Sequence[ConversionRule]) -> str:
    return ACCEPTED if all(rule.method == ACCEPTED for rule in rules) else "proposed"


def adjusted_genes(findings: Findings, influences: Iterable[EnzymeInfluence], knowledge: Knowledge) -> Mapping[str, Adjusted]:
    """Return the genes whose phenotype a rule changes or confirms under these influences, by gene.

    A gene on which inhibitors and inducers act at once is left out: no rule says which wins.
    """
    by_gene: dict[str, list[EnzymeInfluence]] = {}
    ruled = knowledge.once(_rules)
    for one in influences:
        for gene in {rule.gene for rule in ruled if rule.enzyme == one.enzyme}:
            by_gene.setdefault(gene, []).append(one)
    found = {}
    for gene, acting in sorted(by_gene.items()):
        matched = [(rule, one) for one in acting for rule in ruled if rule.gene == gene and _fits(rule, one)]
        if len({rule.role for rule, _ in matched}) == 1:
            made = _adjusted(gene, findings.gene(gene), [rule for rule, _ in matched], knowledge)
            if made is not None:
                causes = tuple(dict.fromkeys(one for rule, one in matched if rule in made[1]))
                found[gene] = Adjusted(made[0], made[1], causes)
    return found


def _rules(knowledge: Knowledge) -> tuple[ConversionRule, ...]:
    return knowledge.rows(ConversionRule)


def _fits(rule: ConversionRule, one: EnzymeInfluence) -> bool:
    return (rule.enzyme, rule.role, rule.strength.value) == (one.enzyme, one.role, one.strength)


def _adjusted(
    gene: str, result: GeneResult | None, rules: Sequence[ConversionRule], knowledge: Knowledge
) -> tuple[GeneResult, tuple[ConversionRule, ...]] | None:
    """Return the result under the rules and those that made it; None where it stays as it is or cannot be said."""
    scores = [rule for rule in rules if rule.score_factor is not None]
    if scores:
        rule = min(scores, key=lambda one: one.score_factor if one.score_factor is not None else 1.0)
        return _by_score(gene, result, rule, knowledge)
    return _by_word(gene, result, rules)


def _by_score(
    gene: str, result: GeneResult | None, rule: ConversionRule, knowledge: Knowledge
) -> tuple[GeneResult, tuple[ConversionRule, ...]] | None:
    factor = rule.score_factor
    assert factor is not None
    if factor == 1:
        return None
    if rule.whatever_the_genes:
        base = result or GeneResult(gene, CallStatus.NOT_ASSESSED, None)
        now = _rescored([PossibleResult(None, 1.0)], factor, gene, "CPIC", knowledge)
        dutch = _rescored([PossibleResult(None, 1.0)], factor, gene, "DPWG", knowledge)
        return _with(base, now, dutch), (rule,)
    if result is None or not result.is_assessed or result.status is CallStatus.LIMITED:
        return None
    scored = [one for one in result.possible if one.activity_score is not None]
    if not scored:
        return None
    now = _rescored(scored, factor, gene, "CPIC", knowledge)
    dutch = (
        _rescored([o for o in result.dpwg.possible if o.activity_score is not None], factor, gene, "DPWG", knowledge)
        if (result.dpwg)
        else ()
    )
    settled = PossibleResult(result.phenotype, result.activity_score, result.activity_at_least)
    first = _rescored([settled], factor, gene, "CPIC", knowledge) if result.activity_score is not None else ()
    return _with(result, (*first, *(one for one in now if one not in first)), dutch, is_settled=bool(first)), (rule,)


def _rescored(
    possible: Sequence[PossibleResult], factor: float, gene: str, system: str, knowledge: Knowledge
) -> tuple[PossibleResult, ...]:
    rules = rules_of(knowledge, gene, system)
    found = []
    for one in possible:
        score = (one.activity_score or 0.0) * factor
        at_least = one.activity_at_least and factor > 0
        word = rules.of_score(score, at_least=at_least).word if rules.by_score else None
        if word is None:
            continue
        found.append(PossibleResult(word, score, at_least))
    return tuple(dict.fromkeys(found))


def _by_word(
    gene: str, result: GeneResult | None, rules: Sequence[ConversionRule]
) -> tuple[GeneResult, tuple[ConversionRule, ...]] | None:
    whatever = [rule for rule in rules if rule.whatever_the_genes and rule.becomes]
    if whatever:
        same = (PossibleResult(whatever[0].becomes),)
        return _with(result or GeneResult(gene, CallStatus.NOT_ASSESSED, None), same, same), (whatever[0],)
    if result is None or not result.is_assessed:
        return None
    becomes = {rule.phenotype: rule for rule in rules}
    used = [becomes[one.phenotype] for one in result.possible if one.phenotype in becomes]
    if not used:
        return None
    now = _renamed(result.possible, becomes)
    dutch = _renamed(result.dpwg.possible, becomes) if result.dpwg else ()
    first = becomes.get(result.phenotype)
    settled = PossibleResult(first.becomes if first else result.phenotype) if result.phenotype else None
    ordered = (*([settled] if settled else []), *(one for one in now if one != settled))
    return _with(result, ordered, dutch, is_settled=settled is not None), tuple(dict.fromkeys(used))


def _renamed(possible: Sequence[PossibleResult], becomes: Mapping[str | None, ConversionRule]) -> tuple[PossibleResult, ...]:
    words = (becomes[one.phenotype].becomes if one.phenotype in becomes else one.phenotype for one in possible)
    return tuple(dict.fromkeys(PossibleResult(word) for word in words))


def _with(
    result: GeneResult, possible: Sequence[PossibleResult], dutch: Sequence[PossibleResult], *, is_settled: bool | None = None
) -> GeneResult:
    """Return a result with other phenotypes; diplotypes are dropped, for they no longer say what the enzyme does."""
    settles = len(possible) == 1 if is_settled is None else is_settled
    first = possible[0] if possible and settles else PossibleResult(None)
    dutch_first = dutch[0] if len(dutch) == 1 else PossibleResult(None)
    return replace(
        result,
        status=CallStatus.CALLED,
        diplotypes=(),
        phenotype=first.phenotype,
        activity_score=first.activity_score,
        activity_at_least=first.activity_at_least,
        possible=tuple(possible),
        phenotypes_possible=tuple(sorted({one.phenotype for one in possible if one.phenotype})),
        scores_possible=tuple(sorted({one.activity_score for one in possible if one.activity_score is not None})),
        could_change=len(possible) > 1,
        dpwg=SystemPhenotype((), dutch_first.phenotype, dutch_first.activity_score, dutch_first.activity_at_least, tuple(dutch))
        if dutch
        else None,
    )
