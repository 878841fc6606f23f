"""The formulas of body size: mass index, surface, and the weights that doses and other formulas ask for."""

from collections.abc import Callable
from typing import Final

from garrod.physiology import body_size, lean_mass
from garrod.physiology.formula import Basis, Formula, Given, Needs, Reading, Worked
from garrod.physiology.kidney_formulas import FROM_FIVE_FEET, WINTER
from garrod.physiology.limits import ADULT_YEARS
from garrod.physiology.writing import ideal_weight, n

SURFACE_UNIT: Final = "m2"
ADULT_IF_KNOWN: Final = Needs(
    "age",
    lowest=ADULT_YEARS,
    studied="adults of 18 years and more",
    instead="use ffm-al-sallami from 3 to 29 years",
    missing="",
)
SIZE: Final = (Needs("weight"), Needs("height"))
DEVINE: Final = "Devine BJ. Drug Intell Clin Pharm 1974;8:650-655."
NO_WEIGHT_BELOW_IDEAL: Final = "the actual weight is below the ideal, and the adjusted weight is for overweight"
HIGH_BMI: Final = 30
LEAST_BMI_STUDIED: Final = 12
MOST_BMI_STUDIED: Final = 45


def _surface(work: Callable[..., float], law: str) -> Callable[[Given], Worked]:
    def worked(given: Given) -> Worked:
        step = law.format(weight=n(given["weight"]), height=n(given["height"]))
        return Worked(work(weight_kg=given["weight"], height_cm=given["height"]), (step,))

    return worked


def _bmi_step(given: Given) -> str:
    return f"{n(given['weight'])} / ({n(given['height'])} / 100)^2"


def _bmi(given: Given) -> Worked:
    return Worked(body_size.body_mass_index(weight_kg=given["weight"], height_cm=given["height"]), (_bmi_step(given),))


def _ideal(given: Given) -> Worked:
    value = body_size.ideal_body_weight(height_cm=given["height"], sex=given.sex)
    return Worked(value, (ideal_weight(given["height"], given.sex),))


def _ideal_first(given: Given) -> tuple[float, str]:
    ideal = body_size.ideal_body_weight(height_cm=given["height"], sex=given.sex)
    return ideal, f"ideal weight = {ideal_weight(given['height'], given.sex)} = {n(ideal)}"


def _adjusted(given: Given) -> Worked:
    ideal, first = _ideal_first(given)
    value = body_size.adjusted_body_weight(weight_kg=given["weight"], ideal_kg=ideal)
    warnings = (NO_WEIGHT_BELOW_IDEAL,) if given["weight"] < ideal else ()
    return Worked(value, (first, f"{n(ideal)} + 0.4 × ({n(given['weight'])} - {n(ideal)})"), warnings)


def _dosing(given: Given) -> Worked:
    ideal, first = _ideal_first(given)
    actual = given["weight"]
    value = body_size.dosing_weight(weight_kg=actual, ideal_kg=ideal)
    if actual < ideal:
        return Worked(value, (first, n(actual)), remark="actual weight: it is below the ideal")
    if actual > body_size.OVERWEIGHT * ideal:
        step = f"{n(ideal)} + 0.4 × ({n(actual)} - {n(ideal)})"
        return Worked(value, (first, step), remark="adjusted weight: the actual is above 1.2 times the ideal")
    return Worked(value, (first, n(ideal)), remark="ideal weight: the actual is between it and 1.2 times it")


def _james(given: Given) -> Worked:
    value = lean_mass.lean_body_weight_james(weight_kg=given["weight"], height_cm=given["height"], sex=given.sex)
    linear, quadratic = lean_mass.JAMES[given.sex]
    bmi = body_size.body_mass_index(weight_kg=given["weight"], height_cm=given["height"])
    peak = lean_mass.james_peak_bmi(given.sex)
    warnings: tuple[str, ...] = ()
    if bmi > peak:
        warnings = (f"above a body mass index of {peak:.1f} this equation falls while the body grows: do not use it here",)
    elif bmi >= HIGH_BMI:
        warnings = ("body mass index is 30 or more, where this equation is too low; see ffm-janmahasatian",)
    weight, height = n(given["weight"]), n(given["height"])
    return Worked(value, (f"{n(linear)} × {weight} - {n(quadratic)} × ({weight} / {height})^2",), warnings)


def _boer(given: Given) -> Worked:
    value = lean_mass.lean_body_weight_boer(weight_kg=given["weight"], height_cm=given["height"], sex=given.sex)
    of_weight, of_height, less = lean_mass.BOER[given.sex]
    step = f"{n(of_weight)} × {n(given['weight'])} + {n(of_height)} × {n(given['height'])} - {n(less)}"
    return Worked(value, (step,))


