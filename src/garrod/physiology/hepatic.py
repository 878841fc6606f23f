"""Liver function in cirrhosis, as dosing guidance asks for it."""

from enum import StrEnum
from typing import Final

from garrod.model.errors import Fault, InputError
from garrod.physiology.limits import require_positive


class Ascites(StrEnum):
    """Fluid in the belly."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"


class Encephalopathy(StrEnum):
    """Hepatic encephalopathy: grades 1 and 2, or 3 and 4."""

    NONE = "none"
    GRADE_1_2 = "grade 1-2"
    GRADE_3_4 = "grade 3-4"


FEWEST_POINTS: Final = 5
MOST_POINTS: Final = 15
_ASCITES: Final = {Ascites.NONE: 1, Ascites.MILD: 2, Ascites.MODERATE: 3}
_ENCEPHALOPATHY: Final = {Encephalopathy.NONE: 1, Encephalopathy.GRADE_1_2: 2, Encephalopathy.GRADE_3_4: 3}


def child_pugh_points(
    *, bilirubin_mg_dl: float, albumin_g_dl: float, inr: float, ascites: Ascites, encephalopathy: Encephalopathy
) -> int:
    """Return the points of Child and Pugh, 5 to 15, from serum bilirubin in mg/dL, albumin in g/dL and INR.

    For cirrhosis. Under a vitamin K antagonist the INR does not speak of the liver; the caller knows. In cholestatic disease
    bilirubin has other limits, which are not used here.

    Raises
    ------
    InputError
        For a laboratory value that is not positive.

    References
    ----------
    Pugh RN and others. Br J Surg 1973;60:646-649. doi:10.1002/bjs.1800600817 (prothrombin time there; INR limits as in use since)

    Examples
    --------
    >>> signs = {"ascites": Ascites.MILD, "encephalopathy": Encephalopathy.NONE}
    >>> child_pugh_points(bilirubin_mg_dl=2.5, albumin_g_dl=3.0, inr=1.5, **signs)
    8
    """
    items = child_pugh_items(
        bilirubin_mg_dl=bilirubin_mg_dl, albumin_g_dl=albumin_g_dl, inr=inr, ascites=ascites, encephalopathy=encephalopathy
    )
    return sum(items.values())


def child_pugh_items(
    *, bilirubin_mg_dl: float, albumin_g_dl: float, inr: float, ascites: Ascites, encephalopathy: Encephalopathy
) -> dict[str, int]:
    """Return the points of each of the five items of Child and Pugh, 1 to 3, by name.

    Raises
    ------
    InputError
        For a laboratory value that is not positive.

    Examples
    --------
    >>> signs = {"ascites": Ascites.MILD, "encephalopathy": Encephalopathy.NONE}
    >>> child_pugh_items(bilirubin_mg_dl=2.5, albumin_g_dl=3.0, inr=1.5, **signs)
    {'bilirubin': 2, 'albumin': 2, 'INR': 1, 'ascites': 2, 'encephalopathy': 1}
    """
    require_positive("Child-Pugh", bilirubin_mg_dl=bilirubin_mg_dl, albumin_g_dl=albumin_g_dl, inr=inr)
    return {
        "bilirubin": 1 if bilirubin_mg_dl < 2 else 2 if bilirubin_mg_dl <= 3 else 3,
        "albumin": 1 if albumin_g_dl > 3.5 else 2 if albumin_g_dl >= 2.8 else 3,
        "INR": 1 if inr < 1.7 else 2 if inr <= 2.3 else 3,
        "ascites": _ASCITES[ascites],
        "encephalopathy": _ENCEPHALOPATHY[encephalopathy],
    }


def child_pugh_class(points: int) -> str:
    """Return the class of Child and Pugh: A for 5 and 6 points, B for 7 to 9, C for 10 to 15.

    Raises
    ------
    InputError
        For points outside 5 to 15.

    Examples
    --------
    >>> [child_pugh_class(points) for points in (5, 6, 7, 9, 10, 15)]
    ['A', 'A', 'B', 'B', 'C', 'C']
    """
    if not FEWEST_POINTS <= points <= MOST_POINTS:
        raise InputError(Fault("Child-Pugh: points", "points run from 5 to 15", "add the points of the five items"))
    return "A" if points <= 6 else "B" if points <= 9 else "C"
