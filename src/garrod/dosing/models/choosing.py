"""Which model is meant: a shipped one by its name, or a file; and whether a hospital admitted it for itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.library import library, model_named, models_of_drug, text_of
from garrod.dosing.models.model_file import model_of
from garrod.model.errors import Fault, InputError


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A model with the SHA-256 of its file, by which an admission knows it."""

    model: DoseModel
    digest: str


def chosen(name: str) -> Chosen:
    """Return the model of an id, or of a file (a name that ends in ``.toml``, or that exists).

    Raises
    ------
    InputError
        Where nothing has the name, or the file has faults.
    """
    path = Path(name)
    if name.endswith(".toml") or path.is_file():
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as why:
            remedy = "give a readable model file, or an id that garrod dose models lists"
            raise InputError(Fault(path.name, f"this file cannot be read ({type(why).__name__})", remedy)) from None
        return Chosen(model_of(text, where=path.name), _digest(text))
    model = model_named(name)
    return Chosen(model, _digest(text_of(model.id)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def chosen_for(drug: str, names: Sequence[str]) -> tuple[Chosen, ...]:
    """Return the models asked for, or the admitted ones of the drug.

    Raises
    ------
    InputError
        Where none is asked for and the drug has no admitted model; those that it has are named.
    """
    if names:
        return tuple(chosen(name) for name in names)
    some = models_of_drug(drug)
    admitted = tuple(chosen(one.id) for one in some if one.status == "admitted")
    if admitted:
        return admitted
    if some:
        remedy = f"say --model, one of {', '.join(one.id for one in some)}; a candidate predicts and gives no dose"
        raise InputError(Fault("--drug", f"no admitted model of {drug} ships", remedy))
    drugs = ", ".join(sorted({one.drug for one in library()}))
    raise InputError(Fault("--drug", f"no model of {drug} ships", f"give a file with --model; there are models of {drugs}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """That a hospital admits a model for its own people, on its own levels.

    Attributes
    ----------
    model, version, digest
        The model and the SHA-256 of its file: an admission does not pass to another text.
    by
        Who answers for it, in their words.
    events
        SHA-256 of the table it was tried on.
    levels, bias, within_30, coverage
        What was found: number of levels forecast, mean relative error, share within 30 %, share inside the 90 % interval.
    """

    model: str
    version: str
    digest: str
    by: str
    events: str
    levels: int
    bias: float | None
    within_30: float | None
    coverage: float | None

    @property
    def in_words(self) -> str:
        """Say who admitted it, and on what."""
        figures = ", ".join(
            f"{name} {value:.0%}"
            for name, value in (("bias", self.bias), ("within 30 %", self.within_30), ("in the 90 % interval", self.coverage))
            if value is not None
        )
        return f"admitted for this hospital by {self.by}, on {self.levels} levels ({figures})"


def read_admissions(path: Path) -> tuple[Admission, ...]:
    """Read a file of admissions, one JSON object a line.

    Raises
    ------
    InputError
        With file and line of what is no admission.
    """
    found: list[Admission] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as why:
        remedy = "give the file that garrod dose evaluate --admit wrote"
        raise InputError(Fault(path.name, f"this file cannot be read ({type(why).__name__})", remedy)) from None
    for number, line in enumerate(lines, 1):
        try:
            one = msgspec.json.decode(line, type=Admission, strict=True)
        except (msgspec.ValidationError, msgspec.DecodeError):
            one = None
        if one is None or not one.by.strip() or one.levels < 1:
            remedy = "each line is what garrod dose evaluate --admit wrote"
            raise InputError(Fault(f"{path.name}:{number}", "this is no admission", remedy))
        found.append(one)
    return tuple(found)


def admission_of(one: Chosen, admissions: Sequence[Admission]) -> Admission | None:
    """Return the admission of just this text of the model, the last one of several."""
    wanted = (one.model.id, one.model.version, one.digest)
    return next((each for each in reversed(admissions) if (each.model, each.version, each.digest) == wanted), None)
