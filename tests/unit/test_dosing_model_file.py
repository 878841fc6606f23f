"""Dose-model files: the note's example loads unchanged, conventions are kept apart, and faults are told with their keys."""

import numpy as np
import pytest

from garrod.dosing.models.dose_model import ResidualKind
from garrod.dosing.models.model_file import load_model, model_of
from garrod.dosing.solving.events import Events, Record
from garrod.dosing.solving.lanes import individual, people
from garrod.dosing.solving.plan import plan
from garrod.model.errors import InputError
from made_doses import THOMSON

DAO = """
id = "vancomycin/dao2020"
version = "0.1.0"
status = "candidate"                    # candidate | admitted | withdrawn
drug = { name = "vancomycin", atc = "J01XA01", rxnorm = "11124" }    # codes (NV)
citation = { text = "Dao K et al., Pharmacol Res 2020", pmid = "31108184" }
population = { text = "neonates" }      # fill: n, ages, weights, centres, assay
[structure]
compartments = 1
routes = ["iv_infusion"]
elimination = "linear"
units = { time = "h", concentration = "mg/L" }
[covariates]
weight     = { unit = "kg",   required = true, hard = [0.3, 10], max_age_days = 3 }    # seen = [..]: fill from the paper
creatinine = { unit = "mg/dL", required = true, hard = [0.1, 5],  max_age_days = 2, convert = { "umol/L" = 0.0113122 } }
pma        = { unit = "week", required = true, hard = [22, 60] }
[parameters]
CL = { theta = 0.273, unit = "L/h", source = "two transcriptions", equation = "tvCL * weight^0.438 * (0.61/creatinine)^0.473 * pma^3.54/(pma^3.54 + 46.4^3.54)" }
V  = { theta = 0.628, unit = "L",   source = "two transcriptions", equation = "tvV * weight" }
[iiv]
distribution = "lognormal"
given_as = "sd"                         # variance | sd | cv_sqrt (sqrt of variance) | cv_lognormal (variance = ln(1+cv^2))
CL = 0.226
[residual]
kind = "combined_variance"              # additive | proportional | combined_variance | combined_sd | power | log_additive
proportional = 0.236
additive = { value = 1.98, unit = "mg/L" }
[[targets]]
metric = "AUC24_ss"
range = [400, 600]                      # mg*h/L
source = "fill; adult consensus range, neonates (NV)"
toxic_above = 600
[dosing]
amount_step_mg = 1
intervals_h = [6, 8, 12, 18, 24]
[transcription]
by = "fill"
second_source = "public library, facts only"
agrees = ["theta", "equation", "iiv", "residual"]
conflicts = []
[[test_vectors]]
covariates = { weight = 1.5, creatinine = 0.61, pma = 32 }
expect = { CL = 0.068992, V = 0.942 }    # arithmetic of the equations above
"""  # noqa: E501 - the note's example as it stands

SMALL = """
[structure]
compartments = 1
[parameters]
CL = 3.0
V = 20.0
[iiv]
given_as = "{convention}"
CL = 0.4
[residual]
kind = "proportional"
proportional = 0.2
"""


def test_the_example_of_the_note_loads_unchanged_and_meets_its_vector(tmp_path) -> None:
    path = tmp_path / "dao.toml"
    path.write_text(DAO, encoding="utf-8")
    model = load_model(path)
    vector = model.test_vectors[0]
    group = people(model, [plan(model, Events.of([Record(0, 1, 10.0)], covariates=dict(vector.covariates)))])
    values = individual(group, np.zeros((1, 1)), None)
    for name, expected in vector.expect.items():
        assert float(np.squeeze(values[name])) == pytest.approx(expected, rel=5e-6)
    assert model.status == "candidate"
    assert model.etas.covariance[0, 0] == pytest.approx(0.226**2)
    assert model.residuals[0].kind is ResidualKind.COMBINED_VARIANCE
    assert model.targets[0].toxic_above == 600
    assert model.dosing.amount_step == 1


@pytest.mark.parametrize(
    ("convention", "variance"), [("variance", 0.4), ("sd", 0.16), ("cv_sqrt", 0.16), ("cv_lognormal", 0.14842000511827333)]
)
def test_a_number_means_what_its_convention_says(convention, variance) -> None:
    assert model_of(SMALL.format(convention=convention)).etas.covariance[0, 0] == pytest.approx(variance, rel=1e-12)


def test_a_covariance_and_a_correlation_come_to_the_same_matrix() -> None:
    covariance = model_of(THOMSON).etas.covariance
    correlated = THOMSON.replace(
        'covariance = { "CL:V1" = 0.01 }', f'correlation = {{ "CL:V1" = {0.01 / (0.0729 * 0.0225) ** 0.5} }}'
    )
    assert model_of(correlated).etas.covariance == pytest.approx(covariance, rel=1e-12)
    assert covariance[0, 1] == 0.01


FAULTS = [
    ("compartments = 1", "compartments = 7", "compartments"),
    ("CL = 3.0\n", "CL = 'CLX*2'\n", "CLX"),
    ("CL = 3.0\n", "", "CL or K"),
    ('kind = "proportional"', 'kind = "exotic"', "exotic"),
    ("proportional = 0.2", "proportional = -1", "negative"),
    ("CL = 0.4", "VX = 0.4", "no parameter takes"),
    ('given_as = "{convention}"\n', "", "convention"),
    ("[residual]", "[residuals]", "residuals"),
    ("V = 20.0", "V = { theta = 20, mistake = 1 }", "parameters.V.mistake"),
    ("V = 20.0", "V = { theta = nan }", "finite"),
    ("V = 20.0", "V = 'CL*2'\nX = 'Y'\nY = 'X'", "one another"),
    ("V = 20.0", "V = '2 +'", "parameters.V.equation"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_told_with_its_key(old, new, said) -> None:
    with pytest.raises(InputError, match=said):
        model_of(SMALL.replace(old, new).replace("{convention}", "sd"), where="mine.toml")


def test_faults_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        model_of(SMALL.replace("V = 20.0", "V = '2 +'").replace("{convention}", "guess"))
    assert len(caught.value.faults) >= 2


def test_a_matrix_that_is_not_positive_definite_is_refused() -> None:
    with pytest.raises(InputError, match="positive definite"):
        model_of(THOMSON.replace('"CL:V1" = 0.01', '"CL:V1" = 0.9'))


def test_rate_constants_do_in_place_of_clearances() -> None:
    text = SMALL.replace("CL = 3.0", "K = 0.15").replace("CL = 0.4", "K = 0.4").replace("{convention}", "sd")
    model = model_of(text)
    events = Events.of([Record(0, 1, 100.0), Record(4, 0, level=1.0)])
    from made_doses import levels_of

    assert levels_of(model, events)[0, 0] == pytest.approx(5 * np.exp(-0.6), rel=1e-13)


def test_a_covariate_that_may_be_missing_needs_a_default_that_is_written() -> None:
    text = SMALL.replace(
        "[parameters]", "[covariates]\nWT = { unit = 'kg', required = true, default = 70 }\n[parameters]"
    ).replace("{convention}", "sd")
    with pytest.raises(InputError, match="required covariate has no default"):
        model_of(text)
