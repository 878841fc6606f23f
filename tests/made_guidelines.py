"""A small guideline set of made-up drugs on real genes, written as rows: a test reads as "the guideline says"."""

import enum
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from garrod import Knowledge, Person, load_knowledge, personalize
from garrod.genome.definitions import definitions
from garrod.knowledge import guidelines as rows
from garrod.knowledge.guidelines import KeyType
from garrod.knowledge.loading import TABLES
from garrod.knowledge.pharmacogenomics import Reading
from garrod.knowledge.provenance import Source
from garrod.knowledge.vocabulary import FrequencyWord, NameWord
from garrod.model.genotypes import GenomeEvidence, Genotype
from garrod.model.person import Medication, OutsideCall
from garrod.model.recommendations import Action, Recommendation
from synthetic import evidence, genotypes

NOW: Final = datetime(2026, 5, 1, 9, tzinfo=UTC)
KNOWLEDGE: Final = load_knowledge()
GENES: Final = definitions(KNOWLEDGE)
for _kind in TABLES:
    KNOWLEDGE.rows(_kind)

#: Made-up drugs and codes; none of them exists.
DRUGS: Final = {"exampline": "9900001", "samplitol": "9900002", "mockazole": "9900003", "testaxel": "9900004"}
BRAND: Final = "exampix"
SOURCES: Final = {body: f"made-{body.lower()}" for body in ("CPIC", "DPWG", "FDA")}
READ_ON: Final = date(2026, 4, 1)
INDICATIONS: Final = {"acs_pci": ("pci", "coronary"), "neurovascular": ("stroke",)}
GUIDELINE_KINDS: Final = tuple(kind for kind, files in TABLES.items() if files[0].startswith("guidelines/"))


#: Tables on medicines as such: a made-up world has none of their rows, but the words around a name are those of this one.
MEDICINE_KINDS: Final = tuple(
    kind
    for kind, files in TABLES.items()
    if files[0].split("/")[0] not in {"sources.tsv", "guidelines", "pharmacogenomics"} and kind not in {NameWord, FrequencyWord}
)


@dataclass(frozen=True)
class Key:
    """What a statement asks of a gene."""

    key_type: KeyType
    value: str | None = None
    score_min: float | None = None
    score_max: float | None = None


Clause = Mapping[str, tuple[Key, ...]]


def word(*texts: str) -> tuple[Key, ...]:
    """Any of these phenotypes."""
    return tuple(Key(KeyType.PHENOTYPE, text) for text in texts)


def score(low: float, high: float | None) -> tuple[Key, ...]:
    """A closed interval of activity scores; without an upper end where ``high`` is None."""
    return (Key(KeyType.SCORE, None, low, high),)


def no_score(text: str) -> tuple[Key, ...]:
    """A word where a score would stand: ``n/a`` or ``No Result``."""
    return (Key(KeyType.SCORE, text),)


def status(*texts: str) -> tuple[Key, ...]:
    """Any of these allele statuses."""
    return tuple(Key(KeyType.ALLELE_STATUS, text) for text in texts)


def genotype(*names: str) -> tuple[Key, ...]:
    """Any of these genotypes."""
    return tuple(Key(KeyType.GENOTYPE, name) for name in names)


@dataclass(frozen=True, kw_only=True)
class Then:
    """One action of a statement with all that belongs to it."""

    action: str
    rationale: str = "none"
    condition: str | None = None
    doses: tuple[Mapping[str, Any], ...] = ()
    instead: tuple[str, ...] = ()
    watch: tuple[str, ...] = ()
    avoid_also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Said:
    """One statement of a made-up guideline, before it becomes rows."""

    name: str
    parts: tuple[Then, ...]
    clauses: tuple[Clause, ...]
    drugs: tuple[str, ...]
    body: str
    reading: Reading
    strength: str | None
    notes: tuple[str, ...]
    facets: Mapping[str, Any]

    @property
    def guideline(self) -> str:
        """The guideline's id: one guideline a body and first drug."""
        return f"{self.body.lower()}-{self.drugs[0]}"

    @property
    def id(self) -> str:
        """The statement's id."""
        return f"{self.guideline}:{self.name}"


