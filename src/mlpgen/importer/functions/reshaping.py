"""Functions that change the shape."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from mlpgen.importer.calls import Value, bound, is_number, listed
from mlpgen.importer.functions.common import checked, same
from mlpgen.importer.layout import layout_of
from mlpgen.importer.recording import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler
    from mlpgen.importer.recording import Tensor


def _reshape(call: Call) -> Iterable[Value]:
    value = call.value(call.step.args[0])
    out = call.step.outputs[0]
    if value.alone and not value.layout.missing:
        yield _reshaped_alone(call, value, out)
        return
    yield reshaped(call, value, out.shape, out.batch)


def _reshaped_alone(call: Call, value: Value, out: Tensor) -> Value:
    """Reshape what is the same for each example: in the spec it has a leading 1."""
    if out.batch != 0 or out.shape[0] != 1:
        raise call.refuse("it reshapes what is the same for each example")
    source = call.emit("reshape", {"shape": [1, *out.shape[1:]]}, [value])
    return value._replace(source=source, layout=layout_of(out.shape, 0))


def reshaped(call: Call, value: Value, shape: tuple[int, ...], batch: int) -> Value:
    """Emit a reshape, as `flatten` or `unflatten` where it is one."""
    inside = value.layout.dims[value.layout.batch] if value.layout.batch >= 0 else ()
    grouped = call.made or (call.kept and bool(inside))
    layout = value.layout.reshaped(shape, batch, grouped=grouped)
    before, after = value.layout.shape, layout.shape
    if before == after and not call.whole:
        return value._replace(layout=layout)
    batched = layout.batched
    if not after:  # one number for each example
        source = value.source
        for _ in before:
            one = value._replace(source=source)
            source = call.emit("squeeze", {"dim": int(batched)}, [one])
        return value._replace(source=source, layout=layout)
    entry = reshape_entry(before, after, batched=batched)
    if call.whole:
        entry = "reshape", {"shape": [*after]}
    source = call.emit(*entry, [value])
    return value._replace(source=source, layout=layout)


def reshape_entry(
    before: tuple[int, ...], after: tuple[int, ...], *, batched: bool
) -> tuple[str, dict[str, Any]]:
    """Return the entry that makes one shape of another."""
    if len(after) == 1 and len(before) > 1:
        return "flatten", {"start_dim": int(batched)}
    begin = 0
    while begin < min(len(before), len(after)) and before[begin] == after[begin]:
        begin += 1
    end = 0
    most = min(len(before), len(after)) - begin
    while end < most and before[-1 - end] == after[-1 - end]:
        end += 1
    old = before[begin : len(before) - end]
    new = after[begin : len(after) - end]
    if len(new) == 1 and len(old) > 1 and prod(old) == new[0]:
        ends = {} if end == 0 else {"end_dim": -1 - end}
        return "flatten", {"start_dim": begin + batched, **ends}
    if len(old) == 1 and len(new) > 1 and (batched or len(before) > 1):
        dim = -1 - end if end == 0 else begin + batched
        return "unflatten", {"dim": dim, "sizes": [*new]}
    return "reshape", {"shape": [*after]}


def _flatten(call: Call) -> Iterable[Value]:
    return _reshape(call) if call.step.outputs else same(call)


def _squeeze(call: Call) -> Iterable[Value]:
    given = bound("input dim=None", call.step)
    value = call.value(given["input"])
    count = value.layout.rank
    ones = [at for at in range(count) if value.layout.dims[at] == (1,)]
    asked = range(count) if given["dim"] is None else listed(given["dim"])
    dims = [at for at in (each % count for each in asked) if at in ones]
    for at in sorted(dims, reverse=True):
        arguments = {"dim": value.layout.kept(at)}
        layout = value.layout.without(at)
        value = value._replace(
            source=call.emit("squeeze", arguments, [value]), layout=layout
        )
    return [value]


def _unsqueeze(call: Call) -> Iterable[Value]:
    given = bound("input dim", call.step)
    return [unsqueezed(call, call.value(given["input"]), given["dim"])]


def unsqueezed(call: Call, value: Value, dim: int) -> Value:
    """Emit an inserted dimension."""
    layout = value.layout.with_dim(dim, 1)
    at = dim + layout.rank if dim < 0 else dim
    written = dim if dim < 0 and layout.plain else layout.dim(at)
    source = call.emit("unsqueeze", {"dim": written}, [value])
    return value._replace(source=source, layout=layout)


def _expand(call: Call) -> Iterable[Value]:
    given = bound("input *sizes", call.step)
    value = call.value(given["input"])
    out = call.step.outputs[0] if call.step.outputs else None
    if out is None:
        return [value]
    layout = value.layout
    if layout.batch < 0 and out.batch == 0:
        if layout.rank == len(out.shape) and layout.dims[0] != (1,):
            raise call.refuse("it makes the batch from something else")
        grown = [*layout.dims]
        while len(grown) < len(out.shape):
            grown.insert(0, (1,))
            value = value._replace(source=call.emit("unsqueeze", {"dim": 0}, [value]))
        sizes = [dim[0] for dim in grown[1:]]
        if sizes != [*out.shape[1:]]:
            wanted = {"sizes": [1, *out.shape[1:]]}
            value = value._replace(source=call.emit("expand", wanted, [value]))
        return [value._replace(layout=layout_of(out.shape, 0), alone=True)]
    if layout.batch != out.batch or not layout.plain:
        raise call.refuse("it expands over the batch")
    sizes = [*out.shape[1:]] if layout.batch == 0 else [*out.shape]
    source = call.emit("expand", {"sizes": sizes}, [value])
    return [value._replace(source=source, layout=layout_of(out.shape, out.batch))]


def _repeat(call: Call) -> Iterable[Value]:
    given = bound("input *repeats", call.step)
    value = call.value(given["input"])
    repeats = [*(given["repeats"] or given["dims"])]
    if call.step.function.endswith("tile"):
        repeats = [1] * (value.layout.rank - len(repeats)) + repeats
    out = call.step.outputs[0]
    if (
        repeats
        and isinstance(repeats[0], Batch)
        and all(each == 1 for each in repeats[1:])
    ):
        return _expand(call)
    if not value.layout.plain or any(isinstance(each, Batch) for each in repeats):
        raise call.refuse("it repeats the batch")
    if value.layout.batch == 0:
        if repeats[0] != 1 or len(repeats) != value.layout.rank:
            raise call.refuse("it repeats the batch")
        repeats = repeats[1:]
    source = call.emit("repeat", {"repeats": repeats}, [value])
    return [value._replace(source=source, layout=layout_of(out.shape, out.batch))]


def _repeat_interleave(call: Call) -> Iterable[Value]:
    given = bound("input repeats dim=None", call.step)
    value = call.value(given["input"])
    if given["dim"] is None or not is_number(given["repeats"]):
        raise call.refuse("it repeats the batch")
    dim = given["dim"]
    if dim % value.layout.rank == value.layout.batch:
        return [_beside_batch(call, value, given["repeats"])]
    out = call.step.outputs[0]
    arguments = {"repeats": given["repeats"], "dim": value.layout.kept(dim)}
    layout = value.layout.resized(checked(value.layout, dim), out.shape[dim])
    source = call.emit("repeat_interleave", arguments, [value])
    return [value._replace(source=source, layout=layout)]


def _beside_batch(call: Call, value: Value, repeats: int) -> Value:
    """Repeat each example: in mlpgen, along a dimension behind it."""
    layout = value.layout
    inside = (*layout.dims[layout.batch], repeats)
    at = sum(len(each) for each in layout.dims[: layout.batch]) + len(inside) - 1
    value = value._replace(
        source=call.emit("unsqueeze", {"dim": at + layout.batched}, [value])
    )
    dims = (*layout.dims[: layout.batch], inside, *layout.dims[layout.batch + 1 :])
    layout = layout._replace(dims=dims)
    source = call.emit("expand", {"sizes": [*layout.shape]}, [value])
    return value._replace(source=source, layout=layout)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("view", "reshape", "view_as", "reshape_as"), _reshape),
    "flatten": _flatten,
    "unflatten": _reshape,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    **dict.fromkeys(("expand", "expand_as"), _expand),
    "repeat": _repeat,
    "repeat_interleave": _repeat_interleave,
}
