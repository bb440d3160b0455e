"""What commands share: options, completion, and how mistakes are shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from mlpgen.api import STYLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mlpgen.diagnostics import Diagnostic
    from mlpgen.expressions import Scalar


def use_color(stream: Any) -> bool:
    """Tell whether to colour: `--color`, else a terminal without NO_COLOR."""
    context = click.get_current_context(silent=True)
    wanted = context.find_root().color if context else None
    if wanted is not None:
        return wanted
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


def report_problems(diagnostics: Sequence[Diagnostic]) -> None:
    """Show mistakes: text on standard error, json and github on standard output."""
    from mlpgen import report

    format = click.get_current_context().meta.get(_FORMAT, "text")
    found = list(diagnostics)
    if format == "json":
        click.echo(report.json(found))
    elif not found:
        return
    elif format == "github":
        click.echo(report.github(found))
    else:
        click.echo(
            report.text(found, color=use_color(sys.stderr)), err=True, color=True
        )


def complete_layers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the name of a layer, for shells."""
    del ctx, param
    from mlpgen.layers import LAYERS

    begin = incomplete.lower()
    return [name for name in LAYERS if name.lower().startswith(begin)]


specs_argument = click.argument("specs", nargs=-1, required=True, type=click.Path())
spec_argument = click.argument("spec", type=click.Path())
_FORMAT = "mlpgen.format"


def _remember_format(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    ctx.meta[_FORMAT] = value
    return value


format_option = click.option(
    "--format",
    "format_",
    callback=_remember_format,
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How mistakes are shown.",
)
out_option = click.option(
    "--out",
    type=click.Path(file_okay=True),
    default="generated",
    show_default=True,
    help="The folder of the generated files.",
)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A new default for a parameter of the spec.",
)


def style_option(*, multiple: bool = False) -> Callable[[Any], Any]:
    """Make the option `--style`."""
    return click.option(
        "--style",
        "styles" if multiple else "style",
        type=click.Choice(STYLES),
        multiple=multiple,
        help="The style; by default the spec's own, else explicit.",
    )


def parse_settings(texts: Sequence[str]) -> dict[str, Scalar]:
    """Read `--set name=value` as YAML reads values.

    Raises:
        click.UsageError: Not a name, `=` and a number or true/false.
    """
    from mlpgen.source import scalar

    settings: dict[str, Scalar] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            parsed = scalar(value.strip())
        except ValueError:
            parsed = None
        if not equals or not isinstance(parsed, int | float):
            raise click.UsageError(
                f"--set takes NAME=VALUE with a number or true/false, not '{text}'"
            )
        settings[name.strip()] = parsed
    return settings


def once(specs: Sequence[str]) -> list[str]:
    """Return each spec once, in order."""
    return list(dict.fromkeys(specs))


def show_warnings(warnings: Sequence[Diagnostic]) -> None:
    """Show what is odd about a spec that can be rendered."""
    if warnings:
        report_problems(warnings)


def say(text: str, word: str, color: str) -> None:
    """Print a line whose last word is coloured."""
    colored = use_color(sys.stdout)
    shown = click.style(word, fg=color) if color and colored else word
    click.echo(text + shown, color=colored)


def print_files(texts: Mapping[Path, str]) -> None:
    """Print the texts of files, with their names if there are several."""
    for index, (path, text) in enumerate(texts.items()):
        if len(texts) > 1:
            click.echo(f"{chr(10) if index else ''}# {'=' * 8} {path.as_posix()}")
        click.echo(text, nl=False)
