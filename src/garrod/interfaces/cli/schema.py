"""``garrod schema``: the JSON Schemas of inputs and outputs."""

import json
from importlib import resources
from typing import Any

import click

HOME = "garrod.interfaces.schemas"


def schema(name: str) -> dict[str, Any]:
    """Return one schema."""
    if name == "person":
        from garrod.intake.person_file import schema as person_schema  # noqa: PLC0415 - only for this one

        return person_schema()
    document: dict[str, Any] = json.loads((resources.files(HOME) / f"{name}.json").read_text(encoding="utf-8"))
    return document


def schema_names() -> tuple[str, ...]:
    """Return the names that ``schema`` knows."""
    written = [one.name.removesuffix(".json") for one in resources.files(HOME).iterdir() if one.name.endswith(".json")]
    return tuple(sorted(["person", *written]))


@click.command("schema")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="The output is JSON in any case.")
def command(name: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's signature
    """Print the JSON Schema NAME, or list the names."""
    if name is None:
        click.echo(json.dumps(schema_names()) if as_json else "\n".join(schema_names()))
        return
    if name not in schema_names():
        raise click.UsageError(f"there is no schema {name!r}; there is {', '.join(schema_names())}")
    click.echo(json.dumps(schema(name), indent=1))
