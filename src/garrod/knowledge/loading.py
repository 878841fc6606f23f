"""Load tables: TSV rows become frozen row classes; a fault names file and line."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from garrod.knowledge import guidelines, pharmacogenomics
from garrod.knowledge.provenance import Source
from garrod.model.errors import Fault, KnowledgeError

Row = TypeVar("Row")

SHIPPED: Final = Path(__file__).parent / "tables"

#: Each row class and the files that hold its rows. The second folder carries CC BY-SA rows and may be absent.
TABLES: Final[dict[type[Any], tuple[str, ...]]] = {
    Source: ("sources.tsv",),
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
    guidelines.Drug: ("guidelines/drug.tsv",),
    guidelines.DrugName: ("guidelines/drug_name.tsv",),
    guidelines.GeneDrug: ("guidelines/gene_drug.tsv",),
    guidelines.Indication: ("guidelines/indication.tsv",),
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
OPTIONAL_FOLDERS: Final = frozenset({"pharmacogenomics_clinpgx", "guidelines_clinpgx"})


def read_table(path: Path, kind: type[Row]) -> tuple[Row, ...]:
    """Read one file into rows of one class.

    Raises
    ------
    KnowledgeError
        Naming every row that does not fit, by file and line.
    """
    fields = [field.encode_name for field in msgspec.structs.fields(kind)] if issubclass(kind, msgspec.Struct) else None
    names = fields or list(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(
            Fault(str(path.name), f"the table cannot be read ({type(error).__name__})", "install garrod again")
        ) from error
    header = lines[0].split("\t") if lines else []
    if header != names:
        raise KnowledgeError(Fault(f"{path.name}:1", "the columns are not those of the row class", f"write {' '.join(names)}"))
    raw = [
        {name: cell for name, cell in zip(names, cells, strict=False) if cell != ""}
        for cells in csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    ]
    try:
        return tuple(msgspec.convert(raw, list[kind], strict=False))  # type: ignore[valid-type]
    except msgspec.ValidationError:
        raise KnowledgeError(*_faults(path, raw, kind)) from None


def _faults(path: Path, raw: Iterable[dict[str, str]], kind: type[Any]) -> list[Fault]:
    """Find every row that fails, now that we know one does."""
    faults = []
    for number, cells in enumerate(raw, start=2):
        try:
            msgspec.convert(cells, kind, strict=False)
        except msgspec.ValidationError as error:
            faults.append(Fault(f"{path.parent.name}/{path.name}:{number}", str(error), "correct the row or its source"))
    return faults


class Knowledge:
    """All tables of one folder. A table is read when it is first asked for, and once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows: dict[type[Any], tuple[Any, ...]] = {}
        self._built: dict[Callable[[Knowledge], Any], Any] = {}

    def rows(self, kind: type[Row]) -> tuple[Row, ...]:
        """Return every row of one class, in the order of its files."""
        if kind not in self._rows:
            found: list[Row] = []
            for name in TABLES[kind]:
                path = self.folder / name
                if not path.exists() and path.parent.name in OPTIONAL_FOLDERS:
                    continue
                found.extend(read_table(path, kind))
            self._rows[kind] = tuple(found)
        return self._rows[kind]

    def once(self, build: Callable[["Knowledge"], Row]) -> Row:
        """Return what ``build`` makes of these tables, made once: an index, a matcher."""
        if build not in self._built:
            self._built[build] = build(self)
        return self._built[build]  # type: ignore[no-any-return]

    def replacing(self, rows: Mapping[type[Any], tuple[Any, ...]]) -> "Knowledge":
        """Return knowledge with some tables' rows replaced: to ask what would follow under other rows."""
        other = Knowledge(self.folder)
        other._rows = {**self._rows, **rows}
        return other

    def files(self) -> tuple[Path, ...]:
        """Return every table file there is, in a stable order."""
        names = sorted(name for files in TABLES.values() for name in files)
        return tuple(self.folder / name for name in names if (self.folder / name).exists())

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all tables: two installations with equal digests give equal answers."""
        total = hashlib.sha256()
        for path in self.files():
            total.update(path.relative_to(self.folder).as_posix().encode())
            total.update(path.read_bytes())
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
