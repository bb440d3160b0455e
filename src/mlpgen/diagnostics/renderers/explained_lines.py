"""Diagnostics as text: the lines they are about, with carets and words under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.diagnostic import MAXIMUM
from mlpgen.diagnostics.escape import guarded, safe
from mlpgen.diagnostics.renderers.excerpts import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Place

_STYLES = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "hint": "\x1b[1;36m",
    "gutter": "\x1b[34m",
}


def text(diagnostics: Sequence[Diagnostic], color: bool = False) -> str:
    """Return diagnostics as text, with their lines and a caret under the value."""
    shown = [_block(each, color) for each in diagnostics[:MAXIMUM]]
    return "\n\n".join([*shown, *more(diagnostics)])


def more(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Say how many are not shown."""
    left = len(diagnostics) - MAXIMUM
    return [f"… and {left} more"] if left > 0 else []


def fixable(diagnostics: Sequence[Diagnostic]) -> str:
    """Say how many can be fixed; empty if none."""
    count = sum(each.fix is not None for each in diagnostics)
    return f"[*] {count} can be fixed with `mlpgen validate --fix`" if count else ""


class _Mark(NamedTuple):
    """A place with what is drawn under it.

    Attributes:
        place: The place.
        sign: The character that underlines it.
        style: How it is colored.
        words: What is said beside the underline.
    """

    place: Place
    sign: str
    style: str
    words: str = ""


def _block(diagnostic: Diagnostic, color: bool) -> str:
    def paint(part: str, style: str) -> str:
        return f"{_STYLES[style]}{part}\x1b[0m" if color else part

    place = diagnostic.place
    where = f"{place.path}:{place.span.line}:{place.span.column}: " if place else ""
    label = paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    sign = f" {paint('[*]', 'gutter')}" if diagnostic.fix else ""
    lines = [f"{safe(where)}{label}{sign}: {safe(diagnostic.message)}"]
    marks = [_Mark(place, "^", diagnostic.severity)] if place else []
    marks += [_Mark(each, "-", "gutter", words) for each, words in diagnostic.labels]
    width = max((len(str(each.place.span.line)) for each in marks), default=0)
    gutter, bar = " " * width, paint("|", "gutter")
    for file in dict.fromkeys(each.place.path for each in marks):
        in_file = sorted(each for each in marks if each.place.path == file)
        if file != (place or marks[0].place).path or not place:
            start = in_file[0].place.span
            arrow = paint("-->", "gutter")
            lines.append(f"{gutter}{arrow} {safe(file)}:{start.line}:{start.column}")
        lines.append(f"{gutter} {bar}")
        for number, line in _annotated(in_file):
            shown = paint(number.rjust(width), "gutter") if number else gutter
            if number == "…":
                lines.append(paint("...", "gutter"))
            elif isinstance(line, str):
                lines.append(f"{shown} {bar} {line}".rstrip())
            else:
                indent, under, style, words = line
                said = f" {safe(words)}" if words else ""
                lines.append(f"{shown} {bar} {indent}{paint(under + said, style)}")
    equals = paint("=", "gutter")
    lines += [f"{gutter} {equals} note: {safe(note)}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"{gutter} {equals} help: {safe(diagnostic.help)}")
    return "\n".join(map(guarded, lines))


_Underline = tuple[str, str, str, str]


def _annotated(marks: list[_Mark]) -> Iterator[tuple[str, str | _Underline]]:
    """Yield the lines of one file: each line once, with all that is under it.

    Each comes with its number; the lines that are left out between as `…`.
    """
    last, above = 0, ""
    for place, sign, style, words in marks:
        row = place.span.line
        source, indent, under = excerpt(place)
        if last and row > last + 1:
            yield "…", ""
        if row != last or source != above:
            yield str(row), source
        yield "", (indent, under.replace("^", sign), style, words)
        last, above = row, source
