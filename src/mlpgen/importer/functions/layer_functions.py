"""Functions that a spec has as layers: pools, dropout, padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.importer.arguments import plain, written_arguments
from mlpgen.importer.calls import Value, bound
from mlpgen.importer.functions.common import checked, need_numbers, result
from mlpgen.importer.layout import layout_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.importer.calls import Call, Handler

LAYERS_OF_FUNCTIONS = {
    "hardtanh": ("Hardtanh", "input min_val=-1 max_val=1"),
    "celu": ("CELU", "input alpha=1"),
    "threshold": ("Threshold", "input threshold value"),
    "prelu_": ("PReLU", "input"),
    "hardshrink": ("Hardshrink", "input lambd=0.5"),
    "softshrink": ("Softshrink", "input lambd=0.5"),
    "tanhshrink": ("Tanhshrink", "input"),
    "dropout": ("Dropout", "input p=0.5 training=True"),
    "dropout1d": ("Dropout1d", "input p=0.5 training=True"),
    "dropout2d": ("Dropout2d", "input p=0.5 training=True"),
    "feature_dropout": ("Dropout2d", "input p=0.5 training=True"),
    "dropout3d": ("Dropout3d", "input p=0.5 training=True"),
    "alpha_dropout": ("AlphaDropout", "input p=0.5 training=False"),
    "softmin": ("Softmin", "input dim"),
    "glu": ("GLU", "input dim=-1"),
    "pixel_shuffle": ("PixelShuffle", "input upscale_factor"),
    "pixel_unshuffle": ("PixelUnshuffle", "input downscale_factor"),
    "channel_shuffle": ("ChannelShuffle", "input groups"),
    "local_response_norm": ("LocalResponseNorm", "input size alpha beta k"),
    "unfold": ("Unfold", "input kernel_size dilation=1 padding=0 stride=1"),
    "fold": ("Fold", "input output_size kernel_size dilation=1 padding=0 stride=1"),
}

for _n in (1, 2, 3):
    _max = "input kernel_size stride= padding=0 dilation=1 ceil_mode=False"
    LAYERS_OF_FUNCTIONS[f"max_pool{_n}d"] = (f"MaxPool{_n}d", _max)
    _average = (
        "input kernel_size stride= padding=0 ceil_mode=False count_include_pad=True"
    )
    _average += " divisor_override=None" if _n > 1 else ""
    LAYERS_OF_FUNCTIONS[f"avg_pool{_n}d"] = (f"AvgPool{_n}d", _average)
    for _kind in ("Avg", "Max"):
        _layer = f"Adaptive{_kind}Pool{_n}d"
        LAYERS_OF_FUNCTIONS[f"adaptive_{_kind.lower()}_pool{_n}d"] = (
            _layer,
            "input output_size",
        )


def _as_layer(call: Call) -> Iterable[Value]:
    layer, signature = LAYERS_OF_FUNCTIONS[call.name]
    given = bound(signature, call.step)
    if call.step.function == "torch.Tensor.unfold":
        raise call.refuse("the language of specs has no such function of a tensor")
    value = call.value(given["input"])
    if given.get("p") == 0:
        yield value
        return
    pools = layer.startswith(
        ("Max", "Avg", "Adaptive", "Pixel", "Channel", "Fold", "Unf")
    )
    if pools and not value.layout.plain:
        raise call.refuse("the batch is not its first dimension")
    names = [name.partition("=")[0] for name in signature.split()]
    arguments = {
        name: given[name]
        for name in names
        if name not in ("input", "training") and given[name] is not None
    }
    if layer == "GLU" and not value.layout.plain:
        arguments["dim"] = value.layout.dim(arguments["dim"])
    if given.get("return_indices"):
        raise call.refuse("it returns indices")
    need_numbers(call, arguments)
    source = call.emit(layer, written_arguments(layer, plain(arguments)), [value])
    out = call.step.outputs[0] if call.step.outputs else None
    layout = value.layout
    if out is not None and pools:
        layout = layout_of(out.shape, 0) if layout.batch == 0 else layout
    if layer == "GLU":
        layout = layout.resized(given["dim"], call.step.outputs[0].shape[given["dim"]])
    yield result(call, source, value, layout=layout)


def _interpolate(call: Call) -> Iterable[Value]:
    signature = "input size=None scale_factor=None mode=nearest align_corners=None"
    given = bound(signature, call.step)
    value = call.value(given["input"])
    if not value.layout.plain:
        raise call.refuse("the batch is not its first dimension")
    names = ("size", "scale_factor", "mode", "align_corners")
    arguments = {
        name: [*given[name]] if type(given[name]) is tuple else given[name]
        for name in names
        if given[name] is not None
    }
    if arguments.get("mode") == "nearest":
        del arguments["mode"]
    if given.get("antialias"):
        arguments["antialias"] = True
    if not call.step.outputs:
        return [value]
    out = call.step.outputs[0]
    source = call.emit("interpolate", arguments, [value])
    return [result(call, source, value, layout=layout_of(out.shape, out.batch))]


def _pad(call: Call) -> Iterable[Value]:
    given = bound("input pad mode=constant value=None", call.step)
    value = call.value(given["input"])
    pad = [*given["pad"]]
    if not any(pad):
        return [value]
    count = value.layout.rank
    layout = value.layout
    out = call.step.outputs[0]
    for number in range(len(pad) // 2):
        layout = layout.resized(
            checked(layout, count - 1 - number), out.shape[-1 - number]
        )
    arguments: dict[str, Any] = {"pad": pad}
    if given["mode"] != "constant":
        arguments["mode"] = given["mode"]
    if given["value"]:
        arguments["value"] = given["value"]
    need_numbers(call, arguments)
    return [result(call, call.emit("pad", arguments, [value]), value, layout=layout)]


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(LAYERS_OF_FUNCTIONS, _as_layer),
    **dict.fromkeys(("interpolate", "upsample"), _interpolate),
    "pad": _pad,
}
