"""Activations that do nothing or harm, since an activation is right before them."""

from __future__ import annotations

from math import exp, inf, log1p, tanh
from typing import TYPE_CHECKING, NamedTuple

from mlpgen.diagnostics.advice import Advice, Removed
from mlpgen.diagnostics.diagnostic import Label
from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.training.last_layers import bending
from mlpgen.lints.written import argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_RANGES = {
    "ReLU": (0.0, inf),
    "ReLU6": (0.0, 6.0),
    "Softplus": (0.0, inf),
    "Sigmoid": (0.0, 1.0),
    "Hardsigmoid": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
    "Softsign": (-1.0, 1.0),
    "GELU": (-0.17, inf),
    "SiLU": (-0.28, inf),
    "Mish": (-0.31, inf),
    "Hardswish": (-0.375, inf),
}
"""What activations return; all others any number."""
_POOLS = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS | {"Mean", "Amax"}
_SAME_ABOVE = frozenset(("ReLU", "LeakyReLU", "PReLU", "RReLU", "ELU", "CELU"))
"""Activations that change nothing above 0."""
_BENDS: dict[str, Callable[[float], float]] = {
    "Sigmoid": lambda x: 1 / (1 + exp(-x)),
    "Tanh": tanh,
    "Softsign": lambda x: 1.0 if x == inf else x / (1 + abs(x)),
    "Hardsigmoid": lambda x: min(max(x / 6 + 0.5, 0.0), 1.0),
    "Softplus": lambda x: x if x == inf else log1p(exp(x)),
}
_SOFTMAX = frozenset(("Softmax", "LogSoftmax"))
_HALVED = frozenset(("ReLU", "ReLU6"))
"""Behind these, a gate is never below a half: it cannot close."""
_BOUNDED = frozenset(("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"))
"""Layers whose own last step is a tanh."""
_BOUNDS = frozenset(("Tanh", "Hardtanh"))
_ABOVE = frozenset(("ReLU", "ReLU6", "Sigmoid", "Hardsigmoid"))


class _Two(NamedTuple):
    """An activation behind an activation.

    Attributes:
        first: The activation that runs first.
        second: The other one.
        pooled: Whether there is pooling between them.
    """

    first: Operation
    second: Operation
    pooled: bool


def _twice(subject: Subject) -> Iterator[Finding]:
    activations = [*subject.flow.of(*kinds.ACTIVATIONS, *_SOFTMAX)]
    pairs = [each for each in map(_two, activations) if each and _is_fault(each)]
    if pairs:  # one finding is enough, and what it does to a loss tells more
        known = bending(subject)
        pairs = [each for each in pairs if not known & {each.first, each.second}]
    wrong = kinds.always([each.second for each in pairs], activations)
    for each in pairs:
        if each.second in wrong:
            yield _finding(each, subject)


def _two(second: Operation) -> _Two | None:
    """Return an activation with the one before it, if nothing else is between."""
    pooled = False
    each = second.before
    while each is not None and kinds.is_single(each) and len(each.sources) == 1:
        if each.kind in kinds.ACTIVATIONS or _is_clipped(each):
            return _Two(each, second, pooled)
        if _is_state(each, second):
            return _Two(each, second, pooled)
        pooled |= each.kind in _POOLS
        if not kinds.passes(each, _POOLS):
            return None
        each = each.before
    return None


def _is_state(each: Operation, second: Operation) -> bool:
    """Tell whether a result of a recurrent layer is between -1 and 1 already."""
    if each.kind not in _BOUNDED or second.kind not in _BOUNDS:
        return False
    if argument(each, "nonlinearity") == "relu" or argument(each, "proj_size"):
        return False
    parts = [source.part for source in second.sources]
    return not any(part in ("cell", "c_n") for part in parts)


def _is_clipped(each: Operation) -> bool:
    """Tell whether a `clamp` is what a ReLU is."""
    return each.kind == "Clamp" and argument(each, "min") == 0


def _is_fault(pair: _Two) -> bool:
    first, second, pooled = pair
    if kinds.is_gate(second):
        return first.kind in _HALVED and second.kind == "Sigmoid" and not pooled
    if second.kind in _SOFTMAX:
        return first.kind in _ABOVE and not pooled
    clips = second.kind == "Hardtanh" and _range(first)[0] >= 0
    return not clips


def _range(each: Operation) -> tuple[float, float]:
    if each.kind == "Hardtanh":
        return float(argument(each, "min_val")), float(argument(each, "max_val"))
    if each.kind == "Clamp":
        high = argument(each, "max")
        return 0.0, inf if high is None else float(high)
    return _RANGES.get(each.kind, (-inf, inf))


