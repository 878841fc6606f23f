"""A small world of made-up drugs with dose bands, allergies and cautions: a test reads as "the source says"."""

from datetime import UTC, date, datetime
from typing import Any, Final

from garrod import Knowledge, Person, load_knowledge
from garrod.biomarkers import assess as biomarkers
from garrod.knowledge.allergies import AllergenKind, AllergenName, CrossReaction, Group, GroupMember, ReactionKind, ReactionWord
from garrod.knowledge.cautions import Caution, ConditionName, NameKind, When
from garrod.knowledge.guidelines import Drug, DrugName, StatementDrug
from garrod.knowledge.organ_doses import Measure, Organ, OrganDose, SourceKind
from garrod.knowledge.pharmacogenomics import Reading
from garrod.medicines import assess as medicines
from garrod.medicines import assess_allergies
from garrod.model.findings import Findings
from garrod.model.person import Medication
from garrod.model.quantities import Quantity
from garrod.model.recommendations import Action, Check, Outcome, Recommendation, Reviewed, Severity
from garrod.therapeutics import allergies, cautions, organs

NOW: Final = datetime(2026, 5, 1, 9, tzinfo=UTC)
SHIPPED: Final = load_knowledge()
SOURCE: Final = "recalled"
DRUGS: Final = ("exampline", "samplitol", "mockazole", "testaxel", "placebon")
ONCE: Final[dict[str, Any]] = {"reading": Reading.READ_ONCE, "source_id": SOURCE}


def band(drug: str = "exampline", **given: Any) -> OrganDose:
    """One band of a label on clearance, unless said otherwise."""
    usual: dict[str, Any] = {
        "drug_id": drug, "organ": Organ.KIDNEY, "measure": Measure.CRCL, "action": Action.FIXED_DOSE, "says": "as made up",
        "source_kind": SourceKind.LABEL, "phase": "all", **ONCE,
    }  # fmt: skip
    return OrganDose(**{**usual, **given})


def crosses(allergen: str, other: str, **given: Any) -> CrossReaction:
    """One row on what crosses: avoid, with a warning."""
    usual: dict[str, Any] = {
        "allergen": allergen, "other": other, "action": Action.AVOID, "if_severe": Severity.WARNING, "if_mild": Severity.INFO,
        "says": "as made up", **ONCE,
    }  # fmt: skip
    return CrossReaction(**{**usual, **given})


def caution(drug: str, when: When, **given: Any) -> Caution:
    """One caution: avoid, with a warning."""
    usual: dict[str, Any] = {
        "drug": drug, "when": when, "action": Action.AVOID, "severity": Severity.WARNING, "says": "as made up", **ONCE,
    }  # fmt: skip
    return Caution(**{**usual, **given})


def world(*rows: Any, groups: dict[str, tuple[str, ...]] | None = None) -> Knowledge:
    """The shipped laboratory tables with made-up drugs, groups and the rows given."""
    drugs = tuple(Drug(drug_id=name, name=name, reading=Reading.RECALLED, source_id=SOURCE) for name in DRUGS)
    kinds: dict[type[Any], tuple[Any, ...]] = dict.fromkeys((OrganDose, CrossReaction, Caution, DrugName, StatementDrug), ())
    for row in rows:
        kinds[type(row)] = (*kinds[type(row)], row)
    named = groups or {}
    kinds[Drug] = drugs
    kinds[Group] = tuple(Group(group_id=name, name=f"the {name}", reading=Reading.RECALLED, source_id=SOURCE) for name in named)
    kinds[GroupMember] = tuple(
        GroupMember(group_id=name, drug_id=drug, reading=Reading.RECALLED, source_id=SOURCE)
        for name, some in named.items() for drug in some
    )  # fmt: skip
    kinds[AllergenName] = (
        *(AllergenName(name=name, kind=AllergenKind.GROUP, allergen_id=name, **ONCE) for name in named),
        AllergenName(name="shrimp", kind=AllergenKind.FOOD, allergen_id="shrimp", note="it says nothing of medicines", **ONCE),
    )
    kinds[ReactionWord] = (
        ReactionWord(word="anaphyla", kind=ReactionKind.IMMEDIATE, is_severe=True, **ONCE),
        ReactionWord(word="hives", kind=ReactionKind.IMMEDIATE, **ONCE),
        ReactionWord(word="blister", kind=ReactionKind.SEVERE_DELAYED, is_severe=True, **ONCE),
        ReactionWord(word="rash", kind=ReactionKind.RASH, **ONCE),
        ReactionWord(word="nausea", kind=ReactionKind.INTOLERANCE, **ONCE),
    )
    conditions = (
        ("madeitis", NameKind.WORD, "madeitis"),
        ("madeitis", NameKind.ICD10, "Q99.1"),
        ("madeitis", NameKind.SNOMED, "123456"),
        ("liver_disease", NameKind.WORD, "cirrhosis"),
    )
    kinds[ConditionName] = tuple(ConditionName(condition_id=c, kind=kind, name=name, **ONCE) for c, kind, name in conditions)
    return SHIPPED.replacing(kinds)


def taking(name: str = "exampline", mg: float | None = None, every_h: float | None = None, **given: Any) -> Medication:
    """An entry of the medicine list."""
    dose, every = Quantity(mg, "mg") if mg else None, Quantity(every_h, "h") if every_h else None
    return Medication(name=name, dose=dose, every=every, **given)


def person(*medications: Medication, **given: Any) -> Person:
    """A man of 60 years of whom everything is known, and nothing is wrong."""
    usual: dict[str, Any] = {
        "id": "made", "sex": "male", "birth_date": date(1966, 5, 1), "as_of": NOW, "medications": medications, "allergies": (),
        "conditions": (),
    }  # fmt: skip
    return Person(**{**usual, **given})


def findings_of(one: Person, knowledge: Knowledge) -> Findings:
    """What the stages before the review find, without genes."""
    findings = Findings()
    for assess in (biomarkers, medicines, assess_allergies):
        findings = findings.and_(assess(one, findings, knowledge))
    return findings


def review(one: Person, knowledge: Knowledge) -> Reviewed:
    """Allergies, organs and cautions together."""
    findings = findings_of(one, knowledge)
    parts = [part(one, findings, knowledge) for part in (allergies.review, organs.review, cautions.review)]
    return Reviewed(tuple(r for part in parts for r in part.recommendations), tuple(c for part in parts for c in part.checks))


def advice(one: Person, knowledge: Knowledge) -> dict[str, Recommendation]:
    """The advice by id."""
    return {found.id: found for found in review(one, knowledge).recommendations}


def outcomes(one: Person, knowledge: Knowledge, what: str) -> dict[Outcome, Check]:
    """What came of looking at one thing."""
    return {check.outcome: check for check in review(one, knowledge).checks if check.what == what}
