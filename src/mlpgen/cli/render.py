"""`mlpgen render`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from mlpgen.cli import common, printing
from mlpgen.diagnostics.diagnostic import Diagnostic, SpecError
from mlpgen.names.modules import shared_modules
from mlpgen.output import files, header
from mlpgen.project.changes import plan_changes
from mlpgen.project.render import Loader, render
from mlpgen.project.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.render import Rendered

_WORDS = {
    "missing": ("written", "green"),
    "stale": ("updated", "green"),
    "current": ("unchanged", ""),
    "edited": ("kept: edited by hand", "yellow"),
    "foreign": ("kept: another file has its place", "yellow"),
    "damaged": ("kept: its header is damaged", "yellow"),
}


@click.command("render")
@common.specs_argument(required=False)
@common.style_option(help="The style to write, or several.")
@common.out_option
@common.package_option
@common.templates_option
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
    package: str | None,
    templates: str | None,
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
    wanted = common.wanted(specs, styles, out, package, templates)
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
    warnings = [*wanted.warnings]
    loader = Loader()
    rendered = render(requests, wanted.target, warnings.extend, loader=loader)
    if stdout:
        common.show_warnings(warnings, aside=True)
        _print(rendered)
        return 0
    plan = partial(plan_changes, requests, rendered, wanted.target, loader, force=force)
    if dry_run:
        job = plan()
    else:
        with files.locked(wanted.target.out):
            job = plan()
            job.write()
    common.show_warnings(warnings)
    changes, aside = job.changes, format_ == "json"
    for change in changes:
        _tell(change, forced=force, dry_run=dry_run, aside=aside)
    for note in job.notes:
        printing.say(note, aside=aside)
    if force or not any(change.status in files.KEPT for change in changes):
        return 0
    said = "--force overwrites what was kept, and keeps its text as .orig"
    printing.say(said, aside=True)
    return 1


def _print(rendered: Mapping[Path, Rendered]) -> None:
    """Print what is of the specs; what all projects share is only named."""
    shared = {path for path in rendered if path.stem in shared_modules()}
    common.print_files(
        {path: each.text for path, each in rendered.items() if path not in shared}
    )
    if shared:
        names = ", ".join(sorted({path.name for path in shared}))
        printing.say(f"beside them, the same in every project: {names}", aside=True)


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
