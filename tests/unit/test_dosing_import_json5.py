"""JSON5 model files become model files of ours, predict what a model written by hand does, or are refused with their line."""

from pathlib import Path

import numpy as np
import pytest

from garrod.dosing.importing.json5_text import read_json5
from garrod.dosing.importing.reading import Imported, import_model
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.model_file import load_model, model_of
from garrod.dosing.solving.nmtran import read_events
from garrod.model.errors import InputError
from made_doses import levels_of

MADE = r"""// made up for this test
{
  id: 'made_example',
  "ode_code": "\
    BOOST = 1 \
    if(t > T_SWITCH) { BOOST = 1.2 } \
    CLi = CLpop * BOOST * exp(kappa_CL) \
    dAdt[0] = -(CLi/Vi)*A[0] - (Qi/Vi)*A[0] + (Qi/V2)*A[1]; \
    dAdt[1] = (Qi/Vi)*A[0] - (Qi/V2)*A[1]; dAdt[2] = A[0]/Vi",
  "pk_code": "\
    FSEX = 1 // men\
    if(SEX == 0 & WT > 40) { FSEX = 0.9 } else { if (WT <= 10) { FSEX = 0.8 } }\
    if(AGE <= 8) { MAT = 0.7; }\n\
    if(AGE > 8) { MAT = 1 - 0.3*exp(-AGE/\
       8.0) } \
    OLD = AGE > 65.0 ? 0.8 : 1.0; \
    CLpop = CL * pow(WT/70.0, 0.75) * FSEX * MAT * OLD \
    Vi = V * WT/70 \
    Qi = Q \
    UNUSED = 5 * Vi\
  ",
  "n_comp": 3,
  "obs": { "cmt": 1, "scale": "V * (WT/70) / 1000" },
  "dose": { "cmt": 1, "bioav": ["F1i"] },
  covariates: ["WT", "AGE", "SEX", "T_SWITCH",],
  "parameters": { "CL": 4, "V": 30, "Q": 2, "V2": 50, "F1i": 0.9 },
  "fixed": ["Q", "F1i"],
  "omega_matrix": [0.09, 0.02, 0.04, 0, 0.01, 0.25],
  "iov": { "cv": { "CL": 0.2 }, "n_bins": 2, "bins": [0, 24, 9999] },
  "ruv": { "prop": [0.15], "add": 0.001 },
  "references": [ { "ref": "Nobody 2020", "url": "https://pubmed.ncbi.nlm.nih.gov/12345678/" } ],
  "version": "0.1.0",
}
"""

BY_HAND = """
[structure]
compartments = 2
[covariates]
WT = {}
AGE = {}
SEX = {}
T_SWITCH = {}
[derived]
FSEX = "if(SEX == 0 and WT > 40, 0.9, if(WT <= 10, 0.8, 1))"
MAT = "if(AGE <= 8, 0.7, 1 - 0.3*exp(-AGE/8))"
[parameters]
CL = { theta = 4, equation = "tvCL*(WT/70)^0.75*FSEX*MAT*if(AGE > 65, 0.8, 1)" }
V1 = { theta = 30, equation = "tvV1*WT/70" }
V2 = { theta = 50 }
Q = 2
F1 = 0.9
[outputs]
cp = "1000*central/V1"
[iiv]
given_as = "variance"
CL = 0.09
V1 = 0.04
V2 = 0.25
covariance = { "CL:V1" = 0.02, "V1:V2" = 0.01 }
[iov]
given_as = "sd"
CL = 0.2
bins_h = [0, 24]
[residual]
kind = "combined_variance"
proportional = 0.15
additive = 0.001
"""


def imported(tmp_path: Path, text: str = MADE, name: str = "made.json5") -> Imported:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return import_model(path)


def refusal(tmp_path: Path, old: str, new: str) -> str:
    assert MADE.count(old) == 1, old
    with pytest.raises(InputError) as refused:
        imported(tmp_path, MADE.replace(old, new))
    return str(refused.value)


def levels(model: DoseModel, tmp_path: Path, person: str, effects: list[float]) -> np.ndarray:
    path = tmp_path / "events.csv"
    path.write_text("\n".join(["ID,TIME,AMT,RATE,DV,EVID,WT,AGE,SEX,T_SWITCH", *(f"1,{row},{person}" for row in ROWS)]))
    (events,) = read_events(path, model)
    return levels_of(model, events, np.array([effects]))


