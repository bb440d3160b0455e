"""Whole shapes, with the batch: formatted for people, and broadcast like torch."""

from collections.abc import Sequence
from itertools import combinations, dropwhile

from mlpgen.layers.base import Shape, ShapeError, Value, Values, has_batch, shown
from mlpgen.symbols.agreements import agree
from mlpgen.symbols.sizes import is_symbolic

DTYPES = ("bool", "int64", "float32")
"""dtypes in the order of torch's type promotion: the later one wins."""
MOST_DIMENSIONS = 6
"""The most dimensions for which a help suggests where to insert a size of 1."""


def whole(value: Value) -> tuple[int, ...]:
    """Return the shape with the batch, which is -1."""
    return (-1, *value.shape) if value.batched else value.shape


def whole_shown(value: Value, *, in_words: bool = False) -> str:
    """Format a shape for people; a tensor without a batch has no `N`.

    Args:
        value: The tensor.
        in_words: Whether to say that there is no batch.
    """
    if value.batched:
        return shown(value.shape)
    shape = f"({', '.join(str(int(size)) for size in value.shape)})"
    return f"{shape}, without a batch," if in_words else shape


def broadcast(name: str, values: Values) -> Value:
    """Return the shape of tensors that are combined element by element.

    By torch's rules: https://docs.pytorch.org/docs/stable/notes/broadcasting.html

    Raises:
        ShapeError: MG313, with both shapes.
    """
    first, *others = values
    for other in others:
        sizes = aligned(whole(first), whole(other))
        try:
            if sizes is None:
                message = f"`{name}` cannot combine {whole_shown(first)} and "
                raise ShapeError("MG313", message + whole_shown(other))
            first = kept_batch(name, sizes, (first, other))
        except ShapeError as error:
            error.help = _with_ones(first, other)
            raise
    return first


def _with_ones(first: Value, other: Value) -> str:
    """Suggest a shape with sizes of 1 that would fit; empty if there is none."""
    small, large = sorted((first, other), key=lambda value: len(whole(value)))
    count = len(whole(large))
    begin = 1 if small.batched else 0
    found: dict[str, None] = {}
    if count <= MOST_DIMENSIONS:
        for kept in combinations(range(begin, count), len(small.shape)):
            sizes = [1] * (count - begin)
            for at, size in zip(kept, small.shape, strict=True):
                sizes[at - begin] = size
            if not small.batched:
                sizes = [*dropwhile(lambda size: size == 1, sizes)]
            value = small._replace(shape=tuple(sizes))
            if aligned(whole(large), whole(value)) == whole(large):
                found[whole_shown(value)] = None
    if not found:
        return ""
    fits = f"{' or '.join([*found][:2])} would fit"
    if not small.batched:
        return fits
    return f"{fits}: reduce it with `keepdim: true`, or `unsqueeze` it"


def aligned(left: Shape, right: Shape) -> Shape | None:
    """Broadcast two whole shapes; None if that is not possible."""
    width = max(len(left), len(right))
    pairs = zip(
        (1,) * (width - len(left)) + left,
        (1,) * (width - len(right)) + right,
        strict=True,
    )
    sizes = []
    for a, b in pairs:
        if _is_one(a) or _is_one(b):
            sizes.append(b if _is_one(a) else a)
        elif agree(a, b) or agree(b, 1):
            sizes.append(a)
        elif agree(a, 1):
            sizes.append(b)
        else:
            return None
    return tuple(sizes)


def _is_one(size: int) -> bool:
    """Return whether a size is 1 for all values of the parameters."""
    return size == 1 and not is_symbolic(size)


def kept_batch(name: str, sizes: Shape, values: Values) -> Value:
    """Return the result of a function of several tensors, given its whole shape.

    Raises:
        ShapeError: MG313: the batch is not the first dimension, or not only that.
    """
    dtype = promoted([value.dtype for value in values])
    if not any(value.batched for value in values):
        return Value(sizes, dtype, batched=False)
    if sizes[:1] != (-1,) or -1 in sizes[1:]:
        inputs = " and ".join(whole_shown(value) for value in values)
        message = f"`{name}` would mix the batch of {inputs} with another dimension"
        raise ShapeError("MG313", message)
    return Value(sizes[1:], dtype)


def promoted(dtypes: Sequence[str]) -> str:
    """Return the dtype of a result, by torch's type promotion."""
    return max(dtypes, key=DTYPES.index)


def example_axis(argument: str, dim: int, shape: Shape) -> int:
    """Convert torch's `dim`, which counts the batch, to an index of an example's shape.

    Raises:
        ShapeError: MG308, if it is the batch dimension or out of range.
    """
    before = 1 if has_batch() else 0
    count = len(shape) + before
    index = dim + count if dim < 0 else dim
    if not 0 <= index < count:
        noun = "dimension" if count == 1 else "dimensions"
        message = f"`{argument}` is {dim}, but {shown(shape)} has {count} {noun}"
        raise ShapeError("MG308", message, argument=argument)
    if index < before:
        raise ShapeError(
            "MG308",
            f"`{argument}` is {dim}, the batch dimension of {shown(shape)}",
            argument=argument,
            help="dimension 1 is the first one after the batch",
        )
    return index - before
