"""What warfarin's equations ask for, taken from a person and what was found: each value with where it comes from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from garrod.dosing.drugs import AMIODARONE, INDUCERS, WARFARIN
from garrod.dosing.warfarin.equations import IWPC_CYP2C9, Race
from garrod.dosing.warfarin.vkorc1 import ASKED, POSITIONS, Vkorc1, imputed, position_genotype, written_position
from garrod.model.calls import CallStatus, Diplotype, GeneResult
from garrod.model.errors import InputError
from garrod.model.findings import Findings
from garrod.model.person import Person

#: Words of a declared ancestry that are one of the publication's own; any other is not put into one of its groups.
RACE_WORDS: Final[Mapping[str, Race]] = {
    "white": Race.WHITE,
    "caucasian": Race.WHITE,
    "asian": Race.ASIAN,
    "black": Race.BLACK,
    "black or african american": Race.BLACK,
    "african american": Race.BLACK,
}
THROMBOSIS: Final = re.compile(r"\b(deep vein thrombosis|dvt|pulmonary embolism|pe|venous thromboembolism|vte)\b", re.I)
NOT_CURRENT: Final = re.compile(r"\b(no|not|without|history|previous|past|prophyl\w*|prevent\w*)\b", re.I)
MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What only whoever asks can say; None where it is not said."""

    race: Race | None = None
    target_inr: float | None = None
    is_smoker: bool | None = None
    has_thrombosis: bool | None = None


@dataclass(frozen=True, slots=True)
class InputUsed:
    """One input as it went in, and where it comes from."""

    name: str
    value: float | str | None
    unit: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cyp2c9:
    """The pairs of alleles that a person may carry.

    Attributes
    ----------
    best
        Pairs that fit best; empty where the gene is unknown or refused.
    others
        Further pairs of the equations' own alleles that are not excluded.
    not_excluded
        Pairs with other alleles that are not excluded, in words.
    refused
        Why the gene cannot be used though something is known of it.
    """

    best: tuple[Diplotype, ...] = ()
    others: tuple[Diplotype, ...] = ()
    not_excluded: str | None = None
    refused: str | None = None
    source: str = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vkorc1Input:
    """The genotypes at rs9923231 that a person may carry; one that is unknown stands alone."""

    best: tuple[Vkorc1, ...] = (Vkorc1.UNKNOWN,)
    refused: str | None = None
    source: str = "not known"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarfarinInputs:
    """Everything that the equations ask for, None where it is not known."""

    age_years: float | None
    height_cm: float | None
    weight_kg: float | None
    race: Race
    amiodarone: bool | None
    inducers: tuple[str, ...] | None
    cyp2c9: Cyp2c9
    vkorc1: Vkorc1Input
    target_inr: float | None
    is_smoker: bool | None
    has_thrombosis: bool | None
    used: tuple[InputUsed, ...]
    notes: tuple[str, ...]


def warfarin_inputs(person: Person, findings: Findings, asked: Asked) -> WarfarinInputs:
    """Collect what the equations ask for.

    Parameters
    ----------
    findings
        Genes and recognized medicines: without the list's recognition no co-medication is known.
    asked
        What is said beside the person's file; it counts before the file.
    """
    race, race_from, race_notes = _race(person, asked)
    current = {one.drug_id for one in findings.taken() if one.is_current}
    is_listed = person.medications is not None
    smoker, smoker_from = _smoker(person, asked)
    thrombosis, thrombosis_from = _thrombosis(findings, asked)
    cyp2c9 = _cyp2c9(findings.gene("CYP2C9"), findings)
    vkorc1 = _vkorc1(person, findings, is_limited=race in {Race.BLACK, Race.MISSING_OR_MIXED})
    amiodarone = AMIODARONE in current if is_listed else None
    inducers = tuple(one for one in INDUCERS if one in current) if is_listed else None
    medicines = "medicine list" if is_listed else "no medicine list given"
    age, height, weight = person.age_years(), person.height_cm(), person.weight_kg()
    used = (
        InputUsed("age", None if age is None else int(age), "a", "birth date, at the time asked for"),
        InputUsed("height", height, "cm", _measured(person, "height")),
        InputUsed("weight", weight, "kg", _measured(person, "weight")),
        InputUsed("race", str(race), None, race_from),
        InputUsed("amiodarone", _word(amiodarone), None, medicines),
        InputUsed("enzyme inducer", None if inducers is None else ", ".join(inducers) or "no", None, medicines),
        InputUsed("CYP2C9", " or ".join(one.name for one in cyp2c9.best) or "unknown", None, cyp2c9.source),
        InputUsed("VKORC1 rs9923231", " or ".join(vkorc1.best), None, vkorc1.source),
        InputUsed("target INR", asked.target_inr, None, "given" if asked.target_inr is not None else "not given"),
        InputUsed("smoker", _word(smoker), None, smoker_from),
        InputUsed("current thrombosis or embolism", _word(thrombosis), None, thrombosis_from),
    )
    return WarfarinInputs(
        age_years=age,
        height_cm=height,
        weight_kg=weight,
        race=race,
        amiodarone=amiodarone,
        inducers=inducers,
        cyp2c9=cyp2c9,
        vkorc1=vkorc1,
        target_inr=asked.target_inr,
        is_smoker=smoker,
        has_thrombosis=thrombosis,
        used=used,
        notes=(*race_notes, *vkorc1.notes, *_medicine_notes(findings)),
    )


