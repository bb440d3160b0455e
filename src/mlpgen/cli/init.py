"""`mlpgen init`."""

from __future__ import annotations

from pathlib import Path

import click

from mlpgen.cli import options, printing
from mlpgen.output import atomic_write, files
from mlpgen.template_files import text_of

KINDS = ("mlp", "cnn", "autoencoder")
"""Kinds that look at no data."""


@click.command("init")
@click.argument("kind", type=click.Choice(["project", *KINDS, "csv", "images", "text"]))
@click.argument("data", type=options.AnyPath(), required=False)
@click.option(
    "--target",
    multiple=True,
    metavar="COLUMN",
    help="The column of a table to learn; several are numbers.",
)
@click.option(
    "--column",
    default="",
    metavar="COLUMN",
    help="The column of texts in a table; without it, the longest ones.",
)
@click.option(
    "--out",
    type=options.AnyPath(),
    default="-",
    show_default=True,
    help="The file; `-` prints it.",
)
def command(
    kind: str, data: str | None, target: tuple[str, ...], column: str, out: str
) -> int:
    """Print a commented spec to start from, ready to render and train.

    `init project` adds settings to the pyproject.toml of this folder, or writes a
    mlpgen.toml, and tells git and ruff which files are generated, where these are used.

    \b
    Example:
      mlpgen init project
      mlpgen init mlp > my_mlp.yaml
      mlpgen init cnn --out specs/my_cnn.yaml
      mlpgen init csv cars.csv --target price > cars.yaml
      mlpgen init images photos > photos.yaml
      mlpgen init text reviews.csv --target stars > reviews.yaml
    """
    if kind == "project":
        if data is not None or target or column or out != "-":
            raise click.UsageError("`init project` takes nothing else")
        from mlpgen.cli import new_project

        return new_project.make()
    text = _text(kind, data, target, column)
    if out == "-":
        printing.as_it_is(text)
        return 0
    path = Path(out)
    files.need_new(path)
    atomic_write.write({path: text})
    printing.say(f"{path.as_posix()}: ", printing.Painted("written", "green"))
    return 0


def _text(kind: str, data: str | None, target: tuple[str, ...], column: str) -> str:
    """Return the spec of a kind; some look at data first."""
    if kind in KINDS and (data is not None or target or column):
        raise click.UsageError(f"`init {kind}` takes no data")
    if kind in KINDS:
        return text_of(f"init/{kind}.yaml")
    if data is None:
        raise click.UsageError(f"`init {kind}` needs the path of the data")
    if column and kind != "text":
        raise click.UsageError(f"`init {kind}` takes no --column: it is for texts")
    if kind == "csv":
        return _of_csv(data, target)
    if kind == "text":
        return _of_text(data, target, column)
    if target:
        raise click.UsageError("`init images` takes no --target: folders are classes")
    from mlpgen.drafts import images

    return images.draft(data)


def _of_csv(data: str, target: tuple[str, ...]) -> str:
    if not target:
        raise click.UsageError("`init csv` needs the column to learn: --target COLUMN")
    if twice := [name for name in target if target.count(name) > 1]:
        raise click.UsageError(f"--target {twice[0]} is given twice")
    from mlpgen.drafts import table

    return table.draft(data, target)


def _of_text(data: str, target: tuple[str, ...], column: str) -> str:
    from mlpgen.drafts import texts

    if len(target) > 1:
        raise click.UsageError("`init text` takes one --target")
    if texts.is_table(data) and not target:
        said = "`init text` needs the column to learn of a table: --target COLUMN"
        raise click.UsageError(said)
    return texts.draft(data, column, next(iter(target), ""))
