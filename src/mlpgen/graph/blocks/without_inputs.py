"""Blocks whose layers take no input, such as a table of learned queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.checks.entry_keys import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems


def without_inputs(
    blocks: Mapping[str, tuple[Entry, ...]], usual: str
) -> Collection[str]:
    """Return the blocks whose layers do not take their input.

    Args:
        blocks: The layers of each block that names no inputs.
        usual: The name of their input.
    """
    none: set[str] = set()
    while True:
        found = {name for name, each in blocks.items() if not _takes(each, none, usual)}
        if found == none:
            return none
        none = found


def _takes(entries: tuple[Entry, ...], none: Collection[str], usual: str) -> bool:
    """Tell whether a layer takes the input: the first one, or one that names it."""
    first = entries[0] if entries else None
    if first is None or not first.type:
        return True  # it could not be read
    alone = first.type in none or kind_of(first.type) == "tensor"
    if first.sources is None and not alone:
        return True
    return any(usual in (entry.sources or ()) for entry in entries)


def refused_keys(entry: Entry, problems: Problems) -> bool:
    """Refuse keys that pass an input through; tell whether there were some."""
    codes = {"when": "MG225", "repeat": "MG221"}
    found = [key for key in codes if key in entry.options]
    for key in found:
        message = f"`{key}` cannot be used with `{entry.type}`, which takes no input"
        problems.add(codes[key], message, (*entry.path, key), key=True)
    return bool(found)
