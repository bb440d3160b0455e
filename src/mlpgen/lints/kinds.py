"""Kinds of operations that rules tell apart, and what passes on what comes in."""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import TYPE_CHECKING

from mlpgen.lints.written import argument
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlpgen.graph.flow import Operation
    from mlpgen.source import Path


def _of(name: str, last: int = 3) -> tuple[str, ...]:
    return tuple(f"{name}{each}d" for each in range(1, last + 1))


CONVOLUTIONS = frozenset(_of("Conv"))
TRANSPOSED = frozenset(_of("ConvTranspose"))
WEIGHTED = frozenset(("Linear", *CONVOLUTIONS, *TRANSPOSED))
"""Layers that multiply what comes in by a matrix."""
BATCH_NORMS = frozenset((*_of("BatchNorm"), "SyncBatchNorm"))
INSTANCE_NORMS = frozenset(_of("InstanceNorm"))
NORMALIZATIONS = frozenset(
    (*BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm", "RMSNorm", "GroupNorm")
)
AVERAGE_POOLS = frozenset((*_of("AvgPool"), *_of("AdaptiveAvgPool")))
MAXIMUM_POOLS = frozenset(
    (*_of("MaxPool"), *_of("AdaptiveMaxPool"), *_of("FractionalMaxPool"))
)
PADS = frozenset(
    f"{each}Pad{n}d"
    for each in ("Zero", "Constant", "Reflection", "Replication", "Circular")
    for n in (1, 2, 3)
) | {"Pad"}
PRODUCTS = frozenset(("Matmul", "Bmm", "Einsum", "ScaledDotProductAttention"))
"""Products of two values, as in attention."""
RECURRENT = frozenset(("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"))
TRANSFORMERS = frozenset(
    f"Transformer{part}{each}"
    for part in ("Encoder", "Decoder")
    for each in ("", "Layer")
) | {"Transformer"}
ONE_SIDED = frozenset(
    ("ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "CELU", "SELU", "GELU")
) | {"SiLU", "Mish", "Hardswish", "Softplus"}
"""Activations that flatten on one side only."""
FLATTENED = frozenset(("ReLU", "ReLU6", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish"))
"""Activations that leave next to nothing of what is below 0."""
SATURATING = frozenset(("Sigmoid", "Tanh", "Hardsigmoid", "Hardtanh", "Softsign"))
ACTIVATIONS = ONE_SIDED | SATURATING
SLOPES = {"LeakyReLU": ("negative_slope",), "RReLU": ("lower", "upper")}
"""The arguments of activations that are their slopes below 0; above, it is 1."""
INTENDED = frozenset(
    ("code", "latent", "latents", "embed", "embedding", "embeddings", "bottleneck")
)
"""Words in names of layers whose results are meant as they are."""


def is_constant(operation: Operation | None) -> bool:
    """Tell whether the result of an operation is the same for each example."""
    return operation is not None and not operation.node.sources


def values(operation: Operation) -> list[int]:
    """Return the places of the inputs that depend on the example."""
    given = enumerate(operation.sources)
    return [index for index, each in given if not is_constant(each.operation)]


def is_view(operation: Operation) -> bool:
    """Tell whether an operation only arranges the values of its one input."""
    cls = layer_class(operation.node.type)
    return cls is not None and cls.arranges and len(operation.sources) == 1


def is_inert(operation: Operation) -> bool:
    """Tell whether an operation changes nothing in evaluation, as dropout does."""
    cls = layer_class(operation.node.type)
    return cls is not None and cls.returns_input == "in evaluation"


def is_identity(operation: Operation) -> bool:
    """Tell whether an activation returns what it gets: below 0 its slope is 1, too."""
    slopes = SLOPES.get(operation.kind, ())
    return bool(slopes) and all(argument(operation, each) == 1 for each in slopes)


def passes(operation: Operation, also: frozenset[str] = frozenset()) -> bool:
    """Tell whether an operation is a view, inert, or one of other kinds, of one input.

    Args:
        operation: The operation.
        also: The other kinds.
    """
    if len(operation.sources) != 1:
        return False
    return operation.kind in also or is_view(operation) or is_inert(operation)


def keeps_all(operation: Operation) -> bool:
    """Tell whether an operation returns all elements of its one input, and no more."""
    if not passes(operation) or len(operation.node.parts) != 1:
        return False
    given = operation.sources[0].value.shape
    return prod(map(int, operation.node.output)) == prod(map(int, given))


def origin(
    operation: Operation | None, also: frozenset[str] = frozenset()
) -> Operation | None:
    """Return an operation, or what comes before it if it only moves values.

    Args:
        operation: The operation; None for an input of the model.
        also: Other kinds that are passed.
    """
    while operation is not None and passes(operation, also):
        operation = operation.before
    return operation


def is_single(operation: Operation) -> bool:
    """Tell whether the result has one use only, inside the network."""
    return len(operation.users) == 1 and not operation.returned


def is_product(operation: Operation) -> bool:
    """Tell whether an operation multiplies two values of an example, as gates do."""
    several = len(operation.sources) > 1
    return several and operation.kind in PRODUCTS | {"Mul", "Div"}


def is_gate(operation: Operation) -> bool:
    """Tell whether the result of an operation is what others are multiplied by."""
    each = operation
    while is_single(each) and passes(each.users[0]):
        each = each.users[0]
    return any(map(is_product, each.users))


def always(found: Iterable[Operation], every: Iterable[Operation]) -> list[Operation]:
    """Return the operations whose place in the file is found each time that it runs.

    Args:
        found: The operations.
        every: All operations of these kinds.
    """
    once = [*found]
    if not once:
        return []
    times = Counter(map(place, once))
    runs = Counter(map(place, every))
    return [each for each in once if times[place(each)] == runs[place(each)]]


def place(operation: Operation) -> tuple[str, Path]:
    """Return where an operation is written: the class and the path in its file."""
    return operation.owner, operation.node.path


def words(operation: Operation) -> list[str]:
    """Return the words in the own name of a layer."""
    return operation.name.rpartition(".")[2].lower().split("_")


def inherits(cls: type, *names: str) -> bool:
    """Tell whether a class is one of some, by name.

    A rule must not import the layers it knows: most specs have few of them.
    """
    return any(each.__name__ in names for each in cls.__mro__)
