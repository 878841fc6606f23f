"""Warfarin for a person: what goes in, every possible genotype with its dose, and refusals that say what is missing."""

import json
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from garrod import Knowledge, Person, load_knowledge, personalize
from garrod.dosing.warfarin.doses import Algorithm, AlgorithmResult, WarfarinDoses, warfarin_doses
from garrod.dosing.warfarin.equations import Covariates, Race, iwpc_pharmacogenetic
from garrod.dosing.warfarin.inputs import Asked
from garrod.dosing.warfarin.vkorc1 import Vkorc1
from garrod.interfaces.cli.main import cli
from garrod.model.calls import CallSource, CallStatus, Diplotype, FittingDiplotype, GeneResult
from garrod.model.findings import Finding, Findings
from garrod.model.person import BodyMeasurement, LifeStage, Medication, OutsideCall, Smoking
from garrod.model.quantities import Quantity

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ALL_ASKED = Asked(race=Race.WHITE, target_inr=2.5, is_smoker=False, has_thrombosis=False)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def person(*calls: tuple[str, str], **changed: Any) -> Person:
    """65 years, 170 cm, 80 kg, takes nothing; genes as laboratories call them."""
    given: dict[str, Any] = {
        "id": "somebody",
        "birth_date": date(1961, 1, 1),
        "as_of": NOW,
        "body": (BodyMeasurement(time=NOW, height=Quantity(170, "cm"), weight=Quantity(80, "kg")),),
        "medications": (),
        "outside_calls": tuple(OutsideCall(gene=gene, call=call) for gene, call in calls),
    }
    return Person(**{**given, **changed})


def doses(one: Person, knowledge: Knowledge, asked: Asked = ALL_ASKED) -> WarfarinDoses:
    return warfarin_doses(one, personalize(one, knowledge, listed_only=True).findings, asked)


def of(found: WarfarinDoses, algorithm: Algorithm) -> AlgorithmResult:
    return next(one for one in found.results if one.algorithm is algorithm)


def codes(result: AlgorithmResult) -> set[str]:
    return {one.code for one in result.refused}


BOTH = (("CYP2C9", "*1/*2"), ("VKORC1", "-1639G>A A/G"))


def test_a_person_worked_by_hand_gets_that_dose(knowledge: Knowledge) -> None:
    found = of(doses(person(*BOTH), knowledge), Algorithm.IWPC_PHARMACOGENETIC)
    assert found.doses == pytest.approx((5.1502**2,), abs=1e-9)
    assert not found.refused
    assert not found.extrapolated


@pytest.mark.parametrize(
    "call", ["-1639G>A A/G", "-1639G>A G/A", "rs9923231 C/T", "rs9923231 T/C", "rs9934438 C/T", "1173C>T: CT"]
)
def test_vkorc1_is_read_however_the_laboratory_writes_it(call: str, knowledge: Knowledge) -> None:
    found = of(doses(person(("CYP2C9", "*2/*1"), ("VKORC1", call)), knowledge), Algorithm.IWPC_PHARMACOGENETIC)
    assert found.doses == pytest.approx((5.1502**2,), abs=1e-9)


def test_a_genotype_without_its_position_is_refused_and_the_clinical_equation_still_answers(knowledge: Knowledge) -> None:
    found = doses(person(("CYP2C9", "*1/*1"), ("VKORC1", "A/A")), knowledge)
    assert codes(of(found, Algorithm.IWPC_PHARMACOGENETIC)) == {"vkorc1"}
    assert of(found, Algorithm.IWPC_CLINICAL).doses
    assert not found.is_refused


def test_a_neighbor_stands_in_only_where_the_publication_lets_it(knowledge: Knowledge) -> None:
    one = person(("CYP2C9", "*1/*1"), ("VKORC1", "rs2359612 T/T"))
    white = of(doses(one, knowledge), Algorithm.IWPC_PHARMACOGENETIC)
    black = of(doses(one, knowledge, Asked(race=Race.BLACK)), Algorithm.IWPC_PHARMACOGENETIC)
    assert white.cases[0].vkorc1 == "A/A"
    assert black.cases[0].vkorc1 == "unknown"


