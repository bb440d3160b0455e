"""Where layers are resolved, and what a layer that is made of others has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.nodes import Graph, Maker, Node
from mlpgen.layers.base import Call
from mlpgen.vocabulary import SHARE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.items import Item
    from mlpgen.problems import Problems


class Inside(NamedTuple):
    """Where layers are resolved.

    Attributes:
        scope: What expressions may use.
        problems: Gathers the mistakes of the file.
        prefix: The name of the `Sequential` they stand in, with a dot.
        made: The layers of the class by now, with their entries.
    """

    scope: Scope
    problems: Problems
    prefix: str
    made: dict[str, tuple[Item, Node]]


class Resolved(NamedTuple):
    """A class for one use, and what its sizes are in terms of."""

    graph: Graph
    scope: Scope


if TYPE_CHECKING:
    Resolve = Callable[[Item, tuple[Wire, ...], Inside], Node | None]
    """Resolves an entry as it is, whether it is repeated or not."""


def container(
    item: Item, wires: tuple[Wire, ...], children: tuple[Node, ...], value: Any
) -> Node:
    """Make a layer that is made of others."""
    return Node(
        name=item.name,
        named=item.named,
        maker=Maker(
            "Sequential" if item.type == SHARE else item.type, "nn.", {}, frozenset()
        ),
        sources=tuple(wire.name for wire in wires),
        call=Call(tuple(range(len(wires)))),
        function=None,
        children=children,
        rounds=(),
        condition=None,
        shared="",
        tied="",
        pointwise=False,
        inputs=tuple(wire.value for wire in wires if wire.value is not None),
        parts={"": value},
        returned="",
        picks={},
        weights={},
        parameters=sum(child.parameters for child in children),
        multiply_adds=sum(child.multiply_adds for child in children),
        graph=None,
        inits={},
        path=item.path,
    )
