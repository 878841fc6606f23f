"""The ratio of a drug's exposure to a typical person's, from what is left of each pathway.

    metabolism, kidney    1 / (sum of share x activity + what no pathway is named for)
    each transporter      1 / (share x activity + 1 - share), multiplied in

References
----------
Ohno Y, Hisaka A, Suzuki H. Clin Pharmacokinet 2007;46:681-96. doi:10.2165/00003088-200746080-00005 (inhibition)
Ohno Y and others. Clin Pharmacokinet 2008;47:669-80. doi:10.2165/00003088-200847100-00004 (induction)
Tod M and others. Clin Pharmacokinet 2011;50:519-30 (genotype and interaction in one form)
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from garrod.knowledge.exposure import RENAL, TRANSPORTERS
from garrod.model.medicines import Range

BETWEEN_STUDIES: Final = 0.26  #: standard deviation of ln(ratio) between studies of one pair, as measured on repeated pairs
#: What the static form itself misses, as a standard deviation of ln(ratio): set so that the open studies of organs and pairs
#: lie inside the interval in nine of ten cases; the rows that only test were not looked at for it.
OF_THE_MODEL: Final = 0.25
Z90: Final = 1.645


@dataclass(frozen=True, slots=True)
class Bounded:
    """A parameter with the interval that holds it in 90 % of cases."""

    value: float
    low: float
    high: float


ONE: Final = Bounded(1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Inhibition:
    """What one inhibitor takes away of a pathway, and how much of its effect is there."""

    by: str
    taken: Bounded
    fraction: float = 1.0


@dataclass(frozen=True, slots=True)
class Induction:
    """What one inducer adds to a pathway, as a multiple, and how much of its effect is there."""

    by: str
    added: Bounded
    fraction: float = 1.0


@dataclass(frozen=True, slots=True)
class Pathway:
    """One pathway of a drug in one person."""

    name: str
    share: Bounded
    genotype: Bounded = ONE
    inhibitors: tuple[Inhibition, ...] = ()
    inducers: tuple[Induction, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What organs leave of what the kidney clears, and of the rest (by the liver, and by what kidney disease does to it)."""

    kidney: Bounded = ONE
    elsewhere: Bounded = ONE


def activity_of(pathway: Pathway) -> float:
    """Return what is left of a pathway: genotype x inhibition x induction; 1 is a typical person's."""
    blocked = sum(_occupied(one) for one in pathway.inhibitors)
    induced = max((one.added.value * one.fraction for one in pathway.inducers), default=0.0)
    return pathway.genotype.value / (1 + blocked) * (1 + induced)


def _occupied(one: Inhibition) -> float:
    """Return inhibitor concentration over its constant: what adds up when several block one enzyme."""
    taken = min(one.taken.value * one.fraction, 0.995)
    return taken / (1 - taken)


def ratio(pathways: Sequence[Pathway], body: Body = Body(), extraction: float | None = None) -> float:
    """Return AUC in this person over AUC in a typical one on the same dose.

    Parameters
    ----------
    extraction
        For a drug given into a vein: the part of it that a typical liver takes out of the blood in one pass. Blood flow then
        limits what induction can add (well-stirred liver). None: by mouth, where the apparent clearance is what counts.
    """
    serial = [one for one in pathways if one.name in TRANSPORTERS]
    parallel = [one for one in pathways if one.name not in TRANSPORTERS]
    total = sum(one.share.value for one in parallel)
    scale = 1 / total if total > 1 else 1.0  # shares from different studies may sum above the whole
    through_kidney = sum(one.share.value * scale for one in parallel if one.name in RENAL)
    kidney = sum(one.share.value * scale * activity_of(one) for one in parallel if one.name in RENAL) * body.kidney.value
    elsewhere = 1 - total * scale + sum(one.share.value * scale * activity_of(one) for one in parallel if one.name not in RENAL)
    elsewhere *= body.elsewhere.value
    if extraction is not None and through_kidney < 1:
        elsewhere = _limited_by_flow(elsewhere / (1 - through_kidney), extraction) * (1 - through_kidney)
    through = math.prod(1 / (one.share.value * activity_of(one) + 1 - one.share.value) for one in serial)
    return through / (kidney + elsewhere)


