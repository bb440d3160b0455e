"""Arithmetic, comparisons and functions of each element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.calls import Value, bound, is_number
from mlpgen.importer.functions.common import (
    aligned,
    dtype_of,
    is_tensor,
    need_numbers,
    result,
    widest,
    written,
)
from mlpgen.importer.recording import Ref, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler

POINTWISE = {
    *FUNCTIONS.families["elementwise"],
    *FUNCTIONS.families["trigonometry"],
    "logical_not",
    *FUNCTIONS.families["activation"],
    *("zeros_like", "ones_like", "full_like", "rand_like", "randn_like", "bernoulli"),
}

BINARY = {*FUNCTIONS.families["arithmetic"], *FUNCTIONS.families["comparison"]} - {
    "where",
    "masked_fill",
    "logical_not",
}


def _pointwise(call: Call) -> Iterable[Value]:
    signatures = {
        "clamp": "input min max",
        "leaky_relu": "input negative_slope",
        "elu": "input alpha",
        "softplus": "input beta threshold",
        "gelu": "input approximate",
        "logit": "input eps",
        "nan_to_num": "input nan posinf neginf",
        "full_like": "input fill_value",
    }
    value = call.value(
        call.step.args[0] if call.step.args else call.step.kwargs["input"]
    )
    given = written(call, signatures.get(call.name, "input"))
    need_numbers(call, given)
    yield result(call, call.emit(call.name, given, [value]), value)


def _clamp(call: Call) -> Iterable[Value]:
    """Clamp; a bound that is a tensor is a maximum or a minimum with it."""
    signatures = {"clamp_min": "input min", "clamp_max": "input max"}
    given = bound(signatures.get(call.name, "input min=None max=None"), call.step)
    limits = (("min", "maximum"), ("max", "minimum"))
    some = any(is_tensor(given.get(name)) for name, _ in limits)
    if call.name == "clamp" and not some:
        return _pointwise(call)
    value = call.value(given["input"])
    for name, function in limits:
        limit = given.get(name)
        if is_tensor(limit):
            values = aligned(call, [value, call.value(limit)])
            source = call.emit(function, {}, values)
            value = result(call, source, widest(values))
        elif limit is not None:
            need_numbers(call, {name: limit})
            value = result(call, call.emit("clamp", {name: limit}, [value]), value)
    return [value]


def _binary(call: Call) -> Iterable[Value]:
    given = bound("input other alpha=1", call.step)
    if "exponent" in given:
        given["other"] = given["exponent"]
    name, first, other = call.name, given["input"], given["other"]
    if given.get("rounding_mode") == "floor":
        name = "floor_divide"
    elif given.get("rounding_mode") is not None:
        raise call.refuse("it rounds towards zero")
    times = given.get("alpha")
    tensors = [each for each in (first, other) if isinstance(each, Ref | State)]
    if times != 1 and not (is_number(times) and is_tensor(other)):
        raise call.refuse("it has an `alpha`")
    if len(tensors) == 2:
        values = [call.value(each) for each in tensors]
        if times != 1:
            scaled = call.emit("mul", {"other": times}, values[1:])
            values[1] = values[1]._replace(source=scaled)
        values = aligned(call, values)
        yield result(call, call.emit(name, {}, values), widest(values))
        return
    value = call.value(tensors[0])
    number = other if tensors[0] is first else first
    if not is_number(number):
        raise call.refuse("a number depends on the batch")
    if tensors[0] is first:
        key = "exponent" if name == "pow" else "other"
    elif name in ("add", "mul"):
        key = "other"
    elif name in ("sub", "div", "pow"):
        key = "input"
    else:
        raise call.refuse("the number comes first")
    if name == "floor_divide" and value.dtype == "float32":
        quotient = value._replace(source=call.emit("div", {key: number}, [value]))
        yield result(call, call.emit("floor", {}, [quotient]), value)
        return
    neutral = (name, key) in (("mul", "other"), ("div", "other")) and number == 1
    neutral = neutral or (name in ("add", "sub") and key == "other" and number == 0)
    if neutral and value.dtype == dtype_of(call):
        yield value
        return
    yield result(call, call.emit(name, {key: number}, [value]), value)


def _reverse(call: Call) -> Iterable[Value]:
    name = call.name.removeprefix("r")
    first, number = call.step.args[:2]
    value = call.value(first)
    if not is_number(number):
        values = aligned(call, [call.value(number), value])
        yield result(call, call.emit(name, {}, values), widest(values))
        return
    yield result(call, call.emit(name, {"input": number}, [value]), value)


def _where(call: Call) -> Iterable[Value]:
    given = bound("condition input other", call.step)
    if call.step.function.startswith("torch.Tensor."):
        given = bound("input condition other", call.step)
    names = [name for name in ("condition", "input", "other") if is_tensor(given[name])]
    numbers = {n: given[n] for n in ("input", "other") if n not in names}
    values = aligned(call, [call.value(given[name]) for name in names])
    need_numbers(call, numbers)
    like = widest(values)
    return [result(call, call.emit("where", numbers, values), like)]


def _masked_fill(call: Call) -> Iterable[Value]:
    given = bound("input mask value", call.step)
    values = aligned(call, [call.value(given["input"]), call.value(given["mask"])])
    if not is_number(given["value"]):
        raise call.refuse("`value` must be a number that is known")
    source = call.emit("masked_fill", {"value": given["value"]}, values)
    return [result(call, source, widest(values))]


def _cast(call: Call) -> Iterable[Value]:
    """`float`, `long`, `bool`, and `to`."""
    value = call.value(call.step.args[0])
    if not call.step.outputs:
        return [value]
    dtype = dtype_of(call)
    whole_numbers = {"int64", "int32", "int16"}
    if dtype == value.dtype or {dtype, value.dtype} <= whole_numbers:
        return [value._replace(dtype=dtype)]
    dtype = "int64" if dtype in whole_numbers else dtype
    dtype = "bool" if dtype == "uint8" else dtype  # what a mask is
    name = {"float32": "float", "int64": "long", "bool": "bool"}.get(dtype)
    if name is None:
        raise call.refuse(f"it converts to {dtype}")
    return [result(call, call.emit(name, {}, [value]), value)]


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(POINTWISE, _pointwise),
    **dict.fromkeys(("clamp", "clamp_min", "clamp_max"), _clamp),
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(("rsub", "rdiv", "rpow"), _reverse),
    "where": _where,
    "masked_fill": _masked_fill,
    **dict.fromkeys(("float", "long", "bool", "to", "double", "half"), _cast),
}
