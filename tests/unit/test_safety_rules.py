"""The eight rules that make it safe (architecture, section 4): a fault that is planted is caught, and the program has none.

Each check returns what is wrong; it knows the rule and the evidence, not how the program works.
"""

import ast
import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from garrod import CarePlan, Knowledge, Person, personalize, read_person
from garrod import careplan as careplan_package
from garrod.interfaces.report import render_report
from garrod.knowledge import guidelines as rows
from garrod.knowledge.guidelines import KeyType, StatementKey
from garrod.model.errors import InputError
from garrod.model.findings import Findings, FindingStatus
from garrod.model.genotypes import Genotype
from garrod.model.recommendations import Action, Recommendation
from garrod.therapeutics.gene_states import GeneOptions, GeneState
from made_guidelines import (
    DRUGS,
    GENES,
    KNOWLEDGE,
    Then,
    a_person,
    genome,
    knowledge_of,
    lab,
    reduce_to,
    says,
    status,
    taking,
    word,
)

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "src/garrod"

personalization = importlib.import_module("garrod.personalization")
medicines_stage = importlib.import_module("garrod.medicines.assess")
engine = importlib.import_module("garrod.therapeutics.guideline_advice")
page = importlib.import_module("garrod.interfaces.report.page")
joining = importlib.import_module("garrod.genome.files.join")
person_json = importlib.import_module("garrod.intake.person_json")

CAP = Then(action="cap", doses=({"phase": "all", "cap": 20.0, "cap_unit": "mg/d"},))
ADVICE = knowledge_of(
    says("poor", "avoid", {"CYP2C19": word("Poor Metabolizer")}, otherwise=(CAP,)),
    says("intermediate", reduce_to(0.5), {"CYP2C19": word("Intermediate Metabolizer")}),
    says("normal", "standard", {"CYP2C19": word("Normal Metabolizer")}),
    says("poor", reduce_to(0.25), {"CYP2C19": word("Poor Metabolizer")}, body="DPWG"),
    says("positive", "contraindicated", {"HLA-B": status("*57:01 positive")}, drugs=("samplitol",)),
    says("negative", "standard", {"HLA-B": status("*57:01 negative")}, drugs=("samplitol",)),
)
POOR_PERSON = a_person(lab("CYP2C19", "*2/*2"), medications=(taking("exampline"), taking("samplitol"), taking("herzgold")))


# 1. A failure is never an absence


def a_genome_file(folder: Path, *, not_called: str) -> Path:
    """A VCF with every position of CYP2C19: one is ``./.``, the others are as the reference."""
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=chr10,length=133797422,assembly=GRCh38>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", "made"]),
    ]
    for one in sorted(GENES["CYP2C19"].variants, key=lambda variant: variant.position_38):
        genotype = "./." if one.rsid == not_called else "0/0"
        lines.append(
            "\t".join(["chr10", str(one.position_38), one.name, one.ref_38, one.alts_38, ".", "PASS", ".", "GT", genotype])
        )
    path = folder / "made.vcf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def positions_taken_for_reference(person: Person, plan: CarePlan, not_called: str) -> list[str]:
    wrong = []
    variant = next(one for one in GENES["CYP2C19"].variants if one.rsid == not_called)
    if isinstance(person.genomes[0].genotypes[variant.variant_id], Genotype):
        wrong.append(f"{not_called} has a genotype that nobody called")
    result = plan.findings.gene("CYP2C19")
    if result is None or not_called not in result.missing or not result.could_change:
        wrong.append("the result does not say that it could change")
    if result is not None and result.phenotype is not None and "Normal" in result.phenotype:
        wrong.append("normal is claimed without a position that every test should cover")
    return wrong


def read_with(path: Path) -> tuple[Person, CarePlan]:
    person = read_person(path, KNOWLEDGE)
    return person, personalize(person, ADVICE)


def test_rule_1_a_position_that_was_not_called_is_not_reference(tmp_path: Path) -> None:
    path = a_genome_file(tmp_path, not_called="rs4244285")
    assert positions_taken_for_reference(*read_with(path), "rs4244285") == []


def test_rule_1_reading_a_missing_genotype_as_reference_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, honest = a_genome_file(tmp_path, not_called="rs4244285"), joining.parse_gt
    monkeypatch.setattr(joining, "parse_gt", lambda text: honest(text.replace(".", "0")))
    assert len(positions_taken_for_reference(*read_with(path), "rs4244285")) == 3


