"""One mistake, with its place; shown for people, as JSON, or as GitHub annotations."""

from __future__ import annotations

from typing import NamedTuple

from mlpgen.diagnostics.escape import line

MAXIMUM = 20
"""How many mistakes of a file are shown at once."""


class Span(NamedTuple):
    """Where a value stands in a text: 1-based lines and columns, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(NamedTuple):
    """A span of a file, with the text of the line in which it begins."""

    path: str
    span: Span
    text: str


class Diagnostic(NamedTuple):
    """One mistake in the user's words.

    Attributes:
        code: Stable code (`MG301`), explained in `docs/errors.md`.
        message: What is wrong, on one line.
        place: Where it is wrong; None when no line is to blame.
        notes: Facts that explain the message, such as where a number comes from.
        help: What would mend it, or an empty text.
        warning: Whether the spec can be rendered all the same.
    """

    code: str
    message: str
    place: Place | None = None
    notes: tuple[str, ...] = ()
    help: str = ""
    warning: bool = False

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return "warning" if self.warning else "error"


class MissingPackageError(Exception):
    """What was asked for needs a package that is not installed."""


class SpecError(Exception):
    """A spec has mistakes.

    Attributes:
        diagnostics: Every mistake found, in the order of the file.
    """

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n".join(_headline(each) for each in self.diagnostics))


def in_order(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sort mistakes by their place, file by file; those without one come first."""
    files: dict[str, int] = {}
    for each in diagnostics:
        if each.place:
            files.setdefault(each.place.path, len(files))
    return sorted(
        diagnostics,
        key=lambda each: (
            (files[each.place.path], each.place.span)
            if each.place
            else (-1, Span(0, 0, 0, 0))
        ),
    )


def _headline(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    where = f"{place.path}:{place.span.line}:{place.span.column}: " if place else ""
    return line(
        f"{where}{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
    )
