"""`mlpgen render`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlpgen import project
from mlpgen.cli import common
from mlpgen.output import files, header

if TYPE_CHECKING:
    from mlpgen.diagnostics import Diagnostic
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
@common.specs_argument()
@common.style_option(help="The style to write, or several.")
@common.out_option
@common.set_option
@click.option(
    "--capture",
    "captures",
    metavar="NAME,…",
    multiple=True,
    shell_complete=common.complete_captures,
    help="Layers, at any depth, whose outputs the model returns as well.",
)
@click.option("--notebook", is_flag=True, help="Write a notebook in place of files.")
@click.option("--stdout", is_flag=True, help="Print the files instead of writing them.")
@click.option("--force", is_flag=True, help="Overwrite edited files, keeping a .orig.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@common.format_option
def command(
    specs: tuple[str, ...],
    styles: tuple[str, ...],
    out: str,
    settings: tuple[str, ...],
    captures: tuple[str, ...],
    notebook: bool,
    stdout: bool,
    force: bool,
    dry_run: bool,
    format_: str,
) -> int:
    """Write the model and training script of each SPEC (`-`: standard input).

    Exit 1 if a file is kept because a person changed it.

    \b
    Example:
      mlpgen render specs/mnist_mlp.yaml --style sequential
      mlpgen render specs/mnist_mlp.yaml --set hidden_1=256 --stdout
    """
    names = [name.strip() for text in captures for name in text.split(",")]
    values = tuple(common.parse_settings(settings).items())
    requests = [
        project.Request(spec, style, values, tuple(filter(None, names)), notebook)
        for spec in common.once(specs)
        for style in styles or (None,)
    ]
    warnings: list[Diagnostic] = []
    rendered = project.render(requests, Path(out), warnings.extend)
    texts = {path: each.text for path, each in rendered.items()}
    if stdout:
        common.show_warnings(warnings, aside=True)
        common.print_files(texts)
        return 0
    if dry_run:
        changes = _changes(texts)
    else:
        with files.locked(Path(out)):
            files.tidy(texts)
            changes = _changes(texts)
            _write(changes, texts, force=force)
    common.show_warnings(warnings)
    for change in changes:
        _tell(change, forced=force, dry_run=dry_run, aside=format_ == "json")
    if force or not any(change.status in KEPT for change in changes):
        return 0
    click.echo(
        "--force overwrites what was kept, and keeps its text as .orig", err=True
    )
    return 1


def _changes(texts: dict[Path, str]) -> list[Change]:
    return [files.compare(path, text) for path, text in texts.items()]


def _write(changes: list[Change], texts: dict[Path, str], *, force: bool) -> None:
    new = {
        change.path: texts[change.path]
        for change in changes
        if change.status != "current" and (force or change.status not in KEPT)
    }
    keep = {change.path for change in changes if change.status in KEPT}
    files.write(new, keep=keep)


def _tell(change: Change, *, forced: bool, dry_run: bool, aside: bool) -> None:
    word, color = _WORDS[change.status]
    if forced and change.status in KEPT:
        word, color = "overwritten, the old text is kept as .orig", "yellow"
    lost = (
        header.options_lost(change.old, change.new) if change.status == "stale" else ""
    )
    if lost:
        word, color = f"{word}, without the {lost} it had", "yellow"
    if dry_run and change.status != "current":
        word = f"would be {word}"
    common.say(f"{change.path.as_posix()}: ", word, color, aside=aside)
