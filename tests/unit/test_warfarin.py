"""Warfarin's equations, against a second implementation written from the published coefficients."""

import math
from itertools import product

import pytest

from garrod.dosing.warfarin.equations import Covariates, Race, gage, iwpc_clinical, iwpc_pharmacogenetic
from garrod.dosing.warfarin.vkorc1 import Vkorc1, imputed, position_genotype, written_position
from garrod.model.calls import Diplotype
from garrod.model.errors import InputError

PAIRS = ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3", None)


def covariates(
    *,
    age: float = 65,
    height: float = 170,
    weight: float = 80,
    race: Race = Race.WHITE,
    amiodarone: bool = False,
    inducer: bool = False,
) -> Covariates:
    return Covariates(
        age_years=age, height_cm=height, weight_kg=weight, race=race, takes_amiodarone=amiodarone, takes_inducer=inducer
    )


def pair(name: str | None) -> Diplotype | None:
    return None if name is None else Diplotype("CYP2C9", tuple(name.split("/")))


def second_iwpc(one: Covariates, cyp2c9: str | None, vkorc1: str) -> float:
    """Compute step by step from the published table, independently of the code's layout."""
    root = 5.6044
    root -= 0.2614 * math.floor(one.age_years / 10)
    root += 0.0087 * one.height_cm + 0.0128 * one.weight_kg
    if vkorc1 in ("A/G", "G/A"):
        root -= 0.8677
    elif vkorc1 == "A/A":
        root -= 1.6974
    elif vkorc1 != "G/G":
        root -= 0.4854
    alleles = (cyp2c9 or "").split("/")
    twos, threes = alleles.count("*2"), alleles.count("*3")
    by_alleles = {(0, 0): 0.0, (1, 0): 0.5211, (0, 1): 0.9357, (2, 0): 1.0616, (1, 1): 1.9206, (0, 2): 2.3312}
    root -= by_alleles[twos, threes] if cyp2c9 else 0.2188
    root -= {"asian": 0.1092, "black": 0.2760, "white": 0.0}.get(str(one.race), 0.1032)
    root += 1.1816 if one.takes_inducer else 0
    root -= 0.5503 if one.takes_amiodarone else 0
    return root * root


def second_clinical(one: Covariates) -> float:
    root = 4.0376 - 0.2546 * math.floor(one.age_years / 10) + 0.0118 * one.height_cm + 0.0134 * one.weight_kg
    if one.race is Race.ASIAN:
        root -= 0.6752
    elif one.race is Race.BLACK:
        root += 0.4060
    elif one.race is Race.MISSING_OR_MIXED:
        root += 0.0443
    return (root + 1.2799 * one.takes_inducer - 0.5695 * one.takes_amiodarone) ** 2


def second_gage(one: Covariates, cyp2c9: str, a_alleles: int, inr: float, *, smokes: bool, clot: bool) -> float:
    surface = 0.007184 * one.height_cm**0.725 * one.weight_kg**0.425
    per_day = math.exp(0.9751) * math.exp(-0.3238) ** a_alleles * math.exp(0.4317 * surface) * math.exp(-0.00745 * one.age_years)
    per_day *= math.exp(-0.4008) ** cyp2c9.count("*3") * math.exp(-0.2066) ** cyp2c9.count("*2") * math.exp(0.2029 * inr)
    for holds, effect in (
        (one.takes_amiodarone, -0.2538), (smokes, 0.0922), (one.race is Race.BLACK, -0.0901), (clot, 0.0664),
    ):  # fmt: skip
        per_day *= math.exp(effect) if holds else 1
    return per_day


EVERYBODY = [
    covariates(age=age, height=height, weight=weight, race=race, amiodarone=amiodarone, inducer=inducer)
    for (age, height, weight), race, amiodarone, inducer in product(
        ((18, 190.5, 101.3), (43.7, 160, 51.8), (69.99, 177.8, 85)), Race, (False, True), (False, True)
    )
]


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("genotype", list(Vkorc1))
def test_every_genotype_has_the_dose_of_the_second_implementation(name: str | None, genotype: Vkorc1) -> None:
    for one in EVERYBODY:
        got = iwpc_pharmacogenetic(one, cyp2c9=pair(name), vkorc1=genotype)
        assert got.mg_per_week == pytest.approx(second_iwpc(one, name, str(genotype)), abs=1e-9)
        assert got.mg_per_day * 7 == pytest.approx(got.mg_per_week, abs=1e-9)


