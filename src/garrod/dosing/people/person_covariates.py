"""What a model must know of a person, found in what was given: each value with its unit, where it stands and how old it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from garrod.biomarkers.laboratory_values import Measured, Unusable, laboratory_names, measured_values, newest
from garrod.dosing.models.dose_model import Covariate, DoseModel
from garrod.dosing.units import MASS_MG, TIME_H
from garrod.knowledge.loading import Knowledge
from garrod.medicines.exposure_setting import is_usable
from garrod.model.errors import InputError
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.physiology.body_size import adjusted_body_weight, body_mass_index, body_surface_mosteller, ideal_body_weight
from garrod.physiology.renal import creatinine_clearance, egfr_ckd_epi_2021

#: Which part of a person a covariate's name means; names are compared in lower case.
MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "weight": ("weight", "wt", "bw", "tbw", "bodyweight", "body_weight"),
    "height": ("height", "ht"),
    "age": ("age", "age_y", "age_years"),
    "creatinine": ("creatinine", "scr", "cr", "crea", "creat"),
    "clearance": ("crcl", "clcr", "creatinine_clearance"),
    "egfr": ("egfr",),
    "male": ("male", "sexm"),
    "female": ("female", "sexf"),
    "sex": ("sex",),
    "pma": ("pma", "postmenstrual_age"),
    "pna": ("pna", "postnatal_age"),
    "ga": ("ga", "gestational_age"),
    "bmi": ("bmi",),
    "bsa": ("bsa",),
    "ibw": ("ibw",),
    "adjbw": ("adjbw", "abw"),
    "albumin": ("alb", "albumin"),
    "bilirubin": ("bili", "bilirubin"),
    "hemoglobin": ("hgb", "hemoglobin"),
    "smoker": ("smoker", "smoking"),
}
#: What is fixed, or known for the day of the request, and so does not grow old.
CONSTANT: Final = frozenset({"male", "female", "sex", "age", "pma", "pna", "ga"})
#: The laboratory's or our own unit of each meaning; other units are turned by factors or refused.
OWN_UNIT: Final = {
    "weight": "kg", "height": "cm", "age": "year", "creatinine": "mg/dl", "clearance": "ml/min", "egfr": "ml/min/1.73 m2",
    "pma": "week", "pna": "day", "ga": "week", "bmi": "kg/m2", "bsa": "m2", "ibw": "kg", "adjbw": "kg", "albumin": "g/dl",
    "bilirubin": "mg/dl", "hemoglobin": "g/dl",
}  # fmt: skip
FACTORS: Final = {
    ("ml/min", "l/h"): 0.06, ("mg/dl", "umol/l"): 88.42, ("mg/dl", "mg/l"): 10.0, ("g/dl", "g/l"): 10.0, ("cm", "m"): 0.01,
    ("kg", "g"): 1000.0, ("mg/dl", "mmol/l"): 0.08842,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CovariateValue:
    """One value of one covariate, in the model's unit.

    Attributes
    ----------
    time
        When it was measured; None for what has no time of its own.
    evidence
        Where it stands in the person file, or what it was worked out from.
    """

    name: str
    value: float
    unit: str
    time: datetime | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A covariate that could not be had, why, and what would do."""

    name: str
    reason: str
    needs: str


class _UnknownError(Exception):
    """Raised within this file where a covariate cannot be had; carries what would do."""


def covariates_of(
    model: DoseModel, person: Person, findings: Findings, knowledge: Knowledge, given: Mapping[str, float]
) -> tuple[tuple[CovariateValue, ...], tuple[Missing, ...]]:
    """Find every covariate of a model.

    Parameters
    ----------
    given
        Values that were said outright, in the model's units, by the covariate's name.

    Returns
    -------
    tuple
        What was found, several values of one covariate in order of time, and what is missing. A model's own default stands among
        the former and says so.
    """
    found: list[CovariateValue] = []
    missing: list[Missing] = []
    source = _Source(person, findings, knowledge)
    said = {name.lower(): value for name, value in given.items()}
    for one in model.covariates:
        if one.name.lower() in said:
            value = said[one.name.lower()]
            if one.levels and value not in one.levels.values():
                known = ", ".join(f"{level:g} ({word})" for word, level in one.levels.items())
                missing.append(
                    Missing(one.name, f"{one.name} was said as {value:g}, which is no level of it", f"say one of {known}")
                )
                continue
            found.append(CovariateValue(one.name, value, one.unit or "", None, "said with the request"))
            continue
        try:
            found += _values(one, model, source)
        except _UnknownError as why:
            if one.default is None:
                missing.append(Missing(one.name, str(why.args[0]), str(why.args[1])))
            else:
                evidence = f"the model's default, since {why.args[0]}"
                found.append(CovariateValue(one.name, one.default, one.unit or "", None, evidence))
    return tuple(found), tuple(missing)


