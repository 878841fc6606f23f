"""The curve of a next dose as a picture, or the curve so far where a dose was refused."""

from dataclasses import replace

from garrod.dosing.people.request import NextDose
from garrod.dosing.regimens.curves import curve
from garrod.dosing.regimens.pictures import interval_words, svg

OF_LEVELS = frozenset({"trough", "trough_ss", "peak", "peak_ss", "css"})


def next_dose_svg(one: NextDose) -> str:
    """Return the picture; empty where nothing could be computed."""
    made = one.estimate.made
    if made is None or made.posterior is None:
        return ""
    best = one.regimens[0] if one.regimens else None
    drawn = curve(made, regimen=best.regimen if best else None, start=one.estimate.case.now_in_model)
    if one.target is not None and one.target.metric in OF_LEVELS:
        drawn = replace(drawn, window=one.target.range)
    drug = str(made.model.drug.get("name", "")).capitalize()
    unit = made.model.structure.units.get("amount", "mg")
    ahead = f", then {best.regimen.amount:g} {unit} every {interval_words(best.regimen.interval_h)}" if best else ""
    return svg(drawn, f"{drug}: levels and what the model says of them{ahead}")
