"""What the medicine list and smoking do to enzymes today, with the time that effects take to come and to go."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from garrod.knowledge.enzymes import ANY, EffectTime, EnzymeEffect, GradedBy, Strength
from garrod.knowledge.loading import Knowledge
from garrod.model.medicines import EnzymeInfluence, EnzymeRole, TakenMedicine

BELIEVED: Final = tuple(GradedBy)
GRADES: Final = (Strength.STRONG, Strength.MODERATE, Strength.WEAK, Strength.NONE)


def influences_of(taken: Sequence[TakenMedicine], today: date | None, knowledge: Knowledge) -> tuple[EnzymeInfluence, ...]:
    """Return what each medicine does to each enzyme, in order of enzyme and drug.

    A medicine that was stopped counts until its effect is gone. Where a date is not known the effect is taken to be there
    in full, and a note says so.
    """
    effects = believed_effects(knowledge)
    found: dict[tuple[str, str, EnzymeRole], EnzymeInfluence] = {}
    for one in taken:
        for effect in effects.get(one.drug_id, ()):
            made = influence(one, effect.enzyme, effect.role, today, effect_time(one.drug_id, effect.role, knowledge))
            key = (effect.enzyme, one.drug_id, effect.role)
            if made is not None and (key not in found or made.fraction > found[key].fraction):
                sources = (effect.source_id, *made.sources)
                graded = replace(made, strength=effect.strength.value, reading=effect.reading.value, sources=sources)
                found[key] = graded
    return tuple(found[key] for key in sorted(found))


def believed_effects(knowledge: Knowledge) -> Mapping[str, tuple[EnzymeEffect, ...]]:
    """Return for each drug one effect on each enzyme: that of the source believed first (FDA, label, DPWG, reviews)."""
    return knowledge.once(_believed)


def _believed(knowledge: Knowledge) -> dict[str, tuple[EnzymeEffect, ...]]:
    grouped: dict[tuple[str, str, str], list[EnzymeEffect]] = defaultdict(list)
    for row in knowledge.rows(EnzymeEffect):
        grouped[row.drug_id, row.enzyme, row.role.value].append(row)
    chosen: dict[str, list[EnzymeEffect]] = defaultdict(list)
    for (drug, _, _), rows in sorted(grouped.items()):
        first = min(rows, key=_order)
        if first.strength is not Strength.NONE:
            chosen[drug].append(first)
    return {drug: tuple(rows) for drug, rows in chosen.items()}


def _order(row: EnzymeEffect) -> tuple[bool, int, int, str]:
    is_graded = row.strength is not Strength.UNGRADED
    return not is_graded, BELIEVED.index(row.graded_by), GRADES.index(row.strength) if is_graded else 0, row.source_id


def effect_time(drug_id: str, role: EnzymeRole, knowledge: Knowledge) -> EffectTime:
    """Return how long a drug's effect takes to come and go."""
    times = knowledge.once(_times)
    return times.get((drug_id, role)) or times[ANY, role]


def _times(knowledge: Knowledge) -> dict[tuple[str, EnzymeRole], EffectTime]:
    return {(row.drug_id, row.role): row for row in knowledge.rows(EffectTime)}


def influence(
    medicine: TakenMedicine, enzyme: str, role: EnzymeRole, today: date | None, time: EffectTime
) -> EnzymeInfluence | None:
    """Return how much of a medicine's effect on an enzyme is there at a time; None where none is yet, or any more."""
    if medicine.is_current:
        if today and medicine.start and medicine.start > today:
            return None
        fraction, until = _built_up(medicine.start, today, time, role), None
    else:
        fraction = _left(medicine.stopped_on, today, time)
        until = medicine.stopped_on + timedelta(days=time.gone_d) if medicine.stopped_on else None
    if fraction <= 0:
        return None
    return EnzymeInfluence(
        enzyme=enzyme,
        by=medicine.drug_id,
        role=role,
        strength=Strength.UNGRADED.value,
        fraction=fraction,
        since=medicine.start,
        until=until,
        sources=(time.source_id,) if fraction < 1 else (),
        notes=tuple(_notes(medicine, until)),
    )


def _built_up(start: date | None, today: date | None, time: EffectTime, role: EnzymeRole) -> float:
    """How much of an inducer's effect is there; an inhibitor counts in full from its first day."""
    if role is EnzymeRole.INHIBITOR or start is None or today is None or time.onset_d == 0:
        return 1.0
    return min(1.0, ((today - start).days + 1) / time.onset_d)


def _left(stopped: date | None, today: date | None, time: EffectTime) -> float:
    if stopped is None or today is None:
        return 1.0
    days = max((today - stopped).days, 0)
    return 0.0 if days >= time.gone_d else float(2 ** (-days / time.half_life_d))


def _notes(medicine: TakenMedicine, until: date | None) -> Iterator[str]:
    if until is not None:
        yield f"{medicine.name} was stopped on {medicine.stopped_on}; its effect counts until {until}"
    elif not medicine.is_current:
        yield f"{medicine.name} was stopped on a day that is not known; its effect is taken to last"
    elif medicine.start is None:
        yield f"since when is not known, so the effect of {medicine.name} is taken to be there in full"
