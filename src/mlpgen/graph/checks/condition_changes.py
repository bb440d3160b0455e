"""Search for a parameter that changes a condition, and so a conditional size."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import combinations, islice, product
from typing import TYPE_CHECKING

from mlpgen.graph.entries.when_trial_values import near
from mlpgen.symbols.expressions import Expression, ExpressionError
from mlpgen.symbols.lists import changes, filled
from mlpgen.symbols.sizes import sum_of
from mlpgen.symbols.substitution import restated
from mlpgen.symbols.sums import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlpgen.symbols.expressions import Numbers

    Values = Mapping[str, Numbers]

MOST = 200
"""The number of values tried for one parameter, or for two together."""


def turning(
    sizes: Iterable[int], known: Values, differ: Callable[[Values], bool]
) -> str:
    """Return a parameter that makes sizes differ by changing a condition in them.

    Args:
        sizes: The sizes, which are equal with the current values.
        known: The parameters with their current values.
        differ: Returns whether the sizes differ with other values.

    Returns:
        The name; empty if there is none.
    """
    conditions = {each.code: each for size in sizes for each in _conditions(size)}
    asked = frozenset[str]().union(*(each.names for each in conditions.values()))
    numbers = [*near([*conditions]), 0, 1, 2]
    values = {
        name: [*dict.fromkeys(_others(value, numbers))]
        for name, value in known.items()
        if name in asked
    }
    for count in (1, 2):
        for names in combinations(values, count):
            for change in islice(product(*(values[each] for each in names)), MOST):
                changed = {**known, **dict(zip(names, change, strict=True))}
                if _turned(conditions.values(), changed) and differ(changed):
                    return names[0]
    return ""


def _conditions(size: int) -> Iterator[Expression]:
    """Yield the conditions in a size."""
    for atom in sum_of(size).walk():
        if isinstance(atom, Choice):
            yield atom.condition


def _others(value: Numbers, numbers: Iterable[int]) -> Iterator[Numbers]:
    """Yield other values of a parameter."""
    if isinstance(value, bool):
        yield not value
        return
    if isinstance(value, tuple):
        for number in numbers:
            yield filled(value, number)
            yield from changes(value, partial(filled, number=number))
        return
    for each in (*numbers, int(value) + 1, int(value) * 2, int(value) // 2):
        yield type(value)(each)
    if isinstance(value, float):
        yield from (value / 2, value * 1.5, 0.25, 0.75)


def _turned(conditions: Iterable[Expression], known: Values) -> bool:
    """Return whether a condition changes with these values."""
    for each in conditions:
        with suppress(ExpressionError):
            if restated(each, known).value != each.value:
                return True
    return False
