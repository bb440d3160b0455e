"""The base class of functions: layers without state or a class in `torch.nn`."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Strict

from mlpgen.catalogue.component import Expects, Infinite, Structural
from mlpgen.layers.base import Function, Layer, Shape, ShapeError, Value, Values
from mlpgen.layers.functional import module_of
from mlpgen.layers.shapes import example_axis, promoted, whole_shown
from mlpgen.names.identifiers import snake_case

TORCH_FUNCTION_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.{}.html"

FLOAT = ("float32",)
NUMBERS = ("float32", "int64")

_AsTuple = Strict(strict=False)
Ints = Annotated[tuple[int, ...], _AsTuple]
Number = Annotated[int | float, Expects("a number")]
InfiniteNumber = Annotated[int | float, Infinite(), Expects("a number, or `-.inf`")]
Dim = Annotated[int, Structural(), Expects("a whole number")]
Dims = Annotated[int | Ints, Structural(), Expects("a whole number, or a list of them")]
Flag = Annotated[bool, Structural()]


class Module(NamedTuple):
    """The layer of `torch.nn` that does the same as a function.

    Attributes:
        type: Its class.
        arguments: Its arguments, where they differ from the defaults of the function.
    """

    type: str
    arguments: Mapping[str, Any]


class Operation(Layer):
    """A torch function on tensors; the class has its name in CamelCase.

    Class attributes:
        example_inputs: Inputs for the example, if it is not one float tensor.
        call: Its name in code, if it is not that of the spec in `torch`.
        page: Its name after `torch.`, if it is not the name in a spec.
        gives: The dtype of the result; empty for that of the first input.
        random: Whether each call draws other random numbers.
    """

    dtypes: ClassVar[tuple[str, ...]] = ("float32", "int64", "bool")
    example_inputs: ClassVar[Values] = ()
    call: ClassVar[str] = ""
    gives: ClassVar[str] = ""
    random: ClassVar[bool] = False

    @classmethod
    def title(cls) -> str:
        """Return the name in a spec, which is torch's: `masked_fill`."""
        return snake_case(cls.__name__)

    @classmethod
    def examples(cls) -> Values:
        """Return inputs for the example."""
        return cls.example_inputs or (Value(cls.example_input),)

    @classmethod
    def torch_page(cls) -> str:
        """Return the address of torch's documentation."""
        return TORCH_FUNCTION_PAGE.format(cls.page or cls.title())

    def result(self, value: Value, shape: Shape) -> dict[str, Value]:
        """Return the result: `value` with another shape and the dtype that is given."""
        dtype = self.gives or value.dtype
        return {"": value._replace(shape=shape, dtype=dtype)}

    @classmethod
    def module(cls, arguments: Mapping[str, Any], value: Value) -> Module | None:
        """Return the layer that does the same; None if there is none.

        Args:
            arguments: Those that differ from the defaults.
            value: The input.
        """
        del value
        type_ = module_of(cls.title())
        return Module(type_, arguments) if type_ else None

    def function(self) -> Function:
        """Call it with the arguments that differ from torch's defaults.

        A call that depends on the inputs is returned by `function_on` instead.
        """
        return Function(self.call or f"torch.{self.title()}", (), self.arguments())

    def function_on(self, values: Values) -> Function:
        """Return the call in `forward` on these inputs."""
        del values
        return self.function()


class Pointwise(Operation):
    """Base of functions of each element, which keep the shape."""

    rule: ClassVar[str] = "(N, *) → (N, *)"
    example_input: ClassVar[tuple[int, ...]] = (8,)
    pointwise: ClassVar[bool] = True

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        return self.result(values[0], values[0].shape)


def axis_of(argument: str, dim: int, value: Value) -> int:
    """Convert torch's `dim`, which counts the batch, to an index of the shape.

    Raises:
        ShapeError: MG308, if it is the batch dimension or out of range.
    """
    if value.batched:
        return example_axis(argument, dim, value.shape)
    count = len(value.shape)
    index = dim + count if dim < 0 else dim
    if not 0 <= index < count:
        message = f"`{argument}` is {dim}, but {whole_shown(value)} has {count} "
        raise ShapeError("MG308", message + "dimensions", argument=argument)
    return index


def axes_of(
    argument: str, dims: int | tuple[int, ...], value: Value
) -> tuple[int, ...]:
    """Convert one or several of torch's dimensions to indices of the shape.

    Raises:
        ShapeError: MG308, also if a dimension occurs twice, or if there is none.
    """
    found = tuple(axis_of(argument, dim, value) for dim in as_tuple(dims))
    if not found or len(set(found)) < len(found):
        what = "a dimension twice" if found else "no dimension"
        message = f"`{argument}` names {what}"
        raise ShapeError("MG308", message, argument=argument)
    return found


def as_tuple(dims: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return one dimension as a tuple of one."""
    return dims if isinstance(dims, tuple) else (dims,)


def replaced(shape: Shape, at: int, *sizes: int) -> Shape:
    """Return a shape with one size replaced by others, or removed."""
    return (*shape[:at], *sizes, *shape[at + 1 :])


def with_number(dtype: str, number: float) -> str:
    """Return the dtype of a tensor combined with a plain number."""
    if isinstance(number, float):
        return "float32"
    return promoted([dtype, "int64"])


def same_dtypes(name: str, values: Values) -> None:
    """Check that all inputs have the same dtype.

    Raises:
        ShapeError: MG315.
    """
    found = list(dict.fromkeys(value.dtype for value in values))
    if len(found) > 1:
        message = (
            f"inputs of `{name}` must have one dtype, but got {' and '.join(found)}"
        )
        raise ShapeError("MG315", message)


def need_dtype(name: str, what: str, value: Value, wanted: str) -> None:
    """Check the dtype of an input.

    Raises:
        ShapeError: MG315.
    """
    if value.dtype != wanted:
        message = f"the {what} of `{name}` must be {wanted}, but is {value.dtype}"
        raise ShapeError("MG315", message)
