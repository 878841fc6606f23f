"""Every sentence of the leaflet, English and Spanish side by side in one table; Spanish was not reviewed by a native speaker."""

import csv
from collections.abc import Mapping
from functools import cache
from typing import Final

from garrod.interfaces.report.page import template_text

LANGUAGES: Final = ("en", "es")
TABLE: Final = "leaflet_phrases.tsv"
OTHER: Final = "other"


@cache
def phrases(kind: str, language: str) -> Mapping[str, str]:
    """Return the sentences of one kind (page, often, unit, cause, food) in one language, by name."""
    lines = csv.DictReader(template_text(TABLE).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["name"]: row[language] for row in lines if row["kind"] == kind}


def about(cause: str, language: str, *, drug: str, others: str) -> str:
    """Say what brings a point up; a cause without a sentence of its own, or without the others it needs, is told plainly."""
    found = phrases("cause", language)
    text = found.get(cause, found[OTHER])
    if not others and "{others}" in text:
        text = found[OTHER]
    return text.format(drug=drug, others=others)
