"""``garrod dose import``: a dose-model file from the model file of another program."""

from pathlib import Path

import click

from garrod.dosing.importing.reading import import_model
from garrod.interfaces.cli.options import FILE
from garrod.interfaces.cli.output import print_bytes, write_all


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, metavar="MODEL.toml", help="The file to write; printed without it.")
@click.option("--drug", help="Name of the drug, which such files do not say in a place of its own.")
@click.option("--units", metavar="TIME,AMOUNT,CONCENTRATION", help="Units of the file, as h,mg,mg/L; not stated without it.")
def command(file: Path, out: Path | None, drug: str | None, units: str | None) -> None:
    """Turn FILE, an InsightRX/PKPDsim model (JSON5) or a NONMEM control stream, into a candidate model file.

    What cannot be represented is refused with its line, never dropped; what was left out is said.
    """
    if out is not None and out.resolve() == file.resolve():
        raise click.UsageError("--out names the file that is read; name another")
    made = import_model(file, drug=drug, units=units)
    content = made.text.encode()
    if out is None:
        print_bytes(content)
    else:
        write_all(out.parent, {out.name: content})
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
