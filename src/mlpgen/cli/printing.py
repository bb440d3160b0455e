"""Printing, for all commands: control characters are escaped here."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mlpgen.diagnostics import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console


class Painted(NamedTuple):
    """Colored text in a line.

    Attributes:
        text: The text.
        color: The name of click's color; empty for none.
        bold: Whether it is bold.
    """

    text: str
    color: str = ""
    bold: bool = False


def use_color(stream: Any) -> bool:
    """Tell whether to use color: `--color`, else a terminal without NO_COLOR."""
    context = click.get_current_context(silent=True)
    wanted = context.find_root().color if context else None
    if wanted is not None:
        return wanted
    return bool(stream and stream.isatty()) and not os.environ.get("NO_COLOR")


def say(*parts: str | Painted, aside: bool = False) -> None:
    """Print one line of plain and colored text; `aside` prints to standard error."""
    colored = use_color(sys.stderr if aside else sys.stdout)
    painted = (
        _painted(each if isinstance(each, Painted) else Painted(each), colored)
        for each in parts
    )
    as_it_is(escape.guarded("".join(painted)) + "\n", aside=aside)


def _painted(part: Painted, colored: bool) -> str:
    text = escape.safe(part.text)
    if not colored or not (part.color or part.bold):
        return text
    return click.style(text, fg=part.color or None, bold=part.bold or None)


def say_lines(lines: Iterable[str]) -> None:
    """Print plain lines."""
    as_it_is("".join(f"{escape.line(each)}\n" for each in lines))


def dump(data: Any) -> None:
    """Print data as JSON."""
    as_it_is(escape.as_json(data) + "\n")


def draw(renderable: Any, width: int = 100) -> None:
    """Print a table of rich, whose cells are escaped already.

    Args:
        renderable: The table.
        width: The line length if the output is not a terminal.
    """
    console = _console(width)
    with console.capture() as captured:
        console.print(renderable)
    lines = captured.get().split("\n")
    as_it_is("\n".join(map(escape.guarded, lines)))


def _console(width: int) -> Console:
    from rich.console import Console

    color = use_color(sys.stdout)
    terminal = sys.stdout.isatty()
    return Console(
        width=None if terminal else width,
        color_system="auto" if color else None,
        force_terminal=color,
        highlight=False,
    )


def as_it_is(text: str, *, aside: bool = False) -> None:
    """Print text that is safe: a rendered file, or text that was escaped already."""
    stream = sys.stderr if aside else sys.stdout
    # Without an explicit stream, click writes UTF-8 even if ASCII is configured.
    click.echo(text, file=stream, nl=False, err=aside, color=True)


def progress(text: str = "") -> None:
    """Show progress on a terminal; without a text, clear it."""
    if sys.stderr is not None and sys.stderr.isatty():
        as_it_is(f"\r\x1b[K{escape.safe(text)[-79:]}", aside=True)


def usage(error: click.ClickException) -> None:
    """Print an error about the command line, which quotes user input."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    said = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # it is the help
        as_it_is(escape.lines(f"{said}\n"), aside=True)
        return
    if not isinstance(error, click.MissingParameter):  # its message has several lines
        said = escape.safe(said)
    lines = [f"Error: {said}"]
    if context is not None:
        hint = f"Try '{context.command_path} --help' for help."
        lines = [context.get_usage(), hint, "", *lines]
    as_it_is(escape.lines("\n".join([*lines, ""])), aside=True)
