"""Control streams become model files of ours, predict what a model written by hand does, or are refused with their line."""

from pathlib import Path

import numpy as np
import pytest

from garrod.dosing.importing.reading import Imported, import_model
from garrod.dosing.models.dose_model import DoseModel
from garrod.dosing.models.model_file import load_model, model_of
from garrod.dosing.solving.nmtran import read_events
from garrod.model.errors import InputError
from made_doses import levels_of

ORAL = """; made up for this test
$PROBLEM Two compartments after a tablet
; source PMID: 12345678, doi: 10.1234/made.up
$INPUT ID TIME AMT RATE DV EVID CMT WT SEX=GENDER AGE=DROP
$DATA data.csv IGNORE=@
$SUBROUTINES ADVAN4 TRANS4 TOL=6
$PK
  IF (SEX.EQ.1) THEN
    FSEX = 1
  ELSE IF (WT.LT.50.AND.SEX.EQ.0) THEN
    FSEX = 0.7
  ELSE
    FSEX = THETA(6)   ; women
  ENDIF
  TVCL = THETA(1)*(WT/70)**0.75*FSEX
  CL = TVCL*EXP(ETA(1))
  V2 = THETA(2)*EXP(ETA(2))*WT/70.
  Q = THETA(3)
  V3 = THETA(4)
  KA = THETA(5) + ETA(3)
  F1 = 0.8
  ALAG1 = 0.25*(1 + ETA(4))
  S2 = V2/1000
  HALF = 0.693*V2/CL
$ERROR
  IPRED = F
  W = SQRT(THETA(7)**2*F**2 + THETA(8)**2)
  IRES = DV - IPRED
  Y = IPRED + W*EPS(1)
$THETA (0,4) ; CL, L/h
 (0, 20, 100)  ; V2
 3 FIX
 (0 40 INF)
 1.2
 0.8 FIX
 0.15 5
$OMEGA BLOCK(2)
0.09
0.02 0.04
$OMEGA 0.1 (0.2 SD)
$SIGMA 1 FIX
$ESTIMATION METHOD=1 INTER
"""

ORAL_BY_HAND = """
[structure]
compartments = 2
absorption = "first_order"
[covariates]
WT = {}
SEX = {}
[parameters]
CL = { theta = 4, equation = "tvCL*(WT/70)^0.75*if(SEX == 1, 1, if(WT < 50, 0.7, 0.8))" }
V1 = { theta = 20, equation = "tvV1*WT/70" }
Q = 3
V2 = 40
KA = { theta = 1.2, random = "normal_additive" }
F1 = 0.8
ALAG1 = { theta = 0.25, random = "proportional" }
[outputs]
cp = "1000*central/V1"
[iiv]
given_as = "variance"
CL = 0.09
V1 = 0.04
KA = 0.1
ALAG1 = 0.04
covariance = { "CL:V1" = 0.02 }
[residual]
kind = "combined_variance"
proportional = 0.15
additive = 5
"""

ORAL_ROWS = ("0,500,0,.,1,1", "0.5,.,.,1,0,2", "2,.,.,1,0,2", "9,.,.,1,0,2", "12,300,100,.,1,2", "14,.,.,1,0,2", "30,.,.,1,0,2")

BODY = """$PROB made up
$INPUT ID TIME AMT DV WT CMT
$DATA x
$SUBR {subroutines}
{model}$PK
{pk}
{des}$ERROR
{error}
$THETA 3 20 1.1 0.5 2 30
$OMEGA 0.09 0.04
$SIGMA {sigma}
"""


def imported(tmp_path: Path, text: str = ORAL) -> Imported:
    path = tmp_path / "made.ctl"
    path.write_text(text, encoding="utf-8")
    return import_model(path)


def body(
    *,
    subroutines: str = "ADVAN1 TRANS2",
    model: str = "",
    pk: str = "CL=THETA(1)*EXP(ETA(1))\nV=THETA(2)*EXP(ETA(2))\nS1=V",
    des: str = "",
    error: str = "Y=F+F*EPS(1)",
    sigma: str = "0.04",
) -> str:
    return BODY.format(subroutines=subroutines, model=model, pk=pk, des=des, error=error, sigma=sigma)


