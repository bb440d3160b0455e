"""`mlpgen init`."""

from __future__ import annotations

from pathlib import Path

import click

from mlpgen.cli import options, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.output import atomic_write, files
from mlpgen.template_files import text_of

KINDS = ("mlp", "cnn", "autoencoder")


@click.command("init")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--out",
    type=options.AnyPath(),
    default="-",
    show_default=True,
    help="The file; `-` prints it.",
)
def command(kind: str, out: str) -> int:
    """Print a commented spec to start from, ready to render and train.

    \b
    Example:
      mlpgen init mlp > my_mlp.yaml
      mlpgen init cnn --out specs/my_cnn.yaml
    """
    text = text_of(f"init/{kind}.yaml")
    if out == "-":
        printing.as_it_is(text)
        return 0
    path = Path(out)
    if files.look(path).status != "missing":
        message = f"`{path.as_posix()}` already exists and was not changed"
        raise SpecError([Diagnostic("MG004", message)])
    atomic_write.write({path: text})
    printing.say(f"{path.as_posix()}: ", printing.Painted("written", "green"))
    return 0
