"""Make the exposure tables: shares and strengths from memory as starting points, moved by the studies that were read.

Usage: python -m curation.exposure SOURCES

Each study of the list either sets parameters or tests them, never both: a digest of its name decides. What the recalled
values predict is compared with what the setting studies saw, and every parameter moves as far as they ask, held back by how
sure it is (penalized least squares on the logarithm of the ratio, coordinate by coordinate).
"""

import argparse
import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from curation.tsv import read_table, write_table
from garrod.knowledge import exposure as rows
from garrod.knowledge.enzymes import SMOKING
from garrod.knowledge.guidelines import Drug, DrugName
from garrod.knowledge.loading import SHIPPED, TABLES
from garrod.knowledge.provenance import Source
from garrod.medicines.exposure_model import ONE, Bounded, Induction, Inhibition, Pathway, ratio

READINGS: Final = Path(__file__).parent / "readings/exposure"
OBSERVED: Final = "drugs/observed_ddi_read.tsv"
OSP: Final = "osp-observed-data"
TEXTS: Final = "published-ratios-read"
FROM_READ_ROWS: Final = "garrod-exposure-fit"
PERPETRATORS: Final = {
    "tobacco smoking": SMOKING,
    "ethinylestradiol": "ethinyl estradiol",
    "St John's wort": "st. john's wort",
    "oral contraceptive": "ethinyl estradiol",
    "oral contraceptive (ethinylestradiol with gestodene)": "ethinyl estradiol",
}
TIMES_A_DAY: Final = (
    (r"BID|twice daily", 2), (r"TID|three times daily", 3), (r"QID|every 6 h|four times daily", 4), (r"", 1),
)  # fmt: skip
#: Words of a row that make it another question than the one asked: not a steady course taken beside the drug.
OTHER_QUESTIONS: Final = (
    (r"microdose", "a microdose, whose transport is not that of a dose"),
    (r"\bSD\b|single", "one dose of the co-drug"),
    (r"Phase III|after Perpet|Day 16|Day 23|day 1[0-9]\b|Week \d after|days after", "measured at another time of the course"),
    (r"regional|intraduodenal|single-pass", "not given by mouth or vein"),
)
#: Standard deviations of the recalled values, on the scale that each moves on.
SURE: Final = {"share": 0.6, "inhibitor": 0.7, "inducer": 0.6}
OF_CYP2C19: Final = frozenset({"omeprazole", "moclobemide"})
GROUPS: Final = (
    (r"_PM\b|poor metab|\(PM\)|\bPM \+", 0.0), (r"_IM\b|intermediate metab", 1.0), (r"normal metab|\(EM\)|\bEM (Mocl|\+)", 2.0),
)  # fmt: skip
NORMAL_SCORE: Final = 2.0
HIGHEST_SEEN: Final = 60.0
NO_END: Final = math.inf
STUDY_SD: Final = 0.3
HUBER: Final = 2.0
ROUNDS: Final = 12
RECALLED_REACH: Final = {"share": 0.9, "inhibitor": 0.9, "inducer": 0.7}  #: half-width of the 90 % interval, same scales


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    folder = parser.parse_args().sources
    known = {SMOKING, *(row["drug_id"] for name in TABLES[Drug] for row in read_table(SHIPPED / name))}
    names = {row["name"]: row["drug_id"] for name in TABLES[DrugName] for row in read_table(SHIPPED / name)}
    parameters = starting_points(known)
    observed = list(observations(folder, known, names))
    fit(parameters, [row for row in observed if row["use"] == "sets" and row["kind"] == "drug"])
    write("exposure/disposition.tsv", rows.Disposition, list(dispositions(known)))
    write("exposure/pathway_share.tsv", rows.PathwayShare, [share_row(*item) for item in sorted(parameters.shares.items())])
    write(
        "exposure/modifier_strength.tsv", rows.ModifierStrength, [strength_row(*i) for i in sorted(parameters.strengths.items())]
    )
    write("exposure/observed_exposure.tsv", rows.ObservedExposure, observed)
    write("exposure/exposure_tier.tsv", rows.ExposureTier, read_table(READINGS / "tiers.tsv"))
    write("exposure/exposure_note.tsv", rows.ExposureNote, read_table(READINGS / "drug_notes.tsv"))
    write("exposure/pathway_activity.tsv", rows.PathwayActivity, read_table(READINGS / "activities.tsv"))
    write("exposure/sources.tsv", Source, read_table(READINGS / "sources.tsv"))


