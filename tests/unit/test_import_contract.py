import subprocess
import sys
from pathlib import Path


def test_imports_point_down_the_house() -> None:
    """One contract with ``exhaustive``: a stray package fails until someone gives it a place."""
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=root, capture_output=True, text=True, check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
