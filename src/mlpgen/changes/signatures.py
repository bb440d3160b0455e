"""What an operation computes, in one form for all ways to write it.

Two operations with equal signatures, on equal values and with equal weights, return
equal results. What a signature leaves out is what no result depends on: the name, the
block, `inplace`, the momentum of statistics, initial values. A function and its module,
an argument that is given and its default, `3` and `[3, 3]` are the same; in evaluation,
so are all dropouts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlpgen.changes.layers import plain_arguments
from mlpgen.graph.chains import as_module
from mlpgen.pictures.layer_text import plain
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from mlpgen.graph.flow import Operation
    from mlpgen.graph.nodes import Node
    from mlpgen.layers.base import Function, Value


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DROPOUTS = _words(
    "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout DropPath"
)
"""What passes its input on in evaluation."""
_DRAWING = _words(
    "FractionalMaxPool2d FractionalMaxPool3d Rand Randn RandLike RandnLike Bernoulli"
)
"""What draws random numbers in evaluation, too."""
_RECURRENT = ("RNN", "LSTM", "GRU")
_COMMUTATIVE = _words("Add Mul Minimum Maximum Eq Ne LogicalAnd LogicalOr LogicalXor")
_SIZES = (
    *("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"),
    *("ceil_mode", "scale_factor", "size"),
)
"""Arguments of layers of images: one number stands for all dimensions."""
_OF_DIMENSIONS = ("dim", "start_dim", "end_dim")
_COUNTED_BACKWARDS = _words(
    "Softmax LogSoftmax Softmin Flatten GLU Cat Mean Sum Prod Amax Amin "
    "Argmax Argmin Logsumexp Var Std Cumsum Cumprod CosineSimilarity "
    "Normalize"
)
"""What counts `dim` in its first input, so that -1 is a number from the front."""
_ELEMENTWISE = _words(
    "ReLU ReLU6 LeakyReLU ELU CELU SELU GELU SiLU Mish Sigmoid LogSigmoid Hardsigmoid "
    "Tanh Hardtanh Tanhshrink Hardshrink Softshrink Hardswish Softplus Softsign "
    "Threshold Abs Neg Exp Sqrt Square"
)
"""Functions of one number each, which may as well come before a rearrangement."""
_INCREASING = ("ReLU", "ReLU6")
"""What may come before the largest of some numbers, too."""
_OF_ROWS = ("Linear", "LayerNorm", "RMSNorm")
"""Functions of each row of the last dimension."""
_HOMOGENEOUS = ("ReLU", "LeakyReLU", "Abs")
"""What may come before a multiplication of each number by 0 or more, too."""
_SCALING = _words("Dropout Dropout1d Dropout2d Dropout3d DropPath")
_IDEMPOTENT = ("ReLU", "ReLU6", "Hardtanh", "Abs")
"""What changes nothing when it is done again."""
_WITHOUT_EFFECT = ("inplace", "momentum")


class Mode(NamedTuple):
    """How networks run that are compared.

    Attributes:
        training: Whether they train; then dropouts draw.
        fixed: Whether all sizes are known; else some are free.
    """

    training: bool
    fixed: bool


class Signature(NamedTuple):
    """What an operation does with its inputs and weights.

    Attributes:
        kind: `Conv2d`, `Add`; of a custom layer its module and class.
        arguments: All its arguments by name, with defaults, as plain values.
        call: How it is called: the inputs, keywords, dimensions that count as batch.
    """

    kind: str
    arguments: tuple[tuple[str, Hashable], ...]
    call: Hashable


def signature(operation: Operation, mode: Mode) -> Signature:
    """Return the signature of an operation."""
    node = operation.node
    module = as_module(node) if node.is_function else None
    if node.is_function and module is None and node.function is not None:
        arguments = _of_function(node, node.function)
    else:
        arguments = _of_module(module or node)
    if arguments.get("ceil_mode") and mode.fixed and _divides(node, arguments):
        arguments["ceil_mode"] = False
    if not mode.training:
        arguments.pop("dropout", None)
        for name in node.function.only_training if node.function else ():
            arguments.pop(name, None)
    found = tuple((name, frozen(arguments[name])) for name in sorted(arguments))
    ranks = () if moves(operation) else (_ranks(node.inputs), _ranks(_results(node)))
    call = node.call if module is None else module.call
    called = (frozen(call), node.maker.wrapper, ranks)
    return Signature(_kind(operation), found, called)


def _ranks(values: Iterable[Value]) -> tuple[tuple[int, bool], ...]:
    return tuple((len(value.shape), value.batched) for value in values)


def _results(node: Node) -> Iterable[Value]:
    """Return all that a layer returns; `select` says which of them is the default."""
    return (node.parts[name] for name in sorted(node.parts))


def same_signature(one: Operation, other: Operation) -> bool:
    """Tell whether two operations do the same, in training and in evaluation."""
    mode = Mode(training=True, fixed=True)
    return signature(one, mode) == signature(other, mode)


def _kind(operation: Operation) -> str:
    module = operation.node.maker.module
    return f"{module}.{operation.kind}" if module else operation.kind


def repeats(operation: Operation, before: Signature, own: Signature) -> bool:
    """Tell whether an operation only does again what the one before it did."""
    return operation.kind in _IDEMPOTENT and before == own


def moves(operation: Operation) -> bool:
    """Tell whether an operation may run before another one that `precedes` allows.

    It is a function of each element, or of each row of the last dimension.
    """
    if len(operation.sources) != 1:
        return False
    return operation.kind in _ELEMENTWISE or _takes_rows(operation)


def _takes_rows(operation: Operation) -> bool:
    shape = plain_arguments(operation.node).get("normalized_shape", 1)
    return operation.kind in _OF_ROWS and (isinstance(shape, int) or len(shape) == 1)


def _takes_some_rows(operation: Operation) -> bool:
    """Tell whether an operation selects in a dimension between batch and last."""
    node = operation.node
    dim = plain_arguments(node).get("dim")
    if operation.kind not in ("Select", "Narrow") or not isinstance(dim, int):
        return False
    rank = len(node.inputs[0].shape) + node.inputs[0].batched
    return 0 < dim % rank < rank - 1


def precedes(operation: Operation, before: Operation) -> bool:
    """Tell whether what `moves` may run before the operation before it."""
    if len(before.sources) != 1:
        return False
    if operation.kind in _OF_ROWS:
        return _takes_some_rows(before)
    if before.kind.startswith("MaxPool"):
        return operation.kind in _INCREASING and len(before.node.parts) == 1
    if before.kind in _SCALING:
        return operation.kind in _HOMOGENEOUS
    cls = layer_class(before.node.type)
    return cls is not None and cls.arranges and before.node.returned == ""


def draws(operation: Operation, mode: Mode) -> bool:
    """Tell whether an operation draws random numbers, or may: custom layers do."""
    node = operation.node
    if operation.kind in _DRAWING or node.maker.module:
        return True
    if not mode.training:
        return False
    return operation.kind == "RReLU" or drops(operation)


def drops(operation: Operation) -> bool:
    """Tell whether a layer drops anything in training."""
    arguments = plain_arguments(operation.node)
    if operation.kind in DROPOUTS:
        return bool(with_defaults(operation.node, arguments).get("p", 1))
    if operation.node.function is not None and operation.node.function.only_training:
        keywords = operation.node.function.keywords
        names = operation.node.function.only_training
        return any(plain(keywords.get(name, 0)) for name in names)
    return bool(_of_module(operation.node).get("dropout"))


def has_weights(node: Node) -> bool:
    """Tell whether a layer has tensors of its own, which a checkpoint may hold."""
    held = node.weights or node.computed_from or node.is_tensor or node.maker.module
    counts = with_defaults(node, plain_arguments(node)).get("track_running_stats")
    return bool(held or counts)


def is_commutative(operation: Operation) -> bool:
    """Tell whether its first two inputs may change places."""
    return operation.kind in _COMMUTATIVE and operation.node.call.order[:2] == (0, 1)


def _of_function(node: Node, function: Function) -> dict[str, Any]:
    """Return all that the call of a function says."""
    found: dict[str, Any] = function._asdict()
    keywords = found.pop("keywords")
    found["once"] = False
    found["positional"] = plain(function.positional)
    found["leading"] = plain(function.leading)
    found |= {name: plain(value) for name, value in keywords.items()}
    return _from_the_front(node, found)


def _of_module(node: Node) -> dict[str, Any]:
    """Return the arguments of a module, with defaults, in one form."""
    found = with_defaults(node, plain_arguments(node))
    cls = layer_class(node.type)
    if cls is not None and cls.spatial:
        if found.get("stride", "") is None:
            found["stride"] = found.get("kernel_size")
        found |= {name: one_number(found[name]) for name in _SIZES if name in found}
        if found.get("padding") == "valid":
            found["padding"] = 0
    if node.type in _RECURRENT and found.get("num_layers") == 1:
        found["dropout"] = 0.0
    if node.is_tensor:
        found = _of_tensor(node, found)
    for name in _WITHOUT_EFFECT:
        found.pop(name, None)
    return _from_the_front(node, found)


def _of_tensor(node: Node, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a tensor is where no checkpoint holds it; else its shape."""
    shape = [int(size) for size in node.output]
    if node.type == "parameter" or found.get("persistent", True):
        return {"shape": shape, "dtype": node.value.dtype}
    computed = [
        _of_function(each, each.function) for each in node.computed if each.function
    ]
    wired = [each.sources for each in node.computed]
    init = plain({name: list(each) for name, each in node.inits.items()})
    return {**found, "shape": shape, "computed": [computed, wired], "init": init}


