"""What a function is: a layer that holds nothing and has no class in `torch.nn`."""

from typing import Annotated, ClassVar

from pydantic import Strict

from mlpgen.catalogue.component import Expects, Structural
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, Value, Values
from mlpgen.layers.linear import position
from mlpgen.layers.shapes import promoted, whole_shown
from mlpgen.names.identifiers import snake_case

TORCH_FUNCTION_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.{}.html"

FLOAT = ("float32",)
NUMBERS = ("float32", "int64")

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
