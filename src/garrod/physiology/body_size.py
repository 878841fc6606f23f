"""Body size: surface, mass index, and the weights that formulas ask for."""

import math
from typing import Final, Literal

from garrod.physiology.limits import require_positive

Sex = Literal["female", "male"]

CM_PER_INCH: Final = 2.54
FIVE_FEET_IN: Final = 60.0
#: Devine's equation was made for people of five feet and more.
SHORTEST_CM: Final = FIVE_FEET_IN * CM_PER_INCH
#: The share of the excess weight that counts for creatinine clearance in overweight (Winter 2012).
EXCESS_SHARE: Final = 0.4
#: Above this share of the ideal weight the adjusted weight is taken for dosing (a convention).
OVERWEIGHT: Final = 1.2


def body_mass_index(*, weight_kg: float, height_cm: float) -> float:
    """Return the body mass index in kg/m².

    Raises
    ------
    InputError
        For a value that is not positive.

    Examples
    --------
    >>> round(body_mass_index(weight_kg=70, height_cm=175), 1)
    22.9
    """
    require_positive("body mass index", weight_kg=weight_kg, height_cm=height_cm)
    return weight_kg / (height_cm / 100) ** 2


def body_surface_mosteller(*, weight_kg: float, height_cm: float) -> float:
    """Return the body surface in m² by Mosteller.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Mosteller RD. N Engl J Med 1987;317:1098. doi:10.1056/NEJM198710223171717

    Examples
    --------
    >>> body_surface_mosteller(weight_kg=80, height_cm=180)
    2.0
    """
    require_positive("body surface (Mosteller)", weight_kg=weight_kg, height_cm=height_cm)
    return float((weight_kg * height_cm / 3600) ** 0.5)


def body_surface_dubois(*, weight_kg: float, height_cm: float) -> float:
    """Return the body surface in m² by DuBois and DuBois.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    DuBois D, DuBois EF. Arch Intern Med 1916;17:863-871.

    Examples
    --------
    >>> round(body_surface_dubois(weight_kg=70, height_cm=170), 2)
    1.81
    """
    require_positive("body surface (DuBois)", weight_kg=weight_kg, height_cm=height_cm)
    return float(0.007184 * weight_kg**0.425 * height_cm**0.725)


def body_surface_haycock(*, weight_kg: float, height_cm: float) -> float:
    """Return the body surface in m² by Haycock, made from infants, children and adults.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Haycock GB and others. J Pediatr 1978;93:62-66. doi:10.1016/S0022-3476(78)80601-5

    Examples
    --------
    >>> round(body_surface_haycock(weight_kg=70, height_cm=170), 3)
    1.826
    """
    require_positive("body surface (Haycock)", weight_kg=weight_kg, height_cm=height_cm)
    return float(0.024265 * weight_kg**0.5378 * height_cm**0.3964)


def body_surface_gehan_george(*, weight_kg: float, height_cm: float) -> float:
    """Return the body surface in m² by Gehan and George, made from 401 people of all ages.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Gehan EA, George SL. Cancer Chemother Rep 1970;54:225-235.

    Examples
    --------
    >>> round(body_surface_gehan_george(weight_kg=70, height_cm=170), 3)
    1.831
    """
    require_positive("body surface (Gehan-George)", weight_kg=weight_kg, height_cm=height_cm)
    return float(0.0235 * weight_kg**0.51456 * height_cm**0.42246)


def body_surface_boyd(*, weight_kg: float, height_cm: float) -> float:
    """Return the body surface in m² by Boyd, whose exponent of the weight in grams falls with the weight.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Boyd E. The growth of the surface area of the human body. Minneapolis: University of Minnesota Press; 1935.

    Examples
    --------
    >>> round(body_surface_boyd(weight_kg=70, height_cm=170), 3)
    1.835
    """
    require_positive("body surface (Boyd)", weight_kg=weight_kg, height_cm=height_cm)
    grams = 1000 * weight_kg
    return float(0.0003207 * height_cm**0.3 * grams ** (0.7285 - 0.0188 * math.log10(grams)))


def ideal_body_weight(*, height_cm: float, sex: Sex) -> float:
    """Return the ideal body weight in kg by Devine; below five feet it is not defined.

    Raises
    ------
    InputError
        For a height below 152.4 cm, or one that is not positive.

    References
    ----------
    Devine BJ. Drug Intell Clin Pharm 1974;8:650-655.

    Examples
    --------
    >>> ideal_body_weight(height_cm=177.8, sex="male")
    73.0
    """
    require_positive("ideal weight (Devine)", height_cm=height_cm, centimeters_above_five_feet=height_cm - SHORTEST_CM + 1e-9)
    inches_above = round(height_cm / CM_PER_INCH - FIVE_FEET_IN, 9)
    return (45.5 if sex == "female" else 50.0) + 2.3 * inches_above


def adjusted_body_weight(*, weight_kg: float, ideal_kg: float) -> float:
    """Return the adjusted body weight in kg: the ideal weight and 40 % of what is above it.

    Raises
    ------
    InputError
        For a value that is not positive.

    References
    ----------
    Winter MA and others. Pharmacotherapy 2012;32:604-612. doi:10.1002/j.1875-9114.2012.01098.x

    Examples
    --------
    >>> adjusted_body_weight(weight_kg=120, ideal_kg=70)
    90.0
    """
    require_positive("adjusted weight", weight_kg=weight_kg, ideal_kg=ideal_kg)
    return ideal_kg + EXCESS_SHARE * (weight_kg - ideal_kg)


def dosing_weight(*, weight_kg: float, ideal_kg: float, overweight: float = OVERWEIGHT) -> float:
    """Return the weight in kg that doses go by: actual below the ideal, adjusted above 120 % of it, else ideal.

    A convention of pharmacists, not a law of nature: a label or a guideline that names a weight goes first.

    Parameters
    ----------
    overweight
        The share of the ideal weight above which the adjusted weight is taken.

    Raises
    ------
    InputError
        For a value that is not positive.

    Examples
    --------
    >>> [dosing_weight(weight_kg=weight, ideal_kg=70) for weight in (60, 80, 120)]
    [60, 70, 90.0]
    """
    require_positive("dosing weight", weight_kg=weight_kg, ideal_kg=ideal_kg, overweight=overweight)
    if weight_kg < ideal_kg:
        return weight_kg
    return adjusted_body_weight(weight_kg=weight_kg, ideal_kg=ideal_kg) if weight_kg > overweight * ideal_kg else ideal_kg
