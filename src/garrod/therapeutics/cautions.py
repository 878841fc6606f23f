"""Cautions: each medicine held against the person's conditions, pregnancy, lactation, age, smoking and some other medicines."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from garrod.knowledge.cautions import Caution, When
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Reading
from garrod.medicines.groups import drugs_of
from garrod.model.findings import Findings
from garrod.model.medicines import TakenMedicine
from garrod.model.person import Person
from garrod.model.recommendations import Action, Check, Dose, Outcome, Recommendation, Reviewed, Severity, Target
from garrod.therapeutics.at_hand import drug_target, listed_at, listing, looked_at, taken_now, unrecognized
from garrod.therapeutics.conditions import listed
from garrod.therapeutics.dose_at_hand import daily_mg

DOMAIN: Final = "therapeutics"
GRAVITY: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
WHAT: Final = {
    When.CONDITION: "conditions",
    When.PREGNANCY: "pregnancy",
    When.LACTATION: "lactation",
    When.AGE_FROM: "age",
    When.AGE_BELOW: "age",
    When.SMOKING: "smoking",
    When.CO_MEDICATION: "dose limit with other medicines",
}
#: Between these ages a woman of whom nobody says whether she is pregnant may be.
CHILDBEARING_YEARS: Final = (12.0, 51.0)
STRICT: Final = frozenset({Action.CONTRAINDICATED, Action.AVOID, Action.STOP})


@dataclass(frozen=True, slots=True)
class Hit:
    """One caution that holds for one drug of this person, and where that is written."""

    row: Caution
    evidence: tuple[str, ...]
    others: tuple[str, ...] = ()


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return one piece of advice for each medicine and cause, and what was looked at."""
    taken = taken_now(findings)
    rows = {drug: tuple(_rows_on(drug, taken[drug], person, knowledge)) for drug in taken}
    found: list[Recommendation] = []
    for drug, some in rows.items():
        grouped: dict[tuple[str, str], list[Hit]] = defaultdict(list)
        for row in some:
            if (hit := _hit(row, drug, taken, person, knowledge)) is not None:
                grouped[_cause(row)].append(hit)
        found += [
            _advice(drug, cause, hits, taken[drug], findings=findings, knowledge=knowledge)
            for cause, hits in sorted(grouped.items())
        ]
    asked = tuple(_pregnancy_asked(rows, person, findings))
    return Reviewed((*found, *asked), tuple(_checks(rows, found, person, findings)))


def _rows_on(drug: str, taken: Sequence[TakenMedicine], person: Person, knowledge: Knowledge) -> Iterator[Caution]:
    """Yield the rows on a drug, for the use at hand; a use that is not known excludes nothing but what is only for one."""
    by_drug = knowledge.once(_rows_by_drug)
    uses = " ".join([*(one.indication or "" for one in taken), *(one.name for one in person.conditions or ())]).lower()
    for row in by_drug.get(drug, ()):
        if row.indication is None or any(use.strip() in uses for use in row.indication.lower().split(";")):
            yield row


def _rows_by_drug(knowledge: Knowledge) -> Mapping[str, tuple[Caution, ...]]:
    found: dict[str, list[Caution]] = defaultdict(list)
    for row in knowledge.rows(Caution):
        for drug in drugs_of(row.drug, knowledge):
            found[drug].append(row)
    return {drug: tuple(rows) for drug, rows in found.items()}


def _cause(row: Caution) -> tuple[str, str]:
    return (WHAT[row.when], row.condition_id or "")


def _hit(
    row: Caution, drug: str, taken: Mapping[str, tuple[TakenMedicine, ...]], person: Person, knowledge: Knowledge
) -> Hit | None:
    """Return the caution with its evidence where it holds."""
    have = daily_mg(taken[drug])
    if row.above_mg_d is not None and have is not None and have <= row.above_mg_d:
        return None
    age = person.age_years()
    stage, smoking = person.life_stage, person.smoking
    match row.when:
        case When.CONDITION:
            evidence = listed(row.condition_id or "", person, knowledge)
            is_young = row.age_y is None or age is None or age < row.age_y
            return Hit(row, evidence) if evidence and is_young else None
        case When.PREGNANCY:
            return Hit(row, ("life_stage.pregnant",)) if stage and stage.pregnant else None
        case When.LACTATION:
            return Hit(row, ("life_stage.lactating",)) if stage and stage.lactating else None
        case When.AGE_FROM:
            return Hit(row, ("birth_date",)) if age is not None and row.age_y is not None and age >= row.age_y else None
        case When.AGE_BELOW:
            return Hit(row, ("birth_date",)) if age is not None and row.age_y is not None and age < row.age_y else None
        case When.SMOKING:
            is_old = row.age_y is None or age is None or age >= row.age_y
            return Hit(row, ("smoking",)) if smoking and smoking.status == "current" and is_old else None
        case When.CO_MEDICATION:
            others = tuple(sorted(drugs_of(row.other or "", knowledge) & (taken.keys() - {drug})))
            return Hit(row, (), others) if others else None


