"""The same person with another list: what a medicine more or less would bring and take away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from garrod.knowledge.loading import Knowledge
from garrod.medicines.names import drug_index
from garrod.model.careplan import CarePlan
from garrod.model.errors import Fault, InputError
from garrod.model.person import Medication, Person


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What changes between two plans: ids of recommendations on medicines of the list that come, and that go."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]
    come: tuple[str, ...]
    gone: tuple[str, ...]


def with_list(person: Person, knowledge: Knowledge, *, add: Sequence[str] = (), drop: Sequence[str] = ()) -> Person:
    """Return the person with some medicines more and some less.

    A medicine that is added is taken to be taken for long; one that is dropped, to be gone with all its effects.

    Raises
    ------
    InputError
        When a medicine to be dropped is not in the list.
    """
    index, listed = drug_index(knowledge), list(person.medications or ())
    faults = []
    for name in drop:
        wanted = index.recognize(name).drug_ids
        read = [index.recognize(one.name, one.rxnorm).drug_ids for one in listed]
        is_it = [
            one.name.lower() == name.lower() or (bool(wanted) and wanted == found)
            for one, found in zip(listed, read, strict=True)
        ]
        if not any(is_it):
            names = ", ".join(one.name for one in listed) or "nothing"
            faults.append(Fault("--drop", f"{name!r} is not in the list", f"the list holds {names}"))
        listed = [one for one, found in zip(listed, is_it, strict=True) if not found]
    if faults:
        raise InputError(*faults)
    more = [Medication(name=name) for name in add]
    if not listed and not more and person.medications is None:
        return person
    return replace(person, medications=(*listed, *more))


def compared(before: CarePlan, after: CarePlan, *, add: Sequence[str] = (), drop: Sequence[str] = ()) -> WhatIf:
    """Return what the other list changes."""
    had, has = ({one.id for one in plan.recommendations if one.id in plan.in_use} for plan in (before, after))
    return WhatIf(tuple(add), tuple(drop), come=tuple(sorted(has - had)), gone=tuple(sorted(had - has)))
