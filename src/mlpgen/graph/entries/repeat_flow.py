"""What flows from one round of a repeated layer to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Node


def flowing_part(node: Node) -> str:
    """Return the part of a round that the next one takes.

    It is the first part, which `select` names; if that is computed from what a call
    returns, such as the last step, it is the first that the call returns: every step.
    """
    first = next(iter(node.parts))
    if first not in node.picks:
        return first
    found = node.returned
    while not isinstance(found, str):
        found = found[0]
    return found


def read_part(node: Node) -> str:
    """Return the part that is read of what flows: the first, if it comes from that."""
    first, flows = next(iter(node.parts)), flowing_part(node)
    return first if node.pick(first)[0] == flows else flows


def read_value(node: Node) -> str:
    """Return the name of the value that is read of what flows."""
    part = read_part(node)
    return node.name if part == next(iter(node.parts)) else f"{node.name}.{part}"