def _fat_free_step(given: Given, bmi: float) -> str:
    base, slope = lean_mass.JANMAHASATIAN[given.sex]
    return f"9270 × {n(given['weight'])} / ({n(base)} + {n(slope)} × {n(bmi)})"


def _janmahasatian(given: Given) -> Worked:
    value = lean_mass.fat_free_mass_janmahasatian(weight_kg=given["weight"], height_cm=given["height"], sex=given.sex)
    bmi = body_size.body_mass_index(weight_kg=given["weight"], height_cm=given["height"])
    return Worked(value, (f"body mass index = {_bmi_step(given)} = {n(bmi)}", _fat_free_step(given, bmi)))


def _al_sallami(given: Given) -> Worked:
    value = lean_mass.fat_free_mass_al_sallami(
        age_years=given["age"], weight_kg=given["weight"], height_cm=given["height"], sex=given.sex
    )
    at_birth, half, steepness = lean_mass.AL_SALLAMI[given.sex]
    bmi = body_size.body_mass_index(weight_kg=given["weight"], height_cm=given["height"])
    grown = f"({n(at_birth)} + (1 - {n(at_birth)}) / (1 + ({n(given['age'])} / {n(half)})^{n(steepness)}))"
    is_studied = LEAST_BMI_STUDIED <= bmi <= MOST_BMI_STUDIED
    warnings = () if is_studied else ("extrapolated: body mass index is outside the 12 to 45 that were studied",)
    first = f"body mass index = {_bmi_step(given)} = {n(bmi)}"
    return Worked(value, (first, f"{grown} × {_fat_free_step(given, bmi)}"), warnings)


def _surface_formula(name: str, whose: str, work: Callable[..., float], *, law: str, source: str, who: str) -> Formula:
    return Formula(
        name=f"bsa-{name}",
        title=f"Body surface by {whose}",
        law=law.format(weight="weight", height="height"),
        needs=SIZE,
        unit=SURFACE_UNIT,
        basis=Basis.ABSOLUTE,
        population=who,
        sources=(source,),
        reading=Reading.READ_TWICE,
        read_at="bmi-calculator.net and harderworld.com" if name == "boyd" else "globalrph.com/bsa2.htm and harderworld.com",
        work=_surface(work, law),
        digits=2,
    )


SURFACE_FORMULAS: Final = (
    _surface_formula(
        "mosteller",
        "Mosteller",
        body_size.body_surface_mosteller,
        law="sqrt({weight} × {height} / 3600)",
        source="Mosteller RD. N Engl J Med 1987;317:1098. doi:10.1056/NEJM198710223171717",
        who="any age; a simplification of Gehan and George",
    ),
    _surface_formula(
        "dubois",
        "DuBois and DuBois",
        body_size.body_surface_dubois,
        law="0.007184 × {weight}^0.425 × {height}^0.725",
        source="DuBois D, DuBois EF. Arch Intern Med 1916;17:863-871.",
        who="any age; too low in obesity",
    ),
    _surface_formula(
        "haycock",
        "Haycock",
        body_size.body_surface_haycock,
        law="0.024265 × {weight}^0.5378 × {height}^0.3964",
        source="Haycock GB and others. J Pediatr 1978;93:62-66. doi:10.1016/S0022-3476(78)80601-5",
        who="infants, children and adults",
    ),
    _surface_formula(
        "gehan-george",
        "Gehan and George",
        body_size.body_surface_gehan_george,
        law="0.0235 × {weight}^0.51456 × {height}^0.42246",
        source="Gehan EA, George SL. Cancer Chemother Rep 1970;54:225-235.",
        who="401 people of all ages",
    ),
    _surface_formula(
        "boyd",
        "Boyd",
        body_size.body_surface_boyd,
        law="0.0003207 × (1000 × {weight})^(0.7285 - 0.0188 × log10(1000 × {weight})) × {height}^0.3",
        source="Boyd E. The growth of the surface area of the human body. Minneapolis: University of Minnesota Press; 1935.",
        who="any age",
    ),
)

