"""CPIC's list of gene-drug pairs: how firmly a gene matters for a drug, and what the label says of testing."""

from pathlib import Path
from typing import Final

from garrod.knowledge.guidelines import GeneDrug, LabelTesting
from garrod.knowledge.pharmacogenomics import Reading
from garrod.model.errors import Fault, InputError
from garrod.upstream.separated import read_separated

COLUMNS: Final = ("Gene", "Drug", "CPICLevel", "CPICLevelStatus", "PharmGKBLevel", "FDALabel", "PMID")
LABEL_TESTING: Final = {
    "": None,
    "Testing required": LabelTesting.REQUIRED,
    "Testing recommended": LabelTesting.RECOMMENDED,
    "Actionable PGx": LabelTesting.ACTIONABLE,
    "Informative PGx": LabelTesting.INFORMATIVE,
}
LEVELS: Final = frozenset({"A", "A/B", "B", "B/C", "C", "C/D", "D"})


def read_gene_drug_pairs(path: Path, source_id: str) -> tuple[GeneDrug, ...]:
    """Read the list, sorted by gene and drug.

    Raises
    ------
    InputError
        Naming every row with a level or label word that is not known.
    """
    faults: list[Fault] = []
    rows = []
    for where, cells in read_separated(path, COLUMNS, delimiter=","):
        if cells["CPICLevel"] not in LEVELS or cells["FDALabel"] not in LABEL_TESTING:
            faults.append(Fault(where, "the level or the label word is not known", "see the columns CPICLevel and FDALabel"))
            continue
        rows.append(
            GeneDrug(
                gene=cells["Gene"],
                drug_id=cells["Drug"].lower(),
                cpic_level=cells["CPICLevel"],
                cpic_status=cells["CPICLevelStatus"].lower(),
                clinpgx_level=cells["PharmGKBLevel"] or None,
                label_testing=LABEL_TESTING[cells["FDALabel"]],
                pmids=cells["PMID"] or None,
                reading=Reading.READ_ONCE,
                source_id=source_id,
            )
        )
    if faults:
        raise InputError(*faults)
    return tuple(sorted(rows, key=lambda row: (row.gene, row.drug_id)))
