"""Garrod: personalized medicine, worked out and traceable.

It takes what is known about one person and a versioned, cited body of knowledge, and works out what follows.

Examples
--------
>>> import garrod
>>> knowledge = garrod.load_knowledge()
>>> plan = garrod.personalize(garrod.Person(id="nobody"), knowledge)
>>> plan.findings.gene("CYP2C19").reason
'no genome and no outside call given'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from garrod.intake import IntakeOptions, read_people, read_person
    from garrod.knowledge import Knowledge, load_knowledge
    from garrod.model.careplan import CarePlan
    from garrod.model.errors import GarrodError, InputError, KnowledgeError
    from garrod.model.findings import Finding
    from garrod.model.person import Person
    from garrod.model.recommendations import Recommendation
    from garrod.personalization import personalize

__all__ = [
    "CarePlan",
    "Finding",
    "GarrodError",
    "InputError",
    "IntakeOptions",
    "Knowledge",
    "KnowledgeError",
    "Person",
    "Recommendation",
    "load_knowledge",
    "personalize",
    "read_people",
    "read_person",
]

_HOMES = {
    "CarePlan": "garrod.model.careplan",
    "Finding": "garrod.model.findings",
    "GarrodError": "garrod.model.errors",
    "InputError": "garrod.model.errors",
    "IntakeOptions": "garrod.intake",
    "Knowledge": "garrod.knowledge",
    "KnowledgeError": "garrod.model.errors",
    "Person": "garrod.model.person",
    "Recommendation": "garrod.model.recommendations",
    "load_knowledge": "garrod.knowledge",
    "personalize": "garrod.personalization",
    "read_people": "garrod.intake",
    "read_person": "garrod.intake",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that ``garrod --help`` stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'garrod' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - imported late for the same reason

    return getattr(import_module(_HOMES[name]), name)
