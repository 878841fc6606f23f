"""The plan: put recommendations in order and show what disagrees."""

from garrod.careplan.assemble import assemble

__all__ = ["assemble"]
