"""A dose-model file from the model file of another program: which kind it is, the draft of it, and proof that it loads."""

from dataclasses import dataclass
from pathlib import Path

from garrod.dosing.importing.draft import Draft, toml_of, units_of
from garrod.dosing.importing.json5_models import draft_of_json5
from garrod.dosing.importing.nonmem_models import draft_of_control_stream
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.model_file import model_of
from garrod.model.errors import Fault, InputError


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """The text of a dose-model file, the model it holds, and what the import has to say about it."""

    text: str
    model: DoseModel
    notes: tuple[str, ...]


def import_model(path: Path, *, drug: str | None = None, units: str | None = None) -> Imported:
    """Turn a model file of another program into one of ours.

    Parameters
    ----------
    path
        An InsightRX/PKPDsim model file (``.json5``, ``.json``) or a NONMEM control stream.
    drug
        Name of the drug, where it is known; files do not say it in a place of its own.
    units
        Units of time, amount and concentration, as ``h,mg,mg/L``; files do not say them in a place of their own.

    Raises
    ------
    InputError
        With file and line of what cannot be represented, what it is and what would do.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as why:
        remedy = "give a readable model file in UTF-8"
        raise InputError(Fault(path.name, f"this file cannot be read ({type(why).__name__})", remedy)) from None
    try:
        draft = _draft(content, text, path)
        draft.drug, draft.units = drug, units_of(units)
        made = toml_of(draft)
    except RecursionError:
        what = "brackets stand too deep in one another"
        raise InputError(Fault(path.name, what, "write the code in smaller steps")) from None
    return Imported(made, model_of(made, where=path.name), tuple(draft.notes))


def _draft(content: bytes, text: str, path: Path) -> Draft:
    if path.suffix.lower() in {".json5", ".json"} or text.lstrip().startswith("{"):
        return draft_of_json5(content, path.name)
    return draft_of_control_stream(content, path.name)
