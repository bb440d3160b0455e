"""YAML text to plain data in which every value knows its line and column."""

from __future__ import annotations

import re
import sys
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mlpgen.diagnostics import Diagnostic, Place, Span, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Where a value stands: `("layers", 3, "Linear", "bias")`."""

DEEPEST = 64
LARGEST_FILE = 2**20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document(NamedTuple):
    """The plain data of a YAML file, and where each value stands.

    Attributes:
        name: The path as it was given, or `<stdin>`.
        lines: The text, for carets.
        data: Mappings, lists, texts, numbers, true/false and None.
        values: The span of each value.
        keys: The span of the key of each value in a mapping.
    """

    name: str
    lines: list[str]
    data: Any
    values: dict[Path, Span]
    keys: dict[Path, Span]

    def place(self, path: Path) -> Place:
        """Return where a value stands; that of its parent if there is no such value."""
        while path and path not in self.values:
            path = path[:-1]
            if path in self.keys:
                return self.key_place(path)
        return self._at(self.values.get(path, Span(1, 1, 1, 1)))

    def key_place(self, path: Path) -> Place:
        """Return where the key of a value stands; the value itself in a list."""
        while path and path not in self.keys:
            if path in self.values:
                return self._at(self.values[path])
            path = path[:-1]
        return self._at(self.keys.get(path, Span(1, 1, 1, 1)))

    def _at(self, span: Span) -> Place:
        text = self.lines[span.line - 1] if span.line <= len(self.lines) else ""
        return Place(self.name, span, text)


def read(path: str) -> Document:
    """Read a YAML file; `-` is standard input.

    Raises:
        SpecError: It cannot be read, or is not the YAML of a spec.
    """
    name = "<stdin>" if path == "-" else path.replace("\\", "/")
    try:
        if path == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with File(path).open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"`{name}` cannot be read: {reason}"
        raise SpecError([Diagnostic("MG001", message)]) from None
    return parse(data, name)


def parse(data: bytes, name: str) -> Document:
    """Read YAML.

    Args:
        data: UTF-8 text.
        name: How diagnostics call it.

    Raises:
        SpecError: With what is wrong, at its place.
    """
    text = _decode(data, name)
    lines = re.split("\r\n|\r|\n", text)
    reader = _Reader(name, lines)
    try:
        # Events, one by one: composing recurses in C, and crashes on deep nesting.
        document = reader.document(iter(yaml.parse(text, Loader=_LOADER)))
    except yaml.MarkedYAMLError as error:
        raise SpecError([*reader.problems, _syntax(error, name, lines)]) from None
    except yaml.YAMLError as error:
        raise SpecError([Diagnostic("MG101", str(error).split("\n")[0])]) from None
    if reader.problems:
        raise SpecError(reader.problems)
    return document


def scalar(text: str) -> Any:
    """Read a plain scalar by YAML 1.2: `no` is a text, `1e-3` a number.

    Raises:
        ValueError: A number that is infinite, or of more than 64 bits.
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INTEGER.fullmatch(text):
        if len(text) > 64:
            raise ValueError(text)
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = int(text, base)
        if abs(number) >= 2**63:
            raise ValueError(text)
        return number
    if _FLOAT.fullmatch(text):
        real = float(text)
        if real in (float("inf"), float("-inf")):
            raise ValueError(text)
        return real
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(text)
    return text


