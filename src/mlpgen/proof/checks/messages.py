"""Numbers, shapes and errors as the messages of checks write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor


def dtype_name(tensor: Tensor) -> str:
    """Return the name of a dtype as specs write it."""
    return str(tensor.dtype).removeprefix("torch.")


def shape_shown(shape: Iterable[int | None]) -> str:
    """Format a claimed shape: `(N, 10)`; `(8N, 10)` where -8 is the batch."""
    sizes = [
        "N" if size is None else f"{-size}N" if size < 0 else str(size)
        for size in shape
    ]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def counted(count: int, thing: str) -> str:
    """Format a count with its noun: `1 key`, `2 keys`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def first_line(error: BaseException) -> str:
    """Return the type of an error and the first line of its message."""
    lines = [line.strip(" :") for line in str(error).splitlines() if line.strip(" :")]
    return ": ".join([type(error).__name__, *lines[:1]])[:200]
