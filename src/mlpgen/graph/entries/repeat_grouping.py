"""Rounds of a repeated layer, grouped where one line of code creates them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.code_keys import code_key, node_key
from mlpgen.graph.entries.repeat_lists import after_first, runs_through
from mlpgen.graph.nodes import Repetition
from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import counts
from mlpgen.symbols.expressions import Expression, is_whole
from mlpgen.symbols.operands import infix, number
from mlpgen.symbols.operands import name as name_of
from mlpgen.symbols.sizes import Size, either

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node


def gathered(
    nodes: Sequence[Node],
    written: Sequence[Node],
    count: int,
    *,
    empty: bool,
    counted: bool,
) -> tuple[Repetition, ...]:
    """Group consecutive rounds that the same code creates.

    Args:
        nodes: The rounds; the last one stands for all later ones.
        written: The same with `index` in their code, where expressions use it.
        count: The number of rounds; a `Size` if it depends on a parameter.
        empty: Whether there may be none, so that the loop creates the first one too.
        counted: Whether their code can use their number, not that of an outer layer.

    Returns:
        The repetitions. Sizes that grow by the same step each round are computed from
        `index`: `64 + 32 * index`.
    """
    alike = len({node_key(each) for each in written[1:]}) == 1
    if counted and alike and node_key(written[0]) != node_key(written[1]):
        node = _begun(written[0], written[1])
        if node is not None and (empty or runs_through(node, count)):
            return (Repetition(node, 0, count, tuple(nodes), counted=True),)
    found: list[Repetition] = []
    at = 0
    while at < len(nodes) and (at < int(count) or isinstance(count, Size)):
        length, node = _repetition(written[at:], at, counted)
        after = written[at + 1 :]
        if length <= len(after) and _to_the_end(after, at + 1, counted):
            length = 1  # its input is equal to that of the next by chance
        node = after_first(node) if at else node
        same = {node_key(each) for each in nodes[at : at + length]}
        to_the_end = at + length == len(nodes)
        fixed = not isinstance(count, Size) or (length == 1 and not to_the_end)
        if len(same) == 1 and fixed:
            # What their numbers decide is the same in all of them.
            node = _without_defaults(nodes[at], written[at])
        rounds = count - at if to_the_end else length
        if int(rounds) > 0 or isinstance(rounds, Size):
            each = tuple(nodes[at : at + length])
            own = counted and counts(node)
            found.append(Repetition(node, at, rounds, each, counted=own))
        at += length
    return tuple(found)


def _without_defaults(node: Node, written: Node) -> Node:
    """Leave out what only the number of a round makes the default of a block."""
    if node.graph is None:
        return node
    defaults, said = node.graph.parameters, written.arguments
    arguments = {
        name: value
        for name, value in node.arguments.items()
        if name not in defaults
        or code_key(value) != code_key(defaults[name])
        or code_key(said[name]) == code_key(value)
    }
    return node._replace(maker=node.maker._replace(arguments=arguments))


def _to_the_end(nodes: Sequence[Node], first: int, counted: bool) -> bool:
    return len(nodes) > 1 and _repetition(nodes, first, counted)[0] == len(nodes)


def _repetition(nodes: Sequence[Node], first: int, counted: bool) -> tuple[int, Node]:
    """Return how many rounds from here the same code creates, and that code."""
    key = node_key(nodes[0])
    same = 1
    while same < len(nodes) and node_key(nodes[same]) == key:
        same += 1
    if not counted:
        return same, nodes[0]
    if same == 2 and _growth(nodes[1:])[0] > 2:
        return 1, nodes[0]  # the second round begins a longer repetition
    if same > 1:
        return same, nodes[0]
    length, steps = _growth(nodes)
    return (length, _growing(nodes[0], steps, first)) if length > 2 else (1, nodes[0])


def _growth(nodes: Sequence[Node]) -> tuple[int, dict[str, int]]:
    """Return how many rounds grow by the same steps, and the steps."""
    steps = _steps(nodes[0], nodes[1]) if len(nodes) > 1 else None
    if not steps:
        return 1, {}
    length = 2
    while length < len(nodes) and _same(
        _steps(nodes[length - 1], nodes[length]), steps
    ):
        length += 1
    return length, steps


_FIRST = Expression(True, infix("==", name_of(INDEX), number(0)))
"""The condition that a round is the first one."""


def _begun(first: Node, other: Node) -> Node | None:
    """Make a round whose sizes depend on whether `index` is 0."""
    a, b = first.arguments, other.arguments
    if first.type != other.type or list(a) != list(b) or first.rounds or other.rounds:
        return None
    arguments = {}
    for name, size in a.items():
        if code_key(size) != code_key(b[name]) and not (
            is_whole(size) and is_whole(b[name])
        ):
            return None
        arguments[name] = either(_FIRST, size, b[name]) if is_whole(size) else size
    children = [*map(_begun, first.children, other.children)]
    if None in children or len(first.children) != len(other.children):
        return None
    return other._replace(
        maker=other.maker._replace(arguments=arguments),
        children=tuple(each for each in children if each is not None),
    )


def _same(one: dict[str, int] | None, other: dict[str, int]) -> bool:
    return one is not None and (
        {name: code_key(step) for name, step in one.items()}
        == {name: code_key(step) for name, step in other.items()}
    )


def _steps(one: Node, other: Node) -> dict[str, int] | None:
    """Return how sizes grow between two rounds; None if anything else differs."""
    a, b = one.arguments, other.arguments
    if one.type != other.type or list(a) != list(b) or one.children or one.rounds:
        return None
    found: dict[str, int] = {}
    for name, value in a.items():
        if code_key(value) == code_key(b[name]):
            continue
        if not is_whole(value) or not is_whole(b[name]):
            return None
        found[name] = b[name] - value
    return found


def _growing(node: Node, steps: dict[str, int], first: int) -> Node:
    index = Size.parameter(INDEX, first)
    arguments = dict(node.arguments)
    for name, step in steps.items():
        arguments[name] = arguments[name] - first * step + index * step
    return node._replace(maker=node.maker._replace(arguments=arguments))
