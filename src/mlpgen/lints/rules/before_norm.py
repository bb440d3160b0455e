"""What batch normalization takes away, or gets in training only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, give, spot_of
from mlpgen.spec.types import layer_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_DROPOUTS = frozenset(("Dropout", "Dropout1d", "Dropout2d", "Dropout3d"))
_HIGH = 0.5
"""The rates that networks have are at most this."""


def _dropouts(subject: Subject) -> Iterator[tuple[Operation, Operation, float]]:
    """Yield dropouts that a batch normalization follows, with it and the rate."""
    for each in subject.flow.of(*kinds.BATCH_NORMS):
        if not argument(each, "track_running_stats"):
            continue
        before = _nearest(each)
        if before is not None and before.kind in kinds.WEIGHTED:
            before = _nearest(before)
        if before is not None and before.kind in _DROPOUTS:
            rate = argument(before, "p")
            if isinstance(rate, float | int) and 0 < rate < 1:
                yield before, each, rate


def _nearest(each: Operation) -> Operation | None:
    """Return what is before a layer, and what keeps the share of zeros."""
    before = each.before
    while before is not None and _keeps_share(before):
        before = before.before
    return before


def _keeps_share(operation: Operation) -> bool:
    """Return whether what a layer returns has zeros where its input has them."""
    cls = layer_class(operation.node.type)
    arranges = cls is not None and cls.arranges
    return arranges or operation.kind in ("ReLU", "LeakyReLU", "ReLU6", "PReLU")


def _rates(subject: Subject, *, high: bool) -> Iterator[Finding]:
    for dropout, norm, rate in _dropouts(subject):
        if (rate > _HIGH) != high:
            continue
        more = 1 / (1 - rate)
        yield spot_of(dropout, "p", subject.sources).finding(
            f"`{norm.name}` learns the variance of what `{dropout.name}` leaves, which "
            f"grows {more:.3g} times in training, and not in evaluation",
            help=f"put `{dropout.name}` behind the batch normalization"
            if high
            else "put it behind the last batch normalization",
        )


def _high(subject: Subject) -> Iterator[Finding]:
    yield from _rates(subject, high=True)


def _usual(subject: Subject) -> Iterator[Finding]:
    yield from _rates(subject, high=False)


def _biases(subject: Subject) -> Iterator[Finding]:
    """Find biases that each use of their layer loses in a normalization."""
    nodes = [(each.owner, each.node) for each in subject.flow.operations]
    shared = {(owner, x) for owner, node in nodes for x in (node.shared, node.tied)}
    weighted = subject.flow.of(*kinds.WEIGHTED)
    own = [each for each in weighted if (each.owner, each.node.name) not in shared]
    for each in kinds.always(filter(_loses_bias, own), own):
        yield spot_of(each, "bias", subject.sources).finding(
            f"`{each.users[0].name}` takes the bias of `{each.name}` away with the "
            "mean",
            help=_without_bias(each, subject),
        )


def _without_bias(each: Operation, subject: Subject) -> str:
    """Return the help, with its edit if nothing can refer to the bias."""
    help = "write `bias: false`: the normalization has a bias of its own"
    entry = subject.sources.written(each.node.path, each.owner)
    keys = {*entry} if isinstance(entry, dict) else set()
    recipe = subject.model.recipe
    named = subject.model.rules or (recipe is not None and recipe.groups)
    if named or keys & {"init", "share", "parametrize"}:
        return help
    return give(help, each, "bias", False, subject.sources)


def _loses_bias(operation: Operation) -> bool:
    if argument(operation, "bias") is not True or operation.returned:
        return False
    if len(operation.users) != 1:
        return False
    norm = operation.users[0]
    spatial = operation.kind != "Linear"
    if norm.kind in kinds.BATCH_NORMS:
        return spatial or len(operation.node.output) == 1
    if norm.kind in kinds.INSTANCE_NORMS:
        return spatial and not argument(norm, "track_running_stats")
    return False


RULES = (
    Rule(
        "MG517",
        "warning",
        _high,
        Explanation(
            "Dropout with a high rate before batch normalization",
            "This is a warning. In training, dropout makes the variance of what it "
            "returns larger, 1 / (1 - p) times for a mean of zero, and the running "
            "variance of a batch normalization behind it learns that; in evaluation "
            "dropout is off, and the variance is another one; a linear layer or a "
            "convolution between the two passes it on. Li et al., Understanding the "
            "disharmony between dropout and batch normalization by variance shift "
            "(2019), measure the loss and put dropout behind the last batch "
            "normalization. For usual rates, to 0.5, it is a hint (MG582). How sure: "
            "the shift is certain; how much it costs depends on the network.",
            spec("Flatten", "Linear: 64", "Dropout: 0.9", "BatchNorm1d", "ReLU"),
            spec(
                "Flatten",
                "Linear: {out_features: 64, bias: false}",
                "BatchNorm1d",
                "ReLU",
                "Dropout: 0.5",
            ),
        ),
    ),
    Rule(
        "MG581",
        "hint",
        _biases,
        Explanation(
            "A bias that a normalization takes away",
            "This is a hint. Batch normalization subtracts the mean of each channel, "
            "and with it any bias that the layer before it added; its own bias comes "
            "after. The parameter does nothing and does no harm. Ioffe and Szegedy, "
            "Batch normalization (2015, section 3.2), leave it out. How sure: "
            "certain.",
            spec("Conv2d: {out_channels: 8, kernel_size: 3}", "BatchNorm2d"),
            spec(
                "Conv2d: {out_channels: 8, kernel_size: 3, bias: false}",
                "BatchNorm2d",
            ),
        ),
    ),
    Rule(
        "MG582",
        "hint",
        _usual,
        Explanation(
            "Dropout before batch normalization",
            "This is a hint. The variance that batch normalization learns behind a "
            "dropout is that of training, where values are missing and the others "
            "larger, and in evaluation it is another one (Li et al., Understanding "
            "the disharmony between dropout and batch normalization by variance "
            "shift, 2019). With usual rates networks bear it, such as wide residual "
            "networks; above 0.5 it is a warning (MG517). How sure: the shift is "
            "certain, and mostly small.",
            spec(
                "Flatten",
                "Linear: {out_features: 64, bias: false}",
                "Dropout: 0.2",
                "BatchNorm1d",
            ),
            spec(
                "Flatten",
                "Linear: {out_features: 64, bias: false}",
                "BatchNorm1d",
                "Dropout: 0.2",
            ),
        ),
    ),
)
