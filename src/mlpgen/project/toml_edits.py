"""Adds to a TOML file without changing any other byte of it.

A change that cannot be made so is not made: each new text is read again, and has to say
what the old one said, and what was added.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Names = tuple[str, ...]
"""The names of a table: `("tool", "ruff")`; none for the top of the file."""

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|' + r"'''.*?'''|" + r'"(?:\\.|[^"\\\n])*"|'
    r"'[^'\n]*'|#[^\n]*|\s+|[\[\]{},]|[^\s\[\]{},#'\"]+",
    re.DOTALL,
)
_HEAD = re.compile(r"[ \t]*\[(\[?)([^\]\n]*)\]")
_PART = re.compile(r"""[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([\w-]+))[ \t]*(?:\.|$)""")


class _Line(NamedTuple):
    """A line of the file outside of values: where it is, and its table.

    Attributes:
        start: Where it begins.
        end: Where the value of its key ends, or the line.
        table: The table that it is in, or begins.
        is_head: Whether it begins a table.
        key: Its key, if it has one.
        value: Where the value of the key begins.
    """

    start: int
    end: int
    table: Names | None
    is_head: bool
    key: Names = ()
    value: int = 0


def with_item(text: str, table: Names, key: str, item: str) -> str | None:
    """Add a string to a list of a table, or the list if the table has none.

    Args:
        text: The file.
        table: A table that it has.
        key: The key of the list.
        item: The string.

    Returns:
        The new text; None if that needs more than an insertion.
    """
    lines = [*_lines(text)]
    inside = [each for each in lines if each.table == table]
    found = next((each for each in inside if each.key == (key,)), None)
    ending = "\r\n" if "\r\n" in text else "\n"
    if found is not None:
        new = _with_element(text, found, _string(item), ending)
    elif inside or not table:
        new = _with_line(text, inside, f"{key} = [{_string(item)}]", ending)
    else:
        return None
    return new if new is not None and _adds(text, new, table, key, item) else None


def with_table(text: str, lines: Sequence[str]) -> str | None:
    """Append a table, with an empty line before it.

    Args:
        text: The file.
        lines: The lines of the table, its name first.
    """
    ending = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else f"{text}{ending}"
    gap = ending if before.strip() else ""
    new = f"{before}{gap}{ending.join(lines)}{ending}"
    added = tomllib.loads("\n".join(lines))
    old, now = _read(text), _read(new)
    wanted = None if old is None else _joined(old, added)
    return new if wanted is not None and now == wanted else None


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any] | None:
    """Join nested tables; None if both have a value."""
    found = dict(one)
    for key, value in other.items():
        if key not in found:
            found[key] = value
        elif isinstance(found[key], dict) and isinstance(value, dict):
            joined = _joined(found[key], value)
            if joined is None:
                return None
            found[key] = joined
        else:
            return None
    return found


def _adds(old: str, new: str, table: Names, key: str, item: str) -> bool:
    """Tell whether a new text says what the old one says, and has the item."""
    before, after = _read(old), _read(new)
    found = before
    for name in table:
        found = found.get(name) if isinstance(found, dict) else None
    if before is None or not isinstance(found, dict):
        return False
    found[key] = [*found.get(key, []), item]
    return before == after


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _string(item: str) -> str:
    return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines that begin a table or have a key, as most files write them."""
    at, table = len(text) - len(text.removeprefix("\ufeff")), ()
    found: Names | None = table
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if head := _HEAD.match(text, at, end):
            found = None if head[1] else _names(head[2])
            yield _Line(at, end, found, is_head=True)
        else:
            left, equals, _ = text[at:end].partition("=")
            key = _names(left) if equals and not left.lstrip().startswith("#") else None
            if key:
                value = at + len(left) + 1
                end = _end_of_value(text, value)
                yield _Line(at, end, found, False, key, value)
                newline = text.find("\n", end)
                end = len(text) if newline < 0 else newline
        at = end + 1


def _names(text: str) -> Names | None:
    """Read a dotted name; None if it is none."""
    names: list[str] = []
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None
        names.append(part[1] or part[2] or part[3] or "")
        at = part.end()
    return (*names,) or None


def _end_of_value(text: str, at: int) -> int:
    """Return where a value ends: at the end of its line, or of its last bracket."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif not depth and "\n" in token[0] and token[0].isspace():
            return token.start()
        if not depth and token[0][0] in "]}":
            return token.end()
    return len(text)


def _with_line(text: str, inside: Sequence[_Line], line: str, ending: str) -> str:
    """Insert a line behind the last one of a table, or at the top of the file."""
    if not inside:
        start = len(text) - len(text.removeprefix("\ufeff"))
        return f"{text[:start]}{line}{ending}{text[start:]}"
    newline = text.find("\n", inside[-1].end)
    if newline < 0:
        return f"{text}{ending}{line}{ending}"
    return f"{text[: newline + 1]}{line}{ending}{text[newline + 1 :]}"


def _with_element(text: str, line: _Line, item: str, ending: str) -> str | None:
    """Insert an element behind the last one of a list, in the layout of the list."""
    tokens = [*_TOKEN.finditer(text, line.value, line.end)]
    plain = [each for each in tokens if not each[0].isspace() and each[0][0] != "#"]
    values = [each for each in plain if each[0] not in "[],"]
    if len(plain) < 3 or plain[0][0] != "[" or not values:
        return None
    last = values[-1]
    has_comma = plain[plain.index(last) + 1][0] == ","
    start = text.rfind("\n", 0, last.start()) + 1
    indent = text[start : last.start()]
    if indent.strip():  # on the line of another one
        return f"{text[: last.end()]}, {item}{text[last.end() :]}"
    close = plain[-1].start()
    newline = text.find("\n", last.end(), close)
    if newline < 0:
        return f"{text[: last.end()]},{ending}{indent}{item}{text[last.end() :]}"
    comma, more = ("", ",") if has_comma else (",", "")
    behind = text[last.end() : newline + 1]
    added = f"{indent}{item}{more}{ending}"
    return f"{text[: last.end()]}{comma}{behind}{added}{text[newline + 1 :]}"
