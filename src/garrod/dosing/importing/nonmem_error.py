"""Tell which residual error a $ERROR block means: its Y is tried on many predictions and compared with each kind that there is.

Y must be linear in EPS. Its value without EPS must be the prediction, or the logarithm of it; its variance, as a function of
the prediction alone, must be that of one kind over the whole range, thresholds in the code included.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from garrod.dosing.importing.code_flow import lost_in, names_of
from garrod.dosing.importing.draft import Error
from garrod.dosing.models.expressions import Apply, Array, Expression, Name, Node, Number

PREDICTION: Final = "F"
_GRID: Final = np.geomspace(1e-4, 1e5, 91)
_CLOSE: Final = 1e-6
_DECIDING: Final = {"<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "min", "max"}
_LINEAR: Final = "write F*(1 + EPS(1)), F + EPS(1), LOG(F) + EPS(1), or F + W*EPS(1) with W of F and THETA alone"

Constant = Callable[[str], float | None]


class NoErrorKindError(Exception):
    """The error is none of ours; carries what it is and what would do."""

    def __init__(self, what: str, remedy: str = _LINEAR) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def error_of(y: Node, sigma: Array, constant: Constant) -> Error:
    """Return the residual error that an expression of ``F`` and ``EPS[n]`` means.

    Parameters
    ----------
    sigma
        (errors, errors) covariance of EPS.
    constant
        Gives the number of a name that is the same for everyone, else None.

    Raises
    ------
    NoErrorKindError
        Where it is none of the kinds that a model file has.
    """
    _refuse_unknown_turns(y)
    env: dict[str, float] = {}
    for name in names_of(y) - {PREDICTION}:
        if name.startswith("EPS["):
            continue
        # What is not there on some path may not matter where the prediction is positive.
        found = np.nan if name.startswith("?") else constant(name)
        if found is None:
            raise NoErrorKindError(f"the error depends on {name}")
        env[name] = found
    f = _predictions(y, env)
    mean, coefficients = _linear(y, env, f, len(sigma))
    variance = np.einsum("if,ij,jf->f", coefficients, sigma, coefficients)
    if not np.isfinite(mean).all() or not np.isfinite(variance).all():
        raise NoErrorKindError("Y has no value on some path")
    if (variance <= 0).any():
        raise NoErrorKindError("the error is zero for some predictions", "give $SIGMA and Y an error above 0")
    if np.allclose(mean, np.log(f), rtol=_CLOSE, atol=_CLOSE):
        if not _is_flat(variance):
            raise NoErrorKindError("an error on logarithms changes with the prediction")
        return Error("log_additive", additive=_rounded(variance[0] ** 0.5), in_logs=True)
    if not np.allclose(mean, f, rtol=_CLOSE, atol=0):
        raise NoErrorKindError("Y without EPS is neither the prediction nor its logarithm")
    return _kind(f, variance)


def _refuse_unknown_turns(y: Node) -> None:
    """Refuse what is not known where something is decided by it: not a number would decide silently."""
    for name, _ in lost_in(names_of(y)):
        if name.startswith("EPS["):
            raise NoErrorKindError(f"{name} has no $SIGMA", "give one for each EPS")
    for name, _ in lost_in(_deciding(y)):
        raise NoErrorKindError(f"the error depends on {name}")


def _deciding(tree: Node) -> frozenset[str]:
    """Return the names in conditions, comparisons, minima and maxima."""
    if not isinstance(tree, Apply):
        return frozenset()
    deciding = tree.arguments[:1] if tree.function == "if" else tree.arguments if tree.function in _DECIDING else ()
    return frozenset[str]().union(*map(names_of, deciding), *map(_deciding, tree.arguments))


def _predictions(y: Node, env: dict[str, float]) -> Array:
    """Return predictions to try, some beside every number of the code, where it may turn."""
    numbers = {one for one in (*_numbers(y), *env.values()) if 0 < one < np.inf}
    beside = [one * side for one in numbers for side in (1 - 1e-4, 1 + 1e-4)]
    return np.sort(np.concatenate([_GRID, beside]))


def _numbers(tree: Node) -> Iterator[float]:
    if isinstance(tree, Number):
        yield abs(tree.value)
    if isinstance(tree, Apply):
        for one in tree.arguments:
            yield from _numbers(one)


def _linear(y: Node, env: dict[str, float], f: Array, count: int) -> tuple[Array, Array]:
    """Return Y without EPS (predictions,) and its slope by each EPS (errors, predictions)."""
    read = Expression("", y, names_of(y))

    def at(*eps: float) -> Array:
        given = {f"EPS[{place}]": np.asarray(one) for place, one in enumerate(eps, 1)}
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(read({**env, **given, PREDICTION: f}), dtype=float), f.shape)

    mean = at(*[0.0] * count)
    units = np.eye(count)
    slopes = np.array([at(*unit) - mean for unit in units]).reshape(count, len(f))
    size = np.abs(mean) + np.abs(slopes).sum(axis=0) + 1e-300
    for factors in (-np.ones(count), 2 * np.ones(count), np.arange(1.0, count + 1)):
        gap = np.abs(at(*factors) - mean - factors @ slopes)
        if (gap > 1e-9 * size).any():
            raise NoErrorKindError("Y is not linear in EPS, and programs differ in what that means")
    return mean, slopes


def _is_flat(values: Array) -> bool:
    return bool(np.ptp(values) <= _CLOSE * abs(values[0]))


def _kind(f: Array, variance: Array) -> Error:
    if _is_flat(variance):
        return Error("additive", additive=_rounded(variance[0] ** 0.5))
    if _is_flat(variance / f**2):
        return Error("proportional", proportional=_rounded((variance[0] / f[0] ** 2) ** 0.5))
    for kind, values, powers in (("combined_variance", variance, f**2), ("combined_sd", np.sqrt(variance), f)):
        slope = (values[-1] - values[0]) / (powers[-1] - powers[0])
        start = values[0] - slope * powers[0]
        if slope > 0 and start > 0 and np.allclose(values, start + slope * powers, rtol=_CLOSE, atol=0):
            squared = kind == "combined_variance"
            return Error(kind, _rounded(slope**0.5 if squared else slope), _rounded(start**0.5 if squared else start))
    exponent = np.log(variance[-1] / variance[0]) / np.log(f[-1] / f[0]) / 2
    if _is_flat(variance / f ** (2 * exponent)):
        return Error("power", _rounded((variance[0] / f[0] ** (2 * exponent)) ** 0.5), power=_rounded(exponent))
    raise NoErrorKindError("the error is none of additive, proportional, combined, power and additive on logarithms")


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")


def with_prediction(y: Node, prediction: Node) -> Node:
    """Return an expression in which each occurrence of the prediction is written ``F``."""
    if y == prediction:
        return Name(PREDICTION)
    if isinstance(y, Apply):
        return Apply(y.function, tuple(with_prediction(one, prediction) for one in y.arguments))
    return y


def parts_with(tree: Node, states: frozenset[str]) -> list[Node]:
    """Return the parts of an expression that may be the prediction: arithmetic that holds an amount, larger ones first."""
    if not names_of(tree) & states:
        return []
    inner = [part for one in tree.arguments for part in parts_with(one, states)] if isinstance(tree, Apply) else []
    return list(dict.fromkeys([tree, *inner] if _is_arithmetic(tree) else inner))


def _is_arithmetic(tree: Node) -> bool:
    """Say whether an expression may be a concentration: a logarithm or a choice is something done to one."""
    if isinstance(tree, Apply):
        return tree.function in {"+", "-", "*", "/"} and all(map(_is_arithmetic, tree.arguments))
    return True
