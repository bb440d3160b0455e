"""Layers that read a value along other dimensions than its maker wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, block, spec
from mlpgen.layers.shapes import whole_shown
from mlpgen.lints.kinds import inherits
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.rules.axes import CHANNELS, PLACES, arriving, axes_of, convolves
from mlpgen.lints.written import argument, spot_of
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_WIDTHS = ("steps", "width", "width")


def _columns(subject: Subject) -> Iterator[Finding]:
    """Find normalizations over the width alone."""
    known = axes_of(subject.flow.operations)
    for each in subject.flow.of("LayerNorm", "RMSNorm"):
        shape = argument(each, "normalized_shape")
        alone = isinstance(shape, int) or len(shape) == 1
        axes = arriving(each.sources[0], known)
        if not alone or not axes.endswith(PLACES) or CHANNELS not in axes:
            continue
        value = each.sources[0].value
        what = _WIDTHS[min(len(axes), 4) - 2]
        yield spot_of(each, "normalized_shape", subject.sources).finding(
            f"`{each.name}` normalizes the {what} of {whole_shown(value)} alone, "
            "not the channels",
            help="`GroupNorm: 1` normalizes all channels and places; for the channels "
            "of each place, put them last by a `permute`",
        )


def _rows(subject: Subject) -> Iterator[Finding]:
    """Find linear maps of rows of what a block is given.

    Those of the model itself have a code of their own, as they can be mistakes.
    """
    known = axes_of(subject.flow.operations)
    for each in subject.flow.of("Linear"):
        if not each.owner or not _is_convolved(each):
            continue
        axes = arriving(each.sources[0], known)
        spot = spot_of(each, "in_features", subject.sources)
        if spot.path[-1] == "in_features" or not axes.endswith(PLACES):
            continue
        size, shape = int(each.node.input[-1]), whole_shown(each.node.inputs[0])
        yield spot.finding(
            f"`{each.name}` maps the last dimension only, {size} of {shape}",
            help="put a `Flatten` before it to use the whole example, or write its "
            "`in_features` if you mean it",
        )


def _is_convolved(operation: Operation) -> bool:
    """Return whether what arrives has the dimensions of a convolution or a picture."""
    before = operation.before
    while before is not None and before.node.input == before.node.output:
        cls = layer_class(before.node.type)
        if cls is None or cls.spatial:
            break
        before = before.before
    cls = None if before is None else layer_class(before.node.type)
    return before is None or (cls is not None and cls.spatial > 0)


def _sequences(subject: Subject) -> Iterator[Finding]:
    """Find layers that take channels for steps, or slide over channels."""
    known = axes_of(subject.flow.operations)
    for each in subject.flow.operations:
        if not each.sources:
            continue
        axes = arriving(each.sources[0], known)
        if each.kind in ("BatchNorm1d", "InstanceNorm1d") and axes[1:] == CHANNELS:
            if axes[0] != CHANNELS:
                yield _normalizes_steps(each, subject)
            continue
        if axes.startswith(CHANNELS + PLACES) and _loses_channels(each):
            yield spot_of(each, "dim", subject.sources).finding(
                f"`{each.name}` is over the channels: what is left says where, and not "
                "what is there",
                help="write the dimensions of the places, `dim: [2, 3]` of a picture",
            )
            continue
        if axes == PLACES + CHANNELS and _loses_features(each):
            yield spot_of(each, "dim", subject.sources).finding(
                f"`{each.name}` is over the features of each step: what is left is one "
                "number for each step",
                help="write `dim: 1` to take it over the steps",
            )
            continue
        if axes == CHANNELS + PLACES and _reads_steps(each):
            what = "takes channels for steps, and steps for features"
        elif axes == PLACES + CHANNELS and convolves(each) == 1:
            what = "slides over features, and takes steps for channels"
        else:
            continue
        value = whole_shown(each.sources[0].value)
        yield spot_of(each, "", subject.sources).finding(
            f"`{each.name}` {what}: its input is {value}",
            help="put `transpose: {dim0: 1, dim1: 2}` before it",
        )


def _normalizes_steps(each: Operation, subject: Subject) -> Finding:
    value = whole_shown(each.sources[0].value)
    return spot_of(each, "", subject.sources).finding(
        f"`{each.name}` takes steps for channels: its input is {value}",
        help="put `transpose: {dim0: 1, dim1: 2}` before and behind it, or write "
        "`LayerNorm`",
    )


def _loses_channels(operation: Operation) -> bool:
    """Tell whether channels are reduced to one, and a linear layer maps the rest."""
    if operation.kind not in ("Mean", "Sum"):
        return False
    dim, count = argument(operation, "dim"), len(operation.node.input)
    dims = dim if isinstance(dim, tuple) else (dim,)
    if argument(operation, "keepdim") or None in dims:
        return False
    if not any(each in (1, -count) for each in dims) or len(dims) >= count:
        return False
    after = operation
    while len(after.users) == 1 and after.users[0].kind in (
        "Dropout",
        "ReLU",
        "Flatten",
    ):
        after = after.users[0]
    return len(after.users) == 1 and after.users[0].kind == "Linear"


def _loses_features(operation: Operation) -> bool:
    """Tell whether features are reduced to one, and a linear layer mixes the steps."""
    if operation.kind not in ("Mean", "Amax", "Max", "Sum"):
        return False
    dim = argument(operation, "dim")
    if dim not in (-1, 2) or argument(operation, "keepdim"):
        return False
    after = operation
    while len(after.users) == 1 and after.users[0].kind in ("Dropout", "ReLU"):
        after = after.users[0]
    return len(after.users) == 1 and after.users[0].kind == "Linear"


def _reads_steps(operation: Operation) -> bool:
    cls = layer_class(operation.node.type)
    return operation.kind == "MultiheadAttention" or (
        cls is not None and inherits(cls, "Recurrent", "TransformerBlock")
    )


RULES = (
    Rule(
        "MG509",
        "warning",
        _columns,
        Explanation(
            "LayerNorm over the width of an image alone",
            "This is a warning. `LayerNorm` normalizes the last dimensions, by "
            "default the last one. Behind a convolution that is the width, (N, C, H, "
            "W), or the steps, (N, C, L): each row of each channel gets its own mean, "
            "and a weight for each column. Ba et al., Layer normalization (2016), "
            "normalize all features of an example, and ConvNeXt (Liu et al., 2022) "
            "the channels of each place, which are put last by a `permute`. How "
            "sure: hardly any network means it; one over time and frequency can.",
            spec("Conv2d: {out_channels: 8, kernel_size: 3}", "LayerNorm"),
            spec("Conv2d: {out_channels: 8, kernel_size: 3}", "GroupNorm: 1"),
        ),
    ),
    Rule(
        "MG511",
        "warning",
        _rows,
        Explanation(
            "A linear layer in a block, on an image or a signal",
            "This is a warning. `Linear` maps the last dimension. Of what a "
            "convolution returns, (N, C, H, W) or (N, C, L), that is one row, and each "
            "row gets the same map (https://docs.pytorch.org/docs/stable/generated/"
            "torch.nn.Linear.html). Mostly a `Flatten` is missing. Channels that a "
            "`permute` puts last and sequences are fine, and so is a layer whose "
            "`in_features` are written. Outside of blocks this is MG306. How sure: "
            "almost certain; a mixer of places without a view is the exception.",
            block("Linear: 10", name="Head", image="[1, 28, 28]"),
            block("Flatten", "Linear: 10", name="Head", image="[1, 28, 28]"),
        ),
    ),
    Rule(
        "MG518",
        "warning",
        _sequences,
        Explanation(
            "A sequence that is read along the wrong dimension",
            "This is a warning. Convolutions have channels first, (N, C, L), and "
            "recurrent layers, attention and embeddings have them last, (N, L, C) "
            "(https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html and "
            "torch.nn.LSTM.html with `batch_first`). Without a `transpose` between "
            "them, a recurrent layer walks along the channels, and a convolution "
            "slides over the numbers of an embedding, whose order means nothing; a "
            "mean over the last dimension takes that of the features of each step. How "
            "sure: almost certain; torch cannot tell, as the sizes fit.",
            spec(
                "Conv1d: {out_channels: 8, kernel_size: 3}",
                "LSTM: 16",
                image="[4, 32]",
            ),
            spec(
                "Conv1d: {out_channels: 8, kernel_size: 3}",
                "transpose: {dim0: 1, dim1: 2}",
                "LSTM: 16",
                image="[4, 32]",
            ),
        ),
    ),
)
