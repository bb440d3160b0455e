"""Reductions, and functions along a dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.calls import Value, bound, listed
from mlpgen.importer.functions.common import (
    aligned,
    checked,
    dims_of,
    result,
    widest,
    written,
)
from mlpgen.importer.recording import Ref, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler

REDUCTIONS = {*FUNCTIONS.families["reduction"]} - {"cumsum", "cumprod", "logcumsumexp"}

ALONG = {"cumsum", "cumprod", "logcumsumexp", "softmax", "log_softmax", "normalize"}
ALONG |= {"glu", "argsort"}


def _reduction(call: Call) -> Iterable[Value]:
    signature = "input dim=None keepdim=False"
    if call.name in ("var", "std"):
        signature = "input dim=None unbiased=None keepdim=False"
    if call.name == "vector_norm":
        signature = "input ord=2 dim=None keepdim=False"
    given = bound(signature, call.step)
    value = call.value(given["input"])
    if given.get("p") is not None:
        given["ord"] = given["p"]
    if given["ord"] == "fro" if "ord" in given else False:
        given["ord"] = 2
    if given["dim"] is None:
        raise call.refuse("it reduces the batch")
    dims = listed(given["dim"])
    kept = bool(given["keepdim"])
    arguments: dict[str, Any] = {"dim": dims_of(value.layout, dims, given["dim"])}
    if kept:
        arguments["keepdim"] = True
    if call.name in ("var", "std"):
        unbiased = given.get("unbiased")
        correction = given.get("correction", 0 if unbiased is False else 1)
        if correction != 1:
            arguments["correction"] = correction
    if given.get("ord", 2) != 2:
        arguments["ord"] = float(given["ord"])
    source = call.emit(call.name, arguments, [value])
    layout = value.layout
    for dim in sorted((each % layout.rank for each in dims), reverse=True):
        layout = layout.resized(dim, 1) if kept else layout.without(dim)
    yield result(call, source, value, layout=layout)


def _both(call: Call) -> Iterable[Value]:
    """`var_mean` and `std_mean`: one after the other."""
    for name in call.name.split("_"):
        named = bound("input dim=None unbiased=None keepdim=False", call.step)
        if name == "mean":
            named = {key: named[key] for key in ("input", "dim", "keepdim")}
        step = call.step._replace(args=(named.pop("input"),), kwargs=named)
        yield from _reduction(call._replace(name=name, step=step))


def _pairwise_distance(call: Call) -> Iterable[Value]:
    """A norm of the difference, to which torch adds a small number."""
    given = bound("x1 x2 p=2 eps=1e-06 keepdim=False", call.step)
    values = aligned(call, [call.value(given["x1"]), call.value(given["x2"])])
    like = widest(values)
    layout = like.layout
    arguments: dict[str, Any] = {"dim": layout.kept(checked(layout, -1))}
    arguments |= {"ord": float(given["p"])} if given["p"] != 2 else {}
    arguments |= {"keepdim": True} if given["keepdim"] else {}
    for name, numbers in (
        ("sub", {}),
        ("add", {"other": float(given["eps"])}),
        ("vector_norm", arguments),
    ):
        values = [like._replace(source=call.emit(name, numbers, values))]
    layout = layout.resized(-1, 1) if given["keepdim"] else layout.without(-1)
    yield result(call, values[0].source, like, layout=layout)


def _along(call: Call) -> Iterable[Value]:
    default = {
        "normalize": "input p=2 dim=1 eps=",
        "argsort": "input dim=-1 descending=",
    }
    given = bound(default.get(call.name, "input dim=-1"), call.step)
    value = call.value(given["input"])
    dim = given["dim"]
    if dim is None:
        raise call.refuse("it has no `dim`")
    if dim < 0 and not value.layout.plain:
        dim %= value.layout.rank
    arguments = written(
        call, "input p=2 dim=1 eps=" if call.name == "normalize" else "input"
    )
    arguments["dim"] = value.layout.kept(checked(value.layout, dim))
    yield result(call, call.emit(call.name, arguments, [value]), value)


def _ordering(call: Call) -> Iterable[Value]:
    signature = {
        "topk": "input k dim=-1 largest=True sorted=True",
        "sort": "input dim=-1 descending=False",
        "max": "input dim keepdim=False",
        "min": "input dim keepdim=False",
    }[call.name]
    given = bound(signature, call.step)
    if call.name in ("max", "min") and not isinstance(given["dim"], int):
        if isinstance(given["dim"], Ref | State):
            values = aligned(
                call, [call.value(given["input"]), call.value(given["dim"])]
            )
            name = f"{call.name}imum"
            return [result(call, call.emit(name, {}, values), widest(values))]
        raise call.refuse("it reduces the batch")
    value = call.value(given["input"])
    arguments = written(call, signature)
    arguments["dim"] = value.layout.kept(checked(value.layout, given["dim"]))
    source = call.emit(call.name, arguments, [value])
    outputs = call.step.outputs
    layout = value.layout
    if call.name == "topk":
        layout = layout.resized(given["dim"], given["k"])
    if call.name in ("max", "min"):
        dim = given["dim"]
        layout = layout.resized(dim, 1) if given["keepdim"] else layout.without(dim)
    return [
        value._replace(
            source=source._replace(part=name), layout=layout, dtype=out.dtype
        )
        for name, out in zip(("values", "indices"), outputs, strict=True)
    ]


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(REDUCTIONS, _reduction),
    **dict.fromkeys(("var_mean", "std_mean"), _both),
    "pairwise_distance": _pairwise_distance,
    **dict.fromkeys(ALONG, _along),
    **dict.fromkeys(("topk", "sort", "max", "min"), _ordering),
}
