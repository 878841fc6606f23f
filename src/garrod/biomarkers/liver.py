"""Child-Pugh class: as given, or from its five items; where one is missing it is not assessed, and says which."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from garrod.biomarkers.ages import age_words
from garrod.biomarkers.kidney import DOMAIN, Values
from garrod.biomarkers.laboratory_values import Measured, Unusable, newest
from garrod.model.findings import Finding, FindingStatus
from garrod.model.person import Observation, Person
from garrod.physiology.hepatic import Ascites, Encephalopathy, child_pugh_class, child_pugh_points

Grade = TypeVar("Grade")

IN_WORDS: Final = re.compile(
    r"child[\s-]*(?:turcotte[\s-]*)?pugh(?:\s*(?:class|score|stage|grade))?\s*[:=]?\s*([abc]|1[0-5]|[5-9])\b", re.I
)
NAME: Final = re.compile(r"^child[\s-]*(?:turcotte[\s-]*)?pugh(?:\s*(?:class|score|stage|grade))?$", re.I)
VALUE: Final = re.compile(r"^(?:class\s*)?([abc])(?:\s*\d{0,2})?$|^(1[0-5]|[5-9])(?:\.0)?$", re.I)
ITEMS: Final = {"bilirubin": "bilirubin", "albumin": "albumin", "inr": "INR"}
ASCITES: Final = {
    "none": Ascites.NONE,
    "absent": Ascites.NONE,
    "mild": Ascites.MILD,
    "slight": Ascites.MILD,
    "moderate": Ascites.MODERATE,
    "severe": Ascites.MODERATE,
}
ENCEPHALOPATHY: Final = {
    "none": Encephalopathy.NONE,
    "absent": Encephalopathy.NONE,
    "0": Encephalopathy.NONE,
    "1": Encephalopathy.GRADE_1_2,
    "2": Encephalopathy.GRADE_1_2,
    "3": Encephalopathy.GRADE_3_4,
    "4": Encephalopathy.GRADE_3_4,
}


def assess_liver(person: Person, values: Values) -> Finding:
    """Return the class of Child and Pugh: the newest given one, else computed, else not assessed."""
    given = _given(person)
    if len({value for value, _ in given}) > 1:
        return _not_assessed("several classes are given and differ; give the one that holds")
    if given:
        return _finding(given[0][0], "as given", tuple(where for _, where in given), ())
    measured = {name: newest(values[name]) for name in ITEMS if values.get(name)}
    ascites, encephalopathy = _graded(person, "ascites", ASCITES), _graded(person, "encephalopathy", ENCEPHALOPATHY)
    usable = {name: one for name, one in measured.items() if isinstance(one, Measured) and one.comparator is None}
    needs = [label for name, label in ITEMS.items() if name not in usable]
    needs += [one.reason for one in measured.values() if isinstance(one, Unusable)]
    needs += [name for name, graded in (("ascites", ascites), ("encephalopathy", encephalopathy)) if graded is None]
    if needs or ascites is None or encephalopathy is None:
        return _not_assessed(f"needed: {', '.join(needs)}, or the class itself")
    points = child_pugh_points(
        bilirubin_mg_dl=usable["bilirubin"].value,
        albumin_g_dl=usable["albumin"].value,
        inr=usable["inr"].value,
        ascites=ascites[0],
        encephalopathy=encephalopathy[0],
    )
    oldest = max(usable.values(), key=lambda one: -(one.time.timestamp() if one.time else 0.0))
    seen = (*(one.evidence for one in usable.values()), ascites[1], encephalopathy[1])
    return _finding(
        child_pugh_class(points), f"{points} points; the oldest item {age_words(oldest, person)}", seen, ("pugh-1973",)
    )


def _given(person: Person) -> list[tuple[str, str]]:
    """Return the class as an observation of the newest time, else as a condition says it."""
    found = []
    for number, one in enumerate(person.observations or ()):
        is_known = one.time is None or person.as_of is None or one.time <= person.as_of
        if NAME.match(one.name.strip()) and is_known and (match := VALUE.match(str(one.value or "").strip())):
            found.append((one.time, _class(match[1] or match[2]), f"observations[{number}]"))
    if found:
        dated = [time for time, _, _ in found if time is not None]
        last = max(dated) if dated else None
        return [(value, where) for time, value, where in found if time == last]
    return [
        (_class(match[1]), f"conditions[{number}]")
        for number, one in enumerate(person.conditions or ())
        if one.status == "active" and (match := IN_WORDS.search(one.name))
    ]


def _class(text: str) -> str:
    return child_pugh_class(int(text)) if text.isdigit() else text.upper()


def _graded(person: Person, name: str, words: Mapping[str, Grade]) -> tuple[Grade, str] | None:
    """Return the grade that the newest observation of a sign gives; a grade that cannot be read is none."""
    some = [
        (one, f"observations[{number}]")
        for number, one in enumerate(person.observations or ())
        if name in one.name.lower() and (person.as_of is None or one.time is None or one.time <= person.as_of)
    ]
    if not some:
        return None
    one, where = max(some, key=lambda pair: (pair[0].time is not None, pair[0].time.timestamp() if pair[0].time else 0.0))
    return next(((words[word], where) for word in _words(one) if word in words), None)


def _words(one: Observation) -> Iterator[str]:
    text = f"{one.value:g}" if isinstance(one.value, float | int) else str(one.value or "")
    yield from text.lower().replace("grade", " ").replace("-", " ").split()


def _finding(value: str, reason: str, evidence: tuple[str, ...], sources: tuple[str, ...]) -> Finding:
    return Finding(
        id="liver:child_pugh",
        domain=DOMAIN,
        kind="liver_function",
        subject="Child-Pugh class",
        value=value,
        reason=reason,
        evidence=evidence,
        sources=sources,
    )


def _not_assessed(reason: str) -> Finding:
    return Finding(
        id="liver:child_pugh",
        domain=DOMAIN,
        kind="liver_function",
        subject="Child-Pugh class",
        status=FindingStatus.NOT_ASSESSED,
        reason=reason,
    )
