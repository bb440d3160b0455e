"""Functions that order dimensions or values anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.calls import Value, bound, listed, whole
from mlpgen.importer.functions.common import dims_of, need_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler


def _permute(call: Call) -> Iterable[Value]:
    given = bound("input *dims", call.step)
    return [permuted(call, call.value(given["input"]), (*given["dims"],))]


def permuted(call: Call, value: Value, order: tuple[int, ...]) -> Value:
    """Emit the permutation of what is not the batch."""
    layout = value.layout.permuted(order)
    axes = value.layout.permutation(order)
    if axes == sorted(axes):
        return value._replace(layout=layout)
    batched = value.layout.batched
    swapped = [at for at, axis in enumerate(axes) if at != axis]
    source = (
        call.emit("transpose", _transposition(swapped, len(axes), batched), [value])
        if len(swapped) == 2
        else call.emit(
            "permute",
            {"dims": [*([0] if batched else []), *(axis + batched for axis in axes)]},
            [value],
        )
    )
    return value._replace(source=source, layout=layout)


def _transposition(swapped: list[int], count: int, batched: bool) -> dict[str, int]:
    one, other = swapped
    if (one, other) == (count - 2, count - 1) and count > 2:
        return {"dim0": -2, "dim1": -1}
    return {"dim0": one + batched, "dim1": other + batched}


def _transpose(call: Call) -> Iterable[Value]:
    given = bound("input dim0 dim1", call.step)
    value = call.value(given["input"])
    order = [*range(value.layout.rank)]
    one, other = (whole(given[name]) or 0 for name in ("dim0", "dim1"))
    if "axis0" in given:
        one, other = given["axis0"], given["axis1"]
    order[one], order[other] = order[other], order[one]
    return [permuted(call, value, (*order,))]


def _turned(call: Call) -> Iterable[Value]:
    """`x.T`, `x.mT` and `x.t()`."""
    value = call.value(call.step.args[0])
    order = [*range(value.layout.rank)]
    if call.name in ("T", "H"):
        order.reverse()
    elif len(order) > 1:
        order[-2:] = [order[-1], order[-2]]
    return [permuted(call, value, (*order,))]


def _movedim(call: Call) -> Iterable[Value]:
    given = bound("input source destination", call.step)
    value = call.value(given["input"])
    count = value.layout.rank
    sources = [each % count for each in listed(given["source"])]
    places = [each % count for each in listed(given["destination"])]
    order = [each for each in range(count) if each not in sources]
    for place, source in sorted(zip(places, sources, strict=True)):
        order.insert(place, source)
    return [permuted(call, value, (*order,))]


def _moved(call: Call) -> Iterable[Value]:
    """`flip` and `roll`."""
    signature = "input *dims" if call.name == "flip" else "input shifts dims"
    given = bound(signature, call.step)
    value = call.value(given["input"])
    dims = listed(given["dims"])
    arguments: dict[str, Any] = {}
    if call.name == "roll":
        shifts = listed(given["shifts"])
        arguments["shifts"] = shifts if len(shifts) > 1 else shifts[0]
        if not any(shifts):
            return [value]
    arguments["dims"] = dims_of(value.layout, dims, dims)
    need_numbers(call, arguments)
    return [value._replace(source=call.emit(call.name, arguments, [value]))]


def _triangle(call: Call) -> Iterable[Value]:
    given = bound("input diagonal=0", call.step)
    value = call.value(given["input"])
    if value.layout.batch >= value.layout.rank - 2:
        raise call.refuse("it works on the batch")
    arguments = {"diagonal": given["diagonal"]} if given["diagonal"] else {}
    return [value._replace(source=call.emit(call.name, arguments, [value]))]


HANDLERS: dict[str, Handler] = {
    "permute": _permute,
    "transpose": _transpose,
    **dict.fromkeys(("T", "mT", "H", "mH", "t"), _turned),
    "movedim": _movedim,
    **dict.fromkeys(("flip", "roll"), _moved),
    **dict.fromkeys(("tril", "triu"), _triangle),
}
