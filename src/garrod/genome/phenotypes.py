"""From allele functions to the phenotype word and the activity score, by the rules of one system (CPIC or DPWG)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import AlleleFunction, PhenotypeRule

INDETERMINATE: Final = "Indeterminate"


@dataclass(frozen=True, slots=True)
class Phenotype:
    """The phenotype word of a pair of alleles and its activity score, None where a gene has none or it is not known."""

    word: str | None
    score: float | None = None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class PhenotypeRules:
    """The functions and rules of one gene under one system."""

    gene: str
    system: str
    functions: Mapping[str, AlleleFunction]
    pairs: Mapping[tuple[str, str], str]
    singles: Mapping[str, str]  #: hemizygous or haploid
    dominant: Mapping[str, str]  #: a function that decides whatever the other allele is
    by_score: tuple[PhenotypeRule, ...]

    @property
    def exists(self) -> bool:
        """Whether the system defines a phenotype for this gene at all."""
        return bool(self.pairs or self.singles or self.by_score)

    @property
    def has_scores(self) -> bool:
        """Whether guidelines look this gene up by activity score."""
        return bool(self.by_score)

    @property
    def words(self) -> tuple[str, ...]:
        """Every phenotype word of the gene, sorted."""
        by_score = {rule.phenotype for rule in self.by_score}
        return tuple(sorted({*self.pairs.values(), *self.singles.values(), *self.dominant.values(), *by_score}))

    def function(self, allele: str) -> str | None:
        """Return an allele's function word, or None where no source assigns one."""
        row = self.functions.get(allele)
        return row.function if row else None

    def of_alleles(self, alleles: Sequence[str]) -> Phenotype:
        """Return the phenotype of one or two named alleles."""
        if not self.exists:
            return Phenotype(None)
        rows = [self.functions.get(allele) for allele in alleles]
        score, at_least = self._score(rows)
        functions = [row.function if row else None for row in rows]
        if self.by_score and not self.pairs:
            return self.of_score(score, at_least=at_least) if score is not None else Phenotype(INDETERMINATE)
        return Phenotype(self.of_functions(functions), score, at_least)

    @staticmethod
    def _score(rows: Sequence[AlleleFunction | None]) -> tuple[float | None, bool]:
        values = [row.activity_value if row else None for row in rows]
        if any(value is None for value in values):
            return None, False
        return sum(v for v in values if v is not None), any(row.activity_at_least for row in rows if row)

    def of_functions(self, functions: Sequence[str | None]) -> str:
        """Return the phenotype of one or two function words; an unknown function is Indeterminate."""
        for function in functions:
            if function is not None and function in self.dominant:
                return self.dominant[function]
        if any(function is None for function in functions):
            return INDETERMINATE
        known = [function for function in functions if function is not None]
        if len(known) == 1:
            return self.singles.get(known[0], INDETERMINATE)
        first, second = sorted(known)
        return self.pairs.get((first, second), INDETERMINATE)

    def of_score(self, score: float, *, at_least: bool = False) -> Phenotype:
        """Return the phenotype of an activity score; a lower bound needs every score above it to agree."""
        words = [rule.phenotype for rule in self.by_score if _contains(rule, score)]
        if at_least:
            words += [rule.phenotype for rule in self.by_score if rule.score_max is None or rule.score_max > score]
        word = words[0] if len(set(words)) == 1 else INDETERMINATE
        return Phenotype(word, score, at_least)


def _contains(rule: PhenotypeRule, score: float) -> bool:
    low, high = rule.score_min or 0.0, rule.score_max
    above = score >= low if rule.score_min_inclusive else score > low
    below = high is None or (score <= high if rule.score_max_inclusive else score < high)
    return above and below


def phenotype_rules(knowledge: Knowledge) -> Mapping[tuple[str, str], PhenotypeRules]:
    """Return the rules of every gene and system, by (gene, system)."""
    return knowledge.once(_build)


def rules_of(knowledge: Knowledge, gene: str, system: str = "CPIC") -> PhenotypeRules:
    """Return the rules of one gene; empty ones where the system says nothing of it."""
    return phenotype_rules(knowledge).get((gene, system), PhenotypeRules(gene, system, {}, {}, {}, {}, ()))


def _build(knowledge: Knowledge) -> dict[tuple[str, str], PhenotypeRules]:
    functions: dict[tuple[str, str], dict[str, AlleleFunction]] = defaultdict(dict)
    for row in knowledge.rows(AlleleFunction):
        functions[row.gene, row.system][row.allele] = row
    rules: dict[tuple[str, str], list[PhenotypeRule]] = defaultdict(list)
    for rule in knowledge.rows(PhenotypeRule):
        rules[rule.gene, rule.system].append(rule)
    return {
        (gene, system): _rules(gene, system, functions[gene, system], rules[gene, system])
        for gene, system in {*functions, *rules}
    }


def _rules(gene: str, system: str, functions: Mapping[str, AlleleFunction], rules: Sequence[PhenotypeRule]) -> PhenotypeRules:
    pairs, singles, dominant = {}, {}, {}
    for rule in rules:
        if rule.function_1 is None or rule.function_2 is None:
            continue
        if rule.function_2 in {"hemizygous", "haploid"}:
            singles[rule.function_1] = rule.phenotype
        elif rule.function_2 == "any":
            dominant[rule.function_1] = rule.phenotype
        else:
            first, second = sorted((rule.function_1, rule.function_2))
            pairs[first, second] = rule.phenotype
    by_score = tuple(rule for rule in rules if rule.score_min is not None)
    return PhenotypeRules(gene, system, functions, pairs, singles, dominant, by_score)
