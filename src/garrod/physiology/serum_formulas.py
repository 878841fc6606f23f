"""The formulas that correct a total level for albumin."""

from typing import Final

from garrod.physiology.formula import Basis, Formula, Given, Needs, Reading, Worked
from garrod.physiology.measures import CALCIUM_MG_DL_PER_MMOL_L, PHENYTOIN_UMOL_L_PER_MG_L
from garrod.physiology.serum_corrections import (
    NORMAL_ALBUMIN_G_DL,
    PHENYTOIN_BOUND,
    PHENYTOIN_BOUND_IN_KIDNEY_FAILURE,
    corrected_calcium,
    corrected_phenytoin,
)
from garrod.physiology.writing import n


def _calcium(given: Given) -> Worked:
    value = corrected_calcium(calcium_mg_dl=given["calcium"], albumin_g_dl=given["albumin"])
    said = "albumin is not low: the correction was made for low albumin"
    step = f"{n(given['calcium'])} + 0.8 × (4 - {n(given['albumin'])})"
    warnings = (said,) if given["albumin"] > NORMAL_ALBUMIN_G_DL else ()
    return Worked(value, (step,), warnings, remark=f"{value / CALCIUM_MG_DL_PER_MMOL_L:.2f} mmol/L")


def _phenytoin(given: Given) -> Worked:
    in_failure = given.is_yes("kidney_failure")
    value = corrected_phenytoin(phenytoin_mg_l=given["phenytoin"], albumin_g_dl=given["albumin"], in_kidney_failure=in_failure)
    bound = PHENYTOIN_BOUND_IN_KIDNEY_FAILURE if in_failure else PHENYTOIN_BOUND
    step = f"{n(given['phenytoin'])} / ({n(bound)} × {n(given['albumin'])} + 0.1)"
    said = "albumin is normal or high: the correction was made for low albumin"
    warnings = (said,) if given["albumin"] > NORMAL_ALBUMIN_G_DL and not in_failure else ()
    return Worked(value, (step,), warnings, remark=f"{value * PHENYTOIN_UMOL_L_PER_MG_L:.0f} umol/L")


SERUM_FORMULAS: Final = (
    Formula(
        name="corrected-calcium",
        title="Total calcium corrected for albumin",
        law="calcium + 0.8 × (4 - albumin)",
        needs=(Needs("calcium"), Needs("albumin")),
        unit="mg/dL",
        basis=Basis.ABSOLUTE,
        population="people whose albumin is low; not in critical illness, kidney failure or disturbed acid-base balance",
        sources=("Payne RB and others. Br Med J 1973;4:643-646. doi:10.1136/bmj.4.5893.643",),
        reading=Reading.READ_TWICE,
        read_at="medcalctools.com/corrected-calcium-calculator, and theguidewire.net in mmol/L; the paper was not opened",
        work=_calcium,
        notes=("a measured ionized calcium is better, and decides",),
    ),
    Formula(
        name="corrected-phenytoin",
        title="Total phenytoin corrected for albumin by Sheiner and Tozer",
        law="phenytoin / (0.2 × albumin + 0.1); 0.1 × albumin with a creatinine clearance below 20 mL/min or dialysis",
        needs=(
            Needs("phenytoin"),
            Needs("albumin"),
            Needs(
                "kidney_failure",
                missing="kidney_failure was not given and taken as no: with a creatinine clearance below 20 mL/min "
                "or dialysis the corrected level is much higher",
            ),
        ),
        unit="mg/L",
        basis=Basis.ABSOLUTE,
        population="people whose albumin is low or whose kidneys fail, without drugs that displace phenytoin (valproate)",
        sources=(
            "Sheiner LB, Tozer TN. In: Melmon KL, Morrelli HF. Clinical Pharmacology. New York: Macmillan; 1978.",
            "Kiang TKL, Ensom MHH. Ann Pharmacother 2016;50:311-325. doi:10.1177/1060028016628166",
        ),
        reading=Reading.READ_TWICE,
        read_at="the abstract of Kiang 2016; for kidney failure, maratool.pages.dev and aihaoyisheng.com",
        work=_phenytoin,
        notes=("biased and imprecise in many groups: a measured free level is better, and decides",),
    ),
)
