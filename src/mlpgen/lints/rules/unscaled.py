"""Products of attention that are too large for their softmax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, spec
from mlpgen.graph.effects.arguments import dim_of
from mlpgen.lints import kinds
from mlpgen.lints.initial_values import Starts
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation
    from mlpgen.lints.rule import Subject

_WIDE = 256
"""From this width on, products of such queries and keys differ by 5 and more."""
_MASKS = frozenset(("MaskedFill",))
_PARTS = frozenset(("Chunk", "Split", "Unbind", "Select", "Slice"))


def _large(subject: Subject) -> Iterator[Finding]:
    starts = Starts(subject.model)
    for each in subject.flow.of("Softmax"):
        product = _product(each) if dim_of(each) == -1 else None
        if product is None or not _is_wide(product):
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


def _product(each: Operation) -> Operation | None:
    """Return the product of two values that a softmax is of, if only masks follow."""
    made = each.before
    while made is not None and (kinds.passes(made) or made.kind in _MASKS):
        made = made.before
    found = made is not None and made.kind in ("Matmul", "Bmm")
    return made if found else None


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
        _large,
        Explanation(
            "Products of attention that are not scaled",
            "A product of a query and a key is a sum of as many terms as they are "
            "wide, and grows with the root of that; a softmax of large numbers is all "
            "but 1 at one place, where it has no slope. So attention divides them by "
            "the root of the width (Vaswani et al., Attention is all you need, 2017, "
            "section 3.2.1). There is a warning from a width of 256, if both come "
            "from a `Linear` without an `init`; T5 scales its initial weights in the "
            "place of the products. How sure: very.",
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
