"""Read the random effects, occasions and residual errors of a model file, whatever convention its source used."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from garrod.dosing.models.dose_model import Effects, Occasions, Residual, ResidualKind
from garrod.dosing.models.model_keys import Keys

CONVENTIONS: Final = ("variance", "sd", "cv_sqrt", "cv_lognormal")
_NOT_EFFECTS: Final = {"distribution", "given_as", "covariance", "correlation", "occasion", "bins_h", "note", "source"}
_RESIDUAL_KEYS: Final = {
    "kind", "proportional", "additive", "power", "floor", "given_as", "observations", "note", "source", "output", "unit",
}  # fmt: skip


def variance_of(value: float, convention: str) -> float:
    """Return the variance that a printed number means.

    Parameters
    ----------
    convention
        ``variance``; ``sd``; ``cv_sqrt``, a CV that is the root of the variance; ``cv_lognormal``, where the variance
        is ln(1 + CV^2). CVs are fractions, never per cent.
    """
    if convention == "variance":
        return value
    if convention == "cv_lognormal":
        return math.log1p(value * value)
    return value * value


def effect_names(table: Keys) -> list[str]:
    """Return the names of the effects that a table gives."""
    return [name for name in table if name not in _NOT_EFFECTS]


def read_effects(table: Keys, section: str) -> Effects:
    """Read ``[iiv]`` or ``[iov]``: names and covariance matrix."""
    names = effect_names(table)
    convention = table.word("given_as", CONVENTIONS, default="") if names else ""
    diagonal = np.array([_variance(table, name, convention) for name in names])
    matrix = np.diag(diagonal) if names else np.zeros((0, 0))
    for key, value in _pairs(table, "covariance", names):
        matrix[key] = matrix[key[::-1]] = value
    for (one, other), value in _pairs(table, "correlation", names):
        if abs(value) > 1:
            table.fault("correlation", "a correlation lies between -1 and 1", "give it as a fraction")
        matrix[one, other] = matrix[other, one] = value * math.sqrt(diagonal[one] * diagonal[other])
    if names and not table.faults:
        _check_positive(table, matrix, section)
    return Effects(tuple(names), matrix)


def _variance(table: Keys, name: str, convention: str) -> float:
    given = table.raw(name)
    own = table.table(name).word("given_as", CONVENTIONS, default=convention) if isinstance(given, Mapping) else convention
    if isinstance(given, Mapping):
        key = next((one for one in ("value", *CONVENTIONS) if one in given), "value")
        own, value = (key if key in CONVENTIONS else own), table.table(name).number(key)
    else:
        value = table.number(name)
    if not own:
        table.fault("given_as", "the convention of the numbers is missing", f"write given_as = one of {', '.join(CONVENTIONS)}")
    if value is None:
        return 0.0
    if value < 0:
        table.fault(name, "a variance, SD or CV is not negative", "put the number right")
    return variance_of(value, own)


def _pairs(table: Keys, section: str, names: list[str]) -> list[tuple[tuple[int, int], float]]:
    pairs = []
    inner = table.table(section)
    for key in inner:
        ends = [part.strip() for part in key.replace("~", ":").replace(",", ":").split(":")]
        value = inner.number(key)
        if len(ends) != 2 or not set(ends) <= set(names) or ends[0] == ends[1]:
            inner.fault(
                key, "this is not a pair of effects", f'write "{names[0] if names else "CL"}:V" = … with names of this section'
            )
        elif value is not None:
            pairs.append(((names.index(ends[0]), names.index(ends[1])), value))
    return pairs


def _check_positive(table: Keys, matrix: Any, section: str) -> None:
    alive = np.diag(matrix) > 0
    if np.any(matrix[~alive][:, :] != 0):
        table.fault("covariance", "an effect without variance has a covariance", "drop the covariance, or give the variance")
    block = matrix[np.ix_(alive, alive)]
    if block.size and np.linalg.eigvalsh(block)[0] <= 0:
        table.fault(
            "covariance", f"the covariance matrix of [{section}] is not positive definite", "check variances against covariances"
        )


def read_occasions(table: Keys) -> Occasions | None:
    """Read ``[iov]``, None where the model has no effects of occasions."""
    if not effect_names(table):
        return None
    column, bins = table.text("occasion", default=None), table.numbers("bins_h")
    if column is None and not bins:
        column = "OCC"
    if list(bins) != sorted(bins):
        table.fault("bins_h", "the bins must rise", "write [0, 24, 48, …]")
    return Occasions(read_effects(table, "iov"), column, bins)


def read_residuals(keys: Keys, outputs: list[str]) -> tuple[Residual, ...]:
    """Read ``[residual]``: one for all outputs, or ``[residual.OUTPUT]`` for each."""
    table = keys.table("residual")
    if "kind" in table:
        one = _residual(table)
        return tuple(one for _ in outputs)
    if not outputs or not set(table) & set(outputs):
        keys.fault("residual", "the residual error is missing", "write [residual] with kind = …")
        return ()
    table.only(set(outputs))
    for name in outputs:
        if name not in table:
            table.fault(name, "this output has no residual error", f"write [residual.{name}]")
    return tuple(_residual(table.table(name)) for name in outputs if name in table)


def _residual(keys: Keys) -> Residual:
    keys.only(_RESIDUAL_KEYS)
    said = keys.word("kind", [kind.value for kind in ResidualKind], default=str(ResidualKind.ADDITIVE))
    if "kind" not in keys:
        keys.fault("kind", "the kind of error is missing", f"write kind = one of {', '.join(ResidualKind)}")
    kind = ResidualKind(said)
    as_variance = keys.word("given_as", ("sd", "variance"), default="sd") == "variance"

    def size(name: str, *, needed: bool) -> float:
        value = keys.number(name) if needed else keys.number(name, default=None)
        if value is None:
            return 0.0
        if value < 0:
            keys.fault(name, "an error is not negative", "put the number right")
            return 0.0
        return math.sqrt(value) if as_variance else value

    combined = kind in {ResidualKind.COMBINED_SD, ResidualKind.COMBINED_VARIANCE}
    additive = size("additive", needed=combined or kind in {ResidualKind.ADDITIVE, ResidualKind.LOG_ADDITIVE})
    proportional = size("proportional", needed=combined or kind in {ResidualKind.PROPORTIONAL, ResidualKind.POWER})
    if additive == 0 and proportional == 0:
        keys.fault("", "the error is zero", "give additive or proportional")
    power = keys.number("power", default=_no_power(keys, kind)) or 1.0
    floor = keys.number("floor", default=0.0) or 0.0
    table_is_log = keys.word("observations", ("natural", "log"), default="natural") == "log"
    return Residual(kind, additive=additive, proportional=proportional, power=power, floor=floor, table_is_log=table_is_log)


def _no_power(keys: Keys, kind: ResidualKind) -> float:
    if kind is ResidualKind.POWER and "power" not in keys:
        keys.fault("power", "the exponent is missing", "write power = …")
    return 1.0
