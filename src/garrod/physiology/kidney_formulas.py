"""The formulas of kidney function: creatinine clearance, filtration, and filtration without its index."""

from typing import Final

from garrod.physiology import renal
from garrod.physiology.body_size import SHORTEST_CM, adjusted_body_weight, body_mass_index, ideal_body_weight
from garrod.physiology.formula import Basis, Formula, Given, Needs, Reading, Worked
from garrod.physiology.limits import ADULT_YEARS
from garrod.physiology.writing import ideal_weight, n, spline, times

CLEARANCE_UNIT: Final = "mL/min"
EGFR_UNIT: Final = "mL/min/1.73 m2"
OBESE_BMI: Final = 30
ADULT: Final = Needs(
    "age", lowest=ADULT_YEARS, studied="adults of 18 years and more", instead="use schwartz-bedside from 1 to 18 years"
)
FROM_FIVE_FEET: Final = Needs(
    "height",
    lowest=SHORTEST_CM,
    studied="people of 152.4 cm (five feet) and more, by its ideal weight",
    instead="use a formula that takes the actual weight",
)
STEADY: Final = "creatinine must be steady: while it rises or falls the result is wrong"
INDEXED: Final = "per 1.73 m2: where a label asks for mL/min, take the index off with gfr-deindexed, or use cockcroft-gault"
WINTER: Final = "Winter MA and others. Pharmacotherapy 2012;32:604-612. doi:10.1002/j.1875-9114.2012.01098.x"
COCKCROFT_GAULT: Final = "Cockcroft DW, Gault MH. Nephron 1976;16:31-41. doi:10.1159/000180580"
INKER_2021: Final = "Inker LA and others. N Engl J Med 2021;385:1737-1749. doi:10.1056/NEJMoa2102953"
CREATININE: Final = (Needs("sex"), ADULT, Needs("creatinine"))


def _clearance(given: Given, weight_kg: float, *before: str, warnings: tuple[str, ...] = ()) -> Worked:
    value = renal.creatinine_clearance(
        age_years=given["age"], weight_kg=weight_kg, creatinine_mg_dl=given["creatinine"], sex=given.sex
    )
    factor = times(0.85 if given.sex == "female" else 1)
    step = f"(140 - {n(given['age'])}) × {n(weight_kg)} / (72 × {n(given['creatinine'])}){factor}"
    return Worked(value, (*before, step), warnings)


def _with_actual(given: Given) -> Worked:
    is_obese = "height" in given.numbers and body_mass_index(weight_kg=given["weight"], height_cm=given["height"]) >= OBESE_BMI
    said = "body mass index is 30 or more: with the actual weight this is too high; see cockcroft-gault-adjusted"
    return _clearance(given, given["weight"], warnings=(said,) if is_obese else ())


def _with_ideal(given: Given) -> Worked:
    ideal = ideal_body_weight(height_cm=given["height"], sex=given.sex)
    is_light = "weight" in given.numbers and given["weight"] < ideal
    said = "the actual weight is below the ideal: this is too high; see cockcroft-gault"
    step = f"ideal weight = {ideal_weight(given['height'], given.sex)} = {n(ideal)}"
    return _clearance(given, ideal, step, warnings=(said,) if is_light else ())


def _with_adjusted(given: Given) -> Worked:
    ideal = ideal_body_weight(height_cm=given["height"], sex=given.sex)
    adjusted = adjusted_body_weight(weight_kg=given["weight"], ideal_kg=ideal)
    said = "the actual weight is below the ideal, and the adjusted weight is for overweight: see cockcroft-gault"
    return _clearance(
        given,
        adjusted,
        f"ideal weight = {ideal_weight(given['height'], given.sex)} = {n(ideal)}",
        f"adjusted weight = {n(ideal)} + 0.4 × ({n(given['weight'])} - {n(ideal)}) = {n(adjusted)}",
        warnings=(said,) if given["weight"] < ideal else (),
    )


