"""Rounds that each take what a size has become: `channels = channels // 2 + width`."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from mlpgen.graph.code_keys import code_key, node_key
from mlpgen.graph.entries.repeat_flow import flowing_part
from mlpgen.graph.running import Running
from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import names_in, names_of_node
from mlpgen.symbols.sizes import Size
from mlpgen.symbols.sums import variable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from mlpgen.graph.context import Context
    from mlpgen.graph.nodes import Node
    from mlpgen.graph.wires import Wire
    from mlpgen.layers.base import Value
    from mlpgen.source import Path

    Resolve = Callable[[int, Wire], Node | None]
    """Resolves a round, by its number, with an input and `index` in its code."""


def running_round(
    nodes: Sequence[Node], first: Wire, path: Path, context: Context, resolve: Resolve
) -> tuple[Node, Running] | None:
    """Make one round of which a variable is the size of the input.

    Args:
        nodes: The rounds with their own shapes.
        first: The input of the first.
        path: The path of the entry.
        context: The context of the entry.
        resolve: Resolves a round.

    Returns:
        The round, and the variable; None if no such code makes all rounds, or if
        statements cannot stand where the layer is made.
    """
    scope = context.scope
    if INDEX in scope.parameters or context.depth > 1 or not first.value:
        return None
    values = [first.value, *(node.parts[flowing_part(node)] for node in nodes)]
    at = _changing(values)
    if at is None:
        return None
    taken = {*scope.parameters, *scope.values, *scope.found.running.values()}
    word = "channels" if len(first.value.shape) > 2 else "features"
    name = scope.found.running.get(path) or _free(word, taken)
    found: list[Node] = []
    for index, value in enumerate(values[: len(nodes)]):
        size = Size(int(value.shape[at]), variable(name))
        shape = (*value.shape[:at], size, *value.shape[at + 1 :])
        node = resolve(index, first._replace(value=value._replace(shape=shape)))
        if node is None:
            return None
        found.append(node)
    after = [node.parts[flowing_part(node)].shape[at] for node in found]
    same = len({*map(node_key, found)}) == 1 == len({*map(code_key, after)})
    if not same or name not in names_of_node(found[0]) | names_in(after[0]):
        return None
    scope.found.running[path] = name
    return found[0], Running(name, at, first.value.shape[at], after[0])


def _free(word: str, taken: Container[str]) -> str:
    """Return a name that is not taken: `channels`, `channels_2`."""
    names = (f"{word}_{number}" if number > 1 else word for number in count(1))
    return next(name for name in names if name not in taken)


def with_variable(
    parts: dict[str, Value], flowing: str, running: Running | None
) -> dict[str, Value]:
    """Return results of the last round; a variable of the loop is one of their sizes.

    Args:
        parts: The results.
        flowing: The one that each round takes.
        running: The variable, if there is one.
    """
    if running is None:
        return parts
    value, at = parts[flowing], running.dimension
    size = Size(int(value.shape[at]), variable(running.name))
    shape = (*value.shape[:at], size, *value.shape[at + 1 :])
    return {**parts, flowing: value._replace(shape=shape)}


def _changing(values: Sequence[Value]) -> int | None:
    """Return the one dimension that a layer may have as an argument and that changes.

    It is that of channels, or the last one; sizes of images change on their own.
    """
    ranks = {len(value.shape) for value in values}
    if len(ranks) > 1 or not min(ranks):
        return None
    (rank,) = ranks
    at = 0 if rank > 2 else rank - 1
    codes = {code_key(value.shape[at]) for value in values}
    return at if len(codes) > 1 else None
