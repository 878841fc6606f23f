"""Write results so that nothing is ever half-written."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from garrod.model.errors import Fault, InputError


def print_bytes(content: bytes) -> None:
    """Write to standard output as it is, so that JSON stays UTF-8 whatever the terminal's encoding."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever reads has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write every file beside its final place, then move all into place.

    Raises
    ------
    InputError
        When the folder cannot be written to.
    """
    waiting: list[tuple[str, Path]] = []
    for name in files:
        if (folder / name).is_dir():
            raise InputError(Fault(f"{folder.name}/{name}", "a folder stands where this file would", "name another with --out"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            waiting.append((temporary, folder / name))
            with os.fdopen(handle, "wb") as out:
                out.write(content)
        for temporary, final in waiting:
            Path(temporary).chmod(0o644)
            os.replace(temporary, final)  # noqa: PTH105 - atomic on one file system
    except OSError as error:
        for temporary, _ in waiting:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(
            Fault(folder.name or str(folder), f"this folder cannot be written to ({error.strerror})", "name another with --out")
        ) from None
