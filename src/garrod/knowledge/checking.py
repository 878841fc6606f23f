"""Check what rows say of each other: names that must exist elsewhere, keys without a gap or an overlap."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from garrod.knowledge import (
    allergies,
    cautions,
    enzymes,
    exposure,
    guidelines,
    interactions,
    laboratory,
    organ_doses,
    pharmacogenomics,
    strengths,
)
from garrod.knowledge.loading import TABLES, VOCABULARY, Knowledge
from garrod.knowledge.vocabulary import Vocabulary, VocabularyEntry, VocabularyFile, vocabulary_damage
from garrod.model.errors import Fault, KnowledgeError

#: Row class and field -> row class and field that must hold its value.
REFERENCES: tuple[tuple[type[Any], str, type[Any], str], ...] = (
    (pharmacogenomics.Variant, "gene", pharmacogenomics.Gene, "gene"),
    (pharmacogenomics.VariantForm, "variant_id", pharmacogenomics.Variant, "variant_id"),
    (pharmacogenomics.Allele, "gene", pharmacogenomics.Gene, "gene"),
    (pharmacogenomics.AlleleVariant, "variant_id", pharmacogenomics.Variant, "variant_id"),
    (pharmacogenomics.PositionRule, "variant_id", pharmacogenomics.Variant, "variant_id"),
    (pharmacogenomics.HaplotypeCount, "gene", pharmacogenomics.Gene, "gene"),
    (enzymes.EnzymeEffect, "drug_id", guidelines.Drug, "drug_id"),
    (organ_doses.OrganDose, "drug_id", guidelines.Drug, "drug_id"),
    (allergies.GroupMember, "drug_id", guidelines.Drug, "drug_id"),
    (allergies.GroupMember, "group_id", allergies.Group, "group_id"),
    (laboratory.AnalyteName, "analyte", laboratory.Analyte, "analyte"),
    (laboratory.AnalyteUnit, "analyte", laboratory.Analyte, "analyte"),
    (enzymes.ConversionRule, "gene", pharmacogenomics.Gene, "gene"),
    (interactions.DrugClassMember, "drug_id", guidelines.Drug, "drug_id"),
    (interactions.DrugClassMember, "class_id", interactions.DrugClass, "class_id"),
    (interactions.TherapeuticOption, "drug_id", guidelines.Drug, "drug_id"),
    (interactions.HazardMember, "hazard", interactions.Hazard, "hazard"),
    (interactions.HazardFactor, "hazard", interactions.Hazard, "hazard"),
    (interactions.HazardTier, "hazard", interactions.Hazard, "hazard"),
    (exposure.Disposition, "drug_id", guidelines.Drug, "drug_id"),
    (exposure.ExposureNote, "drug_id", guidelines.Drug, "drug_id"),
    (exposure.PathwayShare, "drug_id", exposure.Disposition, "drug_id"),
    (exposure.ModifierStrength, "drug_id", guidelines.Drug, "drug_id"),
    (guidelines.DrugName, "drug_id", guidelines.Drug, "drug_id"),
    (strengths.Strength, "drug_id", guidelines.Drug, "drug_id"),
    (guidelines.Statement, "guideline_id", guidelines.Guideline, "guideline_id"),
    (guidelines.StatementDrug, "statement_id", guidelines.Statement, "statement_id"),
    (guidelines.StatementDrug, "drug_id", guidelines.Drug, "drug_id"),
    (guidelines.StatementKey, "statement_id", guidelines.Statement, "statement_id"),
    (guidelines.StatementKey, "gene", pharmacogenomics.Gene, "gene"),
    (guidelines.StatementPart, "statement_id", guidelines.Statement, "statement_id"),
    (guidelines.StatementDose, "statement_id", guidelines.Statement, "statement_id"),
    (guidelines.StatementAlternative, "statement_id", guidelines.Statement, "statement_id"),
    (guidelines.StatementDetail, "statement_id", guidelines.Statement, "statement_id"),
)
SPECIAL_WORDS = frozenset({"No Result", "n/a", "Indeterminate"})


def check_knowledge(knowledge: Knowledge) -> tuple[Fault, ...]:
    """Return every fault, those of single rows first."""
    faults: list[Fault] = []
    for kind in TABLES:
        try:
            knowledge.rows(kind)
        except KnowledgeError as error:
            faults += error.faults
    if faults:
        return tuple(faults)
    faults += _unknown_sources(knowledge)
    faults += _dangling(knowledge)
    faults += _unknown_members(knowledge)
    faults += _unknown_phenotypes(knowledge)
    faults += _recalled_doses(knowledge)
    faults += _without_parts(knowledge)
    faults += _overlapping_keys(knowledge)
    faults += _unknown_indications(knowledge)
    faults += _unknown_drugs_and_groups(knowledge)
    faults += _unknown_conditions(knowledge)
    faults += _vocabulary(knowledge)
    return tuple(faults)


def _unknown_sources(knowledge: Knowledge) -> Iterator[Fault]:
    for kind in TABLES:
        for number, row in enumerate(knowledge.rows(kind)):
            source = getattr(row, "source_id", None)
            if source is not None and source not in knowledge.sources:
                yield Fault(knowledge.place(kind, number), f"source {source!r} is not in sources.tsv", "add the source")


def _dangling(knowledge: Knowledge) -> Iterator[Fault]:
    for kind, field, other, other_field in REFERENCES:
        known = {enzymes.SMOKING, *(getattr(row, other_field) for row in knowledge.rows(other))}
        for number, row in enumerate(knowledge.rows(kind)):
            if getattr(row, field) not in known:
                yield Fault(
                    knowledge.place(kind, number), f"{field} {getattr(row, field)!r} is not in {TABLES[other][0]}", "correct it"
                )


#: Columns that hold a drug's id, or ``class:`` and a class's id.
MEMBERS: tuple[tuple[type[Any], str], ...] = (
    (interactions.HazardMember, "member"),
    (interactions.PairRule, "first"),
    (interactions.PairRule, "second"),
    (interactions.FoodRule, "member"),
)


def _unknown_members(knowledge: Knowledge) -> Iterator[Fault]:
    drugs = {row.drug_id for row in knowledge.rows(guidelines.Drug)}
    classes = {f"{interactions.CLASS}{row.class_id}" for row in knowledge.rows(interactions.DrugClass)}
    for kind, field in MEMBERS:
        for number, row in enumerate(knowledge.rows(kind)):
            if getattr(row, field) not in drugs | classes:
                what = f"{field} {getattr(row, field)!r} is neither a drug nor a class of these tables"
                yield Fault(knowledge.place(kind, number), what, "correct it")


def _unknown_phenotypes(knowledge: Knowledge) -> Iterator[Fault]:
    """Find keys that the gene's own rules can never give: they would fit nobody."""
    words: dict[str, set[str]] = {}
    for rule in knowledge.rows(pharmacogenomics.PhenotypeRule):
        words.setdefault(rule.gene, set()).add(rule.phenotype)
    for number, key in enumerate(knowledge.rows(guidelines.StatementKey)):
        is_word = key.key_type is guidelines.KeyType.PHENOTYPE and key.value is not None
        if is_word and key.value not in SPECIAL_WORDS and key.value not in words.get(key.gene, set()):
            yield Fault(
                knowledge.place(guidelines.StatementKey, number), f"{key.gene} has no phenotype {key.value!r}", "correct it"
            )