ROWS = ("0,500,500,.,1", "2,.,.,1,0", "9,.,.,1,0", "12,300,.,.,1", "20,.,.,1,0", "24,.,.,1,0", "30,.,.,1,0", "40,.,.,1,0")
PEOPLE = ("80,40,0,1000", "80,40,1,1000", "9,5,1,1000", "60,70,0,1000", "60,8,0,1000", "10,8.5,0,1000")


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("effects", [[0.0] * 5, [0.3, -0.2, 0.4, 0.15, -0.25]])
def test_an_imported_model_predicts_what_the_same_model_by_hand_does(tmp_path: Path, person: str, effects: list[float]) -> None:
    found = levels(imported(tmp_path).model, tmp_path, person, effects)
    wanted = levels(model_of(BY_HAND), tmp_path, person, effects)
    assert np.all(wanted > 100)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_a_rate_that_turns_at_a_running_time_turns_there_and_not_with_a_row(tmp_path: Path) -> None:
    """One compartment by hand: k until hour 5, 1.2 k after it, between rows at 0 and 10; the integrator steps over the turn."""
    text = MADE.replace("- (Qi/Vi)*A[0] + (Qi/V2)*A[1]; ", "; ").replace(
        "dAdt[1] = (Qi/Vi)*A[0] - (Qi/V2)*A[1];", "dAdt[1] = 0*A[0];"
    )
    model = imported(tmp_path, text).model
    path = tmp_path / "events.csv"
    path.write_text("ID,TIME,AMT,DV,EVID,WT,AGE,SEX,T_SWITCH\n1,0,100,.,1,70,40,1,5\n1,10,.,1,0,70,40,1,5\n")
    (events,) = read_events(path, model)
    k = 4 * (1 - 0.3 * np.exp(-5.0)) / 30
    wanted = 1000 * 0.9 * 100 / 30 * np.exp(-k * (5 + 1.2 * 5))
    np.testing.assert_allclose(levels_of(model, events)[0], [wanted], rtol=1e-5)


def test_covariances_are_the_lower_triangle_in_the_order_of_parameters_that_are_not_fixed(tmp_path: Path) -> None:
    model = imported(tmp_path).model
    assert model.etas.names == ("CL", "V", "V2")
    np.testing.assert_array_equal(model.etas.covariance, [[0.09, 0.02, 0], [0.02, 0.04, 0.01], [0, 0.01, 0.25]])
    assert model.occasions is not None
    assert model.occasions.bins_h == (0.0, 24.0)
    np.testing.assert_allclose(model.occasions.effects.covariance, [[0.04]])


def test_errors_are_sds_and_a_floor_is_told_from_an_estimate(tmp_path: Path) -> None:
    made = imported(tmp_path)
    (error,) = made.model.residuals
    assert (error.kind, error.proportional, error.additive) == ("combined_variance", 0.15, 0.001)
    assert any("numerical floor" in note for note in made.notes)


def test_an_error_on_logarithms_is_one(tmp_path: Path) -> None:
    text = MADE.replace('"ruv": { "prop": [0.15], "add": 0.001 }', '"ltbs": true, "ruv": { "prop": 0, "add": 0.3 }')
    (error,) = imported(tmp_path, text).model.residuals
    assert (error.kind, error.additive, error.table_is_log) == ("log_additive", 0.3, False)


def test_head_and_notes_say_where_the_model_is_from_and_what_was_left_out(tmp_path: Path) -> None:
    made = imported(tmp_path)
    model = made.model
    assert (model.id, model.version, model.status) == ("made_example", "0.1.0", "candidate")
    assert model.citation["pmid"] == "12345678"
    assert model.transcription["source"] == "made.json5"
    assert len(model.transcription["sha256"]) == 64
    notes = " ".join(model.transcription["notes"])
    assert "amount3" in notes
    assert "UNUSED" in notes
    assert "courses that begin at time 0" in notes
    assert model.targets == ()
    assert all(one.seen is None and one.hard is None for one in model.covariates)


def test_units_are_not_guessed_and_those_said_are_taken(tmp_path: Path) -> None:
    made = imported(tmp_path)
    assert made.model.structure.units == {"amount": "not stated", "concentration": "not stated"}
    assert {one.unit for one in made.model.covariates} == {"not stated"}
    path = tmp_path / "made.json5"
    said = import_model(path, drug="example", units="h,mg,ug/L").model
    assert said.structure.units == {"time": "h", "amount": "mg", "concentration": "ug/L"}
    assert said.drug == {"name": "example"}
    with pytest.raises(InputError, match="h,mg,mg/L"):
        import_model(path, units="mg/L")


def test_what_is_written_loads_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "made.toml"
    path.write_text(imported(tmp_path).text, encoding="utf-8")
    assert load_model(path).id == "made_example"


