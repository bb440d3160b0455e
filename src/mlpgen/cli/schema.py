"""`mlpgen schema`."""

from __future__ import annotations

from pathlib import Path

import click

from mlpgen import schema
from mlpgen.cli import common
from mlpgen.output import files


@click.command("schema")
@click.option(
    "--out",
    default="schemas/spec.schema.json",
    show_default=True,
    help="The file; `-` prints it.",
)
def command(out: str) -> int:
    """Write the JSON Schema of specs, for editors.

    \b
    Example:
      mlpgen schema
      mlpgen schema --out - | less
    """
    text = schema.text()
    if out == "-":
        click.echo(text, nl=False)
        return 0
    change = files.compare(Path(out), text)
    if change.status != "current":
        files.write({change.path: text})
    word = {"missing": "written", "current": "unchanged"}.get(change.status, "updated")
    common.say(
        f"{change.path.as_posix()}: ", word, "green" if word != "unchanged" else ""
    )
    return 0
