"""Which dimensions of a value are channels, and which are places or steps.

Convolutions, embeddings and recurrent layers say it. Layers that keep a shape keep it,
views move it, and whatever else happens leaves it unknown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mlpgen.lints.kinds import inherits
from mlpgen.lints.written import argument, sizes
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.flow import Operation, Source

Axes = str
"""A letter for each dimension of one example: `cpp` for (N, C, H, W)."""
CHANNELS, PLACES, UNKNOWN = "c", "p", "?"
_COLORS = (1, 3)
"""The channels of pictures that a network takes."""

_MIXED = frozenset(("Matmul", "Bmm", "Einsum", "Gather", "IndexSelect"))
_REDUCED = frozenset(("Mean", "Sum", "Amax", "Amin", "Logsumexp", "Var", "Std"))
_KEPT = frozenset(
    (
        *("Slice", "Narrow", "Flip", "Roll", "Identity", "Detach", "Float", "Expand"),
        *("PixelShuffle", "PixelUnshuffle", "ChannelShuffle", "Cat", "Chunk", "Split"),
    )
)
"""Views that leave dimensions where they are."""


@lru_cache(maxsize=1)
def axes_of(operations: tuple[Operation, ...]) -> Mapping[Operation, Axes]:
    """Return what is known of the first result of each operation, in one pass.

    The rules about one network share it.
    """
    known: dict[Operation, Axes] = {}
    for each in operations:
        found = _after(each, known)
        same = len(found) == len(each.node.output)
        known[each] = found if same else UNKNOWN * len(each.node.output)
    return known


def arriving(source: Source, known: Mapping[Operation, Axes]) -> Axes:
    """Return what is known of an input."""
    count = len(source.value.shape)
    if not source.value.batched:
        return UNKNOWN * count
    if source.operation is None:
        picture = count == 3 and source.value.shape[0] in _COLORS
        return CHANNELS + PLACES * 2 if picture else UNKNOWN * count
    found = known[source.operation]
    return found if len(found) == count else UNKNOWN * count


def convolves(operation: Operation) -> int:
    """Return the number of dimensions that a kernel with weights slides over.

    It is 0 for a kernel of 1, which only mixes what is at each place.
    """
    cls = layer_class(operation.node.type)
    if cls is None or not cls.spatial or not operation.node.weights:
        return 0
    alone = set(sizes(operation, "kernel_size", cls.spatial)) == {1}
    return 0 if alone else cls.spatial


def _after(each: Operation, known: Mapping[Operation, Axes]) -> Axes:
    cls = layer_class(each.node.type)
    if cls is None or not each.sources or each.kind in _MIXED:
        return ""
    axes = arriving(each.sources[0], known)
    if each.kind == "Embedding":
        return PLACES + CHANNELS
    if inherits(cls, "Recurrent"):
        return PLACES + CHANNELS if axes != CHANNELS + PLACES else ""
    if convolves(each):
        expected = CHANNELS + PLACES * cls.spatial
        return expected if axes == expected or UNKNOWN in axes else ""
    if cls.arranges and each.kind not in _KEPT:
        return _arranged(each, axes)
    if each.kind in _REDUCED:
        return _reduced(each, axes)
    if each.kind in ("Linear", "Conv1D"):
        return axes[:-1] + CHANNELS
    blank = UNKNOWN * len(axes)
    others = {arriving(one, known) for one in each.sources if one.value.batched}
    return axes if others <= {axes, blank} else ""


def _arranged(each: Operation, axes: Axes) -> Axes:
    """Return what a view does to what is known; nothing if it is not certain."""
    count = len(axes)

    def at(name: str) -> int:
        return _index(argument(each, name), count)

    order = list(range(count))
    if each.kind == "Permute":
        order = [_index(dim, count) for dim in argument(each, "dims")[1:]]
    elif each.kind == "Transpose":
        order[at("dim0")], order[at("dim1")] = at("dim1"), at("dim0")
    elif each.kind == "Movedim" and isinstance(argument(each, "source"), int):
        order.insert(at("destination"), order.pop(at("source")))
    elif each.kind == "Flatten":
        first, last = at("start_dim"), at("end_dim") + 1
        return axes[:first] + _merged(axes[first:last]) + axes[last:]
    elif each.kind in ("Reshape", "View"):
        return _joined(each, axes)
    else:
        return ""
    return "".join(axes[index] for index in order)


def _merged(axes: Axes) -> Axes:
    """Return what a dimension is that several were made to."""
    return axes[0] if len({*axes}) == 1 else UNKNOWN


def _joined(each: Operation, axes: Axes) -> Axes:
    """Return what a reshape leaves that only joins dimensions which are neighbours."""
    left, found = [*zip(map(int, each.node.input), axes, strict=True)], ""
    for size in map(int, each.node.output):
        taken, product = "", 1
        while left and product < size:
            one, axis = left.pop(0)
            taken, product = taken + axis, product * one
        if product != size or not taken:
            return ""
        found += _merged(taken)
    return "" if left else found


def _index(dim: int, count: int) -> int:
    """Return a dimension as one of an example, which has no batch."""
    return int(dim) + count if dim < 0 else int(dim) - 1


def _reduced(each: Operation, axes: Axes) -> Axes:
    dims = argument(each, "dim")
    if argument(each, "keepdim") or dims is None:
        return axes
    count = len(axes)
    every = dims if isinstance(dims, tuple) else (dims,)
    gone = {_index(dim, count) for dim in every}
    return "".join(axis for i, axis in enumerate(axes) if i not in gone)
