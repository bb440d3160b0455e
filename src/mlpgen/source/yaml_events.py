"""YAML events to plain data, without recursion."""

from __future__ import annotations

import re
from typing import Any

import yaml

from mlpgen.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Span, SpecError
from mlpgen.source.document import Document, Spans, place_of
from mlpgen.source.scalars import scalar

DEEPEST = 64
MOST_MISTAKES = 1000

_PROPERTY = {"&": r"&[^\s,\[\]{}]*", "!": r"!(<[^>]*>|[^\s,\[\]{}]*)"}


class _Open:
    """A mapping or list that is being read.

    `key` is the name and span of the key of the next value; an invalid key has no name.
    """

    __slots__ = ("flow", "in_key", "is_key", "key", "spans", "values")

    def __init__(self, values: Any, above: _Open | None, *, flow: bool) -> None:
        self.values = values
        self.spans = Spans(Span(1, 1, 1, 2), [] if isinstance(values, list) else {})
        self.flow = flow
        self.is_key = above is not None and above.wants_key()
        self.in_key: bool = above is not None and (self.is_key or above.in_key)
        self.key: tuple[str | None, Span] | None = None

    def wants_key(self) -> bool:
        return isinstance(self.values, dict) and self.key is None

    def put(self, value: Any, spans: Spans) -> None:
        inner: Any = self.spans.inner
        if self.key is None:
            self.values.append(value)
            inner.append(spans)
        else:
            name, span = self.key
            self.values[name] = value
            inner[name] = (span, spans)
            self.key = None


