"""Recurrent cells: one step of a recurrent layer."""

from math import prod
from typing import ClassVar

from mlpgen.catalogue.component import Inferred, Positive
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
from mlpgen.layers.recurrent import Nonlinearity
from mlpgen.layers.recurrent_states import need_both_states
from mlpgen.layers.shapes import whole_shown
from mlpgen.symbols.agreements import agree


class _Cell(Layer):
    """Base of cells: take one step and perhaps the state before it, zero by default."""

    gates: ClassVar[int]
    arity: ClassVar[tuple[int, int]] = (1, 2)
    example_input: ClassVar = (8,)
    example_inputs: ClassVar[tuple[Value, ...]] = (Value((8,)), Value((16,)))
    rule: ClassVar = "(N, input_size), state (N, hidden_size) → (N, hidden_size)"

    input_size: Inferred = None
    hidden_size: Positive
    bias: bool = True

    def inferred(self, shape: Shape) -> dict[str, int]:
        """Infer `input_size` from the last dimension."""
        need_dims(self, shape, "(N, input_size)", 1)
        return {"input_size": shape[0]}

    def results(self, values: Values) -> dict[str, Value]:
        """Return the new state."""
        state = values[0]._replace(shape=(self.hidden_size,))
        for each in values[1:]:
            alike = each._replace(shape=state.shape) == state
            if not alike or not agree(each.shape, state.shape):
                raise ShapeError(
                    "MG313",
                    f"the state of `{self.title()}` must be {whole_shown(state)}, but "
                    f"is {whole_shown(each)}",
                )
        return {"": state}

    def weights(self) -> dict[str, Shape]:
        """Return the weights on input and state."""
        rows = self.gates * self.hidden_size
        found: dict[str, Shape] = {
            "weight_ih": (rows, self.input_size or 0),
            "weight_hh": (rows, self.hidden_size),
        }
        if self.bias:
            found |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        return found

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count one for each weight that is not a bias."""
        del values, results
        weights = self.weights()
        return prod(weights["weight_ih"]) + prod(weights["weight_hh"])


class RNNCell(_Cell):
    """One step of an `RNN`."""

    gates: ClassVar = 1
    saves_output: ClassVar = "always"
    example: ClassVar = "RNNCell: 16"

    nonlinearity: Nonlinearity = "tanh"


class LSTMCell(_Cell):
    """One step of an `LSTM`."""

    gates: ClassVar = 4
    saves_output: ClassVar = "always"  # its cell state, and only on a GPU
    arity: ClassVar = (1, 3)
    example: ClassVar = "LSTMCell: 16"
    example_inputs: ClassVar = (Value((8,)), Value((16,)), Value((16,)))
    rule: ClassVar = (
        "(N, input_size), state and cell (N, hidden_size) → hidden (N, hidden_size), "
        "cell (N, hidden_size)"
    )

    def check_number(self, count: int) -> None:
        """Require both states, or none.

        Raises:
            ShapeError: MG314.
        """
        need_both_states(self, count - 1)

    def called(self, values: Values) -> Call:
        """Pass both states as one argument."""
        return Call((0,), states=tuple(range(1, len(values))))

    def results(self, values: Values) -> dict[str, Value]:
        """Return the state and the memory cell."""
        state = super().results(values)[""]
        return {"hidden": state, "cell": state}

    def returned(self) -> Returned:
        """Return both."""
        return ("hidden", "cell")


class GRUCell(_Cell):
    """One step of a `GRU`."""

    gates: ClassVar = 3
    example: ClassVar = "GRUCell: 16"
