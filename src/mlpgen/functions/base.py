"""What a function is: a layer that holds nothing and has no class in `torch.nn`."""

from collections.abc import Sequence
from itertools import combinations, dropwhile
from typing import Annotated, ClassVar

from pydantic import Strict

from mlpgen.agreements import agree
from mlpgen.component import Expects, Structural
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, Value, Values, shown
from mlpgen.layers.linear import position
from mlpgen.names import snake_case
from mlpgen.sizes import is_symbolic

TORCH_FUNCTION_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.{}.html"

DTYPES = ("bool", "int64", "float32")
"""Kinds of numbers: of two that are combined, the later one wins."""
FLOAT = ("float32",)
NUMBERS = ("float32", "int64")

MOST_DIMENSIONS = 6
"""Of tensors for which it is said where a size of 1 is missing."""

_AsTuple = Strict(strict=False)
Ints = Annotated[tuple[int, ...], _AsTuple]
Number = Annotated[int | float, Expects("a number")]
Dim = Annotated[int, Structural(), Expects("a whole number")]
Dims = Annotated[int | Ints, Structural(), Expects("a whole number, or a list of them")]
Flag = Annotated[bool, Structural()]


class Operation(Layer):
    """One function of torch on tensors; the class has its name in CamelCase.

    Class attributes:
        example_inputs: What it takes, where that is not one tensor of floats.
        page: Its name behind `torch.`, where it is not the name in a spec.
        gives: The kind of numbers of the result; that of the inputs if empty.
    """

    dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64", "bool")
    example_inputs: ClassVar[Values] = ()
    gives: ClassVar[str] = ""

    @classmethod
    def title(cls) -> str:
        """Return the name in a spec, which is torch's: `masked_fill`."""
        return snake_case(cls.__name__)

    @classmethod
    def examples(cls) -> Values:
        """Return inputs that the example takes."""
        return cls.example_inputs or (Value(cls.example_input),)

    @classmethod
    def torch_page(cls) -> str:
        """Return where torch documents it."""
        return TORCH_FUNCTION_PAGE.format(cls.page or cls.title())

    def result(self, value: Value, shape: Shape) -> dict[str, Value]:
        """Return the only part: `value` with another shape, and the kind it gives."""
        dtype = self.gives or value.dtype
        return {"": value._replace(shape=shape, dtype=dtype)}

    def function(self) -> Function:
        """Return the call that `forward` makes, where no shape is needed for it."""
        raise NotImplementedError

    def function_on(self, values: Values) -> Function:
        """Return the call that `forward` makes on these inputs."""
        del values
        return self.function()


class Pointwise(Operation):
    """A function of each element: the shape stays."""

    call: ClassVar[str]
    rule: ClassVar[str] = "(N, *) → (N, *)"
    example_input: ClassVar[tuple[int, ...]] = (8,)
    pointwise: ClassVar[bool] = True

    def results(self, values: Values) -> dict[str, Value]:
        """The shape stays."""
        return self.result(values[0], values[0].shape)

    def function(self) -> Function:
        """The function of the same name, with what differs from torch's defaults."""
        return Function(self.call, (), self.arguments())


def place(argument: str, dim: int, value: Value) -> int:
    """Turn torch's `dim`, which counts the batch, into an index of the shape.

    Raises:
        ShapeError: MG308, for the batch dimension and for one that is not there.
    """
    if value.batched:
        return position(argument, dim, value.shape)
    count = len(value.shape)
    index = dim + count if dim < 0 else dim
    if not 0 <= index < count:
        message = f"`{argument}` is {dim}, but {whole_shown(value)} has {count} "
        raise ShapeError("MG308", message + "dimensions", argument=argument)
    return index


def places(argument: str, dims: int | tuple[int, ...], value: Value) -> tuple[int, ...]:
    """Turn one or several of torch's dimensions into indices of the shape.

    Raises:
        ShapeError: MG308, also for a dimension that is there twice, or for none.
    """
    found = tuple(place(argument, dim, value) for dim in as_tuple(dims))
    if not found or len(set(found)) < len(found):
        message = f"`{argument}` names {'a dimension twice' if found else 'nothing'}"
        raise ShapeError("MG308", message, argument=argument)
    return found


