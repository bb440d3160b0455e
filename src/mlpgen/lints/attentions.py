"""Attentions of a network, be they layers, functions or spelled out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlpgen.graph.effects.arguments import argument, dim_of, number_of
from mlpgen.lints import kinds
from mlpgen.lints.elements import element

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.graph.flow import Operation, Source

_PRODUCTS = frozenset(("Matmul", "Bmm"))
_SCALES = frozenset(("Mul", "Div", "Clamp", "Tanh", "Float", "Add", "MaskedFill"))
_HIDES = -1000.0


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
            flags = mask.value.dtype == "bool"
            causal |= _is_causal(mask, bool if flags else _is_low)
        return Attention(query, key, value, causal)
    if each.kind == "ScaledDotProductAttention":
        causal = argument(each, "is_causal") is True
        if len(each.sources) > 3:
            mask = each.sources[3]
            flags = mask.value.dtype == "bool"
            causal |= _is_causal(mask, _is_false if flags else _is_low)
        query, key, value = each.sources[:3]
        return Attention(query, key, value, causal)
    return _by_hand(each) if each.kind in _PRODUCTS else None


def _by_hand(product: Operation) -> Attention | None:
    """Return what a product of weights and values attends to."""
    weights = kinds.origin(product.sources[0].operation)
    if len(product.sources) != 2 or weights is None or weights.kind != "Softmax":
        return None
    if dim_of(weights) != -1:
        return None
    each, causal = weights.before, False
    while each is not None and (each.kind in _SCALES or kinds.passes(each)):
        if each.kind == "MaskedFill" and (number_of(each, "value") or 0) < _HIDES:
            causal |= _is_causal(each.sources[-1], bool)
        elif each.kind == "Add":
            causal |= _is_causal(each.sources[-1], _is_low)
        each = each.before
    if each is None or each.kind not in _PRODUCTS or len(each.sources) != 2:
        return None
    query, key = each.sources
    return Attention(query, key, product.sources[1], causal)


def _is_low(x: float) -> bool:
    return x < _HIDES


def _is_false(x: float) -> bool:
    return x == 0


def _is_causal(mask: Source, hides: Callable[[float], bool]) -> bool:
    """Tell whether a mask hides all from the first step but itself."""
    shape = [*map(int, mask.value.shape)]
    if len(shape) < 2 or shape[-1] != shape[-2]:
        return False
    first = (0,) * (len(shape) - 1)
    seen = [element(mask, (*first, at)) for at in {0, 1, shape[-1] - 1}]
    hidden = [x is not None and hides(x) for x in seen]
    return hidden == [False, *(True for _ in hidden[1:])]