def levels(model: DoseModel, tmp_path: Path, rows: tuple[str, ...], person: str, effects: list[float]) -> np.ndarray:
    path = tmp_path / "events.csv"
    path.write_text("\n".join(["ID,TIME,AMT,RATE,DV,EVID,CMT,WT,SEX", *(f"1,{row},{person}" for row in rows)]))
    (events,) = read_events(path, model)
    return levels_of(model, events, np.array([effects]))


@pytest.mark.parametrize("person", ["70,1", "62,0", "45,0"])
@pytest.mark.parametrize("effects", [[0.0] * 4, [0.3, -0.2, 0.4, 0.3]])
def test_an_imported_model_predicts_what_the_same_model_by_hand_does(tmp_path: Path, person: str, effects: list[float]) -> None:
    found = levels(imported(tmp_path).model, tmp_path, ORAL_ROWS, person, effects)
    wanted = levels(model_of(ORAL_BY_HAND), tmp_path, ORAL_ROWS, person, effects)
    assert np.all(wanted > 10)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_parameters_effects_and_their_covariance_are_those_of_the_file(tmp_path: Path) -> None:
    model = imported(tmp_path).model
    assert model.constants == {
        "THETA1": 4, "THETA2": 20, "THETA3": 3, "THETA4": 40, "THETA5": 1.2, "THETA6": 0.8,
    }  # fmt: skip
    assert model.etas.names == ("CL", "V2", "KA", "own_ALAG1")
    wanted = np.diag([0.09, 0.04, 0.1, 0.04])
    wanted[0, 1] = wanted[1, 0] = 0.02
    np.testing.assert_allclose(model.etas.covariance, wanted)
    ways = {one.name: one.random for one in model.parameters}
    assert (ways["CL"], ways["KA"], ways["own_ALAG1"]) == ("lognormal", "normal_additive", "proportional")


def test_head_and_notes_say_where_the_numbers_are_from_and_what_was_left_out(tmp_path: Path) -> None:
    made = imported(tmp_path)
    model = made.model
    assert model.status == "candidate"
    assert model.citation == {"text": "Two compartments after a tablet", "pmid": "12345678", "doi": "10.1234/made.up"}
    notes = " ".join(made.notes)
    assert "whether they are final estimates it does not say" in notes
    assert "$DATA, $ESTIMATION" in notes
    assert "HALF" in notes
    assert {one.unit for one in model.covariates} == {"not stated"}
    assert "# FIX" in made.text
    assert "# CL, L/h" in made.text
    path = tmp_path / "made.toml"
    path.write_text(made.text, encoding="utf-8")
    assert load_model(path).id == "made"


