"""Hold predicted exposures against what studies saw, through the program itself, and write the page and its pictures.

Usage: python -m curation.exposure_evaluation SOURCES
"""

import argparse
import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from curation.tsv import read_table
from garrod import Person, load_knowledge
from garrod.genome import assess as genome
from garrod.knowledge.exposure import ObservedExposure
from garrod.knowledge.loading import Knowledge
from garrod.medicines import assess, assess_exposure
from garrod.model.findings import Finding, Findings
from garrod.model.medicines import Exposure
from garrod.model.person import Medication, OutsideCall
from garrod.model.quantities import Quantity

NOW: Final = datetime(2026, 5, 1, 9, tzinfo=UTC)
LONG: Final = (NOW - timedelta(days=60)).date()
OPEN: Final = "drugs/exposure_studies_open.tsv"
DOCS: Final = Path(__file__).parents[1] / "docs"
#: Activity score -> a diplotype of that score, for people of one genotype.
DIPLOTYPES: Final = {
    "CYP2D6": {0.0: "*4/*4", 0.5: "*4/*41", 1.0: "*1/*4", 1.25: "*1/*10", 2.0: "*1/*1"},
    "CYP2C19": {0.0: "*2/*2", 2.0: "*1/*1"},
}
GFR: Final = {"mild": 75.0, "moderate": 45.0, "severe": 22.0, "esrd": 8.0}
CHILD_PUGH: Final = {"mild": "A", "moderate": "B", "severe": "C"}
NAMES: Final = {"rifampin (single dose)": ""}
POOR: Final = "poor vs normal metabolizers"


@dataclass(frozen=True)
class Compared:
    """One row of a study beside what the program predicts; ``predicted`` is None where it says why not."""

    kind: str  #: co-medication, genotype, kidney, liver
    use: str  #: sets, tests, open
    victim: str
    by: str
    observed: float
    predicted: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""
    study: str = ""

    @property
    def error(self) -> float:
        """How far apart the two are, as a factor of 1 or more."""
        assert self.predicted is not None
        return math.exp(abs(math.log(self.predicted / self.observed)))


def exposure_of(drug: str, others: Sequence[Medication], knowledge: Knowledge, **more: object) -> Exposure:
    """Return the exposure of one drug in a person who takes others beside it, with findings and calls given."""
    calls = tuple(OutsideCall(gene=gene, call=call) for gene, call in dict(more.get("calls") or {}).items())  # type: ignore[call-overload]
    taken = (Medication(name=drug, start=LONG, route=str(more.get("route") or "oral")), *others)
    person = Person(id="study", as_of=NOW, medications=taken, outside_calls=calls)
    findings = Findings(tuple(more.get("findings") or ()))  # type: ignore[arg-type]
    if calls:
        findings = findings.and_(genome.assess(person, findings, knowledge))
    findings = findings.and_(assess(person, findings, knowledge))
    found = [one.detail for one in assess_exposure(person, findings, knowledge) if isinstance(one.detail, Exposure)]
    named = [one for one in found if one.drug == drug] or [one for one in found if one.drug == findings.taken()[0].drug_id]
    return named[0] if named else Exposure(drug=drug, auc_ratio=None, reason="not predicted, because it is not recognized")


def shipped_rows(knowledge: Knowledge) -> Iterator[Compared]:
    """Compare the rows of the shipped table, those that set parameters and those that test them."""
    for row in knowledge.rows(ObservedExposure):
        if row.use == "neither":
            continue
        if row.kind == "organ":
            state = row.perpetrator.removeprefix("hepatic ")
            found = exposure_of(row.victim, (), knowledge, findings=(_liver(state),))
            yield _compared("liver", row.use, row.victim, row.perpetrator, row.ratio, found, study=row.study)
        elif row.kind == "gene":
            found = exposure_of(row.victim, (), knowledge, calls={"CYP2D6": "*4/*4"})
            yield _compared("genotype", row.use, row.victim, POOR, row.ratio, found, study=row.study)
        else:
            yield _interaction(row, knowledge)


def _interaction(row: ObservedExposure, knowledge: Knowledge) -> Compared:
    dose = Quantity(row.dose_mg_d, "mg") if row.dose_mg_d else None
    other = Medication(name=row.perpetrator, dose=dose, every=Quantity(24, "h") if dose else None, start=LONG)
    calls = {row.gene: DIPLOTYPES[row.gene][row.score]} if row.gene and row.score in DIPLOTYPES.get(row.gene, {}) else {}
    found = exposure_of(row.victim, (other,), knowledge, route=row.victim_route, calls=calls)
    made = _compared("co-medication", row.use, row.victim, row.perpetrator, row.ratio, found, study=row.study)
    if made.predicted is None or not calls:
        return made
    alone = exposure_of(row.victim, (), knowledge, route=row.victim_route, calls=calls).auc_ratio
    share = alone.estimate if alone else 1.0
    low, high = (bound / share if bound else None for bound in (made.low, made.high))
    return Compared(**{**made.__dict__, "predicted": made.predicted / share, "low": low, "high": high})