def test_the_clinical_equation_has_the_dose_of_the_second_implementation() -> None:
    for one in EVERYBODY:
        assert iwpc_clinical(one).mg_per_week == pytest.approx(second_clinical(one), abs=1e-9)


def test_gage_has_the_dose_of_the_second_implementation() -> None:
    for one, name, (count, genotype), (inr, smokes, clot) in product(
        EVERYBODY,
        PAIRS[:-1],
        enumerate((Vkorc1.GG, Vkorc1.AG, Vkorc1.AA)),
        ((2.5, False, False), (3.0, True, False), (2.0, False, True)),
    ):
        known = pair(name)
        assert known is not None and name is not None
        got = gage(one, cyp2c9=known, vkorc1=genotype, target_inr=inr, is_smoker=smokes, has_thrombosis=clot)
        assert got.mg_per_day == pytest.approx(second_gage(one, name, count, inr, smokes=smokes, clot=clot), abs=1e-9)


def test_a_person_worked_by_hand_gets_the_dose_worked_by_hand() -> None:
    # 5.6044 - 0.2614*6 + 0.0087*170 + 0.0128*80 - 0.8677 - 0.5211 = 5.1502; squared 26.52456
    got = iwpc_pharmacogenetic(covariates(), cyp2c9=pair("*1/*2"), vkorc1=Vkorc1.AG)
    assert got.mg_per_week == pytest.approx(5.1502**2, abs=1e-9)
    assert got.equation == (
        "√(mg/week) = 5.6044 (constant) - 0.2614 × 6 (age in decades) + 0.0087 × 170 (height in cm) + 0.0128 × 80 (weight in kg) "
        "- 0.8677 (VKORC1 A/G) - 0.5211 (CYP2C9 *1/*2) = 5.1502; squared = 26.5 mg/week"
    )


def test_each_effect_of_gage_is_the_one_its_abstract_gives() -> None:
    """The abstract's per cents: they also tell that each A allele counts."""

    def dose(*, one: Covariates, name: str = "*1/*1", genotype: Vkorc1 = Vkorc1.GG, inr: float = 2.5, smokes: bool = False,
             clot: bool = False) -> float:  # fmt: skip
        known = pair(name)
        assert known is not None
        got = gage(one, cyp2c9=known, vkorc1=genotype, target_inr=inr, is_smoker=smokes, has_thrombosis=clot)
        return got.mg_per_week

    base = dose(one=covariates())

    def effect(changed: float, of: float = base) -> int:
        return round(100 * (changed / of - 1))

    once = dose(one=covariates(), genotype=Vkorc1.AG)
    assert effect(once) == -28
    assert effect(dose(one=covariates(), genotype=Vkorc1.AA), once) == -28
    assert effect(dose(one=covariates(), name="*1/*3")) == -33
    assert effect(dose(one=covariates(), name="*1/*2")) == -19
    assert effect(dose(one=covariates(age=75))) == -7
    assert effect(dose(one=covariates(), inr=3.0)) == 11
    assert effect(dose(one=covariates(amiodarone=True))) == -22
    assert effect(dose(one=covariates(), smokes=True)) == 10
    assert effect(dose(one=covariates(race=Race.BLACK))) == -9
    assert effect(dose(one=covariates(), clot=True)) == 7
    assert round(100 * (math.exp(0.4317 * 0.25) - 1)) == 11


# Faults seen in other programs.


def test_each_vkorc1_genotype_has_a_dose_of_its_own() -> None:
    doses = [iwpc_pharmacogenetic(covariates(), cyp2c9=pair("*1/*1"), vkorc1=one).mg_per_week for one in Vkorc1]
    assert len({round(one, 6) for one in doses}) == 4
    assert doses[0] > doses[1] > doses[2]  # G/G, A/G, A/A


