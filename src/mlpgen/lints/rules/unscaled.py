"""Products of attention that are too large for their softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import dim_of, number_of
from mlpgen.lints import kinds
from mlpgen.lints.attentions import PRODUCTS, scores_of
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.attentions import Scores
    from mlpgen.lints.rule import Subject

_WIDE = 256
"""From this width on, products of such queries and keys differ by 5 and more."""
_GROWS, _LEAST = 1.5, 8
"""A factor of products that are at least so wide, with which they only grow."""
_PARTS = frozenset(("Chunk", "Split", "Unbind", "Select", "Slice"))


def _find(subject: Subject) -> Iterator[Finding]:
    yield from _large(subject)
    yield from _grown(subject)


def _large(subject: Subject) -> Iterator[Finding]:
    starts = Starts(subject.model)
    for each in subject.flow.of("Softmax"):
        scores = scores_of(each) if dim_of(each) == -1 else None
        product = _product(scores)
        if scores is None or product is None or not _is_wide(product):
            continue
        if not all(map(_is_plain, scores.steps)):
            continue
        origins = [_origin(source.operation) for source in product.sources]
        if all(made is not None and not starts.of(made) for made in origins):
            width = int(product.sources[0].value.shape[-1])
            yield Finding(
                f"`{each.name}` gets products of {width} numbers that are not scaled "
                "down: nearly all its weight is on one of them",
                each.node.path,
                each.owner,
                help=f"put `mul: {width**-0.5:.4g}` before it",
            )


def _grown(subject: Subject) -> Iterator[Finding]:
    """Yield products that are multiplied where they should be divided."""
    for each in subject.flow.of("Softmax", "ScaledDotProductAttention"):
        if each.kind == "Softmax":
            product, factor, scale = _scaled(each)
            at = scale
        else:
            product, at = each, each
            factor = number_of(each, "scale") or 0.0
        if product is None or at is None or not _is_of_layers(product):
            continue
        width = int(product.sources[0].value.shape[-1])
        if factor < _GROWS or width < _LEAST:
            continue
        yield Finding(
            f"`{at.name}` multiplies products of {width} numbers by {factor:.4g}: "
            "nearly all the weight of a softmax is on one of them",
            at.node.path,
            at.owner,
            help=f"divide them by the root of their width: `mul: {width**-0.5:.4g}`",
        )


def _scaled(each: Operation) -> tuple[Operation | None, float, Operation | None]:
    """Return the product before a softmax, its factor, and what multiplies."""
    scores, factor, scale = scores_of(each), 1.0, None
    for step in scores.steps if scores else ():
        if step.kind in ("Mul", "Div") and len(step.sources) == 1:
            number = number_of(step, "other") or 0.0
            factor *= number if step.kind == "Mul" else 1 / number if number else 0.0
            scale = step
        elif not _is_plain(step):
            return None, factor, scale
    return _product(scores), factor, scale


def _is_of_layers(product: Operation) -> bool:
    origins = [_origin(source.operation) for source in product.sources[:2]]
    return len(origins) == 2 and None not in origins


def _product(scores: Scores | None) -> Operation | None:
    """Return the product of two values that scores are made of."""
    if scores is None or scores.product.kind not in PRODUCTS:
        return None
    return scores.product


def _is_plain(step: Operation) -> bool:
    return kinds.passes(step) or step.kind == "MaskedFill"


def _is_wide(product: Operation) -> bool:
    batched = all(source.value.batched for source in product.sources)
    return batched and int(product.sources[0].value.shape[-1]) >= _WIDE


def _origin(each: Operation | None) -> Operation | None:
    """Return the linear layer that a value is, or is a part of."""
    made = kinds.origin(each, _PARTS)
    return made if made is not None and made.kind == "Linear" else None


RULES = (
    Rule(
        "MG536",
        "warning",
        _find,
        Explanation(
            "Products of attention that are not scaled",
            "A product of a query and a key is a sum of as many terms as they are "
            "wide, and grows with the root of that; a softmax of large numbers is all "
            "but 1 at one place, where it has no slope. So attention divides them by "
            "the root of the width (Vaswani et al., Attention is all you need, 2017, "
            "section 3.2.1). There is a warning from a width of 256, if both come from "
            "a `Linear` without an `init`; T5 scales its initial weights in the place "
            "of the products. From a width of 8, products are named that are "
            "multiplied by the root where they should be divided. How sure: very.",
            spec(
                "Linear: 256\n    name: q",
                "Linear: 256\n    name: k\n    from: input",
                "transpose: {dim0: 1, dim1: 2}",
                "matmul:\n    from: [q, transpose_1]",
                "softmax: -1",
                "matmul:\n    from: [softmax_1, input]",
                image="[6, 8]",
            ),
            spec(
                "Linear: 256\n    name: q",
                "Linear: 256\n    name: k\n    from: input",
                "transpose: {dim0: 1, dim1: 2}",
                "matmul:\n    from: [q, transpose_1]",
                "mul: 0.0625",
                "softmax: -1",
                "matmul:\n    from: [softmax_1, input]",
                image="[6, 8]",
            ),
        ),
    ),
)
