"""Recurrent layers: RNN, LSTM and GRU."""

from math import prod
from typing import Annotated, ClassVar, Literal

from mlpgen.catalogue.component import (
    Inferred,
    NonNegative,
    Positive,
    Probability,
    Structural,
)
from mlpgen.layers.base import (
    Call,
    Layer,
    Returned,
    Shape,
    ShapeError,
    Value,
    Values,
    need_dims,
)
from mlpgen.layers.batch_first import BatchFirst, HasBatchFirst
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree

Nonlinearity = Annotated[Literal["tanh", "relu"], Structural()]
Bidirectional = Annotated[bool, Structural()]

_LAST = "{}[-1]"
_BOTH = "torch.cat([{0}[-2], {0}[-1]], dim=1)"

_ONE_STATE = "{}.unsqueeze(0)"
_TWO_STATES = "torch.stack({}.chunk(2, dim=1))"


def need_both_states(layer: Layer, count: int) -> None:
    """Refuse only one of the two states of an `LSTM` or its cell.

    Raises:
        ShapeError: MG314.
    """
    if count == 2:
        raise ShapeError(
            "MG314",
            f"`{layer.title()}` needs both a hidden state and a cell, or neither",
            help="list both: `from: [input, encoder.hidden, encoder.cell]`",
        )


