"""Rounds whose sizes are the items of a list: `widths[index]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.code_keys import code_key, node_key
from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import sizes_of
from mlpgen.symbols.expressions import Expression, ExpressionError
from mlpgen.symbols.item_sums import item_sum
from mlpgen.symbols.sizes import Size, of_sum, sum_of, with_value
from mlpgen.symbols.substitution import Replacements
from mlpgen.symbols.sum_arithmetic import added
from mlpgen.symbols.sum_functions import decided
from mlpgen.symbols.sums import Choice, Item, name
from mlpgen.symbols.sums import number as number_sum
from mlpgen.symbols.type_names import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.nodes import Maker, Node
    from mlpgen.graph.scope import Scope
    from mlpgen.layers.base import Shape, Value

_INDEX = name(INDEX)


def is_length(count: int) -> bool:
    """Return whether a number of rounds is the length of a list, which is never 0."""
    terms = sum_of(count).terms
    atoms = sum_of(count).atoms
    return [*terms.values()] == [1] and [_counts(each) for each in atoms] == [True]


def _counts(atom: object) -> bool:
    return isinstance(atom, Item) and atom.is_length


def one_before(value: Value, scope: Scope) -> Value:
    """Return what the round before returns, with this round's `index` in its sizes.

    Args:
        value: The same with its own `index`.
        scope: The scope of this round.
    """
    index: Any = scope.parameters[INDEX]
    number = Size(index - 1, added(_INDEX, number_sum(-1)))
    return value._replace(shape=at_index(value.shape, number, scope))


def at_index(shape: Sequence[int], index: int, scope: Scope) -> Shape:
    """Return sizes with another number of the round in its sizes.

    Raises:
        ExpressionError: It cannot be computed.
    """
    known = {
        name: Expression.parameter(name, value)
        for name, value in numbers(scope.parameters).items()
    }
    known[INDEX] = Expression(index)
    found = Replacements(known, meant=False)
    return tuple(with_value(found.of(size), int(size)) for size in shape)


def alike(rounds: Sequence[Node]) -> bool:
    """Return whether the same code makes all rounds but the first."""
    return len({node_key(each) for each in rounds[1:]}) == 1


def after_first(node: Node) -> Node:
    """Remove choices of the first round from the code of all others."""

    def change(size: int) -> int:
        terms = sum_of(size)
        for condition, holds in _AFTER_FIRST.items():
            terms = decided(terms, condition, holds=holds)
        return of_sum(int(size), terms)

    return _changed(node, change)


_AFTER_FIRST = {
    **dict.fromkeys([f"{INDEX} == 0", f"{INDEX} < 1"], False),
    **dict.fromkeys([f"{INDEX} > 0", f"{INDEX} != 0", f"{INDEX} >= 1"], True),
}
"""Conditions that are the same in all rounds after the first."""


def _changed(node: Node, change: Callable[[int], int]) -> Node:
    """Change all sizes in the code of a layer, not in loops with their own `index`."""

    def value(found: Any) -> Any:
        if isinstance(found, Size):
            return change(found)
        return tuple(map(value, found)) if type(found) is tuple else found

    def made(maker: Maker) -> Maker:
        inner = {key: made(each) for key, each in maker.inner.items()}
        arguments = {key: value(each) for key, each in maker.arguments.items()}
        return maker._replace(arguments=arguments, inner=inner)

    return node._replace(
        maker=made(node.maker),
        children=tuple(_changed(each, change) for each in node.children),
        rounds=tuple(
            each._replace(
                node=each.node if each.counted else _changed(each.node, change),
                times=value(each.times),
            )
            for each in node.rounds
        ),
    )


def follow_numbers(rounds: Sequence[Node], count: int) -> bool:
    """Return whether the same code makes rounds that have `index` in their input.

    A loop inside a round has an `index` of its own, which would hide it. If the number
    of rounds is fixed, it is worth it for lists only.

    Args:
        rounds: The rounds.
        count: Their number.
    """
    if not alike(rounds) or any(map(_has_loop, rounds)):
        return False
    atoms = (atom for size in sizes_of(rounds[-1]) for atom in sum_of(size).walk())
    return isinstance(count, Size) or any(isinstance(atom, Item) for atom in atoms)


def _has_loop(node: Node) -> bool:
    """Return whether rounds inside a layer count themselves."""
    inner = (*node.children, *(each.node for each in node.rounds))
    return any(each.counted for each in node.rounds) or any(map(_has_loop, inner))


def at_the_end(sizes: Sequence[int], count: int, last: int, scope: Scope) -> int | None:
    """Return the size after the last round, if it follows from the number of each.

    Args:
        sizes: The sizes after each round, with `index` in their code.
        count: The number of rounds.
        last: The size for the parameters' defaults.
        scope: The scope of the entry.
    """
    if len({*map(code_key, sizes)}) > 1:
        return None
    try:
        (size,) = at_index(sizes[:1], count - 1, scope)
    except ExpressionError:
        return None
    return with_value(size, last)


def runs_through(node: Node, count: int) -> bool:
    """Return whether a round takes the item of a list before its own, or a first size.

    Args:
        node: The round, whose sizes depend on whether it is the first.
        count: The number of rounds.
    """
    firsts: set[tuple[str, str]] = set()
    for size in sizes_of(node):
        total = sum_of(size)
        for atom in total.walk():
            if isinstance(atom, Choice):
                if total.atoms != [atom] or not _is_before(atom, count):
                    return False
                firsts.add((atom.one.key, atom.other.key))
    return len(firsts) == 1


def _is_before(choice: Choice, count: int) -> bool:
    """Return whether a choice is the item before, in a list as long as the rounds."""
    atoms = choice.other.atoms
    if len(atoms) != 1 or not isinstance(atoms[0], Item) or len(atoms[0].indices) > 1:
        return False
    before = item_sum(atoms[0].list, [added(_INDEX, number_sum(-1))])
    length = item_sum(atoms[0].list, [], length=True)
    return choice.other.key == before.key and sum_of(count).key == length.key
