"""Groups of channels that never meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_KEPT = kinds.ACTIVATIONS | kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS | kinds.PADS
_KEPT |= kinds.BATCH_NORMS | kinds.INSTANCE_NORMS
_FEW = 4
"""AlexNet has two groups in a row."""


def _apart(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of(*kinds.CONVOLUTIONS):
        groups = _groups(each)
        if groups < _FEW or not _is_last(each):
            continue
        first, count, bent = each, 1, False
        before = each.before
        while before is not None and kinds.is_single(before):
            if before.kind in kinds.CONVOLUTIONS and _groups(before) == groups:
                first, count = before, count + 1
            elif before.kind not in _KEPT and not kinds.is_inert(before):
                break
            bent |= before.kind in kinds.ACTIVATIONS
            before = before.before
        if count > 1 and bent:
            yield spot_of(first, "groups", subject.sources).finding(
                f"the {groups} groups of channels of `{first.name}` to `{each.name}` "
                "never meet: no layer sees two of them together",
                help="put a convolution with a kernel of 1 behind each, or a "
                "`ChannelShuffle` between them",
            )


def _groups(each: Operation) -> int:
    found = argument(each, "groups")
    return int(found) if isinstance(found, int) else 1


def _is_last(each: Operation) -> bool:
    """Tell whether a pool over all places, or the output, is what comes next."""
    while kinds.is_single(each):
        each = each.users[0]
        if each.kind in ("Flatten", "Mean", "Amax") or "Adaptive" in each.kind:
            return True
        if each.kind not in _KEPT and not kinds.is_inert(each):
            return False
    return each.returned


RULES = (
    Rule(
        "MG544",
        "warning",
        _apart,
        Explanation(
            "Groups of channels that never meet",
            "With `groups`, each group of channels is convolved by itself, and a "
            "depthwise convolution has one channel in each. Where such layers follow "
            "one another, what is in two channels is never seen together before the "
            "classifier adds them up. So MobileNet puts a convolution with a kernel "
            "of 1 behind each (Howard et al., arXiv:1704.04861), and ShuffleNet "
            "shuffles channels between groups (Zhang et al., arXiv:1707.01083, "
            "section 3.1). There is a warning from four groups, if at least two such "
            "layers with an activation between are the last ones. How sure: very.",
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3, groups: 8}",
                "ReLU",
                "Conv2d: {out_channels: 8, kernel_size: 3, groups: 8}",
                "AdaptiveAvgPool2d: 1",
                image="[8, 28, 28]",
            ),
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3, groups: 8}",
                "Conv2d: {out_channels: 8, kernel_size: 1}",
                "ReLU",
                "Conv2d: {out_channels: 8, kernel_size: 3, groups: 8}",
                "Conv2d: {out_channels: 8, kernel_size: 1}",
                "AdaptiveAvgPool2d: 1",
                image="[8, 28, 28]",
            ),
        ),
    ),
)
