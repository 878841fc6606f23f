"""Everything about a person that can move the exposure of a drug, with the tables that give it a figure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from garrod.knowledge import exposure as rows
from garrod.knowledge.enzymes import SMOKING
from garrod.knowledge.loading import Knowledge
from garrod.medicines.enzyme_influences import believed_effects, effect_time, influence
from garrod.medicines.exposure_model import Bounded
from garrod.model.calls import CallStatus, GeneResult
from garrod.model.findings import Findings
from garrod.model.medicines import EnzymeInfluence, EnzymeRole, TakenMedicine
from garrod.model.person import Person

NOT_SYSTEMIC: Final = frozenset({"topical", "cutaneous", "ophthalmic", "otic", "nasal", "vaginal", "inhaled", "inhalation"})


@dataclass(frozen=True, slots=True)
class ExposureTables:
    """The exposure tables by what they are asked for."""

    disposition: Mapping[str, rows.Disposition]
    shares: Mapping[str, tuple[rows.PathwayShare, ...]]
    strengths: Mapping[str, tuple[rows.ModifierStrength, ...]]
    activities: Mapping[tuple[str, str], rows.PathwayActivity]  #: (cause, state), or (cause, state and extraction) for the liver
    gene_of: Mapping[str, str]  #: pathway -> the gene that decides it
    observed: Mapping[tuple[str, str], tuple[rows.ObservedExposure, ...]]
    prodrugs: frozenset[str]


def exposure_tables(knowledge: Knowledge) -> ExposureTables:
    """Return the exposure tables, by what they are asked for."""
    return knowledge.once(_build)


def _build(knowledge: Knowledge) -> ExposureTables:
    shares: dict[str, list[rows.PathwayShare]] = defaultdict(list)
    for share in knowledge.rows(rows.PathwayShare):
        shares[share.drug_id].append(share)
    strengths: dict[str, list[rows.ModifierStrength]] = defaultdict(list)
    for strength in knowledge.rows(rows.ModifierStrength):
        strengths[strength.drug_id].append(strength)
    observed: dict[tuple[str, str], list[rows.ObservedExposure]] = defaultdict(list)
    for seen in knowledge.rows(rows.ObservedExposure):
        if seen.use != "neither":
            observed[seen.victim, seen.perpetrator].append(seen)
    activities, gene_of = {}, {}
    organs_and_grades = {"liver", "kidney", *(role.value for role in EnzymeRole)}
    for row in knowledge.rows(rows.PathwayActivity):
        state = f"{row.state} {row.pathway}" if row.cause == "liver" else row.state
        activities[row.cause, state] = row
        if row.cause not in organs_and_grades:
            gene_of[row.pathway] = row.cause
    return ExposureTables(
        disposition={row.drug_id: row for row in knowledge.rows(rows.Disposition)},
        shares={drug: tuple(some) for drug, some in shares.items()},
        strengths={drug: tuple(some) for drug, some in strengths.items()},
        activities=activities,
        gene_of=gene_of,
        prodrugs=frozenset(row.drug_id for row in knowledge.rows(rows.ExposureNote) if row.kind == "prodrug"),
        observed={pair: tuple(some) for pair, some in observed.items()},
    )


@dataclass(frozen=True, slots=True)
class Acting:
    """What one thing does to one pathway today, with the figure for it."""

    influence: EnzymeInfluence
    figure: Bounded
    source: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything about the person that can move an exposure."""

    taken: tuple[TakenMedicine, ...]
    acting: Mapping[str, tuple[Acting, ...]]  #: by pathway
    findings: Findings
    gfr: float | None
    gfr_finding: str
    child_pugh: str | None
    tables: ExposureTables
    without_figures: Mapping[str, str]  #: co-medicines of which no table says what they do to pathways

    @staticmethod
    def of(person: Person, findings: Findings, knowledge: Knowledge) -> "Setting":
        """Collect it from what earlier stages found."""
        tables = exposure_tables(knowledge)
        taken = findings.taken()
        today = person.as_of.date() if person.as_of else None
        acting: dict[str, list[Acting]] = defaultdict(list)
        for one in [*taken, *_smoking(person)]:
            for found in _acts(one, today, knowledge, tables):
                acting[found.influence.enzyme].append(found)
        known = {one.influence.by for some in acting.values() for one in some} | set(tables.strengths) | set(tables.shares)
        gfr, name = _kidney(findings)
        liver = next((f.value for f in findings if f.id == "liver:child_pugh" and isinstance(f.value, str)), None)
        return Setting(
            taken=taken,
            acting={pathway: _once_each(some) for pathway, some in sorted(acting.items())},
            findings=findings,
            gfr=gfr,
            gfr_finding=name,
            child_pugh=liver,
            tables=tables,
            without_figures={one.drug_id: one.name for one in taken if one.is_current and one.drug_id not in known},
        )


