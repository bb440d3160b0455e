"""Attentions of a network, be they layers, functions or spelled out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.effects.arguments import argument, dim_of, number_of
from mlpgen.lints import kinds
from mlpgen.lints.elements import element

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.flow import Operation, Source

PRODUCTS = frozenset(("Matmul", "Bmm"))
"""Products of two values that both depend on the example."""
MASKS = frozenset(("MaskedFill", "Where", "Add", "Sub"))
"""What hides scores, or adds to them."""
_CHANGES = MASKS | {"Mul", "Div", "Clamp", "Tanh", "Float"}
_HIDES = -1000.0
"""A number below this, added to a score, leaves no weight in a softmax."""


class Scores(NamedTuple):
    """The scores that a softmax makes weights of.

    Attributes:
        product: What made them of queries and keys.
        steps: What changes or only moves them, from the softmax back to the product.
    """

    product: Operation
    steps: tuple[Operation, ...]


def scores_of(softmax: Operation) -> Scores | None:
    """Return the scores that a softmax gets; None if they are of no product."""
    steps = []
    each = softmax.before
    while each is not None and each.kind not in PRODUCTS | {"Einsum"}:
        if not (each.kind in _CHANGES or kinds.passes(each)):
            return None
        steps.append(each)
        each = _changed(each)
    return None if each is None else Scores(each, tuple(steps))


def _changed(step: Operation) -> Operation | None:
    """Return what made the scores that a step changes."""
    if step.kind != "Where":
        return step.before
    return step.sources[-1 if "input" in step.node.arguments else 1].operation


def is_low(x: float) -> bool:
    """Tell whether a number that is added to a score hides it."""
    return x < _HIDES


def is_false(x: float) -> bool:
    """Tell whether a number of a mask is false."""
    return x == 0


def hides_added(mask: Source) -> Callable[[float], bool]:
    """Return how a mask of torch's layers hides: true, or far below 0."""
    return bool if mask.value.dtype == "bool" else is_low


def hides_kept(mask: Source) -> Callable[[float], bool]:
    """Return how a mask of torch's function hides: false, or far below 0."""
    return is_false if mask.value.dtype == "bool" else is_low


class Attention(NamedTuple):
    """An attention.

    Attributes:
        query: What asks.
        key: What it is compared with.
        value: What is summed.
        causal: Whether a step sees nothing that is later.
    """

    query: Source
    key: Source
    value: Source
    causal: bool


def attention_of(each: Operation) -> Attention | None:
    """Return what an operation attends to; None if it is no attention."""
    if each.kind == "MultiheadAttention":
        named = each.node.call.named
        given = each.sources[: len(each.sources) - len(named)]
        query, key, value = given[0], given[1 % len(given)], given[-1]
        causal = bool(each.node.call.causal)
        if "attn_mask" in named:
            mask = each.sources[named["attn_mask"]]
            causal |= _is_causal(mask, hides_added(mask))
        return Attention(query, key, value, causal)
    if each.kind == "ScaledDotProductAttention":
        causal = argument(each, "is_causal") is True
        if len(each.sources) > 3:
            causal |= _is_causal(each.sources[3], hides_kept(each.sources[3]))
        query, key, value = each.sources[:3]
        return Attention(query, key, value, causal)
    return _by_hand(each) if each.kind in PRODUCTS else None


def _by_hand(product: Operation) -> Attention | None:
    """Return what a product of weights and values attends to."""
    weights = kinds.origin(product.sources[0].operation)
    if len(product.sources) != 2 or weights is None or weights.kind != "Softmax":
        return None
    if dim_of(weights) != -1:
        return None
    scores = scores_of(weights)
    if scores is None or scores.product.kind not in PRODUCTS:
        return None
    if len(scores.product.sources) != 2:
        return None
    causal = False
    for each in scores.steps:
        if each.kind == "MaskedFill" and is_low(number_of(each, "value") or 0):
            causal |= _is_causal(each.sources[-1], bool)
        elif each.kind == "Add":
            causal |= _is_causal(each.sources[-1], is_low)
        elif each.kind in MASKS:
            return None
    query, key = scores.product.sources
    return Attention(query, key, product.sources[1], causal)


def _is_causal(mask: Source, hides: Callable[[float], bool]) -> bool:
    """Tell whether a mask hides all from the first step but itself."""
    shape = [*map(int, mask.value.shape)]
    if len(shape) < 2 or shape[-1] != shape[-2]:
        return False
    first = (0,) * (len(shape) - 1)
    seen = [element(mask, (*first, at)) for at in {0, 1, shape[-1] - 1}]
    hidden = [x is not None and hides(x) for x in seen]
    return hidden == [False, *(True for _ in hidden[1:])]