def skipped_medicines(plan: CarePlan) -> list[str]:
    wrong = []
    told = {one.id: one for one in plan.findings}
    for index, one in enumerate(plan.person.medications or ()):
        finding = told.get(f"medication:{index}")
        if finding is None or finding.subject != one.name:
            wrong.append(f"nothing is said of {one.name}")
        elif finding.value not in DRUGS and (finding.status is not FindingStatus.NOT_ASSESSED or not finding.reason):
            wrong.append(f"{one.name} is not said to be unchecked")
        elif finding.status is FindingStatus.NOT_ASSESSED and finding not in plan.not_assessed:
            wrong.append(f"{one.name} is not listed as not assessed")
    return wrong


def test_rule_1_an_unrecognized_medicine_is_never_skipped() -> None:
    assert skipped_medicines(personalize(POOR_PERSON, ADVICE)) == []


def test_rule_1_dropping_what_is_not_recognized_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_known(person: Person, findings: Findings, knowledge: Knowledge) -> tuple[Any, ...]:
        return tuple(one for one in medicines_stage.assess(person, findings, knowledge) if one.value)

    monkeypatch.setattr(personalization, "ASSESS_LIST", (only_the_known,))
    assert skipped_medicines(personalize(POOR_PERSON, ADVICE)) == ["nothing is said of herzgold"]


def green_lights_without_a_test(plan: CarePlan) -> list[str]:
    """Nobody typed HLA-B, so only a test may be advised for the drug that asks for it."""
    assert not any(one.gene == "HLA-B" for one in plan.person.outside_calls)
    some = [one for one in plan.recommendations if one.target.name == "samplitol"]
    return [one.id for one in some if one.action is not Action.TEST] if some else ["silence"]


def test_rule_1_an_untested_allele_is_not_negative() -> None:
    assert green_lights_without_a_test(personalize(POOR_PERSON, ADVICE)) == []


def test_rule_1_taking_an_untested_allele_for_negative_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = engine.gene_options

    def hopeful(gene: str, body: str, findings: Findings, keys: Sequence[StatementKey]) -> GeneOptions:
        asked = {key.value.split()[0] for key in keys if key.key_type is KeyType.ALLELE_STATUS and key.value}
        if not asked:
            return honest(gene, body, findings, keys)  # type: ignore[no-any-return]
        state = GeneState(gene, "negative", statuses=frozenset(f"{one} negative" for one in asked))
        return GeneOptions(gene, state, (state,), ())

    monkeypatch.setattr(engine, "gene_options", hopeful)
    assert green_lights_without_a_test(personalize(POOR_PERSON, ADVICE))


# 2. Every sentence can be traced


def untraceable(plan: CarePlan, knowledge: Knowledge) -> list[str]:
    wrong = []
    findings = {one.id for one in plan.findings}
    guidelines = {row.guideline_id for row in knowledge.rows(rows.Guideline)}
    for one in plan.recommendations:
        if not one.because or not set(one.because) <= findings:
            wrong.append(f"{one.id} has no finding for its reason")
        if not one.sources or not set(one.sources) <= set(knowledge.sources):
            wrong.append(f"{one.id} cites no known source")
        if one.guideline not in guidelines or not one.body:
            wrong.append(f"{one.id} is nobody's word")
    for finding in plan.findings:
        if finding.status is FindingStatus.ASSESSED and not (finding.evidence or finding.sources):
            wrong.append(f"{finding.id} has neither evidence nor source")
        if not set(finding.sources) <= set(knowledge.sources):
            wrong.append(f"{finding.id} cites an unknown source")
    html = render_report(plan, knowledge)
    targets = set(re.findall(r'\bid="([^"]+)"', html))
    return wrong + [f"the page links to nothing: {link}" for link in re.findall(r'href="#([^"]+)"', html) if link not in targets]


def test_rule_2_each_sentence_leads_to_a_finding_and_a_source() -> None:
    plan = personalize(POOR_PERSON, ADVICE)
    assert len(plan.recommendations) == 3
    assert untraceable(plan, ADVICE) == []


def without_sources(one: Recommendation) -> Recommendation:
    return replace(one, sources=())


def without_findings(one: Recommendation) -> Recommendation:
    return replace(one, because=())


def without_a_guideline(one: Recommendation) -> Recommendation:
    return replace(one, guideline=None)