def _decode(data: bytes, name: str) -> str:
    if len(data) > LARGEST_FILE:
        message = f"`{name}` is larger than 1 MiB, the most a spec may have"
        raise SpecError([Diagnostic("MG003", message)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        place = _place_after(before, name)
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        raise SpecError([Diagnostic("MG002", message, place)]) from None
    wrong = _FORBIDDEN.search(text)
    if wrong:
        place = _place_after(text[: wrong.start()], name)
        message = f"the character U+{ord(wrong[0]):04X} is not allowed in YAML"
        raise SpecError([Diagnostic("MG108", message, place)])
    return text


def _place_after(before: str, name: str) -> Place:
    lines = re.split("\r\n|\r|\n", before)
    row, column = len(lines), len(lines[-1]) + 1
    return Place(name, Span(row, column, row, column + 1), lines[-1])


def _syntax(error: yaml.MarkedYAMLError, name: str, lines: list[str]) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    row, column = (mark.line, mark.column) if mark else (0, 0)
    if mark and not any(line.strip() for line in lines[row:]):
        row = max(index for index, line in enumerate(lines) if line.strip())
        column = len(lines[row].rstrip())
    text = lines[row]
    place = Place(name, Span(row + 1, column + 1, row + 1, column + 2), text)
    if text[: column + 1].endswith("\t") or re.match(" *\t", text):
        return Diagnostic("MG107", "a tab cannot indent", place, help="use spaces")
    words = {
        "mapping values are not allowed": "a `:` cannot stand here",
        "did not find expected key": "a key, or the end of the mapping, is expected here",
        "did not find expected '-' indicator": "an entry of the list is expected here",
        "did not find expected ',' or ']'": "`,` or `]` is expected here",
        "did not find expected ',' or '}'": "`,` or `}` is expected here",
        "did not find expected node content": "a value is expected here",
        "could not find expected ':'": "a `:` is missing",
        "found unexpected end of stream": "the text ends inside quotes",
        "found character that cannot start any token": "this character cannot begin a value",
    }
    problem = str(error.problem)
    message = next((ours for theirs, ours in words.items() if theirs in problem), problem)
    notes = ()
    if error.context_mark and error.context_mark.line != row:
        notes = (f"{error.context} that begins in line {error.context_mark.line + 1}",)
    return Diagnostic("MG101", f"this is not YAML: {message}", place, notes)


class _Reader:
    """Builds plain data from events, without recursion."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.lines = lines
        self.problems: list[Diagnostic] = []
        self.values: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}

    def document(self, events: Iterator[Any]) -> Document:
        """Read all events."""
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.add("MG105", "a spec is one document: `---` begins another", event)
                    break
            elif isinstance(event, yaml.NodeEvent):
                data = self.node(event, events)
        if not self.problems and not isinstance(data, dict):
            what = "the file is empty" if data is None else "a spec is a mapping"
            help = "`mlpgen init mlp` prints a spec to start from"
            place = Place(self.name, Span(1, 1, 1, 2), self.lines[0])
            self.problems.append(Diagnostic("MG109", what, place, help=help))
        return Document(self.name, self.lines, data, self.values, self.keys)

    def node(self, first: Any, events: Iterator[Any]) -> Any:
        """Read one value with all it holds."""
        root: list[Any] = []
        stack: list[_Open] = [_Open(root, (), None)]
        event = first
        while True:
            top = stack[-1]
            if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                stack.pop()
            else:
                self.check(event)
                if top.wants_key():
                    self.key(top, event)
                else:
                    self.value(top, event, stack)
                if len(stack) > DEEPEST + 1:
                    self.add("MG106", f"nested deeper than {DEEPEST} levels", event)
                    raise SpecError(self.problems)
            if len(stack) == 1:
                return root[0]
            event = next(events)

    def key(self, top: _Open, event: Any) -> None:
        """Take a scalar as the key of the next value."""
        value = self.scalar(event) if isinstance(event, yaml.ScalarEvent) else None
        if not isinstance(value, str):
            self.add("MG110", "a key must be a text", event)
            if not isinstance(event, yaml.ScalarEvent):
                raise SpecError(self.problems)
            value = str(event.value)
        elif value == "<<" and event.implicit[0]:
            self.add("MG104", "a spec has no merge keys", event)
        path = (*top.path, value)
        if path in self.keys:
            line = self.keys[path].line
            self.add("MG102", f"the key `{value[:60]}` stands in line {line} already", event)
        else:
            self.keys[path] = _span(event)
        top.pending = value

    def value(self, top: _Open, event: Any, stack: list[_Open]) -> None:
        """Put a value into the mapping or list that is open."""
        path = top.next_path()
        self.values[path] = self.span_of(event, path)
        if isinstance(event, yaml.ScalarEvent):
            top.put(self.scalar(event))
        elif isinstance(event, yaml.AliasEvent):
            top.put(None)
        else:
            inner: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
            top.put(inner)
            stack.append(_Open(inner, path, None))

    def span_of(self, event: Any, path: Path) -> Span:
        """Return the span of a value; an empty one has that of its key."""
        span = _span(event)
        if span.end_line > span.line:
            end = max(len(self.lines[span.line - 1].rstrip()) + 1, span.column + 1)
            span = Span(span.line, span.column, span.line, end)
        if span.end_column <= span.column:
            return self.keys.get(path, Span(*span[:3], span.column + 1))
        return span

    def check(self, event: Any) -> None:
        """Refuse what YAML has and a spec does not."""
        if isinstance(event, yaml.AliasEvent):
            self.add("MG104", "a spec has no aliases", event)
        elif event.anchor:
            self.add("MG104", "a spec has no anchors", event)
        elif event.tag:
            self.add("MG103", "a spec has no tags", event)

    def scalar(self, event: Any) -> Any:
        """Read a scalar; a quoted one is a text."""
        if not event.implicit[0]:
            return event.value
        try:
            return scalar(event.value)
        except ValueError:
            self.add("MG111", f"the number {event.value[:40]} is out of range", event)
            return None

    def add(self, code: str, message: str, event: Any) -> None:
        """Note a mistake."""
        span = _span(event)
        if span.end_line > span.line or span.end_column <= span.column:
            span = Span(span.line, span.column, span.line, span.column + 1)
        text = self.lines[span.line - 1] if span.line <= len(self.lines) else ""
        self.problems.append(Diagnostic(code, message, Place(self.name, span, text)))


class _Open:
    """A mapping or list that is being read."""

    __slots__ = ("path", "pending", "values")

    def __init__(self, values: Any, path: Path, pending: str | None) -> None:
        self.values = values
        self.path = path
        self.pending = pending

    def wants_key(self) -> bool:
        return isinstance(self.values, dict) and self.pending is None

    def next_path(self) -> Path:
        if isinstance(self.values, dict):
            assert self.pending is not None
            return (*self.path, self.pending)
        return (*self.path, len(self.values)) if self.path else ()

    def put(self, value: Any) -> None:
        if isinstance(self.values, dict):
            self.values[self.pending] = value
            self.pending = None
        else:
            self.values.append(value)


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
