"""YAML text to plain data in which every value knows its line and column."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path as File
from typing import Any, NamedTuple

import yaml

from mlpgen.diagnostics import Diagnostic, Place, Span, SpecError

Path = tuple[str | int, ...]
"""Where a value stands: `("layers", 3, "Linear", "bias")`."""

DEEPEST = 64
LARGEST_FILE = 2**20
MOST_MISTAKES = 1000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile("\r\n|\r|\n")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_PROPERTY = {"&": r"&[^\s,\[\]{}]*", "!": r"!(<[^>]*>|[^\s,\[\]{}]*)"}
_WORDS = (
    (
        "mapping values are",
        "a `:` cannot stand here",
        "mend the indentation, or put a text with `: ` in quotes",
    ),
    (
        "found unexpected ':'",
        "a `:` cannot stand here",
        "put a text with `:` in quotes",
    ),
    ("sequence entries are", "a `-` cannot begin an entry here", ""),
    ("mapping keys are", "a `?` cannot begin a key here", ""),
    (
        "block mapping: .*(expected key|<block end>)",
        "a key, or the end of the mapping, is expected here",
        "the keys of a mapping begin in the same column",
    ),
    (
        "block collection: .*(expected '-'|<block end>)",
        "a `-`, or the end of the list, is expected here",
        "the entries of a list begin in the same column",
    ),
    (r"expected ',' or '\]'", "`,` or `]` is expected here", ""),
    ("expected ',' or '}'", "`,` or `}` is expected here", ""),
    ("node content", "a value is expected here", ""),
    ("could not find expected ':'", "a `:` is missing", ""),
    (
        "cannot start any token",
        "this character cannot begin a value",
        "put it in quotes",
    ),
    ("document (indicator|separator)", "the document ends inside these quotes", ""),
    ("unexpected end of stream", "these quotes are not closed", ""),
    (
        "directive|YAML document|%YAML",
        "a line that begins with `%` is not for a spec",
        "",
    ),
    ("document start", "the document has ended before this", ""),
    ("block scalar", "only `+`, `-` or a digit may follow `|` and `>`", ""),
    (
        "escape|hexa?decimal",
        "`\\` does not begin an escape of YAML here",
        "write `\\\\` for a backslash",
    ),
)


class Document(NamedTuple):
    """The plain data of a YAML file, and where each value stands.

    Attributes:
        name: The path as it was given, or `<stdin>`.
        lines: The text, for carets.
        data: Mappings, lists, texts, numbers, true/false and None.
        spans: Where the data and all that it holds stand.
    """

    name: str
    lines: list[str]
    data: Any
    spans: _Spans

    def place(self, path: Path) -> Place:
        """Return where a value stands; that of the nearest parent if there is none."""
        spans, key, found = self._find(path)
        if not found and key and isinstance(spans.inner, dict):
            return _place(self.name, self.lines, key)
        return _place(self.name, self.lines, spans.span)

    def key_place(self, path: Path) -> Place:
        """Return where the key of a value stands; in a list the value itself."""
        _, key, found = self._find(path)
        return _place(self.name, self.lines, key) if found and key else self.place(path)

    def _find(self, path: Path) -> tuple[_Spans, Span | None, bool]:
        """Follow a path as far as it goes; return whether that was to its end."""
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


class _Spans:
    """Where a value stands, and in a mapping or list where each part stands."""

    __slots__ = ("inner", "span")
    inner: dict[str, tuple[Span, _Spans]] | list[_Spans] | None

    def __init__(self, span: Span, inner: Any = None) -> None:
        self.span = span
        self.inner = inner


def read(path: str) -> Document:
    """Read a YAML file; `-` is standard input.

    Raises:
        SpecError: It cannot be read, or is not the YAML of a spec.
    """
    name = "<stdin>" if path == "-" else path.replace(os.sep, "/")
    try:
        if path == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with File(path).open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        message = f"there is no file `{name}`"
    except IsADirectoryError:
        message = f"`{name}` is a folder"
    except (OSError, ValueError, AttributeError) as error:
        # A closed standard input is None, and a path with a NUL a ValueError.
        reason = getattr(error, "strerror", None) or "there is nothing to read"
        message = f"`{name}` cannot be read: {reason}"
    else:
        return parse(data, name)
    raise SpecError([Diagnostic("MG001", message)])


def parse(text: bytes, name: str) -> Document:
    """Read YAML.

    Args:
        text: The bytes of a file.
        name: How diagnostics call it.

    Raises:
        SpecError: With what is wrong, at its place.
    """
    decoded = _decode(text, name)
    lines = _BREAK.split(decoded)
    # YAML 1.1 ends lines at these, unlike 1.2 and editors: others stand in for them.
    spares = _spares(decoded) if re.search("[\x85\u2028\u2029]", decoded) else {}
    loader = _LOADER(decoded.translate(spares))
    reader = _Reader(name, lines, {ord(new): chr(old) for old, new in spares.items()})
    try:
        # Events, one by one: composing recurses in C, and crashes on deep nesting.
        while loader.check_event() and reader.take(loader.get_event()):
            pass
    except yaml.MarkedYAMLError as error:
        raise SpecError([_syntax(error, name, lines)]) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML's own scanner passes on what Python says of `"\U11111111"`.
        message = "this is not YAML: a number stands for no character or version"
        row, column, *_ = reader.last
        place = _place(name, lines, Span(row, column, row, column + 1))
        raise SpecError([Diagnostic("MG101", message, place)]) from None
    finally:
        loader.dispose()
    return reader.document()


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
        number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if not -(2**63) <= number < 2**63:
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
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = _place_at(
            data[: error.start].decode(), data.decode(errors="replace"), name
        )
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        hint = f"save the file as UTF-8{', not as UTF-16' if utf16 else ''}"
        raise SpecError([Diagnostic("MG002", message, place, help=hint)]) from None
    wrong = _FORBIDDEN.search(text)
    if wrong:
        place = _place_at(text[: wrong.start()], text, name)
        message = f"the character U+{ord(wrong[0]):04X} is not allowed in YAML"
        raise SpecError([Diagnostic("MG108", message, place)])
    return text


def _spares(text: str) -> dict[int, str]:
    """Map each character that only YAML 1.1 breaks lines at to one not in the text."""
    used = set(text)
    unused = (chr(code) for code in range(0xE000, 0x10FFFE) if chr(code) not in used)
    allowed = (
        char for char in unused if not _FORBIDDEN.match(char) and char != "\ufeff"
    )
    return dict(zip((0x85, 0x2028, 0x2029), allowed, strict=False))


def _place(name: str, lines: list[str], span: Span) -> Place:
    return Place(name, span, lines[span.line - 1] if span.line <= len(lines) else "")


def _place_at(before: str, text: str, name: str) -> Place:
    """Return the place of the character that follows the text before it."""
    lines = _BREAK.split(before)
    row, column = len(lines), len(lines[-1]) + 1
    return _place(name, _BREAK.split(text), Span(row, column, row, column + 1))


def _syntax(error: yaml.MarkedYAMLError, name: str, lines: list[str]) -> Diagnostic:
    """Say in plain words what libyaml, or PyYAML's own scanner, stopped at."""
    theirs = f"{error.context}: {error.problem}"
    mark: Any = error.problem_mark or error.context_mark
    if "while scanning a quoted scalar" in theirs and "unexpected" in theirs:
        mark = error.context_mark or mark
    row, column = mark.line, mark.column
    if not any(line.strip() for line in lines[row:]):
        row = max((at for at, line in enumerate(lines) if line.strip()), default=0)
        column = len(lines[row].rstrip())
    place = _place(name, lines, Span(row + 1, column + 1, row + 1, column + 2))
    if place.text[column : column + 1] == "\t":
        where = "stand here" if place.text[:column].strip() else "indent"
        return Diagnostic("MG107", f"a tab cannot {where}", place, help="use spaces")
    if "nesting depth" in theirs:
        return Diagnostic("MG106", f"nested deeper than {DEEPEST} levels", place)
    if "tag" in theirs:
        return Diagnostic("MG103", "a spec has no tags", place, help="put it in quotes")
    if "anchor" in theirs or "alias" in theirs:
        message = "a spec has no anchors or aliases"
        return Diagnostic("MG104", message, place, help="put it in quotes")
    fallback = (error.problem or "it cannot be read", "")
    said = (
        (ours, hint) for pattern, ours, hint in _WORDS if re.search(pattern, theirs)
    )
    message, hint = next(said, fallback)
    began = error.context_mark.line + 1 if error.context_mark else row + 1
    what = str(error.context).removeprefix("while ").removeprefix("parsing ")
    what = {"a flow sequence": "the list", "a flow mapping": "the mapping"}.get(
        what, ""
    )
    notes = (f"{what} begins in line {began}",) if what and began != row + 1 else ()
    return Diagnostic("MG101", f"this is not YAML: {message}", place, notes, hint)


