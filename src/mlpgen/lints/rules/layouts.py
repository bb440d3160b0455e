"""Pictures and signals whose channels stand last, and pictures lost at once."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.layers.shapes import whole_shown
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.rules.axes import convolves
from mlpgen.lints.written import argument, spot_of
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_COLORS = (1, 3, 4)
_LARGE = 16
"""A picture has as many rows and columns; so many channels a picture never has."""
_LONG, _TIMES = 64, 8
"""A signal is as long, and so many times as long as it has channels."""
_POOLS = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS
_EACH = _POOLS | kinds.ACTIVATIONS | kinds.BATCH_NORMS
_HUGE = 8
"""No network pools so many places at once before it goes on."""
_LEFT, _SEEN = 16, 256
"""So few places are nothing of a picture that has so many."""


def _last(subject: Subject) -> Iterator[Finding]:
    """Find what slides over rows and channels, as the channels of an input are last."""
    for each in subject.flow.operations:
        if not each.sources or each.sources[0].value.dtype != "float32":
            continue
        if kinds.origin(each.before) is not None:
            continue
        shape = [*map(int, each.sources[0].value.shape)]
        cls = layer_class(each.node.type)
        places = cls.spatial if cls is not None else 0
        places = 2 if each.kind == "BatchNorm2d" else places
        if places == 2 and len(shape) == 3 and _is_picture(shape):
            turn, what = "permute: [0, 3, 1, 2]", f"{shape[0]} rows for channels"
        elif each.before is None and convolves(each) == 1 and _is_signal(shape):
            turn = "transpose: {dim0: 1, dim1: 2}"
            what = f"{shape[0]} steps for channels"
        else:
            continue
        value = whole_shown(each.sources[0].value)
        yield spot_of(each, "", subject.sources).finding(
            f"`{each.name}` takes {what}: {_said(each)} is {value}",
            help=f"put `{turn}` before it, or {_other_way(each)}",
        )


def _said(each: Operation) -> str:
    return "the input" if each.before is None else f"what `{each.before.name}` gives"


def _other_way(each: Operation) -> str:
    """Say how the channels could stand first without a turn."""
    if each.before is None:
        return "the channels first in `input`"
    return f"let `{each.before.name}` leave the channels first"


def _is_picture(shape: list[int]) -> bool:
    rows, columns, colors = shape
    return min(rows, columns) >= _LARGE and colors in _COLORS


def _is_signal(shape: list[int]) -> bool:
    if len(shape) != 2:
        return False
    steps, channels = shape
    return steps >= max(_LONG, _TIMES * channels)


def _lost(subject: Subject) -> Iterator[Finding]:
    """Find pooling that leaves next to nothing of a picture before anything learns."""
    for each in subject.flow.of(*_POOLS, "Mean", "Amax"):
        first = each
        while first.before is not None and _is_alone(first.before):
            first = first.before
        given = [*map(int, first.node.input)]
        if first.before is not None or len(given) != 3 or not _is_all(each):
            continue
        channels = max(int(each.node.input[0]), 1)
        left = prod(map(int, each.node.output)) // channels
        if left > _LEFT or prod(given[1:]) < _SEEN:
            continue
        yield Finding(
            f"`{each.name}` leaves {whole_shown(each.node.value)} of the picture "
            f"{whole_shown(first.sources[0].value)} before any layer "
            "has seen two places of it together",
            each.node.path,
            each.owner,
            help="put convolutions before it",
        )


def _coarse(subject: Subject) -> Iterator[Finding]:
    """Find pooling of large parts in the middle of a network."""
    for each in subject.flow.of(*_POOLS):
        kernel = argument(each, "kernel_size")
        sides = kernel if isinstance(kernel, tuple) else (kernel,)
        if not all(isinstance(side, int) and side >= _HUGE for side in sides):
            continue
        left = prod(map(int, each.node.output[1:]))  # of one place, MG507 says more
        if left == 1 or argument(each, "stride") not in (None, kernel):
            continue
        after = each
        while kinds.is_single(after) and kinds.passes(after.users[0], _EACH):
            after = after.users[0]
        if kinds.is_single(after) and convolves(after.users[0]):
            yield spot_of(each, "kernel_size", subject.sources).finding(
                f"`{each.name}` makes one number of {' x '.join(map(str, sides))} "
                f"places at once, and `{after.users[0].name}` looks for more behind it",
                help="pool by 2, several times, with convolutions between",
            )


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _lost(subject)
    yield from _coarse(subject)


def _is_alone(each: Operation) -> bool:
    """Tell whether an operation mixes no places, or all of them blindly."""
    if kinds.passes(each, _EACH):
        return True
    return each.kind == "Conv2d" and not convolves(each) and len(each.sources) == 1


def _is_all(each: Operation) -> bool:
    """Tell whether nothing else looks at the picture."""
    taken = each
    while taken.before is not None:
        if not kinds.is_single(taken.before):
            return False
        taken = taken.before
    return _lonely(taken) and bool(each.users)


def _lonely(each: Operation) -> bool:
    return not any(
        len(user.sources) > 1
        for user in each.users
        if any(source.operation is None for source in user.sources)
    )


RULES = (
    Rule(
        "MG540",
        "warning",
        _last,
        Explanation(
            "Channels that stand last",
            "torch has the channels of a picture first, (N, C, H, W), and those of a "
            "signal, (N, C, L); Keras, NumPy and most files have them last. A "
            "convolution of (N, 32, 32, 3) takes the rows for channels, and slides "
            "over the columns and the three colors. Sizes fit, so nothing fails "
            "(https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html; "
            "Schoop et al., UMLAUT, 2021, name it among the most frequent errors). "
            "There is a warning for pictures of 1, 3 or 4 columns and many rows, also "
            "for those that a `permute` or a `reshape` made so, and "
            "for signals of at least 64 steps that are eight times as many as the "
            "channels. How sure: almost certain.",
            spec("Conv2d: {out_channels: 8, kernel_size: 3}", image="[32, 32, 3]"),
            spec("Conv2d: {out_channels: 8, kernel_size: 3}", image="[3, 32, 32]"),
        ),
    ),
    Rule(
        "MG541",
        "warning",
        _find,
        Explanation(
            "A picture that is pooled before anything has seen it",
            "A mean or a maximum over a whole picture, or over large parts of it, "
            "leaves a few numbers: its color, and nothing of what is on it. Behind "
            "convolutions a global mean is fine (Lin et al., Network in network, "
            "arXiv:1312.4400), as channels then say what is where; before them, no "
            "layer can bring back what is lost (Goodfellow et al., Deep Learning, 9.4, "
            "on pooling as a strong prior). There is a warning if at most 16 of at "
            "least 256 places are left, and nothing else looks at the picture; "
            "convolutions with a kernel of 1 see no two places together. How sure: "
            "very.",
            spec("AvgPool2d: 28", "Flatten", "Linear: 10"),
            spec("Conv2d: {out_channels: 8, kernel_size: 3}", "ReLU", "AvgPool2d: 26"),
        ),
    ),
)
