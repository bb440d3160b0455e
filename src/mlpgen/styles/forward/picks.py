"""The code of a part that is computed from what a call returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    inner, end = _closed(pick[at + 1 :])

    def filled(text: str) -> str:
        return text.format(result, lengths=lengths)

    items = tuple(_item(each, filled) for each in _split(inner))
    return Group(filled(pick[: at + 1]), items, filled(end))


def _item(text: str, filled: Callable[[str], str]) -> Piece:
    if text.startswith("[") and text.endswith("]"):
        items = tuple(map(filled, _split(text[1:-1])))
        return Group("[", items, "]", collection=True)
    return filled(text)


def _closed(text: str) -> tuple[str, str]:
    """Split a text before the bracket that closes the one before it."""
    depth = 0
    for at, sign in enumerate(text):
        if sign in ")]" and depth == 0:
            return text[:at], text[at:]
        depth += (sign in "([") - (sign in ")]")
    raise ValueError(f"no bracket closes {text}")


def _split(text: str) -> list[str]:
    """Split a text at the commas that are in no brackets."""
    found, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return [each.strip() for each in found]