def open_rows(folder: Path, knowledge: Knowledge) -> Iterator[Compared]:
    """Compare the open half of the organ and interaction studies; they set nothing but the medians named with the organ rows."""
    for row in read_table(folder / OPEN):
        drug = row["given"] or row["drug"]
        if row["usable_codrug"] == "yes":
            others = tuple(Medication(name=name, start=LONG) for name in row["codrug"].split(" + "))
            found = exposure_of(drug, others, knowledge)
            yield _compared("co-medication", "open", drug, row["codrug"], float(row["codrug_auc_ratio"]), found)
        for state, gfr in GFR.items():
            if state in row["usable_renal"].split() and row[f"renal_{state}"]:
                found = exposure_of(drug, (), knowledge, findings=(_kidney(gfr),))
                yield _compared("kidney", "open", drug, f"kidney {state}", float(row[f"renal_{state}"]), found)
        for state in CHILD_PUGH:
            if state in row["usable_hepatic"].split() and row[f"hepatic_{state}"]:
                found = exposure_of(drug, (), knowledge, findings=(_liver(state),))
                yield _compared("liver", "open", drug, f"liver {state}", float(row[f"hepatic_{state}"]), found)


def _kidney(gfr: float) -> Finding:
    return Finding(
        id="kidney:crcl", domain="biomarkers", kind="kidney_function", subject="creatinine clearance", value=gfr, unit="mL/min"
    )


def _liver(state: str) -> Finding:
    return Finding(
        id="liver:child_pugh", domain="biomarkers", kind="liver_function", subject="Child-Pugh", value=CHILD_PUGH[state]
    )


def _compared(kind: str, use: str, victim: str, by: str, observed: float, found: Exposure, *, study: str = "") -> Compared:  # noqa: PLR0917
    ratio = found.auc_ratio
    if ratio is None:
        return Compared(kind, use, victim, by, observed, None, why=found.reason or "", study=study)
    return Compared(kind, use, victim, by, observed, ratio.estimate, ratio.low, ratio.high, study=study)


@dataclass(frozen=True)
class Score:
    """How well a set of rows is predicted."""

    rows: int
    answered: int
    within_two: float
    within_half: float
    covered: float

    @staticmethod
    def of(rows: Sequence[Compared]) -> "Score":
        """Count them."""
        told = [one for one in rows if one.predicted is not None]
        count = max(len(told), 1)
        return Score(
            rows=len(rows),
            answered=len(told),
            within_two=sum(one.error <= 2 for one in told) / count,
            within_half=sum(one.error <= 1.5 for one in told) / count,
            covered=sum((one.low or 0) <= one.observed <= (one.high or 0) for one in told) / count,
        )


# The page


