"""Statements of `forward` as plans, and the lines they become."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import (
    INDENT,
    WIDTH,
    Group,
    bracketed,
    flat,
    indented,
    layout,
    width,
)

if TYPE_CHECKING:
    from mlpgen.styles.code import Piece
    from mlpgen.symbols.operands import Operand


class Assignment(NamedTuple):
    """`x = self.linear(x)`, or `return x`.

    Attributes:
        target: What it assigns to: `x`, or `x, (_, cell)`; nothing if it returns.
        piece: The code behind that.
        comment: What stands behind the code, if there is room.
        declared: Whether mypy must be told that the target is a tensor.
    """

    target: str
    piece: Piece
    comment: str = ""
    declared: bool = False

    def lines(self, indent: int) -> list[str]:
        """Lay it out, this far to the right."""
        if ", " in self.target:
            return _unpacked(self.target, self.piece, indent)
        kind = ": Tensor" if self.declared else ""
        before = f"{self.target}{kind} = " if self.target else "return "
        return layout(self.piece, indent, before, comment=self.comment)


class Alone(NamedTuple):
    """`self.gate_output(gate)`: a call whose result nobody takes.

    Attributes:
        piece: The code.
    """

    piece: Piece

    def lines(self, indent: int) -> list[str]:
        """Lay it out, this far to the right."""
        return layout(self.piece, indent)


class Block(NamedTuple):
    """Statements in a loop, or under a condition.

    Attributes:
        head: `for layer in self.blocks:`, or a condition.
        body: What stands in it.
    """

    head: str | Operand
    body: tuple[Statement, ...]

    def lines(self, indent: int) -> list[str]:
        """Lay it out, this far to the right."""
        inner = [line for each in self.body for line in each.lines(indent + INDENT)]
        if isinstance(self.head, str):
            return [self.head, *indented(inner)]
        return [*bracketed(self.head, indent, "if ", ":"), *indented(inner)]


Statement = Assignment | Alone | Block


def _unpacked(target: str, piece: Piece, indent: int) -> list[str]:
    """Lay out an assignment to several variables, as ruff does.

    Where the call cannot begin on the line of the target, it is put into brackets; a
    target that has no room itself is spread, one variable a line.
    """
    spread = isinstance(piece, Group) and piece.items
    begins = piece.opening if isinstance(piece, Group) and spread else flat(piece)
    room = WIDTH - indent
    before = f"{target} = "
    if width(f"{before}{begins}") <= room:
        return layout(piece, indent, before)
    if width(f"{before}(") <= room:
        return [f"{before}(", *indented(layout(piece, indent + INDENT)), ")"]
    tree = ast.parse(target, mode="eval").body
    *names, last = layout(_target(tree), indent, after=" = (")
    return [*names, *layout(piece, indent, last.removesuffix("("))]


def _target(node: ast.expr) -> Piece:
    """Read `x, (_, cell)`."""
    if isinstance(node, ast.Tuple):
        items = tuple(_target(each) for each in node.elts)
        return Group("(", items, ")", collection=True)
    return ast.unparse(node)


def declare(statements: list[Statement], variable: str) -> bool:
    """Say that a variable is a tensor, where a statement of its own assigns it first.

    A declaration without a value would do for any variable; torch.jit.script refuses
    it.

    Returns:
        Whether there is such a statement: one that takes results apart is none.
    """
    for at, each in enumerate(statements):
        if isinstance(each, Assignment) and variable in _assigned(each.target):
            if each.target != variable:
                return False
            statements[at] = each._replace(declared=True)
            return True
    return False


def _assigned(target: str) -> list[str]:
    return target.replace("(", "").replace(")", "").split(", ")
