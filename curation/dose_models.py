"""The library of dose models as a page, what of the transcriptions at hand did not become a model, and why.

The sources of transcriptions are tables whose rows were read by eye; a model file names its rows in ``transcription.rows``.
"""

import json
from pathlib import Path
from typing import Final

from garrod.dosing.models.library import LibraryEntry, library

COVERAGE: Final = Path(__file__).parent / "readings/dose_models/coverage.json"

#: Rows of the tables of transcriptions that are in no model file, with the reason.
LEFT_OUT: Final[dict[str, str]] = {
    "amikacin_adult_nocite": "no citation in the source",
    "carbamazepine_nocite": "no citation in the source",
    "gentamicin_adult_2cpt_nocite": "no citation in the source",
    "teicoplanin_nocite": "no citation in the source",
    "pkpd_neutropenia_template1": "a template without citation",
    "pkpd_neutropenia_template2": "a template without citation",
    "vanco_brooks": "not published: the source says in review",
    "vanco_tong": "no citation; the numbers of Goti 2018 with an edited error",
    "pegasparaginase_modified_wurthwein": "changed by its editors, with a spread of their own: not the published model",
    "amikacin_neonate_de": "covariates and spread not transcribed; the abstract (De Cock) has exponents only",
    "daptomycin_di": "covariates of clearance not transcribed",
    "dvorchik2004": "spread and error not read",
    "efavirenz_arab-alameddine": "CYP2B6 effects not transcribed",
    "vancomycin_yamamoto": "covariates of clearance not transcribed",
    "vancomycin_ICU_llopis-salvia": "covariates of clearance not transcribed; the source doubts the units of the error",
    "svensson2017": "labels may mix spread between people and occasions; 24.4 transit compartments",
    "buclin2020": "spread and error not transcribed",
    "chen2016": "form of the equations doubtful; spread and error not transcribed",
    "andrews2019": "typical values, spread and error not transcribed",
    "monchaud2012": "spread not transcribed",
    "voriconazole_friberg": "see friberg2012",
    "friberg2012": "both transcriptions differ in nearly every effect; the adults' spread of Vmax is in neither",
}
#: Drugs that were looked for and have no model, with what was found.
NOT_FOUND: Final[dict[str, str]] = {
    "levetiracetam": "abstracts with typical values (Chinese children: ka 1.56, V/F 12.1), no spread or error",
    "lithium": "abstracts with clearance and its spread (Egyptian and Chinese patients), no error",
    "piperacillin": "no abstract or table with all values; see chen2016",
    "valproate": "abstracts of relative clearance at steady state without volume, or without spread",
}


_STATES: Final = {"admitted": "admitted", "candidate": "candidates", "withdrawn": "withdrawn"}
_INTRODUCTION: Final = (
    "Made from the shipped model files and `curation/dose_models.py`.",
    "An admitted model may give a dose; a candidate predicts, is marked, and gives none.",
    "A model is admitted where two independent transcriptions agree on typical values, equations, spread and error,",
    "every value has source and convention, every covariate has the range that patients had and the range outside of which",
    "nothing is answered, test vectors pass, a simulated cohort recovers its parameters, and nothing is open.",
)
_READING: Final = (
    "No paper's tables were opened and read twice; where a source could be read at all it was an abstract, a table or a part",
    "of a page.",
    "",
    "Transcriptions: `strict`, two agree on every number; `printed`, on the printed numbers, with the reading of a CV or of an",
    "error open; `near`, one or two elements differ; `conflict`, more; `single`, no second one.",
)
_INTERVALS: Final = (
    "People of each model with three doses and five levels (tests/made_library.py): how many of 100 true effects lie in the",
    "90 % interval of the posterior, all effects together, and the standard error of so many independent effects.",
    "The last columns tell whether the cohort recovers the model: the mean of posterior means and of posterior second",
    "moments, in units of the model's own spread, where 0 and 1 are right. Fewer than 1,000 effective draws would give no dose.",
)


