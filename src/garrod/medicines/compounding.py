"""Quantities for a compounded medicine from one person's dose: computed, rounded to what can be measured, and checked back.

It chooses no excipient, invents no stability and signs nothing: those are the pharmacist's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from garrod.model.errors import Fault, InputError
from garrod.model.medicines import TakenMedicine

MILLIGRAMS: Final = {
    "mg": Decimal(1),
    "g": Decimal(1000),
    "ug": Decimal("0.001"),
    "mcg": Decimal("0.001"),
    "µg": Decimal("0.001"),
}
#: A balance of 6 mg sensitivity weighs no less than 120 mg within 5 % (class A prescription balance).
LEAST_WEIGHED_MG: Final = Decimal(120)
LARGEST_CHANGE: Final = Decimal("0.05")
FORMS: Final = frozenset({"liquid", "capsule"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundingRequest:
    """What is to be made, all of it given.

    Attributes
    ----------
    dose_mg
        One dose for this person, in mg.
    source_mg
        What one unit of the source holds: mg in a tablet, or mg of drug in 1000 mg of powder (its potency).
    source
        ``tablet`` or ``powder``.
    volume_ml
        For a liquid: the volume of one dose, in mL.
    displacement_ml_per_g
        For a powder in a liquid: the volume that 1 g takes up; given by whoever measured it.
    overage
        Share made beyond what is needed, 0 to 1.
    step_mg, step_ml
        What balance and syringe can tell apart.
    """

    drug: str
    form: str
    dose_mg: Decimal
    doses: int
    source: str
    source_mg: Decimal
    volume_ml: Decimal | None = None
    displacement_ml_per_g: Decimal | None = None
    overage: Decimal = Decimal("0.05")
    step_mg: Decimal = Decimal(1)
    step_ml: Decimal = Decimal("0.1")
    least_weighed_mg: Decimal = LEAST_WEIGHED_MG


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One line of the worksheet."""

    what: str
    amount: Decimal
    unit: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """What to take, and what the check by calculating back gives."""

    request: CompoundingRequest
    quantities: tuple[Quantity, ...]
    dose_back_mg: Decimal
    change: Decimal  #: of the dose by rounding, as a share
    notes: tuple[str, ...]


def compounding_request(medicine: TakenMedicine | None, given: Mapping[str, str]) -> CompoundingRequest:
    """Put the request together from the person's own dose and what is given beside it.

    Raises
    ------
    InputError
        Naming everything that is missing or cannot be read, with what would do.
    """
    faults: list[Fault] = []
    dose = _dose(medicine, given, faults)
    values = {name: _number(name, given, faults) for name in NUMBERS}
    form, source = given.get("form", ""), given.get("source", "")
    if form not in FORMS:
        faults.append(Fault("--given form", "what is to be made is not said", "give form=liquid or form=capsule"))
    if source not in {"tablet", "powder"}:
        faults.append(Fault("--given source", "what it is made from is not said", "give source=tablet or source=powder"))
    needed = ["doses", "source_mg", *(["volume_ml"] if form == "liquid" else [])]
    faults += [
        Fault(f"--given {n}", "this is not given", f"give {n}=... ({NUMBERS[n]})")
        for n in needed
        if values[n] is None and n not in given
    ]
    faults += _impossible(values)
    unknown = sorted(set(given) - {*NUMBERS, "form", "source", "dose_mg"})
    faults += [Fault(f"--given {name}", "nothing is known of this", f"give {', '.join(NUMBERS)}") for name in unknown]
    if faults or dose is None:
        raise InputError(*faults)
    more = {name: values[name] for name in OPTIONAL if values[name] is not None}
    doses, source_mg = values["doses"], values["source_mg"]
    assert doses is not None and source_mg is not None
    return CompoundingRequest(
        drug=medicine.drug_id if medicine else given.get("drug", ""),
        form=form,
        dose_mg=dose,
        doses=int(doses),
        source=source,
        source_mg=source_mg,
        **more,  # type: ignore[arg-type]
    )


NUMBERS: Final = {
    "doses": "how many doses",
    "source_mg": "mg in one tablet, or mg of drug in 1000 mg of powder",
    "volume_ml": "mL of one dose",
    "displacement_ml_per_g": "mL that 1 g of powder takes up",
    "overage": "share made beyond the need, as 0.05",
    "step_mg": "mg that the balance tells apart",
    "step_ml": "mL that the syringe tells apart",
    "least_weighed_mg": "mg that the balance weighs at least",
}
OPTIONAL: Final = ("volume_ml", "displacement_ml_per_g", "overage", "step_mg", "step_ml", "least_weighed_mg")


def _dose(medicine: TakenMedicine | None, given: Mapping[str, str], faults: list[Fault]) -> Decimal | None:
    if "dose_mg" in given:
        return _number("dose_mg", given, faults)
    if medicine is None or medicine.dose is None or medicine.dose.unit not in MILLIGRAMS:
        faults.append(
            Fault("--worksheet", "the list holds no dose of it in mg", "write its dose in the list, or give dose_mg=...")
        )
        return None
    return _short(Decimal(str(medicine.dose.value)) * MILLIGRAMS[medicine.dose.unit])


