"""Refuse a softmax over one value: it is 1 whatever comes in, without a gradient."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import dim_of
from mlpgen.graph.effects.operations import SOFTMAXES
from mlpgen.symbols.sizes import is_symbolic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.graph.blocks.definitions import Definition
    from mlpgen.graph.flow import Flow, Operation

_SCORES = ("Matmul", "Bmm", "Einsum")
"""Products that compare all pairs: a sequence of one has one score."""
_KEEP = (
    *("Add", "Sub", "Mul", "Div", "MaskedFill", "Where", "Dropout", "Clamp"),
    *("Tanh", "Identity"),
)
"""What stands between such a product and its softmax."""


def check_softmaxes(
    flow: Flow, model: Definition, blocks: Mapping[str, Definition], *, fixed: bool
) -> None:
    """Report each softmax over a dimension of one value, once for all its uses.

    Args:
        flow: The operations of the model.
        model: The model.
        blocks: Its blocks by name.
        fixed: Whether sizes that depend on parameters are those of the author.
    """
    found: dict[tuple[object, ...], list[Operation]] = {}
    for each in flow.operations:
        if each.kind.lower() in SOFTMAXES:
            found.setdefault((each.owner, *each.node.path), []).append(each)
    for uses in found.values():
        first = uses[0]
        if all(_is_alone(each, fixed=fixed) for each in uses):
            problems = (blocks[first.owner] if first.owner else model).problems
            message, help = _said(first)
            problems.add_entry("MG411", message, first.node.path, help=help)


def _is_alone(softmax: Operation, *, fixed: bool) -> bool:
    """Tell whether a softmax is over one value, and for all inputs."""
    value, dim = softmax.node.inputs[0], dim_of(softmax)
    count = len(value.shape) + value.batched
    if dim is None or not -count + value.batched <= dim < 0:
        return False
    size = value.shape[dim]
    symbolic = is_symbolic(size) and not fixed
    return size == 1 and not symbolic and not _compares(softmax)


def _compares(softmax: Operation) -> bool:
    """Tell whether a softmax is one of attention, over as many values as there are."""
    before: Operation | None = softmax.before
    while before is not None and before.kind in _KEEP:
        before = before.before
    return before is not None and before.kind in _SCORES


def _said(softmax: Operation) -> tuple[str, str]:
    """Return the message and the help."""
    logarithm = softmax.kind == "LogSoftmax"
    type_, shape = softmax.node.type, softmax.node.inputs[0].shape
    message = f"`{type_}` of one value is always {0 if logarithm else 1}: nothing "
    message += "before it can learn"
    if prod(map(int, shape)) > 1 and "dim" in softmax.node.arguments:
        others = [at for at, size in enumerate(shape, 1) if size > 1]
        values = ", ".join(f"`dim: {at}` of {int(shape[at - 1])}" for at in others)
        return message, f"write the dimension of several values: {values}"
    own = "LogSigmoid" if logarithm else "Sigmoid"
    return message, f"use `{own}` for a single unit" + (
        "" if logarithm else ", with `BCELoss`; or none, with `BCEWithLogitsLoss`"
    )
