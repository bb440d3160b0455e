"""Functions that make tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.functions import FUNCTIONS
from mlpgen.importer.body import Source
from mlpgen.importer.calls import Value, bound, listed
from mlpgen.importer.functions.common import need_numbers
from mlpgen.importer.layout import Layout
from mlpgen.importer.recording import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler


def _new(call: Call) -> Iterable[Value]:
    """Functions that take nothing, and make a tensor without a batch."""
    signatures = {
        "arange": "start end step",
        "linspace": "start end steps",
        "full": "size fill_value",
        "eye": "n m",
    }
    given = bound(signatures.get(call.name, "*size"), call.step)
    if call.name == "arange":
        numbers = [given[name] for name in ("start", "end", "step")]
        if numbers[1] is None:
            numbers = [0, numbers[0], 1]
        start, end, step = (numbers[0] or 0, numbers[1], numbers[2] or 1)
        given = {"end": end}
        given |= {"start": start} if start else {}
        given |= {"step": step} if step != 1 else {}
    out = call.step.outputs[0]
    arguments = {
        name: [*value] if type(value) is tuple else value
        for name, value in given.items()
        if name in FUNCTIONS[call.name].model_fields
        and value is not None
        and name != "dtype"
    }
    usual = "int64" if call.name == "arange" else "float32"
    if call.name == "arange" and any(isinstance(v, float) for v in arguments.values()):
        usual = "float32"
    if out.dtype != usual:
        if out.dtype not in ("float32", "int64", "bool"):
            raise call.refuse(f"it makes {out.dtype}")
        arguments["dtype"] = out.dtype
    size = listed(arguments.get("size", []))
    if len(size) > 1 and isinstance(size[0], Batch) and size[0].times == 1:
        arguments["size"] = size[1:]
        need_numbers(call, arguments)
        source = call.emit(call.name, arguments, [])
        dims = ((), *((each,) for each in out.shape[1:]))
        layout = Layout(dims, 0, missing=True)
        return [Value(source, layout, out.dtype, alone=True)]
    need_numbers(call, arguments)
    layout = Layout(tuple((each,) for each in out.shape), -1)
    if any(isinstance(arguments.get(name), float) for name in ("start", "end", "step")):
        return [_fractions(call, arguments, Value(Source(0), layout, out.dtype))]
    return [Value(call.emit(call.name, arguments, []), layout, out.dtype)]


def _fractions(call: Call, arguments: dict[str, Any], value: Value) -> Value:
    """Emit numbers that begin with a fraction or grow by one, where sums are exact."""
    (count,) = value.layout.shape
    start, step = arguments.get("start", 0), arguments.get("step", 1)
    parts = [start, step, start + (count - 1) * step]
    if call.name != "arange" or any(each * 2**10 % 1 for each in parts):
        raise call.refuse("its numbers are fractions")
    value = value._replace(source=call.emit("arange", {"end": count}, []))
    value = value._replace(source=call.emit("float", {}, [value]))
    for name, other, idle in (("mul", step, 1), ("add", start, 0)):
        if other != idle:
            value = value._replace(source=call.emit(name, {"other": other}, [value]))
    return value


def _new_like(call: Call) -> Iterable[Value]:
    """`x.new_zeros(…)`: the values of `zeros`."""
    name = call.name.removeprefix("new_")
    if name not in FUNCTIONS:
        raise call.refuse("it makes a tensor without values")
    step = call.step._replace(args=call.step.args[1:])
    return _new(call._replace(name=name, step=step))


def _filled(call: Call) -> Iterable[Value]:
    """`x.zero_()`, `x.fill_(1)`: one number in the shape of `x`."""
    given = bound("input value=0", call.step)
    if isinstance(given["value"], bool) or not isinstance(given["value"], int | float):
        raise call.refuse("its value is no number")
    value = call.value(given["input"])
    name, arguments = "zeros_like", {}
    if given["value"] != 0:
        name, arguments = "full_like", {"fill_value": given["value"]}
    return [value._replace(source=call.emit(name, arguments, [value]))]


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("zero", "fill"), _filled),
    **dict.fromkeys(FUNCTIONS.families["new_tensors"], _new),
    **dict.fromkeys(("new_zeros", "new_ones", "new_full", "new_empty"), _new_like),
}
