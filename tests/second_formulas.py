"""Every formula a second time, written from its published form another way: by logarithms, branches, tables or other units."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from typing import Any, Final

Values = Mapping[str, Any]
LN: Final = math.log


def _is_woman(v: Values) -> bool:
    return bool(v["sex"] == "female")


def _power_law(constant: float, **exponents: float) -> Callable[[Values], float]:
    return lambda v: math.exp(math.fsum([LN(constant), *(power * LN(v[name]) for name, power in exponents.items())]))


def _ideal(v: Values) -> float:
    """Devine by centimeters: 2.3 kg an inch is 0.9055... kg a centimeter."""
    return float((45.5 if _is_woman(v) else 50.0) + (v["height"] - 152.4) * 2.3 / 2.54)


def _adjusted(v: Values) -> float:
    return 0.6 * _ideal(v) + 0.4 * float(v["weight"])


def _dosing(v: Values) -> float:
    ideal = _ideal(v)
    excess = v["weight"] / ideal
    return float(v["weight"] if excess < 1 else _adjusted(v) if excess > 1.2 else ideal)


def _clearance(weight: Callable[[Values], float]) -> Callable[[Values], float]:
    """Cockcroft and Gault in the form of their paper: what a kilogram excretes, over 72 times creatinine."""

    def clearance(v: Values) -> float:
        excreted = (140 - v["age"]) * weight(v) * (17 / 20 if _is_woman(v) else 1)
        return float(excreted / v["creatinine"] / 72)

    return clearance


def _branches(value: float, knee: float, below: float, above: float) -> float:
    return (below if value <= knee else above) * (LN(value) - LN(knee))


def _ckd_epi(v: Values, *, base: float, decay: float, women: tuple[float, float], men: float, above: float) -> float:
    knee, below, factor = (0.7, women[0], women[1]) if _is_woman(v) else (0.9, men, 1.0)
    return math.exp(LN(base * factor) + v["age"] * LN(decay) + _branches(v["creatinine"], knee, below, above))


def _ckd_epi_2021(v: Values) -> float:
    return _ckd_epi(v, base=142, decay=0.9938, women=(-0.241, 1.012), men=-0.302, above=-1.2)


def _ckd_epi_2009(v: Values) -> float:
    return _ckd_epi(v, base=141, decay=0.993, women=(-0.329, 1.018), men=-0.411, above=-1.209)


def _cystatin(v: Values) -> float:
    exponent = v["age"] * LN(0.996) + _branches(v["cystatin_c"], 0.8, -0.499, -1.328)
    return 133 * math.exp(exponent) * (0.932 if _is_woman(v) else 1)


def _both(v: Values) -> float:
    of_creatinine = _ckd_epi(v, base=135, decay=0.9961, women=(-0.219, 0.963), men=-0.144, above=-0.544)
    return of_creatinine * math.exp(_branches(v["cystatin_c"], 0.8, -0.323, -0.778))


def _mdrd(v: Values) -> float:
    return _power_law(175 * (0.742 if _is_woman(v) else 1), creatinine=-1.154, age=-0.203)(v)


def _boyd(v: Values) -> float:
    """Boyd with the weight in kilograms, by common logarithms: the exponent loses 0.0188 a decade."""
    grams = 3 + math.log10(v["weight"])
    return float(10 ** (math.log10(0.0003207) + 0.3 * math.log10(v["height"]) + grams * 0.7285 - 0.0188 * grams**2))


def _james(v: Values) -> float:
    """James by body mass index: what is lean of each kilogram falls along a line."""
    meters = v["height"] / 100
    bmi = v["weight"] / meters / meters
    return float(v["weight"] * ((1.07 - 0.0148 * bmi) if _is_woman(v) else (1.1 - 0.0128 * bmi)))


def _boer(v: Values) -> float:
    row = (0.252, 0.473, -48.3) if _is_woman(v) else (0.407, 0.267, -19.2)
    return math.fsum(a * b for a, b in zip(row, (v["weight"], v["height"], 1), strict=True))


def _janmahasatian(v: Values) -> float:
    """Janmahasatian as 9270 over what a kilogram weighs in: divided through by the weight."""
    square = (v["height"] / 100) ** 2
    return float(9270 / ((8780 / v["weight"] + 244 / square) if _is_woman(v) else (6680 / v["weight"] + 216 / square)))


def _al_sallami(v: Values) -> float:
    """Maturation as a Hill curve of age: age^c over b^c + age^c."""
    a, b, c = (1.11, 7.1, 1.1) if _is_woman(v) else (0.88, 13.4, 12.7)
    grown = v["age"] ** c / (b**c + v["age"] ** c)
    return float((a * (1 - grown) + grown) * _janmahasatian(v))


def _child_pugh(v: Values) -> int:
    return (
        1 + bisect_right((2,), v["bilirubin"]) + bisect_left((3,), v["bilirubin"])
        + 3 - bisect_right((2.8,), v["albumin"]) - bisect_left((3.5,), v["albumin"])
        + 1 + bisect_right((1.7,), v["inr"]) + bisect_left((2.3,), v["inr"])
        + 1 + ("none", "mild", "moderate").index(v["ascites"])
        + 1 + ("none", "grade 1-2", "grade 3-4").index(v["encephalopathy"])
    )  # fmt: skip


def _median(value: float, low: float, high: float) -> float:
    return sorted((low, value, high))[1]


def _half_up(value: float) -> int:
    return int(value + 0.5)  # every score is positive


def _meld(v: Values) -> int:
    creatinine = 4 if v.get("dialysis") == "yes" else _median(v["creatinine"], 1, 4)
    product = creatinine**9.57 * max(v["bilirubin"], 1) ** 3.78 * max(v["inr"], 1) ** 11.2
    return min(40, _half_up(LN(product) + 6.43))


def _meld_na(v: Values) -> int:
    first = _meld(v)
    if first < 12:
        return first
    return min(40, _half_up(first + (137 - _median(v["sodium"], 125, 137)) * (1.32 - 0.033 * first)))


def _meld_3(v: Values) -> int:
    creatinine = LN(3 if v.get("dialysis") == "yes" else _median(v["creatinine"], 1, 3))
    bilirubin, inr = LN(max(1, v["bilirubin"])), LN(max(1, v["inr"]))
    sodium, albumin = 137 - _median(v["sodium"], 125, 137), 3.5 - _median(v["albumin"], 1.5, 3.5)
    points = 6 + 9.09 * inr + bilirubin * (4.56 - 0.24 * sodium) + 0.82 * sodium
    points += creatinine * (11.14 - 1.83 * albumin) + 1.85 * albumin
    return _half_up(points + 1.33 * _is_woman(v))


def _albi(v: Values) -> float:
    """ALBI in mg/dL and g/dL: the constant holds the unit of bilirubin."""
    return float(0.66 * (math.log10(v["bilirubin"]) + 4 - math.log10(584.66)) - 0.85 * v["albumin"])


def _phenytoin(v: Values) -> float:
    return float(v["phenytoin"] * 10 / (1 + v["albumin"] * (1 if v.get("kidney_failure") == "yes" else 2)))


SECOND: Final[Mapping[str, Callable[[Values], float]]] = {
    "cockcroft-gault": _clearance(lambda v: float(v["weight"])),
    "cockcroft-gault-ideal": _clearance(_ideal),
    "cockcroft-gault-adjusted": _clearance(_adjusted),
    "ckd-epi-2021": _ckd_epi_2021,
    "ckd-epi-2012-cystatin": _cystatin,
    "ckd-epi-2021-both": _both,
    "ckd-epi-2009": _ckd_epi_2009,
    "mdrd": _mdrd,
    "schwartz-bedside": _power_law(0.413, height=1, creatinine=-1),
    "gfr-deindexed": _power_law(1 / 1.73, egfr=1, bsa=1),
    "bsa-mosteller": _power_law(1 / 60, weight=0.5, height=0.5),
    "bsa-dubois": _power_law(71.84e-4, weight=0.425, height=0.725),
    "bsa-haycock": _power_law(0.024265, weight=0.5378, height=0.3964),
    "bsa-gehan-george": _power_law(0.0235, weight=0.51456, height=0.42246),
    "bsa-boyd": _boyd,
    "bmi": _power_law(10_000, weight=1, height=-2),
    "ibw-devine": _ideal,
    "adjusted-body-weight": _adjusted,
    "dosing-weight": _dosing,
    "lbw-james": _james,
    "lbw-boer": _boer,
    "ffm-janmahasatian": _janmahasatian,
    "ffm-al-sallami": _al_sallami,
    "child-pugh": _child_pugh,
    "meld": _meld,
    "meld-na": _meld_na,
    "meld-3": _meld_3,
    "albi": _albi,
    "corrected-calcium": lambda v: float(v["calcium"] + 3.2 - 0.8 * v["albumin"]),
    "corrected-phenytoin": _phenytoin,
}
