"""Layers of `torch.nn`: which modules are some, and what they were made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from mlpgen.importer.recorder.structures import python_number
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

_ACTIVATIONS = {nn.functional.relu: "relu", nn.functional.gelu: "gelu"}


def leaf_type(module: nn.Module) -> str:
    """Return the layer of `torch.nn` that a module is; empty if it is none.

    A class of the author that only derives from a layer, without a `forward` of its
    own, is that layer.
    """
    if is_drop_path(module):
        return "DropPath"
    for base in type(module).__mro__:
        name = base.__name__
        if base.__module__.startswith("torch.nn.modules") and name in LAYERS:
            return name if _same_code(type(module), base) else ""
    return ""


def base_type(module: nn.Module) -> str:
    """Return the layer of `torch.nn` whose weights a class itself uses."""
    for base in type(module).__mro__:
        name = base.__name__
        if base.__module__.startswith("torch.nn.modules") and name in _WRAPPED:
            return name
    return ""


_WRAPPED = {"Linear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "LayerNorm", "RMSNorm"}
_WRAPPED |= {"GroupNorm", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d"}


def _same_code(cls: type, base: type) -> bool:
    """Return whether a class computes what its base computes."""
    changed = ("forward", "_conv_forward", "_in_proj_weight")
    return all(
        getattr(cls, name, None) is getattr(base, name, None) for name in changed
    )


def is_drop_path(module: nn.Module) -> bool:
    """Return whether a module is stochastic depth, by what it does."""
    if next(module.parameters(), None) is not None or next(module.children(), None):
        return False
    return type(module).__name__ in ("DropPath", "StochasticDepth") and (
        getattr(module, "mode", "row") == "row"
    )


def leaf_arguments(module: nn.Module, type_: str) -> dict[str, Any]:
    """Return the arguments that make the same layer, by torch's names."""
    special = _SPECIAL.get(type_)
    if special is not None:
        return special(module)
    found = {}
    for name in LAYERS[type_].model_fields:
        if name in ("inplace", "lengths"):
            continue
        if name == "bias" and not isinstance(getattr(module, "bias", None), bool):
            found[name] = getattr(module, "bias", None) is not None
            affine = getattr(module, "affine", getattr(module, "elementwise_affine", 1))
            found[name] |= not affine
        elif hasattr(module, name):
            found[name] = _plain(getattr(module, name))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Size | tuple | list):
        return [_plain(each) for each in value]
    return python_number(value)


def _drop_path(module: Any) -> dict[str, Any]:
    p = getattr(module, "p", None)
    return {"p": float(getattr(module, "drop_prob", 0.0) if p is None else p)}


def _attention(module: Any) -> dict[str, Any]:
    return {
        "embed_dim": module.embed_dim,
        "num_heads": module.num_heads,
        "dropout": module.dropout,
        "bias": module.in_proj_bias is not None,
        "add_bias_kv": module.bias_k is not None,
        "add_zero_attn": module.add_zero_attn,
        "kdim": module.kdim if module.kdim != module.embed_dim else None,
        "vdim": module.vdim if module.vdim != module.embed_dim else None,
        "batch_first": module.batch_first,
    }


def _layer(module: Any) -> dict[str, Any]:
    """Return the arguments of a transformer's layer; both kinds have the same."""
    activation = module.activation
    name = _ACTIVATIONS.get(activation) or type(activation).__name__.lower()
    return {
        "d_model": module.self_attn.embed_dim,
        "nhead": module.self_attn.num_heads,
        "dim_feedforward": module.linear1.out_features,
        "dropout": module.dropout.p,
        "activation": name,
        "layer_norm_eps": module.norm1.eps,
        "batch_first": module.self_attn.batch_first,
        "norm_first": module.norm_first,
        "bias": module.linear1.bias is not None,
    }


def _stack(module: Any) -> dict[str, Any]:
    norm = {"norm": True} if module.norm is not None else {}
    return {**_layer(module.layers[0]), "num_layers": module.num_layers, **norm}


def _transformer(module: Any) -> dict[str, Any]:
    counts = {
        "num_encoder_layers": module.encoder.num_layers,
        "num_decoder_layers": module.decoder.num_layers,
    }
    return {**_layer(module.encoder.layers[0]), **counts}


def _prelu(module: Any) -> dict[str, Any]:
    return {"num_parameters": module.num_parameters, "init": module.init}


def _distance(module: Any) -> dict[str, Any]:
    return {"p": module.norm, "eps": module.eps, "keepdim": module.keepdim}


def _recurrent(module: Any) -> dict[str, Any]:
    type_ = type(module).__name__
    found = {
        name: getattr(module, name)
        for name in LAYERS[type_].model_fields
        if name not in ("lengths", "nonlinearity")
    }
    if module.mode.startswith("RNN_"):
        found["nonlinearity"] = module.mode.removeprefix("RNN_").lower()
    return found


_SPECIAL: dict[str, Callable[[Any], dict[str, Any]]] = {
    "DropPath": _drop_path,
    "MultiheadAttention": _attention,
    "TransformerEncoderLayer": _layer,
    "TransformerDecoderLayer": _layer,
    "TransformerEncoder": _stack,
    "TransformerDecoder": _stack,
    "Transformer": _transformer,
    "PReLU": _prelu,
    "PairwiseDistance": _distance,
    "RNN": _recurrent,
    "LSTM": _recurrent,
    "GRU": _recurrent,
}