def _word(holds: bool | None) -> str | None:  # noqa: FBT001 - the value is what is written
    return None if holds is None else "yes" if holds else "no"


def _race(person: Person, asked: Asked) -> tuple[Race, str, tuple[str, ...]]:
    if asked.race is not None:
        return asked.race, "given", ()
    declared = person.declared_ancestry
    if declared is None:
        return Race.MISSING_OR_MIXED, "not given, which the publication codes as missing", ()
    known = RACE_WORDS.get(declared.strip().lower())
    if known:
        return known, "declared ancestry", ()
    note = "The declared ancestry is none of the publication's groups, so the term for missing or mixed race is used."
    return Race.MISSING_OR_MIXED, "declared ancestry, none of the publication's groups", (note,)


def _measured(person: Person, name: str) -> str:
    """Say when the newest value was measured."""
    some = [one for one in person.body or () if getattr(one, name) is not None]
    if not some:
        return "not given"
    times = [one.time for one in some if one.time is not None]
    return f"measured {max(times).date().isoformat()}" if times else "measured at a time that is not known"


def _smoker(person: Person, asked: Asked) -> tuple[bool | None, str]:
    if asked.is_smoker is not None:
        return asked.is_smoker, "given"
    status = person.smoking.status if person.smoking else "unknown"
    if status == "current":
        return True, "smoking status"
    return (False, "smoking status") if status in {"former", "never"} else (None, "not known")


def _thrombosis(findings: Findings, asked: Asked) -> tuple[bool | None, str]:
    """Say whether warfarin is for a current thrombosis: as said, or by what its entry gives as indication."""
    if asked.has_thrombosis is not None:
        return asked.has_thrombosis, "given"
    texts = [one.indication for one in findings.taken() if one.drug_id == WARFARIN and one.is_current and one.indication]
    if not texts:
        return None, "warfarin's indication is not given"
    found = [bool(THROMBOSIS.search(text)) for text in texts]
    if any(found) and any(NOT_CURRENT.search(text) for text in texts):
        return None, "warfarin's indication does not say whether the thrombosis is current"
    return any(found), "indication of warfarin in the list"


def _medicine_notes(findings: Findings) -> Iterator[str]:
    current = {one.drug_id for one in findings.taken() if one.is_current}
    unread = sorted({one.subject for one in findings.of_kind("medication") if one.value is None})
    if unread:
        yield f"Not recognized in the list, so not counted: {', '.join(unread)}."
    acting = {one.by for found in findings.activities() if found.gene == "CYP2C9" for one in found.influences}
    stopped = sorted((acting & {AMIODARONE, *INDUCERS}) - current)
    if stopped:
        yield (
            f"Stopped, and likely still acting: {', '.join(stopped)}. "
            "The equations ask only what is taken, so no term is counted for it; expect the dose to move."
        )
    others = sorted(acting - {AMIODARONE, *INDUCERS, WARFARIN})
    if others:
        yield f"Acts on CYP2C9 and has no term in these equations: {', '.join(others)}."
    if "fosphenytoin" in current and "phenytoin" not in current:
        yield "Fosphenytoin becomes phenytoin; the publication does not name it, so no term is counted for it."


