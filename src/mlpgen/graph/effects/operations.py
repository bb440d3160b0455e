"""What operations do to what is known of their inputs."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import dim_of, number_of
from mlpgen.graph.effects.arithmetic import extreme, from_number, of_numbers
from mlpgen.graph.effects.cosines import are_cosines, sums_cosines
from mlpgen.graph.effects.effect import (
    FLAGS,
    LOGITS,
    UNKNOWN,
    Effect,
    hull,
    product_of,
)
from mlpgen.graph.effects.elementwise import elementwise
from mlpgen.graph.effects.normalized import normalized
from mlpgen.graph.training.producers import class_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlpgen.graph.effects.effect import Kind
    from mlpgen.graph.flow import Operation

    Rule = Callable[[Operation, Sequence[Effect]], Effect | None]

SOFTMAXES: Mapping[str, Kind] = {
    "softmax": "probabilities",
    "softmin": "probabilities",
    "softmax2d": "probabilities",
    "logsoftmax": "log_probabilities",
}
"""Operations that normalize to probabilities, or to their logarithms."""
NORMALIZATIONS = (
    *("batchnorm1d", "batchnorm2d", "batchnorm3d", "syncbatchnorm", "layernorm"),
    *("groupnorm", "instancenorm1d", "instancenorm2d", "instancenorm3d", "rmsnorm"),
)
SIGMOIDS = ("sigmoid", "hardsigmoid")
DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "droppath")
_LEARNED = (
    *("linear", "bilinear", "embedding", "embeddingbag", "multiheadattention"),
    *("conv1d", "conv2d", "conv3d"),
    *("convtranspose1d", "convtranspose2d", "convtranspose3d"),
    *("transformer", "transformerencoder", "transformerdecoder"),
    *("transformerencoderlayer", "transformerdecoderlayer"),
)
_RECURRENT = ("rnn", "lstm", "gru", "rnncell", "lstmcell", "grucell")
_POOLS = {
    **dict.fromkeys(("avgpool1d", "avgpool2d", "avgpool3d"), "mean"),
    **{f"adaptiveavgpool{n}d": "mean" for n in (1, 2, 3)},
    **{f"{kind}maxpool{n}d": "max" for kind in ("", "adaptive") for n in (1, 2, 3)},
    **{f"fractionalmaxpool{n}d": "max" for n in (2, 3)},
    "mean": "mean",
    **dict.fromkeys(("amax", "amin", "max", "min"), "max"),
}
_FLAGS = (
    *("eq", "ne", "lt", "le", "gt", "ge", "isnan", "isfinite", "any", "all", "bool"),
    *("logicaland", "logicalor", "logicalxor", "logicalnot", "onehot"),
    *("rand", "randlike", "bernoulli"),
)
_DISTANCES = ("var", "std", "vectornorm", "pairwisedistance", "cdist", "lppool1d")
_SAME = ("nantonum", "float", "sort", "topk", "movedim", "squeeze")


def effect_of(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what is known of the results of an operation."""
    name = operation.kind.lower()
    first = inputs[0] if inputs else UNKNOWN
    cls = class_of(operation.node)
    if operation.node.is_tensor or cls is None:
        found = UNKNOWN
    elif cls.arranges:
        return _moved(operation, inputs)
    elif name in SOFTMAXES:
        found = Effect(*_RANGES[SOFTMAXES[name]], True, SOFTMAXES[name])
        found = found._replace(dim=dim_of(operation))
    else:
        rule = _RULES.get(name)
        found = (
            normalized(operation, name, inputs)
            or _meaning(operation, name, first)
            or (rule and rule(operation, inputs))
            or _of_kind(operation, name, inputs)
            or elementwise(name, first, lambda each: number_of(operation, each))
            or UNKNOWN
        )
    return found._replace(maker=found.maker or operation, last=operation)


