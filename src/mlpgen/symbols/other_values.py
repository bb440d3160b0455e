"""Other values of a parameter or a size, with which a network is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlpgen.symbols.lists import changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlpgen.symbols.expressions import Numbers


def other_values(value: Numbers) -> Sequence[Numbers]:
    """Return other values of the same type, the best first."""
    if isinstance(value, tuple):
        return _other_lists(value)
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, float):
        return [value / 2, value * 1.5] if value else [0.25]
    near = [value + 1, value // 2, 2 * value, value - 1, *([] if value else [4])]
    return [each for each in dict.fromkeys(near) if each >= 0 and each != value]


def _other_lists(value: tuple[Any, ...]) -> list[Numbers]:
    """Return lists of the same length and of others, the best first."""

    def changed(each: Any) -> Any:
        return other_values(each)[0]  # of a row, its first item

    every = [*changes(value, changed)]
    longer, shorter = (*value, changed(value[-1])), value[:-1]
    found = [every[0], longer, shorter, every[-1]]
    return [each for each in dict.fromkeys(found) if each]
