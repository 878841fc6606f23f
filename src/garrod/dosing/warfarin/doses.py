"""Warfarin for one person: every published equation that can be asked, for every genotype that is possible, or why not."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import Final

from garrod.dosing.warfarin.equations import Covariates, Predicted, Race, gage, iwpc_clinical, iwpc_pharmacogenetic
from garrod.dosing.warfarin.inputs import Asked, InputUsed, WarfarinInputs, warfarin_inputs
from garrod.dosing.warfarin.vkorc1 import Vkorc1
from garrod.model.calls import Diplotype
from garrod.model.errors import InputError
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.physiology.limits import ADULT_YEARS

#: Ranges in the openly available fifth of the consortium's cohort; outside them an answer is called extrapolated.
SEEN: Final = {"age in decades": (1, 9), "height in cm": (138.68, 202.0), "weight in kg": (34.0, 237.7)}
SEEN_WEEKLY: Final = (4.5, 122.5)
NOT_CONSIDERED: Final = (
    "CYP2C9 alleles beyond *2 and *3, CYP4F2, rs12777823 and other genes",
    "other medicines, foods and herbs that act on warfarin or on bleeding; vitamin K in the diet",
    "kidney and liver function, thyroid, heart failure, fever, albumin, cancer",
    "adherence, bleeding risk, and the INR so far: a measured INR counts before any estimate",
)


class Algorithm(StrEnum):
    """The algorithms, as they are named in outputs."""

    IWPC_PHARMACOGENETIC = "iwpc-pharmacogenetic"
    IWPC_CLINICAL = "iwpc-clinical"
    GAGE = "gage-2008"
    EU_PACT_LOADING = "eu-pact-loading"


@dataclass(frozen=True, slots=True)
class Published:
    """What an algorithm is, whom it was made from, and how it was read."""

    title: str
    citation: str
    population: str
    reading: str


IWPC_PAPER: Final = "International Warfarin Pharmacogenetics Consortium. N Engl J Med 2009;360:753-764. doi:10.1056/NEJMoa0809329"
IWPC_PEOPLE: Final = (
    "people on a stable dose; looked at here: the open fifth of the cohort (1,161 people; White 612, Asian 359, Black 88, "
    "unknown 102; from the second decade of life to 90 years and more)"
)
PUBLISHED: Final = {
    Algorithm.IWPC_PHARMACOGENETIC: Published("IWPC pharmacogenetic", IWPC_PAPER, IWPC_PEOPLE, "the appendix's text was read"),
    Algorithm.IWPC_CLINICAL: Published("IWPC clinical", IWPC_PAPER, IWPC_PEOPLE, "the appendix's text was read"),
    Algorithm.GAGE: Published(
        "Gage 2008",
        "Gage BF and others. Clin Pharmacol Ther 2008;84:326-331. doi:10.1038/clpt.2008.10",
        "1,015 people on a stable dose",
        "three independent codes agree and the abstract's effects fit them; the paper was not opened: constant and "
        "equation of body surface (DuBois here) are not confirmed",
    ),
    Algorithm.EU_PACT_LOADING: Published(
        "EU-PACT loading dose",
        "Pirmohamed M and others. N Engl J Med 2013;369:2294-2303. doi:10.1056/NEJMoa1311386",
        "",
        "not read",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no dose, and what would allow one."""

    code: str
    reason: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The dose for one possible genotype.

    Attributes
    ----------
    is_best
        Whether the genotype is among those that fit best; else it is only not excluded.
    without_race
        The weekly dose with race as missing (IWPC) or without its term (Gage), where race was given.
    """

    cyp2c9: str | None
    vkorc1: str | None
    is_best: bool
    predicted: Predicted | None = None
    without_race: float | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmResult:
    """What one algorithm says: a dose for each possible genotype, or why it says nothing."""

    algorithm: Algorithm
    published: Published
    cases: tuple[Case, ...] = ()
    refused: tuple[Refusal, ...] = ()
    extrapolated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def doses(self) -> tuple[float, ...]:
        """The weekly doses of all cases, sorted."""
        return tuple(sorted(one.predicted.mg_per_week for one in self.cases if one.predicted))


@dataclass(frozen=True, slots=True, kw_only=True)
class WarfarinDoses:
    """Everything that is said of one person's maintenance dose."""

    inputs: tuple[InputUsed, ...]
    results: tuple[AlgorithmResult, ...]
    not_considered: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether no algorithm gives a dose."""
        return not any(one.doses for one in self.results)


Compute = Callable[[Covariates, Diplotype | None, Vkorc1], Predicted]


def warfarin_doses(person: Person, findings: Findings, asked: Asked) -> WarfarinDoses:
    """Return what each published algorithm says of a person's maintenance dose of warfarin.

    Refusals are results. A dose that depends on what is not settled of the genes is given for each possibility.

    Parameters
    ----------
    findings
        Genes and recognized medicines.
    """
    given = warfarin_inputs(person, findings, asked)
    refused = tuple(_refusals(person, given))
    body = None if refused else _covariates(given)
    if isinstance(body, Refusal):
        refused, body = (body,), None
    results = (_by_genes(given, body, refused), _clinical(given, body, refused), _gage(given, body, refused), _loading())
    return WarfarinDoses(inputs=given.used, results=results, not_considered=NOT_CONSIDERED, notes=given.notes)


def _refusals(person: Person, given: WarfarinInputs) -> Iterator[Refusal]:
    """Yield what stands against every equation."""
    if given.age_years is None:
        yield Refusal("age_missing", "the age is not known", "birth_date, and the time to work from (--as-of)")
    elif given.age_years < ADULT_YEARS:
        yield Refusal("child", "these equations are for adults", "a dose by a specialist in children")
    if given.height_cm is None:
        yield Refusal("height_missing", "the height is not known", "body: height in cm")
    if given.weight_kg is None:
        yield Refusal("weight_missing", "the weight is not known", "body: weight in kg")
    if given.amiodarone is None:
        yield Refusal("medications_missing", "the medicines are not known", "medications; an empty list says that none are taken")
    if person.life_stage is not None and person.life_stage.pregnant:
        yield Refusal("pregnancy", "these equations were not made for pregnancy", "a specialist's decision on warfarin itself")


def _covariates(given: WarfarinInputs) -> Covariates | Refusal:
    assert given.age_years is not None and given.height_cm is not None and given.weight_kg is not None
    try:
        return Covariates(
            age_years=given.age_years,
            height_cm=given.height_cm,
            weight_kg=given.weight_kg,
            race=given.race,
            takes_amiodarone=bool(given.amiodarone),
            takes_inducer=bool(given.inducers),
        )
    except InputError as error:
        return _refusal("implausible", error)


def _refusal(code: str, error: InputError) -> Refusal:
    return Refusal(
        code,
        "; ".join(f"{one.where.removeprefix('warfarin dose: ')}: {one.what}" for one in error.faults),
        "; ".join(dict.fromkeys(one.remedy for one in error.faults)),
    )


def _by_genes(given: WarfarinInputs, body: Covariates | None, refused: Sequence[Refusal]) -> AlgorithmResult:
    refused = (*refused, *_gene_refusals(given))
    notes = []
    if not given.cyp2c9.best and not given.cyp2c9.refused and given.vkorc1.best == (Vkorc1.UNKNOWN,):
        notes.append("Neither gene is known: this equation then says no more than the clinical one, which was made for it.")

    def compute(one: Covariates, cyp2c9: Diplotype | None, vkorc1: Vkorc1) -> Predicted:
        return iwpc_pharmacogenetic(one, cyp2c9=cyp2c9, vkorc1=vkorc1)

    return _result(Algorithm.IWPC_PHARMACOGENETIC, given, body, refused, compute, notes=notes)


def _gene_refusals(given: WarfarinInputs) -> Iterator[Refusal]:
    if given.cyp2c9.refused:
        yield Refusal("cyp2c9", given.cyp2c9.refused, "a CYP2C9 diplotype; the clinical algorithm needs none")
    if given.vkorc1.refused:
        yield Refusal("vkorc1", given.vkorc1.refused, "the genotype at rs9923231; the clinical algorithm needs none")


def _clinical(given: WarfarinInputs, body: Covariates | None, refused: Sequence[Refusal]) -> AlgorithmResult:
    published = PUBLISHED[Algorithm.IWPC_CLINICAL]
    if body is None:
        return AlgorithmResult(algorithm=Algorithm.IWPC_CLINICAL, published=published, refused=tuple(refused))
    case = _case(lambda one, _, __: iwpc_clinical(one), body, None, Vkorc1.UNKNOWN)
    case = replace(case, cyp2c9=None, vkorc1=None)
    return _finished(Algorithm.IWPC_CLINICAL, given, body, (case,), ())


def _gage(given: WarfarinInputs, body: Covariates | None, refused: Sequence[Refusal]) -> AlgorithmResult:
    refused = (*refused, *_gene_refusals(given), *_gage_refusals(given))
    notes = []
    if given.race is Race.MISSING_OR_MIXED:
        notes.append("Race is not given: the term for African Americans (-9 %) is left out.")

    def compute(one: Covariates, cyp2c9: Diplotype | None, vkorc1: Vkorc1) -> Predicted:
        assert cyp2c9 is not None and given.target_inr is not None
        return gage(
            one,
            cyp2c9=cyp2c9,
            vkorc1=vkorc1,
            target_inr=given.target_inr,
            is_smoker=bool(given.is_smoker),
            has_thrombosis=bool(given.has_thrombosis),
        )

    return _result(Algorithm.GAGE, given, body, refused, compute, notes=notes)


def _gage_refusals(given: WarfarinInputs) -> Iterator[Refusal]:
    """Yield what Gage's equation needs beyond the others; it has no terms for what is unknown."""
    if not given.cyp2c9.best and not given.cyp2c9.refused:
        yield Refusal("cyp2c9_unknown", "CYP2C9 is not known, and this equation has no term for that", "a CYP2C9 result")
    if given.vkorc1.best == (Vkorc1.UNKNOWN,) and not given.vkorc1.refused:
        yield Refusal("vkorc1_unknown", "VKORC1 is not known, and this equation has no term for that", "rs9923231")
    if given.target_inr is None:
        yield Refusal("target_inr_missing", "the target INR is not given", "--target-inr")
    if given.is_smoker is None:
        yield Refusal("smoking_missing", "whether the person smokes is not known", "smoking.status, or --smoker / --non-smoker")
    if given.has_thrombosis is None:
        yield Refusal(
            "indication_missing",
            "whether warfarin is for a current thrombosis or embolism is not known",
            "warfarin's indication, or --thrombosis / --no-thrombosis",
        )


