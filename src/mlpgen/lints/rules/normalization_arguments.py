"""Arguments with which a normalization does not normalize."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import number_of
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import argument, give, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_LAST_BATCH = 0.9
"""A momentum from which on hardly more than the last batch counts."""
_LARGE_EPS = 0.1
"""Values behind a layer seldom have a variance of more than 1."""


class _Fault(NamedTuple):
    """An argument that is wrong.

    Attributes:
        name: The argument.
        effect: What it does.
        better: A value that is right.
        why: What is to be known for it.
    """

    name: str
    effect: str
    better: float
    why: str = ""


def _find(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.operations:
        if each.kind not in kinds.NORMALIZATIONS:
            continue
        for fault in (_of_momentum(each), _of_eps(each)):
            if fault is not None:
                yield _finding(each, fault, subject)


def _of_momentum(each: Operation) -> _Fault | None:
    momentum = number_of(each, "momentum")
    if not argument(each, "track_running_stats") or momentum is None:
        return None
    if momentum == 0:
        effect = "never changes its running mean and variance from 0 and 1: evaluation "
        return _Fault("momentum", f"{effect}normalizes nothing", 0.1)
    if momentum < _LAST_BATCH:
        return None
    effect = f"takes its mean and variance for evaluation to {momentum:.0%} from the "
    kept = round(1 - momentum, 12) or 0.1
    why = ": it is the share of the new batch, and not of what came before"
    return _Fault("momentum", f"{effect}last batch", kept, why)


def _of_eps(each: Operation) -> _Fault | None:
    eps = number_of(each, "eps")
    if eps == 0:
        effect = "divides 0 by 0 where all values are equal: they become nan"
        return _Fault("eps", effect, 1e-5)
    if eps is None or eps < _LARGE_EPS:
        return None
    much = "nothing" if eps >= 1 else "little"
    effect = f"adds {eps:.4g} to each variance before it divides: {much} is normalized"
    return _Fault("eps", effect, 1e-5)


def _finding(each: Operation, fault: _Fault, subject: Subject) -> Finding:
    help = f"write `{fault.name}: {fault.better:g}`{fault.why}"
    return spot_of(each, fault.name, subject.sources).finding(
        f"`{each.name}` {fault.effect}",
        give(help, each, fault.name, fault.better, subject.sources),
    )


def _chain(norm: str) -> str:
    return spec("Conv2d: {out_channels: 8, kernel_size: 3, bias: false}", norm, "ReLU")


RULES = (
    Rule(
        "MG522",
        "warning",
        _find,
        Explanation(
            "A normalization that does not normalize",
            "This is a warning. In evaluation, batch normalization uses a running mean "
            "and variance; `momentum` is the share that a new batch has in them "
            "(https://docs.pytorch.org/docs/stable/generated/"
            "torch.nn.BatchNorm2d.html). With 0 they stay 0 and 1, and with 0.9 or "
            "more evaluation depends on the last batch; in Keras the argument of this "
            "name is the other share, 0.99, which is 0.01 here. `eps` only keeps the "
            "division finite, and is 0.001 or less in papers: about as large as the "
            "variance (`BatchNorm1d: {eps: 0.8}`, where a momentum of 0.8 was meant), "
            "it is what is divided by, and 0 gives nan where all values are "
            "equal, as behind a ReLU that is 0. How sure: certain.",
            _chain("BatchNorm2d: {momentum: 0.99}"),
            _chain("BatchNorm2d: {momentum: 0.01}"),
        ),
    ),
)
