"""Genome evidence and outside calls become findings: star alleles, variant lists, single variants."""
