"""Read a dose-model file (TOML, format 1) into a checked model; docs/reference/dose-model-file.md is the reference.

Every fault of a file is told at once, each with the key and what would do. Nothing is defaulted that decides a dose.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from garrod.dosing.models.dose_model import Covariate, DoseModel, DosingLimits, Parameter, Range, Structure, Target, TestVector
from garrod.dosing.models.expressions import Expression, ExpressionError, parse
from garrod.dosing.models.model_effects import read_effects, read_occasions, read_residuals
from garrod.dosing.models.model_keys import Keys
from garrod.dosing.models.model_structure import read_outputs, read_structure
from garrod.model.errors import Fault, InputError

_TIMES: Final = frozenset({"TIME", "time", "t", "T"})
_RANDOM: Final = ("lognormal", "normal_additive", "proportional", "logit", "boxcox", "explicit", "none")
_SECTIONS: Final = {
    "id", "version", "status", "format", "drug", "citation", "population", "licence", "license", "structure", "absorption",
    "odes", "outputs", "output_numbers", "covariates", "derived", "constants", "parameters", "iiv", "iov", "residual", "targets",
    "dosing", "genotype_map", "salt", "transcription", "test_vectors", "notes",
}  # fmt: skip


def load_model(source: Path | str) -> DoseModel:
    """Read one model file.

    Parameters
    ----------
    source
        A path to a TOML file.

    Raises
    ------
    InputError
        With every fault of the file: the key, what is wrong with it and what would do.
    """
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as why:
        raise InputError(Fault(str(path), f"the model file cannot be opened ({why.strerror})", "name a file in TOML")) from why
    return model_of(text, where=path.name)


def model_of(text: str, *, where: str = "model") -> DoseModel:
    """Read a model from its text; ``where`` names it in errors."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise InputError(Fault(where, f"the file is not TOML: {why}", "put it right at that line")) from why
    keys = Keys(table, where)
    keys.only(_SECTIONS)
    model = _model(keys)
    keys.raise_faults()
    assert model is not None
    return model


def _model(keys: Keys) -> DoseModel | None:
    covariates = tuple(_covariate(one) for one in keys.tables("covariates"))
    derived = _equations(keys, "derived")
    constants = {name: keys.table("constants").number(name) or 0.0 for name in keys.table("constants")}
    parameters = _parameters(keys)
    structure = read_structure(keys, [one.name for one in parameters])
    if structure is None:
        keys.raise_faults()
        return None
    outputs, numbers = read_outputs(keys, structure, [one.name for one in parameters])
    etas = read_effects(keys.table("iiv"), "iiv")
    occasions = read_occasions(keys.table("iov"))
    _check_names(keys, structure, covariates, derived, constants, parameters, outputs)
    _check_effects(keys, parameters, etas.names, occasions.effects.names if occasions else ())
    status = keys.word("status", ("candidate", "admitted", "withdrawn"), default="candidate")
    return DoseModel(
        id=keys.text("id", default=None) or keys.where.removesuffix(".toml"),
        version=keys.text("version", default="0") or "0",
        status=status,  # type: ignore[arg-type]
        drug=keys.free("drug", "name"),
        citation=keys.free("citation", "text"),
        population=keys.free("population", "text"),
        licence=keys.text("licence", default=None) or keys.text("license", default=None),
        structure=structure,
        covariates=covariates,
        derived=derived,
        constants=constants,
        parameters=_in_order(keys, parameters),
        outputs=outputs,
        output_numbers=numbers,
        output_labels=numbers if "output_numbers" in keys else tuple(range(1, len(outputs) + 1)),
        residuals=read_residuals(keys, [name for name, _ in outputs]),
        etas=etas,
        occasions=occasions,
        targets=tuple(_target(one) for one in keys.list_of_tables("targets")),
        dosing=_dosing(keys.table("dosing")),
        genotype_map=_genotype_map(keys),
        salt={name: keys.table("salt").number(name) or 1.0 for name in keys.table("salt")},
        transcription=keys.free("transcription"),
        test_vectors=tuple(_vector(one) for one in keys.list_of_tables("test_vectors")),
    )


