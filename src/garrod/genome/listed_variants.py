"""Call the genes that are reported as lists: DPYD and RYR1 by strand, MT-RNR1 by presence."""

from collections.abc import Sequence
from itertools import product
from typing import Final

from garrod.genome.definitions import GeneDefinition
from garrod.genome.evidence import GeneEvidence, with_reference_for_undocumented
from garrod.genome.matching import observe
from garrod.genome.phenotypes import Phenotype, PhenotypeRules
from garrod.genome.possibilities import MOST_LISTED
from garrod.genome.star_alleles import GeneCall
from garrod.genome.variant_list import VariantsFound, lowest_pair, possible_pairs, possible_phenotypes, variants_found
from garrod.model.calls import CallStatus, Diplotype, FittingDiplotype, natural_order

ZYGOSITY: Final = {1: "heterozygous", 2: "homozygous"}
RISK_ORDER: Final = ("increased", "uncertain", "normal")  #: of aminoglycoside-induced hearing loss, worst first


def call_variant_list(definition: GeneDefinition, evidence: GeneEvidence, rules: PhenotypeRules) -> GeneCall:
    """Call DPYD or RYR1 from the variants read."""
    observation = observe(with_reference_for_undocumented(definition, evidence))
    found = variants_found(definition, observation)
    pair = lowest_pair(definition, found, rules)
    current = rules.of_alleles(pair)
    possible, deciding = possible_phenotypes(definition, found, evidence.open_ids, rules)
    changes = any(one != current for one in possible)
    pairs = possible_pairs(definition, found, evidence.open_ids, rules)
    spread = found.strands is None and sum(found.copies.values()) > 1
    return GeneCall(
        status=CallStatus.CALLED,
        fits=(_fit(definition, pair, current, phased=found.strands is not None),),
        phenotype=current,
        possible=tuple(sorted(possible, key=lambda one: (one.word or "", one.score or 0.0))),
        likely_words=(),
        could_change=changes,
        decided_by=deciding if deciding else ("phase",) if changes and spread else (),
        diplotypes_possible=pairs[:MOST_LISTED],
        diplotypes_count=len(pairs),
        notes=tuple(_list_notes(found, spread=spread and changes)),
        variants=tuple(
            f"{name}: {ZYGOSITY[count]}" for name, count in sorted(found.copies.items(), key=lambda x: natural_order(x[0]))
        ),
    )


def _fit(definition: GeneDefinition, alleles: Sequence[str], answer: Phenotype, *, phased: bool) -> FittingDiplotype:
    return FittingDiplotype(
        diplotype=Diplotype(definition.name, tuple(alleles)),
        rank=1,
        score=0,
        probability=None,
        is_phased=phased,
        phenotype=answer.word,
        activity_score=answer.score,
        activity_at_least=answer.at_least,
    )


def _list_notes(found: VariantsFound, *, spread: bool) -> list[str]:
    notes = []
    if spread:
        notes.append(
            "The variants are taken to lie on different strands, the more severe reading; "
            "on one strand the result would be milder."
        )
    for name in found.by_proxy:
        notes.append(f"{name} was read at its stand-in position, because the deciding one is missing.")
    for name in found.proxy_disagrees:
        notes.append(f"{name}: its two positions disagree; the deciding intronic one was used.")
    return notes


def call_mitochondrial(definition: GeneDefinition, evidence: GeneEvidence, rules: PhenotypeRules) -> GeneCall:
    """Call MT-RNR1: any read share of a risk variant counts, and the worst risk decides."""
    fractions = {}
    for index, name in enumerate(definition.alleles):
        if index == definition.reference:
            continue
        for one in evidence.read:
            if set(definition.cells[index].get(one.variant_id, ())) & set(one.alleles):
                fractions[name] = one.allele_fraction
    missing = set(evidence.open_ids)
    unread = [
        name
        for index, name in enumerate(definition.alleles)
        if index != definition.reference and set(definition.cells[index]) & missing
    ]
    reference = definition.alleles[definition.reference]
    names = sorted(fractions, key=natural_order) or [reference]
    current = _worst(rules, names)
    possible = {current, *(_worst(rules, [*names, name]) for name in unread)}
    joined = names[0] if len(names) == 1 else f"[{' + '.join(names)}]"
    notes = [f"{name} was seen in {share:.0%} of the reads." for name, share in fractions.items() if share is not None]
    if definition.unreadable:
        notes.append(f"Not readable from a genome file here: {', '.join(definition.unreadable)}.")
    deciding = [v for v in sorted(missing) if any(_worst(rules, [*names, n]) != current and v in
                definition.cells[definition.alleles.index(n)] for n in unread)]  # fmt: skip
    return GeneCall(
        status=CallStatus.CALLED,
        fits=(_fit(definition, [joined], current, phased=True),),
        phenotype=current,
        possible=tuple(sorted(possible, key=lambda one: one.word or "")),
        likely_words=(),
        could_change=len(possible) > 1,
        decided_by=tuple(deciding),
        notes=tuple(notes),
        variants=tuple(sorted(fractions, key=natural_order)),
    )


def _worst(rules: PhenotypeRules, names: Sequence[str]) -> Phenotype:
    answers = [rules.of_alleles([name]) for name in names]

    def order(one: Phenotype) -> int:
        return next((i for i, word in enumerate(RISK_ORDER) if (one.word or "").startswith(word)), len(RISK_ORDER))

    return min(answers, key=order)


def every_pair(rules: PhenotypeRules) -> frozenset[Phenotype]:
    """Return every phenotype that the gene can have: what remains possible where nothing was read."""
    names = list(rules.functions)
    seen: dict[tuple[object, ...], str] = {}
    for name in names:
        row = rules.functions[name]
        seen.setdefault((row.function, row.activity_value), name)
    singles = bool(rules.singles) and not rules.pairs
    kinds = list(seen.values())
    if singles:
        return frozenset(rules.of_alleles([name]) for name in kinds)
    return frozenset(rules.of_alleles(pair) for pair in product(kinds, repeat=2))
