import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"

#: What must not pass: a file, what it holds, and what the linter says of it.
PLANTED = {
    "upward": ("model/planted.py", "import garrod.knowledge\n", "garrod.model is not allowed to import garrod.knowledge"),
    "sideways": (
        "genome/planted.py",
        "import garrod.biomarkers\n",
        "garrod.genome is not allowed to import garrod.biomarkers",
    ),
    "into the interfaces": (
        "intake/planted.py",
        "import garrod.interfaces\n",
        "garrod.intake is not allowed to import garrod.interfaces",
    ),
    "a stray package": ("utils/__init__.py", "", "garrod.utils"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_point_down_the_house() -> None:
    ran = lint(ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_breaks_the_contract(fault: str, tmp_path: Path) -> None:
    place, text, said = PLANTED[fault]
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    house = tmp_path / "src/garrod"
    shutil.copytree(ROOT / "src/garrod", house, ignore=shutil.ignore_patterns("__pycache__", "tables"))
    (house / "biomarkers").mkdir(exist_ok=True)
    (house / "biomarkers/__init__.py").touch()
    (house / place).parent.mkdir(exist_ok=True)
    (house / place).write_text(text)

    ran = lint(tmp_path)

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert said in ran.stdout