def _genotype_map(keys: Keys) -> tuple[Mapping[str, Any], ...]:
    given = keys.raw("genotype_map")
    if given is None:
        return ()
    return tuple(given) if isinstance(given, list) else (given,)


def _covariate(keys: Keys) -> Covariate:
    keys.only(
        {
            "unit",
            "required",
            "seen",
            "hard",
            "max_age_days",
            "max_age_h",
            "convert",
            "default",
            "levels",
            "column",
            "note",
            "source",
        }
    )
    days = keys.number("max_age_days", default=None)
    hours = keys.number("max_age_h", default=None)
    required = keys.flag("required", default="default" not in keys)
    default = keys.number("default", default=None)
    if required and default is not None:
        keys.fault("default", "a required covariate has no default", "write required = false, or drop the default")
    return Covariate(
        name=keys.name,
        unit=keys.text("unit", default=None),
        required=required,
        seen=_range(keys, "seen"),
        hard=_range(keys, "hard"),
        max_age_h=days * 24 if days is not None else hours,
        convert={unit: keys.table("convert").number(unit) or 1.0 for unit in keys.table("convert")},
        default=default,
        levels={level: keys.table("levels").number(level) or 0.0 for level in keys.table("levels")},
        column=keys.text("column", default=None),
    )


def _range(keys: Keys, name: str) -> Range | None:
    given = keys.raw(name)
    if given is None:
        return None
    if (
        isinstance(given, list)
        and len(given) == 2
        and all(isinstance(one, int | float) for one in given)
        and given[0] <= given[1]
    ):
        return Range(float(given[0]), float(given[1]))
    keys.fault(name, "a range is two numbers, low and high", "write [low, high]")
    return None


def _equations(keys: Keys, section: str) -> tuple[tuple[str, Expression], ...]:
    table = keys.table(section)
    return tuple((name, found) for name in table if (found := table.equation(name)) is not None)


def _parameters(keys: Keys) -> tuple[Parameter, ...]:
    distribution = keys.table("iiv").word("distribution", _RANDOM, default="lognormal")
    random = {name for section in ("iiv", "iov") for name in keys.table(section)}
    given = [one for section in ("parameters", "absorption") for one in keys.tables(section, skip=("kind", "model"))]
    if not given:
        keys.fault("parameters", "the model has no parameters", "write [parameters] with one line each")
    return tuple(_parameter(one, distribution if one.name in random else "none") for one in given)


def _parameter(keys: Keys, random: str) -> Parameter:
    keys.only(
        {
            "theta",
            "value",
            "unit",
            "source",
            "equation",
            "random",
            "distribution",
            "lambda",
            "note",
            "reading",
            "convention",
            "fixed",
        }
    )
    theta = keys.number("theta", default=None)
    theta = keys.number("value", default=None) if theta is None else theta
    equation = keys.equation("equation") if "equation" in keys else parse(f"tv{keys.name}")
    if equation is None:
        equation = parse("0")
    if theta is None and f"tv{keys.name}" in equation.names:
        keys.fault("theta", "the typical value is missing", f"write theta = …, or an equation without tv{keys.name}")
    said = keys.word("random", _RANDOM, default=keys.word("distribution", _RANDOM, default=random))
    power = keys.number("lambda", default=None)
    if said == "boxcox" and not power:
        keys.fault("lambda", "a Box-Cox effect needs its lambda, other than 0", "write lambda = …")
    return Parameter(
        name=keys.name,
        theta=theta,
        equation=equation,
        random=said,  # type: ignore[arg-type]
        unit=keys.text("unit", default=None),
        source=keys.text("source", default=None),
        power=power,
    )


