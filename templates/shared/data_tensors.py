"""Tensors of arrays, lists and tensors of one's own; what is none is told."""

import reprlib
from typing import Any

import torch
from torch import Tensor

from data_common import DataError, in_pieces

KINDS = {"U": "text", "S": "text", "T": "text", "O": "Python objects", "V": "records"}
KINDS |= {"M": "dates", "m": "spans of time"}
"""What arrays of numpy hold that are no numbers, by the kind of their dtype."""


def as_tensor(name: str, values: Any) -> Tensor:
    """Make a tensor on the CPU of what stands for one; no gradient goes into data.

    Args:
        name: Of the values, such as "y".
        values: A tensor, an array, a table or nested lists of numbers.

    Raises:
        DataError: They are no numbers.
    """
    if isinstance(values, Tensor):
        return values.detach().cpu()
    if hasattr(values, "to_numpy"):  # of pandas, polars
        values = values.to_numpy()
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    held = KINDS.get(kind) or ("text" if isinstance(first_of(values), str) else "")
    if held:
        raise DataError(
            f"{name} holds {held}{example(values)}{mended_values(name, held)}"
        )
    try:
        return torch.as_tensor(native(values) if kind else values)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{name} is no tensor: {reason}") from None


def count_odd(values: Tensor) -> int:
    """Count what is NaN or infinite."""
    return sum(int((~some.isfinite()).sum()) for some in in_pieces(values))


def native(array: Any) -> Any:
    """Return an array in a type that torch has too, with its bytes in order."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "u" and size > 1:
        return array.astype("int64")
    if kind == "f" and size > 8:
        return array.astype("float64")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def mended_values(name: str, held: str) -> str:
    """Say how text becomes the numbers of classes, or what else a model takes."""
    if name not in ("y", "y_test") or held in ("dates", "spans of time", "records"):
        return ": it must be numbers"
    if held == "text":
        return f": `classes, {name} = numpy.unique({name}, return_inverse=True)`"
    return f": `{name} = numpy.array({name}.tolist())` makes numbers of it, if it can"


def example(values: Any) -> str:
    """Show one of the values, if it is text."""
    first = first_of(values)
    return f", such as {reprlib.repr(str(first))}" if isinstance(first, str) else ""


def first_of(values: Any) -> Any:
    """Return the first of nested values, or nothing where there is none."""
    while hasattr(values, "__getitem__") and hasattr(values, "__len__"):
        if isinstance(values, str | bytes | dict) or not getattr(values, "shape", (1,)):
            break
        if not len(values):
            return None
        values = values[0]
    return values.decode("latin-1") if isinstance(values, bytes) else values
