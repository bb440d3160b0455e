"""Render diagnostics as text, JSON, or GitHub annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from mlpgen.diagnostics.diagnostic import MAXIMUM
from mlpgen.diagnostics.escape import as_json, guarded, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.diagnostics.diagnostic import Diagnostic, Place

WIDEST = 100
_LOOKED_AT = 4 * WIDEST
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "gutter": "\x1b[34m"}


def text(diagnostics: Sequence[Diagnostic], color: bool = False) -> str:
    """Return diagnostics as text, with their lines and a caret under the value."""
    shown = [_block(each, color) for each in diagnostics[:MAXIMUM]]
    return "\n\n".join([*shown, *_more(diagnostics)])


def json(diagnostics: Sequence[Diagnostic]) -> str:
    """Return all diagnostics as a JSON array."""
    return as_json([_row(each) for each in diagnostics])


def github(diagnostics: Sequence[Diagnostic]) -> str:
    """Return diagnostics as GitHub Actions workflow commands.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
    """
    shown = [_annotation(each) for each in diagnostics[:MAXIMUM]]
    return "\n".join([*shown, *(f"::notice::{line}" for line in _more(diagnostics))])


def _more(diagnostics: Sequence[Diagnostic]) -> list[str]:
    left = len(diagnostics) - MAXIMUM
    return [f"… and {left} more"] if left > 0 else []


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
    properties: dict[str, object] = {}
    if diagnostic.place:
        path, span, _ = diagnostic.place
        keys = ("line", "col", "endLine", "endColumn")
        properties = {"file": path, **dict(zip(keys, span, strict=True))}
    message = [diagnostic.message, *(f"note: {note}" for note in diagnostic.notes)]
    if diagnostic.help:
        message.append(f"help: {diagnostic.help}")
    return annotation(
        diagnostic.severity, "\n".join(message), **properties, title=diagnostic.code
    )


def annotation(severity: str, message: str, **properties: object) -> str:
    """Return one escaped GitHub Actions workflow command."""
    listed = ",".join(
        f"{key}={_escape(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for key, value in properties.items()
    )
    return f"::{severity} {guarded(listed)}::{guarded(_escape(message))}"


def _escape(value: str) -> str:
    """Escape a value for a workflow command."""
    kept = {"\r": "%0D", "\n": "%0A", "%": "%25"}
    return "".join(kept.get(char) or safe(char) for char in value)


def _block(diagnostic: Diagnostic, color: bool) -> str:
    def paint(part: str, style: str) -> str:
        return f"{_STYLES[style]}{part}\x1b[0m" if color else part

    place = diagnostic.place
    where = f"{place.path}:{place.span.line}:{place.span.column}: " if place else ""
    label = paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    lines = [f"{safe(where)}{label}: {safe(diagnostic.message)}"]
    number = str(place.span.line) if place else ""
    gutter = " " * len(number)
    if place:
        source, indent, caret = _excerpt(place)
        bar = paint("|", "gutter")
        lines += [
            f"{gutter} {bar}",
            f"{paint(number, 'gutter')} {bar} {source}".rstrip(),
            f"{gutter} {bar} {indent}{paint(caret, diagnostic.severity)}",
        ]
    equals = paint("=", "gutter")
    lines += [f"{gutter} {equals} note: {safe(note)}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"{gutter} {equals} help: {safe(diagnostic.help)}")
    return "\n".join(map(guarded, lines))


def _excerpt(place: Place) -> tuple[str, str, str]:
    """Return the source line, the indentation of the carets, and the carets."""
    start = place.span.column - 1
    end = max(place.span.end_column - 1, start + 1)
    if place.span.end_line > place.span.line:
        end = max(len(place.text.rstrip()), start + 1)
    before, value, after = place.text[:start], place.text[start:end], place.text[end:]
    # A line can be a megabyte long: look at little more than what can be shown.
    head = _fitting(before[: -_LOOKED_AT - 1 : -1], WIDEST)[::-1]
    body = _fitting(value[:_LOOKED_AT], WIDEST)
    tail = _fitting(after[:_LOOKED_AT], WIDEST)
    if len(head) < len(before) or _columns(head + body + tail) > WIDEST:
        room = WIDEST - min(_columns(body), WIDEST // 2)
        head = _fitting(head[::-1], max(room // 2, room - _columns(tail)))[::-1]
        while head and not _columns(head[0]):  # a combining accent, its letter cut off
            head = head[1:]
    body = _fitting(body, WIDEST - _columns(head))
    tail = _fitting(tail, WIDEST - _columns(head) - _columns(body))
    left = "" if len(head) == len(before) else "…"
    right = "" if len(body) + len(tail) == len(value) + len(after) else "…"
    shown = f"{left}{safe(head)}{safe(body)}{safe(tail)}{right}"
    return shown, " " * _columns(left + head), "^" * max(_columns(body), 1)


def _fitting(characters: str, room: int) -> str:
    """Return the leading characters that fit into a number of columns."""
    taken = []
    for char in characters:
        room -= _columns(char)
        if room < 0:
            break
        taken.append(char)
    return "".join(taken)


def _columns(part: str) -> int:
    """Return the width of a text in terminal columns."""
    return sum(
        0 if category(char) in ("Mn", "Me") else 1 + (east_asian_width(char) in "WF")
        for char in safe(part)
    )