SIZE_FORMULAS: Final = (
    *SURFACE_FORMULAS,
    Formula(
        name="bmi",
        title="Body mass index",
        law="weight / height^2, height in meters",
        needs=SIZE,
        unit="kg/m2",
        basis=Basis.ABSOLUTE,
        population="any age; what is normal depends on age, sex and origin",
        sources=("Keys A and others. J Chronic Dis 1972;25:329-343. doi:10.1016/0021-9681(72)90027-6",),
        reading=Reading.READ_TWICE,
        read_at="a definition",
        work=_bmi,
    ),
    Formula(
        name="ibw-devine",
        title="Ideal body weight by Devine",
        law="50 for men or 45.5 for women, + 2.3 × (height in inches - 60)",
        needs=(Needs("sex"), FROM_FIVE_FEET, ADULT_IF_KNOWN),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="adults of 152.4 cm (five feet) and more; below it the line is not defined, and is not drawn on here",
        sources=(DEVINE,),
        reading=Reading.READ_TWICE,
        read_at="freekinetics.com/formulas.txt, and an open code",
        work=_ideal,
    ),
    Formula(
        name="adjusted-body-weight",
        title="Adjusted body weight: the ideal, and 40 % of what is above it",
        law="ideal weight + 0.4 × (weight - ideal weight)",
        needs=(Needs("sex"), Needs("weight"), FROM_FIVE_FEET, ADULT_IF_KNOWN),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="overweight adults of 152.4 cm (five feet) and more",
        sources=(DEVINE, WINTER),
        reading=Reading.READ_TWICE,
        read_at="freekinetics.com/formulas.txt, and an open code",
        work=_adjusted,
    ),
    Formula(
        name="dosing-weight",
        title="The weight that doses go by, a convention: actual, ideal or adjusted",
        law="weight below the ideal; ideal + 0.4 × (weight - ideal) above 1.2 times the ideal; else the ideal",
        needs=(Needs("sex"), Needs("weight"), FROM_FIVE_FEET, ADULT_IF_KNOWN),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="adults of 152.4 cm (five feet) and more",
        sources=(DEVINE, WINTER),
        reading=Reading.READ_TWICE,
        read_at="cal2.calculator.city on gentamicin, and an open code",
        work=_dosing,
        notes=("a label or guideline that names a weight goes first",),
    ),
    Formula(
        name="lbw-james",
        title="Lean body weight by James",
        law="1.1 × weight - 128 × (weight/height)^2 for men, 1.07 × weight - 148 × (weight/height)^2 for women",
        needs=(Needs("sex"), *SIZE, ADULT_IF_KNOWN),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="adults; a parabola, which falls above a body mass index of 36.1 (women) or 43.0 (men)",
        sources=("James WPT. Research on obesity: a report of the DHSS/MRC group. London: HMSO; 1976.",),
        reading=Reading.READ_TWICE,
        read_at="super-calc.com/calculators/lean-body-mass-calculator, and harderworld.com",
        work=_james,
    ),
    Formula(
        name="lbw-boer",
        title="Lean body weight by Boer",
        law="0.407 × weight + 0.267 × height - 19.2 for men, 0.252 × weight + 0.473 × height - 48.3 for women",
        needs=(Needs("sex"), *SIZE, ADULT_IF_KNOWN),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="adults",
        sources=("Boer P. Am J Physiol 1984;247:F632-F636. doi:10.1152/ajprenal.1984.247.4.F632",),
        reading=Reading.READ_TWICE,
        read_at="super-calc.com/calculators/lean-body-mass-calculator, and how-to-build-muscle.eu",
        work=_boer,
    ),
    Formula(
        name="ffm-janmahasatian",
        title="Fat-free mass by Janmahasatian (lean bodyweight in the paper)",
        law="9270 × weight / (6680 + 216 × BMI) for men, 9270 × weight / (8780 + 244 × BMI) for women",
        needs=(Needs("sex"), *SIZE, ADULT_IF_KNOWN),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="adults, obese ones among them",
        sources=("Janmahasatian S and others. Clin Pharmacokinet 2005;44:1051-1065. doi:10.2165/00003088-200544100-00004",),
        reading=Reading.READ_TWICE,
        read_at="two open codes, and tools.gera.services/lean-body-weight",
        work=_janmahasatian,
    ),
    Formula(
        name="ffm-al-sallami",
        title="Fat-free mass of children and young adults by Al-Sallami",
        law="(a + (1 - a) / (1 + (age/b)^c)) × fat-free mass by Janmahasatian; "
        "a 0.88, b 13.4, c -12.7 for boys; a 1.11, b 7.1, c -1.1 for girls",
        needs=(
            Needs("sex"),
            Needs(
                "age", 3, 29, "people of 3 to 29 years", "use ffm-janmahasatian for an adult; below 3 years nobody was studied"
            ),
            *SIZE,
        ),
        unit="kg",
        basis=Basis.ABSOLUTE,
        population="people of 3 to 29 years with a body mass index of 12 to 45 kg/m2",
        sources=("Al-Sallami HS and others. Clin Pharmacokinet 2015;54:1169-1178. doi:10.1007/s40262-015-0277-z",),
        reading=Reading.READ_TWICE,
        read_at="two open codes; the population in the paper's abstract",
        work=_al_sallami,
    ),
)