def _recalled_doses(knowledge: Knowledge) -> Iterator[Fault]:
    recalled = {
        row.statement_id for row in knowledge.rows(guidelines.Statement) if row.reading is pharmacogenomics.Reading.RECALLED
    }
    for number, dose in enumerate(knowledge.rows(guidelines.StatementDose)):
        if dose.statement_id in recalled:
            yield Fault(
                knowledge.place(guidelines.StatementDose, number), "a recalled statement carries a dose", "read its source"
            )


def _without_parts(knowledge: Knowledge) -> Iterator[Fault]:
    having = {row.statement_id for row in knowledge.rows(guidelines.StatementPart)}
    for number, row in enumerate(knowledge.rows(guidelines.Statement)):
        if row.statement_id not in having:
            yield Fault(knowledge.place(guidelines.Statement, number), f"{row.statement_id} says nothing to do", "add a part")


def _overlapping_keys(knowledge: Knowledge) -> Iterator[Fault]:
    """Score intervals of one clause and gene must not overlap."""
    groups: dict[tuple[str, int, str], list[tuple[float, int, guidelines.StatementKey]]] = {}
    for number, key in enumerate(knowledge.rows(guidelines.StatementKey)):
        if key.score_min is not None:
            groups.setdefault((key.statement_id, key.clause, key.gene), []).append((key.score_min, number, key))
    for (statement, _, gene), keys in groups.items():
        ordered = sorted(keys, key=lambda one: one[:2])
        for (_, first, one), (low, second, _) in pairwise(ordered):
            if one.score_max is None or low <= one.score_max:
                place = knowledge.place(guidelines.StatementKey, max(first, second))
                yield Fault(place, f"{statement}: score intervals of {gene} overlap", "correct them")


