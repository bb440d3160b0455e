"""Layers that only the new network has: which of them can start by changing nothing.

A branch of a sum starts with a last layer of zeros, so that the sum is the other value
(as P. Goyal et al., "Accurate, Large Minibatch SGD", 2017, start residual blocks). A
linear layer or a convolution that keeps its size starts as the identity, and a ReLU of
what has no negative values changes nothing: this is Net2DeeperNet of T. Chen,
I. Goodfellow and J. Shlens, "Net2Net", ICLR 2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.migration.values import PASSING, is_positive, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.graph.flow import Flow, Operation, Source
    from mlpgen.migration.values import Known

ZERO_ENDS = {
    "MultiheadAttention": ("out_proj.weight", "out_proj.bias"),
    **dict.fromkeys(
        (
            *("Linear", "Conv1d", "Conv2d", "Conv3d"),
            *("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
            *("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "LayerNorm", "GroupNorm"),
        ),
        ("weight", "bias"),
    ),
}
"""Layers that can end a branch, with the parameters that are zero then."""


class Branch:
    """A branch that only the new network has, and the sum that it enters.

    Attributes:
        skip: Which input of the sum is the other value.
        end: The layer whose parameters start as zeros.
        inside: The operations of the branch.
    """

    def __init__(self, skip: int, end: Operation, inside: set[Operation]) -> None:
        self.skip = skip
        self.end = end
        self.inside = inside


def branches(
    flow: Flow, is_new: Callable[[Operation], bool]
) -> dict[Operation, Branch]:
    """Find the branches that can start with nothing, by the sums that they enter.

    Args:
        flow: The new network.
        is_new: Tells whether the old network has no such operation.
    """
    found = {}
    for total in filter(is_new, flow.of("Add")):
        if len(total.sources) != 2:
            continue
        for skip, other in ((1, 0), (0, 1)):
            end = _end(total.sources[other], is_new)
            if end is None or total.sources[skip].value != total.sources[other].value:
                continue
            above = {*_above(total.sources[other].operation)}
            start = total.sources[skip].operation
            if start is None or start in above:
                rest: set[Operation] = {*_above(start)} if start else set()
                inside = {each for each in above - rest if is_new(each)}
                if len(end.users) == 1 and not end.returned:
                    found[total] = Branch(skip, end, inside)
                    break
    return found


def _end(source: Source, is_new: Callable[[Operation], bool]) -> Operation | None:
    """Return the layer at the end of a branch that can make zeros."""
    end = source.operation
    while end is not None and end.kind in PASSING and is_new(end):
        end = end.before
    if end is None or not is_new(end) or end.kind not in ZERO_ENDS:
        return None
    zeros = ZERO_ENDS[end.kind]
    return end if end.node.weights.keys() >= {zeros[0]} else None


def _above(start: Operation | None) -> Iterator[Operation]:
    """Yield an operation and all that it depends on."""
    waiting = [start]
    seen: set[Operation] = set()
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.add(each)
        yield each
        waiting += [source.operation for source in each.sources]


def fills(operation: Operation, known: Known) -> dict[str, str] | None:
    """Return how the parameters of a new layer start, so that it changes nothing.

    Returns:
        None if that is not possible.
    """
    node, kind = operation.node, operation.kind
    if known.origin is None or len(operation.sources) != 1 or node.computed_from:
        return None
    same = whole(node.value) == whole(operation.sources[0].value)
    if kind == "ReLU":
        return {} if is_positive(known.origin) else None
    if kind.startswith("BatchNorm") and node.buffers and node.weights:
        return {"weight": "rescaled", "bias": "zeros"}
    if not same:
        return None
    if kind == "Linear" or (kind.startswith("Conv") and _passes(operation)):
        return {"weight": "identity", "bias": "zeros"}
    return None


def _passes(operation: Operation) -> bool:
    """Tell whether a convolution can pass its input on."""
    node = operation.node
    shape = [int(size) for size in node.weights["weight"]]
    stride = node.arguments.get("stride", 1)
    strides = stride if isinstance(stride, list | tuple) else [stride]
    return (
        "Transpose" not in operation.kind
        and all(int(each) == 1 for each in strides)
        and all(size % 2 for size in shape[2:])
        and not isinstance(node.arguments.get("padding", 0), str)
        and int(node.arguments.get("groups", 1)) in (1, shape[0])
    )