def write(name: str, kind: type[Any], found: Sequence[Mapping[str, Any]]) -> None:
    """Write one table; the columns are the fields of the row class."""
    write_table(SHIPPED / name, list(kind.__dataclass_fields__), found)
    print(f"{name}: {len(found)} rows")


# Parameters


@dataclass
class Moving:
    """A parameter on the scale it moves on (logit of a share or an inhibition, logarithm of an induction)."""

    kind: str
    start: float
    now: float
    rows: int = 0
    information: float = 0.0  #: of the setting rows, on the same scale

    @property
    def value(self) -> float:
        return math.exp(self.now) if self.kind == "inducer" else 1 / (1 + math.exp(-self.now))

    def bounds(self) -> tuple[float, float]:
        """Return the 90 % interval: that of memory, narrowed by what the setting rows say."""
        reach = RECALLED_REACH[self.kind]
        if self.rows:
            reach = min(reach, 1.645 / math.sqrt(1 / SURE[self.kind] ** 2 + self.information))
        ends = Moving(self.kind, 0, self.now - reach), Moving(self.kind, 0, self.now + reach)
        return ends[0].value, ends[1].value


ShareKey = tuple[str, str, str]  #: drug, pathway, route
StrengthKey = tuple[str, str, str, float, float]  #: drug, pathway, role, lowest and highest dose


@dataclass
class Parameters:
    shares: dict[ShareKey, Moving] = field(default_factory=dict)
    strengths: dict[StrengthKey, Moving] = field(default_factory=dict)
    extraction: dict[str, float] = field(default_factory=dict)

    def pathways(self, victim: str, perpetrator: str, dose: float | None, route: str) -> list[tuple[ShareKey, list[StrengthKey]]]:
        """Return the victim's pathways with what the co-drug does to each."""
        found: dict[str, ShareKey] = {}
        for key in self.shares:
            if key[0] == victim and key[2] in {"any", route} and (key[1] not in found or key[2] == route):
                found[key[1]] = key
        acting = [key for key in self.strengths if key[0] == perpetrator and _is_in_band(dose, key[3], key[4])]
        return [(key, [one for one in acting if one[1] == pathway]) for pathway, key in found.items()]


def _is_in_band(dose: float | None, low: float, high: float) -> bool:
    """Whether a strength holds at a daily dose; where the dose is not known, the band that ends nowhere does."""
    return high == NO_END if dose is None else low <= dose <= high


def _logit(share: float) -> float:
    share = min(max(share, 0.01), 0.99)
    return math.log(share / (1 - share))


def starting_points(known: set[str]) -> Parameters:
    """Return what is recalled, as the point that the fit starts from and is held to."""
    made = Parameters()
    for row in read_table(READINGS / "recalled_drugs.tsv"):
        if row["drug_id"] not in known:
            print(f"not known as a drug: {row['drug_id']}")
            continue
        made.extraction[row["drug_id"]] = rows.EXTRACTION[row["extraction"]]
        for part in filter(None, [*row["pathways"].split(";"), *row["transporters"].split(";")]):
            pathway, share = part.split(":")
            made.shares[row["drug_id"], pathway, "any"] = Moving("share", _logit(float(share)), _logit(float(share)))
    for row in read_table(READINGS / "recalled_intravenous.tsv"):
        start = _logit(float(row["share"]))
        made.shares[row["drug_id"], row["pathway"], "intravenous"] = Moving("share", start, start)
    for row in read_table(READINGS / "recalled_strengths.tsv"):
        value = float(row["value"])
        if row["drug_id"] not in known or value == 0:
            continue
        low, high = float(row["dose_min_mg_d"] or 0), float(row["dose_max_mg_d"] or NO_END)
        start = math.log(value) if row["role"] == "inducer" else _logit(value)
        made.strengths[row["drug_id"], row["pathway"], row["role"], low, high] = Moving(row["role"], start, start)
    return made


