"""Kidney and liver: each medicine's dose held against what labels and other sources say for this person's function."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.loading import Knowledge
from garrod.knowledge.organ_doses import Measure, Organ, OrganDose, SourceKind
from garrod.model.findings import Findings
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Person
from garrod.model.recommendations import Action, Check, Dose, Outcome, Recommendation, Reviewed, Severity, Target
from garrod.therapeutics.at_hand import drug_target, listed_at, listing, looked_at, taken_now, unrecognized
from garrod.therapeutics.conditions import has_condition
from garrod.therapeutics.dose_at_hand import Standing, standing
from garrod.therapeutics.organ_bands import BandsOfDrug, OrganFunction, bands_of, organ_function

DOMAIN: Final = "therapeutics"
CHECKED: Final = {Organ.KIDNEY: "kidney dose", Organ.LIVER: "liver dose"}
MEASURE_WORDS: Final = {
    Measure.CRCL: "creatinine clearance",
    Measure.EGFR: "eGFR",
    Measure.GFR: "GFR",
    Measure.CHILD_PUGH: "Child-Pugh class",
    Measure.DIALYSIS: "dialysis",
}
#: Kinds of source whose "contraindicated" interrupts.
MAY_FORBID: Final = frozenset({SourceKind.LABEL, SourceKind.REGULATOR, SourceKind.GUIDELINE})
DOSES: Final = frozenset({Action.FIXED_DOSE, Action.CAP, Action.REDUCE, Action.TITRATE})
CAUSES: Final = frozenset(f"{organ} function" for organ in Organ)
LIVER_DISEASE: Final = "liver_disease"
WEAK: Final = "read in a source that is not enough to change a dose: check the label"


@dataclass(frozen=True, slots=True)
class Case:
    """One drug and organ of one person, as the advice on it is composed."""

    bands: BandsOfDrug
    taken: tuple[TakenMedicine, ...]
    person: Person
    findings: Findings
    function: OrganFunction
    knowledge: Knowledge


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return advice by kidney and liver function, and what was looked at."""
    function, taken = organ_function(person, findings), taken_now(findings)
    recommendations: list[Recommendation] = []
    checks: list[Check] = []
    for organ in Organ:
        cases: dict[str, Case] = {}
        for drug, entries in taken.items():
            bands = bands_of(drug, organ, entries, person=person, function=function, knowledge=knowledge)
            if bands is not None:
                cases[drug] = Case(bands, entries, person, findings, function, knowledge)
        found = [one for case in cases.values() for one in _advice(case)]
        recommendations += [*found, *_asked(organ, cases, person, findings)]
        checks += _checks(organ, cases, found, findings, person)
        if without := tuple(drug for drug in taken if drug not in cases):
            checks.append(looked_at(CHECKED[organ], Outcome.COULD_NOT, without, f"no row on the {organ} here; look at the label"))
    return Reviewed(tuple(recommendations), tuple(checks))


def _advice(case: Case) -> Iterator[Recommendation]:
    """Yield the advice on one drug and organ: of the firmest source, with what the others say beside it."""
    bands = case.bands
    if not bands.holding or bands.first.action is Action.STANDARD:
        return
    first = bands.first
    stands, compared = standing(first, case.taken, case.person.weight_kg())
    told = [row for row in bands.holding if _is_told(row, first)]
    used = [found for row in told if (found := case.function.of(row.measure))]
    entries = listed_at(case.findings, bands.drug)
    yield Recommendation(
        id=f"{bands.organ}:{bands.drug}",
        domain=DOMAIN,
        target=drug_target(bands.drug, case.knowledge),
        action=first.action,
        doses=tuple(_dose(row) for row in told if row.is_firm and _has_dose(row)),
        severity=_severity(first, stands),
        summary=_summary(case, told, compared),
        because=(*entries, *dict.fromkeys(one.id for one in used), *(("kidney:dialysis",) if _by_dialysis(case) else ())),
        would_change=_would_change(case),
        notes=tuple(_notes(case, told)),
        reading=first.reading.value,
        sources=tuple(dict.fromkeys(row.source_id for row in bands.holding if row.action is not Action.STANDARD or row.is_firm)),
        concerns=(bands.drug,),
        cause=f"{bands.organ} function",
    )