def meaning_of(name: str) -> str | None:
    """Return what a covariate's name means, or None where only the request can say it.

    >>> meaning_of("WT"), meaning_of("HCT")
    ('weight', None)
    """
    return next((meaning for meaning, names in MEANINGS.items() if name.lower() in names), None)


def _values(one: Covariate, model: DoseModel, source: "_Source") -> Iterator[CovariateValue]:
    for mapped in model.genotype_map:
        if mapped.get("covariate") == one.name:
            yield CovariateValue(one.name, *source.genotype(mapped), None, f"gene:{mapped['gene']}")
            return
    meaning = meaning_of(one.name)
    if meaning is None:
        raise _UnknownError(
            f"{one.name} is no part of a person file",
            f"say --covariate {one.name}=VALUE" + (f" in {one.unit}" if one.unit else ""),
        )
    if meaning == "sex" and not one.levels:
        raise _UnknownError("the model does not say how sex is coded", f"say --covariate {one.name}=VALUE")
    for value, time, evidence in source.of(meaning, one.levels):
        yield CovariateValue(one.name, _in_unit(value, meaning, one), one.unit or "", time, evidence)


def _in_unit(value: float, meaning: str, one: Covariate) -> float:
    own, wanted = OWN_UNIT.get(meaning), _plain(one.unit or "")
    if own is None or wanted in {own, ""}:
        return value
    if own in TIME_H and wanted in TIME_H:
        return value * TIME_H[own] / TIME_H[wanted]
    if (own, wanted) in FACTORS:
        return value * FACTORS[own, wanted]
    by_model = {_plain(unit): factor for unit, factor in one.convert.items()}
    if own in by_model:
        return value * by_model[own]
    raise _UnknownError(
        f"{one.name} is asked for in {one.unit}, and {own} is not turned into it", f"say --covariate {one.name}=VALUE"
    )


def _plain(unit: str) -> str:
    text = unit.lower().replace("µ", "u").replace("²", "2").strip()
    return {"years": "year", "weeks": "week", "days": "day", "l/hour": "l/h"}.get(text, text)


Dated = tuple[float, datetime | None, str]