def test_unknown_genes_have_their_published_terms(knowledge: Knowledge) -> None:
    found = of(doses(person(), knowledge), Algorithm.IWPC_PHARMACOGENETIC)
    assert found.doses == pytest.approx(((5.6044 - 0.2614 * 6 + 0.0087 * 170 + 0.0128 * 80 - 0.4854 - 0.2188) ** 2,), abs=1e-9)
    assert any("Neither gene" in note for note in found.notes)


def test_gage_has_no_term_for_unknown_genes_and_says_so(knowledge: Knowledge) -> None:
    assert codes(of(doses(person(), knowledge), Algorithm.GAGE)) == {"cyp2c9_unknown", "vkorc1_unknown"}


def test_gage_asks_for_what_nobody_said_and_assumes_nothing(knowledge: Knowledge) -> None:
    found = of(doses(person(*BOTH), knowledge, Asked()), Algorithm.GAGE)
    assert codes(found) == {"target_inr_missing", "smoking_missing", "indication_missing"}
    assert not found.doses


def test_gage_reads_smoking_and_indication_from_the_file(knowledge: Knowledge) -> None:
    taking = (Medication(name="warfarin", indication="deep vein thrombosis"),)
    one = person(*BOTH, smoking=Smoking(status="current"), medications=taking)
    found = of(doses(one, knowledge, Asked(target_inr=2.5)), Algorithm.GAGE)
    names = {term.name for term in found.cases[0].predicted.terms if term.amount} if found.cases[0].predicted else set()
    assert {"smoker", "thrombosis or embolism"} <= names
    past = person(*BOTH, smoking=Smoking(status="never"), medications=(Medication(name="warfarin", indication="history of DVT"),))
    assert codes(of(doses(past, knowledge, Asked(target_inr=2.5)), Algorithm.GAGE)) == {"indication_missing"}


@pytest.mark.parametrize("pair", ["*1/*5", "*1/*8", "*1/*11", "*2/*6"])
def test_an_allele_beyond_the_equations_is_refused_with_the_clinical_one_offered(pair: str, knowledge: Knowledge) -> None:
    found = doses(person(("CYP2C9", pair), ("VKORC1", "rs9923231 C/C")), knowledge)
    for algorithm in (Algorithm.IWPC_PHARMACOGENETIC, Algorithm.GAGE):
        result = of(found, algorithm)
        assert not result.doses
        assert any(pair in one.reason and "clinical algorithm" in one.needs for one in result.refused)
    assert of(found, Algorithm.IWPC_CLINICAL).doses


def test_a_phenotype_alone_does_not_tell_the_alleles(knowledge: Knowledge) -> None:
    one = person(outside_calls=(OutsideCall(gene="CYP2C9", phenotype="Intermediate Metabolizer"),))
    found = doses(one, knowledge)
    assert codes(of(found, Algorithm.IWPC_PHARMACOGENETIC)) == {"cyp2c9"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"birth_date": None}, "age_missing"),
        ({"birth_date": date(2010, 1, 1)}, "child"),
        ({"body": (BodyMeasurement(weight=Quantity(80, "kg")),)}, "height_missing"),
        ({"body": (BodyMeasurement(height=Quantity(170, "cm")),)}, "weight_missing"),
        ({"body": (BodyMeasurement(height=Quantity(1.7, "cm"), weight=Quantity(80, "kg")),)}, "implausible"),
        ({"body": (BodyMeasurement(height=Quantity(170, "cm"), weight=Quantity(700, "kg")),)}, "implausible"),
        ({"medications": None}, "medications_missing"),
        ({"life_stage": LifeStage(pregnant=True)}, "pregnancy"),
    ],
)
def test_what_is_missing_or_impossible_is_refused_by_every_equation(
    changed: dict[str, Any], code: str, knowledge: Knowledge
) -> None:
    found = doses(person(*BOTH, **changed), knowledge)
    assert found.is_refused
    for algorithm in (Algorithm.IWPC_PHARMACOGENETIC, Algorithm.IWPC_CLINICAL, Algorithm.GAGE):
        assert code in codes(of(found, algorithm))


@pytest.mark.parametrize(
    ("names", "terms"),
    [
        (("amiodarone",), {"amiodarone"}),
        (("rifampicin",), {"enzyme inducer"}),
        (("Tegretol", "Cordarone"), {"amiodarone", "enzyme inducer"}),
        (("Dilantin",), {"enzyme inducer"}),
        (("metoprolol",), set()),
    ],
)
def test_co_medication_is_recognized_by_any_name(names: tuple[str, ...], terms: set[str], knowledge: Knowledge) -> None:
    one = person(*BOTH, medications=tuple(Medication(name=name) for name in names))
    case = of(doses(one, knowledge), Algorithm.IWPC_PHARMACOGENETIC).cases[0]
    assert case.predicted is not None
    assert {term.name for term in case.predicted.terms if term.amount} & {"amiodarone", "enzyme inducer"} == terms


