"""The code that calls a layer on values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlpgen.graph.keys import names_in
from mlpgen.styles.code import Group, call, flat, keyword, literal, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Call, Function
    from mlpgen.styles.code import Piece


class Infix(str):
    """An operation: it needs parentheses inside of another that binds more tightly."""

    binding: int

    def __new__(cls, text: str, binding: int) -> Infix:
        """Keep how tightly its operator binds."""
        infix = super().__new__(cls, text)
        infix.binding = binding
        return infix


_BINDING = {"**": 8, "*": 7, "/": 7, "@": 7, "//": 7, "%": 7, "+": 6, "-": 6, "&": 5}
_COMPARISON = 4


def applied(node: Node, values: Sequence[Piece], *, batch: str = "x") -> Piece:
    """Write the call of one layer.

    Args:
        node: The layer.
        values: The code of its inputs.
        batch: A variable with a batch.
    """
    if node.is_held:
        return f"self.{node.name}"
    if node.function is not None:
        return _function(node, node.function, values, batch)
    return module_call(f"self.{node.shared or node.name}", node, values)


def module_call(name: str, node: Node, values: Sequence[Piece]) -> Piece:
    """Write the call of a module that has this name."""
    return call(
        name,
        *(values[index] for index in node.call.order),
        *_states(node.call, values),
        *(keyword(key, values[index]) for key, index in node.call.named.items()),
        *_causal(node.call, values),
        *(keyword(key, literal(value)) for key, value in node.call.keywords.items()),
    )


def _states(how: Call, values: Sequence[Piece]) -> tuple[Piece, ...]:
    """Write the last inputs as one argument, where they are states."""
    given = values[len(values) - len(how.states) :]
    codes = zip(how.states, given, strict=True)
    states = tuple(code.format(atom(value)) for code, value in codes)
    return (Group("(", states, ")", collection=True),) if len(states) > 1 else states


def _causal(how: Call, values: Sequence[Piece]) -> tuple[Piece, ...]:
    """Write the mask of what comes later: bool, as all others."""
    if how.causal is None:
        return ()
    name, index = how.causal
    value = atom(values[index])
    sizes = (f"{value}.shape[1]", f"device={value}.device")
    opening = "nn.Transformer.generate_square_subsequent_mask("
    return (keyword(name, Group(opening, sizes, ").bool()")),)


def _function(
    node: Node, function: Function, values: Sequence[Piece], batch: str
) -> Piece:
    if function.expands:
        values = [
            value if each.batched else _expanded(value, node, index, batch)
            for index, (value, each) in enumerate(zip(values, node.inputs, strict=True))
        ]
    given = [in_forward(each) for each in function.positional]
    if function.counts:
        given.insert(0, f"{batch}.shape[0]")
    named = [keyword(key, in_forward(each)) for key, each in function.keywords.items()]
    if function.training:
        named.append("training=self.training")
    if function.is_index:
        return atom(values[0]) + function.name.format(*map(flat, given))
    if function.is_operator:
        return _infix(function.name, [*values, *given])
    names = (*function.names, *[""] * len(values))
    by_place = [v for v, key in zip(values, names, strict=False) if not key]
    by_name = [keyword(k, v) for v, k in zip(values, names, strict=False) if k]
    if function.is_method:
        first, *rest = by_place
        return call(atom(first) + function.name, *rest, *given, *by_name, *named)
    leading = [in_forward(each) for each in function.leading]
    if function.gathers:
        by_place = [Group("[", tuple(by_place), "]", collection=True)]
    return call(function.name, *leading, *by_place, *given, *by_name, *named)


def _expanded(value: Piece, node: Node, index: int, batch: str) -> Piece:
    """Repeat a tensor for each example of the batch."""
    rank = len(node.inputs[index].shape)
    whole = len(node.value.shape) + 1
    sizes = ["-1"] * (rank - (rank == whole))
    return call(f"{atom(value)}.expand", f"{batch}.shape[0]", *sizes)


def _infix(sign: str, values: Sequence[Piece]) -> Infix:
    binding = _BINDING.get(sign, _COMPARISON)
    first, *rest = values
    left = _operand(first, binding)
    if binding == _COMPARISON and isinstance(first, Infix):
        left = _operand(first, binding + 1)
    texts = [left, *(_operand(each, binding + 1) for each in rest)]
    return Infix(f" {sign} ".join(texts), binding)


def _operand(value: Piece, binding: int) -> str:
    if isinstance(value, Infix) and value.binding < binding:
        return f"({value})"
    return flat(value)


def atom(value: Piece) -> str:
    """Write a value so that `.method()` or an index can follow it."""
    return f"({value})" if isinstance(value, Infix) else flat(value)


def in_forward(value: Any) -> Piece:
    """Write an argument in `forward`, where parameters are attributes."""
    piece = literal(value)
    names = names_in(value)
    if not names:
        return piece
    return _with_self(piece, names)


def condition_code(node: Node) -> str:
    """Write the condition of a function in `forward`."""
    assert node.condition is not None
    return flat(_with_self(tidy(node.condition.code), node.condition.names))


def _with_self(piece: Piece, names: frozenset[str]) -> Piece:
    if isinstance(piece, Group):
        items = tuple(_with_self(each, names) for each in piece.items)
        return piece._replace(items=items)
    pattern = rf"\b({'|'.join(sorted(names))})\b"
    return re.sub(pattern, r"self.\1", piece)
