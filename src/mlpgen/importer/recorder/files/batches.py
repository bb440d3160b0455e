"""Files with a fixed batch run with another one: sizes that name it are changed."""

from __future__ import annotations

from math import prod
from typing import Any

SIZES = {"view", "reshape", "_unsafe_view", "expand", "zeros", "ones", "full", "repeat"}
"""Operators whose sizes may name the batch."""


def with_batch(
    kind: str, args: tuple[Any, ...], shape: tuple[int, ...], batches: tuple[int, int]
) -> tuple[Any, ...]:
    """Return the arguments of an operator for another batch.

    Args:
        kind: The operator.
        args: What it is called with.
        shape: The shape of its first argument, as the file has it.
        batches: The size of the batch in the file, and now.
    """
    if kind not in SIZES:
        return args
    one, other = batches
    at = 0 if kind in ("zeros", "ones", "full") else 1
    if len(args) <= at or not isinstance(args[at], list | tuple):
        return args
    sizes = [*args[at]]
    found = None
    if kind in ("view", "reshape", "_unsafe_view"):
        found = _reshaped(sizes, shape, tuple(args[0].shape), one)
    elif kind == "expand":
        grown = args[0].dim() == len(sizes) and sizes[0] != -1
        found = 0 if grown and sizes[0] == one else None
    elif kind != "repeat" and one > 1 and sizes[:1] == [one]:
        found = 0
    if found is None:
        return args
    sizes[found] = sizes[found] // one * other
    return (*args[:at], sizes, *args[at + 1 :])


def _reshaped(
    sizes: list[int], shape: tuple[int, ...], now: tuple[int, ...], batch: int
) -> int | None:
    """Return which of the new sizes has the batch; None if none or an open one has."""
    changed = [at for at, (a, b) in enumerate(zip(shape, now, strict=False)) if a != b]
    if not changed:
        return None
    if -1 in sizes:
        rest = prod(shape) // prod(each for each in sizes if each != -1)
        full = [rest if each == -1 else each for each in sizes]
    else:
        full = sizes
    before = prod(shape[: changed[0]])
    fits = [
        at
        for at, size in enumerate(full)
        if size % batch == 0
        and prod(full[:at]) <= before < prod(full[: at + 1]) * max(batch, 2)
    ]
    begin = [at for at in fits if prod(full[:at]) == before]
    exact = [at for at in begin if full[at] == batch]
    found = next(iter(exact or begin or fits), None)
    return None if found is None or sizes[found] == -1 else found
