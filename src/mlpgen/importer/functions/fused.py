"""Functions that do several things at once: `addcmul`, `baddbmm`, `lerp`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.calls import bound
from mlpgen.importer.functions.common import aligned, result, widest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler, Value


def _added(call: Call) -> Iterable[Value]:
    """`addcmul` and `addcdiv`: input + value · first · second."""
    given = bound("input tensor1 tensor2 value=1", call.step)
    first, *pair = (call.value(given[name]) for name in ("input", "tensor1", "tensor2"))
    pair = aligned(call, pair)
    name = "mul" if call.name == "addcmul" else "div"
    product = widest(pair)._replace(source=call.emit(name, {}, pair))
    if given["value"] != 1:
        scaled = call.emit("mul", {"other": given["value"]}, [product])
        product = product._replace(source=scaled)
    values = aligned(call, [first, product])
    yield result(call, call.emit("add", {}, values), widest(values))


def _batched_product(call: Call) -> Iterable[Value]:
    """`baddbmm`: beta · input + alpha · first @ second."""
    given = bound("input batch1 batch2 beta=1 alpha=1", call.step)
    start, one, other = (call.value(given[n]) for n in ("input", "batch1", "batch2"))
    dims = (*one.layout.dims[:-1], other.layout.dims[-1])
    product = one._replace(
        source=call.emit("matmul", {}, [one, other]),
        layout=one.layout._replace(dims=dims),
    )
    if given["alpha"] != 1:
        scaled = call.emit("mul", {"other": given["alpha"]}, [product])
        product = product._replace(source=scaled)
    if given["beta"] == 0:
        yield product
        return
    if given["beta"] != 1:
        scaled = call.emit("mul", {"other": given["beta"]}, [start])
        start = start._replace(source=scaled)
    values = aligned(call, [product, start])
    yield result(call, call.emit("add", {}, values), widest(values))


def _interpolated(call: Call) -> Iterable[Value]:
    """`lerp`: input + weight · (end - input)."""
    given = bound("input end weight", call.step)
    values = aligned(call, [call.value(given[name]) for name in ("input", "end")])
    weight = given["weight"]
    if isinstance(weight, float | int):
        source = call.emit("lerp", {"weight": float(weight)}, values)
    else:
        source = call.emit("lerp", {}, [*values, call.value(weight)])
    yield result(call, source, widest(values))


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("addcmul", "addcdiv"), _added),
    "baddbmm": _batched_product,
    "lerp": _interpolated,
}
