"""Values of parameters to try, with which a layer runs that is left out now.

A layer with a false `when`, or with a `repeat` of 0, is left out; but its class has
code for it, since the code is the same for all arguments. That code is found with other
values, with which the layer runs.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from mlpgen.symbols.expressions import ExpressionError, is_whole
from mlpgen.symbols.lists import filled, of_length
from mlpgen.symbols.lists import numbers as numbers_in
from mlpgen.symbols.sizes import Size, with_value
from mlpgen.symbols.substitution import substituted
from mlpgen.symbols.type_names import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlpgen.graph.scope import Scope
    from mlpgen.graph.wires import Wire
    from mlpgen.spec.entries import Entry
    from mlpgen.symbols.expressions import Numbers

MOST = 16
"""The maximum number of trials for one layer."""
LONGEST = 64
"""The most items of a list in a trial."""
MOST_FLAGS = 3
"""The number of flags of which all combinations are tried."""
_NUMBERS = (2, 4, 8, 16, 64, 1, 3, 12, 6, 128, 0)
_LARGER = 16
"""The factor for image sizes, in case the image is too small."""

Values = dict[str, "Numbers"]


def examples(
    entry: Entry, scope: Scope, uses: Iterable[Mapping[str, Any]]
) -> Iterator[Scope]:
    """Yield the scopes of other uses of the block in which a layer runs.

    Args:
        entry: The layer.
        scope: The scope with values that leave the layer out.
        uses: The values of the other uses.
    """
    known = _known(scope)
    values = ({name: each.get(name, known[name]) for name in known} for each in uses)
    return _running(entry, scope, values)


def trials(entry: Entry, scope: Scope) -> Iterator[Scope]:
    """Yield scopes with other values, in which a layer runs."""
    asked = [entry.options[key] for key in ("when", "repeat") if key in entry.options]
    names = scope.names_behind(asked), scope.names_behind(entry.raw)
    values = scope.names_behind(asked) & scope.values.keys()
    texts = [*asked, *(scope.values[each] for each in sorted(values))]
    return _running(entry, scope, _others(texts, *names, _known(scope)))


def _known(scope: Scope) -> Values:
    """Return the numbers that code names; types of layers stay as they are."""
    every = numbers(scope.parameters)
    return {name: value for name, value in every.items() if name not in scope.fixed}


def _running(entry: Entry, scope: Scope, every: Iterable[Values]) -> Iterator[Scope]:
    tried: list[Values] = [_known(scope)]
    for each in every:
        values = {**scope.parameters, **each}
        within = scope._replace(parameters=values, found=scope.found.copy())
        if each not in tried and _runs(entry, within):
            tried.append(each)
            yield within
        if len(tried) > MOST:
            return


def _others(
    asked: list[Any], deciding: frozenset[str], used: frozenset[str], known: Values
) -> Iterator[Values]:
    """Yield other values of the parameters that decide whether a layer runs or fits.

    Args:
        asked: The texts that decide whether it runs.
        deciding: The names in them.
        used: The names in the whole entry.
        known: The values that it has now.
    """
    names = [name for name in known if name in deciding]
    flags = [name for name in names if isinstance(known[name], bool)][:MOST_FLAGS]
    counts = [name for name in names if not isinstance(known[name], bool)]
    counted = [n for n, v in known.items() if n in used and not isinstance(v, bool)]
    nothing = [name for name in counted if min(numbers_in(known[name])) <= 0]
    ends = ("_height", "_width", "_depth")
    sides = {n: v for n, v in known.items() if n.endswith(ends) and is_whole(v)}
    tried = list(dict.fromkeys([*near(asked), *_NUMBERS]))
    lists = [name for name in counts if isinstance(known[name], tuple)]
    changes: list[Sequence[str]] = [[each] for each in counts]
    changes += [counts, list(dict.fromkeys([*counts, *nothing]))]
    for larger, choice in product(
        (1, _LARGER), product((True, False), repeat=len(flags))
    ):
        begin = {**known, **dict(zip(flags, choice, strict=True))}
        begin |= {name: size * larger for name, size in sides.items()}
        yield begin
        for count in (n for n in tried if lists and 0 < n <= LONGEST):
            yield {**begin, **{n: of_length(known[n], count) for n in lists}}
        for number, change in product(tried, [nothing, *changes]):
            yield {**begin, **{n: filled(known[n], number) for n in change}}
        for number in tried:
            yield {**begin, **{n: filled(known[n], number) for n in counted}}


def near(asked: list[Any]) -> Iterator[int]:
    """Yield the numbers in a condition, and the numbers one above and below."""
    for text in asked:
        for each in re.findall(r"\b\d{1,6}\b", str(text)):
            yield from (int(each), int(each) + 1, int(each) - 1)


def _runs(entry: Entry, scope: Scope) -> bool:
    try:
        found = [
            _value(entry.options.get(key, default), scope)
            for key, default in (("when", True), ("repeat", 1))
        ]
    except ExpressionError:
        return False
    return found[0] is True and found[1] >= 1


def _value(said: Any, scope: Scope) -> Any:
    if not isinstance(said, str):
        return said
    return scope._replace(checked=True).evaluate(said).value


def arriving(wire: Wire, scope: Scope) -> Wire:
    """Return an input with the sizes that it has in a trial."""
    value = wire.value
    if value is None:
        return wire
    plain = {name: _plain(each) for name, each in numbers(scope.parameters).items()}
    shape = tuple(_moved(size, plain) for size in value.shape)
    return wire._replace(value=value._replace(shape=shape))


def _plain(value: Numbers) -> Numbers:
    return int(value) if isinstance(value, Size) else value


def _moved(size: int, values: Mapping[str, Numbers]) -> int:
    if not isinstance(size, Size):
        return size
    try:
        return with_value(size, substituted(size, values))
    except ExpressionError:
        return size
