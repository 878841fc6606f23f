"""``garrod example``: write an example person's files."""

from importlib import resources
from pathlib import Path

import click

from garrod.interfaces.cli.options import FILE
from garrod.interfaces.cli.output import print_bytes, write_all
from garrod.interfaces.documents import to_json

HOME = "garrod.examples"


def example_names() -> tuple[str, ...]:
    """Return the people that are shipped."""
    folder = resources.files(HOME)
    return tuple(sorted(one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith("_")))


@click.command("example")
@click.argument("name", required=False)
@click.option("--out", type=FILE, help="Folder to write to; a folder of the example's name by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the person file only.")
def command(name: str | None, out: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Write the files of the example person NAME, or list the names."""
    names = example_names()
    if name is None:
        click.echo(to_json(names) if as_json else "\n".join(names))
        return
    if name not in names:
        raise click.UsageError(f"there is no example {name!r}; there is {', '.join(names)}")
    files = {one.name: one.read_bytes() for one in (resources.files(HOME) / name).iterdir() if one.is_file()}
    if as_json:
        print_bytes(files["person.json"])
        return
    folder = out or Path(name)
    write_all(folder, files)
    click.echo(folder / "person.json")