def _check_names(
    keys: Keys,
    structure: Structure,
    covariates: Iterable[Covariate],
    derived: Iterable[tuple[str, Expression]],
    constants: Mapping[str, float],
    parameters: tuple[Parameter, ...],
    outputs: Iterable[tuple[str, Expression]],
) -> None:
    """Tell every name in an equation that nothing gives."""
    known = {one.name for one in covariates} | set(constants) | _TIMES
    for name, equation in derived:
        keys.unknown_names(f"derived.{name}", equation, known)
        known.add(name)
    effects = {f"{kind}_{name}" for kind in ("eta", "kappa") for section in ("iiv", "iov") for name in keys.table(section)}
    typical = {f"tv{one.name}" for one in parameters if one.theta is not None}
    names = {one.name for one in parameters}
    for one in parameters:
        keys.unknown_names(f"parameters.{one.name}.equation", one.equation, known | typical | effects | (names - {one.name}))
    for state, equation in zip(structure.states, structure.odes, strict=False):
        keys.unknown_names(f"odes.{state}", equation, known | names | typical | set(structure.states))
    for name, equation in outputs:
        keys.unknown_names(f"outputs.{name}", equation, known | names | typical | set(structure.states))


def _check_effects(keys: Keys, parameters: tuple[Parameter, ...], etas: tuple[str, ...], kappas: tuple[str, ...]) -> None:
    """Tell every random effect that moves no parameter."""
    explicit = frozenset().union(*(one.equation.names for one in parameters)) if parameters else frozenset()
    moved = {one.name for one in parameters if one.random not in {"none", "explicit"}}
    for section, kind, names in (("iiv", "eta", etas), ("iov", "kappa", kappas)):
        for name in names:
            if name not in moved and f"{kind}_{name}" not in explicit:
                keys.fault(
                    f"{section}.{name}", "no parameter takes this random effect", f"name a parameter, or use {kind}_{name} in one"
                )


def _in_order(keys: Keys, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """Sort so that each parameter uses only earlier ones."""
    done: list[Parameter] = []
    left, names = list(parameters), {one.name for one in parameters}
    while left:
        ready = next((one for one in left if not (one.equation.names & names) - {done_one.name for done_one in done}), None)
        if ready is None:
            circle = ", ".join(one.name for one in left)
            keys.fault("parameters", f"{circle} are defined by one another", "break the circle")
            return parameters
        left.remove(ready)
        done.append(ready)
    return tuple(done)


def _target(keys: Keys) -> Target:
    keys.only({"metric", "range", "unit", "toxic_above", "indication", "source", "reading", "note", "mic", "toxic_metric"})
    given = _range(keys, "range")
    if given is None and "range" not in keys:
        keys.fault("range", "a target needs its range", "write range = [low, high]")
    return Target(
        metric=keys.text("metric") or "",
        range=given or Range(None, None),
        unit=keys.text("unit", default=None),
        toxic_above=keys.number("toxic_above", default=None),
        indication=keys.text("indication", default=None),
        source=keys.text("source", default=None),
        reading=keys.text("reading", default=None),
    )


def _dosing(keys: Keys) -> DosingLimits:
    keys.only(
        {"amount_step", "amount_step_mg", "unit", "intervals_h", "infusion_h", "max_single", "max_single_mg", "max_daily",
         "max_daily_mg", "max_source", "source", "lambda", "note"}
    )  # fmt: skip
    milligrams = any(name.endswith("_mg") for name in keys)

    def either(name: str) -> float | None:
        found = keys.number(name, default=None)
        return keys.number(f"{name}_mg", default=None) if found is None else found

    return DosingLimits(
        amount_step=either("amount_step"),
        unit="mg" if milligrams else keys.text("unit", default=None),
        intervals_h=keys.numbers("intervals_h"),
        infusion_h=keys.number("infusion_h", default=None),
        max_single=either("max_single"),
        max_daily=either("max_daily"),
        max_source=keys.text("max_source", default=None) or keys.text("source", default=None),
        toxicity_weight=keys.number("lambda", default=None),
    )


def _vector(keys: Keys) -> TestVector:
    keys.only({"covariates", "expect", "doses", "times", "concentrations", "note", "source"})
    return TestVector(
        covariates={name: keys.table("covariates").number(name) or 0.0 for name in keys.table("covariates")},
        expect={name: keys.table("expect").number(name) or 0.0 for name in keys.table("expect")},
        doses=tuple(keys.raw("doses") or ()),
        times=keys.numbers("times"),
        concentrations=keys.numbers("concentrations"),
    )


__all__ = ["ExpressionError", "load_model", "model_of"]