@pytest.mark.parametrize("fault", [without_sources, without_findings, without_a_guideline])
def test_rule_2_advice_that_lost_its_reason_is_caught(
    fault: Callable[[Recommendation], Recommendation], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = engine.recommendation
    monkeypatch.setattr(engine, "recommendation", lambda *given, **named: fault(honest(*given, **named)))
    assert untraceable(personalize(POOR_PERSON, ADVICE), ADVICE)


def test_rule_2_a_page_that_lost_its_sources_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_cited", lambda plan, sources: [])
    assert any("links to nothing: source-" in text for text in untraceable(personalize(POOR_PERSON, ADVICE), ADVICE))


# 3. Ambiguity is kept


def advice_lost_to_ambiguity(knowledge: Knowledge) -> list[str]:
    """Complete a missing position in every way: whatever follows then must be said now."""
    whole = {bases: genome("CYP2C19", "*1", "*1", changes={"rs4986893": bases}) for bases in (("G", "G"), ("G", "A"), ("A", "A"))}
    now = personalize(a_person(genomes=(genome("CYP2C19", "*1", "*1", masked=["rs4986893"]),)), knowledge)
    said = {
        text for one in now.recommendations if one.body == "CPIC" and one.target.name == "exampline"
        for text in (one.action.value, *one.would_change)
    }  # fmt: skip
    wrong = []
    for bases, read in whole.items():
        for one in personalize(a_person(genomes=(read,)), knowledge).recommendations:
            is_meant = one.body == "CPIC" and one.target.name == "exampline"
            if is_meant and not any(one.action.value in text for text in said):
                wrong.append(f"with {'/'.join(bases)} it is {one.action.value}")
    return wrong


def test_rule_3_all_that_remains_possible_is_said() -> None:
    assert advice_lost_to_ambiguity(ADVICE) == []


def test_rule_3_choosing_one_of_several_results_silently_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = engine.gene_options

    def decided(*given: Any) -> GeneOptions:
        options: GeneOptions = honest(*given)
        return replace(options, settled=options.possible[0], possible=options.possible[:1])

    monkeypatch.setattr(engine, "gene_options", decided)
    assert len(advice_lost_to_ambiguity(ADVICE)) == 2


# 4. Disagreement is shown


def hidden_disagreement(plan: CarePlan) -> list[str]:
    """CPIC says avoid and DPWG says reduce: both must stand, with the difference said."""
    some = [one for one in plan.recommendations if one.target.name == "exampline"]
    wrong = [f"{body} is not shown" for body in ("CPIC", "DPWG") if body not in {one.body for one in some}]
    said = [one for one in plan.conflicts if {each.id for each in some} <= set(one.between)]
    if not said or not {each.id for each in some} <= set(said[0].kept):
        wrong.append("the difference is not said")
    return wrong


def test_rule_4_bodies_that_differ_stand_side_by_side() -> None:
    plan = personalize(POOR_PERSON, ADVICE)
    assert hidden_disagreement(plan) == []
    html = render_report(plan, ADVICE)
    assert "Guideline bodies differ on exampline" in html


@pytest.mark.parametrize("fault", ["one body only", "the difference unsaid"])
def test_rule_4_hiding_a_disagreement_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = careplan_package.assemble

    def hiding(
        person: Person, findings: Findings, found: Sequence[Recommendation], knowledge: Knowledge, run: Any, **more: Any
    ) -> CarePlan:
        if fault == "one body only":
            return honest(person, findings, [one for one in found if one.body == "CPIC"], knowledge, run, **more)
        return replace(honest(person, findings, found, knowledge, run, **more), conflicts=())

    monkeypatch.setattr(careplan_package, "assemble", hiding)
    assert hidden_disagreement(personalize(POOR_PERSON, ADVICE))


# 5. Numbers carry units, and impossible ones are refused

REFUSED: Mapping[str, Mapping[str, Any]] = {
    "a weight without its unit": {"body": [{"weight": {"value": 71}}]},
    "a weight as a bare number": {"body": [{"weight": 71}]},
    "a weight in a unit that is not known": {"body": [{"weight": {"value": 71, "unit": "st"}}]},
    "a weight that nobody has": {"body": [{"weight": {"value": 71000, "unit": "kg"}}]},
    "a negative weight": {"body": [{"weight": {"value": -71, "unit": "kg"}}]},
    "a height in meters written as centimeters": {"body": [{"height": {"value": 1.64, "unit": "cm"}}]},
    "a dose without its unit": {"medications": [{"name": "exampline", "dose": {"value": 75}}]},
    "a dose of nothing": {"medications": [{"name": "exampline", "dose": {"value": 0, "unit": "mg"}}]},
    "an interval below zero": {"medications": [{"name": "exampline", "every": {"value": -24, "unit": "h"}}]},
    "a level without its unit": {"levels": [{"drug": "exampline", "value": 18, "time": "2026-04-28T07:30:00+02:00"}]},
    "a time without its offset": {"as_of": "2026-04-28T07:30:00"},
    "a birth after the time asked for": {"birth_date": "2030-01-01", "as_of": "2026-04-28T07:30:00+02:00"},
}


def accepted(folder: Path) -> list[str]:
    """Return the impossible people that are read all the same."""
    wrong = []
    for what, part in REFUSED.items():
        path = folder / "person.json"
        path.write_text(json.dumps({"id": "made", **part}), encoding="utf-8")
        try:
            read_person(path, KNOWLEDGE)
        except InputError as error:
            assert all("person.json" in fault.where and fault.remedy for fault in error.faults)
        else:
            wrong.append(what)
    return wrong


def test_rule_5_a_number_without_unit_or_sense_is_refused(tmp_path: Path) -> None:
    assert accepted(tmp_path) == []


def test_rule_5_a_reader_that_lets_the_impossible_pass_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_json, "_out_of_range", lambda *given: iter(()))
    assert set(accepted(tmp_path)) >= {"a weight that nobody has", "a weight in a unit that is not known"}


