"""Reference labels (CDC GeT-RM consensus) in today's names, and why a difference is one.

The labels are older than today's definitions. What was renamed is listed here; nothing is taken from our own output.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Old name -> name of today's definitions, by gene. Sources: the changes that CPIC and PharmVar published.
RENAMED = {
    "CYP2C19": {"*27": "*1"},  # same sequence upstream of the tested region; merged
    "UGT1A1": {"*60": "*1"},  # *60 is not in today's set; the repeat decides
    "SLCO1B1": {"*17": "*15", "*21": "*20", "*1A": "*1", "*1B": "*37", "*1a": "*1", "*1b": "*37"},
    "DPYD": {"*1": "Reference"},
}
#: Alleles that only copy number, hybrids or deletions make: small variants cannot show them.
STRUCTURAL = re.compile(r"x\d|xN|\*5\b|\*13\b|\*36|\*68|\*4N|DUP", re.I)


@dataclass(frozen=True)
class Label:
    """One consensus label."""

    sample: str
    gene: str
    written: str
    in_38: bool
    in_37: bool

    @property
    def alleles(self) -> tuple[str, ...] | None:
        """The two alleles in today's names, or None where the label is not a pair of alleles."""
        text = re.sub(r"\((\*\w+)\s*\+\s*\*60\)", r"\1", self.written)
        text = re.sub(r"\s*\([^)]*\)", "", text) if not text.startswith("(") else text.replace("(", "").replace(")", "")
        parts = [part.strip() for part in text.split("/")]
        if len(parts) != 2 or not all(re.fullmatch(r"\*[\w.+*≥-]+|Reference", part) for part in parts):
            return None
        table = RENAMED.get(self.gene, {})
        return tuple(table.get(part, part) for part in parts)

    @property
    def is_structural(self) -> bool:
        """Whether the label needs copy number or hybrids."""
        return self.gene == "CYP2D6" and bool(STRUCTURAL.search(self.written))


def gene_of(locus: str) -> str | None:
    """Return the gene that a free-text locus speaks of, where it is one that we call."""
    if "rs9923231" in locus:
        return "VKORC1"
    if "NM_" in locus or "NC_" in locus:
        return None
    return locus.split(maxsplit=1)[0]


def labels(folder: Path) -> Iterator[Label]:
    """Read the labels."""
    with (folder / "pgx/real/getrm_truth.open.tsv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            gene = gene_of(row["locus"])
            if gene is not None:
                yield Label(row["sample"], gene, row["genotype"], row["in_1000g38"] == "True", row["in_1000g37"] == "True")
