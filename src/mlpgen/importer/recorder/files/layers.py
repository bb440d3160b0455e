"""Layers of `torch.nn` from what a file has of them: operators, arguments, weights."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from torch import nn

from mlpgen.importer.recorder.files.graph import operations_of
from mlpgen.importer.recorder.files.pieces import Layer, Pieces
from mlpgen.importer.recorder.files.sequences import (
    attention,
    encoder,
    encoder_layer,
    recurrent,
)
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.importer.recorder.files.graph import Call, Graph


def layer_of(call: Call, graph: Graph) -> Layer | None:
    """Return the layer that a call is of; None if it is none, or called unusually."""
    name = call.type.rpartition(".")[2]
    if not call.type.startswith("torch.nn.") or name not in LAYERS:
        return None
    prefix = f"{call.path}." if call.path else ""
    weights = {
        key[len(prefix) :]: graph.tensors[value]
        for value, key in graph.keys.items()
        if key.startswith(prefix)
    }
    inner = operations_of(call)
    part = Pieces(inner, weights, call.inputs, graph.shapes, call.outputs)
    try:
        found = _MAKERS.get(name, _plain)(name, part)
    except (StopIteration, KeyError, TypeError, ValueError, IndexError):
        return None
    if found is None:
        return None
    own = found.module.state_dict()
    same = own.keys() == weights.keys() and all(
        own[key].shape == each.shape for key, each in weights.items()
    )
    return found if same else None


def _one(value: Any) -> Any:
    """Return equal numbers of a list as one."""
    if isinstance(value, list | tuple) and value and len({*value}) == 1:
        return value[0]
    return value


def _plain(name: str, part: Pieces) -> Layer | None:
    """A layer without weights whose arguments are those of its operator."""
    cls = getattr(nn, name)
    tensors = [each for each in part.operations if each.output in part.shapes]
    if len(tensors) != 1 or len(part.inputs) != 1:
        return None
    if not _computes(name, tensors[0].kind):
        return None
    given = {_RENAMED.get((name, key), key): v for key, v in tensors[0].given.items()}
    names = inspect.signature(cls.__init__).parameters
    arguments = {
        key: _one(value)
        for key, value in given.items()
        if key in names and key not in ("self", "inplace") and value not in (None, [])
    }
    return Layer(cls(**arguments))


def _computes(layer: str, kind: str) -> bool:
    """Return whether an operator is that of a layer."""
    words = ("Dropout", "Pad")
    return (
        layer.lower() == kind.replace("_", "")
        or any(word in layer and word.lower() in kind for word in words)
        or (layer, kind) == ("ReLU6", "hardtanh")
    )


_RENAMED = {("Unflatten", "sizes"): "unflattened_size"}
_RENAMED |= {
    (f"{kind}Pad{n}d", "pad"): "padding"
    for kind in ("Zero", "Reflection", "Replication", "Constant", "Circular")
    for n in (1, 2, 3)
}


def _linear(_name: str, part: Pieces) -> Layer:
    out, inputs = part.weights["weight"].shape
    return Layer(nn.Linear(inputs, out, bias=part.has("bias")))


def _conv(name: str, part: Pieces) -> Layer | None:
    kind = f"conv{name[-2:]}"
    given = part.given(kind, "convolution")
    if len(part.operations) != 1:
        return None
    weight = part.weights["weight"]
    arguments = {key: given.get(key) for key in ("stride", "padding", "dilation")}
    groups = given.get("groups", 1)
    made = getattr(nn, name)(
        weight.shape[1] * groups,
        weight.shape[0],
        _one([*weight.shape[2:]]),
        groups=groups,
        bias=part.has("bias"),
        **{key: _one(each) for key, each in arguments.items() if each is not None},
    )
    return Layer(made)


def _transposed(name: str, part: Pieces) -> Layer | None:
    given = part.given(f"conv_transpose{name[-2:]}", "convolution")
    weight = part.weights["weight"]
    groups = given.get("groups", 1)
    names = ("stride", "padding", "output_padding", "dilation")
    made = getattr(nn, name)(
        weight.shape[0],
        weight.shape[1] * groups,
        _one([*weight.shape[2:]]),
        groups=groups,
        bias=part.has("bias"),
        **{key: _one(given[key]) for key in names if given.get(key) is not None},
    )
    return Layer(made)


def _batch_norm(name: str, part: Pieces) -> Layer:
    given = part.given("batch_norm", "_native_batch_norm_legit_no_training")
    size = len(next(iter(part.weights.values())))
    return Layer(
        getattr(nn, name)(
            size,
            eps=given["eps"],
            momentum=given["momentum"],
            affine=part.has("weight"),
            track_running_stats=part.has("running_mean"),
        )
    )


def _layer_norm(_name: str, part: Pieces) -> Layer:
    given = part.given("layer_norm", "native_layer_norm")
    return Layer(
        nn.LayerNorm(
            [*given["normalized_shape"]],
            eps=given.get("eps", 1e-5),
            elementwise_affine=part.has("weight"),
            bias=part.has("bias"),
        )
    )


def _rms_norm(_name: str, part: Pieces) -> Layer:
    given = part.given("rms_norm")
    shape = [*given["normalized_shape"]]
    return Layer(nn.RMSNorm(shape, given.get("eps"), part.has("weight")))


def _group_norm(_name: str, part: Pieces) -> Layer:
    given = part.given("group_norm")
    channels = len(part.weights["weight"])
    return Layer(nn.GroupNorm(given["num_groups"], channels, given.get("eps", 1e-5)))


def _embedding(_name: str, part: Pieces) -> Layer:
    given = part.given("embedding")
    padding = given.get("padding_idx", -1)
    count, size = part.weights["weight"].shape
    return Layer(nn.Embedding(count, size, padding if padding >= 0 else None))


def _prelu(_name: str, part: Pieces) -> Layer:
    return Layer(nn.PReLU(len(part.weights["weight"])))


def _upsample(_name: str, part: Pieces) -> Layer:
    (each,) = part.operations
    mode = each.kind.removeprefix("upsample_").removesuffix("2d").removesuffix("1d")
    factors = each.given.get("scale_factors")
    size = None if factors else each.given.get("output_size")
    return Layer(
        nn.Upsample(
            _one(size),
            _one(factors) if factors else None,
            mode,
            each.given.get("align_corners") if mode != "nearest" else None,
        )
    )


_MAKERS: dict[str, Callable[[str, Pieces], Layer | None]] = {
    "Linear": _linear,
    **{f"Conv{n}d": _conv for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": _transposed for n in (1, 2, 3)},
    **{f"BatchNorm{n}d": _batch_norm for n in (1, 2, 3)},
    "LayerNorm": _layer_norm,
    "RMSNorm": _rms_norm,
    "GroupNorm": _group_norm,
    "Embedding": _embedding,
    "PReLU": _prelu,
    "Upsample": _upsample,
    "MultiheadAttention": attention,
    "TransformerEncoderLayer": encoder_layer,
    "TransformerEncoder": encoder,
    **dict.fromkeys(("LSTM", "GRU", "RNN"), recurrent),
}