def _moved(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what is known of elements in other places; indices are none of them."""
    dtype = operation.node.value.dtype
    pairs = zip(inputs, operation.sources, strict=True)
    found = hull([each for each, source in pairs if source.value.dtype == dtype])
    kept = operation.kind in ("Identity", "Detach", "ChannelShuffle")
    found = found if kept or found.dim is None else found._replace(dim=None)
    return found if found.last else found._replace(maker=operation, last=operation)


def _meaning(operation: Operation, name: str, x: Effect) -> Effect | None:
    """Follow probabilities into logarithms and out of them."""
    if name == "log" and x.kind in _LOGARITHMS:
        return Effect(-inf, 0, True, _LOGARITHMS[x.kind], x.dim)
    if name == "exp" and x.kind in _EXPONENTIALS:
        return Effect(0, 1, True, _EXPONENTIALS[x.kind], x.dim)
    if name == "logit":
        return LOGITS if x.kind == "chances" else UNKNOWN
    if name in SIGMOIDS or name == "logsigmoid":
        found = elementwise(name, x, lambda each: number_of(operation, each))
        kind: Kind = "chances" if name in SIGMOIDS else "log_chances"
        return found and found._replace(kind=kind)
    return None


def _of_kind(
    operation: Operation, name: str, inputs: Sequence[Effect]
) -> Effect | None:
    """Return what families of layers do."""
    x = inputs[0] if inputs else UNKNOWN
    if name in _LEARNED:
        return LOGITS
    if name in _RECURRENT:
        return _recurrent(operation, inputs)
    if name in NORMALIZATIONS:
        veiled = x.changed
        return Effect(exact=True, kind="" if veiled else "logits", veiled=veiled)
    if name in DROPOUTS:
        return _dropped(x, number_of(operation, "p"))
    if name in _POOLS:
        return _pooled(x, _POOLS[name])
    if name in _FLAGS:
        return FLAGS
    if name in _DISTANCES:
        return Effect(low=0)
    return x if name in _SAME else None


def _recurrent(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    arguments = operation.node.arguments
    if arguments.get("nonlinearity") == "relu":
        return Effect(0, inf, True, "logits")
    if arguments.get("proj_size"):
        return LOGITS
    found = Effect(-1, 1, True, "logits")
    begins = operation.kind.startswith("GRU") and len(inputs) > 1
    return hull([found, inputs[1]]) if begins else found  # it goes on from there


def _dropped(x: Effect, rate: float | None) -> Effect:
    if rate is None or not 0 <= rate <= 1:
        return UNKNOWN
    if rate == 0:
        return x
    factor = 1 / (1 - rate) if rate < 1 else 0.0
    grown = x.times(factor)
    return x._replace(low=min(grown.low, 0), high=max(grown.high, 0))


def _pooled(x: Effect, how: str) -> Effect:
    """Return what holds for means, or for the largest or smallest of some."""
    kind: Kind = x.kind if x.kind in ("logits", "chances") else ""
    if x.kind == "probabilities":
        kind = "probabilities" if how == "mean" else "chances"
    same = kind == x.kind
    return Effect(
        *x[:3], kind, maker=x.maker if same else None, veiled=x.veiled if same else None
    )


def _chosen(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds where some elements are those of another tensor."""
    found = [*inputs[1:]] if operation.kind == "Where" else [inputs[0]]
    numbers = [number_of(operation, each) for each in ("value", "input", "other")]
    x = hull(found)
    known = [each for each in numbers if each is not None and abs(each) < inf]
    low, high = min([x.low, *known]), max([x.high, *known])
    return x._replace(low=low, high=high, exact=x.exact and x[:2] == (low, high))


def _summed(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds for sums over a dimension."""
    x = inputs[0]
    if x.free:
        return LOGITS
    if sums_cosines(operation):
        return Effect(0 if x.low >= 0 else -1, 1)
    return Effect(low=0 if x.low >= 0 else -inf, high=0 if x.high <= 0 else inf)


def _multiplied(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds for matrix products: of probabilities, they are means."""
    left, right = inputs[0], inputs[-1]
    if len(inputs) == 2 and left.kind == "probabilities" and left.dim in (None, -1):
        kind: Kind = "logits" if right.kind == "logits" else ""
        return Effect(*right[:3], kind)
    positive = left.low >= 0 and right.low >= 0
    if are_cosines(operation):
        return Effect(0 if positive else -1, 1)
    free = left.free and right.free
    return Effect(0 if positive else -inf, inf, free, "logits" if free else "")


def _contracted(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds for an `einsum`."""
    positive = all(each.low >= 0 for each in inputs)
    return Effect(0 if positive else -1, 1) if are_cosines(operation) else UNKNOWN


def _attended(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    del operation
    value = inputs[2] if len(inputs) > 2 else UNKNOWN
    return Effect(*value[:3], "logits" if value.kind == "logits" else "")


def _padded(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    mode = operation.node.arguments.get("mode", "constant")
    constant = operation.kind.startswith(("Zero", "Constant")) or (
        operation.kind == "Pad" and mode == "constant"
    )
    x = inputs[0]
    value = number_of(operation, "value") or 0.0
    if not constant:
        return x
    return x._replace(low=min(x.low, value), high=max(x.high, value), dim=None)


def _resized(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds for larger or smaller images: means, except if bicubic."""
    x = inputs[0]
    overshoots = operation.node.arguments.get("mode") == "bicubic"
    return Effect(kind=x.kind, maker=x.maker) if overshoots else x


def _gated(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    del operation
    return product_of(inputs[0], FLAGS._replace(exact=True))


def _with_zeros(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    del operation
    x = inputs[0]
    return x._replace(low=min(x.low, 0), high=max(x.high, 0))


def _accumulated(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    x = inputs[0]
    if operation.kind in ("Prod", "Cumprod"):
        return Effect(0, 1) if x.within(0, 1) else UNKNOWN
    return Effect(low=0) if x.low >= 0 else UNKNOWN


def _log_of_sums(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    del operation
    return LOGITS if inputs[0].kind == "logits" and inputs[0].free else UNKNOWN


def _cosine(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    del operation
    positive = all(each.low >= 0 for each in inputs)
    return Effect(0 if positive else -1, 1, all(each.free for each in inputs))


def _mixed(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    """Return what holds between two tensors."""
    weight = number_of(operation, "weight")
    between = weight is not None and 0 <= weight <= 1
    between = between or (len(inputs) > 2 and inputs[2].within(0, 1))
    return hull(inputs[:2]) if between else UNKNOWN


def _filled(operation: Operation, inputs: Sequence[Effect]) -> Effect:
    del inputs
    name = operation.kind.lower()
    if name in ("full", "fulllike"):
        value = number_of(operation, "fill_value")
        return UNKNOWN if value is None else Effect(value, value)
    return Effect(*((1, 1) if name.startswith("ones") else (0, 0)))


_LOGARITHMS: Mapping[Kind, Kind] = {
    "probabilities": "log_probabilities",
    "chances": "log_chances",
}
_EXPONENTIALS = {logarithm: kind for kind, logarithm in _LOGARITHMS.items()}
_RANGES: Mapping[Kind, tuple[float, float]] = {
    "probabilities": (0, 1),
    "log_probabilities": (-inf, 0),
}
_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("add", "sub", "mul", "div"), of_numbers),
    **dict.fromkeys(("minimum", "maximum"), extreme),
    **dict.fromkeys(("where", "maskedfill"), _chosen),
    **dict.fromkeys(("matmul", "bmm"), _multiplied),
    **dict.fromkeys(("tril", "triu", "unfold"), _with_zeros),
    **dict.fromkeys(("maxunpool1d", "maxunpool2d", "maxunpool3d"), _with_zeros),
    **dict.fromkeys(("upsample", "interpolate"), _resized),
    **dict.fromkeys(("prod", "cumprod", "cumsum", "fold"), _accumulated),
    **dict.fromkeys(("zeros", "ones", "full"), _filled),
    **dict.fromkeys(("zeroslike", "oneslike", "fulllike"), _filled),
    **{
        f"{kind}pad{n}d": _padded
        for kind in ("zero", "constant", "reflection", "replication", "circular")
        for n in (1, 2, 3)
    },
    "pad": _padded,
    "reciprocal": lambda _, inputs: from_number("div", 1, inputs[0]),
    "sum": _summed,
    "einsum": _contracted,
    "scaleddotproductattention": _attended,
    "glu": _gated,
    "logsumexp": _log_of_sums,
    "cosinesimilarity": _cosine,
    "lerp": _mixed,
}
