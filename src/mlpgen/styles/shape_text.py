"""Shapes in docstrings and comments: numbers, and the names of free sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mlpgen.symbols.expressions import ExpressionError
from mlpgen.symbols.sizes import Size
from mlpgen.symbols.substitution import Replacements
from mlpgen.symbols.type_names import numbers

if TYPE_CHECKING:
    from typing import Self

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.layers.base import Value

    G = TypeVar("G", bound=Graph)

LONGEST_COMMENT = 36
"""The most characters of a shape in a comment."""
_NO_CODE = "..."


class Written(int):
    """A size with its text in docstrings and comments."""

    text: str

    def __new__(cls, value: int, text: str) -> Self:
        """Create an integer that is written as a text."""
        size = super().__new__(cls, value)
        size.text = text
        return size


def shape_text(value: Value, examples: int = 1) -> str:
    """Write a shape in a model: `(N, 3, height, width)`.

    Args:
        value: The tensor.
        examples: How many examples it has for one of the model: `(8N, 3)`.
    """
    sizes = [
        each.text if isinstance(each, Written) else str(int(each))
        for each in value.shape
    ]
    if value.batched:
        batch = "N" if examples == 1 else f"{examples}N"
        return f"({batch}, {', '.join(sizes)})" if sizes else f"({batch},)"
    return f"({', '.join(sizes)})"


def comment_text(value: Value) -> str:
    """Write a shape for a comment; empty if it is a formula too long to help."""
    text = shape_text(value)
    return "" if len(text) > LONGEST_COMMENT or _NO_CODE in text else text


def with_free_sizes_written(graph: G) -> G:
    """Write the sizes of a model that depend on free sizes by their names."""
    if not graph.free:
        return graph
    free = {name: Size.parameter(name, each) for name, each in graph.examples.items()}
    known = Replacements({**numbers(graph.parameters), **free})
    texts = _Texts(known, frozenset(free))
    inputs = {name: texts.value(each) for name, each in graph.inputs.items()}
    nodes = tuple(texts.node(each) for each in graph.nodes)
    return replace(graph, inputs=inputs, nodes=nodes)


class _Texts(NamedTuple):
    """Writes sizes by the names of free sizes.

    Attributes:
        known: The parameters with their values, and the free sizes.
        free: The names of the free sizes.
    """

    known: Replacements
    free: frozenset[str]

    def node(self, node: Node) -> Node:
        """Write the sizes of a layer, and of those inside it."""
        return node._replace(
            inputs=tuple(self.value(each) for each in node.inputs),
            parts={name: self.value(each) for name, each in node.parts.items()},
            children=tuple(self.node(each) for each in node.children),
            rounds=tuple(
                each._replace(
                    node=self.node(each.node),
                    each=tuple(self.node(round_) for round_ in each.each),
                )
                for each in node.rounds
            ),
        )

    def value(self, value: Value) -> Value:
        """Write the sizes of a tensor."""
        return value._replace(shape=tuple(self._size(each) for each in value.shape))

    def _size(self, size: int) -> int:
        """Replace the parameters in a size by their values."""
        if not isinstance(size, Size) or size.sum.names.isdisjoint(self.free):
            return size
        try:
            found = self.known.of(size)
        except ExpressionError:
            return Written(size, _NO_CODE)
        return Written(found, found.code) if isinstance(found, Size) else found
