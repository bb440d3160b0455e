"""Indices and slices, read and assigned."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.importer.calls import Value, bound, whole
from mlpgen.importer.functions.common import checked, result
from mlpgen.importer.functions.reshaping import reshaped, unsqueezed
from mlpgen.importer.layout import Layout
from mlpgen.importer.recording import Batch, Ref, Rest, Slice, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler


def _assign(call: Call) -> Iterable[Value]:
    """`x[…] = y`: the parts before and behind the slice stay."""
    base, index, new = call.step.args[:3]
    if "values" in call.step.kwargs:
        return [_constant(call)]
    parts = [*index] if type(index) is tuple else [index]
    if any(
        not isinstance(each, Slice | Rest) and whole(each) is None for each in parts
    ):
        raise call.refuse("it assigns to something else than slices")
    value = call.value(base)
    rest = [Slice(None, None, None)] * (value.layout.rank - len(parts) + 1)
    at = next((i for i, each in enumerate(parts) if isinstance(each, Rest)), None)
    if at is not None:
        parts[at : at + 1] = rest
    return [_assigned(call, value, parts, 0, new)]


def _assigned(call: Call, value: Value, parts: list[Any], dim: int, new: Any) -> Value:
    """Return a value with another one in a slice of it."""
    while dim < len(parts) and _is_everything(parts[dim], value, dim):
        dim += 1
    if dim == len(parts):
        return _filled(call, value, parts, new)
    if dim == value.layout.batch:
        raise call.refuse("it assigns to a part of the batch")
    size = value.layout.dims[dim][0]
    begin, end, step = _bounds(parts[dim], size)
    if step != 1:
        return _every(call, value, parts, dim, new)
    inner = sliced(call, value, dim, Slice(begin, end, None))
    pieces = [_assigned(call, inner, parts, dim + 1, new)]
    if begin > 0:
        pieces.insert(0, sliced(call, value, dim, Slice(0, begin, None)))
    if end < size:
        pieces.append(sliced(call, value, dim, Slice(end, None, None)))
    if len(pieces) == 1:
        return pieces[0]
    source = call.emit("cat", {"dim": value.layout.kept(dim)}, pieces)
    return value._replace(source=source)


def _bounds(part: Any, size: int) -> tuple[int, int, int]:
    """Return where a slice begins and ends, and its step; an index takes one."""
    if isinstance(part, Slice):
        return slice(*part).indices(size)
    return part % size, part % size + 1, 1


def _filled(call: Call, value: Value, parts: list[Any], new: Any) -> Value:
    """Return what is assigned in the shape of the slice."""
    if not isinstance(new, Ref | State):
        source = call.emit("full_like", {"fill_value": new}, [value])
        return value._replace(source=source)
    found = call.value(new)
    for dim, part in enumerate(parts):
        if whole(part) is not None:
            found = unsqueezed(
                call, found, dim + found.layout.rank - value.layout.rank + 1
            )
    if found.layout.shape != value.layout.shape:
        if found.layout.batched != value.layout.batched:
            raise call.refuse("it assigns the same to each example")
        sizes = {"sizes": [*value.layout.shape]}
        found = found._replace(source=call.emit("expand", sizes, [found]))
    return found._replace(layout=value.layout)


def _every(call: Call, value: Value, parts: list[Any], dim: int, new: Any) -> Value:
    """Assign to every other value: all of them are put together anew."""
    size = value.layout.dims[dim][0]
    begin, end, step = _bounds(parts[dim], size)
    if step < 1 or begin >= step or size % step or end <= size - step + begin:
        raise call.refuse("it assigns to every other value of a part")
    at = value.layout.kept(dim)
    pieces = [sliced(call, value, dim, Slice(i, None, step)) for i in range(step)]
    pieces[begin] = _assigned(call, pieces[begin], parts, dim + 1, new)
    stacked = value._replace(source=call.emit("stack", {"dim": at + 1}, pieces))
    joined = {"start_dim": at, "end_dim": at + 1}
    return value._replace(source=call.emit("flatten", joined, [stacked]))


def _is_everything(part: Any, value: Value, dim: int) -> bool:
    if not isinstance(part, Slice):
        return value.layout.dims[dim] == (1,) and dim != value.layout.batch
    if dim == value.layout.batch:
        return part.start in (None, 0) and part.stop in (None, Batch(1))
    size = value.layout.dims[dim][0]
    return slice(*part).indices(size) == (0, size, 1)


def _constant(call: Call) -> Value:
    """Emit a buffer with numbers that depend on nothing."""
    out = call.step.outputs[0]
    arguments = {
        "values": call.step.kwargs["values"],
        "shape": [*out.shape],
        "persistent": False,
    }
    source = call.emit("buffer", arguments, [])
    return Value(source, Layout(tuple((size,) for size in out.shape), -1), out.dtype)


def _narrow(call: Call) -> Iterable[Value]:
    given = bound("input dim start length", call.step)
    value = call.value(given["input"])
    start, length = given["start"], given["length"]
    return [sliced(call, value, given["dim"], Slice(start, start + length, None))]


def _select(call: Call) -> Iterable[Value]:
    given = bound("input dim index", call.step)
    return [selected(call, call.value(given["input"]), given["dim"], given["index"])]


def selected(call: Call, value: Value, dim: int, index: int) -> Value:
    """Emit the selection of one index."""
    arguments = {
        "dim": value.layout.kept(checked(value.layout, dim)),
        "index": index,
        "count": prod(value.layout.dims[dim % value.layout.rank]),
    }
    layout = value.layout.without(dim)
    return value._replace(source=call.emit("select", arguments, [value]), layout=layout)


def sliced(call: Call, value: Value, dim: int, part: Slice) -> Value:
    """Emit a slice, unless it takes everything."""
    size = value.layout.dims[dim % value.layout.rank]
    if dim % value.layout.rank == value.layout.batch:
        whole_batch = part.stop is None or part.stop == Batch(1)
        if part.start in (None, 0) and part.step in (None, 1) and whole_batch:
            return value
        raise call.refuse("it slices the batch")
    for each in part:
        if not (each is None or whole(each) is not None):
            raise call.refuse("its bounds depend on the batch")
    begin, end, step = slice(*part).indices(size[0])
    if step < 0:
        raise call.refuse("its step is negative")
    if (begin, step) == (0, 1) and end >= size[0]:
        return value
    arguments: dict[str, Any] = {"dim": value.layout.kept(checked(value.layout, dim))}
    if part.start:
        arguments["start"] = part.start
    if part.stop is not None and end < size[0]:
        arguments["end"] = part.stop
    if step != 1:
        arguments["step"] = step
    layout = value.layout.resized(dim, len(range(begin, end, step)))
    return value._replace(source=call.emit("slice", arguments, [value]), layout=layout)


def _index(call: Call) -> Iterable[Value]:
    """`x[…]`, one entry for each part of the index that does something."""
    value = call.value(call.step.args[0])
    index = call.step.args[1]
    parts = [*index] if type(index) is tuple else [index]
    given = sum(1 for each in parts if each is not None and not isinstance(each, Rest))
    rest = value.layout.rank - given
    at = next((i for i, each in enumerate(parts) if isinstance(each, Rest)), None)
    whole_slices = [Slice(None, None, None)] * rest
    if at is None:
        parts = [*parts, *whole_slices]
    else:
        parts = [*parts[:at], *whole_slices, *parts[at + 1 :]]
    dim = 0
    for part in parts:
        if part is None:
            value = unsqueezed(call, value, dim)
            dim += 1
        elif isinstance(part, Slice):
            value = sliced(call, value, dim, part)
            dim += 1
        elif whole(part) is not None:
            value = selected(call, value, dim, part)
        elif isinstance(part, Ref | State):
            value = _gathered(call, value, dim, part)
            dim += 1
        elif _numbers(part) and len([*filter(_numbers, parts)]) == 1:
            value = _listed(call, value, dim, _numbers(part))
            dim += 1
        else:
            raise call.refuse("its index is neither numbers nor slices")
    return [value]


def _numbers(part: Any) -> list[int]:
    """Return the numbers of an index such as `[0, 2]`; nothing of another one."""
    listed = type(part) is list and all(whole(each) is not None for each in part)
    return part if listed else []


def _listed(call: Call, value: Value, dim: int, numbers: list[int]) -> Value:
    """Emit the selection of several indices: one slice, or slices side by side."""
    if dim == value.layout.batch:
        raise call.refuse("it selects in the batch")
    size = value.layout.dims[dim][0]
    at = [each % size for each in numbers]
    runs = [[at[0]]]
    for each in at[1:]:
        if each == runs[-1][-1] + 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    bounds = [Slice(run[0], run[-1] + 1, None) for run in runs]
    parts = [sliced(call, value, dim, _from_the_end(each, size)) for each in bounds]
    if len(parts) == 1:
        return parts[0]
    source = call.emit("cat", {"dim": value.layout.kept(dim)}, parts)
    return value._replace(source=source, layout=value.layout.resized(dim, len(at)))


def _from_the_end(part: Slice, size: int) -> Slice:
    """Count the last one from the end, as an author does."""
    return Slice(part.start - size, None, None) if part.stop == size else part


def _gathered(call: Call, value: Value, dim: int, part: Any) -> Value:
    """Emit the selection of several indices, which a tensor holds."""
    chosen = call.value(part)
    flat = chosen.layout
    if chosen.dtype != "int64" or flat.batch >= 0:
        raise call.refuse("its index is a tensor of the batch")
    shape = flat.shape
    if len(shape) != 1:
        count = prod(shape)
        chosen = reshaped(call, chosen, (count,), -1)
    arguments = {"dim": value.layout.kept(checked(value.layout, dim))}
    source = call.emit("index_select", arguments, [value, chosen])
    value = value._replace(source=source, layout=value.layout.resized(dim, prod(shape)))
    if len(shape) == 1:
        return value
    author = [prod(each) for each in value.layout.dims]
    at = dim % value.layout.rank
    new = (*author[:at], *shape, *author[at + 1 :])
    batch = value.layout.batch
    if batch >= 0:
        new = tuple(1 if i == batch else size for i, size in enumerate(new))
    return reshaped(call, value, new, batch)


def _gather(call: Call) -> Iterable[Value]:
    given = bound("input dim index", call.step)
    values = [call.value(given["input"]), call.value(given["index"])]
    value = values[0]
    if call.name == "index_select":
        found = _gathered(call, value, given["dim"], given["index"])
        return [found]
    arguments = {"dim": value.layout.kept(checked(value.layout, given["dim"]))}
    source = call.emit("gather", arguments, values)
    return [result(call, source, values[1])]


def _one_hot(call: Call) -> Iterable[Value]:
    given = bound("input num_classes=-1", call.step)
    value = call.value(given["input"])
    if given["num_classes"] == -1:
        raise call.refuse("it counts the classes in the batch")
    source = call.emit("one_hot", {"num_classes": given["num_classes"]}, [value])
    layout = value.layout.with_dim(-1, given["num_classes"])
    return [result(call, source, value, layout=layout)]


HANDLERS: dict[str, Handler] = {
    "select": _select,
    **dict.fromkeys(("__setitem__", "assign"), _assign),
    "narrow": _narrow,
    "__getitem__": _index,
    **dict.fromkeys(("gather", "index_select"), _gather),
    "one_hot": _one_hot,
}
