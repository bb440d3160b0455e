"""Mistakes as text for people, as JSON, and as annotations of GitHub."""

from __future__ import annotations

import json as _json
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from mlpgen.diagnostics import MAXIMUM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.diagnostics import Diagnostic, Place

WIDEST = 100
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "gutter": "\x1b[34m"}


def text(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    """Show mistakes with the line they are in and a caret under the value."""
    shown = [_block(each, color=color) for each in diagnostics[:MAXIMUM]]
    more = len(diagnostics) - MAXIMUM
    if more > 0:
        shown.append(f"and {more} more")
    return "\n\n".join(shown)


def json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return mistakes as a JSON array."""
    return _json.dumps([_row(each) for each in diagnostics], indent=2)


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return mistakes as workflow commands of GitHub Actions.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    return "\n".join(_annotation(each) for each in diagnostics[:MAXIMUM])


def _row(diagnostic: Diagnostic) -> dict[str, object]:
    place = diagnostic.place
    span = place.span if place else (None,) * 4
    keys = ("line", "column", "end_line", "end_column")
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "path": place.path if place else None,
        **dict(zip(keys, span, strict=True)),
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _annotation(diagnostic: Diagnostic) -> str:
    properties = {"title": diagnostic.code}
    if diagnostic.place:
        path, span, _ = diagnostic.place
        properties = {
            "file": path,
            "line": str(span.line),
            "col": str(span.column),
            "endLine": str(span.end_line),
            "endColumn": str(span.end_column),
        } | properties
    listed = ",".join(
        f"{key}={_escape(value).replace(':', '%3A').replace(',', '%2C')}"
        for key, value in properties.items()
    )
    lines = [diagnostic.message, *diagnostic.notes, diagnostic.help]
    message = "\n".join(line for line in lines if line)
    return f"::{diagnostic.severity} {listed}::{_escape(message)}"


def _escape(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _block(diagnostic: Diagnostic, *, color: bool) -> str:
    def paint(part: str, style: str) -> str:
        return f"{_STYLES[style]}{part}\x1b[0m" if color else part

    place = diagnostic.place
    where = f"{place.path}:{place.span.line}:{place.span.column}: " if place else ""
    label = paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    lines = [f"{_safe(where)}{label}: {_safe(diagnostic.message)}"]
    number = str(place.span.line) if place else ""
    gutter = " " * len(number)
    if place:
        source, caret = _excerpt(place)
        bar = paint("|", "gutter")
        lines += [
            f"{gutter} {bar}",
            f"{paint(number, 'gutter')} {bar} {source}".rstrip(),
            f"{gutter} {bar} {paint(caret, diagnostic.severity)}",
        ]
    equals = paint("=", "gutter")
    lines += [f"{gutter} {equals} note: {_safe(note)}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"{gutter} {equals} help: {_safe(diagnostic.help)}")
    return "\n".join(lines)


def _excerpt(place: Place) -> tuple[str, str]:
    """Return the line as a terminal shows it, and the caret under the value."""
    start = place.span.column - 1
    end = max(place.span.end_column - 1, start + 1)
    if place.span.end_line > place.span.line:
        end = max(len(place.text), start + 1)
    before, value = _safe(place.text[:start]), _safe(place.text[start:end])
    after = _safe(place.text[end:])
    if _width(before) > WIDEST // 2:
        before = "…" + before[-WIDEST // 2 :]
    value = value if len(value) <= WIDEST // 2 else value[: WIDEST // 2] + "…"
    room = max(WIDEST - len(before) - len(value), 0)
    after = after if len(after) <= room else after[:room] + "…"
    caret = " " * _width(before) + "^" * max(_width(value), 1)
    return before + value + after, caret


def _safe(part: str) -> str:
    """Escape whatever could move a terminal's cursor or turn its text around."""
    return "".join(_safe_character(char) for char in part)


def _safe_character(char: str) -> str:
    if char == "\t":
        return " "
    if char.isprintable() or combining(char):
        return char
    return char.encode("unicode_escape").decode("ascii")


def _width(part: str) -> int:
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1
        for char in part
    )
