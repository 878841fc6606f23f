"""Lean and fat-free mass: what of a body drugs that do not enter fat spread in."""

from typing import Final

from garrod.model.errors import Fault, InputError
from garrod.physiology.body_size import Sex, body_mass_index
from garrod.physiology.limits import require_between, require_positive

#: James: weight, and the square of weight over height.
JAMES: Final = {"female": (1.07, 148.0), "male": (1.1, 128.0)}
#: Boer: weight, height, and what is taken off.
BOER: Final = {"female": (0.252, 0.473, 48.3), "male": (0.407, 0.267, 19.2)}
#: Janmahasatian: the two numbers under the line.
JANMAHASATIAN: Final = {"female": (8780.0, 244.0), "male": (6680.0, 216.0)}
#: Al-Sallami: the share at birth, the age of half maturation in years, and its steepness.
AL_SALLAMI: Final = {"female": (1.11, 7.1, -1.1), "male": (0.88, 13.4, -12.7)}
YOUNGEST_AL_SALLAMI_YEARS: Final = 3
OLDEST_AL_SALLAMI_YEARS: Final = 29


def james_peak_bmi(sex: Sex) -> float:
    """Return the body mass index in kg/m² at which lean weight by James is highest; above it the equation falls.

    Examples
    --------
    >>> [round(james_peak_bmi(sex), 1) for sex in ("female", "male")]
    [36.1, 43.0]
    """
    linear, quadratic = JAMES[sex]
    return linear / (2 * quadratic) * 100**2


def lean_body_weight_james(*, weight_kg: float, height_cm: float, sex: Sex) -> float:
    """Return the lean body weight in kg by James: a parabola, which falls at high body mass index and ends below zero.

    Raises
    ------
    InputError
        For a value that is not positive, or a body so heavy that the equation gives nothing positive.

    References
    ----------
    James WPT. Research on obesity: a report of the DHSS/MRC group. London: HMSO; 1976.

    Examples
    --------
    >>> round(lean_body_weight_james(weight_kg=80, height_cm=180, sex="male"), 1)
    62.7
    """
    require_positive("lean weight (James)", weight_kg=weight_kg, height_cm=height_cm)
    linear, quadratic = JAMES[sex]
    return _positive("lean weight (James)", linear * weight_kg - quadratic * (weight_kg / height_cm) ** 2)


def lean_body_weight_boer(*, weight_kg: float, height_cm: float, sex: Sex) -> float:
    """Return the lean body weight in kg by Boer.

    Raises
    ------
    InputError
        For a value that is not positive, or a body so small that the equation gives nothing positive.

    References
    ----------
    Boer P. Am J Physiol 1984;247:F632-F636. doi:10.1152/ajprenal.1984.247.4.F632

    Examples
    --------
    >>> round(lean_body_weight_boer(weight_kg=80, height_cm=180, sex="male"), 1)
    61.4
    """
    require_positive("lean weight (Boer)", weight_kg=weight_kg, height_cm=height_cm)
    of_weight, of_height, less = BOER[sex]
    return _positive("lean weight (Boer)", of_weight * weight_kg + of_height * height_cm - less)


def fat_free_mass_janmahasatian(*, weight_kg: float, height_cm: float, sex: Sex) -> float:
    """Return an adult's fat-free mass in kg by Janmahasatian, called lean bodyweight in the paper; it rises with every weight.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Janmahasatian S and others. Clin Pharmacokinet 2005;44:1051-1065. doi:10.2165/00003088-200544100-00004

    Examples
    --------
    >>> round(fat_free_mass_janmahasatian(weight_kg=110, height_cm=178, sex="male"), 1)
    71.9
    """
    require_positive("fat-free mass (Janmahasatian)", weight_kg=weight_kg, height_cm=height_cm)
    base, slope = JANMAHASATIAN[sex]
    return 9270 * weight_kg / (base + slope * body_mass_index(weight_kg=weight_kg, height_cm=height_cm))


def fat_free_mass_al_sallami(*, age_years: float, weight_kg: float, height_cm: float, sex: Sex) -> float:
    """Return the fat-free mass in kg of a child or young adult by Al-Sallami: Janmahasatian's, times how grown the body is.

    Made from people of 3 to 29 years with a body mass index of 12 to 45 kg/m².

    Raises
    ------
    InputError
        Outside 3 to 29 years, or for a value that is not positive.

    References
    ----------
    Al-Sallami HS and others. Clin Pharmacokinet 2015;54:1169-1178. doi:10.1007/s40262-015-0277-z

    Examples
    --------
    >>> round(fat_free_mass_al_sallami(age_years=8, weight_kg=26, height_cm=128, sex="male"), 1)
    21.0
    """
    require_between(
        "fat-free mass (Al-Sallami)",
        name="age_years",
        value=age_years,
        lowest=YOUNGEST_AL_SALLAMI_YEARS,
        highest=OLDEST_AL_SALLAMI_YEARS,
        studied="people of 3 to 29 years",
    )
    at_birth, half, steepness = AL_SALLAMI[sex]
    grown = at_birth + (1 - at_birth) / (1 + (age_years / half) ** steepness)
    return float(grown * fat_free_mass_janmahasatian(weight_kg=weight_kg, height_cm=height_cm, sex=sex))


def _positive(formula: str, value: float) -> float:
    if not value > 0:
        raise InputError(Fault(formula, "this body is outside what the equation can answer", "use ffm-janmahasatian"))
    return value