def _ckd_epi_2021(given: Given) -> Worked:
    value = renal.egfr_ckd_epi_2021(age_years=given["age"], creatinine_mg_dl=given["creatinine"], sex=given.sex)
    knee, below, factor = renal.CKD_EPI_2021[given.sex]
    step = f"142 × {spline(given['creatinine'], knee, below, -1.2)} × 0.9938^{n(given['age'])}{times(factor)}"
    return Worked(value, (step,))


def _ckd_epi_2009(given: Given) -> Worked:
    value = renal.egfr_ckd_epi_2009(age_years=given["age"], creatinine_mg_dl=given["creatinine"], sex=given.sex)
    knee, below, factor = renal.CKD_EPI_2009[given.sex]
    step = f"141 × {spline(given['creatinine'], knee, below, -1.209)} × 0.993^{n(given['age'])}{times(factor)}"
    return Worked(value, (step,))


def _ckd_epi_2012_cystatin(given: Given) -> Worked:
    value = renal.egfr_ckd_epi_2012_cystatin(age_years=given["age"], cystatin_c_mg_l=given["cystatin_c"], sex=given.sex)
    shape = spline(given["cystatin_c"], renal.CYSTATIN_KNEE_MG_L, -0.499, -1.328)
    return Worked(value, (f"133 × {shape} × 0.996^{n(given['age'])}{times(renal.CKD_EPI_2012_FACTOR[given.sex])}",))


def _ckd_epi_2021_both(given: Given) -> Worked:
    value = renal.egfr_ckd_epi_2021_both(
        age_years=given["age"], creatinine_mg_dl=given["creatinine"], cystatin_c_mg_l=given["cystatin_c"], sex=given.sex
    )
    knee, below, factor = renal.CKD_EPI_2021_BOTH[given.sex]
    shapes = (
        f"{spline(given['creatinine'], knee, below, -0.544)} × "
        f"{spline(given['cystatin_c'], renal.CYSTATIN_KNEE_MG_L, -0.323, -0.778)}"
    )
    return Worked(value, (f"135 × {shapes} × 0.9961^{n(given['age'])}{times(factor)}",))


def _mdrd(given: Given) -> Worked:
    value = renal.egfr_mdrd(age_years=given["age"], creatinine_mg_dl=given["creatinine"], sex=given.sex)
    factor = times(0.742 if given.sex == "female" else 1)
    said = "above 60 this equation is too low; see ckd-epi-2021"
    step = f"175 × {n(given['creatinine'])}^(-1.154) × {n(given['age'])}^(-0.203){factor}"
    return Worked(value, (step,), (said,) if value > 60 else ())


def _schwartz(given: Given) -> Worked:
    value = renal.egfr_schwartz_bedside(age_years=given["age"], height_cm=given["height"], creatinine_mg_dl=given["creatinine"])
    return Worked(value, (f"0.413 × {n(given['height'])} / {n(given['creatinine'])}",))


def _deindexed(given: Given) -> Worked:
    value = renal.gfr_of_this_body(egfr_ml_min_173=given["egfr"], body_surface_m2=given["bsa"])
    return Worked(value, (f"{n(given['egfr'])} × {n(given['bsa'])} / 1.73",))


