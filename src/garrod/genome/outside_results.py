"""What laboratories' own calls say of a gene, and what follows where they and the genome disagree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from garrod.genome.outside import (
    OutsideDiplotype,
    OutsideStatus,
    Typing,
    Unreadable,
    parse_call,
    parse_typing,
)
from garrod.genome.phenotypes import INDETERMINATE, Phenotype, PhenotypeRules, rules_of
from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Allele, Gene, ResultType
from garrod.model.calls import (
    AlleleStatus,
    CallSource,
    CallStatus,
    Diplotype,
    FittingDiplotype,
    GeneResult,
    PossibleResult,
    SystemPhenotype,
)
from garrod.model.person import OutsideCall

#: Genes for which a laboratory's call is taken over the genome's: copy number and typing are not in a small-variant file.
LABORATORY_FIRST: Final = frozenset({"CYP2D6", "HLA-A", "HLA-B"})
COPIES_OPEN: Final = (2, 3)  #: copies that an unnumbered duplication (xN) may mean; three stands for three or more
ABBREVIATIONS: Final = {
    "pm": "Poor Metabolizer",
    "im": "Intermediate Metabolizer",
    "nm": "Normal Metabolizer",
    "em": "Normal Metabolizer",
    "rm": "Rapid Metabolizer",
    "um": "Ultrarapid Metabolizer",
}


def known_alleles(knowledge: Knowledge) -> Mapping[str, Mapping[str, str]]:
    """Return for each gene lower-case spelling -> spelling of our tables, functions' alleles included."""
    return knowledge.once(_known_alleles)


def _known_alleles(knowledge: Knowledge) -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for row in knowledge.rows(Allele):
        known[row.gene][row.allele.lower()] = row.core_of or row.allele
    for gene in list(known):
        for name in rules_of(knowledge, gene).functions:
            known[gene].setdefault(name.lower(), name)
    return known


def allele_genes(knowledge: Knowledge) -> frozenset[str]:
    """Return the genes whose result is the presence of risk alleles (HLA)."""
    return frozenset(g.gene for g in knowledge.rows(Gene) if g.result_type is ResultType.ALLELE_STATUS)


def risk_alleles(knowledge: Knowledge) -> Mapping[str, tuple[str, ...]]:
    """Return the HLA alleles that guidelines look up, by gene."""
    return knowledge.once(_risk_alleles)