def predicted(parameters: Parameters, row: Mapping[str, Any]) -> float:
    """Return what the parameters say of a study."""
    pathways = []
    for share, strengths in parameters.pathways(row["victim"], row["perpetrator"], row["dose_mg_d"], row["victim_route"]):
        inhibitors = tuple(Inhibition("", _point(parameters.strengths[k])) for k in strengths if k[2] == "inhibitor")
        inducers = tuple(Induction("", _point(parameters.strengths[k])) for k in strengths if k[2] == "inducer")
        gene = ONE if row["score"] is None or row["gene"] != share[1] else _point_of(row["score"] / NORMAL_SCORE)
        pathways.append(Pathway(share[1], _point(parameters.shares[share]), gene, inhibitors, inducers))
    extraction = parameters.extraction.get(row["victim"]) if row["victim_route"] == "intravenous" else None
    alone = [Pathway(one.name, one.share, one.genotype) for one in pathways]
    return ratio(pathways, extraction=extraction) / ratio(alone, extraction=extraction)


def _point(one: Moving) -> Bounded:
    return _point_of(one.value)


def _point_of(value: float) -> Bounded:
    return Bounded(value, value, value)


def fit(parameters: Parameters, setting: Sequence[Mapping[str, Any]]) -> None:
    """Move each parameter in turn to where its studies and its own starting point balance, a few rounds over."""
    touching: dict[tuple[str, Any], list[Mapping[str, Any]]] = defaultdict(list)
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    for row in setting:
        found = parameters.pathways(row["victim"], row["perpetrator"], row["dose_mg_d"], row["victim_route"])
        if any(strengths for _, strengths in found):
            pairs[row["victim"], row["perpetrator"]] += 1
            for share, strengths in found:
                if strengths:
                    touching["share", share].append(row)
                for key in strengths:
                    touching["strength", key].append(row)
    moving: dict[tuple[str, Any], Moving] = {("share", key): one for key, one in parameters.shares.items()}
    moving |= {("strength", key): one for key, one in parameters.strengths.items()}
    for _ in range(ROUNDS):
        for name, some in sorted(touching.items(), key=str):
            _move(moving[name], some, parameters, pairs)
    for name, some in touching.items():
        moving[name].rows = len(some)


def _move(one: Moving, some: Sequence[Mapping[str, Any]], parameters: Parameters, pairs: Mapping[tuple[str, str], int]) -> None:
    """One damped Newton step with numeric slopes; far-off studies pull no harder than near ones (Huber)."""
    step = 0.05
    at = one.now
    slope = curve = 0.0
    for row in some:
        one.now = at
        here = math.log(predicted(parameters, row))
        one.now = at + step
        gradient = (math.log(predicted(parameters, row)) - here) / step
        error = math.log(row["ratio"]) - here
        weight = min(1.0, HUBER * STUDY_SD / abs(error)) if error else 1.0
        weight /= math.sqrt(pairs[row["victim"], row["perpetrator"]])
        slope += weight * gradient * error / STUDY_SD**2
        curve += weight * gradient**2 / STUDY_SD**2
    sure = 1 / SURE[one.kind] ** 2
    one.now = at + max(-0.5, min(0.5, (slope - (at - one.start) * sure) / (curve + sure)))
    one.information = curve


def share_row(key: ShareKey, one: Moving) -> dict[str, object]:
    low, high = one.bounds()
    return {
        "drug_id": key[0], "pathway": key[1], "route": key[2], "share": round(one.value, 3),
        "low": round(low, 3), "high": round(high, 3), **_origin(one),
    }  # fmt: skip


def strength_row(key: StrengthKey, one: Moving) -> dict[str, object]:
    low, high = one.bounds()
    return {
        "drug_id": key[0], "pathway": key[1], "role": key[2], "dose_min_mg_d": key[3] or None,
        "dose_max_mg_d": None if key[4] == NO_END else key[4], "value": round(one.value, 3),
        "low": round(low, 3), "high": round(high, 3), **_origin(one),
    }  # fmt: skip


def _origin(one: Moving) -> dict[str, object]:
    source = FROM_READ_ROWS if one.rows else "recalled"
    return {"rows": one.rows, "reading": "read_once" if one.rows else "recalled", "source_id": source, "place": ""}


