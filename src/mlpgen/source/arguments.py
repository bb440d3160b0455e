"""Edits of the arguments of a type: `ReLU`, `Linear: 10`, `Linear: {…}` or below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.diagnostic import Edit, Span
from mlpgen.source import edits, parts
from mlpgen.source.written import written

if TYPE_CHECKING:
    from mlpgen.source.document import Document, Path


def set_argument(
    document: Document, path: Path, name: str, value: Any, shorthand: str | None
) -> edits.Edits | None:
    """Give an argument to a type: `ReLU`, `Linear: 10`, `Linear: {…}` or below it.

    Args:
        document: The document.
        path: The path of the type: of its key, or of the entry that is only a name.
        name: The argument.
        value: Its value.
        shorthand: The argument that a single value stands for.
    """
    found = document.part(path)
    if found is None or found.above is None:
        return None
    given = document.value(path)
    if found.key is None:  # `- ReLU`
        if not isinstance(given, str):
            return None
        if parts.in_flow(document, found.above):
            return edits.replace(document, path, {given: {name: value}})
        start, end = found.spans.span[:2], found.spans.end
        if start[0] != end[0]:
            return None
        return (Edit(Span(*end, *end), f": {written({name: value})}"),)
    if isinstance(given, dict):
        if name in given:
            return edits.replace(document, (*path, name), value)
        return edits.add_key(document, path, name, value)
    if given is None:
        return edits.replace(document, path, {name: value})
    if name == shorthand:
        return edits.replace(document, path, value)
    both = {shorthand: given, name: value}
    return edits.replace(document, path, both) if shorthand else None


def raise_key(document: Document, path: Path) -> edits.Edits | None:
    """Move a key from the arguments of a type to the keys beside the type."""
    found = document.part(path)
    name = path[-1]
    if found is None or found.key is None or len(path) < 3 or found.spans.inner:
        return None
    gone = edits.remove(document, path, last=True)
    added = edits.add_key(document, path[:-2], str(name), document.value(path))
    return (*gone, *added) if gone and added else None


def lower_key(
    document: Document, path: Path, type_: str, shorthand: str | None
) -> edits.Edits | None:
    """Move a key from beside a type to the arguments of the type."""
    found = document.part(path)
    if found is None or found.key is None or found.spans.inner:
        return None
    type_path, value = (*path[:-1], type_), document.value(path)
    given = set_argument(document, type_path, str(path[-1]), value, shorthand)
    gone = edits.remove(document, path)
    return (*given, *gone) if given and gone else None


def unset(document: Document, path: Path, name: str) -> edits.Edits | None:
    """Leave an argument out, or the value that stands for it."""
    found = document.part(path)
    if found is None or found.key is None or found.above is None:
        return None
    given = document.value(path)
    if isinstance(given, dict) and [*given] != [name]:
        return edits.remove(document, (*path, name)) if name in given else None
    alone = len(found.beside) == 1 and isinstance(path[-2], int)
    if parts.in_flow(document, found.above):
        braces = parts.char_at(document, found.above.span[:2]) == "{"
        if alone and braces:
            return edits.replace(document, path[:-1], str(path[-1]))
        return edits.replace(document, path, {})
    start, end = (found.key.end_line, found.key.end_column), found.spans.end
    colon = re.match(r" *:", parts.after(document, start))
    if start[0] != end[0] or colon is None:
        inside = isinstance(given, dict)
        return edits.remove(document, (*path, name), last=True) if inside else None
    kept = 0 if alone else colon.end()
    return (Edit(Span(start[0], start[1] + kept, *end), ""),)