def _finding(pair: _Two, subject: Subject) -> Finding:
    first, second, _ = pair
    message, help = _effect(first, second)
    labels: tuple[Label, ...] = ()
    if kinds.place(first) != kinds.place(second):
        where = subject.sources.place(first.node.path, first.owner)
        labels = (Label(where, "the first of the two"),)
    return Finding(message, second.node.path, second.owner, help=help, labels=labels)


def _effect(first: Operation, second: Operation) -> tuple[str, str]:
    """Say what two activations in a row do, and how to mend it."""
    one, two = f"`{first.name}`", f"`{second.name}`"
    if first.kind in _BOUNDED:
        message = f"{two} bounds what {one} has put between -1 and 1 by a tanh"
        return message, Advice(f"leave out {two}", Removed(second.name))
    low, high = _range(first)
    if second.kind in _SOFTMAX:
        message = f"{two} sees nothing below 0, which {one} takes away"
        return message, f"leave out {one}"
    if low >= 0 and (second.kind in _SAME_ABOVE or _inside(second, high)):
        message = f"{two} does nothing: {one} returns nothing below 0"
        return message, Advice(f"leave out {two}", Removed(second.name))
    if second.kind in ("ReLU", "ReLU6"):
        if low < 0:
            message = f"{two} takes away what {one} returns below 0"
            return message, "leave out one of them"
        return f"{one} does nothing in front of {two}", f"leave out {one}"
    bend = _BENDS.get(second.kind)
    if bend is not None and max(-low, low, high if high < inf else low) < inf:
        message = f"{two} returns {_between(bend(low), bend(high))}, as {one} bounds "
        message += "what it gets"
        return message, f"leave out {one if second.kind == 'Sigmoid' else two}"
    return f"{two} follows another activation, {one}", "leave out one of them"


def _between(low: float, high: float) -> str:
    if high == inf:
        return f"nothing below {low:.2g}"
    return f"only values from {low:.2g} to {high:.2g}"


def _inside(second: Operation, high: float) -> bool:
    """Tell whether an activation returns numbers from 0 to a bound as they are."""
    return second.kind == "ReLU6" and high <= 6


def _middle(subject: Subject) -> Iterator[Finding]:
    """Yield each softmax whose result is only the input of another layer."""
    every = [*subject.flow.of("Softmax", "Softmax2d", "LogSoftmax")]
    for each in kinds.always(filter(_is_hidden, every), every):
        said = "is a softmax in the middle of the network: its values add up to 1, so "
        said += "that few are not small"
        if each.kind == "LogSoftmax":
            said = "makes logarithms of probabilities in the middle of the network"
        yield Finding(
            f"`{each.name}` {said}",
            each.node.path,
            each.owner,
            help="write `ReLU` instead",
        )


def _is_hidden(each: Operation) -> bool:
    """Tell whether a softmax stands between two layers that multiply by a matrix."""
    before, after = each.before, each
    while before is not None and _passes(before) and kinds.is_single(before):
        before = before.before
    while kinds.is_single(after) and _passes(after.users[0]):
        after = after.users[0]
    if before is None or not kinds.is_single(before) or not kinds.is_single(after):
        return False
    known = before.kind in kinds.WEIGHTED and after.users[0].kind in kinds.WEIGHTED
    if not known or kinds.INTENDED & {*kinds.words(before), *kinds.words(each)}:
        return False
    axis = 0 if before.kind in kinds.CONVOLUTIONS else -1
    sides = (before.node.input[axis], after.users[0].node.output[axis])
    return int(before.node.output[axis]) >= min(map(int, sides))


def _passes(each: Operation) -> bool:
    return kinds.passes(each, kinds.BATCH_NORMS)


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _twice(subject)
    yield from _middle(subject)


RULES = (
    Rule(
        "MG502",
        "warning",
        _find,
        Explanation(
            "An activation right behind an activation",
            "A ReLU of what a ReLU returned does nothing, also behind pooling, dropout "
            "and views. A sigmoid behind a ReLU returns nothing below 0.5, and behind "
            "another sigmoid only values from 0.5 to 0.73, so that no output can be "
            "near 0 or 1. A ReLU takes away what a Tanh or a LeakyReLU returns below "
            "0. A Tanh behind an LSTM bounds its state a second time. A softmax behind "
            "a ReLU can't give a class less than another with 0, and one between two "
            "layers leaves values that add up to 1. Gates, which others are multiplied "
            "by, are no such case, but for a sigmoid behind a ReLU, which never "
            "closes. Torch's pages give the formulas "
            "(https://docs.pytorch.org/docs/stable/nn.html). That it does nothing, or "
            "the range, is certain. Leave one of them out, or put the layer between "
            "them that is missing.",
            spec("Flatten", "Linear: 128", "ReLU", "ReLU", "Linear: 10"),
            spec("Flatten", "Linear: 128", "ReLU", "Linear: 10"),
        ),
    ),
)
