"""Where made files are kept between runs."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder, by the XDG rule: outside the repository, and safe to delete."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "garrod-benchmarks"
