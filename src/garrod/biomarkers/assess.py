"""What the laboratory and the scales say, as findings: values in one unit, kidney function, liver function."""

from collections.abc import Iterator
from typing import Final

from garrod.biomarkers.ages import age_words
from garrod.biomarkers.kidney import DOMAIN, Values, assess_kidney
from garrod.biomarkers.laboratory_values import Measured, measured_values, newest
from garrod.biomarkers.liver import assess_liver
from garrod.knowledge.loading import Knowledge
from garrod.model.findings import Finding, Findings, FindingStatus
from garrod.model.person import Person

#: Analytes that other findings stand for.
TOLD_ELSEWHERE: Final = frozenset({"egfr"})


def assess(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Return kidney and liver function, assessed or not, and one finding for each analyte that was reported."""
    del findings  # the first stage: nothing was found before it
    values = measured_values(person, knowledge)
    return (*assess_kidney(person, values), assess_liver(person, values), *_laboratory(person, values))


def _laboratory(person: Person, values: Values) -> Iterator[Finding]:
    for name, some in sorted(values.items()):
        if name in TOLD_ELSEWHERE:
            continue
        one, analyte = newest(some), some[0].analyte
        if isinstance(one, Measured):
            limit = f"the laboratory says {one.comparator} {one.value:g}; " if one.comparator else ""
            yield Finding(
                id=f"lab:{name}",
                domain=DOMAIN,
                kind="laboratory_value",
                subject=analyte.label,
                value=round(one.value, 4),
                unit=analyte.unit,
                reason=f"{limit}{age_words(one, person)}",
                certainty={">": "at_least", ">=": "at_least", "<": "at_most", "<=": "at_most"}.get(one.comparator or ""),
                evidence=(one.evidence,),
            )
        else:
            yield Finding(
                id=f"lab:{name}",
                domain=DOMAIN,
                kind="laboratory_value",
                subject=analyte.label,
                status=FindingStatus.NOT_ASSESSED,
                reason=one.reason,
                evidence=(one.evidence,),
            )