def test_what_acts_without_a_term_and_what_was_not_recognized_is_said(knowledge: Knowledge) -> None:
    one = person(*BOTH, medications=(Medication(name="fluconazole"), Medication(name="zzzz drops")))
    notes = " ".join(doses(one, knowledge).notes)
    assert "fluconazole" in notes
    assert "zzzz drops" in notes


def test_a_stopped_amiodarone_gets_no_term_and_a_note(knowledge: Knowledge) -> None:
    stopped = Medication(name="amiodarone", status="stopped", start=date(2025, 1, 1), end=date(2026, 4, 20))
    found = doses(person(*BOTH, medications=(stopped,)), knowledge)
    assert any("amiodarone" in note and "Stopped" in note for note in found.notes)
    assert of(found, Algorithm.IWPC_PHARMACOGENETIC).doses == pytest.approx((5.1502**2,), abs=1e-9)


def test_the_dose_is_shown_with_race_and_without(knowledge: Knowledge) -> None:
    found = of(doses(person(*BOTH), knowledge, Asked(race=Race.ASIAN)), Algorithm.IWPC_PHARMACOGENETIC)
    root = 5.1502
    assert found.doses == pytest.approx(((root - 0.1092) ** 2,), abs=1e-9)
    assert found.cases[0].without_race == pytest.approx((root - 0.1032) ** 2, abs=1e-9)


def test_an_ancestry_that_is_no_group_of_the_publication_is_not_put_into_one(knowledge: Knowledge) -> None:
    found = doses(person(*BOTH, declared_ancestry="Andean"), knowledge, Asked())
    case = of(found, Algorithm.IWPC_PHARMACOGENETIC).cases[0]
    assert case.predicted is not None
    assert case.predicted.mg_per_week == pytest.approx((5.1502 - 0.1032) ** 2, abs=1e-9)
    assert any("none of the publication's groups" in note for note in found.notes)


def made_findings(*, fits: tuple[str, ...], possible: tuple[str, ...] = (), **changed: Any) -> Findings:
    """Findings with a CYP2C9 result that fits several pairs, and VKORC1 A/G."""

    def result(gene: str, names: tuple[str, ...], **more: Any) -> Finding:
        found = tuple(
            FittingDiplotype(
                diplotype=Diplotype(gene, tuple(name.split("/"))),
                rank=1,
                score=1,
                probability=None,
                is_phased=False,
                phenotype=None,
                activity_score=None,
            )
            for name in names
        )
        given = {"status": CallStatus.CALLED, "source": CallSource.GENOME, "diplotypes": found, **more}
        return Finding(
            id=f"gene:{gene}", domain="genome", kind="gene_result", subject=gene, detail=GeneResult(gene=gene, **given)
        )

    vkorc1 = ("rs9923231 reference (C)/rs9923231 variant (T)",)
    return Findings((result("CYP2C9", fits, diplotypes_possible=possible, **changed), result("VKORC1", vkorc1)))


BODY = Covariates(
    age_years=65, height_cm=170, weight_kg=80, race=Race.WHITE, takes_amiodarone=False, takes_inducer=False
)  # fmt: skip


def by_hand(pair: str) -> float:
    return iwpc_pharmacogenetic(BODY, cyp2c9=Diplotype("CYP2C9", tuple(pair.split("/"))), vkorc1=Vkorc1.AG).mg_per_week


def test_every_pair_that_fits_has_its_dose_and_the_range_is_shown() -> None:
    findings = made_findings(fits=("*1/*3", "*1/*2"))
    found = of(warfarin_doses(person(), findings, ALL_ASKED), Algorithm.IWPC_PHARMACOGENETIC)
    assert {one.cyp2c9 for one in found.cases if one.is_best} == {"*1/*2", "*1/*3"}
    assert found.doses == pytest.approx((by_hand("*1/*3"), by_hand("*1/*2")))