def _is_told(row: OrganDose, first: OrganDose) -> bool:
    """Whether a band is told with the first: of its source, and not the general case beside one that criteria decide."""
    is_superseded = first.criteria is not None and row.criteria is None and row.use == first.use
    return row.source_id == first.source_id and row.action is not Action.STANDARD and not is_superseded


def _severity(row: OrganDose, stands: Standing) -> Severity:
    """Say how loudly: what is forbidden by a label or guideline interrupts; a dose within its band only informs."""
    if row.action is Action.CONTRAINDICATED and row.source_kind in MAY_FORBID and row.is_firm:
        return Severity.CRITICAL
    if row.action in {Action.CONTRAINDICATED, Action.AVOID, Action.NO_RECOMMENDATION}:
        return Severity.WARNING
    if row.action in DOSES and not row.is_firm and row.phase == "start":
        return Severity.INFO
    if row.action in DOSES:
        return Severity.INFO if stands is Standing.WITHIN else Severity.WARNING
    return Severity.WARNING if row.action is Action.CAUTION and row.source_kind in MAY_FORBID else Severity.INFO


def _summary(case: Case, told: Sequence[OrganDose], compared: str) -> str:
    name = drug_target(case.bands.drug, case.knowledge).name
    said = "; ".join(dict.fromkeys(_said(row) for row in told))
    weak = "" if told[0].is_firm or not told[0].level_is_known else f" This was {WEAK}."
    return " ".join(
        part for part in (f"{name[:1].upper()}{name[1:]} at {_level(case, told[0])}: {said}.{weak}", compared) if part
    )


def _said(row: OrganDose) -> str:
    """Say what a band says, and for which form and use."""
    which = "; ".join(part for part in (row.form, row.use) if part)
    return f"{row.says} ({which})" if which else row.says


def _level(case: Case, row: OrganDose) -> str:
    if _by_dialysis(case):
        return "dialysis" if row.measure is Measure.DIALYSIS else "dialysis (no band for it here; the lowest is told)"
    found = case.function.of(row.measure)
    if found is None:
        return "any function"
    value = f"{found.value:g}" if isinstance(found.value, int | float) else str(found.value)
    return " ".join(part for part in (found.subject, value, found.unit or "") if part)


def _by_dialysis(case: Case) -> bool:
    return case.bands.organ is Organ.KIDNEY and case.function.on_dialysis


def _has_dose(row: OrganDose) -> bool:
    return any(one is not None for one in (row.amount_low, row.amount_high, row.factor, row.cap))


def _dose(row: OrganDose) -> Dose:
    """Return a band's dose as numbers; where it is a range, the interval is the shorter one, and the words hold both."""
    return Dose(
        phase=row.phase or "all",
        relative_to="usual" if row.factor is not None else None,
        factor_low=row.factor,
        factor_high=row.factor,
        value=row.amount_low,
        value_high=row.amount_high,
        unit=row.unit,
        cap=row.cap,
        cap_unit=row.cap_unit,
        interval_h=row.interval_h,
        condition="; ".join(part for part in (row.form, row.use, row.combination) if part) or None,
    )


def _notes(case: Case, told: Sequence[OrganDose]) -> Iterator[str]:
    yield from dict.fromkeys(f"{row.note}." for row in told if row.note)
    if any(row.measure is Measure.GFR for row in told) and not _by_dialysis(case):
        found = case.function.of(Measure.GFR)
        if found is not None:
            yield f"The source says GFR and names no equation; {found.subject} was used."
    for row in case.bands.holding:
        if row.source_id != told[0].source_id and row.level_is_known and row.says != told[0].says:
            yield f"Also read ({row.source_kind}, by {MEASURE_WORDS[row.measure]}): {_said(row)}."
    yield from _by_other_weights(case, told)
    old = [found for row in told if (found := case.function.of(row.measure)) and found.certainty == "confirm"]
    if old:
        yield f"{old[0].subject} is to be confirmed: {old[0].reason}."
    if told[0].reading == "recalled":
        yield "That the label has steps is recalled; it was not opened."


