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
    first = next((entry for entry in entries if not entry.unused), None)
    if first is None or not first.type:
        return True  # it could not be read
    alone = first.type in none or kind_of(first.type) == "tensor"
    if first.sources is None and not alone:
        return True
    return any(usual in (entry.sources or ()) for entry in entries)


def taking_nothing(entry: Entry, problems: Problems) -> Entry:
    """Refuse keys about inputs, for a block that has none; return the others."""
    codes = {
        "when": "MG225",
        "else": "MG225",
        "repeat": "MG221",
        "names": "MG251",
        "batch_dims": "MG254",
        "from": "MG314",
    }
    given = {*entry.options, *(["from"] if entry.sources is not None else [])}
    for key in (each for each in codes if each in given):
        message = f"`{key}` cannot be used with `{entry.type}`, which takes no input"
        problems.add(codes[key], message, (*entry.path, key), key=True)
    options = {key: each for key, each in entry.options.items() if key not in codes}
    return entry._replace(options=options, sources=None)