class _Open:
    """A mapping or list that is being read.

    `key` is the name and span of the next value's key; a wrong key has no name.
    """

    __slots__ = ("flow", "in_key", "is_key", "key", "spans", "values")

    def __init__(self, values: Any, above: _Open | None, *, flow: bool) -> None:
        self.values = values
        self.spans = _Spans(Span(1, 1, 1, 2), [] if isinstance(values, list) else {})
        self.flow = flow
        self.is_key = above is not None and above.wants_key()
        self.in_key: bool = above is not None and (self.is_key or above.in_key)
        self.key: tuple[str | None, Span] | None = None

    def wants_key(self) -> bool:
        return isinstance(self.values, dict) and self.key is None

    def put(self, value: Any, spans: _Spans) -> None:
        inner: Any = self.spans.inner
        if self.key is None:
            self.values.append(value)
            inner.append(spans)
        else:
            name, span = self.key
            self.values[name] = value
            inner[name] = (span, spans)
            self.key = None


class _Reader:
    """Builds plain data from events, without recursion."""

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
        """Return what was read."""
        data = self.root.values[0] if self.root.values else None
        inner: Any = self.root.spans.inner
        spans = inner[0] if inner else self.root.spans
        if not self.problems and not isinstance(data, dict):
            what = f"a spec is a mapping, this is {_kind(data)}"
            what = "there is no spec in the file" if data is None else what
            hint = "`mlpgen init mlp` prints a spec to start from"
            self.add("MG109", what, spans.span, help=hint)
        if self.problems:
            raise SpecError(self.problems)
        return Document(self.name, self.lines, data, spans)

    def take(self, event: Any) -> bool:
        """Take the next event; False ends the reading."""
        if isinstance(event, yaml.ScalarEvent):
            self.check(event)
            self.scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.check(event)
            self.open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            hint = "write the value again"
            self.add("MG104", "a spec has no aliases", _span(event), help=hint)
            self.put(None, _span(event), alias=True)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if event.tags:
                self.add("MG103", "a spec has no tags", _span(event))
            if self.documents > 1:
                self.add(
                    "MG105", "a spec is one document: another begins", _span(event)
                )
                return False
        return True

    def scalar(self, event: Any) -> None:
        """Read a scalar; a quoted one is a text."""
        span = self.span_of(event)
        text = event.value.translate(self.spared) if self.spared else event.value
        self.last = Span(*_span(event)[2:], *_span(event)[2:])
        if not event.implicit[0]:
            if not text.isascii() and any(
                "\ud800" <= char <= "\udfff" for char in text
            ):
                self.add("MG101", "this is not YAML: an escape is no character", span)
            self.put(text, span)
            return
        is_key = self.stack[-1].wants_key()
        try:
            value = scalar(text)
        except ValueError:
            value = 0.0
            if not is_key:
                why = "an integer has at most 64 bits, a number is finite"
                message = f"the number {_cut(text)} is out of range"
                self.add("MG111", message, span, (why,))
        if is_key and value == "<<":
            hint = "write the keys themselves here"
            self.add("MG104", "a spec has no merge keys", span, help=hint)
        self.put(value, span)

    def put(self, value: Any, span: Span, *, alias: bool = False) -> None:
        """Put a scalar where it belongs: as a key, or as a value."""
        top = self.stack[-1]
        if not top.wants_key():
            top.put(value, _Spans(span))
            return
        if not isinstance(value, str):
            if not alias:
                self.wrong_key(value, span)
            top.key = (None, span)
            return
        if value in top.values:
            inner: Any = top.spans.inner
            line = inner[value][0].line
            message = f"the key `{_cut(value)}` is here twice"
            self.add("MG102", message, span, (f"the first is in line {line}",))
        top.key = (value, span)

    def wrong_key(self, value: Any, span: Span) -> None:
        """Refuse a key that is no text."""
        plain = isinstance(value, bool | int | float)
        hint = "put it in quotes" if plain else ""
        self.add("MG110", f"a key is a text, this is {_kind(value)}", span, help=hint)

    def open(self, event: Any) -> None:
        """Begin a mapping or list."""
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
        """End a mapping or list; of several lines its span has the first."""
        opened = self.stack.pop()
        start = opened.spans.span
        if opened.flow:
            self.last = Span(*_span(event)[2:], *_span(event)[2:])
        if self.last.line == start.line:
            opened.spans.span = Span(*start[:2], *self.last[:2])
        else:
            opened.spans.span = self.to_line_end(start)
        if opened.is_key:
            self.stack[-1].key = (None, start)

    def check(self, event: Any) -> None:
        """Refuse anchors and tags."""
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
                self.add(code, f"a spec has no {what}", span, help="leave it out")

    def span_of(self, event: Any) -> Span:
        """Return the span of a scalar; an empty one has that of its key or its `-`."""
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
        """Return the span of a block scalar, which for YAML ends in a later line."""
        row = span.end_line - 1 if span.end_column == 1 else span.end_line
        while row > span.line and not self.lines[row - 1].strip():
            row -= 1
        return Span(*span[:2], row, len(self.lines[row - 1].rstrip()) + 1)

    def to_line_end(self, span: Span) -> Span:
        """Stretch a span to the end of the text of its first line."""
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
        """Note a mistake; after a thousand of them there is no point in reading on."""
        place = _place(self.name, self.lines, span)
        self.problems.append(Diagnostic(code, message, place, notes, help))
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
    return "nothing" if value is None else "a text"
