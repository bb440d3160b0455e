"""Whether a network looks at the last step of a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.walks import leaf_layers

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from mlpgen.graph.nodes import Node

_RECURRENT = ("RNN", "LSTM", "GRU")
_ENDS = ("hidden", "last", "cell")
"""Parts of what a recurrent layer returns that come after the last step."""


def looks_at_last_step(nodes: Sequence[Node]) -> bool:
    """Tell whether a recurrent layer gives what is left after its last step.

    `select: last` and `hidden` do, and so does `select: {dim: 1, index: -1}`.
    """
    layers = [*leaf_layers(nodes)]
    names = {each.name for each in layers}
    if not any(each.type in _RECURRENT for each in layers):
        return False
    return any(
        (each.type in _RECURRENT and next(iter(each.parts)) in _ENDS)
        or (each.type == "select" and each.arguments.get("index") == -1)
        or any(_is_end(source, names) for source in each.sources)
        for each in layers
    )


def _is_end(source: str, names: Container[str]) -> bool:
    """Tell whether a value is a part that comes after the last step."""
    _, dot, part = source.rpartition(".")
    return bool(dot) and part in _ENDS and source not in names
