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
        spans, key, found = self._find(path)
        if not found and key and isinstance(spans.inner, dict):
            return place_of(self.name, self.lines, key)
        return place_of(self.name, self.lines, spans.span)

    def key_place(self, path: Path) -> Place:
        """Return the place of the key of a value; in a list, that of the value."""
        _, key, found = self._find(path)
        return (
            place_of(self.name, self.lines, key) if found and key else self.place(path)
        )

    def extent(self, path: Path) -> Span:
        """Return where a value begins, with its key, and where it ends."""
        spans, key, _ = self._find(path)
        return Span(*(key or spans.span)[:2], *spans.end)

    def _find(self, path: Path) -> tuple[Spans, Span | None, bool]:
        """Follow a path as far as possible; return whether its end was reached."""
        spans, key = self.spans, None
        for part in path:
            inner = spans.inner
            if isinstance(inner, dict) and part in inner:
                key, spans = inner[str(part)]
            elif (
                isinstance(inner, list) and isinstance(part, int) and part < len(inner)
            ):
                key, spans = None, inner[part]
            else:
                return spans, key, False
        return spans, key, True


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


def place_of(name: str, lines: list[str], span: Span) -> Place:
    """Return a place with its line."""
    return Place(name, span, lines[span.line - 1] if span.line <= len(lines) else "")
