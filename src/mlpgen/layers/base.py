"""The base class of layers: arguments, shape rules, counts and calls.

A shape is that of one example, without the batch dimension. Its sizes may depend on
parameters (`mlpgen.symbols.sizes.Size`), so shape rules use plain arithmetic only:
no `int()`, `min`, `round` or `math.floor` on a size; `//` rounds down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod
from typing import ClassVar, Literal, NamedTuple

from mlpgen.catalogue.component import Component
from mlpgen.layers.forward_call import Call as Call
from mlpgen.layers.forward_call import Function as Function

Shape = tuple[int, ...]

MOST_VALUES = 2**40
"""The most values of a tensor; more would need terabytes."""


class Value(NamedTuple):
    """A tensor in the graph: its shape, dtype, and whether it has a batch.

    Attributes:
        shape: Of one example, without the batch; the whole shape if there is no batch.
        dtype: torch's name: `float32`, `int64`, `bool`.
        batched: Whether there is a batch dimension, which `shape` leaves out; a learned
            parameter has none.
    """

    shape: Shape
    dtype: str = "float32"
    batched: bool = True


Values = tuple[Value, ...]
Returned = str | tuple["Returned", ...]
"""What a call returns, by part names, nested: `("output", ("hidden", "cell"))`."""

TORCH_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.{}.html"


class ShapeError(Exception):
    """A layer cannot take its inputs.

    Attributes:
        code: Code of the diagnostic (`MG303`).
        message: What is wrong, with both numbers.
        argument: The argument that causes it, if there is one.
        help: How to fix it.
    """

    def __init__(
        self, code: str, message: str, *, argument: str | None = None, help: str = ""
    ) -> None:
        self.code = code
        self.message = message
        self.argument = argument
        self.help = help
        super().__init__(message)


class Layer(Component):
    """A layer of `torch.nn`, under torch's name.

    Most layers take one tensor and return one: they define `inferred`, `output` and
    `multiply_adds`, which see shapes only. Layers with several inputs, several results
    or other dtypes override `inferred_from`, `results` and `work`.

    Class attributes:
        prefix: What precedes its name in code; empty if the generated file defines the
            class.
        arity: The fewest and the most inputs.
        lists_inputs: Whether `from` must list its inputs, even if there is only one.
        dtypes: The dtypes that inputs may have.
        asked: Parts of the result that an argument asks for, with that argument.
        needs_batch: Whether torch takes the first dimension for the batch.
        example: The layer as a spec has it, after `- `.
        example_input: A shape of one example that the layer takes.
        example_inputs: Inputs for the example, if it is not one float tensor.
        rule: Its shape rule for people, with the batch dimension.
        pointwise: Whether `forward` applies it on the line of the layer before it:
            activations, dropout, normalization.
        saves_output: Whether autograd saves its result for the backward pass.
        ignores_inplace: Whether torch ignores `inplace`.
        returns_input: Whether its result is a view of its input, or the input itself.
        arranges: Whether its result has exactly the values of its inputs.
        spatial: The number of spatial dimensions, which follow the channels.
    """

    example: ClassVar[str] = ""
    example_input: ClassVar[tuple[int, ...]] = ()
    example_inputs: ClassVar[tuple[Value, ...]] = ()
    prefix: ClassVar[str] = "nn."
    arity: ClassVar[tuple[int, int]] = (1, 1)
    lists_inputs: ClassVar[bool] = False
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
    asked: ClassVar[dict[str, str]] = {}
    needs_batch: ClassVar[bool] = False
    rule: ClassVar[str] = "(N, *) → (N, *)"
    pointwise: ClassVar[bool] = False
    saves_output: ClassVar[Literal["never", "in place", "always"]] = "never"
    ignores_inplace: ClassVar[bool] = False
    returns_input: ClassVar[Literal["never", "in evaluation", "always"]] = "never"
    arranges: ClassVar[bool] = False
    spatial: ClassVar[int] = 0

    @classmethod
    def title(cls) -> str:
        """Return the name in a spec: `Conv2d`, `scaled_dot_product_attention`."""
        return cls.__name__

    def check_number(self, count: int) -> None:
        """Check the number of inputs against the arguments.

        `arity` holds for any arguments. This is called for layers that are left out,
        too.

        Raises:
            ShapeError: MG314.
        """

    def check_inputs(self, values: Values) -> None:
        """Check the dtypes of the inputs, and that there is a batch if needed.

        Raises:
            ShapeError: MG315 or MG302.
        """
        if self.needs_batch and not all(value.batched for value in values):
            message = f"`{self.title()}` expects a batch, but got "
            message += f"{shown(values[0].shape)} without one"
            raise ShapeError("MG302", message)
        for value in values:
            if value.dtype not in self.dtypes:
                wanted = " or ".join(self.dtypes)
                message = f"`{self.title()}` expects {wanted}, but got {value.dtype}"
                help = "declare an input as `{tokens: {shape: […], dtype: int64}}`"
                help = help if "int64" in self.dtypes else ""
                raise ShapeError("MG315", message, help=help)

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Return the arguments that are inferred from the inputs, by name."""
        return self.inferred(values[0].shape)

    def results(self, values: Values) -> dict[str, Value]:
        """Return the results, by the names of the parts that `select` can name.

        The first part is the default. A layer with one result has one part with an
        empty name. A part listed in `picks` is computed from a part that the call
        returns; any other part is in `returned` under its name.

        Raises:
            ShapeError: The layer cannot run on these inputs.
        """
        return {"": values[0]._replace(shape=self.output(values[0].shape))}

    def unchecked_results(self, values: Values) -> dict[str, Value]:
        """Return what is known of the results where the inputs do not fit.

        A condition leaves the layer out now; with other values it may run.
        """
        names = [*_names(self.returned()), *self.picks(values)]
        return dict.fromkeys(names, values[0])

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count the multiply-adds of one example; see `multiply_adds`."""
        return self.multiply_adds(values[0].shape, next(iter(results.values())).shape)

    def returned(self) -> Returned:
        """Return what a call returns: a tuple of part names; "" for one tensor.

        Only the parts in `results` can be selected.
        """
        return ""

    def picks(self, values: Values) -> dict[str, tuple[str, str]]:
        """Return the parts that are computed from a part that the call returns.

        By name: the part in `returned`, and code in which `{}` (or `{0}`, if it occurs
        several times) stands for it: `{"last": ("output", "{}[:, -1]")}`. A pick may
        have the name of the part that it is computed from, and then replaces it.
        """
        del values
        return {}

    def called(self, values: Values) -> Call:
        """Return how `forward` calls the module on these inputs."""
        return Call(tuple(range(len(values))))

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """Return the names of fields that are arguments of the call only."""
        return ()

    def weights(self) -> dict[str, Shape]:
        """Return the shapes of the learned parameters, by torch's names, in its order.

        As in shape rules, sizes may depend on parameters of the spec.
        """
        return {}

    def buffers(self) -> dict[str, Value]:
        """Return what a checkpoint has of it that is not learned, in torch's order."""
        return {}

    def nested(self) -> "dict[str, Layer]":
        """Return the layers that are arguments of this layer's constructor, by keyword.

        The one without a keyword is the first argument, and its arguments are fields of
        this layer: a field that both have belongs to it.
        """
        return {}

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Return the arguments that are inferred from the input shape, by name."""
        del shape
        return {}

    def output(self, shape: Shape) -> Shape:
        """Return the output shape.

        Raises:
            ShapeError: The layer cannot run on `shape`.
        """
        return shape

    def parameters(self) -> int:
        """Count the learned parameters, once every size is known."""
        return sum(prod(shape) for shape in self.weights().values())

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count the multiply-adds of one example, like `torch.utils.flop_counter`.

        This is half of torch's figure, which counts a multiply-add as two operations.
        Only matrix products and convolutions count.
        """
        del shape, output
        return 0

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Return a warning about something that torch runs, but is likely a mistake.

        Args:
            values: The inputs.
            spatial: How many of the last dimensions of the first are known to be
                spatial; -1 if layers may have moved them.
        """
        del values, spatial
        return None

    def function(self) -> Function | None:
        """Return the equivalent function call; None for layers with state."""
        return None

    def function_on(self, values: Values) -> Function | None:
        """Return the equivalent function call on these inputs; see `function`."""
        del values
        return self.function()


class Activation(Layer):
    """Base of activations: they keep the shape and have an equivalent function."""

    call: ClassVar[str] = ""
    example_input: ClassVar[tuple[int, ...]] = (8,)
    pointwise: ClassVar[bool] = True

    def function(self) -> Function | None:
        """Call the torch function with the arguments that differ from its defaults."""
        arguments = self.arguments()
        given = tuple(value for name, value in arguments.items() if self.required(name))
        by_name = {
            key: value for key, value in arguments.items() if not self.required(key)
        }
        return Function(self.call, given, by_name)


def need_dims(layer: Layer, shape: Shape, wanted: str, *counts: int) -> None:
    """Check the number of dimensions of an input.

    Args:
        layer: The layer, for its name.
        shape: The input shape.
        wanted: What the layer takes, for people: `(N, C, H, W)`.
        counts: The allowed numbers of dimensions, without the batch.

    Raises:
        ShapeError: MG302.
    """
    if len(shape) not in counts:
        wanted = wanted if has_batch() else wanted.replace("(N, ", "(")
        message = f"`{layer.title()}` expects {wanted}, but got {shown(shape)}"
        one_more = len(shape) - 1 in counts and shape[0] == 1
        help = "`squeeze: 1` before it removes the 1" if one_more else ""
        raise ShapeError("MG302", message, help=help)


_has_batch: ContextVar[bool] = ContextVar("has_batch", default=True)


@contextmanager
def about(values: Values) -> Iterator[None]:
    """Let shape rules and messages know whether the inputs have a batch."""
    batched = any(value.batched for value in values)
    token = _has_batch.set(batched)
    try:
        yield
    finally:
        _has_batch.reset(token)


def has_batch() -> bool:
    """Return whether shape rules leave out a batch dimension."""
    return _has_batch.get()


def shown(shape: Shape) -> str:
    """Format a shape for people: `(N, 1, 28, 28)`, without `N` if there is no batch."""
    sizes = ", ".join(str(int(size)) for size in shape)
    if not has_batch():
        return f"({sizes})"
    return f"(N, {sizes})" if shape else "(N,)"


def affine(weight: Shape, bias: bool, size: int) -> dict[str, Shape]:
    """Return a weight, and a bias of `size` values if `bias` is true."""
    return {"weight": weight, "bias": (size,)} if bias else {"weight": weight}


def spread(value: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """Repeat a number for each of `count` dimensions; return a tuple as it is."""
    return value if isinstance(value, tuple) else (value,) * count


def _names(returned: Returned) -> list[str]:
    if isinstance(returned, str):
        return [returned]
    return [name for each in returned for name in _names(each)]
