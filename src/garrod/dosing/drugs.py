"""Drugs that have a dose algorithm of their own, and those that its equations name; no imports, so that help stays instant."""

from typing import Final

WARFARIN: Final = "warfarin"
AMIODARONE: Final = "amiodarone"
#: The enzyme inducers that the consortium's equations count.
INDUCERS: Final = ("carbamazepine", "phenytoin", "rifampin")
