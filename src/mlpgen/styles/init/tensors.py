"""Statements of `__init__` that make parameters and buffers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.code import call, flat, literal, quoted
from mlpgen.styles.forward.body import computed_once
from mlpgen.styles.layout import BODY, layout
from mlpgen.styles.variable_names import INIT, arguments, is_plain

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Group, Piece
    from mlpgen.styles.variable_names import InitLocals

_FILLED = {"zeros_": "torch.zeros", "ones_": "torch.ones"}
"""Functions that make a tensor as functions of torch.nn.init fill it."""


def tensor_lines(node: Node, graph: Graph, local: InitLocals) -> list[str]:
    """Write statements that make a parameter or buffer, of zeros by default."""
    if node.type == "parameter":
        tensor = _filled(node)
        return layout(call("nn.Parameter", tensor), BODY, f"self.{node.name} = ")
    lines: list[str] = []
    value: Piece
    if node.computed:
        taken = {*INIT, *arguments(graph), *local}
        lines, value = computed_once(node.computed, taken)
    elif "values" in node.arguments:
        value = _constant(node)
    else:
        value = _filled(node)
    kept = [] if node.arguments.get("persistent", True) else ["persistent=False"]
    made = call("self.register_buffer", quoted(node.name), value, *kept)
    lines += layout(made, BODY)
    return lines if is_plain(node.name) else [*lines, f"self.{node.name}: Tensor"]


def filled_at_once(node: Node) -> bool:
    """Tell whether the call that makes a tensor gives it its initial values."""
    return node.is_tensor and all(each in _FILLED for each, _ in node.inits.values())


def _filled(node: Node) -> Piece:
    """Make a tensor of equal numbers, or one that a function of torch.nn.init fills."""
    sizes = [literal(size) for size in node.arguments["shape"]]
    sizes = sizes or [literal(())]
    if not filled_at_once(node):
        return call("torch.empty", *sizes)
    names = [name for name, _ in node.inits.values()]
    return call(_FILLED[names[0] if names else "zeros_"], *sizes)


def _constant(node: Node) -> Group:
    """Make a tensor of numbers: `torch.tensor([0.5, 0.25]).view(2, 1, 1)`."""
    values = node.arguments["values"]
    tensor = call("torch.tensor", literal([*values]))
    shape = node.arguments.get("shape")
    if shape is None or shape == (len(values),):
        return tensor
    sizes = ", ".join(flat(literal(size)) for size in shape) or "()"
    return tensor._replace(closing=f").view({sizes})")
