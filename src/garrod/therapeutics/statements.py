"""Guideline statements put together from their tables, by drug and guideline."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from garrod.knowledge import guidelines as rows
from garrod.knowledge.loading import Knowledge

DOSE_FACTS: Final = (
    "phase", "relative_to", "factor_low", "factor_high", "value_low", "value_high", "unit", "cap", "cap_unit", "cap_is_below",
    "interval_h", "condition",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One action of a statement, with its doses and what it names instead."""

    row: rows.StatementPart
    doses: tuple[rows.StatementDose, ...]
    alternatives: tuple[rows.StatementAlternative, ...]
    monitoring: tuple[str, ...]
    avoid_also: tuple[str, ...]

    @property
    def content(self) -> tuple[object, ...]:
        """Everything that is to be done, apart from the place in a statement."""
        doses = tuple(tuple(str(getattr(dose, name)) for name in DOSE_FACTS) for dose in self.doses)
        instead = tuple(sorted(one.name for one in self.alternatives))
        watch = tuple(sorted(self.monitoring))
        return self.row.action.value, self.row.condition or "", doses, instead, watch, tuple(sorted(self.avoid_also))


@dataclass(frozen=True, slots=True)
class GuidelineStatement:
    """One statement: its facets, its keys by clause, its parts in order of preference, its notes."""

    row: rows.Statement
    guideline: rows.Guideline
    clauses: tuple[Mapping[str, tuple[rows.StatementKey, ...]], ...]  #: gene -> keys of which one must fit
    parts: tuple[Part, ...]
    notes: tuple[str, ...]

    @property
    def audience(self) -> tuple[object, ...]:
        """For whom it is."""
        row = self.row
        facets = (row.indications, row.age, row.age_min_y, row.age_max_y, row.weight_min_kg, row.weight_max_kg)
        return (*facets, row.prior_exposure, row.no_alternatives, row.co_medication)

    @property
    def content(self) -> tuple[object, ...]:
        """What is advised and for whom, apart from the statement's name, place and strength."""
        return (*self.audience, *(part.content for part in self.parts))


@dataclass(frozen=True, slots=True)
class DrugGuideline:
    """What one guideline says of one drug."""

    drug: rows.Drug
    guideline: rows.Guideline
    genes: tuple[str, ...]
    statements: tuple[GuidelineStatement, ...]

    def keys_of(self, gene: str) -> tuple[rows.StatementKey, ...]:
        """Return every key that some statement has on a gene."""
        clauses = (clause for one in self.statements for clause in one.clauses)
        return tuple(key for clause in clauses for key in clause.get(gene, ()))

    @property
    def asked_alleles(self) -> Mapping[str, frozenset[str]]:
        """The risk alleles that its keys ask for, by gene."""
        asked: dict[str, set[str]] = defaultdict(set)
        for key in (key for gene in self.genes for key in self.keys_of(gene)):
            if key.key_type is rows.KeyType.ALLELE_STATUS and key.value and key.value.startswith("*"):
                asked[key.gene].add(key.value.split()[0])
        return {gene: frozenset(alleles) for gene, alleles in asked.items()}


def drug_guidelines(knowledge: Knowledge) -> Mapping[str, tuple[DrugGuideline, ...]]:
    """Return what guidelines say of each drug, by drug id; CPIC before DPWG."""
    return knowledge.once(_build)


def _build(knowledge: Knowledge) -> dict[str, tuple[DrugGuideline, ...]]:
    statements = _statements(knowledge)
    drugs = {row.drug_id: row for row in knowledge.rows(rows.Drug)}
    grouped: dict[tuple[str, str], list[GuidelineStatement]] = defaultdict(list)
    for link in knowledge.rows(rows.StatementDrug):
        one = statements[link.statement_id]
        grouped[link.drug_id, one.guideline.guideline_id].append(one)
    made: dict[str, list[DrugGuideline]] = defaultdict(list)
    for (drug, _), found in grouped.items():
        keyed = {gene for one in found for clause in one.clauses for gene in clause}
        genes = sorted(keyed or found[0].guideline.genes.split(";"))
        made[drug].append(DrugGuideline(drugs[drug], found[0].guideline, tuple(genes), tuple(found)))
    order = sorted(made)
    return {drug: tuple(sorted(made[drug], key=lambda g: (g.guideline.body, g.guideline.guideline_id))) for drug in order}


def _statements(knowledge: Knowledge) -> dict[str, GuidelineStatement]:
    found = {row.guideline_id: row for row in knowledge.rows(rows.Guideline)}
    keys: dict[str, dict[int, dict[str, list[rows.StatementKey]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for key in knowledge.rows(rows.StatementKey):
        keys[key.statement_id][key.clause][key.gene].append(key)
    parts = _parts(knowledge)
    notes: dict[str, list[str]] = defaultdict(list)
    for detail in knowledge.rows(rows.StatementDetail):
        if detail.kind == "note":
            notes[detail.statement_id].append(detail.value)
    return {
        row.statement_id: GuidelineStatement(
            row=row,
            guideline=found[row.guideline_id],
            clauses=tuple({gene: tuple(some) for gene, some in clause.items()} for clause in keys[row.statement_id].values()),
            parts=parts[row.statement_id],
            notes=tuple(notes[row.statement_id]),
        )
        for row in knowledge.rows(rows.Statement)
    }


def _parts(knowledge: Knowledge) -> dict[str, tuple[Part, ...]]:
    doses: dict[tuple[str, int], list[rows.StatementDose]] = defaultdict(list)
    for dose in knowledge.rows(rows.StatementDose):
        doses[dose.statement_id, dose.part].append(dose)
    others: dict[tuple[str, int], list[rows.StatementAlternative]] = defaultdict(list)
    for other in knowledge.rows(rows.StatementAlternative):
        others[other.statement_id, other.part].append(other)
    details: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for detail in knowledge.rows(rows.StatementDetail):
        details[detail.statement_id, detail.part, detail.kind].append(detail.value)
    made: dict[str, list[Part]] = defaultdict(list)
    for row in sorted(knowledge.rows(rows.StatementPart), key=lambda one: (one.statement_id, one.part)):
        place = (row.statement_id, row.part)
        made[row.statement_id].append(
            Part(
                row=row,
                doses=tuple(doses[place]),
                alternatives=tuple(others[place]),
                monitoring=tuple(details[*place, "monitoring"]),
                avoid_also=tuple(details[*place, "avoid_also"]),
            )
        )
    return {statement: tuple(some) for statement, some in made.items()}