class _Recurrent(HasBatchFirst):
    """Base of recurrent layers; `gates` is the number of matrices per step.

    An initial state may follow the sequence, as `hidden` of another layer; without one
    it is zero.

    The multiply-adds are those of the matrix products. torch counts the same, except
    where a library runs a whole LSTM at once.
    """

    gates: ClassVar[int]
    arity: ClassVar[tuple[int, int]] = (1, 2)
    example_input: ClassVar = (20, 8)
    example_inputs: ClassVar[tuple[Value, ...]] = (Value((20, 8)), Value((16,)))
    rule: ClassVar = (
        "(N, L, input_size), state (N, D·hidden_size) → output (N, L, D·hidden_size), "
        "hidden (N, D·hidden_size), last (N, D·hidden_size); D is 2 if "
        "`bidirectional`, and 1 otherwise"
    )
    saves_output: ClassVar = "always"  # all do with cuDNN, an `LSTM` always

    input_size: Inferred = None
    hidden_size: Positive
    num_layers: Positive = 1

    def check_inputs(self, values: Values) -> None:
        """Refuse an initial state for several layers.

        Raises:
            ShapeError: MG311.
        """
        super().check_inputs(values)
        if len(values) > 1 and self.num_layers != 1:
            raise ShapeError(
                "MG311",
                f"an initial state is for one layer, but `num_layers` is "
                f"{int(self.num_layers)}",
                argument="num_layers",
                help=f"write a separate `{self.title()}` with its state for each layer",
            )

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer `input_size` from the last dimension."""
        need_dims(self, shape, "(N, L, input_size)", 2)
        return {"input_size": shape[-1]}

    def output(self, shape: Shape) -> Shape:
        """Return the states of the last layer, in both directions, at every step."""
        return (shape[0], self._state() * self._directions())

    def results(self, values: Values) -> dict[str, Value]:
        """Return the outputs, the final state, and the output at the last step."""
        value = values[0]
        self._check_states(value, values[1:])
        output = self.output(value.shape)
        final = value._replace(shape=output[1:])
        found = {"output": value._replace(shape=output), "hidden": final}
        return {**found, "last": final}

    def _states(self) -> tuple[Shape, ...]:
        """Return the shapes of the states."""
        return ((self._state() * self._directions(),),)

    def _check_states(self, sequence: Value, given: Values) -> None:
        for shape, each in zip(self._states(), given, strict=False):
            if each.batched and len(each.shape) == 1 and agree(each.shape[0], shape[0]):
                continue
            raise ShapeError(
                "MG313",
                f"an initial state of `{self.title()}` must be "
                f"{whole_shown(sequence._replace(shape=shape))}, but is "
                f"{whole_shown(each)}",
            )

    def called(self, values: Values) -> Call:
        """Pass states with the layers and directions before the batch."""
        code = _TWO_STATES if self._directions() == 2 else _ONE_STATE
        states = tuple(range(1, len(values)))
        return Call((0,), states=states, forms=dict.fromkeys(states, code))

    def returned(self) -> Returned:
        """Return outputs and final state, which has the layers before the batch."""
        return ("output", "hidden")

    def picks(self, values: Values) -> dict[str, tuple[str, str]]:
        """Pick the final state of the last layer, and the output at the last step."""
        del values
        final = _BOTH if self._directions() == 2 else _LAST
        return {"hidden": ("hidden", final), "last": ("output", "{}[:, -1]")}

    def weights(self) -> dict[str, Shape]:
        """Return the weights on input and state, for each layer and direction."""
        found: dict[str, Shape] = {}
        for index in range(self.num_layers):
            for suffix in ("", "_reverse")[: self._directions()]:
                shapes = self._of_direction(first=index == 0)
                found |= {
                    f"{name}_l{index}{suffix}": shape for name, shape in shapes.items()
                }
        return found

    def _of_direction(self, *, first: bool) -> dict[str, Shape]:
        rows = self.gates * self.hidden_size
        state = self._state()
        below = (self.input_size or 0) if first else state * self._directions()
        found: dict[str, Shape] = {
            "weight_ih": (rows, below),
            "weight_hh": (rows, state),
        }
        return {**found, **self._biases(rows), **self._projection()}

    def _biases(self, rows: int) -> dict[str, Shape]:
        biased: bool = getattr(self, "bias")
        return {"bias_ih": (rows,), "bias_hh": (rows,)} if biased else {}

    def _projection(self) -> dict[str, Shape]:
        return {}

    def parameters(self) -> int:
        """Count the first layer, and the others, which are equal."""
        return self._in_all_layers(1)

    def multiply_adds(self, shape: Shape, output: Shape) -> int:
        """Count one for each weight that is not a bias, at every step."""
        del output
        return shape[0] * self._in_all_layers(2)

    def _in_all_layers(self, dims: int) -> int:
        """Count the values of all weights with at least `dims` dimensions."""
        first, other = (
            sum(
                prod(each)
                for each in self._of_direction(first=first).values()
                if len(each) >= dims
            )
            for first in (True, False)
        )
        return self._directions() * (first + (self.num_layers - 1) * other)

    def _state(self) -> int:
        return self.hidden_size

    def _directions(self) -> int:
        return 2 if getattr(self, "bidirectional") else 1

    def caution(self, values: Values, spatial: int) -> ShapeError | None:
        """Warn about dropout without a second layer."""
        del values, spatial
        dropout: float = getattr(self, "dropout")
        if dropout == 0 or self.num_layers != 1:
            return None
        return ShapeError(
            "MG311",
            f"`dropout` {dropout:g} acts between layers, but `num_layers` is 1",
            argument="dropout",
            help="put a `Dropout` after it, or increase `num_layers`",
        )


class RNN(_Recurrent):
    """An Elman RNN: a recurrent layer without gates."""

    gates: ClassVar = 1
    example: ClassVar = "RNN: 16"

    nonlinearity: Nonlinearity = "tanh"
    bias: bool = True
    batch_first: BatchFirst = True
    dropout: Probability = 0.0
    bidirectional: Bidirectional = False


class LSTM(_Recurrent):
    """A long short-term memory layer: a recurrent layer with a memory cell."""

    gates: ClassVar = 4
    arity: ClassVar = (1, 3)
    example: ClassVar = "LSTM: 16"
    example_inputs: ClassVar = (Value((20, 8)), Value((16,)), Value((16,)))
    rule: ClassVar = (
        "(N, L, input_size), state (N, D·H), cell (N, D·hidden_size) → "
        "output (N, L, D·H), hidden (N, D·H), last (N, D·H), "
        "cell (N, D·hidden_size); H is `proj_size`, or `hidden_size` without; "
        "D is 2 if `bidirectional`, and 1 otherwise"
    )

    bias: bool = True
    batch_first: BatchFirst = True
    dropout: Probability = 0.0
    bidirectional: Bidirectional = False
    proj_size: Annotated[NonNegative, Structural()] = 0

    def check_number(self, count: int) -> None:
        """Require both states, or none.

        Raises:
            ShapeError: MG314.
        """
        need_both_states(self, count)

    def results(self, values: Values) -> dict[str, Value]:
        """Add the memory cell, which is never projected."""
        if self.proj_size >= self.hidden_size:
            message = (
                f"`proj_size` {self.proj_size} must be smaller than `hidden_size` "
                f"{self.hidden_size}"
            )
            raise ShapeError("MG311", message, argument="proj_size")
        _, cell = self._states()
        return {**super().results(values), "cell": values[0]._replace(shape=cell)}

    def _states(self) -> tuple[Shape, ...]:
        """Add the shape of the cell."""
        return (*super()._states(), (self.hidden_size * self._directions(),))

    def returned(self) -> Returned:
        """Return both final states as a tuple."""
        return ("output", ("hidden", "cell"))

    def picks(self, values: Values) -> dict[str, tuple[str, str]]:
        """Pick the cell like the hidden state."""
        found = super().picks(values)
        return {**found, "cell": ("cell", found["hidden"][1])}

    def _state(self) -> int:
        return self.proj_size or self.hidden_size

    def _projection(self) -> dict[str, Shape]:
        shape = (self.proj_size, self.hidden_size)
        return {"weight_hr": shape} if self.proj_size else {}


class GRU(_Recurrent):
    """A gated recurrent unit layer: a recurrent layer with two gates."""

    gates: ClassVar = 3
    example: ClassVar = "GRU: 16"

    bias: bool = True
    batch_first: BatchFirst = True
    dropout: Probability = 0.0
    bidirectional: Bidirectional = False
