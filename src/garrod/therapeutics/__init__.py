"""Gene results become advice on drugs, by the statements of guidelines."""

from garrod.therapeutics.recommend import recommend

__all__ = ["recommend"]
