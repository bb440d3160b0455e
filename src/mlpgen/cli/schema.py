"""`mlpgen schema`."""

from __future__ import annotations

from pathlib import Path

import click

from mlpgen import schema
from mlpgen.cli import options, printing
from mlpgen.output import atomic_write, files


@click.command("schema")
@click.option(
    "--out",
    type=options.AnyPath(),
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
        printing.as_it_is(text)
        return 0
    change = files.compare(Path(out), text)
    if change.status != "current":
        atomic_write.write({change.path: text})
    word = {"missing": "written", "current": "unchanged"}.get(change.status, "updated")
    color = "green" if word != "unchanged" else ""
    printing.say(f"{change.path.as_posix()}: ", printing.Painted(word, color))
    return 0
