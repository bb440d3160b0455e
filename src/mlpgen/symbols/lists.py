"""Lists of numbers: `depths[0]`, `stages[index][1]`, `len(depths)`.

Arithmetic is imported only where it is needed, as in `sizes`.
"""

from __future__ import annotations

from itertools import accumulate
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from mlpgen.symbols import operands
from mlpgen.symbols.expressions import (
    Expression,
    ExpressionError,
    Items,
    NotComputedError,
    is_whole,
)
from mlpgen.symbols.sizes import Size, sum_of
from mlpgen.symbols.type_names import TypeName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlpgen.symbols.expressions import Numbers
    from mlpgen.symbols.type_names import ParameterValue

DEEPEST = 8
"""The most brackets around a number on a command line; deeper lists are not read."""


def item(found: Expression, index: Expression) -> Expression:
    """Read one item of a list: a number, true or false, or a list.

    Raises:
        ExpressionError: It is not a list, or the index not a whole number.
        NotComputedError: The index is beyond the end.
    """
    values, number = found.value, index.value
    if not isinstance(values, tuple):
        raise ExpressionError("only a list has items")
    if not is_whole(number):
        raise ExpressionError("the index of a list is a whole number")
    count, place = len(values), int(number)
    if is_endless(values):
        place %= count
    if not -count <= place < count:
        many = f"{count} items" if count > 1 else "one item"
        said = f"`{found.code}` has {many}: there is no `[{place}]`"
        raise NotComputedError(said)
    value = values[place]
    if not isinstance(values, Items):
        if index.names:
            raise NotComputedError("the item of a list has no code")
        return value if isinstance(value, Expression) else Expression.constant(value)
    from mlpgen.symbols.item_sums import item_sum

    indices = (*values.indices, sum_of(number))
    if is_whole(value):
        return Expression(Size(value, item_sum(values.name, indices)))
    if isinstance(value, tuple):
        value = Items(value, values.name, indices, endless=values.endless)
    return Expression(value, operands.item(found.operand, index.operand))


def length(found: Expression) -> Expression:
    """Count the items of a list.

    Raises:
        ExpressionError: It is not a list.
    """
    values = found.value
    if not isinstance(values, tuple):
        raise ExpressionError("`len` takes a list")
    if not isinstance(values, Items):
        return Expression.constant(len(values))
    from mlpgen.symbols.item_sums import item_sum

    terms = item_sum(values.name, values.indices, length=True)
    return Expression(Size(len(values), terms))


def endless(value: ParameterValue) -> ParameterValue:
    """Return a list that begins again at its end; a number as it is."""
    if not isinstance(value, tuple):
        return value
    kept = (value.name, value.indices) if isinstance(value, Items) else ()
    return Items(map(endless, value), *kept, endless=True)


def is_endless(value: object) -> bool:
    """Return whether a value is a list that begins again at its end."""
    return isinstance(value, Items) and value.endless


def filled(value: Any, number: Any) -> Any:
    """Return a number, or a list in which each number is this one."""
    if isinstance(value, tuple):
        return tuple(filled(each, number) for each in value)
    return value if isinstance(value, bool) else type(value)(number)


def of_length(value: Any, count: int) -> tuple[Any, ...]:
    """Return a list with so many items, which begins again at its end."""
    return tuple(value[at % len(value)] for at in range(count))


def changes(value: Numbers, change: Callable[[Any], Any]) -> Iterator[Numbers]:
    """Yield a list with one item changed, for each item; of a number the number."""
    if not isinstance(value, tuple):
        yield change(value)
        return
    for at, each in enumerate(value):
        for other in changes(each, change):
            yield (*value[:at], other, *value[at + 1 :])


def read(text: str) -> tuple[Any, ...]:
    """Read a list as on a command line: `2,2,6,2`, `[[1,16],[6,24]]`.

    Raises:
        ValueError: It is no list.
    """
    import json

    depths = accumulate((sign == "[") - (sign == "]") for sign in text)
    if max(depths, default=0) > DEEPEST:
        raise ValueError("it is too deep")
    found = json.loads(f"[{text}]", parse_constant=_refused, parse_float=_finite)
    if len(found) == 1 and isinstance(found[0], list):
        (found,) = found
    return tuple(frozen(found))


def _finite(text: str) -> float:
    """Read a fraction; `1e999` would be infinite."""
    found = float(text)
    return found if isfinite(found) else _refused(text)


def _refused(text: str) -> NoReturn:
    raise ValueError(text)


def written(value: Numbers) -> str:
    """Write a list as on a command line."""
    import json

    text = json.dumps(value, separators=(",", ":"))
    return text if depth(value) > 1 else text.strip("[]")


def frozen(value: Any) -> Any:
    """Return a list of a spec as a tuple; with a fraction in it, all are fractions."""
    if not isinstance(value, list | tuple):
        return value
    if any(isinstance(each, float) for each in numbers(value)):
        return _fractions(value)
    return tuple(map(frozen, value))


def numbers(value: Any) -> list[Any]:
    """Return all numbers of a list, however deep; or a number alone."""
    if isinstance(value, list | tuple):
        return [number for each in value for number in numbers(each)]
    return [value]


def like(value: Any, default: ParameterValue) -> Any:
    """Return a value with the type of a parameter's default: fractions for `1`."""
    if isinstance(value, list | tuple):
        first = numbers(default)[0]
        found = tuple(like(each, first) for each in value)
        return endless(found) if is_endless(value) else found
    return value if isinstance(default, TypeName) else type(default)(value)


def fits(value: object, default: ParameterValue) -> bool:
    """Return whether a value has the type of a parameter's default."""
    if depth(value) != depth(default):
        return False
    if isinstance(default, tuple):
        kept = numbers(default)[0]
        return even(value) and all(fits(each, kept) for each in numbers(value))
    if isinstance(default, bool | TypeName) or isinstance(value, bool | TypeName):
        return type(value) is type(default)
    whole = isinstance(value, int)
    return whole or (isinstance(value, float) and isinstance(default, float))


def even(value: Any) -> bool:
    """Return whether a list is nowhere empty, and as deep everywhere."""
    if not isinstance(value, list | tuple):
        return True
    return len({*map(depth, value)}) == 1 and all(map(even, value))


def _fractions(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_fractions, value))
    return float(value) if is_whole(value) else value


def depth(value: Any) -> int:
    """Return how deep lists are nested in a list; 0 for a number."""
    if not isinstance(value, list | tuple):
        return 0
    return 1 + max(map(depth, value), default=0)
