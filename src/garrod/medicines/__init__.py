"""What the person takes: names become drugs; enzymes as they work today; how much of each drug the body sees."""

from garrod.medicines import activity, allergens, exposure
from garrod.medicines.assess import assess

assess_activity = activity.assess
assess_allergies = allergens.assess
assess_exposure = exposure.assess

__all__ = ["assess", "assess_activity", "assess_allergies", "assess_exposure"]