KIDNEY_FORMULAS: Final = (
    Formula(
        name="cockcroft-gault",
        title="Creatinine clearance by Cockcroft and Gault, with the actual weight",
        law="(140 - age) × weight / (72 × creatinine), × 0.85 for women",
        needs=(*CREATININE, Needs("weight"), Needs("height", missing="")),
        unit=CLEARANCE_UNIT,
        basis=Basis.ABSOLUTE,
        population="adults of 18 years and more",
        sources=(COCKCROFT_GAULT,),
        reading=Reading.READ_TWICE,
        read_at="an open code, a teaching page (dentalcare.com) and a review's table (Hindawi 2014, 916542)",
        work=_with_actual,
        notes=(STEADY, "most labels mean this number; which weight they mean differs, so the weight is in the name"),
    ),
    Formula(
        name="cockcroft-gault-ideal",
        title="Creatinine clearance by Cockcroft and Gault, with the ideal weight of Devine",
        law="(140 - age) × ideal weight / (72 × creatinine), × 0.85 for women",
        needs=(*CREATININE, FROM_FIVE_FEET, Needs("weight", missing="")),
        unit=CLEARANCE_UNIT,
        basis=Basis.ABSOLUTE,
        population="adults of 18 years and 152.4 cm (five feet) and more",
        sources=(COCKCROFT_GAULT, "Devine BJ. Drug Intell Clin Pharm 1974;8:650-655."),
        reading=Reading.READ_TWICE,
        read_at="as cockcroft-gault; with the ideal weight at freekinetics.com/formulas.txt",
        work=_with_ideal,
        notes=(STEADY,),
    ),
    Formula(
        name="cockcroft-gault-adjusted",
        title="Creatinine clearance by Cockcroft and Gault, with the adjusted weight",
        law="(140 - age) × (ideal weight + 0.4 × (weight - ideal weight)) / (72 × creatinine), × 0.85 for women",
        needs=(*CREATININE, Needs("weight"), FROM_FIVE_FEET),
        unit=CLEARANCE_UNIT,
        basis=Basis.ABSOLUTE,
        population="overweight adults of 18 years and 152.4 cm (five feet) and more",
        sources=(COCKCROFT_GAULT, WINTER),
        reading=Reading.READ_TWICE,
        read_at="as cockcroft-gault; the adjusted weight at freekinetics.com/formulas.txt and in an open code",
        work=_with_adjusted,
        notes=(STEADY,),
    ),
    Formula(
        name="ckd-epi-2021",
        title="Filtration by CKD-EPI 2021 from creatinine",
        law="142 × min(creatinine/κ, 1)^α × max(creatinine/κ, 1)^-1.2 × 0.9938^age, × 1.012 for women; "
        "κ 0.7 and α -0.241 for women, 0.9 and -0.302 for men",
        needs=CREATININE,
        unit=EGFR_UNIT,
        basis=Basis.INDEXED,
        population="adults of 18 years and more; asks for no ancestry",
        sources=(INKER_2021,),
        reading=Reading.READ_TWICE,
        read_at="the National Kidney Foundation's page of the equation, and qxmd.com",
        work=_ckd_epi_2021,
        notes=(STEADY, "creatinine by a method traceable to IDMS", INDEXED),
    ),
    Formula(
        name="ckd-epi-2012-cystatin",
        title="Filtration by CKD-EPI 2012 from cystatin C",
        law="133 × min(cystatin C/0.8, 1)^-0.499 × max(cystatin C/0.8, 1)^-1.328 × 0.996^age, × 0.932 for women",
        needs=(Needs("sex"), ADULT, Needs("cystatin_c")),
        unit=EGFR_UNIT,
        basis=Basis.INDEXED,
        population="adults of 18 years and more",
        sources=("Inker LA and others. N Engl J Med 2012;367:20-29. doi:10.1056/NEJMoa1114248",),
        reading=Reading.READ_TWICE,
        read_at="the National Kidney Foundation's page of the equation, and a review's table (Hindawi 2014, 916542)",
        work=_ckd_epi_2012_cystatin,
        notes=(
            "cystatin C by an assay traceable to ERM-DA471/IFCC; thyroid disease, steroids and inflammation change it",
            "later prints give 0.9962 for the 0.996 of 2012: 1.6 % more at 80 years",
            INDEXED,
        ),
    ),
    Formula(
        name="ckd-epi-2021-both",
        title="Filtration by CKD-EPI 2021 from creatinine and cystatin C",
        law="135 × min(creatinine/κ, 1)^α × max(creatinine/κ, 1)^-0.544 × min(cystatin C/0.8, 1)^-0.323 "
        "× max(cystatin C/0.8, 1)^-0.778 × 0.9961^age, × 0.963 for women; κ 0.7 and α -0.219 for women, 0.9 and -0.144 for men",
        needs=(*CREATININE, Needs("cystatin_c")),
        unit=EGFR_UNIT,
        basis=Basis.INDEXED,
        population="adults of 18 years and more; asks for no ancestry",
        sources=(INKER_2021,),
        reading=Reading.READ_ONCE,
        read_at="egfr.app/equations/ckd-epi-2021-cr-cys",
        work=_ckd_epi_2021_both,
        notes=(STEADY, "cystatin C by an assay traceable to ERM-DA471/IFCC", INDEXED),
    ),
    Formula(
        name="ckd-epi-2009",
        title="Filtration by CKD-EPI 2009 from creatinine, without its term for race; for comparison with old results",
        law="141 × min(creatinine/κ, 1)^α × max(creatinine/κ, 1)^-1.209 × 0.993^age, × 1.018 for women; "
        "κ 0.7 and α -0.329 for women, 0.9 and -0.411 for men",
        needs=CREATININE,
        unit=EGFR_UNIT,
        basis=Basis.INDEXED,
        population="adults of 18 years and more; the published factor for Black people is left out",
        sources=("Levey AS and others. Ann Intern Med 2009;150:604-612. doi:10.7326/0003-4819-150-9-200905050-00006",),
        reading=Reading.READ_TWICE,
        read_at="the National Kidney Foundation's page of the equation, and a paper's table (BMC Geriatr 2021, 02428)",
        work=_ckd_epi_2009,
        notes=(STEADY, "superseded by ckd-epi-2021", INDEXED),
    ),
    Formula(
        name="mdrd",
        title="Filtration by MDRD for IDMS creatinine, without its term for race; for comparison with old results",
        law="175 × creatinine^-1.154 × age^-0.203, × 0.742 for women",
        needs=CREATININE,
        unit=EGFR_UNIT,
        basis=Basis.INDEXED,
        population="adults of 18 years and more; made from kidney disease; the published factor for Black people is left out",
        sources=("Levey AS and others. Ann Intern Med 2006;145:247-254. doi:10.7326/0003-4819-145-4-200608150-00004",),
        reading=Reading.READ_TWICE,
        read_at="an open code, and vespr.org and cal6.calculator.city, which print it",
        work=_mdrd,
        notes=(STEADY, "superseded by ckd-epi-2021", INDEXED),
    ),
    Formula(
        name="schwartz-bedside",
        title="A child's filtration by the bedside equation of Schwartz",
        law="0.413 × height / creatinine",
        needs=(
            Needs(
                "age", 1, 18, "children of 1 to 18 years", "use ckd-epi-2021 for an adult; ask a pediatric nephrologist below 1"
            ),
            Needs("height"),
            Needs("creatinine"),
        ),
        unit=EGFR_UNIT,
        basis=Basis.INDEXED,
        population="children of 1 to 18 years; made from children with kidney disease",
        sources=("Schwartz GJ and others. J Am Soc Nephrol 2009;20:629-637. doi:10.1681/ASN.2008030287",),
        reading=Reading.READ_TWICE,
        read_at="the National Kidney Foundation's page of the equation, and calculatorlib.com/pediatric-gfr-calculator",
        work=_schwartz,
        notes=(STEADY, "creatinine by an enzymatic method traceable to IDMS", INDEXED),
    ),
    Formula(
        name="gfr-deindexed",
        title="Filtration of this body: an indexed filtration without its index",
        law="eGFR × body surface / 1.73",
        needs=(Needs("egfr"), Needs("bsa")),
        unit=CLEARANCE_UNIT,
        basis=Basis.ABSOLUTE,
        population="whom the eGFR was made for",
        sources=(
            "KDIGO clinical update on drug dosing in kidney disease. Kidney Int 2011;80:1122-1137. doi:10.1038/ki.2011.322",
        ),
        reading=Reading.READ_TWICE,
        read_at="seekhealthz.com, which tells what KDIGO 2011 says, and the page of NIDDK on drug dosing",
        work=_deindexed,
        notes=("a label's threshold in creatinine clearance means Cockcroft and Gault; this is another measure",),
    ),
)
