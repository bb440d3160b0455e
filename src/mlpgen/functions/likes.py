"""Functions that make a tensor of the shape of another: filled, or drawn at random."""

from typing import ClassVar

from mlpgen.functions.base import FLOAT, InfiniteNumber, Operation, with_number
from mlpgen.layers.base import Function, ShapeError, Value, Values


class _Like(Operation):
    """Base of functions that take only the shape, dtype and device of their input."""

    example_input: ClassVar = (8,)
    rule: ClassVar = "(N, *) → (N, *)"

    def results(self, values: Values) -> dict[str, Value]:
        """Keep the shape."""
        return self.result(values[0], values[0].shape)


class ZerosLike(_Like):
    """Zeros, with the shape and dtype of the input."""

    example: ClassVar = "zeros_like"


class OnesLike(_Like):
    """Ones, with the shape and dtype of the input."""

    example: ClassVar = "ones_like"


class FullLike(_Like):
    """One number everywhere, with the shape and dtype of the input."""

    example: ClassVar = "full_like: 0.5"

    fill_value: InfiniteNumber

    def results(self, values: Values) -> dict[str, Value]:
        """Refuse a number that the dtype of the input cannot hold."""
        dtype = values[0].dtype
        if with_number(dtype, self.fill_value) != dtype:
            message = f"`full_like` cannot write {self.fill_value} into {dtype}"
            raise ShapeError("MG315", message, argument="fill_value")
        return super().results(values)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("torch.full_like", (self.fill_value,))


class RandLike(_Like):
    """Random numbers from 0 to 1, in eval mode too; with the shape of the input."""

    dtypes: ClassVar = FLOAT
    random: ClassVar = True
    example: ClassVar = "rand_like"


class RandnLike(_Like):
    """Normally distributed random numbers, in eval mode too; shaped like the input."""

    dtypes: ClassVar = FLOAT
    random: ClassVar = True
    example: ClassVar = "randn_like"


class Bernoulli(_Like):
    """Draws 1 with the probabilities in the input, else 0; in eval mode too."""

    dtypes: ClassVar = FLOAT
    random: ClassVar = True
    example: ClassVar = "bernoulli"
