"""`mlpgen own`."""

from __future__ import annotations

import click

from mlpgen.cli import options, printing, selection
from mlpgen.project import ownership


@click.command("own")
@click.argument("files", nargs=-1, required=True, type=options.AnyPath())
@options.out_option
def command(files: tuple[str, ...], out: str | None) -> int:
    """Make generated FILES yours: neither written nor checked from now on.

    They are added to `own` in the settings of the project, of which every other byte
    stays. To give a file back, remove it there.

    \b
    Example:
      mlpgen own generated/explicit/train_mnist_mlp.py
    """
    selected = selection.select((), (), out, None, None)
    if not selected.file:
        said = "there are no settings to name them: `mlpgen init project` makes some"
        raise click.UsageError(said)
    destination, root = selected.destination, selected.root.as_posix()
    made = ownership.claims(selected.specs, destination.out)
    found = ownership.taken(files, made, destination, root)
    if found.patterns:
        ownership.add(selected.file, found.patterns)
    for path in found.files:
        printing.say(f"{path.as_posix()}: ", printing.Painted("yours", "green"))
    word = "updated" if found.patterns else "unchanged"
    color = "green" if found.patterns else ""
    printing.say(f"{selected.file}: ", printing.Painted(word, color))
    return 0
