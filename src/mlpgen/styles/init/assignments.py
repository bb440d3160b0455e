"""Statements that make the modules of a class, in loops where layers repeat."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mlpgen.styles.code import call, literal, quoted
from mlpgen.styles.init.modules import module
from mlpgen.styles.layout import INDENT, WIDTH, bracketed, indented, layout, width
from mlpgen.styles.repeated_layers import Run, segments, stem
from mlpgen.styles.variable_names import is_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.styles.variable_names import InitLocals

BODY = 2 * INDENT


def repeats(parts: Sequence[Node | Run]) -> bool:
    """Tell whether layers, or those of a `Sequential` among them, need statements."""
    return any(
        isinstance(part, Run)
        or part.condition is not None
        or _needs_statements(part.children)
        for part in parts
    )


def _needs_statements(nodes: Sequence[Node]) -> bool:
    return any(
        isinstance(part, Run) or part.condition is not None
        for part in segments(nodes, ())
    )


def filled(
    target: str,
    parts: Sequence[Node | Run],
    own: InitLocals,
    names: Mapping[str, str] = MappingProxyType({}),
    *,
    comments: bool = True,
    indent: int = BODY,
) -> list[str]:
    """Write statements that make an `OrderedDict` of layers.

    Args:
        target: The name of the dictionary.
        parts: The layers, and the runs of them.
        own: What `__init__` calls its own variables.
        names: Variables for layers that are needed again behind it.
        comments: Whether they say their shapes.
        indent: Columns to the left of them.
    """
    lines = [f"{target} = OrderedDict[str, nn.Module]()"]
    for part in parts:
        if isinstance(part, Run):
            lines += _loop(part, target, own, indent)
        elif part.name in names:
            variable = names[part.name]
            lines += assigned(part, variable, own, comments=comments, indent=indent)
            lines.append(f'{target}["{part.name}"] = {variable}')
        else:
            deep = target == own.children
            place = f'{target}["{part.name}"]'
            lines += assigned(
                part, place, own, deep=deep, comments=comments, indent=indent
            )
    return lines


def assigned(
    node: Node,
    target: str,
    own: InitLocals,
    *,
    deep: bool = False,
    comments: bool = True,
    indent: int = BODY,
) -> list[str]:
    """Write the statements that make one layer.

    Args:
        node: The layer.
        target: What it is assigned to.
        own: What `__init__` calls its own variables.
        deep: Whether a dictionary of `children` is being filled already.
        comments: Whether it says its shapes.
        indent: Columns to the left of them.
    """
    lines: list[str] = []
    if node.condition is not None:
        kind = "" if node.type == "Sequential" or "[" in target else ": nn.Module"
        empty = f"{target}{kind} = nn.Sequential()"
        said = f"{empty}  # passes its input through"
        lines = [
            said if indent + width(said) <= WIDTH else empty,
            *bracketed(node.condition.operand, indent, "if ", ":"),
        ]
        indent += INDENT
    if _needs_statements(node.children) and not deep and not node.rounds:
        parts = segments(node.children, ())
        inner = [
            *filled(own.children, parts, own, comments=comments, indent=indent),
            *layout(call("nn.Sequential", own.children), indent, f"{target} = "),
        ]
    else:
        inner = layout(module(node, comments=comments), indent, f"{target} = ")
    return [*lines, *(indented(inner) if lines else inner)]


def _loop(run: Run, target: str, own: InitLocals, indent: int) -> list[str]:
    lines = [
        line
        for node in run.pattern
        for line in layout(
            module(node),
            indent + INDENT,
            f'{target}[f"{stem(node)}_{{{own.number}}}"] = ',
        )
    ]
    head = f"for {own.number} in range({run.first}, {run.first + run.rounds}):"
    return [head, *indented(lines)]


def held_lines(node: Node) -> list[str]:
    """Make a parameter or a buffer; without initial values it is zeros."""
    sizes = [literal(size) for size in node.arguments["shape"]]
    tensor = call("torch.empty" if node.inits else "torch.zeros", *sizes)
    if node.type == "parameter":
        return layout(call("nn.Parameter", tensor), BODY, f"self.{node.name} = ")
    lines = layout(call("self.register_buffer", quoted(node.name), tensor), BODY)
    return lines if is_plain(node.name) else [*lines, f"self.{node.name}: Tensor"]
