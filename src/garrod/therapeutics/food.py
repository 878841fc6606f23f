"""What foods and drinks call for beside the medicines of a list: for counseling, told without alarm."""

from typing import Final

from garrod.knowledge.interactions import FoodRule
from garrod.knowledge.loading import Knowledge
from garrod.medicines.classes import current_drugs, matching
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.model.recommendations import Action, Check, Outcome, Recommendation, Reviewed, Severity
from garrod.therapeutics.at_hand import drug_target
from garrod.therapeutics.list_advice import entries_of, list_advice

CAUSE: Final = "food"


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return what to say of food for each medicine, and what was looked at."""
    del person
    drugs = tuple(current_drugs(findings))
    advice: dict[str, Recommendation] = {}
    for row in knowledge.rows(FoodRule):
        for drug in sorted(matching(row.member, drugs, knowledge)):
            made = list_advice(
                name=f"food:{row.food.replace(' ', '_')}:{drug}",
                cause=CAUSE,
                target=drug_target(drug, knowledge),
                action=row.action,
                severity=Severity.WARNING if row.action is Action.CONTRAINDICATED else Severity.INFO,
                summary=f"{drug[:1].upper()}{drug[1:]} and {row.food}: {row.says}.",
                concerns=(drug,),
                because=entries_of((drug,), findings),
                readings=[row.reading],
                sources=[row.source_id],
                notes=(f"Keep {row.separation_h:g} hours between them.",) if row.separation_h else (),
            )
            advice.setdefault(made.id, made)
    checks = (Check(what=CAUSE, outcome=Outcome.FOUND if advice else Outcome.CLEAN, drugs=drugs),) if drugs else ()
    return Reviewed(tuple(advice.values()), checks)
