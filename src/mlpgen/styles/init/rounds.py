"""The loop that makes the rounds of a layer: `for width in widths`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import operands_in, own_values
from mlpgen.names.identifiers import free_name, wrong_parameter
from mlpgen.styles.code import Group, call
from mlpgen.symbols import operands
from mlpgen.symbols.expressions import Expression
from mlpgen.symbols.sizes import Real, Size, code_of, operand_of, replaced
from mlpgen.symbols.sum_code import formula
from mlpgen.symbols.sums import Item, alone
from mlpgen.symbols.sums import name as sums_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlpgen.graph.nodes import Maker, Node, Repetition
    from mlpgen.styles.code import Piece
    from mlpgen.symbols.operands import Operand

_INDEX = operands.name(INDEX)
_BEFORE = operands.infix("-", _INDEX, operands.number(1))


class Loop(NamedTuple):
    """A loop over rounds.

    Attributes:
        head: `for width in widths`.
        node: The layer that it makes, with the variables of the loop.
        after: The code of the size that each round changes.
    """

    head: Piece
    node: Node
    after: Operand | None = None


def loop_of(each: Repetition) -> Loop:
    """Write the loop that makes rounds: over a list if that is what they follow."""
    found = _over_a_list(each) if each.counted else None
    if found is not None:
        return found
    if not each.counted:
        return Loop(f"for _ in range({code_of(each.times)})", each.node)
    after = operand_of(each.running.after) if each.running else None
    return Loop(index_loop(each), each.node, after)


def index_loop(each: Repetition) -> str:
    """Write the loop over the numbers of rounds: `for index in range(1, depth)`."""
    last = code_of(each.first + each.times)
    numbers = f"{each.first}, {last}" if each.first else last
    return f"for {INDEX} in range({numbers})"


def _over_a_list(each: Repetition) -> Loop | None:
    """Write a loop over the list that has an item for each round."""
    last = code_of(each.first + each.times)
    if not (last.startswith("len(") and last[4:-1].isidentifier()) or each.first > 1:
        return None
    name = last[4:-1]
    own = operands.item(operands.name(name), _INDEX)
    before = operands.item(operands.name(name), _BEFORE)
    after = operand_of(each.running.after) if each.running else None
    parts = [*_parts(each.node), *(("", x) for x in (_inside(after) if after else ()))]
    codes = {part.text for _, part in parts}
    running = _running(each, before) if after is None else None
    first, *_ = running.inner if running else (None,)
    names = {name for _, part in parts for name in part.own_names}
    taken = names | ({*first.own_names} if first else set())
    rows = any(part.text.startswith(f"{own.text}[") for _, part in parts)
    item = free_name(_singular(name) or ("row" if rows else "item"), taken | {name})
    variables = {own.text: item}
    if running or (not each.first) < (before.text in codes):
        wanted = running or before
        found = (key for key, part in parts if part.text == wanted.text)
        word = "before" if rows else next(found, "before")
        word = word if word not in {"", *taken, item, name} else "before"
        variables[wanted.text] = free_name(word, {*taken, item, name})
    node = _with_variables(each.node, variables)
    after = _replaced(after, variables) if after else None
    counted = INDEX in _names(node) or (after and INDEX in after.own_names)
    both = ", ".join([*variables.values()][::-1])
    through: Piece = f"{name}[1:]" if each.first else name
    if len(variables) > 1:
        every = Group("(", (first, f"*{name}"), ")", collection=True) if first else name
        through = call("pairwise", every)
    elif own.text not in codes:
        return None
    if not counted:
        return Loop(_after(f"for {both} in ", through), node, after)
    both = f"({both})" if len(variables) > 1 else both
    start = ["start=1"] if each.first else []
    head = call(f"for {INDEX}, {both} in enumerate", through, *start)
    return Loop(head, node, after)


def _after(text: str, piece: Piece) -> Piece:
    """Put text before a piece."""
    if isinstance(piece, Group):
        return piece._replace(opening=f"{text}{piece.opening}")
    return f"{text}{piece}"


def _singular(name: str) -> str:
    """Name an item of a list: `width` of `widths`; empty if it has no such name."""
    plural = name.endswith("s") and not name.endswith("ss") and len(name) > 2
    return name[:-1] if plural and not wrong_parameter(name[:-1]) else ""


def _running(each: Repetition, before: Operand) -> Operand | None:
    """Return the choice between a first size and the item before, if all are it."""
    choices = {part.text: part for _, part in _parts(each.node) if part.is_choice}
    if len(choices) != 1 or each.first:
        return None
    (choice,) = choices.values()
    _, condition, other = choice.inner
    right = condition.text == f"{INDEX} == 0" and other.text == before.text
    return choice if right else None


def _names(node: Node) -> set[str]:
    return {name for _, part in _parts(node) for name in part.own_names}


def _parts(node: Node) -> Iterator[tuple[str, Operand]]:
    """Yield all code of a layer, and of the parts of it, with the argument it is in."""
    for key, value in node.maker.arguments.items():
        yield from (
            (key, part) for code in operands_in(value) for part in _inside(code)
        )
    for value in own_values(node._replace(maker=node.maker._replace(arguments={}))):
        yield from (("", part) for code in operands_in(value) for part in _inside(code))
    for child in node.children:
        yield from _parts(child)
    for each in node.rounds:
        yield from (
            ("", part) for code in operands_in(each.times) for part in _inside(code)
        )
        if not each.counted:
            yield from _parts(each.node)


def _inside(code: Operand) -> Iterator[Operand]:
    yield code
    for each in code.inner:
        yield from _inside(each)


def _replaced(code: Operand, variables: Mapping[str, str]) -> Operand:
    """Replace parts of code by variables."""
    if code.text in variables:
        return operands.name(variables[code.text])
    return code.mapped(lambda each: _replaced(each, variables))


def _with_variables(node: Node, variables: Mapping[str, str]) -> Node:
    """Replace code in a layer by the variables of its loop."""

    def value(found: Any) -> Any:
        if isinstance(found, Size | Real | Expression):
            changed = _replaced(found.operand, variables)
            number = found.value if isinstance(found, Expression) else found
            return Expression(number, changed) if changed != found.operand else found
        if isinstance(found, tuple | list):
            return type(found)(map(value, found))
        return found

    def item(found: Any) -> Any:
        if not isinstance(found, Item):
            return found
        text = formula(alone(found)).text
        return sums_name(variables[text]) if text in variables else found

    def made(maker: Maker) -> Maker:
        inner = {key: made(each) for key, each in maker.inner.items()}
        arguments = {key: value(each) for key, each in maker.arguments.items()}
        return maker._replace(arguments=arguments, inner=inner)

    def layer(found: Node) -> Node:
        rounds = (
            each._replace(
                node=each.node if each.counted else layer(each.node),
                times=replaced(each.times, {}, item),
            )
            for each in found.rounds
        )
        return found._replace(
            maker=made(found.maker),
            condition=value(found.condition),
            children=tuple(map(layer, found.children)),
            rounds=tuple(rounds),
        )

    return layer(node)
