"""What lies far outside of the numbers of a training, where a model only guesses.

This module needs no torch.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from table_columns import Column, values_of_part

if TYPE_CHECKING:
    from polars import Series

Ranges = dict[str, list[list[float]]]
"""The least and the largest number of columns, or of each part of their dates."""
SAID_FAR = 10
"""Columns of which a line says what lies far outside; one line counts the others."""


def taken_ranges(columns: dict[str, dict[str, Any]]) -> Ranges:
    """Take the ranges of numbers out of what is known of columns.

    They are kept beside it, since runs of older scripts have none, and are told apart
    from others by what is known of their columns.
    """
    return {
        name: [part.pop("range") for part in known.get("parts", {name: known}).values()]
        for name, known in columns.items()
        if "categories" not in known
    }


def far_numbers(
    columns: dict[str, Column], about: dict[str, dict[str, Any]], ranges: Ranges
) -> list[str]:
    """Say which numbers lie far outside of the training, a line for each column.

    Args:
        columns: The columns.
        about: What is known of them.
        ranges: What they were in training; runs of older scripts do not tell it.
    """
    lines = []
    for name, known in about.items():
        if "categories" in known:
            continue
        pairs = zip(known.get("parts", ("",)), ranges.get(name, ()), strict=False)
        found = [
            far_part(values_of_part(columns[name], part), part, *ends)
            for part, ends in pairs
        ]
        if any(found):
            lines.append(f"{name}: {'; '.join(filter(None, found))}")
    more = len(lines) - SAID_FAR
    if more > 1:
        rest = f"{more:,} more columns have numbers far outside of those in training"
        lines = [*lines[:SAID_FAR], rest]
    return lines


def far_part(values: "Series", part: str, least: float, most: float) -> str:
    """Say which numbers lie far outside of those of the training; empty if none do.

    What is as far beyond them as they are apart is; if all were the same, another one.

    Args:
        values: Numbers, or a part of dates; null is missing.
        part: Its name; empty for numbers.
        least: The least number of the training.
        most: The largest one.
    """
    low, high = 2 * least - most, 2 * most - least
    ends: Any = values.min(), values.max()
    if ends[0] is None or (low <= ends[0] and ends[1] <= high):
        return ""
    far = values.filter((values < low) | (values > high))
    rows = "1 row" if len(far) == 1 else f"{len(far):,} rows"
    found = between(far.min(), far.max())
    what = f"{part} is {found}" if part else found
    return f"{what} in {rows}, {between(least, most)} in training"


def between(least: Any, most: Any) -> str:
    """Say from where to where numbers go."""
    ends = dict.fromkeys(f"{each:.10g}" for each in (least, most))
    return " to ".join(ends)


def constant_parts(name: str, column: Column) -> Iterator[str]:
    """Say which parts of dates, though not all, are the same in every row."""
    if column.kind != "dates":
        return
    found = {part: values_of_part(column, part) for part in column.parts}
    least: dict[str, Any] = {part: each.min() for part, each in found.items()}
    same = [part for part, each in found.items() if each.max() == least[part]]
    if len(same) < len(found):
        for part in same:
            yield f"{part} of {name} is {least[part]:g} in every row"
