"""`mlpgen init`."""

from __future__ import annotations

from pathlib import Path

import click

from mlpgen.cli import common, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output import files
from mlpgen.rendering import starter

KINDS = ("mlp", "cnn", "autoencoder")


@click.command("init")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--out",
    type=common.AnyPath(),
    default="-",
    show_default=True,
    help="The file; `-` prints it.",
)
def command(kind: str, out: str) -> int:
    """Print a commented spec to start from, one that renders and trains as it is.

    \b
    Example:
      mlpgen init mlp > my_mlp.yaml
      mlpgen init cnn --out specs/my_cnn.yaml
    """
    text = starter(kind)
    if out == "-":
        printing.as_it_is(text)
        return 0
    path = Path(out)
    if files.look(path).status != "missing":
        message = f"`{path.as_posix()}` is there already, and stays as it is"
        raise SpecError([Diagnostic("MG004", message)])
    files.write({path: text})
    printing.say(f"{path.as_posix()}: ", printing.Painted("written", "green"))
    return 0
