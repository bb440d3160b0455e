"""`mlpgen schema`."""

from __future__ import annotations

from pathlib import Path

import click

from mlpgen.cli import options, printing
from mlpgen.output import atomic_write, files

SCHEMAS = {
    "specs": Path("schemas/spec.schema.json"),
    "settings": Path("schemas/settings.schema.json"),
}
"""What each schema is of, and its usual file."""


def text_of(name: str) -> str:
    """Return the text of a schema."""
    from mlpgen import schema
    from mlpgen.schema import settings

    return schema.text() if name == "specs" else settings.text()


@click.command("schema")
@click.option("--of", type=click.Choice([*SCHEMAS]), help="Write this one only.")
@click.option(
    "--out",
    type=options.AnyPath(),
    help="The file of the schema, of specs if --of names no other; `-` prints it. By "
    "default, both are written into the folder `schemas`.",
)
def command(of: str | None, out: str | None) -> int:
    """Write the JSON Schemas of specs and of a project's settings, for editors.

    \b
    Example:
      mlpgen schema
      mlpgen schema --out - | less
      mlpgen schema --of settings --out - | less
    """
    asked = [of or "specs"] if of or out else [*SCHEMAS]
    if out == "-":
        printing.as_it_is(text_of(asked[0]))
        return 0
    for name in asked:
        _write(Path(out) if out else SCHEMAS[name], text_of(name))
    return 0


def _write(path: Path, text: str) -> None:
    change = files.compare(path, text)
    if change.status != "current":
        atomic_write.write({change.path: text})
    word = {"missing": "written", "current": "unchanged"}.get(change.status, "updated")
    color = "green" if word != "unchanged" else ""
    printing.say(f"{change.path.as_posix()}: ", printing.Painted(word, color))
