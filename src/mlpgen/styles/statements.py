"""Statements of `forward` as plans, and the lines they become."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import INDENT, WIDTH, indented, layout, width

if TYPE_CHECKING:
    from mlpgen.styles.code import Piece


class Assignment(NamedTuple):
    """`x = self.linear(x)`, or `return x`.

    Attributes:
        target: What it assigns to: `x`, or `x, (_, cell)`; nothing if it returns.
        piece: The code behind that.
        comment: What stands behind the code, if there is room.
        declared: A variable of the target that mypy must be told is a tensor.
    """

    target: str
    piece: Piece
    comment: str = ""
    declared: str = ""

    def lines(self, indent: int) -> list[str]:
        """Lay it out, this far to the right."""
        before = f"{self.target} = " if self.target else "return "
        lines = layout(self.piece, indent, before, comment=self.comment)
        if not self.declared:
            return lines
        told = f"{self.declared}: Tensor"
        first = lines[0].replace(self.target, told, 1)
        if self.declared != self.target or indent + width(first) > WIDTH:
            return [told, *lines]
        return [first, *lines[1:]]


class Block(NamedTuple):
    """Statements in a loop, or under a condition.

    Attributes:
        head: `for layer in self.blocks:`.
        body: What stands in it.
    """

    head: str
    body: tuple[Statement, ...]

    def lines(self, indent: int) -> list[str]:
        """Lay it out, this far to the right."""
        inner = [line for each in self.body for line in each.lines(indent + INDENT)]
        return [self.head, *indented(inner)]


Statement = Assignment | Block


def declare(statements: list[Statement], variable: str) -> None:
    """Say that a variable is a tensor, where it is assigned first."""
    for at, each in enumerate(statements):
        if isinstance(each, Assignment) and variable in _assigned(each.target):
            statements[at] = each._replace(declared=variable)
            return


def _assigned(target: str) -> list[str]:
    return target.replace("(", "").replace(")", "").split(", ")
