"""One reason why a change breaks something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from mlpgen.diagnostics.diagnostic import Place

Category = Literal["code", "weights", "values"]
CATEGORIES: tuple[Category, ...] = ("code", "weights", "values")


class Break(NamedTuple):
    """What a change breaks.

    Attributes:
        category: For whom: code that uses the class, checkpoints, or outputs.
        message: What it is, on one line.
        place: The line of the new spec that does it.
        certain: Whether it breaks for certain, or may.
        training: Whether it is seen only in training, and not in evaluation.
        notes: Facts that explain it.
        help: What can be done.
    """

    category: Category
    message: str
    place: Place | None = None
    certain: bool = True
    training: bool = False
    notes: tuple[str, ...] = ()
    help: str = ""


def listed_few(names: list[str], most: int = 3) -> str:
    """Write names for people: the first few, and how many more there are."""
    shown = ", ".join(f"`{name}`" for name in names[:most])
    left = len(names) - most
    return f"{shown} and {left:,} more" if left > 0 else shown
