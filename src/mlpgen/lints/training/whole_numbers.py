"""Numbers from 0 to 1 that are looked up as whole ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.diagnostics.explanations.explanation import Explanation, trained
from mlpgen.lints import kinds
from mlpgen.lints.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlpgen.graph.flow import Operation, Source
    from mlpgen.lints.rule import Subject

_TABLES = ("Embedding", "EmbeddingBag", "OneHot")
_SHARES = frozenset(("Sigmoid", "Hardsigmoid", "Softmax", "Rand", "RandLike"))
_KEPT = kinds.AVERAGE_POOLS | kinds.MAXIMUM_POOLS | {"Float", "Mean", "Interpolate"}
"""What leaves numbers from 0 to 1 such numbers, but no whole ones."""


def _looked_up(subject: Subject) -> Iterator[Finding]:
    for table in subject.flow.of(*_TABLES):
        cast = kinds.origin(table.before)
        while cast is not None and cast.kind != "Long" and kinds.passes(cast):
            cast = cast.before
        if cast is None or cast.kind != "Long":
            continue
        what = _share(cast.sources[0], subject)
        if what:
            yield Finding(
                f"`{cast.name}` makes whole numbers of {what}, which are numbers from "
                f"0 to 1: `{table.name}` gets next to nothing but 0",
                cast.node.path,
                cast.owner,
                help="multiply them by 255 before, or use a `Linear` instead",
            )


def _share(source: Source, subject: Subject) -> str:
    """Name numbers that are from 0 to 1, and not only these two; empty for others."""
    if not source.value.dtype.startswith("float"):
        return ""
    each: Operation | None = source.operation
    while each is not None and kinds.passes(each, _KEPT):
        source, each = each.sources[0], each.sources[0].operation
    if each is not None:
        return f"`{each.name}`" if each.kind in _SHARES else ""
    recipe = subject.model.recipe
    if recipe is None or recipe.settings.normalize is not None:
        return ""
    images = recipe.dataset.pictures and source.part in recipe.dataset.images
    return "images" if images else ""


_LAST = ("Embedding: {num_embeddings: 256, embedding_dim: 16}", "mean: 1", "Linear: 10")

RULES = (
    Rule(
        "MG576",
        "warning",
        _looked_up,
        Explanation(
            "Numbers from 0 to 1 that are looked up",
            "The training scripts give images as numbers from 0 to 1. As whole "
            "numbers all of them but pure white are 0, so that an `Embedding` looks up "
            "one row for everything; so it is with what a sigmoid or a softmax "
            "returns. Models of pixels count them from 0 to 255 (van den Oord et al., "
            "Pixel recurrent neural networks, arXiv:1601.06759). Silent behind `round` "
            "and comparisons, whose 0 and 1 are meant. It is certain that nearly all "
            "are 0. Multiply by 255 first, or give numbers to a `Linear` as they are.",
            trained("Flatten", "long", *_LAST),
            trained("Flatten", "mul: 255", "long", *_LAST),
        ),
    ),
)
