"""What the page shows of drugs: one card for each medicine the person takes, one line for each other drug."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from garrod.model.careplan import CarePlan
from garrod.model.findings import Finding, FindingStatus
from garrod.model.person import Medication
from garrod.model.recommendations import Action, Recommendation, Severity
from garrod.therapeutics.wording import ACTION_WORDS, MONITORING_WORDS, dose_words

SHAPES: Final[Mapping[Severity, str]] = {Severity.CRITICAL: "◆", Severity.WARNING: "▲", Severity.INFO: "●"}
LEVEL_WORDS: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "Act", Severity.WARNING: "Check", Severity.INFO: "No change",
}  # fmt: skip
INSTEAD: Final = frozenset({Action.AVOID, Action.CONTRAINDICATED, Action.ALTERNATIVE})
READING_WORDS: Final = {
    "read_twice": "read twice, independently",
    "read_once": "read once",
    "recalled": "recalled, source not opened: carries no dose",
}
GRAVITY: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommendation in words."""

    id: str
    action: str
    level: str
    severity: str
    shape: str
    summary: str
    condition: str | None
    as_taken: str  #: which other medicine makes it so, where it is not for the genes alone
    doses: tuple[str, ...]
    fallbacks: tuple[str, ...]
    otherwise: str  #: what the fallbacks are: what to do if it must be used, or what comes next
    applies_to: str
    source_line: str
    pmids: tuple[str, ...]
    genes: tuple[str, ...]
    would_change: tuple[str, ...]
    monitoring: tuple[str, ...]
    avoid_also: tuple[str, ...]
    notes: tuple[str, ...]
    reading: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrugCard:
    """One medicine with everything that is said of it, the gravest first."""

    name: str
    as_taken: str
    severity: str
    shape: str
    level: str
    advice: tuple[Advice, ...]
    silent: tuple[str, ...]  #: bodies that looked and recommend nothing, with their notes
    problem: str | None


def advice_of(one: Recommendation) -> Advice:
    """Turn a recommendation into words."""
    body = one.body or "garrod"
    strength = f", {one.strength}" if one.strength else ""
    return Advice(
        id=one.id,
        action=ACTION_WORDS[one.action],
        level=LEVEL_WORDS[one.severity],
        severity=one.severity.value,
        shape=SHAPES[one.severity],
        summary=one.summary,
        condition=one.applies_if,
        as_taken=one.notes[0] if one.basis == "as_taken" else "",
        doses=tuple(dose_words(dose) for dose in one.doses),
        fallbacks=tuple(part.summary for part in one.fallback),
        otherwise="If it must be used" if one.action in INSTEAD else "Further",
        applies_to=one.applies_to.label if one.applies_to else "",
        source_line=f"{body}{strength}",
        pmids=tuple(p for p in one.pmids if p),
        genes=tuple(link.removeprefix("gene:") for link in one.because if link.startswith("gene:")),
        would_change=one.would_change,
        monitoring=tuple(MONITORING_WORDS.get(word, word.replace("_", " ")) for word in one.monitoring),
        avoid_also=one.avoid_also,
        notes=one.notes[1:] if one.basis == "as_taken" else one.notes,
        reading=READING_WORDS.get(one.reading or "", ""),
        sources=one.sources,
    )


def _told(some: Sequence[Recommendation]) -> tuple[Advice, ...]:
    """Return what is advised, without the bodies that recommend nothing beside it; what several could not check, once."""
    speaking = [one for one in some if one.action is not Action.NO_RECOMMENDATION] or some[:1]
    told: dict[str, Advice] = {}
    for one in speaking:
        shown = advice_of(one)
        key = one.summary if one.could_not_check else one.id
        if key in told:
            bodies = f"{told[key].source_line}, {shown.source_line}"
            shown = replace(told[key], source_line=bodies, sources=tuple(dict.fromkeys((*told[key].sources, *shown.sources))))
        told[key] = shown
    return tuple(told.values())


def _silent(some: Sequence[Recommendation]) -> tuple[str, ...]:
    """Name the bodies that looked at the drug and recommend nothing for this result, where another does or none does."""
    notes: dict[str, list[str]] = {}
    for one in some:
        if one.action is Action.NO_RECOMMENDATION:
            notes.setdefault(one.body or "", []).extend(one.notes)
    if len(notes) == len({one.body for one in some}) == 1:  # its advice block says so already
        return ()
    return tuple(" ".join([f"{body} has no recommendation for this result.", *said]) for body, said in sorted(notes.items()))


def _as_taken(one: Medication) -> str:
    parts = [str(one.dose or one.dose_text)] if one.dose or one.dose_text else []
    if one.every or one.every_text:
        parts.append(f"every {one.every}" if one.every else str(one.every_text))
    parts += [text for text in (one.route, one.indication) if text]
    if one.status != "active":
        parts.append(one.status)
    return ", ".join(parts)


