"""How sick a liver is, from the laboratory alone: MELD and its successors, and ALBI."""

import math
from typing import Final

from garrod.physiology.body_size import Sex
from garrod.physiology.limits import require_positive

#: 1 mg/dL of bilirubin (C33H36N4O6, 584.66 g/mol) in µmol/L.
BILIRUBIN_UMOL_L_PER_MG_DL: Final = 10_000 / 584.66
#: Values below 1 count as 1, so that no logarithm is negative.
LEAST: Final = 1.0
#: The most that creatinine counts in MELD and MELD-Na, in mg/dL; on dialysis it is this.
MELD_MOST_CREATININE: Final = 4.0
MELD_3_MOST_CREATININE: Final = 3.0
MELD_HIGHEST: Final = 40
#: Up to this MELD sodium does not count.
SODIUM_COUNTS_ABOVE: Final = 11
SODIUM_MMOL_L: Final = (125.0, 137.0)
MELD_3_ALBUMIN_G_DL: Final = (1.5, 3.5)
#: ALBI: grade 1 up to the first, grade 2 up to the second, grade 3 above.
ALBI_LIMITS: Final = (-2.60, -1.39)


def to_nearest(value: float) -> int:
    """Round to the nearest whole number, halves up, as a score is rounded by hand.

    Examples
    --------
    >>> [to_nearest(value) for value in (12.5, 13.49, 13.5)]
    [13, 13, 14]
    """
    return math.floor(value + 0.5)


def within(value: float, limits: tuple[float, float]) -> float:
    """Return the value, or the limit it passes.

    Examples
    --------
    >>> [within(value, (125.0, 137.0)) for value in (120.0, 130.0, 140.0)]
    [125.0, 130.0, 137.0]
    """
    return min(max(value, limits[0]), limits[1])


def counted_creatinine(creatinine_mg_dl: float, *, on_dialysis: bool, most: float) -> float:
    """Return the creatinine in mg/dL that a score counts: at least 1, at most the cap, and the cap on dialysis.

    Examples
    --------
    >>> [counted_creatinine(0.7, on_dialysis=on, most=4.0) for on in (False, True)]
    [1.0, 4.0]
    """
    return most if on_dialysis else within(creatinine_mg_dl, (LEAST, most))


def meld(*, bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float, on_dialysis: bool) -> int:
    """Return MELD, 6 to 40 points, as transplant allocation counted it.

    Parameters
    ----------
    on_dialysis
        Dialysis twice, or 24 hours of a continuous form, within the week before.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Kamath PS and others. Hepatology 2001;33:464-470. doi:10.1053/jhep.2001.22172

    Examples
    --------
    >>> meld(bilirubin_mg_dl=1.9, inr=1.2, creatinine_mg_dl=1.3, on_dialysis=False)
    13
    """
    require_positive("MELD", bilirubin_mg_dl=bilirubin_mg_dl, inr=inr, creatinine_mg_dl=creatinine_mg_dl)
    creatinine = counted_creatinine(creatinine_mg_dl, on_dialysis=on_dialysis, most=MELD_MOST_CREATININE)
    logarithms = 0.957 * math.log(creatinine) + 0.378 * math.log(max(bilirubin_mg_dl, LEAST)) + 1.12 * math.log(max(inr, LEAST))
    return min(MELD_HIGHEST, to_nearest(10 * (logarithms + 0.643)))


