"""Explicit style: a class with `__init__` and `forward`.

Layers with parameters or state are attributes; the others are functions in `forward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.layers.base import shown
from mlpgen.styles.code import (
    INDENT,
    WIDTH,
    Code,
    call,
    flat,
    indented,
    keyword,
    layout,
    literal,
    width,
)
from mlpgen.styles.filling import BODY, assigned
from mlpgen.styles.plan import (
    RECORDING,
    ModelPlan,
    class_docstring,
    forward_signature,
    imports,
    init_signature,
    module_call,
    module_docstring,
    recorded,
    recording,
    returned,
    size_lines,
)
from mlpgen.styles.runs import Run, segments, stem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Piece

LONGEST_OUTPUT = 24


def plan(graph: Graph, captured: Sequence[str] = ()) -> ModelPlan:
    """Plan the class of a graph.

    Args:
        graph: The network.
        captured: Layers whose outputs are returned as well; those inside a
            `Sequential` are recorded by forward hooks.
    """
    outputs = (*graph.outputs, *captured)
    kept = frozenset(outputs)
    inner = [name for name in captured if "." in name]
    parts = segments(graph.nodes, kept)
    body = _forward(parts, kept, BODY + INDENT if inner else BODY)
    if inner:
        body = [*recording(inner), *indented(body)]
    if len(outputs) > 1:
        body += returned(
            [recorded(name) if name in inner else name for name in outputs]
        )
    return ModelPlan(
        template="explicit.py.jinja",
        docstring=module_docstring(graph),
        imports=imports(
            {"Tensor"} | uses(graph.nodes) | (RECORDING if inner else set())
        ),
        helpers=bool(inner),
        name=Code(graph.name),
        about=class_docstring(graph, outputs),
        signature=init_signature(graph.parameters),
        init=(
            *size_lines(graph),
            *(line for part in parts for line in _attribute(part)),
        ),
        forward_signature=forward_signature(outputs),
        forward=tuple(body),
    )


def uses(nodes: Iterable[Node]) -> set[str]:
    """Return the names that the code of these layers imports."""
    names = set()
    for node in nodes:
        if node.children:
            names.add("OrderedDict")
        if node.function is not None:
            names.add(node.function.name.split(".")[0])
    return names


def _attribute(part: Node | Run) -> list[str]:
    """Write what `__init__` says of one layer or one run."""
    if isinstance(part, Run):
        held = [node for node in part.pattern if node.function is None]
        lines = [
            line
            for node in held
            for line in layout(
                call("self.add_module", f'f"{stem(node)}_{{i}}"', module_call(node)),
                BODY + INDENT,
            )
        ]
        return [part.loop, *indented(lines)] if lines else []
    if part.function is not None:
        return []
    if part.type == "Sequential":
        return assigned(part, f"self.{part.name} = ")
    return layout(module_call(part), BODY, f"self.{part.name} = ")


def statements(nodes: Sequence[Node], outputs: Sequence[str], value: str) -> list[str]:
    """Write the statements of functions that are called on `value`."""
    return _forward(nodes, frozenset(outputs), BODY, value)


def _forward(
    parts: Sequence[Node | Run], outputs: Collection[str], indent: int, value: str = "x"
) -> list[str]:
    """Write the statements of `forward`, one for each group of layers.

    A single output is returned by the last of them.
    """
    lines: list[str] = []
    groups = _groups(parts, outputs, indent, value)
    for group in groups:
        if isinstance(group, Run):
            lines += [f"x = {value}"] if value != "x" else []
            lines += _loop(group, indent)
            value = "x"
        elif group is groups[-1] and len(outputs) == 1:
            lines += _last(group, value, indent)
        else:
            target = _target(group, outputs)
            lines += _statement(group, value, f"{target} = ", indent)
            value = target
    return lines


def _groups(
    parts: Sequence[Node | Run],
    outputs: Collection[str],
    indent: int,
    value: str,
    *,
    numbered: bool = False,
) -> list[list[Node] | Run]:
    """Gather layers that stand on one line; the first takes `value`."""
    groups: list[list[Node] | Run] = []
    for part in parts:
        group = groups[-1] if groups else None
        if isinstance(part, Run):
            groups.append(part)
            value = "x"
        elif isinstance(group, list) and _joins(
            part, group, outputs, indent, value, numbered=numbered
        ):
            group.append(part)
        else:
            if isinstance(group, list):
                value = _target(group, outputs)
            groups.append([part])
    return groups


def _target(group: Sequence[Node], outputs: Collection[str]) -> str:
    """Name the value of a group: outputs have their own names."""
    return group[-1].name if group[-1].name in outputs else "x"


def _joins(
    node: Node,
    group: list[Node],
    outputs: Collection[str],
    indent: int,
    value: str,
    *,
    numbered: bool,
) -> bool:
    """Tell whether a layer stands on the line of the layers before it."""
    if group[-1].name in outputs:
        return False
    if not node.pointwise and not (node.function and node.function.is_method):
        return False
    before = f"{node.name}: Tensor = " if node.name in outputs else "x = "
    line, *more = _statement([*group, node], value, before, 0, numbered=numbered)
    return not more and indent + width(line) <= WIDTH


def _loop(run: Run, indent: int) -> list[str]:
    lines = [
        line
        for group in _groups(run.pattern, (), indent + INDENT, "x", numbered=True)
        if isinstance(group, list)
        for line in _statement(group, "x", "x = ", indent + INDENT, numbered=True)
    ]
    head = run.loop
    if all(node.function is not None for node in run.pattern):
        head = f"for _ in range({run.rounds}):"
    return [head, *indented(lines)]


def _statement(
    group: Sequence[Node],
    value: str,
    before: str,
    indent: int,
    *,
    numbered: bool = False,
) -> list[str]:
    piece: Piece = value
    for node in group:
        piece = _applied(node, piece, numbered=numbered)
    comment = ""
    if group[-1].output != group[0].input:
        comment = shown(group[-1].output)
    return layout(piece, indent, before, comment=comment)


def _last(group: Sequence[Node], value: str, indent: int) -> list[str]:
    """Return the only output; torch does not say what calling a module gives.

    Nor does it say so of the methods of that.
    """
    function = group[-1].function
    if function and (len(group) == 1 or not function.is_method):
        return _statement(group, value, "return ", indent)
    plain = group[-1].named and len(group[-1].name) <= LONGEST_OUTPUT
    name = group[-1].name if plain else "output"
    statement = _statement(group, value, f"{name}: Tensor = ", indent)
    return [*statement, f"return {name}"]


def _applied(node: Node, value: Piece, *, numbered: bool) -> Piece:
    """Write the call of one layer on a value."""
    function = node.function
    if function is None:
        if numbered:
            return call(f'self.get_submodule(f"{stem(node)}_{{i}}")', value)
        return call(f"self.{node.name}", value)
    arguments = [
        *(literal(each) for each in function.positional),
        *(keyword(name, literal(each)) for name, each in function.keywords.items()),
    ]
    if function.training:
        arguments.append("training=self.training")
    if function.is_method:
        return call(flat(value) + function.name, *arguments)
    return call(function.name, value, *arguments)
