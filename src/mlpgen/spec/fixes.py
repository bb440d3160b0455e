"""The edits that make the change which help asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.diagnostics.advice import (
    Added,
    Advice,
    Argument,
    Inserted,
    Lowered,
    Raised,
    Removed,
    Replaced,
    Respelled,
    Spaced,
    Unset,
)
from mlpgen.diagnostics.diagnostic import Fix
from mlpgen.names.identifiers import snake_case
from mlpgen.source import arguments, edits
from mlpgen.source.written import written
from mlpgen.spec.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.diagnostics.advice import Change
    from mlpgen.source import Document, Path


def fix_of(
    document: Document, path: Path, help: str, *, key: bool = False
) -> Fix | None:
    """Return the edits of the change that help asks for.

    Args:
        document: The document.
        path: The path of the mistake.
        help: Its help; without a change, there is no fix.
        key: Whether the mistake is about the key, and not about the value.

    Returns:
        The fix; None if it is not certain how the change is written there.
    """
    if not isinstance(help, Advice) or help.change is None:
        return None
    at = path if help.path is None else help.path
    if document.part(at) is None:
        return None
    if isinstance(help.change, Removed | Inserted) and _renames(document, at):
        return None
    made = _edits(document, at, help.change, key=key)
    return Fix(_title(document, at, help.change), document.name, made) if made else None


def _edits(
    document: Document, path: Path, change: Change, *, key: bool
) -> edits.Edits | None:
    match change:
        case Respelled(old, new):
            given = document.value(path)
            if isinstance(given, dict) and old in given:  # the type of an entry
                path, key = (*path, old), True
            key = key or path[-1:] == (old,)
            return edits.respell(document, path, old, new, key=key)
        case Spaced(old, new):
            return edits.put_text(document, path, old, new, key=key)
        case Replaced(value):
            return edits.replace(document, path, value)
        case Removed():
            return edits.remove(document, path)
        case Inserted(value, before):
            return edits.insert(document, path, value, before=before)
        case Argument(name, value, shorthand):
            return arguments.set_argument(document, path, name, value, shorthand)
        case Unset(name):
            return arguments.unset(document, path, name)
        case Lowered(type_, shorthand):
            return arguments.lower_key(document, path, type_, shorthand)
        case Added(name, value):
            return edits.add_key(document, path, name, value)
        case Raised():
            return arguments.raise_key(document, path)


def _title(document: Document, path: Path, change: Change) -> str:
    """Say what is done, in the imperative; the first word is a regular verb."""
    value = document.value(path)
    match change:
        case Respelled():
            return change.title
        case Spaced(old, new):
            return f"replace `{cut(old)}` by `{cut(new)}`"
        case Replaced(new):
            if value is None:
                return f"add `{cut(written(new))}`"
            return f"replace `{cut(written(value))}` by `{cut(written(new))}`"
        case Removed(what):
            return f"remove `{cut(what or _called(path, value))}`"
        case Inserted(new, before):
            side = "before" if before else "after"
            return f"insert `{cut(written(new))}` {side} `{cut(_called(path, value))}`"
        case Argument(name, new, shorthand):
            given = value.get(name) if isinstance(value, dict) else value
            if given is not None and (isinstance(value, dict) or shorthand == name):
                was, now = written({name: given})[1:-1], written({name: new})[1:-1]
                return f"replace `{cut(was)}` by `{cut(now)}`"
            return f"add `{cut(f'{name}: {written(new)}')}`"
        case Added(name, new):
            return f"add `{cut(f'{name}: {written(new)}')}`"
        case Unset(name):
            return f"remove `{cut(name)}`"
        case Lowered(type_, _):
            return f"move `{cut(_called(path, value))}` to the arguments of `{type_}`"
        case Raised():
            return f"move `{cut(_called(path, value))}` to its own line"


def _called(path: Path, value: Any) -> str:
    """Name a key, or the type of a layer."""
    if path and isinstance(path[-1], str):
        return path[-1]
    if isinstance(value, dict) and value:
        return str(next(iter(value)))
    return written(value)


def _renames(document: Document, path: Path) -> bool:
    """Tell whether names would change that the document uses, without this entry.

    A layer without a name is called by its type and a running number.
    """
    if "layers" not in path or not isinstance(path[-1], int):
        return False
    entry = document.value(path)
    if not isinstance(entry, str | dict) or not entry:
        return False
    type_ = entry if isinstance(entry, str) else str(next(iter(entry)))
    name = entry.get("name") if isinstance(entry, dict) else None
    known = [rf"{re.escape(snake_case(type_))}(_\d+)?"]
    known += [re.escape(name)] if isinstance(name, str) else []
    word = re.compile(rf"(?<!\w)({'|'.join(known)})(?!\w)")
    used = [*_names_used(document.data)]
    if isinstance(entry, str):
        used.remove(entry)
    return any(word.search(each) for each in used)


def _names_used(data: Any) -> Iterator[str]:
    """Yield the texts that could use a layer by its name, in all of the document."""
    todo = [data]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            todo += [value for key, value in each.items() if key != "name"]
        elif isinstance(each, list):
            todo += each
        elif isinstance(each, str):
            yield each
