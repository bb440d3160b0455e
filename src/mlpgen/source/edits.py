"""Edits of a document that keep its comments and its layout.

Each function returns None where it cannot be sure: where an entry shares its lines with
others, where a comment would be lost that belongs to a neighbour, and for tabs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Edit, Span
from mlpgen.source import parts
from mlpgen.source.written import entry, text, written

if TYPE_CHECKING:
    from mlpgen.source.document import Document, Part, Path

Edits = tuple[Edit, ...]
_REST = re.compile(r"\s*(#.*)?$")
_DASH = re.compile(r" *- +")


def replace(document: Document, path: Path, new: Any) -> Edits | None:
    """Write another value, or the first one after a key or a `-`."""
    found = document.part(path)
    if found is None or found.above is None:
        return None
    if found.spans.empty:
        return _fill(document, found, written(new))
    start, end = found.spans.span[:2], found.spans.end
    block = found.spans.inner is not None and not parts.in_flow(document, found.spans)
    if start[0] != end[0] or block or parts.char_at(document, start) in ("|", ">"):
        return None
    return (Edit(Span(*start, *end), written(new)),)


def _fill(document: Document, found: Part, new: str) -> Edits | None:
    """Write a value where none is."""
    line = document.lines[found.start[0] - 1]
    column = found.key.end_column if found.key else found.spans.span.end_column
    sign = re.match(r" *:" if found.key else "", line[column - 1 :])
    if sign is None or (
        found.key is None and parts.char_at(document, found.start) != "-"
    ):
        return None
    at = (found.start[0], column + sign.end())
    space = " " if line[at[1] - 1 : at[1]] in (",", "]", "}") else ""
    return (Edit(Span(*at, *at), f" {new}{space}"),)


def respell(
    document: Document, path: Path, old: str, new: str, *, key: bool = False
) -> Edits | None:
    """Replace a word, which must be there exactly once, in a key or a value."""
    found = document.part(path)
    if found is None or not old:
        return None
    span = found.key if key and found.key else found.spans.span
    if span.line != span.end_line or (not (key and found.key) and found.spans.inner):
        return None
    line = document.lines[span.line - 1]
    here = line[span.column - 1 : span.end_column - 1]
    if here == old:
        return (Edit(span, text(new)),)
    words = [*re.finditer(rf"(?<![\w.]){re.escape(old)}(?!\w)", here)]
    if len(words) != 1:
        return None
    quote = here[0] if here[0] in "\"'" else ""
    if any(each in new for each in ("\\", quote or "#", ": ", "\n")):
        return None
    start, end = (span.column + each for each in words[0].span())
    return (Edit(Span(span.line, start, span.line, end), new),)


def put_text(
    document: Document, path: Path, old: str, new: str, *, key: bool = False
) -> Edits | None:
    """Write other text, as it is, for a key or a value without quotes."""
    found = document.part(path)
    span = found and (found.key if key and found.key else found.spans.span)
    if found is None or not span or span.line != span.end_line:
        return None
    brackets = found.above is None or parts.in_flow(document, found.above)
    if new.startswith("- ") and (found.key is None or brackets):
        return None
    here = document.lines[span.line - 1][span.column - 1 : span.end_column - 1]
    return (Edit(span, new),) if here == old else None


def remove(document: Document, path: Path, *, last: bool = False) -> Edits | None:
    """Remove an entry of a list, or a key with its value.

    Args:
        document: The document.
        path: What is removed.
        last: Whether it may be the only one.
    """
    found = document.part(path)
    if found is None or found.above is None:
        return None
    beside = found.beside
    if len(beside) == 1 and not last:
        return None
    if parts.in_flow(document, found.above):
        return _from_brackets(document, found)
    if found.key is not None and parts.before(document, found.start).strip():
        return _first_key(document, found)
    return _lines_of(document, found)


def _lines_of(document: Document, found: Part) -> Edits | None:
    """Remove the lines of a part, if it has them alone."""
    start, end = found.start, found.spans.end
    before = parts.before(document, start)
    if found.key is not None or parts.char_at(document, start) == "-":
        alone = not before.strip()
    else:
        alone = _DASH.fullmatch(before) is not None
    if "\t" in before or not alone or not _REST.match(parts.after(document, end)):
        return None
    return (_without_lines(document, start[0], end[0]),)


def _without_lines(document: Document, first: int, last: int) -> Edit:
    """Remove whole lines."""
    if last < len(document.lines):
        return Edit(Span(first, 1, last + 1, 1), "")
    end = (last, len(document.lines[last - 1]) + 1)
    if first == 1:
        return Edit(Span(1, 1, *end), "")
    return Edit(Span(first - 1, len(document.lines[first - 2]) + 1, *end), "")


def _first_key(document: Document, found: Part) -> Edits | None:
    """Remove a key that stands behind a `-`: the next one takes its place."""
    beside = found.beside
    if found.order or len(beside) < 2 or found.above is None:
        return None
    following = beside[1][0]
    after = parts.after(document, found.spans.end)
    if following is None or following.line != found.spans.end[0] + 1 or after.strip():
        return None
    return (Edit(Span(*found.start, *following[:2]), ""),)


def _from_brackets(document: Document, found: Part) -> Edits | None:
    """Remove a part with one of the commas beside it."""
    start, end, beside = found.start, found.spans.end, found.beside
    lines_alone = not parts.before(document, start).strip()
    if lines_alone and re.match(r" *,? *(#.*)?$", parts.after(document, end)):
        return (_without_lines(document, start[0], end[0]),)
    if found.order:
        above = beside[found.order - 1][1].end
        comma = re.fullmatch(r" *, *", parts.between(document, above, start) or "")
        return (Edit(Span(*above, *end), ""),) if comma else None
    if len(beside) == 1:
        after = re.match(r" *,? *", parts.after(document, end))
        until = (end[0], end[1] + (after.end() if after else 0))
        return (Edit(Span(*start, *until), ""),)
    key, spans = beside[1]
    following = (key or spans.span)[:2]
    if not re.fullmatch(r" *, *", parts.between(document, end, following) or ""):
        return None
    return (Edit(Span(*start, *following), ""),)


def insert(
    document: Document, path: Path, value: Any, *, before: bool = False
) -> Edits | None:
    """Write a new entry beside one of a list."""
    found = document.part(path)
    if found is None or found.above is None or found.key is not None:
        return None
    start, end = found.start, found.spans.end
    if parts.in_flow(document, found.above):
        at = start if before else end
        new = f"{written(value)}, " if before else f", {written(value)}"
        return (Edit(Span(*at, *at), new),)
    if _lines_of(document, found) is None:
        return None
    indent = parts.before(document, start).partition("-")[0]
    lines = f"- {entry(value)}".split("\n")
    new = "\n".join(f"{indent}{line}" for line in lines)
    return _as_lines(document, start[0] if before else end[0] + 1, new)


def _as_lines(document: Document, row: int, new: str) -> Edits:
    """Write lines before the one with a number, which may be behind the last one."""
    if row <= len(document.lines):
        return (Edit(Span(row, 1, row, 1), f"{new}\n"),)
    end = (row - 1, len(document.lines[row - 2]) + 1)
    return (Edit(Span(*end, *end), f"\n{new}"),)


def add_key(document: Document, path: Path, name: str, value: Any) -> Edits | None:
    """Add a key behind the others of a mapping, or to an entry that is only a name."""
    found = document.part(path)
    if found is None:
        return None
    inner = found.spans.inner
    if inner is None:
        return _name_to_mapping(document, found, path, name, value)
    if not isinstance(inner, dict) or name in inner:
        return None
    new = f"{text(name)}: {written(value)}"
    if parts.in_flow(document, found.spans):
        column = found.spans.end[1] - 1
        if not inner:
            at = (found.spans.end[0], column)
            return (Edit(Span(*at, *at), new),)
        *_, (_, spans) = inner.values()
        if spans.empty:
            return None
        return (Edit(Span(*spans.end, *spans.end), f", {new}"),)
    *_, (key, spans) = inner.values()
    if not _REST.match(parts.after(document, spans.end)) or "\t" in parts.before(
        document, key[:2]
    ):
        return None
    if found.above is not None and parts.in_flow(document, found.above):
        return None  # `[Linear: 10]`, a mapping without braces
    indent = " " * (key.column - 1)
    return _as_lines(document, spans.end[0] + 1, f"{indent}{new}")


def _name_to_mapping(
    document: Document, found: Part, path: Path, name: str, value: Any
) -> Edits | None:
    """Turn `- ReLU` into a mapping with a second key."""
    given = document.value(path)
    if found.above is None or found.key is not None or not isinstance(given, str):
        return None
    if parts.in_flow(document, found.above):
        return replace(document, path, {given: None, name: value})
    start, end = found.start, found.spans.end
    if start[0] != end[0] or _lines_of(document, found) is None:
        return None
    indent = " " * (start[1] - 1)
    new = f"{indent}{text(name)}: {written(value)}"
    colon = Edit(Span(*end, *end), ":")
    return (colon, *_as_lines(document, start[0] + 1, new))
