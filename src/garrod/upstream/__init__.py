"""Importers: a source's own file becomes rows of ours, for ``garrod knowledge import`` and for curation."""

from collections.abc import Mapping
from typing import Final

from garrod.knowledge.guidelines import GeneDrug
from garrod.knowledge.pharmacogenomics import VariantFrequency
from garrod.upstream.gene_drug_pairs import read_gene_drug_pairs
from garrod.upstream.importing import Importer, import_rows
from garrod.upstream.variant_frequencies import read_variant_frequencies

__all__ = ["IMPORTERS", "Importer", "import_rows", "read_gene_drug_pairs", "read_variant_frequencies"]


IMPORTERS: Final[Mapping[str, Importer]] = {
    "gene-drug-pairs": Importer(GeneDrug, read_gene_drug_pairs, "CPIC's list of gene-drug pairs (CSV)"),
    "variant-frequencies": Importer(VariantFrequency, read_variant_frequencies, "alternate allele frequencies by group (TSV)"),
}