def _number(name: str, given: Mapping[str, str], faults: list[Fault]) -> Decimal | None:
    if name not in given:
        return None
    try:
        value = Decimal(given[name])
    except InvalidOperation:
        faults.append(Fault(f"--given {name}", f"{given[name]!r} is not a number", "write it with digits, as 2.5"))
        return None
    if not (value.is_finite() and value >= 0):
        faults.append(Fault(f"--given {name}", f"{given[name]} is not an amount", "write a positive number"))
        return None
    return value


def _impossible(values: Mapping[str, Decimal | None]) -> Iterator[Fault]:
    for name in ("doses", "source_mg", "volume_ml", "step_mg", "step_ml"):
        if values.get(name) == 0:
            yield Fault(f"--given {name}", "0 is not an amount", "write a positive number")
    overage, potency, doses = values.get("overage"), values.get("source_mg"), values.get("doses")
    if overage is not None and overage > 1:
        yield Fault("--given overage", "more than twice the need would be made", "write the share, as 0.05")
    if doses is not None and doses != doses.to_integral_value():
        yield Fault("--given doses", "a number of doses is whole", "write a whole number")
    if potency is not None and potency > 100_000:
        yield Fault("--given source_mg", "no source holds that much", "write mg")


def worksheet(request: CompoundingRequest) -> Worksheet:
    """Compute the quantities.

    Raises
    ------
    InputError
        Where rounding to what can be measured would change the dose by more than 5 %.
    """
    needed = _short(request.dose_mg * request.doses * (1 + request.overage))
    lines = [Quantity(what="drug needed", amount=needed, unit="mg", how=_needed_words(request))]
    lines += _tablets(request, needed) if request.source == "tablet" else _powder(request, needed)
    taken = lines[-1].amount * request.source_mg / (1 if request.source == "tablet" else 1000)
    notes = []
    if request.form == "liquid":
        lines += _liquid(request, lines[-1].amount)
        dose = _measured(request.volume_ml or Decimal(0), request.step_ml)
        total = (request.volume_ml or Decimal(0)) * request.doses * (1 + request.overage)
        back = taken / total * dose
        lines.append(Quantity(what="measure for one dose", amount=dose, unit="mL", how=f"to the nearest {request.step_ml} mL"))
    else:
        lines.append(_fill(request, taken))
        back = taken / (request.doses * (1 + request.overage))
    if request.source == "powder" and lines[1].amount < request.least_weighed_mg:
        notes.append(_aliquot_words(lines[1].amount, request))
    change = (back - request.dose_mg) / request.dose_mg
    if abs(change) > LARGEST_CHANGE:
        raise InputError(
            Fault(
                "--worksheet",
                f"rounding changes the dose by {change:+.1%}",
                "choose a finer balance or syringe, or more doses at once",
            )
        )
    return Worksheet(request=request, quantities=tuple(lines), dose_back_mg=back, change=change, notes=tuple(notes))


def _needed_words(request: CompoundingRequest) -> str:
    return f"{request.dose_mg} mg x {request.doses} doses x {1 + request.overage} (with overage)"


def _tablets(request: CompoundingRequest, needed: Decimal) -> list[Quantity]:
    how = f"{needed} mg / {request.source_mg} mg; crush whole ones and weigh the part"
    return [Quantity(what="tablets", amount=needed / request.source_mg, unit="tablets", how=how)]


def _powder(request: CompoundingRequest, needed: Decimal) -> list[Quantity]:
    exact = needed * 1000 / request.source_mg
    return [
        Quantity(
            what="powder to weigh",
            amount=_measured(exact, request.step_mg),
            unit="mg",
            how=f"{needed} mg / ({request.source_mg} mg in 1000 mg), to the nearest {request.step_mg} mg",
        )
    ]


def _liquid(request: CompoundingRequest, source: Decimal) -> list[Quantity]:
    total = (request.volume_ml or Decimal(0)) * request.doses * (1 + request.overage)
    how = f"{request.volume_ml} mL x {request.doses} x {1 + request.overage}"
    lines = [Quantity(what="final volume", amount=total, unit="mL", how=how)]
    if request.displacement_ml_per_g is None or request.source != "powder":
        return [
            *lines,
            Quantity(what="vehicle", amount=total, unit="mL", how="up to the final volume; no displacement was given"),
        ]
    displaced = source / 1000 * request.displacement_ml_per_g
    how = f"final volume less {displaced} mL that the powder takes up"
    return [*lines, Quantity(what="vehicle", amount=total - displaced, unit="mL", how=how)]


def _fill(request: CompoundingRequest, taken: Decimal) -> Quantity:
    each = taken / (request.doses * (1 + request.overage))
    return Quantity(what="drug in one capsule", amount=each, unit="mg", how="what was taken, over the capsules made")


def _aliquot_words(weight: Decimal, request: CompoundingRequest) -> str:
    factor = (request.least_weighed_mg / weight).to_integral_value(rounding="ROUND_CEILING")
    return (
        f"{weight} mg is below the {request.least_weighed_mg} mg that the balance weighs within 5 %: weigh {weight * factor} mg, "
        f"dilute it to {factor} equal parts and take one."
    )


def _short(value: Decimal) -> Decimal:
    """Return the same number without zeros at its end, and never as a power of ten."""
    return Decimal(f"{value.normalize():f}")


def _measured(value: Decimal, step: Decimal) -> Decimal:
    """Round to what can be measured, halves up."""
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