def test_rule_5_a_reader_that_fills_units_in_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = person_json.parse_person

    def helpful(where: str, raw: bytes) -> Any:
        return honest(where, re.sub(rb'\{"value": (-?[\d.]+)\}', rb'{"value": \1, "unit": "kg"}', raw))

    monkeypatch.setattr(importlib.import_module("garrod.intake.reading"), "parse_person", helpful)
    assert "a weight without its unit" in accepted(tmp_path)


def unitless(plan: CarePlan) -> list[str]:
    lines = [(one.id, dose) for one in plan.recommendations for dose in one.doses]
    lines += [(one.id, dose) for one in plan.recommendations for part in one.fallback for dose in part.doses]
    assert lines
    return [
        name for name, dose in lines
        if (dose.value is not None and not dose.unit) or (dose.cap is not None and not dose.cap_unit)
        or (dose.factor_low is not None and not 0 < dose.factor_low <= 10)
    ]  # fmt: skip


def test_rule_5_every_amount_of_the_plan_has_its_unit() -> None:
    assert unitless(personalize(POOR_PERSON, ADVICE)) == []
    with pytest.raises(ValueError, match="unit"):
        rows.StatementDose(statement_id="made", part=1, line=1, phase="all", cap=20.0)


def test_rule_5_an_amount_without_unit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows.StatementDose, "__post_init__", lambda self: None)
    bare = Then(action="cap", doses=({"phase": "all", "cap": 20.0},))
    assert unitless(personalize(POOR_PERSON, knowledge_of(says("poor", bare, {"CYP2C19": word("Poor Metabolizer")}))))


# 6. Refusing is a result


def refused_without_result(plan: CarePlan) -> list[str]:
    """Nothing was tested: each drug that asks for a gene gets a refusal with its reason and with what is needed."""
    wrong = []
    for drug, gene in (("exampline", "CYP2C19"), ("samplitol", "HLA-B")):
        some = [one for one in plan.recommendations if one.target.name == drug]
        if not some:
            wrong.append(f"{drug}: silence")
        for one in some:
            if one.doses or one.action is not Action.TEST:
                wrong.append(f"{drug}: advice without evidence")
            if gene not in one.summary or not any(gene in line for line in one.would_change):
                wrong.append(f"{drug}: what is needed is not said")
            if not any(gene in note for note in one.notes):
                wrong.append(f"{drug}: why is not said")
    return wrong


UNTESTED = a_person(medications=(taking("exampline"), taking("samplitol")))


def test_rule_6_without_evidence_there_is_a_refusal_that_says_why_and_what_is_needed() -> None:
    assert refused_without_result(personalize(UNTESTED, ADVICE)) == []


def as_usual(refusal: Recommendation) -> Recommendation:
    return replace(refusal, action=Action.STANDARD, summary="No change.")


def without_reason(refusal: Recommendation) -> Recommendation:
    return replace(refusal, notes=())


