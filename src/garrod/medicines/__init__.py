"""What the person takes: names become drugs; what cannot be recognized is said."""

from garrod.medicines.assess import assess

__all__ = ["assess"]
