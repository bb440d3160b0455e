"""Statements of `__init__` for tensors of the model itself, and for initial values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import call, layout, literal, quoted
from mlpgen.styles.filling import BODY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.nodes import Node


def held_lines(node: Node) -> list[str]:
    """Make a parameter or a buffer; without initial values it is zeros."""
    sizes = [literal(size) for size in node.arguments["shape"]]
    tensor = call("torch.empty" if node.inits else "torch.zeros", *sizes)
    if node.type == "parameter":
        return layout(call("nn.Parameter", tensor), BODY, f"self.{node.name} = ")
    return layout(call("self.register_buffer", quoted(node.name), tensor), BODY)


def initial_values(nodes: Iterable[Node]) -> list[str]:
    """Write the calls of torch.nn.init that layers ask for."""
    lines: list[str] = []
    for node in nodes:
        for name, (function, arguments) in node.inits.items():
            target = f"self.{node.name}" + (f".{name}" if name else "")
            given = (f"{key}={literal(value)}" for key, value in arguments.items())
            lines += layout(call(f"nn.init.{function}", target, *given), BODY)
    return lines
