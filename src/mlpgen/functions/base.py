"""What a function is: a layer that holds nothing and has no class in `torch.nn`."""

from typing import ClassVar

from mlpgen.layers.base import Function, Layer, ShapeError, Value, Values, shown
from mlpgen.names import snake_case

TORCH_FUNCTION_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.{}.html"


class Operation(Layer):
    """One function of torch on tensors; the class has its name in CamelCase."""

    dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64", "bool")

    @classmethod
    def title(cls) -> str:
        """Return the name in a spec, which is torch's: `masked_fill`."""
        return snake_case(cls.__name__)

    def function(self) -> Function:
        """Return the call that `forward` makes."""
        raise NotImplementedError


def broadcast(name: str, values: Values) -> Value:
    """Return the common shape of tensors that are combined element by element.

    By torch's rules: https://docs.pytorch.org/docs/stable/notes/broadcasting.html

    Raises:
        ShapeError: MG313, with both shapes.
    """
    first, *others = values
    for other in others:
        first = _pair(name, first, other)
    return first


def whole(value: Value) -> tuple[int, ...]:
    """Return the shape with the batch, which is -1 here."""
    return (-1, *value.shape) if value.batched else value.shape


def whole_shown(value: Value) -> str:
    """Write a shape for people; a tensor without a batch has no `N`."""
    if value.batched:
        return shown(value.shape)
    return f"({', '.join(str(int(size)) for size in value.shape)})"


def _pair(name: str, left: Value, right: Value) -> Value:
    a, b = whole(left), whole(right)
    width = max(len(a), len(b))
    sizes = []
    for x, y in zip(
        (1,) * (width - len(a)) + a, (1,) * (width - len(b)) + b, strict=True
    ):
        if x not in (y, 1) and y != 1:
            message = (
                f"`{name}` cannot combine {whole_shown(left)} and {whole_shown(right)}"
            )
            raise ShapeError("MG313", message)
        sizes.append(y if x == 1 else x)
    batched = left.batched or right.batched
    if batched and (not sizes or sizes[0] != -1 or -1 in sizes[1:]):
        message = (
            f"`{name}` would mix the batch of {whole_shown(left)} and "
            f"{whole_shown(right)} with another dimension"
        )
        raise ShapeError("MG313", message)
    order = ("bool", "int64", "float32")
    dtype = max(left.dtype, right.dtype, key=order.index)
    return Value(tuple(sizes[1:] if batched else sizes), dtype, batched)
