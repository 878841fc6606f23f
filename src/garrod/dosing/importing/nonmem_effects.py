"""Find the parameter that each ETA of a control stream moves, and how."""

from collections.abc import Collection, Mapping

from garrod.dosing.importing.code_flow import replaced
from garrod.dosing.importing.draft import Named, Random
from garrod.dosing.models.expressions import Apply, Name, Node, Number


def spoken(text: str) -> str:
    """Return a name as the source writes it.

    Examples
    --------
    >>> spoken("ETA[1]")
    'ETA(1)'
    """
    return text.replace("[", "(").replace("]", ")")


def named_with_effects(
    definitions: Mapping[str, Node], count: int, states: Collection[str]
) -> tuple[dict[str, Named], list[str]]:
    """Give each ETA the parameter that it alone moves in a plain way, or a name of its own.

    Parameters
    ----------
    definitions
        What $PK defines, in order; effects are names ``ETA[n]``.
    count
        Number of ETAs.

    Returns
    -------
    tuple
        Parameters and derived values, and the names of the effects in order.
    """
    uses: dict[str, int] = {}
    for tree in definitions.values():
        for eta in _places(tree):
            uses[eta] = uses.get(eta, 0) + 1
    names = {f"ETA[{number}]": f"ETA{number}" for number in range(1, count + 1)}
    named: dict[str, Named] = {}
    for name, tree in definitions.items():
        found = _random(tree)
        named[name] = Named(tree)
        if found is not None and uses[found[0]] == 1 and name.partition("_")[2] not in states:
            eta, typical, random = found
            names[eta] = name
            named[name] = Named(typical, random=random, said=spoken(eta))
    for one in named.values():
        if one.tree is not None and _places(one.tree):
            one.tree = replaced(one.tree, lambda name: Name(f"eta_{names[name]}") if name in names else Name(name))
            one.random = "explicit"
    return named, [*names.values()]


def _places(tree: Node) -> list[str]:
    """Return the ETA of each place where a tree uses one."""
    if isinstance(tree, Name):
        return [tree.name] if tree.name.startswith("ETA[") else []
    return [name for one in tree.arguments for name in _places(one)] if isinstance(tree, Apply) else []


def _random(tree: Node) -> tuple[str, Node, Random] | None:
    """Tell ``P*EXP(ETA)``, ``P + ETA`` and ``P*(1 + ETA)`` with a typical value free of effects."""
    if not isinstance(tree, Apply) or len(_places(tree)) != 1:
        return None
    eta = _places(tree)[0]
    if tree.function == "+" and Name(eta) in tree.arguments:
        return eta, next(one for one in tree.arguments if one != Name(eta)), "normal_additive"
    found = _multiplied(tree, eta)
    return None if found is None or found[0] is None else (eta, found[0], found[1])


def _multiplied(tree: Node, eta: str) -> tuple[Node | None, Random] | None:
    """Return what stands beside the factor with the effect, None where nothing does, and how the effect enters."""
    way = _way(tree, eta)
    if way is not None:
        return None, way
    if not isinstance(tree, Apply) or tree.function not in {"*", "/"}:
        return None
    left, right = tree.arguments
    if not _places(right):
        found = _multiplied(left, eta)
        return found and (_beside(tree.function, found[0], right), found[1])
    found = _multiplied(right, eta) if tree.function == "*" else None
    return found and (left if found[0] is None else Apply("*", (left, found[0])), found[1])


def _beside(function: str, left: Node | None, right: Node) -> Node:
    if left is None:
        return right if function == "*" else Apply("/", (Number(1.0), right))
    return Apply(function, (left, right))


def _way(factor: Node, eta: str) -> Random | None:
    if factor == Apply("exp", (Name(eta),)):
        return "lognormal"
    if factor in {Apply("+", (Number(1.0), Name(eta))), Apply("+", (Name(eta), Number(1.0)))}:
        return "proportional"
    return None
