"""What the page shows of the person's own medicines: one card for each, with everything that is said of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from garrod.interfaces.report.whole_list import exposure_in_short
from garrod.model.careplan import CarePlan
from garrod.model.findings import Finding, FindingStatus
from garrod.model.person import Medication
from garrod.model.recommendations import Action, Recommendation, Severity
from garrod.therapeutics.wording import ACTION_WORDS, MONITORING_WORDS, dose_words

SHAPES: Final[Mapping[Severity, str]] = {Severity.CRITICAL: "◆", Severity.WARNING: "▲", Severity.INFO: "●"}
LEVEL_WORDS: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "Act", Severity.WARNING: "Check", Severity.INFO: "No change",
}  # fmt: skip
#: Actions that ask for nothing; whatever else is no alarm is a note, and not "no change".
SILENT: Final = frozenset({Action.STANDARD, Action.CONTINUE, Action.NO_RECOMMENDATION})
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
class Elsewhere:
    """What is said of several medicines together and told on the card of one of them."""

    shape: str
    level: str
    severity: str
    summary: str


@dataclass(frozen=True, slots=True)
class DrugCard:
    """One medicine with everything that is said of it, the gravest first."""

    name: str
    as_taken: str
    severity: str
    shape: str
    level: str
    advice: tuple[Advice, ...]
    elsewhere: tuple[Elsewhere, ...]  #: what stands on another medicine's card and speaks of this one too
    exposure: str  #: how much of it the body sees, where something moves it
    silent: tuple[str, ...]  #: bodies that looked and recommend nothing, with their notes
    problem: str | None


def level_of(one: Recommendation) -> str:
    """Say how loudly it is said: an alarm by its level, else whether it asks for anything at all."""
    return "Note" if one.severity is Severity.INFO and one.action not in SILENT else LEVEL_WORDS[one.severity]


def source_line(one: Recommendation) -> str:
    """Name who says it: the body of a guideline with its strength, or the part of the review that found it."""
    body = one.body or f"review of the list, {(one.cause or 'advice').replace('_', ' ')}"
    return f"{body}, {one.strength}" if one.strength else body


def advice_of(one: Recommendation) -> Advice:
    """Turn a recommendation into words."""
    return Advice(
        id=one.id,
        action=ACTION_WORDS[one.action],
        level=level_of(one),
        severity=one.severity.value,
        shape=SHAPES[one.severity],
        summary=one.summary,
        condition=one.applies_if,
        as_taken=one.notes[0] if one.basis == "as_taken" else "",
        doses=tuple(dose_words(dose) for dose in one.doses),
        fallbacks=tuple(part.summary for part in one.fallback),
        otherwise="If it must be used" if one.action in INSTEAD else "Further",
        applies_to=one.applies_to.label if one.applies_to else "",
        source_line=source_line(one),
        pmids=tuple(p for p in one.pmids if p),
        genes=tuple(link.removeprefix("gene:") for link in one.because if link.startswith("gene:")),
        would_change=one.would_change,
        monitoring=tuple(MONITORING_WORDS.get(word, word.replace("_", " ")) for word in one.monitoring),
        avoid_also=one.avoid_also,
        notes=one.notes[1:] if one.basis == "as_taken" else one.notes,
        reading=READING_WORDS.get(one.reading or "", ""),
        sources=one.sources,
    )


def told(some: Sequence[Recommendation]) -> tuple[Advice, ...]:
    """Return what is advised, without the bodies that recommend nothing beside it; what several could not check, once."""
    speaking = [one for one in some if one.action is not Action.NO_RECOMMENDATION] or some[:1]
    blocks: dict[str, Advice] = {}
    for one in speaking:
        shown = advice_of(one)
        key = one.summary if one.could_not_check else one.id
        if key in blocks:
            bodies = f"{blocks[key].source_line}, {shown.source_line}"
            cited = tuple(dict.fromkeys((*blocks[key].sources, *shown.sources)))
            shown = replace(blocks[key], source_line=bodies, sources=cited)
        blocks[key] = shown
    return tuple(blocks.values())


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
    shared = [
        one
        for one in plan.recommendations
        if one.id in plan.in_use and len(one.concerns) > 1 and one.severity is not Severity.INFO
    ]
    cards = [
        _card(plan, index, medication, by_drug, shared)
        for index, medication in enumerate(plan.person.medications or ())
        if medication.is_current
    ]
    return tuple(sorted(cards, key=lambda card: ("critical", "warning", "unknown", "info").index(card.severity)))


def of_entry(findings: Iterable[Finding], kind: str, entry: int) -> tuple[Finding, ...]:
    """Return what was found of one entry of the list: one finding, or one for each ingredient."""
    return tuple(
        one for one in findings if one.id == f"{kind}:{entry}" or one.id.startswith(f"{kind}:{entry}:")
    )  # fmt: skip


def _card(
    plan: CarePlan,
    entry: int,
    medication: Medication,
    by_drug: Mapping[str, Sequence[Recommendation]],
    shared: Sequence[Recommendation],
) -> DrugCard:
    found = of_entry(plan.findings, "medication", entry)
    names = [str(finding.value).lower() for finding in found if finding.value]
    about = dict.fromkeys(one for name in names for one in by_drug.get(name, ()))
    some = sorted(about, key=lambda one: (GRAVITY[one.severity], one.body or ""))
    elsewhere = [one for one in shared if one not in about and set(one.concerns) & set(names)]
    unread = any(finding.status is FindingStatus.NOT_ASSESSED for finding in found)
    worst = min((one.severity for one in (*some, *elsewhere)), key=GRAVITY.__getitem__, default=Severity.INFO)
    # What is known of one ingredient is not hidden by another that nobody recognized.
    unknown = not (some or elsewhere) or (unread and worst is Severity.INFO)
    says_something = any(one.action not in SILENT for one in some)
    level = "Note" if worst is Severity.INFO and says_something else LEVEL_WORDS[worst]
    return DrugCard(
        name=medication.name,
        as_taken=_as_taken(medication),
        severity="unknown" if unknown else worst.value,
        shape="?" if unknown else SHAPES[worst],
        level="Not checked" if unknown else level,
        advice=told(some),
        elsewhere=tuple(Elsewhere(SHAPES[o.severity], LEVEL_WORDS[o.severity], o.severity.value, o.summary) for o in elsewhere),
        exposure="; ".join(filter(None, (exposure_in_short(one) for one in plan.findings.exposures() if one.drug in names))),
        silent=_silent(some),
        problem="; ".join(_problems(plan, found, entry, is_silent=not some)) or None,
    )


def _problems(plan: CarePlan, found: Sequence[Finding], entry: int, *, is_silent: bool) -> tuple[str, ...]:
    """Return what stood in the way of reading one entry of the list."""
    reasons = [one.reason for one in (*found, *(of_entry(plan.findings, "no_guideline", entry) if is_silent else ()))]
    reasons += [one.reason for one in plan.findings if one.kind == "regimen" and f"medications[{entry}]" in one.evidence]
    return tuple(dict.fromkeys(reason for reason in reasons if reason))