def says(
    name: str,
    what: str | Then,
    *clauses: Clause,
    otherwise: tuple[Then, ...] = (),
    drugs: tuple[str, ...] = ("exampline",),
    body: str = "CPIC",
    reading: Reading = Reading.READ_TWICE,
    strength: str | None = "strong",
    notes: tuple[str, ...] = (),
    **facets: Any,
) -> Said:
    """Write one statement: its name, what to do, and the gene results that it is for (OR over clauses)."""
    first = Then(action=what) if isinstance(what, str) else what
    return Said(
        name=name, parts=(first, *otherwise), clauses=clauses, drugs=drugs, body=body, reading=reading, strength=strength,
        notes=notes, facets=facets,
    )  # fmt: skip


def reduce_to(factor: float, *, watch: tuple[str, ...] = (), condition: str | None = None) -> Then:
    """Start at a share of the usual dose."""
    line = {"phase": "start", "relative_to": "usual", "factor_low": factor, "factor_high": factor}
    return Then(action="reduce", rationale="toxicity", doses=(line,), watch=watch, condition=condition)


def rows_of(
    *said: Said,
    drugs: Iterable[str] = DRUGS,
    content: date = date(2025, 11, 1),
    later_change: date | None = None,
    genes: str = "CYP2C19",
) -> dict[type[Any], tuple[Any, ...]]:
    """Return the rows of a guideline set, every guideline table of it."""
    made: dict[type[Any], list[Any]] = {kind: [] for kind in GUIDELINE_KINDS}
    for name in drugs:
        made[rows.Drug].append(
            rows.Drug(drug_id=name, name=name, rxnorm=DRUGS[name], reading=Reading.READ_TWICE, source_id=SOURCES["CPIC"])
        )
    if "exampline" in drugs:
        made[rows.DrugName].append(rows.DrugName(drug_id="exampline", name=BRAND, kind="brand", source_id=SOURCES["CPIC"]))
    for indication, words in INDICATIONS.items():
        label = indication.replace("_", " ")
        made[rows.Indication].append(rows.Indication(indication=indication, label=label, source_id=SOURCES["CPIC"]))
        made[rows.IndicationWord] += [
            rows.IndicationWord(indication=indication, word=text, source_id=SOURCES["CPIC"]) for text in words
        ]
    for guideline in sorted({one.guideline for one in said}):
        some = [one for one in said if one.guideline == guideline]
        keyed = sorted({gene for one in some for clause in one.clauses for gene in clause})
        made[rows.Guideline].append(
            rows.Guideline(
                guideline_id=guideline,
                body=some[0].body,
                title=f"{some[0].body} on {some[0].drugs[0]}",
                genes=";".join(keyed) or genes,
                pmids="12345678",
                content_date=content,
                later_change=later_change,
                later_change_note="the new text is not in these tables" if later_change else None,
                source_id=SOURCES[some[0].body],
            )
        )
    for one in said:
        _add_statement(made, one)
    shipped = tuple(row for row in KNOWLEDGE.rows(Source) if row.source_id not in SOURCES.values())
    nothing: dict[type[Any], tuple[Any, ...]] = dict.fromkeys(MEDICINE_KINDS, ())
    return {**nothing, **{kind: tuple(some) for kind, some in made.items()}, Source: (*shipped, *_sources(content))}


def _sources(content: date) -> list[Source]:
    return [
        Source(
            source_id=source, title=f"Made-up guidelines of {body}", version="1", content_date=content, date_read=READ_ON,
            license="none",
        )
        for body, source in SOURCES.items()
    ]  # fmt: skip


