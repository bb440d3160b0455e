"""The inputs of an ONNX file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.recorder.files.onnx_nodes import SIZES
from mlpgen.importer.recorder.files.onnx_tensors import TYPES
from mlpgen.importer.recorder.inputs import Given
from mlpgen.importer.recorder.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Collection

    from torch import Tensor


def inputs_of(
    file: str, graph: Any, weights: Collection[str]
) -> tuple[dict[str, tuple[Tensor, Tensor]], int]:
    """Draw inputs for two runs; return them with the batch, if that is fixed.

    Raises:
        TargetError: A size is open that is not the batch.
    """
    values: dict[str, tuple[Tensor, Tensor]] = {}
    fixed = 0
    for each in graph.input:
        if each.name in weights:
            continue
        if not each.name.isidentifier():
            raise TargetError(f"`{file}`: `{each.name}` is no name of an input")
        kind = each.type.tensor_type
        dims = [d.dim_value or None for d in kind.shape.dim]
        dtype = TYPES.get(kind.elem_type)
        if not dims or dtype is None or None in dims[1:]:
            shown = [d.dim_value or d.dim_param for d in kind.shape.dim]
            message = f"its input `{each.name}` has the sizes {shown}"
            hint = "only the batch, which is the first, may be open"
            raise TargetError(f"`{file}`: {message}; {hint}")
        fixed = dims[0] or fixed
        name = str(dtype).removeprefix("torch.")
        shape = tuple(d.dim_value for d in kind.shape.dim[1:])
        given = Given(each.name, shape, name)
        one, other = SIZES if dims[0] is None else (dims[0], dims[0])
        values[each.name] = (given.drawn(one), given.drawn(other))
    if not values:
        raise TargetError(f"`{file}` has no inputs")
    return values, fixed
