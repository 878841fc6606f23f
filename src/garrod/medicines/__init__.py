"""What the person takes: names become drugs; enzymes as they work today."""

from garrod.medicines import activity, allergens
from garrod.medicines.assess import assess

assess_activity = activity.assess
assess_allergies = allergens.assess

__all__ = ["assess", "assess_activity", "assess_allergies"]
