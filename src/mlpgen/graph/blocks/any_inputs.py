"""Blocks that take any number of tensors: their first layer joins them.

The class has `forward(self, *xs: Tensor)`. What its other layers take has the sizes of
the joined tensor, so these are the sizes of its input: `in_channels`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.source import Path
    from mlpgen.spec.entries import Entry
    from mlpgen.spec.problems import Problems

JOINS = ("cat", "stack")
MOST = 64


def joins(entries: Sequence[Entry]) -> bool:
    """Tell whether the first of several layers joins all tensors that a block takes."""
    first = entries[0] if len(entries) > 1 else None
    if first is None or first.sources is not None or first.options:
        return False
    return first.type in JOINS


def with_joined(
    entries: Sequence[Entry], usual: str, path: Path, problems: Problems
) -> tuple[Entry, ...]:
    """Refuse layers that take the input itself, which is no tensor.

    Args:
        entries: The layers of a block that joins what it takes.
        usual: The name of the input.
        path: The path of the block.
        problems: Collects mistakes.
    """
    first, *others = entries
    found = [first]
    for entry in others:
        sources = entry.sources
        for index, name in enumerate(sources or ()):
            if name == usual:
                message = f"`{usual}` is any number of tensors in `{path[-1]}`"
                help = f"take `{first.name}`, which joins them, or write "
                help += "`input: [left, right]` in the block"
                at = entry.source_path(index)
                problems.add("MG219", message, at, help=help)
        if sources is not None:
            joined = tuple(first.name if each == usual else each for each in sources)
            entry = entry._replace(sources=joined)
        found.append(entry)
    return tuple(found)
