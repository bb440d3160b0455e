"""Functions that take their weights as arguments: `F.linear(x, self.weight)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.calls import bound, call_value, is_number
from mlpgen.importer.recording import Ref, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.importer.calls import Call, Value


def _linear(call: Call) -> list[Value]:
    """`x @ weight.T + bias`."""
    given = bound("input weight bias=None", call.step)
    value, weight = call_value(call, given["input"]), call_value(call, given["weight"])
    turned = weight._replace(
        source=call.emit("transpose", {"dim0": 0, "dim1": 1}, [weight]),
        layout=weight.layout.permuted((1, 0)),
    )
    out = call.step.outputs[0]
    layout = value.layout.resized(-1, out.shape[-1])
    found = value._replace(
        source=call.emit("matmul", {}, [value, turned]), layout=layout
    )
    if given["bias"] is not None:
        bias = call_value(call, given["bias"])
        found = found._replace(source=call.emit("add", {}, [found, bias]))
    return [found]


def _addmm(call: Call) -> list[Value]:
    """`bias + x @ weight`, as GPT-2 has it."""
    given = bound("input mat1 mat2 beta=1 alpha=1", call.step)
    if given["beta"] != 1 or given["alpha"] != 1:
        raise call.refuse("it has factors")
    value, weight = call_value(call, given["mat1"]), call_value(call, given["mat2"])
    layout = value.layout.resized(-1, weight.layout.shape[-1])
    found = value._replace(
        source=call.emit("matmul", {}, [value, weight]), layout=layout
    )
    bias = call_value(call, given["input"])
    return [found._replace(source=call.emit("add", {}, [found, bias]))]


def _scaled(call: Call, value: Value, given: dict[str, Any]) -> list[Value]:
    """Multiply by a weight and add a bias, where they are given."""
    for name, function in (("weight", "mul"), ("bias", "add")):
        if isinstance(given.get(name), Ref | State):
            factor = call_value(call, given[name])
            value = value._replace(source=call.emit(function, {}, [value, factor]))
    return [value]


def _layer_norm(call: Call) -> list[Value]:
    given = bound("input normalized_shape weight=None bias=None eps=None", call.step)
    value = call_value(call, given["input"])
    shape = [*given["normalized_shape"]]
    arguments: dict[str, Any] = {"elementwise_affine": False}
    if len(shape) > 1:
        arguments = {"normalized_shape": shape, **arguments}
    if is_number(given["eps"]) and given["eps"] != 1e-5:
        arguments["eps"] = given["eps"]
    source = call.emit("LayerNorm", arguments, [value])
    return _scaled(call, value._replace(source=source), given)


def _rms_norm(call: Call) -> list[Value]:
    given = bound("input normalized_shape weight=None eps=None", call.step)
    value = call_value(call, given["input"])
    arguments: dict[str, Any] = {"elementwise_affine": False}
    if is_number(given["eps"]):
        arguments["eps"] = given["eps"]
    source = call.emit("RMSNorm", arguments, [value])
    return _scaled(call, value._replace(source=source), given)


FUNCTIONAL: dict[str, Callable[[Call], list[Value]]] = {
    "linear": _linear,
    "addmm": _addmm,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
}
