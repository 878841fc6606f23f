"""Drug levels on the page: each drug's curve under an admitted model, or the levels alone with why they are not interpreted."""

from dataclasses import dataclass

from garrod.knowledge import Knowledge
from garrod.medicines.names import drug_index
from garrod.model.careplan import CarePlan
from garrod.model.errors import InputError
from garrod.model.person import Level


@dataclass(frozen=True, slots=True)
class LevelsView:
    """One drug's levels.

    Attributes
    ----------
    svg
        The curve; empty where no admitted model could explain the levels.
    lines
        The model, the values used, the parameters, what speaks against it.
    problem
        Why there is no curve; empty where there is one.
    """

    drug: str
    levels: tuple[str, ...]
    svg: str = ""
    lines: tuple[str, ...] = ()
    problem: str = ""


def level_views(plan: CarePlan, knowledge: Knowledge) -> tuple[LevelsView, ...]:
    """Return a view for each drug that has levels, by name; the dosing engine is loaded only where there are any."""
    found: dict[str, list[Level]] = {}
    for one in plan.person.levels or ():
        ids = drug_index(knowledge).recognize(one.drug).drug_ids
        found.setdefault(next(iter(ids)) if len(ids) == 1 else one.drug.lower(), []).append(one)
    return tuple(_view(drug, sorted(some, key=lambda one: one.time), plan, knowledge) for drug, some in sorted(found.items()))


def _view(drug: str, levels: list[Level], plan: CarePlan, knowledge: Knowledge) -> LevelsView:
    written = tuple(f"{one.comparator or ''}{one.value:g} {one.unit} at {one.time.isoformat()}" for one in levels)
    try:
        svg, lines, problem = _explained(drug, plan, knowledge)
    except InputError as why:
        svg, lines, problem = "", (), f"{why.faults[0].what}; {why.faults[0].remedy}"
    return LevelsView(drug, written, svg, lines, problem)


def _explained(drug: str, plan: CarePlan, knowledge: Knowledge) -> tuple[str, tuple[str, ...], str]:
    from garrod.dosing.models.choosing import chosen  # noqa: PLC0415 - numpy is loaded only where levels are explained
    from garrod.dosing.models.library import models_of_drug  # noqa: PLC0415
    from garrod.dosing.people.request import estimate_person  # noqa: PLC0415
    from garrod.dosing.regimens.curves import curve  # noqa: PLC0415
    from garrod.dosing.regimens.pictures import svg  # noqa: PLC0415
    from garrod.interfaces.dose_results import estimate_lines  # noqa: PLC0415

    admitted = [one.id for one in models_of_drug(drug) if one.status == "admitted"]
    if not admitted:
        return "", (), f"no admitted model of {drug} ships, so that its levels are not interpreted; see garrod dose models"
    one = estimate_person(chosen(admitted[0]).model, plan.person, plan.findings, knowledge)
    if one.made is None:
        return "", (), "; ".join(f"{each.text}; {each.needs}" for each in one.case.refusals)
    drawn = svg(curve(one.made), f"{drug.capitalize()}: levels and what the model says of them")
    return drawn, tuple(estimate_lines(one)), ""