NAMED = [
    ("ADVAN1 TRANS1", "K=THETA(3)\nS1=THETA(2)", '[parameters]\nK=1.1\nV=20', 1, "none"),
    ("ADVAN1 TRANS2", "CL=THETA(1)\nV=THETA(2)\nS1=V", "[parameters]\nCL=3\nV=20", 1, "none"),
    ("ADVAN2 TRANS1", "K=THETA(4)\nKA=THETA(3)\nS2=THETA(2)", "[parameters]\nK=0.5\nV=20\nKA=1.1", 1, "first_order"),
    ("ADVAN2 TRANS2", "CL=THETA(1)\nV=THETA(2)\nKA=THETA(3)\nS2=V", "[parameters]\nCL=3\nV=20\nKA=1.1", 1, "first_order"),
    ("ADVAN3", "K=THETA(4)\nK12=THETA(3)\nK21=THETA(5)\nS1=THETA(2)", "[parameters]\nK=0.5\nK12=1.1\nK21=2\nV1=20", 2, "none"),
    ("ADVAN3 TRANS4", "CL=THETA(1)\nV1=THETA(2)\nQ=THETA(5)\nV2=THETA(6)\nS1=V1",
     "[parameters]\nCL=3\nV1=20\nQ=2\nV2=30", 2, "none"),
    ("ADVAN4", "K=THETA(4)\nK23=THETA(3)\nK32=THETA(5)\nKA=THETA(1)\nS2=THETA(2)",
     "[parameters]\nK=0.5\nK12=1.1\nK21=2\nV1=20\nKA=3", 2, "first_order"),
    ("ADVAN11 TRANS4", "CL=THETA(1)\nV1=THETA(2)\nQ2=THETA(5)\nV2=THETA(6)\nQ3=THETA(4)\nV3=THETA(3)\nS1=V1",
     "[parameters]\nCL=3\nV1=20\nQ2=2\nV2=30\nQ3=0.5\nV3=1.1", 3, "none"),
    ("ADVAN11 TRANS1", "K=THETA(4)\nK12=THETA(3)\nK21=THETA(5)\nK13=THETA(1)\nK31=THETA(4)/10\nS1=THETA(2)",
     "[parameters]\nK=0.5\nK12=1.1\nK21=2\nK13=3\nK31=0.05\nV1=20", 3, "none"),
    ("ADVAN12 TRANS4", "CL=THETA(1)\nV2=THETA(2)\nQ3=THETA(5)\nV3=THETA(6)\nQ4=THETA(4)\nV4=THETA(3)\nKA=THETA(3)\nS2=V2",
     "[parameters]\nCL=3\nV1=20\nQ2=2\nV2=30\nQ3=0.5\nV3=1.1\nKA=1.1", 3, "first_order"),
    ("ADVAN12 TRANS1", "K=THETA(4)\nK23=THETA(3)\nK32=THETA(5)\nK24=THETA(1)\nK42=THETA(4)/10\nKA=THETA(3)\nS2=THETA(2)",
     "[parameters]\nK=0.5\nK12=1.1\nK21=2\nK13=3\nK31=0.05\nV1=20\nKA=1.1", 3, "first_order"),
]  # fmt: skip


@pytest.mark.parametrize("one", NAMED)
def test_each_named_structure_is_that_of_ours(tmp_path: Path, one: tuple[str, str, str, int, str]) -> None:
    subroutines, pk, by_hand, compartments, absorption = one
    text = body(subroutines=subroutines, pk=pk + "\nX=ETA(1)+ETA(2)").replace("$OMEGA 0.09 0.04", "$OMEGA 0 FIX 0 FIX")
    head = f'[structure]\ncompartments = {compartments}\nabsorption = "{absorption}"\n'
    hand = model_of(head + by_hand + '\n[residual]\nkind = "proportional"\nproportional = 0.2\n')
    rows = ("0,100,0,.,1,1", "1,.,.,1,0,.", "5,.,.,1,0,.", "12,.,.,1,0,.", "30,.,.,1,0,.")
    found = levels(imported(tmp_path, text).model, tmp_path, rows, "70,1", [])
    np.testing.assert_allclose(found, levels(hand, tmp_path, rows, "70,1", []), rtol=1e-9)


def test_own_equations_predict_what_the_same_model_by_hand_does(tmp_path: Path) -> None:
    text = body(
        subroutines="ADVAN=ADVAN13 TRANS=TRANS1 TOL=9",
        model="$MODEL NCOMP=2 COMP=(GUT,DEFDOSE) COMP=(CENTRAL DEFOBS)\n",
        pk="MU_1=LOG(THETA(1))\nVM=EXP(MU_1+ETA(1))\nKM=THETA(5)\nV=THETA(2)*(1+ETA(2))\nKA=THETA(3)",
        des="$DES\nCONC=A(2)/V\nDADT(1)=-KA*A(1)\nDADT(2)=KA*A(1) &\n-VM*CONC/(KM+CONC)\n",
        error="Y=A(2)/V*(1+ERR(1))",
    )
    hand = model_of("""
        [structure]
        compartments = 1
        elimination = "michaelis_menten"
        absorption = "first_order"
        [parameters]
        VMAX = 3
        KM = 2
        V = { theta = 20, random = "proportional" }
        KA = 1.1
        [iiv]
        given_as = "variance"
        VMAX = 0.09
        V = 0.04
        [residual]
        kind = "proportional"
        proportional = 0.2
    """)
    rows = ("0,100,0,.,1,1", "1,.,.,1,0,.", "5,.,.,1,0,.", "12,.,.,1,0,.", "30,.,.,1,0,.")
    model = imported(tmp_path, text).model
    assert model.etas.names == ("ETA1", "V")
    found = levels(model, tmp_path, rows, "70,1", [0.3, -0.1])
    np.testing.assert_allclose(found, levels(hand, tmp_path, rows, "70,1", [0.3, -0.1]), rtol=1e-6)


