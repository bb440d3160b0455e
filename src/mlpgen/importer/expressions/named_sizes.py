"""Names for sizes of inputs that buffers need: their functions know only names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.importer.body import Entry

_WORDS = {"in_channels": "rows", "in_height": "columns", "in_depth": "depth"}
"""What buffers ask for is mostly the size of an image whose channels come last."""


def with_named_sizes(
    entries: tuple[Entry, ...],
) -> tuple[tuple[Entry, ...], dict[str, str]]:
    """Return entries whose buffers use names, and what these stand for."""
    values: dict[str, str] = {}

    def named(text: str) -> str:
        for size in re.findall(r"\b[a-z]*_?in_[a-z]+\b", text):
            name = _WORDS.get(size, size.removeprefix("in_"))
            values[name] = f"${{{size}}}"
            text = re.sub(rf"\b{size}\b", name, text)
        return text

    found = []
    for entry in entries:
        if entry.type == "buffer" and entry.body is not None:
            inner = tuple(_changed(each, named) for each in entry.body.entries)
            entry = entry._replace(body=entry.body._replace(entries=inner))
        elif entry.body is not None:
            inner, own = with_named_sizes(entry.body.entries)
            entry = entry._replace(body=entry.body._replace(entries=inner))
            values |= own
        found.append(entry)
    return (*found,), values


def _changed(entry: Entry, change: Callable[[str], str]) -> Entry:
    def value(each: Any) -> Any:
        if isinstance(each, list):
            return [value(one) for one in each]
        return change(each) if isinstance(each, str) and "${" in each else each

    arguments = {name: value(each) for name, each in entry.arguments.items()}
    return entry._replace(arguments=arguments)
