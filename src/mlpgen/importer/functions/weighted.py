"""Functions that take their weights as arguments: `F.linear(x, self.weight)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.calls import bound, call_value, is_number
from mlpgen.importer.functions.common import need_numbers, result
from mlpgen.importer.layout import layout_of
from mlpgen.importer.recording import Ref, State

if TYPE_CHECKING:
    from mlpgen.importer.calls import Call, Handler, Value


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


def _scaled(
    call: Call, value: Value, given: dict[str, Any], behind: int = 0
) -> list[Value]:
    """Multiply by a weight and add a bias, where they are given.

    Args:
        call: The call.
        value: What is multiplied.
        given: The arguments of the call.
        behind: How many dimensions are behind that of the weight.
    """
    for name, function in (("weight", "mul"), ("bias", "add")):
        if isinstance(given.get(name), Ref | State):
            factor = call_value(call, given[name])
            if behind:
                shape = [factor.layout.shape[0], *[1] * behind]
                reshaped = call.emit("reshape", {"shape": shape}, [factor])
                factor = factor._replace(source=reshaped)
            value = value._replace(source=call.emit(function, {}, [value, factor]))
    return [value]


def _normalized(
    call: Call,
    layer: tuple[str, dict[str, Any]],
    value: Value,
    given: dict[str, Any],
    behind: int = 0,
) -> list[Value]:
    """Normalize by a layer without weights, then by those that are given."""
    type_, arguments = layer
    usual = None if type_ == "RMSNorm" else 1e-5
    if is_number(given["eps"]) and given["eps"] != usual:
        arguments = {**arguments, "eps": given["eps"]}
    source = call.emit(type_, arguments, [value])
    return _scaled(call, value._replace(source=source), given, behind)


def _layer_norm(call: Call) -> list[Value]:
    given = bound("input normalized_shape weight=None bias=None eps=None", call.step)
    value = call_value(call, given["input"])
    shape = [*given["normalized_shape"]]
    arguments: dict[str, Any] = {"elementwise_affine": False}
    if len(shape) > 1:
        arguments = {"normalized_shape": shape, **arguments}
    return _normalized(call, ("LayerNorm", arguments), value, given)


def _rms_norm(call: Call) -> list[Value]:
    given = bound("input normalized_shape weight=None eps=None", call.step)
    value = call_value(call, given["input"])
    return _normalized(call, ("RMSNorm", {"elementwise_affine": False}), value, given)


def _convolution(call: Call) -> list[Value]:
    signature = "input weight bias=None stride=1 padding=0 dilation=1 groups=1"
    given = bound(signature, call.step)
    named = [given[name] for name in ("input", "weight", "bias")]
    values = [call_value(call, each) for each in named if each is not None]
    value = values[0]
    if not value.layout.plain:
        raise call.refuse("the batch is not its first dimension")
    if any(each.layout.batch >= 0 for each in values[1:]):
        raise call.refuse("each example has a weight of its own")
    usual = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
    sizes = {name: _one(given[name]) for name in usual}
    need_numbers(call, sizes)
    arguments = {name: size for name, size in sizes.items() if size != usual[name]}
    out = call.step.outputs[0]
    source = call.emit(call.name, arguments, values)
    return [result(call, source, value, layout=layout_of(out.shape, out.batch))]


def _one(sizes: Any) -> Any:
    """Write equal sizes as one."""
    listed = [*sizes] if type(sizes) in (list, tuple) else [sizes]
    return listed[0] if len({*listed}) == 1 else listed


def _behind_channels(value: Value) -> int:
    """Return how many dimensions are behind that of the channels."""
    return len(value.layout.shape) - (1 if value.layout.batch >= 0 else 2)


def _group_norm(call: Call) -> list[Value]:
    given = bound("input num_groups weight=None bias=None eps=", call.step)
    value = call_value(call, given["input"])
    if not value.layout.plain or value.layout.batch < 0:
        raise call.refuse("the batch is not its first dimension")
    layer = ("GroupNorm", {"num_groups": given["num_groups"], "affine": False})
    return _normalized(call, layer, value, given, _behind_channels(value))


def _instance_norm(call: Call) -> list[Value]:
    signature = "input running_mean=None running_var=None weight=None bias=None"
    given = bound(f"{signature} use_input_stats=True momentum= eps=", call.step)
    value = call_value(call, given["input"])
    if not value.layout.plain or given["running_mean"] is not None:
        raise call.refuse("the language of specs has no such function")
    type_ = f"InstanceNorm{len(value.layout.shape) - 1}d"
    return _normalized(call, (type_, {}), value, given, _behind_channels(value))


def _batch_norm(call: Call) -> list[Value]:
    """Normalize the rows of a weight: one example, by its own mean."""
    signature = "input running_mean running_var weight=None bias=None training=False"
    given = bound(f"{signature} momentum= eps=", call.step)
    value = call_value(call, given["input"])
    own = given["training"] and given["running_mean"] is None
    shape = value.layout.shape
    if value.layout.batch >= 0 or not own or len(shape) != 3 or shape[0] != 1:
        raise call.refuse("the language of specs has no such function")
    layer = ("LayerNorm", {"elementwise_affine": False})
    return _normalized(call, layer, value, given, _behind_channels(value))


HANDLERS: dict[str, Handler] = {
    "linear": _linear,
    "addmm": _addmm,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "batch_norm": _batch_norm,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution),
}
