"""Arguments of operations, as plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.training.producers import class_of

if TYPE_CHECKING:
    from mlpgen.graph.flow import Operation
    from mlpgen.layers.base import Value


def argument(operation: Operation, name: str) -> Any:
    """Return an argument with its value for the defaults of the parameters."""
    node = operation.node
    if name in node.arguments:
        found = node.arguments[name]
        return getattr(found, "value", found)
    cls = class_of(node)
    field = cls.model_fields.get(name) if cls is not None else None
    return None if field is None or field.is_required() else field.default


def number_of(operation: Operation, name: str) -> float | None:
    """Return an argument that is a number; None if it is not known, or another."""
    found = argument(operation, name)
    plain = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if plain else None


def dim_of(operation: Operation) -> int | None:
    """Return the dimension of an operation, counted from the last one, which is -1."""
    if operation.kind == "Softmax2d":
        return -3
    dim = argument(operation, "dim")
    if not isinstance(dim, int) or isinstance(dim, bool):
        return None
    return from_last(dim, operation.sources[0].value)


def one_dim_of(operation: Operation) -> int | None:
    """Return the one dimension that is reduced, be it in a list, from the last one."""
    dims = argument(operation, "dim")
    dim = dims[0] if isinstance(dims, tuple | list) and len(dims) == 1 else dims
    return from_last(dim, operation.sources[0].value) if isinstance(dim, int) else None


def from_last(dim: int, value: Value) -> int:
    """Count a dimension of a tensor, whole with its batch, from the last one."""
    return dim - len(value.shape) - value.batched if dim >= 0 else dim
