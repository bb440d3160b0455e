"""Windows of convolutions and pooling: larger than what is there, or with gaps."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints.kinds import CONVOLUTIONS, TRANSPOSED
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, sizes, spot_of
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_DIMS = ("1d", "2d", "3d")
_POOLS = tuple(f"{kind}Pool{n}" for kind in ("Max", "Avg", "LP") for n in _DIMS)
_WINDOWS = CONVOLUTIONS | {*_POOLS}
_PADS = frozenset(
    ("Pad", *(f"{kind}Pad{n}" for kind in ("Zero", "Constant") for n in _DIMS))
)


class _Window(NamedTuple):
    """A window along one dimension.

    Attributes:
        size: What it slides over, without padding.
        places: The number of its positions.
        kernel: How many values it reads.
        stride: How far apart its positions are.
        padding: The zeros on the left.
        dilation: How far apart the values are that it reads.
    """

    size: int
    places: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def reach(self) -> int:
        """How many values are from its first to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def alive(self) -> int:
        """How many of its values are inside the image at some position."""
        return sum(map(self._is_alive, range(self.kernel)))

    def _is_alive(self, index: int) -> bool:
        first = index * self.dilation - self.padding
        last = first + (self.places - 1) * self.stride
        if last < 0 or first >= self.size:
            return False
        inside = first if first >= 0 else first % self.stride
        return inside < self.size

    @property
    def inside(self) -> int:
        """How many of its values can be inside the image at once."""
        return min(self.kernel, -(-self.size // self.dilation))

    @property
    def outgrows(self) -> bool:
        """Whether values at its rim are outside of the image wherever it is.

        A stride that leads from two values to one is common at the end of encoders.
        """
        if self.reach <= self.size or self.alive == self.kernel:
            return False
        return self.stride == 1 or self.reach > 2 * self.size

    @property
    def skipped(self) -> int:
        """How many values of each stride no position reads."""
        if self.reach >= self.size:
            return 0
        if self.kernel >= self.stride and self.dilation == 1:
            return 0
        read = range(0, self.kernel * self.dilation, self.dilation)
        return self.stride - len({index % self.stride for index in read})


def _windows(operation: Operation) -> list[_Window]:
    cls = layer_class(operation.node.type)
    count = cls.spatial if cls is not None else 0
    kernel = sizes(operation, "kernel_size", count)
    stride = argument(operation, "stride") or kernel
    padding = argument(operation, "padding") or 0
    dilation = argument(operation, "dilation") or 1
    given = (stride, padding, dilation)
    if isinstance(padding, str):
        given = (stride, 0, dilation)
    each = [x if isinstance(x, tuple) else (x,) * count for x in given]
    found = [
        _Window(int(size), int(places), *values)
        for size, places, *values in zip(
            operation.node.input[-count:],
            operation.node.output[-count:],
            kernel,
            *each,
            strict=True,
        )
    ]
    if padding == "same":
        return [one._replace(padding=(one.reach - 1) // 2) for one in found]
    return found


def _outgrown(subject: Subject) -> Iterator[Finding]:
    if subject.model.free:  # what is left depends on the input of each call
        return
    for each in subject.flow.operations:
        if each.kind in _PADS:
            yield from _blank(each, subject)
        if each.kind not in _WINDOWS or argument(each, "padding_mode") not in _ZEROS:
            continue
        windows = _windows(each)
        empty = next((one for one in windows if one.padding >= one.reach), None)
        if empty is not None:
            yield _whole_windows(each, empty, subject)
        elif _is_small_depthwise(each, windows):
            continue
        elif any(one.outgrows for one in windows) or _is_crowded(each, windows):
            yield _outgrowing(each, windows, subject)
        elif any(one.padding >= one.size for one in windows):
            yield _outweighing(each, subject, "padding")


_ZEROS = (None, "zeros")


def _is_small_depthwise(each: Operation, windows: list[_Window]) -> bool:
    """Tell whether a kernel of each channel is as large as ConvNeXt has it.

    All its stages have a kernel of 7, whatever is left of small pictures.
    """
    channels = int(each.node.input[0])
    alone = channels > 1 and argument(each, "groups") == channels
    return alone and all(
        one.reach <= _LARGE and one.places == one.size for one in windows
    )


def _whole_windows(each: Operation, one: _Window, subject: Subject) -> Finding:
    return spot_of(each, "padding", subject.sources).finding(
        f"`{each.name}` pads by {one.padding}, and its kernel spans {one.reach}: whole "
        "windows are zeros",
        help=f"write a padding of at most {(one.reach - 1) // 2}",
    )


def _is_crowded(operation: Operation, windows: list[_Window]) -> bool:
    """Return whether much of a kernel sees padding wherever it is.

    A kernel of 3 on 2 x 2 values is no such one: networks for images of 32 x 32 end so.
    """
    if "Conv" not in operation.kind or any(one.stride > 1 for one in windows):
        return False
    inside = prod(one.inside for one in windows)
    few = inside < _CROWDED * prod(one.kernel for one in windows)
    larger = [one for one in windows if one.reach > one.size]
    large = any(one.kernel > max(one.size, _LARGE) for one in larger)
    return (few and len(larger) == len(windows)) or large


_CROWDED = 0.4
"""The share of a kernel of 3 x 3 that is inside of 2 x 2 values is larger."""
_LARGE = 7
"""The largest kernel that networks slide over whatever is left."""


def _outgrowing(each: Operation, windows: list[_Window], subject: Subject) -> Finding:
    left = " x ".join(str(one.size) for one in windows)
    all_ = prod(one.kernel for one in windows)
    dead = all_ - prod(one.alive for one in windows)
    outside = all_ - prod(one.inside for one in windows)
    what = "weights of a kernel" if "Conv" in each.kind else "values of a window"
    seen = f"{dead} of {all_} {what} only ever see padding"
    if not dead:
        seen = f"at least {outside} of {all_} {what} see padding, wherever it is"
    return spot_of(each, "kernel_size", subject.sources).finding(
        f"the kernel of `{each.name}` is larger than the {left} that are left: {seen}",
        help="make the image smaller later, or use a smaller kernel",
    )


def _outweighing(each: Operation, subject: Subject, name: str) -> Finding:
    left = " x ".join(str(int(size)) for size in each.node.input[1:])
    return spot_of(each, name, subject.sources).finding(
        f"the padding of {_shown(argument(each, name))} of `{each.name}` outweighs the "
        f"{left} that it surrounds",
        help="write a smaller padding",
    )


def _blank(each: Operation, subject: Subject) -> Iterator[Finding]:
    """Find a layer that surrounds values by more than three times as many zeros."""
    name = "pad" if each.kind == "Pad" else "padding"
    given = argument(each, name)
    places = [int(size) for size in each.node.input[1:]]
    count = 2 * len(places)
    around = (given,) * count if isinstance(given, int) else given
    if len(around) > count or argument(each, "mode") not in (None, "constant"):
        return
    sides = [
        (max(min(pair), 0), size)
        for *pair, size in zip(
            around[::2], around[1::2], reversed(places), strict=False
        )
    ]
    share = prod(size / (size + 2 * zeros) for zeros, size in sides)
    if share < _SURROUNDED or any(zeros >= size for zeros, size in sides):
        yield _outweighing(each, subject, name)


_SURROUNDED = 0.25
"""The share of values that is left of a picture of digits behind a padding of 14."""


def _idle(subject: Subject) -> Iterator[Finding]:
    """Yield pooling of single values, which the author has written as such."""
    for each in subject.flow.of(*_POOLS):
        spot = spot_of(each, "kernel_size", subject.sources)
        given = subject.sources.written(spot.path, each.owner)
        alone = all(one.kernel == one.stride == 1 for one in _windows(each))
        if alone and not isinstance(given, str) and not each.node.maker.variable:
            yield spot.finding(
                f"`{each.name}` does nothing: its windows have one value",
                "write a larger `kernel_size`, or leave it out",
            )


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _gaps(subject)
    yield from _idle(subject)


def _gaps(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.operations:
        spread = each.kind in TRANSPOSED
        if each.kind not in _WINDOWS and not spread:
            continue
        windows = _windows(each)
        if not _is_first(each, subject) or any(one.kernel > 1 for one in windows):
            windows = [one for one in windows if one.kernel > 1]
        for one in windows:
            if spread:
                one = one._replace(size=one.places)
            if one.skipped:
                yield _skipping(each, one, subject, spread=spread)
                break


def _is_first(each: Operation, subject: Subject) -> bool:
    """Tell whether a convolution is all that looks at an input of the network."""
    image = each.sources[0]
    if image.operation is not None or each.kind not in CONVOLUTIONS:
        return False
    every = subject.flow.operations
    return not any(image in other.sources for other in every if other is not each)


def _skipping(
    each: Operation, one: _Window, subject: Subject, *, spread: bool
) -> Finding:
    name = "stride" if one.stride > one.kernel else "dilation"
    dilated = f" with a dilation of {one.dilation}" if one.dilation > 1 else ""
    places = _PLACES[len(each.node.input) - 2]
    what = "nothing is written to" if spread else "are never looked at"
    help = f"write a stride of at most {one.kernel}"
    return spot_of(each, name, subject.sources).finding(
        f"`{each.name}` moves its kernel of {one.kernel}{dilated} by {one.stride}: "
        f"{one.skipped} of each {one.stride} {places} {what}",
        help=help if one.dilation == 1 else "dilate with a stride of 1",
    )


_PLACES = ("steps", "rows or columns", "planes, rows or columns")


def _shown(value: object) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)


RULES = (
    Rule(
        "MG507",
        "warning",
        _outgrown,
        Explanation(
            "A kernel or a padding larger than what is left of the image",
            "This is a warning. Each stride makes the image smaller, and padding hides "
            "that a kernel does not fit any more: of a kernel of 3 on 1 x 1 values, "
            "eight of nine weights see zeros only, and a padding as large as the "
            "kernel makes whole windows of zeros. Chen et al., Rethinking atrous "
            "convolution (2017, section 3.3), show that such a kernel degenerates to "
            "one of 1 x 1. A kernel of exactly the size that is left is fine. How "
            "sure: the weights that are counted get no gradient but weight decay; the "
            "network can be right without them.",
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3}",
                "MaxPool2d: 26",
                "Conv2d: {out_channels: 16, kernel_size: 3, padding: 1}",
            ),
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3}",
                "MaxPool2d: 2",
                "Conv2d: {out_channels: 16, kernel_size: 3, padding: 1}",
            ),
        ),
    ),
    Rule(
        "MG508",
        "warning",
        _find,
        Explanation(
            "A stride that skips values, or a window of one",
            "This is a warning. If a window moves further than it is wide, what lies "
            "between two positions never reaches the network; behind a transposed "
            "convolution nothing is written there. A stride of at most the kernel "
            "reads each value. Kernels of 1 are left alone inside of a network: they "
            "skip on purpose in the shortcuts of residual networks (He et al., Deep "
            "residual learning, 2016). Pooling with windows of one value and a stride "
            "of 1 returns what it gets. How sure: the values are certainly skipped; a "
            "network can bear it if neighbours are alike (a stride of 5 over a kernel "
            "of 2 took a classifier of digits from 0.90 to 0.65 in a trial).",
            spec("Conv2d: {out_channels: 8, kernel_size: 2, stride: 5}"),
            spec("Conv2d: {out_channels: 8, kernel_size: 2, stride: 2}"),
        ),
    ),
)
