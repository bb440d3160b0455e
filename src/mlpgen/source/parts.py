"""The parts of a document that edits are about: values, with the text around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Span
    from mlpgen.source.document import Document, Path, Spans


class Part(NamedTuple):
    """A value in a document.

    Attributes:
        spans: Its span, and those in it.
        key: The span of its key; None in a list.
        above: The mapping or list that it is in; None for the whole document.
        order: Which one it is of those.
    """

    spans: Spans
    key: Span | None
    above: Spans | None
    order: int

    @property
    def start(self) -> tuple[int, int]:
        """Where it starts, with its key."""
        return (self.key or self.spans.span)[:2]

    @property
    def beside(self) -> list[tuple[Span | None, Spans]]:
        """All values of the mapping or list that it is in, each with its key."""
        inner = self.above.inner if self.above else None
        if isinstance(inner, dict):
            return [*inner.values()]
        return [(None, each) for each in inner or ()]


def part(document: Document, path: Path) -> Part | None:
    """Find a value; None if there is nothing at the path."""
    found = Part(document.spans, None, None, 0)
    for step in path:
        inner = found.spans.inner
        if isinstance(inner, dict) and step in inner:
            key, spans = inner[str(step)]
            found = Part(spans, key, found.spans, [*inner].index(str(step)))
        elif isinstance(inner, list) and isinstance(step, int) and step < len(inner):
            found = Part(inner[step], None, found.spans, step)
        else:
            return None
    return found


def value_at(document: Document, path: Path) -> Any:
    """Return the plain data at a path that exists."""
    found = document.data
    for step in path:
        found = found[step]
    return found


def in_flow(document: Document, spans: Spans) -> bool:
    """Tell whether a mapping or list is written in brackets."""
    return spans.inner is not None and char_at(document, spans.span[:2]) in ("[", "{")


def char_at(document: Document, place: tuple[int, int]) -> str:
    """Return the character at a place."""
    return document.lines[place[0] - 1][place[1] - 1 : place[1]]


def before(document: Document, place: tuple[int, int]) -> str:
    """Return what stands before a place in its line."""
    return document.lines[place[0] - 1][: place[1] - 1]


def after(document: Document, place: tuple[int, int]) -> str:
    """Return the rest of a line, from a place on."""
    return document.lines[place[0] - 1][place[1] - 1 :]


def between(
    document: Document, start: tuple[int, int], end: tuple[int, int]
) -> str | None:
    """Return the text between two places of one line; None if they are not in one."""
    if start[0] != end[0]:
        return None
    return document.lines[start[0] - 1][start[1] - 1 : end[1] - 1]
