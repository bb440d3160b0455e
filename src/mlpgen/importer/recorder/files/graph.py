"""The graph of a file: operations in order, each inside of some modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.recording import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor


class Name(str):
    """A value of the graph, where it stands as an argument."""

    __slots__ = ()


class Scope(NamedTuple):
    """A call of a module.

    Attributes:
        path: The module.
        type: Its class, with the module of Python that has it; empty if unknown.
        call: Which call of that module; empty for the first one.
    """

    path: str
    type: str
    call: str = ""


class Operation(NamedTuple):
    """An operation.

    Attributes:
        function: What computes it.
        args: Its arguments, with `Name` for values.
        kwargs: Those by name.
        output: The name of its result.
        scopes: The calls of modules around it, the outermost first, that of the model
            left out.
        place: The author's line.
        kind: What the file calls it, such as `conv2d`.
        given: Its arguments by the names of the operator.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output: Name
    scopes: tuple[Scope, ...] = ()
    place: Place = Place("", 0)
    kind: str = ""
    given: dict[str, Any] = {}  # noqa: RUF012 - never changed


class Graph(NamedTuple):
    """A model of a file.

    Attributes:
        type: The class of the model.
        operations: In order.
        inputs: The names of its inputs.
        outputs: What it returns, with `Name` for values.
        tensors: Parameters and buffers, by their values; the key is in `keys`.
        keys: The key of each of them in the state_dict.
        transient: The keys that checkpoints do not have.
        shapes: The shapes of values, as far as the file has them.
        batch: The size of the batch that the file was made with, if it is fixed.
    """

    type: str
    operations: tuple[Operation, ...]
    inputs: tuple[Name, ...]
    outputs: Any
    tensors: Mapping[Name, Tensor]
    keys: Mapping[Name, str]
    transient: frozenset[str]
    shapes: Mapping[str, tuple[int, ...]]
    batch: int = 0


class Call(NamedTuple):
    """A call of a module.

    Attributes:
        path: The module.
        type: Its class.
        items: What it computes: operations and calls.
        inputs: The values that it takes from outside.
        outputs: The values that others need.
    """

    path: str
    type: str
    items: tuple[Call | Operation, ...]
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]


def operations_of(call: Call) -> tuple[Operation, ...]:
    """Return all operations of a call, in order."""
    found: list[Operation] = []
    for item in call.items:
        found += (item,) if isinstance(item, Operation) else operations_of(item)
    return (*found,)


def names_in(value: Any) -> list[Name]:
    """Return the values in an argument."""
    if isinstance(value, Name):
        return [value]
    if isinstance(value, dict):
        return [name for each in value.values() for name in names_in(each)]
    if isinstance(value, slice):
        return names_in((value.start, value.stop, value.step))
    if isinstance(value, tuple | list):
        return [name for each in value for name in names_in(each)]
    return []


def with_values(value: Any, values: Mapping[str, Any]) -> Any:
    """Put values in the place of their names."""
    if isinstance(value, Name):
        return values[value]
    if isinstance(value, dict):
        return {key: with_values(each, values) for key, each in value.items()}
    if isinstance(value, slice):
        return slice(*with_values((value.start, value.stop, value.step), values))
    if type(value) in (tuple, list):
        return type(value)(with_values(each, values) for each in value)
    return value