def page() -> str:
    """Return the page of the library: models, what blocks each, where transcriptions differ, and what was left out."""
    entries = library()
    count = {state: sum(one.status == state for one in entries) for state in _STATES}
    states = ", ".join(f"{count[state]} {word}" for state, word in _STATES.items())
    lines = ["# Dose models", "", *_INTRODUCTION, ""]
    lines += [f"{len(entries)} models of {len({one.drug for one in entries})} drugs: {states}.", *_READING, ""]
    for drug in sorted({one.drug for one in entries}):
        lines += _drug(drug, [one for one in entries if one.drug == drug])
    lines += _left_out()
    lines += _coverage()
    return "\n".join(lines)


def _drug(drug: str, entries: list[LibraryEntry]) -> list[str]:
    titles = ("model", "people", "structure", "state", "transcriptions", "blocks admission", "citation")
    lines = [f"## {drug.capitalize()}", "", f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for one in entries:
        cells = [
            f"`{one.id}`",
            str(one.model.population["text"]) + (f", n {one.model.population['n']}" if "n" in one.model.population else ""),
            _structure(one),
            one.status,
            one.agreement,
            "; ".join(one.blocks) or "-",
            _citation(one),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    differ = [one for one in entries if one.conflicts]
    lines += ["", *(f"- `{one.id}`: {'; '.join(one.conflicts)}. {_sources(one)}" for one in differ)]
    return lines + ([""] if differ else [])


def _sources(entry: LibraryEntry) -> str:
    return "; ".join(f"{letter} is {name}" for letter, name in entry.model.transcription["sources"].items()) + "."


def _structure(entry: LibraryEntry) -> str:
    structure = entry.model.structure
    parts = [f"{structure.compartments} compartment{'s' if structure.compartments > 1 else ''}"]
    parts += [structure.absorption.replace("_", " ")] if structure.absorption != "none" else []
    parts += [structure.elimination.replace("_", "-")] if structure.elimination != "linear" else []
    return ", ".join([*parts, *(["effects of occasions"] if entry.model.occasions else [])])


def _citation(entry: LibraryEntry) -> str:
    said = entry.model.citation
    more = [f"{kind} {said[key]}" for key, kind in (("pmid", "PMID"), ("doi", "doi")) if key in said]
    return "; ".join([str(said["text"]), *more])


def _left_out() -> list[str]:
    lines = ["## Left out", "", "| row of the tables of transcriptions | why |", "|---|---|"]
    lines += [f"| {row} | {why} |" for row, why in sorted(LEFT_OUT.items())]
    lines += ["", "Looked for in stored abstracts and pages, and not found with typical values, spread and error together:", ""]
    return lines + [f"- {drug}: {why}." for drug, why in NOT_FOUND.items()] + [""]


def _coverage() -> list[str]:
    """Tell how often 90 % intervals held the truth, from the long run's record."""
    found = json.loads(COVERAGE.read_text(encoding="utf-8"))
    titles = (
        "model",
        "people",
        "in the interval, %",
        "standard error",
        "each effect, %",
        "mean",
        "second moment",
        "least effective draws",
    )
    lines = ["## Intervals of simulated people", "", *_INTERVALS, "", f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for name, one in sorted(found.items()):
        inside = one["pooled"]
        error = (inside * (1 - inside) / (one["people"] * len(one["names"]))) ** 0.5
        each = ", ".join(f"{effect} {100 * share:.0f}" for effect, share in zip(one["names"], one["each"], strict=True))
        means, seconds = (", ".join(f"{value:.2f}" for value in one[key]) for key in ("mean", "second"))
        figures = [f"{100 * inside:.1f}", f"{100 * error:.1f}", each, means, seconds, str(one["least_ess"])]
        lines.append(f"| `{name}` | {one['people']} | {' | '.join(figures)} |")
    inside_band = sum(0.88 <= one["pooled"] <= 0.92 for one in found.values())
    total = sum(one["people"] * len(one["names"]) for one in found.values())
    share = sum(one["pooled"] * one["people"] * len(one["names"]) for one in found.values()) / max(total, 1)
    lines += ["", f"Of {len(found)} models {inside_band} lie between 88 and 92; all together {100 * share:.2f} of 100.", ""]
    return lines
