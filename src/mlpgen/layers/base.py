"""What a layer is: its arguments, and the rules that follow from them.

A shape is that of one example, without the batch dimension. Its numbers may depend on
parameters (`mlpgen.symbols.sizes.Size`), so the rules use plain arithmetic and nothing
else: no `int()`, `min`, `round` or `math.floor` on a size; `//` rounds down.
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
"""Values of a tensor; more would need terabytes."""


class Value(NamedTuple):
    """One tensor on its way through a network.

    Attributes:
        shape: Of one example, without the batch; the whole shape if there is no batch.
        dtype: Torch's name: `float32`, `int64`, `bool`.
        batched: Whether the first dimension, which `shape` leaves out, is the batch;
            a learned parameter has none.
    """

    shape: Shape
    dtype: str = "float32"
    batched: bool = True


Values = tuple[Value, ...]
Returned = str | tuple["Returned", ...]
"""What a call gives: one part, or a tuple of them: `("output", ("hidden", "cell"))`."""

TORCH_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.nn.{}.html"


class ShapeError(Exception):
    """A layer cannot take the shape that arrives.

    Attributes:
        code: Stable code of the diagnostic (`MG303`).
        message: What is wrong, with both numbers.
        argument: The argument that is to blame, if one is.
        help: What would mend it.
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
    """One layer of `torch.nn`, under torch's own name.

    Most layers take one tensor and give one: they have `inferred`, `output` and
    `multiply_adds`, which see shapes alone. Layers that take several, other kinds of
    numbers, or give several override `inferred_from`, `results` and `work`.

    Class attributes:
        prefix: What stands before its name in code; empty where the generated file
            has a class of its own.
        arity: The fewest and the most inputs.
        lists_inputs: Whether `from` must name what it takes, be it one tensor.
        dtypes: The kinds of numbers that inputs may be.
        needs_batch: Whether torch takes the first dimension for the batch.
        example: One layer as it stands in a spec, after `- `.
        example_input: The shape of one example that it takes.
        example_inputs: What it takes, where that is not one tensor of floats.
        rule: Its shape rule for people, with the batch dimension.
        pointwise: It follows another layer on the same line of `forward`: activations,
            dropout, normalization.
        saves_output: Whether torch needs its result again for its gradient.
        ignores_inplace: Whether torch takes `inplace` and does nothing with it.
        returns_input: Whether its result is a view of its input, or the input itself.
        arranges: Whether its result has the values of its inputs, and no others.
        spatial: How many of the last sizes are places of an image or a signal, behind
            the channels.
    """

    example: ClassVar[str] = ""
    example_input: ClassVar[tuple[int, ...]] = ()
    example_inputs: ClassVar[tuple[Value, ...]] = ()
    prefix: ClassVar[str] = "nn."
    arity: ClassVar[tuple[int, int]] = (1, 1)
    lists_inputs: ClassVar[bool] = False
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)
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
        """Refuse a number of inputs that the arguments do not go with.

        `arity` says what goes with any; a layer that is left out is asked as well.

        Raises:
            ShapeError: MG314.
        """

    def check_inputs(self, values: Values) -> None:
        """Refuse inputs of another kind, and without a batch where torch needs one.

        Raises:
            ShapeError: MG315 or MG302.
        """
        if self.needs_batch and not all(value.batched for value in values):
            message = f"`{self.title()}` takes a batch, but {shown(values[0].shape)} "
            raise ShapeError("MG302", f"{message}arrives, which has none")
        for value in values:
            if value.dtype not in self.dtypes:
                wanted = " or ".join(self.dtypes)
                message = f"`{self.title()}` takes {wanted}, but {value.dtype} arrives"
                help = "write an input as `{tokens: {shape: […], dtype: int64}}`"
                help = help if "int64" in self.dtypes else ""
                raise ShapeError("MG315", message, help=help)

    def inferred_from(self, values: Values) -> dict[str, int]:
        """Return the arguments that follow from the inputs, by name."""
        return self.inferred(values[0].shape)

    def results(self, values: Values) -> dict[str, Value]:
        """Return what comes out, by the names of the parts that may be selected.

        The first part is meant where none is named. A layer that gives one tensor has
        one part without a name. A part in `picks` is taken from one that the call
        gives, another stands in `returned` under its name.

        Raises:
            ShapeError: The layer cannot run on these.
        """
        return {"": values[0]._replace(shape=self.output(values[0].shape))}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count the multiply-adds of one example; see `multiply_adds`."""
        return self.multiply_adds(values[0].shape, next(iter(results.values())).shape)

    def returned(self) -> Returned:
        """Say how a call gives the parts: a tuple of names; "" for one tensor.

        Not all of them can be selected: only those in `results`.
        """
        return ""

    def picks(self) -> dict[str, tuple[str, str]]:
        """Return parts that are computed from one that the call gives.

        By name: the part in `returned`, and code with `{}` in its place, once or more
        often (`{0}`): `{"last": ("output", "{}[:, -1]")}`. A pick may have the name of
        the part it is taken from; then it is what is selected.
        """
        return {}

    def called(self, count: int) -> Call:
        """Say how the module is called on `count` inputs."""
        return Call(tuple(range(count)))

    @classmethod
    def of_call(cls) -> tuple[str, ...]:
        """Name the fields that are no arguments of the module, but of its call."""
        return ()

    def weights(self) -> dict[str, Shape]:
        """Return the shapes of the learned parameters, by torch's names, in its order.

        Rules as for shapes: sizes may depend on parameters of the spec.
        """
        return {}

    def nested(self) -> "Layer | None":
        """Return the layer whose module is the first argument of this one's call.

        Its arguments are among those of the layer: a name that both know is the inner
        layer's.
        """
        return None

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Return the arguments that follow from the input, by name."""
        del shape
        return {}

    def output(self, shape: Shape) -> Shape:
        """Return the shape that comes out.

        Raises:
            ShapeError: The layer cannot run on `shape`.
        """
        return shape

    def parameters(self) -> int:
        """Count the learned values, once every size is known."""
        return sum(prod(shape) for shape in self.weights().values())

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count the multiply-adds of one example, as `torch.utils.flop_counter` does.

        Half of torch's figure, which counts a multiply-add twice; only matrix products
        and convolutions count.
        """
        del shape, output
        return 0

    def caution(self, value: Value, spatial: int) -> ShapeError | None:
        """Return a warning: torch would run this, and it is hardly what was meant.

        Args:
            value: What arrives first.
            spatial: How many of its last sizes are known to be places.
        """
        del value, spatial
        return None

    def function(self) -> Function | None:
        """Return the call that does the same; None for layers that hold anything."""
        return None

    def function_on(self, values: Values) -> Function | None:
        """Return the call that does the same on these inputs; see `function`."""
        del values
        return self.function()


class Activation(Layer):
    """What activations share: the shape stays, and a function does the same."""

    call: ClassVar[str] = ""
    example_input: ClassVar[tuple[int, ...]] = (8,)
    pointwise: ClassVar[bool] = True

    def function(self) -> Function | None:
        """The function of the same name, with what differs from torch's defaults."""
        arguments = self.arguments()
        given = tuple(value for name, value in arguments.items() if self.required(name))
        by_name = {
            key: value for key, value in arguments.items() if not self.required(key)
        }
        return Function(self.call, given, by_name)


