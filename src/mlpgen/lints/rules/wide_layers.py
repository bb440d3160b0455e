"""Layers with more weights than any memory has room for."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_MOST = 500_000_000
"""Five times the largest layer of VGG-16, which itself is 74 % of that network."""
_PASSED = kinds.ACTIVATIONS | kinds.NORMALIZATIONS


def _heavy(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Linear"):
        count = prod(map(int, each.node.weights.get("weight", ())))
        if count < _MOST or not _is_flat(each.before):
            continue
        values = int(each.node.input[-1])
        yield Finding(
            f"`{each.name}` has {count / 1e9:,.1f} billion weights, as {values:,} "
            "values of each example are left before it",
            each.node.path,
            each.owner,
            help="put pooling or strides before it, or `AdaptiveAvgPool2d`",
        )


def _is_flat(each: Operation | None) -> bool:
    """Tell whether values of several places are put in a row, and not mixed since."""
    while each is not None and kinds.passes(each, _PASSED):
        if len(each.node.output) < len(each.node.input):
            return True
        each = each.before
    return False


_LAYERS = ("Conv2d: {out_channels: 64, kernel_size: 3}", "ReLU")
_LAST = ("Flatten", "Linear: 1024", "ReLU", "Linear: 10")

RULES = (
    Rule(
        "MG574",
        "warning",
        _heavy,
        Explanation(
            "A layer of half a billion weights behind a picture",
            "A `Linear` behind `Flatten` has a weight for each value and each unit. "
            "Without pooling or strides before it the values are millions, and the "
            "weights billions, which Adam keeps four times. The largest layer of "
            "VGG-16 has 103 million behind five poolings, and later networks take the "
            "mean over all places (Lin et al., Network in network, arXiv:1312.4400). "
            "Named from 500 million; a head over a vocabulary is no such layer, as "
            "nothing is flattened before it. How sure: very.",
            spec(*_LAYERS, *_LAST, image="[3, 224, 224]"),
            spec(
                *_LAYERS,
                "AdaptiveAvgPool2d: 7",
                *_LAST,
                image="[3, 224, 224]",
            ),
        ),
    ),
)
