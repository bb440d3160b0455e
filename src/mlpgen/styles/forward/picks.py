"""The code of a part that is computed from what a call returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlpgen.styles.brackets import brackets, items_of
from mlpgen.styles.code import Group

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlpgen.styles.code import Piece


def picked(pick: str, result: str, lengths: str = "") -> Piece:
    """Write the code of a part; a call can then be split over lines.

    Args:
        pick: See `Layer.picks`.
        result: The code of what the call returns.
        lengths: The variable of the lengths of a packed sequence.
    """
    if "(" not in pick:
        return pick.format(result)
    at = min(pick.index(bracket) for bracket in "([" if bracket in pick)
    pair = next(each for each in brackets(pick) if each.start == at)
    inner, end = pick[at + 1 : pair.end], pick[pair.end :]

    def filled(text: str) -> str:
        return text.format(result, lengths=lengths)

    items = tuple(_item(each, filled) for each in items_of(inner))
    return Group(filled(pick[: at + 1]), items, filled(end))


def _item(text: str, filled: Callable[[str], str]) -> Piece:
    if text.startswith("[") and text.endswith("]"):
        items = tuple(map(filled, items_of(text[1:-1])))
        return Group("[", items, "]", collection=True)
    return filled(text)
