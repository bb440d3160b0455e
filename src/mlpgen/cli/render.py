"""`mlpgen render`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlpgen.cli import common, printing
from mlpgen.diagnostics import Diagnostic, SpecError
from mlpgen.output import files, header
from mlpgen.project.requests import Request, render

if TYPE_CHECKING:
    from pathlib import Path

    from mlpgen.output.files import Change

_WORDS = {
    "missing": ("written", "green"),
    "stale": ("updated", "green"),
    "current": ("unchanged", ""),
    "edited": ("kept: edited by hand", "yellow"),
    "foreign": ("kept: not made from this spec", "yellow"),
    "damaged": ("kept: its header is damaged", "yellow"),
}


@click.command("render")
@common.specs_argument(required=False)
@common.style_option(help="The style to write, or several.")
@common.out_option
@common.set_option
@common.capture_option
@click.option("--notebook", is_flag=True, help="Write a notebook in place of files.")
@click.option("--stdout", is_flag=True, help="Print the files instead of writing them.")
@click.option("--force", is_flag=True, help="Overwrite edited files, keeping a .orig.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@common.format_option
def command(
    specs: tuple[str, ...],
    styles: tuple[str, ...],
    out: str | None,
    settings: tuple[str, ...],
    captures: tuple[str, ...],
    notebook: bool,
    stdout: bool,
    force: bool,
    dry_run: bool,
    format_: str,
) -> int:
    """Write the model and training script of each SPEC (`-`: standard input).

    Without SPEC, of each that `tool.mlpgen` in the project's `pyproject.toml` names.
    Exit 1 if a file is kept because a person changed it.

    \b
    Example:
      mlpgen render specs/mnist_mlp.yaml --style sequential
      mlpgen render specs/mnist_mlp.yaml --set hidden_1=256 --stdout
    """
    names = common.parse_captures(captures)
    wanted = common.wanted(specs, styles, out)
    if not (specs or wanted.file):
        raise click.UsageError("Missing argument 'SPECS...'.")
    if not wanted.specs:
        message = f"`specs` in `{wanted.file}` matches no file"
        raise SpecError([Diagnostic("MG006", message)])
    values = tuple(common.parse_settings(settings).items())
    requests = [
        Request(spec, style, values, names, notebook)
        for spec in wanted.specs
        for style in wanted.styles or (None,)
    ]
    warnings: list[Diagnostic] = []
    rendered = render(requests, wanted.out, warnings.extend)
    texts = {path: each.text for path, each in rendered.items()}
    if stdout:
        common.show_warnings(warnings, aside=True)
        common.print_files(texts)
        return 0
    if dry_run:
        changes = _changes(texts, force=force)
    else:
        with files.locked(wanted.out):
            files.tidy(texts)
            changes = _changes(texts, force=force)
            _write(changes, texts, force=force)
    common.show_warnings(warnings)
    for change in changes:
        _tell(change, forced=force, dry_run=dry_run, aside=format_ == "json")
    if force or not any(change.status in files.KEPT for change in changes):
        return 0
    said = "--force overwrites what was kept, and keeps its text as .orig"
    printing.say(said, aside=True)
    return 1


def _changes(texts: dict[Path, str], *, force: bool) -> list[Change]:
    """Compare files; where none can be, nothing is written unless it is asked for."""
    changes = [files.compare(path, text) for path, text in texts.items()]
    for each in changes:
        if not force or each.there.blocker != each.path:
            files.insist(each.there)
    return changes


def _write(changes: list[Change], texts: dict[Path, str], *, force: bool) -> None:
    new = {
        change.path: texts[change.path]
        for change in changes
        if change.status != "current" and (force or change.status not in files.KEPT)
    }
    keep = {change.path for change in changes if change.status in files.KEPT}
    files.write(new, keep=keep)


def _tell(change: Change, *, forced: bool, dry_run: bool, aside: bool) -> None:
    word, color = _WORDS.get(change.status, ("", ""))
    if forced and change.status in files.KEPT:
        word, color = "overwritten, what was there is kept as .orig", "yellow"
    lost = (
        header.options_lost(change.old, change.new) if change.status == "stale" else ""
    )
    if lost:
        word, color = f"{word}, without the {lost} it had", "yellow"
    if dry_run and change.status != "current":
        word = f"would be {word}"
    said = printing.Painted(word, color)
    printing.say(f"{change.path.as_posix()}: ", said, aside=aside)
