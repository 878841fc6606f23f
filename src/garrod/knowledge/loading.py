"""Load tables: TSV rows become frozen row classes; a fault names file and line."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from garrod.knowledge import (
    allergies,
    cautions,
    enzymes,
    exposure,
    guidelines,
    interactions,
    laboratory,
    organ_doses,
    pharmacogenomics,
    strengths,
)
from garrod.knowledge import vocabulary as words
from garrod.knowledge.provenance import Source
from garrod.model.errors import Fault, KnowledgeError

Row = TypeVar("Row")

SHIPPED: Final = Path(__file__).parent / "tables"

#: Each row class and the files that hold its rows. Folders that end in ``_clinpgx`` carry CC BY-SA rows and may be absent.
TABLES: Final[dict[type[Any], tuple[str, ...]]] = {
    Source: (
        "sources.tsv",
        "medicines/sources.tsv",
        "exposure/sources.tsv",
        "interactions/sources.tsv",
        "laboratory/sources.tsv",
        "organs/sources.tsv",
        "allergies/sources.tsv",
        "cautions/sources.tsv",
    ),
    pharmacogenomics.Gene: ("pharmacogenomics/gene.tsv",),
    pharmacogenomics.Variant: ("pharmacogenomics/variant.tsv",),
    pharmacogenomics.VariantForm: ("pharmacogenomics/variant_form.tsv",),
    pharmacogenomics.Allele: ("pharmacogenomics/allele.tsv",),
    pharmacogenomics.AlleleVariant: ("pharmacogenomics/allele_variant.tsv",),
    pharmacogenomics.PositionRule: ("pharmacogenomics/position_rule.tsv",),
    pharmacogenomics.UnphasedPriority: ("pharmacogenomics/unphased_priority.tsv",),
    pharmacogenomics.AlleleFunction: (
        "pharmacogenomics/allele_function.tsv",
        "pharmacogenomics_clinpgx/allele_function.tsv",
    ),
    pharmacogenomics.PhenotypeRule: (
        "pharmacogenomics/phenotype_rule.tsv",
        "pharmacogenomics_clinpgx/phenotype_rule.tsv",
    ),
    pharmacogenomics.HaplotypeCount: ("pharmacogenomics/haplotype_count.tsv",),
    pharmacogenomics.VariantFrequency: ("pharmacogenomics/variant_frequency.tsv",),
    guidelines.Drug: ("guidelines/drug.tsv", "guidelines_clinpgx/drug.tsv", "medicines/drug.tsv"),
    enzymes.EnzymeEffect: ("medicines/enzyme_effect.tsv", "medicines_clinpgx/enzyme_effect.tsv"),
    enzymes.EffectTime: ("medicines/effect_time.tsv",),
    enzymes.ConversionRule: ("medicines/conversion_rule.tsv",),
    organ_doses.OrganDose: ("organs/organ_dose.tsv",),
    allergies.Group: ("allergies/group.tsv",),
    allergies.GroupMember: ("allergies/group_member.tsv",),
    allergies.AllergenName: ("allergies/allergen_name.tsv",),
    allergies.ReactionWord: ("allergies/reaction_word.tsv",),
    allergies.CrossReaction: ("allergies/cross_reaction.tsv",),
    cautions.ConditionName: ("cautions/condition_name.tsv",),
    cautions.Caution: ("cautions/caution.tsv",),
    laboratory.Analyte: ("laboratory/analyte.tsv",),
    laboratory.AnalyteName: ("laboratory/analyte_name.tsv",),
    laboratory.AnalyteUnit: ("laboratory/analyte_unit.tsv",),
    interactions.DrugClass: ("interactions/drug_class.tsv",),
    interactions.DrugClassMember: ("interactions/drug_class_member.tsv",),
    interactions.Hazard: ("interactions/hazard.tsv",),
    interactions.HazardMember: ("interactions/hazard_member.tsv",),
    interactions.HazardFactor: ("interactions/hazard_factor.tsv",),
    interactions.HazardTier: ("interactions/hazard_tier.tsv",),
    interactions.PairRule: ("interactions/pair_rule.tsv",),
    interactions.TherapeuticOption: ("interactions/therapeutic_option.tsv",),
    interactions.FoodRule: ("interactions/food_rule.tsv",),
    exposure.Disposition: ("exposure/disposition.tsv",),
    exposure.PathwayShare: ("exposure/pathway_share.tsv",),
    exposure.ModifierStrength: ("exposure/modifier_strength.tsv",),
    exposure.PathwayActivity: ("exposure/pathway_activity.tsv",),
    exposure.ExposureTier: ("exposure/exposure_tier.tsv",),
    exposure.ExposureNote: ("exposure/exposure_note.tsv",),
    exposure.ObservedExposure: ("exposure/observed_exposure.tsv",),
    guidelines.DrugName: ("guidelines/drug_name.tsv", "medicines/drug_name.tsv"),
    words.NameWord: ("medicines/name_word.tsv",),
    words.FrequencyWord: ("medicines/frequency_word.tsv",),
    words.AtcCombination: ("medicines/atc_combination.tsv",),
    words.VocabularyFile: ("medicines/vocabulary_file.tsv",),
    words.VocabularyEntry: ("medicines/vocabulary_entry.tsv",),
    strengths.Strength: ("medicines/strength.tsv",),
    guidelines.GeneDrug: ("guidelines/gene_drug.tsv",),
    guidelines.Indication: ("guidelines/indication.tsv", "guidelines_clinpgx/indication.tsv"),
    guidelines.IndicationWord: ("guidelines/indication_word.tsv",),
    **{
        kind: (f"guidelines/{name}.tsv", f"guidelines_clinpgx/{name}.tsv")
        for kind, name in (
            (guidelines.Guideline, "guideline"),
            (guidelines.Statement, "statement"),
            (guidelines.StatementDrug, "statement_drug"),
            (guidelines.StatementKey, "statement_key"),
            (guidelines.StatementPart, "statement_part"),
            (guidelines.StatementDose, "statement_dose"),
            (guidelines.StatementAlternative, "statement_alternative"),
            (guidelines.StatementDetail, "statement_detail"),
        )
    },
}
#: The names and codes of medicines that are too many for a table to read.
VOCABULARY: Final = "medicines/vocabulary.sqlite"
OPTIONAL_FOLDERS: Final = frozenset({"pharmacogenomics_clinpgx", "guidelines_clinpgx", "medicines_clinpgx"})


def read_table(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    """Read one file into rows of one class.

    Raises
    ------
    KnowledgeError
        Naming every row that does not fit, by file and line.
    """
    names = list(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    lines = _lines(path)
    header = lines[0].split("\t") if lines else []
    if header != names:
        raise KnowledgeError(Fault(f"{_shown(path)}:1", "the columns are not those of the row class", f"write {' '.join(names)}"))
    cells = [line.split("\t") for line in lines[1:]]
    faults = [
        Fault(f"{_shown(path)}:{number}", f"{len(row)} cells stand under {len(names)} columns", "write one cell a column")
        for number, row in enumerate(cells, start=2)
        if len(row) != len(names)
    ]
    if faults:
        raise KnowledgeError(*faults)
    raw = [{name: cell for name, cell in zip(names, row, strict=True) if cell != ""} for row in cells]
    try:
        return tuple(msgspec.convert(raw, list[kind], strict=False))  # type: ignore[valid-type]
    except msgspec.ValidationError:
        raise KnowledgeError(*_faults(path, raw, kind)) from None


def _shown(path: Path) -> str:
    """Return the file as it is named in messages: with its folder, which tells two tables of one name apart."""
    return path.name if path.name == "sources.tsv" else f"{path.parent.name}/{path.name}"


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = f"the table cannot be read ({type(error).__name__})"
        raise KnowledgeError(Fault(_shown(path), what, "install garrod again")) from error
    found = []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        try:
            found.append(line.removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError:
            raise KnowledgeError(
                Fault(f"{_shown(path)}:{number}", "this line is not UTF-8", "write the table as UTF-8")
            ) from None
    return found[:-1] if found and not found[-1] else found


def _faults(path: Path, raw: Iterable[dict[str, str]], kind: type[Any]) -> list[Fault]:
    """Find every row that fails, now that we know one does."""
    faults = []
    for number, cells in enumerate(raw, start=2):
        try:
            msgspec.convert(cells, kind, strict=False)
        except msgspec.ValidationError as error:
            faults.append(Fault(f"{_shown(path)}:{number}", str(error), "correct the row or its source"))
    return faults


class Knowledge:
    """All tables of one folder. A table is read when it is first asked for, and once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: dict[type[Any], tuple[Any, ...]] = {}
        self._replaced: dict[type[Any], tuple[Any, ...]] = {}
        self._sizes: dict[type[Any], list[tuple[str, int]]] = {}
        self._built: dict[Callable[[Knowledge], Any], Any] = {}

    def rows(self, kind: type[Row]) -> tuple[Row, ...]:
        """Return every row of one class, in the order of its files."""
        if kind not in self._rows:
            found: list[Row] = []
            sizes = []
            for name in TABLES[kind]:
                path = self.folder / name
                if not path.exists() and path.parent.name in OPTIONAL_FOLDERS:
                    continue
                some = read_table(path, kind)
                found.extend(some)
                sizes.append((name, len(some)))
            self._rows[kind], self._sizes[kind] = tuple(found), sizes
        return self._rows[kind]

    def place(self, kind: type[Any], index: int) -> str:
        """Return where a row stands, as ``file:line``."""
        for name, size in self._sizes.get(kind, ()):
            if index < size:
                return f"{name}:{index + 2}"
            index -= size
        return TABLES[kind][0]

    def once(self, build: Callable[["Knowledge"], Row]) -> Row:
        """Return what ``build`` makes of these tables, made once: an index, a matcher."""
        if build not in self._built:
            self._built[build] = build(self)
        return self._built[build]  # type: ignore[no-any-return]

    def replacing(self, rows: Mapping[type[Any], tuple[Any, ...]]) -> "Knowledge":
        """Return knowledge with some tables' rows replaced: to ask what would follow under other rows."""
        other = Knowledge(self.folder)
        other._rows = {**self._rows, **rows}
        other._replaced = {**self._replaced, **rows}
        return other

    def files(self) -> tuple[Path, ...]:
        """Return every table file there is, in a stable order; the vocabulary last."""
        names = [*sorted(name for files in TABLES.values() for name in files), VOCABULARY]
        return tuple(self.folder / name for name in names if (self.folder / name).exists())

    @cached_property
    def vocabulary(self) -> words.Vocabulary | None:
        """The names and codes beyond the tables, opened when first asked for; None where no row names a file of them.

        Raises
        ------
        KnowledgeError
            When the file is missing or damaged.
        """
        for row in self.rows(words.VocabularyFile):
            return words.Vocabulary(self.folder / VOCABULARY, row)
        return None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all tables: two installations with equal digests give equal answers."""
        total = hashlib.sha256()
        for path in self.files():
            total.update(path.relative_to(self.folder).as_posix().encode())
            total.update(path.read_bytes())
        for kind, some in sorted(self._replaced.items(), key=lambda item: item[0].__name__):
            total.update(kind.__name__.encode())
            total.update(repr(some).encode())
        return total.hexdigest()

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by id."""
        return {source.source_id: source for source in self.rows(Source)}


def load_knowledge(folder: Path | None = None) -> Knowledge:
    """Open the shipped tables, or those of another folder with the same layout.

    Raises
    ------
    KnowledgeError
        When the folder holds no ``sources.tsv``.

    Examples
    --------
    >>> knowledge = load_knowledge()
    >>> len(knowledge.digest)
    64
    """
    place = SHIPPED if folder is None else folder
    if not (place / "sources.tsv").is_file():
        raise KnowledgeError(Fault(place.name, "this folder holds no sources.tsv", "name a folder of garrod tables"))
    return Knowledge(place)
