"""What a total level would be, were albumin normal. A measured free or ionized level is better than either."""

from typing import Final

from garrod.physiology.limits import require_positive

#: Normal albumin in g/dL, and mg/dL of calcium that each g/dL of it binds.
NORMAL_ALBUMIN_G_DL: Final = 4.0
CALCIUM_PER_ALBUMIN: Final = 0.8
#: Sheiner-Tozer: the share that albumin binds by g/dL, less in kidney failure; the free share.
PHENYTOIN_BOUND: Final = 0.2
PHENYTOIN_BOUND_IN_KIDNEY_FAILURE: Final = 0.1
PHENYTOIN_FREE: Final = 0.1


def corrected_calcium(*, calcium_mg_dl: float, albumin_g_dl: float) -> float:
    """Return total calcium in mg/dL as it would be with an albumin of 4 g/dL.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Payne RB and others. Br Med J 1973;4:643-646. doi:10.1136/bmj.4.5893.643

    Examples
    --------
    >>> round(corrected_calcium(calcium_mg_dl=8.0, albumin_g_dl=2.5), 1)
    9.2
    """
    require_positive("corrected calcium", calcium_mg_dl=calcium_mg_dl, albumin_g_dl=albumin_g_dl)
    return calcium_mg_dl + CALCIUM_PER_ALBUMIN * (NORMAL_ALBUMIN_G_DL - albumin_g_dl)


def corrected_phenytoin(*, phenytoin_mg_l: float, albumin_g_dl: float, in_kidney_failure: bool) -> float:
    """Return total phenytoin in mg/L as it would be with normal albumin, by Sheiner and Tozer.

    Parameters
    ----------
    in_kidney_failure
        Creatinine clearance below 20 mL/min, or dialysis: albumin binds half as much.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Sheiner LB, Tozer TN. In: Melmon KL, Morrelli HF. Clinical Pharmacology. New York: Macmillan; 1978.
    Kiang TKL, Ensom MHH. Ann Pharmacother 2016;50:311-325. doi:10.1177/1060028016628166 (how well it does: biased, imprecise)

    Examples
    --------
    >>> [round(corrected_phenytoin(phenytoin_mg_l=8, albumin_g_dl=2.5, in_kidney_failure=one), 1) for one in (False, True)]
    [13.3, 22.9]
    """
    require_positive("corrected phenytoin", phenytoin_mg_l=phenytoin_mg_l, albumin_g_dl=albumin_g_dl)
    bound = PHENYTOIN_BOUND_IN_KIDNEY_FAILURE if in_kidney_failure else PHENYTOIN_BOUND
    return phenytoin_mg_l / (bound * albumin_g_dl + PHENYTOIN_FREE)