def with_defaults(node: Node, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a layer, also those that are not given."""
    cls = layer_class(node.type)
    if cls is None:
        return dict(arguments)
    optional = {
        name: plain(field.default)
        for name, field in cls.model_fields.items()
        if not field.is_required()
    }
    return {**optional, **arguments}


def _from_the_front(node: Node, found: dict[str, Any]) -> dict[str, Any]:
    """Count dimensions from the front, where that is the same."""
    cls = layer_class(node.type)
    name = cls.__name__ if cls is not None else ""
    if name in _COUNTED_BACKWARDS and node.inputs:
        rank = len(node.inputs[0].shape) + node.inputs[0].batched
        for each in _OF_DIMENSIONS:
            if each in found:
                found[each] = _counted(found[each], rank)
    return found


def _divides(node: Node, found: Mapping[str, Any]) -> bool:
    """Tell whether windows end where the input does, so that nothing is rounded."""
    names = ("kernel_size", "stride", "padding", "dilation")
    numbers = [found.get(name, 1) for name in names]
    sizes = [int(size) for size in node.input[1:]]
    if any(type(each) is not int for each in numbers):
        return False
    kernel, stride, padding, dilation = numbers
    spare = ((size + 2 * padding - dilation * (kernel - 1) - 1) for size in sizes)
    return all(each % stride == 0 for each in spare)


def _counted(value: Any, rank: int) -> Any:
    if isinstance(value, list):
        return [_counted(each, rank) for each in value]
    backwards = isinstance(value, int) and not isinstance(value, bool) and value < 0
    return value + rank if backwards else value


def one_number(value: Any) -> Any:
    """Return one number for a list of equal ones."""
    if isinstance(value, list) and value and all(each == value[0] for each in value):
        return value[0]
    return value


def frozen(value: Any) -> Hashable:
    """Return a plain value that can be looked up; 1 is 1.0, but not true."""
    if isinstance(value, dict):
        return ("{}", *sorted((str(key), frozen(value[key])) for key in value))
    if isinstance(value, (list, tuple)):
        return ("[]", *_all(value))
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return repr(float(value)) if abs(value) < 2**53 else repr(value)
    return repr(plain(value))


def _all(values: Iterable[Any]) -> Iterable[Hashable]:
    return (frozen(each) for each in values)
