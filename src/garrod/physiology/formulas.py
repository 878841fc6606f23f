"""Every formula by its name: the registry that the command line, the docs and the dose share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from garrod.model.errors import Fault, InputError
from garrod.physiology.formula import Formula
from garrod.physiology.kidney_formulas import KIDNEY_FORMULAS
from garrod.physiology.liver_formulas import LIVER_FORMULAS
from garrod.physiology.serum_formulas import SERUM_FORMULAS
from garrod.physiology.size_formulas import SIZE_FORMULAS

FORMULAS: Final[Mapping[str, Formula]] = MappingProxyType(
    {one.name: one for one in (*KIDNEY_FORMULAS, *SIZE_FORMULAS, *LIVER_FORMULAS, *SERUM_FORMULAS)}
)


def formula_named(name: str) -> Formula:
    """Return the formula of a name.

    Raises
    ------
    InputError
        Where there is none.

    Examples
    --------
    >>> formula_named("bsa-mosteller").law
    'sqrt(weight × height / 3600)'
    """
    if name not in FORMULAS:
        raise InputError(Fault("formula", f"there is no formula {name!r}", f"give one of {', '.join(FORMULAS)}"))
    return FORMULAS[name]