def need_dims(layer: Layer, shape: Shape, wanted: str, *counts: int) -> None:
    """Refuse a shape with another number of dimensions.

    Args:
        layer: The layer, for its name.
        shape: What arrives.
        wanted: What it takes, for people: `(N, C, H, W)`.
        counts: Numbers of dimensions it takes, without the batch.

    Raises:
        ShapeError: MG302.
    """
    if len(shape) not in counts:
        wanted = wanted if has_batch() else wanted.replace("(N, ", "(")
        message = f"`{layer.title()}` takes {wanted}, but {shown(shape)} arrives"
        one_more = len(shape) - 1 in counts and shape[0] == 1
        help = "`squeeze: 1` before it takes the 1 away" if one_more else ""
        raise ShapeError("MG302", message, help=help)


_has_batch: ContextVar[bool] = ContextVar("has_batch", default=True)


@contextmanager
def about(values: Values) -> Iterator[None]:
    """Let rules, and the shapes in messages, be about tensors with a batch or none."""
    batched = not values or any(value.batched for value in values)
    token = _has_batch.set(batched)
    try:
        yield
    finally:
        _has_batch.reset(token)


def has_batch() -> bool:
    """Tell whether the shapes that rules are about leave out a batch dimension."""
    return _has_batch.get()


def shown(shape: Shape) -> str:
    """Write a shape for people: `(N, 1, 28, 28)`, without `N` if there is no batch."""
    sizes = ", ".join(str(int(size)) for size in shape)
    if not has_batch():
        return f"({sizes})"
    return f"(N, {sizes})" if shape else "(N,)"


def affine(weight: Shape, bias: bool, size: int) -> dict[str, Shape]:
    """Return a weight, and a bias of `size` numbers where there is one."""
    return {"weight": weight, "bias": (size,)} if bias else {"weight": weight}


def spread(value: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """Repeat one number for each of `count` dimensions; leave a tuple as it is."""
    return value if isinstance(value, tuple) else (value,) * count
