"""The dose: algorithms by genotype, and dosing from drug levels."""
