"""Products of vectors of length one, which are cosines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.effects.arguments import (
    argument,
    dim_of,
    from_last,
    number_of,
    one_dim_of,
)

if TYPE_CHECKING:
    from mlpgen.graph.flow import Operation, Source


def are_cosines(product: Operation) -> bool:
    """Tell whether a matrix product is of vectors whose length is one."""
    if len(product.sources) != 2:
        return False
    if product.kind == "Einsum":
        return _of_letters(product)
    left, right = product.sources
    column = -1 if len(right.value.shape) + right.value.batched == 1 else -2
    return _length_one(left) == -1 and _length_one(right) == column


def _of_letters(product: Operation) -> bool:
    """Tell whether an `einsum` sums over one dimension, and vectors have length one."""
    equation = argument(product, "equation")
    taken, arrow, kept = str(equation).replace(" ", "").partition("->")
    terms = taken.replace("...", "").split(",")
    summed = {*"".join(terms)} - {*kept}
    if not arrow or len(terms) != 2 or len(summed) != 1:
        return False
    (letter,) = summed
    pairs = zip(terms, product.sources, strict=True)
    return all(
        term.count(letter) == 1
        and _length_one(source) == term.index(letter) - len(term)
        for term, source in pairs
    )


def sums_cosines(total: Operation) -> bool:
    """Tell whether a sum is of products of vectors whose length is one."""
    made, along = total.before, one_dim_of(total)
    if made is None or made.kind != "Mul" or len(made.sources) != 2 or along is None:
        return False
    return all(_length_one(each) == along for each in made.sources)


def _length_one(source: Source) -> int | None:
    """Return the dimension along which vectors have a length of one, from the last."""
    made = source.operation
    if made is None:
        return None
    if made.kind == "Normalize":
        return dim_of(made) if number_of(made, "p") == 2 else None
    if made.kind == "Transpose":
        return _turned(made)
    if made.kind == "Unsqueeze":
        dim, at = _length_one(made.sources[0]), _added(made)
        return None if dim is None or at is None else dim - (at > dim)
    if made.kind == "Expand":
        return _length_one(made.sources[0])
    return _divided(made) if made.kind == "Div" else None


def _added(made: Operation) -> int | None:
    """Return the dimension that a function adds, counted from the last one."""
    dim = argument(made, "dim")
    return from_last(dim, made.node.value) if isinstance(dim, int) else None


def _turned(made: Operation) -> int | None:
    """Return the dimension behind a transposition."""
    before = made.sources[0]
    dim = _length_one(before)
    ends = argument(made, "dim0"), argument(made, "dim1")
    one, two = (from_last(int(end), before.value) for end in ends)
    return two if dim == one else one if dim == two else dim


def _divided(made: Operation) -> int | None:
    """Return the dimension of vectors that are divided by their lengths."""
    if len(made.sources) != 2:
        return None
    length, before = made.sources[1].operation, made.sources[0]
    while length is not None and length.kind in ("Unsqueeze", "Clamp", "Add", "Expand"):
        length = length.before
    if length is None or length.kind != "VectorNorm":
        return None
    if length.before is not before.operation:
        return None
    return one_dim_of(length) if number_of(length, "ord") in (None, 2) else None
