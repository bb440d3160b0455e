"""Statements of `__init__` for tensors of the model itself, and for initial values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.graph.nodes import held
from mlpgen.names import free_name
from mlpgen.styles.code import (
    INDENT,
    call,
    indented,
    keyword,
    layout,
    literal,
    quoted,
)
from mlpgen.styles.filling import BODY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.nodes import Graph, Init, Node


def held_lines(node: Node) -> list[str]:
    """Make a parameter or a buffer; without initial values it is zeros."""
    sizes = [literal(size) for size in node.arguments["shape"]]
    tensor = call("torch.empty" if node.inits else "torch.zeros", *sizes)
    if node.type == "parameter":
        return layout(call("nn.Parameter", tensor), BODY, f"self.{node.name} = ")
    return layout(call("self.register_buffer", quoted(node.name), tensor), BODY)


def initial_values(graph: Graph, names: Mapping[str, str]) -> list[str]:
    """Write initial values: by the type of a layer, and then those of single layers.

    Args:
        graph: The class.
        names: What the layers are called in `__init__`.
    """
    lines = _rules(graph)
    for node in graph.nodes:
        for name, init in node.inits.items():
            target = names[node.name] + (f".{name}" if name else "")
            optional = _optional(node.type, name)
            lines += _filled(target, init, BODY, optional=optional)
    return lines


def arguments(graph: Graph) -> set[str]:
    """Return the names that `__init__` has already where it makes layers."""
    return {*graph.parameters, *graph.inferred, *graph.sizes}


def loop_variable(graph: Graph) -> str:
    """Name the layers in a loop over all of them."""
    return free_name("module", arguments(graph))


def _rules(graph: Graph) -> list[str]:
    lines: list[str] = []
    module = loop_variable(graph)
    layers = list(held(graph.nodes))
    for rule in graph.rules:
        lines.append(
            f"    {'elif' if lines else 'if'} isinstance({module}, nn.{rule.type}):"
        )
        for name, init in rule.inits.items():
            of_type = [n for n in layers if n.type == rule.type and n.weights]
            optional = _optional(rule.type, name) or any(
                name not in node.weights for node in of_type
            )
            inner = _filled(
                f"{module}.{name}", init, BODY + 2 * INDENT, optional=optional
            )
            lines += indented(inner, 2 * INDENT)
    return [f"for {module} in self.modules():", *lines] if lines else []


def _optional(type_: str, name: str) -> bool:
    """Tell whether torch says that a parameter may be None."""
    return name == "bias" and type_.startswith("Conv")


def _filled(target: str, init: Init, indent: int, *, optional: bool) -> list[str]:
    function, arguments = init
    given = [keyword(name, literal(value)) for name, value in arguments.items()]
    tensor = re.sub(r"\.(\w+_l\d\w*)$", r'.get_parameter("\1")', target)
    if optional:
        indent += INDENT
    lines = layout(call(f"nn.init.{function}", tensor, *given), indent)
    return [f"if {tensor} is not None:", *indented(lines)] if optional else lines
