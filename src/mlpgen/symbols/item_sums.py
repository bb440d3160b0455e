"""Items and lengths of lists as sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.symbols.sum_arithmetic import added
from mlpgen.symbols.sums import Item, made, number, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.symbols.sums import Sum


def item_sum(name: str, indices: Sequence[Sum], *, length: bool = False) -> Sum:
    """Return an item of a list, or the length of a list, as a sum.

    Args:
        name: The list.
        indices: The indices, the outermost first.
        length: Whether it is the length of that item.
    """
    inner: list[Sum] = []
    for each in indices:
        inner.append(_from_the_end(name, inner, each))
    text = f"{name}{''.join(f'[{each.key}]' for each in inner)}"
    atom = Item(short(f"len({text})" if length else text))
    atom.list, atom.indices, atom.is_length = name, (*inner,), length
    found = made(atom, *inner)
    atom.names |= {name}
    atom.weight += 1
    return found


def _from_the_end(name: str, before: Sequence[Sum], index: Sum) -> Sum:
    """Write the index of the last item as -1; a list is never empty.

    The item before it has no other index: in a list of one item, it is that item.
    """
    if name not in index.names:
        return index
    rest = added(index, item_sum(name, before, length=True), -1).constant
    return number(-1) if rest == -1 else index
