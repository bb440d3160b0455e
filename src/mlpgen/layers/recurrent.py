"""Recurrent layers: RNN, LSTM and GRU."""

from typing import Annotated, ClassVar, Literal

from mlpgen.catalogue.component import NonNegative, Probability, Structural
from mlpgen.layers.base import Shape, ShapeError, Value, Values
from mlpgen.layers.batch_first import BatchFirst
from mlpgen.layers.recurrent_base import Flag, Recurrent
from mlpgen.layers.recurrent_states import need_both_states

Nonlinearity = Annotated[Literal["tanh", "relu"], Structural()]


class RNN(Recurrent):
    """An Elman RNN: a recurrent layer without gates."""

    gates: ClassVar = 1
    example: ClassVar = "RNN: 16"

    nonlinearity: Nonlinearity = "tanh"
    bias: bool = True
    batch_first: BatchFirst = True
    dropout: Probability = 0.0
    bidirectional: Flag = False
    lengths: Flag = False


class LSTM(Recurrent):
    """A long short-term memory layer: a recurrent layer with a memory cell."""

    gates: ClassVar = 4
    states: ClassVar = ("hidden", "cell")
    arity: ClassVar = (1, 4)
    example: ClassVar = "LSTM: 16"
    example_inputs: ClassVar = (Value((20, 8)), Value((16,)), Value((16,)))
    rule: ClassVar = (
        "(N, L, input_size), state (N, D·H), cell (N, D·hidden_size), lengths (N,) → "
        "output (N, L, D·H), hidden (N, D·H), last (N, D·H), cell (N, D·hidden_size), "
        "h_n (N, D·num_layers, H), c_n (N, D·num_layers, hidden_size); H is "
        "`proj_size`, or `hidden_size` without; D is 2 if `bidirectional`, and 1 "
        "otherwise"
    )

    bias: bool = True
    batch_first: BatchFirst = True
    dropout: Probability = 0.0
    bidirectional: Flag = False
    proj_size: Annotated[NonNegative, Structural()] = 0
    lengths: Flag = False

    def check_number(self, count: int) -> None:
        """Require both states, or none.

        Raises:
            ShapeError: MG314.
        """
        super().check_number(count)
        need_both_states(self, count - 1 - self.lengths)

    def results(self, values: Values) -> dict[str, Value]:
        """Add the memory cell, which is never projected.

        Raises:
            ShapeError: MG311 or MG313.
        """
        if self.proj_size >= self.hidden_size:
            message = (
                f"`proj_size` {self.proj_size} must be smaller than `hidden_size` "
                f"{self.hidden_size}"
            )
            raise ShapeError("MG311", message, argument="proj_size")
        return super().results(values)

    def _sizes(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)

    def _projection(self) -> dict[str, Shape]:
        shape = (self.proj_size, self.hidden_size)
        return {"weight_hr": shape} if self.proj_size else {}


class GRU(Recurrent):
    """A gated recurrent unit layer: a recurrent layer with two gates."""

    gates: ClassVar = 3
    example: ClassVar = "GRU: 16"

    bias: bool = True
    batch_first: BatchFirst = True
    dropout: Probability = 0.0
    bidirectional: Flag = False
    lengths: Flag = False
