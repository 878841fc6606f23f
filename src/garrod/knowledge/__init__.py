"""What is known about everybody: versioned, cited tables, loaded when they are used."""

from garrod.knowledge.loading import Knowledge, load_knowledge

__all__ = ["Knowledge", "load_knowledge"]
