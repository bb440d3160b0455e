"""Scaled dot product attention: plain, causal, with a mask, with grouped queries."""

from math import prod
from typing import ClassVar

from mlpgen.catalogue.component import Probability
from mlpgen.functions.base import Flag, Operation
from mlpgen.functions.products import no_product
from mlpgen.layers.base import Function, Shape, ShapeError, Value, Values
from mlpgen.layers.shapes import aligned, broadcast, kept_batch, whole, whole_shown
from mlpgen.symbols.agreements import agree


class ScaledDotProductAttention(Operation):
    """Attention: a mean of the values for each query, weighted by the keys.

    The inputs are query, key and value, and perhaps a mask: it is added to the
    products, or false where a query must not attend. `dropout_p` acts in training. With
    `enable_gqa`, several heads of the query share one of key and value.
    """

    arity: ClassVar = (3, 4)
    saves_output: ClassVar = "always"
    page: ClassVar = "nn.functional.scaled_dot_product_attention"
    example: ClassVar = "scaled_dot_product_attention: {is_causal: true}"
    example_inputs: ClassVar = (Value((2, 6, 8)), Value((2, 6, 8)), Value((2, 6, 8)))
    rule: ClassVar = "(N, *, L, E), (N, *, S, E), (N, *, S, V) → (N, *, L, V)"

    dropout_p: Probability = 0.0
    is_causal: bool = False
    scale: float | None = None
    enable_gqa: Flag = False

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
        query, key, value = self._with_equal_heads(values[:3])
        outer = _outer(query, key, value)
        deep = min(map(len, (query, key, value))) > 1
        fits = deep and agree(query[-1], key[-1]) and agree(key[-2], value[-2])
        if (
            outer is None
            or not fits
            or key[-2] == -1
            or (self.is_causal and query[-2] == -1)
        ):
            raise self._no_product(values[:3])
        if self.is_causal and len(values) > 3:
            message = f"`{self.title()}` takes either a mask or `is_causal`"
            raise ShapeError("MG311", message, argument="is_causal")
        found = kept_batch(self.title(), (*outer, query[-2], value[-1]), values[:3])
        if len(values) > 3:
            _check_mask(self.title(), found, key[-2], values[3])
        return {"": found}

    def _with_equal_heads(self, values: Values) -> list[Shape]:
        """Return the whole shapes, with as many heads as the query if it has groups.

        Raises:
            ShapeError: MG302 or MG304.
        """
        query, *others = (whole(each) for each in values)
        if not self.enable_gqa:
            return [query, *others]
        heads = {each[-3:-2] for each in (query, *others)}
        if () in heads or ((-1,) in heads and len(heads) > 1):
            raise ShapeError(
                "MG302",
                f"`enable_gqa` needs heads, (N, heads, L, E), but the inputs are "
                f"{' and '.join(map(whole_shown, values))}",
                argument="enable_gqa",
            )
        return [query, *(_repeated(each, query[-3]) for each in others)]

    def _no_product(self, values: Values) -> ShapeError:
        """Return the mistake, and say how heads of different numbers can be meant."""
        found = no_product(self.title(), values)
        heads = [whole(each)[-3:-2] for each in values]
        if not self.enable_gqa and () not in heads and heads[0] > heads[1] == heads[2]:
            found.help = "`enable_gqa: true` if several heads of the query share one"
        return found

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
        return Function(
            name,
            keywords=self.arguments(),
            names=("", "", "", "attn_mask"),
            only_training=("dropout_p",),
        )


def _repeated(shape: Shape, heads: int) -> Shape:
    """Return the shape of key or value with as many heads as the query.

    Raises:
        ShapeError: MG304.
    """
    count = shape[-3]
    if count == heads:
        return shape
    if heads % count:
        raise ShapeError(
            "MG304",
            f"the {int(count)} heads of key or value do not divide the {int(heads)} "
            "heads of the query",
            argument="enable_gqa",
        )
    return (*shape[:-3], heads, *shape[-2:])


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
