"""What the person takes: names become drugs; enzymes as they work today."""

from garrod.medicines import activity
from garrod.medicines.assess import assess

assess_activity = activity.assess

__all__ = ["assess", "assess_activity"]
