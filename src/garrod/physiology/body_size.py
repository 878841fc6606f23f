"""Body size: surface, mass index, and the weights that formulas ask for."""

from typing import Final, Literal

from garrod.physiology.limits import require_positive

Sex = Literal["female", "male"]

CM_PER_INCH: Final = 2.54
FIVE_FEET_IN: Final = 60.0
#: Devine's equation was made for people of five feet and more.
SHORTEST_CM: Final = FIVE_FEET_IN * CM_PER_INCH
#: The share of the excess weight that counts for creatinine clearance in overweight (Winter 2012).
EXCESS_SHARE: Final = 0.4


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
