"""Calls of layers in `forward`: their code, and which may contain which."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.graph.entries.batch_dims import inside
from mlpgen.graph.used_parameters import names_in
from mlpgen.styles.code import Group, call, flat, keyword, literal, operand
from mlpgen.styles.forward.packing import is_packed
from mlpgen.styles.init.modules import can_chain
from mlpgen.styles.shape_text import comment_text
from mlpgen.styles.variable_names import attribute
from mlpgen.symbols import operands
from mlpgen.symbols.sizes import Size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Call, Function
    from mlpgen.layers.forward_call import NewTensor
    from mlpgen.styles.code import Piece, Value
    from mlpgen.symbols.operands import Operand


class Around(NamedTuple):
    """What the call of a layer can name besides its inputs.

    Attributes:
        sizes: The code of free sizes.
        batch: A variable with a batch.
        like: The variable whose device a new tensor has.
    """

    sizes: Mapping[str, Operand]
    batch: str
    like: str = ""


def layer_call(node: Node, values: Sequence[Value], around: Around) -> Value:
    """Write the call of a layer.

    Args:
        node: The layer.
        values: The code of its inputs.
        around: What else its code can name.
    """
    if node.is_tensor:
        return operands.atom(attribute(node.name))
    if node.batch:
        return _batched(node, values, around)
    if node.function is not None:
        return _function(node, node.function, values, around)
    return module_call(attribute(node.shared or node.name), node, values)


def _batched(node: Node, values: Sequence[Value], around: Around) -> Value:
    """Write the call of a layer that sees its inputs as more examples."""
    batch = joined(operands.atom(around.batch), node).text if around.batch else ""
    within = around._replace(batch=batch)
    found = layer_call(inside(node), all_joined(values, node), within)
    if not (node.single and node.value.batched):
        return found
    if node.function is not None:
        return split(found, node, around.sizes)
    sizes = argument_code((-1, *node.batch), around.sizes)
    return call(f"{operand(found).atom}.unflatten", "0", sizes)


def all_joined(values: Sequence[Value], node: Node) -> list[Operand]:
    """Write the inputs of a layer so that it sees more examples."""
    return [
        joined(value, node) if each.batched else operand(value)
        for value, each in zip(values, node.inputs, strict=True)
    ]


def joined(value: Value, node: Node) -> Operand:
    """Write a value whose first dimensions are one: `x.flatten(0, 1)`."""
    return operands.atom(f"{operand(value).atom}.flatten(0, {len(node.batch)})")


def split(value: Piece, node: Node, sizes: Mapping[str, Operand]) -> Group:
    """Write a result with its first dimensions; unlike the method, this has types."""
    shape = argument_code((-1, *node.batch), sizes)
    return call("torch.unflatten", value, "0", shape)


def module_call(name: str, node: Node, values: Sequence[Value]) -> Group:
    """Write the call of the module of this name."""
    how = node.call
    given = formed(how, values)
    return call(
        name,
        *(given[index] for index in how.order),
        *_states([given[index] for index in how.states]),
        *(keyword(key, given[index]) for key, index in how.named.items()),
        *(_causal(mask, values[index]) for mask, index in how.causal),
        *(keyword(key, literal(value)) for key, value in how.keywords.items()),
    )


def formed(how: Call, values: Sequence[Value]) -> list[Value]:
    """Write inputs in the form in which they are passed."""
    return [
        operands.atom(how.forms[index].format(operand(value).atom))
        if index in how.forms
        else value
        for index, value in enumerate(values)
    ]


def _states(states: Sequence[Value]) -> Sequence[Value]:
    """Write several states as one argument."""
    return (Group("(", (*states,), ")", collection=True),) if states[1:] else states


def _causal(name: str, about: Value) -> Piece:
    """Write the causal mask: true where a step would attend to a later one.

    torch has a function for it, but torch.jit.script refuses that.
    """
    value = operand(about).atom
    length = f"{value}.shape[1]"
    given = (length, length, "dtype=torch.bool", f"device={value}.device")
    return keyword(name, Group("torch.ones(", given, ").triu(1)"))


def _function(
    node: Node, function: Function, values: Sequence[Value], around: Around
) -> Value:
    if function.expands:
        values = [
            value if each.batched else _expanded(value, node, index, around.batch)
            for index, (value, each) in enumerate(zip(values, node.inputs, strict=True))
        ]
    write = partial(argument_code, sizes=around.sizes, once=function.once)
    given = [write(each) for each in function.positional]
    if function.counts:
        given.insert(0, operands.atom(f"{around.batch}.shape[0]"))
    if function.follows_batch:
        *values, beside = values
        given.insert(0, operands.atom(f"{operand(beside).atom}.shape[0]"))
    named = [_keyword(function, key, around.sizes) for key in function.keywords]
    if function.new is not None:
        named += _as_input(function.new, around.like)
    if function.training:
        named.append("training=self.training")
    if function.is_index:
        return operands.atom(f"{operand(values[0]).atom}{_index(function, given)}")
    leading = [write(each) for each in function.leading]
    if function.is_operator:
        every = [*leading, *values, *given]
        return operands.infix(function.name, *map(operand, every))
    names = (*function.names, *[""] * len(values))
    positional: list[Value] = [
        v for v, key in zip(values, names, strict=False) if not key
    ]
    by_name = [keyword(k, v) for v, k in zip(values, names, strict=False) if k]
    if function.after:
        positional[function.after : function.after] = given
        given = []
    if function.is_method:
        first, *rest = positional
        method = f"{operand(first).atom}{function.name}"
        return call(method, *rest, *given, *by_name, *named)
    if function.gathers:
        positional = [Group("[", tuple(positional), "]", collection=True)]
    return call(function.name, *leading, *positional, *given, *by_name, *named)


def _keyword(function: Function, key: str, sizes: Mapping[str, Operand]) -> Piece:
    """Write a keyword argument of a function."""
    value = argument_code(function.keywords[key], sizes, once=function.once)
    if key in function.only_training:
        training = operands.atom("self.training")
        value = operands.choice(training, operand(value), operands.number(0.0))
    return keyword(key, value)


def _as_input(new: NewTensor, like: str) -> list[Piece]:
    """Write the dtype and device of a new tensor, where they are not torch's choice."""
    dtype = f"{like}.dtype" if new.follows else f"torch.{new.dtype}"
    said = new.follows or new.dtype != new.usual
    found: list[Piece] = [keyword("dtype", dtype)] if said else []
    return [*found, keyword("device", f"{like}.device")] if like else found