def page(rows: Sequence[Compared]) -> str:
    """Return the page of docs: counts by kind and use, pictures, misses one by one, and what is not predicted."""
    lines = [
        "# Exposure, predicted and observed",
        "",
        "Each row of a study is put through the program as a person: the drug, the co-medicine at the study's dose, the",
        "genotype, the kidney or the liver. *Sets* are the studies that moved the parameters, *tests* those that only test them",
        "(a digest of the study's name decides), *open* the studies of the Organ Impairment and Drug Interaction Database",
        "(Yeung 2015), largest effects found, so that predictions should lie a little lower.",
        "",
        "What to know: the shares and strengths began as recalled values. Who wrote them down had seen the open table, so for",
        "the drugs in it this is no clean test, least of all for those that were added to be able to answer it; the studies",
        "marked *tests* were not looked at for that. The liver's and the kidney's activities lie close to the medians of half of",
        "the open drugs. `make exposure` writes this page.",
        "",
        "| kind | rows | number | answered | within 2-fold | within 1.5-fold | inside the 90 % interval |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in ("co-medication", "genotype", "kidney", "liver"):
        for use in ("sets", "tests", "open"):
            some = [one for one in rows if (one.kind, one.use) == (kind, use)]
            if some:
                lines.append(_score_line(f"{kind}", use, Score.of(some)))
    for use in ("tests", "open"):
        lines.append(_score_line("all", use, Score.of([one for one in rows if one.use == use])))
    lines += ["", "![Predicted and observed ratios by kind](../images/exposure.svg)", "", "## Misses beyond 2-fold", ""]
    lines += [
        "| drug | by | observed | predicted | rows | likely why: a reader's judgment, not a measurement |",
        "|---|---|---|---|---|---|",
    ]
    missed = sorted((o for o in rows if o.predicted is not None and o.error > 2 and o.use != "sets"), key=lambda o: -o.error)
    for one in missed:
        lines.append(f"| {one.victim} | {one.by} | {one.observed:.3g} | {one.predicted:.3g} | {one.use} | {reason_of(one)} |")
    lines += ["", "## Not predicted", ""]
    for why in sorted({f"{one.victim}: {one.why}" for one in rows if one.predicted is None}):
        lines.append(f"- {why}.")
    return "\n".join(lines) + "\n"


def _score_line(kind: str, use: str, score: Score) -> str:
    return (
        f"| {kind} | {use} | {score.rows} | {score.answered} | {score.within_two:.0%} | {score.within_half:.0%} "
        f"| {score.covered:.0%} |"
    )


def reason_of(one: Compared) -> str:
    """Say why a prediction misses: by hand for a pair, else by kind."""
    by_hand = {(row["victim"], row["by"]): row["why"] for row in read_table(READINGS / "misses.tsv")}
    if (one.victim, one.by) in by_hand:
        return by_hand[one.victim, one.by]
    if one.kind == "kidney":
        return "small groups; dialysis, or a metabolite that the kidney clears, may move it" if "esrd" in one.by else KIDNEY_WHY
    if one.kind == "liver":
        return "one figure for each class and extraction; portal shunts and protein binding are not in it"
    return "not explained by the pathways that are known here"


READINGS: Final = Path(__file__).parent / "readings/exposure"
KIDNEY_WHY: Final = "small groups; what kidney disease does to other clearance differs between drugs"
SIZE: Final = 300
GAP: Final = 60
COLORS: Final = {"sets": "#9aa5b1", "tests": "#1d4f91", "open": "#a1151f"}
SHAPES: Final = {"sets": "square", "tests": "circle", "open": "diamond"}
LOWEST, HIGHEST = 0.01, 60.0


def picture(rows: Sequence[Compared]) -> str:
    """Draw predicted against observed, one panel a kind, on logarithmic axes; shape and color tell the use of a row."""
    kinds = ("co-medication", "genotype", "kidney", "liver")
    width, height = 2 * (SIZE + GAP) + GAP, 2 * (SIZE + GAP) + GAP + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for number, kind in enumerate(kinds):
        left, top = GAP + (number % 2) * (SIZE + GAP), 40 + (number // 2) * (SIZE + GAP)
        parts += _panel(kind, [one for one in rows if one.kind == kind and one.predicted], left, top)
    for number, (use, color) in enumerate(COLORS.items()):
        parts.append(_mark(SHAPES[use], GAP + number * 90, 18, color))
        parts.append(f'<text x="{GAP + 8 + number * 90}" y="22">{use}</text>')
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _at(value: float) -> float:
    part = (math.log(min(max(value, LOWEST), HIGHEST)) - math.log(LOWEST)) / (math.log(HIGHEST) - math.log(LOWEST))
    return part * SIZE


def _panel(kind: str, rows: Sequence[Compared], left: int, top: int) -> Iterator[str]:
    bottom = top + SIZE
    yield f'<rect x="{left}" y="{top}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#333"/>'
    yield f'<text x="{left}" y="{top - 6}" font-weight="bold">{html.escape(kind)} ({len(rows)} rows)</text>'
    for factor, dash in ((1.0, ""), (2.0, "4 3"), (0.5, "4 3")):
        ends = [(left + _at(x), bottom - _at(x * factor)) for x in (LOWEST, HIGHEST)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield (
            f'<line x1="{ends[0][0]:.1f}" y1="{ends[0][1]:.1f}" x2="{ends[1][0]:.1f}" y2="{ends[1][1]:.1f}" '
            f'stroke="#777"{dashed}/>'
        )
    for tick in (0.01, 0.1, 1, 10):
        place = _at(tick)
        yield f'<text x="{left + place:.1f}" y="{bottom + 14}" text-anchor="middle">{tick:g}</text>'
        yield f'<text x="{left - 6}" y="{bottom - place + 4:.1f}" text-anchor="end">{tick:g}</text>'
    yield f'<text x="{left + SIZE / 2}" y="{bottom + 28}" text-anchor="middle">observed ratio</text>'
    yield (f'<text transform="translate({left - 34} {top + SIZE / 2}) rotate(-90)" text-anchor="middle">predicted ratio</text>')
    for one in sorted(rows, key=lambda one: list(COLORS).index(one.use)):
        text = html.escape(f"{one.victim}, {one.by}: observed {one.observed:.3g}, predicted {one.predicted:.3g} ({one.use})")
        yield _mark(SHAPES[one.use], left + _at(one.observed), bottom - _at(one.predicted or 1), COLORS[one.use], text)


def _mark(shape: str, x: float, y: float, color: str, title: str = "") -> str:
    told = f"<title>{title}</title>" if title else ""
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}" fill-opacity=".6">{told}</circle>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if shape == "diamond" else ""
    return (
        f'<rect x="{x - 2.6:.1f}" y="{y - 2.6:.1f}" width="5.2" height="5.2" fill="{color}" fill-opacity=".6"{turn}>{told}</rect>'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    folder = parser.parse_args().sources
    knowledge = load_knowledge()
    rows = [*shipped_rows(knowledge), *open_rows(folder, knowledge)]
    (DOCS / "reference/exposure.md").write_text(page(rows), encoding="utf-8")
    (DOCS / "images/exposure.svg").write_text(picture(rows), encoding="utf-8")
    for use in ("sets", "tests", "open"):
        print(use, Score.of([one for one in rows if one.use == use]))


if __name__ == "__main__":
    main()
