"""Statements of `__init__` that tie the parameters of a layer to those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.walks import is_numbered
from mlpgen.names.identifiers import free_name
from mlpgen.styles.code import call, quoted
from mlpgen.styles.init.initial_values import deciding_arguments, under_conditions
from mlpgen.styles.init.modules import iterated
from mlpgen.styles.layout import BODY, INDENT, indented, layout
from mlpgen.styles.variable_names import arguments
from mlpgen.symbols import operands

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Piece
    from mlpgen.styles.variable_names import InitLocals
    from mlpgen.symbols.operands import Operand


def tying_lines(node: Node, graph: Graph, local: InitLocals) -> list[str]:
    """Tie the parameters of a layer, or of each of its rounds, to those of another."""
    if not node.ties:
        return []
    if not node.rounds:
        return _lines(node, f"self.{node.name}", BODY, graph)
    lines = _lines(node, local.layer, BODY + INDENT, graph)
    return [f"for {local.layer} in {iterated(node, node.name)}:", *indented(lines)]


def _lines(node: Node, target: str, indent: int, graph: Graph) -> list[str]:
    inner = any("." in name for name in node.ties)
    untyped = node.rounds or node.maker.variable or any(map(is_numbered, node.ties))
    if inner and untyped:
        return _all(node, target, graph)
    found: dict[tuple[Operand, ...], list[str]] = {}
    for name in node.ties:
        when = tuple(each.operand for each in deciding_arguments(_first(node), name))
        parameter = _parameter(node.tied, name, graph)
        columns = indent + INDENT * bool(when)
        lines = layout(parameter, columns, f"{target}.{name} = ")
        found.setdefault(when, []).extend(lines)
    return [
        line
        for when, lines in found.items()
        for line in under_conditions(when, lines, indent)
    ]


def _parameter(layer: str, name: str, graph: Graph) -> Piece:
    """Write a parameter of a layer.

    Its attribute has no type inside another layer, or if its own type is a parameter.
    """
    outer, _, inner = layer.partition(".")
    if inner:
        return call(f"self.{outer}.get_parameter", quoted(f"{inner}.{name}"))
    owner = next(node for node in graph.nodes if node.name == layer)
    if owner.maker.variable:
        return call(f"self.{layer}.get_parameter", quoted(name))
    return operands.atom(f"self.{layer}.{name}")


def _first(node: Node) -> Node:
    """Return the layer, or the first of its rounds."""
    return node.rounds[0].node if node.rounds else node


def _all(node: Node, target: str, graph: Graph) -> list[str]:
    """Tie all parameters of a layer to those of another, also those of submodules."""
    taken, words = arguments(graph), ("path", "parameter", "part", "name")
    path, parameter, part, name = (free_name(word, taken) for word in words)
    return [
        f"for {path}, {parameter} in self.{node.tied}.named_parameters():",
        f'    {part}, _, {name} = {path}.rpartition(".")',
        f"    setattr({target}.get_submodule({part}), {name}, {parameter})",
    ]