def _loading() -> AlgorithmResult:
    return AlgorithmResult(
        algorithm=Algorithm.EU_PACT_LOADING,
        published=PUBLISHED[Algorithm.EU_PACT_LOADING],
        refused=(Refusal("source_not_read", "its coefficients could not be read at a source", "the paper's own table"),),
    )


def _result(
    algorithm: Algorithm,
    given: WarfarinInputs,
    body: Covariates | None,
    refused: Sequence[Refusal],
    compute: Compute,
    *,
    notes: Sequence[str],
) -> AlgorithmResult:
    """Return one case for each possible pair of genotypes."""
    if body is None or refused:
        return AlgorithmResult(algorithm=algorithm, published=PUBLISHED[algorithm], refused=tuple(refused))
    pairs: list[tuple[Diplotype | None, bool]] = [(one, True) for one in given.cyp2c9.best] or [(None, True)]
    pairs += [(one, False) for one in given.cyp2c9.others]
    cases = tuple(
        replace(_case(compute, body, cyp2c9, vkorc1), is_best=is_best)
        for (cyp2c9, is_best), vkorc1 in product(pairs, given.vkorc1.best)
    )
    return _finished(algorithm, given, body, cases, notes)


def _case(compute: Compute, body: Covariates, cyp2c9: Diplotype | None, vkorc1: Vkorc1) -> Case:
    named = cyp2c9.name if cyp2c9 else "unknown"
    try:
        predicted = compute(body, cyp2c9, vkorc1)
        plain = None if body.race is Race.MISSING_OR_MIXED else compute(replace(body, race=Race.MISSING_OR_MIXED), cyp2c9, vkorc1)
    except InputError as error:
        return Case(cyp2c9=named, vkorc1=str(vkorc1), is_best=True, refused=_refusal("equation", error))
    without = plain.mg_per_week if plain else None
    return Case(cyp2c9=named, vkorc1=str(vkorc1), is_best=True, predicted=predicted, without_race=without)


