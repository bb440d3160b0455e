"""Statements of `__init__` that make a list or a dictionary of layers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.entries.members import members_of
from mlpgen.names.members import member_of
from mlpgen.styles.code import Group, call, flat, quoted
from mlpgen.styles.init.assignments import assignment_lines, needs_statements
from mlpgen.styles.init.modules import module_code
from mlpgen.styles.layout import BODY, layout
from mlpgen.styles.variable_names import INIT, arguments, choose_names

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    if node is not next(each for each in graph.nodes if each in members):
        return []
    comments = bool(graph.stem)
    classes = {each.maker.type for each in graph.nodes}
    taken = {*INIT, *arguments(graph), *classes, *local}
    variables = choose_names((each.name for each in members), taken)
    lines: list[str] = []
    pieces: dict[str, Piece] = {}
    for each in members:
        if needs_statements([each]):
            variable = pieces[each.name] = variables[each.name]
            lines += assignment_lines(each, variable, local, comments=comments)
        else:
            pieces[each.name] = module_code(each, comments=comments)
    return [*lines, *layout(_holder(pieces), BODY, f"self.{holder} = ")]


def _holder(pieces: dict[str, Piece]) -> Piece:
    """Write the call that makes a list, or a dictionary, of these members."""
    members = {name: member_of(name) for name in pieces}
    if all(each and each.is_numbered for each in members.values()):
        return _list([*pieces.values()])
    items: list[Piece] = []
    for name, piece in pieces.items():
        each = members[name]
        key = f"{quoted(each.key if each else name)}: "
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