def test_a_pair_that_is_only_not_excluded_has_its_dose_too_and_is_marked() -> None:
    findings = made_findings(fits=("*1/*1",), possible=("*1/*1", "*1/*3", "*1/*5"), diplotypes_count=3)
    found = of(warfarin_doses(person(), findings, ALL_ASKED), Algorithm.IWPC_PHARMACOGENETIC)
    assert [(one.cyp2c9, one.is_best) for one in found.cases] == [("*1/*1", True), ("*1/*3", False)]
    assert found.doses == pytest.approx((by_hand("*1/*3"), by_hand("*1/*1")))
    assert any("*1/*5" in note for note in found.notes)


def test_one_possible_pair_beyond_the_equation_refuses_only_that_case() -> None:
    findings = made_findings(fits=("*1/*2", "*1/*11"))
    found = of(warfarin_doses(person(), findings, ALL_ASKED), Algorithm.IWPC_PHARMACOGENETIC)
    assert [(one.cyp2c9, one.predicted is None) for one in found.cases] == [("*1/*2", False), ("*1/*11", True)]


@pytest.mark.parametrize("changed", [{"needs_review": True}, {"status": CallStatus.PARTIAL}])
def test_a_result_in_doubt_goes_into_no_equation(changed: dict[str, Any]) -> None:
    findings = made_findings(fits=("*1/*2",), **changed)
    assert codes(of(warfarin_doses(person(), findings, ALL_ASKED), Algorithm.IWPC_PHARMACOGENETIC)) == {"cyp2c9"}


def test_a_body_outside_what_was_seen_is_called_extrapolated(knowledge: Knowledge) -> None:
    small = person(*BOTH, body=(BodyMeasurement(height=Quantity(130, "cm"), weight=Quantity(30, "kg")),))
    said = of(doses(small, knowledge), Algorithm.IWPC_PHARMACOGENETIC).extrapolated
    assert any("height" in one for one in said)
    assert any("weight" in one for one in said)


def test_the_loading_dose_is_blocked_and_says_why(knowledge: Knowledge) -> None:
    assert codes(of(doses(person(*BOTH), knowledge), Algorithm.EU_PACT_LOADING)) == {"source_not_read"}


# The command.


def written(folder: Any, **changed: Any) -> str:
    document = {
        "id": "somebody",
        "birth_date": "1961-01-01",
        "as_of": "2026-05-01T00:00:00+00:00",
        "body": [{"height": {"value": 170, "unit": "cm"}, "weight": {"value": 80, "unit": "kg"}}],
        "medications": [],
        "outside_calls": [{"gene": "CYP2C9", "call": "*1/*2"}, {"gene": "VKORC1", "call": "rs9923231 C/T"}],
        **changed,
    }
    path = folder / "person.json"
    path.write_text(json.dumps({key: value for key, value in document.items() if value is not None}), encoding="utf-8")
    return str(path)


def schema() -> dict[str, Any]:
    text = (resources.files("garrod.interfaces.schemas") / "warfarin.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(document)
    return document


def test_the_command_prints_the_dose_and_valid_json(tmp_path: Any) -> None:
    arguments = ["dose", "warfarin", written(tmp_path), "--race", "white"]
    said = CliRunner().invoke(cli, arguments)
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[0] == "dose     IWPC pharmacogenetic: 26.5 mg/week (3.8 mg/day)"
    assert "target INR is not given" in said.output
    ran = CliRunner().invoke(cli, [*arguments, "--target-inr", "2.5", "--smoker", "--no-thrombosis", "--json"])
    document = json.loads(ran.output)
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["results"][0]["mg_per_week"]["low"] == pytest.approx(5.1502**2, abs=1e-9)
    assert document["results"][0]["mg_per_day"]["low"] == pytest.approx(5.1502**2 / 7, abs=1e-9)
    assert document["results"][2]["mg_per_week"] is not None
    assert (
        ran.output == CliRunner().invoke(cli, [*arguments, "--target-inr", "2.5", "--smoker", "--no-thrombosis", "--json"]).output
    )


def test_the_command_leaves_with_5_where_nothing_can_be_dosed(tmp_path: Any) -> None:
    ran = CliRunner().invoke(cli, ["dose", "warfarin", written(tmp_path, birth_date=None), "--json"])
    assert ran.exit_code == 5
    document = json.loads(ran.output)
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["refused"]["reason"] == "the age is not known"