def dispositions(known: set[str]) -> Iterator[dict[str, object]]:
    """One row a drug."""
    for row in read_table(READINGS / "recalled_drugs.tsv"):
        if row["drug_id"] in known:
            facts = {name: row[name] or None for name in ("drug_id", "f_oral", "fe", "extraction")}
            yield {**facts, "reading": "recalled", "source_id": "recalled", "place": ""}


# What studies saw


def observations(folder: Path, known: set[str], names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One row for each ratio that was read, with its use, or why it has none."""
    for row in read_table(folder / OBSERVED):
        perpetrator = row["perpetrator_or_condition"].strip()
        perpetrator = PERPETRATORS.get(perpetrator, names.get(perpetrator.lower(), perpetrator))
        victim = names.get(row["victim"].lower(), row["victim"])
        regimen, about = row["perpetrator_regimen"], f"{row['analyte_or_group']} {row['perpetrator_regimen']}"
        study = row["study"] or f"{row['source']}, {row['where']}"
        gene, score = genotype(row["analyte_or_group"], victim)
        found = {
            "victim": victim,
            "perpetrator": perpetrator,
            "kind": row["kind"],
            "victim_route": "intravenous" if re.search(r"route IV|intravenous", about.split(";", maxsplit=1)[0]) else "oral",
            "gene": gene,
            "score": score,
            "regimen": regimen or None,
            "dose_mg_d": daily_dose(regimen),
            "ratio": float(row["ratio"].lstrip("><")),
            "basis": row["basis"],
            "study": study,
            "reading": "read_once",
            "source_id": OSP if row["reading"] == "database row" else TEXTS,
            "place": f"{row['source']}: {row['where']}"[:160],
        }
        why_not = _why_not(row, found, about, known)
        use = "neither" if why_not else ("sets", "tests")[hashlib.sha256(study.encode()).digest()[0] % 2]
        yield {**found, "use": use, "why_not": why_not}


def _why_not(row: Mapping[str, str], found: Mapping[str, Any], about: str, known: set[str]) -> str | None:
    victim, perpetrator, dose = found["victim"], found["perpetrator"], found["dose_mg_d"]
    if row["ratio"].startswith((">", "<")):
        return "only a bound"
    if row["kind"] == "drug" and found["ratio"] > HIGHEST_SEEN:
        return "the figure is no ratio"
    if row["kind"] == "drug" and victim not in known:
        return "a metabolite or an endogenous substance was measured"
    if row["kind"] == "drug" and perpetrator not in known:
        return "the co-drug is no medicine of these tables, or given in several"
    if "also read in another source" in row["note"] and row["reading"] == "database row":
        return "the same study was read in another source"
    if perpetrator == "rifampin" and dose is not None and dose < 300:
        return "a dose below those in use"
    return next((why for words, why in OTHER_QUESTIONS if re.search(words, about)), None)


def genotype(group: str, victim: str) -> tuple[str | None, float | None]:
    """Return the gene and the activity score of the people studied, where the row says them.

    >>> genotype("route PO; PAR-ATO-DDGI_AS1.25", "atomoxetine"), genotype("CYP2D6 poor metabolizers", "risperidone")
    (('CYP2D6', 1.25), ('CYP2D6', 0.0))
    """
    gene = "CYP2C19" if victim in OF_CYP2C19 else "CYP2D6"
    if found := re.search(r"_AS(\d(?:\.\d+)?)|CYP2D6 score (\d)", group):
        return gene, float(found[1] or found[2])
    score = next((score for words, score in GROUPS if re.search(words, group)), None)
    return (gene, score) if score is not None else (None, None)


def daily_dose(regimen: str) -> float | None:
    """Return mg a day, from ``PO 500 mg; MD BID (7 days)``; None where the text does not say.

    >>> daily_dose("PO 500 mg; MD BID (7 days)"), daily_dose("300 mg every 6 h"), daily_dose("")
    (1000.0, 1200.0, None)
    """
    amounts = [float(amount) for amount in re.findall(r"(\d+(?:\.\d+)?) ?mg", regimen)]
    if not amounts:
        return None
    times = next(count for words, count in TIMES_A_DAY if re.search(words, regimen))
    return max(amounts) * times


if __name__ == "__main__":
    main()
