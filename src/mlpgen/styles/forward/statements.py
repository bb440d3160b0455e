"""Statements of `forward`, and the lines that they become."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import Group, flat
from mlpgen.styles.layout import INDENT, WIDTH, bracketed, indented, layout, width

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Returned
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


class Part(NamedTuple):
    """One result.

    Attributes:
        name: What it is called among the results of the layer.
        value: What it is called among the values of the class.
        variable: What holds it in the end.
        given: What holds the result of the call that it is taken from.
        code: The code that takes it; empty if the call gives it as it is.
    """

    name: str
    value: str
    variable: str
    given: str
    code: str


class Unpacking(NamedTuple):
    """The results of a call that are needed.

    Attributes:
        pattern: What the call is assigned to: `x, (_, cell)`.
        parts: The results.
    """

    pattern: str
    parts: tuple[Part, ...]


def unpacked(
    node: Node,
    wanted: Mapping[str, str],
    choose: Callable[[str, str, Collection[str]], str],
) -> Unpacking:
    """Plan how the results of a layer are taken apart.

    Args:
        node: The layer.
        wanted: The values that are needed, by the names of the parts.
        choose: Gives a part, with the name of its value, a variable that is none of
            some others.
    """
    bases = {part: node.picks.get(part, (part, ""))[0] for part in wanted}
    targets: dict[str, str] = {}
    for part, value in wanted.items():
        targets[part] = choose(part, value, targets.values())
    names: dict[str, str] = {}
    for part, base in bases.items():
        alone = [*bases.values()].count(base) == 1
        if alone or part not in node.picks:
            names[base] = targets[part]
    for base in bases.values():
        if base not in names:  # several parts are taken from it
            others = {*names.values(), *targets.values()}
            names[base] = choose(base, f"{node.name}.{base}", others)
    parts = (
        Part(part, value, targets[part], names[base], pick.format(names[base]))
        for (part, value), base in zip(wanted.items(), bases.values(), strict=True)
        for pick in [node.picks.get(part, ("", ""))[1]]
    )
    return Unpacking(_pattern(node.returned, names), tuple(parts))


def _pattern(returned: Returned, names: Mapping[str, str]) -> str:
    """Write what the results of a call are assigned to: `x, (_, cell)`."""
    if isinstance(returned, str):
        return names.get(returned, "_")
    return ", ".join(
        _pattern(each, names)
        if isinstance(each, str)
        else _bracketed(_pattern(each, names))
        for each in returned
    )


def _bracketed(pattern: str) -> str:
    return "_" if set(pattern.split(", ")) == {"_"} else f"({pattern})"


def returned(outputs: Sequence[Piece], indent: int = 2 * INDENT) -> list[str]:
    """Return several outputs as a tuple."""
    line = f"return {', '.join(map(flat, outputs))}"
    if indent + len(line) <= WIDTH:
        return [line]
    return layout(Group("(", tuple(outputs), ")", collection=True), indent, "return ")
