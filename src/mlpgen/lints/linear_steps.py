"""Operations that are linear in what comes in, and residuals around such ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.lints import kinds

if TYPE_CHECKING:
    from mlpgen.graph.flow import Flow, Operation, Source

_OTHER = frozenset(("PixelShuffle", "PixelUnshuffle", "Expand", "Repeat", "Detach"))
"""Views that are no mere views here: they change the size, or stop the gradient."""
_SCALES = frozenset(("Add", "Sub", "Mul", "Div", "Neg"))
_JOINS = frozenset(("Add", "Sub", "Cat"))
_AVERAGES = kinds.AVERAGE_POOLS | kinds.BATCH_NORMS | kinds.PADS | {"Mean"}
_SOFTMAXES = frozenset(("Softmax", "LogSoftmax"))


class _Residual(NamedTuple):
    """A sum of a value and what linear layers made of it.

    Attributes:
        base: The value.
        weights: The layers, in the order they run.
    """

    base: Source
    weights: tuple[Operation, ...]


def weighs(each: Operation) -> bool:
    """Tell whether an operation multiplies values by a learned matrix."""
    return each.kind in kinds.WEIGHTED or _by_parameter(each)


def is_dense(each: Operation) -> bool:
    """Tell whether an operation is a linear map of the last dimension."""
    return each.kind == "Linear" or _by_parameter(each)


def _by_parameter(each: Operation) -> bool:
    """Tell whether values are multiplied by a parameter, and not to be scores."""
    if each.kind != "Matmul" or not each.sources[0].value.batched:
        return False
    other = each.sources[1]
    if len(other.value.shape) != 2 or not _is_parameter(other.operation):
        return False
    after = each
    while kinds.is_single(after) and is_linear(after.users[0]):
        after = after.users[0]
    return not any(user.kind in _SOFTMAXES for user in after.users)


def _is_parameter(each: Operation | None) -> bool:
    while each is not None and kinds.is_view(each):
        each = each.before
    return each is not None and each.kind == "Parameter"


def is_linear(each: Operation) -> bool:
    """Tell whether an operation without weights is linear in its one input."""
    if each.kind in _SCALES:
        return len(kinds.values(each)) == 1 and not _divides(each)
    if len(each.sources) != 1:
        return False
    if kinds.is_view(each):
        return each.kind not in _OTHER
    linear = kinds.is_inert(each) or kinds.is_identity(each)
    return linear or each.kind in _AVERAGES


def source_of(each: Operation) -> Source | None:
    """Return the first input that depends on the example; None if none does."""
    places = kinds.values(each)
    return each.sources[places[0]] if places else None


def step_before(each: Operation) -> Operation | None:
    """Return what made that input; None if it is one of the model, or there is none."""
    source = source_of(each)
    return source.operation if source else None


def _divides(each: Operation) -> bool:
    """Tell whether a number is divided by the value."""
    if each.kind != "Div":
        return False
    return "input" in each.node.arguments or kinds.values(each) != [0]


def is_joined(each: Operation) -> bool:
    """Tell whether results of linear layers are added, or put side by side."""
    made = {source.operation for source in each.sources}
    several = each.kind in _JOINS and len(made) == len(each.sources) > 1
    return several and all(map(_is_free_linear, made))


def _is_free_linear(each: Operation | None) -> bool:
    """Tell whether an operation is a linear layer whose result only one other takes."""
    if each is None or each.kind != "Linear" or not kinds.is_single(each):
        return False
    named = kinds.INTENDED & {*kinds.words(each)}
    return not (named or each.node.tied or each.node.shared)


def joined_by_residuals(flow: Flow) -> dict[Operation, Operation]:
    """Return layers with the one before them, if a linear residual joins the two."""
    found: dict[Operation, Operation] = {}
    residuals: dict[Operation, _Residual] = {}
    for each in flow.of("Add"):
        made = _residual(each)
        if made is None:
            continue
        residuals[each] = made
        before = made.base.operation
        if before is not None and len(before.users) == 2 and not before.returned:
            stacked = _residual_behind(before, residuals)
            if stacked is not None:
                found[made.weights[0]] = stacked.weights[-1]
        after = each
        while kinds.is_single(after) and is_linear(after.users[0]):
            after = after.users[0]
        if kinds.is_single(after) and weighs(after.users[0]):
            found[after.users[0]] = made.weights[-1]
    return found


def _residual_behind(
    each: Operation | None, residuals: dict[Operation, _Residual]
) -> _Residual | None:
    """Return the residual that made a value, if nothing since was nonlinear."""
    while each is not None and each not in residuals:
        if weighs(each) or not is_linear(each):
            return None
        each = step_before(each)
        if each is not None and each not in residuals and not kinds.is_single(each):
            return None
    return None if each is None else residuals[each]


def _residual(each: Operation) -> _Residual | None:
    """Return what a sum adds to what; None if it is no residual of linear layers."""
    if len(each.sources) != 2 or len(kinds.values(each)) != 2:
        return None
    first, second = each.sources
    for base, branch in ((first, second), (second, first)):
        weights: list[Operation] = []
        source: Source | None = branch
        while source is not None and source != base and source.operation is not None:
            step = source.operation
            if not kinds.is_single(step) or not (weighs(step) or is_linear(step)):
                break
            weights += [step] if weighs(step) else []
            source = source_of(step)
        if source == base and weights and _keeps_width(weights):
            return _Residual(base, (*reversed(weights),))
    return None


def _keeps_width(weights: list[Operation]) -> bool:
    """Tell whether no layer of a branch is narrower than its ends, as in LoRA."""
    axis = -1 if is_dense(weights[0]) else 0
    width = int(weights[0].node.output[axis])
    return all(int(each.node.output[axis]) >= width for each in weights)
