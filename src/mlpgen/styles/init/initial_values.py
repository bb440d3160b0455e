"""Statements of `__init__` that set initial values of parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.entries.init_kinds import KINDS, parameters_of
from mlpgen.graph.made_order import made_in_order
from mlpgen.graph.nodes import Model
from mlpgen.graph.walks import every_layer, is_numbered
from mlpgen.layers import LAYERS
from mlpgen.names.members import member_of
from mlpgen.styles.code import Group, call, quoted
from mlpgen.styles.init.init_kinds import init_call, loop_over_kinds
from mlpgen.styles.init.tensors import filled_at_once
from mlpgen.styles.layout import BODY, INDENT, WIDTH, bracketed, indented, layout, width
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.inits import Init, Rule
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Piece
    from mlpgen.styles.variable_names import InitLocals
    from mlpgen.symbols.operands import Operand


def initial_values(
    graph: Graph, names: Mapping[str, str], local: InitLocals
) -> list[str]:
    """Write initial values: first by layer type, then those of single layers.

    Args:
        graph: The class.
        names: What the layers are called in `__init__`.
        local: The local variables of `__init__`.
    """
    lines = _rules(graph, local)
    for node in made_in_order(graph):
        if node.inits and not filled_at_once(node):
            lines += _of_kinds(node, names[node.name], local)
            lines += _of_layer(node, names[node.name])
    return lines


def _of_layer(node: Node, target: str) -> list[str]:
    """Write the initial values of one layer, under conditions if parameters may lack.

    To mypy, a layer with a condition is any module, as one whose type is a parameter,
    or one of a list.
    """
    any_module = node.condition is not None or bool(node.maker.variable)
    any_module = any_module or member_of(node.name) is not None
    found: dict[tuple[Operand, ...], list[str]] = {}
    for name, init in node.inits.items():
        if name in KINDS:
            continue
        needed = [each.operand for each in deciding_arguments(node, name)]
        if node.otherwise:
            needed.append(operands.atom(f"{target} is not None"))
        elif node.condition is not None:
            needed.append(node.condition.operand)
        when = tuple(dict.fromkeys(reversed(needed)))
        tensor = _tensor(target, name) if name else target
        if any_module:
            tensor = f"{target}.get_parameter({quoted(name)})"
        optional = not any_module and _optional(node.type, name)
        indent = BODY + INDENT if when else BODY
        test = _presence_test(target, name) if optional else ""
        lines = _under(test, tensor, init, indent)
        found.setdefault(when, []).extend(lines)
    return [
        line for when, lines in found.items() for line in under_conditions(when, lines)
    ]


def under_conditions(
    conditions: Sequence[Operand],
    lines: list[str],
    indent: int = BODY,
) -> list[str]:
    """Put statements under an `if` that all conditions must pass."""
    if not conditions:
        return lines
    code = conditions[0]
    if len(conditions) > 1:
        code = operands.logical("and", conditions)
    return [*bracketed(code, indent, "if ", ":"), *indented(lines)]


def deciding_arguments(node: Node, name: str) -> list[Expression]:
    """Return the arguments that decide whether a layer has a parameter."""
    arguments = ["affine", "elementwise_affine"]
    if name in ("bias_k", "bias_v"):
        arguments.append("add_bias_kv")
    elif "bias" in name:
        arguments.append("bias")
    found = [node.arguments.get(each) for each in arguments]
    return [each for each in found if isinstance(each, Expression)]


def _of_kinds(node: Node, target: str, local: InitLocals) -> list[str]:
    """Write the loop over all matrices or biases in a layer."""
    when = [] if node.condition is None else [node.condition.operand]
    if node.otherwise:
        when = [operands.atom(f"{target} is not None")]
    indent = BODY + INDENT if when else BODY
    names = parameters_of(node)
    lines = loop_over_kinds(target, node.inits, names, local, indent)
    return under_conditions(when, lines) if lines else []


class _Branch(NamedTuple):
    """What the loop over all modules does with some types of layers.

    Attributes:
        types: Their classes: `nn.Linear`.
        test: What must also hold; empty for nothing.
        body: The statements.
        guarded: The statements under that test, for a first line without it.
    """

    types: tuple[str, ...]
    test: str
    body: tuple[str, ...]
    guarded: tuple[str, ...]


def _rules(graph: Graph, local: InitLocals) -> list[str]:
    """Write loops over all parameters, and over all modules by their type."""
    layers = list(every_layer(graph.nodes))
    everywhere: list[str] = []
    branches: list[_Branch] = []
    for rule in graph.rules if isinstance(graph, Model) else ():
        if not rule.type:
            names = [name for node in layers for name in parameters_of(node)]
            everywhere = loop_over_kinds("self", rule.inits, names, local, BODY)
            continue
        inside = [node for node in layers if node.type == rule.type]
        found = _branch(rule, inside, local)
        if branches and branches[-1][1:] == found[1:]:  # ruff wants one branch, not two
            last = branches.pop()
            found = found._replace(types=(*last.types, *found.types))
        branches.append(found)
    lines: list[str] = []
    for each in branches:
        lines += _written(each, local.module, "elif" if lines else "if")
    found_lines = [f"for {local.module} in self.modules():", *indented(lines)]
    return [*everywhere, *(found_lines if lines else [])]


def _branch(rule: Rule, inside: Sequence[Node], local: InitLocals) -> _Branch:
    """Plan what a rule does with the layers of its type."""
    of_type = [node for node in inside if node.weights]
    plain = {name: init for name, init in rule.inits.items() if name not in KINDS}
    tests = [_test(rule, name, of_type, local.module) for name in plain]
    whole = tests[0] if len(tests) == len(rule.inits) == 1 else ""
    names = [name for node in inside for name in parameters_of(node)]
    deep = BODY + 2 * INDENT
    body, guarded = [], loop_over_kinds(local.module, rule.inits, names, local, deep)
    for (name, init), test in zip(plain.items(), tests, strict=True):
        tensor = _tensor(local.module, name)
        body += init_call(tensor, init, deep)
        guarded += _under(test, tensor, init, deep)
    prefix = "nn." if rule.type in LAYERS else ""
    kept = body if whole else guarded
    return _Branch((f"{prefix}{rule.type}",), whole, tuple(kept), tuple(guarded))


def _written(branch: _Branch, module: str, word: str) -> list[str]:
    """Write a branch; a test that would make its first line too long is inside."""
    types: Piece = branch.types[0]
    if len(branch.types) > 1:
        types = Group("(", branch.types, ")", collection=True)
    deep = BODY + INDENT
    head = layout(call("isinstance", module, types), deep, f"{word} ", ":")
    if not branch.test:
        return [*head, *indented(branch.body)]
    both = f"{head[0].removesuffix(':')} and {branch.test}:"
    if len(head) == 1 and deep + width(both) <= WIDTH:  # ruff wants one `if`, not two
        return [both, *indented(branch.body)]
    return [*head, *indented(branch.guarded)]


def _test(rule: Rule, name: str, nodes: Sequence[Node], module: str) -> str:
    """Test for a parameter that not all layers of a type have."""
    optional = _optional(rule.type, name) or any(
        name not in node.weights or deciding_arguments(node, name) for node in nodes
    )
    return _presence_test(module, name) if optional else ""


def _optional(type_: str, name: str) -> bool:
    """Tell whether a parameter may be None by torch's annotations."""
    return name == "bias" and type_.startswith("Conv")


def _untyped(name: str) -> bool:
    """Tell whether torch does not annotate a parameter: of an LSTM, of inner layers."""
    return bool(re.fullmatch(r"\w+_l\d\w*", name)) or is_numbered(name)


def _tensor(module: str, name: str) -> str:
    """Write the access to a parameter of a module."""
    if _untyped(name):
        return f"{module}.get_parameter({quoted(name)})"
    return f"{module}.{name}"


def _presence_test(module: str, name: str) -> str:
    """Write the test for a parameter; an LSTM without biases lacks the attributes."""
    if _untyped(name):
        return f"{quoted(name)} in dict({module}.named_parameters())"
    return f"{module}.{name} is not None"


def _under(test: str, tensor: str, init: Init, indent: int) -> list[str]:
    """Write the call that initializes a parameter, under a test if there is one."""
    if not test:
        return init_call(tensor, init, indent)
    return [f"if {test}:", *indented(init_call(tensor, init, indent + INDENT))]