@pytest.mark.parametrize("fault", [as_usual, without_reason])
def test_rule_6_advice_in_place_of_a_refusal_is_caught(
    fault: Callable[[Recommendation], Recommendation], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = engine.could_not_check
    monkeypatch.setattr(engine, "could_not_check", lambda *given, **named: fault(honest(*given, **named)))
    assert refused_without_result(personalize(UNTESTED, ADVICE))


# 7. Knowledge is data


def advice_that_no_row_gives() -> list[str]:
    """Whatever a row says is what is advised: one action after another in the same row."""
    wrong = []
    for action in ("avoid", "standard", "caution", "monitor", "contraindicated"):
        knowledge = knowledge_of(says("poor", action, {"CYP2C19": word("Poor Metabolizer")}))
        found = {one.action.value for one in personalize(POOR_PERSON, knowledge).recommendations}
        if found != {action}:
            wrong.append(f"the row says {action}, the program {', '.join(sorted(found))}")
    return wrong


def test_rule_7_advice_follows_the_rows() -> None:
    assert advice_that_no_row_gives() == []


def test_rule_7_advice_that_is_code_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = engine.recommendation

    def opinionated(guideline: Any, *given: Any, **named: Any) -> Recommendation:
        made: Recommendation = honest(guideline, *given, **named)
        return replace(made, action=Action.AVOID) if guideline.drug.name == "exampline" else made

    monkeypatch.setattr(engine, "recommendation", opinionated)
    assert len(advice_that_no_row_gives()) == 4


def words_in_code(folder: Path, words: frozenset[str]) -> list[str]:
    """Return the places where code, apart from its docs, holds one of these words."""
    return [
        f"{path.name}:{constant.lineno} {constant.value!s}"
        for path in sorted(folder.rglob("*.py"))
        for constant in _constants(ast.parse(path.read_text(encoding="utf-8")))
        if str(constant.value).lower() in words
    ]


def _constants(tree: ast.AST) -> Iterator[ast.Constant]:
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs)


def clinical_words() -> frozenset[str]:
    """Drugs, genes and phenotypes: what a clinician could change stands in tables."""
    from garrod.knowledge.pharmacogenomics import PhenotypeRule

    drugs = {row.name.lower() for row in KNOWLEDGE.rows(rows.Drug)} | set(DRUGS)
    phenotypes = {row.phenotype.lower() for row in KNOWLEDGE.rows(PhenotypeRule)} - {"indeterminate"}
    return frozenset(drugs | phenotypes | {gene.lower() for gene in GENES})


@pytest.mark.parametrize("stage", ["therapeutics", "careplan", "medicines", "interfaces"])
def test_rule_7_no_drug_gene_or_phenotype_stands_in_the_code_that_decides(stage: str) -> None:
    assert words_in_code(HOUSE / stage, clinical_words()) == []


def test_rule_7_a_drug_in_the_code_is_caught(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(
        '"""On exampline."""\n\n\ndef is_bad(drug: str) -> bool:\n    return drug == "exampline"\n'
    )
    assert words_in_code(tmp_path, clinical_words()) == ["planted.py:5 exampline"]


# 8. It says what it is


def unsaid_on_the_page(html: str) -> list[str]:
    asked = (
        "Decision support for a professional who can review the basis",
        "Not signed off by anyone",
        "not a prescription",
        "Not assessed is not the same as normal, negative or absent",
        "Absence of a variant is not absence of risk",
        "This is not a test for any disease",
    )
    return [text for text in asked if text not in html]


def test_rule_8_the_page_says_what_it_is_and_what_it_is_not() -> None:
    plan = personalize(POOR_PERSON, ADVICE)
    html = render_report(plan, ADVICE)
    assert unsaid_on_the_page(html) == []
    assert html.count("not signed off") >= sum(one.reading is not None for one in plan.recommendations if one.id in plan.in_use)


@pytest.mark.parametrize("text", ["Decision support for a professional", "Not signed off by anyone"])
def test_rule_8_a_page_that_hides_what_it_is_is_caught(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = page.template_text
    monkeypatch.setattr(page, "template_text", lambda name: honest(name).replace(text, ""))
    page.environment.cache_clear()
    try:
        assert unsaid_on_the_page(render_report(personalize(POOR_PERSON, ADVICE), ADVICE))
    finally:
        page.environment.cache_clear()


def test_rule_8_the_safety_page_names_use_limits_and_hazards_with_their_controls() -> None:
    text = (ROOT / "SAFETY.md").read_text(encoding="utf-8")
    for part in ("## Intended use", "## What it does not see", "## Hazards and their controls", "## Known limits"):
        assert part in text
    table = [line.split("|") for line in text.splitlines() if line.startswith("| ")]
    assert len(table) > 10
    assert all(len(cells) == 5 and all(cell.strip() for cell in cells[1:4]) for cells in table)


def test_rule_8_every_test_that_the_safety_page_names_exists() -> None:
    text = (ROOT / "SAFETY.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|curation)/[^`]+)`", text)
    assert named
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


def test_the_recommendation_has_a_field_for_each_thing_that_must_be_shown() -> None:
    names = {field.name for field in fields(Recommendation)}
    assert {"body", "guideline", "pmids", "applies_to", "because", "would_change", "reading", "sources", "strength"} <= names
