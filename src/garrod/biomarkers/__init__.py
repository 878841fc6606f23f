"""Laboratory values, kidney, liver and body size as findings: what was measured, when, and what could not be worked out."""

from garrod.biomarkers.assess import assess

__all__ = ["assess"]