def _risk_alleles(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key in knowledge.rows(StatementKey):
        if key.key_type is KeyType.ALLELE_STATUS and key.value and key.value.startswith("*"):
            found[key.gene].add(key.value.split()[0])
    return {gene: tuple(sorted(alleles)) for gene, alleles in found.items()}


def outside_result(gene: str, calls: Sequence[OutsideCall], knowledge: Knowledge) -> tuple[GeneResult, tuple[str, ...]]:
    """Return what outside calls say of one gene, and the texts that could not be read."""
    if gene in allele_genes(knowledge):
        return _typed(gene, calls, knowledge)
    rules = rules_of(knowledge, gene)
    known = known_alleles(knowledge).get(gene, {})
    unread: list[str] = []
    fits: dict[str, FittingDiplotype] = {}
    answers: list[Phenotype] = []
    notes: list[str] = []
    for call in calls:
        parsed = parse_call(gene, call.call or "", known)
        if isinstance(parsed, OutsideDiplotype):
            diplotype, phenotypes = _diplotype(gene, parsed, rules)
            stated = _stated(call, rules)
            answers += phenotypes
            if stated and stated.word and {p.word for p in phenotypes} != {stated.word}:
                notes.append(f"The laboratory states {stated.word}; these tables give {_words(phenotypes)} for {diplotype.name}.")
                answers.append(stated)
            fits.setdefault(diplotype.name, _fit(diplotype, phenotypes))
            notes += [f"The laboratory marks {part} as uncertain." for part in parsed.uncertain]
            if parsed.unknown_copies:
                notes.append("The number of gene copies is not given: every number that it may be is considered.")
        elif isinstance(parsed, (Unreadable, OutsideStatus)):
            why = parsed.why if isinstance(parsed, Unreadable) else "this gene has no allele status"
            unread.append(f"{call.where or gene}: {call.call!r} cannot be read ({why})")
        if parsed is None or isinstance(parsed, Unreadable):
            stated = _stated(call, rules)
            if stated is not None:
                answers += _with_scores(stated, rules)
            elif call.phenotype or call.activity_score:
                unread.append(
                    f"{call.where or gene}: phenotype {call.phenotype or call.activity_score!r} is not one of this gene's"
                )
    joined = _joined(gene, tuple(fits.values()), answers, rules, notes)
    return replace(joined, dpwg=_in_dutch_terms(gene, calls, knowledge)), tuple(unread)


def _in_dutch_terms(gene: str, calls: Sequence[OutsideCall], knowledge: Knowledge) -> SystemPhenotype | None:
    """Return what DPWG makes of the diplotypes; a phenotype that the laboratory states in words is not one of DPWG's."""
    rules = rules_of(knowledge, gene, "DPWG")
    known = known_alleles(knowledge).get(gene, {})
    parsed = [parse_call(gene, call.call or "", known) for call in calls]
    read = [one for one in parsed if isinstance(one, OutsideDiplotype)]
    if not rules.exists or not read or len(read) < len(calls):
        return None
    pairs = [_diplotype(gene, one, rules) for one in read]
    answers = list(dict.fromkeys(answer for _, some in pairs for answer in some))
    joined = _joined(gene, tuple(_fit(name, some) for name, some in pairs), answers, rules, [])
    return SystemPhenotype(
        diplotypes=joined.diplotypes,
        phenotype=joined.phenotype,
        activity_score=joined.activity_score,
        activity_at_least=joined.activity_at_least,
        possible=joined.possible,
    )


def _words(phenotypes: Iterable[Phenotype]) -> str:
    return " or ".join(sorted({one.word or "no phenotype" for one in phenotypes}))


def _diplotype(gene: str, parsed: OutsideDiplotype, rules: PhenotypeRules) -> tuple[Diplotype, list[Phenotype]]:
    diplotype = Diplotype(gene, parsed.alleles)
    options = [_readings(allele, rules) for allele in parsed.alleles]
    return diplotype, list(dict.fromkeys(_phenotype(list(chosen), rules) for chosen in product(*options)))


def _readings(allele: str, rules: PhenotypeRules) -> list[str]:
    if not allele.endswith("xN"):
        return [allele]
    base = allele[:-2]
    written = [f"{base}x{n}" if n < 3 else f"{base}x≥{n}" for n in COPIES_OPEN]
    return [name for name in written if name in rules.functions] or [allele]


def _phenotype(alleles: list[str], rules: PhenotypeRules) -> Phenotype:
    """Look the alleles up; a tandem's score is the sum of its parts, and copies multiply."""
    if not any("+" in a or "x" in a for a in alleles) or not rules.has_scores or all(a in rules.functions for a in alleles):
        return rules.of_alleles(alleles)
    total, at_least = 0.0, False
    for allele in alleles:
        value = _value(allele, rules)
        if value is None:
            return Phenotype(INDETERMINATE)
        total += value[0]
        at_least |= value[1]
    return rules.of_score(total, at_least=at_least)


def _value(allele: str, rules: PhenotypeRules) -> tuple[float, bool] | None:
    if row := rules.functions.get(allele):
        return None if row.activity_value is None else (row.activity_value, row.activity_at_least)
    if "+" in allele:
        parts = [_value(part, rules) for part in allele.split("+")]
        if any(part is None for part in parts):
            return None
        return sum(p[0] for p in parts if p), any(p[1] for p in parts if p)
    base, _, copies = allele.partition("x")
    single = _value(base, rules) if copies and copies != "N" else None
    if single is None:
        return None
    number = int(copies.lstrip("≥"))
    return single[0] * number, copies.startswith("≥") and single[0] > 0


def _stated(call: OutsideCall, rules: PhenotypeRules) -> Phenotype | None:
    """Return the phenotype or score that the laboratory states."""
    if call.activity_score and call.activity_score.strip().lower() not in {"n/a", "na", ""}:
        text = call.activity_score.strip()
        try:
            score = float(text.lstrip("≥>= "))
        except ValueError:
            return None
        if rules.by_score:
            return rules.of_score(score, at_least=text[:1] in {"≥", ">"})
    if not call.phenotype:
        return None
    written = (
        " ".join(call.phenotype.lower().replace("metaboliser", "metabolizer").split()).removeprefix(rules.gene.lower()).strip()
    )
    written = ABBREVIATIONS.get(written, written).lower()
    words = {word.lower(): word for word in (*rules.words, INDETERMINATE)}
    return Phenotype(words[written]) if written in words else None


def _with_scores(stated: Phenotype, rules: PhenotypeRules) -> list[Phenotype]:
    """Return a stated phenotype with every activity score that it may stand for, where the gene has scores."""
    if stated.score is not None or not rules.by_score:
        return [stated]
    values = sorted({row.activity_value for row in rules.functions.values() if row.activity_value is not None})
    sums = sorted({one + other for one in values for other in values})
    return [Phenotype(stated.word, score) for score in sums if rules.of_score(score).word == stated.word] or [stated]


def _fit(diplotype: Diplotype, phenotypes: Sequence[Phenotype]) -> FittingDiplotype:
    only = phenotypes[0] if len(phenotypes) == 1 else Phenotype(None)
    return FittingDiplotype(
        diplotype=diplotype,
        rank=1,
        score=0,
        probability=None,
        is_phased=False,
        phenotype=only.word,
        activity_score=only.score,
        activity_at_least=only.at_least,
    )


def _joined(
    gene: str, fits: tuple[FittingDiplotype, ...], answers: Sequence[Phenotype], rules: PhenotypeRules, notes: list[str]
) -> GeneResult:
    distinct = list(dict.fromkeys(answers))
    if not fits and not distinct:
        return GeneResult(
            gene=gene, status=CallStatus.NOT_ASSESSED, source=CallSource.OUTSIDE,
            reason="the outside call could not be read", notes=tuple(notes), could_change=True,
        )  # fmt: skip
    words = {one.word for one in distinct}
    scores = {one.score for one in distinct}
    word = next(iter(words)) if len(words) == 1 else None
    return GeneResult(
        gene=gene,
        status=CallStatus.CALLED,
        source=CallSource.OUTSIDE,
        diplotypes=fits,
        phenotype=word,
        activity_score=next(iter(scores)) if len(scores) == 1 else None,
        activity_at_least=len(distinct) == 1 and distinct[0].at_least,
        possible=tuple(PossibleResult(one.word, one.score, one.at_least) for one in distinct),
        phenotypes_possible=tuple(sorted(w for w in words if w)),
        phenotypes_likely=tuple(sorted(w for w in words if w)),
        scores_possible=tuple(sorted(s for s in scores if s is not None)),
        could_change=len(distinct) > 1,
        notes=tuple(dict.fromkeys(notes)),
        sources=tuple(sorted({rules.functions[a].source_id for f in fits for a in f.diplotype.alleles if a in rules.functions})),
    )


def _typed(gene: str, calls: Sequence[OutsideCall], knowledge: Knowledge) -> tuple[GeneResult, tuple[str, ...]]:
    """Read HLA statuses and typings; a risk allele is negative only under two full two-field types without it."""
    stated: dict[str, set[bool]] = defaultdict(set)
    typings: list[Typing] = []
    unread = []
    for call in calls:
        for text in (call.call, call.phenotype):
            if not text:
                continue
            parsed = parse_call(gene, text, {})
            if isinstance(parsed, OutsideStatus):
                stated[parsed.allele].add(parsed.is_present)
            elif isinstance(parsed, (Unreadable, OutsideDiplotype)):
                typing = parse_typing(gene, text)
                if typing is None or not (typing.types or typing.not_expressed or typing.unresolved):
                    unread.append(f"{call.where or gene}: {text!r} is neither a typing nor an allele status")
                else:
                    typings.append(typing)
    names = sorted({*risk_alleles(knowledge).get(gene, ()), *stated})
    statuses = tuple(AlleleStatus(gene, name, _presence(name, stated, typings)) for name in names)
    said = [one.word for one in statuses if one.is_present is not None]
    conflicts = tuple(name for name, values in stated.items() if len(values) > 1)
    notes = [f"{name}: the outside calls contradict each other." for name in conflicts]
    notes += [f"{t} is not expressed; a person should look at this typing." for one in typings for t in one.not_expressed]
    fits = tuple(_fit(Diplotype(gene, one.types), [Phenotype(None)]) for one in typings if len(one.types) in {1, 2})
    result = GeneResult(
        gene=gene,
        status=CallStatus.CALLED if said else CallStatus.NOT_ASSESSED,
        source=CallSource.OUTSIDE,
        reason=None if said else "the typing given does not settle any allele that guidelines ask for",
        diplotypes=fits,
        phenotype="; ".join(said) or None,
        phenotypes_possible=tuple(said),
        phenotypes_likely=tuple(said),
        allele_statuses=statuses,
        could_change=not said,
        needs_review=bool(conflicts) or any(one.not_expressed for one in typings),
        notes=tuple(notes),
    )
    return result, tuple(unread)


def _presence(name: str, stated: Mapping[str, set[bool]], typings: Sequence[Typing]) -> bool | None:
    values = {*stated.get(name, ()), *(v for v in (one.has(name) for one in typings) if v is not None)}
    return next(iter(values)) if len(values) == 1 else None


def reconciled(
    genome: GeneResult | None, outside: GeneResult | None, readable: frozenset[str] = frozenset()
) -> GeneResult | None:
    """Join a genome's and a laboratory's result of one gene. Where they differ, both are kept and review is asked for.

    Parameters
    ----------
    readable
        Names of the alleles that small variants show. Of a gene whose laboratory call counts alone (CYP2D6), only calls
        of such alleles can be held against the genome: a deletion, copies or a hybrid cannot be seen there.
    """
    if outside is None or genome is None:
        return outside or genome
    if not outside.is_assessed:
        return replace(genome, notes=(*genome.notes, *outside.notes, f"Outside call: {outside.reason}."))
    kept = replace(
        outside, positions=genome.positions, extra=genome.extra, undocumented=genome.undocumented, missing=genome.missing
    )
    if outside.gene in LABORATORY_FIRST or not genome.is_assessed:
        is_comparable = all(name in readable for fit in outside.diplotypes for name in fit.diplotype.alleles)
        differs = genome.is_assessed and bool(outside.diplotypes) and is_comparable and not _may_agree(genome, outside)
        return replace(
            kept, disagreement=_difference(genome, outside) if differs else None, needs_review=differs or kept.needs_review
        )
    if _agree(genome, outside):
        return replace(kept, notes=(*outside.notes, "The genome and the outside call agree."),
                       needs_confirmation=False, dpwg=outside.dpwg or genome.dpwg)  # fmt: skip
    same = outside.phenotype is not None and outside.phenotype == genome.phenotype
    words = tuple(sorted({*outside.phenotypes_possible, *genome.phenotypes_possible}))
    scores = tuple(sorted({*outside.scores_possible, *genome.scores_possible}))
    return replace(
        kept,
        diplotypes=(*outside.diplotypes, *genome.diplotypes),
        phenotype=outside.phenotype if same else None,
        activity_score=outside.activity_score if same and outside.activity_score == genome.activity_score else None,
        possible=tuple(dict.fromkeys((*outside.possible, *genome.possible))),
        phenotypes_possible=words,
        phenotypes_likely=words,
        scores_possible=scores,
        could_change=not same,
        needs_review=True,
        disagreement=_difference(genome, outside),
        dpwg=_either(outside.dpwg, genome.dpwg),
    )


def _either(one: SystemPhenotype | None, other: SystemPhenotype | None) -> SystemPhenotype | None:
    """Keep what both readings may mean, and settle nothing."""
    if one is None or other is None:
        return None
    return SystemPhenotype(
        diplotypes=(*one.diplotypes, *other.diplotypes),
        phenotype=one.phenotype if one.phenotype == other.phenotype else None,
        possible=tuple(dict.fromkeys((*one.possible, *other.possible))),
    )


def _agree(genome: GeneResult, outside: GeneResult) -> bool:
    theirs = {one.diplotype.name for one in outside.diplotypes}
    ours = {one.diplotype.name for one in genome.diplotypes}
    if theirs:
        return bool(theirs & ours)
    return outside.phenotype is not None and outside.phenotype == genome.phenotype


def _may_agree(genome: GeneResult, outside: GeneResult) -> bool:
    """Whether some laboratory diplotype is one that the genome leaves possible, as far as those are listed."""
    if _agree(genome, outside) or genome.diplotypes_count > len(genome.diplotypes_possible):
        return True
    return any(one.diplotype.name in genome.diplotypes_possible for one in outside.diplotypes)


def _difference(genome: GeneResult, outside: GeneResult) -> str:
    def said(result: GeneResult) -> str:
        names = ", ".join(one.diplotype.name for one in result.diplotypes if one.rank == 1)
        return names or result.phenotype or "nothing"

    return f"The genome file reads {said(genome)}; the outside call says {said(outside)}."
