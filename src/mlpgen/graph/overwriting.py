"""Layers that work in place, and what they write over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.nodes import named
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator

    from mlpgen.graph.nodes import Node


class Overwriting(NamedTuple):
    """One layer that works in place where it must not.

    Attributes:
        node: The layer.
        message: What it writes over.
        output: Whether that is only an output, so that the network runs all the same.
    """

    node: Node
    message: str
    output: bool


class _Value(NamedTuple):
    """What runs along the chain: one tensor.

    Attributes:
        names: Whose results it is: a layer's, those of views of it, and the input's.
        saved_by: The layer that needs it again for its gradient, if one does.
    """

    names: frozenset[str]
    saved_by: str = ""


def overwritings(
    nodes: tuple[Node, ...], kept: Collection[str]
) -> Iterator[Overwriting]:
    """Find layers that write over the input, an output, or what a gradient needs.

    Torch refuses the last only in `backward`, and the others never.

    Args:
        nodes: The chain.
        kept: Names of the layers whose results are returned; with dots inside of a
            `Sequential`.
    """
    if any(_in_place(node) for _, node in named(nodes)):
        yield from _walk(nodes, kept, _Value(frozenset({"input"})), "")


def _walk(
    nodes: tuple[Node, ...], kept: Collection[str], value: _Value, inside: str
) -> Generator[Overwriting, None, _Value]:
    for node in nodes:
        full = inside + node.name
        if _in_place(node):
            yield from _judge(node, value, kept)
        value = yield from _after(node, kept, value, full)
    return value


def _after(
    node: Node, kept: Collection[str], value: _Value, full: str
) -> Generator[Overwriting, None, _Value]:
    """Follow a value through one layer."""
    if node.type == "Sequential":
        value = yield from _walk(node.children, kept, value, f"{full}.")
        return value._replace(names=value.names | {full})
    layer = LAYERS[node.type]
    if _in_place(node):
        saved_by = node.name if layer.saves_output != "never" else ""
        return _Value(value.names | {full}, saved_by)
    if layer.returns_input == "always":
        return _Value(value.names | {full}, value.saved_by)
    if layer.returns_input == "in evaluation":
        return _Value(value.names | {full})
    return _Value(
        frozenset({full}), node.name if layer.saves_output == "always" else ""
    )


def _in_place(node: Node) -> bool:
    # An expression may be true for other arguments of the class.
    asked = node.arguments.get("inplace", False) is not False
    return asked and not LAYERS[node.type].ignores_inplace


def _judge(node: Node, value: _Value, kept: Collection[str]) -> Iterator[Overwriting]:
    begin = f"`{node.name}` works in place, over "
    if "input" in value.names:
        yield Overwriting(node, f"{begin}the input of the model", output=False)
    elif value.saved_by:
        needs = f"what `{value.saved_by}` needs for its gradient"
        yield Overwriting(node, begin + needs, output=False)
    for name in sorted(value.names & set(kept)):
        yield Overwriting(node, f"{begin}the output `{name}`", output=True)