def test_duration_rate_and_bioavailability_belong_to_the_compartment_of_their_number(tmp_path: Path) -> None:
    pk = "CL=THETA(1)*EXP(ETA(1))\nV=THETA(2)*EXP(ETA(2))\nKA=THETA(3)\nS2=V\nD2=THETA(5)\nF2=THETA(4)\nR1=THETA(6)\nALAG2=0.5"
    hand = model_of("""
        [structure]
        compartments = 1
        absorption = "first_order"
        [parameters]
        CL = 3
        V = 20
        KA = 1.1
        D2 = 2
        F2 = 0.5
        R1 = 30
        ALAG2 = 0.5
        [iiv]
        given_as = "variance"
        CL = 0.09
        V = 0.04
        [residual]
        kind = "proportional"
        proportional = 0.2
    """)
    rows = ("0,100,-1,.,1,1", "1,.,.,1,0,.", "5,100,-2,.,1,2", "6,.,.,1,0,.", "9,80,0,.,1,2", "12,.,.,1,0,.", "30,.,.,1,0,.")
    found = levels(imported(tmp_path, body(subroutines="ADVAN2 TRANS2", pk=pk)).model, tmp_path, rows, "70,1", [0.2, -0.1])
    np.testing.assert_allclose(found, levels(hand, tmp_path, rows, "70,1", [0.2, -0.1]), rtol=1e-9)


ERRORS = [
    ("Y = F + EPS(1)", "0.04", ("additive", 0, 0.2, 1, False)),
    ("Y = F + THETA(5)*EPS(1)", "1 FIX", ("additive", 0, 2, 1, False)),
    ("Y = F*(1 + EPS(1))", "0.04", ("proportional", 0.2, 0, 1, False)),
    ("Y = F + F*ERR(1)", "(0.2 SD)", ("proportional", 0.2, 0, 1, False)),
    ("IPRED = A(1)/V\nY = IPRED + IPRED*EPS(1)", "0.04", ("proportional", 0.2, 0, 1, False)),
    ("Y = F*(1 + EPS(1)) + EPS(2)", "0.04 0.25", ("combined_variance", 0.2, 0.5, 1, False)),
    ("Y = F + SQRT(THETA(4)**2 + (THETA(3)*F)**2)*EPS(1)", "1 FIX", ("combined_variance", 1.1, 0.5, 1, False)),
    ("W = THETA(4) + THETA(3)*F\nY = F + W*EPS(1)", "1 FIX", ("combined_sd", 1.1, 0.5, 1, False)),
    ("W = F**THETA(4)\nY = F + W*EPS(1)", "0.04", ("power", 0.2, 0, 0.5, False)),
    ("Y = LOG(F) + EPS(1)", "0.04", ("log_additive", 0, 0.2, 1, True)),
    ("IPRED = -5\nIF (F.GT.0) IPRED = LOG(F)\nY = IPRED + EPS(1)", "0.04", ("log_additive", 0, 0.2, 1, True)),
    ("W = F\nIF (W.EQ.0) W = 1\nY = F + W*EPS(1)", "0.04", ("proportional", 0.2, 0, 1, False)),
]


