"""Translates calls of layers of `torch.nn` to entries of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.importer.arguments import written_arguments
from mlpgen.importer.calls import UnsaidError, Value, fields_of
from mlpgen.importer.customs import CUSTOM, custom_of, without_same
from mlpgen.importer.layout import Layout, LayoutError, layout_of
from mlpgen.importer.recording import Ref, State
from mlpgen.layers import LAYERS

if TYPE_CHECKING:
    from mlpgen.importer.recording import Module, Step, Tensor

_FAMILIES = LAYERS.families
ANY_LAYOUT = {
    *(
        "Linear",
        "Identity",
        "LayerNorm",
        "RMSNorm",
        "Dropout",
        "AlphaDropout",
        "DropPath",
    ),
    *_FAMILIES["activation_relu"],
    *_FAMILIES["activation_leaky"],
    *_FAMILIES["activation_smooth"],
    *_FAMILIES["activation_other"],
    *("Softmax", "Softmin", "LogSoftmax", "Embedding"),
}
"""Layers that leave all dimensions but the last where they are."""

SEQUENCES = {*_FAMILIES["recurrent"], *_FAMILIES["attention"]}
SEQUENCES |= {*_FAMILIES["transformer_layers"], *_FAMILIES["transformer"]}

MASKS = {"attn_mask", "key_padding_mask", "mask", "src_mask", "src_key_padding_mask"}
MASKS |= {"tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask"}


class Layer(NamedTuple):
    """What a spec says of a call of a layer.

    Attributes:
        type: The layer.
        arguments: Those that are not the defaults.
        takes: What it takes: `Ref` or `State`.
        parts: The names of what it returns; one empty name for a single tensor.
        select: The part that is its main value for the author.
    """

    type: str
    arguments: dict[str, Any]
    takes: tuple[Any, ...]
    parts: tuple[str, ...] = ("",)


def layer_of(step: Step, module: Module) -> Layer:
    """Return what a spec says of the call of a leaf.

    Raises:
        UnsaidError: It is called in a way that no spec can say.
    """
    if module.kept:
        return Layer(CUSTOM, *custom_of(step, module))
    arguments = written_arguments(module.type, module.arguments)
    if module.type == "MultiheadAttention":
        return _attention(step, arguments)
    if module.type in SEQUENCES:
        return _sequence(step, module.type, arguments)
    takes = tuple(each for each in (*step.args, *step.kwargs.values()) if _tensor(each))
    if module.type in _FAMILIES["recurrent_cells"]:
        states = step.args[1] if len(step.args) > 1 else ()
        listed = states if type(states) is tuple else (states,)
        takes = (step.args[0], *(each for each in listed if _tensor(each)))
    parts: tuple[str, ...] = ("",)
    if module.type == "LSTMCell":
        parts = ("hidden", "cell")
    if module.arguments.get("return_indices"):
        parts = ("output", "indices")
    return Layer(module.type, arguments, takes, parts)


def dropout_of(layer: Layer, rank: int) -> Layer:
    """Return the dropout that drops what `Dropout2d` drops where there is no image."""
    named = {("Dropout2d", 2): "Dropout", ("Dropout2d", 3): "Dropout1d"}
    return layer._replace(type=named.get((layer.type, rank), layer.type))


def is_one_image(type_: str, layout: Layout) -> bool:
    """Return whether a convolution takes one image that all examples have the same."""
    if type_ not in _FAMILIES["convolution"] or layout.batch >= 0:
        return False
    return layout.rank == int(type_[-2]) + 2 and layout.dims[0] == (1,)


def _tensor(value: Any) -> bool:
    return isinstance(value, Ref | State)


def _attention(step: Step, arguments: dict[str, Any]) -> Layer:
    names = [
        "query",
        "key",
        "value",
        "key_padding_mask",
        "need_weights",
        "attn_mask",
        "average_attn_weights",
        "is_causal",
    ]
    given = {**dict(zip(names, step.args, strict=False)), **step.kwargs}
    query, key, value = (given[name] for name in ("query", "key", "value"))
    takes = [query, key, value]
    if query == key == value:
        takes = [query]
    elif key == value:
        takes = [query, key]
    for name in ("key_padding_mask", "attn_mask"):
        if _tensor(given.get(name)):
            arguments = {**arguments, name: True}
            takes.append(given[name])
    if given.get("is_causal") and "attn_mask" not in arguments:
        arguments = {**arguments, "is_causal": True}
    returned = fields_of(step.returned)
    weights = len(returned) > 1 and returned[1] is not None
    if weights:
        arguments = {**arguments, "need_weights": True}
        if given.get("average_attn_weights") is False:
            arguments["average_attn_weights"] = False
    return Layer(
        "MultiheadAttention",
        arguments,
        (*takes,),
        ("output", "weights") if weights else ("output",),
    )


def _sequence(step: Step, type_: str, arguments: dict[str, Any]) -> Layer:
    if type_ in _FAMILIES["recurrent"]:
        states = step.args[1] if len(step.args) > 1 else step.kwargs.get("hx")
        listed = states if type(states) is tuple else (states,)
        takes = (step.args[0], *(each for each in listed if _tensor(each)))
        parts = ("output", "h_n", "c_n") if type_ == "LSTM" else ("output", "h_n")
        return Layer(type_, arguments, takes, parts)
    names = {
        "TransformerEncoderLayer": "src src_mask src_key_padding_mask is_causal",
        "TransformerEncoder": "src mask src_key_padding_mask is_causal",
        "TransformerDecoderLayer": "tgt memory tgt_mask memory_mask "
        "tgt_key_padding_mask memory_key_padding_mask tgt_is_causal",
        "TransformerDecoder": "tgt memory tgt_mask memory_mask "
        "tgt_key_padding_mask memory_key_padding_mask tgt_is_causal",
        "Transformer": "src tgt src_mask tgt_mask memory_mask src_key_padding_mask "
        "tgt_key_padding_mask memory_key_padding_mask",
    }[type_].split()
    given = {**dict(zip(names, step.args, strict=False)), **step.kwargs}
    ordered = sorted(given, key=lambda name: names.index(name) if name in names else 99)
    masks = [name for name in ordered if name in MASKS and _tensor(given[name])]
    takes_ = [
        given[name] for name in ordered if name not in MASKS and _tensor(given[name])
    ]
    arguments = {**arguments, **dict.fromkeys(masks, True)}
    return Layer(type_, arguments, (*takes_, *(given[name] for name in masks)))


def result_layout(
    step: Step, module: Module, values: list[Value], part: str, out: Tensor
) -> Layout:
    """Return the layout of what a layer returns.

    Raises:
        UnsaidError: The batch is where the layer cannot have it.
    """
    value = values[0]
    layout = value.layout
    if module.type in ANY_LAYOUT and not module.kept:
        if module.type == "Embedding":
            return layout.with_dim(-1, out.shape[-1])
        if module.type in ("GLU", "Linear"):
            at = module.arguments.get("dim", -1)
            return layout.resized(at, out.shape[at])
        return layout
    if value.alone or layout.batch < 0:
        return layout_of(out.shape, out.batch)._replace(missing=layout.missing)
    if module.type in SEQUENCES:
        if layout.dims[layout.batch]:
            raise UnsaidError("the batch is mixed with other dimensions", step.place)
        del part
    elif not layout.plain:
        what = "tensors" if module.kept else "images"
        message = (
            f"`{module.type}` works on {what} whose batch is not the first dimension"
        )
        raise UnsaidError(message, step.place)
    return layout_of(out.shape, out.batch)


def mapped_arguments(layer: Layer, value: Value, place: Any) -> dict[str, Any]:
    """Return the arguments with dimensions as mlpgen counts them."""
    if layer.type == CUSTOM:
        return without_same(layer.arguments, value)
    if "dim" not in layer.arguments or value.layout.plain:
        return layer.arguments
    try:
        return {**layer.arguments, "dim": value.layout.dim(layer.arguments["dim"])}
    except LayoutError as error:
        raise UnsaidError(f"`{layer.type}`: {error}", place) from None
