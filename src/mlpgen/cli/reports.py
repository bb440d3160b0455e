"""How commands print diagnostics and files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mlpgen.cli import printing
from mlpgen.project.consent import without_ignored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlpgen.diagnostics.diagnostic import Diagnostic
    from mlpgen.project.settings import Lint

FORMAT = "mlpgen.format"
"""The key of the format in the context of a command."""


def is_for_programs() -> bool:
    """Tell whether standard output has only what a program reads."""
    found: str = click.get_current_context().meta.get(FORMAT, "text")
    return found != "text"


def report_problems(diagnostics: Sequence[Diagnostic]) -> None:
    """Print diagnostics: text to standard error, other formats to standard output."""
    format = click.get_current_context().meta.get(FORMAT, "text")
    if not diagnostics and format not in ("json", "sarif"):
        return
    from mlpgen.cli.repository_paths import in_repository
    from mlpgen.diagnostics import renderers

    if format == "json":
        printing.as_it_is(renderers.json(diagnostics) + "\n")
    elif format == "sarif":
        from mlpgen import __version__
        from mlpgen.lints.pages import EVERY_PAGE

        log = renderers.sarif(in_repository(diagnostics), EVERY_PAGE, __version__)
        printing.as_it_is(log + "\n")
    elif format == "github":
        printing.as_it_is(renderers.github(in_repository(diagnostics)) + "\n")
    else:  # text, and formats that are only for the result
        report_text(diagnostics)


def report_text(diagnostics: Sequence[Diagnostic]) -> None:
    """Print diagnostics as text to standard error."""
    from mlpgen.diagnostics import renderers

    shown = renderers.text(diagnostics, color=printing.use_color(sys.stderr))
    printing.as_it_is(f"{shown}\n", aside=True)
    if fixable := renderers.fixable(diagnostics):
        printing.as_it_is(f"\n{fixable}\n", aside=True)


def show_warnings(
    warnings: Sequence[Diagnostic], wanted: Lint, *, aside: bool = False
) -> None:
    """Print warnings about specs, but those that the project ignores.

    Args:
        warnings: The warnings.
        wanted: What the project does with warnings.
        aside: Whether to print them as text to standard error in any format, since
            standard output has the result.
    """
    shown = without_ignored(warnings, wanted)
    if aside and shown:
        report_text(shown)
    elif not aside:
        report_problems(shown)


def print_files(texts: Mapping[Path, str]) -> None:
    """Print the texts of files unchanged, with their names if there are several."""
    for index, (path, text) in enumerate(texts.items()):
        if len(texts) > 1:
            printing.say_lines([*[""] * (index > 0), f"# {'=' * 8} {path.as_posix()}"])
        printing.as_it_is(text)
