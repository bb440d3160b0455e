"""Layers of sequences: attention, transformers and recurrent layers."""

from __future__ import annotations

from typing import Any

from torch import nn

from mlpgen.importer.recorder.files.pieces import Layer, Pieces


def attention(_name: str, part: Pieces) -> Layer | None:
    """An attention of one or several inputs, with a mask or without."""
    if "in_proj_weight" not in part.weights or len(part.outputs) != 1:
        return None
    takes = _taken(part)
    masks = [name for name in part.inputs if name not in takes]
    if len(takes) > 3 or len(masks) > 1 or any(len(part.shapes[m]) != 2 for m in masks):
        return None
    module = nn.MultiheadAttention(
        part.weights["in_proj_weight"].shape[1],
        _heads(part, ""),
        dropout=_dropout_of_attention(part),
        bias=part.has("in_proj_bias"),
        batch_first=_batch_first(part),
    )
    three = [takes[0], takes[min(1, len(takes) - 1)], takes[-1]]
    at = [part.inputs.index(name) for name in three]

    def call(module: nn.Module, given: list[Any]) -> Any:
        mask = given[part.inputs.index(masks[0])] if masks else None
        three = (given[each] for each in at)
        return module(*three, need_weights=False, attn_mask=mask)[0]

    return Layer(module, call)


def _taken(part: Pieces) -> list[Any]:
    """Return what the projections of an attention take: query, key and value."""
    origins = {name: name for name in part.inputs}
    found = []
    for each in part.operations:
        first = each.args[0] if each.args else None
        if each.kind in ("transpose", "dropout", "layer_norm") and first in origins:
            origins[each.output] = origins[first]
        elif each.kind == "linear" and first in origins:
            found.append(origins[first])
    return found


def _heads(part: Pieces, prefix: str) -> int:
    """Return the number of heads, by the size of one in the products."""
    size = part.weights[f"{prefix}in_proj_weight"].shape[1]
    kinds = ("scaled_dot_product_attention", "bmm", "baddbmm")
    product = next(each for each in part.operations if each.kind in kinds)
    at = 1 if product.kind == "baddbmm" else 0
    return size // part.shapes[product.args[at]][-1]


def _dropout_of_attention(part: Pieces) -> float:
    kind = "scaled_dot_product_attention"
    found = [each.given for each in part.operations if each.kind == kind]
    return float(found[0].get("dropout_p", 0.0)) if found else 0.0


def _batch_first(part: Pieces) -> bool:
    first = next(
        each for each in part.operations if each.kind in ("transpose", "linear")
    )
    return first.kind == "transpose"


def _layer_arguments(part: Pieces, prefix: str) -> dict[str, Any]:
    """Return what makes a layer of a transformer's encoder."""
    own = [
        each
        for each in part.operations
        if not prefix
        or any(f".{scope.path}.".endswith(f".{prefix}") for scope in each.scopes)
    ]
    part = part._replace(operations=(*own,))
    inner = [
        each
        for each in own
        if any(scope.path.endswith("self_attn") for scope in each.scopes)
    ]
    attention = part._replace(operations=(*inner,))
    kinds = [each.kind for each in own]
    return {
        "d_model": part.weights[f"{prefix}self_attn.in_proj_weight"].shape[1],
        "nhead": _heads(attention, f"{prefix}self_attn."),
        "dim_feedforward": len(part.weights[f"{prefix}linear1.weight"]),
        "dropout": next((e.given["p"] for e in own if e.kind == "dropout"), 0.0),
        "activation": "gelu" if "gelu" in kinds else "relu",
        "layer_norm_eps": part.given("layer_norm")["eps"],
        "batch_first": _batch_first(attention),
        "norm_first": kinds.index("layer_norm") < kinds.index("linear"),
        "bias": part.has(f"{prefix}linear1.bias"),
    }


def encoder_layer(_name: str, part: Pieces) -> Layer | None:
    """A layer of a transformer's encoder."""
    return _with_mask(part, nn.TransformerEncoderLayer(**_layer_arguments(part, "")))


def _with_mask(part: Pieces, module: nn.Module) -> Layer | None:
    """Return a layer that may have a mask beside its input."""
    source = part.inputs.index(_taken(part)[0])
    masks = [at for at in range(len(part.inputs)) if at != source]
    if len(masks) > 1 or any(len(part.shapes[part.inputs[at]]) != 2 for at in masks):
        return None
    return Layer(module, lambda m, given: m(*(given[at] for at in (source, *masks))))


def encoder(_name: str, part: Pieces) -> Layer | None:
    """A transformer's encoder."""
    count = 1 + max(
        int(key.split(".")[1]) for key in part.weights if key[:7] == "layers."
    )
    arguments = _layer_arguments(part, "layers.0.")
    layer = nn.TransformerEncoderLayer(**arguments)
    norm = nn.LayerNorm(arguments["d_model"]) if part.has("norm.weight") else None
    made = nn.TransformerEncoder(layer, count, norm, enable_nested_tensor=False)
    return _with_mask(part, made)


def recurrent(name: str, part: Pieces) -> Layer | None:
    """A recurrent layer, which returns what others need of it."""
    given = part.given("lstm", "gru", "rnn_tanh", "rnn_relu")
    if len(part.inputs) != 1 or not isinstance(given.get("params"), list | tuple):
        return None
    names = ("num_layers", "dropout", "bidirectional", "batch_first")
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[name]
    weight = part.weights["weight_ih_l0"]
    made = getattr(nn, name)(
        weight.shape[1],
        len(weight) // gates,
        bias=given["has_biases"],
        **{key: given[key] for key in names},
    )
    taken = {
        str(each.output): each.args[1]
        for each in part.operations
        if each.kind == "getitem"
    }

    def call(module: nn.Module, inputs: list[Any]) -> Any:
        output, states = module(*inputs)
        listed = (output, *(states if isinstance(states, tuple) else (states,)))
        found = tuple(listed[taken[name]] for name in part.outputs)
        return found[0] if len(found) == 1 else found

    return Layer(made, call)
