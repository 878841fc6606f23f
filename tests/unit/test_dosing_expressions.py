"""The language of equations: what it computes, what it refuses, and derivatives that ride along."""

import math

import numpy as np
import pytest

from garrod.dosing.models.expressions import ExpressionError, parse

SAID = [
    ("1 + 2*3", 7.0),
    ("2^3^2", 512.0),
    ("-2^2", -4.0),
    ("2^-1", 0.5),
    ("2 ** 3", 8.0),
    ("(1 + 2)*3 - 4/8", 8.5),
    ("1.5e-1 * 2", 0.3),
    ("if(3 > 2, 10, 20)", 10.0),
    ("if(1 > 2 or 2 > 1, 1, 0)", 1.0),
    ("if(1 > 2 and 2 > 1, 1, 0)", 0.0),
    ("if(not 1 == 2, 5, 6)", 5.0),
    ("min(3, 1, 2) + max(3, 1)", 4.0),
    ("exp(0) + log(1) + log10(100) + sqrt(9)", 6.0),
    ("(2 >= 2) + (1 != 1)", 1.0),
    ("abs(-3) + floor(2.7)", 5.0),
    ("expit(logit(0.25))", 0.25),
]


@pytest.mark.parametrize(("text", "value"), SAID)
def test_an_equation_means_what_it_says(text, value) -> None:
    assert float(parse(text)({})) == pytest.approx(value, rel=1e-15)


def test_an_equation_names_what_it_uses() -> None:
    assert parse("tvCL * (weight/70)^0.75 * if(age > 1, 1, a)").names == {"tvCL", "weight", "age", "a"}


@pytest.mark.parametrize(
    "text", ["__import__('os')", "a.b", "1 +", "f(2)", "exp(1, 2)", "(1", "a b", "if(1, 2)", "", "'x'", "a[0]", "1 = 2"]
)
def test_what_is_not_in_the_language_is_refused(text) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "exp(x)*x^2.5",
        "log(x)/(1+x)",
        "sqrt(x) + x^-1.5",
        "if(x > 1, x^2, 7*x)",
        "min(x, 3)*max(x, 0.5)",
        "x^x",
        "expit(x) + logit(x/4)",
        "abs(-x)^3",
    ],
)
def test_an_imaginary_step_carries_the_derivative(text) -> None:
    equation = parse(text)
    for x in (0.7, 1.9):
        exact = float(np.imag(equation({"x": np.array(x + 1e-20j)})) / 1e-20)
        step = 1e-6
        difference = float((equation({"x": np.array(x + step)}) - equation({"x": np.array(x - step)})) / (2 * step))
        assert exact == pytest.approx(difference, rel=1e-7)


def test_a_logarithm_of_nothing_is_no_number() -> None:
    with np.errstate(all="ignore"):
        assert math.isnan(float(np.real(parse("log(x)")({"x": np.array(-1.0 + 0j)}))))
