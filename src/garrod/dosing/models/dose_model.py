"""A population model as data: structure, covariates, parameters, random effects, residual errors and what doses may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from garrod.dosing.models.expressions import Array, Expression

Status = Literal["candidate", "admitted", "withdrawn"]
Random = Literal["lognormal", "normal_additive", "proportional", "logit", "boxcox", "explicit", "none"]
CovariateMode = Literal["nmtran", "clinical", "linear"]


class ResidualKind(StrEnum):
    """How far a level lies from its prediction, as a standard deviation."""

    ADDITIVE = "additive"
    PROPORTIONAL = "proportional"
    COMBINED_VARIANCE = "combined_variance"
    COMBINED_SD = "combined_sd"
    POWER = "power"
    LOG_ADDITIVE = "log_additive"


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high, both included; None is open."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Say whether a value lies inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Covariate:
    """What the model must know of the person.

    Attributes
    ----------
    seen, hard
        What the source's patients had, and outside of which nothing is answered; None where not stated.
    convert
        Factor from another unit into this one.
    column
        The title of the column in an event table, where it is not the name.
    """

    name: str
    unit: str | None = None
    required: bool = True
    seen: Range | None = None
    hard: Range | None = None
    max_age_h: float | None = None
    convert: Mapping[str, float] = field(default_factory=dict)
    default: float | None = None
    levels: Mapping[str, float] = field(default_factory=dict)
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a person: its typical value, its equation and how the random effect enters.

    Attributes
    ----------
    theta
        The typical value, ``tvNAME`` in equations; None where the equation needs none.
    power
        Lambda of a Box-Cox random effect.
    """

    name: str
    theta: float | None
    equation: Expression
    random: Random
    unit: str | None = None
    source: str | None = None
    power: float | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """Where drug goes, as compartments and the ways into them.

    Attributes
    ----------
    states
        Names of the compartments, in the order of their numbers (1 is the first).
    transit
        Number of compartments of the transit chain, 0 without one.
    odes
        Equation of each state's rate of change, or nothing where a named structure is meant.
    numbers
        Place in ``states`` of each compartment number of an event table.
    roles
        Which parameter plays which part, ``{"V": "V1"}``.
    doses
        Which parameter is F, ALAG, D or R of a dose into a state, ``{("F", "depot"): "F"}``.
    modeled
        States into which a dose without a rate lasts as long as the model says.
    doses_to
        Compartment number of a dose that names none.
    area
        The output whose area under the curve the last state gathers, None where it is not asked for.
    split
        Whether a dose of a dual or parallel absorption is divided by the model, stands twice in the table, or is told from it.
    """

    states: tuple[str, ...]
    compartments: int
    elimination: Literal["linear", "michaelis_menten", "both"]
    absorption: Literal["none", "first_order", "zero_order", "sequential", "dual_first_order", "parallel", "transit"]
    units: Mapping[str, str]
    covariate_mode: CovariateMode | None = None
    transit: int = 0
    metabolite: bool = False
    odes: tuple[Expression, ...] = ()
    numbers: tuple[int, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    doses: Mapping[tuple[str, str], str] = field(default_factory=dict)
    modeled: frozenset[str] = frozenset()
    doses_to: int = 1
    split: Literal["auto", "model", "rows"] = "auto"
    routes: tuple[str, ...] = ()
    area: Expression | None = None

    @property
    def gathers(self) -> tuple[bool, ...]:
        """Say of each state whether it only gathers, so that nothing depends on it and no steady state holds it."""
        if not self.odes:
            return tuple(self.area is not None and name == self.states[-1] for name in self.states)
        used = frozenset[str]().union(*(equation.names for equation in self.odes))
        return tuple(name not in used for name in self.states)

    @property
    def central(self) -> int:
        """Number of the compartment that is the blood, counted from 0."""
        return self.states.index("central") if "central" in self.states else 0


@dataclass(frozen=True, slots=True)
class Residual:
    """The error of a measured level; standard deviations throughout, whatever the file gave."""

    kind: ResidualKind
    additive: float = 0.0
    proportional: float = 0.0
    power: float = 1.0
    floor: float = 0.0
    table_is_log: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """Random effects and their covariance.

    Attributes
    ----------
    names
        Names of the effects, ``CL`` for ``eta_CL``.
    covariance
        (effects, effects), variances on the scale of the effect; zero variances are kept here and dropped on estimation.
    """

    names: tuple[str, ...]
    covariance: Array


@dataclass(frozen=True, slots=True)
class Occasions:
    """Effects that are drawn anew on each occasion, and what makes an occasion."""

    effects: Effects
    column: str | None
    bins_h: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """An exposure to reach."""

    metric: str
    range: Range
    unit: str | None = None
    toxic_above: float | None = None
    indication: str | None = None
    source: str | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class DosingLimits:
    """What a regimen may look like; None where the file does not say."""

    amount_step: float | None = None
    unit: str | None = None
    intervals_h: tuple[float, ...] = ()
    infusion_h: float | None = None
    max_single: float | None = None
    max_daily: float | None = None
    max_source: str | None = None
    toxicity_weight: float | None = None


@dataclass(frozen=True, slots=True)
class TestVector:
    """Covariates with what the parameters, and levels after doses, must come to."""

    covariates: Mapping[str, float]
    expect: Mapping[str, float]
    doses: tuple[Mapping[str, Any], ...] = ()
    times: tuple[float, ...] = ()
    concentrations: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DoseModel:
    """One population model, checked.

    Attributes
    ----------
    derived
        Name and equation of values worked out from covariates, in order.
    parameters
        In an order in which each uses only earlier ones.
    outputs
        Name and equation of what is measured.
    output_numbers, output_labels
        The number of each output in an event table, as CMT of an observation and as DVID.
    residuals
        One for each output.
    drug, citation, population, genotype_map, salt, transcription
        As written in the file.
    """

    id: str
    version: str
    status: Status
    drug: Mapping[str, Any]
    citation: Mapping[str, Any]
    population: Mapping[str, Any]
    licence: str | None
    structure: Structure
    covariates: tuple[Covariate, ...]
    derived: tuple[tuple[str, Expression], ...]
    constants: Mapping[str, float]
    parameters: tuple[Parameter, ...]
    outputs: tuple[tuple[str, Expression], ...]
    output_numbers: tuple[int, ...]
    output_labels: tuple[int, ...]
    residuals: tuple[Residual, ...]
    etas: Effects
    occasions: Occasions | None
    targets: tuple[Target, ...] = ()
    dosing: DosingLimits = field(default_factory=DosingLimits)
    genotype_map: tuple[Mapping[str, Any], ...] = ()
    salt: Mapping[str, float] = field(default_factory=dict)
    transcription: Mapping[str, Any] = field(default_factory=dict)
    test_vectors: tuple[TestVector, ...] = ()

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the parameters, in order of evaluation."""
        return tuple(one.name for one in self.parameters)
