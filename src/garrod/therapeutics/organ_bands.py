"""Which dose bands hold for this person: by the number that each source asks for, and never by another without saying so."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.knowledge.organ_doses import ANY, CRITERION, Measure, Organ, OrganDose, SourceKind
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Person
from garrod.model.recommendations import Action

#: Below this a source whose levels were not read is pointed to; above it no kidney is impaired for dosing.
IMPAIRED_BELOW: Final = 60.0
FINDING_OF: Final = {Measure.CRCL: "kidney:crcl", Measure.EGFR: "kidney:egfr", Measure.CHILD_PUGH: "liver:child_pugh"}
FIRMEST: Final = tuple(SourceKind)
#: The most cautious action first.
CAUTION: Final = (
    Action.CONTRAINDICATED,
    Action.AVOID,
    Action.NO_RECOMMENDATION,
    Action.FIXED_DOSE,
    Action.CAP,
    Action.REDUCE,
    Action.TITRATE,
    Action.CAUTION,
    Action.MONITOR,
    Action.STANDARD,
)


@dataclass(frozen=True, slots=True)
class OrganFunction:
    """The kidney and liver of a person as they are known: findings that were assessed, by id."""

    findings: Mapping[str, Finding]
    on_dialysis: bool
    facts: Mapping[str, float]  #: age, weight and creatinine, those that are known

    def of(self, measure: Measure) -> Finding | None:
        """Return the finding a band goes by; a source that names no equation is held to clearance, else to eGFR."""
        if measure is Measure.GFR:
            return self.findings.get("kidney:crcl") or self.findings.get("kidney:egfr")
        return self.findings.get(FINDING_OF.get(measure, ""))

    def number(self, measure: Measure) -> float | None:
        """Return the number of a kidney measure; a value of which only an upper limit is known lies below it."""
        found = self.of(measure)
        if found is None or not isinstance(found.value, int | float):
            return None
        return math.nextafter(float(found.value), 0.0) if found.certainty == "at_most" else float(found.value)


@dataclass(frozen=True, slots=True)
class BandsOfDrug:
    """The bands of one drug and organ: those that hold, the firmest first, and the measures that are missing."""

    drug: str
    organ: Organ
    holding: tuple[OrganDose, ...]
    missing: tuple[Measure, ...]
    others: tuple[OrganDose, ...]

    @property
    def first(self) -> OrganDose:
        """The band that is told: of the firmest source, the most cautious."""
        return self.holding[0]


def organ_function(person: Person, findings: Findings) -> OrganFunction:
    """Return what is known of the organs."""
    ids = {*FINDING_OF.values(), "kidney:crcl:actual", "kidney:crcl:ideal"}
    known = {one.id: one for one in findings if one.id in ids and one.status is FindingStatus.ASSESSED}
    dialysis = any(one.id == "kidney:dialysis" and one.value == "yes" for one in findings)
    creatinine = next((one.value for one in findings if one.id == "lab:creatinine"), None)
    facts = {"age_y": person.age_years(), "weight_kg": person.weight_kg(), "creatinine_mg_dl": creatinine}
    return OrganFunction(known, dialysis, {name: float(value) for name, value in facts.items() if isinstance(value, int | float)})


def bands_of(
    drug: str,
    organ: Organ,
    taken: Sequence[TakenMedicine],
    *,
    person: Person,
    function: OrganFunction,
    knowledge: Knowledge,
) -> BandsOfDrug | None:
    """Return the bands of one drug for the route and use at hand; None where no source here speaks of it."""
    rows = [row for row in rows_of(knowledge).get((drug, organ), ()) if _is_meant(row, taken, person)]
    if not rows:
        return None
    if organ is Organ.KIDNEY and function.on_dialysis:
        holding = [row for row in rows if row.measure is Measure.DIALYSIS] or _lowest(rows)
        return BandsOfDrug(drug, organ, tuple(sorted(holding, key=_order)), (), tuple(rows))
    holding = _narrowest([row for row in rows if _holds(row, function)])
    # A band of dialysis asks for nothing where nobody says that there is dialysis.
    asked = {row.measure for row in rows if row.measure is not Measure.DIALYSIS and _depends(row)}
    missing = [measure for measure in Measure if measure in asked and function.of(measure) is None]
    return BandsOfDrug(drug, organ, tuple(sorted(holding, key=_order)), tuple(missing), tuple(rows))


def rows_of(knowledge: Knowledge) -> Mapping[tuple[str, Organ], tuple[OrganDose, ...]]:
    """Return all bands by drug and organ."""
    return knowledge.once(_rows)


def _rows(knowledge: Knowledge) -> dict[tuple[str, Organ], tuple[OrganDose, ...]]:
    found: dict[tuple[str, Organ], list[OrganDose]] = defaultdict(list)
    for row in knowledge.rows(OrganDose):
        found[row.drug_id, row.organ].append(row)
    return {key: tuple(some) for key, some in found.items()}


def _is_meant(row: OrganDose, taken: Sequence[TakenMedicine], person: Person) -> bool:
    """Whether a row is for the route and use at hand; what is not known excludes nothing."""
    routes = {one.route.strip().lower() for one in taken if one.route}
    if row.route != ANY and len(routes) == len({one.entry for one in taken}) == 1 and row.route not in routes:
        return False
    indications = " ".join(one.indication.lower() for one in taken if one.indication)
    if row.use is None or not indications:
        return True
    conditions = " ".join(one.name.lower() for one in person.conditions or () if one.status == "active")
    return any(use.strip() in f"{indications} {conditions}" for use in row.use.lower().split(";"))


def _depends(row: OrganDose) -> bool:
    """Whether a band says anything other than "no change for everybody"."""
    return row.low is not None or row.high is not None or row.classes is not None or not row.level_is_known


def _meets(row: OrganDose, function: OrganFunction) -> bool:
    """Whether as many of a row's criteria hold as it needs; a fact that is not known does not count."""
    met = 0
    for criterion in row.each_criterion():
        match = CRITERION.fullmatch(criterion)
        if match is not None and match[1] in function.facts:
            value, limit = function.facts[match[1]], float(match[3])
            met += value >= limit if match[2] == ">=" else value <= limit
    return met >= (row.criteria_needed or 0)