def as_tuple(dims: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return one dimension as a tuple of one."""
    return dims if isinstance(dims, tuple) else (dims,)


def replaced(shape: Shape, at: int, *sizes: int) -> Shape:
    """Return a shape with other sizes, or with none, in place of one."""
    return (*shape[:at], *sizes, *shape[at + 1 :])


def broadcast(name: str, values: Values) -> Value:
    """Return the common shape of tensors that are combined element by element.

    By torch's rules: https://docs.pytorch.org/docs/stable/notes/broadcasting.html

    Raises:
        ShapeError: MG313, with both shapes.
    """
    first, *others = values
    for other in others:
        sizes = aligned(whole(first), whole(other))
        try:
            if sizes is None:
                message = f"`{name}` cannot combine {whole_shown(first)} and "
                raise ShapeError("MG313", message + whole_shown(other))
            first = kept_batch(name, sizes, (first, other))
        except ShapeError as error:
            error.help = _with_ones(first, other)
            raise
    return first


def _with_ones(first: Value, other: Value) -> str:
    """Say which shape with sizes of 1 put in would fit; empty if there is none."""
    small, large = sorted((first, other), key=lambda value: len(whole(value)))
    count = len(whole(large))
    begin = 1 if small.batched else 0
    found: dict[str, None] = {}
    if count <= MOST_DIMENSIONS:
        for kept in combinations(range(begin, count), len(small.shape)):
            sizes = [1] * (count - begin)
            for at, size in zip(kept, small.shape, strict=True):
                sizes[at - begin] = size
            if not small.batched:
                sizes = [*dropwhile(lambda size: size == 1, sizes)]
            value = small._replace(shape=tuple(sizes))
            if aligned(whole(large), whole(value)) == whole(large):
                found[whole_shown(value)] = None
    if not found:
        return ""
    fits = f"{' or '.join([*found][:2])} would fit"
    if not small.batched:
        return fits
    return f"{fits}: reduce it with `keepdim: true`, or `unsqueeze` it"


def aligned(left: Shape, right: Shape) -> Shape | None:
    """Broadcast two whole shapes; None if they do not fit."""
    width = max(len(left), len(right))
    pairs = zip(
        (1,) * (width - len(left)) + left,
        (1,) * (width - len(right)) + right,
        strict=True,
    )
    sizes = []
    for a, b in pairs:
        if _is_one(a) or _is_one(b):
            sizes.append(b if _is_one(a) else a)
        elif agree(a, b) or agree(b, 1):
            sizes.append(a)
        elif agree(a, 1):
            sizes.append(b)
        else:
            return None
    return tuple(sizes)


def _is_one(size: int) -> bool:
    """Tell whether a size is 1 whatever the parameters are."""
    return size == 1 and not is_symbolic(size)


def kept_batch(name: str, sizes: Shape, values: Values) -> Value:
    """Make the result of a function of several tensors from its whole shape.

    Raises:
        ShapeError: MG313: the batch is not the first dimension, and only that.
    """
    dtype = promoted([value.dtype for value in values])
    if not any(value.batched for value in values):
        return Value(sizes, dtype, batched=False)
    if sizes[:1] != (-1,) or -1 in sizes[1:]:
        inputs = " and ".join(whole_shown(value) for value in values)
        message = f"`{name}` would mix the batch of {inputs} with another dimension"
        raise ShapeError("MG313", message)
    return Value(sizes[1:], dtype)


def promoted(dtypes: Sequence[str]) -> str:
    """Return the kind of numbers that tensors of several kinds give together."""
    return max(dtypes, key=DTYPES.index)


def with_number(dtype: str, number: float) -> str:
    """Return the kind of numbers that a tensor and a plain number give together."""
    if isinstance(number, float):
        return "float32"
    return promoted([dtype, "int64"])


def same_dtypes(name: str, values: Values) -> None:
    """Refuse inputs of several kinds.

    Raises:
        ShapeError: MG315.
    """
    found = list(dict.fromkeys(value.dtype for value in values))
    if len(found) > 1:
        message = f"`{name}` takes inputs of one kind, but {' and '.join(found)} arrive"
        raise ShapeError("MG315", message)


def need_dtype(name: str, what: str, value: Value, wanted: str) -> None:
    """Refuse one input of another kind.

    Raises:
        ShapeError: MG315.
    """
    if value.dtype != wanted:
        message = f"the {what} of `{name}` is {wanted}, but {value.dtype} arrives"
        raise ShapeError("MG315", message)


def whole(value: Value) -> tuple[int, ...]:
    """Return the shape with the batch, which is -1 here."""
    return (-1, *value.shape) if value.batched else value.shape


def whole_shown(value: Value) -> str:
    """Write a shape for people; a tensor without a batch has no `N`."""
    if value.batched:
        return shown(value.shape)
    return f"({', '.join(str(int(size)) for size in value.shape)})"
