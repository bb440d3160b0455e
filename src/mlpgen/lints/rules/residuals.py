"""Residuals around a changed size, which broadcasting makes fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.layers.shapes import whole_shown
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject

_POOLED = ("Adaptive", "Avg", "Max", "LP")
_REDUCED = frozenset(("Mean", "Sum", "Amax", "Amin", "Max", "Min", "Logsumexp"))


def _broadcast(subject: Subject) -> Iterator[Finding]:
    order = {each: index for index, each in enumerate(subject.flow.operations)}
    for each in subject.flow.of("Add", "Sub"):
        if len(each.sources) != 2:
            continue
        first, second = each.sources
        axes = _stretched(first, second)
        for skip, body in ((first, second), (second, first)) if axes else ():
            between = _between(skip, body, order)
            if any(_by_accident(body, axis, between) for axis in axes):
                yield _finding(each, skip, body, subject)


def _stretched(first: Source, second: Source) -> list[int]:
    """Return the dimensions of two results of layers that are not of one size."""
    ours, theirs = first.value.shape, second.value.shape
    batched = first.value.batched and second.value.batched
    if not batched or len(ours) != len(theirs):
        return []
    return [i for i, size in enumerate(ours) if int(size) != int(theirs[i])]


def _between(
    skip: Source, body: Source, order: dict[Operation, int]
) -> frozenset[Operation]:
    """Return the layers that compute one value from another; empty if they do not."""
    start = -1 if skip.operation is None else order[skip.operation]
    waiting = [body]
    found: set[Operation] = set()
    leads = False
    while waiting:
        source = waiting.pop()
        each = source.operation
        leads |= each is skip.operation and source.part == skip.part
        if each is not None and each not in found and order[each] > start:
            found.add(each)
            waiting += each.sources
    return frozenset(found) if leads else frozenset()


def _by_accident(body: Source, axis: int, between: frozenset[Operation]) -> bool:
    """Return whether no layer changed a size so that it would be broadcast.

    The mean that is subtracted from a value has a size of 1 on purpose, and so has the
    context that is pooled from the value it is added to. Views say what they do.
    """
    size = int(body.value.shape[axis])
    each = body.operation
    while each in between:
        shape = each.node.input
        if len(shape) != len(body.value.shape):
            return False
        if int(shape[axis]) != size:
            break
        each = each.before
    if each is None or each not in between:
        return False
    if each.node.weights:
        return True
    return _pools(each) and any(one.node.weights for one in _ancestors(each, between))


def _pools(operation: Operation) -> bool:
    pools = operation.kind.startswith(_POOLED) and "Pool" in operation.kind
    return pools or operation.kind in _REDUCED


def _ancestors(
    operation: Operation, between: frozenset[Operation]
) -> Iterator[Operation]:
    waiting, seen = [operation], {operation}
    while waiting:
        for source in waiting.pop().sources:
            before = source.operation
            if before in between and before not in seen:
                seen.add(before)
                waiting.append(before)
                yield before


def _finding(each: Operation, skip: Source, body: Source, subject: Subject) -> Finding:
    path = each.node.path
    if subject.sources.written((*path, "from"), each.owner) is not None:
        path = (*path, "from")
    made, of = whole_shown(body.value), whole_shown(skip.value)
    return Finding(
        f"`{each.name}` adds {made} to the {of} that it was made from: broadcasting "
        f"repeats values to {whole_shown(each.node.value)}",
        path,
        each.owner,
        help="give both one shape, such as by a 1 x 1 convolution or a `Linear` on the "
        "shortcut",
    )


RULES = (
    Rule(
        "MG516",
        "warning",
        _broadcast,
        Explanation(
            "A residual around a changed size",
            "This is a warning. A residual adds what layers made of a value to that "
            "value. If they changed its size to 1, or from 1, torch broadcasts: each "
            "place gets the same number, and no error says so "
            "(https://docs.pytorch.org/docs/stable/notes/broadcasting.html). He et "
            "al., Deep residual learning (2016, section 3.2), bring the shortcut to "
            "the new size by a projection. Means that are subtracted, contexts that "
            "are pooled from the very value they are added to, gates that multiply "
            "and what `unsqueeze` or `reshape` made are fine. How sure: it is hardly "
            "ever meant.",
            spec(
                "Flatten",
                "Linear: 64",
                "ReLU:\n    name: hidden",
                "Linear: 1",
                "add:\n    from: [hidden, linear_2]",
            ),
            spec(
                "Flatten",
                "Linear: 64",
                "ReLU:\n    name: hidden",
                "Linear: 64",
                "add:\n    from: [hidden, linear_2]",
            ),
        ),
    ),
)