class Reader:
    """Builds plain data from YAML events, without recursion."""

    def __init__(self, name: str, lines: list[str], spared: dict[int, str]) -> None:
        self.name = name
        self.lines = lines
        self.spared = spared
        self.problems: list[Diagnostic] = []
        self.documents = 0
        self.last = Span(1, 1, 1, 2)
        self.root = _Open([], None, flow=False)
        self.stack = [self.root]

    def document(self) -> Document:
        """Return the document."""
        data = self.root.values[0] if self.root.values else None
        inner: Any = self.root.spans.inner
        spans = inner[0] if inner else self.root.spans
        if not self.problems and not isinstance(data, dict):
            what = f"a spec must be a mapping, not {_kind(data)}"
            what = "the file contains no spec" if data is None else what
            hint = "`mlpgen init mlp` prints a spec to start with"
            self.add("MG109", what, spans.span, help=hint)
        if self.problems:
            raise SpecError(self.problems)
        return Document(self.name, self.lines, data, spans)

    def take(self, event: Any) -> bool:
        """Process the next event; return False to stop."""
        if isinstance(event, yaml.ScalarEvent):
            self.check(event)
            self.scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.check(event)
            self.open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            hint = "repeat the value"
            self.add("MG104", "aliases are not allowed", _span(event), help=hint)
            self.put(None, Spans(_span(event)), alias=True)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if event.tags:
                self.add("MG103", "tags are not allowed", _span(event))
            if self.documents > 1:
                self.add(
                    "MG105",
                    "a spec must be a single document: another one starts here",
                    _span(event),
                )
                return False
        return True

    def scalar(self, event: Any) -> None:
        """Process a scalar; a quoted one is a string."""
        span = self.span_of(event)
        text = event.value.translate(self.spared) if self.spared else event.value
        there = _span(event)
        end = span[2:] if event.style in ("|", ">") else there[2:]
        self.last = Span(*end, *end)
        spans = Spans(span, end=end, empty=there[:2] == there[2:])
        if not event.implicit[0]:
            if not text.isascii() and any(
                "\ud800" <= char <= "\udfff" for char in text
            ):
                self.add("MG101", "invalid YAML: an escape is not a character", span)
            self.put(text, spans)
            return
        is_key = self.stack[-1].wants_key()
        try:
            value = scalar(text)
        except ValueError:
            value = 0.0
            if not is_key:
                why = "integers have at most 64 bits, and numbers must be finite"
                message = f"the number {_cut(text)} is out of range"
                self.add("MG111", message, span, (why,))
        if is_key and value == "<<":
            hint = "write the keys here instead"
            self.add("MG104", "merge keys are not allowed", span, help=hint)
        self.put(value, spans)

    def put(self, value: Any, spans: Spans, *, alias: bool = False) -> None:
        """Add a scalar as a key or as a value."""
        top = self.stack[-1]
        if not top.wants_key():
            top.put(value, spans)
            return
        span = spans.span
        if not isinstance(value, str):
            if not alias:
                self.wrong_key(value, span)
            top.key = (None, span)
            return
        if value in top.values:
            inner: Any = top.spans.inner
            first = inner[value][0]
            message = f"duplicate key `{_cut(value)}`"
            above = self.stack[-2].values
            is_layers = isinstance(above, dict) and next(reversed(above)) == "layers"
            hint = "put `- ` before each layer" if is_layers else ""
            place, other = (place_of(self.name, self.lines, s) for s in (span, first))
            labels = (Label(other, "the first one"),)
            self.append(Diagnostic("MG102", message, place, (), hint, labels=labels))
        top.key = (value, span)

    def wrong_key(self, value: Any, span: Span) -> None:
        """Report a key that is not a string."""
        plain = isinstance(value, bool | int | float)
        message = f"a key must be a string, not {_kind(value)}"
        place = place_of(self.name, self.lines, span)
        fix, hint = None, ""
        if plain:
            word = place.text[span.column - 1 : span.end_column - 1]
            quoted = Edit(span, f'"{word}"')
            fix, hint = Fix(f"quote `{word}`", self.name, (quoted,)), "put it in quotes"
        self.append(Diagnostic("MG110", message, place, help=hint, fix=fix))

    def open(self, event: Any) -> None:
        """Start a mapping or list."""
        above = self.stack[-1]
        values: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        opened = _Open(values, above, flow=event.flow_style)
        opened.spans.span = start = _span(event)
        if not opened.is_key:
            above.put(values, opened.spans)
        elif not above.in_key:
            self.wrong_key(values, self.to_line_end(start))
        self.stack.append(opened)
        if len(self.stack) > DEEPEST + 1:
            at = Span(*start[:2], start.line, start.column + 1)
            self.add("MG106", f"nested deeper than {DEEPEST} levels", at)
            raise SpecError(self.problems)

    def close(self, event: Any) -> None:
        """End a mapping or list; if it has several lines, its span is the first one."""
        opened = self.stack.pop()
        start = opened.spans.span
        if opened.flow and _span(event)[:2] != _span(event)[2:]:
            self.last = Span(*_span(event)[2:], *_span(event)[2:])
        opened.spans.end = self.last[:2]
        if self.last.line == start.line:
            opened.spans.span = Span(*start[:2], *self.last[:2])
        else:
            opened.spans.span = self.to_line_end(start)
        if opened.is_key:
            self.stack[-1].key = (None, start)

    def check(self, event: Any) -> None:
        """Report anchors and tags."""
        for sign, given in (("&", event.anchor), ("!", event.tag)):
            if given is not None:
                start = _span(event)
                line = self.lines[start.line - 1]
                found = re.search(_PROPERTY[sign], line[start.column - 1 :])
                begin, end = found.span() if found else (0, 1)
                span = Span(
                    start.line, start.column + begin, start.line, start.column + end
                )
                code, what = ("MG104", "anchors") if sign == "&" else ("MG103", "tags")
                self.add(code, f"{what} are not allowed", span, help="remove it")

    def span_of(self, event: Any) -> Span:
        """Return the span of a scalar; for an empty one, that of its key or its `-`."""
        span = _span(event)
        if event.style in ("|", ">") and span.end_line > span.line:
            return self.without_blank_lines(span)
        if span[:2] != span[2:]:
            return span
        top = self.stack[-1]
        if top.key:
            return top.key[1]
        text = self.lines[span.line - 1] if span.line <= len(self.lines) else ""
        if text[span.column - 2 : span.column - 1] == "-" and span.column > 1:
            return Span(span.line, span.column - 1, span.line, span.column)
        return Span(span.line, span.column, span.line, span.column + 1)

    def without_blank_lines(self, span: Span) -> Span:
        """Return the span of a block scalar without trailing blank lines."""
        row = span.end_line - 1 if span.end_column == 1 else span.end_line
        while row > span.line and not self.lines[row - 1].strip():
            row -= 1
        return Span(*span[:2], row, len(self.lines[row - 1].rstrip()) + 1)

    def to_line_end(self, span: Span) -> Span:
        """Extend a span to the end of the text in its first line."""
        end = len(self.lines[span.line - 1].rstrip()) + 1
        return Span(*span[:2], span.line, max(end, span.column + 1))

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        notes: tuple[str, ...] = (),
        help: str = "",
    ) -> None:
        """Add a mistake at a span."""
        place = place_of(self.name, self.lines, span)
        self.append(Diagnostic(code, message, place, notes, help))

    def append(self, problem: Diagnostic) -> None:
        """Add a mistake; stop reading after a thousand."""
        self.problems.append(problem)
        if len(self.problems) >= MOST_MISTAKES:
            raise SpecError(self.problems)


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _cut(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, int | float):
        return "a number"
    return "nothing" if value is None else "a string"