@pytest.mark.parametrize(("error", "sigma", "wanted"), ERRORS)
def test_each_form_of_error_is_the_kind_that_it_means(tmp_path: Path, error: str, sigma: str, wanted: tuple[object, ...]) -> None:
    (one,) = imported(tmp_path, body(error=error, sigma=sigma)).model.residuals
    found = (one.kind, one.proportional, one.additive, one.power, one.table_is_log)
    assert found[0] == wanted[0]
    assert found[1:] == pytest.approx(wanted[1:], rel=1e-8)


@pytest.mark.parametrize(
    ("error", "sigma", "line", "what"),
    [
        ("Y = F*EXP(EPS(1))", "0.04", 10, "not linear in EPS"),
        ("Y = F + F*EPS(1)*WT", "0.04", 10, "depends on WT"),
        ("W = F\nIF (WT.GT.70) W = 2*F\nY = F + W*EPS(1)", "0.04", 12, "depends on WT"),
        ("Y = F + F*EPS(1)*EXP(ETA(1))", "0.04", 10, "depends on ETA(1)"),
        ("W = F\nIF (F.LT.0.05) W = 0.05\nY = F + W*EPS(1)", "0.04", 12, "none of additive"),
        ("Y = F + F*EPS(1) + EPS(2)", "BLOCK(2) 0.04 0.01 0.25", 10, "none of additive"),
        ("IF (CMT.EQ.1) THEN\nY = F + EPS(1)\nELSE\nY = F*(1+EPS(1))\nENDIF", "0.04", 13, "depends on CMT"),
        ("Y = 2*F + EPS(1)", "0.04", 10, "neither the prediction nor its logarithm"),
        ("Y = F + EPS(2)", "0.04", 10, "EPS(2) has no $SIGMA"),
        ("IPRED = F", "0.04", 9, "Y"),
        ("Y = F + EPS(1)", "0 FIX", 10, "zero"),
    ],
)
def test_an_error_that_is_no_kind_of_ours_is_refused(tmp_path: Path, error: str, sigma: str, line: int, what: str) -> None:
    with pytest.raises(InputError) as refused:
        imported(tmp_path, body(error=error, sigma=sigma))
    assert str(refused.value).startswith(f"made.ctl:{line}: ")
    assert what in str(refused.value)


