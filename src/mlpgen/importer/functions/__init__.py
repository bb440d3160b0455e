"""Translates calls of torch's functions to entries of a spec, by family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.functions import (
    arithmetic,
    common,
    fused,
    indexing,
    joining,
    layer_functions,
    new_tensors,
    permutation,
    products,
    reductions,
    reshaping,
    weighted,
)
from mlpgen.importer.layout import LayoutError

if TYPE_CHECKING:
    from mlpgen.importer.calls import Call, Handler, Value

ALIASES = {
    "concat": "cat",
    "concatenate": "cat",
    "hstack": "cat",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "moveaxis": "movedim",
    "true_divide": "div",
    "divide": "div",
    "multiply": "mul",
    "tile": "repeat",
    "subtract": "sub",
    "absolute": "abs",
    "negative": "neg",
    "clip": "clamp",
    "greater": "gt",
    "greater_equal": "ge",
    "less": "lt",
    "less_equal": "le",
    "not_equal": "ne",
    **{
        f"__{name}__": name
        for name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "abs")
    },
    "__and__": "logical_and",
    "__or__": "logical_or",
    "__invert__": "logical_not",
    "bitwise_not": "logical_not",
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "__pow__": "pow",
    "__rpow__": "rpow",
    "__rtruediv__": "rdiv",
    "__rdiv__": "rdiv",
    "__truediv__": "div",
    "__floordiv__": "floor_divide",
    "__mod__": "remainder",
    "__rsub__": "rsub",
    "__radd__": "add",
    "__rmul__": "mul",
    "__matmul__": "matmul",
    "fmod": "remainder",
    "mm": "matmul",
    "norm": "vector_norm",
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "expit": "sigmoid",
    "int": "long",
    "data": "detach",
    "type": "to",
}

HANDLERS: dict[str, Handler] = {
    name: handler
    for family in (
        common,
        arithmetic,
        reductions,
        reshaping,
        permutation,
        joining,
        products,
        fused,
        indexing,
        new_tensors,
        layer_functions,
        weighted,
    )
    for name, handler in family.HANDLERS.items()
}
"""What translates a function, by its name in a spec."""


def canonical(function: str) -> str:
    """Return the name of a function in a spec: without its module and a last `_`."""
    short = function.rpartition(".")[2]
    if short.startswith("__i") and short.endswith("__") and short != "__invert__":
        short = f"__{short[3:]}"
    if short.endswith("_") and not short.endswith("__"):
        short = short[:-1]
    if short in ("max_pool1d_with_indices", "max_pool2d_with_indices"):
        short = short.removesuffix("_with_indices")
    return ALIASES.get(short, short)


def translated(call: Call) -> list[Value]:
    """Add the entries of a call; return the values of the tensors that it returns.

    Raises:
        UnsaidError: No spec can say it.
    """
    handler = HANDLERS.get(call.name)
    if handler is None:
        if "quantize" in call.step.function:
            raise call.refuse("import the model before it is quantised")
        raise call.refuse("the language of specs has no such function")
    try:
        return [*handler(call)]
    except LayoutError as error:
        raise call.refuse(str(error)) from None
