"""The rule that sizes follow from round to round, where a parameter says how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.graph.scope import INDEX
from mlpgen.sizes import Size, code_of, names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlpgen.expressions import Scalar
    from mlpgen.layers.base import Shape, Value

_PROBE = "round_size"


def probed(value: Value) -> Value:
    """Give every size of a tensor a name of its own."""
    shape = tuple(
        Size.parameter(f"{_PROBE}_{at}", int(size))
        for at, size in enumerate(value.shape)
    )
    return value._replace(shape=shape)


def behind(
    first: Shape,
    taken: Shape,
    given: Shape,
    count: int,
    parameters: Mapping[str, Scalar],
) -> Shape | None:
    """Say the sizes behind the last round; None if they follow no rule.

    Args:
        first: Behind the first round.
        taken: What a round takes, with a name for each size.
        given: What it gives then, in terms of them and of `index`.
        count: How many rounds there are.
        parameters: What other names in sizes stand for.
    """
    if len(first) != len(given) or len(taken) != len(given):
        return None
    found = []
    for begin, before, after in zip(first, taken, given, strict=True):
        if not _names(after):
            found.append(begin)
        elif not any(name.startswith(_PROBE) for name in _names(after)):
            step = _step(after, parameters)
            if step is None:
                return None
            found.append(begin + (count - 1) * step)
        else:
            step = after - before
            if _names(step):
                return None
            found.append(begin + (count - 1) * step)
    return tuple(found)


def _names(size: int) -> frozenset[str]:
    """Return what a size changes with from round to round."""
    return frozenset(
        name
        for name in names_of(code_of(size))
        if name == INDEX or name.startswith(_PROBE)
    )


def _step(size: int, parameters: Mapping[str, Scalar]) -> int | None:
    """Say by how much a size grows each round; None if not always by the same."""
    step: int = 0
    for factors, number in size.terms.items() if isinstance(size, Size) else ():
        left = list(factors)
        grown: int = number
        if INDEX in left:
            left.remove(INDEX)
            for name in left:
                value = parameters.get(name)
                if not isinstance(value, int):
                    return None
                grown = grown * Size.parameter(name, value)
            step = step + grown
        if any(INDEX in names_of(factor) for factor in left):
            return None
    return step
