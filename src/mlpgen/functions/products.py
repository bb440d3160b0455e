"""Matrix products, distances and attention."""

from math import prod
from typing import ClassVar

from mlpgen.catalogue.component import NonNegativeReal
from mlpgen.functions.base import FLOAT, NUMBERS, Operation, same_dtypes
from mlpgen.layers.base import Function, Shape, ShapeError, Value, Values
from mlpgen.layers.shapes import aligned, broadcast, kept_batch, whole, whole_shown
from mlpgen.symbols.agreements import agree


class Matmul(Operation):
    """The matrix product of the last two dimensions; the others are broadcast."""

    arity: ClassVar = (2, 2)
    dtypes: ClassVar = NUMBERS
    example: ClassVar = "matmul"
    example_inputs: ClassVar = (Value((4, 8)), Value((8, 6)))
    rule: ClassVar = "(N, *, n, m), (N, *, m, p) → (N, *, n, p)"

    def results(self, values: Values) -> dict[str, Value]:
        """Return the rows of the first and the columns of the second input."""
        same_dtypes("matmul", values)
        left, right = map(whole, values)
        if not left or not right:
            raise _no_product("matmul", values)
        columns = right if len(right) == 1 else (*right[:-2], right[-1])
        inner = right[-1] if len(right) == 1 else right[-2]
        outer = aligned(left[:-2], right[:-2])
        if not agree(left[-1], inner) or outer is None or inner == -1:
            raise _no_product("matmul", values)
        ends = (*left[-2:-1], *(columns[-1:] if len(right) > 1 else ()))
        return {"": kept_batch("matmul", (*outer, *ends), values)}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count one for each product in a sum; torch does not count most vectors."""
        left, right = (len(whole(value)) for value in values)
        if right == 1 or (left == 1 and right > 2):
            return 0
        return prod(results[""].shape) * values[0].shape[-1]

    def function(self) -> Function:
        """Return the operator `@`."""
        return Function("@")


class Bmm(Matmul):
    """The matrix products of two batches of matrices."""

    example: ClassVar = "bmm"
    rule: ClassVar = "(N, n, m), (N, m, p) → (N, n, p)"

    def results(self, values: Values) -> dict[str, Value]:
        """Multiply like `matmul`, without broadcasting."""
        left, right = map(whole, values)
        if not len(left) == len(right) == 3 or left[0] != right[0]:
            raise _no_product("bmm", values)
        same_dtypes("bmm", values)
        return super().results(values)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("torch.bmm")


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
            raise _no_product("cdist", values)
        outer = aligned(left[:-2], right[:-2])
        if outer is None:
            raise _no_product("cdist", values)
        return {"": kept_batch("cdist", (*outer, left[-2], right[-2]), values)}

    def function(self) -> Function:
        """Call the torch function of the same name."""
        return Function("torch.cdist", (), self.arguments())


class ScaledDotProductAttention(Operation):
    """Attention: a mean of the values for each query, weighted by the keys.

    The inputs are query, key and value, and perhaps a mask: it is added to the
    products, or false where a query must not attend.
    """

    arity: ClassVar = (3, 4)
    saves_output: ClassVar = "always"
    page: ClassVar = "nn.functional.scaled_dot_product_attention"
    example: ClassVar = "scaled_dot_product_attention: {is_causal: true}"
    example_inputs: ClassVar = (Value((2, 6, 8)), Value((2, 6, 8)), Value((2, 6, 8)))
    rule: ClassVar = "(N, *, L, E), (N, *, S, E), (N, *, S, V) → (N, *, L, V)"

    is_causal: bool = False
    scale: float | None = None

    def check_inputs(self, values: Values) -> None:
        """Check that the inputs are floats, except for the mask.

        Raises:
            ShapeError: MG315.
        """
        kinds = [value.dtype for value in values]
        if set(kinds[:3]) != {"float32"} or "int64" in kinds[3:]:
            message = "`scaled_dot_product_attention` expects float32 and a mask of "
            message += f"bool or float32, but got {', '.join(kinds)}"
            raise ShapeError("MG315", message)

    def results(self, values: Values) -> dict[str, Value]:
        """Return the length of the query and the features of the value."""
        query, key, value = (whole(each) for each in values[:3])
        outer = _outer(query, key, value)
        deep = min(map(len, (query, key, value))) > 1
        fits = deep and agree(query[-1], key[-1]) and agree(key[-2], value[-2])
        if (
            outer is None
            or not fits
            or key[-2] == -1
            or (self.is_causal and query[-2] == -1)
        ):
            raise _no_product(self.title(), values[:3])
        if self.is_causal and len(values) > 3:
            message = f"`{self.title()}` takes either a mask or `is_causal`"
            raise ShapeError("MG311", message, argument="is_causal")
        found = kept_batch(self.title(), (*outer, query[-2], value[-1]), values[:3])
        if len(values) > 3:
            _check_mask(self.title(), found, key[-2], values[3])
        return {"": found}

    def work(self, values: Values, results: dict[str, Value]) -> int:
        """Count the product with the keys, and that with the values.

        torch counts both if it runs them separately or on a GPU. Its fused kernel for
        CPUs is not counted.
        """
        *rows, width = results[""].shape
        keys, depth = whole(values[1])[-2:]
        return prod(rows) * keys * (depth + width)

    def function(self) -> Function:
        """Call the torch function of the same name."""
        name = "F.scaled_dot_product_attention"
        return Function(name, (), self.arguments(), names=("", "", "", "attn_mask"))


def _outer(query: Shape, key: Shape, value: Shape) -> Shape | None:
    """Broadcast all dimensions except the last two; None if that is not possible."""
    if min(len(query), len(key), len(value)) < 2:
        return None
    outer = aligned(query[:-2], key[:-2])
    return None if outer is None else aligned(outer, value[:-2])


def _check_mask(name: str, found: Value, keys: int, mask: Value) -> None:
    products = found._replace(shape=(*found.shape[:-1], keys))
    if not agree(whole(broadcast(name, (products, mask))), whole(products)):
        message = f"the mask of `{name}` is {whole_shown(mask)}, but the products are "
        raise ShapeError("MG313", message + whole_shown(products))


def _no_product(name: str, values: Values) -> ShapeError:
    shapes = " and ".join(whole_shown(value) for value in values)
    return ShapeError("MG313", f"`{name}` cannot multiply {shapes}")