def _limited_by_flow(intrinsic: float, extraction: float) -> float:
    """Return hepatic clearance to a typical one, where the intrinsic clearance is ``intrinsic`` times the typical."""
    over_flow = intrinsic * extraction / (1 - extraction)
    return over_flow / (1 + over_flow) / extraction


@lru_cache(maxsize=4096)  # lists of one person are compared drug by drug, and most of their drugs stay as they are
def interval(pathways: tuple[Pathway, ...], body: Body = Body(), extraction: float | None = None) -> Range:
    """Return the ratio with the interval that 90 % of studies are expected to lie in.

    Each parameter is moved to its own bounds in turn; the moves of ln(ratio) add as independent errors do, and what studies
    of one pair differ by, and what the form itself misses, comes on top.
    """
    best = ratio(pathways, body, extraction)
    spread = Z90**2 * (BETWEEN_STUDIES**2 + OF_THE_MODEL**2)
    for low, high in _moved(pathways, body):
        spread += (math.log(ratio(*high, extraction) / ratio(*low, extraction)) / 2) ** 2
    reach = math.exp(math.sqrt(spread))
    return Range(estimate=best, low=best / reach, high=best * reach)


Case = tuple[tuple[Pathway, ...], Body]


def _moved(pathways: tuple[Pathway, ...], body: Body) -> Iterator[tuple[Case, Case]]:
    """Yield the case with one parameter at its low and at its high bound, for each parameter that is not exact."""
    for index, one in enumerate(pathways):
        for low, high in _moves(one):
            yield (_at(pathways, index, low), body), (_at(pathways, index, high), body)
    for less, more in _ends(body.kidney):
        yield (pathways, replace(body, kidney=less)), (pathways, replace(body, kidney=more))
    for less, more in _ends(body.elsewhere):
        yield (pathways, replace(body, elsewhere=less)), (pathways, replace(body, elsewhere=more))


def _moves(one: Pathway) -> Iterator[tuple[Pathway, Pathway]]:
    """Yield the pathway with one parameter at its low and at its high bound, for each that is not exact."""
    for low, high in _ends(one.share):
        yield replace(one, share=low), replace(one, share=high)
    for low, high in _ends(one.genotype):
        yield replace(one, genotype=low), replace(one, genotype=high)
    for place, inhibitor in enumerate(one.inhibitors):
        for low, high in _ends(inhibitor.taken):
            yield _inhibited(one, place, low), _inhibited(one, place, high)
    for place, inducer in enumerate(one.inducers):
        for low, high in _ends(inducer.added):
            yield _induced(one, place, low), _induced(one, place, high)


def _inhibited(one: Pathway, place: int, taken: Bounded) -> Pathway:
    moved = replace(one.inhibitors[place], taken=taken)
    return replace(one, inhibitors=(*one.inhibitors[:place], moved, *one.inhibitors[place + 1 :]))


def _induced(one: Pathway, place: int, added: Bounded) -> Pathway:
    moved = replace(one.inducers[place], added=added)
    return replace(one, inducers=(*one.inducers[:place], moved, *one.inducers[place + 1 :]))


def _ends(bounds: Bounded) -> Iterator[tuple[Bounded, Bounded]]:
    """Yield the low and the high end as exact values; nothing where they are one."""
    if bounds.low != bounds.high:
        low, high = (Bounded(value, value, value) for value in (bounds.low, bounds.high))
        yield low, high


def _at(pathways: tuple[Pathway, ...], index: int, one: Pathway) -> tuple[Pathway, ...]:
    return (*pathways[:index], one, *pathways[index + 1 :])
