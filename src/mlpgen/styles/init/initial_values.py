"""Statements of `__init__` for tensors of the model itself, and for initial values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlpgen.graph.nodes import Model, held, is_numbered
from mlpgen.styles.code import call, keyword, literal, quoted
from mlpgen.styles.init.assignments import BODY
from mlpgen.styles.layout import INDENT, WIDTH, bracketed, indented, layout, width
from mlpgen.styles.variable_names import init_locals
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.nodes import Graph, Init, Node, Rule
    from mlpgen.symbols.operands import Operand


def initial_values(graph: Graph, names: Mapping[str, str]) -> list[str]:
    """Write initial values: by the type of a layer, and then those of single layers.

    Args:
        graph: The class.
        names: What the layers are called in `__init__`.
    """
    lines = _rules(graph)
    for node in graph.nodes:
        if node.inits:
            lines += _of_layer(node, names[node.name])
    return lines


def _of_layer(node: Node, target: str) -> list[str]:
    """Write the initial values of one layer; those that may not be there, if they are.

    A layer under a condition is any module to mypy.
    """
    found: dict[tuple[Operand, ...], list[str]] = {}
    for name, init in node.inits.items():
        needed = [*deciding(node, name), *([node.condition] if node.condition else [])]
        when = tuple(dict.fromkeys(each.operand for each in reversed(needed)))
        tensor = _tensor(target, name) if name else target
        if node.condition is not None:
            tensor = f"{target}.get_parameter({quoted(name)})"
        optional = node.condition is None and _optional(node.type, name)
        indent = BODY + INDENT if when else BODY
        asked = _is_there(target, name) if optional else ""
        lines = _filled(tensor, init, indent, asked)
        found.setdefault(when, []).extend(lines)
    return [line for when, lines in found.items() for line in under(when, lines)]


def under(
    conditions: Sequence[Operand],
    lines: list[str],
    indent: int = BODY,
) -> list[str]:
    """Put statements under conditions that must all hold."""
    if not conditions:
        return lines
    code = conditions[0]
    if len(conditions) > 1:
        code = operands.logical("and", conditions)
    return [*bracketed(code, indent, "if ", ":"), *indented(lines)]


def deciding(node: Node, name: str) -> list[Expression]:
    """Return what decides whether a layer that is there has a parameter."""
    deciding = ["affine", "elementwise_affine"]
    if name in ("bias_k", "bias_v"):
        deciding.append("add_bias_kv")
    elif "bias" in name:
        deciding.append("bias")
    found = [node.arguments.get(each) for each in deciding]
    return [each for each in found if isinstance(each, Expression)]


def _rules(graph: Graph) -> list[str]:
    lines: list[str] = []
    module = init_locals(graph).module
    layers = list(held(graph.nodes, every=True))
    for rule in graph.rules if isinstance(graph, Model) else ():
        of_type = [n for n in layers if n.type == rule.type and n.weights]
        asked = [_asked(rule, name, of_type, module) for name in rule.inits]
        test = f"{'elif' if lines else 'if'} isinstance({module}, nn.{rule.type})"
        if len(asked) == 1 and asked[0]:
            both = f"{test} and {asked[0]}:"
            if BODY + INDENT + width(both) <= WIDTH:  # two tests would be one
                test, asked = both[:-1], [""]
        body: list[str] = []
        for (name, init), each in zip(rule.inits.items(), asked, strict=True):
            tensor = _tensor(module, name)
            body += _filled(tensor, init, BODY + 2 * INDENT, each)
        lines += [f"{test}:", *indented(body)]
    return [f"for {module} in self.modules():", *indented(lines)] if lines else []


def _asked(rule: Rule, name: str, nodes: Sequence[Node], module: str) -> str:
    """Ask for a parameter that not all layers of a type have."""
    optional = _optional(rule.type, name) or any(
        name not in node.weights or deciding(node, name) for node in nodes
    )
    return _is_there(module, name) if optional else ""


def _optional(type_: str, name: str) -> bool:
    """Tell whether torch says that a parameter may be None."""
    return name == "bias" and type_.startswith("Conv")


def _untyped(name: str) -> bool:
    """Tell whether torch gives a parameter no type: of an LSTM, and of inner layers."""
    return bool(re.fullmatch(r"\w+_l\d\w*", name)) or is_numbered(name)


def _tensor(module: str, name: str) -> str:
    """Write a parameter of a module."""
    if _untyped(name):
        return f"{module}.get_parameter({quoted(name)})"
    return f"{module}.{name}"


def _is_there(module: str, name: str) -> str:
    """Ask for a parameter: an LSTM without biases has not even their names."""
    if _untyped(name):
        return f"{quoted(name)} in dict({module}.named_parameters())"
    return f"{module}.{name} is not None"


def _filled(tensor: str, init: Init, indent: int, asked: str = "") -> list[str]:
    """Write the call that fills a parameter; if it is asked for, under that."""
    function, arguments = init
    given = [keyword(name, literal(value)) for name, value in arguments.items()]
    if asked:
        indent += INDENT
    lines = layout(call(f"nn.init.{function}", tensor, *given), indent)
    return [f"if {asked}:", *indented(lines)] if asked else lines
