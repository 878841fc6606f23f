"""The public names: there, documented, and light to import."""

import inspect
import json
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import garrod

ROOT = Path(__file__).parents[2]
HEAVY = ("pysam", "jinja2", "msgspec", "numpy", "click", "weasyprint")


@pytest.mark.parametrize("name", garrod.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    found = getattr(garrod, name)
    assert found.__name__ == name
    said = inspect.getdoc(found)
    assert said
    assert said.strip()
    # A dataclass without a docstring gets its own signature for one.
    assert not said.startswith(f"{name}(")


def test_the_public_names_are_sorted_and_stand_once() -> None:
    assert len(set(garrod.__all__)) == len(garrod.__all__)
    classes = [name for name in garrod.__all__ if name[0].isupper()]
    functions = [name for name in garrod.__all__ if name[0].islower()]
    assert list(garrod.__all__) == sorted(classes) + sorted(functions)


def test_everything_that_the_first_page_uses_is_public() -> None:
    assert {"Person", "CarePlan", "Finding", "Recommendation", "load_knowledge", "personalize", "read_person"} <= set(
        garrod.__all__
    )


def test_a_star_import_brings_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from garrod import *", names)  # noqa: S102 - the statement itself is what is tested
    assert set(garrod.__all__) <= set(names)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nosuchname"):
        garrod.nosuchname  # noqa: B018 - reading it is the test


def loaded_after(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter holds after a statement."""
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout))


def test_importing_garrod_imports_nothing_heavy() -> None:
    found = loaded_after("import garrod")
    assert "garrod" in found
    assert not found & set(HEAVY)


def test_a_plan_needs_neither_genome_reader_nor_templates() -> None:
    found = loaded_after("from garrod import Person, load_knowledge, personalize\npersonalize(Person(id='x'), load_knowledge())")
    assert "garrod.therapeutics" in found
    assert not found & {"pysam", "jinja2", "click"}


def test_help_needs_neither_genome_reader_nor_templates_nor_tables() -> None:
    statement = "from garrod.interfaces.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(json.loads(ran.stderr)) & {"pysam", "jinja2", "msgspec", "garrod.knowledge"}


def test_the_package_ships_its_types_and_its_data() -> None:
    home = resources.files("garrod")
    assert (home / "py.typed").is_file()
    assert (home / "knowledge/tables/sources.tsv").is_file()
    assert (home / "examples/ada/person.json").is_file()
    assert (home / "interfaces/report/templates/report.html.j2").is_file()
    assert (home / "interfaces/schemas/careplan.json").is_file()


def test_the_wheel_holds_the_whole_package() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert build["packages"] == ["src/garrod"]
    assert not {"exclude", "only-include"} & set(build)


def test_the_console_command_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"garrod": "garrod.interfaces.cli:main"}
    assert "Typing :: Typed" in project["classifiers"]
