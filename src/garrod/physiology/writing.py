"""The parts that equations with numbers in them are written from. What is written can be computed again."""

from garrod.physiology.body_size import Sex


def n(value: float) -> str:
    """Write a number as it stands in an equation: six digits, a negative one in parentheses.

    Examples
    --------
    >>> n(51.8), n(-0.241), n(170)
    ('51.8', '(-0.241)', '170')
    """
    text = f"{value:.6g}"
    return f"({text})" if value < 0 else text


def times(factor: float) -> str:
    """Write a factor behind an equation, or nothing where it is 1."""
    return "" if factor == 1 else f" × {n(factor)}"


def spline(measure: float, knee: float, below: float, above: float) -> str:
    """Write two powers that meet at a knee."""
    ratio = f"{n(measure)} / {n(knee)}"
    return f"min({ratio}, 1)^{n(below)} × max({ratio}, 1)^{n(above)}"


def ideal_weight(height_cm: float, sex: Sex) -> str:
    """Write Devine's ideal weight."""
    return f"{'45.5' if sex == 'female' else '50'} + 2.3 × ({n(height_cm)} / 2.54 - 60)"
