"""Matrix products and distances."""

from math import prod
from typing import ClassVar

from mlpgen.catalogue.component import NonNegativeReal
from mlpgen.functions.base import FLOAT, NUMBERS, Operation, same_dtypes
from mlpgen.layers.base import ShapeError, Value, Values
from mlpgen.layers.shapes import (
    aligned,
    kept_batch,
    promoted,
    whole,
    whole_shown,
)
from mlpgen.symbols.agreements import agree


class Matmul(Operation):
    """The matrix product of the last two dimensions; the others are broadcast."""

    arity: ClassVar = (2, 2)
    dtypes: ClassVar = NUMBERS
    call: ClassVar = "@"
    example: ClassVar = "matmul"
    example_inputs: ClassVar = (Value((4, 8)), Value((8, 6)))
    rule: ClassVar = "(N, *, n, m), (N, *, m, p) → (N, *, n, p)"

    def results(self, values: Values) -> dict[str, Value]:
        """Return the rows of the first and the columns of the second input."""
        same_dtypes("matmul", values)
        left, right = map(whole, values)
        if not left or not right:
            raise no_product("matmul", values)
        columns = right if len(right) == 1 else (*right[:-2], right[-1])
        inner = right[-1] if len(right) == 1 else right[-2]
        outer = aligned(left[:-2], right[:-2])
        if not agree(left[-1], inner) or outer is None or inner == -1:
            raise no_product("matmul", values)
        ends = (*left[-2:-1], *(columns[-1:] if len(right) > 1 else ()))
        return {"": kept_batch("matmul", (*outer, *ends), values)}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count one for each product in a sum; torch does not count most vectors."""
        left, right = (len(whole(value)) for value in values)
        if right == 1 or (left == 1 and right > 2):
            return 0
        return prod(results[""].shape) * values[0].shape[-1]


class Bmm(Matmul):
    """The matrix products of two batches of matrices."""

    call: ClassVar = "torch.bmm"
    example: ClassVar = "bmm"
    rule: ClassVar = "(N, n, m), (N, m, p) → (N, n, p)"

    def results(self, values: Values) -> dict[str, Value]:
        """Multiply like `matmul`, without broadcasting."""
        left, right = map(whole, values)
        if not len(left) == len(right) == 3 or left[0] != right[0]:
            raise no_product("bmm", values)
        same_dtypes("bmm", values)
        return super().results(values)


class Outer(Operation):
    """The products of all pairs of values of two vectors without a batch."""

    arity: ClassVar = (2, 2)
    example: ClassVar = "outer"
    example_inputs: ClassVar = (
        Value((4,), batched=False),
        Value((6,), batched=False),
    )
    rule: ClassVar = "(A), (B) → (A, B), without a batch"

    def results(self, values: Values) -> dict[str, Value]:
        """Return a row for each value of the first input."""
        for value in values:
            if value.batched or len(value.shape) != 1:
                message = "`outer` expects vectors without a batch, but got "
                help = '`einsum: "ni,nj->nij"` multiplies vectors with a batch'
                raise ShapeError("MG313", message + whole_shown(value), help=help)
        dtype = promoted([value.dtype for value in values])
        shape = (values[0].shape[0], values[1].shape[0])
        return {"": Value(shape, dtype, batched=False)}


class Cdist(Operation):
    """The distance of each row of the first input to each row of the second."""

    arity: ClassVar = (2, 2)
    dtypes: ClassVar = FLOAT
    saves_output: ClassVar = "always"
    example: ClassVar = "cdist"
    example_inputs: ClassVar = (Value((4, 8)), Value((6, 8)))
    rule: ClassVar = "(N, n, m), (N, p, m) → (N, n, p)"

    p: NonNegativeReal = 2.0

    def results(self, values: Values) -> dict[str, Value]:
        """Return the rows of the first by the rows of the second."""
        left, right = map(whole, values)
        if len(left) < 2 or len(right) < 2 or left[-1] != right[-1]:
            raise no_product("cdist", values)
        outer = aligned(left[:-2], right[:-2])
        if outer is None:
            raise no_product("cdist", values)
        return {"": kept_batch("cdist", (*outer, left[-2], right[-2]), values)}


def no_product(name: str, values: Values) -> ShapeError:
    """Return the mistake of shapes that cannot be multiplied."""
    shapes = " and ".join(whole_shown(value) for value in values)
    return ShapeError("MG313", f"`{name}` cannot multiply {shapes}")