def _smoking(person: Person) -> Iterator[TakenMedicine]:
    if person.smoking is not None and person.smoking.status == "current":
        yield TakenMedicine(entry=-1, drug_id=SMOKING, name=SMOKING)


def _kidney(findings: Findings) -> tuple[float | None, str]:
    """Return the kidney function that labels mean where there is one, else the estimated filtration rate."""
    for name in ("kidney:crcl", "kidney:egfr"):
        for one in findings:
            if one.id == name and isinstance(one.value, float | int):
                return float(one.value), name
    return None, ""


def _acts(one: TakenMedicine, today: date | None, knowledge: Knowledge, tables: ExposureTables) -> Iterator[Acting]:
    """Yield what a medicine does to each pathway: by its own figure where one is known at its dose, else by its grade."""
    route = (one.route or "").lower()
    if route in NOT_SYSTEMIC:
        return
    own = [row for row in tables.strengths.get(one.drug_id, ()) if _is_in_band(row, one.daily_mg)]
    done = {(row.pathway, row.role) for row in own}
    for row in own:
        found = influence(one, row.pathway, row.role, today, effect_time(one.drug_id, row.role, knowledge))
        if found is not None:
            yield Acting(replace(found, reading=row.reading.value), Bounded(row.value, row.low, row.high), row.source_id)
    for effect in believed_effects(knowledge).get(one.drug_id, ()):
        grade = tables.activities.get((effect.role.value, effect.strength.value))
        if (effect.enzyme, effect.role) in done or grade is None:
            continue
        found = influence(one, effect.enzyme, effect.role, today, effect_time(one.drug_id, effect.role, knowledge))
        if found is not None:
            yield Acting(
                replace(found, reading=grade.reading.value), Bounded(grade.activity, grade.low, grade.high), effect.source_id
            )


def _is_in_band(row: rows.ModifierStrength, daily_mg: float | None) -> bool:
    """Whether a figure holds at a dose; where the dose is not known, that of the highest doses does."""
    if daily_mg is None:
        return row.dose_max_mg_d is None
    return (row.dose_min_mg_d or 0) <= daily_mg and (row.dose_max_mg_d is None or daily_mg <= row.dose_max_mg_d)


def _once_each(some: Sequence[Acting]) -> tuple[Acting, ...]:
    """Keep of several entries of one medicine the one that does most."""
    best: dict[tuple[str, str], Acting] = {}
    for one in some:
        key = (one.influence.by, one.influence.role.value)
        if key not in best or one.influence.fraction * one.figure.value > best[key].influence.fraction * best[key].figure.value:
            best[key] = one
    return tuple(best[key] for key in sorted(best))


def genotype_activity(pathway: str, setting: Setting) -> rows.PathwayActivity | None:
    """Return what the person's genotype leaves of a pathway; None where no gene decides it or its result is not settled."""
    gene = setting.tables.gene_of.get(pathway)
    result = setting.findings.gene(gene) if gene else None
    if gene is None or result is None or not is_usable(result):
        return None
    if result.activity_score is not None:
        found = setting.tables.activities.get((gene, f"score {result.activity_score:g}"))
        if found is not None:
            return found
    return setting.tables.activities.get((gene, result.phenotype or ""))


def is_usable(result: GeneResult) -> bool:
    """Whether a gene was read well enough to be counted on."""
    return result.is_assessed and result.status is not CallStatus.LIMITED
