"""Calls of layers in `forward`: their code, and which may stand inside of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.fingerprints import names_in
from mlpgen.layers.base import shown
from mlpgen.styles.code import Group, call, flat, keyword, literal, operand
from mlpgen.styles.init.modules import chains
from mlpgen.symbols import operands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Call, Function
    from mlpgen.styles.code import Piece, Value
    from mlpgen.symbols.operands import Operand


def applied(node: Node, values: Sequence[Value], *, batch: str = "x") -> Value:
    """Write the call of one layer.

    Args:
        node: The layer.
        values: The code of its inputs.
        batch: A variable with a batch.
    """
    if node.is_held:
        return operands.atom(f"self.{node.name}")
    if node.function is not None:
        return _function(node, node.function, values, batch)
    return module_call(f"self.{node.shared or node.name}", node, values)


def module_call(name: str, node: Node, values: Sequence[Value]) -> Group:
    """Write the call of a module that has this name."""
    return call(
        name,
        *(values[index] for index in node.call.order),
        *_states(node.call, values),
        *(keyword(key, values[index]) for key, index in node.call.named.items()),
        *_causal(node.call, values),
        *(keyword(key, literal(value)) for key, value in node.call.keywords.items()),
    )


def _states(how: Call, values: Sequence[Value]) -> tuple[Piece, ...]:
    """Write the last inputs as one argument, where they are states."""
    given = values[len(values) - len(how.states) :]
    codes = zip(how.states, given, strict=True)
    states = tuple(code.format(operand(value).atom) for code, value in codes)
    return (Group("(", states, ")", collection=True),) if len(states) > 1 else states


def _causal(how: Call, values: Sequence[Value]) -> tuple[Piece, ...]:
    """Write the mask of what comes later: true where a step would look ahead.

    torch has a function for it, which torch.jit.script refuses.
    """
    if how.causal is None:
        return ()
    name, index = how.causal
    value = operand(values[index]).atom
    length = f"{value}.shape[1]"
    given = (length, length, "dtype=torch.bool", f"device={value}.device")
    return (keyword(name, Group("torch.ones(", given, ").triu(1)")),)


def _function(
    node: Node, function: Function, values: Sequence[Value], batch: str
) -> Value:
    if function.expands:
        values = [
            value if each.batched else _expanded(value, node, index, batch)
            for index, (value, each) in enumerate(zip(values, node.inputs, strict=True))
        ]
    given = [in_forward(each) for each in function.positional]
    if function.counts:
        given.insert(0, operands.atom(f"{batch}.shape[0]"))
    named = [keyword(key, in_forward(each)) for key, each in function.keywords.items()]
    if function.training:
        named.append("training=self.training")
    if function.is_index:
        index = function.name.format(*map(flat, given))
        return operands.atom(f"{operand(values[0]).atom}{index}")
    if function.is_operator:
        return operands.infix(function.name, *map(operand, [*values, *given]))
    names = (*function.names, *[""] * len(values))
    by_place: list[Value] = [
        v for v, key in zip(values, names, strict=False) if not key
    ]
    by_name = [keyword(k, v) for v, k in zip(values, names, strict=False) if k]
    if function.is_method:
        first, *rest = by_place
        method = f"{operand(first).atom}{function.name}"
        return call(method, *rest, *given, *by_name, *named)
    leading = [in_forward(each) for each in function.leading]
    if function.gathers:
        by_place = [Group("[", tuple(by_place), "]", collection=True)]
    return call(function.name, *leading, *by_place, *given, *by_name, *named)


def _expanded(value: Value, node: Node, index: int, batch: str) -> Group:
    """Repeat a tensor for each example of the batch, as `Cat` and `Stack` take it.

    A size of 1 in the place of the batch is the one that is repeated.
    """
    rank = len(node.inputs[index].shape)
    beside = next(each for each in node.inputs if each.batched)
    sizes = ["-1"] * min(rank, len(beside.shape))
    return call(f"{operand(value).atom}.expand", f"{batch}.shape[0]", *sizes)


def in_forward(value: Any) -> Value:
    """Write an argument in `forward`, where parameters are attributes."""
    return literal(value, _attributes(names_in(value)))


def condition_code(node: Node) -> Operand:
    """Write the condition of a function in `forward`."""
    assert node.condition is not None
    return operand(in_forward(node.condition))


def _attributes(names: Iterable[str]) -> dict[str, Operand]:
    """Say what parameters are called in `forward`."""
    return {name: operands.atom(f"self.{name}") for name in names}


class Term(NamedTuple):
    """A call that is not a statement yet.

    Attributes:
        node: What is called.
        operands: What it is called on: other terms, or names of values.
        place: Where the layer stands in the order.
    """

    node: Node
    operands: tuple[Term | str, ...]
    place: int

    def nodes(self) -> Iterator[Node]:
        """Go through the layers in the order they run."""
        for each in self.operands:
            if isinstance(each, Term):
                yield from each.nodes()
        yield self.node

    def names(self) -> Iterator[str]:
        """Go through the values that have a variable."""
        for each in self.operands:
            if isinstance(each, Term):
                yield from each.names()
            else:
                yield each

    def batched_names(self) -> Iterator[str]:
        """Go through the values that have a variable, and a batch."""
        for each, value in zip(self.operands, self.node.inputs, strict=True):
            if isinstance(each, Term):
                yield from each.batched_names()
            elif value.batched:
                yield each


def is_statement(node: Node) -> bool:
    """Tell whether a layer is more than a call with one result."""
    loop = bool(node.rounds) and not chains(node)
    conditional = node.condition is not None and node.is_function
    return not node.single or loop or conditional


def fits_inside(term: Term, node: Node, *, nested: bool) -> bool:
    """Tell whether people would write a call inside of the call of a layer.

    Args:
        term: The inner call.
        node: The layer.
        nested: Whether they do with layers that are not pointwise.
    """
    function = node.function
    if node.call.causal is not None:
        return False  # its call says an input several times
    if node.pointwise or (function and (function.is_method or function.is_index)):
        return True
    calls = list(term.nodes())
    plain = function is not None or all(each.pointwise for each in calls)
    return nested and plain and len(calls) <= 2


def term_piece(term: Term, variables: Mapping[str, str], batch: str) -> Value:
    """Write a call.

    Args:
        term: The call.
        variables: What values are called.
        batch: A variable with a batch, for a call that has none of its own.
    """
    values = [
        operands.atom(variables[each])
        if isinstance(each, str)
        else term_piece(each, variables, batch)
        for each in term.operands
    ]
    own = next((variables[name] for name in term.batched_names()), batch)
    return applied(term.node, values, batch=own)


def new_shape(term: Term) -> str:
    """Say the shape that comes out, where another arrives at the first call."""
    output = term.node.value
    first = next(term.nodes())
    before = first.input if first.inputs else output.shape
    if not output.batched or output.shape == before:
        return ""
    return shown(output.shape)
