"""Statements that fill an `OrderedDict` with layers, in loops where layers repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import INDENT, indented, layout
from mlpgen.styles.plan import module_call, sequential
from mlpgen.styles.runs import Run, segments, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node

BODY = 2 * INDENT


def repeats(parts: Sequence[Node | Run]) -> bool:
    """Tell whether layers, or those of a `Sequential` among them, become a loop."""
    return any(
        isinstance(part, Run) or _has_run(segments(part.children, ())) for part in parts
    )


def _has_run(parts: Sequence[Node | Run]) -> bool:
    return any(isinstance(part, Run) for part in parts)


def filled(target: str, parts: Sequence[Node | Run]) -> list[str]:
    """Write statements that make an `OrderedDict` of layers.

    Args:
        target: The name of the dictionary.
        parts: The layers, and the runs of them.
    """
    lines = [f"{target} = OrderedDict[str, nn.Module]()"]
    for part in parts:
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
    parts = segments(node.children, ())
    if _has_run(parts):
        return [*filled("children", parts), f"{before}nn.Sequential(children)"]
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
