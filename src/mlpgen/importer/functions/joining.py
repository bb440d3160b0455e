"""Joining and splitting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.calls import Value, bound, listed
from mlpgen.importer.functions.common import checked, need_numbers, result
from mlpgen.importer.functions.indexing import sliced
from mlpgen.importer.recording import Slice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.body import Source
    from mlpgen.importer.calls import Call, Handler

ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
RANK, COUNT = "rank", "count"
"""Arguments of `chunk` and `split` that no spec has: dimensions, and parts."""


def _cat(call: Call) -> Iterable[Value]:
    given = bound("tensors dim=0", call.step)
    if call.step.function.endswith("hstack"):
        given["dim"] = 1
    dim = given.get("axis", given["dim"])
    values = [call.value(each) for each in given["tensors"]]
    some = [each for each in values if not _is_empty(each, dim)]
    values = some or values
    batched = [each for each in values if each.layout.batch >= 0]
    like = next((each for each in batched if not each.alone), (batched or values)[0])
    if len(values) == 1:
        return [values[0]]
    for value in values:
        if value.layout.batch >= 0 and value.layout.batch != like.layout.batch:
            raise call.refuse("the batches of its inputs are different dimensions")
    out = call.step.outputs[0]
    if dim % like.layout.rank == like.layout.batch:
        raise call.refuse("it joins batches")
    layout = like.layout.resized(dim, out.shape[dim])
    source = call.emit("cat", {"dim": like.layout.kept(dim)}, values)
    return [result(call, source, like, layout=layout)]


def _is_empty(value: Value, dim: int) -> bool:
    """Return whether a tensor has nothing along a dimension, as a slice may."""
    rank = value.layout.rank
    return rank == 0 or 0 in value.layout.dims[dim % rank]


def _stack(call: Call) -> Iterable[Value]:
    given = bound("tensors dim=0", call.step)
    values = [call.value(each) for each in given["tensors"]]
    like = values[0]
    dim = given["dim"]
    layout = like.layout.with_dim(dim, len(values))
    at = dim + layout.rank if dim < 0 else dim
    if at == 0 and like.layout.batch == 0 and not like.layout.dims[0]:
        # The author stacks ahead of the batch; here the new dimension is behind it.
        written = 1
    else:
        written = dim if layout.plain else layout.dim(at)
    return [
        result(call, call.emit("stack", {"dim": written}, values), like, layout=layout)
    ]


def _split(call: Call) -> Iterable[Value]:
    second = {"chunk": "chunks", "split": "split_size_or_sections", "unbind": "dim=0"}
    given = bound(f"input {second[call.name]} dim=0", call.step)
    if call.name == "unbind":
        given = bound("input dim=0", call.step)
    if "split_size" in given:
        given["split_size_or_sections"] = given["split_size"]
    value = call.value(given["input"])
    dim = given["dim"]
    arguments: dict[str, Any] = {
        name: given[name]
        for name in ("chunks", "split_size_or_sections")
        if name in given and name in FUNCTIONS[call.name].model_fields
    }
    if isinstance(arguments.get("split_size_or_sections"), tuple):
        arguments["split_size_or_sections"] = [*arguments["split_size_or_sections"]]
    if 0 in listed(arguments.get("split_size_or_sections", 1)):
        sizes = listed(arguments["split_size_or_sections"])
        return [*_split_with_nothing(call, value, sizes, dim)]
    need_numbers(call, arguments)
    arguments["dim"] = value.layout.kept(checked(value.layout, dim))
    if call.name != "unbind":
        arguments[RANK] = len(value.layout.shape) + (value.layout.batch >= 0)
        arguments[COUNT] = len(call.step.outputs)
    source = call.emit(call.name, arguments, [value])
    return _parts(call, value, source, dim)


def _split_with_nothing(
    call: Call, value: Value, sizes: list[int], dim: int
) -> Iterable[Value]:
    """Split into parts of which some are empty: slices, which nothing needs then."""
    begin = 0
    for size in sizes:
        yield sliced(call, value, dim, Slice(begin, begin + size, None))
        begin += size


def _parts(call: Call, value: Value, source: Source, dim: int) -> list[Value]:
    """Return the parts of a value by their usual names."""
    outputs = call.step.outputs
    if len(outputs) > len(ORDINALS):
        raise call.refuse(f"it gives {len(outputs)} parts")
    found = []
    for name, out in zip(part_names(len(outputs)), outputs, strict=True):
        layout = (
            value.layout.without(dim)
            if call.name == "unbind"
            else value.layout.resized(dim, out.shape[dim])
        )
        found.append(value._replace(source=source._replace(part=name), layout=layout))
    return found


def _tensor_split(call: Call) -> Iterable[Value]:
    """Split into parts of the sizes that the author's have."""
    given = bound("input indices_or_sections dim=0", call.step)
    value, dim = call.value(given["input"]), given["dim"]
    sizes = [out.shape[dim] for out in call.step.outputs]
    if not all(sizes):
        raise call.refuse("a part of it is empty")
    at = value.layout.kept(checked(value.layout, dim))
    arguments = {"split_size_or_sections": sizes, "dim": at}
    return _parts(call, value, call.emit("split", arguments, [value]), dim)


def _meshgrid(call: Call) -> Iterable[Value]:
    """Spread vectors over a grid; with `xy`, the first two take turns."""
    given = bound("*tensors", call.step)
    values = [call.value(each) for each in given["tensors"]]
    if any(each.layout.batch >= 0 or each.layout.rank != 1 for each in values):
        raise call.refuse("it takes something else than vectors without a batch")
    order = [*range(len(values))]
    if given.get("indexing") == "xy":
        order[:2] = [1, 0]
    if not 2 <= len(values) <= 4:
        raise call.refuse(f"it takes {len(values)} tensors")
    source = call.emit("meshgrid", {}, [values[at] for at in order])
    layout = values[0].layout._replace(
        dims=tuple(values[at].layout.dims[0] for at in order)
    )
    return [
        value._replace(source=source._replace(part=ORDINALS[at]), layout=layout)
        for at, value in zip(order, values, strict=True)
    ]


def part_names(count: int) -> tuple[str, ...]:
    """Return the usual names of parts."""
    return ORDINALS[:count]


HANDLERS: dict[str, Handler] = {
    "cat": _cat,
    "stack": _stack,
    **dict.fromkeys(("chunk", "split", "unbind"), _split),
    "tensor_split": _tensor_split,
    "meshgrid": _meshgrid,
}
