"""The leaflet for the patient: plain words, large print, no dose changed, no genome unless it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from garrod.interfaces.report.page import environment, template_text
from garrod.interfaces.report.phrases import LANGUAGES, about, phrases
from garrod.model.careplan import CarePlan
from garrod.model.errors import Fault, InputError
from garrod.model.findings import FindingStatus
from garrod.model.person import Medication
from garrod.model.recommendations import Recommendation, Severity

JOINED: Final = {"en": "and", "es": "y"}
FOOD: Final = "food"


@dataclass(frozen=True, slots=True)
class LeafletMedicine:
    """One medicine as the patient reads of it."""

    name: str
    taken: str
    reason: str
    asks: tuple[str, ...]
    food: tuple[str, ...]
    is_known: bool


def render_leaflet(plan: CarePlan, language: str, *, with_genes: bool = False) -> str:
    """Return the leaflet as one self-contained HTML page.

    Raises
    ------
    InputError
        For a language that has no phrases here.
    """
    if language not in LANGUAGES:
        raise InputError(Fault("--leaflet", f"there is no leaflet in {language!r}", f"choose {' or '.join(LANGUAGES)}"))
    return (
        environment()
        .get_template("leaflet.html.j2")
        .render(
            style=template_text("leaflet.css"),
            language=language,
            say=phrases("page", language),
            person=plan.person,
            date=plan.person.as_of.date().isoformat() if plan.person.as_of else "",
            medicines=tuple(_medicines(plan, language, with_genes=with_genes)),
        )
    )


def _medicines(plan: CarePlan, language: str, *, with_genes: bool) -> Iterator[LeafletMedicine]:
    foods = phrases("food", language)
    for number, medication in enumerate(plan.person.medications or ()):
        if not medication.is_current:
            continue
        entries = [f for f in plan.findings.of_kind("medication") if f.id.split(":")[1] == str(number)]
        drugs = [str(f.value) for f in entries if f.value is not None]
        said = [one for one in plan.recommendations if one.id in plan.in_use and _speaks_of(one, drugs)]
        shown = [one for one in _gravest_first(said) if with_genes or not one.could_not_check]
        told = (_ask(one, medication.name, drugs, language, with_genes=with_genes) for one in shown)
        yield LeafletMedicine(
            name=medication.name,
            taken=_taken(medication, language),
            reason=medication.indication or "",
            asks=tuple(dict.fromkeys(told)),
            food=tuple(dict.fromkeys(foods[_food(one)] for one in said if _food(one) in foods)),
            is_known=bool(entries) and all(f.status is FindingStatus.ASSESSED for f in entries),
        )


def _speaks_of(one: Recommendation, drugs: list[str]) -> bool:
    return one.target.name.lower() in drugs or bool(set(one.concerns) & set(drugs))


def _food(one: Recommendation) -> str:
    return one.id.split(":")[1].replace("_", " ") if one.cause == FOOD else ""


def _taken(one: Medication, language: str) -> str:
    say, units, often = phrases("page", language), phrases("unit", language), phrases("often", language)
    parts = [f"{one.dose.value:g} {one.dose.unit}"] if one.dose else []
    if one.every and one.every.unit == "h" and f"{one.every.value:g}" in often:
        parts.append(often[f"{one.every.value:g}"])
    elif one.every and one.every.unit in units:
        parts.append(say["every"].format(n=f"{one.every.value:g}", unit=units[one.every.unit]))
    if one.status == "on-hold":
        parts.append(say["paused"])
    return ", ".join(parts)


def _gravest_first(said: list[Recommendation]) -> list[Recommendation]:
    """Return what needs an act, the gravest first; the rest is left to the pharmacist."""
    order = (Severity.CRITICAL, Severity.WARNING)
    loud = [one for one in said if one.severity in order and one.cause != FOOD]
    return sorted(loud, key=lambda one: (order.index(one.severity), one.id))


def _ask(one: Recommendation, name: str, drugs: list[str], language: str, *, with_genes: bool) -> str:
    """Say one point in plain words; genes are named only where that was chosen."""
    others = sorted(set(one.concerns) - set(drugs))
    last = f" {JOINED[language]} ".join([", ".join(others[:-1]), others[-1]]) if len(others) > 1 else "".join(others)
    cause = one.cause or ("untested" if one.could_not_check else "genes")
    text = about(cause, language, drug=name, others=last)
    text = text[:1].upper() + text[1:]
    genes = sorted({reason.removeprefix("gene:") for reason in one.because if reason.startswith("gene:")})
    if with_genes and genes and one.body:
        return f"{text} {phrases('page', language)['by_genes'].format(genes=', '.join(genes))}"
    return text