def test_a_name_that_means_something_in_a_model_file_gets_another(tmp_path: Path) -> None:
    """F1 of the source is a mere parameter here; taken as it is it would scale doses."""
    text = MADE.replace('"F1i": 0.9', '"F1": 0.9').replace('"fixed": ["Q", "F1i"]', '"fixed": ["Q", "F1"]')
    text = text.replace("Qi = Q \\", "Qi = Q * F1 \\").replace('"bioav": ["F1i"]', '"bioav": 1')
    model = imported(tmp_path, text).model
    assert "own_F1" in model.parameter_names
    assert model.structure.doses == {}


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("UNUSED = 5 * Vi", "UNUSED = 5 * Vi; for(i=0)", 20, "'for' cannot be represented"),
        ("Qi = Q \\", "Qi = Q * gamma(2) \\", 19, "'gamma' is not represented"),
        ("Qi = Q \\", "Qi = Q * MISSING \\", 19, "MISSING has no value"),
        ("Qi = Q \\", "Qi = Q * 1/2 * (1/2) \\", 19, "division of whole numbers"),
        ("Qi = Q \\", "Qi = Q ^ 2 \\", 19, "not '^'"),
        ("Qi = Q \\", "Qi = (WT & 4) * Q \\", 19, "works on bits"),
        ("Qi = Q \\", "Qi = Q \\\n    * 2 \\", 20, "begins with an operator"),
        ("if(AGE > 8) {", "if(AGE > 9) {", 13, "MAT has no value here, or not on every path"),
        ("dAdt[1] = (Qi/Vi)", "dAdt[1] = A[1]/A[1] + (Qi/Vi)", 4, "amounts to start from"),
        ('"n_comp": 3', '"n_comp": 4', 4, "do not go together"),
        ("0.09, 0.02, 0.04, 0, 0.01, 0.25", "0.09, 0.02, 0.04", 28, "no lower triangle for CL, V, V2"),
        ('"add": 0.001', '"add": [0.1, 0.2]', 30, "2 numbers for 1 outputs"),
        ('"ruv": { "prop": [0.15], "add": 0.001 }', '"ltbs": true, "ruv": { "prop": 0.1, "add": 0.3 }', 30, "proportional part"),
        ('"version": "0.1.0"', '"state_init": "A[0] = 5"', 32, "state_init"),
        ('"cv": { "CL": 0.2 }', '"cv": { "CL": 0.2, "V": 0.1 }', 29, "does not use kappa_V"),
        ('"bins": [0, 24, 9999]', '"bins": [0, 24, 48]', 29, "no bin holds what comes after 48"),
        ('"bins": [0, 24, 9999]', '"bins": [0, 24, 9999], "use": false', 29, "switched off"),
        ('"T_SWITCH",]', '"T_SWITCH", "t"]', 25, "t is running time"),
        ("Qi = Q \\", "Qi = Q * 1e999 \\", 19, "not finite"),
        ("Qi = Q \\", "Qi = Q < WT < 3 \\", 19, "two comparisons"),
        ("Qi = Q \\", "int Qi = Q \\", 19, "'int' cannot be represented"),
        ("Qi = Q \\", "Qi += Q \\", 19, "'Qi' cannot be represented"),
        ('"dose": { "cmt": 1', '"cmt_mapping": { "oral": 2 }, "dose": { "cmt": 1', 24, "doses by oral"),
        ('"version": "0.1.0"', '"iiv": { "CL": 0.3, "V": 0.3, "V2": 0.5 }', 32, "not the roots of omega_matrix"),
    ],
)
def test_what_cannot_be_represented_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    said = refusal(tmp_path, old, new)
    assert said.startswith(f"made.json5:{line}: ")
    assert what in said
    assert "; " in said


def test_brackets_without_end_are_refused_and_not_followed(tmp_path: Path) -> None:
    assert "too deep" in refusal(tmp_path, "Qi = Q \\", f"Qi = {'(' * 9000}Q{')' * 9000} \\")


def test_json5_is_read_as_its_format_says() -> None:
    text = "/* a */ {a: 'it\\'s', \"b\": [1, -.5, 0x1F, 2e3, true, null,], $c: 'one\\\ntwo\\u0041\\n', }"
    found = read_json5(text, "x")
    assert found == {"a": "it's", "b": [1, -0.5, 31, 2000.0, True, None], "$c": "one\ntwoA\n"}
    assert [found["$c"].line(place) for place in (0, 4, 7)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("text", "line"),
    [("{a: 1, a: 2}", 1), ("{a: 1\n b: 2}", 2), ("{a:\n 'open\n}", 2), ("{a: 1}\n5", 2), ("{a: 1.2.3}", 1), ("[1,\n,]", 2),
     ("{a: NaN}", 1), ("[" * 60, 1), ("", 1), ("{a: 1e999}", 1), ("{a: 01}", 1)],
)  # fmt: skip
def test_what_is_no_json5_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as refused:
        read_json5(text, "made.json5")
    assert str(refused.value).startswith(f"made.json5:{line}: ")
