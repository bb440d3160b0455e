"""Documents: plain data in which every value knows its line and column."""

from __future__ import annotations

from typing import Any, NamedTuple

from mlpgen.diagnostics.diagnostic import Place, Span

Path = tuple[str | int, ...]
"""The path of a value: `("layers", 3, "Linear", "bias")`."""


class Document(NamedTuple):
    """The plain data of a YAML file, and the position of each value.

    Attributes:
        name: The path of the file as it was given, or `<stdin>`.
        lines: The lines of the file, for carets.
        data: Mappings, lists, strings, numbers, true/false and None.
        spans: The positions of all values.
    """

    name: str
    lines: list[str]
    data: Any
    spans: Spans

    def place(self, path: Path) -> Place:
        """Return the place of a value, or of its nearest parent that exists."""
        part, found = self._find(path)
        if not found and part.key and isinstance(part.spans.inner, dict):
            return place_of(self.name, self.lines, part.key)
        return place_of(self.name, self.lines, part.spans.span)

    def key_place(self, path: Path) -> Place:
        """Return the place of the key of a value; in a list, that of the value."""
        part, found = self._find(path)
        if not found or part.key is None:
            return self.place(path)
        return place_of(self.name, self.lines, part.key)

    def extent(self, path: Path) -> Span:
        """Return where a value begins, with its key, and where it ends."""
        part, _ = self._find(path)
        return Span(*part.start, *part.spans.end)

    def part(self, path: Path) -> Part | None:
        """Find a value; None if there is nothing at the path."""
        part, found = self._find(path)
        return part if found else None

    def value(self, path: Path) -> Any:
        """Return the plain data at a path that exists."""
        found = self.data
        for step in path:
            found = found[step]
        return found

    def _find(self, path: Path) -> tuple[Part, bool]:
        """Follow a path as far as possible; return whether its end was reached."""
        found = Part(self.spans, None, None)
        for step in path:
            inner = found.spans.inner
            if isinstance(inner, dict) and step in inner:
                key, spans = inner[str(step)]
                found = Part(spans, key, found.spans)
            elif (
                isinstance(inner, list) and isinstance(step, int) and step < len(inner)
            ):
                found = Part(inner[step], None, found.spans)
            else:
                return found, False
        return found, True


class Spans:
    """The span of a value, and of the values in a mapping or list.

    Attributes:
        span: What diagnostics show: the first line of a long mapping or list; the key
            of an empty value.
        inner: The values inside.
        end: The line and column where the value really ends.
        empty: Whether nothing is written; `end` is then where it could be.
    """

    __slots__ = ("empty", "end", "inner", "span")
    inner: dict[str, tuple[Span, Spans]] | list[Spans] | None

    def __init__(
        self,
        span: Span,
        inner: Any = None,
        end: tuple[int, int] | None = None,
        *,
        empty: bool = False,
    ) -> None:
        self.span = span
        self.inner = inner
        self.end = end or (span.end_line, span.end_column)
        self.empty = empty


class Part(NamedTuple):
    """A value in a document.

    Attributes:
        spans: Its span, and those in it.
        key: The span of its key; None in a list.
        above: The mapping or list that it is in; None for the whole document.
    """

    spans: Spans
    key: Span | None
    above: Spans | None

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

    @property
    def order(self) -> int:
        """Which one it is of those."""
        return self.beside.index((self.key, self.spans))


def place_of(name: str, lines: list[str], span: Span) -> Place:
    """Return a place with its line."""
    return Place(name, span, lines[span.line - 1] if span.line <= len(lines) else "")