def _unknown_indications(knowledge: Knowledge) -> Iterator[Fault]:
    """Find indications that no row labels: no word could ever select them."""
    known = {row.indication for row in knowledge.rows(guidelines.Indication)} | {"any", "other"}
    for number, row in enumerate(knowledge.rows(guidelines.Statement)):
        named = [*row.indications.split(";"), *(row.other_than or "").split(";")]
        unknown = sorted({one for one in named if one and one not in known})
        if unknown:
            place = knowledge.place(guidelines.Statement, number)
            yield Fault(
                place, f"indication {', '.join(unknown)} is not in {TABLES[guidelines.Indication][0]}", "add a row for it"
            )


def _unknown_drugs_and_groups(knowledge: Knowledge) -> Iterator[Fault]:
    """Find names that may be of a drug or of a group, and are of neither."""
    known = {row.drug_id for row in knowledge.rows(guidelines.Drug)} | {row.group_id for row in knowledge.rows(allergies.Group)}
    named: list[tuple[type[Any], int, str]] = []
    for number, cross in enumerate(knowledge.rows(allergies.CrossReaction)):
        named += [(allergies.CrossReaction, number, cross.allergen), (allergies.CrossReaction, number, cross.other)]
    for number, caution in enumerate(knowledge.rows(cautions.Caution)):
        named += [(cautions.Caution, number, name) for name in (caution.drug, caution.other) if name]
    yield from (
        Fault(knowledge.place(kind, number), f"{name!r} is neither a drug nor a group", "correct it")
        for kind, number, name in named
        if name not in known
    )


def _unknown_conditions(knowledge: Knowledge) -> Iterator[Fault]:
    """Find cautions on conditions that nothing names: they would fit nobody."""
    known = {row.condition_id for row in knowledge.rows(cautions.ConditionName)}
    for number, row in enumerate(knowledge.rows(cautions.Caution)):
        if row.condition_id is not None and row.condition_id not in known:
            place = knowledge.place(cautions.Caution, number)
            yield Fault(place, f"condition {row.condition_id!r} has no name", f"add a row to {TABLES[cautions.ConditionName][0]}")


def _vocabulary(knowledge: Knowledge) -> Iterator[Fault]:
    """Find a vocabulary that is missing, damaged, or other than its row and its sample say."""
    for number, row in enumerate(knowledge.rows(VocabularyFile)):
        path = knowledge.folder / VOCABULARY
        damage = vocabulary_damage(path, row)
        if damage:
            yield damage
            return
        vocabulary = Vocabulary(path, row)
        if vocabulary.sizes() != (row.names, row.codes):
            yield Fault(
                knowledge.place(VocabularyFile, number), "the vocabulary has another size than its row says", "make it anew"
            )
        for place, entry in enumerate(knowledge.rows(VocabularyEntry)):
            coded = vocabulary.coded(entry.entry) if entry.kind == "code" else None
            meanings = (coded,) if coded else vocabulary.named(entry.entry)
            if not any(";".join(one.drugs) == entry.drugs for one in meanings):
                yield Fault(
                    knowledge.place(VocabularyEntry, place), f"{entry.entry!r} stands for something else in the vocabulary",
                    "make it anew",
                )  # fmt: skip
