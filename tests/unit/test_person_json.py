"""A person file becomes a person: every section as written, what is not given not known, and all faults told together."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from garrod.intake import IntakeOptions, read_people, read_person
from garrod.model.errors import InputError
from garrod.model.genotypes import Assembly
from garrod.model.person import (
    Administration,
    Allergy,
    BodyMeasurement,
    Condition,
    Level,
    LifeStage,
    Medication,
    Observation,
    OutsideCall,
    Person,
    Smoking,
)
from garrod.model.quantities import Quantity
from made_files import KNOWLEDGE, Row, at, bases, reference_person, rows_of, vcf, why

SUMMER = timezone(timedelta(hours=2))

#: The shape of a person file, every section of it: other programs rely on this.
WHOLE: Mapping[str, Any] = {
    "id": "ada", "sex": "female", "birth_date": "1958-03-02", "as_of": "2026-05-01T09:00:00+02:00", "declared_ancestry": None,
    "body": [{
        "height": {"value": 164, "unit": "cm"}, "weight": {"value": 71.5, "unit": "kg"}, "time": "2026-04-28T07:00:00+02:00",
    }],
    "life_stage": {"pregnant": False, "lactating": False, "gestation_weeks": None, "postmenstrual_age_weeks": None},
    "smoking": {"status": "never", "per_day": 0},
    "genomes": [{"file": "ada.vcf", "sample": "ada", "assembly": "GRCh38", "absent_is_reference": False}],
    "outside_calls": [
        {"gene": "CYP2D6", "call": "*4/*41", "source": "laboratory"}, {"gene": "HLA-B", "call": "*57:01 negative"},
    ],
    "observations": [{
        "name": "creatinine", "loinc": "2160-0", "value": 1.4, "comparator": None, "unit": "mg/dL", "specimen": "serum",
        "method": "IDMS", "time": "2026-04-28T07:30:00+02:00",
    }],
    "medications": [{
        "name": "clopidogrel", "rxnorm": "32968", "dose": {"value": 75, "unit": "mg"}, "every": {"value": 24, "unit": "h"},
        "route": "oral", "start": "2026-04-01", "end": None, "indication": "acute coronary syndrome, PCI", "status": "active",
    }],
    "administrations": [{
        "drug": "vancomycin", "dose": {"value": 1000, "unit": "mg"}, "duration": {"value": 1, "unit": "h"},
        "time": "2026-04-27T20:00:00+02:00",
    }],
    "levels": [{
        "drug": "vancomycin", "value": 18.2, "comparator": None, "lower_limit": 1.0, "unit": "mg/L", "assay": "immunoassay",
        "time": "2026-04-28T07:30:00+02:00",
    }],
    "dialysis": [],
    "conditions": [{"name": "atrial fibrillation", "snomed": "49436004", "icd10": "I48.91", "status": "active"}],
    "allergies": [{"substance": "penicillin", "reaction": "anaphylaxis", "severity": "severe"}],
    "tumor": {"type": {"oncotree": "LUAD"}, "alterations": ["EGFR L858R", "EML4::ALK", "ERBB2 amplification"]},
    "diet": {"diary": [{"time": "2026-04-28T08:00:00+02:00", "food": "oatmeal, cooked", "amount": "1 cup"}], "supplements": []},
    "limits": [{"nutrient": "potassium", "ceiling": {"value": 2000, "unit": "mg/d"}, "by": "clinician", "until": "2026-08-01"}],
    "targets": [{"name": "INR", "low": 2, "high": 3}],
    "consent": {"secondary_findings": False},
}  # fmt: skip
BARE = {"id": "bare"}


def written(folder: Path, document: object, name: str = "person.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def person(folder: Path, document: object, options: IntakeOptions | None = None) -> Person:
    return read_person(written(folder, document), KNOWLEDGE, options)


def faults(folder: Path, document: object, options: IntakeOptions | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        person(folder, document, options)
    return [str(fault) for fault in caught.value.faults]


def clock(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=SUMMER)


@pytest.fixture
def ada(tmp_path: Path) -> Person:
    (tmp_path / "ada.vcf").write_text(vcf(rows_of([reference_person()], Assembly.GRCH38), samples=("ada",)), encoding="utf-8")
    return person(tmp_path, WHOLE)


# ---- every section


def test_who_it_is_and_when(ada: Person) -> None:
    assert (ada.id, ada.sex, ada.declared_ancestry) == ("ada", "female", None)
    assert ada.birth_date == date(1958, 3, 2)
    assert ada.as_of == datetime(2026, 5, 1, 9, tzinfo=SUMMER)
    assert ada.age_years() == pytest.approx(68.16, abs=0.01)


def test_body_life_stage_and_smoking(ada: Person) -> None:
    assert ada.body == (BodyMeasurement(time=clock(28, 7), height=Quantity(164, "cm"), weight=Quantity(71.5, "kg")),)
    assert ada.life_stage == LifeStage(pregnant=False, lactating=False, gestation_weeks=None, postmenstrual_age_weeks=None)
    assert ada.smoking == Smoking(status="never", per_day=0)


def test_the_genome_beside_the_file_is_read(ada: Person) -> None:
    (genome,) = ada.genomes
    assert (genome.file, genome.sample, genome.assembly.value, genome.absent_is_reference) == ("ada.vcf", "ada", "GRCh38", False)
    assert bases(at(genome, "rs4244285")) == ("G", "G")


def test_outside_calls_keep_the_laboratorys_words_and_their_place(ada: Person) -> None:
    assert ada.outside_calls == (
        OutsideCall(gene="CYP2D6", call="*4/*41", source="laboratory", where="person.json: outside_calls[0]"),
        OutsideCall(gene="HLA-B", call="*57:01 negative", where="person.json: outside_calls[1]"),
    )


def test_laboratory_values_and_levels(ada: Person) -> None:
    assert ada.observations == (
        Observation(
            name="creatinine", loinc="2160-0", value=1.4, unit="mg/dL", specimen="serum", method="IDMS", time=clock(28, 7, 30)
        ),
    )
    assert ada.levels == (
        Level(drug="vancomycin", value=18.2, unit="mg/L", time=clock(28, 7, 30), lower_limit=1.0, assay="immunoassay"),
    )


def test_medicines_and_doses_given(ada: Person) -> None:
    assert ada.medications == (
        Medication(
            name="clopidogrel", rxnorm="32968", dose=Quantity(75, "mg"), every=Quantity(24, "h"), route="oral",
            start=date(2026, 4, 1), end=None, indication="acute coronary syndrome, PCI", status="active",
        ),
    )  # fmt: skip
    assert ada.administrations == (
        Administration(drug="vancomycin", dose=Quantity(1000, "mg"), duration=Quantity(1, "h"), time=clock(27, 20)),
    )


def test_conditions_allergies_and_consent(ada: Person) -> None:
    assert ada.conditions == (Condition(name="atrial fibrillation", snomed="49436004", icd10="I48.91", status="active"),)
    assert ada.allergies == (Allergy(substance="penicillin", reaction="anaphylaxis", severity="severe"),)
    assert ada.secondary_findings_consent is False


def test_sections_that_this_version_does_not_interpret_are_named(ada: Person) -> None:
    assert set(ada.unread) == {"tumor", "diet", "limits", "targets"}


def test_unknown_fields_are_kept_by_name_never_dropped_in_silence(tmp_path: Path) -> None:
    assert set(person(tmp_path, {**BARE, "shoe_size": 39, "family_history": ["stroke"]}).unread) == {
        "family_history",
        "shoe_size",
    }


def test_a_field_that_a_row_does_not_know_is_refused_by_its_name(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {**BARE, "medications": [{"name": "aspirin", "dosage": "100 mg"}]})
    assert "person.json: medications[0]" in fault
    assert "dosage" in fault


# ---- what is not given is not known


@pytest.mark.parametrize(
    "section", ["body", "observations", "medications", "administrations", "levels", "conditions", "allergies"]
)
def test_a_list_that_is_missing_is_not_known_and_an_empty_one_says_none(section: str, tmp_path: Path) -> None:
    assert getattr(person(tmp_path, BARE), section) is None
    assert getattr(person(tmp_path, {**BARE, section: None}), section) is None
    assert getattr(person(tmp_path, {**BARE, section: []}), section) == ()


def test_a_bare_person_is_known_by_name_only(tmp_path: Path) -> None:
    found = person(tmp_path, BARE)
    assert (found.sex, found.birth_date, found.as_of, found.declared_ancestry) == ("unknown", None, None, None)
    assert (found.life_stage, found.smoking, found.secondary_findings_consent) == (None, None, None)
    assert (found.genomes, found.outside_calls) == ((), ())
    assert found.age_years() is None
    assert found.weight_kg() is None


def test_without_a_time_to_work_from_the_newest_evidence_is_taken(tmp_path: Path) -> None:
    document = {key: value for key, value in WHOLE.items() if key not in {"as_of", "genomes"}}
    assert person(tmp_path, document).as_of == clock(28, 7, 30)
    given = datetime(2027, 1, 1, tzinfo=UTC)
    assert person(tmp_path, document, IntakeOptions(as_of=given)).as_of == given


def test_the_newest_time_is_the_latest_moment_not_the_latest_text(tmp_path: Path) -> None:
    early = {"drug": "x", "value": 1, "unit": "mg/L", "time": "2026-04-28T23:00:00+14:00"}
    late = {"drug": "x", "value": 1, "unit": "mg/L", "time": "2026-04-28T20:00:00-08:00"}
    found = person(tmp_path, {**BARE, "levels": [early, late]})
    assert found.as_of == datetime(2026, 4, 29, 4, tzinfo=UTC)


def test_the_callers_sex_stands_in_for_one_that_is_not_given(tmp_path: Path) -> None:
    assert person(tmp_path, BARE, IntakeOptions(sex="male")).sex == "male"


# ---- one object, or one a line


def test_a_file_may_hold_one_person_a_line(tmp_path: Path) -> None:
    text = "".join(json.dumps({"id": name}) + "\n" for name in ("a", "b", "c"))
    assert [one.id for one in read_people(written(tmp_path, text), KNOWLEDGE)] == ["a", "b", "c"]


def test_blank_lines_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    text = "\ufeff" + '\n{"id": "a"}\n\n{"id": "b"}\r\n\n'
    assert [one.id for one in read_people(written(tmp_path, text), KNOWLEDGE)] == ["a", "b"]


def test_one_object_may_be_spread_over_many_lines(tmp_path: Path) -> None:
    assert person(tmp_path, json.dumps(BARE, indent=4)).id == "bare"


def test_faults_of_several_people_are_told_together_by_line(tmp_path: Path) -> None:
    lines = ['{"id": "a"}', '{"id": "b", "sex": "f"}', "{", '{"sex": "male"}']
    with pytest.raises(InputError) as caught:
        read_people(written(tmp_path, "\n".join(lines)), KNOWLEDGE)
    told = [str(fault) for fault in caught.value.faults]
    assert [text.split(": ")[0] for text in told] == ["person.json:2", "person.json:3", "person.json:4"]
    assert ["sex" in told[0], "JSON" in told[1], "id" in told[2]] == [True, True, True]


def test_a_person_asked_for_alone_is_not_picked_from_several(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 people"):
        person(tmp_path, '{"id": "a"}\n{"id": "b"}\n')


# ---- faults


FAULTY: Mapping[str, Any] = {
    "id": "x",
    "sex": "f",
    "birth_date": "1958-02-30",
    "as_of": "2026-05-01T09:00:00",
    "body": [{"weight": {"value": 7150, "unit": "kg"}}, {"height": {"value": 164}}],
    "smoking": {"status": "sometimes"},
    "observations": [{"name": "creatinine", "value": 1.4, "unit": "mg/dL", "time": "2026-04-28"}],
    "medications": [
        {"name": "aspirin"},
        {"dose": {"value": 1, "unit": "mg"}},
        {"name": "x", "dose": {"value": "100", "unit": "mg"}},
    ],
    "levels": [{"drug": "x", "value": None, "unit": "mg/L", "time": "2026-04-28T07:30:00Z"}],
}


def test_every_fault_of_a_file_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    told = faults(tmp_path, FAULTY)
    places = {text.split(";")[0].split(": ")[1] for text in told}
    assert places == {
        "sex", "birth_date", "as_of", "body[1].height", "smoking.status", "observations[0].time", "medications[1]",
        "medications[2].dose.value", "levels[0].value",
    }  # fmt: skip
    assert all(text.startswith("person.json: ") and "; " in text for text in told)


def test_what_is_impossible_is_told_beside_what_cannot_be_read(tmp_path: Path) -> None:
    told = faults(tmp_path, {**BARE, "sex": "f", "body": [{"weight": {"value": 7150, "unit": "kg"}}]})
    assert any("sex" in text for text in told)
    assert any("body[0].weight" in text for text in told)


@pytest.mark.parametrize(
    ("section", "where"),
    [
        ({"birth_date": "2027-01-01", "as_of": "2026-01-01T00:00:00Z"}, "birth_date"),
        ({"birth_date": "1850-01-01", "as_of": "2026-01-01T00:00:00Z"}, "birth_date"),
        ({"birth_date": "01.03.1958"}, "birth_date"),
        ({"body": [{"weight": {"value": 71500, "unit": "kg"}}]}, "body[0].weight"),
        ({"body": [{"weight": {"value": 0, "unit": "kg"}}]}, "body[0].weight"),
        ({"body": [{"height": {"value": 1.64, "unit": "cm"}}]}, "body[0].height"),
        ({"body": [{"weight": {"value": 160, "unit": "pounds"}}]}, "body[0].weight"),
        ({"body": [{"weight": {"value": 71.5}}]}, "body[0].weight"),
        ({"body": [{"weight": 71.5}]}, "body[0].weight"),
        ({"medications": [{"name": "x", "dose": {"value": 75}}]}, "medications[0].dose"),
        ({"medications": [{"name": "x", "dose": {"value": 75, "unit": " "}}]}, "medications[0].dose.unit"),
        ({"medications": [{"name": "x", "dose": {"value": 0, "unit": "mg"}}]}, "medications[0].dose"),
        ({"medications": [{"name": "x", "every": {"value": -24, "unit": "h"}}]}, "medications[0].every"),
        ({"medications": [{"name": "x", "start": "2026-02-01", "end": "2026-01-01"}]}, "medications[0]"),
        ({"medications": [{"name": "x", "status": "paused"}]}, "medications[0].status"),
        ({"medications": [{"name": ""}]}, "medications[0].name"),
        ({"medications": {"name": "x"}}, "medications"),
        ({"administrations": [{"drug": "x", "dose": {"value": 1, "unit": "g"}}]}, "administrations[0]"),
        ({"levels": [{"drug": "x", "value": 1.0, "time": "2026-04-28T07:30:00Z"}]}, "levels[0]"),
        ({"observations": [{"name": "x", "value": 1, "comparator": "~"}]}, "observations[0].comparator"),
        ({"life_stage": {"gestation_weeks": 90}}, "life_stage.gestation_weeks"),
        ({"life_stage": {"pregnant": "no"}}, "life_stage.pregnant"),
        ({"smoking": {"status": "never", "per_day": -1}}, "smoking.per_day"),
        ({"genomes": [{"sample": "x"}]}, "genomes[0]"),
        ({"genomes": [{"file": "x.vcf", "assembly": "hg19"}]}, "genomes[0].assembly"),
        ({"outside_calls": [{"call": "*1/*2"}]}, "outside_calls[0]"),
        ({"outside_calls": [{"gene": "CYP2D6", "call": "*1x" + "9" * 5000}]}, "outside_calls[0].call"),
        ({"consent": {"secondary_findings": "yes"}}, "consent.secondary_findings"),
        ({"id": 7}, "id"),
        ({"id": ""}, "id"),
        ({"sex": "F"}, "sex"),
    ],
    ids=lambda value: str(value)[:100],
)
def test_what_cannot_be_is_refused_at_its_place(section: Mapping[str, Any], where: str, tmp_path: Path) -> None:
    told = faults(tmp_path, {**BARE, **section})
    assert [text.split(": ")[:2] for text in told] == [["person.json", where]]


@pytest.mark.parametrize("time", ["2026-04-28T07:30:00", "2026-04-28", "07:30", "28.04.2026 07:30"])
@pytest.mark.parametrize("section", ["as_of", "body", "observations", "levels", "administrations"])
def test_a_time_needs_its_offset(section: str, time: str, tmp_path: Path) -> None:
    rows: Mapping[str, Mapping[str, Any]] = {
        "body": {"weight": {"value": 70, "unit": "kg"}},
        "observations": {"name": "x", "value": 1},
        "levels": {"drug": "x", "value": 1, "unit": "mg/L"},
        "administrations": {"drug": "x", "dose": {"value": 1, "unit": "mg"}},
    }
    given: object = time if section == "as_of" else [{**rows[section], "time": time}]
    (fault,) = faults(tmp_path, {**BARE, section: given})
    assert fault.startswith(f"person.json: {section}")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    "section",
    [
        '"medications": [{"name": "x", "dose": {"value": NUMBER, "unit": "mg"}}]',
        '"levels": [{"drug": "x", "value": NUMBER, "unit": "mg/L", "time": "2026-04-28T07:30:00Z"}]',
        '"observations": [{"name": "x", "value": NUMBER}]',
        '"body": [{"weight": {"value": NUMBER, "unit": "kg"}}]',
        '"diet": {"energy": NUMBER}',
    ],
)
def test_a_number_that_is_none_is_refused(section: str, number: str, tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f'{{"id": "x", {section.replace("NUMBER", number)}}}')
    assert "number" in fault


def test_a_field_that_stands_twice_is_refused_for_one_of_the_two_would_be_lost(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, '{"id": "x", "medications": [{"name": "warfarin"}], "medications": []}')
    assert "medications" in fault
    assert "twice" in fault


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{\n\n'id': 'x'}", "person.json:3"),
        ('{"id": "x"', "not JSON"),
        ('["a", "b"]', "one JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"id": "x", "tumor": ' + '{"a": ' * 50_000 + "1" + "}" * 50_000 + "}", "not JSON"),
        ('{"resourceType": "Patient", "id": "x"}', "FHIR"),
        ('{"id": "\\ud800"}', "not JSON"),
        ('{"id": "x", "as_of": ' + "9" * 5000 + "}", "not JSON"),
        ("{}", "id"),
    ],
    ids=["single quotes", "cut off", "a list", "deep lists", "deep objects", "FHIR", "half a character", "long number", "empty"],
)
def test_what_is_no_person_is_refused_with_a_reason(text: str, what: str, tmp_path: Path) -> None:
    assert any(what in fault for fault in faults(tmp_path, text))


SECRET = "Lovelace-1815"  # noqa: S105 - not a password


@pytest.mark.parametrize(
    "section",
    [
        {"sex": SECRET},
        {"birth_date": SECRET},
        {"as_of": SECRET},
        {"smoking": {"status": SECRET}},
        {"smoking": {"per_day": SECRET}},
        {"levels": [{"drug": SECRET, "value": SECRET, "unit": "mg/L", "time": SECRET}]},
        {"medications": [{"name": SECRET, "status": SECRET, "dose": {"value": SECRET, "unit": "mg"}}]},
        {"conditions": SECRET},
        {"observations": [SECRET]},
        {"genomes": [{"file": "missing.vcf", "sample": SECRET}]},
    ],
    ids=str,
)
def test_a_message_never_repeats_what_is_written_of_a_person(section: Mapping[str, Any], tmp_path: Path) -> None:
    assert all(SECRET not in fault for fault in faults(tmp_path, {"id": SECRET, **section}))


def test_an_impossible_weight_is_told_without_the_weight(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {**BARE, "body": [{"weight": {"value": 7153, "unit": "kg"}}]})
    assert "7153" not in fault
    assert "650" in fault


# ---- genomes of a person file


def test_a_genome_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, {**BARE, "genomes": [{"file": "missing.vcf"}]})
    assert fault.startswith("missing.vcf: ")


@pytest.mark.parametrize("name", ["a" * 1900, "x\x00.vcf", "."])
def test_a_genome_name_that_no_file_can_have_is_refused(name: str, tmp_path: Path) -> None:
    assert len(faults(tmp_path, {**BARE, "genomes": [{"file": name}]})) == 1


def test_faults_of_a_genome_and_of_another_person_are_told_together(tmp_path: Path) -> None:
    lines = [json.dumps({"id": "a", "genomes": [{"file": "missing.vcf"}]}), json.dumps({"id": "b", "sex": "f"})]
    with pytest.raises(InputError) as caught:
        read_people(written(tmp_path, "\n".join(lines)), KNOWLEDGE)
    assert len(caught.value.faults) == 2


def test_the_promise_of_a_person_file_holds_for_the_genome_it_names(tmp_path: Path) -> None:
    star_2 = Row("10", 94781859, "G", ("A",), ("0/1",))
    (tmp_path / "x.vcf").write_text(vcf([star_2]), encoding="utf-8")
    silent = person(tmp_path, {**BARE, "genomes": [{"file": "x.vcf"}]})
    promised = person(tmp_path, {**BARE, "genomes": [{"file": "x.vcf", "absent_is_reference": True}]})
    assert why(at(silent.genomes[0], "rs4986893")) == "NO_RECORD"
    assert bases(at(promised.genomes[0], "rs4986893")) == ("G", "G")


def test_a_build_that_contradicts_the_genomes_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.vcf").write_text(vcf([]), encoding="utf-8")
    (fault,) = faults(tmp_path, {**BARE, "genomes": [{"file": "x.vcf", "assembly": "GRCh37"}]})
    assert "GRCh38" in fault


def test_a_time_to_work_from_before_the_birth_is_refused(tmp_path: Path) -> None:
    early = IntakeOptions(as_of=datetime(1950, 1, 1, tzinfo=UTC))
    (fault,) = faults(tmp_path, {**BARE, "birth_date": "1958-03-02"}, early)
    assert "birth_date" in fault


def test_equal_text_has_an_equal_digest_and_other_text_another(tmp_path: Path) -> None:
    assert person(tmp_path, BARE).digest == person(tmp_path, json.dumps(BARE) + "\n").digest
    assert person(tmp_path, BARE).digest != person(tmp_path, {"id": "other"}).digest
