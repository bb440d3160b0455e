"""Weights of attention that are normalized over another dimension than they weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import dim_of
from mlpgen.lints import kinds
from mlpgen.lints.linear_steps import is_linear
from mlpgen.lints.rule import Finding, Rule
from mlpgen.lints.written import give, spot_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_PRODUCTS = frozenset(("Matmul", "Bmm"))
_HEADS = -3
"""The dimension of heads, before those of queries and keys."""
_MASKS = frozenset(("MaskedFill", "Clamp", "Tanh"))


def _across(subject: Subject) -> Iterator[Finding]:
    for each in subject.flow.of("Softmax"):
        if not _is_of_products(each):
            continue
        weighs = _weighed(each)
        dim = dim_of(each)
        over_heads = dim == _HEADS and len(each.node.output) == -_HEADS
        if weighs is None or dim is None:
            continue
        if {dim, weighs} != {-1, -2} and not over_heads:
            continue
        spot = spot_of(each, "dim", subject.sources)
        yield spot.finding(
            f"`{each.name}` is over dimension {dim}, but its weights are summed over "
            f"dimension {weighs}: those of a sum do not add up to 1",
            give(f"write `dim: {weighs}`", each, "dim", weighs, subject.sources),
        )


def _is_of_products(each: Operation) -> bool:
    """Tell whether a softmax is of products of two values of an example."""
    before = each.before
    while before is not None and kinds.is_single(before):
        if before.kind in _PRODUCTS:
            return all(source.value.batched for source in before.sources)
        if before.kind not in _MASKS and not is_linear(before):
            return False
        before = before.before
    return False


def _weighed(each: Operation) -> int | None:
    """Return the dimension over which the next product sums; None without one."""
    while kinds.is_single(each) and kinds.is_inert(each.users[0]):
        each = each.users[0]
    if not kinds.is_single(each) or each.users[0].kind not in _PRODUCTS:
        return None
    places = [source.operation for source in each.users[0].sources]
    return {(True, False): -1, (False, True): -2}.get(
        (places[0] is each, places[1] is each)
    )


RULES = (
    Rule(
        "MG528",
        "warning",
        _across,
        Explanation(
            "Weights of attention over the wrong dimension",
            "This is a warning. Attention takes the softmax of the products of queries "
            "and keys over the keys, which are the last dimension of `q @ k.T`, so "
            "that each query gets a mean of the values (Vaswani et al., Attention is "
            "all you need, 2017). Over the queries, the weights of a mean add up to "
            "any number, and the queries compete for each key. Silent where something "
            "is between the softmax and the product with the values, as in slot "
            "attention, which divides by the sum (Locatello et al., 2020), and for "
            "weights that are no products. Over the heads, a place counts in one head "
            "only if it does not in another. How sure: very.",
            spec(
                "Linear: 8\n    name: q",
                "Linear: 8\n    name: k\n    from: input",
                "transpose: {dim0: 1, dim1: 2}",
                "matmul:\n    from: [q, transpose_1]",
                "softmax: 1",
                "matmul:\n    from: [softmax_1, input]",
                image="[6, 8]",
            ),
            spec(
                "Linear: 8\n    name: q",
                "Linear: 8\n    name: k\n    from: input",
                "transpose: {dim0: 1, dim1: 2}",
                "matmul:\n    from: [q, transpose_1]",
                "softmax: -1",
                "matmul:\n    from: [softmax_1, input]",
                image="[6, 8]",
            ),
        ),
    ),
)