@pytest.mark.parametrize(
    ("omega", "wanted"),
    [
        ("$OMEGA 0.09 0.04", [[0.09, 0], [0, 0.04]]),
        ("$OMEGA DIAGONAL(2) 0.09 FIX (0.2 SD)", [[0.09, 0], [0, 0.04]]),
        ("$OMEGA (0.3 STANDARD)\n$OMEGA 0.04 VARIANCE", [[0.09, 0], [0, 0.04]]),
        ("$OMEGA BLOCK(2) FIX\n0.09\n0.03 0.04", [[0.09, 0.03], [0.03, 0.04]]),
        ("$OMEGA BLOCK(2) SD\n0.3\n0.03 0.2", [[0.09, 0.03], [0.03, 0.04]]),
        ("$OMEGA BLOCK(2) CORRELATION\n0.09\n0.5 0.04", [[0.09, 0.03], [0.03, 0.04]]),
        ("$OMEGA BLOCK(2)\n0.3 SD\n0.5 CORRELATION 0.2", [[0.09, 0.03], [0.03, 0.04]]),
    ],
)
def test_each_way_to_write_omega_comes_to_variances(tmp_path: Path, omega: str, wanted: list[list[float]]) -> None:
    model = imported(tmp_path, body().replace("$OMEGA 0.09 0.04", omega)).model
    np.testing.assert_allclose(model.etas.covariance, wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("ADVAN4 TRANS4", "ADVAN5 TRANS1", 6, "ADVAN5 is not represented"),
        ("ADVAN4 TRANS4", "ADVAN4 TRANS6", 6, "TRANS6 with ADVAN4"),
        ("ADVAN4 TRANS4", "ADVAN4 TRANS4 INFN=x.f", 6, "INFN=X.F"),
        ("ADVAN4 TRANS4", "ADVAN6", 6, "ADVAN6 needs $MODEL"),
        ("$DATA data.csv IGNORE=@", "$PRIOR NWPRI", 5, "the record $PRIOR"),
        ("$DATA data.csv IGNORE=@", "$MIX\nNSPOP=2", 5, "the record $MIX"),
        ("$DATA data.csv IGNORE=@", "$THETAP 1 FIX", 5, "the record $THETAP"),
        ("  HALF = 0.693*V2/CL", "  MTIME(1) = 5", 24, "MTIME(1) cannot be set here"),
        ("  HALF = 0.693*V2/CL", "  A_0(1) = 5", 24, "A_0(1) cannot be set here"),
        ("  HALF = 0.693*V2/CL", "  CALLFL = -2", 24, "CALLFL cannot be set here"),
        ("  HALF = 0.693*V2/CL", "  F4 = 0.5", 24, "F4 cannot be set here"),
        ("  HALF = 0.693*V2/CL", "  CALL SIMETA(ETA)", 24, "'CALL' cannot be represented"),
        ("  HALF = 0.693*V2/CL", "  DO WHILE (I.LT.3)", 24, "'DO' cannot be represented"),
        ("  HALF = 0.693*V2/CL", '"FIRST', 24, "is not understood"),
        ("  Q = THETA(3)", "  Q = INT(THETA(3))", 18, "'INT' is not represented"),
        ("  Q = THETA(3)", "  Q = THETA(30)", 18, "THETA(30) has no value"),
        ("  Q = THETA(3)", "  Q = THETA(3)*AGE", 18, "AGE has no value"),
        ("  Q = THETA(3)", "  Q = THETA(3)\n  IF (AMT.GT.0) Q = 2", 19, "columns of events"),
        ("  Q = THETA(3)", "  IF (WT.EQ.1) Q = 1\n  IF (WT.EQ.2) Q = 2", 18, "Q has no value here, or not on every path"),
        ("  Q = THETA(3)", "  QQ = THETA(3)", 6, "Q has no value"),
        ("  V3 = THETA(4)", "  V3 = THETA(4)*EXP(ETA(9))", 19, "ETA(9) has no value"),
        ("(0,4) ; CL, L/h", "(0,,4)", 30, "no initial value"),
        ("(0,4) ; CL, L/h", "(0,4)x2", 30, "repetition"),
        ("0.02 0.04", "0.02", 37, "no triangle of 2"),
        ("$OMEGA 0.1 (0.2 SD)", "$OMEGA BLOCK(2) SAME", 40, "SAME in $OMEGA"),
        ("BLOCK(2)\n0.09", "BLOCK(2) CHOLESKY\n0.09", 37, "CHOLESKY in $OMEGA"),
        ("$SIGMA 1 FIX\n", "", 1, "there is no $SIGMA"),
        ("$PROBLEM Two", "text\n$PROBLEM Two", 2, "before the first record"),
        ("$ESTIMATION METHOD=1 INTER", "$PROBLEM again", 42, "$PROBLEM stands twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_represented_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert ORAL.count(old) == 1, old
    with pytest.raises(InputError) as refused:
        imported(tmp_path, ORAL.replace(old, new))
    said = str(refused.value)
    assert said.startswith(f"made.ctl:{line}: ")
    assert what in said


def test_an_amount_in_equations_of_the_body_needs_no_start(tmp_path: Path) -> None:
    text = body(
        subroutines="ADVAN6 TOL=5",
        model="$MODEL COMP=(CENTRAL) COMP=(CELLS)\n",
        pk="CL=THETA(1)*EXP(ETA(1))\nV=THETA(2)*EXP(ETA(2))\nS1=V",
        des="$DES\nDADT(1)=-CL/V*A(1)\nDADT(2)=THETA(3)*(A(1)/A(2))**THETA(4)\n",
    )
    with pytest.raises(InputError, match="needs amounts to start from"):
        imported(tmp_path, text)


def test_a_prediction_without_a_volume_is_told(tmp_path: Path) -> None:
    text = body(pk="CL=THETA(1)*EXP(ETA(1))\nV=THETA(2)*EXP(ETA(2))")
    assert any("nothing in the file divides it by a volume" in note for note in imported(tmp_path, text).notes)
