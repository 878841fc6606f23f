"""What is said of the list as a whole: how much of each drug the body sees, enzymes as they work today, what was checked."""

from collections import Counter
from dataclasses import dataclass

from garrod.model.careplan import CarePlan
from garrod.model.medicines import EnzymeActivity, EnzymeInfluence, Exposure, ExposureTerm
from garrod.model.recommendations import Outcome

#: A ratio that hardly differs from 1 is no news of a medicine's own.
NO_NEWS = 0.05
MOST_TIMES = 2  #: what more rows than this would repeat is said once


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """One drug's exposure in a row of the table."""

    drug: str
    ratio: str
    terms: str
    not_counted: str
    observed: str
    reading: str


@dataclass(frozen=True, slots=True)
class EnzymeLine:
    """One enzyme in a row of the table."""

    gene: str
    genetic: str
    adjusted: str
    through: str


@dataclass(frozen=True, slots=True)
class ListChecks:
    """What was looked at: clean for some or all of the list, and what could not be looked at and why."""

    clean: tuple[str, ...]
    could_not: tuple[tuple[str, str, str], ...]  #: (what, drugs, reason)


def ratio_words(one: Exposure) -> str:
    """Write a ratio with its interval, or say why there is none."""
    found = one.auc_ratio
    if found is None:
        return f"not predicted: {one.reason or 'nothing is known of how it leaves the body'}"
    return f"{found.estimate:.2g} ({found.low:.2g} to {found.high:.2g})"


def term_words(term: ExposureTerm) -> str:
    """Say what acts on which pathway, and what that alone would make: ``genes on CYP2D6: 3.3``."""
    by = "genes" if term.by.startswith("genotype") else term.by
    at = "" if term.factor in by else f" on {term.factor}"
    return f"{by}{at}: {term.ratio:.2g}"


def not_counted_anywhere(plan: CarePlan) -> tuple[str, ...]:
    """Return what could not be counted for several drugs: said once below the table, not in every row."""
    times = Counter(text for one in plan.findings.exposures() for text in one.not_counted)
    return tuple(text for text, count in times.items() if count > MOST_TIMES)


def exposure_lines(plan: CarePlan) -> tuple[ExposureLine, ...]:
    """Return a row for every drug of the list; one that nothing moves says so."""
    anywhere = not_counted_anywhere(plan)
    return tuple(
        ExposureLine(
            drug=one.drug,
            ratio=ratio_words(one),
            terms="; ".join(term_words(term) for term in one.terms)
            or ("" if one.auc_ratio is None else "nothing known acts on it"),
            not_counted="; ".join(text for text in one.not_counted if text not in anywhere),
            observed="; ".join(one.observed),
            reading="partly recalled" if one.reading == "recalled" else one.reading.replace("_", " "),
        )
        for one in plan.findings.exposures()
    )


def exposure_in_short(one: Exposure) -> str:
    """Say on a medicine's own card how much of it the body sees; nothing where nothing moves it."""
    found = one.auc_ratio
    if found is None or not one.terms or abs(found.estimate - 1) < NO_NEWS:
        return ""
    aside = "; made active in the body, so this does not tell its effect" if one.is_prodrug else ""
    return (
        f"about {found.estimate:.2g} times a typical person's on the same dose "
        f"(90 % of cases: {found.low:.2g} to {found.high:.2g}): {'; '.join(term_words(term) for term in one.terms)}{aside}"
    )


def enzyme_lines(plan: CarePlan) -> tuple[EnzymeLine, ...]:
    """Return a row for each enzyme that something taken acts on."""
    return tuple(_enzyme(one) for one in plan.findings.activities() if one.adjusted or one.genetic or one.influences)


def _enzyme(one: EnzymeActivity) -> EnzymeLine:
    method = f" ({one.method})" if one.method and one.method != "accepted" else ""
    return EnzymeLine(
        gene=one.gene,
        genetic=one.genetic or "not known",
        adjusted=f"{one.adjusted}{method}" if one.adjusted else "no accepted rule: both stand side by side",
        through="; ".join(_influence(each) for each in one.influences),
    )


def _influence(one: EnzymeInfluence) -> str:
    until = f", until {one.until.isoformat()}" if one.until else ""
    recalled = ", recalled" if one.reading == "recalled" else ""
    return f"{one.by} ({one.strength} {one.role.value}{until}{recalled})"


def list_checks(plan: CarePlan) -> ListChecks:
    """Return what the review of the list looked at and found clean, and what it could not look at."""
    could_not = dict.fromkeys(
        (one.what.replace("_", " "), ", ".join(one.drugs), one.reason) for one in plan.checks if one.outcome is Outcome.COULD_NOT
    )
    return ListChecks(
        clean=tuple(sorted({one.what.replace("_", " ") for one in plan.checks if one.outcome is Outcome.CLEAN})),
        could_not=tuple(could_not),
    )
