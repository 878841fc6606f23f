"""The population models that ship, one TOML file each: read when first asked for, found by name or by drug."""

import difflib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from garrod.dosing.models.dose_model import DoseModel, Status
from garrod.dosing.models.model_file import model_of
from garrod.model.errors import Fault, InputError

FOLDER: Final = ("tables", "dosing", "models")
_NEAR: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class LibraryEntry:
    """One shipped model with what speaks for and against it.

    Attributes
    ----------
    file
        Name of its file, which is its id with a hyphen for the slash.
    agreement
        How its transcriptions agree: ``strict``, ``printed``, ``near``, ``conflict`` or ``single``.
    agrees, conflicts
        On what two transcriptions agree, and where they do not.
    blocks
        Why it is not admitted; empty for an admitted model.
    """

    file: str
    model: DoseModel
    agreement: str
    agrees: tuple[str, ...]
    conflicts: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def id(self) -> str:
        """Return the model's name, as ``vancomycin/goti2018``."""
        return self.model.id

    @property
    def drug(self) -> str:
        """Return the name of the drug."""
        return str(self.model.drug["name"])

    @property
    def status(self) -> Status:
        """Return ``admitted``, ``candidate`` or ``withdrawn``."""
        return self.model.status


@cache
def library() -> tuple[LibraryEntry, ...]:
    """Return every shipped model, by name.

    Raises
    ------
    InputError
        With every fault of a file that cannot be used.
    """
    folder = resources.files("garrod.knowledge").joinpath(*FOLDER)
    found = [_entry(one.name, one.read_text(encoding="utf-8")) for one in folder.iterdir() if one.name.endswith(".toml")]
    return tuple(sorted(found, key=lambda one: one.id))


def text_of(name: str) -> str:
    """Return the file of a shipped model as it stands."""
    folder = resources.files("garrod.knowledge").joinpath(*FOLDER)
    return folder.joinpath(name.replace("/", "-") + ".toml").read_text(encoding="utf-8")


def _entry(name: str, text: str) -> LibraryEntry:
    model = model_of(text, where=name)
    if model.id.replace("/", "-") + ".toml" != name:
        raise InputError(Fault(name, f"the file holds the model {model.id}", "name the file as its id"))
    said = model.transcription
    return LibraryEntry(
        name, model, str(said.get("agreement", "")), _texts(said, "agrees"), _texts(said, "conflicts"), _texts(said, "blocks")
    )


def _texts(table: Any, name: str) -> tuple[str, ...]:
    return tuple(map(str, table.get(name, ())))


def model_named(name: str) -> DoseModel:
    """Return the shipped model of a name.

    Parameters
    ----------
    name
        The id, as ``vancomycin/goti2018``; the part behind the slash does where only one model has it.

    Raises
    ------
    InputError
        Where no model, or more than one, has the name; names that are near are offered, never taken.
    """
    wanted = name.strip().casefold()
    ids = {one.id: one.model for one in library()}
    if wanted in ids:
        return ids[wanted]
    short = [full for full in ids if full.partition("/")[2] == wanted]
    if len(short) == 1:
        return ids[short[0]]
    near = short or _near(wanted, list(ids))
    remedy = f"did you mean {' or '.join(near)}?" if near else "see garrod dose models"
    raise InputError(Fault(name, "several models have this name" if short else "no model has this name", remedy))


def _near(wanted: str, ids: list[str]) -> list[str]:
    """Return up to three names that are near, first those of the drug that was meant."""
    of_drug = [one for one in ids if one.partition("/")[0] == wanted.partition("/")[0]]
    tails = {one.partition("/")[2]: one for one in ids}
    return (
        difflib.get_close_matches(wanted, of_drug, n=3, cutoff=_NEAR)
        or difflib.get_close_matches(wanted, ids, n=3, cutoff=_NEAR)
        or [tails[one] for one in difflib.get_close_matches(wanted, list(tails), n=3, cutoff=_NEAR)]
        or of_drug[:3]
    )


def models_of_drug(drug: str) -> tuple[LibraryEntry, ...]:
    """Return the shipped models of a drug, admitted ones first; none where there is none."""
    wanted = drug.strip().casefold()
    found = [one for one in library() if one.drug == wanted]
    return tuple(sorted(found, key=lambda one: (one.status != "admitted", one.id)))
