"""Statements that fill an `OrderedDict` with layers, in loops where layers repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import INDENT, indented, layout
from mlpgen.styles.plan import module_call, sequential
from mlpgen.styles.runs import Run, segments, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlpgen.graph.nodes import Node

BODY = 2 * INDENT


def repeats(nodes: Sequence[Node], kept: Collection[str] = ()) -> bool:
    """Tell whether layers, or those of a `Sequential` among them, become a loop."""
    return any(
        isinstance(part, Run) or _is_run(part.children)
        for part in segments(nodes, kept)
    )


def _is_run(nodes: Sequence[Node]) -> bool:
    return any(isinstance(part, Run) for part in segments(nodes, ()))


def filled(target: str, nodes: Sequence[Node], kept: Collection[str] = ()) -> list[str]:
    """Write statements that make an `OrderedDict` of layers.

    Args:
        target: The name of the dictionary.
        nodes: The layers.
        kept: Names of layers that must stay by themselves.
    """
    lines = [f"{target} = OrderedDict[str, nn.Module]()"]
    for part in segments(nodes, kept):
        if isinstance(part, Run):
            lines += _loop(part, target)
        elif part.type == "Sequential" and target != "children":
            lines += assigned(part, f'{target}["{part.name}"] = ')
        elif part.type == "Sequential":
            lines += sequential(part.children, BODY, f'{target}["{part.name}"] = ')
        else:
            lines += layout(module_call(part), BODY, f'{target}["{part.name}"] = ')
    return lines


def assigned(node: Node, before: str) -> list[str]:
    """Write a `Sequential` as one call, or filled before if its layers repeat."""
    if _is_run(node.children):
        return [*filled("children", node.children), f"{before}nn.Sequential(children)"]
    return sequential(node.children, BODY, before)


def _loop(run: Run, target: str) -> list[str]:
    lines = [
        line
        for node in run.pattern
        for line in layout(
            module_call(node), BODY + INDENT, f'{target}[f"{stem(node)}_{{i}}"] = '
        )
    ]
    return [run.loop, *indented(lines)]