def _add_statement(made: dict[type[Any], list[Any]], one: Said) -> None:
    facets = {"indications": "any", "age": "any", "prior_exposure": "any", **one.facets}
    made[rows.Statement].append(
        rows.Statement(
            statement_id=one.id, guideline_id=one.guideline, strength=one.strength, reading=one.reading,
            source_id=SOURCES[one.body], **facets,
        )
    )  # fmt: skip
    made[rows.StatementDrug] += [rows.StatementDrug(statement_id=one.id, drug_id=drug) for drug in one.drugs]
    made[rows.StatementKey] += [
        rows.StatementKey(
            statement_id=one.id, clause=number, gene=gene, key_type=key.key_type, value=key.value, score_min=key.score_min,
            score_max=key.score_max,
        )
        for number, clause in enumerate(one.clauses, start=1) for gene, keys in clause.items() for key in keys
    ]  # fmt: skip
    details = [(0, "note", text) for text in one.notes]
    for number, part in enumerate(one.parts, start=1):
        made[rows.StatementPart].append(
            rows.StatementPart(
                statement_id=one.id, part=number, action=Action(part.action), rationale=part.rationale, condition=part.condition
            )
        )
        made[rows.StatementDose] += [
            rows.StatementDose(statement_id=one.id, part=number, line=line, **given)
            for line, given in enumerate(part.doses, start=1)
        ]
        made[rows.StatementAlternative] += [
            rows.StatementAlternative(statement_id=one.id, part=number, rank=rank, kind="drug", name=name)
            for rank, name in enumerate(part.instead, start=1)
        ]
        details += [(number, "monitoring", text) for text in part.watch]
        details += [(number, "avoid_also", text) for text in part.avoid_also]
    made[rows.StatementDetail] += [
        rows.StatementDetail(statement_id=one.id, part=part_number, kind=kind, line=line, value=text)
        for line, (part_number, kind, text) in enumerate(details, start=1)
    ]


def knowledge_of(*said: Said, **given: Any) -> Knowledge:
    """Return the shipped genes with a made-up guideline set in place of the shipped one."""
    return KNOWLEDGE.replacing(rows_of(*said, **given))


def write_table(path: Path, kind: type[Any], some: Sequence[Any]) -> None:
    """Write rows as a table of ours."""
    names = [field.name for field in fields(kind)]
    lines = ["\t".join(names), *("\t".join(_cell(getattr(row, name)) for name in names) for row in some)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.value) if isinstance(value, enum.Enum) else str(value)


def lab(gene: str, call: str | None = None, *, phenotype: str | None = None, activity_score: str | None = None) -> OutsideCall:
    """What a laboratory says of a gene."""
    return OutsideCall(gene=gene, call=call, phenotype=phenotype, activity_score=activity_score, source="laboratory")


def taking(name: str = "exampline", **given: Any) -> Medication:
    """An entry of the medicine list."""
    return Medication(name=name, **given)


def genome(
    gene: str, first: str, second: str, *, masked: Iterable[str] = (), changes: Mapping[str, tuple[str, str]] | None = None
) -> GenomeEvidence:
    """An unphased genome in which one gene was read, without the positions that are masked (by rsID)."""
    return genome_of({gene: (first, second)}, masked=masked, changes=changes)


def genome_of(
    pairs: Mapping[str, tuple[str, str]], *, masked: Iterable[str] = (), changes: Mapping[str, tuple[str, str]] | None = None
) -> GenomeEvidence:
    """An unphased genome in which some genes were read."""
    seen = {}
    for gene, names in pairs.items():
        definition = GENES[gene]
        ids = {one.rsid: one.variant_id for one in definition.variants}
        pair = (definition.alleles.index(names[0]), definition.alleles.index(names[1]))
        hidden = [ids[name] for name in masked if name in ids]
        seen.update(genotypes(definition, pair, random.Random(1), phased=False, masked=hidden))
        for name, bases in (changes or {}).items():
            if name in ids:
                seen[ids[name]] = Genotype(ids[name], bases)
    return evidence(seen)


def a_person(*calls: OutsideCall, **given: Any) -> Person:
    """An adult with laboratory calls and whatever else is given."""
    usual: dict[str, Any] = {"id": "made", "sex": "female", "birth_date": date(1970, 1, 1), "as_of": NOW, "medications": ()}
    return Person(outside_calls=calls, **{**usual, **given})


def advice(person: Person, knowledge: Knowledge, *, drug: str = "exampline", body: str | None = None) -> list[Recommendation]:
    """Return what the whole program recommends on one drug, of one body or of all."""
    plan = personalize(person, knowledge)
    return [one for one in plan.recommendations if one.target.name == drug and body in {None, one.body}]


def actions(some: Iterable[Recommendation]) -> list[str]:
    """Return the action words, sorted."""
    return sorted(one.action.value for one in some)
