"""What a gene's result could still be, once the missing positions were known.

Named pairs: every pair of alleles that explains what was read, missing positions constraining nothing.
Unnamed combinations: completions that no pair explains. Few missing positions are completed in every way; many are
not, and then a result without a named pair is always counted among the possible ones. The list may hold a phenotype
too many, never one too few: ``could_change`` false is a promise.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from typing import Final

from garrod.genome.combined import any_combination, combined_phenotype
from garrod.genome.definitions import GeneDefinition, members
from garrod.genome.matching import Observation, match
from garrod.genome.phenotypes import Phenotype, PhenotypeRules
from garrod.model.calls import natural_order

MOST_EXPLANATIONS: Final = 512  #: completions times orientations of their blocks that are tried one by one
MOST_LISTED: Final = 100  #: diplotypes that a result lists by name
LIKELY: Final = 0.01


@dataclass(frozen=True, slots=True)
class Possibilities:
    """Phenotypes that remain possible, how likely each is (None without frequencies), and what would decide."""

    phenotypes: frozenset[Phenotype]
    probabilities: Mapping[Phenotype, float] | None
    decided_by: tuple[str, ...]

    def words(self) -> tuple[str, ...]:
        """Return the phenotype words, sorted."""
        return tuple(sorted({one.word for one in self.phenotypes if one.word is not None}))

    def likely(self) -> tuple[str, ...]:
        """Return the words with a probability of at least 1 %; all of them where no frequencies allow one."""
        if self.probabilities is None:
            return self.words()
        total: dict[str, float] = {}
        for one, probability in self.probabilities.items():
            if one.word is not None:
                total[one.word] = total.get(one.word, 0.0) + probability
        return tuple(sorted(word for word, probability in total.items() if probability >= LIKELY))


def possibilities(
    definition: GeneDefinition,
    observation: Observation,
    missing: tuple[str, ...],
    rules: PhenotypeRules,
    current: Phenotype,
) -> Possibilities:
    """Return what the gene's phenotype could be, given what was read and what was not.

    Parameters
    ----------
    missing
        Variant ids without a genotype, undocumented bases among them: they are wildcards here.
    current
        The phenotype of the main call, which is always among the possible ones.
    """
    classes = _allele_classes(definition, rules)
    named = _named(definition, observation, classes)
    found = {current, *named}
    found.update(_unnamed(definition, observation, missing, rules))
    return Possibilities(
        phenotypes=frozenset(found),
        probabilities=_probabilities(definition, observation, classes) if definition.count_total else None,
        decided_by=_deciding(definition, observation, missing, classes, current) if len(found) > 1 else (),
    )


def possible_diplotypes(definition: GeneDefinition, observation: Observation) -> tuple[tuple[str, ...], int]:
    """Return the named diplotypes that explain what was read, missing positions constraining nothing, and how many there are.

    Sub-alleles go by their core allele's name. Where there are more than ``MOST_LISTED``, the commonest are listed.
    """
    weighed: dict[tuple[str, ...], float] = {}
    names = [definition.reported_as.get(name, name) for name in definition.alleles]
    prior = [definition.prior(name) or 0.0 for name in definition.alleles]
    for allele, others in partners(definition, observation):
        if observation.ploidy == 1:
            weighed[names[allele],] = prior[allele]
            continue
        for other in members(others >> allele << allele):
            pair = tuple(sorted((names[allele], names[other]), key=natural_order))
            weighed[pair] = weighed.get(pair, 0.0) + prior[allele] * prior[other]
    ordered = sorted(weighed, key=lambda pair: (-weighed[pair], tuple(map(natural_order, pair))))
    return tuple("/".join(pair) for pair in ordered[:MOST_LISTED]), len(ordered)


@dataclass(frozen=True, slots=True)
class _Classes:
    """Alleles grouped by what the phenotype rules see of them: alleles of one class are interchangeable there."""

    of_allele: tuple[int, ...]
    bits: tuple[int, ...]
    examples: tuple[str, ...]
    rules: PhenotypeRules
    answers: dict[tuple[int, ...], Phenotype]

    def phenotype(self, classes: tuple[int, ...]) -> Phenotype:
        """Return the phenotype of one or two classes."""
        if classes not in self.answers:
            self.answers[classes] = self.rules.of_alleles([self.examples[c] for c in classes])
        return self.answers[classes]


def _allele_classes(definition: GeneDefinition, rules: PhenotypeRules) -> _Classes:
    seen: dict[object, int] = {}
    of_allele: list[int] = []
    bits: list[int] = []
    examples: list[str] = []
    for index, name in enumerate(definition.alleles):
        function = rules.functions.get(definition.reported_as.get(name, name))
        key = (function.function, function.activity_value, function.activity_at_least) if function else None
        if key not in seen:
            seen[key] = len(bits)
            bits.append(0)
            examples.append(definition.reported_as.get(name, name))
        bits[seen[key]] |= 1 << index
        of_allele.append(seen[key])
    return _Classes(tuple(of_allele), tuple(bits), tuple(examples), rules, {})


def partners(definition: GeneDefinition, observation: Observation) -> Iterator[tuple[int, int]]:
    """Go through every allele that fits one strand, with the set of alleles that then fit the other."""
    candidates, orientations = definition.everything, []
    for block in observation.blocks:
        first = second = definition.everything
        for variant, (x, y) in block.items():
            first &= definition.fitting(variant, x)
            second &= definition.fitting(variant, y)
        orientations.append((first, second))
        candidates &= first | second
    for allele in members(candidates):
        bit, others = 1 << allele, candidates
        for first, second in orientations:
            others &= (second if first & bit else 0) | (first if second & bit else 0)
        yield allele, others


def _named(definition: GeneDefinition, observation: Observation, classes: _Classes) -> set[Phenotype]:
    found = set()
    for allele, others in partners(definition, observation):
        mine = classes.of_allele[allele]
        if observation.ploidy == 1:
            found.add(classes.phenotype((mine,)))
            continue
        for other, bits in enumerate(classes.bits):
            if others & bits:
                found.add(classes.phenotype(tuple(sorted((mine, other)))))
    return found


def _probabilities(definition: GeneDefinition, observation: Observation, classes: _Classes) -> dict[Phenotype, float]:
    prior = [definition.prior(name) or 0.0 for name in definition.alleles]
    mass: dict[Phenotype, float] = {}
    for allele, others in partners(definition, observation):
        mine = classes.of_allele[allele]
        if observation.ploidy == 1:
            answer = classes.phenotype((mine,))
            mass[answer] = mass.get(answer, 0.0) + prior[allele]
            continue
        for other, bits in enumerate(classes.bits):
            share = sum(prior[b] for b in members(others & bits))
            if share:
                answer = classes.phenotype(tuple(sorted((mine, other))))
                mass[answer] = mass.get(answer, 0.0) + prior[allele] * share
    total = sum(mass.values())
    return {answer: one / total for answer, one in mass.items()} if total else {}


def _documented(definition: GeneDefinition, variant: str) -> tuple[str, ...]:
    return tuple(base for base, bits in definition.masks[variant].items() if bits)


def completions(definition: GeneDefinition, observation: Observation, missing: Iterable[str]) -> Iterator[Observation]:
    """Complete the missing positions in every way that the definitions document, unphased."""
    places = tuple(missing)
    choices = [
        [(b, b) for b in _documented(definition, v)]
        if observation.ploidy == 1
        else list(combinations_with_replacement(_documented(definition, v), 2))
        for v in places
    ]
    for bases in product(*choices):
        blocks = tuple({variant: pair} for variant, pair in zip(places, bases, strict=True))
        yield Observation((*observation.blocks, *blocks), observation.ploidy)


def count_completions(definition: GeneDefinition, missing: Iterable[str], ploidy: int) -> int:
    """Count the ways in which the missing positions could be completed."""
    total = 1
    for variant in missing:
        n = len(_documented(definition, variant))
        total *= n if ploidy == 1 else n * (n + 1) // 2
    return total


def _unnamed(
    definition: GeneDefinition, observation: Observation, missing: tuple[str, ...], rules: PhenotypeRules
) -> set[Phenotype]:
    if not missing:
        return set()
    unphased = sum(any(x != y for x, y in block.values()) for block in observation.blocks) + len(missing)
    if count_completions(definition, missing, observation.ploidy) << unphased > MOST_EXPLANATIONS:
        return set(any_combination(definition, rules)) if rules.exists else set()
    found = set()
    for completed in completions(definition, observation, missing):
        if rules.exists and not match(definition, completed):
            found.add(combined_phenotype(definition, completed, rules)[0])
    return found


def _deciding(
    definition: GeneDefinition,
    observation: Observation,
    missing: tuple[str, ...],
    classes: _Classes,
    current: Phenotype,
) -> tuple[str, ...]:
    """Return the missing positions at which some allele of another phenotype differs, the commonest alternate first."""
    others = 0
    for allele, fitting in partners(definition, observation):
        mine = classes.of_allele[allele]
        for other, bits in enumerate(classes.bits):
            pair = (mine,) if observation.ploidy == 1 else tuple(sorted((mine, other)))
            if fitting & bits and classes.phenotype(pair) != current:
                others |= 1 << allele | fitting & bits
    deciding = [
        variant
        for variant in missing
        if any(others & bits for base, bits in definition.masks[variant].items()
               if base not in definition.reference_bases(variant))
    ]  # fmt: skip
    return tuple(sorted(deciding, key=lambda v: (-definition.frequencies.get(v, 0.0), v)))
