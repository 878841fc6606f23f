"""Findings become advice on drugs: by the statements of guidelines, and by looking at the list as a whole."""

from garrod.therapeutics.review import recommend, review

__all__ = ["recommend", "review"]