def _by_other_weights(case: Case, told: Sequence[OrganDose]) -> Iterator[str]:
    """Say where another weight would lead to another band."""
    if told[0].measure is not Measure.CRCL or not told[0].level_is_known:
        return
    for name in ("actual", "ideal"):
        other = case.function.findings.get(f"kidney:crcl:{name}")
        if other is not None and isinstance(other.value, int | float) and not told[0].holds_at(float(other.value)):
            yield f"By {name} weight creatinine clearance is {other.value:g} mL/min, and another band holds."


def _would_change(case: Case) -> tuple[str, ...]:
    first = case.bands.first
    words = () if first.measure is Measure.DIALYSIS else (f"another {MEASURE_WORDS[first.measure]}",)
    missing = [f"{MEASURE_WORDS[one]}, which is not known" for one in case.bands.missing]
    return (*words, *missing)


def _asked(organ: Organ, cases: Mapping[str, Case], person: Person, findings: Findings) -> Iterator[Recommendation]:
    """Yield one question for all drugs whose bands cannot be told, where nothing else was found for them."""
    lacking = {drug: case for drug, case in cases.items() if case.bands.missing and not _is_answered(case)}
    if not lacking or (organ is Organ.LIVER and not _liver_disease(person, lacking)):
        return
    drugs = tuple(sorted(lacking))
    rows = [row for case in lacking.values() for row in case.bands.others]
    is_grave = any(row.is_firm and row.action in {Action.CONTRAINDICATED, Action.AVOID} for row in rows)
    needed = [
        one
        for one in findings
        if one.id in {"kidney:crcl", "kidney:egfr"} and organ is Organ.KIDNEY and one.reason and one.value is None
    ]
    needed += [one for one in findings if one.id == "liver:child_pugh" and organ is Organ.LIVER and one.reason]
    name = "serum creatinine" if organ is Organ.KIDNEY else "Child-Pugh class"
    yield Recommendation(
        id=f"{organ}:unknown",
        domain=DOMAIN,
        target=Target(kind="test", name=name),
        action=Action.TEST,
        severity=Severity.WARNING if is_grave else Severity.INFO,
        summary=f"{organ.capitalize()} function is not known, and decides the dose of {listing(drugs)}.",
        because=(*(one.id for one in needed), *(entry for drug in drugs for entry in listed_at(findings, drug))),
        would_change=tuple(dict.fromkeys(f"{one.subject}: {one.reason}" for one in needed)),
        reading=None,
        sources=tuple(sorted({row.source_id for row in rows})),
        concerns=drugs,
        cause=f"{organ} function",
        could_not_check=True,
    )


def _is_answered(case: Case) -> bool:
    """Whether a band of a known measure answers already, so that the missing one is only another source's."""
    return any(row.level_is_known and (row.low is not None or row.high is not None or row.classes) for row in case.bands.holding)


def _liver_disease(person: Person, cases: Mapping[str, Case]) -> bool:
    knowledge = next(iter(cases.values())).knowledge
    return has_condition(LIVER_DISEASE, person, knowledge) is not None


def _checks(
    organ: Organ, cases: Mapping[str, Case], found: Sequence[Recommendation], findings: Findings, person: Person
) -> Iterator[Check]:
    """Yield what was looked at: found, clean, and what could not be looked at with its reason."""
    what = CHECKED[organ]
    advised = {one.concerns[0] for one in found}
    lacking = {drug for drug, case in cases.items() if drug not in advised and case.bands.missing and not _is_answered(case)}
    healthy = organ is Organ.LIVER and bool(lacking) and person.conditions is not None and not _liver_disease(person, cases)
    clean = tuple(drug for drug in cases if drug not in advised and (healthy or drug not in lacking))
    if advised:
        yield looked_at(what, Outcome.FOUND, tuple(sorted(advised)))
    if clean:
        yield looked_at(what, Outcome.CLEAN, clean, "no liver disease is listed" if healthy else "")
    if lacking and not healthy:
        ids = {"kidney:crcl", "kidney:egfr"} if organ is Organ.KIDNEY else {"liver:child_pugh"}
        reasons = dict.fromkeys(one.reason for one in findings if one.id in ids and one.reason and one.value is None)
        yield looked_at(what, Outcome.COULD_NOT, tuple(sorted(lacking)), "; ".join(one for one in reasons if one))
    if names := unrecognized(findings):
        yield looked_at(what, Outcome.COULD_NOT, (), f"not recognized: {listing(names)}")
