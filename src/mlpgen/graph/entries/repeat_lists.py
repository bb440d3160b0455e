"""Rounds whose sizes are the items of a list: `widths[index]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.graph.code_keys import code_key
from mlpgen.graph.scope import INDEX
from mlpgen.graph.used_parameters import sizes_of
from mlpgen.symbols.item_sums import item_sum
from mlpgen.symbols.sizes import Size, of_sum, replaced, sum_of
from mlpgen.symbols.sum_arithmetic import added
from mlpgen.symbols.sum_functions import decided
from mlpgen.symbols.sums import Choice, Item, name, number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlpgen.graph.nodes import Maker, Node
    from mlpgen.symbols.sums import Sum

_INDEX = name(INDEX)


def is_length(count: int) -> bool:
    """Return whether a number of rounds is the length of a list, which is never 0."""
    terms = sum_of(count).terms
    atoms = sum_of(count).atoms
    return [*terms.values()] == [1] and [_counts(each) for each in atoms] == [True]


def _counts(atom: object) -> bool:
    return isinstance(atom, Item) and atom.is_length


def by_round(node: Node, index: int) -> Node:
    """Write the items that a round takes from the one before it by `index`.

    Args:
        node: The round; its other items are already written so.
        index: Its number.
    """
    if index == 0:
        return node
    return _changed(node, lambda size: _shifted(size, index - 1, -1))


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
    """Change all sizes in the code of a layer."""

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
            each._replace(node=_changed(each.node, change), times=value(each.times))
            for each in node.rounds
        ),
    )


def _shifted(size: int, at: int, by: int) -> int:
    """Write items with a number as their index by `index`.

    Args:
        size: The size.
        at: The number.
        by: The difference between the number and that of the round.
    """
    if not isinstance(size, Size):
        return size

    def again(each: Any) -> Any:
        if not isinstance(each, Item) or not each.indices:
            return each
        first, *others = each.indices
        if first.constant != at:
            return each
        indices = [added(_INDEX, number(by)), *others]
        return item_sum(each.list, indices, length=each.is_length)

    return replaced(size, {}, again)


def at_the_end(sizes: Sequence[int], end: Sum, last: int) -> int | None:
    """Return the size after the last round, if each is the same item of a list.

    Args:
        sizes: The sizes after each round.
        end: The number of the last round.
        last: The size after it.

    Returns:
        None if they do not follow from lists.
    """
    found = [_shifted(size, index, 0) for index, size in enumerate(sizes)]
    if len({*map(code_key, found)}) > 1:
        return None
    after = replaced(found[0], {INDEX: end}, lambda each: each)
    return of_sum(int(last), sum_of(after))


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
    before = item_sum(atoms[0].list, [added(_INDEX, number(-1))])
    length = item_sum(atoms[0].list, [], length=True)
    return choice.other.key == before.key and sum_of(count).key == length.key
