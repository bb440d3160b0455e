"""Products of matrices, and attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.importer.calls import Value, bound
from mlpgen.importer.functions.common import (
    aligned,
    first_batched,
    need_numbers,
    result,
)
from mlpgen.importer.layout import Layout, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler


def _matmul(call: Call) -> Iterable[Value]:
    given = bound("input other", call.step)
    if "mat2" in given or "tensor2" in given or "vec2" in given:
        given["other"] = given.get("mat2", given.get("tensor2", given.get("vec2")))
    values = [call.value(given[name]) for name in ("input", "other")]
    one, other = values
    out = call.step.outputs[0]
    if _has_rows_of_the_batch(one, other):
        return [_by_rows(call, one, other)]
    for value in values:
        inside = value.layout.batch >= max(0, value.layout.rank - 2)
        matrix = other.layout.batch < 0 and other.layout.rank == 2
        if inside and not (value is one and matrix):
            raise call.refuse("it multiplies over the batch")
    batched = [each for each in values if each.layout.batch >= 0]
    if len(batched) == 2:
        aligned(call, [_headed(each) for each in values])
    elif batched and not batched[0].layout.plain:
        beside = other if batched[0] is one else one
        if beside.layout.rank > 2:
            raise call.refuse("it broadcasts over the batch")
    like = first_batched(values)
    name = (
        "bmm"
        if call.step.function.endswith("bmm")
        and len(like.layout.shape) == 2
        and not any(each.alone for each in values)
        else ""
    )
    dims = [*max(values, key=lambda each: each.layout.rank).layout.dims]
    if other.layout.rank >= 2 and one.layout.rank >= 2:
        dims = [*dims[:-2], one.layout.dims[-2], other.layout.dims[-1]]
        if like.layout.batch >= 0 and like.layout.rank == len(dims):
            dims[: like.layout.rank - 2] = like.layout.dims[:-2]
        layout = like.layout._replace(dims=(*dims,))
    else:
        layout = Layout(tuple((size,) for size in out.shape), -1)
        if batched:
            layout = layout_of(out.shape, out.batch)
    source = call.emit(name or "matmul", {}, values)
    return [result(call, source, like, layout=layout)]


def _has_rows_of_the_batch(one: Value, other: Value) -> bool:
    """Return whether each row of the first is of one example, and many share a matrix.

    `(8, batch * 4, 16) @ (8, 16, 32)`.
    """
    rows = one.layout.rank - 2
    several = other.layout.batch < 0 and 2 < other.layout.rank <= one.layout.rank
    return several and 0 < one.layout.batch == rows


def _by_rows(call: Call, one: Value, other: Value) -> Value:
    """Multiply the rows of each example, which are one row in front of none."""
    layout, out = one.layout, call.step.outputs[0]
    alone = not layout.dims[layout.batch]
    if alone:
        one = one._replace(source=call.emit("unsqueeze", {"dim": -2}, [one]))
    source = call.emit("matmul", {}, [one, other])
    found = one._replace(source=source)
    if alone:
        found = one._replace(source=call.emit("squeeze", {"dim": -2}, [found]))
    lead = tuple((size,) for size in out.shape[: layout.batch])
    dims = (*lead, layout.dims[layout.batch], other.layout.dims[-1])
    return result(call, found.source, one, layout=layout._replace(dims=dims))


def _headed(value: Value) -> Value:
    """Return a value without its last two dimensions."""
    layout = value.layout
    return value._replace(layout=layout._replace(dims=(*layout.dims[:-2], (1,), (1,))))


def _attention(call: Call) -> Iterable[Value]:
    signature = "query key value attn_mask=None dropout_p=0 is_causal=False scale=None"
    given = bound(f"{signature} enable_gqa=False", call.step)
    names = ["query", "key", "value", *(["attn_mask"] if given["attn_mask"] else [])]
    values = [call.value(given[name]) for name in names]
    arguments = {
        name: given[name]
        for name in ("dropout_p", "is_causal", "scale", "enable_gqa")
        if given[name]
    }
    need_numbers(call, arguments)
    query, _, value, *_ = values
    if query.layout.batch >= query.layout.rank - 2:
        raise call.refuse("it attends over the batch")
    dims = (*query.layout.dims[:-1], value.layout.dims[-1])
    source = call.emit("scaled_dot_product_attention", arguments, values)
    like = query._replace(alone=all(each.alone for each in values))
    yield result(call, source, like, layout=query.layout._replace(dims=dims))


def _einsum(call: Call) -> Iterable[Value]:
    equation, *operands = call.step.args
    if len(operands) == 1 and type(operands[0]) in (list, tuple):
        operands = [*operands[0]]
    values = [call.value(each) for each in operands]
    if not all(each.layout.plain for each in values):
        raise call.refuse("the batch is not the first dimension")
    out = call.step.outputs[0]
    source = call.emit("einsum", {"equation": equation}, values)
    like = first_batched(values)
    return [result(call, source, like, layout=layout_of(out.shape, out.batch))]


def _pair(call: Call) -> Iterable[Value]:
    given = bound("input other dim=1 eps=", call.step)
    values = [call.value(given[each]) for each in ("input", "other")]
    dim = given["dim"]
    arguments = {"dim": values[0].layout.kept(dim)} if dim != 1 else {}
    layout = values[0].layout.without(dim)
    source = call.emit("cosine_similarity", arguments, values)
    return [result(call, source, values[0], layout=layout)]


def _outer(call: Call) -> Iterable[Value]:
    given = bound("input vec2", call.step)
    values = [call.value(given[each]) for each in ("input", "vec2")]
    dims = (*values[0].layout.dims, *values[1].layout.dims)
    source = call.emit("outer", {}, values)
    return [result(call, source, values[0], layout=Layout(dims, -1))]


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("matmul", "bmm"), _matmul),
    "scaled_dot_product_attention": _attention,
    "einsum": _einsum,
    "cosine_similarity": _pair,
    "outer": _outer,
}