@dataclass(frozen=True, slots=True)
class _Source:
    """What is known of the person, by meaning."""

    person: Person
    findings: Findings
    knowledge: Knowledge

    def of(self, meaning: str, levels: Mapping[str, float]) -> Sequence[Dated]:
        """Return the values of one meaning with their times."""
        if meaning in {"male", "female", "sex"}:
            return [(self._sex(meaning, levels), None, "sex")]
        if meaning == "smoker":
            return [(self._smoker(), None, "smoking")]
        if meaning in {"albumin", "bilirubin", "hemoglobin", "creatinine"}:
            return self._laboratory(meaning)
        plain: Mapping[str, Callable[[], Sequence[Dated]]] = {
            "weight": lambda: self._body("weight"),
            "height": lambda: self._body("height"),
            "age": lambda: [(self._age(), None, "birth_date")],
            "pma": lambda: [(self._life_stage("postmenstrual_age_weeks"), None, "life_stage.postmenstrual_age_weeks")],
            "ga": lambda: [(self._life_stage("gestation_weeks"), None, "life_stage.gestation_weeks")],
            "pna": lambda: [(self._age() * 365.25, None, "birth_date")],
            "clearance": self._clearance,
            "egfr": self._egfr,
        }
        return plain[meaning]() if meaning in plain else self._size(meaning)

    def genotype(self, mapped: Mapping[str, object]) -> tuple[float, str]:
        """Return the value that a gene's phenotype stands for."""
        gene, values = str(mapped["gene"]), mapped.get("values", {})
        assert isinstance(values, Mapping)
        result = self.findings.gene(gene)
        likely = {result.phenotype, *result.phenotypes_likely} if result is not None and is_usable(result) else set()
        levels = {float(values[one]) if one in values else None for one in likely}
        if len(levels) > 1 or (result is not None and result.needs_review):
            told = " or ".join(sorted(str(one) for one in likely if one))
            raise _UnknownError(f"{gene} is not settled ({told}), and its results lead to different values", "settle the gene")
        if levels - {None}:
            assert result is not None
            return float(values[result.phenotype]), str(result.phenotype)
        if "unknown" in values:
            return float(values["unknown"]), "unknown"
        raise _UnknownError(
            f"{gene} has no result that the model knows", f"give a laboratory's call of {gene}, or say --covariate"
        )

    def _body(self, part: str) -> Sequence[Dated]:
        unit = {"weight": "kg", "height": "cm"}[part]
        found: list[Dated] = []
        for number, one in enumerate(self.person.body or ()):
            quantity = getattr(one, part)
            is_later = self.person.as_of is not None and one.time is not None and one.time > self.person.as_of
            if quantity is None or is_later:
                continue
            grams = part == "weight" and quantity.unit in MASS_MG
            if quantity.unit != unit and not grams:
                raise _UnknownError(f"{part} is given in {quantity.unit}", f"give body[].{part} in {unit}")
            found.append((quantity.value * (MASS_MG[quantity.unit] / 1e6 if grams else 1.0), one.time, f"body[{number}].{part}"))
        if not found:
            raise _UnknownError(f"{part} is not known", f"give body[].{part} in {unit}")
        return sorted(found, key=_by_time)

    def _laboratory(self, analyte: str) -> Sequence[Dated]:
        some = measured_values(self.person, self.knowledge).get(analyte, ())
        self._check_newest(analyte, some)
        found = [(one.value, one.time, one.evidence) for one in some if isinstance(one, Measured) and not one.comparator]
        unit = next(row.unit for row in laboratory_names(self.knowledge).by_name.values() if row.analyte == analyte)
        if not found:
            bad = next((one.reason for one in some if not isinstance(one, Measured)), "")
            raise _UnknownError(
                f"{analyte} is not known" + (f": {bad}" if bad else ""), f"give observations[] with {analyte} in {unit}"
            )
        return sorted(found, key=_by_time)

    def _check_newest(self, analyte: str, some: Sequence[Measured | Unusable]) -> None:
        """Refuse where the newest value cannot be used: an older one in its place would hide what changed."""
        if not some:
            return
        last = newest(tuple(some))
        if isinstance(last, Unusable):
            raise _UnknownError(f"the newest {analyte} cannot be used: {last.reason}", f"put {last.evidence} right")
        if last.comparator:
            raise _UnknownError(f"the newest {analyte} is given as a limit", f"give a number in {last.evidence}")
        if any(one.time is None for one in some) and len(some) > 1:
            raise _UnknownError(f"some values of {analyte} have no time, so that the newest is not known", "give their times")

    def _age(self) -> float:
        age = self.person.age_years()
        if age is None:
            raise _UnknownError("age is not known", "give birth_date, and as_of")
        return age

    def _sex(self, meaning: str, levels: Mapping[str, float]) -> float:
        sex = self.person.sex
        if sex not in {"female", "male"}:
            raise _UnknownError("sex is not known", "give sex as female or male")
        if meaning == "sex":
            if sex not in levels:
                raise _UnknownError(f"the model has no level for {sex}", "say --covariate SEX=VALUE")
            return levels[sex]
        return float(sex == meaning)

    def _smoker(self) -> float:
        status = self.person.smoking.status if self.person.smoking else "unknown"
        if status == "unknown":
            raise _UnknownError("smoking is not known", "give smoking.status")
        return float(status == "current")

    def _life_stage(self, part: str) -> float:
        stage = self.person.life_stage
        value = getattr(stage, part) if stage else None
        if value is None:
            raise _UnknownError(f"{part} is not known", f"give life_stage.{part}")
        return float(value)

    def _clearance(self) -> Sequence[Dated]:
        """Cockcroft and Gault by actual weight, at each creatinine with the weight of its time."""
        sex, age = self._known_sex(), self._age()
        return [
            (
                _or_unknown(
                    creatinine_clearance, age_years=age, weight_kg=self._weight_at(time), creatinine_mg_dl=value, sex=sex
                ),
                time,
                f"Cockcroft-Gault by actual weight of {evidence}",
            )
            for value, time, evidence in self._laboratory("creatinine")
        ]

    def _egfr(self) -> Sequence[Dated]:
        sex, age = self._known_sex(), self._age()
        return [
            (_or_unknown(egfr_ckd_epi_2021, age_years=age, creatinine_mg_dl=value, sex=sex), time, f"CKD-EPI 2021 of {evidence}")
            for value, time, evidence in self._laboratory("creatinine")
        ]

    def _known_sex(self) -> str:
        self._sex("male", {})
        return self.person.sex

    def _weight_at(self, time: datetime | None) -> float:
        weights = self._body("weight")
        before = [value for value, when, _ in weights if time is None or when is None or when <= time]
        return before[-1] if before else weights[0][0]

    def _size(self, meaning: str) -> Sequence[Dated]:
        (height, *_), sex = self._body("height")[-1], self.person.sex
        found: list[Dated] = []
        for weight, time, evidence in self._body("weight"):
            if meaning == "bmi":
                value = _or_unknown(body_mass_index, weight_kg=weight, height_cm=height)
            elif meaning == "bsa":
                value = _or_unknown(body_surface_mosteller, weight_kg=weight, height_cm=height)
            else:
                value = _or_unknown(ideal_body_weight, height_cm=height, sex=self._known_sex() and sex)
                if meaning == "adjbw":
                    value = _or_unknown(adjusted_body_weight, weight_kg=weight, ideal_kg=value)
            found.append((value, time, f"{meaning} of {evidence}"))
        return found


def _or_unknown(formula: Callable[..., float], **given: object) -> float:
    try:
        return formula(**given)
    except InputError as why:
        raise _UnknownError(why.faults[0].what, why.faults[0].remedy) from None


def _by_time(one: Dated) -> tuple[bool, float]:
    return one[1] is not None, one[1].timestamp() if one[1] else 0.0
