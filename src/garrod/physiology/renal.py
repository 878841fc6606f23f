"""Kidney function, as dosing guidance asks for it."""

from typing import Final, Literal

from garrod.physiology.limits import require_adult, require_positive

Sex = Literal["female", "male"]

#: 1 mg/dL of creatinine (C4H7N3O, 113.12 g/mol) in µmol/L.
CREATININE_UMOL_L_PER_MG_DL: Final = 88.4
STANDARD_AREA_M2: Final = 1.73
OLDEST_YEARS: Final = 125

#: CKD-EPI 2021: knee of creatinine in mg/dL, exponent below it, factor.
_CKD_EPI_2021: Final = {"female": (0.7, -0.241, 1.012), "male": (0.9, -0.302, 1.0)}


def creatinine_clearance(*, age_years: float, weight_kg: float, creatinine_mg_dl: float, sex: Sex) -> float:
    """Estimate creatinine clearance in mL/min by Cockcroft and Gault.

    For adults whose creatinine is steady. Most labels mean this number, not eGFR.

    Parameters
    ----------
    weight_kg
        The weight the guideline asks for: actual, ideal or adjusted. The caller chooses.
    creatinine_mg_dl
        Serum creatinine. 1 mg/dL is 88.4 µmol/L.

    Raises
    ------
    InputError
        For a child, an age above 125 years, or a value that is not positive.

    References
    ----------
    Cockcroft DW, Gault MH. Nephron 1976;16:31-41. doi:10.1159/000180580

    Examples
    --------
    >>> creatinine_clearance(age_years=60, weight_kg=72, creatinine_mg_dl=1.0, sex="male")
    80.0
    """
    require_adult("Cockcroft-Gault", age_years)
    require_positive(
        "Cockcroft-Gault",
        weight_kg=weight_kg,
        creatinine_mg_dl=creatinine_mg_dl,
        years_to_the_upper_limit=OLDEST_YEARS - age_years,
    )
    clearance = (140 - age_years) * weight_kg / (72 * creatinine_mg_dl)
    return clearance * (0.85 if sex == "female" else 1.0)


def egfr_ckd_epi_2021(*, age_years: float, creatinine_mg_dl: float, sex: Sex) -> float:
    """Estimate glomerular filtration in mL/min/1.73 m² by CKD-EPI 2021 from creatinine, which asks for no ancestry.

    For adults whose creatinine is steady and was measured by a method traceable to IDMS.

    Raises
    ------
    InputError
        For a child, or a value that is not positive.

    References
    ----------
    Inker LA and others. N Engl J Med 2021;385:1737-1749. doi:10.1056/NEJMoa2102953

    Examples
    --------
    >>> round(egfr_ckd_epi_2021(age_years=50, creatinine_mg_dl=0.7, sex="female"), 1)
    105.3
    """
    require_adult("CKD-EPI 2021", age_years)
    require_positive("CKD-EPI 2021", creatinine_mg_dl=creatinine_mg_dl)
    knee, exponent, factor = _CKD_EPI_2021[sex]
    ratio = creatinine_mg_dl / knee
    shape = min(ratio, 1.0) ** exponent * max(ratio, 1.0) ** -1.2
    return float(142 * shape * 0.9938**age_years * factor)


def gfr_of_this_body(*, egfr_ml_min_173: float, body_surface_m2: float) -> float:
    """Turn an eGFR in mL/min/1.73 m² into mL/min of this body: what drugs are cleared by is not per body surface.

    Raises
    ------
    InputError
        For a value that is not positive.

    Examples
    --------
    >>> gfr_of_this_body(egfr_ml_min_173=60, body_surface_m2=1.73)
    60.0
    """
    require_positive("eGFR without its index", egfr_ml_min_173=egfr_ml_min_173, body_surface_m2=body_surface_m2)
    return egfr_ml_min_173 * body_surface_m2 / STANDARD_AREA_M2


def creatinine_is_steady(*, earlier_mg_dl: float, later_mg_dl: float, hours_between: float) -> bool:
    """Whether two creatinine values in mg/dL allow an estimate from the later one.

    Not steady is a rise that KDIGO calls acute injury (0.3 mg/dL within 48 hours, or 1.5-fold within 7 days), and by the same
    measure a fall: while creatinine moves, an equation that takes it for settled is wrong either way.

    Raises
    ------
    InputError
        For a value that is not positive, or a negative time.

    References
    ----------
    KDIGO Clinical Practice Guideline for Acute Kidney Injury. Kidney Int Suppl 2012;2:1-138.

    Examples
    --------
    >>> creatinine_is_steady(earlier_mg_dl=1.0, later_mg_dl=1.4, hours_between=24)
    False
    >>> creatinine_is_steady(earlier_mg_dl=1.0, later_mg_dl=1.4, hours_between=24 * 30)
    True
    """
    require_positive("steady creatinine", earlier_mg_dl=earlier_mg_dl, later_mg_dl=later_mg_dl, hours_between=1 + hours_between)
    low, high = sorted((earlier_mg_dl, later_mg_dl))
    # A hundredth of a hundredth of slack: 1.3 - 1.0 is 0.30000000000000004 to a computer, and 0.3 to a laboratory.
    is_quick = hours_between <= 48 and high - low >= 0.3 - 1e-4
    is_large = hours_between <= 7 * 24 and high / low >= 1.5 - 1e-4
    return not (is_quick or is_large)
