"""Statements of `__init__` that assign modules and tensors, in loops if they repeat."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mlpgen.styles.code import Group, call
from mlpgen.styles.init.modules import can_chain, module_code, numbered_items
from mlpgen.styles.layout import BODY, INDENT, WIDTH, bracketed, indented, layout, width
from mlpgen.styles.repeated_layers import Repetition, base_name, group_repeated
from mlpgen.symbols.sizes import operand_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.graph.nodes import Repetition as RoundsOfOne
    from mlpgen.styles.code import Piece
    from mlpgen.styles.variable_names import InitLocals


def needs_statements(layers: Sequence[Node | Repetition]) -> bool:
    """Tell whether one call cannot make layers: they repeat or have conditions."""
    return any(
        isinstance(each, Repetition)
        or each.condition is not None
        or _runs(each)
        or _needs_statements(each.children)
        for each in layers
    )


def _needs_statements(nodes: Sequence[Node]) -> bool:
    if any(map(_runs, nodes)):
        return True
    if _are_numbered(nodes):
        return any(node.condition is not None for node in nodes)
    return any(
        isinstance(each, Repetition) or each.condition is not None
        for each in group_repeated(nodes, ())
    )


def dictionary_lines(
    target: str,
    layers: Sequence[Node | Repetition],
    local: InitLocals,
    names: Mapping[str, str] = MappingProxyType({}),
    *,
    comments: bool = True,
    indent: int = BODY,
) -> list[str]:
    """Write statements that make an `OrderedDict` of layers.

    Args:
        target: The name of the dictionary.
        layers: The layers, and their repetitions.
        local: The local variables of `__init__`.
        names: Variables of the layers that later statements need.
        comments: Whether lines end with the shapes of layers.
        indent: Columns to the left of the lines.
    """
    lines = [f"{target} = OrderedDict[str, nn.Module]()"]
    for each in layers:
        if isinstance(each, Repetition):
            lines += _loop(each, target, local, indent)
            continue
        place, variable = f'{target}["{each.name}"]', names.get(each.name)
        deep = target == local.children
        lines += assignment_lines(
            each, variable or place, local, deep=deep, comments=comments, indent=indent
        )
        lines += [f"{place} = {variable}"] if variable else []
    return lines


def assignment_lines(
    node: Node,
    target: str,
    local: InitLocals,
    *,
    deep: bool = False,
    comments: bool = True,
    indent: int = BODY,
) -> list[str]:
    """Write statements that make one layer.

    Args:
        node: The layer.
        target: What it is assigned to.
        local: The local variables of `__init__`.
        deep: Whether it goes into a dictionary of `children` itself.
        comments: Whether lines end with the shapes of layers.
        indent: Columns to the left of the lines.
    """
    lines: list[str] = []
    if node.condition is not None:
        looped = _looped(node)
        inferred = looped or node.type == "Sequential" or "[" in target
        kind = "" if inferred else ": nn.Module"
        empty = f"{target}{kind} = {looped or 'nn.Sequential'}()"
        commented = f"{empty}  # passes its input through"
        if node.otherwise:
            empty = commented = f"{target}: {looped or 'nn.Module'} | None = None"
        lines = [
            commented if indent + width(commented) <= WIDTH else empty,
            *bracketed(node.condition.operand, indent, "if ", ":"),
        ]
        indent += INDENT
    inner, piece = _prepared(node, local, deep=deep, comments=comments, indent=indent)
    inner += layout(piece, indent, f"{target} = ")
    return [*lines, *(indented(inner) if lines else inner)]


def _looped(node: Node) -> str:
    """Return the container of rounds that `forward` calls one by one; empty if none."""
    if not node.rounds or can_chain(node):
        return ""
    return "nn.ModuleDict" if node.names else "nn.ModuleList"


def _prepared(
    node: Node, local: InitLocals, *, deep: bool = False, comments: bool, indent: int
) -> tuple[list[str], Piece]:
    """Write the statements that the code of a layer needs before it, and that code."""
    if _runs(node):
        lines = _running_lines(node.rounds[0], local.rounds, indent)
        every = f"*{local.rounds}"
        made = call("nn.ModuleList", local.rounds)
        if can_chain(node):
            made = call("nn.Sequential", every)
        return lines, made if node.number is None else every
    if deep or node.rounds or not _needs_statements(node.children):
        return [], module_code(node, comments=comments)
    if _are_numbered(node.children):
        lines = list_lines(
            local.modules, node.children, local, comments=comments, indent=indent
        )
        return lines, call("nn.Sequential", f"*{local.modules}")
    layers = group_repeated(node.children, ())
    lines = dictionary_lines(
        local.children, layers, local, comments=comments, indent=indent
    )
    return lines, call("nn.Sequential", local.children)


def _runs(node: Node) -> bool:
    """Tell whether the rounds of a layer have a size in a variable of the loop."""
    return any(each.running is not None for each in node.rounds)


def _running_lines(each: RoundsOfOne, target: str, indent: int) -> list[str]:
    """Write the loop that makes rounds whose size is in a variable.

    Args:
        each: The rounds.
        target: The list that they are added to.
        indent: Columns to the left of the lines.
    """
    from mlpgen.styles.init.rounds import loop_of

    running, loop = each.running, loop_of(each)
    assert running is not None
    assert loop.after is not None
    start, name = operand_of(running.start), running.name
    lines = [] if start.text == name else bracketed(start, indent, f"{name} = ")
    added = call(f"{target}.append", module_code(loop.node, comments=False))
    inner = [
        *layout(added, indent + INDENT),
        *bracketed(loop.after, indent + INDENT, f"{name} = "),
    ]
    head = layout(loop.head, indent, after=":")
    return [*lines, f"{target} = list[nn.Module]()", *head, *indented(inner)]


def _are_numbered(nodes: Sequence[Node]) -> bool:
    """Tell whether the keys of layers are numbers."""
    return bool(nodes) and nodes[0].number is not None


def list_lines(
    target: str,
    nodes: Sequence[Node],
    local: InitLocals,
    names: Mapping[str, str] = MappingProxyType({}),
    *,
    comments: bool = True,
    indent: int = BODY,
) -> list[str]:
    """Write statements that make a list of numbered layers.

    Args:
        target: The name of the list.
        nodes: The layers.
        local: The local variables of `__init__`.
        names: Variables of the layers that later statements need.
        comments: Whether lines end with the shapes of layers.
        indent: Columns to the left of the lines.
    """
    whole = target == local.layers  # the others may be assigned again
    start = f"{target}: list[nn.Module] = " if whole else ""
    lines = [] if whole else [f"{target} = list[nn.Module]()"]
    alike: list[Node] = []
    made: dict[str, Piece] = {}

    def write(nodes: Sequence[Node], indent: int, start: str) -> list[str]:
        items = numbered_items(nodes, comments=comments, made=made)
        return _added(target, items, indent, start)

    for node in nodes:
        inside = indent + INDENT * (node.condition is not None)
        before, piece = _prepared(node, local, comments=comments, indent=inside)
        name = names.get(node.name, "")
        if name:
            before = [*before, *layout(piece, inside, f"{name} = ")]
            piece = name
        if before:
            made[node.name] = piece
        if (before or node.condition) and alike:
            lines += write(alike, indent, start)
            alike, start = [], ""
        if node.condition is None:
            lines += before
            alike.append(node)
            continue
        lines += [f"{start}[]"] if start else []
        start = ""
        lines += bracketed(node.condition.operand, indent, "if ", ":")
        lines += indented([*before, *write([node], inside, "")])
    return [*lines, *(write(alike, indent, start) if alike else [])]


def _added(target: str, items: Group, indent: int, start: str) -> list[str]:
    """Write the statement that adds layers to a list, or begins it."""
    first, *more = items.items
    if not more and isinstance(first, Group) and first.opening == "*(":
        items = first._replace(opening="[", closing="]")
    elif not more and not start:
        (comment,) = items.comments
        return layout(call(f"{target}.append", first), indent, comment=comment)
    return layout(items, indent, start or f"{target} += ")


def _loop(
    repetition: Repetition, target: str, local: InitLocals, indent: int
) -> list[str]:
    lines = [
        line
        for node in repetition.pattern
        for line in layout(
            module_code(node),
            indent + INDENT,
            f'{target}[f"{base_name(node)}_{{{local.number}}}"] = ',
        )
    ]
    first, end = repetition.first, repetition.first + repetition.rounds
    head = f"for {local.number} in range({first}, {end}):"
    return [head, *indented(lines)]
