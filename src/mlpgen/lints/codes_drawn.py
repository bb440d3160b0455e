"""Codes that are drawn: a mean, and noise times a deviation, both of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.lints import kinds
from mlpgen.lints.linear_steps import step_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Flow, Operation, Source

NOISE = frozenset(("RandnLike", "Randn"))


class Code(NamedTuple):
    """A code that is drawn.

    Attributes:
        noise: What draws it.
        product: Noise times the deviation.
        deviation: The deviation.
        layer: The layer that the deviation is computed from.
        total: The sum of mean and noise.
        mean: The layer that the mean is computed from.
    """

    noise: Operation
    product: Operation
    deviation: Source
    layer: Operation
    total: Operation
    mean: Operation


def codes_of(flow: Flow) -> Iterator[Code]:
    """Yield the codes of a network whose mean and deviation are of layers."""
    for noise in flow.of(*NOISE):
        drawn = noise
        while kinds.is_single(drawn) and kinds.passes(drawn.users[0]):
            drawn = drawn.users[0]
        for product in drawn.users:
            others = [x for x in product.sources if x.operation is not drawn]
            layer = layer_of(others[0].operation) if len(others) == 1 else None
            if product.kind != "Mul" or layer is None:
                continue
            for total in product.users:
                means = [x for x in total.sources if x.operation is not product]
                mean = layer_of(means[0].operation) if len(means) == 1 else None
                if total.kind == "Add" and mean is not None:
                    yield Code(noise, product, others[0], layer, total, mean)


def layer_of(each: Operation | None) -> Operation | None:
    """Return the layer with weights that a value is computed from, step by step."""
    while each is not None and each.kind not in kinds.WEIGHTED:
        alone = len(kinds.values(each)) == 1 and not each.node.weights
        each = step_before(each) if alone else None
    return each
