"""Statements of `__init__` that make a list or a dictionary of layers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.entries.members import members_of, tree_of
from mlpgen.names.members import is_number
from mlpgen.styles.code import Group, call, flat, quoted
from mlpgen.styles.init.assignments import assignment_lines, needs_statements
from mlpgen.styles.init.modules import module_code
from mlpgen.styles.layout import BODY, layout
from mlpgen.styles.variable_names import INIT, arguments, attribute, choose_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlpgen.graph.entries.members import Tree
    from mlpgen.graph.nodes import Graph, Node
    from mlpgen.styles.code import Piece
    from mlpgen.styles.variable_names import InitLocals

FEWEST_ALIKE = 3


def holder_lines(node: Node, holder: str, graph: Graph, local: InitLocals) -> list[str]:
    """Write the statements that make a list, at the place of its first member.

    Args:
        node: A member; the others need no statements.
        holder: The attribute that holds the members.
        graph: The class.
        local: The local variables of `__init__`.
    """
    members = members_of(holder, graph.nodes)
    tree = tree_of({each.name: each for each in members})
    if node is not next(each for each in graph.nodes if each in members):
        return []
    comments = bool(graph.stem)
    classes = {each.maker.type for each in graph.nodes}
    taken = {*INIT, *arguments(graph), *classes, *local}
    variables = choose_names((each.name for each in members), taken)
    lines: list[str] = []
    pieces: dict[str, Piece] = {}
    for each in members:
        if each.shared:
            pieces[each.name] = attribute(each.shared)
        elif needs_statements([each]):
            variable = pieces[each.name] = variables[each.name]
            lines += assignment_lines(each, variable, local, comments=comments)
        else:
            pieces[each.name] = module_code(each, comments=comments)
    return [*lines, *layout(_holder(tree, pieces), BODY, f"self.{holder} = ")]


def _holder(tree: Tree, pieces: Mapping[str, Piece]) -> Piece:
    """Write the call that makes a list, or a dictionary, of what it holds."""
    found = {
        key: _holder(each, pieces) if isinstance(each, dict) else pieces[each.name]
        for key, each in tree.items()
    }
    if all(map(is_number, found)):
        return _list([*found.values()])
    items: list[Piece] = []
    for name, piece in found.items():
        key = f"{quoted(name)}: "
        items.append(
            piece._replace(opening=f"{key}{piece.opening}")
            if isinstance(piece, Group)
            else f"{key}{flat(piece)}"
        )
    return call("nn.ModuleDict", Group("{", tuple(items), "}", collection=True))


def _list(pieces: Sequence[Piece]) -> Piece:
    """Write the call that makes a list; a loop makes layers with the same code."""
    if len(pieces) >= FEWEST_ALIKE and len({*map(flat, pieces)}) == 1:
        loop = f"for _ in range({len(pieces)})"
        return Group("nn.ModuleList(", (pieces[0], loop), ")", separator=" ")
    return call("nn.ModuleList", Group("[", tuple(pieces), "]", collection=True))
