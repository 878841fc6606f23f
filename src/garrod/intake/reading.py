"""Read a person: a person file with its genomes, or a genome by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from garrod.genome.files import ReadOptions, Sites, check_is_file, is_genome, read_genome
from garrod.intake.outside_file import read_outside_calls
from garrod.intake.person_json import (
    PersonText,
    age_is_possible,
    evidence_of,
    parse_person,
    read_documents,
)
from garrod.knowledge.loading import Knowledge
from garrod.knowledge.pharmacogenomics import Gene, Variant, VariantForm
from garrod.model.errors import Fault, InputError
from garrod.model.genotypes import Assembly, GenomeEvidence, ReadThresholds
from garrod.model.person import Person


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What the caller says beside the files. None means: as the files say.

    Attributes
    ----------
    genomes
        Genome files beside those that the person file names.
    outside
        Files of outside calls beside those of the person file.
    all_samples
        For a genome by itself: every sample becomes a person.
    """

    genomes: tuple[Path, ...] = ()
    outside: tuple[Path, ...] = ()
    sample: str | None = None
    all_samples: bool = False
    sex: str | None = None
    assembly: Assembly | None = None
    absent_is_reference: bool = False
    as_of: datetime | None = None
    thresholds: ReadThresholds = field(default_factory=ReadThresholds)


def sites(knowledge: Knowledge) -> Sites:
    """Return the genome positions that any domain asks for."""
    return knowledge.once(_sites)


def _sites(knowledge: Knowledge) -> Sites:
    return Sites.of(knowledge.rows(Variant), knowledge.rows(VariantForm), knowledge.rows(Gene))


def read_person(path: str | Path, knowledge: Knowledge, options: IntakeOptions | None = None) -> Person:
    """Read one person from a person file or a genome file.

    Raises
    ------
    InputError
        When the file cannot be used, or holds several people and none was chosen.
    """
    people = read_people(path, knowledge, options)
    if len(people) != 1:
        raise InputError(
            Fault(Path(path).name, f"the file holds {len(people)} people", "give one person a file, or use garrod call")
        )
    return people[0]


def read_people(path: str | Path, knowledge: Knowledge, options: IntakeOptions | None = None) -> tuple[Person, ...]:
    """Read every person of a file. Each genome file is read once, whatever the number of its samples.

    Raises
    ------
    InputError
        With the faults of all people together.
    """
    place, chosen = Path(path), options or IntakeOptions()
    check_is_file(place, "name a person file or a genome file")
    outside = [call for one in chosen.outside for call in read_outside_calls(one, knowledge)]
    people = _people_of_genome(place, knowledge, chosen) if is_genome(place) else _people_of_file(place, knowledge, chosen)
    if outside and len(people) > 1:
        raise InputError(Fault(chosen.outside[0].name, "outside calls belong to one person", "choose one with --sample"))
    return tuple(replace(person, outside_calls=(*person.outside_calls, *outside)) for person in people)


def _read_options(options: IntakeOptions) -> ReadOptions:
    return ReadOptions(
        sample=options.sample,
        all_samples=options.all_samples,
        assembly=options.assembly,
        absent_is_reference=options.absent_is_reference,
        thresholds=options.thresholds,
    )


def _people_of_genome(path: Path, knowledge: Knowledge, options: IntakeOptions) -> tuple[Person, ...]:
    found = read_genome(path, sites(knowledge), _read_options(options))
    more = [one for other in options.genomes for one in read_genome(other, sites(knowledge), _read_options(options))]
    return tuple(Person(id=one.sample, sex=options.sex or "unknown", as_of=options.as_of, genomes=(one, *more)) for one in found)


def _people_of_file(path: Path, knowledge: Knowledge, options: IntakeOptions) -> tuple[Person, ...]:
    faults: list[Fault] = []
    texts: list[PersonText] = []
    for where, raw in read_documents(path):
        try:
            texts.append(parse_person(where, raw))
        except InputError as error:
            faults += error.faults
    people = []
    for text in texts:
        try:
            people.append(_person(path, text, knowledge, options))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*faults)
    return tuple(people)


def _person(path: Path, text: PersonText, knowledge: Knowledge, options: IntakeOptions) -> Person:
    person = evidence_of(text, options.as_of)
    if not age_is_possible(person.birth_date, person.as_of):
        raise InputError(Fault(f"{text.where}: birth_date", "the person is born after the time asked for", "correct --as-of"))
    genomes: list[GenomeEvidence] = []
    for named in text.person.genomes:
        chosen = replace(
            _read_options(options),
            sample=options.sample or named.sample,
            assembly=options.assembly or (Assembly(named.assembly) if named.assembly else None),
            absent_is_reference=options.absent_is_reference or named.absent_is_reference,
        )
        genomes += read_genome(path.parent / named.file, sites(knowledge), chosen)
    for other in options.genomes:
        genomes += read_genome(other, sites(knowledge), _read_options(options))
    return replace(person, sex=_sex(person, options), genomes=_one_a_file(genomes))


def _sex(person: Person, options: IntakeOptions) -> str:
    return options.sex or person.sex


def _one_a_file(genomes: Sequence[GenomeEvidence]) -> tuple[GenomeEvidence, ...]:
    """Keep the order in which files were named; the same file twice is one genome."""
    seen: dict[tuple[str, str], GenomeEvidence] = {}
    for one in genomes:
        seen.setdefault((one.file, one.sample), one)
    return tuple(seen.values())
