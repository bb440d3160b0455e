"""The layers that a picture shows, and the layers inside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Graph, Node, Repetition

ALL = 10**6
"""A depth that opens every layer."""


class LayerView(NamedTuple):
    """A layer, or several equal rounds of one, as a picture shows it.

    Attributes:
        node: The layer, or the first of equal rounds.
        name: Its name in the picture: `conv1`; for rounds `0` or `1–2`; for a layer
            that has a number `4 conv1`.
        before: The name of the layer before it, its default input; empty in a chain.
        times: The number of times it runs in a row.
        rounds: Each of its rounds.
        varies: Whether its rounds have different sizes, so that `node`, the first,
            does not describe the others.
        parameters: The parameters of all rounds; None if the rounds differ and the
            number is unknown.
        multiply_adds: The same for multiply-adds.
    """

    node: Node
    name: str
    before: str
    times: int
    rounds: tuple[Node, ...]
    varies: bool
    parameters: int | None
    multiply_adds: int | None


class Contents(NamedTuple):
    """The layers inside a layer.

    Attributes:
        views: The layers.
        graph: The block that they belong to, or None.
    """

    views: tuple[LayerView, ...]
    graph: Graph | None


def layer_views(graph: Graph) -> tuple[LayerView, ...]:
    """Return the layers of a class."""
    found = []
    before = next(iter(graph.inputs), "")
    for node in graph.nodes:
        found.append(_view(node, before))
        before = node.name
    return tuple(found)


def contents(node: Node) -> Contents:
    """Return the layers inside a layer, equal rounds once.

    A layer that does not run, or whose module is shown elsewhere, has none.
    """
    if not node.active or node.shared:
        return Contents((), None)
    rounds = present_rounds(node)
    if len(rounds) == 1:
        return contents(rounds[0].node)
    if rounds:
        return Contents(_repetitions(node), None)
    if node.graph is not None:
        return Contents(layer_views(node.graph), node.graph)
    return Contents(tuple(_view(child, "") for child in node.children), None)


def present_rounds(node: Node) -> tuple[Repetition, ...]:
    """Return the rounds of a layer that exist.

    If a parameter sets their number, there may be none after the first.
    """
    return tuple(each for each in node.rounds if int(each.times) > 0)


def is_opened(node: Node, level: int, depth: int | None) -> bool:
    """Tell whether a picture shows the layers inside a layer.

    Args:
        node: The layer.
        level: The level of the layer; 1 for layers of the model itself.
        depth: The number of levels shown. None opens every `Sequential`, but no block.
    """
    if not contents(node).views:
        return False
    return node.type == "Sequential" if depth is None else level < depth


def _view(node: Node, before: str) -> LayerView:
    rounds = [one for each in present_rounds(node) for one in _each(each)]
    found = tuple(rounds or [node])
    counts = (node.parameters, node.multiply_adds)
    varies = rounds_vary(node)
    name = _numbered_name(node) if node.number is not None else node.name
    return LayerView(node, name, before, len(found), found, varies, *counts)


def _numbered_name(node: Node) -> str:
    """Return the numbers of a layer, and its name if its author chose one."""
    numbers = [key for _, key, _ in node.each_round()] or [node.key]
    span = numbers[0] if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"
    return " ".join([span] * node.active + [node.name] * node.named) or node.name


def _each(rounds: Repetition) -> tuple[Node, ...]:
    numbers = range(rounds.first, rounds.first + int(rounds.times))
    return tuple(rounds.at(number) for number in numbers)


def _repetitions(node: Node) -> tuple[LayerView, ...]:
    """Return rounds that are not all equal, with equal ones in a row as one."""
    names = node.names.every if node.names else ()
    found = [_repetition(each, names) for each in present_rounds(node)]
    unknown = [index for index, each in enumerate(found) if each.varies]
    if len(unknown) == 1:
        others = [each for each in found if not each.varies]
        found[unknown[0]] = found[unknown[0]]._replace(
            parameters=node.parameters - sum(each.parameters or 0 for each in others),
            multiply_adds=node.multiply_adds
            - sum(each.multiply_adds or 0 for each in others),
        )
    return tuple(found)


def _repetition(each: Repetition, names: Sequence[str]) -> LayerView:
    node, times = each.node, int(each.times)
    ends = dict.fromkeys((each.first, each.first + times - 1))
    name = "–".join(names[end] if names else str(end) for end in ends)
    if times > 1 and _varies(each):
        return LayerView(node, name, "", times, _each(each), True, None, None)
    counts = (times * node.parameters, times * node.multiply_adds)
    return LayerView(node, name, "", times, _each(each), False, *counts)


def rounds_vary(node: Node) -> bool:
    """Tell whether the rounds of a repeated layer differ."""
    rounds = present_rounds(node)
    return len(rounds) > 1 or any(
        int(each.times) > 1 and _varies(each) for each in rounds
    )


def _varies(each: Repetition) -> bool:
    first = each.node
    arrives = [int(size) for size in first.input]
    return arrives != [int(size) for size in first.output] or each.counted