def _expanded(value: Value, node: Node, index: int, batch: str) -> Group:
    """Expand a tensor to the batch size, as `Cat` and `Stack` need it.

    Its first dimension is expanded if it has size 1 where others have the batch.
    """
    rank = len(node.inputs[index].shape)
    beside = next(each for each in node.inputs if each.batched)
    sizes = ["-1"] * min(rank, len(beside.shape))
    return call(f"{operand(value).atom}.expand", f"{batch}.shape[0]", *sizes)


def _index(function: Function, given: Sequence[Value]) -> str:
    """Write the index of a function; ruff puts no spaces around `:` beside names."""
    text, codes = function.name, [*map(flat, given)]
    if all(re.fullmatch(r"-?\w+", each) for each in codes):
        text = text.replace("} :", "}:").replace(": {", ":{")
    return text.format(*codes)


def argument_code(
    value: Any, sizes: Mapping[str, Operand], *, once: bool = False
) -> Value:
    """Write an argument; in `forward` the parameters of a spec are attributes.

    Args:
        value: The argument.
        sizes: The code of free sizes.
        once: Whether it is in `__init__`, where parameters are variables.
    """
    if isinstance(value, Size) and value.code in sizes:
        return sizes[value.code]
    names = {
        name: sizes.get(name) or operands.atom(f"self.{name}")
        for name in ([] if once else names_in(value))
    }
    return literal(value, names)


def condition_code(node: Node, sizes: Mapping[str, Operand]) -> Operand:
    """Write the condition of a function in `forward`."""
    assert node.condition is not None
    once = node.function is not None and node.function.once
    return operand(argument_code(node.condition, sizes, once=once))


def absence_code(node: Node) -> Operand:
    """Write the test that a module is left out.

    It is then None, which torch.jit.script knows before it would compile its call.
    """
    return operands.atom(f"{attribute(node.name)} is None")


class PendingCall(NamedTuple):
    """The call of a layer that is not a statement yet: another call may contain it.

    Attributes:
        node: The layer.
        arguments: What it is called on: other calls, or names of values.
        position: The position of the layer in the order.
    """

    node: Node
    arguments: tuple[PendingCall | str, ...]
    position: int

    def nodes(self) -> Iterator[Node]:
        """Yield the layers in the order they run."""
        for each in self.arguments:
            if isinstance(each, PendingCall):
                yield from each.nodes()
        yield self.node

    def values(self) -> Iterator[str]:
        """Yield the names of the values that it reads from variables."""
        for each in self.arguments:
            if isinstance(each, PendingCall):
                yield from each.values()
            else:
                yield each

    def batched_values(self) -> Iterator[str]:
        """Yield the names of those of these values that have a batch."""
        for each, value in zip(self.arguments, self.node.inputs, strict=True):
            if isinstance(each, PendingCall):
                yield from each.batched_values()
            elif value.batched:
                yield each


def is_compound(node: Node) -> bool:
    """Tell whether a layer is more than one call with one result."""
    loop = bool(node.rounds) and not can_chain(node)
    conditional = node.condition is not None and node.is_function
    return not node.single or loop or conditional or bool(node.otherwise)


def can_nest(inner: PendingCall, node: Node, *, nested: bool) -> bool:
    """Tell whether people would write a call inside the call of a layer.

    Args:
        inner: The inner call.
        node: The layer.
        nested: Whether they would for layers that are not pointwise.
    """
    function = node.function
    if node.call.causal or is_packed(node):
        return False  # its call repeats an input
    if node.pointwise or (function and (function.is_method or function.is_index)):
        return True
    nodes = list(inner.nodes())
    plain = function is not None or all(each.pointwise for each in nodes)
    return nested and plain and len(nodes) <= 2


def nested_code(
    call: PendingCall,
    variables: Mapping[str, str],
    sizes: Mapping[str, Operand],
    batch: str,
) -> Value:
    """Write a call with all calls inside it.

    Args:
        call: The call.
        variables: What values are called.
        sizes: The code of free sizes.
        batch: A variable with a batch, for a call that reads none.
    """
    values = [
        operands.atom(variables[each])
        if isinstance(each, str)
        else nested_code(each, variables, sizes, batch)
        for each in call.arguments
    ]
    batch = next((variables[name] for name in call.batched_values()), batch)
    like = variables[call.node.like] if call.node.like else ""
    return layer_call(call.node, values, Around(sizes, batch, like))


def shape_comment(call: PendingCall) -> str:
    """Return the shape of the result, if it differs from that of the first input."""
    output = call.node.value
    first = next(call.nodes())
    before = first.input if first.inputs else output.shape
    if not output.batched or output.shape == before:
        return ""
    return comment_text(output)
