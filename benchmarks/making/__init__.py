"""Files to measure on, made from a seed and kept in the user's cache folder; made anew when what they are made of changes.

A recipe is a module of this package that fills a folder; it runs in a child process.
"""

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Final

from benchmarks.cache import cache_folder
from benchmarks.measuring import ROOT, Command, run

HERE: Final = Path(__file__).parent
TABLES: Final = ROOT / "src/garrod/knowledge/tables/pharmacogenomics"
EXAMPLE: Final = ROOT / "src/garrod/examples/ada/person.json"


def made(recipe: str) -> Path:
    """Return the folder that a recipe of this package fills; earlier ones of the recipe are removed when it is filled."""
    wanted = cache_folder() / f"{recipe}-{_digest(recipe)}"
    if wanted.is_dir():
        return wanted
    for old in cache_folder().glob(f"{recipe}-*"):
        shutil.rmtree(old)
    part = wanted.with_name(f"{wanted.name}.part")
    part.mkdir(parents=True)
    print(f"making {recipe} in {cache_folder()} ...", file=sys.stderr)
    run(Command((sys.executable, "-m", f"benchmarks.making.{recipe}", str(part))))
    part.rename(wanted)
    return wanted


def _digest(recipe: str) -> str:
    """Digest all that a made file depends on: the recipe, the drawing of people, the definitions, the example person."""
    total = hashlib.sha256()
    for path in (HERE / f"{recipe}.py", HERE / "people.py", EXAMPLE, *sorted(TABLES.glob("*.tsv"))):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]
