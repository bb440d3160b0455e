"""Statements of `__init__` that tie the parameters of a layer to those of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.made_order import made_in_order
from mlpgen.graph.walks import is_numbered
from mlpgen.names.identifiers import free_name
from mlpgen.names.members import layer_and_rest, member_of
from mlpgen.styles.code import call, quoted
from mlpgen.styles.init.initial_values import deciding_arguments, under_conditions
from mlpgen.styles.init.modules import iterated
from mlpgen.styles.layout import BODY, INDENT, indented, layout
from mlpgen.styles.variable_names import arguments, attribute
from mlpgen.symbols import operands

if TYPE_CHECKING:
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Piece
    from mlpgen.styles.variable_names import InitLocals
    from mlpgen.symbols.operands import Operand


def ties_after(graph: Graph) -> dict[str, list[Node]]:
    """Return the layers that are tied as soon as another is made, by its name.

    Both layers must exist then, and the parameters must be those of the other for good.
    """
    made = [node.name for node in made_in_order(graph)]
    ready = {name: at for at, name in enumerate(made)}
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.ties:
            owner, _ = layer_and_rest(node.tied, ready)
            ready[node.name] = max(ready[node.name], ready[owner])
            found.setdefault(made[ready[node.name]], []).append(node)
    return found


def tying_lines(node: Node, graph: Graph, local: InitLocals) -> list[str]:
    """Tie the parameters of a layer, or of each of its rounds, to those of another."""
    if not node.ties:
        return []
    if not node.rounds:
        return _lines(node, attribute(node.name), BODY, graph)
    lines = _lines(node, local.layer, BODY + INDENT, graph)
    return [f"for {local.layer} in {iterated(node, node.name)}:", *indented(lines)]


def _lines(node: Node, target: str, indent: int, graph: Graph) -> list[str]:
    inner = any("." in name for name in node.ties)
    held = member_of(node.name) is not None
    typed = not (held or node.rounds or node.maker.variable)
    typed = typed and not any(map(is_numbered, node.ties))
    if inner and not typed:
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

    Its attribute has no type inside another layer or a list, or if the type of its
    layer is a parameter.
    """
    layer, inner = layer_and_rest(layer, {node.name for node in graph.nodes})
    code = attribute(layer)
    if inner:
        return call(f"{code}.get_parameter", quoted(f"{inner}.{name}"))
    owner = next(node for node in graph.nodes if node.name == layer)
    if owner.maker.variable or member_of(layer):
        return call(f"{code}.get_parameter", quoted(name))
    return operands.atom(f"{code}.{name}")


def _owner(node: Node, graph: Graph) -> str:
    """Write the access to the layer whose parameters a layer has."""
    layer, inner = layer_and_rest(node.tied, {each.name for each in graph.nodes})
    if inner and member_of(layer):
        return f"self.get_submodule({quoted(node.tied)})"
    return ".".join([attribute(layer), *([inner] if inner else [])])


def _first(node: Node) -> Node:
    """Return the layer, or the first of its rounds."""
    return node.rounds[0].node if node.rounds else node


def _all(node: Node, target: str, graph: Graph) -> list[str]:
    """Tie all parameters of a layer to those of another, also those of submodules."""
    taken, words = arguments(graph), ("path", "parameter", "part", "name")
    path, parameter, part, name = (free_name(word, taken) for word in words)
    return [
        f"for {path}, {parameter} in {_owner(node, graph)}.named_parameters():",
        f'    {part}, _, {name} = {path}.rpartition(".")',
        f"    setattr({target}.get_submodule({part}), {name}, {parameter})",
    ]
