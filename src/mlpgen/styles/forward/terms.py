"""Calls of layers that are no statements yet: other calls may stand inside of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.layers.base import shown
from mlpgen.styles.forward.calls import applied
from mlpgen.styles.init.modules import chains
from mlpgen.symbols.operands import atom

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.graph.nodes import Node
    from mlpgen.styles.code import Value


class Term(NamedTuple):
    """A call that is not a statement yet.

    Attributes:
        node: What is called.
        operands: What it is called on: other terms, or names of values.
        place: Where the layer stands in the order.
    """

    node: Node
    operands: tuple[Term | str, ...]
    place: int

    def nodes(self) -> Iterator[Node]:
        """Go through the layers in the order they run."""
        for each in self.operands:
            if isinstance(each, Term):
                yield from each.nodes()
        yield self.node

    def names(self) -> Iterator[str]:
        """Go through the values that have a variable."""
        for each in self.operands:
            if isinstance(each, Term):
                yield from each.names()
            else:
                yield each

    def batched_names(self) -> Iterator[str]:
        """Go through the values that have a variable, and a batch."""
        for each, value in zip(self.operands, self.node.inputs, strict=True):
            if isinstance(each, Term):
                yield from each.batched_names()
            elif value.batched:
                yield each


def is_statement(node: Node) -> bool:
    """Tell whether a layer is more than a call with one result."""
    loop = bool(node.rounds) and not chains(node)
    conditional = node.condition is not None and node.is_function
    return not node.single or loop or conditional


def fits_inside(term: Term, node: Node, *, nested: bool) -> bool:
    """Tell whether people would write a call inside of the call of a layer.

    Args:
        term: The inner call.
        node: The layer.
        nested: Whether they do with layers that are not pointwise.
    """
    function = node.function
    if node.call.causal is not None:
        return False  # its call says an input several times
    if node.pointwise or (function and (function.is_method or function.is_index)):
        return True
    calls = list(term.nodes())
    plain = function is not None or all(each.pointwise for each in calls)
    return nested and plain and len(calls) <= 2


def term_piece(term: Term, variables: Mapping[str, str], batch: str) -> Value:
    """Write a call.

    Args:
        term: The call.
        variables: What values are called.
        batch: A variable with a batch, for a call that has none of its own.
    """
    values = [
        atom(variables[each])
        if isinstance(each, str)
        else term_piece(each, variables, batch)
        for each in term.operands
    ]
    own = next((variables[name] for name in term.batched_names()), batch)
    return applied(term.node, values, batch=own)


def new_shape(term: Term) -> str:
    """Say the shape that comes out, where another arrives at the first call."""
    output = term.node.value
    first = next(term.nodes())
    before = first.input if first.inputs else output.shape
    if not output.batched or output.shape == before:
        return ""
    return shown(output.shape)
