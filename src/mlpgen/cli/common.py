"""What commands share: options, completion, and how mistakes are shown."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from mlpgen.api import STYLES
from mlpgen.project import OUT, parse_setting, real

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from mlpgen.diagnostics import Diagnostic
    from mlpgen.expressions import Scalar


def use_color(stream: Any) -> bool:
    """Tell whether to colour: `--color`, else a terminal without NO_COLOR."""
    context = click.get_current_context(silent=True)
    wanted = context.find_root().color if context else None
    if wanted is not None:
        return wanted
    return bool(stream and stream.isatty()) and not os.environ.get("NO_COLOR")


def report_problems(diagnostics: Sequence[Diagnostic]) -> None:
    """Show mistakes: text on standard error, json and github on standard output."""
    from mlpgen import report

    format = click.get_current_context().meta.get(_FORMAT, "text")
    if format == "json":
        click.echo(report.json(diagnostics))
    elif diagnostics and format == "github":
        click.echo(report.github(diagnostics))
    elif diagnostics:  # text, and formats that only say how the answer is shown
        report_text(diagnostics)


def report_text(diagnostics: Sequence[Diagnostic]) -> None:
    """Show mistakes for people, on standard error."""
    from mlpgen import report

    shown = report.text(diagnostics, color=use_color(sys.stderr))
    click.echo(shown, err=True, color=True)


def complete_layers(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the name of a layer of the catalogue, for shells."""
    del ctx, param
    from mlpgen.vocabulary import SHARE, every_type

    begin = incomplete.lower()
    names = (*every_type(), SHARE)
    return [name for name in names if name.lower().startswith(begin)]


def complete_specs(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete the path of a spec, for shells: folders and YAML files."""
    del ctx, param
    folder, begin = os.path.split(incomplete)
    with suppress(OSError):
        entries = sorted(os.scandir(folder or "."), key=lambda each: each.name)
        return [
            os.path.join(folder, each.name) + "/" * each.is_dir()  # noqa: PTH118
            for each in entries
            if each.name.startswith(begin)
            and (each.is_dir() or each.name.endswith((".yaml", ".yml")))
        ]
    return []


def complete_captures(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Complete what the specs on the command line have to capture, for shells."""
    del param
    from mlpgen import api
    from mlpgen.diagnostics import SpecError

    before, comma, begin = incomplete.rpartition(",")
    names: dict[str, None] = {}
    for spec in ctx.args:  # `--capture` without its value ends click's reading
        with suppress(SpecError):
            names |= dict.fromkeys(api.layer_names(api.load(spec).graph))
    return [before + comma + name for name in names if name.startswith(begin)]


def specs_argument(*, required: bool = True) -> Callable[[Any], Any]:
    """Make the argument for one spec or several."""
    return click.argument(
        "specs",
        nargs=-1,
        required=required,
        type=click.Path(),
        shell_complete=complete_specs,
    )


spec_argument = click.argument("spec", type=click.Path(), shell_complete=complete_specs)
_FORMAT = "mlpgen.format"


def _remember_format(ctx: click.Context, _param: click.Parameter, value: str) -> str:
    ctx.meta[_FORMAT] = value
    return value


def formats(*more: str, help: str = "How mistakes are shown.") -> Callable[[Any], Any]:
    """Make the option `--format`, with formats that only this command has."""
    return click.option(
        "--format",
        "format_",
        callback=_remember_format,
        type=click.Choice(["text", "json", "github", *more]),
        default="text",
        show_default=True,
        help=help,
    )


format_option = formats()
out_option = click.option(
    "--out",
    type=click.Path(file_okay=True),
    default=OUT,
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


def style_option(*, help: str) -> Callable[[Any], Any]:
    """Make the option `--style`, which may be given several times."""
    return click.option(
        "--style",
        "styles",
        type=click.Choice(STYLES),
        multiple=True,
        help=f"{help} By default the spec's own style, else explicit.",
    )


def parse_settings(texts: Sequence[str]) -> dict[str, Scalar]:
    """Read `--set name=value` as YAML reads values.

    Raises:
        click.UsageError: Not a name, `=` and a number or true/false; or a name twice.
    """
    settings: dict[str, Scalar] = {}
    for text in texts:
        try:
            name, value = parse_setting(text)
        except ValueError:
            raise click.UsageError(
                f"--set takes NAME=VALUE with a number or true/false, not '{text}'"
            ) from None
        if name in settings:
            raise click.UsageError(f"--set {name} is given twice")
        settings[name] = value
    return settings


def console(width: int = 100) -> Console:
    """Return rich's console for tables, as plain as the output wants it.

    Args:
        width: Characters of a line, where the output is no terminal.
    """
    from rich.console import Console

    color = use_color(sys.stdout)
    terminal = sys.stdout.isatty()
    return Console(
        width=None if terminal else width,
        color_system="auto" if color else None,
        force_terminal=color,
        highlight=False,
    )


def once(specs: Sequence[str]) -> list[str]:
    """Return each spec once, in order, however it is spelt."""
    found: dict[str, str] = {}
    for spec in specs:
        found.setdefault(real(spec), spec)
    return list(found.values())


def show_warnings(warnings: Sequence[Diagnostic], *, aside: bool = False) -> None:
    """Show what is odd about specs that can be rendered.

    Args:
        warnings: What is odd.
        aside: Always as text on standard error, since standard output has other things.
    """
    if aside and warnings:
        report_text(warnings)
    elif not aside:
        report_problems(warnings)


def say(text: str, word: str, color: str, *, aside: bool = False) -> None:
    """Print a line whose last word is coloured; aside on standard error."""
    colored = use_color(sys.stderr if aside else sys.stdout)
    shown = click.style(word, fg=color) if color and colored else word
    click.echo(text + shown, err=aside, color=colored)


def print_files(texts: Mapping[Path, str]) -> None:
    """Print the texts of files, with their names if there are several."""
    for index, (path, text) in enumerate(texts.items()):
        if len(texts) > 1:
            click.echo(f"{chr(10) if index else ''}# {'=' * 8} {path.as_posix()}")
        click.echo(text, nl=False)