def _advice(
    drug: str,
    cause: tuple[str, str],
    hits: Sequence[Hit],
    taken: Sequence[TakenMedicine],
    *,
    findings: Findings,
    knowledge: Knowledge,
) -> Recommendation:
    """Compose one piece of advice of all rows on one drug and cause: the gravest first, what was read before what is recalled."""
    ordered = sorted(hits, key=lambda one: (GRAVITY.index(one.row.severity), one.row.reading is Reading.RECALLED, one.row.says))
    first, what = ordered[0].row, cause[0]
    where = cause[1].replace("_", " ") if cause[1] else what
    others = tuple(sorted({other for hit in ordered for other in hit.others}))
    said = list(dict.fromkeys(hit.row.says for hit in ordered))
    target = drug_target(drug, knowledge)
    known = "" if first.above_mg_d is None or daily_mg(taken) is not None else " The dose taken is not known; compare it."
    with_ = f" (with {listing(others)})" if others else ""
    return Recommendation(
        id=f"caution:{drug}:{cause[1] or what.replace(' ', '_')}",
        domain=DOMAIN,
        target=target,
        action=first.action,
        doses=tuple(_caps(ordered)),
        severity=first.severity,
        summary=f"{target.name[:1].upper()}{target.name[1:]} and {where}{with_}: {said[0]}.{known}",
        because=(*listed_at(findings, drug), *(entry for other in others for entry in listed_at(findings, other))),
        notes=(*(f"{text[:1].upper()}{text[1:]}." for text in said[1:]), *_evidence_note(ordered)),
        reading=first.reading.value,
        sources=tuple(dict.fromkeys(hit.row.source_id for hit in ordered)),
        concerns=tuple(sorted({drug, *others})),
        cause=what,
    )


def _caps(hits: Sequence[Hit]) -> Iterator[Dose]:
    caps = sorted({hit.row.cap_mg_d for hit in hits if hit.row.cap_mg_d is not None})
    if caps:
        yield Dose(phase="all", cap=caps[0], cap_unit="mg/d")


def _evidence_note(hits: Sequence[Hit]) -> Iterator[str]:
    places = sorted({place for hit in hits for place in hit.evidence})
    if places:
        yield f"From the person's file: {', '.join(places)}."
    if any(hit.row.reading is Reading.RECALLED for hit in hits[:1]):
        yield "This caution is recalled; its source was not opened."


def _pregnancy_asked(rows: Mapping[str, Sequence[Caution]], person: Person, findings: Findings) -> Iterator[Recommendation]:
    """Yield one question for all drugs that could harm a pregnancy of which nobody says that there is none."""
    harmful = tuple(
        drug for drug, some in rows.items() if any(row.when is When.PREGNANCY and row.action in STRICT for row in some)
    )
    if not harmful or person.sex != "female" or not _may_be_pregnant(person):
        return
    some = [row for drug in harmful for row in rows[drug] if row.when is When.PREGNANCY]
    yield Recommendation(
        id="pregnancy:unknown",
        domain=DOMAIN,
        target=Target(kind="test", name="pregnancy"),
        action=Action.TEST,
        severity=Severity.WARNING,
        summary=f"Whether there is a pregnancy is not known, and {listing(harmful)} could harm it: ask, and about contraception.",
        because=tuple(entry for drug in harmful for entry in listed_at(findings, drug)),
        would_change=("whether there is or may be a pregnancy",),
        sources=tuple(dict.fromkeys(row.source_id for row in some)),
        concerns=harmful,
        cause="pregnancy",
        could_not_check=True,
    )


def _may_be_pregnant(person: Person) -> bool:
    is_known = person.life_stage is not None and person.life_stage.pregnant is not None
    return _is_of_age(person) and not is_known


def _is_of_age(person: Person) -> bool:
    age = person.age_years()
    return person.sex != "male" and (age is None or CHILDBEARING_YEARS[0] <= age < CHILDBEARING_YEARS[1])


def _checks(
    rows: Mapping[str, Sequence[Caution]], found: Sequence[Recommendation], person: Person, findings: Findings
) -> Iterator[Check]:
    """Yield for each cause what was looked at: found, clean, and what is not known of the person."""
    for what in dict.fromkeys(WHAT.values()):
        asked = tuple(drug for drug, some in rows.items() if any(WHAT[row.when] == what for row in some))
        hit = tuple(sorted({drug for one in found if one.cause == what for drug in one.concerns if drug in asked}))
        if hit:
            yield looked_at(what, Outcome.FOUND, hit)
        rest = tuple(drug for drug in asked if drug not in hit)
        reason = _unknown(what, person)
        if rest:
            yield looked_at(what, Outcome.COULD_NOT if reason else Outcome.CLEAN, rest, reason)
    if without := tuple(drug for drug, some in rows.items() if not some):
        yield looked_at("cautions", Outcome.COULD_NOT, without, "no row here; look at the label")
    if names := unrecognized(findings):
        yield looked_at("cautions", Outcome.COULD_NOT, (), f"not recognized: {listing(names)}")


def _unknown(what: str, person: Person) -> str:
    """Return why something about the person could not be looked at; empty where it could."""
    stage = person.life_stage
    reasons = {
        "conditions": "no list of conditions was given" if person.conditions is None else "",
        "pregnancy": "pregnancy is not known" if _may_be_pregnant(person) else "",
        "lactation": "lactation is not known" if _is_of_age(person) and (stage is None or stage.lactating is None) else "",
        "age": "the age is not known" if person.age_years() is None else "",
        "smoking": "smoking is not known" if person.smoking is None or person.smoking.status == "unknown" else "",
    }
    return reasons.get(what, "")