def _finished(
    algorithm: Algorithm, given: WarfarinInputs, body: Covariates, cases: tuple[Case, ...], notes: Sequence[str]
) -> AlgorithmResult:
    """Put a result together with what limits it; where no case has a dose, the cases' reasons are the result's."""
    made = AlgorithmResult(algorithm=algorithm, published=PUBLISHED[algorithm], cases=cases)
    refused = () if made.doses else tuple(dict.fromkeys(one.refused for one in cases if one.refused))
    more = list(notes)
    if given.cyp2c9.not_excluded and algorithm is not Algorithm.IWPC_CLINICAL:
        more.append(f"CYP2C9 pairs that this equation does not know are not excluded: {given.cyp2c9.not_excluded}.")
    return replace(made, refused=refused, extrapolated=tuple(_extrapolated(body, made.doses)), notes=tuple(more))


def _extrapolated(body: Covariates, doses: Sequence[float]) -> Iterator[str]:
    have = {"age in decades": body.age_decade, "height in cm": body.height_cm, "weight in kg": body.weight_kg}
    for name, (low, high) in SEEN.items():
        if not low <= have[name] <= high:
            yield f"{name}: outside {low:g} to {high:g}, the range looked at"
    if any(not SEEN_WEEKLY[0] <= one <= SEEN_WEEKLY[1] for one in doses):
        yield f"dose: outside {SEEN_WEEKLY[0]:g} to {SEEN_WEEKLY[1]:g} mg a week, the stable doses looked at"
