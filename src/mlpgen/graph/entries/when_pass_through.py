"""Whether the input of a layer can pass through in place of its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.operands import infix, name, number
from mlpgen.symbols.sizes import operand_of

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Value


def differs(taken: Value, given: Value) -> tuple[str, str]:
    """Describe the input and the result of a layer, if they differ in kind."""
    sizes = len(taken.shape) == len(given.shape) and taken.batched == given.batched
    if taken.dtype == given.dtype and sizes:
        return "", ""
    if taken.dtype == given.dtype:
        return whole_shown(taken, in_words=True), whole_shown(given, in_words=True)
    one, other = (
        f"{whole_shown(each, in_words=True)} of {each.dtype}" for each in (taken, given)
    )
    return one, other


def can_be_empty(node: Node) -> bool:
    """Return whether the input of a repeated layer can pass through."""
    return node.single and not any(differs(node.inputs[0], node.value))


def some(count: int) -> Expression:
    """Return the condition that a count is not 0: `depth > 1` for `depth - 1`."""
    operand, least = operand_of(count), 0
    first, sign, last = operand.text.rpartition(" - ")
    if sign and first.isidentifier() and last.isdigit():
        operand, least = name(first), int(last)
    return Expression(int(count) > 0, infix(">", operand, number(least)))
