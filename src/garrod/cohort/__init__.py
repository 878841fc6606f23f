"""Many people at once: whose advice would change under other knowledge."""

from garrod.cohort.advice_changes import AdviceChange, advice_changes

__all__ = ["AdviceChange", "advice_changes"]
