"""Marks of what the seed has held out of data, so that a later look knows it again.

The seed gives other places as soon as there is one example more: what is held out then
was trained on before.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from data_common import Data

SOME_EXAMPLES = 1000
"""Of each part, whose values are looked at."""
SOME_VALUES = 64
"""Of each example."""


def parting(count: int, **marks: str) -> dict[str, Any]:
    """Tell how the seed has parted examples, for what is known of the data.

    Args:
        count: Of those that it has parted.
        marks: Of the parts that it has chosen, by their names; empty if it has not.
    """
    chosen = {name: mark for name, mark in marks.items() if mark}
    return {"parted": {"count": count, **chosen}}


def mark_of(things: Iterable[object]) -> str:
    """Mark things that are written as what they are; nothing if there are none."""
    text = "\n".join(map(str, things)).encode("utf-8", "surrogateescape")
    return sha256(text).hexdigest()[:16] if text else ""


def mark_of_data(data: Data) -> str:
    """Mark examples, as they are before anything is scaled."""
    step = max(len(data) // SOME_EXAMPLES, 1)
    lines = []
    for name, values in data.inputs().items():
        flat = values[::step].unsqueeze(-1).flatten(1)
        some = flat[:, :: max(flat.shape[1] // SOME_VALUES, 1)]
        lines += [f"{name} {row}" for row in some.tolist()]
    return mark_of(lines)


def parted_anew(was: Mapping[str, Any], now: Mapping[str, Any], part: str) -> str:
    """Say why a part that the seed holds out now may have been trained on.

    Args:
        was: What is known of the data that was trained on.
        now: What is known of that of today.
        part: "test" or "validation".

    Returns:
        The reason and what can be done; nothing if it is the same part, one that is
        given apart, or if the checkpoint is older than these marks.
    """
    before, today = was.get("parted"), now.get("parted", {})
    if before is None or part not in today or before.get(part) == today[part]:
        return ""
    counts = before.get("count"), today["count"]
    differs = f"it has {counts[1]:,} examples, not {counts[0]:,}"
    if counts[0] == counts[1]:
        differs = "other examples, another order, share or seed"
    return (
        f"the {part} is not what the training held out of the data ({differs}), so it "
        f"may have been trained on: use that data, or data with a {part} of its own"
    )
