"""Kidney function, as dosing guidance asks for it."""

from typing import Final, Literal

from garrod.physiology.limits import require_adult, require_between, require_positive

Sex = Literal["female", "male"]

#: 1 mg/dL of creatinine (C4H7N3O, 113.12 g/mol) in µmol/L.
CREATININE_UMOL_L_PER_MG_DL: Final = 88.4
STANDARD_AREA_M2: Final = 1.73
OLDEST_YEARS: Final = 125

#: CKD-EPI 2021: knee of creatinine in mg/dL, exponent below it, factor.
CKD_EPI_2021: Final = {"female": (0.7, -0.241, 1.012), "male": (0.9, -0.302, 1.0)}
#: The same of CKD-EPI 2009, and of CKD-EPI 2021 from creatinine and cystatin C together.
CKD_EPI_2009: Final = {"female": (0.7, -0.329, 1.018), "male": (0.9, -0.411, 1.0)}
CKD_EPI_2021_BOTH: Final = {"female": (0.7, -0.219, 0.963), "male": (0.9, -0.144, 1.0)}
#: The knee of cystatin C in mg/L, and the factor of CKD-EPI 2012.
CYSTATIN_KNEE_MG_L: Final = 0.8
CKD_EPI_2012_FACTOR: Final = {"female": 0.932, "male": 1.0}
YOUNGEST_SCHWARTZ_YEARS: Final = 1
OLDEST_SCHWARTZ_YEARS: Final = 18


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
    knee, exponent, factor = CKD_EPI_2021[sex]
    return float(142 * _spline(creatinine_mg_dl / knee, exponent, -1.2) * 0.9938**age_years * factor)


def egfr_ckd_epi_2009(*, age_years: float, creatinine_mg_dl: float, sex: Sex) -> float:
    """Estimate glomerular filtration in mL/min/1.73 m² by CKD-EPI 2009 without its term for race; kept for comparison.

    Raises
    ------
    InputError
        For a child, or a value that is not positive.

    References
    ----------
    Levey AS and others. Ann Intern Med 2009;150:604-612. doi:10.7326/0003-4819-150-9-200905050-00006

    Examples
    --------
    >>> round(egfr_ckd_epi_2009(age_years=50, creatinine_mg_dl=0.7, sex="female"), 1)
    101.0
    """
    require_adult("CKD-EPI 2009", age_years)
    require_positive("CKD-EPI 2009", creatinine_mg_dl=creatinine_mg_dl)
    knee, exponent, factor = CKD_EPI_2009[sex]
    return float(141 * _spline(creatinine_mg_dl / knee, exponent, -1.209) * 0.993**age_years * factor)


def egfr_ckd_epi_2012_cystatin(*, age_years: float, cystatin_c_mg_l: float, sex: Sex) -> float:
    """Estimate glomerular filtration in mL/min/1.73 m² by CKD-EPI 2012 from cystatin C, which does not depend on muscle.

    For adults, and an assay traceable to ERM-DA471/IFCC. Later prints of the same equation give 0.9962 for the 0.996 of 2012.

    Raises
    ------
    InputError
        For a child, or a value that is not positive.

    References
    ----------
    Inker LA and others. N Engl J Med 2012;367:20-29. doi:10.1056/NEJMoa1114248

    Examples
    --------
    >>> round(egfr_ckd_epi_2012_cystatin(age_years=50, cystatin_c_mg_l=0.8, sex="male"), 1)
    108.8
    """
    require_adult("CKD-EPI 2012", age_years)
    require_positive("CKD-EPI 2012", cystatin_c_mg_l=cystatin_c_mg_l)
    shape = _spline(cystatin_c_mg_l / CYSTATIN_KNEE_MG_L, -0.499, -1.328)
    return float(133 * shape * 0.996**age_years * CKD_EPI_2012_FACTOR[sex])


def egfr_ckd_epi_2021_both(*, age_years: float, creatinine_mg_dl: float, cystatin_c_mg_l: float, sex: Sex) -> float:
    """Estimate glomerular filtration in mL/min/1.73 m² by CKD-EPI 2021 from creatinine and cystatin C together.

    For adults; the most exact of the family, and the one to take where a dose hangs on the number.

    Raises
    ------
    InputError
        For a child, or a value that is not positive.

    References
    ----------
    Inker LA and others. N Engl J Med 2021;385:1737-1749. doi:10.1056/NEJMoa2102953

    Examples
    --------
    >>> round(egfr_ckd_epi_2021_both(age_years=50, creatinine_mg_dl=0.9, cystatin_c_mg_l=0.8, sex="male"), 1)
    111.0
    """
    require_adult("CKD-EPI 2021", age_years)
    require_positive("CKD-EPI 2021", creatinine_mg_dl=creatinine_mg_dl, cystatin_c_mg_l=cystatin_c_mg_l)
    knee, exponent, factor = CKD_EPI_2021_BOTH[sex]
    of_creatinine = _spline(creatinine_mg_dl / knee, exponent, -0.544)
    of_cystatin = _spline(cystatin_c_mg_l / CYSTATIN_KNEE_MG_L, -0.323, -0.778)
    return float(135 * of_creatinine * of_cystatin * 0.9961**age_years * factor)


def egfr_mdrd(*, age_years: float, creatinine_mg_dl: float, sex: Sex) -> float:
    """Estimate glomerular filtration in mL/min/1.73 m² by MDRD for IDMS creatinine, without its term for race; for comparison.

    Too low above 60: it was made from people with kidney disease.

    Raises
    ------
    InputError
        For a child, or a value that is not positive.

    References
    ----------
    Levey AS and others. Ann Intern Med 2006;145:247-254. doi:10.7326/0003-4819-145-4-200608150-00004

    Examples
    --------
    >>> round(egfr_mdrd(age_years=50, creatinine_mg_dl=1.0, sex="male"), 1)
    79.1
    """
    require_adult("MDRD", age_years)
    require_positive("MDRD", creatinine_mg_dl=creatinine_mg_dl)
    return float(175 * creatinine_mg_dl**-1.154 * age_years**-0.203 * (0.742 if sex == "female" else 1.0))


def egfr_schwartz_bedside(*, age_years: float, height_cm: float, creatinine_mg_dl: float) -> float:
    """Estimate a child's glomerular filtration in mL/min/1.73 m² by the bedside equation of Schwartz.

    From 1 to 18 years, with an enzymatic creatinine traceable to IDMS; made from children with kidney disease.

    Raises
    ------
    InputError
        Outside 1 to 18 years, or for a value that is not positive.

    References
    ----------
    Schwartz GJ and others. J Am Soc Nephrol 2009;20:629-637. doi:10.1681/ASN.2008030287

    Examples
    --------
    >>> round(egfr_schwartz_bedside(age_years=4, height_cm=100, creatinine_mg_dl=0.5), 1)
    82.6
    """
    require_between(
        "bedside Schwartz",
        name="age_years",
        value=age_years,
        lowest=YOUNGEST_SCHWARTZ_YEARS,
        highest=OLDEST_SCHWARTZ_YEARS,
        studied="children of 1 to 18 years",
    )
    require_positive("bedside Schwartz", height_cm=height_cm, creatinine_mg_dl=creatinine_mg_dl)
    return 0.413 * height_cm / creatinine_mg_dl


def _spline(ratio: float, below: float, above: float) -> float:
    """Two powers that meet at the knee, where the ratio is 1."""
    return float(min(ratio, 1.0) ** below * max(ratio, 1.0) ** above)


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