def meld_na(*, bilirubin_mg_dl: float, inr: float, creatinine_mg_dl: float, sodium_mmol_l: float, on_dialysis: bool) -> int:
    """Return MELD-Na, 6 to 40 points, as transplant allocation counted it from 2016 on: sodium counts where MELD is above 11.

    Parameters
    ----------
    on_dialysis
        Dialysis twice, or 24 hours of a continuous form, within the week before.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Kim WR and others. N Engl J Med 2008;359:1018-1026. doi:10.1056/NEJMoa0801209 (sodium); OPTN Policy 9 of 2016 (the form)

    Examples
    --------
    >>> meld_na(bilirubin_mg_dl=1.5, inr=1.5, creatinine_mg_dl=1.0, sodium_mmol_l=135, on_dialysis=False)
    15
    """
    require_positive("MELD-Na", sodium_mmol_l=sodium_mmol_l)
    first = meld(bilirubin_mg_dl=bilirubin_mg_dl, inr=inr, creatinine_mg_dl=creatinine_mg_dl, on_dialysis=on_dialysis)
    if first <= SODIUM_COUNTS_ABOVE:
        return first
    lack = SODIUM_MMOL_L[1] - within(sodium_mmol_l, SODIUM_MMOL_L)
    return min(MELD_HIGHEST, to_nearest(first + 1.32 * lack - 0.033 * first * lack))


def meld_3(
    *,
    bilirubin_mg_dl: float,
    inr: float,
    creatinine_mg_dl: float,
    sodium_mmol_l: float,
    albumin_g_dl: float,
    sex: Sex,
    on_dialysis: bool,
) -> int:
    """Return MELD 3.0 in points for an adult; unlike its forerunners it has no highest value of its own.

    Parameters
    ----------
    on_dialysis
        Dialysis twice, or 24 hours of a continuous form, within the week before.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Kim WR and others. Gastroenterology 2021;161:1887-1895. doi:10.1053/j.gastro.2021.08.050

    Examples
    --------
    >>> laboratory = {"bilirubin_mg_dl": 1.0, "inr": 1.0, "creatinine_mg_dl": 1.0, "sodium_mmol_l": 137, "albumin_g_dl": 3.5}
    >>> [meld_3(**laboratory, sex=sex, on_dialysis=False) for sex in ("male", "female")]
    [6, 7]
    """
    given = {"bilirubin_mg_dl": bilirubin_mg_dl, "inr": inr, "creatinine_mg_dl": creatinine_mg_dl}
    require_positive("MELD 3.0", **given, sodium_mmol_l=sodium_mmol_l, albumin_g_dl=albumin_g_dl)
    creatinine = math.log(counted_creatinine(creatinine_mg_dl, on_dialysis=on_dialysis, most=MELD_3_MOST_CREATININE))
    bilirubin = math.log(max(bilirubin_mg_dl, LEAST))
    lack_of_sodium = SODIUM_MMOL_L[1] - within(sodium_mmol_l, SODIUM_MMOL_L)
    lack_of_albumin = MELD_3_ALBUMIN_G_DL[1] - within(albumin_g_dl, MELD_3_ALBUMIN_G_DL)
    points = 4.56 * bilirubin + 0.82 * lack_of_sodium - 0.24 * lack_of_sodium * bilirubin + 9.09 * math.log(max(inr, LEAST))
    points += 11.14 * creatinine + 1.85 * lack_of_albumin - 1.83 * lack_of_albumin * creatinine
    return to_nearest(points + 6 + (1.33 if sex == "female" else 0.0))


def albi(*, bilirubin_mg_dl: float, albumin_g_dl: float) -> float:
    """Return the ALBI score, which is negative; it was made from hepatocellular carcinoma, in µmol/L and g/L.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Johnson PJ and others. J Clin Oncol 2015;33:550-558. doi:10.1200/JCO.2014.57.9151

    Examples
    --------
    >>> round(albi(bilirubin_mg_dl=1.0, albumin_g_dl=4.0), 2)
    -2.59
    """
    require_positive("ALBI", bilirubin_mg_dl=bilirubin_mg_dl, albumin_g_dl=albumin_g_dl)
    return 0.66 * math.log10(BILIRUBIN_UMOL_L_PER_MG_DL * bilirubin_mg_dl) - 0.085 * 10 * albumin_g_dl


def albi_grade(score: float) -> int:
    """Return the grade of an ALBI score: 1 is the best liver, 3 the worst.

    Examples
    --------
    >>> [albi_grade(score) for score in (-2.60, -2.59, -1.39, -1.38)]
    [1, 2, 2, 3]
    """
    return 1 + sum(score > limit for limit in ALBI_LIMITS)