@pytest.mark.parametrize("written", ["A/G", "G/A", "a/g", "AG", "GA", "G|A", "C/T", "T/C", "CT", "TC"])
def test_a_heterozygote_is_read_in_any_order_and_on_either_strand(written: str) -> None:
    assert position_genotype("rs9923231", written) is Vkorc1.AG


@pytest.mark.parametrize("alleles", [("*1", "*3"), ("*3", "*1")])
def test_the_order_of_cyp2c9_alleles_changes_nothing(alleles: tuple[str, str]) -> None:
    got = iwpc_pharmacogenetic(covariates(), cyp2c9=Diplotype("CYP2C9", alleles), vkorc1=Vkorc1.GG)
    assert got.mg_per_week == pytest.approx(second_iwpc(covariates(), "*1/*3", "G/G"), abs=1e-9)


def test_a_term_of_one_gene_does_not_hide_that_of_another() -> None:
    """Precedence: every term counts whatever the others are."""
    plain = iwpc_pharmacogenetic(covariates(), cyp2c9=pair("*1/*1"), vkorc1=Vkorc1.GG).mg_per_week ** 0.5
    both = iwpc_pharmacogenetic(
        covariates(amiodarone=True, inducer=True, race=Race.ASIAN), cyp2c9=pair("*2/*3"), vkorc1=Vkorc1.AA
    )
    assert both.mg_per_week**0.5 - plain == pytest.approx(-1.9206 - 1.6974 - 0.1092 + 1.1816 - 0.5503, abs=1e-9)


def test_the_square_is_taken_and_the_week_is_not_the_day() -> None:
    got = iwpc_pharmacogenetic(covariates(), cyp2c9=pair("*1/*1"), vkorc1=Vkorc1.GG)
    assert 35 < got.mg_per_week < 60
    assert 5 < got.mg_per_day < 9
    # Gage's equation gives a day's dose: for the same person about the same a week.
    known = pair("*1/*1")
    assert known is not None
    other = gage(covariates(), cyp2c9=known, vkorc1=Vkorc1.GG, target_inr=2.5, is_smoker=False, has_thrombosis=False)
    assert 0.7 < other.mg_per_week / got.mg_per_week < 1.3


def test_the_terms_add_up_to_the_dose() -> None:
    for one in EVERYBODY:
        got = iwpc_pharmacogenetic(one, cyp2c9=pair("*1/*2"), vkorc1=Vkorc1.AG)
        assert math.fsum(term.amount for term in got.terms) ** 2 == pytest.approx(got.mg_per_week, abs=1e-9)


@pytest.mark.parametrize("name", ["*1/*5", "*2/*8", "*1/*11", "*6/*6"])
def test_an_allele_that_the_equations_do_not_know_is_refused(name: str) -> None:
    known = pair(name)
    assert known is not None
    with pytest.raises(InputError, match="made without"):
        iwpc_pharmacogenetic(covariates(), cyp2c9=known, vkorc1=Vkorc1.GG)
    with pytest.raises(InputError, match="made without"):
        gage(covariates(), cyp2c9=known, vkorc1=Vkorc1.GG, target_inr=2.5, is_smoker=False, has_thrombosis=False)


def test_gage_refuses_an_unknown_genotype_and_a_target_that_nobody_has() -> None:
    known = pair("*1/*1")
    assert known is not None
    with pytest.raises(InputError, match="unknown genotype"):
        gage(covariates(), cyp2c9=known, vkorc1=Vkorc1.UNKNOWN, target_inr=2.5, is_smoker=False, has_thrombosis=False)
    for target in (0.9, 25, math.nan):
        with pytest.raises(InputError, match="target_inr"):
            gage(covariates(), cyp2c9=known, vkorc1=Vkorc1.GG, target_inr=target, is_smoker=False, has_thrombosis=False)


def test_a_square_root_below_zero_gives_no_dose_instead_of_a_positive_square() -> None:
    smallest = covariates(age=119, height=120, weight=25, race=Race.BLACK, amiodarone=True)
    with pytest.raises(InputError, match="not positive"):
        iwpc_pharmacogenetic(smallest, cyp2c9=pair("*3/*3"), vkorc1=Vkorc1.AA)


