"""`mlpgen render`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from mlpgen.cli import options, printing, reports, selection
from mlpgen.names.modules import shared_modules
from mlpgen.output import atomic_write, files, header
from mlpgen.output.files import WITH_EDITS
from mlpgen.project.render import Loader, render
from mlpgen.project.request import Request
from mlpgen.project.write import prepare_write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlpgen.output.files import Change
    from mlpgen.project.render import RenderedFile

_WORDS = {
    "missing": ("written", "green"),
    "stale": ("updated", "green"),
    "current": ("unchanged", ""),
    WITH_EDITS: ("unchanged, with the edits in it", ""),
    "merged": ("updated, and keeps the edits in it", "green"),
    "conflict": ("edits and rendered code overlap: see git's markers in it", "red"),
    "edited": ("kept: edited by hand", "yellow"),
    "settled": ("updated: the conflicts that git had left are settled", "green"),
    "reformatted": ("kept: a formatter has changed its layout", "yellow"),
    "conflicted": ("kept: it has conflicts", "yellow"),
    "foreign": ("kept: another file is at this path", "yellow"),
    "damaged": ("kept: its header is damaged", "yellow"),
}


@click.command("render")
@options.specs_argument(required=False)
@options.style_option(help="The style to write; can be repeated.")
@options.out_option
@options.package_option
@options.templates_option
@options.own_option
@options.set_option
@options.capture_option
@click.option("--notebook", is_flag=True, help="Write a notebook instead of files.")
@click.option("--stdout", is_flag=True, help="Print the files instead of writing them.")
@click.option("--force", is_flag=True, help="Overwrite edited files; keep a .orig.")
@click.option(
    "--merge", is_flag=True, help="Keep edits, merged into what is rendered now."
)
@click.option(
    "--dry-run", is_flag=True, help="Print what would be done; write nothing."
)
@options.format_option
def command(
    specs: tuple[str, ...],
    styles: tuple[str, ...],
    out: str | None,
    package: str | None,
    templates: str | None,
    own: tuple[str, ...],
    settings: tuple[str, ...],
    captures: tuple[str, ...],
    notebook: bool,
    stdout: bool,
    force: bool,
    merge: bool,
    dry_run: bool,
    format_: str,
) -> int:
    """Write the model and training script of each SPEC (`-`: standard input).

    Without SPEC, render every spec that `tool.mlpgen` in the project's `pyproject.toml`
    names, by default those in the folder `specs`. Exit 1 if a file is kept because it
    was edited.

    \b
    Example:
      mlpgen render specs/mnist_mlp.yaml --style sequential
      mlpgen render specs/mnist_mlp.yaml --set hidden_1=256 --stdout
    """
    if force and merge:
        raise click.UsageError("--force overwrites edits, and --merge keeps them")
    names = options.parse_captures(captures)
    selected = selection.select(specs, styles, out, package, templates, own)
    if not specs:
        selection.need_specs(selected.specs, selected.file, "render")
    values = tuple(options.parse_settings(settings).items())
    requests = [
        Request(spec, style, values, names, notebook)
        for spec in selected.specs
        for style in selected.styles or (None,)
    ]
    warnings = [*selected.warnings]
    loader = Loader()
    rendered = render(requests, selected.destination, warnings.extend, loader=loader)
    if stdout:
        reports.show_warnings(warnings, selected.lint, aside=True)
        _print(rendered)
        return 0
    prepare = partial(
        prepare_write,
        requests,
        rendered,
        selected.destination,
        loader,
        force=force,
        merge=merge,
    )
    if dry_run:
        pending = prepare()
    else:
        with atomic_write.locked(selected.destination.out):
            pending = prepare()
            pending.write()
    reports.show_warnings(warnings, selected.lint)
    changes, aside = pending.changes, format_ == "json"
    same = 0
    for change in changes:
        if change.status == "current" and change.path.stem in shared_modules():
            same += 1
        else:
            why = pending.why.get(change.path, "")
            if not why and change.path in rendered:
                why = rendered[change.path].why
            _tell(change, why, forced=force, dry_run=dry_run, aside=aside)
    if same:
        modules = "shared modules" if same > 1 else "shared module"
        printing.say(f"{same} {modules}: unchanged", aside=aside)
    for note in pending.notes:
        printing.say(note, aside=aside)
    conflicts = [each for each in changes if each.status == "conflict"]
    kept = [each for each in changes if each.status in files.KEPT]
    kept = [each for each in kept if each.status != WITH_EDITS]
    if force or not kept:
        return 1 if conflicts else 0
    if any(each.owner for each in kept):
        printing.say(files.OTHER_NAMES, aside=True)
    if not all(each.owner for each in kept):
        hint = "--force overwrites the kept files and saves their old text as .orig"
        if not merge and any(each.status in ("edited", "reformatted") for each in kept):
            hint += "; --merge keeps the edits in them"
        printing.say(hint, aside=True)
    return 1


def _print(rendered: Mapping[Path, RenderedFile]) -> None:
    """Print the files of the specs; only list the shared modules."""
    shared = {path for path in rendered if path.stem in shared_modules()}
    reports.print_files(
        {path: each.text for path, each in rendered.items() if path not in shared}
    )
    if shared:
        names = ", ".join(sorted({path.name for path in shared}))
        printing.say(f"not printed, the same in every project: {names}", aside=True)


def _tell(
    change: Change, why: str, *, forced: bool, dry_run: bool, aside: bool
) -> None:
    word, color = _WORDS.get(change.status, ("", ""))
    if change.owner:
        word = f"kept: it is of the spec {change.owner}"
    if forced and change.status in files.KEPT:
        word, color = "overwritten, its old text is kept as .orig", "yellow"
    lost = (
        header.options_lost(change.old, change.new) if change.status == "stale" else ""
    )
    if lost:
        word, color = f"{word}, without the {lost} it had", "yellow"
    if dry_run and change.status != "current":
        word = f"would be {word}"
    said = printing.Painted(word, color)
    if change.status == "edited" and not (why or forced) and _was_merged(change):
        why = "`mlpgen render --merge` renders it now, with the edits"
    reason = f"; {why}" if why else ""
    printing.say(f"{change.path.as_posix()}: ", said, reason, aside=aside)


def _was_merged(change: Change) -> bool:
    """Tell whether a merge has kept edits in a file before."""
    found = header.read(change.old)
    return found is not None and bool(found.edits)
