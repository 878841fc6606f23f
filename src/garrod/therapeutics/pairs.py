"""Two medicines of a list that call for something together: found whatever their order, told once a rule."""

from collections.abc import Iterator
from typing import Final

from garrod.knowledge.interactions import CLASS, PairRule
from garrod.knowledge.loading import Knowledge
from garrod.medicines.classes import current_drugs, matching
from garrod.model.findings import Findings
from garrod.model.person import Person
from garrod.model.recommendations import Check, Outcome, Recommendation, Reviewed, Severity
from garrod.therapeutics.at_hand import drug_target, listing
from garrod.therapeutics.list_advice import entries_of, list_advice

CAUSE: Final = "pair"
LOUDNESS: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
Pair = tuple[str, str]


def review(person: Person, findings: Findings, knowledge: Knowledge) -> Reviewed:
    """Return an alert for each rule that two medicines of the list fit, and what was looked at."""
    del person
    drugs = tuple(current_drugs(findings))
    advice = tuple(_advice(rule, pairs, findings, knowledge) for rule, pairs in _told(drugs, knowledge))
    outcome = Outcome.FOUND if advice else Outcome.CLEAN
    checks = [Check(what=CAUSE, outcome=outcome, drugs=drugs)] if drugs else []
    unread = [one.subject for one in findings.of_kind("medication") if one.value is None]
    if unread:
        checks.append(Check(what=CAUSE, outcome=Outcome.COULD_NOT, reason=f"not recognized: {', '.join(sorted(unread))}"))
    return Reviewed(advice, tuple(checks))


def _told(drugs: tuple[str, ...], knowledge: Knowledge) -> Iterator[tuple[PairRule, tuple[Pair, ...]]]:
    """Yield each rule with the pairs it is told for: of several rules on one pair the gravest, then the most specific."""
    best: dict[Pair, PairRule] = {}
    for rule in knowledge.rows(PairRule):
        for first in sorted(matching(rule.first, drugs, knowledge)):
            for second in sorted(matching(rule.second, drugs, knowledge)):
                pair: Pair = (first, second) if first < second else (second, first)
                if first != second and (pair not in best or _rank(rule) < _rank(best[pair])):
                    best[pair] = rule
    told: dict[str, list[Pair]] = {}
    rules = {rule.rule_id: rule for rule in best.values()}
    for pair, rule in sorted(best.items()):
        told.setdefault(rule.rule_id, []).append(pair)
    for rule_id in sorted(told):
        yield rules[rule_id], tuple(told[rule_id])


def _rank(rule: PairRule) -> tuple[int, int, str]:
    return LOUDNESS[rule.severity], sum(side.startswith(CLASS) for side in (rule.first, rule.second)), rule.rule_id


def _advice(rule: PairRule, pairs: tuple[Pair, ...], findings: Findings, knowledge: Knowledge) -> Recommendation:
    concerned = sorted({drug for pair in pairs for drug in pair})
    acted_on = sorted(matching(rule.target, concerned, knowledge))
    return list_advice(
        name=f"pair:{rule.rule_id}:{'+'.join(concerned)}",
        cause=CAUSE,
        target=drug_target(acted_on[0], knowledge),
        action=rule.action,
        severity=rule.severity,
        summary=f"{listing(concerned)[:1].upper()}{listing(concerned)[1:]} together: {rule.says}.",
        concerns=concerned,
        because=entries_of(concerned, findings),
        readings=[rule.reading],
        sources=[rule.source_id],
        notes=(f"Keep {rule.separation_h:g} hours between them.",) if rule.separation_h else (),
    )