def _holds(row: OrganDose, function: OrganFunction) -> bool:
    if not _meets(row, function):
        return False
    if row.measure is Measure.CHILD_PUGH:
        found = function.of(row.measure)
        return found is not None and str(found.value) in (row.classes or "").split(";")
    number = function.number(row.measure)
    if row.measure is Measure.DIALYSIS or number is None:
        return row.measure is not Measure.DIALYSIS and not _depends(row)
    return row.holds_at(number) if row.level_is_known else number < IMPAIRED_BELOW


def _narrowest(rows: Sequence[OrganDose]) -> list[OrganDose]:
    """Leave out a source's wider band where a narrower one of the same source is for the same people; cautions stay."""
    return [row for row in rows if row.action is Action.CAUTION or not any(_lies_inside(other, row) for other in rows)]


def _lies_inside(inner: OrganDose, outer: OrganDose) -> bool:
    def kind(row: OrganDose) -> tuple[object, ...]:
        return row.source_id, row.place, row.measure, row.route, row.form, row.use, row.criteria, row.combination

    def ends(row: OrganDose) -> tuple[float, float]:
        return row.low if row.low is not None else 0.0, row.high if row.high is not None else math.inf

    if kind(inner) != kind(outer) or inner.action is Action.CAUTION or ends(inner) == ends(outer):
        return False
    return ends(inner)[0] >= ends(outer)[0] and ends(inner)[1] <= ends(outer)[1]


def _lowest(rows: Sequence[OrganDose]) -> list[OrganDose]:
    """Return the bands that reach down to no function at all."""
    return [row for row in rows if row.measure is not Measure.DIALYSIS and (not row.level_is_known or not row.low)]


def _order(row: OrganDose) -> tuple[bool, bool, int, bool, int, float, str, str, str]:
    """Firm before weak, known levels before unknown ones; within one kind of source the most cautious, the lowest band first."""
    low = row.low if row.low is not None else 0.0
    return (
        not row.is_firm,
        not row.level_is_known,
        FIRMEST.index(row.source_kind),
        row.criteria is None,
        CAUTION.index(row.action),
        low,
        row.use or "",
        row.source_id,
        row.says,
    )
