"""What each kind of operation makes of units: a rule a kind, in files by family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.functions import FUNCTIONS
from mlpgen.layers import LAYERS
from mlpgen.migration.rules import arrangement, elementwise, matrices, norms, recurrent
from mlpgen.migration.rules.attention import attention, transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlpgen.migration.step import Shapes, Step

    Rule = Callable[[Step], dict[str, Shapes]]


def rule_of(kind: str) -> Rule:
    """Return the rule of a kind of operation: `Conv2d`, `Add`."""
    return _RULES.get(kind, as_it_is)


def as_it_is(step: Step) -> dict[str, Shapes]:
    """Follow an operation without a rule of its own: nothing may change."""
    step.same_but()
    step.weights()
    step.buffers_by_size()
    found = step.unchanged()
    wide = [each for each in step.takes if not each.same]
    if wide:
        return step.by_size(f"`{step.new.kind}` over a size that changes")
    return found if step.fits(found) else step.by_size("its result has another size")


def _named(*families: str) -> Iterable[str]:
    """Return the kinds in some families of the catalogue."""
    modules = {name.lower(): name for name in LAYERS}
    for family in families:
        for catalogue in (LAYERS, FUNCTIONS):
            for name in catalogue.families.get(family, ()):
                kind = catalogue[name].__name__
                yield modules.get(kind.lower(), kind)


_ELEMENTWISE = {
    *_named("activation_relu", "activation_leaky", "activation_smooth"),
    *_named("activation_other", "elementwise", "trigonometry", "activation"),
    *_named("casting"),
} - {"GLU", "PReLU"}
_TOGETHER = {*_named("arithmetic", "comparison")} - {
    *("Bilinear", "CosineSimilarity", "PairwiseDistance")
}
_CHANNELWISE = {*_named("pooling", "adaptive_pooling", "padding"), "Upsample"}

_RULES: dict[str, Rule] = {
    **dict.fromkeys(_ELEMENTWISE, elementwise.alone),
    **dict.fromkeys(_TOGETHER, elementwise.together),
    **dict.fromkeys(_CHANNELWISE, elementwise.channels),
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), matrices.convolution),
    **dict.fromkeys(
        ("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"), matrices.transposed
    ),
    **dict.fromkeys(
        (
            *("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"),
            *("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"),
        ),
        norms.per_channel,
    ),
    **dict.fromkeys(("LayerNorm", "RMSNorm"), norms.over_features),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), recurrent.recurrent),
    **dict.fromkeys(("Flatten", "Unflatten", "Reshape", "View"), arrangement.reshaped),
    **dict.fromkeys(("Mean", "Sum", "Amax", "Amin"), arrangement.reduced),
    **dict.fromkeys(
        ("TransformerEncoderLayer", "TransformerDecoderLayer", "TransformerEncoder"),
        transformer,
    ),
    "Linear": matrices.linear,
    "Embedding": matrices.embedding,
    "Parameter": matrices.parameter,
    "Buffer": matrices.buffer,
    "PReLU": elementwise.sloped,
    "GroupNorm": norms.over_groups,
    "Cat": arrangement.concatenated,
    "Permute": arrangement.permuted,
    "Transpose": arrangement.transposed,
    "Select": arrangement.selected,
    "Softmax": elementwise.softmax,
    "LogSoftmax": elementwise.softmax,
    "MultiheadAttention": attention,
}