def own_medicines(plan: CarePlan) -> tuple[DrugCard, ...]:
    """Return a card for every current medicine, the gravest first; none is left out."""
    by_drug: dict[str, list[Recommendation]] = defaultdict(list)
    for one in plan.recommendations:
        by_drug[one.target.name.lower()].append(one)
    cards = []
    for index, medication in enumerate(plan.person.medications or ()):
        if medication.is_current:
            cards.append(_card(medication, of_entry(plan.findings, "medication", index), by_drug, plan.findings, index))
    return tuple(sorted(cards, key=lambda card: ("critical", "warning", "unknown", "info").index(card.severity)))


def of_entry(findings: Iterable[Finding], kind: str, entry: int) -> tuple[Finding, ...]:
    """Return what was found of one entry of the list: one finding, or one for each ingredient."""
    return tuple(
        one for one in findings if one.id == f"{kind}:{entry}" or one.id.startswith(f"{kind}:{entry}:")
    )  # fmt: skip


def _card(
    medication: Medication,
    found: Sequence[Finding],
    by_drug: Mapping[str, Sequence[Recommendation]],
    findings: Iterable[Finding],
    entry: int,
) -> DrugCard:
    about = [one for finding in found for one in by_drug.get(str(finding.value).lower(), ())]
    some = sorted(dict.fromkeys(about), key=lambda one: (GRAVITY[one.severity], one.body or ""))
    unread = any(finding.status is FindingStatus.NOT_ASSESSED for finding in found)
    worst = some[0].severity if some else Severity.INFO
    # What is known of one ingredient is not hidden by another that nobody recognized.
    unknown = not some or (unread and worst is Severity.INFO)
    reasons = [one.reason for one in (*found, *(() if some else of_entry(findings, "no_guideline", entry))) if one.reason]
    reasons += [
        one.reason for one in findings if one.kind == "regimen" and f"medications[{entry}]" in one.evidence and one.reason
    ]
    return DrugCard(
        name=medication.name,
        as_taken=_as_taken(medication),
        severity="unknown" if unknown else worst.value,
        shape="?" if unknown else SHAPES[worst],
        level="Not checked" if unknown else LEVEL_WORDS[worst],
        advice=_told(some),
        silent=_silent(some),
        problem="; ".join(dict.fromkeys(reasons)) or None,
    )


@dataclass(frozen=True, slots=True)
class DrugLine:
    """Another drug in one line, with its advice."""

    name: str
    severity: str
    shape: str
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class DrugGroup:
    """The drugs of one class, the gravest first, and how many there are of each level."""

    name: str
    counts: tuple[tuple[str, str, str, int], ...]  #: (severity, shape, words, number)
    lines: tuple[DrugLine, ...]


def before_starting(plan: CarePlan) -> tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]:
    """Return the drugs that the person does not take and that advice changes, by the gravest that is said of each.

    Returns
    -------
    tuple
        (severity, shape, heading, drugs with what is said of them), graver first. Missing tests stand elsewhere.
    """
    gravest: dict[str, Recommendation] = {}
    for one in sorted(plan.recommendations, key=lambda one: GRAVITY[one.severity]):
        if one.severity is not Severity.INFO and one.id not in plan.in_use and not (one.applies_if or one.could_not_check):
            gravest.setdefault(one.target.name, one)
    told = []
    for level, heading in ((Severity.CRITICAL, "Not to be started unseen"), (Severity.WARNING, "Other dose, drug or care")):
        drugs = [(name, ACTION_WORDS[one.action].lower()) for name, one in sorted(gravest.items()) if one.severity is level]
        if drugs:
            told.append((level.value, SHAPES[level], heading, tuple(drugs)))
    return tuple(told)


def other_drugs(plan: CarePlan) -> tuple[DrugGroup, ...]:
    """Return every covered drug that the person does not take, by class."""
    by_drug: dict[str, list[Recommendation]] = defaultdict(list)
    for one in plan.recommendations:
        if one.id not in plan.in_use:
            by_drug[one.target.name].append(one)
    groups: dict[str, list[tuple[int, DrugLine]]] = defaultdict(list)
    for name, some in by_drug.items():
        ordered = sorted(some, key=lambda one: (GRAVITY[one.severity], one.body or "", one.id))
        worst = ordered[0].severity
        line = DrugLine(name, worst.value, SHAPES[worst], _told(ordered))
        groups[ordered[0].target.drug_class or "Other"].append((GRAVITY[worst], line))
    return tuple(_group(name, groups[name]) for name in sorted(groups, key=lambda name: (name == "Other", name)))


def _group(name: str, graded: Sequence[tuple[int, DrugLine]]) -> DrugGroup:
    lines = tuple(line for _, line in sorted(graded, key=lambda item: (item[0], item[1].name)))
    counts = [(level, sum(line.severity == level.value for line in lines)) for level in GRAVITY]
    return DrugGroup(
        name=name,
        counts=tuple((level.value, SHAPES[level], LEVEL_WORDS[level].lower(), number) for level, number in counts if number),
        lines=lines,
    )