def _cyp2c9(result: GeneResult | None, findings: Findings) -> Cyp2c9:
    if result is None or not result.is_assessed:
        if any(one.subject.upper() == "CYP2C9" for one in findings.of_kind("unreadable_outside_call")):
            return Cyp2c9(refused="the laboratory's result for CYP2C9 cannot be read", source="laboratory")
        return Cyp2c9(source=(result.reason if result else None) or "not known")
    source = str(result.source.value) if result.source else "not known"
    if refused := _unusable(result):
        return Cyp2c9(refused=refused, source=source)
    best = tuple(one.diplotype for one in result.diplotypes if one.rank == 1)
    names = dict.fromkeys([one.diplotype.name for one in result.diplotypes] + list(result.diplotypes_possible))
    rest = [name for name in names if name not in {one.name for one in best}]
    outside = [name for name in rest if name not in IWPC_CYP2C9]
    return Cyp2c9(
        best=best,
        others=tuple(Diplotype("CYP2C9", tuple(name.split("/"))) for name in rest if name in IWPC_CYP2C9),
        not_excluded=_named(outside, result) if outside else None,
        source=source,
    )


def _unusable(result: GeneResult) -> str | None:
    """Return why a result that exists cannot go into an equation."""
    if result.needs_review:
        return "the laboratory and the genome disagree on CYP2C9"
    if result.status is not CallStatus.CALLED:
        return "no pair of named CYP2C9 alleles fits what was read"
    if not result.diplotypes:
        return "a phenotype was reported for CYP2C9, which does not tell the alleles that the equations ask for"
    return None


def _named(names: Iterable[str], result: GeneResult) -> str:
    some = list(names)
    more = max(result.diplotypes_count, len(some)) - len(some[:MOST_NAMED])
    return ", ".join(some[:MOST_NAMED]) + (f" and up to {more} more" if more > 0 else "")


def _vkorc1(person: Person, findings: Findings, *, is_limited: bool) -> Vkorc1Input:
    """Read rs9923231 from the genome, a laboratory's call of any position that tells it, or leave it unknown."""
    result = findings.gene("VKORC1")
    if result is not None and result.needs_review:
        return Vkorc1Input(refused="the laboratory and the genome disagree on VKORC1", source="genome and laboratory")
    read: dict[str, set[Vkorc1]] = {}
    faults: list[str] = []
    for position, genotype in (*_from_result(result), *_from_laboratory(person, result, faults)):
        read.setdefault(position, set()).add(genotype)
    if faults:
        return Vkorc1Input(refused=faults[0], source="laboratory")
    twice = sorted(position for position, some in read.items() if len(some) > 1)
    if twice and twice != [ASKED]:
        return Vkorc1Input(refused=f"results for {', '.join(twice)} contradict each other", source="laboratory")
    if twice:
        return Vkorc1Input(best=tuple(sorted(read[ASKED])), source="results that differ")
    found = imputed({position: next(iter(some)) for position, some in read.items()}, is_black_missing_or_mixed=is_limited)
    if found.read_at is None:
        note = ("Neighbors of rs9923231 were read, which do not stand in for it in this person's group.",) if read else ()
        return Vkorc1Input(source="not known" if read or result is None else result.reason or "not known", notes=note)
    source = f"imputed from {found.read_at}" if found.is_imputed else "read"
    differ = (f"{', '.join(found.disagreeing)} would say another VKORC1 genotype.",) if found.disagreeing else ()
    return Vkorc1Input(best=(found.genotype,), source=source, notes=differ)


def _from_result(result: GeneResult | None) -> Iterator[tuple[str, Vkorc1]]:
    if result is None or not result.is_assessed:
        return
    for one in result.diplotypes:
        bases = "".join(name[-2:-1] for name in one.diplotype.alleles)  # "rs9923231 variant (T)": plus strand
        if one.rank == 1:
            yield ASKED, position_genotype(ASKED, bases, "plus")
    if not result.diplotypes and result.phenotype and (written := written_position(result.phenotype)):
        yield ASKED, position_genotype(*written)


def _from_laboratory(person: Person, result: GeneResult | None, faults: list[str]) -> Iterator[tuple[str, Vkorc1]]:
    """Yield what laboratories say of single positions; what names none is a fault unless the gene was read from it."""
    for call in person.outside_calls:
        if call.gene.strip().upper() != "VKORC1" or not call.call:
            continue
        written = written_position(call.call)
        if written is None:
            if result is None or not result.is_assessed:
                faults.append("the laboratory's result for VKORC1 does not name its position (rs9923231 C/T, rs9934438 C/T)")
            continue
        if written[0] not in POSITIONS:
            continue
        try:
            yield written[0], position_genotype(*written)
        except InputError as error:
            faults.append("; ".join(f"{one.where}: {one.what}" for one in error.faults))
