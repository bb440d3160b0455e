"""A diagnostic: one mistake or warning, with its place in a file."""

from __future__ import annotations

from typing import NamedTuple

from mlpgen.diagnostics.escape import line

MAXIMUM = 20
"""The most mistakes shown at once."""


class Span(NamedTuple):
    """The position of a value: 1-based lines and columns, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(NamedTuple):
    """A span of a file, with the text of its first line."""

    path: str
    span: Span
    text: str


class Label(NamedTuple):
    """Another place that a diagnostic is about, with what it has to do with it."""

    place: Place
    message: str


class Edit(NamedTuple):
    """A new text for a range of a file."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits of one file that mend a mistake for certain.

    Attributes:
        title: What they do, in a few words: "remove `Softmax`".
        path: The file.
        edits: The edits, none of which overlap.
    """

    title: str
    path: str
    edits: tuple[Edit, ...]


class Diagnostic(NamedTuple):
    """One mistake, warning or hint.

    Attributes:
        code: Stable code (`MG301`), explained in `docs/errors.md`.
        message: What is wrong, on one line.
        place: Where it is; None if it is not about a line.
        notes: Facts that explain the message, such as where a number comes from.
        help: How to fix it, or an empty string.
        warning: Whether the spec can still be rendered.
        hint: Whether it is a matter of taste, shown only if hints are asked for; it is
            a warning too.
        labels: Other places that it is about.
        fix: Edits that mend it, if they are certain.
    """

    code: str
    message: str
    place: Place | None = None
    notes: tuple[str, ...] = ()
    help: str = ""
    warning: bool = False
    hint: bool = False
    labels: tuple[Label, ...] = ()
    fix: Fix | None = None

    @property
    def severity(self) -> str:
        """`error`, `warning` or `hint`."""
        if self.hint:
            return "hint"
        return "warning" if self.warning else "error"


class MissingPackageError(Exception):
    """A package that the command needs is not installed."""


class SpecError(Exception):
    """A spec has mistakes.

    Attributes:
        diagnostics: All mistakes and warnings, in file order.
    """

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n".join(_headline(each) for each in self.diagnostics))


def in_order(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sort mistakes by file and place; those without a place come first."""
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
