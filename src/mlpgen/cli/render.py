"""`mlpgen render`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlpgen import project
from mlpgen.cli import common
from mlpgen.output import files

if TYPE_CHECKING:
    from mlpgen.output.files import Change

_WORDS = {
    "missing": ("written", "green"),
    "stale": ("updated", "green"),
    "current": ("unchanged", ""),
    "edited": ("kept: edited by hand", "yellow"),
    "foreign": ("kept: not made from this spec", "yellow"),
    "damaged": ("kept: its header is damaged", "yellow"),
}
KEPT = ("edited", "foreign", "damaged")


@click.command("render")
@common.specs_argument
@common.style_option(multiple=True)
@common.out_option
@common.set_option
@click.option(
    "--capture",
    metavar="NAME,…",
    default="",
    help="Layers whose outputs the model returns as well.",
)
@click.option("--stdout", is_flag=True, help="Print the files instead of writing them.")
@click.option("--force", is_flag=True, help="Overwrite edited files, keeping a .orig.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@common.format_option
def command(
    specs: tuple[str, ...],
    styles: tuple[str, ...],
    out: str,
    settings: tuple[str, ...],
    capture: str,
    stdout: bool,
    force: bool,
    dry_run: bool,
    format_: str,
) -> int:
    """Write the model and training script of each SPEC (`-`: standard input).

    \b
    Example:
      mlpgen render specs/mnist_mlp.yaml --style sequential
      mlpgen render specs/mnist_mlp.yaml --set hidden_1=256 --stdout
    """
    names = tuple(name.strip() for name in capture.split(",") if name.strip())
    values = tuple(common.parse_settings(settings).items())
    requests = [
        project.Request(spec, style, values, names)
        for spec in common.once(specs)
        for style in styles or (None,)
    ]
    texts = project.texts(requests, Path(out), common.show_warnings)
    if stdout:
        common.print_files(texts)
        return 0
    with files.locked(Path(out)):
        changes = [files.compare(path, text) for path, text in texts.items()]
        kept = [change for change in changes if change.status in KEPT and not force]
        if not dry_run:
            files.tidy(texts)
            _write(changes, kept)
    for change in changes:
        _tell(change, forced=force)
    if kept:
        click.echo(
            "nothing of theirs is lost; --force overwrites and keeps a .orig", err=True
        )
    return 1 if kept else 0


def _write(changes: list[Change], kept: list[Change]) -> None:
    new = {
        change.path: change.new
        for change in changes
        if change.status != "current" and change not in kept
    }
    keep = {change.path for change in changes if change.status in KEPT}
    files.write(new, keep=keep)


def _tell(change: Change, *, forced: bool) -> None:
    word, color = _WORDS[change.status]
    if forced and change.status in KEPT:
        word, color = "overwritten, the old text is in .orig", "yellow"
    common.say(f"{change.path.as_posix()}: ", word, color)