@pytest.mark.parametrize(
    "given", [{"age": 17.9}, {"age": math.nan}, {"height": 1.75}, {"height": math.nan}, {"weight": 700}, {"weight": math.nan}]
)
def test_a_child_or_a_measure_that_nobody_has_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(InputError):
        covariates(**given)  # type: ignore[arg-type]


# The imputation.


@pytest.mark.parametrize(
    ("position", "written", "expected"),
    [
        ("rs9934438", "C/C", Vkorc1.GG), ("rs9934438", "C/T", Vkorc1.AG), ("rs9934438", "T/T", Vkorc1.AA),
        ("rs9934438", "G/G", Vkorc1.GG), ("rs9934438", "G/A", Vkorc1.AG), ("rs9934438", "A/A", Vkorc1.AA),
        ("rs2359612", "C/C", Vkorc1.GG), ("rs2359612", "T/C", Vkorc1.AG), ("rs2359612", "T/T", Vkorc1.AA),
        ("rs9923231", "T/T", Vkorc1.AA), ("rs9923231", "C/C", Vkorc1.GG), ("rs8050894", "C/G", Vkorc1.AG),
    ],
)  # fmt: skip
def test_a_neighbor_tells_the_genotype_on_either_strand(position: str, written: str, expected: Vkorc1) -> None:
    assert position_genotype(position, written) is expected


def test_a_homozygote_whose_strand_cannot_be_told_is_refused() -> None:
    with pytest.raises(InputError, match="both strands"):
        position_genotype("rs8050894", "G/G")
    assert position_genotype("rs8050894", "G/G", "gene") is Vkorc1.GG
    assert position_genotype("rs8050894", "G/G", "plus") is Vkorc1.AA


@pytest.mark.parametrize("written", ["A/T", "A/C", "G/T", "A", "", "N/N", "-/-", "A/G/G"])
def test_bases_that_the_position_cannot_have_are_refused(written: str) -> None:
    with pytest.raises(InputError, match="not a genotype"):
        position_genotype("rs9923231", written)


def test_another_position_is_refused() -> None:
    with pytest.raises(InputError, match="no rule"):
        position_genotype("rs7294", "A/G")


def test_rs2359612_is_asked_first_and_only_rs9934438_stands_in_for_everybody() -> None:
    read = {"rs2359612": Vkorc1.AA, "rs9934438": Vkorc1.AG, "rs8050894": Vkorc1.GG}
    in_some = imputed(read, is_black_missing_or_mixed=False)
    assert (in_some.genotype, in_some.read_at, in_some.disagreeing) == (Vkorc1.AA, "rs2359612", ("rs9934438", "rs8050894"))
    in_anyone = imputed(read, is_black_missing_or_mixed=True)
    assert (in_anyone.genotype, in_anyone.read_at) == (Vkorc1.AG, "rs9934438")
    del read["rs9934438"]
    assert imputed(read, is_black_missing_or_mixed=True).genotype is Vkorc1.UNKNOWN
    del read["rs2359612"]
    assert imputed(read, is_black_missing_or_mixed=False).genotype is Vkorc1.GG


def test_what_was_read_at_the_position_itself_counts_before_any_neighbor() -> None:
    got = imputed({"rs9923231": Vkorc1.GG, "rs9934438": Vkorc1.AA}, is_black_missing_or_mixed=False)
    assert (got.genotype, got.is_imputed, got.disagreeing) == (Vkorc1.GG, False, ("rs9934438",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1639G>A A/G", ("rs9923231", "A/G")), ("rs9923231 C/T", ("rs9923231", "C/T")), ("c.-1639G>A: AA", ("rs9923231", "AA")),
        ("VKORC1 1173C>T T/T", ("rs9934438", "T/T")), ("rs9934438: ct", ("rs9934438", "CT")), ("A/G", None), ("warfarin", None),
        ("-1639 AG", ("rs9923231", "AG")), ("rs7294 A/G", ("rs7294", "A/G")),
    ],
)  # fmt: skip
def test_a_laboratory_names_the_position_or_is_not_read(text: str, expected: tuple[str, str] | None) -> None:
    assert written_position(text) == expected
