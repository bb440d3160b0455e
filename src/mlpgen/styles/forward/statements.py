"""Statements of `forward`, and the lines that they become."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.styles.code import Group, flat, operand
from mlpgen.styles.forward.packing import OUTPUT
from mlpgen.styles.forward.picks import picked
from mlpgen.styles.layout import BODY, INDENT, WIDTH, bracketed, indented, layout, width
from mlpgen.symbols.operands import choice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Returned
    from mlpgen.styles.code import Piece, Value
    from mlpgen.symbols.operands import Operand


class Assignment(NamedTuple):
    """`x = self.linear(x)`, or `return x`.

    Attributes:
        target: What it assigns to: `x`, or `x, (_, cell)`; empty if it returns.
        piece: The code on the right.
        comment: A comment behind the code, if there is room.
        annotated: Whether the target has the annotation `Tensor`, for mypy.
    """

    target: str
    piece: Piece
    comment: str = ""
    annotated: bool = False

    def lines(self, indent: int) -> list[str]:
        """Return its lines, for this many columns to the left of them."""
        if ", " in self.target:
            return _tuple_assignment(self.target, self.piece, indent)
        kind = ": Tensor" if self.annotated else ""
        before = f"{self.target}{kind} = " if self.target else "return "
        return layout(self.piece, indent, before, comment=self.comment)


class Choice(NamedTuple):
    """`x = x if self.shortcut is None else self.shortcut(y)`: one of two values.

    Attributes:
        target: What it assigns to; empty if it returns.
        condition: The code of the condition.
        one: The value if it holds.
        other: The value if it does not.
        tensors: Whether mypy knows that both values are tensors.
        comment: A comment behind the code, if there is room.
        annotated: Whether the target has the annotation `Tensor`, for mypy.
    """

    target: str
    condition: Operand
    one: Value
    other: Value
    tensors: bool
    comment: str = ""
    annotated: bool = False

    def lines(self, indent: int) -> list[str]:
        """Return its lines: one, or an `if` and an `else` where that is too long."""
        chosen = choice(self.condition, operand(self.one), operand(self.other))
        whole = Assignment(self.target, chosen, self.comment, self.annotated)
        lines = whole.lines(indent)
        if len(lines) == 1:
            return lines
        one = Assignment(self.target, self.one, annotated=self.annotated)
        other = Assignment(self.target, self.other)
        head = CompoundStatement(self.condition, (one,))
        if not self.target:  # ruff wants no `else` behind a `return`
            return [*head.lines(indent), *other.lines(indent)]
        tail = CompoundStatement("else:", (other,))
        return [*head.lines(indent), *tail.lines(indent)]


class ExpressionStatement(NamedTuple):
    """`self.gate_output(gate)`: a call whose result nobody uses.

    Attributes:
        piece: The code.
    """

    piece: Piece

    def lines(self, indent: int) -> list[str]:
        """Return its lines, for this many columns to the left of them."""
        return layout(self.piece, indent)


class CompoundStatement(NamedTuple):
    """Statements in a loop, or under a condition.

    Attributes:
        head: `for layer in self.blocks:`, or a condition.
        body: The statements in it.
    """

    head: str | Operand
    body: tuple[Statement, ...]

    def lines(self, indent: int) -> list[str]:
        """Return its lines, for this many columns to the left of them."""
        inner = [line for each in self.body for line in each.lines(indent + INDENT)]
        if isinstance(self.head, str):
            return [self.head, *indented(inner)]
        return [*bracketed(self.head, indent, "if ", ":"), *indented(inner)]


Statement = Assignment | Choice | ExpressionStatement | CompoundStatement


def _tuple_assignment(target: str, piece: Piece, indent: int) -> list[str]:
    """Lay out an assignment to several variables, as ruff does.

    A call that cannot start on the line of the target is parenthesized. A target that
    is too long itself is split, one variable per line.
    """
    splits = isinstance(piece, Group) and piece.items
    start = piece.opening if isinstance(piece, Group) and splits else flat(piece)
    room = WIDTH - indent
    before = f"{target} = "
    if width(f"{before}{start}") <= room:
        return layout(piece, indent, before)
    if width(f"{before}(") <= room:
        return [f"{before}(", *indented(layout(piece, indent + INDENT)), ")"]
    tree = ast.parse(target, mode="eval").body
    *names, last = layout(_target(tree), indent, after=" = (")
    return [*names, *layout(piece, indent, last.removesuffix("("))]


def _target(node: ast.expr) -> Piece:
    """Turn `x, (_, cell)` into a piece that can be split."""
    if isinstance(node, ast.Tuple):
        items = tuple(_target(each) for each in node.elts)
        return Group("(", items, ")", collection=True)
    return ast.unparse(node)


def annotate(statements: list[Statement], variable: str) -> bool:
    """Annotate a variable as a tensor where it is assigned first.

    A declaration without a value would work for every variable, but torch.jit.script
    refuses it.

    Returns:
        Whether it could: an assignment to several variables cannot be annotated.
    """
    for index, each in enumerate(statements):
        if isinstance(each, Assignment | Choice) and variable in _assigned(each.target):
            if each.target != variable:
                return False
            statements[index] = each._replace(annotated=True)
            return True
    return False


def _assigned(target: str) -> list[str]:
    return target.replace("(", "").replace(")", "").split(", ")


class Part(NamedTuple):
    """One result of a layer.

    Attributes:
        name: Its name among the results of the layer: `hidden`.
        value: Its name among the values of the class: `lstm.hidden`.
        variable: The variable that holds it in the end.
        unpacked: The variable that the call is unpacked into.
        code: The code that computes it from that; empty if they are the same.
    """

    name: str
    value: str
    variable: str
    unpacked: str
    code: Piece


class Unpacking(NamedTuple):
    """How the results of a call are unpacked.

    Attributes:
        target: What the call is assigned to: `x, (_, cell)`.
        parts: The results that are needed.
        padded: The variable of a packed output, once it is padded; empty without.
    """

    target: str
    parts: tuple[Part, ...]
    padded: str = ""

    def variable(self, part: str) -> str:
        """Return the variable that a part is unpacked into."""
        return next(each.unpacked for each in self.parts if each.name == part)


def unpack(
    node: Node,
    wanted: Mapping[str, str],
    choose: Callable[[str, str, Collection[str]], str],
    split: Callable[[Node, Piece], Piece] | None = None,
    *,
    packed: str = "",
    lengths: str = "",
) -> Unpacking:
    """Choose how the results of a layer are unpacked.

    Args:
        node: The layer.
        wanted: The values that are needed, by the names of the parts.
        choose: Chooses the variable of a part. It takes the names of the part and of
            its value, and the variables that are taken.
        split: Writes the code of a part, or its variable, with its dimensions that the
            layer does not see.
        packed: The variable of a packed sequence; empty for other layers.
        lengths: The variable of its lengths.
    """
    bases = {part: node.pick(part)[0] for part in wanted}
    targets: dict[str, str] = {}
    for part, value in wanted.items():
        targets[part] = choose(part, value, targets.values())
    names: dict[str, str] = {}
    for part, base in bases.items():
        only = [*bases.values()].count(base) == 1
        if only or part not in node.picks:
            names[base] = targets[part]
    for base in bases.values():
        if base not in names:  # several parts are computed from it
            others = {*names.values(), *targets.values()}
            names[base] = choose(base, f"{node.name}.{base}", others)
    parts = tuple(
        Part(
            part,
            value,
            targets[part],
            names[bases[part]],
            picked(node.pick(part)[1], names[bases[part]], lengths),
        )
        for part, value in wanted.items()
    )
    if split is not None:
        parts = _all_split(parts, node, split)
    padded = names.get(OUTPUT, "") if packed else ""
    if packed and (padded or node.rounds):
        names[OUTPUT] = packed
    return Unpacking(_unpacking_target(node.returned, names), parts, padded)


def _all_split(
    parts: Sequence[Part], node: Node, split: Callable[[Node, Piece], Piece]
) -> tuple[Part, ...]:
    """Split the parts of a layer; those that others are computed from come last."""
    found = [
        each._replace(code=split(node, each.code or each.unpacked))
        if node.parts[each.name].batched
        else each
        for each in parts
    ]
    return tuple(sorted(found, key=lambda each: each.variable == each.unpacked))


def _unpacking_target(returned: Returned, names: Mapping[str, str]) -> str:
    """Write what the results of a call are assigned to: `x, (_, cell)`."""
    if isinstance(returned, str):
        return names.get(returned, "_")
    return ", ".join(
        _unpacking_target(each, names)
        if isinstance(each, str)
        else _parenthesized(_unpacking_target(each, names))
        for each in returned
    )


def _parenthesized(pattern: str) -> str:
    return "_" if set(pattern.split(", ")) == {"_"} else f"({pattern})"


def return_tuple(outputs: Sequence[Piece], indent: int = BODY) -> list[str]:
    """Return several outputs as a tuple."""
    line = f"return {', '.join(map(flat, outputs))}"
    if indent + len(line) <= WIDTH:
        return [line]
    return layout(Group("(", tuple(outputs), ")", collection=True), indent, "return ")
